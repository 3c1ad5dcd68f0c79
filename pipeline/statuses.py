"""One status per level: what the pact prints, what the clauses say, and every contradiction between them."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from rapidfuzz import fuzz

from pipeline.fold import plain
from pipeline.listing import Listing, below_level, body_text, outer_span
from pipeline.model import Block, Clause, Diagnostic, Level, ResolvedClause, Source, Stance, Status
from pipeline.rules import Rules
from pipeline.wording import LOCAL, Wording, wording_of

STATUS: dict[Stance, Status] = {
    "agree": "agreed",
    "refuse": "refused",
    "not_competent": "not_competent",
    "done": "done",
    "undecided": "undecided",
}
_NAMED = ("named", "only", "at_most")
_ALIKE = 50.0
"""Wordings less alike than this (rapidfuzz's token_set_ratio, 0-100) are two different ones."""


def levels_of(
    source: Source,
    blocks: tuple[Block, ...],
    measure: int,
    listing: Listing,
    clauses: Sequence[tuple[Clause, ResolvedClause]],
    rules: Rules,
    found: list[Diagnostic],
) -> list[Level]:
    listed = {level for level in rules.words.numbers if (measure, level) in listing.levels}
    declined = {level for level in rules.words.numbers if (measure, level) in listing.declined}
    if not listed and not clauses and not declined:
        return []
    _tell_partial(measure, listed, clauses, found)
    chosen = listing.chosen.get(measure, listed)
    silent = listed - {level for _, row in clauses for level in row.levels}
    left_out = (silent - chosen) | _left_out(measure, silent & chosen, clauses, found)
    rows = []
    for level in rules.words.numbers:
        own = [(clause, row) for clause, row in clauses if level in row.levels]
        at = listing.levels.get((measure, level), [])
        if len(at) > 1:
            message = f"level {level} of measure {measure} stands {len(at)} times: the first wording was kept"
            found.append(Diagnostic("warning", "level-repeated", message, *outer_span(source, blocks[at[1]]), measure))
        said_no = listing.declined.get((measure, level))
        row = _level(source, blocks, measure, level, (at, said_no), own, rules, found)
        rows.append(replace(row, status="unstated", evidence="none") if level in left_out else row)
        if rows[-1].listed:
            _check_wording(rows[-1], rules, found)
    return rows


def _level(
    source: Source,
    blocks: tuple[Block, ...],
    measure: int,
    level: int,
    printed: tuple[list[int], int | None],
    clauses: Sequence[tuple[Clause, ResolvedClause]],
    rules: Rules,
    found: list[Diagnostic],
) -> Level:
    """One level; `printed` are the blocks that take it on, and the one that declines it."""
    taken, said_no = printed
    at = taken[0] if taken else said_no
    verdict = _verdict(measure, level, clauses, found)
    stances = {row.stance for _, row in clauses}
    block = None if at is None else blocks[at]
    listed = bool(taken)
    status: Status = "unstated" if block is None else "agreed" if listed else "refused"
    if verdict is not None:
        status = STATUS.get(verdict.stance, "agreed")
        if listed and status == "refused":
            message = f"level {level} of measure {measure} is printed, and yet refused here: the refusal was kept"
            found.append(Diagnostic("warning", "listing-contradicted", message, verdict.start, verdict.end, measure))
    sources: dict[tuple[bool, bool], Literal["listing", "clause", "both", "none"]] = {
        (False, False): "none",
        (True, False): "listing",
        (False, True): "clause",
        (True, True): "both",
    }
    evidence = sources[block is not None, verdict is not None]
    place: tuple[int | None, int | None] = (None, None)
    if block is not None:
        place = outer_span(source, block)
    elif verdict is not None:
        place = (verdict.start, verdict.end)
    is_own = block is not None and block.kind == "level"  # else its number stands beside that of the measure
    text = body_text(source, block) if block is not None and is_own else None
    rule = block.rule if block is not None else verdict.rule if verdict else None
    if text is None and verdict is not None and verdict.stance in STATUS and verdict.text is not None:
        text, place, rule = verdict.text, (verdict.start, verdict.end), verdict.rule
    known = rules.catalogue.get(measure)
    beside = LOCAL if known is None else _wording(source, blocks, at if is_own else None, text, known.levels.get(level))
    return Level(
        measure=measure,
        level=level,
        status=status,
        conditional="condition" in stances,
        excepted="except" in stances,
        amended="amend" in stances,
        listed=listed,
        evidence=evidence,
        clause=verdict.clause if verdict else None,
        text=text,
        wording=beside.wording,
        similarity=beside.similarity,
        added=beside.added,
        removed=beside.removed,
        rule=rule,
        start=place[0],
        end=place[1],
    )


def _wording(source: Source, blocks: tuple[Block, ...], at: int | None, text: str | None, known: str | None) -> Wording:
    """The wording beside the catalogue's, which may hold the items that a pact prints below."""
    alone = wording_of(text, known)
    if at is None or known is None or alone.wording == "verbatim":
        return alone
    ends = [block.end for block in below_level(blocks, at)]
    if not ends:
        return alone
    whole = wording_of(source.text[blocks[at].body[0] : ends[-1]].strip(), known)
    return whole if (whole.similarity or 0.0) > (alone.similarity or 0.0) else alone


def _left_out(
    measure: int, wider: set[int], clauses: Sequence[tuple[Clause, ResolvedClause]], found: list[Diagnostic]
) -> set[int]:
    """Levels printed beside those that an agreement names may not be meant: told; not meant by "N2 seulement"."""
    agreements = [(clause, row) for clause, row in clauses if row.stance == "agree" and clause.reach in _NAMED]
    if not agreements or not wider:
        return set()
    highest = max(max(row.levels) for _, row in agreements)
    reaches = {clause.reach for clause, _ in agreements}
    out = wider if "only" in reaches else {n for n in wider if n > highest} if "at_most" in reaches else set()
    row = agreements[0][1]
    for levels, said in (
        (wider - out, "not named by this agreement"),
        (out, "left unstated: this agrees to others only"),
    ):
        if levels:
            printed = ", ".join(map(str, sorted(levels)))
            message = f"printed, but {said}: level {printed} of measure {measure}; check the status"
            found.append(Diagnostic("warning", "listing-wider", message, row.start, row.end, measure))
    return out


def _tell_partial(
    measure: int, listed: set[int], clauses: Sequence[tuple[Clause, ResolvedClause]], found: list[Diagnostic]
) -> None:
    """A doubt where a clause means some levels and names none: "accord partiel", "engagement sur 2 niveaux"."""
    row = next((row for clause, row in clauses if clause.reach == "some" and clause.stance in STATUS), None)
    if row is not None and len(listed) > 1:
        message = f"speaks of some levels of measure {measure} and does not say which: check their statuses"
        found.append(Diagnostic("warning", "levels-unnamed", message, row.start, row.end, measure))


def _check_wording(row: Level, rules: Rules, found: list[Diagnostic]) -> None:
    """A paragraph under a level that is nothing like the catalogue's wording may be an observation."""
    known = rules.catalogue[row.measure].levels.get(row.level) if row.measure in rules.catalogue else None
    if known is None or row.text is None or row.text == known:
        return
    if fuzz.token_set_ratio(plain(row.text), plain(known)) < _ALIKE:
        message = f"not the wording of level {row.level} in {rules.edition}: check that it is not an observation"
        found.append(Diagnostic("info", "wording-differs", message, row.start, row.end, row.measure))


def _verdict(
    measure: int, level: int, clauses: Sequence[tuple[Clause, ResolvedClause]], found: list[Diagnostic]
) -> ResolvedClause | None:
    """The clause that decides: one that names the level before one that names none or all.

    An amendment takes the level on where nothing else is said. "Accord sur N1, déjà réalisé" is done.
    """
    best: tuple[bool, ResolvedClause] | None = None
    for clause, row in clauses:
        if row.stance not in STATUS:
            continue
        precise = clause.reach not in ("all", "listed")
        if best is None or precise > best[0]:
            best = (precise, row)
        elif precise == best[0] and row.stance != best[1].stance:
            pair = {row.stance, best[1].stance}
            if pair not in ({"agree", "done"}, {"refuse", "not_competent"}):
                said = f"{best[1].stance} and {row.stance}"
                message = f"level {level} of measure {measure} is said to be {said}: the last was kept"
                found.append(Diagnostic("warning", "clauses-contradict", message, row.start, row.end, measure))
            stronger = (best[1].stance, row.stance) in (("done", "agree"), ("not_competent", "refuse"))
            best = best if stronger else (precise, row)
    if best is not None:
        return best[1]
    return next((row for _, row in clauses if row.stance == "amend"), None)
