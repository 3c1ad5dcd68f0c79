"""From words on a page to lines in reading order: running heads set apart, columns, and the rows of tables."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from pipeline.readers.pdf_glyphs import Sheet, Word
from pipeline.readers.pdf_lines import Element, Line, Row, Strip, merged
from pipeline.readers.pdf_tables import ruled_tables

MARKER_RE = re.compile(r"(?:[•▪◦●■□☐☑☒✓✔❏➢➔→*o·\uf000-\uf0ff–—-]|\(?\w{1,2}[.)]|#?\d{1,3}[.)]?|N\d)\s*[•:–-]?")
_BULLET_RE = re.compile(r"[•▪◦●■❏➢➔→*o·\uf0a7\uf0a8\uf0b7\uf0d8–—-]")
_PAGE_RE = re.compile(r"(?:page|p\.?)?\s*(?:[-–—|]\s*)?(\d{1,4})\s*(?:(?:[-–—|/]|(?:sur|of|de|/)\s*\d{1,4})\s*)?", re.I)
_GAP, _GUTTER = 0.5, 0.35
"""In ems: a gap between cells, and one that parts columns."""
_MAX_BAND = 400
Gutters = tuple[tuple[float, float], ...]
"""The white between the columns of a page: where one ends and where the next begins."""


@dataclass(frozen=True, slots=True)
class _Item:
    """What stands at one height: the words of a baseline, or a table, which cannot be cut."""

    y: float
    size: float
    segments: tuple[tuple[float, float, tuple[Word, ...]], ...]
    rows: tuple[Row, ...] = ()


def split_running(pages: Sequence[tuple[Sheet, list[Strip]]]) -> list[tuple[list[Strip], list[Strip]]]:
    """For each page its body, and its running heads, feet and page numbers.

    They are the outermost lines that stand at the same height on several pages with the same words, digits apart.
    """
    edges: list[list[tuple[int, tuple[int, str]]]] = []
    counts: Counter[tuple[int, str]] = Counter()
    for sheet, found in pages:
        ends = [(i, _edge_key(sheet, found, i, top)) for top in (True, False) for i in _outer(sheet, found, top)]
        edges.append(ends)
        counts.update({key for _, key in ends})
    needed = max(2, min(3, len(pages) // 3))
    split = []
    for (_, found), ends in zip(pages, edges, strict=True):
        # Only what repeats from the edge inwards: the first line that does not is text.
        chosen: set[int] = set()
        stopped: set[bool] = set()
        for index, (height, key) in ends:
            repeats = sum(counts[height + step, key] for step in (-1, 0, 1)) >= needed
            if not repeats or len(pages) < 2 or height > 0 in stopped:
                stopped.add(height > 0)
            else:
                chosen.add(index)
        split.append(
            ([s for i, s in enumerate(found) if i not in chosen], [s for i, s in enumerate(found) if i in chosen])
        )
    return split


def _outer(sheet: Sheet, found: list[Strip], top: bool) -> Iterator[int]:
    """The lines in the upper or lower eighth of a page, from the edge inwards, five at most."""
    order = range(len(found)) if top else range(len(found) - 1, -1, -1)
    for index in list(order)[:5]:
        y = found[index][0].y
        if y < sheet.height / 8 if top else y > sheet.height * 7 / 8:
            yield index


def _edge_key(sheet: Sheet, found: list[Strip], index: int, top: bool) -> tuple[int, str]:
    """The height, in steps of 4 points from the upper (above 0) or lower edge (below 0), and the words."""
    text = Line(tuple(found[index]), sheet.number).text
    y = found[index][0].y
    height = 1 + int(y / 4) if top else -1 - int((sheet.height - y) / 4)
    number = _PAGE_RE.fullmatch(text.strip())
    return height, "#" if number else re.sub(r"\d+", "#", " ".join(text.split()))


def arrange(sheet: Sheet, body: list[Strip], gutters: list[Gutters]) -> list[Element]:
    """The lines and rows of a page in reading order.

    `gutters` are those of the columns of prose on the pages before, to which this page's are added: the last page
    of a text in columns may have too few lines to tell.
    """
    words = [word for strip in body for word in strip]
    tables = list(ruled_tables(sheet, words))
    taken = {id(word) for _, _, inside in tables for word in inside}
    items = []
    for strip in body:
        rest = [word for word in strip if id(word) not in taken]
        if rest:
            items.append(_item(rest))
    for box, rows, _ in tables:
        items.append(_Item(box[1] + 6.0, 10.0, ((box[0], box[2], ()),), tuple(rows)))
    items.sort(key=lambda item: item.y)
    return list(_read(items, sheet, gutters))


def _item(strip: Sequence[Word]) -> _Item:
    parts: list[list[Word]] = []
    gaps = [b.x0 - a.x1 for a, b in pairwise(strip)]
    # In justified text all spaces are wide; a space between cells is wider than the others.
    even = len(gaps) > 3 and max(gaps) < 1.6 * median(gaps)
    letter = sum(word.x1 - word.x0 for word in strip) / sum(len(word.text) for word in strip)
    for word in strip:
        gap = word.x0 - parts[-1][-1].x1 if parts else 0.0
        size = max(word.size, parts[-1][-1].size if parts else 0.0)
        least = 1.2 * size if even else max(_GAP * size, 1.25 * min(letter, 0.7 * size))  # a space as wide as a letter
        if parts and (gap < least or _hangs(parts[-1], word, gap)):
            parts[-1].append(word)
        else:
            parts.append([word])
    size = max(word.size for word in strip)
    return _Item(strip[0].y, size, tuple((p[0].x0, max(w.x1 for w in p), tuple(p)) for p in parts))


def _hangs(before: list[Word], word: Word, gap: float) -> bool:
    """Whether a word is the text behind a bullet, which is no column of its own."""
    is_bullet = len(before) == 1 and _BULLET_RE.fullmatch(before[0].text) is not None
    return is_bullet and gap < 4 * word.size and word.text[:2].isalpha() and len(word.text) > 1


def _read(items: list[_Item], sheet: Sheet, gutters: list[Gutters]) -> Iterator[Element]:
    index = flow = 0
    while index < len(items):
        end, columns = _band(items, index)
        if len(columns) < 2:
            yield from _plain(items[index], sheet.number)
            index += 1
            continue
        band = items[index:end]
        own = tuple((left[1], right[0]) for left, right in pairwise(columns))
        is_prose = _are_prose(band, columns)
        if is_prose:
            gutters.append(own)
        is_prose = is_prose or any(_are_same(own, known) for known in gutters)
        if is_prose:
            end = _end_of_longest(items, end, columns)
        index, band = end, items[index:end]
        if is_prose or any(item.rows for item in band):
            yield from _one_by_one(band, columns, flow, sheet)
            flow += len(columns)
        elif _are_marks(band, columns):
            for item in band:
                yield from _plain(item, sheet.number)
        else:
            yield from _gapped_rows(band, columns, sheet)


def _one_by_one(
    band: list[_Item], columns: Sequence[tuple[float, float]], flow: int, sheet: Sheet
) -> Iterator[Element]:
    """The columns of a band one after another; `flow` are those that came before on the page."""
    for number, (_, right) in enumerate(columns):
        for item in band:
            if item.rows and number in _covers(item, columns):
                yield from item.rows
            elif found := _within(item, number, columns):
                yield Line(found, sheet.number, flow + number + 1, right)


def _end_of_longest(items: list[_Item], end: int, columns: Sequence[tuple[float, float]]) -> int:
    """Where the column ends that goes on below the others: lines that follow closely and stand in it alone."""
    first = end
    while end < len(items) and not items[end].rows and len(items[end].segments) == 1:
        (x0, x1, _), item = items[end].segments[0], items[end]
        number = _column(x0, x1, columns)
        follows = item.y - items[end - 1].y < 3 * item.size
        is_same = end == first or number == _column(*items[end - 1].segments[0][:2], columns)
        if not follows or not is_same or x1 > columns[number][1] + item.size or x0 < columns[number][0] - item.size:
            break
        end += 1
    return end


def _are_same(first: Gutters, second: Gutters) -> bool:
    """Whether gutters leave room for each other: as many, and each overlaps its counterpart."""
    return len(first) == len(second) and all(
        max(a, c) < min(b, d) for (a, b), (c, d) in zip(first, second, strict=True)
    )


def _plain(item: _Item, page: int) -> Iterator[Element]:
    if item.rows:
        yield from item.rows
    else:
        yield Line(tuple(word for segment in item.segments for word in segment[2]), page)


def _column(x0: float, x1: float, columns: Sequence[tuple[float, float]]) -> int:
    """The number of the column that a piece of text stands in, or is nearest to."""
    return max(range(len(columns)), key=lambda n: min(x1, columns[n][1]) - max(x0, columns[n][0]))


def _within(item: _Item, number: int, columns: Sequence[tuple[float, float]]) -> tuple[Word, ...]:
    return tuple(w for x0, x1, words in item.segments if _column(x0, x1, columns) == number for w in words)


def _covers(item: _Item, columns: Sequence[tuple[float, float]]) -> set[int]:
    return {_column(x0, x1, columns) for x0, x1, _ in item.segments}


def _band(items: list[_Item], start: int) -> tuple[int, list[tuple[float, float]]]:
    """The longest run of lines with a common gap, as its end, and its columns' sides: no columns for no such run.

    One line that runs across the columns of a table is let through: a heading within it.
    """
    columns: list[tuple[float, float]] = []
    across: set[int] = set()
    end = start
    while end < min(len(items), start + _MAX_BAND):
        item = items[end]
        wider = merged([*columns, *((x0, x1) for x0, x1, _ in item.segments)], _GUTTER * item.size)
        if end > start and item.y - items[end - 1].y > 6 * item.size:
            break
        if len(wider) < len(columns) and len(columns) > 2 and len(item.segments) == 1 and end - 1 not in across:
            across.add(end)
        elif len(wider) < 2 and (len(columns) > 1 or end > start + 2):
            break
        elif 2 < len(columns) > len(wider) and end > start + 2:
            break  # another table
        else:
            columns = wider
        end += 1
    both = [i for i in range(start, end) if i not in across and _is_abreast(items, i, start, end, columns)]
    if len(columns) < 2 or not both or both[0] != start or len(both) < (3 if len(columns) == 2 else 2):
        return start + 1, []
    last = both[-1] + 1
    while last < end and last not in across and items[last].y - items[last - 1].y < 1.45 * items[last].size:
        last += 1
    if last < end:
        spans = [(x0, x1) for i in range(start, last) if i not in across for x0, x1, _ in items[i].segments]
        columns = merged(spans, _GUTTER * items[start].size)
    if len(columns) == 2 and columns[1][0] - columns[0][1] < 0.9 * items[start].size:
        return start + 1, []
    return last, columns


def _is_abreast(items: list[_Item], index: int, start: int, end: int, columns: list[tuple[float, float]]) -> bool:
    """Whether text stands in another column beside this line, on its baseline or within a line's height."""
    here = _covers(items[index], columns)
    if len(here) > 1:
        return True
    near = [items[i] for i in (index - 1, index + 1) if start <= i < end]
    return any(abs(n.y - items[index].y) < 0.9 * n.size and _covers(n, columns) - here for n in near)


def _are_prose(band: list[_Item], columns: list[tuple[float, float]]) -> bool:
    """Whether the columns are read one after another: lines that fill them, and no gap common to all like a row's."""
    for number, (left, right) in enumerate(columns):
        found = [words for item in band if (words := _within(item, number, columns))]
        full = sum(words[-1].x1 - words[0].x0 > 0.6 * (right - left) for words in found)
        n_chars = sum(len(word.text) + 1 for words in found for word in words)
        if len(found) < 4 or full < 0.5 * len(found) or n_chars < 20 * len(found):
            return False
    starts, others = _breaks(band, columns)
    return not (len(starts) >= 3 and others)


def _are_marks(band: list[_Item], columns: list[tuple[float, float]]) -> bool:
    """Whether what looks like two columns is a list's marks and its text, or loose pieces that line up with nothing."""
    if len(columns) != 2:
        return False
    sides = [[words for item in band if (words := _within(item, number, columns))] for number in (0, 1)]
    if all(MARKER_RE.fullmatch(Line(words, 0).text.strip()) for words in sides[0]) and (
        sum(len(word.text) for words in sides[1] for word in words) > 12 * len(sides[1])
    ):
        return True
    lefts = Counter(round(words[0].x0 / 3) for words in sides[1])
    rights = Counter(round(words[-1].x1 / 3) for words in sides[1])
    middles = Counter(round((words[0].x0 + words[-1].x1) / 6) for words in sides[1])
    return max(max(c.values()) for c in (lefts, rights, middles)) < 0.6 * len(sides[1])


def _breaks(band: list[_Item], columns: list[tuple[float, float]]) -> tuple[list[float], bool]:
    """The heights at which the column with most lines begins anew after a gap, and whether the others have gaps there.

    The first is that of the band's top.
    """
    heights = [[item.y for item in band if number in _covers(item, columns)] for number in range(len(columns))]
    steps = [b - a for ys in heights for a, b in pairwise(ys)]
    size = median(item.size for item in band)
    leading = min(steps, default=size)
    if leading > 1.45 * size:
        leading = size
    main = max(heights, key=len)
    breaks, common = [band[0].y], True
    for above, below in pairwise(main):
        if below - above > 1.15 * leading:
            breaks.append(below)
            for ys in heights:
                before, behind = [y for y in ys if y < below - 1], [y for y in ys if y >= below - 1]
                common &= not before or not behind or behind[0] - before[-1] > 1.15 * leading
    return breaks, common


def _row_starts(band: list[_Item], columns: list[tuple[float, float]]) -> list[int]:
    """The lines of a band at which a row of a table begins: after a gap, else where several cells have text."""
    breaks, _ = _breaks(band, columns)
    if len(breaks) == 1:
        heads = [i for i, item in enumerate(band) if len(_covers(item, columns)) > 1 or _runs_across(item, columns)]
        return sorted({0, *heads}) if len(heads) > 1 else [0]
    main_ys = [item.y for item in band if _covers(item, columns)]
    starts = {0, *(i for i, item in enumerate(band) if _runs_across(item, columns))}
    for below in breaks[1:]:
        # A cell set in the middle of its row begins lower or higher than the row's longest one.
        above = max((y for y in main_ys if y < below - 1), default=below)
        starts.add(next(i for i, item in enumerate(band) if item.y > min((above + below) / 2, below - 0.1)))
    return sorted(starts)


def _runs_across(item: _Item, columns: list[tuple[float, float]]) -> bool:
    x0, x1, _ = item.segments[0]
    return len(item.segments) == 1 and sum(left < x1 - 1 and right > x0 + 1 for left, right in columns) > 1


def _gapped_rows(band: list[_Item], columns: list[tuple[float, float]], sheet: Sheet) -> Iterator[Element]:
    width = columns[-1][1] - columns[0][0]
    level = [r[1] for r in sheet.rules if r[2] - r[0] > 0.5 * width and band[0].y < r[1] < band[-1].y]
    if len(level) >= 2:
        starts = [0, *(i for i in range(1, len(band)) if any(band[i - 1].y <= y < band[i].y for y in level))]
    else:
        starts = _row_starts(band, columns)
    for start, end in pairwise([*starts, len(band)]):
        if end == start + 1 and _runs_across(band[start], columns):
            yield from _plain(band[start], sheet.number)
            continue
        cells = []
        for number, (_, right) in enumerate(columns):
            found = [words for item in band[start:end] if (words := _within(item, number, columns))]
            cells.append(tuple(Line(words, sheet.number, number + 1, right) for words in found))
        yield Row(tuple(cells), sheet.number, band[start].y)
