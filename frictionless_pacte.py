"""A reader of Parquet for `frictionless`, which finds modules of this name by itself.

Its own goes through pandas, where an integer that is missing becomes NaN and a list an array: it calls both mistakes.
"""

import io
from collections.abc import Iterator
from typing import Any, cast

import pyarrow.parquet as pq
from frictionless import Parser, Plugin, Resource

_BYTES, _ROWS = 1 << 20, 1_024


class _Arrow(Parser):
    requires_loader = True
    supported_types = ["array", "boolean", "date", "integer", "number", "string"]  # noqa: RUF012 - as Parser has it

    def read_cell_stream_create(self) -> Iterator[list[Any]]:
        # Only what is taken by `read1` is counted and hashed.
        stream = cast(io.BufferedReader, self.loader.byte_stream)
        data = b"".join(iter(lambda: stream.read1(_BYTES), b""))
        with pq.ParquetFile(io.BytesIO(data)) as file:
            yield list(file.schema_arrow.names)
            for batch in file.iter_batches(_ROWS):
                columns = [column.to_pylist() for column in batch.columns]
                yield from (list(row) for row in zip(*columns, strict=True))


class PactePlugin(Plugin):
    """Reads Parquet as it is: what is missing is missing."""

    def create_parser(self, resource: Resource) -> Parser | None:
        return _Arrow(resource) if resource.format == "parquet" else None
