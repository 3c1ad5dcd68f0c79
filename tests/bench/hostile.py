"""What is hostile to regular expressions and to the parser: repeats made from a pattern's own parts, and texts."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import Any

from tests.bench import ROOT

ENDS = ("\x00", "zq", "\n\x00")
"""What ends a repeat: no letter, letters, and a further line, so that the match fails behind what was repeated."""
COMMON = (
    *(
        "(",
        ")",
        "( ",
        "()",
        "a",
        "a ",
        " ",
        "\t",
        "\n",
        " \n",
        "N1 ",
        "N1, ",
        "N1",
        "n1 ",
        "1",
        "1.",
        "1 ",
        "-",
        "– ",
        "- ",
    ),
    *(
        "•",
        "• ",
        "é",
        "é ",
        "A",
        "Aa ",
        "A ",
        ", ",
        "et ",
        "..",
        ". ",
        ". A",
        "<",
        "<!--",
        "<p ",
        "&amp;",
        "*",
        "**",
        "_",
    ),
    *(
        '"',
        "[",
        "[ ]",
        "'",
        "l'",
        ":",
        " : ",
        "/",
        "\\",
        "niveau ",
        "mesure 1 ",
        "\u0301",
        "e\u0301",
        "@",
        "a@b.",
        "rn",
        "=>",
    ),
)
_LONG = 20
"""A part of a pattern that may stand more often than this can be repeated."""
_VARIANTS = 5
_CANDIDATES = "aA1 N-.,:;()'\"n•*|[]/<>@é\t\n–→☑_%=#+&Zz0lx"
_REPEATS = (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT)


def repeats_of(pattern: Any, examples: Sequence[str] = ()) -> list[tuple[str, str]]:
    """What leads to a repeat, and the piece to be repeated: for each loop of a pattern, and in general."""
    tree = _parsed(pattern)
    found = [("", piece) for piece in COMMON]
    whole = _sample(tree)
    found += [("", part + more) for part in {whole, *_variants(tree)} if part for more in ("", " ")]
    for lead, pieces in _loops(tree, ""):
        found += [(lead, piece) for piece in pieces]
        found += [("", lead + piece) for piece in pieces[:2]]
    for example in examples:
        words = example.split(" ")
        found += [
            ("", f"{example} "),
            ("", f"{words[0]} "),
            *((example, piece) for piece in (" ", "a", "a ", example[-1:])),
        ]
    return [(lead, piece) for lead, piece in dict.fromkeys(found) if piece]


def ends_of(pattern: Any) -> list[str]:
    """What ends a repeat so that the match fails: for `regex` looks first whether what a match must hold is there, also
    something that matches, cut off from the repeat."""
    return list(dict.fromkeys([*ENDS, f"\x00{_sample(_parsed(pattern))}\x00"]))


def _parsed(pattern: Any) -> Any:
    return _parser.parse(_as_re(pattern), pattern.flags & (re.VERBOSE | re.IGNORECASE))


def _as_re(pattern: Any) -> str:
    """The source of a pattern in the syntax that `re` parses: near enough to make texts from."""
    source = pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin-1")
    for ours, near in ((r"\p{Lu}", "A"), (r"\p{Ll}", "a"), (r"\p{L}", "a"), ("{s<=1}", ""), (r"\b?", "")):
        source = source.replace(ours, near)
    return re.sub(r"\(\?P<\w+>", "(?:", source)


def _variants(tree: Any) -> list[str]:
    """Some texts that a part matches, about as short as can be: one for each alternative in it."""
    found = [_sample(tree)]
    for at, item in enumerate(tree):
        before, behind = _sample(tree[:at]), _sample(tree[at + 1 :])
        found += [before + text + behind for text in _texts(item)]
    return list(dict.fromkeys(filter(None, found)))[: 2 * _VARIANTS]


def _texts(item: Any) -> list[str]:
    kind, what = item
    if kind is op.BRANCH:
        return [text for branch in what[1] for text in _variants(branch)[:2]]
    if kind is op.SUBPATTERN:
        return _variants(what[3])
    if kind is op.ATOMIC_GROUP:
        return _variants(what)
    if kind in _REPEATS:
        return [text * max(1, what[0]) for text in _variants(what[2])]
    if kind is op.IN:
        return [char for char in _CANDIDATES if _is_in(char, what)][:_VARIANTS]
    return [_sample([item])]


def _sample(tree: Any) -> str:
    """A short text that a part of a pattern matches, what it looks at apart."""
    parts = []
    for kind, what in tree:
        if kind is op.LITERAL:
            parts.append(chr(what))
        elif kind is op.NOT_LITERAL:
            parts.append("a" if what != ord("a") else "b")
        elif kind is op.ANY:
            parts.append("a")
        elif kind is op.IN:
            parts.append(next((char for char in (*_CANDIDATES, *_literals(what)) if _is_in(char, what)), ""))
        elif kind is op.BRANCH:
            parts.append(min((_sample(branch) for branch in what[1]), key=lambda text: (not text, len(text))))
        elif kind is op.SUBPATTERN:
            parts.append(_sample(what[3]))
        elif kind is op.ATOMIC_GROUP:
            parts.append(_sample(what))
        elif kind in _REPEATS:
            parts.append(_sample(what[2]) * what[0])
    return "".join(parts)


def _literals(items: Any) -> list[str]:
    return [chr(what if kind is op.LITERAL else what[0]) for kind, what in items if kind in (op.LITERAL, op.RANGE)]


def _is_in(char: str, items: Any) -> bool:
    negated = items[0][0] is op.NEGATE
    found = False
    for kind, what in items[negated:]:
        if kind is op.LITERAL:
            found |= ord(char) == what
        elif kind is op.RANGE:
            found |= what[0] <= ord(char) <= what[1]
        elif kind is op.CATEGORY:
            found |= _CATEGORIES[what](char)
    return found != negated


_CATEGORIES: dict[Any, Callable[[str], bool]] = {
    op.CATEGORY_SPACE: str.isspace,
    op.CATEGORY_NOT_SPACE: lambda char: not char.isspace(),
    op.CATEGORY_DIGIT: str.isdecimal,
    op.CATEGORY_NOT_DIGIT: lambda char: not char.isdecimal(),
    op.CATEGORY_WORD: lambda char: char.isalnum() or char == "_",
    op.CATEGORY_NOT_WORD: lambda char: not char.isalnum() and char != "_",
}


def _loops(tree: Any, lead: str) -> Iterator[tuple[str, list[str]]]:
    """Each part that may be repeated often: what leads to it, and pieces to repeat."""
    for at, (kind, what) in enumerate(tree):
        if kind in _REPEATS:
            if what[1] > _LONG:
                pieces = _variants(what[2])[:_VARIANTS]
                behind = _sample(tree[at + 1 :][:2])
                yield lead, [*pieces, *([pieces[0] + behind] if behind and pieces else [])]
            yield from _loops(what[2], lead)
        elif kind is op.BRANCH:
            for branch in what[1]:
                yield from _loops(branch, lead)
        elif kind is op.SUBPATTERN:
            yield from _loops(what[3], lead)
        elif kind is op.ATOMIC_GROUP:
            yield from _loops(what, lead)
        elif kind in (op.ASSERT, op.ASSERT_NOT):
            yield from _loops(what[1], lead if what[0] > 0 else "")
        lead += _sample([(kind, what)])


_TABLE = "| n° | Mesure | Niveau 1 | Niveau 2 | Niveau 3 |\n| 12 | Soutenir | x | | |\n☐ N1 ☑ N2 ☐ N3\n"
_CHARTER = "Charte du logement juste\n\nA1 – Recenser les logements vides\nSocle : Compter\nAccord sur le socle.\n"


def parse_samples() -> None:
    """Parse some pacts, of every kind and format, so that what is compiled when it is needed is compiled."""
    from pipeline.kinds import load_all
    from pipeline.parse import parse_bytes

    paths = [path for path in sorted((ROOT / "tests" / "data").iterdir()) if path.is_file()]
    paths += sorted((ROOT / "raw").glob("*.txt")) + sorted((ROOT / "tests" / "corpus").rglob("*.txt"))[:20]
    for path in paths:
        parse_bytes(path.read_bytes(), path.name, load_all())
    for text in (_TABLE, _CHARTER):
        parse_bytes(text.encode(), "made.txt", load_all())


@dataclass(frozen=True, slots=True)
class Text:
    """A hostile text: a head, and a piece that is repeated, with its number from 1 where it says "{n}"."""

    head: str
    piece: str

    @property
    def name(self) -> str:
        head = f"{self.head.splitlines()[-1]!r} + " if self.head else ""
        piece = self.piece if len(self.piece) < 40 else f"{self.piece[:30]}…{self.piece[-6:]}"
        return f"`{head}{piece!r} × n`".replace("|", "¦")

    def made(self, size: int) -> str:
        """The text, of about so many characters."""
        times = max(1, size // len(self.piece))
        if "{n}" in self.piece:
            return self.head + "".join(self.piece.replace("{n}", str(n)) for n in range(1, times + 1))
        return self.head + self.piece * times


_MEASURE = "Pacte pour la transition\n\n1 – Se doter d’une politique\nN1 • Acheter mieux\n"
_LEVEL = f"{_MEASURE}N2 : "
_SAID = f"{_MEASURE}Nous sommes d’accord avec N1 mais "
_OPENING = "{n} – Se doter d’une politique\nN1 • Acheter mieux\nNous sommes d’accord "
_LINES = (
    "(",
    "( ",
    "N1 ",
    "– a ",
    "é",
    "mot",
    "mot ",
    "a. B ",
    ". N1 ",
    "☐ N1 ",
    "a ¦ ".replace("¦", "|"),
    "Niveau 22Financer ",
)
_MARKS = ("\u0301\u0323", "e\u0301", "Ã©", "\t", ", ")
_SAYINGS = ("(", "()", "« ", "et N1 (a ", "pas N1. ", "=> ", "1 – A ")
_TINY = (
    *(
        "a",
        "N1",
        "1 – A",
        "(",
        "- x",
        "",
        "1",
        "33",
        "  a",
        "a\tb\tc",
        "Page 3",
        "Xy : a",
        "Mot",
        "N1 : a. Accord.",
        "☐ N1",
    ),
    *("Nous (", "mais N1", "Fait à Lyon, le 5 mars 2020", "Laisser un commentaire\n\nmot", "Principe A : b"),
    *(
        "Nous saluons ce pacte",
        "33\nAbc\n",
        "7 – Mesure\nN1 : a",
        "12 – Rénover (niveau 2)",
        "mesures locales\n\n• Abc\n",
    ),
)
_NUMBERED = ("{n} – Mesure\n", "{n} – Mesure\nN1 : a\n", "{n} – Mesure\nNous refusons.\n", "Lab{n} : mot\n")
_LONG_SAYINGS = (
    "accord sur N1, si l’agglo veut, mais pas sur N2 (a) ",
    "d’accord refus ",
    "ne pas ",
    "sauf N1 ",
    "le ",
)
TEXTS = (
    *(Text("", piece) for piece in (*_LINES, *_MARKS)),
    *(Text(_LEVEL, piece) for piece in ("a. B ", ". N1 ", "N1 ", "a ")),
    *(Text(_SAID, piece) for piece in _SAYINGS),
    *(Text("", f"{piece}\n") for piece in _TINY),
    *(
        Text(_SAID + "\n", f"{piece}\n")
        for piece in ("a", "(", "- x", "mais N1", "1", "N1 : a", "Nous saluons ce pacte")
    ),
    *(Text("", piece) for piece in _NUMBERED),
    *(Text("", _OPENING + piece * (9_000 // len(piece)) + "\n") for piece in _LONG_SAYINGS),
)
"""On one line; behind a level; in an observation; on lines of their own; numbered; in observations of 9,000 characters,
which are still read."""
