"""Write tables: appended chunk by chunk to staged files, then committed as a whole.

The manifest tells what they hold, and of which inputs; datapackage.json describes them for others.

The same rows give the same bytes, however they were cut into chunks. A file is cut into row groups of a fixed number
of rows, so that a question about one pact reads one group: 128 documents are 1.5 MB and 6 ms of DuckDB, 256 take twice
that, and fewer cost more to write; 32,768 blocks or levels are some 200 pacts, 8,192 rows of the other tables about as
many, or more, and what waits for a group to be full stays small.
"""

import hashlib
import io
import json
import tempfile
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline import __version__, package
from pipeline.commit import Folder, commit, discard, folder_of, locked, new_staging, recover
from pipeline.dataset import Dataset
from pipeline.package import Stored, catalogue_table
from pipeline.schemas import ALL, TABLES

MANIFEST = "manifest.json"
GROUP, _OTHER_GROUP = 32_768, 8_192
"""Rows of a row group, of the two longest tables and of the others."""
DOCUMENTS_GROUP = 128
"""Rows of a row group of the documents, each of which brings its whole text."""
_GROUPS = {"documents": DOCUMENTS_GROUP, "blocks": GROUP, "levels": GROUP}
_PIECES = 8
"""Chunks that wait for a row group to be full are merged when they are this many: a few rows would else keep all the
memory of the chunk alive that they came in."""
_SPOOLED = 1 << 20
# Level 3 takes 10 % less room and a fifth more time.
_LEVEL = 1
_RARELY_EQUAL = frozenset(["sha256", "block", "parent", "paragraph", "start", "end"])
"""Columns in which a dictionary does not pay."""
# Measures, levels, items and principles stand in the order of the document, which need not be that of their numbers.
_RUNNING = frozenset(
    [
        *("documents", "blocks", "observations", "clauses", "references", "quantities", "organisations"),
        *("diagnostics", "catalogue"),
    ]
)
"""Tables whose rows are in the order of the whole key; the others are in that of `pact_id`."""


class Writer:
    """The tables of one run, staged beside the output until `close`. Raises OSError where they cannot be written.

    As a context manager it removes what is staged unless `close` was reached. The caller holds `commit.locked` and has
    called `commit.recover`.
    """

    def __init__(self, folder: str | Path) -> None:
        self._folder = folder_of(folder)
        self._staging: str | None = new_staging(self._folder)
        self._files: dict[str, _File] = {}
        self._last: str | None = None
        self._editions: set[str] = set()
        self._inputs: IO[str] = tempfile.SpooledTemporaryFile(  # noqa: SIM115 - closed by close and abort
            _SPOOLED, "w+", encoding="utf-8", newline="\n"
        )
        try:
            for name in TABLES:
                self._files[name] = _File(name, self._create(f"{name}.parquet"))
        except BaseException:
            self.abort()
            raise

    def __enter__(self) -> "Writer":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.abort()

    def append(self, tables: Mapping[str, pa.Table]) -> None:
        """Add all tables of some pacts that come after those added before.

        Raises ValueError for tables, schemas or an order of pacts that are not those of `schemas`, OSError.
        """
        if tables.keys() != TABLES.keys():
            raise ValueError(f"tables {sorted(tables)}: give all of {sorted(TABLES)}")
        self._note(tables["documents"])
        for name, table in tables.items():
            self._files[name].append(table)

    def close(self, manifest: Mapping[str, object], dataset: Dataset | None = None) -> dict[str, int]:
        """Write the rest, then what `finish` writes, and commit; rows by table.

        The manifest holds the parser's version, what `manifest` gives, and `inputs` and `tables`.
        Raises ValueError for a manifest with those two names, OSError, `RuleError`.
        """
        if self._staging is None:
            raise ValueError("the writer is closed: make a new one for each run")
        if clash := {"inputs", "tables"} & manifest.keys():
            raise ValueError(f"manifest: {sorted(clash)} are written by the writer: name them otherwise")
        stored = {name: file.close() for name, file in self._files.items()}
        self._inputs.seek(0)
        stored = finish(self._folder, self._staging, manifest, self._inputs, stored, self._editions, dataset)
        self._inputs.close()
        # From here on the staging is the commit's.
        staging, self._staging = self._staging, None
        commit(self._folder, staging)
        return {name: each.rows for name, each in stored.items()}

    def abort(self) -> None:
        """Forget what is staged; nothing after `close`."""
        if self._staging is None:
            return
        staging, self._staging = self._staging, None
        self._inputs.close()
        for file in self._files.values():
            file.abort()
        discard(self._folder, staging)

    def _create(self, name: str) -> BinaryIO:
        return self._folder.create(f"{self._staging}/{name}")

    def _note(self, documents: pa.Table) -> None:
        """Check the order, and keep what the manifest tells of the inputs."""
        ids = documents["pact_id"].to_pylist()
        for before, pact_id in zip([self._last, *ids], ids, strict=False):
            if before is not None and before >= pact_id:
                raise ValueError(f"pact {pact_id!r} after {before!r}: append pacts in the order of pact_id, each once")
        for pact_id, sha256 in zip(ids, documents["sha256"].to_pylist(), strict=True):
            self._inputs.write(input_line(pact_id, sha256))
        self._editions.update(documents["catalogue"].unique().to_pylist())
        if ids:
            self._last = ids[-1]


def finish(
    folder: Folder,
    staging: str,
    manifest: Mapping[str, object],
    inputs: Iterable[str],
    stored: Mapping[str, Stored],
    editions: Collection[str],
    dataset: Dataset | None,
) -> dict[str, Stored]:
    """Write what stands beside the tables of pacts: the catalogue, datapackage.json, the manifest; all that is stored.

    `inputs` are lines that `input_line` made, `editions` the catalogues that pacts were compared with. Raises OSError,
    and `RuleError` for a mistake in a catalogue.
    """
    catalogue = _File("catalogue", folder.create(f"{staging}/catalogue.parquet"))
    catalogue.append(catalogue_table(editions))
    every = {**stored, "catalogue": catalogue.close()}
    with folder.create(f"{staging}/{package.NAME}") as stream:
        stream.write(package.describe(every, dataset or Dataset()).encode())
    with folder.create(f"{staging}/{MANIFEST}") as stream:
        write_manifest(stream, manifest, inputs, {name: _told(each) for name, each in every.items()})
    return every


def _told(stored: Stored) -> dict[str, object]:
    """What the manifest tells of a table."""
    if stored.n_bytes is not None:
        return {"rows": stored.rows, "sha256": stored.sha256[0]}
    names = (path.rpartition("/")[2] for path in stored.paths)
    return {"rows": stored.rows, "parts": dict(zip(names, stored.sha256, strict=True))}


def input_line(pact_id: str, sha256: str) -> str:
    """What the manifest tells of one input, as a line to be kept until then."""
    return f"{json.dumps(pact_id, ensure_ascii=False)}: {json.dumps(sha256)}\n"


def write_manifest(
    raw: BinaryIO, manifest: Mapping[str, object], inputs: Iterable[str], tables: Mapping[str, object]
) -> None:
    """Write the manifest: the parser's version, what `manifest` gives, `inputs` as `input_line` gives them, `tables`.

    The same text as json.dumps(indent=1), with the inputs copied line by line: there may be millions.
    """
    stream = io.TextIOWrapper(raw, "utf-8", newline="\n")
    stream.write(_members({"parser_version": __version__, **manifest}) + ',\n "inputs": {')
    separator = "\n  "
    for line in inputs:
        stream.write(separator + line.rstrip("\n"))
        separator = ",\n  "
    stream.write(("}" if separator == "\n  " else "\n }") + ",")
    stream.write(_members({"tables": tables}).removeprefix("{") + "\n}\n")
    stream.flush()
    stream.detach()


def store(tables: Mapping[str, pa.Table], folder: Path, rules: Mapping[str, str]) -> None:
    """Write `<table>.parquet` and the manifest into `folder`. `rules` are the fingerprints of the kinds of pacts.

    Nothing in the folder changes before every file is whole. Raises OSError where it cannot be written, `commit.Busy`
    while another run writes there.
    """
    with locked(folder):
        recover(folder)
        with Writer(folder) as writer:
            writer.append(tables)
            writer.close({"rules": dict(rules)})


def _members(value: Mapping[str, object]) -> str:
    """A JSON object without its closing brace."""
    return json.dumps(value, ensure_ascii=False, indent=1).removesuffix("\n}")


class _File:
    """One table on its way into its file: rows that wait for their row group to be full, and the file."""

    def __init__(self, name: str, raw: BinaryIO) -> None:
        self.rows = 0
        self._name, self._schema = name, ALL[name].schema
        self._group = _GROUPS.get(name, _OTHER_GROUP)
        self._waiting: list[pa.Table] = []
        self._n_waiting = 0
        self._sink = _Sink(raw)
        self._writer = pq.ParquetWriter(self._sink, self._schema, **parquet_options(name))

    def append(self, table: pa.Table) -> None:
        if not table.schema.equals(self._schema):
            raise ValueError(f"{self._name}: the columns are not those of schemas.py: make tables with tabulate")
        if not table.num_rows:
            return
        self.rows += table.num_rows
        self._n_waiting += table.num_rows
        self._waiting.append(table)
        if self._n_waiting >= self._group:
            whole = pa.concat_tables(self._waiting)
            full = self._n_waiting // self._group * self._group
            for start in range(0, full, self._group):
                self._write(whole.slice(start, self._group))
            self._waiting = [whole.slice(full)] if self._n_waiting > full else []
            self._n_waiting -= full
        elif len(self._waiting) >= _PIECES:
            self._waiting = [pa.concat_tables(self._waiting).combine_chunks()]

    def close(self) -> Stored:
        """Write the rest; what was stored."""
        if self._n_waiting:
            self._write(pa.concat_tables(self._waiting))
            self._waiting, self._n_waiting = [], 0
        self._writer.close()
        self._sink.finish()
        return Stored(self.rows, (f"{self._name}.parquet",), (self._sink.sha256.hexdigest(),), self._sink.n_bytes)

    def abort(self) -> None:
        """Let go of the file, whatever state it is in."""
        self._waiting = []
        self._sink.drop()

    def _write(self, group: pa.Table) -> None:
        # One piece each column: pages would else be cut where the chunks were.
        self._writer.write_table(group.combine_chunks(), row_group_size=self._group)


def parquet_options(name: str) -> dict[str, Any]:
    """How a table is written: the arguments of pyarrow's ParquetWriter. A list is known by the path of its elements."""
    table = ALL[name]
    paths = {f.name: f"{f.name}.list.element" if pa.types.is_list(f.type) else f.name for f in table.schema}
    searched = [path for column, path in paths.items() if (name, column) != ("documents", "text")]
    ordered = table.key if name in _RUNNING else table.key[:1]
    return {
        "compression": "zstd",
        "compression_level": _LEVEL,
        "use_dictionary": [path for path in searched if path not in _RARELY_EQUAL],
        "write_statistics": searched,
        "sorting_columns": pq.SortingColumn.from_ordering(table.schema, [(each, "ascending") for each in ordered]),
    }


class _Sink(io.RawIOBase):
    """A file that is hashed as it is written; it can be dropped, and then takes anything and writes nothing."""

    def __init__(self, raw: BinaryIO) -> None:
        self.sha256 = hashlib.sha256()
        self.n_bytes = 0
        self._raw: BinaryIO | None = raw

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        if self._raw is not None:
            self.sha256.update(data)
            self.n_bytes += len(data)
            self._raw.write(data)
        return len(data)

    def finish(self) -> None:
        if self._raw is not None:
            self._raw.close()
            self._raw = None

    def drop(self) -> None:
        # The file is about to be removed: that its last bytes found no room is no news.
        with suppress(OSError):
            self.finish()
        self._raw = None
