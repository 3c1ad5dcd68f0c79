"""Kill runs at random moments, and see that the output is what it was or what it was to be: `python -m tests.kill 200`."""

import hashlib
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from tests.conftest import ROOT

_COMMAND = [sys.executable, "-c", "from pipeline.cli import main; main()"]


@dataclass(frozen=True, slots=True)
class Told:
    """How many runs were to be killed, how many were before they ended, and which output they left."""

    kills: int
    killed: int
    old: int
    new: int


def kill_runs(folder: Path, kills: int, seed: int) -> Told:
    """Kill so many runs, each turning one set of tables into another. Raises AssertionError for any other output."""
    inputs = (folder / "first", folder / "second")
    for number, each in enumerate(inputs):
        each.mkdir()
        for pact in range(30):
            text = f"Liste {number}\n\n33 – Cantines\nN{(pact + number) % 3 + 1} • Acheter mieux.\n"
            (each / f"{pact + 5 * number:03}.txt").write_text(text, "utf-8")
    wanted, took = zip(*(_whole(each, folder / f"whole-{each.name}") for each in inputs), strict=True)
    output, chance = folder / "output", random.Random(seed)
    _run(inputs[0], output)
    held, killed, old, new = 0, 0, 0, 0
    for _ in range(kills):
        process = subprocess.Popen(
            [*_COMMAND, "parse", str(inputs[1 - held]), "-o", str(output), "--jobs", "2"],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        # Half of the moments lie where the tables are put in place.
        late = chance.random() < 0.5
        time.sleep(chance.uniform(0.75, 1.1) * took[1 - held] if late else chance.uniform(0, took[1 - held]))
        process.send_signal(signal.SIGKILL)
        killed += process.wait() == -signal.SIGKILL
        _recover(output)
        found = _hashes(output)
        assert found in wanted, f"neither the old output nor the new: {sorted(path.name for path in output.iterdir())}"
        old += found == wanted[held]
        new += found != wanted[held]
        held = wanted.index(found)
    return Told(kills, killed, old, new)


def _whole(inputs: Path, output: Path) -> tuple[dict[str, str], float]:
    start = time.monotonic()
    _run(inputs, output)
    return _hashes(output), time.monotonic() - start


def _run(inputs: Path, output: Path) -> None:
    subprocess.run(
        [*_COMMAND, "parse", str(inputs), "-o", str(output)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=True,
        capture_output=True,
    )


def _recover(output: Path) -> None:
    """What the next start does first."""
    from pipeline.commit import locked, recover

    with locked(output):
        recover(output)


def _hashes(output: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(output.iterdir())}


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        print(kill_runs(Path(scratch), int(sys.argv[1]), seed=1))
