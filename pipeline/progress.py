"""How far a run has come: a bar on a terminal, a line every few seconds elsewhere; and what it did in the end."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pipeline.terminal import safe

if TYPE_CHECKING:
    from pipeline.batch import Summary

_EVERY = 5.0
"""Seconds between two lines."""
_MOST_ERRORS = 20
_STATUSES = ("complete", "partial", "failed")


@contextmanager
def told_on_stderr() -> "Iterator[Callable[[Summary], None]]":
    """A function to be called with what was done so far."""
    if not sys.stderr.isatty():
        yield _lines()
        return
    from tqdm import tqdm

    with tqdm(total=0, unit="pact", desc="parsing", file=sys.stderr, leave=False) as bar:

        def tell(summary: "Summary") -> None:
            bar.total = summary.n_inputs
            bar.set_postfix(failed=summary.statuses["failed"], refresh=False)
            bar.update(summary.n_documents - bar.n)

        yield tell


def _lines() -> "Callable[[Summary], None]":
    start = last = time.monotonic()

    def tell(summary: "Summary") -> None:
        nonlocal last
        now = time.monotonic()
        if now - last < _EVERY:
            return
        last = now
        done, rate = summary.n_documents, summary.n_documents / (now - start)
        left = (summary.n_inputs - done) / rate if rate else 0.0
        failed = f", {summary.statuses['failed']} failed" if summary.statuses["failed"] else ""
        print(f"{done} of {summary.n_inputs} pacts{failed}, {rate:.0f}/s, {left:.0f} s left", file=sys.stderr)

    return tell


def summary_lines(summary: "Summary", output: str) -> Iterator[str]:
    """What a run did: documents by status, rows by table, what failed, what is to be checked, and the time."""
    count = summary.n_documents
    told = ", ".join(f"{summary.statuses[name]} {name}" for name in _STATUSES if summary.statuses[name])
    carried = f" ({summary.n_carried} unchanged since the last run)" if summary.n_carried else ""
    removed = f" {summary.n_removed} removed." if summary.n_removed else ""
    yield f"{count} pact{'s' * (count > 1)}: {told}{carried}.{removed} Tables in {output.rstrip('/')}/"
    if summary.levels:
        yield "levels: " + ", ".join(f"{n} {status}" for status, n in summary.levels.most_common())
    yield "rows: " + ", ".join(f"{n} {name}" for name, n in summary.rows.items())
    for place, reason in summary.skipped:
        yield f"passed over {safe(place)}: {safe(reason)}"
    for pact_id, code, message in summary.errors[:_MOST_ERRORS]:
        yield f"{safe(pact_id)}: {code}: {safe(message)}"
    if len(summary.errors) > _MOST_ERRORS:
        more = len(summary.errors) - _MOST_ERRORS
        yield f"and {more} more: see the rows of severity error in the table diagnostics"
    if summary.doubts:
        told = ", ".join(f"{n} {code}" for code, n in summary.doubts.most_common(5))
        yield f"to be checked: {told} (see the table diagnostics, or pacte show FILE)"
    yield f"{summary.seconds:.1f} s" + (f", {count / summary.seconds:.0f} pacts a second" if count > 10 else "")
