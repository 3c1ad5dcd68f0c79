"""The matrix of lists and measures, and the words of each list that a search looks through."""

from dataclasses import dataclass

from pipeline.fold import plain
from pipeline.french import MARKS, STATUSES
from pipeline.report.data import Answer, Edition, PactEntry

_SIGNS = {"refused": "✕", "not_competent": "↗", "done": "✓", "undecided": "?", "unstated": "·", "agreed": "●"}
"""What stands in a cell without an agreed level, so that colour is not alone."""


@dataclass(frozen=True, slots=True)
class Cell:
    """The answer of a list to a measure: what is shown, what it means in words, how it is coloured and filtered.

    `sort` is "n1" to "n3" (or higher) by the highest level agreed, else the status; `states` are all statuses of its
    levels, "N2" for each level agreed, and marks.
    """

    shown: str
    said: str
    sort: str
    rank: int
    states: str


NO_CELL = Cell("", "mesure absente du pacte", "absent", -1, "absent")


def row_of(pact: PactEntry, edition: Edition) -> list[Cell]:
    """The cells of a pact, for each measure of the edition that some pact takes."""
    return [
        NO_CELL if (answer := pact.answers.get(number)) is None or answer.is_local else _cell(answer)
        for number in edition.numbers
    ]


def words_of(pact: PactEntry) -> str:
    """All that a search looks through: names, titles and the list's own words, folded."""
    said = [row["text"] for row in pact.rows["observations"]]
    titles = [answer.title for answer in pact.answers.values()]
    names = [pact.name, pact.commune, pact.document["lead_candidate"] or "", pact.document["pact_id"]]
    return " ".join(plain(" ".join([*names, *titles, *said])).split())


def _cell(answer: Answer) -> Cell:
    agreed = answer.agreed
    marks = "*" if answer.marks else ""
    states = {
        answer.status,
        *(row["status"] for row in answer.levels),
        *(f"N{level}" for level in agreed),
        *answer.marks,
    }
    shown = " ".join(map(str, agreed)) + marks if agreed else _SIGNS[answer.status] + marks
    return Cell(
        shown=shown,
        said=said_of(answer),
        sort=f"n{agreed[-1]}" if agreed else answer.status,
        rank=agreed[-1] + 1 if agreed else 1 if answer.status in ("agreed", "done") else 0,
        states=" ".join(sorted(states)),
    )


def said_of(answer: Answer) -> str:
    """The answer in words: "d'accord : N2, N3 ; refusé : N1 ; sous condition"."""
    if not answer.levels:
        return STATUSES[answer.status]
    by_status: dict[str, list[str]] = {}
    for row in answer.levels:
        by_status.setdefault(row["status"], []).append(f"N{row['level']}")
    said = [f"{STATUSES[status]} : {', '.join(by_status[status])}" for status in STATUSES if status in by_status]
    return " ; ".join([*said, *(MARKS[mark] for mark in answer.marks)])
