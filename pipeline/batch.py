"""Many inputs to one set of tables: what is unchanged is carried over, the rest parsed, and none stops the others."""

import hashlib
import json
import os
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

import pyarrow as pa

from pipeline.commit import Folder, folder_of, locked, recover
from pipeline.dataset import Dataset
from pipeline.inputs import Found, Input, find_dataset, find_inputs, find_known, read_input
from pipeline.limits import LIMITS, TIMEOUT, Limits, OverLimit
from pipeline.model import Known
from pipeline.previous import Previous, Seen
from pipeline.store import MANIFEST, Writer
from pipeline.tasks import Task, digest, fingerprints, stamp_of, unpack

_MOST_INPUTS = 32
_MOST_BYTES = 1 << 20
"""A task holds so many inputs, or bytes of them, at most: what is tried again when one of them fails stays small."""
_UNKNOWN_SIZE = 1 << 16
_MOST_CARRIED = 256
_TASKS_EACH = 4
"""What is left is at least so many tasks for each worker: they get smaller, that none is idle at the end."""


@dataclass(frozen=True, slots=True)
class Options:
    """How to run: by so many workers, so many seconds a file, within limits; `force` parses what is unchanged too."""

    kind: str | None = None
    jobs: int = 1
    timeout: float = TIMEOUT
    force: bool = False
    limits: Limits = LIMITS


@dataclass(slots=True)
class Summary:
    """What a run did; counted as it goes on. `seconds` are of wall time."""

    statuses: Counter[str] = field(default_factory=Counter)
    levels: Counter[str] = field(default_factory=Counter)
    doubts: Counter[str] = field(default_factory=Counter)
    errors: list[tuple[str, str, str]] = field(default_factory=list)
    rows: dict[str, int] = field(default_factory=dict)
    skipped: list[tuple[str, str]] = field(default_factory=list)
    n_inputs: int = 0
    n_carried: int = 0
    n_removed: int = 0
    seconds: float = 0.0

    @property
    def n_documents(self) -> int:
        return self.statuses.total()

    def add(self, tables: Mapping[str, pa.Table]) -> None:
        """Count the rows of some pacts."""
        self.statuses.update(tables["documents"]["status"].to_pylist())
        self.levels.update(tables["levels"]["status"].to_pylist())
        found = tables["diagnostics"]
        rows = zip(*(found[name].to_pylist() for name in ("severity", "pact_id", "code", "message")), strict=True)
        for severity, pact_id, code, message in rows:
            if severity == "warning":
                self.doubts[code] += 1
            elif severity == "error":
                self.errors.append((pact_id, code, message))

    def join(self, other: "Summary") -> None:
        """Count what another part of the run did."""
        self.statuses.update(other.statuses)
        self.levels.update(other.levels)
        self.doubts.update(other.doubts)
        self.errors += other.errors


def parse_all(inputs: Sequence[str], output: str, options: Options, tell: Callable[[Summary], None]) -> Summary:
    """Parse inputs into the tables of a folder; `tell` is called with what was done so far.

    Raises what `find_inputs`, `find_known` and `locked` raise, NoInput where there is none, `RuleError` for a mistake
    in the rules, and OSError where the output cannot be written: it is then what it was.
    """
    start = time.perf_counter()
    with find_inputs(inputs, options.limits) as found, locked(output):
        recover(output)
        job = make_job(found, output, options)
        with Writer(output) as writer:
            for tables in _rows(job, options):
                writer.append(tables)
                job.summary.add(tables)
                tell(job.summary)
            job.summary.rows = writer.close(told_of(job, options), job.dataset)
    job.summary.seconds = time.perf_counter() - start
    return job.summary


def plan(inputs: Sequence[str], output: str, options: Options) -> Iterator[tuple[str, str]]:
    """What `parse_all` would do with each pact, as "parse", "carry over" or "remove" and its id. Raises the same."""
    with find_inputs(inputs, options.limits) as found:
        job = make_job(found, output, options)
        yield from ((_TOLD[action], pact_id) for action, pact_id, _ in _actions(job))


def tables_of(inputs: Sequence[str], options: Options) -> Iterator[Mapping[str, pa.Table]]:
    """The rows of all pacts, a few pacts at a time, which go into no folder. Raises as `parse_all` does."""
    with find_inputs(inputs, options.limits) as found:
        yield from _rows(_job(found, None, options), options)


class NoInput(Exception):
    """Nothing was found to parse."""


class NoCluster(Exception):
    """No cluster can be used; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Job:
    """A run: its inputs, what is known of them and of the data as a whole, and the last run where it can be gone on
    with."""

    inputs: list[Input]
    dataset: Dataset
    known: dict[str, Known]
    known_stamps: dict[str, str]
    stamp: str
    previous: Previous | None
    previous_stamps: dict[str, str]
    limits: Limits
    summary: Summary


_Action = Literal["parse", "carry", "remove"]
_TOLD: dict[_Action, str] = {"parse": "parse", "carry": "carry over", "remove": "remove"}


def make_job(found: Found, output: str, options: Options) -> Job:
    """The run over what was found. Raises `NoInput`, and what `find_known` and `find_dataset` raise."""
    return _job(found, None if options.force else output, options)


def _job(found: Found, output: str | None, options: Options) -> Job:
    """A run that goes on with the last one into `output`, if any."""
    if not found.inputs:
        raise NoInput
    known = find_known(found)
    stamp = stamp_of(options.kind)
    last = {} if output is None else _last_manifest(folder_of(output))
    summary = Summary(n_inputs=len(found.inputs), skipped=found.skipped)
    return Job(
        inputs=found.inputs,
        dataset=find_dataset(found),
        known=known,
        known_stamps={pact_id: digest(asdict(row)) for pact_id, row in known.items()},
        stamp=stamp,
        previous=Previous.open(output) if output is not None and last.get("stamp") == stamp else None,
        previous_stamps=last.get("known", {}),
        limits=options.limits,
        summary=summary,
    )


def _actions(job: Job) -> Iterator[tuple[_Action, str, Input | None]]:
    """What is to be done with each pact, in the order of their ids."""
    seen = iter(()) if job.previous is None else job.previous.seen()
    before = next(seen, None)
    for given in job.inputs:
        while before is not None and before.pact_id < given.pact_id:
            yield "remove", before.pact_id, None
            before = next(seen, None)
        if before is not None and before.pact_id == given.pact_id:
            yield ("carry" if _is_unchanged(job, given, before) else "parse"), given.pact_id, given
            before = next(seen, None)
        else:
            yield "parse", given.pact_id, given
    while before is not None:
        yield "remove", before.pact_id, None
        before = next(seen, None)


def _is_unchanged(job: Job, given: Input, before: Seen) -> bool:
    """Whether a pact need not be parsed again; one that failed is tried again."""
    if before.status == "failed" or job.known_stamps.get(given.pact_id) != job.previous_stamps.get(given.pact_id):
        return False
    try:
        return hashlib.sha256(read_input(given, job.limits)).hexdigest() == before.sha256
    except (OSError, OverLimit):
        return False


def _rows(job: Job, options: Options) -> Iterator[Mapping[str, pa.Table]]:
    """The rows of all pacts, in order."""
    from pipeline.pool import run_in_order

    for done in run_in_order(_steps(job, options), options.jobs, options.timeout, options.limits):
        if isinstance(done, dict):
            yield unpack(done)
        else:
            assert job.previous is not None, "only what the last run holds is carried over"
            job.summary.n_carried += len(done)
            yield job.previous.take(done)


def _steps(job: Job, options: Options) -> Iterator[Task | list[str]]:
    """Tasks, and the ids of pacts that are carried over, in order."""
    parsed: list[Input] = []
    carried: list[str] = []
    size = n_done = 0
    for action, pact_id, given in _actions(job):
        if action == "remove" or given is None:
            job.summary.n_removed += 1
            continue
        most = max(1, min(_MOST_INPUTS, (len(job.inputs) - n_done) // (options.jobs * _TASKS_EACH)))
        n_done += 1
        if parsed and (action == "carry" or len(parsed) >= most or size >= _MOST_BYTES):
            yield make_task(job, parsed, options)
            parsed, size = [], 0
        if carried and (action == "parse" or len(carried) >= _MOST_CARRIED):
            yield carried
            carried = []
        if action == "carry":
            carried.append(pact_id)
        else:
            parsed.append(given)
            size += _size(given)
    if parsed:
        yield make_task(job, parsed, options)
    if carried:
        yield carried


def told_of(job: Job, options: Options) -> dict[str, object]:
    """What the manifest tells of a run beside its inputs and tables."""
    return {"rules": fingerprints(options.kind), "stamp": job.stamp, "known": job.known_stamps}


def make_task(job: Job, inputs: Sequence[Input], options: Options) -> Task:
    """Some inputs as a task, with what is known of them."""
    known = tuple(job.known.get(each.pact_id) for each in inputs)
    return Task(tuple(inputs), known, options.kind, job.stamp, options.limits)


def _size(given: Input) -> int:
    """The size of an input in bytes, or a guess where it is not at hand."""
    try:
        return os.stat(given.place).st_size if given.member is None else _UNKNOWN_SIZE
    except OSError:
        return _UNKNOWN_SIZE


def _last_manifest(folder: Folder) -> dict[str, Any]:
    """The manifest of the last run; nothing where there is none, or none that can be read."""
    if not folder.exists(MANIFEST):
        return {}
    try:
        with folder.open(MANIFEST) as stream:
            manifest = json.load(stream)
    except ValueError:
        return {}
    return {name: manifest.get(name) for name in ("stamp", "known")} if isinstance(manifest, dict) else {}
