"""From words on a page to lines: by baseline, with the spaces that the eye sees."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from statistics import median

from pipeline.readers.pdf_glyphs import Word

Strip = list[Word]
"""The words on one baseline, from left to right."""
_FLAT = 0.12


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text. `right` is the margin of the column it stands in; None where that is the whole page's.

    `flow` tells the columns of a page apart: lines of one flow follow one another.
    """

    words: tuple[Word, ...]
    page: int
    flow: int = 0
    right: float | None = None
    size: float = field(init=False)
    text: str = field(init=False)

    def __post_init__(self) -> None:
        words = self.words
        spaces = ["", *(" " if has_space(words, number) else "" for number in range(1, len(words)))]
        object.__setattr__(self, "size", max(word.size for word in words))
        object.__setattr__(self, "text", "".join([s + w.text for s, w in zip(spaces, words, strict=True)]))

    @property
    def x0(self) -> float:
        return self.words[0].x0

    @property
    def x1(self) -> float:
        return self.words[-1].x1

    @property
    def y(self) -> float:
        return self.words[0].y


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table: for each cell its lines. `edges` are the columns' sides, where lines are drawn."""

    cells: tuple[tuple[Line, ...], ...]
    page: int
    y: float
    edges: tuple[float, ...] = ()


Element = Line | Row


def has_space(words: Sequence[Word], number: int) -> bool:
    """Whether a space stands before a word of a line."""
    before, word = words[number - 1], words[number]
    gap, size = word.x0 - before.x1, word.size if word.size > before.size else before.size
    return gap > (-0.5 if word.spaced else 0.16) * size


def strips(words: Iterable[Word]) -> list[Strip]:
    """Words by baseline, from the top; raised and lowered letters go with the word that they touch."""
    found: list[Strip] = []
    for word in sorted(_levelled(list(words)), key=lambda word: (word.y, word.x0)):
        if found and word.y - found[-1][0].y <= _FLAT * max(word.size, found[-1][0].size):
            found[-1].append(word)
        else:
            found.append([word])
    return [_tracked(sorted(strip, key=lambda word: word.x0)) for strip in found]


def _levelled(words: list[Word]) -> Iterator[Word]:
    for index, word in enumerate(words):
        y = word.y
        for beside in words[max(index - 1, 0) : index] + words[index + 1 : index + 2]:
            size = beside.size
            gap = max(word.x0 - beside.x1, beside.x0 - word.x1)
            if word.size <= 0.85 * size and _FLAT < abs(word.y - beside.y) / size < 0.65 and -0.3 < gap / size < 0.35:
                y = beside.y
        yield word if y == word.y else replace(word, y=y)


def _tracked(strip: Strip) -> Strip:
    """Put together the letters of words that are set wide apart."""
    gaps = [b.x0 - a.x1 for a, b in pairwise(strip)]
    if len(strip) < 5 or sum(len(word.text) == 1 for word in strip) < 0.7 * len(strip) or max(gaps) > strip[0].size * 3:
        return strip
    usual = median(gaps)
    if usual <= 0 or not any(word.text.isalpha() for word in strip):
        return strip
    joined = [strip[0]]
    for word, gap in zip(strip[1:], gaps, strict=True):
        last = joined[-1]
        if gap < 1.5 * usual and (last.bold, last.italic) == (word.bold, word.italic):
            joined[-1] = replace(last, text=last.text + word.text, x1=word.x1)
        else:
            joined.append(replace(word, spaced=True))
    return joined


def merged(spans: Iterable[tuple[float, float]], gap: float) -> list[tuple[float, float]]:
    merged: list[tuple[float, float]] = []
    for x0, x1 in sorted(spans):
        if merged and x0 - merged[-1][1] < gap:
            merged[-1] = (merged[-1][0], max(merged[-1][1], x1))
        else:
            merged.append((x0, x1))
    return merged
