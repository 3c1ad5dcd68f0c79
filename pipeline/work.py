"""What a worker does: some inputs to their rows. It runs in a process of its own, which may be killed."""

from collections.abc import Sequence
from functools import lru_cache

import pyarrow as pa

from pipeline.inputs import Input, read_input
from pipeline.kinds import load_all
from pipeline.model import Known, Pact
from pipeline.parse import parse_bytes, parse_source
from pipeline.read import broken, given_up, unreadable
from pipeline.rules import RULES, Rules, load
from pipeline.tabulate import tabulate


def parse_inputs(inputs: Sequence[Input], known: Sequence[Known | None], kind: str | None) -> dict[str, pa.Table]:
    """All rows of some inputs. Raises `RuleError` for a mistake in the rules, and nothing for what the inputs are."""
    rules = rules_of(kind)
    return tabulate(parse_input(each, rules, row) for each, row in zip(inputs, known, strict=True))


def give_up(given: Input, known: Known | None, kind: str | None, reason: str, reads: bool) -> dict[str, pa.Table]:
    """The rows of an input that took too long, or killed its worker: a failed document."""
    try:
        data = read_input(given) if reads else b""
    except OSError:
        data = b""
    return tabulate([parse_source(given_up(given.pact_id, data, reason), rules_of(kind), known)])


def parse_input(given: Input, rules: Rules | Sequence[Rules], known: Known | None = None) -> Pact:
    """Parse one input; one that cannot be opened is a failed pact with a diagnostic."""
    try:
        data = read_input(given)
    except OSError as error:
        return parse_source(unreadable(given.pact_id, error.strerror or str(error)), rules, known)
    try:
        return parse_bytes(data, given.pact_id, rules, known)
    except Exception as error:  # noqa: BLE001 - a fault of ours costs this file, and is told in its row
        return parse_source(broken(given.pact_id, data, error), rules, known)


@lru_cache(1)
def rules_of(kind: str | None) -> tuple[Rules, ...]:
    """The rules of one kind, or of all. Raises `RuleError` for a mistake in them."""
    return load_all() if kind is None else (load(RULES / kind),)
