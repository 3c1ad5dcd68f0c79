"""The pact of raw/ in each format: rows equal to those of the text, and what reading costs."""

import statistics
import time
from collections import Counter
from collections.abc import Callable

from pipeline.parse import parse_bytes
from pipeline.read import read
from pipeline.rules import load
from tests.bench import table, tell
from tests.conftest import SEED
from tests.test_1_read import DATA
from tests.test_8_formats import SAME, facts_of

RUNS = 10
COMPARED = ("levels", "observations", "clauses", "measures")


def interleaved(actions: dict[str, Callable[[], object]]) -> dict[str, float]:
    """The median wall time of each action in ms, over runs that take turns."""
    times: dict[str, list[float]] = {name: [] for name in actions}
    for _ in range(RUNS):
        for name, action in actions.items():
            start = time.perf_counter()
            action()
            times[name].append((time.perf_counter() - start) * 1000)
    return {name: statistics.median(each) for name, each in times.items()}


def main() -> None:
    """Print the table: equal rows out of all rows, those of the text and those that only the other format has."""
    data, rules = SEED.read_bytes(), load()
    expected = facts_of(parse_bytes(data, SEED.name, rules))
    rows = []
    for name in (SEED.name, *SAME):
        tell(f"formats: {name}")
        other = data if name == SEED.name else (DATA / name).read_bytes()
        found = facts_of(parse_bytes(other, name, rules))
        cells = []
        for part in COMPARED:
            ours, theirs = Counter(expected[part]), Counter(found[part])
            cells.append(f"{(ours & theirs).total()}/{(ours | theirs).total()}")
        took = interleaved(
            {
                "read": lambda: read(other, name),  # noqa: B023 - run at once
                "parse": lambda: parse_bytes(other, name, rules),  # noqa: B023
                "text": lambda: parse_bytes(data, SEED.name, rules),
            }
        )
        source = read(other, name)
        pages = f"{max(n for _, n in source.places) / took['read'] * 1000:.0f}" if source.place_kind == "page" else "-"
        rows.append([name, *cells, f"{took['read']:.1f}", pages, f"{took['parse'] / took['text']:.2f}"])
    print(
        f"By format: rows equal to those of the text out of all rows; times are medians of {RUNS} interleaved runs.\n"
    )
    print(table(("format", *COMPARED, "read ms", "pages/s", "parse, × txt"), rows))


if __name__ == "__main__":
    main()
