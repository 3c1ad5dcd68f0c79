"""The tables of an output as one DuckDB file, with views for the questions that people ask of them."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pyarrow as pa

from pipeline.output import Damaged, Output
from pipeline.schemas import ALL, Table
from pipeline.staged import staged
from pipeline.views import VIEWS

_QUESTIONS = "questions"
_CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "memory_limit": "512MB",
    "threads": 2,
    # An index takes at least a block, and a table of a few rows as well: in blocks of 256 KB, one pact makes 8 MB.
    "default_block_size": "65536",
    # What DuckDB 2 writes by itself, older ones cannot read; before 1.2, texts would take ten times the room.
    "storage_compatibility_version": "v1.2.0",
}
_TYPES = {
    pa.string(): "varchar",
    pa.int8(): "tinyint",
    pa.int16(): "smallint",
    pa.int32(): "integer",
    pa.bool_(): "boolean",
    pa.float64(): "double",
    pa.date32(): "date",
}


def export_duckdb(output: Output, place: Path) -> None:
    """One DuckDB file: the tables with their keys, comments on all, `views.VIEWS`, and `questions`, which lists them.

    Raises `Damaged`, OSError, and what `staged` raises.
    """
    with staged(place, ours=_is_ours) as path:
        fill(output, path)


def fill(output: Output, path: Path) -> None:
    """Write the DuckDB file itself, where no file is. Raises `Damaged`, OSError."""
    with _told(output), opened(path) as connection:
        for name in _by_reference():
            connection.execute(_create(name, ALL[name]))
            # In one statement, what is wrong with a file would come back as an error of DuckDB's, without its name.
            for given in output.batches(name):
                connection.register("given", given)
                connection.execute(f'insert into "{name}" select * from given')
                connection.unregister("given")
            _comment(connection, name, ALL[name])
        for name, view in VIEWS.items():
            connection.execute(f"create view {name} as {view.sql}")
            connection.execute(f"comment on view {name} is {_quoted(view.told)}")
        connection.execute(
            f"create table {_QUESTIONS} (question varchar, view_name varchar primary key, row_is varchar)"
        )
        listed = [(view.question, name, view.told) for name, view in VIEWS.items()]
        connection.executemany(f"insert into {_QUESTIONS} values (?, ?, ?)", listed)
        connection.execute(f"comment on table {_QUESTIONS} is 'The views of this file, and what each answers.'")


@contextmanager
def opened(path: Path, read_only: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
    """A DuckDB file that takes no more memory than it should, and prints nothing. Raises what DuckDB does."""
    with duckdb.connect(str(path), read_only, config=_CONFIG) as connection:
        connection.execute("set enable_progress_bar = false")
        yield connection


def _comment(connection: duckdb.DuckDBPyConnection, name: str, table: Table) -> None:
    connection.execute(f'comment on table "{name}" is {_quoted(f"{table.title}: one row is {table.row}.")}')
    for field in table.schema:
        told = f"{field.metadata[b'title'].decode()}: {field.metadata[b'description'].decode()}"
        connection.execute(f'comment on column "{name}"."{field.name}" is {_quoted(told)}')


def _by_reference() -> list[str]:
    """All tables, those that others refer to first."""
    ordered: dict[str, None] = {}

    def add(name: str) -> None:
        for _, target in ALL[name].references:
            if target != name:
                add(target)
        ordered.setdefault(name)

    for name in ALL:
        add(name)
    return list(ordered)


def _create(name: str, table: Table) -> str:
    lines = [f'"{field.name}" {_sql(field.type)}{"" if field.nullable else " not null"}' for field in table.schema]
    lines.append(f"primary key ({_names(table.key)})")
    lines += [
        f'foreign key ({_names(columns)}) references "{target}" ({_names(ALL[target].key)})'
        for columns, target in table.references
        # DuckDB does not see rows of the same insert: blocks.parent cannot be declared.
        if target != name
    ]
    return f'create table "{name}" ({", ".join(lines)})'


def _names(columns: tuple[str, ...]) -> str:
    return ", ".join(f'"{column}"' for column in columns)


def _sql(kind: pa.DataType) -> str:
    return f"{_sql(kind.value_type)}[]" if pa.types.is_list(kind) else _TYPES[kind]


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _is_ours(path: Path) -> bool:
    """Whether a file holds tables and views as they are made here, and none of somebody else's."""
    try:
        with opened(path, read_only=True) as connection:
            held = connection.execute("select table_name from information_schema.tables").fetchall()
    except duckdb.Error:
        return False
    return (_QUESTIONS,) in held and {name for (name,) in held} <= {_QUESTIONS, *ALL, *VIEWS}


@contextmanager
def _told(output: Output) -> Iterator[None]:
    """What DuckDB says of rows and of the disk, as errors that commands know."""
    try:
        yield
    except duckdb.ConstraintException as error:
        raise Damaged(
            f"{output.folder.path}: the tables contradict each other ({_first(error)}): parse anew"
        ) from error
    except (duckdb.IOException, duckdb.OutOfMemoryException) as error:
        raise OSError(errno.EIO, _first(error)) from error


def _first(error: Exception) -> str:
    return str(error).split("\n", 1)[0]
