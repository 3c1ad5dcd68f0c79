"""The command itself, `pacte parse`, beside the naive script: CPU, wall time, start-up, memory, Dask.

Runs that are compared take turns (A B A B A B), each into an output folder of its own; medians count.
"""

import os
import shutil
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.bench import Run, check_grandchildren, run, table, tell, workplace
from tests.bench.pacts import FREE, floor, write_pacts

COMMAND = (str(Path(sys.executable).with_name("pacte")), "parse")
N = 2_000
SIZES = (10, 100, 1_000, 2_000)
LARGE_SIZES = (10, 100, 1_000, 10_000, 50_000)
MEMORY_FROM = 1_000
"""Memory is sampled from this size on, and compared with it."""
ONCE_FROM = 10_000
"""Runs over so many documents are not repeated."""
ROUNDS = 3
JOBS = 2
MB = 1_000_000


class Bench:
    """Folders of pacts and the runs over them, in one temporary folder."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.runs = 0

    def pacts(self, n: int, free: float = FREE) -> Path:
        """A folder of `n` pacts, written when first asked for. Each folder starts with the same ones."""
        folder = self.place / f"pacts-{n}-{free:.2f}"
        if not folder.exists():
            tell(f"batch: writing {n:,} pacts")
            write_pacts(folder, n, free=free)
        return folder

    def pacte(self, n: int, *options: str, free: float = FREE, sample: bool = False) -> Run:
        """`pacte parse` over `n` pacts into a new output folder."""
        with self.output() as output:
            return run([*COMMAND, str(self.pacts(n, free)), "-o", str(output), *options], sample=sample)

    def jobs(self, n: int, jobs: int, free: float = FREE) -> Run:
        return self.pacte(n, "--jobs", str(jobs), free=free)

    def naive(self, n: int) -> Run:
        with self.output() as output:
            return run([sys.executable, "-m", "tests.bench.naive", str(self.pacts(n)), str(output)])

    def floor(self, n: int) -> Run:
        """Read, decode, hash and one regular expression a line, in this process."""
        start, cpu = time.perf_counter(), time.process_time()
        for path in sorted(self.pacts(n).rglob("*.txt")):
            floor(path.read_bytes())
        return Run(time.perf_counter() - start, time.process_time() - cpu, 0, "")

    @contextmanager
    def output(self) -> Iterator[Path]:
        """A folder that does not exist yet, removed at the end: nothing is there that a run could build on."""
        self.runs += 1
        folder = self.place / f"output-{self.runs}"
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def take_turns(actions: Mapping[str, Callable[[], Run]], rounds: int = ROUNDS) -> dict[str, Run]:
    """Each action in turn, `rounds` times over: medians of wall and CPU."""
    runs: dict[str, list[Run]] = {name: [] for name in actions}
    for number in range(rounds):
        for name, action in actions.items():
            tell(f"batch: {name}, run {number + 1} of {rounds}")
            runs[name].append(action())
    return {
        name: Run(statistics.median(r.wall for r in each), statistics.median(r.cpu for r in each), 0, "")
        for name, each in runs.items()
    }


def cost(bench: Bench) -> list[list[str]]:
    """CPU a document with one job beside the naive script and the floor; wall with one and with two jobs; start-up."""
    took = take_turns(
        {
            "naive": lambda: bench.naive(N),
            "1 job": lambda: bench.jobs(N, 1),
            "2 jobs": lambda: bench.jobs(N, JOBS),
            "all new": lambda: bench.jobs(N, 1, free=1.0),
            "none new": lambda: bench.jobs(N, 1, free=0.0),
            "floor": lambda: bench.floor(N),
            "naive, one file": lambda: bench.naive(1),
            "1 job, one file": lambda: bench.jobs(1, 1),
        }
    )
    each = {name: taken.cpu * 1000 / N for name, taken in took.items()}
    naive = (took["naive"].cpu - took["naive, one file"].cpu) * 1000 / (N - 1)
    ours, new, old = (
        (took[name].cpu - took["1 job, one file"].cpu) * 1000 / (N - 1) for name in ("1 job", "all new", "none new")
    )
    start = take_turns({"start-up": lambda: bench.pacte(1)}, 5)["start-up"]
    return [
        ["pacte, 1 job: CPU ms a document", f"{each['1 job']:.3f}", f"{each['1 job'] / each['naive']:.2f} × naive"],
        ["pacte, 1 job: the same, start-up off", f"{ours:.3f}", f"{ours / naive:.2f} × naive, start-up off"],
        ["the same, every observation new", f"{new:.3f}", f"{new / naive:.2f} × naive, start-up off"],
        ["the same, all in the collective's sentence", f"{old:.3f}", f"{old / naive:.2f} × naive, start-up off"],
        ["naive script: CPU ms a document", f"{each['naive']:.3f}", f"{each['naive'] / each['floor']:.1f} × floor"],
        ["naive script: the same, start-up off", f"{naive:.3f}", f"{naive / each['floor']:.1f} × floor"],
        [
            "floor (read, decode, hash, one pattern a line)",
            f"{each['floor']:.3f}",
            f"pacte takes {each['1 job'] / each['floor']:.1f} × floor",
        ],
        ["pacte, 2 jobs: CPU ms a document", f"{each['2 jobs']:.3f}", f"{each['2 jobs'] / each['1 job']:.2f} × 1 job"],
        [
            f"wall s, {N:,} documents, 1 job",
            f"{took['1 job'].wall:.2f}",
            f"{took['1 job'].wall / took['naive'].wall:.2f} × naive",
        ],
        [
            f"wall s, {N:,} documents, 2 jobs",
            f"{took['2 jobs'].wall:.2f}",
            f"{took['1 job'].wall / took['2 jobs'].wall:.2f} × as fast as 1 job",
        ],
        [
            "start-up: wall s on one file (median of 5)",
            f"{start.wall:.2f}",
            f"{start.cpu * 1000:.0f} ms CPU; naive {took['naive, one file'].cpu * 1000:.0f} ms",
        ],
    ]


def again(bench: Bench, n: int) -> list[list[str]]:
    """A second run over unchanged documents into the same output, beside the first."""
    options = ["--jobs", str(JOBS)]
    with bench.output() as output:
        command = [*COMMAND, str(bench.pacts(n)), "-o", str(output), *options]
        tell(f"batch: {n:,} documents, first and second run")
        first = run(command)
        second = take_turns({"second run": lambda: run(command)})["second run"]
    ratio = f"{second.wall / first.wall:.3f} × the first run ({first.wall:.2f} s)"
    return [[f"wall s, second run over {n:,} unchanged", f"{second.wall:.2f}", ratio]]


def on_dask(bench: Bench) -> list[list[str]]:
    """Wall time on a local Dask cluster beside as many jobs. Each run has a cluster of its own, started before the
    clock, since workers that live on would remember the documents."""

    def scheduled() -> Run:
        from distributed import LocalCluster

        with LocalCluster(n_workers=JOBS, threads_per_worker=1, dashboard_address=":0") as cluster:
            return bench.pacte(N, "--scheduler", cluster.scheduler_address)

    took = take_turns({"dask": scheduled, "jobs": lambda: bench.jobs(N, JOBS)})
    ratio = f"{took['dask'].wall / took['jobs'].wall:.2f} × --jobs {JOBS} ({took['jobs'].wall:.2f} s)"
    return [[f"wall s, {N:,} documents, {JOBS} Dask workers", f"{took['dask'].wall:.2f}", ratio]]


def growth(bench: Bench, sizes: tuple[int, ...]) -> tuple[list[list[str]], str]:
    """Wall, CPU and peak memory by number of documents, and the line that fits wall time best.

    Memory is sampled in a run of its own, for looking at it takes time.
    """
    walls: list[float] = []
    peaks: dict[int, int] = {}
    rows = []
    for n in sizes:
        bench.pacts(n)
        name = f"{n:,} documents"
        took = take_turns({name: lambda: bench.jobs(n, JOBS)}, 1 if n >= ONCE_FROM else ROUNDS)[name]  # noqa: B023
        walls.append(took.wall)
        memory = ["-", "-"]
        if n >= MEMORY_FROM:
            tell(f"batch: memory at {name}")
            peaks[n] = bench.pacte(n, "--jobs", str(JOBS), sample=True).peak
            memory = [f"{peaks[n] / MB:.0f}", f"{peaks[n] / peaks[MEMORY_FROM]:.2f}"]
        rows.append([f"{n:,}", f"{took.wall:.2f}", f"{took.cpu * 1000 / n:.3f}", *memory])
    slope, intercept = statistics.linear_regression(sizes, walls)
    return rows, f"Wall time is {intercept:.2f} s + {slope * 1000:.3f} ms a document (least squares)."


def main(*, large: bool = False) -> None:
    """Print the tables; `large` goes to 50,000 documents, 1.7 GB in the temporary folder, and takes some minutes."""
    check_grandchildren()
    sizes = LARGE_SIZES if large else SIZES
    with workplace() as place:
        bench = Bench(place)
        rows = cost(bench)
        by_size, line = growth(bench, sizes)
        rows += again(bench, 10_000 if large else N) + on_dask(bench)
    cores = len(os.sched_getaffinity(0))
    print(f"The command over {N:,} varied pacts on {cores} cores; medians of {ROUNDS} interleaved runs.\n")
    print(table(("figure", "value", "compared"), rows))
    print(f"\nBy number of documents, {JOBS} jobs; memory is the highest sum of PSS of all its processes.\n")
    header = ("documents", "wall s", "CPU ms a document", "peak MB", f"× peak at {MEMORY_FROM:,}")
    print(table(header, by_size))
    print(f"\n{line}")
