"""What was understood, for the terminal: the tree of a pact, and the reasons for a measure."""

from collections.abc import Iterator

import click

from pipeline.model import Block, Level, Measure, Pact
from pipeline.tabulate import position, tabulate
from pipeline.terminal import json_of, safe

_COLOURS = {
    "agreed": "green",
    "refused": "red",
    "not_competent": "yellow",
    "done": "cyan",
    "undecided": "magenta",
    "unstated": "bright_black",
    "complete": "green",
    "partial": "yellow",
    "failed": "red",
    "info": "blue",
    "warning": "yellow",
    "error": "red",
    "gained": "green",
    "lost": "red",
    "changed": "yellow",
}
_WIDTH = 76


def as_json(pact: Pact) -> str:
    """All rows of all tables, as JSON."""
    rows = {name: table.to_pylist() for name, table in tabulate([pact]).items()}
    return json_of(rows)


def tree(pact: Pact) -> Iterator[str]:
    """The lines of the pact as a tree, with the diagnostics under it."""
    facts = pact.facts
    yield safe(" – ".join(filter(None, (facts.list_name, facts.lead_candidate))) or pact.source.pact_id)
    count = f"{len(pact.measures)} measures, level mode: {pact.level_mode}"
    yield f"{paint(pact.status)}, {pact.coverage:.0%} understood, {count}"
    for principle in pact.principles:
        yield f"├─ Principe {principle.principle}  {_short(principle.title)}"
    for measure in pact.measures:
        yield from _measure_lines(pact, measure)
    for observation in pact.observations:
        if observation.measure is None:
            yield f"├─ observation  {_short(observation.text)}"
    yield from _diagnostic_lines(pact, None)


def explain(pact: Pact, measure: int | None) -> Iterator[str]:
    """Which rule took which characters, and why each status is what it is; of one measure, or of all blocks."""
    for number, block in enumerate(pact.blocks, start=1):
        if block.kind != "blank" and measure in (None, block.measure):
            yield from _block_lines(pact, number, block)
    if measure is not None:
        for row in (row for row in pact.levels if row.measure == measure):
            yield f"N{row.level}  {paint(row.status)}  {_reason(pact, row)}"
    yield from _diagnostic_lines(pact, measure)


def _measure_lines(pact: Pact, measure: Measure) -> Iterator[str]:
    local = " (local)" if measure.origin == "local" else ""
    yield f"├─ {measure.measure}{local}  {paint(measure.status)}  {_short(measure.title or '')}"
    for row in pact.levels:
        if row.measure == measure.measure:
            marks = [name for name in ("conditional", "excepted", "amended") if getattr(row, name)]
            suffix = f" [{', '.join(marks)}]" if marks else ""
            yield f"│  ├─ N{row.level}  {paint(row.status)}{suffix}  {_short(row.text or '')}"
            yield from (
                f"│  │  • {_short(item.text)}"
                for item in pact.items
                if (item.measure, item.level) == (row.measure, row.level)
            )
    yield from (
        f"│  • {_short(item.text)}" for item in pact.items if item.measure == measure.measure and item.level is None
    )
    for observation in pact.observations:
        if observation.measure == measure.measure:
            yield f"│  └─ « {_short(observation.text)} »"


def _block_lines(pact: Pact, number: int, block: Block) -> Iterator[str]:
    line, _ = position(pact.source.text, block.start)
    where = f"block {number}, line {line}, {block.start}-{block.end}"
    yield f"{block.kind}  rule {block.rule}  ({where})"
    yield f"    {_short(pact.source.text[block.start : block.end])}"
    for observation in pact.observations:
        if pact.blocks[observation.block] is block:
            for clause in pact.clauses:
                if clause.observation == observation.observation:
                    levels = ", ".join(f"N{level}" for level in clause.levels) or "no level"
                    yield (
                        f"    clause {clause.clause}  {clause.stance} {levels}"
                        f"  rule {clause.rule}  ({clause.start}-{clause.end})"
                    )
                    yield f"        {_short(pact.source.text[clause.start : clause.end])}"


def _reason(pact: Pact, row: Level) -> str:
    if row.evidence == "none":
        return "nothing speaks of it"
    printed = f"printed under the measure (rule {row.rule})"
    if row.clause is None:
        return printed
    clause = pact.clauses[row.clause - 1]
    said = f"clause {clause.clause} says {clause.stance} (rule {clause.rule})"
    return f"{said}, and it is {printed}" if row.listed else said


def _diagnostic_lines(pact: Pact, measure: int | None) -> Iterator[str]:
    for found in pact.diagnostics:
        if measure in (None, found.measure):
            line, column = position(pact.source.text, found.start)
            where = f" {line}:{column}" if line else ""
            yield f"{paint(found.severity)}{where} {found.code}: {safe(found.message)}"


def paint(word: str) -> str:
    return click.style(word, fg=_COLOURS[word])


def _short(text: str) -> str:
    folded = safe(" ".join(text.split()))
    return folded if len(folded) <= _WIDTH else folded[: _WIDTH - 1] + "…"
