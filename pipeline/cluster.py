"""Beyond one machine: the same work by the workers of a Dask cluster, each task into part files of its own.

Part files have the names that the order of the inputs gives them, and are put in place at one stroke: a task that is
run twice, for its worker was lost or thought to be, writes the same file again. The run is committed once, at the end.
"""

import hashlib
import os
import secrets
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.batch import Job, NoCluster, Options, Summary, make_job, make_task, told_of
from pipeline.commit import Folder, commit, discard, folder_of, locked, new_staging, recover
from pipeline.inputs import Input, find_inputs
from pipeline.package import Stored
from pipeline.schemas import TABLES
from pipeline.store import finish, input_line, parquet_options
from pipeline.tasks import Task, give_up_task, parse_task, unpack

if TYPE_CHECKING:
    from distributed import Client

_MOST_INPUTS = 1_000
_PARTS = 32
"""So many parts at least, where there are inputs enough, so that all workers have something to do."""
_AHEAD = 4
_RETRIES = 2
_WAIT = "10s"
_ALONE = threading.Lock()
"""The parser remembers what it read, in memory that threads of one worker must not change at once."""


@dataclass(frozen=True, slots=True)
class Part:
    """A task, and where its rows go: the output, its staging and scratch folders, the number of the part."""

    task: Task
    output: str
    staging: str
    number: int

    @property
    def name(self) -> str:
        return f"part-{self.number:05}.parquet"


@dataclass(frozen=True, slots=True)
class Written:
    """What a worker tells of a part: what was found, the sha256 of each input, the catalogues that they were compared
    with, and rows and sha256 of each file."""

    summary: Summary
    inputs: tuple[tuple[str, str], ...]
    editions: frozenset[str]
    files: Mapping[str, tuple[int, str]]


def parse_on_cluster(
    inputs: Sequence[str], output: str, options: Options, scheduler: str, tell: Callable[[Summary], None]
) -> Summary:
    """As `batch.parse_all`, by the workers of a cluster; all is parsed anew, into folders of part files.

    Inputs and output must be where the workers reach them: on a shared disk, or at URLs. Raises `NoCluster` where the
    scheduler does not answer, and what `parse_all` raises.
    """
    start = time.perf_counter()
    where = output if "://" in output else os.path.abspath(output)
    with find_inputs(inputs, options.limits) as found, locked(where), _client(scheduler) as client:
        recover(where)
        job = make_job(found, where, options)
        folder = folder_of(where)
        staging = new_staging(folder)
        folder.fs.makedirs(folder.at(_scratch(staging)), exist_ok=True)
        try:
            for name in TABLES:
                folder.fs.makedirs(folder.at(f"{staging}/{name}.parquet"), exist_ok=True)
            _run(client, job, options, where, staging, tell)
            folder.remove(_scratch(staging))
        except BaseException:
            discard(folder, staging)
            folder.remove(_scratch(staging))
            raise
        commit(folder, staging)
    job.summary.seconds = time.perf_counter() - start
    return job.summary


def _client(scheduler: str) -> "Client":
    try:
        from distributed import Client
    except ImportError:
        raise NoCluster("distributed is not installed: pip install 'pacte[dask]'") from None
    try:
        return Client(scheduler, timeout=_WAIT, set_as_default=False)
    except (OSError, ValueError) as error:
        raise NoCluster(f"{scheduler}: no scheduler answers there ({error}): start one with dask scheduler") from None


def _scratch(staging: str) -> str:
    return f"{staging}-scratch"


def _run(
    client: "Client", job: Job, options: Options, output: str, staging: str, tell: Callable[[Summary], None]
) -> None:
    """All parts, then the manifest; results are taken in order, and a few are waited for at once."""
    ahead = _AHEAD * max(1, sum(client.ncores().values()))
    files: dict[str, dict[str, tuple[int, str]]] = {name: {} for name in TABLES}
    editions: set[str] = set()
    with (
        client.get_executor(pure=False, retries=_RETRIES) as executor,
        tempfile.TemporaryFile("w+", encoding="utf-8", newline="\n") as spool,
    ):
        waiting: deque[tuple[Part, Future[Written]]] = deque()
        for part in _parts(job, options, output, staging):
            waiting.append((part, executor.submit(write_part, part)))
            if len(waiting) >= ahead:
                editions |= _take(*waiting.popleft(), executor, job, files, spool, tell)
        while waiting:
            editions |= _take(*waiting.popleft(), executor, job, files, spool, tell)
        stored = {
            name: Stored(
                rows=sum(rows for rows, _ in parts.values()),
                paths=tuple(f"{name}.parquet/{part}" for part in parts),
                sha256=tuple(sha256 for _, sha256 in parts.values()),
            )
            for name, parts in files.items()
        }
        spool.seek(0)
        stored = finish(folder_of(output), staging, told_of(job, options), spool, stored, editions, job.dataset)
        job.summary.rows = {name: each.rows for name, each in stored.items()}


def _parts(job: Job, options: Options, output: str, staging: str) -> Iterator[Part]:
    """The inputs in parts, which depend on the inputs alone."""
    size = max(1, min(_MOST_INPUTS, len(job.inputs) // _PARTS))
    for number, start in enumerate(range(0, len(job.inputs), size)):
        inputs = [_reachable(each) for each in job.inputs[start : start + size]]
        yield Part(make_task(job, inputs, options), output, staging, number)


def _reachable(given: Input) -> Input:
    return given if "://" in given.place else Input(given.pact_id, os.path.abspath(given.place), given.member)


def _take(
    part: Part,
    future: "Future[Written]",
    executor: Any,
    job: Job,
    files: dict[str, dict[str, tuple[int, str]]],
    spool: IO[str],
    tell: Callable[[Summary], None],
) -> frozenset[str]:
    """Wait for a part and note what its worker tells; the catalogues that its pacts were compared with."""
    from distributed import KilledWorker

    try:
        written = future.result()
    except KilledWorker:
        written = _write(part, _singly(part.task, executor))
    job.summary.join(written.summary)
    spool.writelines(input_line(*pair) for pair in written.inputs)
    for name, told in written.files.items():
        files[name][part.name] = told
    tell(job.summary)
    return written.editions


def _singly(task: Task, executor: Any) -> dict[str, pa.Table]:
    """The rows of a task that brought its workers down, input by input: the one that does so is a failed document."""
    from distributed import KilledWorker

    results = [(each, executor.submit(_parse_alone, each)) for each in task.singly()]
    tables = []
    for each, future in results:
        try:
            packed = future.result()
        except KilledWorker:
            packed = give_up_task(each, "brought its worker down, again and again: report it with the file")
        tables.append(unpack(packed))
    return {name: pa.concat_tables([each[name] for each in tables]) for name in TABLES}


def _parse_alone(task: Task) -> dict[str, bytes]:
    with _ALONE:
        return parse_task(task)


def write_part(part: Part) -> Written:
    """What a worker does: the rows of a part, into its files. Raises OSError, and what `parse_task` raises."""
    return _write(part, unpack(_parse_alone(part.task)))


def _write(part: Part, tables: Mapping[str, pa.Table]) -> Written:
    folder = folder_of(part.output)
    files = {}
    for name, table in tables.items():
        sink = pa.BufferOutputStream()
        pq.write_table(table, sink, **parquet_options(name))
        data = sink.getvalue().to_pybytes()
        _put(folder, part, f"{part.staging}/{name}.parquet/{part.name}", data)
        files[name] = (table.num_rows, hashlib.sha256(data).hexdigest())
    summary = Summary()
    summary.add(tables)
    rows = tables["documents"].select(["pact_id", "sha256", "catalogue"]).to_pylist()
    inputs = tuple((row["pact_id"], row["sha256"]) for row in rows)
    return Written(summary, inputs, frozenset(row["catalogue"] for row in rows), files)


def _put(folder: Folder, part: Part, name: str, data: bytes) -> None:
    """Write a file at one stroke, over one of the same name."""
    if not folder.local:
        folder.fs.pipe_file(folder.at(name), data)
        return
    scratch = folder.at(f"{_scratch(part.staging)}/{secrets.token_hex(8)}")
    with open(scratch, "wb") as stream:
        stream.write(data)
    os.replace(scratch, folder.at(name))
