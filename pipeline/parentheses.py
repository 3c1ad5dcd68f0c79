"""Set aside what an observation quotes: the text in parentheses, closed or not, nested or not."""

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

import regex

_PAIRS = {"(": ")", "[": "]", "«": "»", "“": "”"}
_MARKS_RE = re.compile("[" + re.escape("".join(_PAIRS) + "".join(_PAIRS.values())) + "]")
_LINE_RE = re.compile(r"\n\s*")
_PAUSE_RE = re.compile(r"[,.;][ \t]*")
_RESUMES = 400
"""A line that takes the sentence up says so within so many characters."""


@dataclass(frozen=True, slots=True)
class Aside:
    """`start` to `end` with its parentheses, `inner` without; `closed` is false where the ")" is missing."""

    start: int
    end: int
    inner: tuple[int, int]
    closed: bool


def find_asides(
    text: str, folded: str, start: int, end: int, resumptions: Sequence["regex.Pattern[str]"]
) -> list[Aside]:
    """The outermost asides of `text[start:end]`, in order.

    An aside ends at its own ")". Before that, it ends at a line that takes the sentence up again (one of
    `resumptions` matches `folded` there: "ni sur N2 (…"). One that is never closed ends likewise after a
    comma or a stop, and otherwise at `end`. Linear in the length, but for the tries of `resumptions`.
    """
    matching = _matching(text, start, end)
    lines = _resumptions(_LINE_RE, text, folded, start, end, resumptions)
    pauses = _resumptions(_PAUSE_RE, text, folded, start, end, resumptions)
    asides, at = [], start
    while (mark := _MARKS_RE.search(text, at, end)) is not None:
        opening = mark.start()
        if text[opening] not in _PAIRS:
            at = opening + 1
            continue
        close = matching.get(opening)
        stops = [_first(lines, opening + 1, close or end)]
        if close is None:
            stops.append(_first(pauses, opening + 1, end))
        stop = min((at for at in stops if at is not None), default=None)
        if stop is None and close is not None:
            asides.append(Aside(opening, close + 1, (opening + 1, close), True))
        else:
            asides.append(Aside(opening, stop or end, (opening + 1, stop or end), False))
        at = asides[-1].end
    return asides


def _matching(text: str, start: int, end: int) -> dict[int, int]:
    """Where each opening mark is closed by one of its own kind; those never closed are missing."""
    open_at: dict[str, list[int]] = {closing: [] for closing in _PAIRS.values()}
    pairs = {}
    for mark in _MARKS_RE.finditer(text, start, end):
        char = mark.group()
        if char in _PAIRS:
            open_at[_PAIRS[char]].append(mark.start())
        elif open_at[char]:
            pairs[open_at[char].pop()] = mark.start()
    return pairs


def _resumptions(
    place_re: "re.Pattern[str]",
    text: str,
    folded: str,
    start: int,
    end: int,
    resumptions: Sequence["regex.Pattern[str]"],
) -> list[int]:
    """The places behind `place_re` where the sentence is taken up again, in order."""
    places = (match.end() for match in place_re.finditer(text, start, end))
    return [at for at in places if any(pattern.match(folded, at, min(end, at + _RESUMES)) for pattern in resumptions)]


def _first(places: list[int], start: int, end: int) -> int | None:
    index = bisect_left(places, start)
    return places[index] if index < len(places) and places[index] < end else None
