"""Many files at once: the same tables whatever the number of workers, and none that stops the others."""

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import textwrap
import time
import zipfile
from collections import Counter
from pathlib import Path

import psutil
import pyarrow.parquet as pq
import pytest

from pipeline.inputs import find_inputs
from pipeline.limits import LIMITS
from pipeline.pool import _Workers
from pipeline.schemas import ALL
from pipeline.tasks import Task, stamp_of, unpack
from tests.conftest import ROOT, SEED

# Put before the parser of every worker: what a hostile file would do to it.
_HOSTILE = """
import os, signal, sys, time
if any("forkserver" in argument or "spawn" in argument for argument in sys.orig_argv):
    import pipeline.work as work
    parse = work.parse_bytes

    def parse_bytes(data, *rest):
        if b"HANGS" in data:
            time.sleep(600)
        if b"DIES" in data:
            os.kill(os.getpid(), signal.SIGKILL)
        if b"GREEDY" in data:
            bytearray(3 << 30)
        if b"SLOW" in data:
            time.sleep(0.2)
        return parse(data, *rest)

    work.parse_bytes = parse_bytes
"""


def pacte(*arguments: object, hostile: Path | None = None) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(_command(*arguments), env=_environment(hostile), capture_output=True, text=True, check=False)


def _command(*arguments: object) -> list[str]:
    return [sys.executable, "-c", "from pipeline.cli import main; main()", *map(str, arguments)]


def _environment(hostile: Path | None) -> dict[str, str]:
    paths = [str(ROOT)]
    if hostile is not None:
        hostile.mkdir(exist_ok=True)
        (hostile / "sitecustomize.py").write_text(textwrap.dedent(_HOSTILE))
        paths.insert(0, str(hostile))
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}


def some_pacts(folder: Path, count: int, more: str = "") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        text = f"Liste {number} – Ada Lovelace\n\n33 – Cantines\nN{number % 3 + 1} • Acheter mieux.\n{more}\n"
        (folder / f"{number:03}.txt").write_text(text, "utf-8")
    return folder


def bytes_of(output: Path) -> dict[str, str]:
    files = sorted(path for path in output.iterdir())
    assert [path.name for path in files] == sorted(
        [*(f"{name}.parquet" for name in ALL), "datapackage.json", "manifest.json"]
    )
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def documents(output: Path) -> dict[str, str]:
    rows = pq.read_table(output / "documents.parquet", columns=["pact_id", "status"]).to_pylist()
    assert len({row["pact_id"] for row in rows}) == len(rows)
    return {row["pact_id"]: row["status"] for row in rows}


def test_the_same_bytes_whatever_the_number_of_workers(tmp_path: Path) -> None:
    folder = some_pacts(tmp_path / "in", 40)
    shutil.copy(SEED, folder / "seed.txt")
    for jobs in (1, 2, 4):
        assert pacte("parse", folder, "-o", tmp_path / str(jobs), "--jobs", jobs).returncode == 0
    assert bytes_of(tmp_path / "1") == bytes_of(tmp_path / "2") == bytes_of(tmp_path / "4")
    assert len(documents(tmp_path / "1")) == 41


def test_a_file_that_hangs_or_kills_its_worker_costs_itself(tmp_path: Path) -> None:
    folder = some_pacts(tmp_path / "in", 30)
    (folder / "007.txt").write_text("Liste\n1 – Titre\nHANGS\n")
    (folder / "011.txt").write_text("Liste\n1 – Titre\nDIES\n")
    (folder / "009.txt").write_text("Liste\n1 – Titre\nGREEDY\n")
    done = pacte("parse", folder, "-o", tmp_path / "out", "--jobs", 2, "--timeout", 2, hostile=tmp_path / "hostile")
    assert done.returncode == 1, done.stderr
    assert Counter(documents(tmp_path / "out").values())["failed"] == 3
    assert "009.txt: over-limit: it is beyond the limit of 2,048 MiB of memory" in done.stderr
    assert "--limit memory=N" in done.stderr
    assert "007.txt: given-up: this file took longer than 2 seconds: give it more with --timeout" in done.stderr
    assert "011.txt: given-up: this file brought its worker down (exit code -9)" in done.stderr
    # The others are what they are without those.
    for name in ("007.txt", "009.txt", "011.txt"):
        (folder / name).unlink()
    assert pacte("parse", folder, "-o", tmp_path / "clean").returncode == 0
    clean = pq.read_table(tmp_path / "clean" / "levels.parquet")
    assert clean.num_rows == 27 * 3
    assert pq.read_table(tmp_path / "out" / "levels.parquet").equals(clean)


def test_only_what_has_changed_is_parsed_again(tmp_path: Path) -> None:
    folder, output = some_pacts(tmp_path / "in", 12), tmp_path / "out"
    assert pacte("parse", folder, "-o", output).returncode == 0
    before = bytes_of(output)
    done = pacte("parse", folder, "-o", output)
    assert "12 pacts: 12 complete (12 unchanged since the last run)" in done.stderr
    assert bytes_of(output) == before
    (folder / "003.txt").write_text("Liste\n\n33 – Cantines\nN3 • Autrement.\n")
    (folder / "005.txt").unlink()
    (folder / "0055.txt").write_text("Liste\n\n33 – Cantines\nN1 • Nouveau.\n")
    (folder / "manifest.csv").write_text("file,commune\n008.txt,Die\n")
    planned = pacte("parse", folder, "-o", output, "--dry-run")
    assert planned.returncode == 0
    told = {line.split()[-1]: line.rsplit(None, 1)[0] for line in planned.stdout.splitlines()}
    assert {name: action for name, action in told.items() if action != "carry over"} == {
        "003.txt": "parse",
        "005.txt": "remove",
        "0055.txt": "parse",
        "008.txt": "parse",
    }
    assert "9 to carry over" in planned.stderr
    assert bytes_of(output) == before
    done = pacte("parse", folder, "-o", output)
    assert "(9 unchanged since the last run). 1 removed." in done.stderr
    assert pacte("parse", folder, "-o", tmp_path / "anew").returncode == 0
    assert bytes_of(output) == bytes_of(tmp_path / "anew")
    forced = pacte("parse", folder, "-o", output, "--force")
    assert "unchanged" not in forced.stderr
    assert bytes_of(output) == bytes_of(tmp_path / "anew")


def test_other_rules_or_another_parser_parse_all_anew(tmp_path: Path) -> None:
    folder, output = some_pacts(tmp_path / "in", 3), tmp_path / "out"
    assert pacte("parse", folder, "-o", output).returncode == 0
    path = output / "manifest.json"
    manifest = json.loads(path.read_text("utf-8"))
    path.write_text(json.dumps({**manifest, "stamp": "another"}), "utf-8")
    assert "unchanged" not in pacte("parse", folder, "-o", output).stderr
    assert "3 unchanged" in pacte("parse", folder, "-o", output).stderr
    assert "unchanged" not in pacte("parse", folder, "-o", output, "--kind", "charte-logement").stderr


def test_an_archive_is_a_folder(tmp_path: Path) -> None:
    folder = some_pacts(tmp_path / "in", 5)
    with zipfile.ZipFile(tmp_path / "in.zip", "w") as archive:
        for path in sorted(folder.iterdir()):
            archive.write(path, path.name)
    for given in (folder, tmp_path / "in.zip", f"{folder}/*.txt"):
        assert pacte("parse", given, "-o", tmp_path / "out").returncode == 0
        assert sorted(documents(tmp_path / "out")) == [f"{number:03}.txt" for number in range(5)]


def test_two_runs_into_one_output(tmp_path: Path) -> None:
    folder = some_pacts(tmp_path / "in", 20, "SLOW")
    environment = _environment(tmp_path / "hostile")
    command = _command("parse", folder, "-o", tmp_path / "out", "--jobs", "1")
    with subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) as first:
        _wait_for(tmp_path / "out" / ".lock", first)
        second = pacte("parse", folder, "-o", tmp_path / "out")
        assert second.returncode == 2
        assert "another run writes into it: wait until it has ended" in second.stderr
        assert first.wait() == 0
    assert len(documents(tmp_path / "out")) == 20


def _wait_for(path: Path, process: "subprocess.Popen[bytes]") -> None:
    while not path.exists():
        assert process.poll() is None, "ended before it began"
        time.sleep(0.01)


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_killed_at_any_moment_the_output_is_whole(tmp_path: Path) -> None:
    """Twelve moments; `tests/kill.py` does two hundred."""
    from tests.kill import kill_runs

    told = kill_runs(tmp_path, kills=12, seed=5)
    assert told.kills == 12
    assert told.old + told.new == 12
    assert told.killed > 0


def test_no_worker_outlives_a_killed_run(tmp_path: Path) -> None:
    folder = some_pacts(tmp_path / "in", 20, "SLOW")
    command = _command("parse", folder, "-o", tmp_path / "out", "--jobs", "2")
    with subprocess.Popen(command, env=_environment(tmp_path / "hostile"), stderr=subprocess.DEVNULL) as process:
        _wait_for(tmp_path / "out" / ".lock", process)
        process.send_signal(signal.SIGKILL)
    # The lock went with the process: another run begins at once.
    assert pacte("parse", folder, "-o", tmp_path / "out").returncode == 0
    assert len(documents(tmp_path / "out")) == 20


def test_workers_killed_while_they_wait_are_replaced(tmp_path: Path) -> None:
    """Of a worker that dies with nothing to do, nobody would hear but the next task."""
    inputs = find_inputs([str(some_pacts(tmp_path / "in", 3))]).inputs
    workers = _Workers(jobs=1, timeout=20, limits=LIMITS)
    statuses = []
    try:
        for each in inputs:
            packed = workers.result(workers.submit(Task((each,), (None,), None, stamp_of(None))))
            statuses += unpack(packed)["documents"]["status"].to_pylist()
            idle = [worker for child in psutil.Process().children() for worker in child.children()]
            assert idle
            for worker in idle:
                worker.kill()
            psutil.wait_procs(idle)
    finally:
        workers.stop()
    assert statuses == ["complete"] * 3
