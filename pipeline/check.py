"""Regression check: parse anew, compare with what was approved or with another revision, tell every difference."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from pipeline.approved import Fact, facts_of
from pipeline.batch import Options, tables_of
from pipeline.compare import Change
from pipeline.schemas import TABLES
from pipeline.show import paint
from pipeline.terminal import json_of, safe

SHOWN = 50
"""How many differences a terminal is shown."""
_ROOT = Path(__file__).resolve().parent.parent
_TIMES = ".times.json"
_WIDTH = 60
ENTRY = "import sys; sys.path.insert(0, sys.argv.pop(1)); from pipeline.cli import main; main(prog_name='pacte')"
"""How to run the command of another copy of the parser: its folder is the first argument."""
_MEASURED = ("measures", "levels", "statuses", "qualifiers", "observations", "clauses", "facts")


class RevisionError(Exception):
    """A revision that cannot be run; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Parsed:
    """The facts of many pacts, and how long parsing them took, in seconds, with start-up."""

    facts: Mapping[str, tuple[Fact, ...]]
    seconds: float


def parse_facts(inputs: Sequence[str], options: Options) -> Parsed:
    """Parse files and folders with today's rules. Raises what `tables_of` raises."""
    start = time.perf_counter()
    facts: dict[str, tuple[Fact, ...]] = {}
    for tables in tables_of(inputs, options):
        facts |= facts_of(tables)
    return Parsed(facts, time.perf_counter() - start)


@contextmanager
def revision(name: str) -> Iterator[Path]:
    """A copy of the parser at another revision, gone afterwards. Raises `RevisionError` where there is none."""
    with tempfile.TemporaryDirectory(prefix="pacte-") as folder:
        tree = Path(folder) / "tree"
        _git("worktree", "add", "--detach", "--quiet", str(tree), name)
        try:
            yield tree
        finally:
            _git("worktree", "remove", "--force", str(tree))


def _git(*arguments: str) -> None:
    try:
        done = subprocess.run(["git", *arguments], cwd=_ROOT, capture_output=True, text=True)
    except FileNotFoundError:
        raise RevisionError("git is not installed: install it, or compare with --against DIR") from None
    if done.returncode:
        told = done.stderr.strip().split("\n")[-1]
        raise RevisionError(f"git {arguments[0]} failed ({told}): name a revision of this repository, as main~3")


def parse_facts_at(tree: Path, inputs: Sequence[Path]) -> Parsed:
    """The facts that the parser of another revision finds. Raises `RevisionError` where it cannot run."""
    with tempfile.TemporaryDirectory(prefix="pacte-") as folder:
        start = time.perf_counter()
        done = _run(tree, "parse", *(str(path.resolve()) for path in inputs), "-o", folder)
        seconds = time.perf_counter() - start
        # 1 is "some document failed", which is a result.
        if done.returncode not in (0, 1):
            raise RevisionError(f"the parser of that revision failed: {done.stderr.strip().split(chr(10))[-1]}")
        tables = {name: pq.read_table(Path(folder) / f"{name}.parquet") for name in TABLES}
        return Parsed(facts_of(tables), seconds)


def scores_at(tree: Path, corpus: Path) -> dict[str, Any] | None:
    """Precision and recall by what is counted, at another revision; None where it cannot measure them."""
    done = _run(tree, "evaluate", str(corpus.resolve()), "--json")
    return None if done.returncode else dict(json.loads(done.stdout)["overall"])


def _run(tree: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    environment = {**os.environ, "PYTHONUTF8": "1"}
    command = [sys.executable, "-c", ENTRY, str(tree), *arguments]
    return subprocess.run(command, cwd=tree, capture_output=True, text=True, env=environment)


def change_lines(changes: Sequence[Change], shown: int = SHOWN) -> Iterator[str]:
    """The differences as lines for a terminal: what changed, from what to what, where, and by which rules."""
    pact_id = ""
    changes, whole = _without_whole(changes)
    yield from whole[:shown]
    for change in changes[: max(0, shown - len(whole))]:
        if change.pact_id != pact_id:
            pact_id = change.pact_id
            yield safe(pact_id)
        where = f"line {change.line}" if change.line else "-"
        rules = " → ".join(dict.fromkeys([change.old_rule or "-", change.new_rule or "-"]))
        yield f"  {paint(change.kind)} {safe(change.key)}  ({where}, {rules})"
        old, new = _short_both(change.old, change.new)
        if old is not None:
            yield f"    - {safe(old)}"
        if new is not None:
            yield f"    + {safe(new)}"
    if len(changes) + len(whole) > shown:
        yield f"… and {len(changes) + len(whole) - shown} more: --format json gives all"


def _without_whole(changes: Sequence[Change]) -> tuple[list[Change], list[str]]:
    """The changes but for those of pacts that only one side has, and a line for each of these."""
    lines = []
    for kind, told in (("gained", "a new pact"), ("lost", "no pact any more")):
        whole = Counter(c.pact_id for c in changes if c.key.startswith("document ") and c.kind == kind)
        for pact_id in whole:
            own = [change for change in changes if change.pact_id == pact_id]
            if all(change.kind == kind for change in own):
                lines.append(f"{safe(pact_id)}: {paint(kind)}: {told}, {len(own)} facts")
                changes = [change for change in changes if change.pact_id != pact_id]
    return list(changes), lines


def _short_both(old: str | None, new: str | None) -> tuple[str | None, str | None]:
    """Both values, cut so that the place where they differ is seen."""
    if old is None or new is None:
        return _cut(old, 0), _cut(new, 0)
    same = next((i for i, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))
    return _cut(old, same), _cut(new, same)


def _cut(value: str | None, at: int) -> str | None:
    if value is None or len(value) <= 2 * _WIDTH:
        return value
    start = max(0, at - _WIDTH)
    end = start + 2 * _WIDTH
    return ("…" if start else "") + value[start:end] + ("…" if end < len(value) else "")


def summary(changes: Sequence[Change], n_pacts: int) -> str:
    """How many facts of how many pacts were gained, lost and changed."""
    kinds = Counter(change.kind for change in changes)
    touched = len({change.pact_id for change in changes})
    pacts = f"{n_pacts} pact{'s' * (n_pacts != 1)}"
    if not changes:
        return f"{pacts}, nothing changed"
    told = ", ".join(f"{kinds[kind]} {kind}" for kind in ("gained", "lost", "changed"))
    return f"{pacts}, {touched} of them changed: {told}"


def time_line(folder: Path, seconds: float, n_pacts: int) -> str:
    """How long parsing took, beside the last run on this folder, which is then this one."""
    path = folder / _TIMES
    before = ""
    if path.is_file():
        last = json.loads(path.read_text("utf-8"))
        before = f" (last run: {last['seconds']:.2f} s for {last['pacts']})"
    path.write_text(json.dumps({"seconds": seconds, "pacts": n_pacts}), "utf-8")
    return f"parsed in {seconds:.2f} s{before}"


def score_lines(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    """Precision and recall before and now, by what is counted."""
    yield f"{'':14}{'precision':>20}{'recall':>20}"
    for name in _MEASURED:
        if name in before and name in after:
            pairs = [f"{before[name][m]:.3f} → {after[name][m]:.3f}" for m in ("precision", "recall")]
            yield f"{name:14}{pairs[0]:>20}{pairs[1]:>20}"


def as_json(changes: Sequence[Change], parsed: Parsed) -> str:
    """All differences, and the time, as JSON."""
    rows = [asdict(change) for change in changes]
    return json_of({"pacts": len(parsed.facts), "seconds": parsed.seconds, "changes": rows})
