"""The rows of a table, few enough at a time that memory does not grow with their number."""

from collections.abc import Iterator, Sequence

import pyarrow as pa

from pipeline.output import Output, damage_told, paths_of, readable
from pipeline.schemas import ALL
from pipeline.store import DOCUMENTS_GROUP

_BATCH = 8_192


def stream(output: Output, name: str, columns: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
    """The rows of a table in their order, with the columns of `schemas` or these. Raises `Damaged`, OSError."""
    schema = ALL[name].schema
    kept = schema if columns is None else pa.schema([schema.field(column) for column in columns])
    # Each document brings its whole text.
    batch = DOCUMENTS_GROUP if "text" in kept.names and name == "documents" else _BATCH
    for path in paths_of(output.folder, f"{name}.parquet"):
        with readable(output.folder, path) as file, damage_told(output.folder.at(path)):
            for found in file.iter_batches(batch, columns=kept.names):
                rows = found.cast(kept)
                # Texts that are no UTF-8 would be found by nobody, or much later.
                rows.validate(full=True)
                yield rows
