"""One run of the command over hostile files: what it says, what it costs, and what it must not have touched."""

import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import psutil
import pyarrow.parquet as pq

from tests.attacks.attack import PORT, TRAP, TRAPS, Attack, leaks, unshown

PACTE = Path(sys.executable).parent / "pacte"
_BLINK = 0.05
_ORDER = ("complete", "partial", "failed")
_LONGEST = 200.0
"""Seconds after which a run as a whole is killed."""


@dataclass(frozen=True, slots=True)
class Run:
    """What came of an attack: the worst status of its documents, their codes; what the run cost, traces it left."""

    status: str
    codes: tuple[str, ...]
    told: str
    wall: float | None
    peak: float | None
    """MB; like `wall`, None for what ran with others."""
    traces: tuple[str, ...]


class Watch:
    """Listens on a port, holds a pipe and a folder that nobody may touch, and tells who did."""

    def __init__(self) -> None:
        self.touched: list[str] = []
        self._over = threading.Event()
        self._socket = socket.create_server(("127.0.0.1", PORT))
        self._socket.settimeout(0.2)
        self._threads = [threading.Thread(target=each, daemon=True) for each in (self._listen, self._hold)]

    def __enter__(self) -> "Watch":
        shutil.rmtree(TRAPS, ignore_errors=True)
        TRAPS.mkdir()
        os.mkfifo(TRAP)
        for each in self._threads:
            each.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        for each in self._threads:
            each.join()
        self._socket.close()
        shutil.rmtree(TRAPS, ignore_errors=True)

    def _listen(self) -> None:
        while not self._over.is_set():
            try:
                guest, _ = self._socket.accept()
            except TimeoutError:
                continue
            self.touched.append("something was loaded over the network")
            guest.close()

    def _hold(self) -> None:
        while not self._over.wait(_BLINK):
            try:
                os.close(os.open(TRAP, os.O_WRONLY | os.O_NONBLOCK))
            except OSError:  # nobody reads, as it should be
                continue
            self.touched.append("a file was opened that is no input")

    def taken(self) -> list[str]:
        """What was touched since the last time."""
        found, self.touched = sorted(set(self.touched)), []
        strangers = [each.name for each in TRAPS.iterdir() if each != TRAP]
        return found + [f"{name} was written outside of the output" for name in strangers]


def run_attacks(folder: Path, attacks: Sequence[Attack], watch: Watch, timeout: int) -> dict[str, Run]:
    """Run the command over some attacks, in a folder of its own; by their names, what came of them."""
    home = folder / "run"
    shutil.rmtree(home, ignore_errors=True)
    for name in ("in", "tmp", "home"):
        (home / name).mkdir(parents=True)
    for attack in attacks:
        place = home / "in" / attack.name
        place.mkdir()
        (place / attack.file).write_bytes(attack.make())
    given = home / "in" if len(attacks) > 1 else home / "in" / attacks[0].name / attacks[0].file
    before = _files(home)
    code, said, wall, peak = _run(
        [str(PACTE), "parse", str(given), "-o", str(home / "out"), "--jobs", "1", "--timeout", str(timeout)], home
    )
    time.sleep(2 * _BLINK)
    traces = watch.taken()
    traces += [f"{each} was left behind" for each in sorted(_files(home) - before)]
    traces += ["control characters went to the terminal"] if unshown(said) else []
    rows = _documents(home / "out")
    texts = "\n".join(str(table) for table in rows.values())
    traces += ["a secret stands in the tables"] if leaks(texts) or leaks(said) else []
    if code not in (0, 1, 2) or "Traceback" in said:
        traces.append(f"the command ended with {code}: {said[-300:]!r}")
    return {attack.name: _one(attack, rows, code, said, (wall, peak), traces, len(attacks) > 1) for attack in attacks}


def _one(
    attack: Attack,
    rows: dict[str, list[dict[str, object]]],
    code: int,
    said: str,
    cost: tuple[float, float],
    traces: list[str],
    together: bool,
) -> Run:
    root = f"{attack.name}/" if together else ""
    documents = [row for row in rows["documents"] if str(row["pact_id"]).startswith(root)]
    found = [row for row in rows["diagnostics"] if str(row["pact_id"]).startswith(root)]
    statuses = [str(row["status"]) for row in documents]
    status = max(statuses, key=_ORDER.index) if statuses else "refused" if code == 2 else "none"
    told = next((str(row["message"]) for row in found if row["severity"] == "error"), said.strip()[-200:])
    told = "".join(char if char.isprintable() and char != "|" else "?" for char in told)
    codes = sorted({str(row["code"]) for row in found if row["severity"] != "info"})
    return Run(status, tuple(codes), told, *cost, tuple(traces))


def _files(home: Path) -> set[str]:
    """What stands in the folder of a run, beside its output."""
    return {str(path.relative_to(home)) for path in home.rglob("*") if path.relative_to(home).parts[0] != "out"}


def _documents(output: Path) -> dict[str, list[dict[str, object]]]:
    """All rows of the tables, none of them where there is no output."""
    found: dict[str, list[dict[str, object]]] = {"documents": [], "diagnostics": []}
    for path in output.glob("*.parquet") if output.is_dir() else ():
        found[path.stem] = pq.read_table(path).to_pylist()
    return found


def _run(command: list[str], home: Path) -> tuple[int, str, float, float]:
    """Exit code, what was said, seconds, and the highest sum of the memory of all its processes in MB (PSS)."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    env = kept | {"HOME": str(home / "home"), "TMPDIR": str(home / "tmp")}
    begun, peak = time.monotonic(), 0.0
    with open(home / "in.log", "wb+") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd=home / "home", env=env)
        while process.poll() is None:
            peak = max(peak, _memory(process.pid))
            if time.monotonic() - begun > _LONGEST:
                _kill(process.pid)
            time.sleep(_BLINK)
        wall = time.monotonic() - begun
        log.seek(0)
        said = log.read().decode("utf-8", "replace")
    (home / "in.log").unlink()
    return process.returncode, said, wall, peak


def _tree(pid: int) -> list[psutil.Process]:
    try:
        process = psutil.Process(pid)
        return [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def _memory(pid: int) -> float:
    total = 0
    for each in _tree(pid):
        try:
            total += each.memory_full_info().pss
        except (psutil.NoSuchProcess, psutil.AccessDenied):  # it has just ended
            continue
    return total / (1 << 20)


def _kill(pid: int) -> None:
    for each in _tree(pid):
        try:
            each.kill()
        except psutil.NoSuchProcess:  # it has just ended
            continue
