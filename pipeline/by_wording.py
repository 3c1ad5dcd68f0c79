"""Levels that are named by what they say: "sauf la gratuité des transports" leaves out the level so worded, "Charte :
oui" agrees to that of the charter."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from pipeline.fold import plain
from pipeline.listing import Listing, below_level, levels_above
from pipeline.model import Block, Clause, Source
from pipeline.rules import Rules
from pipeline.token_rules import remembering

_WORD_RE = re.compile(r"[^\W\d_]{3,}|\d+")
_REASON_RE = re.compile(r",|;|\(|\b(?:qui|que|car|faute|parce|pour)\b")
"""Where what is left out ends, and the list goes on to say why."""
_JOINT_RE = re.compile(r",|/|&|\+|\b(?:et|ou|ni|comme)\b")
_ACT_RE = re.compile(r"\w{2,}(?:er|ir|re)")
_ACT_NOUN_RE = re.compile(r"\w+(?:tion|ment|ture|age)s?")
"""How a wording begins, which those who name it leave out, or turn into a noun: "Créer une régie", "la création"."""
_STEM, _ROOT = 5, 3
"""Letters of a word that tell it from others, whatever its ending; of an act and its noun."""
_MOST = 0.6
"""The fraction of a wording's words (0-1) with which an exception names all of it, and not a part."""
_SMALL = frozenset(
    [
        *("pour", "dans", "avec", "sans", "cette", "notre", "nous", "leur", "leurs", "sous", "vers", "chez", "les"),
        *("des", "une", "aux", "sur", "par", "ces", "ses", "nos", "son", "que", "qui", "est", "sont", "pas", "tout"),
        "tous",
    ]
)
_CLASSES = ("ours", "itself", "body", "others")
"""Classes of words that tell no level from another."""


def place(
    source: Source, blocks: tuple[Block, ...], clauses: Sequence[Clause], listing: Listing, rules: Rules
) -> list[Clause]:
    """The clauses; an exception that names what one printed level says, and no other does, refuses that level, and a
    verdict that is said of such words bears on it.

    An exception that names only a part of it stays one, of all the levels that it qualifies.
    """
    placed = (_placed(source, blocks, clause, listing, rules) for clause in clauses)
    return [clause for clause in placed if clause is not None]


def _placed(source: Source, blocks: tuple[Block, ...], clause: Clause, listing: Listing, rules: Rules) -> Clause | None:
    """The clause with the levels that it names by their wordings; None for one that says nothing without them."""
    unnamed = None if clause.spare else clause
    measure = blocks[clause.block].measure
    is_exception = clause.stance == "except"
    if measure is None or not (is_exception or (clause.topic is not None and clause.reach == "listed")):
        return unnamed
    meant = (is_exception and clause.levels) or rules.words.numbers
    printed = {level: at for level, at in listing.worded.get(measure, {}).items() if level in meant}
    if len(printed) < 2 or _is_under_another(blocks, clause, listing):
        return unnamed
    wordings = {level: plain(_printed(source, blocks, at)) for level, at in printed.items()}
    named: list[int] = []
    if is_exception and clause.text is not None:
        named = _left_out(plain(source.text[slice(*clause.text)]), wordings)
    if not named and clause.topic is not None:
        named = _named(plain(source.text[slice(*clause.topic)]), wordings, rules)
    if not named:
        return unnamed
    stance = "refuse" if is_exception else clause.stance
    return replace(clause, levels=tuple(sorted(set(named))), reach="named", stance=stance)


def _left_out(said: str, wordings: Mapping[int, str]) -> list[int]:
    """The level of which an exception names nearly all."""
    reason = _REASON_RE.search(said, 1)
    left = _stems(said[: reason.start()] if reason else said)
    like = [level for level, wording in wordings.items() if left and left <= _stems(wording)]
    if len(like) != 1 or len(left) < _MOST * len(_stems(_parted(wordings[like[0]])[1])):
        return []
    return like


def _named(said: str, wordings: Mapping[int, str], rules: Rules) -> list[int]:
    """The levels that some words name, joined by "et" or not: each joint part must name one and no other."""
    is_general = _general("|".join(rules.classes[name] for name in _CLASSES))
    found: list[int] = []
    for part in filter(str.strip, _JOINT_RE.split(said)):
        words = _words(part)
        like = [] if all(map(is_general, words)) else [n for n, each in wordings.items() if _are_said_in(words, each)]
        if len(like) != 1:
            return []
        found += like
    return found


_general = lru_cache(8)(remembering)
"""Whether a word is of classes of which no level is told by."""


def _are_said_in(words: Sequence[str], wording: str) -> bool:
    stems, (act, _) = _stems(wording), _parted(wording)
    if act and (words[0][:_ROOT] == act[:_ROOT] or _ACT_NOUN_RE.fullmatch(words[0])):
        words = words[1:] or words
    return all(word[:_STEM] in stems for word in words)


def _is_under_another(blocks: tuple[Block, ...], clause: Clause, listing: Listing) -> bool:
    """Whether the observation stands under a level that is not the last of its measure: it speaks of that one."""
    block = blocks[clause.block]
    last = -1 if block.measure is None else listing.last_level.get(block.measure, -1)
    return clause.block < last and bool(levels_above(blocks, block))


def _printed(source: Source, blocks: tuple[Block, ...], index: int) -> str:
    """A level's wording and the items below it."""
    bodies = [block.body for block in below_level(blocks, index)]
    return " ".join(source.text[slice(*body)] for body in [blocks[index].body, *bodies])


def _parted(wording: str) -> tuple[str, str]:
    """The act with which a wording begins, if any, and the rest."""
    act, _, rest = wording.partition(" ")
    return (act, rest) if _ACT_RE.fullmatch(act) and _stems(rest) else ("", wording)


def _words(text: str) -> list[str]:
    return [word for word in _WORD_RE.findall(text) if word not in _SMALL]


def _stems(text: str) -> set[str]:
    return {word[:_STEM] for word in _words(text)}
