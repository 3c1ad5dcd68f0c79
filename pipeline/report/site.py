"""The site: every page of a report, made beside its place and put there at one stroke."""

import json
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from pipeline.french import DOCUMENTS, MARKS, STATUSES
from pipeline.output import Output
from pipeline.report.charts import charts_of, totals
from pipeline.report.data import Edition, PactEntry, Report, read_report
from pipeline.report.matrix import NO_CELL, row_of, said_of, words_of
from pipeline.report.pact_page import MARK_NAMES, MARK_SIGNS, doubts_of, groups_of, stretches_of
from pipeline.staged import staged

NAMES = ("index.html", "comparer.html", "graphiques.html", "mesures", "pactes", "fichiers")
_STATIC = ("site.css", "matrice.js", "pacte.js", "comparer.js")
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@dataclass(frozen=True, slots=True)
class SiteSummary:
    """What was written."""

    n_pacts: int
    n_pages: int


def write_site(output: Output, place: Path) -> SiteSummary:
    """Write the site into a folder. Raises OSError, `Occupied`, and what reading an `Output` raises."""
    report = read_report(output)
    with staged(place, NAMES) as folder:
        writer = _Writer(folder, report)
        for name in ("mesures", "pactes", "fichiers"):
            (folder / name).mkdir()
        for name in _STATIC:
            source = files("pipeline.report").joinpath("static", name)
            (folder / "fichiers" / name).write_bytes(source.read_bytes())
        _index(writer, report)
        _measures(writer, report)
        for pact in report.pacts:
            _pact(writer, pact)
        _compare(writer, report)
        writer.page("graphiques.html", "charts.html", charts=charts_of(report), totals=totals)
        return SiteSummary(len(report.pacts), writer.n_pages)


class _Writer:
    """Renders templates into the files of the site."""

    def __init__(self, folder: Path, report: Report) -> None:
        self.n_pages = 0
        self._folder = folder
        self._environment = Environment(
            loader=PackageLoader("pipeline.report"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            finalize=_shown,
        )
        self._environment.globals.update(
            report=report,
            statuses=STATUSES,
            marks=MARKS,
            documents=DOCUMENTS,
            svg=Markup,
            neighbours=_neighbours(report),
        )
        self._environment.filters.update(mark_name=MARK_NAMES.__getitem__, mark_sign=MARK_SIGNS.__getitem__)

    def page(self, path: str, template: str, **context: Any) -> None:
        """Write a page; `path` is that in the site, with /."""
        self.n_pages += 1
        up = "../" * path.count("/")
        text = self._environment.get_template(template).render(up=up, path=path, **context)
        (self._folder / path).write_text(text, encoding="utf-8", newline="\n")

    def data(self, name: str, variable: str, value: object) -> None:
        """Write data as a script, for a page that is opened from disk can load nothing else."""
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        path = self._folder / "fichiers" / name
        path.write_text(f"window.{variable}={text};\n", encoding="utf-8", newline="\n")


def _shown(value: Any) -> Any:
    """What a template prints: control and direction signs of a document are shown, not obeyed."""
    if not isinstance(value, str) or isinstance(value, Markup) or (value.isascii() and value.isprintable()):
        return value
    return "".join("\ufffd" if _is_hidden(char) else char for char in value)


def _is_hidden(char: str) -> bool:
    return char in _BIDI or (char not in "\n\t" and unicodedata.category(char) == "Cc")


def _neighbours(report: Report) -> Mapping[str, tuple[PactEntry, ...]]:
    """The pacts of each commune that has several, by its code or name."""
    found: dict[str, list[PactEntry]] = defaultdict(list)
    for pact in report.pacts:
        if pact.where is not None and pact.document["status"] != "failed":
            found[pact.where].append(pact)
    return {where: tuple(pacts) for where, pacts in sorted(found.items()) if len(pacts) > 1}


def _index(writer: _Writer, report: Report) -> None:
    rows = {edition.name: [(pact, row_of(pact, edition)) for pact in edition.pacts] for edition in report.editions}
    unread = [pact for pact in report.pacts if pact.document["status"] == "failed"]
    doubtful = [pact for pact in report.pacts if pact.document["status"] == "partial"]
    writer.page("index.html", "index.html", rows=rows, unread=unread, doubtful=doubtful, communes=_communes(report))
    shown = [pact for edition in report.editions for pact in edition.pacts]
    writer.data("mots.js", "MOTS", {pact.slug: words_of(pact) for pact in shown})


def _communes(report: Report) -> list[str]:
    return sorted({pact.commune for pact in report.pacts if pact.commune})


def _measures(writer: _Writer, report: Report) -> None:
    for at, edition in enumerate(report.editions):
        for number in edition.numbers:
            taken = [pact for pact in edition.pacts if number in pact.answers and not pact.answers[number].is_local]
            context = {"edition": edition, "number": number, "taken": taken, "cells": _cells(taken, edition, number)}
            writer.page(f"mesures/{measure_page(at, number)}", "measure.html", **context)
    local = [(pact, [each for each in pact.answers.values() if each.is_local]) for pact in report.pacts]
    writer.page("mesures/locales.html", "local.html", local=[(pact, answers) for pact, answers in local if answers])


def _cells(taken: Iterable[PactEntry], edition: Edition, number: int) -> dict[str, Any]:
    at = edition.numbers.index(number)
    return {pact.slug: row_of(pact, edition)[at] for pact in taken}


def measure_page(edition: int, number: int) -> str:
    """The name of a measure's page; `edition` is the place of its catalogue in the report."""
    return f"{number}.html" if edition == 0 else f"{edition + 1}-{number}.html"


def _pact(writer: _Writer, pact: PactEntry) -> None:
    writer.page(
        f"pactes/{pact.slug}.html",
        "pact.html",
        pact=pact,
        stretches=stretches_of(pact),
        groups=groups_of(pact),
        doubts=doubts_of(pact),
    )


def _compare(writer: _Writer, report: Report) -> None:
    differences = {where: _differences(pacts) for where, pacts in _neighbours(report).items()}
    writer.page("comparer.html", "compare.html", differences=differences)
    lists = [_compared(pact) for edition in report.editions for pact in edition.pacts]
    titles = {edition.name: edition.titles for edition in report.editions}
    writer.data("listes.js", "PACTES", {"listes": lists, "titres": titles})


def _differences(pacts: tuple[PactEntry, ...]) -> list[tuple[int, str, list[str]]]:
    """The measures on which lists of one commune differ, with what each answers; local ones are not compared."""
    numbers = sorted({number for pact in pacts for number, answer in pact.answers.items() if not answer.is_local})
    found = []
    for number in numbers:
        answers = [pact.answers.get(number) for pact in pacts]
        said = [_answer_in_words(pact, number) for pact in pacts]
        title = next(answer.title for answer in answers if answer is not None)
        if len(set(said)) > 1 and len({pact.document["catalogue"] for pact in pacts}) == 1:
            found.append((number, title, said))
    return found


def _answer_in_words(pact: PactEntry, number: int) -> str:
    answer = pact.answers.get(number)
    if answer is None or answer.is_local:
        return NO_CELL.said
    return said_of(answer)


def _compared(pact: PactEntry) -> dict[str, Any]:
    """What the page that compares needs of a pact; what is only its own is not compared."""
    return {
        "slug": pact.slug,
        "nom": pact.name,
        "commune": pact.commune,
        "ou": pact.where,
        "catalogue": pact.document["catalogue"],
        "mesures": {
            answer.measure: {
                "statut": answer.status,
                "niveaux": {
                    row["level"]: [row["status"], [mark for mark in MARKS if row[mark]]] for row in answer.levels
                },
                "mots": list(answer.words),
            }
            for answer in pact.answers.values()
            if not answer.is_local
        },
    }
