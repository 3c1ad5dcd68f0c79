"""The first sheet of the workbook, in French: what it holds, and where which question is answered."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from pipeline.cells import Losses
from pipeline.french import DOCUMENTS, STATUSES
from pipeline.schemas import ALL

ANSWERS, DIFFERENCES = "Réponses", "Différences"


@dataclass(frozen=True, slots=True)
class About:
    """What the data say of themselves."""

    title: str
    licences: tuple[str, ...]
    pacts: int
    communes: int
    versions: tuple[str, ...]
    signed: tuple[date, date] | None


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the guide; `sheet` is the one that its first cell leads to."""

    left: str
    right: str = ""
    kind: Literal["title", "head", "text"] = "text"
    sheet: str = ""


_QUESTIONS = (
    (ANSWERS, "Qui a refusé quoi, et en quels mots ?", "filtrer Réponse sur « refusé »"),
    (ANSWERS, "Quelles listes ont pris la mesure 9, et jusqu’où ?", "filtrer Mesure sur 9, Réponse sur « d’accord »"),
    (DIFFERENCES, "En quoi deux listes d’une même commune diffèrent-elles ?", "filtrer Commune"),
    (ANSWERS, "Qu’est-ce qui est renvoyé à d’autres ?", "filtrer Réponse sur « relève d’un autre »"),
    (
        ALL["levels"].title,
        "Quels libellés ont changé ?",
        "filtrer Libellé sur « reworded » ; voir Mots ajoutés et Mots retirés",
    ),
)
_STATUSES = {
    "agreed": "la liste prend ce niveau",
    "refused": "la liste écrit qu’elle ne le prend pas",
    "not_competent": "la liste le renvoie à l’intercommunalité, au département, à un autre organisme",
    "done": "la liste écrit que c’est en place",
    "undecided": "à l’étude, ou sans avis",
    "unstated": "le pacte n’en dit rien : ce n’est pas un refus",
}
_DOCUMENTS = {
    "complete": "rien de douteux n’y a été trouvé",
    "partial": "quelque chose est douteux : voir la feuille Signalements",
    "failed": "le fichier n’a pas pu être lu, ou ne contient aucune mesure",
}
_NOTES = (
    "Un niveau n’en implique aucun autre : une liste peut prendre N2 et N3 sans N1.",
    "Avant de publier un chiffre, relire le pacte : la feuille Signalements dit ce qui est douteux, et où.",
    "Dans les feuilles des tables, le titre d’une colonne porte une note : son nom technique et ce qu’elle contient. "
    "Les valeurs y sont en anglais (agreed, refused…), comme dans les autres formats.",
    "Une liste de valeurs tient en une cellule : 1 | 2 | 3.",
    "Le texte entier des documents n’est pas dans ce classeur : il dépasse une cellule. Les colonnes Début et Fin y "
    "renvoient, au caractère près ; il est dans les formats Parquet, DuckDB et JSON Lines.",
    f"La feuille {DIFFERENCES} est vide tant que les communes ne sont pas connues (colonne commune de manifest.csv).",
    "La commande pacte export refait ce classeur, mais n’en remplace pas un qui a été modifié : "
    "pour y ajouter des notes, l’enregistrer sous un autre nom.",
)


def guide(about: About, losses: Losses) -> Iterator[Line]:
    """The rows of the sheet."""
    yield Line(about.title, kind="title")
    communes = f", de {about.communes} communes" if about.communes > 1 else ""
    yield Line(
        f"Ce que des listes candidates ont signé avec des collectifs citoyens : {about.pacts} "
        f"pacte{'s' * (about.pacts > 1)}{communes}, lu{'s' * (about.pacts > 1)} par le programme pacte, "
        f"version {', '.join(about.versions) or '?'}."
    )
    if about.signed:
        yield Line(f"Dates de signature : du {about.signed[0]:%d/%m/%Y} au {about.signed[1]:%d/%m/%Y}.")
    yield from (Line(f"Licence : {licence}") for licence in about.licences)
    yield from _section("Question", "Où la réponse se trouve")
    yield from (Line(asked, f"Feuille {sheet} : {how}", sheet=sheet) for sheet, asked, how in _QUESTIONS)
    yield from _section("Feuille", "Une ligne est")
    yield Line(ANSWERS, "un niveau d’une mesure d’une liste : la réponse, et les mots de la liste", sheet=ANSWERS)
    yield Line(DIFFERENCES, "un niveau auquel deux listes d’une commune répondent autrement", sheet=DIFFERENCES)
    yield from (Line(table.title, table.row_in_french, sheet=table.title) for table in ALL.values())
    yield from _section("Réponse", "Ce que cela veut dire")
    yield from (Line(f"{STATUSES[code]} ({code})", told) for code, told in _STATUSES.items())
    yield from _section("État d’un document", "Ce que cela veut dire")
    yield from (Line(f"{DOCUMENTS[code]} ({code})", told) for code, told in _DOCUMENTS.items())
    yield from _section("À savoir")
    yield from map(Line, _NOTES)
    yield from _section("Ce que le classeur n’a pas pu contenir")
    yield from map(Line, _or_nothing([*losses.lines_in_french()]))


def _section(left: str, right: str = "") -> tuple[Line, Line]:
    return Line(""), Line(left, right, kind="head")


def _or_nothing(lines: Sequence[str]) -> Sequence[str]:
    return lines or ["Rien d’autre que le texte entier des documents."]
