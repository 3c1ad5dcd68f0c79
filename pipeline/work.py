"""What a worker does: some inputs to their rows. It runs in a process of its own, which may be killed."""

from collections.abc import Sequence
from functools import lru_cache

import pyarrow as pa

from pipeline.inputs import Input, read_input
from pipeline.kinds import load_all
from pipeline.limits import LIMITS, Limits, OverLimit, over
from pipeline.model import Known, Pact
from pipeline.parse import parse_bytes, parse_source
from pipeline.read import beyond, broken, given_up, unreadable
from pipeline.rules import RULES, Rules, load
from pipeline.tabulate import tabulate


def parse_inputs(
    inputs: Sequence[Input], known: Sequence[Known | None], rules: Sequence[Rules], limits: Limits = LIMITS
) -> dict[str, pa.Table]:
    """All rows of some inputs. Raises MemoryError where they take too much of it, nothing else for what inputs are."""
    return tabulate(parse_input(each, rules, row, limits) for each, row in zip(inputs, known, strict=True))


def give_up(
    given: Input, known: Known | None, rules: Sequence[Rules], limits: Limits, reason: str, reads: bool
) -> dict[str, pa.Table]:
    """The rows of an input that took too long, or killed its worker: a failed document."""
    try:
        data = read_input(given, limits) if reads else b""
    except (OSError, OverLimit):
        data = b""
    return tabulate([parse_source(given_up(given.pact_id, data, reason), rules, known)])


def parse_input(
    given: Input, rules: Rules | Sequence[Rules], known: Known | None = None, limits: Limits = LIMITS
) -> Pact:
    """Parse one input; one that cannot be opened, or is beyond a limit, is a failed pact with a diagnostic."""
    try:
        data = read_input(given, limits)
    except OSError as error:
        return parse_source(unreadable(given.pact_id, error.strerror or str(error)), rules, known)
    except OverLimit as error:
        return parse_source(beyond(given.pact_id, b"", error), rules, known)
    try:
        return parse_bytes(data, given.pact_id, rules, known, limits)
    except MemoryError:
        return parse_source(beyond(given.pact_id, data, over(limits, "memory")), rules, known)
    except Exception as error:  # noqa: BLE001 - a fault of ours costs this file, and is told in its row
        return parse_source(broken(given.pact_id, data, error), rules, known)


@lru_cache(1)
def rules_of(kind: str | None, stamp: str) -> tuple[Rules, ...]:
    """The rules of one kind, or of all, loaded anew where `stamp` tells that they changed. Raises `RuleError`."""
    load_all.cache_clear()
    return load_all() if kind is None else (load(RULES / kind),)
