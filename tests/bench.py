"""`make bench`: time by stage on the pact in raw/, beside spaCy's tokenizer over its text; then by format.

The second table says, for the same pact in each format, how many rows equal those of the text, and what reading costs.
"""

import statistics
import time
from collections import Counter
from collections.abc import Callable

import spacy

from pipeline.interpret import interpret
from pipeline.model import Known
from pipeline.parse import parse_bytes
from pipeline.read import read
from pipeline.resolve import resolve
from pipeline.rules import Rules, load
from pipeline.segment import segment
from pipeline.tabulate import tabulate
from tests.conftest import SEED
from tests.test_1_read import DATA
from tests.test_8_formats import SAME, facts_of

RUNS = 30
COMPARED = ("levels", "observations", "clauses", "measures")


def median_ms(action: Callable[[], object], runs: int = RUNS) -> float:
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        action()
        times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times)


def by_stage(data: bytes, rules: Rules) -> None:
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


def by_format(data: bytes, rules: Rules) -> None:
    """Equal rows out of all rows: those of the text, and those that only the other format has."""
    expected = facts_of(parse_bytes(data, SEED.name, rules))
    whole = median_ms(lambda: parse_bytes(data, SEED.name, rules))
    print(
        f"\n{'format':26}"
        + "".join(f"{name:>14}" for name in COMPARED)
        + f"{'read ms':>10}{'pages/s':>9}{'parse, × txt':>14}"
    )
    for name in (SEED.name, *SAME):
        other = data if name == SEED.name else (DATA / name).read_bytes()
        found = facts_of(parse_bytes(other, name, rules))
        cells = []
        for table in COMPARED:
            ours, theirs = Counter(expected[table]), Counter(found[table])
            cells.append(f"{(ours & theirs).total()}/{(ours | theirs).total()}")
        reading = median_ms(lambda: read(other, name), 10)  # noqa: B023 - run at once
        parsing = median_ms(lambda: parse_bytes(other, name, rules), 10)  # noqa: B023
        source = read(other, name)
        pages = f"{max(n for _, n in source.places) / reading * 1000:.0f}" if source.place_kind == "page" else "-"
        print(f"{name:26}" + "".join(f"{c:>14}" for c in cells) + f"{reading:10.1f}{pages:>9}{parsing / whole:14.2f}")


def main() -> None:
    data, rules = SEED.read_bytes(), load()
    by_stage(data, rules)
    by_format(data, rules)


if __name__ == "__main__":
    main()
