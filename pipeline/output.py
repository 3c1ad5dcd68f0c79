"""The tables of a run as they stand in a folder: files, or folders of part files, read in their order."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.commit import JOURNAL, Folder, folder_of, locked, recover
from pipeline.schemas import ALL
from pipeline.store import DOCUMENTS_GROUP

_BATCH = 8_192


class Damaged(Exception):
    """A table that cannot be read to its end; the text names the file and the remedy."""


class NoOutput(Exception):
    """No tables of today's in a folder; the text names it and the remedy."""


@dataclass(frozen=True, slots=True)
class Output:
    """The tables that a run left in a folder. Reading raises `Damaged` and OSError."""

    folder: Folder

    def batches(self, name: str, columns: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
        """The rows of a table in their order, so few at a time that memory does not grow with their number; with the
        columns of `schemas`, or these."""
        schema = ALL[name].schema
        kept = schema if columns is None else pa.schema([schema.field(column) for column in columns])
        # Each document brings its whole text.
        rows = DOCUMENTS_GROUP if name == "documents" and "text" in kept.names else _BATCH
        for path in paths_of(self.folder, f"{name}.parquet"):
            with readable(self.folder, path) as file, damage_told(self.folder.at(path)):
                for found in file.iter_batches(rows, columns=kept.names):
                    batch = found.cast(kept)
                    # Texts that are no UTF-8 would be found by nobody, or much later.
                    batch.validate(full=True)
                    yield batch

    def table(self, name: str, columns: Sequence[str] | None = None) -> pa.Table:
        """A whole table in memory; all columns, or these."""
        schema = ALL[name].schema
        kept = schema if columns is None else pa.schema([schema.field(column) for column in columns])
        return pa.Table.from_batches(self.batches(name, columns), kept)


def open_output(where: str | Path) -> Output:
    """The tables in a folder or at a URL; a commit that was cut off is completed.

    Raises `NoOutput` where a table is missing or is not one of today's, `Damaged`, OSError, and what `locked` raises.
    """
    folder = folder_of(where)
    if folder.exists(JOURNAL):
        with locked(where):
            recover(where)
    for name, table in ALL.items():
        try:
            found = paths_of(folder, f"{name}.parquet")
        except FileNotFoundError:
            raise NoOutput(
                f"{where}: {name}.parquet is not there: make the tables with pacte parse INPUT -o {where}"
            ) from None
        for path in found:
            with readable(folder, path) as file:
                if not file.schema_arrow.equals(table.schema):
                    told = f"{folder.at(path)}: has the columns of another version: pacte parse INPUT -o {where}"
                    raise NoOutput(told)
    return Output(folder)


def paths_of(folder: Folder, name: str) -> list[str]:
    """The file of a table, or the parts in the folder of that name, in the order of their names.

    Raises FileNotFoundError.
    """
    parts = [f"{name}/{part}" for part in folder.names(name) if part.endswith(".parquet")]
    found = parts if folder.is_folder(name) else [name] * folder.exists(name)
    if not found:
        raise FileNotFoundError(folder.at(name))
    return found


@contextmanager
def readable(folder: Folder, path: str) -> Iterator[pq.ParquetFile]:
    """A Parquet file, open. Raises `Damaged`, OSError."""
    with folder.open(path) as stream:
        with damage_told(folder.at(path)):
            file = pq.ParquetFile(stream)
        with file:
            yield file


@contextmanager
def damage_told(path: str) -> Iterator[None]:
    """What Arrow says of damaged bytes, with the file and the remedy; what the system says goes on as it is."""
    try:
        yield
    except pa.ArrowException as error:
        raise Damaged(f"{path}: is damaged ({error}): delete it, and parse anew") from error
    except OSError as error:
        if error.errno is not None:
            raise
        raise Damaged(f"{path}: is damaged ({error}): delete it, and parse anew") from error
