"""Time by stage over 50 varied pacts: the first time that a process meets them, and later, when it remembers.

Each round runs in a new process. Before it counts, the process reads one small pact of other words, so that what is made
once (rules, spaCy's language) is not laid on 50 documents; what stages remember of texts is empty all the same.
"""

import json
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import spacy

from pipeline import parse
from pipeline.rules import Rules, load
from pipeline.tabulate import tabulate
from tests.bench import run, table, tell, workplace
from tests.bench.pacts import write_pacts

N = 50
OTHERS = 200
PARTS = {"first": N, "others": OTHERS, "unseen": N}
"""Folders of pacts, each of a seed of its own, and how many they hold."""
NAIVE_N = 1_000
ROUNDS = 3
LATER = 5
"""Passes after the first in one process; the median counts."""
STAGES = ("read", "recognise", "outline", "cut_sections", "segment", "interpret", "resolve", "assemble")
"""As `pipeline.parse` calls them."""
WHOLE = "all but store"
_SMALL = "Les Essais – Jo TEST\n\n1 – Essayer\nN1 • Un essai\nUn accord se fait sur N1, mais pas sur N2 (rien)\n"

Figures = dict[str, float]
"""Milliseconds of CPU a document, by stage."""


class Stopwatch:
    """Adds up the CPU that the stages take inside `parse_bytes`, whatever they hand each other: it stands in for each
    where `pipeline.parse` looks it up."""

    def __init__(self) -> None:
        self.spent = dict.fromkeys(STAGES, 0.0)
        for name in STAGES:
            setattr(parse, name, self._timed(name, getattr(parse, name)))

    def _timed(self, name: str, stage: Callable[..., Any]) -> Callable[..., Any]:
        def timed(*args: Any) -> Any:
            start = time.process_time()
            result = stage(*args)
            self.spent[name] += time.process_time() - start
            return result

        return timed

    def one_pass(self, documents: Sequence[tuple[str, bytes]], rules: Rules) -> Figures:
        """Every document through all stages, one after the other as `pacte parse` does it, tables at the end."""
        self.spent.update(dict.fromkeys(STAGES, 0.0))
        start = time.process_time()
        pacts = [parse.parse_bytes(data, pact_id, rules) for pact_id, data in documents]
        parsed = time.process_time()
        tabulate(pacts)
        end = time.process_time()
        figures = self.spent | {
            "between the stages": parsed - start - sum(self.spent.values()),
            "tabulate": end - parsed,
            WHOLE: end - start,
        }
        return {name: seconds * 1000 / len(documents) for name, seconds in figures.items()}


def child(folder: Path) -> None:
    """One round, in this process: prints the figures of the first pass, of later ones, of one over new pacts when
    others were read before, and of spaCy's tokenizer."""
    documents, others, unseen = (
        [(path.name, path.read_bytes()) for path in sorted((folder / part).rglob("*.txt"))] for part in PARTS
    )
    rules, tokenizer = load(), spacy.blank("fr")
    watch = Stopwatch()
    tabulate([parse.parse_bytes(_SMALL.encode(), "small.txt", rules)])
    tokenizer(_SMALL)
    first = watch.one_pass(documents, rules)
    later = [watch.one_pass(documents, rules) for _ in range(LATER)]
    watch.one_pass(others, rules)
    after = watch.one_pass(unseen, rules)
    start = time.process_time()
    for _, data in documents:
        tokenizer(data.decode())
    tokens = (time.process_time() - start) * 1000 / len(documents)
    print(json.dumps({"first": first, "later": _medians(later), "after": after, "tokens": {"tokens": tokens}}))


def _medians(figures: Sequence[Figures]) -> Figures:
    return {name: statistics.median(each[name] for each in figures) for name in figures[0]}


def main() -> None:
    """Print the table: medians of 3 rounds, in each of which `pacte` and the naive script run one after the other."""
    rounds: list[dict[str, Figures]] = []
    naive: list[float] = []
    with workplace() as place:
        for seed, (part, n) in enumerate(PARTS.items(), start=1):
            write_pacts(place / part, n, seed)
        write_pacts(place / "many", NAIVE_N)
        write_pacts(place / "one", 1)
        for number in range(ROUNDS):
            tell(f"stages: round {number + 1} of {ROUNDS}")
            command = [sys.executable, "-m", "tests.bench.stages", "--child", str(place)]
            rounds.append(json.loads(run(command).output))
            script = [sys.executable, "-m", "tests.bench.naive"]
            many = run([*script, str(place / "many"), str(place / "naive")]).cpu
            once = run([*script, str(place / "one"), str(place / "naive")]).cpu
            naive.append((many - once) * 1000 / (NAIVE_N - 1))
    first, later, after, tokens = (_medians([each[part] for each in rounds]) for part in rounds[0])
    bar, reference = statistics.median(naive), tokens["tokens"]
    rows: list[tuple[str, float]] = []
    for name in first:
        for told, figures in ((f"{name}, first pass", first), (f"{name}, later passes", later)):
            rows.append((told, figures[name]))
    rows.append((f"{WHOLE}, new pacts after {N + OTHERS} others", after[WHOLE]))
    rows += [("reference: spaCy's tokens of the text", reference), ("reference: naive script, start-up off", bar)]
    cells = [[name, f"{ms:.3f}", f"{ms / reference:.3f}", f"{ms / bar:.2f}"] for name, ms in rows]
    print(f"By stage, over {N} varied pacts; medians of {ROUNDS} interleaved rounds, each in a new process.\n")
    print(table(("stage", "CPU ms a document", "× spaCy's tokens", "× naive"), cells))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        child(Path(sys.argv[2]))
    else:
        main()
