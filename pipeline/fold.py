"""Copies of a text to match on: the same length, one character for one, so that offsets stay valid."""

import re
import sys
import unicodedata
from functools import lru_cache

_SAME: dict[str, str] = {
    "'": "’‘‛ʼ´`′",
    '"': "“”„«»″",
    "-": "‐‑‒–—―−\u00ad",
    " ": "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000\t",
    "•": "▪●◦‣■□◾⁃∙\uf0b7",
    "·": "⋅‧",
    "1": "①❶➀➊⓵",
    "2": "②❷➁➋⓶",
    "3": "③❸➂➌⓷",
    "4": "④❹➃➍⓸",
    "5": "⑤❺➄➎⓹",
}


def _shape_table() -> dict[str, str]:
    return {char: plain for plain, chars in _SAME.items() for char in chars}


def _plain_table() -> dict[str, str]:
    """Lower case and no accents, for every character where that is one character again."""
    table = _shape_table()
    for code in range(0xC0, min(0x2000, sys.maxunicode)):
        char = chr(code)
        plain = "".join(c for c in unicodedata.normalize("NFD", char) if not unicodedata.combining(c)).lower()
        plain = table.get(plain, plain)
        if len(plain) == 1 and plain != char:
            table.setdefault(char, plain)
    table.update({chr(code): chr(code + 32) for code in range(ord("A"), ord("Z") + 1)})
    return table


class _Folding:
    """One character for another, as `str.translate` has it, but several times as fast, for of all characters in the
    table few stand in one text. None of them is what another becomes."""

    def __init__(self, table: dict[str, str]) -> None:
        assert table.keys().isdisjoint(table.values()), "the order in which they are replaced would matter"
        self._table = table
        self._whole = str.maketrans(table)

    def __call__(self, text: str) -> str:
        found = [char for char in set(text) if char in self._table]
        if len(found) > _MANY:
            return text.translate(self._whole)
        for char in found:
            text = text.replace(char, self._table[char])
        return text


_MANY = 80
"""So many characters to be replaced in one text, and it is looked through once for all of them."""
_SHAPE = _Folding(_shape_table())
_PLAIN = _Folding(_plain_table())


def shape(text: str) -> str:
    """Straight quotes, plain dashes, spaces and bullets; case and accents stay. Same length."""
    return _SHAPE(text)


def plain(text: str) -> str:
    """As `shape`, and lower case without accents ("Déjà" gives "deja"). Same length."""
    return _PLAIN(text)


_FLOOD = 100
_FLOOD_RE = re.compile(rf"[^\w\s\x00-\u02ff]{{{_FLOOD},}}")
"""Combining marks, or other signs, as no language writes them."""


def nfc(text: str) -> str:
    """The text in NFC. Of a flood of combining marks so many at a time are put in order, for all at once would take
    time that grows with their square."""
    if not any(map(unicodedata.combining, text[:: _FLOOD // 2])):  # as nearly every text: no flood slips through
        return unicodedata.normalize("NFC", text)
    parts, at = [], 0
    for flood in _FLOOD_RE.finditer(text):
        for cut in range(flood.start() + _FLOOD, flood.end(), _FLOOD):
            parts.append(unicodedata.normalize("NFC", text[at:cut]))
            at = cut
    return "".join([*parts, unicodedata.normalize("NFC", text[at:])])


_REMEMBERED = 3_000
"""Lines that are remembered: most recur from pact to pact."""
LONGEST = 2_000
"""No longer line, in characters, is remembered, so that memory stays bounded."""
_shape_line = lru_cache(_REMEMBERED)(shape)
_plain_line = lru_cache(_REMEMBERED)(plain)


@lru_cache(4)
def shape_of(text: str) -> str:
    """`shape`, for a whole text or a line, which several stages ask for."""
    return "\n".join([_shape_line(line) if len(line) <= LONGEST else shape(line) for line in text.split("\n")])


@lru_cache(4)
def plain_of(text: str) -> str:
    """`plain`, for a whole text or a line."""
    return "\n".join([_plain_line(line) if len(line) <= LONGEST else plain(line) for line in text.split("\n")])


_HEADER_RE = re.compile(r";[ ]*\"?(?:[Nn]iveau|[Nn]iv\.?|[Nn]|NIVEAU)[ ]?\d\"?[ ]*;")
_ROWS = 3
"""So many lines with as many semicolons as the header of levels are the rows of a table."""


def with_bars(text: str) -> str:
    """The text with bars for the semicolons of rows, where a header names levels between such. Same length."""
    header = _HEADER_RE.search(text)
    if header is None:
        return text
    ends = text.find("\n", header.end())
    n = text.count(";", text.rfind("\n", 0, header.start()) + 1, ends if ends >= 0 else len(text))
    lines = text.split("\n")
    rows = [line.count(";") == n for line in lines]
    if sum(rows) < _ROWS:
        return text
    return "\n".join(line.replace(";", "|") if is_row else line for line, is_row in zip(lines, rows, strict=True))
