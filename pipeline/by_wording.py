"""Levels that are named by what they say: "sauf la gratuité des transports" leaves out the level so worded, "Charte :
oui" agrees to that of the charter."""

import re
from collections.abc import Sequence
from dataclasses import replace

from pipeline.fold import plain
from pipeline.listing import Listing, below_level
from pipeline.model import Block, Clause, Source

_WORD_RE = re.compile(r"[^\W\d_]{4,}|\d+")
_REASON_RE = re.compile(r",|;|\(|\b(?:qui|que|car|faute|parce|pour)\b")
"""Where what is left out ends, and the list goes on to say why."""
_STEM = 5
"""Letters of a word that tell it from others, whatever its ending."""
_MOST = 0.6
"""The fraction of a wording's words (0-1) with which an exception names all of it, and not a part."""


def place(
    source: Source, blocks: tuple[Block, ...], clauses: Sequence[Clause], listing: Listing, levels: Sequence[int]
) -> list[Clause]:
    """The clauses; an exception that names what one printed level says, and no other does, refuses that level, and a
    verdict behind such words bears on it.

    An exception that names only a part of it stays one, of all the levels that it qualifies. `levels` are those of the
    kind of pact.
    """
    return [
        placed
        for clause in clauses
        if (placed := _placed(source, blocks, clause, listing, clause.levels or levels)) is not None
    ]


def _placed(
    source: Source, blocks: tuple[Block, ...], clause: Clause, listing: Listing, levels: Sequence[int]
) -> Clause | None:
    """The clause with the level that it names by its wording; None for one that says nothing without it."""
    unnamed = None if clause.spare else clause
    measure = blocks[clause.block].measure
    is_verdict = clause.topic is not None and clause.reach == "listed"
    named_in = clause.topic if is_verdict else clause.text if clause.stance == "except" else None
    if named_in is None or measure is None or len(levels) < 2:
        return unnamed
    said = plain(source.text[slice(*named_in)])
    reason = _REASON_RE.search(said)
    named = _stems(said[: reason.start()] if reason else said)
    wordings = {
        level: _stems(plain(_printed(source, blocks, listing.levels[measure, level][0])))
        for level in levels
        if (measure, level) in listing.levels
    }
    like = [level for level, stems in wordings.items() if named and named <= stems]
    if len(wordings) < 2 or len(like) != 1:
        return unnamed
    if is_verdict:
        return replace(clause, levels=(like[0],), reach="named")
    if len(named) < _MOST * len(wordings[like[0]]):
        return clause
    return replace(clause, levels=(like[0],), reach="named", stance="refuse")


def _printed(source: Source, blocks: tuple[Block, ...], index: int) -> str:
    """A level's wording and the items below it."""
    bodies = [block.body for block in below_level(blocks, index)]
    return " ".join(source.text[slice(*body)] for body in [blocks[index].body, *bodies])


def _stems(text: str) -> set[str]:
    return {word[:_STEM] for word in _WORD_RE.findall(text)}
