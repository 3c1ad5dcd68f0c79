"""`python -m tests.bench patterns`: proves that every regular expression, and the parser, take time linear in the text.

Each pattern meets repeats made from itself (what its own loops take, behind what leads to them; a rule's examples) and
a list of common ones, of 10 KB and 100 KB, ended so that the match fails, and is run as the code runs it; those that
took longest or grew most are run at 1 MB. The parser meets texts that are hostile to it. Exits 1 where time per
character grows. It takes some minutes, and is no part of `make bench`.
"""

import multiprocessing
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection
from typing import Any

from tests.bench import ROOT, table, tell
from tests.bench.found import Found, Recorder, find_patterns
from tests.bench.hostile import TEXTS, Text, ends_of, repeats_of

FORK = multiprocessing.get_context("fork")
SIZES = (10_000, 100_000, 1_000_000)
"""Characters; the largest is compared with the smallest."""
FLAT = 3.0
"""Time per character at the largest size may be so many times that at the smallest."""
NOISE = 0.0002
"""Seconds that a pattern is taken to need at least for the smallest size: less is noise."""
TEXT_NOISE = 0.02
"""The same for the parser on a text."""
SLOW = 1e-5
"""Seconds a character that a pattern may take that is never tried on more than some hundred characters."""
LIMIT = 30.0
"""Seconds after which a pattern is killed on one repeat."""
TEXT_LIMIT = 240.0
"""The same for the parser on a text."""
LARGEST = 4
"""So many repeats of a pattern are run at the largest size: those that took longest, and those that grew most."""
SHOWN = 25
_ASKED = sys.argv[1:] if __name__ == "__main__" else []

_SMALL = "1 – Essayer\nN1 • Un essai\nUn accord se fait sur N1, mais pas sur N2 (rien)\n"

Task = Callable[[], tuple[float, ...]]
Repeat = tuple[str, str, str]
"""What leads to a piece, the piece, and what ends its repeats."""


@dataclass(frozen=True, slots=True)
class Row:
    """What was measured: seconds by size, as far as it was run; none where it had to be killed."""

    name: str
    piece: str
    seconds: tuple[float, ...]
    noise: float = NOISE
    longest: int | None = None

    @property
    def ratio(self) -> float:
        """Time per character at the largest size that was run over that at the smallest."""
        return _ratio(self.seconds, self.noise) if self.seconds else float("inf")

    @property
    def is_flat(self) -> bool:
        """Whether time per character does not grow; of what only sees short texts, whether it is small."""
        if self.longest is not None:
            return bool(self.seconds) and self.seconds[0] <= self.longest * SLOW
        return self.ratio <= FLAT

    def cells(self, sizes: Sequence[int], unit: float) -> list[str]:
        """Time per character at some sizes, in units of so many seconds, and the ratio."""
        known = dict(zip([self.longest] if self.longest else SIZES, self.seconds, strict=False))
        each = [f"{known[size] / size / unit:,.2f}" if size in known else "-" for size in sizes]
        return [*each, f"{self.ratio:.2f}" if self.seconds else "killed"]


def _ratio(seconds: Sequence[float], noise: float) -> float:
    last = len(seconds) - 1
    return seconds[last] / SIZES[last] / (max(seconds[0], noise) / SIZES[0])


def _killable(tasks: Sequence[Task], limit: float) -> Iterator[tuple[float, ...]]:
    """What each of some tasks gives, run one after the other in another process; () where one took longer than
    `limit` seconds, or ended the process."""
    at = 0
    while at < len(tasks):
        told, telling = FORK.Pipe(duplex=False)
        child = FORK.Process(target=_work, args=(tasks[at:], telling), daemon=True)
        child.start()
        telling.close()
        try:
            while at < len(tasks) and told.poll(limit):
                yield told.recv()
                at += 1
        except EOFError:
            tell(f"patterns: the process ended on task {at}")
        child.kill()
        child.join()
        if at < len(tasks):
            yield ()
            at += 1


def _work(tasks: Sequence[Task], telling: Connection) -> None:
    for task in tasks:
        telling.send(task())
    telling.close()


def _run(method: str, pattern: Any, text: Any) -> float:
    start = time.process_time()  # others that run beside it don't count
    if method in ("match", "fullmatch", "search"):
        getattr(pattern, method)(text)
    else:
        deque(pattern.finditer(text), maxlen=0)
    return time.process_time() - start


def _measure(found: Found, repeat: Repeat, sizes: Sequence[int]) -> tuple[float, ...]:
    """Seconds by size, the slowest method counting; only as far as time stays about linear."""
    lead, piece, end = repeat
    seconds: list[float] = []
    for size in sizes:
        text: Any = lead + piece * (size // len(piece)) + end
        text = text.encode("utf-8", "replace") if isinstance(found.pattern.pattern, bytes) else text
        seconds.append(max(_run(method, found.pattern, text) for method in sorted(found.methods)))
        if len(seconds) > 1 and _ratio(seconds, NOISE) > 3 * FLAT:
            break
    return tuple(seconds)


def _measure_again(found: Found, repeat: Repeat, sizes: Sequence[int]) -> tuple[float, ...]:
    """The least of three, where the first try looks bad."""
    seconds = _measure(found, repeat, sizes)
    for _ in range(2):
        is_bad = seconds[0] > sizes[0] * SLOW if len(sizes) == 1 else _ratio(seconds, NOISE) > FLAT
        if is_bad and sum(seconds) < LIMIT / 6:
            seconds = tuple(map(min, zip(seconds, _measure(found, repeat, sizes), strict=False)))
    return seconds


def pattern_rows(found: Found) -> list[Row]:
    """What a pattern took on each repeat."""
    ends = ends_of(found.pattern)
    repeats = [(*repeat, end) for repeat in repeats_of(found.pattern, found.examples) for end in ends]
    if found.of_lines:
        repeats = [repeat for repeat in repeats if "\n" not in "".join(repeat)]

    def measured(chosen: Sequence[Repeat], sizes: Sequence[int]) -> list[Row]:
        tasks = [partial(_measure_again, found, repeat, sizes) for repeat in chosen]
        took = _killable(tasks, LIMIT)
        return [
            Row(found.name, f"{lead!r} + {piece!r} × n + {end!r}", seconds, longest=found.longest)
            for (lead, piece, end), seconds in zip(chosen, took, strict=True)
        ]

    if found.longest is not None:
        return measured(repeats, (found.longest,))
    rows = measured(repeats, SIZES[:2])
    order = range(len(rows))
    slowest = sorted(order, key=lambda i: rows[i].seconds[-1:], reverse=True)[:LARGEST]
    grown = sorted(order, key=lambda i: rows[i].ratio, reverse=True)[:LARGEST]
    chosen = [i for i in dict.fromkeys([*slowest, *grown]) if rows[i].ratio <= FLAT]
    for i, row in zip(chosen, measured([repeats[i] for i in chosen], SIZES), strict=True):
        rows[i] = row
    return rows


def _parse(text: Text) -> tuple[float, ...]:
    """Seconds to parse a text and to make its tables, by size."""
    from pipeline.kinds import load_all
    from pipeline.limits import Limits
    from pipeline.parse import parse_bytes
    from pipeline.tabulate import tabulate

    tabulate([parse_bytes(_SMALL.encode(), "small.txt", load_all())])  # what is loaded and made once is not counted
    seconds: list[float] = []
    for size in SIZES:
        data = text.made(size).encode()
        start = time.process_time()
        tabulate([parse_bytes(data, "hostile.txt", load_all(), limits=Limits(lines=2 * len(data)))])
        seconds.append(time.process_time() - start)
        if len(seconds) > 1 and _ratio(seconds, TEXT_NOISE) > 3 * FLAT:
            break
    return tuple(seconds)


def text_rows() -> list[Row]:
    """What the parser took on each text."""
    rows = []
    took = _killable([partial(_parse, text) for text in TEXTS], TEXT_LIMIT)
    for text, seconds in zip(TEXTS, took, strict=True):
        rows.append(Row(text.name, "", seconds, TEXT_NOISE))
        tell(f"patterns: {text.name}, {sum(seconds):.1f} s")
    return rows


def run() -> int:
    """Print both tables. 1 where anything is not flat, else 0. Words after the command: only patterns so named."""
    found = [each for each in find_patterns(Recorder()) if not _ASKED or any(word in each.name for word in _ASKED)]
    worst, wrong, n_repeats = [], [], 0
    for number, each in enumerate(found, start=1):
        start = time.perf_counter()
        rows = pattern_rows(each)
        n_repeats += len(rows)
        worst.append(max(rows, key=lambda row: (not row.is_flat, len(row.seconds), row.ratio)))
        wrong += [row for row in rows if not row.is_flat]
        tell(f"patterns: {number} of {len(found)}, {each.name}, {time.perf_counter() - start:.1f} s")
    worst.sort(key=lambda row: (not row.is_flat, row.ratio), reverse=True)
    print(f"{len(found)} patterns on {n_repeats:,} repeats: the {SHOWN} whose time per character grows most, in ns.\n")
    rows_shown = [[row.name, row.piece, *row.cells((SIZES[0], SIZES[-1]), 1e-9)] for row in worst[:SHOWN]]
    print(table(("pattern", "repeat", "10 KB", "1 MB", "ratio"), [[r[0], f"`{r[1]}`", *r[2:]] for r in rows_shown]))
    texts = [] if _ASKED else text_rows()
    wrong += [row for row in texts if not row.is_flat]
    print("\nHostile texts through the parser and into tables, seconds a MB.\n")
    print(table(("text", "10 KB", "100 KB", "1 MB", "ratio"), [[row.name, *row.cells(SIZES, 1e-6)] for row in texts]))
    print(f"\nNot linear: {len(wrong)}.", flush=True)
    for row in wrong[:SHOWN]:
        print(f"- {row.name} {row.piece}: {row.seconds or 'killed'}")
    return 1 if wrong else 0


def main() -> None:
    """Measure in a process of its own, which has not yet loaded anything of the package."""
    code = subprocess.run([sys.executable, "-m", "tests.bench.patterns"], cwd=ROOT, check=False).returncode
    if code:
        raise SystemExit(code)


if __name__ == "__main__":
    sys.exit(run())
