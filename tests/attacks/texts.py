"""Hostile plain texts and Markdown."""

from collections.abc import Callable

from tests.attacks.attack import ANY, FAILED, OVER, READ, SECRET_FILE, Attack
from tests.attacks.packages import LINES, TEXT

CONTROLS = "".join(map(chr, (*range(1, 9), *range(14, 32), 127, *range(128, 160))))
BIDI = "\u202a\u202b\u202d\u202e\u2066\u2067\u2068\u061c\u200e\u200f\u200b\u2060\ufeff\U000e0001\U000e0041"
ESCAPES = "\x1b]0;titre\x07\x1b[2J\x1b[31m\x1b]8;;http://example.org\x1b\\lien\x1b]8;;\x1b\\\x9b2J\x9d0;x\x9c\x1bP+q\x1b\\\x1b[6n"
FORMULA = "=cmd|'/c calc'!A1"
HEADING = (
    "2 – Financer les projets de la commune prioritairement par des prêts issus de sources de financement éthiques.\n"
)


def _text(
    name: str,
    make: Callable[[], str | bytes],
    status: tuple[str, ...],
    codes: tuple[str, ...] = (),
    cheap: bool = True,
    file: str = "pacte.txt",
    today: str = "",
) -> Attack:
    def data() -> bytes:
        made = make()
        return made if isinstance(made, bytes) else made.encode("utf-8", "surrogatepass")

    return Attack(f"text-{name}" if file.endswith("txt") else f"md-{name}", file, data, status, codes, cheap, today)


def _mark(
    name: str,
    make: Callable[[], str],
    status: tuple[str, ...],
    codes: tuple[str, ...] = (),
    cheap: bool = True,
    today: str = "",
) -> Attack:
    return _text(name, lambda: "\n\n".join(LINES) + "\n\n" + make(), status, codes, cheap, "pacte.md", today)


def after(more: str) -> str:
    return TEXT + more


def marks(count: int, first: int, second: int) -> str:
    """A letter with combining marks of two classes in turn: putting them in order takes the square of their number."""
    return TEXT + "a" + (chr(first) + chr(second)) * (count // 2) + "\n"


def observed(body: str) -> str:
    """An observation of that body under a measure."""
    return f"{TEXT}\n7 – Proposer une alimentation biologique.\nN1 • Au moins 50% de bio.\nUn accord se fait sur N2, mais pas sur N1 {body}\n"


_NUMBERS = ("9" * 30, "9" * 5_000, "0" * 100_000 + "2", "٢", "²", "𝟚", "２", "-1", "1e9", "2.0", "Ⅱ", "②")
TEXT_ATTACKS = [
    _text("nul", lambda: after("a\0b\n" * 5), ("partial",)),
    _text("control-characters", lambda: after(CONTROLS), ANY),
    _text("control-characters-in-a-name", lambda: TEXT.replace("LE GUENNEC", f"LE{CONTROLS[:5]}GUENNEC"), ANY),
    _text("bidi", lambda: TEXT.replace("N2", f"N{BIDI}2") + BIDI, ("partial",)),
    _text("bidi-swaps-levels", lambda: TEXT.replace("pas sur N1", "pas sur \u202e1N\u202c"), ("partial",)),
    _text("surrogates-in-utf8", lambda: after("\ud800\udfff x \udc00\n"), ANY),
    _text("surrogates-in-utf16", lambda: TEXT.encode("utf-16") + b"\x00\xd8" * 5_000, ANY),
    _text("one-line-of-1-mb", lambda: after("mot " * 250_000), READ, (), False),
    _text("one-word-of-1-mb", lambda: after("a" * 1_000_000), READ),
    _text("one-line-of-spaces", lambda: after("a" + " " * 1_000_000 + "b"), READ),
    _text("one-line-of-dashes", lambda: after("- " * 100_000), READ),
    _text("one-line-of-levels", lambda: after("N1, " * 50_000), READ, (), False),
    _text("one-line-of-digits", lambda: after("1 " * 100_000), READ),
    _text("parentheses-on-a-line", lambda: after("(" * 200_000), READ),
    _text("parentheses-on-lines", lambda: after("(\n" * 150_000), READ, (), False),
    _text("parentheses-in-an-observation", lambda: observed("(" * 50_000), READ, (), True),
    _text("parentheses-closed", lambda: observed("(a " * 20_000 + ")" * 20_000), READ, (), True),
    _text("1000000-lines", lambda: "a\n" * 1_000_000, FAILED, OVER),
    _text("1000000-empty-lines", lambda: after("\n" * 1_000_000), FAILED, OVER),
    _text("199000-lines", lambda: after("a\n" * 199_000), READ, (), False),
    _text("6000000-characters", lambda: after("a" * 6_000_000), FAILED, OVER),
    _text("65-mib", lambda: after("mot " * (17 << 20)), FAILED, OVER, False),
    _text(
        "100000-headings",
        lambda: HEADING * 1_000 + "".join(f"{n} – Planter des arbres.\n" for n in range(30_000)),
        ANY,
        (),
        False,
    ),
    _text("50000-levels", lambda: HEADING + "N1 • Financer.\n" * 50_000, ANY, (), False),
    _text(
        "10000-observations",
        lambda: HEADING + "N2 • Financer.\nUn accord se fait sur N2, mais pas sur N1.\n\n" * 10_000,
        ANY,
        (),
        False,
    ),
    _text("10000-clauses", lambda: observed("mais pas sur N1 et N2 ni sur N3, sauf sur : " * 10_000), READ, (), False),
    _text("1000-references", lambda: observed("N1, N2 et N3 " * 1_000), READ),
    _text(
        "homoglyphs",
        lambda: TEXT.replace("N1", "Н1").replace("N2", "Ｎ２") + "𝐍𝟏 • Financer\n№1 N¹ Ν1\n",
        ("partial",),
    ),
    _text(
        "numbers",
        lambda: (
            TEXT
            + "".join(f"{n} – Financer les projets.\nN{n} • Financer.\nUn accord se fait sur N{n}.\n" for n in _NUMBERS)
        ),
        ANY,
    ),
    _text(
        "dates",
        lambda: TEXT + "Fait à Lyon, le 99 mars 2020\nle 31/02/20200\nle 1er mars 99999\nsigné le 0/0/0000\n" * 10,
        READ,
    ),
    _text("announced-measures", lambda: f"Le pacte compte {'9' * 5_000} des {'9' * 30} mesures.\n" + TEXT, ANY),
    _text("combining-marks", lambda: after("a" + "\u0301" * 100_000), ANY),
    _text("combining-marks-in-turn", lambda: marks(4_000, 0x0301, 0x0316), ANY),
    _text("combining-marks-in-turn-100000", lambda: marks(100_000, 0x0301, 0x0316), ANY, (), True),
    _text("nfc-grows", lambda: after("\U0001d160" * 10_000 + "\ufb2c" * 10_000), READ),
    _text("hangul", lambda: after("\u1100\u1161\u11a8" * 30_000), READ),
    _text(
        "escapes",
        lambda: TEXT.replace("LIGNON", "\x1b]0;x\x07LIGNON").replace("un projet", "un \x1b[31m\x9b2J projet") * 1,
        READ,
    ),
    _text("escapes-only", lambda: ESCAPES * 20, FAILED),
    _text(
        "formula",
        lambda: TEXT.replace(LINES[0], f"{FORMULA} – Maëlle LE GUENNEC").replace(
            "Financer au moins", f"{FORMULA} +1 @SUM(1) -2 Financer au moins"
        ),
        READ,
    ),
    _text("script-as-list", lambda: TEXT.replace("LIGNON EN COMMUN", "<script>alert(1)</script>"), READ),
    _text(
        "sql-and-templates",
        lambda: TEXT.replace(
            "LIGNON", "'; DROP TABLE pactes; -- {{7*7}} ${jndi:ldap://127.0.0.1/a} %s %n {0} $(id) `id`"
        ),
        READ,
    ),
    _text("line-ends", lambda: TEXT.replace("\n", "\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"), ANY),
    _text("markup-100000-times", lambda: after("**" * 100_000), ANY),
    _text("emphasis-lines", lambda: after(("***" + "*a_ " * 5_000 + "\n") * 3), READ),
    _text("tags", lambda: after("<p " * 100_000), ANY),
    _text("fodt-root-only", lambda: "<office:document" + " a" * 10_000, FAILED),
    _text("uris", lambda: after(f"file://{SECRET_FILE}\nfile:///etc/passwd\n"), READ),
    _mark("quotes", lambda: ">" * 100_000, ANY),
    _mark("quotes-spaced", lambda: "> " * 50_000 + "x", ANY, (), True),
    _mark("quotes-on-lines", lambda: (">" * 100 + " x\n") * 500, ANY, (), True),
    _mark("lists", lambda: "".join(" " * (2 * n) + "- x\n" for n in range(1_000)), ANY, (), True),
    _mark("lists-on-a-line", lambda: "- " * 20_000 + "x", ANY),
    _mark("brackets", lambda: "[" * 100_000, ANY, (), False),
    _mark("brackets-closed", lambda: "[" * 20_000 + "a" + "](b)" * 20_000, ANY, (), False),
    _mark("images", lambda: "![" * 50_000, ANY, (), False),
    _mark("stars", lambda: "**a " * 50_000, ANY, (), False),
    _mark("stars-mixed", lambda: "*a_ " * 50_000, ANY, (), False),
    _mark("stars-only", lambda: "*" * 100_000 + "a" + "*" * 100_000, ANY, (), False),
    _mark("backticks", lambda: "".join("`" * n + " " for n in range(1, 1_500)), ANY, (), False),
    _mark("links", lambda: "[a](<b" * 30_000, ANY, (), True),
    _mark("angles", lambda: "<a " * 50_000 + "<!--" * 20_000, ANY, (), False),
    _mark("entities", lambda: "&#x0;&#xD800;&#99999999;&amp" * 5_000, ANY),
    _mark(
        "references",
        lambda: "".join(f"[a{n}]: /u\n" for n in range(20_000)) + "[a1] " * 20_000,
        READ,
        (),
        False,
    ),
    _mark(
        "tables", lambda: "|" + "a|" * 500 + "\n|" + "-|" * 500 + "\n" + ("|" + "b|" * 500 + "\n") * 100, ANY, (), False
    ),
    _mark("tables-wide", lambda: "|" + "a|" * 5_000 + "\n|" + "-|" * 5_000 + "\n" + "|\n" * 5_000, ANY, (), False),
    _mark(
        "html-inside", lambda: f'<iframe src="file://{SECRET_FILE}"></iframe><img src="file:///etc/passwd">' * 100, ANY
    ),
]
