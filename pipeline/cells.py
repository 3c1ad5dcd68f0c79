"""What a cell of a spreadsheet can hold, and with what it must not begin."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

CELL, ROWS = 32_767, 1_048_576
"""UTF-16 units of a cell, rows of a sheet: https://support.microsoft.com/office/excel-specifications-and-limits."""
LEFT_OUT = {"documents": ("text",)}
"""Columns that are no matter for a spreadsheet, by table: the whole text of a document is longer than a cell."""

# "=1+1", "@SUM(1)", "-2+3", "＝1+1", a tab; " =1+1" as well, for programs that drop the spaces; "'=1", so that an
# apostrophe too many can be told from one that was there
_FORMULA_RE = re.compile(
    r"""
    '*+
    [^\S\t\r\n]*+             # spaces of any kind
    [=+\-@＝＋－＠\t\r\n\0]   # https://owasp.org/www-community/attacks/CSV_Injection, and ASVS 5.0, 1.2.10
    """,
    re.VERBOSE,
)
# What XML 1.0 has no way to write
_NOT_XML_RE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_LINE_END_RE = re.compile("\r\n?")


@dataclass(slots=True)
class Losses:
    """What a spreadsheet could not hold: cells cut, characters replaced, rows left out, by table or sheet."""

    cut: Counter[str] = field(default_factory=Counter)
    replaced: Counter[str] = field(default_factory=Counter)
    rows: Counter[str] = field(default_factory=Counter)

    def lines(self) -> Iterator[str]:
        """What was lost, a line each; none where nothing was."""
        for counts, told in (
            (self.cut, f"cells cut, where they are marked: a spreadsheet holds {CELL:,} characters in one"),
            (self.replaced, "characters replaced by �: a workbook has no way to hold them"),
            (self.rows, f"rows left out: a sheet holds {ROWS:,}"),
        ):
            yield from (f"{where}: {count:,} {told}" for where, count in sorted(counts.items()))

    def lines_in_french(self) -> Iterator[str]:
        """The same for whoever opens the workbook."""
        for counts, told in (
            (self.cut, "cellules coupées, là où c’est marqué : une cellule contient au plus 32 767 caractères"),
            (self.replaced, "caractères remplacés par � : un classeur ne peut pas les contenir"),
            (self.rows, "lignes laissées de côté : une feuille en contient au plus 1 048 576"),
        ):
            yield from (f"{where} : {count} {told}" for where, count in sorted(counts.items()))


def is_formula(text: str) -> bool:
    """Whether a spreadsheet might take the text for a formula."""
    return _FORMULA_RE.match(text) is not None


def neutral(text: str) -> str:
    """The text with an apostrophe in front where a spreadsheet might take it for a formula.

    So can it be read back: a cell that begins with an apostrophe, and is `is_formula`, has one too many.
    """
    return f"'{text}" if is_formula(text) else text


def fitted(text: str, where: str, losses: Losses) -> str:
    """The text as a cell can hold it: what is longer is cut, and says so."""
    # A character is one unit or two.
    if len(text) <= CELL // 2:
        return text
    units = text.encode("utf-16-le")
    if len(units) <= 2 * CELL:
        return text
    losses.cut[where] += 1
    mark = f" […] [COUPÉ : {len(text)} caractères en tout]"
    return units[: 2 * (CELL - len(mark))].decode("utf-16-le", "ignore") + mark


def writable(text: str, where: str, losses: Losses) -> str:
    """The text without what XML cannot hold; line ends are \\n, as in cells."""
    text, replaced = _NOT_XML_RE.subn("\ufffd", _LINE_END_RE.sub("\n", text))
    if replaced:
        losses.replaced[where] += replaced
    return text
