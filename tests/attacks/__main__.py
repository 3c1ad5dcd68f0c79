"""Runs hostile files through `pacte parse`, and prints what each cost.

    .venv/bin/python -m tests.attacks                all: the cheap ones as one folder, the others one by one
    .venv/bin/python -m tests.attacks html zip-links those whose names begin so, one by one
    .venv/bin/python -m tests.attacks --each         all, one by one

Exit code 1 where a status, a code or a trace is not what it should be.
"""

import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from tests.attacks import ATTACKS
from tests.attacks.attack import Attack
from tests.attacks.run import Run, Watch, run_attacks

TIMEOUT = 15
"""Seconds that each file is given: an attack that takes longer is given up, which is told."""
OUTWARD = ("pipe", "http", "links", "remote", "loading")
"""Parts of names of those that try to touch something outside: run by itself, each is told by its traces."""
HEAD = "| attack | status | codes | wall s | peak MB | |\n| ------ | ------ | ----- | -----: | ------: | - |"


def row(name: str, run: Run, wrong: str) -> str:
    codes = ", ".join(run.codes) or "-"
    wall = "-" if run.wall is None else f"{run.wall:.1f}"
    peak = "-" if run.peak is None else f"{run.peak:.0f}"
    return f"| {name} | {run.status} | {codes} | {wall} | {peak} | {wrong} |"


def judged(attack: Attack, run: Run) -> list[str]:
    """What is wrong with what came of an attack."""
    wrong = list(run.traces)
    if run.status not in attack.status:
        wrong.append(f"{run.status}, not {' or '.join(attack.status)}: {run.told}")
    if "internal" in run.codes:
        wrong.append(run.told)
    if missing := set(attack.codes) - set(run.codes):
        wrong.append(f"no {', '.join(sorted(missing))}: {run.told}")
    return wrong


def chosen(names: Sequence[str]) -> tuple[list[Attack], list[Attack]]:
    """The attacks to be run as one folder, and those to be run one by one."""
    if "--each" in names:
        return [], ATTACKS
    if names:
        found = [each for each in ATTACKS if any(each.name.startswith(name) for name in names)]
        if not found:
            sys.exit(f"no attack is called {names[0]}: python -m tests.attacks prints them all")
        return [], found
    together = [each for each in ATTACKS if each.cheap and not any(mark in each.name for mark in OUTWARD)]
    return together, [each for each in ATTACKS if each not in together]


def main(names: Sequence[str]) -> int:
    together, singly = chosen(names)
    n_wrong, begun = 0, time.monotonic()
    print(HEAD, flush=True)
    with tempfile.TemporaryDirectory(prefix="attacks-") as folder, Watch() as watch:
        for group in ([together] if together else []) + [[each] for each in singly]:
            runs = run_attacks(Path(folder), group, watch, TIMEOUT)
            if len(group) > 1:
                whole = replace(next(iter(runs.values())), status="-", codes=())
                print(row(f"{len(group)} cheap ones together", whole, "; ".join(whole.traces)), flush=True)
                n_wrong += bool(whole.traces)
                runs = {name: replace(run, wall=None, peak=None, traces=()) for name, run in runs.items()}
            for attack in group:
                wrong = judged(attack, runs[attack.name])
                if attack.today and wrong and not runs[attack.name].traces and runs[attack.name].status != "none":
                    wrong = [f"(known) {attack.today}"]
                else:
                    n_wrong += bool(wrong) or bool(attack.today)
                    wrong += ["mended: take away `today`"] if attack.today else []
                print(row(attack.name, runs[attack.name], "; ".join(wrong)), flush=True)
    print(f"\n{len(together) + len(singly)} attacks, {n_wrong} not as they should be, {time.monotonic() - begun:.0f} s")
    return int(n_wrong > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
