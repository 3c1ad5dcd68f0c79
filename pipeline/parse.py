"""The way through: bytes of one document to its pact."""

from collections.abc import Sequence

from pipeline.interpret import interpret
from pipeline.kinds import recognise
from pipeline.model import Known, Pact, Source
from pipeline.read import read
from pipeline.resolve import resolve
from pipeline.rules import Rules
from pipeline.segment import segment


def parse_bytes(data: bytes, pact_id: str, rules: Rules | Sequence[Rules], known: Known | None = None) -> Pact:
    """Parse one document. Never raises for what the bytes are: see `Pact.status` and `Pact.diagnostics`.

    Of several `rules` those of the document's kind are taken. `known` is what else is known of it.
    """
    return parse_source(read(data, pact_id), rules, known)


def parse_source(source: Source, rules: Rules | Sequence[Rules], known: Known | None = None) -> Pact:
    """Parse what a reader gave."""
    own, assumed = recognise(source, [rules] if isinstance(rules, Rules) else rules)
    blocks, unclear = segment(source, own)
    clauses, doubts = interpret(source, blocks, own)
    return resolve(source, blocks, clauses, [*assumed, *unclear, *doubts], own, known or Known())
