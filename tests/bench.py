"""`make bench`: milliseconds per stage on the pact in raw/, beside spaCy's tokenizer over the whole text."""

import statistics
import time
from collections.abc import Callable

import spacy

from pipeline.interpret import interpret
from pipeline.model import Known
from pipeline.parse import parse_bytes
from pipeline.read import read
from pipeline.resolve import resolve
from pipeline.rules import load
from pipeline.segment import segment
from pipeline.tabulate import tabulate
from tests.conftest import SEED

RUNS = 30


def median_ms(action: Callable[[], object]) -> float:
    times = []
    for _ in range(RUNS):
        start = time.perf_counter()
        action()
        times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times)


def main() -> None:
    data, rules = SEED.read_bytes(), load()
    source = read(data, SEED.name)
    blocks, unclear = segment(source, rules)
    clauses, doubts = interpret(source, blocks, rules)
    pact = parse_bytes(data, SEED.name, rules)
    tokenizer = spacy.blank("fr")
    stages: dict[str, Callable[[], object]] = {
        "read": lambda: read(data, SEED.name),
        "segment": lambda: segment(source, rules),
        "interpret (remembered)": lambda: interpret(source, blocks, rules),
        "resolve": lambda: resolve(source, blocks, clauses, [*unclear, *doubts], rules, Known()),
        "tabulate": lambda: tabulate([pact]),
        "all but store": lambda: tabulate([parse_bytes(data, SEED.name, rules)]),
        "reference: spaCy tokens": lambda: tokenizer(source.text),
    }
    figures = {name: median_ms(action) for name, action in stages.items()}
    for name, figure in figures.items():
        print(f"{name:26}{figure:8.2f} ms  {figure / figures['reference: spaCy tokens']:6.2f} × reference")


if __name__ == "__main__":
    main()
