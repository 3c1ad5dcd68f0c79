"""The tables of an output as one workbook for spreadsheets: what it is, the answers, then a sheet for each table."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from pipeline import __version__
from pipeline.french import STATUSES
from pipeline.output import Output
from pipeline.schemas import ALL
from pipeline.staged import staged

_LONGEST, _ROWS = 32_767, 1_048_576
"""What a cell and a sheet hold: https://support.microsoft.com/office/excel-specifications-and-limits."""
_CUT = " […]"
_NOT_XML_RE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
_WIDE, _MIDDLE, _NARROW = 70, 24, 12
_WIDTHS = {"text": _WIDE, "title": _WIDE, "message": _WIDE, "added": 40, "removed": 40, "pact_id": _MIDDLE}
_LEFT_OUT = {"documents": ("text",)}
"""The whole text of a document is no matter for a cell."""
_MADE = datetime(2000, 1, 1)  # The same tables give the same bytes, whenever they are written.
_ANSWERS = (
    *("Commune", "Liste", "Mesure", "Intitulé", "Niveau", "Réponse", "Sous condition", "Avec exception", "Modifié"),
    *("Texte du niveau", "Ce que la liste en dit", "Pacte"),
)
_GUIDE = (
    "Ce classeur contient ce que des listes candidates ont signé avec des collectifs citoyens, tel que lu par pacte.",
    "La feuille « Réponses » dit, pour chaque niveau de chaque mesure, ce que la liste répond, et dans quels mots. "
    "Les filtres de la première ligne servent à choisir une mesure, une commune, une réponse.",
    "« Non précisé » veut dire que le pacte ne dit rien de ce niveau : ce n’est pas un refus. "
    "Un niveau n’en implique aucun autre : une liste peut prendre N2 et N3 sans N1.",
    "Les autres feuilles sont les tables complètes. Le nom technique et la définition de chaque colonne sont dans la "
    "note de son titre. « start » et « end » comptent les caractères du texte du document, qui n’est pas ici.",
    "Avant de publier un chiffre, relire le pacte : la feuille « Signalements » dit ce qui est douteux, et où.",
)
_QUESTIONS = (
    (
        "Qui a refusé le niveau 1 de la mesure 9, et en quels mots ?",
        "Réponses : Mesure = 9, Niveau = 1, Réponse = refusé",
    ),
    ("Quelles listes ont pris une mesure, et jusqu’où ?", "Réponses : Mesure, puis Réponse = d’accord"),
    ("En quoi deux listes d’une commune diffèrent-elles ?", "Réponses : Commune, puis trier par Mesure et Niveau"),
    ("Qu’est-ce qui est renvoyé à d’autres ?", "Réponses : Réponse = relève d’un autre"),
    ("Quels libellés ont changé ?", "Niveaux : Libellé = reworded ; Mots ajoutés, Mots retirés"),
)


@dataclass(slots=True)
class Losses:
    """What a workbook cannot hold: cells cut, characters replaced, rows left out, by sheet."""

    cut: Counter[str] = field(default_factory=Counter)
    replaced: Counter[str] = field(default_factory=Counter)
    rows: Counter[str] = field(default_factory=Counter)

    def lines(self) -> Iterator[str]:
        """What was lost, a line each, in French; none where nothing was."""
        for counts, told in (
            (self.cut, f"cellules coupées à {_LONGEST} caractères ; « {_CUT.strip()} » le marque"),
            (self.replaced, "caractères qu’un classeur ne peut contenir, remplacés par �"),
            (self.rows, "lignes au-delà de ce qu’une feuille contient, laissées de côté"),
        ):
            yield from (f"{sheet} : {count} {told}" for sheet, count in sorted(counts.items()))


@dataclass(frozen=True, slots=True)
class _Formats:
    head: Format
    date: Format
    share: Format
    wrapped: Format
    title: Format


def export_xlsx(output: Output, place: Path) -> Losses:
    """One workbook; what it could not hold is told on its first sheet and returned. Texts are texts, never formulas.

    Raises OSError, `Occupied`.
    """
    losses = Losses()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with staged(place) as path:
        book = Workbook(str(path), {**options, "constant_memory": True})
        book.set_properties({"title": "Pactes signés", "comments": f"pacte {__version__}", "created": _MADE})
        formats = _formats(book)
        guide = book.add_worksheet("Lisez-moi")
        _write_answers(book.add_worksheet("Réponses"), output, formats, losses)
        for name, table in ALL.items():
            _write_table(book.add_worksheet(table.title), output, name, formats, losses)
        _write_guide(guide, output, formats, losses)
        book.close()
    return losses


def _formats(book: Workbook) -> _Formats:
    head = {"bold": True, "bg_color": "#DDE6EE", "bottom": 1, "valign": "top", "text_wrap": True}
    return _Formats(
        head=book.add_format(head),
        date=book.add_format({"num_format": "dd/mm/yyyy"}),
        share=book.add_format({"num_format": "0 %"}),
        wrapped=book.add_format({"text_wrap": True, "valign": "top"}),
        title=book.add_format({"bold": True, "font_size": 14}),
    )


def _write_guide(sheet: Worksheet, output: Output, formats: _Formats, losses: Losses) -> None:
    sheet.set_column(0, 0, 90)
    sheet.set_column(1, 1, _WIDE)
    signed = [day for day in output.table("documents", ["signed_on"])["signed_on"].to_pylist() if day is not None]
    dates = f" Signatures du {min(signed):%d/%m/%Y} au {max(signed):%d/%m/%Y}." if signed else ""
    rows: list[tuple[str, str, Format]] = [("Pactes signés", "", formats.title)]
    rows += [(text, "", formats.wrapped) for text in (*_GUIDE, f"Lu par pacte {__version__}.{dates}")]
    rows += [("", "", formats.wrapped), ("Question", "Où chercher", formats.head)]
    rows += [(*each, formats.wrapped) for each in _QUESTIONS]
    rows += [("", "", formats.wrapped), ("Feuille", "Une ligne est", formats.head)]
    rows += [(table.title, table.row, formats.wrapped) for table in ALL.values()]
    rows += [("", "", formats.wrapped)] + [(line, "", formats.wrapped) for line in losses.lines()]
    for number, (left, right, form) in enumerate(rows):
        sheet.write_string(number, 0, left, form)
        if right:
            sheet.write_string(number, 1, right, form)


def _write_answers(sheet: Worksheet, output: Output, formats: _Formats, losses: Losses) -> None:
    """Each level that a pact speaks of, with the words that decided it."""
    documents = {row["pact_id"]: row for row in _rows(output, "documents", ["pact_id", "commune", "list_name"])}
    titles = {
        (row["pact_id"], row["measure"]): row["title"]
        for row in _rows(output, "measures", ["pact_id", "measure", "title"])
    }
    said = {
        (row["pact_id"], row["observation"]): row["text"]
        for row in _rows(output, "observations", ["pact_id", "observation", "text"])
    }
    where = {
        (row["pact_id"], row["clause"]): row["observation"]
        for row in _rows(output, "clauses", ["pact_id", "clause", "observation"])
    }
    widths = (18, _MIDDLE, 9, 50, 9, 18, 12, 12, 12, _WIDE, _WIDE, _MIDDLE)
    _write_head(sheet, [(title, "") for title in _ANSWERS], widths, formats)
    number = 0
    for number, row in enumerate(_rows(output, "levels"), start=1):
        pact = row["pact_id"]
        words = said.get((pact, where.get((pact, row["clause"]))))
        marks = ["oui" if row[mark] else None for mark in ("conditional", "excepted", "amended")]
        values = [
            *(documents[pact]["commune"], documents[pact]["list_name"], row["measure"], titles[pact, row["measure"]]),
            *(row["level"], STATUSES[row["status"]], *marks, row["text"], words, pact),
        ]
        _write_row(sheet, "Réponses", number, values, formats, losses)
    sheet.autofilter(0, 0, min(number, _ROWS - 1), len(_ANSWERS) - 1)


def _write_table(sheet: Worksheet, output: Output, name: str, formats: _Formats, losses: Losses) -> None:
    table = ALL[name]
    kept = [column for column in table.schema if column.name not in _LEFT_OUT.get(name, ())]
    heads = [
        (column.metadata[b"title"].decode(), f"{column.name} : {column.metadata[b'description'].decode()}")
        for column in kept
    ]
    _write_head(sheet, heads, [_width(column) for column in kept], formats)
    number = 0
    for number, row in enumerate(_rows(output, name, [column.name for column in kept]), start=1):
        _write_row(sheet, table.title, number, list(row.values()), formats, losses)
    sheet.autofilter(0, 0, min(number, _ROWS - 1), len(kept) - 1)


def _width(column: pa.Field) -> int:
    return _WIDTHS.get(column.name, _NARROW if column.type != pa.string() else _MIDDLE)


def _rows(output: Output, name: str, columns: list[str] | None = None) -> Iterator[dict[str, Any]]:
    for batch in output.batches(name, columns):
        yield from batch.to_pylist()


def _write_head(sheet: Worksheet, heads: list[tuple[str, str]], widths: Any, formats: _Formats) -> None:
    sheet.freeze_panes(1, 0)
    for at, ((title, note), width) in enumerate(zip(heads, widths, strict=True)):
        sheet.set_column(at, at, width)
        sheet.write_string(0, at, title, formats.head)
        if note:
            sheet.write_comment(0, at, note, {"x_scale": 2})


def _write_row(sheet: Worksheet, name: str, number: int, values: list[Any], formats: _Formats, losses: Losses) -> None:
    if number >= _ROWS:
        losses.rows[name] += 1
        return
    for at, value in enumerate(values):
        if isinstance(value, bool):
            sheet.write_boolean(number, at, value)
        elif isinstance(value, float | int):
            sheet.write_number(number, at, value)
        elif value is not None and not isinstance(value, str | list):
            sheet.write_datetime(number, at, value, formats.date)
        elif value is not None and value != "":
            text = value if isinstance(value, str) else _listed(value)
            sheet.write_string(number, at, _held(text, name, losses))


def _listed(values: list[Any]) -> str:
    return " | ".join(map(str, values))


def _held(text: str, sheet: str, losses: Losses) -> str:
    """The text as a cell holds it."""
    text, replaced = _NOT_XML_RE.subn("\ufffd", text)
    if replaced:
        losses.replaced[sheet] += replaced
    # Excel counts UTF-16 units.
    if len(text) > _LONGEST // 2 and len(text.encode("utf-16-le")) // 2 > _LONGEST:
        losses.cut[sheet] += 1
        units = text.encode("utf-16-le")[: 2 * (_LONGEST - len(_CUT))]
        return units.decode("utf-16-le", "ignore") + _CUT
    return text
