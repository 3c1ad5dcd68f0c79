"""What the pages show, out of the tables: pacts, their answers to each measure, and the words in which they answer."""

import os
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from pipeline.french import DIAGNOSTICS
from pipeline.output import Output
from pipeline.places import unsafe

Row = dict[str, Any]
_LONGEST_SLUG = 60
_PARTS = (
    *("blocks", "measures", "levels", "items", "observations", "clauses", "principles"),
    *("references", "quantities", "organisations", "diagnostics"),
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a pact says of a measure: its rows, and the list's words on it."""

    measure: int
    title: str
    status: str
    is_local: bool
    levels: tuple[Row, ...]
    words: tuple[str, ...]

    @property
    def agreed(self) -> tuple[int, ...]:
        """The levels agreed; not those below them."""
        return tuple(row["level"] for row in self.levels if row["status"] == "agreed")

    @property
    def marks(self) -> tuple[str, ...]:
        """Which of conditional, excepted and amended bear on some level."""
        return tuple(mark for mark in ("conditional", "excepted", "amended") if any(row[mark] for row in self.levels))

    def level(self, number: int) -> Row | None:
        """The row of a level."""
        return next((row for row in self.levels if row["level"] == number), None)


@dataclass(frozen=True)
class PactEntry:
    """A pact: its document, all its rows by table, and where its page is (`slug`)."""

    slug: str
    document: Row
    rows: dict[str, list[Row]]

    @property
    def name(self) -> str:
        """The list's name; the file's, where no name was found."""
        return str(self.document["list_name"] or self.document["pact_id"])

    @property
    def commune(self) -> str:
        return str(self.document["commune"] or "")

    @property
    def signed_on(self) -> date | None:
        day: date | None = self.document["signed_on"]
        return day

    @property
    def where(self) -> str | None:
        """What makes two lists neighbours: the code of their commune, or its name."""
        code: str | None = self.document["commune_code"]
        return code or self.document["commune"]

    @cached_property
    def answers(self) -> dict[int, Answer]:
        """By number of the measure, in the order of the document."""
        levels, words = defaultdict(list), defaultdict(list)
        for row in self.rows["levels"]:
            levels[row["measure"]].append(row)
        for row in self.rows["observations"]:
            words[row["measure"]].append(row["text"])
        return {
            row["measure"]: Answer(
                measure=row["measure"],
                title=row["title"] or "",
                status=row["status"],
                is_local=row["origin"] == "local",
                levels=tuple(levels[row["measure"]]),
                words=tuple(words[row["measure"]]),
            )
            for row in self.rows["measures"]
        }

    @cached_property
    def errors(self) -> tuple[str, ...]:
        """What is wrong with the document, if it could not be read."""
        return tuple(DIAGNOSTICS[row["code"]] for row in self.rows["diagnostics"] if row["severity"] == "error")


@dataclass(frozen=True, slots=True)
class Edition:
    """A catalogue, and the pacts that were compared with it. `titles` and `wordings` are by measure, and level."""

    name: str
    labels: dict[int, str]
    titles: dict[int, str]
    wordings: dict[int, dict[int, str]]
    levels: tuple[int, ...]
    pacts: tuple[PactEntry, ...]

    @property
    def numbers(self) -> tuple[int, ...]:
        """The catalogue's measures that some pact takes."""
        taken = {number for pact in self.pacts for number, answer in pact.answers.items() if not answer.is_local}
        return tuple(sorted(taken))


@dataclass(frozen=True, slots=True)
class Report:
    """All that is shown. Pacts of different catalogues are shown apart, for their measures are not the same."""

    editions: tuple[Edition, ...]
    pacts: tuple[PactEntry, ...]
    versions: tuple[str, ...]


def read_report(output: Output) -> Report:
    """Read the tables. Raises what reading an `Output` raises."""
    rows: dict[str, dict[str, list[Row]]] = defaultdict(lambda: {name: [] for name in _PARTS})
    for name in _PARTS:
        for batch in output.batches(name):
            for row in batch.to_pylist():
                rows[row["pact_id"]][name].append(row)
    documents = output.table("documents").to_pylist()
    slugs = slugs_of(row["pact_id"] for row in documents)
    pacts = tuple(PactEntry(slugs[row["pact_id"]], row, rows[row["pact_id"]]) for row in documents)
    catalogue = output.table("catalogue").to_pylist()
    names = sorted({row["catalogue"] for row in catalogue})
    editions = tuple(_edition(name, catalogue, pacts) for name in names)
    versions = tuple(sorted({row["parser_version"] for row in documents}))
    return Report(tuple(each for each in editions if each.pacts), pacts, versions)


def _edition(name: str, catalogue: Iterable[Row], pacts: Iterable[PactEntry]) -> Edition:
    own = [row for row in catalogue if row["catalogue"] == name]
    wordings: dict[int, dict[int, str]] = defaultdict(dict)
    for row in own:
        wordings[row["measure"]][row["level"]] = row["text"]
    of_it = tuple(pact for pact in pacts if pact.document["catalogue"] == name and pact.document["status"] != "failed")
    levels = {row["level"] for pact in of_it for row in pact.rows["levels"]}
    return Edition(
        name=name,
        labels={row["measure"]: row["label"] for row in own},
        titles={number: texts.get(0, "") for number, texts in wordings.items()},
        wordings={number: {k: text for k, text in texts.items() if k} for number, texts in wordings.items()},
        levels=tuple(sorted(levels)),
        pacts=of_it,
    )


def slugs_of(pact_ids: Iterable[str]) -> dict[str, str]:
    """A name for the page of each pact: small letters, digits and hyphens, each once, the same for the same pacts."""
    found: dict[str, str] = {}
    taken: set[str] = set()
    for pact_id in pact_ids:
        plain = unicodedata.normalize("NFKD", os.path.splitext(pact_id)[0]).encode("ascii", "ignore").decode().lower()
        slug = re.sub(r"[^a-z0-9]+", "-", plain)[:_LONGEST_SLUG].strip("-") or "pacte"
        slug = next(name for name in _numbered(slug) if name not in taken and not unsafe(name))
        taken.add(slug)
        found[pact_id] = slug
    return found


def _numbered(slug: str) -> Iterator[str]:
    yield slug
    number = 2
    while True:
        yield f"{slug}-{number}"
        number += 1
