"""store, commit, previous: the same bytes, whole or not at all, one run at a time, and what is carried over."""

import errno
import hashlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb
import fsspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline import __version__
from pipeline.commit import (
    JOURNAL,
    LOCK,
    STAGING,
    Busy,
    JournalError,
    commit,
    folder_of,
    locked,
    new_staging,
    recover,
)
from pipeline.model import Pact
from pipeline.output import Damaged
from pipeline.previous import Previous
from pipeline.schemas import ALL, TABLES
from pipeline.store import DOCUMENTS_GROUP, GROUP, Writer, store
from pipeline.tabulate import tabulate

Parse = Callable[[str], Pact]
Tables = dict[str, pa.Table]
Files = dict[str, bytes]
FILES = {*(f"{name}.parquet" for name in ALL), "datapackage.json", "manifest.json"}
N_PACTS = 400
MANIFEST = {"rules": {"kind": "abc"}}


@pytest.fixture(scope="module")
def makers(seed: Pact, rules: Any) -> list[Tables]:
    """Pacts of very different size: the seed, one measure out of order, none at all."""
    from pipeline.parse import parse_bytes

    texts = ["2 – B\nN1 • B\nAccord sur N1.\n1 – A\nN1 • A\n", ""]
    return [tabulate([seed]), *(tabulate([parse_bytes(text.encode(), "x", rules)]) for text in texts)]


@pytest.fixture(scope="module")
def rows(makers: list[Tables]) -> Tables:
    return named(makers, range(N_PACTS))


def pact_id(number: int) -> str:
    return f"communes/é{number:05}.txt"


def named(makers: list[Tables], numbers: Sequence[int]) -> Tables:
    """One pact for each number, its rows those of one of the makers."""
    pieces: dict[str, list[pa.Table]] = {name: [table.schema.empty_table()] for name, table in TABLES.items()}
    for number in numbers:
        for name, table in makers[number % len(makers)].items():
            ids = pa.array([pact_id(number)] * table.num_rows, pa.string())
            pieces[name].append(table.set_column(0, table.schema.field(0), ids))
    return {name: pa.concat_tables(found).combine_chunks() for name, found in pieces.items()}


def chunks(tables: Tables, size: int) -> Iterator[Tables]:
    """The same rows, `size` pacts at a time."""
    counts = {name: pa.compute.value_counts(table["pact_id"]).to_pylist() for name, table in tables.items()}
    of = {name: {row["values"]: row["counts"] for row in found} for name, found in counts.items()}
    ids, at = tables["documents"]["pact_id"].to_pylist(), dict.fromkeys(tables, 0)
    for start in range(0, len(ids), size):
        chunk = {}
        for name, table in tables.items():
            length = sum(of[name].get(each, 0) for each in ids[start : start + size])
            chunk[name] = table.slice(at[name], length)
            at[name] += length
        yield chunk


def write(folder: str | Path, tables: Tables, size: int) -> dict[str, int]:
    with Writer(folder) as writer:
        for chunk in chunks(tables, size):
            writer.append(chunk)
        return writer.close(MANIFEST)


def state(folder: Path) -> Files:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


# --- what is written ---------------------------------------------------------------------------------------------


def test_the_same_rows_give_the_same_bytes_whatever_the_chunks(rows: Tables, tmp_path: Path) -> None:
    states = []
    for size in (1, 7, 1000):
        counted = write(tmp_path / str(size), rows, size)
        assert counted == {name: table.num_rows for name, table in rows.items()} | {"catalogue": 102}
        states.append(state(tmp_path / str(size)))
    assert states[0].keys() == FILES
    assert states[0] == states[1] == states[2]


def test_row_groups_are_cut_at_fixed_rows(rows: Tables, tmp_path: Path) -> None:
    write(tmp_path, rows, 7)
    for name, size, at_least in (("documents", DOCUMENTS_GROUP, 4), ("blocks", GROUP, 1)):
        found = pq.ParquetFile(tmp_path / f"{name}.parquet").metadata
        lengths = [found.row_group(i).num_rows for i in range(found.num_row_groups)]
        assert len(lengths) >= at_least
        assert all(length == size for length in lengths[:-1])
        assert 0 < lengths[-1] <= size


def test_files_hold_the_rows_and_tell_how_to_search_them(rows: Tables, tmp_path: Path) -> None:
    write(tmp_path, rows, 50)
    for name, table in TABLES.items():
        file = pq.ParquetFile(tmp_path / f"{name}.parquet")
        written = file.read()
        assert written.schema.equals(table.schema, check_metadata=True)
        assert written.equals(rows[name])
        group = file.metadata.row_group(0)
        columns = {group.column(i).path_in_schema: group.column(i) for i in range(group.num_columns)}
        assert {column.compression for column in columns.values()} == {"ZSTD"}
        assert columns["pact_id"].statistics.has_min_max
        assert "RLE_DICTIONARY" in columns["pact_id"].encodings
        order = [(table.schema.names[each.column_index], "ascending") for each in group.sorting_columns]
        assert order[0] == ("pact_id", "ascending")
        # The promise must be true, since readers search by it: one maker has measure 2 before measure 1.
        assert written.equals(written.sort_by(order)), (name, order)
    text = (
        pq.ParquetFile(tmp_path / "documents.parquet").metadata.row_group(0).column(len(TABLES["documents"].schema) - 1)
    )
    assert text.path_in_schema == "text"
    assert "RLE_DICTIONARY" not in text.encodings


def test_the_manifest_tells_inputs_and_files(rows: Tables, tmp_path: Path) -> None:
    write(tmp_path, rows, 50)
    text = (tmp_path / "manifest.json").read_text("utf-8")
    manifest = json.loads(text)
    assert text == json.dumps(manifest, ensure_ascii=False, indent=1) + "\n"
    assert list(manifest) == ["parser_version", "rules", "inputs", "tables"]
    assert (manifest["parser_version"], manifest["rules"]) == (__version__, {"kind": "abc"})
    assert len(manifest["inputs"]) == N_PACTS
    documents = rows["documents"].select(["pact_id", "sha256"]).to_pylist()
    assert manifest["inputs"] == {row["pact_id"]: row["sha256"] for row in documents}
    for name in TABLES:
        found = hashlib.sha256((tmp_path / f"{name}.parquet").read_bytes()).hexdigest()
        assert manifest["tables"][name] == {"rows": rows[name].num_rows, "sha256": found}


def test_no_pact_at_all(tmp_path: Path) -> None:
    store(tabulate([]), tmp_path, {})
    assert set(state(tmp_path)) == FILES
    manifest = json.loads((tmp_path / "manifest.json").read_text("utf-8"))
    assert manifest["inputs"] == {}
    assert pq.read_table(tmp_path / "levels.parquet").schema.equals(TABLES["levels"].schema)


def test_memory_holds_row_groups_and_not_the_run(makers: list[Tables], tmp_path: Path) -> None:
    """Every chunk is one piece of memory, as it comes from a worker: a row that waits must not keep all of it."""
    total, held, before = 0, 0, pa.total_allocated_bytes()
    with Writer(tmp_path) as writer:
        for start in range(0, 2400, 60):
            chunk = named(makers[:1], range(start, start + 60))
            sink = pa.BufferOutputStream()
            for table in chunk.values():
                with pa.ipc.new_stream(sink, table.schema) as stream:
                    stream.write_table(table)
            buffer = sink.getvalue()
            total += buffer.size
            reader = pa.BufferReader(buffer)
            tables = {name: pa.ipc.open_stream(reader).read_all() for name in chunk}
            del chunk, buffer, sink, reader, stream, table
            writer.append(tables)
            del tables
            held = max(held, pa.total_allocated_bytes() - before)
        writer.close(MANIFEST)
    assert total > 250e6
    assert held < 0.4 * total


@pytest.mark.parametrize("numbers", [[1, 0], [0, 0]])
def test_pacts_come_in_order(makers: list[Tables], tmp_path: Path, numbers: list[int]) -> None:
    for batches in ([numbers], [numbers[:1], numbers[1:]]):
        with Writer(tmp_path) as writer:
            for batch in batches[:-1]:
                writer.append(named(makers, batch))
            with pytest.raises(ValueError, match="in the order of pact_id"):
                writer.append(named(makers, batches[-1]))
        assert state(tmp_path) == {}


def test_wrong_tables_are_refused(makers: list[Tables], tmp_path: Path) -> None:
    with Writer(tmp_path) as writer:
        with pytest.raises(ValueError, match="give all of"):
            writer.append({"documents": makers[0]["documents"]})
        with pytest.raises(ValueError, match="levels: the columns"):
            writer.append({**makers[0], "levels": makers[0]["items"]})
        with pytest.raises(ValueError, match="inputs"):
            writer.close({"inputs": {}})


@pytest.mark.parametrize("fault", [None, KeyboardInterrupt, ValueError])
def test_without_close_the_old_output_stays(
    rows: Tables, makers: list[Tables], tmp_path: Path, fault: type[BaseException] | None
) -> None:
    write(tmp_path, named(makers, [1]), 1)
    old = state(tmp_path)
    assert set(old) == FILES

    def run() -> None:
        with Writer(tmp_path) as writer:
            writer.append(rows)
            assert any(path.name.startswith(STAGING) for path in tmp_path.iterdir())
            if fault:
                raise fault

    if fault:
        with pytest.raises(fault):
            run()
    else:
        run()
    assert state(tmp_path) == old
    assert {path.name for path in tmp_path.iterdir()} == FILES


FULL = """
import resource, sys, pickle
from pipeline.store import store
tables = pickle.load(open(sys.argv[2], "rb"))
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]), resource.RLIM_INFINITY))
try:
    store(tables, __import__("pathlib").Path(sys.argv[1]), {})
except OSError as error:
    print("OSError", error.errno)
"""


@pytest.mark.parametrize("room", [0, 3000, 9000])
def test_a_full_disk_leaves_the_old_output(makers: list[Tables], tmp_path: Path, room: int) -> None:
    import pickle

    out, given = tmp_path / "out", tmp_path / "tables"
    store(named(makers, [1]), out, {})
    old = state(out)
    given.write_bytes(pickle.dumps(named(makers, range(90))))
    done = subprocess.run([sys.executable, "-c", FULL, out, given, str(room)], capture_output=True, text=True)
    assert (done.stdout.strip(), done.stderr) == (f"OSError {errno.EFBIG}", "")
    assert state(out) == old
    assert {path.name for path in out.iterdir()} == FILES


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_no_right_to_write(makers: list[Tables], tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(PermissionError):
        store(named(makers, [1]), tmp_path, {})


def test_a_url_is_as_good_as_a_path(rows: Tables, tmp_path: Path) -> None:
    url, fs = f"memory://{tmp_path.name}/out", fsspec.filesystem("memory")
    write(tmp_path, rows, 50)
    with locked(url):
        assert recover(url) is False
        for _ in range(2):
            write(url, rows, 7)
    found = {path.rpartition("/")[2]: fs.cat_file(path) for path in fs.find(folder_of(url).path)}
    assert found == state(tmp_path)
    with Previous(url) as previous:
        assert previous.take([pact_id(3)])["blocks"].num_rows == 180
    with pytest.raises(ValueError, match="columns"), Writer(url) as writer:
        writer.append({**rows, "levels": rows["items"]})
    assert sorted(fs.find(folder_of(url).path)) == sorted(folder_of(url).at(name) for name in FILES)


# --- commits that are cut off ------------------------------------------------------------------------------------

OLD: Files = {"levels.parquet": b"old levels", "items.parquet": b"old items", "gone.csv": b"x", "notes.txt": b"mine"}
OLD_PARTS: Files = {
    "levels.parquet/part-00000.parquet": b"old 0",
    "levels.parquet/part-00001.parquet": b"old 1",
    "levels.parquet/part-00002.parquet": b"old 2",
    "notes.txt": b"mine",
}
NEW: Files = {"levels.parquet": b"new levels", "items.parquet": b"new items", "manifest.json": b"{}"}
NEW_PARTS: Files = {
    "levels.parquet/part-00000.parquet": b"new 0",
    "levels.parquet/part-00001.parquet": b"new 1",
    "manifest.json": b"{}",
}
CASES = [({"notes.txt": b"mine"}, NEW), (OLD, NEW), (OLD_PARTS, NEW), (OLD, NEW_PARTS), (OLD_PARTS, NEW_PARTS)]
REMOVES = ("gone.csv",)


def lay(folder: Path, files: Files) -> None:
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)


def after(old: Files, new: Files) -> Files:
    """What a whole commit leaves: the new, and of the old what has no name of the new and was not to be removed."""
    tops = {name.partition("/")[0] for name in new} | set(REMOVES)
    return {**{name: data for name, data in old.items() if name.partition("/")[0] not in tops}, **new}


def prepare(folder: Path, old: Files, new: Files) -> str:
    lay(folder, old)
    staging = new_staging(folder_of(folder))
    lay(folder / staging, new)
    return staging


class Faults:
    """A fault at the file operation of that number; those after it go well."""

    events = frozenset(["os.rename", "os.remove", "os.rmdir", "os.mkdir", "open"])

    def __init__(self, step: int, fault: Callable[[], None]) -> None:
        self.left, self.fault = step, fault

    def __call__(self, event: str, _: object) -> None:
        if event in self.events:
            self.left -= 1
            if self.left == -1:
                self.fault()


def in_child(action: Callable[[], object], faults: Faults) -> int:
    """Run it in a forked process that has these faults; its exit code: 0 done, 1 OSError, 2 anything else, 9 killed."""
    child = os.fork()
    if child == 0:
        code = 2
        try:
            # What a dead process wrote is there; only a dead machine loses what was not synced.
            setattr(os, "fsync", int)  # noqa: B010
            sys.addaudithook(faults)
            action()
            code = 0
        except OSError:
            code = 1
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def killed() -> None:
    os._exit(9)


def no_room() -> None:
    raise OSError(errno.ENOSPC, "no room")


@pytest.mark.parametrize(("old", "new"), CASES)
def test_killed_at_any_step_the_output_is_old_or_new(tmp_path: Path, old: Files, new: Files) -> None:
    outcomes = []
    for step in range(300):
        folder = tmp_path / str(step)
        staging = prepare(folder, old, new)
        code = in_child(lambda: commit(folder_of(folder), staging, REMOVES), Faults(step, killed))  # noqa: B023
        assert code in (0, 9)
        journal = (folder / JOURNAL).exists()
        if not journal:
            seen = {name: data for name, data in state(folder).items() if not name.startswith((STAGING, JOURNAL))}
            assert seen in (old, after(old, new))
        recovered = recover(folder)
        assert recovered == journal
        found = state(folder)
        assert found in (old, after(old, new))
        assert not journal or found == after(old, new)
        assert {path.name for path in folder.iterdir()} == {name.partition("/")[0] for name in found}
        assert recover(folder) is False
        outcomes.append(found == after(old, new))
        if code == 0:
            break
    assert code == 0
    assert outcomes == sorted(outcomes)
    assert outcomes.count(False) >= 3
    assert outcomes.count(True) >= 6


@pytest.mark.parametrize(("old", "new"), CASES)
def test_recovery_may_be_killed_too(tmp_path: Path, old: Files, new: Files) -> None:
    tried = 0
    for step in range(300):
        folder = tmp_path / str(step)
        staging = prepare(folder, old, new)
        told = {"staging": staging, "moves": sorted({name.partition("/")[0] for name in new}), "removes": REMOVES}
        (folder / JOURNAL).write_text(json.dumps(told))
        code = in_child(lambda: recover(folder), Faults(step, killed))  # noqa: B023
        recover(folder)
        assert state(folder) == after(old, new)
        assert not [path for path in folder.iterdir() if path.name.startswith(".")]
        tried += 1
        if code == 0:
            break
    assert code == 0
    assert tried >= 6


@pytest.mark.parametrize(("old", "new"), CASES)
def test_an_error_at_any_step_reaches_the_caller(tmp_path: Path, old: Files, new: Files) -> None:
    """Before the journal is there, nothing is left of the commit; later, it is completed."""
    codes, journals = [], 0
    for step in range(300):
        folder = tmp_path / str(step)
        staging = prepare(folder, old, new)
        code = in_child(lambda: commit(folder_of(folder), staging, REMOVES), Faults(step, no_room))  # noqa: B023
        assert code in (0, 1)
        codes.append(code)
        if (folder / JOURNAL).exists():
            journals += 1
            assert recover(folder) is True
            assert state(folder) == after(old, new)
        elif state(folder) == old:
            assert {path.name for path in folder.iterdir()} == {name.partition("/")[0] for name in old}
        else:
            recover(folder)  # litter of the staging
            assert state(folder) == after(old, new)
        if code == 0:
            break
    assert codes[-1] == 0
    assert codes.count(1) > journals >= 5


class Killed(BaseException):
    pass


def cut_off(inner: Callable[..., Any], left: list[int]) -> Callable[..., Any]:
    def cut(*given: Any, **named: Any) -> Any:
        left[0] -= 1
        if left[0] < 0:
            raise Killed
        return inner(*given, **named)

    return cut


@pytest.mark.parametrize(("old", "new"), CASES)
def test_cut_off_at_any_step_of_a_url(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, old: Files, new: Files) -> None:
    fs, outcomes = fsspec.filesystem("memory"), []
    for step in range(300):
        url = f"memory://{tmp_path.name}/{step}"
        folder = folder_of(url)
        staging = new_staging(folder)
        for name, data in [*old.items(), *((f"{staging}/{name}", data) for name, data in new.items())]:
            fs.makedirs(folder.at(name).rpartition("/")[0], exist_ok=True)
            fs.pipe_file(folder.at(name), data)
        left, done = [step], True
        with monkeypatch.context() as patch:
            for method in ("cp_file", "pipe_file", "rm_file", "rmdir"):
                patch.setattr(fs, method, cut_off(getattr(fs, method), left))
            try:
                commit(folder, staging, REMOVES)
            except Killed:
                done = False
        recover(url)
        found = {path.removeprefix(folder.path + "/"): fs.cat_file(path) for path in fs.find(folder.path)}
        assert found in (old, after(old, new))
        assert not [name for name in folder.names() if name.startswith(".")]
        outcomes.append(found == after(old, new))
        if done:
            break
    assert done
    assert outcomes == sorted(outcomes)
    assert outcomes.count(False) >= 1
    assert outcomes.count(True) >= 4


def test_what_is_staged_is_on_the_disk_before_the_journal_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    staging = prepare(tmp_path, OLD, NEW)
    calls: list[str] = []
    sync, replace = os.fsync, os.replace

    def synced(handle: int) -> None:
        calls.append("sync " + os.path.basename(os.readlink(f"/proc/self/fd/{handle}")))
        sync(handle)

    def replaced(source: str, target: str) -> None:
        calls.append("move " + os.path.basename(target))
        replace(source, target)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(os, "replace", replaced)
    commit(folder_of(tmp_path), staging)
    before = calls[: calls.index(f"move {JOURNAL}")]
    assert {f"sync {name}" for name in [*NEW, staging, JOURNAL + ".new"]} <= set(before)
    assert not [call for call in before if call.startswith("move")]
    assert calls[len(before) + 1] == f"sync {tmp_path.name}"


def test_a_journal_that_is_not_ours_is_not_followed(tmp_path: Path) -> None:
    lay(tmp_path / "out", OLD)
    lay(tmp_path, {"precious.txt": b"x"})
    wrong: list[object] = [{"staging": "../..", "moves": [], "removes": []}, {"a": 1}, [], None, 3]
    for told in wrong:
        (tmp_path / "out" / JOURNAL).write_text(json.dumps(told))
        with pytest.raises(JournalError, match="delete it"):
            recover(tmp_path / "out")
    journal = {"staging": f"{STAGING}a", "moves": [], "removes": ["../precious.txt"]}
    (tmp_path / "out" / JOURNAL).write_text(json.dumps(journal))
    with pytest.raises(JournalError):
        recover(tmp_path / "out")
    assert (tmp_path / "precious.txt").exists()


# --- one run at a time -------------------------------------------------------------------------------------------

# The child tells its number itself: it lets go of the lock a moment after the fork, not at it.
HOLD = """
import os, sys, time
from pipeline.commit import locked
with locked(sys.argv[1]):
    if len(sys.argv) == 2:
        print(1, flush=True)
    elif os.fork() == 0:
        print(os.getpid(), flush=True)
    time.sleep(600)
"""


@pytest.mark.parametrize("worker", [[], ["worker"]])
def test_a_second_run_is_refused_until_the_first_is_dead(tmp_path: Path, worker: list[str]) -> None:
    """A worker that was forked under the lock, and outlives its parent, does not keep it."""
    holder = subprocess.Popen([sys.executable, "-c", HOLD, tmp_path, *worker], stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    child = int(holder.stdout.readline())
    try:
        with pytest.raises(Busy, match="another run writes into it: wait"), locked(tmp_path):
            pass
        assert (tmp_path / LOCK).exists()
    finally:
        holder.kill()
        holder.wait()
    try:
        with locked(tmp_path):
            if child > 1:
                os.kill(child, 0)  # it lives
    finally:
        if child > 1:
            os.kill(child, signal.SIGKILL)
        holder.stdout.close()
    assert not list(tmp_path.iterdir())


def test_store_is_refused_while_another_run_writes(makers: list[Tables], tmp_path: Path) -> None:
    with locked(tmp_path), pytest.raises(Busy):
        store(makers[1], tmp_path, {})
    store(makers[1], tmp_path, {})
    assert {path.name for path in tmp_path.iterdir()} == FILES


def test_a_lock_on_a_url_tells_who_holds_it(tmp_path: Path) -> None:
    url = f"memory://{tmp_path.name}/busy"
    with locked(url):
        with pytest.raises(Busy, match=rf'"process": {os.getpid()}.*delete {url}/\.lock'), locked(url):
            pass
        with pytest.raises(Busy), locked(url):
            pass
    with locked(url):
        pass
    assert folder_of(url).names() == []


# --- what the last run left --------------------------------------------------------------------------------------


def as_parts(folder: Path, at: Sequence[int]) -> None:
    """Cut every table into a folder of part files, at these pacts."""
    for name in TABLES:
        table = pq.read_table(folder / f"{name}.parquet")
        (folder / f"{name}.parquet").unlink()
        (folder / f"{name}.parquet").mkdir()
        numbers = pa.compute.utf8_slice_codeunits(table["pact_id"], 10, 15).cast(pa.int32())
        for part, (low, high) in enumerate(zip([0, *at], [*at, N_PACTS], strict=True)):
            chosen = pa.compute.and_(pa.compute.greater_equal(numbers, low), pa.compute.less(numbers, high))
            path = folder / f"{name}.parquet" / f"part-{part:05}.parquet"
            pq.write_table(table.filter(chosen), path, row_group_size=1000)


@pytest.mark.parametrize("parts", [[], [100, 101, 101, 350]])
@pytest.mark.parametrize("batch", [1, 13, 1000])
def test_what_is_carried_over_equals_the_rows_that_were_there(
    rows: Tables, makers: list[Tables], tmp_path: Path, parts: list[int], batch: int
) -> None:
    write(tmp_path, rows, 50)
    if parts:
        as_parts(tmp_path, parts)
    kept = [number for number in range(N_PACTS) if number % 7 and not 130 < number < 280]
    with Previous(tmp_path) as previous:
        taken = [
            previous.take([pact_id(number) for number in kept[start : start + batch]])
            for start in range(0, len(kept), batch)
        ]
    expected = named(makers, kept)
    for name, table in TABLES.items():
        found = pa.concat_tables([each[name] for each in taken])
        assert found.num_rows
        assert found.schema.equals(table.schema, check_metadata=True)
        assert found.equals(expected[name]), name


@pytest.mark.parametrize("parts", [[], [100, 101, 101, 350]])
def test_an_incremental_run_gives_the_bytes_of_a_full_one(
    makers: list[Tables], tmp_path: Path, parts: list[int]
) -> None:
    """Pacts removed, added and changed between pacts that stay."""
    write(tmp_path / "out", named(makers, [n for n in range(N_PACTS) if n % 5]), 50)
    if parts:
        as_parts(tmp_path / "out", parts)
    wanted = [n for n in range(N_PACTS) if n % 3]
    full = named(makers, wanted)
    write(tmp_path / "full", full, 1000)
    carried = 0
    with Previous(tmp_path / "out") as previous, Writer(tmp_path / "out") as writer:
        known = {each.pact_id for each in previous.seen()}
        for start in range(0, len(wanted), 4):
            for number in wanted[start : start + 4]:
                if pact_id(number) in known and number % 11:
                    writer.append(previous.take([pact_id(number)]))
                    carried += 1
                else:
                    writer.append(named(makers, [number]))
        writer.close(MANIFEST)
    assert 100 < carried < len(wanted)
    assert state(tmp_path / "out") == state(tmp_path / "full")


def test_each_row_group_is_read_at_most_once_and_only_where_needed(rows: Tables, tmp_path: Path) -> None:
    write(tmp_path, rows, 50)
    as_parts(tmp_path, [10, 390])
    groups = {
        name: sum(pq.ParquetFile(path).num_row_groups for path in (tmp_path / f"{name}.parquet").iterdir())
        for name in TABLES
    }
    assert groups["blocks"] > 20
    with Previous(tmp_path) as previous:
        for number in range(N_PACTS):
            previous.take([pact_id(number)])
        assert previous.groups_read == groups
    with Previous(tmp_path) as previous:
        assert not previous.groups_read
        previous.take([pact_id(200)])
        # A pact may go on in the next group.
        assert 1 <= previous.groups_read["blocks"] <= 2
        previous.take([pact_id(201), pact_id(398)])
        assert previous.groups_read["blocks"] <= 5
        assert previous.groups_read["documents"] <= 2


def test_the_cursor_goes_forward_only(rows: Tables, tmp_path: Path) -> None:
    write(tmp_path, rows, 50)
    with Previous(tmp_path) as previous:
        previous.take([pact_id(3), pact_id(5)])
        assert previous.take([])["documents"].num_rows == 0
        for ids in ([pact_id(5)], [pact_id(4)], [pact_id(9), pact_id(8)]):
            with pytest.raises(ValueError, match="in the order of pact_id"):
                previous.take(ids)
        with pytest.raises(KeyError, match="parse it"):
            previous.take([pact_id(20) + "x"])
        with pytest.raises(KeyError, match="parse it"):
            previous.take([pact_id(N_PACTS + 1)])


def test_what_was_seen_is_told_in_order(rows: Tables, tmp_path: Path) -> None:
    write(tmp_path, rows, 50)
    with Previous(tmp_path) as previous:
        seen = list(previous.seen())
        assert not previous.groups_read
    assert [each.pact_id for each in seen] == [pact_id(number) for number in range(N_PACTS)]
    expected = rows["documents"].select(["sha256", "rules_fingerprint", "parser_version"]).to_pylist()
    assert [(each.sha256, each.rules_fingerprint, each.parser_version) for each in seen] == [
        tuple(row.values()) for row in expected
    ]


def test_a_run_that_cannot_be_carried_over_is_none(rows: Tables, tmp_path: Path) -> None:
    assert Previous.open(tmp_path / "nothing") is None
    write(tmp_path, rows, 400)
    assert Previous.open(tmp_path) is not None
    path = tmp_path / "levels.parquet"
    whole, table = path.read_bytes(), pq.read_table(path)
    described = table.cast(pa.schema([field.with_metadata({"title": "x"}) for field in table.schema]))
    pq.write_table(described, path)
    opened = Previous.open(tmp_path)
    assert opened is not None, "another description is no other schema"
    assert opened.take([pact_id(0)])["levels"].schema.equals(TABLES["levels"].schema, check_metadata=True)
    for change in (
        lambda: pq.write_table(table.drop_columns(["text"]), path),
        lambda: pq.write_table(table.rename_columns([*table.schema.names[:-1], "finish"]), path),
        lambda: path.write_bytes(whole[:-10]),
        lambda: path.write_bytes(b""),
        path.unlink,
        path.mkdir,
    ):
        change()
        assert Previous.open(tmp_path) is None


def test_damage_behind_the_schema_is_told(rows: Tables, makers: list[Tables], tmp_path: Path) -> None:
    write(tmp_path, rows, 400)
    path = tmp_path / "levels.parquet"
    data = bytearray(path.read_bytes())
    data[4:2000] = bytes(1996)
    path.write_bytes(data)
    with Previous(tmp_path) as previous, pytest.raises(Damaged, match=r"levels\.parquet: is damaged"):
        previous.take([pact_id(0)])
    pq.write_table(named(makers, [0, 3])["levels"].sort_by([("pact_id", "descending")]), path)
    with Previous(tmp_path) as previous, pytest.raises(Damaged, match="order of pact_id"):
        previous.take([pact_id(0)])


def test_sql_finds_one_pact(rows: Tables, tmp_path: Path) -> None:
    write(tmp_path, rows, 50)
    question = f"select count(*) from '{tmp_path}/blocks.parquet' where pact_id = '{pact_id(300)}'"
    assert duckdb.connect().execute(question).fetchall() == [(180,)]
