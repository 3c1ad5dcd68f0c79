"""`make fuzz`, `python -m tests.fuzz [--seconds 60] [--target NAME …] [--seed N] [--corpus DIR] [--jobs N]`.

`--replay FILE…` runs single inputs, such as findings, without a fuzzer and shows what they break.
"""

import argparse
import contextlib
import faulthandler
import io
import os
import platform
import shutil
import sys
import tempfile
import time
import traceback
from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from tests.bench import table
from tests.fuzz import SECONDS

if TYPE_CHECKING:
    from tests.fuzz.run import Told
    from tests.fuzz.targets import Target

_INSTRUMENTED = ("pipeline", "markdown_it", "tinycss2")
_LOADED_LATE = ("html", "markdown", "docx", "odt", "pdf", "text")
_GRACE = 3
"""Seconds by which a target may be late before it is killed."""


def main() -> int:
    """0 where nothing was found, 1 where something was, 2 where it cannot run."""
    begun, asked = time.monotonic(), _parser().parse_args()
    if not asked.replay and not find_spec("atheris"):
        print(_missing(), file=sys.stderr)
        return 2
    targets = _load(instrumented=not asked.replay)
    unknown = [name for name in asked.target if name not in targets]
    if unknown:
        print(f"{unknown[0]!r} is no target: name {', '.join(targets)}", file=sys.stderr)
        return 2
    chosen = [targets[name] for name in dict.fromkeys(asked.target or targets)]
    if asked.replay:
        return _replay(asked.replay, chosen)
    folder = (asked.corpus or Path(tempfile.mkdtemp(prefix="pacte-fuzz-"))).resolve()
    seconds = max(len(chosen), asked.seconds - (time.monotonic() - begun))
    told = _run(chosen, seconds, asked.jobs, asked.seed, folder)
    print(_table(told))
    found = [path for each in told for path in each.findings]
    for path in found:
        print(path)
    if not found and not asked.corpus:
        shutil.rmtree(folder)
    return 1 if found else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description="Look for inputs that break pacte.")
    parser.add_argument("--seconds", type=int, default=60, help="for all targets together (60)")
    parser.add_argument("--target", nargs="+", action="extend", default=[], metavar="NAME", help="only these")
    parser.add_argument("--seed", type=int, default=1, help="of all randomness (1)")
    parser.add_argument("--corpus", type=Path, help="folder of what was found worth keeping: a second run goes on")
    parser.add_argument("--jobs", type=int, default=min(2, os.cpu_count() or 1), help="targets at once")
    parser.add_argument("--replay", nargs="+", type=Path, default=[], metavar="FILE", help="only run these inputs")
    return parser


def _missing() -> str:
    there = sys.platform == "linux" and platform.machine() == "x86_64" and sys.version_info < (3, 14)
    here = f"Python {platform.python_version()} on {platform.system()} {platform.machine()}"
    return (
        "atheris is missing: .venv/bin/pip install 'atheris>=3.0,<3.1'"
        if there
        else f"atheris has no wheel for {here}: fuzz with Python 3.11 to 3.13 on Linux x86_64"
    )


def _load(instrumented: bool) -> "dict[str, Target]":
    """The targets by name, with all code that they run. Instrumented, it tells the fuzzer what an input reaches."""
    with contextlib.ExitStack() as stack:
        if instrumented:
            stack.enter_context(contextlib.redirect_stderr(io.StringIO()))  # a line for each module
            stack.enter_context(import_module("atheris").instrument_imports(include=list(_INSTRUMENTED)))
        targets = import_module("tests.fuzz.targets").TARGETS
        for name in _LOADED_LATE:
            import_module(f"pipeline.readers.{name}")
    return {target.name: target for target in targets}


def _run(targets: "Sequence[Target]", seconds: float, jobs: int, seed: int, folder: Path) -> "list[Told]":
    from tests.fuzz.run import Running

    share = seconds * min(jobs, len(targets)) / len(targets)
    running: list[Running] = []
    ended: list[Running] = []
    waiting, told = list(targets), {}
    try:
        while waiting or running or ended:
            while waiting and len(running) < jobs:
                running.append(Running(waiting.pop(0), share, seed, folder))
            time.sleep(0.1)
            for each in [each for each in running if not each.poll(_GRACE)]:
                running.remove(each)
                ended.append(each)
            for each in [each for each in ended if each.is_sure()]:
                ended.remove(each)
                told[each.target.name] = each.told()
                print(_line(told[each.target.name]), file=sys.stderr, flush=True)
    finally:
        for each in running:
            each.stop()
    return [told[target.name] for target in targets]


def _line(told: "Told") -> str:
    return f"{told.name}: {told.executions:,} inputs, {told.edges:,} edges, {len(told.findings)} findings"


def _table(told: "Sequence[Told]") -> str:
    header = ("target", "executions", "executions/s", "edges", "features", "slowest s", "findings")
    rows = [
        (
            *(each.name, f"{each.executions:,}", f"{each.executions / each.seconds:.1f}", f"{each.edges:,}"),
            *(f"{each.features:,}", f"{each.slowest:.2f}", str(len(each.findings))),
        )
        for each in told
    ]
    return table(header, rows)


def _replay(paths: Sequence[Path], targets: "Sequence[Target]") -> int:
    """Run inputs, each by the first target whose name stands in its path (its folder, "html"; its ending)."""
    failed = 0
    for path in paths:
        parts = [path.resolve().parent.name, path.suffix[1:]]
        target = next((t for part in parts for t in targets if part == t.name), targets[0])
        faulthandler.dump_traceback_later(SECONDS, exit=True)
        begun = time.perf_counter()
        try:
            target.check(path.read_bytes())
            said = "holds"
        except Exception:  # noqa: BLE001 - shown as it is
            failed, said = 1, f"breaks\n{traceback.format_exc()}"
        faulthandler.cancel_dump_traceback_later()
        print(f"{path} ({target.name}, {time.perf_counter() - begun:.2f} s): {said}", flush=True)
    return failed


if __name__ == "__main__":
    sys.exit(main())
