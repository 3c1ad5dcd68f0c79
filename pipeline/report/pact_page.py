"""The page of one pact: its text with what was understood marked in it, and the rows beside it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pipeline.french import BLOCKS, COMPARATORS, DIAGNOSTICS, MARKS, SEVERITIES, STANCES, STATUSES, WORDINGS
from pipeline.kinds import load_all
from pipeline.report.data import PactEntry, Row
from pipeline.report.marking import Mark, Piece, pieces_of
from pipeline.rulebook import entries

_DOUBTS = ("warning", "error")
_MARKED = (
    ("c", "clauses", "clause"),
    ("q", "quantities", "quantity"),
    ("r", "references", "reference"),
    ("o", "organisations", "organisation"),
)
"""The rows that are marked inside blocks: the letter of their ids in the page, their table, their number in it."""


MARK_NAMES = {
    **{stance: f"clause : {said}" for stance, said in STANCES.items()},
    "quantity": "quantité",
    "reference": "renvoi",
    "organisation": "organisme",
    **{f"doubt-{severity}": said for severity, said in SEVERITIES.items()},
}
"""What a mark in the text is, in words."""
MARK_SIGNS = {
    **{"agree": "✓", "refuse": "✕", "not_competent": "↗", "done": "✓✓", "undecided": "?", "condition": "si"},
    **{"except": "sauf", "amend": "±", "quantity": "#", "reference": "→", "organisation": "@"},
    **{"doubt-info": "i", "doubt-warning": "!", "doubt-error": "!!"},
}
"""What is shown where it begins."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A block as it is shown: its kind, what stands in its margin, and its text in pieces.

    `rows` are the rows that it is the evidence of; the first of them is what the margin links to.
    """

    kind: str
    margin: str
    rows: tuple[str, ...]
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Card:
    """A row beside the text: its id in the page, what it says, why, and the rule that found it.

    `details` are what it says more, as name and value. `place` is the row whose place in the text is its evidence: its
    own, the clause that decided a level, or none.
    """

    id: str
    sort: str
    head: str
    status: str | None
    text: str
    details: tuple[tuple[str, str], ...]
    rule: str | None
    why: str | None
    place: str | None


@dataclass(frozen=True, slots=True)
class Group:
    """The cards of a measure, or of what stands above all measures."""

    id: str
    title: str
    cards: tuple[Card, ...]


def stretches_of(pact: PactEntry) -> list[Stretch]:
    """The blocks of a pact, each with its text; blank ones are part of the text too."""
    text = pact.document["text"]
    marks = _marks(pact)
    by_place = _rows_by_place(pact)
    found = []
    at = 0
    for block in pact.rows["blocks"]:
        own = []
        while at < len(marks) and marks[at].start < block["end"]:
            own.append(marks[at])
            at += 1
        rows = by_place.get((block["start"], block["end"]), ())
        found.append(
            Stretch(
                kind=block["kind"],
                margin=_margin(block),
                rows=rows,
                pieces=tuple(pieces_of(text, block["start"], block["end"], own)),
            )
        )
        # What goes on in the next block is marked there too.
        marks[at:at] = [mark for mark in own if mark.end > block["end"]]
    return found


def groups_of(pact: PactEntry) -> list[Group]:
    """All rows of a pact in groups: what is about the whole, then measure by measure."""
    groups = [Group("pacte", "Le pacte entier", tuple(_whole(pact)))]
    for row in pact.rows["measures"]:
        cards = tuple(_of_measure(pact, row))
        groups.append(Group(f"m{row['measure']}", f"Mesure {row['measure']}", cards))
    return [group for group in groups if group.cards]


def doubts_of(pact: PactEntry) -> list[Card]:
    """What should be looked at, in the order of the text."""
    return [_diagnostic(row) for row in pact.rows["diagnostics"] if row["severity"] in _DOUBTS]


def _marks(pact: PactEntry) -> list[Mark]:
    """The spans that are marked inside the blocks."""
    found = [
        Mark(row["start"], row["end"], f"{letter}{row[key]}", row.get("stance") or key)
        for letter, table, key in _MARKED
        for row in pact.rows[table]
    ]
    found += [
        Mark(row["start"], max(row["end"], row["start"] + 1), f"d{row['diagnostic']}", f"doubt-{row['severity']}")
        for row in pact.rows["diagnostics"]
        if row["start"] is not None
    ]
    return sorted(found, key=lambda mark: (mark.start, -mark.end))


def _rows_by_place(pact: PactEntry) -> dict[tuple[int, int], tuple[str, ...]]:
    """The rows that a whole block is the evidence of, by where the block begins and ends."""
    starts = {}
    for row in pact.rows["measures"]:
        starts[row["start"]] = f"m{row['measure']}"
    found: dict[int, list[str]] = {start: [name] for start, name in starts.items()}
    for row in pact.rows["levels"]:
        if _is_printed(row):
            found.setdefault(row["start"], []).append(f"l{row['measure']}-{row['level']}")
    for row in pact.rows["items"]:
        found.setdefault(row["start"], []).append(f"i{row['measure']}-{row['item']}")
    for row in pact.rows["observations"]:
        found.setdefault(row["start"], []).append(f"b{row['observation']}")
    for row in pact.rows["principles"]:
        found.setdefault(row["start"], []).append(f"p{row['principle']}")
    places: dict[tuple[int, int], tuple[str, ...]] = {}
    ordered = sorted(found.items())
    at = 0
    for block in pact.rows["blocks"]:
        own: list[str] = []
        while at < len(ordered) and ordered[at][0] < block["end"]:
            own += ordered[at][1]
            at += 1
        places[block["start"], block["end"]] = tuple(own)
    return places


def _margin(block: Row) -> str:
    if block["kind"] == "measure":
        return f"mesure {block['measure']}"
    if block["kind"] == "level" and block["level"] is not None:
        return f"N{block['level']}"
    return BLOCKS[block["kind"]]


def _whole(pact: PactEntry) -> Iterator[Card]:
    for row in pact.rows["principles"]:
        yield _card(pact, f"p{row['principle']}", "principle", f"Principe {row['principle']}", row, text=row["title"])
    yield from _said(pact, None)


def _of_measure(pact: PactEntry, measure: Row) -> Iterator[Card]:
    number = measure["measure"]
    details = [] if measure["origin"] == "catalogue" else [("origine", "mesure propre à ce pacte")]
    head = f"Mesure {number}"
    yield _card(
        pact,
        f"m{number}",
        "measure",
        head,
        measure,
        status=measure["status"],
        text=measure["title"] or "",
        details=[*details, *_wording(measure)],
    )
    clauses = {row["clause"]: row for row in pact.rows["clauses"]}
    for row in pact.rows["levels"]:
        if row["measure"] == number:
            reason = ("pourquoi", _reason(row, clauses.get(row["clause"])))
            marks = [("", MARKS[mark]) for mark in MARKS if row[mark]]
            yield _card(
                pact,
                f"l{number}-{row['level']}",
                "level",
                f"N{row['level']}",
                row,
                status=row["status"],
                text=row["text"] or "",
                details=[*marks, reason, *_wording(row)],
                place=_place_of(row),
            )
    for row in pact.rows["items"]:
        if row["measure"] == number:
            yield _card(pact, f"i{number}-{row['item']}", "item", "Point", row)
    yield from _said(pact, number)


def _said(pact: PactEntry, measure: int | None) -> Iterator[Card]:
    """The observations on a measure, each with its clauses, then what is mentioned."""
    rows = pact.rows
    for row in rows["observations"]:
        if row["measure"] == measure:
            yield _card(pact, f"b{row['observation']}", "observation", "Observation", row)
            for clause in rows["clauses"]:
                if clause["observation"] == row["observation"]:
                    levels = ", ".join(f"N{level}" for level in clause["levels"])
                    head = f"{STANCES[clause['stance']]}{' · ' + levels if levels else ''}"
                    yield _card(pact, f"c{clause['clause']}", clause["stance"], head, clause)
    for row in rows["quantities"]:
        if row["measure"] == measure:
            yield _card(pact, f"q{row['quantity']}", "quantity", "Quantité", row, details=list(_measured(row)))
    for row in rows["references"]:
        if row["measure"] == measure:
            yield _card(pact, f"r{row['reference']}", "reference", f"Renvoi à la mesure {row['target']}", row)
    for row in rows["organisations"]:
        if row["measure"] == measure:
            yield _card(pact, f"o{row['organisation']}", "organisation", "Organisme", row, text=row["name"])
    for row in rows["diagnostics"]:
        if row["measure"] == measure and row["severity"] not in _DOUBTS:
            yield _diagnostic(row)


def _diagnostic(row: Row) -> Card:
    line = () if row["line"] is None else (("où", f"ligne {row['line']}, colonne {row['column']}"),)
    return Card(
        id=f"d{row['diagnostic']}",
        sort=f"doubt-{row['severity']}",
        head=SEVERITIES[row["severity"]],
        status=None,
        text=DIAGNOSTICS[row["code"]],
        details=line,
        rule=row["code"],
        why=row["message"],
        place=None if row["start"] is None else f"d{row['diagnostic']}",
    )


def _card(pact: PactEntry, name: str, sort: str, head: str, row: Row, **more: Any) -> Card:
    found = {"status": None, "text": row.get("text") or "", "place": name, "details": [], **more}
    return Card(
        id=name,
        sort=sort,
        head=head,
        status=found["status"],
        text=found["text"],
        details=tuple(found["details"]),
        rule=row["rule"],
        why=_whys(pact.document["profile"]).get(row["rule"]),
        place=found["place"],
    )


def _place_of(level: Row) -> str | None:
    if _is_printed(level):
        return f"l{level['measure']}-{level['level']}"
    return None if level["clause"] is None else f"c{level['clause']}"


def _is_printed(level: Row) -> bool:
    """Whether a level has a place of its own in the text: one that only a clause tells of has the clause's."""
    return level["start"] is not None and (level["listed"] or level["clause"] is None)


def _reason(row: Row, clause: Row | None) -> str:
    """Why a level has its status."""
    if clause is not None:
        said = f"l’observation le dit (clause « {STANCES[clause['stance']]} »)"
        if not row["listed"]:
            return said
        agrees = row["status"] in ("agreed", "done")
        return f"imprimé sous la mesure, et {said}" if agrees else f"imprimé sous la mesure, mais {said}"
    if row["listed"]:
        return "imprimé sous la mesure : le pacte imprime ce que la liste prend"
    return "rien n’en parle : ce n’est pas un refus" if row["status"] == "unstated" else STATUSES[row["status"]]


def _wording(row: Row) -> Iterator[tuple[str, str]]:
    if row["wording"] == "reworded":
        yield "libellé", f"reformulé, {row['similarity']:.0%} des mots du catalogue"
        if row["added"]:
            yield "ajouté", " | ".join(row["added"])
        if row["removed"]:
            yield "retiré", " | ".join(row["removed"])
    elif row["wording"] == "verbatim":
        yield "libellé", WORDINGS["verbatim"]


def _measured(row: Row) -> Iterator[tuple[str, str]]:
    if row["value"] is not None:
        value = f"{row['value']:n}".replace(".", ",")
        yield "valeur", " ".join(filter(None, (COMPARATORS[row["comparator"]], value, row["unit"])))
    if row["per"]:
        yield "par", row["per"]
    if row["deadline"]:
        yield "échéance", str(row["deadline"])


@lru_cache(8)
def _whys(profile: str) -> Mapping[str, str]:
    """Why each rule of a kind of pact exists."""
    known = next((rules for rules in load_all() if rules.name == profile), None)
    return {} if known is None else {entry.id: entry.why for entry in entries(known)}
