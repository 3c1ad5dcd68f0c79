"""Pacts to Arrow tables of the schemas in `schemas`."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from operator import attrgetter
from typing import Any

import pyarrow as pa

from pipeline import __version__
from pipeline.model import Pact, Source
from pipeline.schemas import TABLES

Row = dict[str, Any]

_PLAIN = ("principles", "measures", "levels", "items", "observations", "clauses")
"""Tables whose columns are the attributes of the pact's values of the same name."""


def tabulate(pacts: Iterable[Pact]) -> dict[str, pa.Table]:
    """All tables of some pacts, rows in the order of the pacts."""
    rows: dict[str, list[Row]] = {name: [] for name in TABLES}
    for pact in pacts:
        rows["documents"].append(_document(pact))
        rows["blocks"] += _blocks(pact)
        rows["diagnostics"] += _diagnostics(pact)
        for name in _PLAIN:
            rows[name] += _rows(name, pact.source.pact_id, getattr(pact, name))
    return {name: pa.Table.from_pylist(rows[name], schema=table.schema) for name, table in TABLES.items()}


def _rows(name: str, pact_id: str, values: Sequence[object]) -> list[Row]:
    columns = [column for column in TABLES[name].schema.names if column != "pact_id"]
    take = attrgetter(*columns)
    return [{"pact_id": pact_id, **dict(zip(columns, take(value), strict=True))} for value in values]


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
        "n_measures": len(pact.measures),
        "status": pact.status,
        "coverage": pact.coverage,
        "n_diagnostics": len(pact.diagnostics),
        "parser_version": __version__,
        "rules_fingerprint": pact.rules_fingerprint,
        "text": source.text,
    }


def _blocks(pact: Pact) -> list[Row]:
    places = _places(pact.source, [block.start for block in pact.blocks])
    of_page = pact.source.place_kind == "page"
    return [
        {
            "pact_id": pact.source.pact_id,
            "block": number,
            "kind": block.kind,
            "parent": None if block.parent is None else block.parent + 1,
            "measure": block.measure,
            "level": block.levels[0] if len(block.levels) == 1 else None,
            "rule": block.rule,
            "page": place if of_page else None,
            "paragraph": None if of_page else place,
            "start": block.start,
            "end": block.end,
        }
        for number, (block, place) in enumerate(zip(pact.blocks, places, strict=True), start=1)
    ]


def _places(source: Source, starts: Sequence[int]) -> list[int]:
    """The page or paragraph of each offset, in their order; the line, where the reader knows of neither."""
    if source.places:
        offsets = [start for start, _ in source.places]
        return [source.places[max(bisect_right(offsets, start) - 1, 0)][1] for start in starts]
    places, line, before = [], 1, 0
    for start in starts:
        line += source.text.count("\n", before, start)
        before = start
        places.append(line)
    return places


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
    return text.count("\n", 0, start) + 1, start - text.rfind("\n", 0, start)
