"""The tables of an output as files of text for other programs: CSV, JSON Lines."""

import csv
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

import pyarrow as pa

from pipeline import package
from pipeline.cells import LEFT_OUT, Losses, fitted, neutral
from pipeline.output import Damaged, Output
from pipeline.package import Stored
from pipeline.schemas import ALL
from pipeline.staged import staged


def export_csv(output: Output, place: Path, excel: bool = False) -> Losses:
    """A folder of CSV files (RFC 4180, UTF-8), one a table, with a datapackage.json that describes them.

    - what is missing, and a text of no characters, is an empty cell;
    - a text that a spreadsheet might take for a formula has an apostrophe in front: `cells.neutral`;
    - lists are JSON: [2, 3], ["30 %"]; dates ISO 8601: 2020-03-05; booleans true and false;
    - lines end in \\r\\n, as RFC 4180, Excel, and Python's own writer have it; those within a cell stay \\n.

    For `excel` in French: a BOM, semicolons, decimal commas, VRAI and FAUX, no column of `cells.LEFT_OUT`, and texts
    that are longer than a cell are cut. What was cut is returned.

    Raises `Damaged`, OSError, and what `staged` raises.
    """
    losses = Losses()
    described = package_of(output)
    if excel:
        described = _for_excel(described)
    with staged(place, [package.NAME, *(f"{name}.csv" for name in ALL)]) as folder:
        stored = {}
        for name in ALL:
            path = folder / f"{name}.csv"
            with path.open("w", encoding="utf-8-sig" if excel else "utf-8", newline="") as file:
                rows = _write_csv(output, name, file, excel, losses)
            with path.open("rb") as written:
                digest = hashlib.file_digest(written, "sha256").hexdigest()
            stored[name] = Stored(rows, (path.name,), (digest,), path.stat().st_size)
        text = package.for_csv(described, stored, *((";", ",") if excel else (",", ".")))
        (folder / package.NAME).write_text(text, encoding="utf-8", newline="\n")
    return losses


def export_jsonl(output: Output, place: Path) -> None:
    """A folder of JSON Lines, one file a table, one object a row, every column in each; dates are ISO 8601.

    Raises `Damaged`, OSError, and what `staged` raises.
    """
    with staged(place, [f"{name}.jsonl" for name in ALL]) as folder:
        for name in ALL:
            # Half of a character could not be encoded: it would be an error, not a file that others cannot read.
            with (folder / f"{name}.jsonl").open("w", encoding="utf-8", newline="\n") as file:
                for batch in output.batches(name):
                    lines = (json.dumps(row, ensure_ascii=False, default=str) for row in batch.to_pylist())
                    file.writelines(f"{line}\n" for line in lines)


def _write_csv(output: Output, name: str, file: IO[str], excel: bool, losses: Losses) -> int:
    rows = 0
    left_out = LEFT_OUT.get(name, ()) if excel else ()
    kept = [field for field in ALL[name].schema if field.name not in left_out]
    columns = [field.name for field in kept]
    cells = [_in_excel(field, name, losses) if excel else _in_csv(field) for field in kept]
    writer = csv.writer(file, delimiter=";" if excel else ",", lineterminator="\r\n")
    writer.writerow(columns)
    for batch in output.batches(name, columns):
        values = [map(cell, column.to_pylist()) for cell, column in zip(cells, batch.columns, strict=True)]
        writer.writerows(zip(*values, strict=True))
        rows += batch.num_rows
    return rows


def _in_csv(field: pa.Field) -> Callable[[Any], Any]:
    """How a value of a column is written; numbers and dates are as Python writes them."""
    if field.type == pa.string():
        return lambda value: value and neutral(value)
    if field.type == pa.bool_():
        return lambda value: None if value is None else "true" if value else "false"
    if pa.types.is_list(field.type):
        return lambda value: None if value is None else json.dumps(value, ensure_ascii=False)
    return lambda value: value


def _in_excel(field: pa.Field, table: str, losses: Losses) -> Callable[[Any], Any]:
    """The same for Excel in French."""
    if field.type == pa.bool_():
        return lambda value: None if value is None else "VRAI" if value else "FAUX"
    if field.type == pa.float64():
        return lambda value: None if value is None else str(value).replace(".", ",")
    plain = _in_csv(field)
    if field.type == pa.string() or pa.types.is_list(field.type):
        return lambda value: value and fitted(plain(value), table, losses)
    return plain


def package_of(output: Output) -> dict[str, Any]:
    """The datapackage.json of the output. Raises `Damaged` where it does not describe all tables, OSError."""
    path = output.folder.at(package.NAME)
    if not output.folder.exists(package.NAME):
        raise Damaged(f"{path}: is not there: parse anew")
    with output.folder.open(package.NAME) as file:
        try:
            told: dict[str, Any] = json.load(file)
            described = {resource["name"] for resource in told["resources"]}
        except (ValueError, TypeError, KeyError):
            described = set()
    if described != ALL.keys():
        raise Damaged(f"{path}: does not describe these tables: delete it, and parse anew")
    return told


def _for_excel(described: dict[str, Any]) -> dict[str, Any]:
    """The package of tables as they are written for Excel in French."""
    resources = []
    for resource in described["resources"]:
        left_out = LEFT_OUT.get(resource["name"], ())
        fields = [field for field in resource["schema"]["fields"] if field["name"] not in left_out]
        spoken = {"trueValues": ["VRAI"], "falseValues": ["FAUX"]}
        fields = [field | spoken if field["type"] == "boolean" else field for field in fields]
        resources.append({**resource, "schema": {**resource["schema"], "fields": fields}})
    return {**described, "resources": resources}
