"""Charts as SVG that stands in the page: drawn by pygal, dressed by the style sheet of the site."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pygal
from lxml import etree

from pipeline.french import DOCUMENTS, STATUSES
from pipeline.report.data import Edition, Report

_SVG = "{http://www.w3.org/2000/svg}"


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart and its figures: `rows` are a name and a number for each of `columns`."""

    id: str
    title: str
    told: str
    svg: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[int, ...]], ...]


def charts_of(report: Report) -> list[Chart]:
    """Levels agreed by measure and statuses by measure, for each catalogue; documents by status and coverage."""
    charts = [chart for edition in report.editions for chart in (_levels(edition), _statuses(edition))]
    return [*charts, _documents(report), _coverage(report)] if report.pacts else []


def _levels(edition: Edition) -> Chart:
    counts: dict[str, Counter[int]] = {f"N{level}": Counter() for level in edition.levels}
    for pact in edition.pacts:
        for number, answer in pact.answers.items():
            for level in () if answer.is_local else answer.agreed:
                counts[f"N{level}"][number] += 1
    labels = {number: edition.labels.get(number, str(number)) for number in edition.numbers}
    told = "Nombre de listes qui prennent chaque niveau. Un niveau n’en implique aucun autre."
    return _bars(
        f"niveaux-{edition.name}", f"Niveaux pris, par mesure ({edition.name})", told, labels, counts, "levels"
    )


def _statuses(edition: Edition) -> Chart:
    counts: dict[str, Counter[int]] = {said: Counter() for said in STATUSES.values()}
    for pact in edition.pacts:
        for number, answer in pact.answers.items():
            for row in () if answer.is_local else answer.levels:
                counts[STATUSES[row["status"]]][number] += 1
    labels = {number: edition.labels.get(number, str(number)) for number in edition.numbers}
    told = "Nombre de niveaux, toutes listes ensemble, selon la réponse."
    return _bars(f"reponses-{edition.name}", f"Réponses, par mesure ({edition.name})", told, labels, counts, "statuses")


def _documents(report: Report) -> Chart:
    counts = {"documents": Counter(list(DOCUMENTS).index(pact.document["status"]) for pact in report.pacts)}
    told = "Nombre de documents sans rien à signaler, à vérifier, ou non lus."
    return _bars("documents", "Documents", told, dict(enumerate(DOCUMENTS.values())), counts, "levels")


def _coverage(report: Report) -> Chart:
    counts: dict[str, Counter[int]] = {"documents": Counter()}
    for pact in report.pacts:
        counts["documents"][min(int(pact.document["coverage"] * 100) // 10, 9)] += 1
    labels = {tenth: f"{10 * tenth} à {10 * tenth + 10} %" for tenth in range(10)}
    told = "Part du texte qui a été comprise : nombre de documents par tranche de 10 %."
    return _bars("couverture", "Part comprise du texte", told, labels, counts, "levels")


def _bars(
    name: str, title: str, told: str, labels: Mapping[int, str], counts: Mapping[str, Counter[int]], dress: str
) -> Chart:
    chart = (pygal.Bar if dress == "levels" else pygal.StackedBar)(
        width=960, height=420, legend_at_bottom=True, show_y_guides=True, js=[], print_values=False, margin=10
    )
    chart.x_labels = list(labels.values())
    for series, counted in counts.items():
        chart.add(series, [counted[key] for key in labels])
    rows = tuple((label, tuple(counted[key] for counted in counts.values())) for key, label in labels.items())
    return Chart(name, title, told, _svg(chart.render(), title, told, dress), tuple(counts), rows)


def _svg(drawn: bytes, title: str, told: str, dress: str) -> str:
    """The drawing without style, script and whatever else a page must not hold, told to who cannot see it.

    `dress` is the class by which the style sheet of the site colours its series.
    """
    root = etree.fromstring(drawn)
    for element in list(root.iter(f"{_SVG}style", f"{_SVG}script", f"{_SVG}title", f"{_SVG}desc")):
        element.getparent().remove(element)
    for element in root.iter():
        for name in ("style", "id"):
            element.attrib.pop(name, None)
    etree.cleanup_namespaces(root)
    root.attrib.pop("width", None)
    root.attrib.pop("height", None)
    root.set("class", f"chart {dress}")
    root.set("role", "img")
    root.set("aria-label", f"{title}. {told} Les chiffres sont dans le tableau qui suit.")
    for comment in list(root.iter(etree.Comment)):
        comment.getparent().remove(comment)
    text: str = etree.tostring(root, encoding="unicode")
    return text


def totals(rows: Sequence[tuple[str, tuple[int, ...]]]) -> tuple[int, ...]:
    """The sums of the columns."""
    return tuple(map(sum, zip(*(values for _, values in rows), strict=True)))
