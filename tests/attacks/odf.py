"""Hostile OpenDocument texts."""

from collections.abc import Callable
from functools import partial

from tests.attacks.attack import ANY, FAILED, OVER, READ, SECRET_FILE, Attack
from tests.attacks.bombs import CHUNK, loose, overlapping, raw_zip
from tests.attacks.entities import PLACES, UNTOLD, XI, deep, filled, laughs, local, outside, parameter
from tests.attacks.packages import ODT_PACT, odt, odt_par, odt_xml, zipped

MIMETYPE = "application/vnd.oasis.opendocument.text"


def odt_bomb(piece: bytes, times: int) -> bytes:
    """The same as OpenDocument."""
    text = odt_xml(ODT_PACT + odt_par("§"))
    return raw_zip([("mimetype", MIMETYPE), ("content.xml", filled(text, piece, times))])


def odt_style(name: str, parent: str) -> str:
    return f'<style:style style:name="{name}" style:family="paragraph" style:parent-style-name="{parent}"/>'


def with_entity(kind: Callable[[str], str], target: str) -> bytes:
    """A document of that document type, which shows its entity."""
    return odt(ODT_PACT + odt_par("&e;"), "", kind(target))


def counted(form: str) -> bytes:
    """A list that begins at a thousand million."""
    items = f"<text:list-item>{odt_par('x')}</text:list-item>" * 20
    return odt(ODT_PACT + f'<text:list text:style-name="L">{items}</text:list>', _LIST.format(form))


def bent() -> bytes:
    """A list whose numbers begin with another file."""
    style = _LIST.format("1").replace("style:num-format", 'style:num-prefix="&e;" style:num-format')
    return odt(
        ODT_PACT + f'<text:list text:style-name="L"><text:list-item>{odt_par("x")}</text:list-item></text:list>',
        style,
        local(PLACES["file"]),
    )


def _open(
    name: str,
    make: Callable[[], bytes],
    status: tuple[str, ...],
    codes: tuple[str, ...] = (),
    cheap: bool = True,
    today: str = "",
) -> Attack:
    return Attack(f"odt-{name}", "pacte.odt", make, status, codes, cheap, today)


def _flat(
    name: str, text: Callable[[], str], status: tuple[str, ...], codes: tuple[str, ...] = (), today: str = ""
) -> Attack:
    return Attack(f"fodt-{name}", "pacte.fodt", lambda: text().encode(), status, codes, today=today)


SPACES = b" " * CHUNK
_REPEAT = '<table:table-row table:number-rows-repeated="{1}"><table:table-cell table:number-columns-repeated="{0}">{2}</table:table-cell></table:table-row>'
_LIST = '<text:list-style style:name="L"><text:list-level-style-number text:level="1" text:start-value="1000000000" style:num-format="{}"/></text:list-style>'


def repeated(columns: int, rows: int, text: str = "mot") -> bytes:
    return odt(ODT_PACT + f"<table:table>{_REPEAT.format(columns, rows, odt_par(text))}</table:table>")


def links() -> str:
    """References to other files, of each kind that OpenDocument has."""
    found = ""
    for target in PLACES.values():
        to = f'xlink:href="{target}"'
        found += f'<text:p><text:a {to}>lien</text:a></text:p><text:section text:name="a"><text:section-source {to}/></text:section>'
        found += f"<text:p><drawing:frame><drawing:image {to}/><drawing:object {to}/><drawing:floating-frame {to}/></drawing:frame></text:p>"
    return ODT_PACT + found


ODF_ATTACKS = [
    _open("bomb", lambda: odt_bomb(SPACES, 1024), FAILED, OVER, False),
    _open("bomb-30-mib", lambda: odt_bomb(SPACES, 30), FAILED, OVER),
    _open("bomb-ratio-100", lambda: odt_bomb(loose(), 300), FAILED, OVER, False),
    _open("bomb-spaces-in-tags", lambda: odt_bomb(b"<text:s/>" * 100_000, 20), FAILED, OVER, True),
    _open(
        "overlap",
        lambda: overlapping(["mimetype", "META-INF/manifest.xml", "content.xml", "styles.xml"], SPACES, 60),
        FAILED,
    ),
    *(_open(f"xxe-{n}", partial(with_entity, outside, t), UNTOLD) for n, t in PLACES.items()),
    *(_open(f"parameter-{n}", partial(with_entity, parameter, t), UNTOLD) for n, t in PLACES.items()),
    _open("local-dtd", bent, UNTOLD),
    _open("xinclude", lambda: odt(ODT_PACT + odt_par(XI.format(SECRET_FILE.as_uri()))), READ),
    _open("laughs", lambda: odt(ODT_PACT + odt_par("&l9;"), "", laughs()), ANY),
    _open("laughs-attribute", lambda: odt(ODT_PACT + '<text:p text:style-name="&l9;">x</text:p>', "", laughs()), ANY),
    _open("quadratic", lambda: odt(ODT_PACT + odt_par("&l0;" * 20_000), "", laughs(0, "a" * 50_000)), ANY),
    _open("links", lambda: odt(links()), READ),
    _open("columns-repeated", lambda: repeated(10**9, 1), READ),
    _open("rows-repeated", lambda: repeated(1, 10**9), READ),
    _open("cells-repeated", lambda: repeated(10**9, 10**9), READ),
    _open("cells-repeated-long", lambda: repeated(10**9, 10**9, "mot " * 20_000), ANY),
    _open(
        "cells-repeated-nested",
        lambda: odt(
            ODT_PACT
            + deep(
                '<table:table><table:table-row table:number-rows-repeated="100"><table:table-cell>',
                "</table:table-cell></table:table-row></table:table>",
                20,
                odt_par("mot"),
            )
        ),
        ANY,
    ),
    _open(
        "1000-tables-repeated",
        lambda: odt(ODT_PACT + f"<table:table>{_REPEAT.format(1000, 1000, odt_par('mot'))}</table:table>" * 1000),
        ANY,
        (),
        False,
    ),
    _open("spaces", lambda: odt(ODT_PACT + odt_par('a<text:s text:c="1000000000"/>b')), ANY),
    _open("spaces-often", lambda: odt(ODT_PACT + odt_par('a<text:s text:c="1000000000"/>b' * 1000)), ANY),
    _open("number-of-5000-digits", lambda: odt(ODT_PACT + odt_par(f'a<text:s text:c="{"9" * 5000}"/>b')), READ),
    _open(
        "styles-circle",
        lambda: odt(ODT_PACT + '<text:p text:style-name="A">x</text:p>', odt_style("A", "B") + odt_style("B", "A")),
        READ,
    ),
    _open(
        "styles-chain",
        lambda: odt(
            ODT_PACT + '<text:p text:style-name="s0">x</text:p>',
            "".join(odt_style(f"s{n}", f"s{n + 1}") for n in range(100_000)),
        ),
        READ,
        (),
        False,
    ),
    _open(
        "styles-chain-1000",
        lambda: odt(
            ODT_PACT + "".join(f'<text:p text:style-name="s{n}">x</text:p>' for n in range(1000)),
            "".join(odt_style(f"s{n}", f"s{n + 1}") for n in range(1000)),
        ),
        READ,
    ),
    *(
        _open(
            f"number-{form}",
            partial(counted, form),
            READ,
        )
        for form in "1iA"
    ),
    _open(
        "deep-lists",
        lambda: odt(
            ODT_PACT + deep("<text:list><text:list-item>", "</text:list-item></text:list>", 100_000, odt_par("x"))
        ),
        FAILED,
        OVER,
    ),
    _open(
        "deep-spans", lambda: odt(ODT_PACT + odt_par(deep("<text:span>", "</text:span>", 100_000, "x"))), FAILED, OVER
    ),
    _open(
        "deep-sections",
        lambda: odt(ODT_PACT + deep("<text:section>", "</text:section>", 10_000, odt_par("x"))),
        FAILED,
        OVER,
    ),
    _open(
        "deep-90-lists",
        lambda: odt(ODT_PACT + deep("<text:list><text:list-item>", "</text:list-item></text:list>", 90, odt_par("x"))),
        READ,
    ),
    _open(
        "300000-spans",
        lambda: zipped(
            {"mimetype": MIMETYPE, "content.xml": odt_xml(ODT_PACT + odt_par("<text:span>a</text:span>b" * 300_000))},
            False,
        ),
        ANY,
        (),
        False,
    ),
    _flat("xxe-file", lambda: odt_xml(ODT_PACT + odt_par("&e;"), "", outside(PLACES["file"]), True), UNTOLD),
    _flat(
        "xxe-passwd",
        lambda: odt_xml(ODT_PACT + odt_par("&e;"), "", outside(PLACES["passwd"]), True),
        UNTOLD,
    ),
    _flat("xxe-http", lambda: odt_xml(ODT_PACT + odt_par("&e;"), "", outside(PLACES["http"]), True), UNTOLD),
    _flat("parameter-file", lambda: odt_xml(ODT_PACT, "", parameter(PLACES["file"]), True), ANY),
    _flat("laughs", lambda: odt_xml(ODT_PACT + odt_par("&l9;"), "", laughs(), True), ANY),
    _flat("links", lambda: odt_xml(links(), flat=True), READ),
]
