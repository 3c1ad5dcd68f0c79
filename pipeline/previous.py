"""The tables of the last run, read once from front to back: what has not changed is carried over, not parsed again."""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipeline.commit import Folder, folder_of
from pipeline.output import Damaged, damage_told, paths_of, readable
from pipeline.schemas import TABLES

_BATCH = 1024


@dataclass(frozen=True, slots=True)
class Seen:
    """What the last run says of a document."""

    pact_id: str
    sha256: str
    profile: str
    status: str
    parser_version: str
    rules_fingerprint: str


_SEEN = tuple(Seen.__dataclass_fields__)


class Previous:
    """A cursor over the tables of the last run, in the order of `pact_id`; holds one row group of each table.

    `groups_read` counts the row groups read, by table.
    """

    def __init__(self, folder: str | Path) -> None:
        """Raises FileNotFoundError for a table that is not there, `Damaged` for one that is none of today's."""
        self.groups_read: Counter[str] = Counter()
        self._folder = folder_of(folder)
        self._cursors = {name: _Cursor(name, self._folder, self.groups_read) for name in TABLES}
        self._last: str | None = None

    @classmethod
    def open(cls, folder: str | Path) -> "Previous | None":
        """The last run; None where a table is missing, cannot be read or has another schema than today."""
        try:
            return cls(folder)
        except (FileNotFoundError, Damaged):
            return None

    def __enter__(self) -> "Previous":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def seen(self) -> Iterator[Seen]:
        """What the last run says of each document, in order, read batch by batch. Raises `Damaged`."""
        for path in self._cursors["documents"].paths:
            with readable(self._folder, path) as file, damage_told(self._folder.at(path)):
                for batch in file.iter_batches(_BATCH, columns=list(_SEEN), use_threads=False):
                    for row in zip(*(batch.column(name).to_pylist() for name in _SEEN), strict=True):
                        yield Seen(*row)

    def take(self, pact_ids: Sequence[str]) -> dict[str, pa.Table]:
        """All rows of these pacts, as they were. Ids ascend, each call beyond the last.

        Raises ValueError where they do not, KeyError for a pact that the last run did not have, `Damaged`.
        """
        for pact_id in pact_ids:
            if self._last is not None and self._last >= pact_id:
                raise ValueError(f"pact {pact_id!r} after {self._last!r}: ask in the order of pact_id, each once")
            self._last = pact_id
        tables = {name: cursor.take(pact_ids) for name, cursor in self._cursors.items()}
        found = tables["documents"]["pact_id"].to_pylist()
        if missing := sorted(set(pact_ids).difference(found)):
            raise KeyError(f"pact {missing[0]!r} is not in the last run: parse it")
        if len(found) != len(pact_ids):
            raise Damaged("a document stands twice in the last run: delete its tables, and parse anew")
        return tables

    def close(self) -> None:
        """Close the files."""
        for cursor in self._cursors.values():
            cursor.close()


class _Cursor:
    """One table: its files in order, the row group at hand, and which of its rows belong to which pact."""

    def __init__(self, name: str, folder: Folder, groups_read: "Counter[str]") -> None:
        self.paths = paths_of(folder, f"{name}.parquet")
        self._name, self._folder, self._groups_read = name, folder, groups_read
        for path in self.paths:
            with readable(folder, path) as file:
                if not file.schema_arrow.equals(TABLES[name].schema):
                    raise Damaged(f"{folder.at(path)}: its columns are not those of today: parse all anew")
        self._groups = self._walk()
        self._table: pa.Table | None = None
        self._ids: list[str] = []
        self._ends: list[int] = []

    def take(self, pact_ids: Sequence[str]) -> pa.Table:
        slices = [TABLES[self._name].schema.empty_table()]  # the first gives the descriptions of columns: today's
        at = 0
        while at < len(pact_ids) and self._reach(pact_ids[at]):
            last = self._ids[-1]
            behind = bisect_right(pact_ids, last, at)
            slices += self._slices(pact_ids[at:behind])
            at = behind
            if behind and pact_ids[behind - 1] == last:
                # More of its rows may stand in the next group.
                self._advance(last)
                at -= self._table is not None and self._ids[0] == last
        return pa.concat_tables(slices)

    def close(self) -> None:
        self._groups.close()
        self._table = None

    def _slices(self, pact_ids: Sequence[str]) -> Iterator[pa.Table]:
        """The rows of these pacts in the group at hand; those of neighbours in one slice."""
        assert self._table is not None
        start = stop = 0
        for pact_id in pact_ids:
            place = bisect_left(self._ids, pact_id)
            if self._ids[place] != pact_id:
                continue
            begins = self._ends[place - 1] if place else 0
            if begins != stop:
                yield self._table.slice(start, stop - start)
                start = begins
            stop = self._ends[place]
        yield self._table.slice(start, stop - start)

    def _reach(self, pact_id: str) -> bool:
        """Go forward to the group that holds the pact, or would; False where there is none."""
        while self._table is None or self._ids[-1] < pact_id:
            if not self._advance(pact_id):
                return False
        return True

    def _advance(self, pact_id: str) -> bool:
        """Read the next group that may hold this pact or one behind it; False where there is none."""
        before, self._table = self._ids[-1:], None
        for path, file, number in self._groups:
            with damage_told(self._folder.at(path)):
                highest = _highest(file, number)
                if highest is not None and highest < pact_id:
                    continue
                table = file.read_row_group(number, use_threads=False)
            self._groups_read[self._name] += 1
            if not table.num_rows:
                continue
            runs = pc.run_end_encode(table["pact_id"].combine_chunks())
            self._ids, self._ends = runs.values.to_pylist(), runs.run_ends.to_pylist()
            order = before + self._ids[before == self._ids[:1] :]
            if any(one >= other for one, other in pairwise(order)):
                raise Damaged(f"{self._folder.at(path)}: is not in the order of pact_id: delete it, and parse anew")
            self._table = table
            return True
        return False

    def _walk(self) -> "Generator[tuple[str, pq.ParquetFile, int]]":
        for path in self.paths:
            with readable(self._folder, path) as file:
                for number in range(file.num_row_groups):
                    yield path, file, number


def _highest(file: pq.ParquetFile, group: int) -> str | None:
    """The last pact_id of a row group, or one behind it; None where the file does not tell."""
    statistics = file.metadata.row_group(group).column(0).statistics
    return str(statistics.max) if statistics is not None and statistics.has_min_max else None
