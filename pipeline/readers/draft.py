"""What readers hand over: paragraphs of styled runs, put together into one NFC text with ranges over it."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from pipeline.fold import nfc
from pipeline.model import AsideKind, Diagnostic, PlaceKind
from pipeline.readers.damage import repaired

Span = tuple[int, int]

TICKED, UNTICKED = "☑", "☐"
"""How every reader writes a form field that is ticked, or not."""
BOXES = "☐☑☒□■🗹\uf06f\uf071\uf0a3\uf0a8\uf052\uf053\uf078\uf0fd\uf0fe"
"""Bullets that are boxes to tick, kept as they are: whoever ticks one changes the bullet."""
_SYMBOL_FONTS = frozenset(["symbol", "wingdings", "wingdings 2", "wingdings 3", "webdings", "zapf dingbats"])
CELL = "\t"
"""What stands between two cells of a table's row."""

_CELL_PARAGRAPHS = 8
"""A cell with more paragraphs than this is a part of the page, not of a table."""

_MOST_LETTERS = 26 * 20
"""No list goes on with letters beyond this."""
_ROMAN = (
    *((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl")),
    *((10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i")),
)
_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff\ufe0e\ufe0f"))
_LINE_ENDS = dict.fromkeys(map(ord, "\r\u2028\u2029\x85\f\v"), "\n")
_LIGATURES = {ord(c): unicodedata.normalize("NFKC", c) for c in "ﬀﬁﬂﬃﬄﬆ"}
_CONTROL = {code: " " for code in range(32) if chr(code) not in "\n\t\r\f\v"}
_CLEAN = {**_CONTROL, **_INVISIBLE, **_LINE_ENDS, **_LIGATURES}
_LONGEST_LETTER = 100
"""So many characters at most are a letter with its marks."""
_BLANKS_RE = re.compile(r"\n[ \u00a0]*(?=\n[ \u00a0]*\n)")


LONGEST_LEAD = 1024
"""So many bytes before a file's own first ones are passed over: servers and mailers put them there."""


def is_zip(data: bytes) -> bool:
    """Whether the bytes are a zip container, perhaps behind an empty line."""
    lead = data[:LONGEST_LEAD].lstrip(b"\r\n \t")
    return data.startswith(b"PK") or lead.startswith((b"PK\x03\x04", b"PK\x05\x06"))


class Unreadable(Exception):
    """A file that gives no text; `code` and the message become its diagnostic, and the message names the remedy."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text that looks the same throughout. It may hold line breaks, and `CELL` between cells."""

    text: str
    bold: bool = False
    italic: bool = False


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph as the reader of the page sees it; one without text is a blank line.

    `place` is its number in the document, or that of its page, from 1. `aside` is set where it is no part of the
    running text: "furniture" belongs to the page or the site (menus, running heads, page numbers), "note" is a
    footnote or endnote.
    """

    runs: tuple[Run, ...]
    place: int
    aside: AsideKind | None = None

    @property
    def text(self) -> str:
        """The text of all runs."""
        return "".join(run.text for run in self.runs)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader gives. Ranges are code-point offsets into `text`, half open, in order.

    `places` are the offsets from which on a page or paragraph counts, with its number; none for plain text.
    """

    text: str
    encoding: str | None = None
    bold: tuple[Span, ...] = ()
    italic: tuple[Span, ...] = ()
    asides: tuple[tuple[int, int, AsideKind], ...] = ()
    place_kind: PlaceKind = "paragraph"
    places: tuple[tuple[int, int], ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()


def compose(
    paragraphs: Iterable[Paragraph],
    place_kind: PlaceKind = "paragraph",
    diagnostics: Sequence[Diagnostic] = (),
    encoding: str | None = None,
) -> Reading:
    """One text, a line for each paragraph, at most one blank line between two.

    Characters that no reader sees (soft hyphens, zero-width spaces) are left out, ligatures become their letters.
    """
    parts: list[str] = []
    ranges: dict[str, list[Span]] = {"bold": [], "italic": []}
    asides: list[tuple[int, int, AsideKind]] = []
    places: list[tuple[int, int]] = []
    at, blank, garbled = 0, True, False
    for paragraph in paragraphs:
        runs, was_garbled = _cleaned(paragraph.runs)
        garbled |= was_garbled
        if not any(run.text.strip() for run in runs):
            if not blank:
                parts.append("\n")
                at += 1
            blank = True
            continue
        blank = False
        places.append((at, paragraph.place))
        start = at
        for run in runs:
            parts.append(run.text)
            end = at + len(run.text)
            for name, on in (("bold", run.bold), ("italic", run.italic)):
                if on:
                    _extend(ranges[name], (at, end))
            at = end
        parts.append("\n")
        at += 1
        if paragraph.aside is not None:
            asides.append((start, at, paragraph.aside))
    return Reading(
        text="".join(parts),
        encoding=encoding,
        bold=tuple(ranges["bold"]),
        italic=tuple(ranges["italic"]),
        asides=tuple(asides),
        place_kind=place_kind,
        places=tuple(places),
        diagnostics=(*diagnostics, *_garbled(garbled)),
    )


def row_of(cells: Sequence[Sequence[Paragraph]], place: int) -> list[Paragraph]:
    """The paragraphs of a table's row: one line of cells, or, where the table only lays out the page, cell by cell."""
    full = [[p for p in cell if p.text.strip()] for cell in cells]
    last = max((i for i, cell in enumerate(full) if cell), default=-1)
    is_layout = (
        len(cells) < 2
        or (len(cells) == 2 and any(len(cell) > 1 for cell in full))
        or any(len(cell) > _CELL_PARAGRAPHS for cell in full[:last])
    )
    if is_layout or last < 0:
        return [p for cell in cells for p in cell]
    runs: list[Run] = []
    for index, cell in enumerate(full):
        if index:
            runs.append(Run(CELL))
        between = "\n" if index == last else " "
        for number, paragraph in enumerate(cell):
            if number:
                runs.append(Run(between))
            runs += [replace(r, text=r.text if index == last else r.text.replace("\n", " ")) for r in paragraph.runs]
    return [Paragraph(tuple(runs), place, next(p.aside for cell in full for p in cell))]


def as_symbols(text: str, font: str | None) -> str:
    """Letters typed in a symbol font as what they are in private use: the eye sees no letters."""
    if font is None or font.lower() not in _SYMBOL_FONTS:
        return text
    return "".join(_symbol(char) for char in text)


def _symbol(char: str) -> str:
    code = char.encode("cp1252", "ignore")
    return chr(0xF000 + code[0]) if code and code[0] > 0x20 and char != "\u00a0" else char


def numbered(number: int, kind: str) -> str:
    """A number as a list prints it; `kind` as CSS names it ("decimal", "lower-alpha", "upper-roman"…)."""
    if kind.endswith(("alpha", "latin")) and 0 < number <= _MOST_LETTERS:
        letters = chr(ord("a") + (number - 1) % 26) * ((number - 1) // 26 + 1)
        return letters.upper() if kind.startswith("upper") else letters
    if kind.endswith("roman") and 0 < number < 4000:
        roman = _roman(number)
        return roman.upper() if kind.startswith("upper") else roman
    return f"{number:02}" if kind == "decimal-leading-zero" else str(number)


def _roman(number: int) -> str:
    written = ""
    for value, sign in _ROMAN:
        written += sign * (number // value)
        number %= value
    return written


CELLS_CUT = Diagnostic(
    "warning",
    "repetitions-cut",
    "a table repeats its cells more often than any page can hold: the copies were left out",
)


def struck(n_passages: int) -> list[Diagnostic]:
    """What to tell of text that is struck out: it was left out, for it is no longer said."""
    message = f"{n_passages} passages that are struck out were left out: check which wording was signed"
    return [Diagnostic("warning", "struck-text-left-out", message)] if n_passages else []


def _garbled(garbled: bool) -> tuple[Diagnostic, ...]:
    message = "UTF-8 had been read as another encoding before the file came here: repaired, compare with the original"
    return (Diagnostic("warning", "mojibake-repaired", message),) if garbled else ()


def _extend(spans: list[Span], span: Span) -> None:
    """Add a span behind the others; one that follows at once goes on with the one before."""
    if span[0] == span[1]:
        return
    if spans and spans[-1][1] == span[0]:
        spans[-1] = (spans[-1][0], span[1])
    else:
        spans.append(span)


def _cleaned(runs: Sequence[Run]) -> tuple[list[Run], bool]:
    """Runs in NFC and without what cannot be seen, and whether mojibake was repaired in them."""
    cleaned: list[Run] = []
    garbled = False
    for run in runs:
        text, was_garbled = repaired(nfc(run.text.translate(_CLEAN)))
        garbled |= was_garbled
        # A mark that stands apart from its letter, at the start of a run, belongs to the run before it.
        while text and cleaned and (n_marks := _joining(cleaned[-1].text, text)):
            before, at = cleaned[-1], max(0, len(cleaned[-1].text) - _LONGEST_LETTER)
            cleaned[-1] = replace(before, text=before.text[:at] + nfc(before.text[at:] + text[:n_marks]))
            text = text[n_marks:]
        if text:
            cleaned.append(replace(run, text=text))
    if cleaned:
        cleaned[-1] = replace(cleaned[-1], text=cleaned[-1].text.rstrip())
        cleaned[0] = replace(cleaned[0], text=cleaned[0].text.lstrip("\n "))
    return [replace(run, text=_BLANKS_RE.sub("", run.text)) for run in cleaned], garbled


def _joining(before: str, text: str) -> int:
    """How many characters at the head of a text belong to the last character before it."""
    marks = next((i for i, char in enumerate(text) if not unicodedata.combining(char)), len(text))
    if marks or not before:
        return marks
    pair = before[-1] + text[0]
    return int(unicodedata.normalize("NFC", pair) != pair)
