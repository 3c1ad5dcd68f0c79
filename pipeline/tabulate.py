"""Pacts to Arrow tables of the schemas in `schemas`.

The rows of a part are made into columns once, however many of the pacts hold it; where it stands in each is added to
whole columns at a time.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from operator import attrgetter
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipeline import __version__
from pipeline.model import Pact, Part, Placed, Source
from pipeline.schemas import TABLES

Row = dict[str, Any]
Ints = npt.NDArray[np.int32]

_OF_PARTS = (
    *("blocks", "principles", "measures", "levels", "items", "observations", "clauses"),
    *("references", "quantities", "organisations"),
)
"""Tables whose rows come from the parts of pacts."""
_COUNTED: dict[str, dict[str, str]] = {
    "blocks": {"block": "blocks", "parent": "blocks", "paragraph": "line", "start": "at", "end": "at"},
    "observations": {"observation": "observations", "start": "at", "end": "at"},
    "clauses": {"clause": "clauses", "observation": "observations", "start": "at", "end": "at"},
    "levels": {"clause": "clauses", "start": "at", "end": "at"},
    "references": {"reference": "references", "observation": "observations", "start": "at", "end": "at"},
    "quantities": {"quantity": "quantities", "observation": "observations", "start": "at", "end": "at"},
    "organisations": {"organisation": "organisations", "observation": "observations", "start": "at", "end": "at"},
}
"""Columns that count from the start of a part, by table, and by which attribute of `Placed` they are moved."""
_OFFSETS = {"start": "at", "end": "at"}


@dataclass(frozen=True, slots=True)
class _Places:
    """All parts of some pacts, one entry each: which of the distinct parts, of which pact, and where it stands."""

    part: npt.NDArray[np.intp]
    pact: npt.NDArray[np.intp]
    moves: dict[str, Ints]


def tabulate(pacts: Iterable[Pact]) -> dict[str, pa.Table]:
    """All tables of some pacts, rows in the order of the pacts."""
    known = list(pacts)
    distinct: dict[int, int] = {}
    parts: list[Part] = []
    for pact in known:
        for placed in pact.parts:
            if distinct.setdefault(id(placed.part), len(parts)) == len(parts):
                parts.append(placed.part)
    places = _places_of(known, distinct)
    ids = pa.array([pact.source.pact_id for pact in known], pa.string())
    tables = {
        "documents": pa.Table.from_pylist([_document(pact) for pact in known], schema=TABLES["documents"].schema),
        "diagnostics": pa.Table.from_pylist(
            [row for pact in known for row in _diagnostics(pact)], schema=TABLES["diagnostics"].schema
        ),
        **{name: _of_parts(name, parts, places, ids, known) for name in _OF_PARTS},
    }
    return {name: tables[name] for name in TABLES}


def _places_of(pacts: Sequence[Pact], distinct: dict[int, int]) -> _Places:
    placed = [each for pact in pacts for each in pact.parts]
    moves: dict[str, Callable[[Placed], int]] = {name: attrgetter(name) for name in Placed._fields if name != "part"}
    return _Places(
        part=np.array([distinct[id(each.part)] for each in placed], dtype=np.intp),
        pact=np.repeat(np.arange(len(pacts)), [len(pact.parts) for pact in pacts]),
        moves={name: np.array([get(each) for each in placed], dtype=np.int32) for name, get in moves.items()},
    )


def _of_parts(name: str, parts: Sequence[Part], places: _Places, ids: pa.Array, pacts: Sequence[Pact]) -> pa.Table:
    """One table: the rows of the distinct parts, taken for each place at which a part stands, and moved there."""
    schema = TABLES[name].schema
    rows = _blocks if name == "blocks" else _rows(name)
    columns = [field for field in schema if field.name != "pact_id"]
    per_part = [rows(part) for part in parts]
    counts = np.array([len(found) for found in per_part], dtype=np.intp)
    flat = [row for found in per_part for row in found]
    values = zip(*flat, strict=True) if flat else ([] for _ in columns)
    repeats = counts[places.part] if len(parts) else counts
    first = (np.cumsum(counts) - counts)[places.part] if len(parts) else counts
    ends = np.cumsum(repeats)
    taken = _arrow(np.repeat(first - (ends - repeats), repeats) + np.arange(repeats.sum()))
    moved_by = _COUNTED.get(name, _OFFSETS)
    arrays = {"pact_id": ids.take(_arrow(np.repeat(places.pact, repeats)))}
    for field, column in zip(columns, values, strict=True):
        array = pa.array(column, field.type).take(taken)
        if field.name in moved_by:
            array = pc.add(array, _arrow(np.repeat(places.moves[moved_by[field.name]], repeats)))
        arrays[field.name] = array
    if name == "blocks" and any(pact.source.places for pact in pacts):
        arrays |= _by_readers(arrays, pacts)
    return pa.Table.from_arrays([arrays[field.name] for field in schema], schema=schema)


def _arrow(numbers: npt.NDArray[Any]) -> pa.Array:
    """Numbers as an Arrow array, as they lie in memory: `pa.array` would load numpy's masked arrays first."""
    return pa.Array.from_buffers(pa.from_numpy_dtype(numbers.dtype), len(numbers), [None, pa.py_buffer(numbers)])


def _rows(name: str) -> Callable[[Part], list[tuple[Any, ...]]]:
    """How to take the rows of a table from a part: their columns are the attributes of its values."""
    take = attrgetter(*(column for column in TABLES[name].schema.names if column != "pact_id"))
    return lambda part: [take(value) for value in getattr(part, name)]


def _blocks(part: Part) -> list[tuple[Any, ...]]:
    """The rows of the blocks; their paragraphs are lines, as in plain text."""
    return [
        (
            number,
            block.kind,
            None if block.parent is None else block.parent + 1,
            block.measure,
            block.levels[0] if len(block.levels) == 1 else None,
            block.rule,
            None,
            line + 1,
            block.start,
            block.end,
        )
        for number, (block, line) in enumerate(zip(part.blocks, part.lines, strict=True), start=1)
    ]


def _by_readers(arrays: dict[str, pa.Array], pacts: Sequence[Pact]) -> dict[str, pa.Array]:
    """Pages and paragraphs of blocks, from readers that know of them; the lines of the others."""
    starts, lines = arrays["start"].to_pylist(), arrays["paragraph"].to_pylist()
    pages: list[int | None] = [None] * len(starts)
    first = 0
    for pact in pacts:
        last = first + sum(len(placed.part.blocks) for placed in pact.parts)
        if pact.source.places:
            found = _places(pact.source, starts[first:last])
            of_page = pact.source.place_kind == "page"
            (pages if of_page else lines)[first:last] = found
            if of_page:
                lines[first:last] = [None] * (last - first)
        first = last
    return {"page": pa.array(pages, pa.int32()), "paragraph": pa.array(lines, pa.int32())}


def _places(source: Source, starts: Sequence[int]) -> list[int]:
    """The page or paragraph of each offset, in their order."""
    offsets = [start for start, _ in source.places]
    return [source.places[max(bisect_right(offsets, start) - 1, 0)][1] for start in starts]


def _document(pact: Pact) -> Row:
    source, facts = pact.source, pact.facts
    return {
        "pact_id": source.pact_id,
        "sha256": source.sha256,
        "media_type": source.media_type,
        "encoding": source.encoding,
        "n_bytes": source.n_bytes,
        "n_chars": len(source.text),
        "profile": pact.profile,
        "list_name": facts.list_name,
        "lead_candidate": facts.lead_candidate,
        "commune": facts.commune,
        "commune_code": facts.commune_code,
        "signed": facts.signed,
        "signed_on": facts.signed_on,
        "catalogue": pact.catalogue,
        "level_mode": pact.level_mode,
        "announced_measures": facts.announced_measures,
        "n_measures": sum(len(placed.part.measures) for placed in pact.parts),
        "status": pact.status,
        "coverage": pact.coverage,
        "n_diagnostics": len(pact.diagnostics),
        "parser_version": __version__,
        "rules_fingerprint": pact.rules_fingerprint,
        "text": source.text,
    }


def _diagnostics(pact: Pact) -> list[Row]:
    rows = []
    for number, found in enumerate(pact.diagnostics, start=1):
        line, column = position(pact.source.text, found.start)
        rows.append(
            {
                "pact_id": pact.source.pact_id,
                "diagnostic": number,
                "severity": found.severity,
                "code": found.code,
                "message": found.message,
                "measure": found.measure,
                "start": found.start,
                "end": found.end,
                "line": line,
                "column": column,
            }
        )
    return rows


def position(text: str, start: int | None) -> tuple[int | None, int | None]:
    """Line and column, both from 1, of an offset."""
    if start is None:
        return None, None
    starts = _line_starts(text)
    line = bisect_right(starts, start)
    return line, start - starts[line - 1] + 1


@lru_cache(2)
def _line_starts(text: str) -> list[int]:
    return [0, *accumulate(len(line) + 1 for line in text.split("\n"))][:-1]
