"""A text and spans over it, which may nest and overlap, as pieces in a row."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class Mark:
    """A span of the text: which row it belongs to, and of what sort it is."""

    start: int
    end: int
    row: str
    sort: str


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the text with the marks that cover all of it; `opens` are those that begin with it."""

    text: str
    marks: tuple[Mark, ...]
    opens: tuple[Mark, ...]


def pieces_of(text: str, start: int, end: int, marks: Iterable[Mark]) -> list[Piece]:
    """The text from `start` to `end`, cut wherever a mark begins or ends; joined, the pieces give it back.

    A mark that begins before `start` opens in the first piece that it covers.
    """
    own = sorted(
        (mark for mark in marks if mark.start < end and mark.end > start and mark.start < mark.end),
        key=lambda mark: (mark.start, -mark.end, mark.row),
    )
    edges = sorted({start, end, *(edge for mark in own for edge in (mark.start, mark.end) if start < edge < end)})
    covering: dict[int, list[Mark]] = defaultdict(list)
    opening: dict[int, list[Mark]] = defaultdict(list)
    for mark in own:
        first = bisect_left(edges, max(mark.start, start))
        opening[first].append(mark)
        for at in range(first, bisect_right(edges, min(mark.end, end)) - 1):
            covering[at].append(mark)
    return [
        Piece(text[left:right], tuple(covering[at]), tuple(opening[at]))
        for at, (left, right) in enumerate(pairwise(edges))
    ]
