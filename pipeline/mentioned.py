"""The rows of what a section mentions: references to measures, quantities, bodies, each where it stands."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from pipeline.lines import Page
from pipeline.listing import body_span, level_above
from pipeline.mentions import Found, find_mentions
from pipeline.model import Block, Clause, Diagnostic, Observation, Organisation, Quantity, Reference, ResolvedClause
from pipeline.organisations import find_bodies

_KINDS = ("measure", "level", "item", "text", "observation")
"""Blocks that are wordings, or the list's words; others may hold numbers that mean nothing."""


@dataclass(frozen=True, slots=True)
class Mentioned:
    references: tuple[Reference, ...]
    quantities: tuple[Quantity, ...]
    organisations: tuple[Organisation, ...]


class _Place(NamedTuple):
    """Where a mention stands: the block's measure and level, the observation, and the levels of its clauses' texts."""

    measure: int | None
    level: int | None
    observation: int | None
    texts: tuple[tuple[tuple[int, int], int], ...] = ()

    def level_at(self, start: int) -> int | None:
        """The one level whose wording stands at an offset."""
        return next((level for (first, last), level in self.texts if first <= start < last), self.level)


def find_mentioned(
    page: Page,
    blocks: tuple[Block, ...],
    observations: Sequence[Observation],
    clauses: Sequence[tuple[Clause, ResolvedClause]],
    found: list[Diagnostic],
) -> Mentioned:
    """What the wordings and observations of a section mention, in the order of the text."""
    text, folded, rules = page.source.text, page.folded, page.rules
    references: list[Reference] = []
    quantities: list[Quantity] = []
    organisations: list[Organisation] = []
    for block, place in _places(blocks, observations, clauses):
        start, end = body_span(page.source, block)
        mentions, doubts = find_mentions(text, folded, start, end, rules, place.measure)
        found += doubts
        for each in mentions:
            references += _references(each, text, place, len(references))
            quantities += _quantity(each, text, place, len(quantities))
        if place.observation is not None:
            for body in find_bodies(text, folded, start, end, rules):
                organisations.append(
                    Organisation(
                        organisation=len(organisations) + 1,
                        measure=place.measure,
                        level=place.level_at(body.start),
                        observation=place.observation,
                        name=body.name,
                        kind=body.rule.kind,
                        text=text[body.start : body.end],
                        rule=body.rule.id,
                        start=body.start,
                        end=body.end,
                    )
                )
    return Mentioned(tuple(references), tuple(quantities), tuple(organisations))


def _places(
    blocks: tuple[Block, ...],
    observations: Sequence[Observation],
    clauses: Sequence[tuple[Clause, ResolvedClause]],
) -> Iterator[tuple[Block, _Place]]:
    by_block = {row.block: row for row in observations}
    for index, block in enumerate(blocks):
        if block.kind not in _KINDS or (block.kind != "observation" and block.measure is None):
            continue
        own = by_block.get(index)
        if own is not None:
            texts = tuple(
                (clause.text, row.levels[0])
                for clause, row in clauses
                if row.observation == own.observation and clause.text is not None and len(row.levels) == 1
            )
            yield block, _Place(own.measure, own.level, own.observation, texts)
        elif block.kind == "level":
            yield block, _Place(block.measure, block.levels[0] if len(block.levels) == 1 else None, None)
        else:
            yield block, _Place(block.measure, level_above(blocks, block), None)


def _references(found: Found, text: str, place: _Place, before: int) -> Iterator[Reference]:
    for number, target in enumerate(found.targets, start=before + 1):
        yield Reference(
            reference=number,
            measure=place.measure,
            level=place.level_at(found.start),
            observation=place.observation,
            target=target,
            text=text[found.start : found.end],
            rule=found.rule.id,
            start=found.start,
            end=found.end,
        )


def _quantity(found: Found, text: str, place: _Place, before: int) -> Iterator[Quantity]:
    if found.targets:
        return
    yield Quantity(
        quantity=before + 1,
        measure=place.measure,
        level=place.level_at(found.start),
        observation=place.observation,
        value=found.value,
        unit=found.unit,
        per=found.per,
        comparator=found.comparator,
        deadline=found.deadline,
        text=text[found.start : found.end],
        rule=found.rule.id,
        start=found.start,
        end=found.end,
    )
