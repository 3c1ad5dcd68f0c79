"""The tables of an output for other programs: CSV, JSON Lines, and one file of DuckDB with views for the questions."""

import csv
import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa

from pipeline import package
from pipeline.output import Output
from pipeline.package import Stored
from pipeline.schemas import ALL, Table
from pipeline.staged import staged
from pipeline.views import QUESTIONS, VIEWS

if TYPE_CHECKING:
    from _csv import Writer

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""With these a cell begins that a spreadsheet may take for a formula: https://owasp.org/www-community/attacks/CSV_Injection."""


def export_csv(output: Output, place: Path, excel: bool = False) -> None:
    """A folder of CSV files (RFC 4180, UTF-8), one a table, with a datapackage.json that describes them.

    A text that a spreadsheet would take for a formula gets an apostrophe in front. Lists are JSON, dates ISO 8601,
    what is missing is empty. For `excel` in French: a BOM, semicolons, decimal commas. Raises OSError, `Occupied`.
    """
    delimiter, decimal = (";", ",") if excel else (",", ".")
    with staged(place, [package.NAME, *(f"{name}.csv" for name in ALL)]) as folder:
        stored = {}
        for name in ALL:
            path = folder / f"{name}.csv"
            with path.open("w", encoding="utf-8-sig" if excel else "utf-8", newline="") as stream:
                # Lines end as RFC 4180 and Excel have it; all others read both.
                rows = _write_csv(output, name, csv.writer(stream, delimiter=delimiter, lineterminator="\r\n"), excel)
            with path.open("rb") as written:
                digest = hashlib.file_digest(written, "sha256").hexdigest()
            stored[name] = Stored(rows, (path.name,), (digest,), path.stat().st_size)
        with output.folder.open(package.NAME) as described:
            text = package.for_csv(json.load(described), stored, delimiter, decimal)
        (folder / package.NAME).write_text(text, encoding="utf-8", newline="\n")


def _write_csv(output: Output, name: str, writer: "Writer", excel: bool) -> int:
    rows = 0
    writer.writerow(ALL[name].schema.names)
    cells = [_cell_of(field, excel) for field in ALL[name].schema]
    for batch in output.batches(name):
        columns = [map(cell, column.to_pylist()) for cell, column in zip(cells, batch.columns, strict=True)]
        writer.writerows(zip(*columns, strict=True))
        rows += batch.num_rows
    return rows


def export_jsonl(output: Output, place: Path) -> None:
    """A folder of JSON Lines, one file a table, one object a row, every column in each. Raises OSError, `Occupied`."""
    with staged(place, [f"{name}.jsonl" for name in ALL]) as folder:
        for name in ALL:
            with (folder / f"{name}.jsonl").open("w", encoding="utf-8", newline="\n") as stream:
                for batch in output.batches(name):
                    lines = (json.dumps(row, ensure_ascii=False, default=str) for row in batch.to_pylist())
                    stream.writelines(f"{line}\n" for line in lines)


def export_duckdb(output: Output, place: Path) -> None:
    """One DuckDB file: every table with its key, its columns described, and the views of `views`.

    Raises OSError, `Occupied`.
    """
    with staged(place) as path, duckdb.connect(str(path)) as connection:
        for name, table in ALL.items():
            connection.execute(_create(name, table))
            reader = pa.RecordBatchReader.from_batches(table.schema, _cast(output, name))
            connection.register("given", reader)
            connection.execute(f'insert into "{name}" select * from given')
            connection.unregister("given")
            connection.execute(f'comment on table "{name}" is {_quoted(f"{table.title}: one row is {table.row}")}')
            for field in table.schema:
                told = f"{field.metadata[b'title'].decode()}: {field.metadata[b'description'].decode()}"
                connection.execute(f'comment on column "{name}"."{field.name}" is {_quoted(told)}')
        for view, (sql, told) in VIEWS.items():
            connection.execute(f"create view {view} as {sql}")
            connection.execute(f"comment on view {view} is {_quoted(told)}")
        connection.execute("create table questions (question varchar not null, view varchar not null)")
        connection.executemany("insert into questions values (?, ?)", list(QUESTIONS.items()))


def _cast(output: Output, name: str) -> Iterator[pa.RecordBatch]:
    return (batch.cast(ALL[name].schema) for batch in output.batches(name))


def _cell_of(field: pa.Field, excel: bool) -> Callable[[Any], Any]:
    """How a value of a column is written."""
    if field.type == pa.string():
        return lambda value: f"'{value}" if value and value.startswith(_FORMULA) else value
    if field.type == pa.bool_():
        return lambda value: None if value is None else str(value).lower()
    if pa.types.is_list(field.type):
        return lambda value: None if value is None else json.dumps(value, ensure_ascii=False)
    if field.type == pa.float64() and excel:
        return lambda value: None if value is None else str(value).replace(".", ",")
    return lambda value: value


def _create(name: str, table: Table) -> str:
    columns = [f'"{field.name}" {_sql(field.type)}{"" if field.nullable else " not null"}' for field in table.schema]
    key = ", ".join(f'"{column}"' for column in table.key)
    return f'create table "{name}" ({", ".join(columns)}, primary key ({key}))'


def _sql(kind: pa.DataType) -> str:
    if pa.types.is_list(kind):
        return f"{_sql(kind.value_type)}[]"
    return _TYPES[kind]


_TYPES = {
    pa.string(): "varchar",
    pa.int8(): "tinyint",
    pa.int16(): "smallint",
    pa.int32(): "integer",
    pa.bool_(): "boolean",
    pa.float64(): "double",
    pa.date32(): "date",
}


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
