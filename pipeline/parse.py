"""The way through: bytes of one document to its pact."""

from pipeline.interpret import interpret
from pipeline.model import Pact, Source
from pipeline.read import read
from pipeline.resolve import resolve
from pipeline.rules import Rules
from pipeline.segment import segment


def parse_bytes(data: bytes, pact_id: str, rules: Rules) -> Pact:
    """Parse one document. Never raises for what the bytes are: see `Pact.status` and `Pact.diagnostics`."""
    return parse_source(read(data, pact_id), rules)


def parse_source(source: Source, rules: Rules) -> Pact:
    """Parse what a reader gave."""
    blocks, unclear = segment(source, rules)
    clauses, doubts = interpret(source, blocks, rules)
    return resolve(source, blocks, clauses, [*unclear, *doubts], rules)
