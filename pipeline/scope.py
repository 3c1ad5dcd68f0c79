"""Scope: which cue bears on which levels, and how far it reaches.

1. *Cues* are the matches of the clause rules. Of two that overlap the longer one wins; a pseudo cue takes its
   words away from the real ones, a terminating one is a stop.
2. *Reach* of a cue: forwards to the next cue or stop, backwards to the cue or stop before. After a cue that
   ends in a colon a quoted wording begins, which only a connector with a level ("mais pas sur N1") ends.
3. *Levels* go to the one cue that reaches them. Where two do, the first one takes them unless it has some already.
4. A qualifier (condition, exception, amendment) without levels bears on those of the agreement before it; any
   other cue without levels bears on what is listed.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from pipeline.language import Reference
from pipeline.model import Stance
from pipeline.rules import ClauseRule

_FEW = 3
"""Tokens between an exception's cue and a level that it names ("sauf sur le niveau 3")."""
_SENTENCE_STOPS = frozenset([".", "!", "?", "¶"])
_PARTING = frozenset([",", "et", "ou"])
_JOINTS = _PARTING | frozenset(
    ["sur", "pour", "avec", "a", "au", "aux", "de", "du", "des", "le", "les", "(", ")", "ainsi", "que", "aussi"]
)
QUALIFIERS = frozenset(["condition", "except", "amend"])

Cue = tuple[ClauseRule, int, int]
"""A rule and the tokens, first and past the last, that it matched."""


@dataclass(frozen=True, slots=True)
class Assertion:
    """What a cue asserts, in tokens of the skeleton. `reach_end` is where its reach ends."""

    rule: ClauseRule
    start: int
    end: int
    reach_end: int
    references: tuple[Reference, ...] = ()
    stance: Stance | None = None
    inherits: int | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    assertions: tuple[Assertion, ...]
    silent: tuple[Reference, ...]  # levels named, with nothing said of them
    ambiguous: tuple[Reference, ...]


def decide_scope(words: list[str], cues: list[Cue], references: list[Reference]) -> Reading:
    """What the cues of a skeleton assert: see the head of this module."""
    cues = _outside_wordings(words, cues, references)
    stops = [(start, words[start]) for rule, start, _ in cues if rule.role == "terminating"]
    real = [cue for cue in cues if cue[0].role == "real"]
    ends = []
    for position, (_, _, end) in enumerate(real):
        following = real[position + 1][1] if position + 1 < len(real) else len(words)
        quotes = words[end - 1] == ":"
        own_stops = [at for at, word in stops if end <= at < following and not (quotes and word == ".")]
        ends.append(min([following, *own_stops]))
    owned, silent, ambiguous = _share(words, real, [at for at, _ in stops], references)
    assertions = [
        Assertion(
            rule,
            start,
            end,
            ends[i],
            tuple(_meant(rule, ref) for ref in owned[i]),
            _stance_of(rule, end, owned[i], words),
        )
        for i, (rule, start, end) in enumerate(real)
    ]
    return Reading(tuple(_inherit(assertions, stops)), tuple(silent), tuple(ambiguous))


def _outside_wordings(words: list[str], cues: list[Cue], references: list[Reference]) -> list[Cue]:
    """Leave out the cues inside a wording that a colon opens ("sauf sur : garantir…")."""
    kept: list[Cue] = []
    quoting = False
    for index, (rule, start, end) in enumerate(cues):
        if quoting and rule.role == "terminating" and words[start] != ".":
            following = cues[index + 1] if index + 1 < len(cues) else None
            near = (
                following and following[1] <= end + 1 and any(0 <= ref.start - following[2] <= 1 for ref in references)
            )
            quoting = not near
        if not quoting:
            kept.append((rule, start, end))
        if rule.role == "real" and rule.text == "rest" and words[end - 1] == ":":
            quoting = True
    return kept


def _share(
    words: list[str], real: list[Cue], stops: list[int], references: list[Reference]
) -> tuple[list[list[Reference]], list[Reference], list[Reference]]:
    """Give each level reference to the cue that reaches it; those that none reaches are silent."""
    owned: list[list[Reference]] = [[] for _ in real]
    silent, ambiguous = [], []
    for ref in references:
        before = max((i for i, cue in enumerate(real) if cue[2] <= ref.start), default=None)
        after = min((i for i, cue in enumerate(real) if cue[1] >= ref.end), default=None)
        if before is not None and (
            any(real[before][2] <= at < ref.start for at in stops) or not _takes_after(real[before], ref, words)
        ):
            before = None
        if after is not None and (
            real[after][0].levels == "after" or any(ref.end <= at < real[after][1] for at in stops)
        ):
            after = None
        if before is not None and owned[before] and (after is not None or not _joined(words, owned[before][-1], ref)):
            before = None
        if before is None and after is None:
            silent.append(ref)
        elif before is None:
            assert after is not None
            owned[after].append(ref)
        else:
            head, tail = _split(words, real, before, after, ref)
            owned[before].append(head)
            if tail is not None and after is not None:
                owned[after].append(tail)
            elif after is not None and len(ref.members) > 1 and _adjoins(words, ref, real[after]):
                ambiguous.append(ref)
    return owned, silent, ambiguous


def _joined(words: list[str], first: Reference, second: Reference) -> bool:
    """Whether only joints stand between two references: another verb between them may say something else."""
    if words[first.end : second.start] == [","] and len(first.members) > 1:
        return False  # an enumeration ended with its "et": "N1 et N2, N3 étant trop cher"
    return first.end <= second.start and all(word in _JOINTS for word in words[first.end : second.start])


def _takes_after(cue: Cue, ref: Reference, words: list[str]) -> bool:
    rule, _, end = cue
    if rule.stance not in QUALIFIERS and "," in words[end : ref.start]:
        return False
    return rule.levels != "before" or (rule.stance == "except" and words[end - 1] != ":" and ref.start - end < _FEW)


def _adjoins(words: list[str], ref: Reference, cue: Cue) -> bool:
    """Whether a verdict follows the levels at once: "N3 non retenu", "N3 : à l'étude", "N3 est atteint"."""
    between = words[ref.end : cue[1]]
    return cue[0].stance not in QUALIFIERS and all(word in (":", "-", "est", "sont") for word in between)


def _split(
    words: list[str], real: list[Cue], before: int, after: int | None, ref: Reference
) -> tuple[Reference, Reference | None]:
    """Part "accord sur N1, N3 non retenu" at the comma: the last level is the verdict's."""
    if after is None or len(ref.members) < 2 or not _adjoins(words, ref, real[after]):
        return ref, None
    token, _ = ref.members[-1]
    comma = next((at for at in range(token - 1, ref.members[-2][0], -1) if words[at] in _PARTING), None)
    if comma is None or words[comma] != ",":
        return ref, None
    return (
        replace(ref, end=ref.members[-2][0] + 1, members=ref.members[:-1]),
        replace(ref, start=comma + 1, members=ref.members[-1:]),
    )


def _stance_of(rule: ClauseRule, end: int, owned: list[Reference], words: list[str]) -> Stance | None:
    """“tous sauf N3” refuses N3, not a part of it; “aucun niveau n’est retenu” denies the verb."""
    if rule.stance == "agree" and any(ref.means == "none" for ref in owned):
        return "refuse"
    named = [ref for ref in owned if ref.start >= end]
    if rule.stance == "except" and named and (named[-1].end >= len(words) or words[named[-1].end] != ":"):
        return "refuse"
    return rule.stance


def _meant(rule: ClauseRule, ref: Reference) -> Reference:
    """“pas jusqu’au niveau 3” refuses the third level, not the ones on the way there."""
    if rule.stance == "refuse" and ref.means == "up_to":
        return replace(ref, members=(max(ref.members, key=lambda member: member[1]),))
    return ref


def _inherit(assertions: list[Assertion], stops: list[tuple[int, str]]) -> Iterator[Assertion]:
    """Where an assertion names no level, whose levels it takes over."""
    for index, assertion in enumerate(assertions):
        inherits = None
        if not assertion.references:
            mains = [i for i in range(index - 1, -1, -1) if assertions[i].stance not in QUALIFIERS]
            if assertion.stance in QUALIFIERS:
                inherits = _qualified(assertions, mains, assertion, stops)
            elif mains and not any(assertions[mains[0]].end <= at < assertion.start for at, _ in stops):
                # "accord sur N1, le reste non": a refusal does not speak of what was just agreed to.
                opposed = assertion.stance == "refuse" and assertions[mains[0]].stance == "agree"
                inherits = None if opposed else mains[0]
        yield replace(assertion, inherits=inherits)


def _qualified(
    assertions: list[Assertion], mains: list[int], qualifier: Assertion, stops: list[tuple[int, str]]
) -> int | None:
    """What a qualifier bears on: an agreement of its sentence, else its sentence's last assertion, else the last
    agreement before. `mains` are indexes, the nearest first."""
    ended = max((at for at, word in stops if word in _SENTENCE_STOPS and at < qualifier.start), default=-1)
    own = [i for i in mains if assertions[i].start > ended]
    agreed = [i for i in own if assertions[i].stance == "agree"]
    return next(iter(agreed or own or [i for i in mains if assertions[i].stance == "agree"]), None)
