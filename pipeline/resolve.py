"""Join listing and clauses into one status per measure and level; tell every contradiction."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Literal

from pipeline.catalogue import ALIKE, catalogue_of, squeeze
from pipeline.facts import find_facts, with_known
from pipeline.fold import plain
from pipeline.listing import Listing, body_span, body_text, level_above, levels_above, list_blocks, outer_span
from pipeline.model import (
    Block,
    Clause,
    Diagnostic,
    DocumentStatus,
    Facts,
    Item,
    Known,
    Level,
    Measure,
    Observation,
    Pact,
    Principle,
    ResolvedClause,
    Source,
    Status,
)
from pipeline.rules import Rules
from pipeline.statuses import STATUS, levels_of
from pipeline.styles import MOSTLY, SET_IN_ITALICS, share_in

_WORD_RE = re.compile(r"[^\W\d_]+")
_FRENCH = frozenset(
    ["et", "les", "des", "du", "une", "pour", "dans", "sur", "au", "aux", "avec", "est", "de", "la", "le"]
)
_FRENCH_SHARE = 0.1
"""Less than this share of such words (0-1) is another language; French prose has 0.25 to 0.4."""
_FEWEST_WORDS = 60
_OPENING = 12
"""A cue that begins within so many characters of an observation opens it: "Elle est déjà en place"."""
_SAMPLE = 20_000


def resolve(
    source: Source,
    blocks: tuple[Block, ...],
    clauses: Sequence[Clause],
    doubts: Iterable[Diagnostic],
    rules: Rules,
    known: Known,
) -> Pact:
    """Everything that the tables say of one document. `doubts` are the diagnostics of the stages before."""
    printed, unclear = find_facts(source, blocks, rules)
    facts, contradicted = with_known(printed, known)
    found = [*source.diagnostics, *doubts, *unclear, *contradicted]
    _check_language(source, found)
    listing = list_blocks(blocks)
    observations = _observations(source, blocks, clauses, listing)
    resolved = _resolve_clauses(source, blocks, clauses, observations, listing, rules)
    found += _said_in_passing(clauses, resolved, observations, rules)
    levels, measures = [], []
    by_measure: dict[int | None, list[tuple[Clause, ResolvedClause]]] = defaultdict(list)
    for clause, row in zip(clauses, resolved, strict=True):
        by_measure[row.measure].append((clause, row))
    for number in listing.headings:
        own = by_measure[number]
        rows = levels_of(source, blocks, number, listing, own, rules, found)
        levels += rows
        measures.append(_measure(source, blocks, number, listing, rows, own, rules, found))
    _check_count(facts, measures, found)
    coverage = _coverage(source, blocks)
    if not measures and not any(d.severity == "error" for d in found):
        message = "no measure was found: check that this is a signed pact and that its measures are numbered"
        found.append(Diagnostic("error", "no-measure", message))
    return Pact(
        source=source,
        profile=rules.name,
        catalogue=rules.edition,
        rules_fingerprint=rules.fingerprint,
        facts=facts,
        status=_document_status(found),
        coverage=coverage,
        level_mode=_level_mode(levels, resolved),
        blocks=blocks,
        principles=_principles(source, blocks, found),
        measures=tuple(measures),
        levels=tuple(levels),
        items=_items(source, blocks),
        observations=tuple(observations),
        clauses=tuple(resolved),
        diagnostics=tuple(sorted(found, key=lambda d: (d.start if d.start is not None else -1, d.code, d.message))),
    )


def _observations(
    source: Source, blocks: tuple[Block, ...], clauses: Sequence[Clause], listing: Listing
) -> list[Observation]:
    says_this = {clause.block for clause in clauses if clause.reach == "this"}
    last_level = {number: max(at) for (number, _), at in sorted(listing.levels.items(), key=lambda kv: kv[1])}
    observations: list[Observation] = []
    under_levels: set[int] = set()
    for index in listing.observations:
        block = blocks[index]
        start, end = body_span(source, block)
        level = level_above(blocks, block)
        measure = block.measure
        # After the last level an observation may speak of the whole measure: it is the level's only
        # if it says so, or if the measure's other observations stand under their levels too.
        if measure is not None and index < last_level.get(measure, -1):
            under_levels.add(measure)
        elif index not in says_this and measure not in under_levels:
            level = None
            block = replace(block, parent=None)
        observations.append(
            Observation(
                observation=len(observations) + 1,
                block=index,
                measure=measure,
                level=level,
                evidence=block.evidence or "cue",
                bold=share_in(source.text, source.bold, start, end) >= MOSTLY,
                italic=share_in(source.text, source.italic, start, end) >= MOSTLY,
                text=source.text[start:end],
                rule=block.rule or "",
                start=start,
                end=end,
                about=levels_above(blocks, block),
            )
        )
    return observations


def _resolve_clauses(
    source: Source,
    blocks: tuple[Block, ...],
    clauses: Sequence[Clause],
    observations: Sequence[Observation],
    listing: Listing,
    rules: Rules,
) -> list[ResolvedClause]:
    by_block = {observation.block: observation for observation in observations}
    named: dict[int, set[int]] = defaultdict(set)
    resolved = []
    for number, clause in enumerate(clauses, start=1):
        observation = by_block[clause.block]
        levels = _bears_on(clause, observation, blocks, listing, named[clause.block], rules)
        named[clause.block].update(levels)
        resolved.append(
            ResolvedClause(
                clause=number,
                observation=observation.observation,
                measure=observation.measure,
                stance=clause.stance,
                levels=levels,
                text=source.text[slice(*clause.text)] if clause.text else None,
                rule=clause.rule,
                start=clause.start,
                end=clause.end,
            )
        )
    return resolved


def _said_in_passing(
    clauses: Sequence[Clause], resolved: Sequence[ResolvedClause], observations: Sequence[Observation], rules: Rules
) -> list[Diagnostic]:
    """A doubt for each answer that names no level and may only comment.

    It stands in an observation that only its style tells, or is a weak cue behind the opening of one.
    """
    weak = {rule.id for rule in rules.clauses if rule.weak}
    found = []
    for clause, row in zip(clauses, resolved, strict=True):
        observation = observations[row.observation - 1]
        behind = clause.rule in weak and clause.start > observation.start + _OPENING
        doubtful = observation.rule == SET_IN_ITALICS or (behind and row.stance != "refuse")
        if doubtful and clause.reach == "listed" and row.stance in ("done", "undecided", "not_competent", "refuse"):
            message = f"read as {row.stance}, but it names no level and may only comment: check what the list means"
            found.append(Diagnostic("warning", "said-in-passing", message, row.start, row.end, row.measure))
    return found


def _bears_on(
    clause: Clause,
    observation: Observation,
    blocks: tuple[Block, ...],
    listing: Listing,
    named: set[int],
    rules: Rules,
) -> tuple[int, ...]:
    """The levels of a clause, now that it is known what the measure lists."""
    if clause.levels is not None:
        return clause.levels
    listed = tuple(level for level in rules.words.numbers if (observation.measure, level) in listing.levels)
    if observation.measure is None:
        return ()
    if clause.reach == "all":
        return rules.words.numbers
    if clause.reach == "others":
        return tuple(level for level in rules.words.numbers if level not in named)
    if clause.reach == "beyond":
        return tuple(level for level in rules.words.numbers if level > max(named or listed, default=0))
    parent = blocks[observation.block].parent
    if clause.reach == "this" and len(named) == 1:
        return tuple(named)
    if clause.reach == "this" and parent is not None and blocks[parent].levels:
        return blocks[parent].levels
    # Between two levels an observation is about the one, or the ones, above it.
    return observation.about or listed


def _measure(
    source: Source,
    blocks: tuple[Block, ...],
    number: int,
    listing: Listing,
    levels: Sequence[Level],
    clauses: Sequence[tuple[Clause, ResolvedClause]],
    rules: Rules,
    found: list[Diagnostic],
) -> Measure:
    at = listing.headings[number]
    block = blocks[at[0]]
    if len(at) > 1:
        message = f"measure {number} has {len(at)} headings: all that stands under them was joined"
        found.append(Diagnostic("warning", "measure-repeated", message, *outer_span(source, blocks[at[1]]), number))
    title = body_text(source, block)
    known = rules.catalogue.get(number)
    if known is not None and title is not None:
        _check_title(source, block, number, title, rules, found)
    start, end = outer_span(source, block)
    return Measure(
        measure=number,
        title=title,
        status=_measure_status(levels, clauses),
        origin="catalogue" if known is not None else "local",
        rule=block.rule or "",
        start=start,
        end=end,
    )


def _check_title(source: Source, block: Block, number: int, title: str, rules: Rules, found: list[Diagnostic]) -> None:
    catalogue = catalogue_of(rules)
    folded = plain(title)
    like = catalogue.likeness(number, folded)
    if like is None or squeeze(folded) == catalogue.squeezed[number]:
        return
    if like >= ALIKE:
        message = f"not word for word the title of measure {number} in {rules.edition}: compare them"
        found.append(Diagnostic("info", "title-reworded", message, *outer_span(source, block), number))
        return
    other = catalogue.rightful(folded)
    hint = f", which is rather that of measure {other}" if other is not None else ""
    message = f"the title is not that of measure {number} in {rules.edition}{hint}: check the number"
    found.append(Diagnostic("warning", "number-title-differ", message, *outer_span(source, block), number))


def _measure_status(levels: Sequence[Level], clauses: Sequence[tuple[Clause, ResolvedClause]]) -> Status:
    stated = {row.status for row in levels} - {"unstated"}
    if "agreed" in stated:
        return "agreed"
    if not stated:
        stated = {STATUS[row.stance] for _, row in clauses if row.stance in STATUS} or {"agreed"}
    return next(iter(stated)) if len(stated) == 1 else "unstated"


def _principles(source: Source, blocks: tuple[Block, ...], found: list[Diagnostic]) -> tuple[Principle, ...]:
    principles: dict[str, Principle] = {}
    for index, block in enumerate(blocks):
        if block.kind != "principle":
            continue
        label = (block.label or "").upper()
        start, end = outer_span(source, block)
        if label in principles:
            message = f"principle {label} has two headings: the first was kept"
            found.append(Diagnostic("warning", "principle-repeated", message, start, end))
            continue
        texts = [other for other in blocks if other.kind == "text" and other.parent == index]
        first, last = (texts[0].body[0], texts[-1].body[1]) if texts else (end, end)
        text = source.text[first:last].strip() or None
        principles[label] = Principle(
            label, body_text(source, block) or "", text, block.rule or "", start, max(end, last)
        )
    return tuple(principles.values())


def _items(source: Source, blocks: tuple[Block, ...]) -> tuple[Item, ...]:
    counts: dict[int, int] = defaultdict(int)
    items = []
    for block in blocks:
        if block.kind == "item" and block.measure is not None:
            counts[block.measure] += 1
            start, end = outer_span(source, block)
            text = body_text(source, block) or source.text[start:end]
            level = level_above(blocks, block)
            items.append(Item(block.measure, counts[block.measure], level, text, block.rule or "", start, end))
    return tuple(items)


def _coverage(source: Source, blocks: Iterable[Block]) -> float:
    """The share of the characters, white space apart, that stand in a block of a known kind (0-1)."""
    total = sum(1 for char in source.text if not char.isspace())
    unknown = sum(
        1 for b in blocks if b.kind == "unknown" for char in source.text[b.start : b.end] if not char.isspace()
    )
    return (total - unknown) / total if total else 0.0


def _level_mode(levels: Sequence[Level], clauses: Sequence[ResolvedClause]) -> Literal["set", "single", "none"]:
    """One level chosen under each measure, or sets of them, or no levels; a clause may speak of those printed."""
    listed = {(row.measure, row.level) for row in levels if row.listed}
    spoken = {(clause.measure, level) for clause in clauses for level in clause.levels}
    if not spoken and not listed:
        return "none"
    measures = {measure for measure, _ in listed}
    return "single" if len(measures) > 1 and len(measures) == len(listed) and spoken <= listed else "set"


def _check_language(source: Source, found: list[Diagnostic]) -> None:
    words = _WORD_RE.findall(plain(source.text[:_SAMPLE]))
    if len(words) > _FEWEST_WORDS and sum(word in _FRENCH for word in words) < _FRENCH_SHARE * len(words):
        message = "this hardly reads like French: only numbers and levels can be trusted, read the observations by hand"
        found.append(Diagnostic("warning", "language-doubtful", message))


def _check_count(facts: Facts, measures: Sequence[Measure], found: list[Diagnostic]) -> None:
    if facts.announced_measures is not None and facts.announced_measures != len(measures):
        message = (
            f"{facts.announced_measures} measures are announced, and {len(measures)} were found: look for the others"
        )
        found.append(Diagnostic("warning", "count-differs", message))


def _document_status(found: Iterable[Diagnostic]) -> DocumentStatus:
    severities = {diagnostic.severity for diagnostic in found}
    return "failed" if "error" in severities else "partial" if "warning" in severities else "complete"
