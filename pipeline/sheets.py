"""The tables of an output as one workbook for spreadsheets: what it is, the answers, then a sheet for each table."""

import errno
import json
import re
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
from xlsxwriter import Workbook
from xlsxwriter.exceptions import XlsxFileError
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from pipeline.cells import LEFT_OUT, ROWS, Losses, fitted, is_formula, writable
from pipeline.database import fill, opened
from pipeline.export import package_of
from pipeline.french import STATUSES
from pipeline.guide import ANSWERS, DIFFERENCES, About, guide
from pipeline.output import Output
from pipeline.schemas import ALL
from pipeline.staged import staged

_AUTHOR = "pacte"
_MADE = datetime(2000, 1, 1)
"""When a workbook was made whose pacts have no date: the same tables give the same bytes, whenever they are written."""
# Who made a workbook and who saved it last, and when
_BY_RE = re.compile(r"<(?:dc:creator|cp:lastModifiedBy)\b[^<>]{0,200}>([^<]{0,200})<")
_AT_RE = re.compile(r"<dcterms:(?:created|modified)\b[^<>]{0,200}>([^<]{0,200})<")
_FETCHED = 1_000
_HEIGHT = 60
"""Points: four lines of an answer are seen."""
_WIDE, _MIDDLE, _NARROW = 70, 24, 12
_WIDTHS = {"text": _WIDE, "title": _WIDE, "message": _WIDE, "added": 40, "removed": 40}

_ANSWERS = {
    "commune": ("Commune", _MIDDLE),
    "list_name": ("Liste", _MIDDLE),
    "measure": ("Mesure", 10),
    "title": ("Intitulé", 50),
    "level": ("Niveau", 10),
    "status": ("Réponse", 18),
    "said": ("Dans les mots de la liste", _WIDE),
    "wording": ("Texte du niveau", _WIDE),
    "conditional": ("Sous condition", _NARROW),
    "excepted": ("Avec exception", _NARROW),
    "amended": ("Modifié", _NARROW),
    "lead_candidate": ("Tête de liste", _MIDDLE),
    "commune_code": ("Code INSEE", _NARROW),
    "pact_id": ("Pacte", _MIDDLE),
}
_DIFFERENCES = {
    "commune": ("Commune", _MIDDLE),
    "measure": ("Mesure", 10),
    "title": ("Intitulé", 50),
    "level": ("Niveau", 10),
    "list_a": ("Liste A", _MIDDLE),
    "status_a": ("Réponse de A", 18),
    "list_b": ("Liste B", _MIDDLE),
    "status_b": ("Réponse de B", 18),
    "text_a": ("Texte chez A", 50),
    "text_b": ("Texte chez B", 50),
    "pact_a": ("Pacte de A", _MIDDLE),
    "pact_b": ("Pacte de B", _MIDDLE),
}
"""Columns of a view: title and width."""


@dataclass(frozen=True, slots=True)
class _Column:
    title: str
    width: int
    form: Format | None
    note: str = ""


@dataclass(frozen=True, slots=True)
class _Formats:
    """How cells look. A quoted text stays one when the cell is edited."""

    head: Format
    date: Format
    share: Format
    wrapped: Format
    quoted: Format
    quoted_wrapped: Format
    title: Format
    link: Format


def export_xlsx(output: Output, place: Path) -> Losses:
    """One workbook; what it could not hold is told on its first sheet and returned. Texts are texts, never formulas.

    Raises `Damaged`, OSError, and what `staged` raises.
    """
    losses = Losses()
    with staged(place, ours=_is_ours) as path:
        tables = path.with_name("tables.duckdb")
        fill(output, tables)
        with opened(tables, read_only=True) as connection, _told():
            about = _about(output, connection)
            book = Workbook(str(path), {"constant_memory": True, "tmpdir": str(path.parent)})
            made = datetime.combine(about.signed[1], datetime.min.time()) if about.signed else _MADE
            book.set_properties({"title": about.title, "author": _AUTHOR, "created": made})
            _write_book(book, output, connection, about, losses)
            book.close()
        tables.unlink()
    return losses


def _write_book(
    book: Workbook, output: Output, connection: duckdb.DuckDBPyConnection, about: About, losses: Losses
) -> None:
    formats = _formats(book)
    first = book.add_worksheet("Lisez-moi")
    for name, view, columns in ((ANSWERS, "answers", _ANSWERS), (DIFFERENCES, "differences", _DIFFERENCES)):
        sheet = book.add_worksheet(name)
        sheet.set_default_row(_HEIGHT)
        sheet.set_row(0, 15)
        heads = [_Column(title, width, formats.wrapped) for title, width in columns.values()]
        _Filler(sheet, heads, formats, losses).fill(_answers(connection, view, list(columns)))
    for name, table in ALL.items():
        kept = [field for field in table.schema if field.name not in LEFT_OUT.get(name, ())]
        heads = [_column(name, field, formats) for field in kept]
        sheet = book.add_worksheet(table.title)
        _Filler(sheet, heads, formats, losses).fill(_rows(output, name, [field.name for field in kept]))
    # Last, for what was lost on the way.
    _write_guide(first, about, formats, losses)


def _about(output: Output, connection: duckdb.DuckDBPyConnection) -> About:
    told = package_of(output)
    pacts, communes, first, last = connection.execute(
        """select count(*), count(distinct coalesce(commune_code, commune)), min(signed_on), max(signed_on)
        from documents"""
    ).fetchone() or (0, 0, None, None)
    versions = connection.execute("select distinct parser_version from documents order by all").fetchall()
    licences = [each.get("title") or each.get("name", "") for each in told.get("licenses", [])]
    signed = (first, last) if first and last else None
    title = told.get("title", "Pactes")
    return About(title, tuple(licences), pacts, communes, tuple(version for (version,) in versions), signed)


def _answers(connection: duckdb.DuckDBPyConnection, view: str, columns: list[str]) -> Iterator[list[Any]]:
    """The rows of a view, its statuses in French."""
    answered = [at for at, column in enumerate(columns) if column.startswith("status")]
    cursor = connection.execute(f"select {', '.join(columns)} from {view}")
    while rows := cursor.fetchmany(_FETCHED):
        for row in rows:
            values = list(row)
            for at in answered:
                values[at] = STATUSES[values[at]]
            yield values


def _rows(output: Output, name: str, columns: list[str]) -> Iterator[Iterable[Any]]:
    for batch in output.batches(name, columns):
        yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)


def _column(table: str, field: pa.Field, formats: _Formats) -> _Column:
    told = field.metadata
    width = _WIDTHS.get(field.name, _MIDDLE if field.type == pa.string() else _NARROW)
    share = b"bounds" in told and json.loads(told[b"bounds"]) == [0, 1]
    form = formats.share if share else formats.date if field.type == pa.date32() else None
    return _Column(told[b"title"].decode(), width, form, f"{table}.{field.name} : {told[b'description_fr'].decode()}")


def _formats(book: Workbook) -> _Formats:
    wrapped = {"text_wrap": True, "valign": "top"}
    return _Formats(
        head=book.add_format({**wrapped, "bold": True, "bg_color": "#DDE6EE", "bottom": 1}),
        date=book.add_format({"num_format": "dd/mm/yyyy"}),
        share=book.add_format({"num_format": "0 %"}),
        wrapped=book.add_format(wrapped),
        quoted=book.add_format({"quote_prefix": True}),
        quoted_wrapped=book.add_format({**wrapped, "quote_prefix": True}),
        title=book.add_format({"bold": True, "font_size": 14}),
        link=book.add_format({**wrapped, "font_color": "#0563C1", "underline": 1}),
    )


@dataclass(frozen=True, slots=True)
class _Filler:
    """A sheet on its way, with what its cells need."""

    sheet: Worksheet
    columns: list[_Column]
    formats: _Formats
    losses: Losses

    def fill(self, rows: Iterable[Iterable[Any]]) -> None:
        """Write the titles, then the rows, as many as a sheet holds."""
        self._head()
        last, number, left_out = ROWS - 1, 0, 0
        held: Iterable[Any] | None = None
        for values in rows:
            # The last row waits until it is known whether it must say that there are more.
            if number + 1 < last:
                number += 1
                self._row(number, values)
            elif held is None:
                held = values
            else:
                left_out += 1
        if left_out:
            self.losses.rows[self.sheet.get_name()] = left_out + 1
            self.sheet.write_string(last, 0, f"[COUPÉ : {left_out + 1} lignes de plus]")
        elif held is not None:
            self._row(last, held)
        self.sheet.autofilter(0, 0, number if held is None else last, len(self.columns) - 1)

    def _head(self) -> None:
        self.sheet.freeze_panes(1, 0)
        # Codes such as 01004 are texts, and meant to be.
        self.sheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
        for at, column in enumerate(self.columns):
            self.sheet.set_column(at, at, column.width)
            self.sheet.write_string(0, at, column.title, self.formats.head)
            if column.note:
                self.sheet.write_comment(0, at, column.note, {"x_scale": 2, "author": _AUTHOR})

    def _row(self, number: int, values: Iterable[Any]) -> None:
        for at, (column, value) in enumerate(zip(self.columns, values, strict=True)):
            if isinstance(value, bool):
                self.sheet.write_boolean(number, at, value, column.form)
            elif isinstance(value, int | float):
                self.sheet.write_number(number, at, value, column.form)
            elif isinstance(value, date):
                self.sheet.write_datetime(number, at, value, column.form)
            elif value:
                self._text(number, at, value if isinstance(value, str) else " | ".join(map(str, value)))

    def _text(self, number: int, at: int, text: str) -> None:
        name, form = self.sheet.get_name(), self.columns[at].form
        if is_formula(text):
            form = self.formats.quoted if form is None else self.formats.quoted_wrapped
        self.sheet.write_string(number, at, fitted(writable(text, name, self.losses), name, self.losses), form)


def _write_guide(sheet: Worksheet, about: About, formats: _Formats, losses: Losses) -> None:
    sheet.set_column(0, 0, 60)
    sheet.set_column(1, 1, 100)
    kinds = {"title": formats.title, "head": formats.head, "text": formats.wrapped}
    for number, line in enumerate(guide(about, losses)):
        form = kinds[line.kind]
        if line.sheet:
            sheet.write_url(number, 0, f"internal:'{line.sheet}'!A1", formats.link, line.left)
        else:
            sheet.write_string(number, 0, line.left, form)
        if line.right:
            sheet.write_string(number, 1, line.right, form)


def _is_ours(path: Path) -> bool:
    """Whether a file is a workbook as it is made here, which no spreadsheet has saved since."""
    try:
        with zipfile.ZipFile(path) as package, package.open("docProps/core.xml") as file:
            told = file.read(1 << 16).decode()
    except (zipfile.BadZipFile, KeyError, UnicodeDecodeError):
        return False
    by, at = _BY_RE.findall(told), _AT_RE.findall(told)
    return by == [_AUTHOR] * 2 and len(at) == 2 and at[0] == at[1]


@contextmanager
def _told() -> Iterator[None]:
    """What is wrong with the file, as errors of the system."""
    try:
        yield
    except XlsxFileError as error:
        raise OSError(errno.EIO, str(error)) from error
