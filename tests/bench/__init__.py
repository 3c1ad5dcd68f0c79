"""`python -m tests.bench`: how fast `pacte` is, beside the script that someone would write instead.

What the parts share stands here: a command run and measured, and a table in Markdown.
"""

import ctypes
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parent.parent.parent
_SAMPLE_SECONDS = 0.05
_PR_SET_CHILD_SUBREAPER = 36


@dataclass(frozen=True, slots=True)
class Run:
    """What a command took: seconds of wall time, seconds of CPU (user and system, of the whole process tree), the
    highest sum of PSS of the tree in bytes (0 where it was not sampled), and what it wrote to standard output."""

    wall: float
    cpu: float
    peak: int
    output: str


def run(command: Sequence[str], *, sample: bool = False) -> Run:
    """Run a command to its end, with Python's compiled modules kept, as they are by default. With `sample` its memory
    is looked at every 50 ms, which costs it some time.

    Raises RuntimeError with the end of its standard error where its exit code is not 0.
    """
    _adopt_orphans()
    others = {child.pid for child in psutil.Process().children()}
    with tempfile.TemporaryFile() as told, tempfile.TemporaryFile() as errors:
        start = time.perf_counter()
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=told, stderr=errors)
        peak = 0
        pid = 0
        while sample and not pid:
            peak = max(peak, _memory_of(process.pid))
            time.sleep(_SAMPLE_SECONDS)
            pid, status, usage = os.wait4(process.pid, os.WNOHANG)
        if not pid:
            _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        cpu = usage.ru_utime + usage.ru_stime + _cpu_of_orphans(others)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            errors.seek(0)
            why = errors.read().decode(errors="replace")[-2_000:]
            raise RuntimeError(f"{' '.join(command)}: exit code {process.returncode}; run it by hand to see why\n{why}")
        told.seek(0)
        return Run(wall, cpu, peak, told.read().decode())


def _adopt_orphans() -> None:
    """Become the parent of descendants whose own parent ends, so that they can be waited for. Linux only."""
    if ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0):
        raise RuntimeError("this system does not hand orphans over: run the bench on Linux")


def _cpu_of_orphans(others: set[int]) -> float:
    """Seconds of CPU of what a command left behind: workers, and the process that they were forked off."""
    total = 0.0
    while left := [child.pid for child in psutil.Process().children() if child.pid not in others]:
        for pid in left:
            _, _, usage = os.wait4(pid, 0)
            total += usage.ru_utime + usage.ru_stime
    return total


def _memory_of(pid: int) -> int:
    """The sum of PSS of a process and its descendants, in bytes: shared pages count once. One that ends meanwhile
    counts as nothing."""
    total = 0
    try:
        family = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    except psutil.NoSuchProcess:
        return 0
    for process in family:
        try:
            total += process.memory_full_info().pss
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            # Ended between listing and looking; the kernel says "denied" of one that is about to be gone.
            continue
    return total


_GRANDCHILD = "import time\nwhile time.process_time() < 0.3: pass"
_CHILD = f"import subprocess, sys\nsubprocess.Popen([sys.executable, '-c', {_GRANDCHILD!r}])"


def check_grandchildren() -> None:
    """Prove that `Run.cpu` holds what a child's own children took that it did not wait for. Raises RuntimeError."""
    found = run([sys.executable, "-c", _CHILD]).cpu
    if not 0.3 <= found < 0.6:
        raise RuntimeError(f"a grandchild took 0.3 s of CPU, {found:.2f} s were seen: run the bench on Linux")


@contextmanager
def workplace() -> Iterator[Path]:
    """A temporary folder, removed at the end. TMPDIR says where."""
    with tempfile.TemporaryDirectory(prefix="pacte-bench-") as name:
        yield Path(name)


def tell(message: str) -> None:
    """Progress, to standard error: standard output holds tables only."""
    print(message, file=sys.stderr, flush=True)


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table that is also aligned as text: the first column to the left, the others to the right."""
    widths = [max(len(row[i]) for row in (header, *rows)) for i in range(len(header))]
    rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
    lines = []
    for row in (header, rule, *rows):
        cells = [
            cell.rjust(width) if i else cell.ljust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)
