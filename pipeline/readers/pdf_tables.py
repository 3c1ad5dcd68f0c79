"""Tables with drawn lines: the grid that ruling lines make, and the words in its cells."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pipeline.readers.pdf_glyphs import Box, Sheet, Word
from pipeline.readers.pdf_lines import Line, Row, merged, strips

_SNAP = 3.5
_MAX_CELLS = 10_000


@dataclass(frozen=True, slots=True)
class _Rule:
    """A ruling line: it stands `at` x or y and runs from `low` to `high` along the other axis."""

    at: float
    low: float
    high: float


def ruled_tables(sheet: Sheet, words: list[Word]) -> Iterator[tuple[Box, list[Row], list[Word]]]:
    """Tables with drawn lines: the box, the rows and the words inside."""
    level = _joined(_Rule((y0 + y1) / 2, x0, x1) for x0, y0, x1, y1 in sheet.rules if x1 - x0 >= y1 - y0)
    upright = _joined(_Rule((x0 + x1) / 2, y0, y1) for x0, y0, x1, y1 in sheet.rules if x1 - x0 < y1 - y0)
    for rows, columns in _grids(level, upright):
        ys = _snapped([r.at for r in rows] + [y for c in columns for y in (c.low, c.high)])
        xs = _snapped([c.at for c in columns] + [x for r in rows for x in (r.low, r.high)])
        if len(xs) < 2 or len(ys) < 2 or len(xs) * len(ys) > _MAX_CELLS:
            continue
        inside = [w for w in words if xs[0] < (w.x0 + w.x1) / 2 < xs[-1] and ys[0] < w.y - 0.3 * w.size < ys[-1]]
        roots = _merged_cells(xs, ys, rows, columns)
        filled: dict[tuple[int, int], list[Word]] = defaultdict(list)
        for word in inside:
            filled[roots[_slot(ys, word.y - 0.3 * word.size), _slot(xs, (word.x0 + word.x1) / 2)]].append(word)
        if len(filled) >= 2 or (filled and len(set(roots.values())) >= 3):
            found = list(_ruled_rows(xs, ys, roots, filled, sheet.number))
            yield (xs[0], ys[0], xs[-1], ys[-1]), found, inside


def _joined(rules: Iterable[_Rule]) -> list[_Rule]:
    """Rules on one line that touch, made one."""
    groups: list[list[_Rule]] = []
    for rule in sorted(rules, key=lambda rule: rule.at):
        if groups and rule.at - groups[-1][-1].at <= 1.5:
            groups[-1].append(rule)
        else:
            groups.append([rule])
    joined: list[_Rule] = []
    for group in groups:
        spans = merged(((rule.low, rule.high) for rule in group), _SNAP)
        joined.extend(_Rule(group[0].at, low, high) for low, high in spans)
    return joined


def _grids(level: list[_Rule], upright: list[_Rule]) -> Iterator[tuple[list[_Rule], list[_Rule]]]:
    """Rules that meet, together: at least two level and two upright ones."""
    left = set(range(len(upright)))
    unused = set(range(len(level)))
    while unused and left:
        rows, columns, todo = set[int](), set[int](), [min(unused)]
        while todo:
            row = todo.pop()
            if row in rows:
                continue
            rows.add(row)
            met = [c for c in left - columns if _meet(level[row], upright[c])]
            columns.update(met)
            todo.extend(r for r in unused - rows if any(_meet(level[r], upright[c]) for c in met))
        unused -= rows
        left -= columns
        if len(rows) >= 2 and len(columns) >= 2:
            yield [level[i] for i in sorted(rows)], [upright[i] for i in sorted(columns)]


def _meet(row: _Rule, column: _Rule) -> bool:
    return row.low - _SNAP <= column.at <= row.high + _SNAP and column.low - _SNAP <= row.at <= column.high + _SNAP


def _snapped(values: list[float]) -> list[float]:
    groups: list[list[float]] = []
    for value in sorted(values):
        if groups and value - groups[-1][-1] <= _SNAP:
            groups[-1].append(value)
        else:
            groups.append([value])
    return [(group[0] + group[-1]) / 2 for group in groups]


def _slot(edges: list[float], value: float) -> int:
    return max(0, min(sum(edge <= value for edge in edges) - 1, len(edges) - 2))


def _merged_cells(
    xs: list[float], ys: list[float], rows: list[_Rule], columns: list[_Rule]
) -> dict[tuple[int, int], tuple[int, int]]:
    """For each place of the grid, the upper left place of the cell it belongs to: no line parts them."""
    roots: dict[tuple[int, int], tuple[int, int]] = {}
    for r in range(len(ys) - 1):
        for c in range(len(xs) - 1):
            if c and not _parted(columns, xs[c], (ys[r] + ys[r + 1]) / 2):
                roots[r, c] = roots[r, c - 1]
            elif r and not _parted(rows, ys[r], (xs[c] + xs[c + 1]) / 2):
                roots[r, c] = roots[r - 1, c]
            else:
                roots[r, c] = (r, c)
    return roots


def _parted(rules: list[_Rule], at: float, across: float) -> bool:
    return any(abs(rule.at - at) <= 2 * _SNAP and rule.low - 1 <= across <= rule.high + 1 for rule in rules)


def _ruled_rows(
    xs: list[float],
    ys: list[float],
    roots: dict[tuple[int, int], tuple[int, int]],
    filled: dict[tuple[int, int], list[Word]],
    page: int,
) -> Iterator[Row]:
    insets = [word.x0 - xs[c] for (_, c), words in filled.items() for word in words]
    inset = min(max(min(insets), 0.5), 12.0)
    last = {root: max(c for (_, c), other in roots.items() if other == root) for root in filled}
    for r in range(len(ys) - 1):
        places = [roots[r, c] for c in range(len(xs) - 1)]
        own = [root for c, root in enumerate(places) if root == (r, c)]
        if not any(root in filled for root in own):
            continue
        cells = []
        for c, root in enumerate(places):
            words = filled.get(root, []) if root == (r, c) else []
            right = xs[last[root] + 1] - inset if words else None
            cells.append(tuple(Line(tuple(strip), page, c + 1, right) for strip in strips(words)))
        whole = len(set(places)) == 1
        yield Row(tuple(cells[:1] if whole else cells), page, ys[r], tuple(xs))
