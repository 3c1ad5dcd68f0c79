"""Join listing and clauses of a section into one status per measure and level; tell every contradiction."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import takewhile

from pipeline.by_wording import place
from pipeline.catalogue import ALIKE, catalogue_of, squeeze
from pipeline.fold import plain
from pipeline.lines import Page
from pipeline.listing import Listing, body_span, body_text, level_above, levels_above, list_blocks, outer_span
from pipeline.mentioned import find_mentioned
from pipeline.model import (
    Block,
    Clause,
    Diagnostic,
    Item,
    Level,
    Measure,
    Observation,
    Part,
    Principle,
    ResolvedClause,
    Source,
    Status,
)
from pipeline.rules import Rules
from pipeline.scope import QUALIFIERS
from pipeline.statuses import STATUS, levels_of
from pipeline.styles import MOSTLY, SET_IN_ITALICS, share_in
from pipeline.tables import UNTICKED
from pipeline.wording import LOCAL, UNKNOWN, wording_of

_OF_ROW = "table-observation"
"""The rule of a remark on the row of a measure."""
_SAYS_NO = frozenset(["refuse", "not_competent", "undecided"])
_OPENING = 12
"""A cue that begins within so many characters of an observation opens it: "Elle est déjà en place"."""


def resolve(page: Page, blocks: tuple[Block, ...], clauses: Sequence[Clause], doubts: Iterable[Diagnostic]) -> Part:
    """Everything that the tables say of one section. `doubts` are the diagnostics of the stages before."""
    source, rules, found = page.source, page.rules, [*doubts]
    listing = list_blocks(blocks)
    clauses = place(source, blocks, clauses, listing, rules)
    starts = sorted(clause.start for clause in clauses)
    found = [doubt for doubt in found if not _is_answered(doubt, starts)]
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
    first = next((i for i, block in enumerate(blocks) if block.kind in ("measure", "principle")), len(blocks))
    principles = _principles(source, blocks, found)
    mentioned = find_mentioned(page, blocks, observations, [*zip(clauses, resolved, strict=True)], found)
    return Part(
        blocks=blocks,
        lines=_lines(source.text, blocks),
        principles=principles,
        measures=tuple(measures),
        levels=tuple(levels),
        items=_items(source, blocks),
        observations=tuple(observations),
        clauses=tuple(resolved),
        references=mentioned.references,
        quantities=mentioned.quantities,
        organisations=mentioned.organisations,
        diagnostics=tuple(found),
        opening=tuple((block.kind, block.body) for block in blocks[:first]),
        closing=tuple((block.kind, block.body) for block in blocks if block.kind == "closing"),
        n_dark=sum(line.text.n_dark for line in page.lines),
        n_unknown=sum(_dark(source.text[block.start : block.end]) for block in blocks if block.kind == "unknown"),
        listed=frozenset([(row.measure, row.level) for row in levels if row.listed and row.status != "unstated"]),
        spoken=frozenset([(row.measure, level) for row in resolved for level in row.levels]),
    )


def _is_answered(doubt: Diagnostic, starts: list[int]) -> bool:
    """Whether something was taken after all from an observation of which nothing seemed to be: by its wording."""
    if doubt.code != "observation-without-clause" or doubt.start is None or doubt.end is None:
        return False
    at = bisect_left(starts, doubt.start)
    return at < len(starts) and starts[at] < doubt.end


def _lines(text: str, blocks: Iterable[Block]) -> tuple[int, ...]:
    """The line, from 0, on which each block begins."""
    lines, line, before = [], 0, 0
    for block in blocks:
        line += text.count("\n", before, block.start)
        before = block.start
        lines.append(line)
    return tuple(lines)


def _dark(text: str) -> int:
    """How many characters are no white space."""
    return sum(map(len, text.split()))


def _observations(
    source: Source, blocks: tuple[Block, ...], clauses: Sequence[Clause], listing: Listing
) -> list[Observation]:
    says_this = {clause.block for clause in clauses if clause.reach == "this"}
    observations: list[Observation] = []
    under_levels: set[int] = set()
    for index in listing.observations:
        block = blocks[index]
        start, end = body_span(source, block)
        level = level_above(blocks, block)
        measure = block.measure
        # After the last level an observation may speak of the whole measure: it is the level's only if it says so, or
        # stands on its line, or if the measure's other observations stand under their levels too.
        is_of_row, is_beside = block.rule == _OF_ROW, block.start > 0 and source.text[block.start - 1] != "\n"
        if measure is not None and index < listing.last_level.get(measure, -1) and not is_of_row:
            under_levels.add(measure)
        elif is_of_row or not (is_beside or index in says_this or measure in under_levels):
            level = None
            block = block._replace(parent=None)
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
    agreed: dict[int | None, set[int]] = defaultdict(set)
    resolved = []
    for number, clause in enumerate(clauses, start=1):
        observation = by_block[clause.block]
        levels = _bears_on(clause, observation, blocks, listing, named[clause.block], rules)
        named[clause.block].update(levels)
        if clause.stance in QUALIFIERS:
            # "Niveau retenu : 3 – …" and below it "sous réserve de…": it qualifies what was agreed to above.
            levels = levels or tuple(sorted(agreed[observation.measure]))
        elif clause.stance in ("agree", "done"):
            agreed[observation.measure].update(levels)
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
    declined = tuple(n for n in rules.words.numbers if (observation.measure, n) in listing.declined)
    if declined and clause.reach == "listed" and clause.stance in _SAYS_NO and not observation.about:
        return declined  # why the boxes beside these say no
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
    beside = LOCAL if known is None else UNKNOWN if known.short else wording_of(title, known.title)
    return Measure(
        measure=number,
        title=title,
        status=_measure_status(levels, clauses, offers=_offers_levels(blocks, at[0])),
        origin="catalogue" if known is not None else "local",
        wording=beside.wording,
        similarity=beside.similarity,
        added=beside.added,
        removed=beside.removed,
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


def _offers_levels(blocks: tuple[Block, ...], heading: int) -> bool:
    """Whether levels stand under a heading, or in the columns beside it, that the list could have ticked."""
    if not blocks[heading].taken:
        return True
    following = map(blocks.__getitem__, range(heading + 1, len(blocks)))
    under = takewhile(lambda block: block.kind != "measure", following)
    return any(
        block.rule == UNTICKED or (block.kind == "level" and not block.taken and not block.declined) for block in under
    )


def _measure_status(
    levels: Sequence[Level], clauses: Sequence[tuple[Clause, ResolvedClause]], *, offers: bool
) -> Status:
    stated = {row.status for row in levels} - {"unstated"}
    if "agreed" in stated:
        return "agreed"
    if not stated:
        stated = {STATUS[row.stance] for _, row in clauses if row.stance in STATUS}
        stated = stated or ({"unstated"} if offers else {"agreed"})
    if stated == {"refused", "not_competent"}:  # "aucun engagement : c'est l'agglomération qui décide"
        return "not_competent"
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
