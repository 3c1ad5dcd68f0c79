"""Hostile Word documents."""

from collections.abc import Callable
from functools import partial

from tests.attacks.attack import ANY, FAILED, HTTP, OVER, READ, SECRET_FILE, Attack
from tests.attacks.bombs import CHUNK, loose, overlapping, raw_zip
from tests.attacks.entities import PLACES, UNTOLD, XI, deep, filled, laughs, local, outside, parameter
from tests.attacks.packages import RELATIONS, W_PACT, docx, docx_parts, related, w_par, zipped


def docx_bomb(piece: bytes, times: int) -> bytes:
    """A Word document with a paragraph that is a piece so many times."""
    parts = docx_parts(W_PACT + w_par("§"))
    text = str(parts.pop("word/document.xml"))
    return raw_zip([*parts.items(), ("word/document.xml", filled(text, piece, times))])


def _with_headers(count: int) -> tuple[str, str]:
    """A text that refers to so many running heads, and their relations."""
    body = "".join(
        f'<w:p><w:pPr><w:sectPr><w:headerReference r:id="h{n}"/></w:sectPr></w:pPr></w:p>' for n in range(count)
    )
    links = "".join(f'<Relationship Id="h{n}" Type="{RELATIONS}/header" Target="header{n}.xml"/>' for n in range(count))
    return W_PACT + body, links


def docx_many(count: int, piece: bytes, times: int) -> bytes:
    """Running heads that together are more than a document may hold, each below."""
    body, links = _with_headers(count)
    header = str(docx_parts("", hdr=w_par("§"))["word/hdr.xml"])
    big = filled(header, piece, times)
    return raw_zip([*docx_parts(body, "", links).items(), *((f"word/header{n}.xml", big) for n in range(count))])


def docx_overlap(count: int, times: int) -> bytes:
    """Parts that share their bytes: its text and its running heads."""
    names = ["_rels/.rels", "word/document.xml", *(f"word/header{n}.xml" for n in range(count))]
    return overlapping(names, b" " * CHUNK, times)


def styles_chain(count: int, last: str = "") -> str:
    base = "".join(
        f'<w:style w:type="paragraph" w:styleId="s{n}"><w:basedOn w:val="s{n + 1}"/></w:style>' for n in range(count)
    )
    return base + (
        f'<w:style w:type="paragraph" w:styleId="s{count}"><w:basedOn w:val="{last}"/></w:style>' if last else ""
    )


def in_style(name: str) -> str:
    return f'<w:pStyle w:val="{name}"/>'


def numbering(form: str, start: int) -> str:
    level = f'<w:lvl w:ilvl="0"><w:start w:val="{start}"/><w:numFmt w:val="{form}"/><w:lvlText w:val="%1."/></w:lvl>'
    return f'<w:abstractNum w:abstractNumId="0">{level}</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'


ITEM = '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>'
NOTE = '<w:p><w:r><w:t>mot</w:t></w:r><w:r><w:footnoteReference w:id="{}"/></w:r></w:p>'


def remote() -> bytes:
    """A Word document that would load a template, a picture and another text."""
    links = "".join(
        f'<Relationship Id="x{n}" Type="{RELATIONS}/{kind}" Target="{target}" TargetMode="External"/>'
        for n, (kind, target) in enumerate(
            [
                (k, t)
                for k in ("attachedTemplate", "image", "aFChunk", "header", "hyperlink", "oleObject", "styles")
                for t in PLACES.values()
            ]
        )
    )
    field = (
        f'<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>INCLUDETEXT "{SECRET_FILE}"</w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="end"/></w:r><w:r><w:instrText>DDEAUTO c:\\cmd.exe "/c calc"</w:instrText></w:r></w:p>'
    )
    refs = "".join(
        f'<w:altChunk r:id="x{n}"/><w:p><w:pPr><w:sectPr><w:headerReference r:id="x{n}"/></w:sectPr></w:pPr></w:p>'
        for n in range(28)
    )
    return docx(W_PACT + field + refs, "", links, settings='<w:attachedTemplate r:id="x0"/>')


def climbing() -> bytes:
    """Relations that lead out of the package."""
    parts = docx_parts(W_PACT)
    parts["word/_rels/document.xml.rels"] = related(
        {
            "styles": "../../../../../etc/passwd",
            "footnotes": SECRET_FILE.as_uri(),
            "numbering": str(SECRET_FILE),
            "endnotes": "document.xml",
        }
    )
    return zipped(parts)


def counted(form: str) -> bytes:
    """A list that begins at a thousand million."""
    return docx(W_PACT + w_par("x", ITEM) * 20, numbering=numbering(form, 10**9))


def with_entity(kind: Callable[[str], str], target: str) -> bytes:
    """A document of that document type, which shows its entity."""
    return docx(W_PACT + w_par("&e;"), kind(target))


def loosely(body: str) -> bytes:
    """A document that is not packed, so that nothing tells from outside how much it holds."""
    return zipped(docx_parts(body), packed=False)


def bent() -> bytes:
    """A list whose numbers are another file."""
    parts = docx_parts(W_PACT + w_par("x", ITEM), numbering=numbering("decimal", 1).replace("%1.", "&e;"))
    parts["word/numbering.xml"] = local(PLACES["file"]) + str(parts["word/numbering.xml"])
    return zipped(parts)


def _word(
    name: str,
    make: Callable[[], bytes],
    status: tuple[str, ...],
    codes: tuple[str, ...] = (),
    cheap: bool = True,
    today: str = "",
) -> Attack:
    return Attack(f"docx-{name}", "pacte.docx", make, status, codes, cheap, today)


SPACES = b" " * CHUNK
WORD_ATTACKS = [
    _word("bomb", lambda: docx_bomb(SPACES, 1024), FAILED, OVER, False),
    _word("bomb-30-mib", lambda: docx_bomb(SPACES, 30), FAILED, OVER),
    _word("bomb-ratio-100", lambda: docx_bomb(loose(), 300), FAILED, OVER, False),
    _word("many-members", lambda: docx_many(8, loose(), 50), FAILED, OVER, True),
    _word("overlap", lambda: docx_overlap(20, 50), FAILED, (), False),
    _word(
        "100000-parts",
        lambda: raw_zip([*docx_parts(W_PACT).items(), *((f"word/media/{n}.png", b"") for n in range(100_001))]),
        FAILED,
        OVER,
        False,
    ),
    *(_word(f"xxe-{n}", partial(with_entity, outside, t), UNTOLD) for n, t in PLACES.items()),
    *(_word(f"parameter-{n}", partial(with_entity, parameter, t), UNTOLD) for n, t in PLACES.items()),
    _word(
        "local-dtd",
        bent,
        UNTOLD,
    ),
    _word(
        "xinclude",
        lambda: docx(W_PACT + w_par("x").replace("x</w:t>", XI.format(SECRET_FILE.as_uri()) + "</w:t>")),
        READ,
    ),
    _word("stylesheet", lambda: docx(W_PACT, f'<?xml-stylesheet type="text/xsl" href="{HTTP}/a.xsl"?>'), READ),
    _word("laughs", lambda: docx(W_PACT + w_par("&l9;"), laughs()), ANY),
    _word("laughs-attribute", lambda: docx(W_PACT + w_par("x", in_style("&l9;")), laughs()), ANY),
    _word(
        "laughs-circle", lambda: docx(W_PACT + w_par("&a;"), '<!DOCTYPE x [<!ENTITY a "&b;"><!ENTITY b "&a;">]>'), ANY
    ),
    _word("quadratic", lambda: docx(W_PACT + w_par("&l0;" * 20_000), laughs(0, "a" * 50_000)), ANY),
    _word(
        "quadratic-attribute", lambda: docx(W_PACT + w_par("x", in_style("&l0;" * 2_000)), laughs(0, "a" * 50_000)), ANY
    ),
    _word("remote", remote, READ),
    _word("climbing", climbing, ANY),
    _word(
        "deep-tables",
        lambda: docx(W_PACT + deep("<w:tbl><w:tr><w:tc>", "</w:tc></w:tr></w:tbl>", 10_000, w_par("x"))),
        FAILED,
        OVER,
    ),
    _word(
        "deep-60-tables",
        lambda: docx(W_PACT + deep("<w:tbl><w:tr><w:tc>", "</w:tc></w:tr></w:tbl>", 60, w_par("x"))),
        READ,
    ),
    _word(
        "deep-controls",
        lambda: docx(W_PACT + deep("<w:sdt><w:sdtContent>", "</w:sdtContent></w:sdt>", 100_000, w_par("x"))),
        FAILED,
        OVER,
    ),
    _word("deep-changes", lambda: docx(W_PACT + f"<w:p>{deep('<w:ins>', '</w:ins>', 100_000)}</w:p>"), FAILED, OVER),
    _word(
        "deep-text-boxes",
        lambda: docx(
            W_PACT + deep("<w:p><w:r><w:pict><w:txbxContent>", "</w:txbxContent></w:pict></w:r></w:p>", 45, w_par("x"))
        ),
        READ,
    ),
    _word(
        "styles-chain", lambda: docx(W_PACT + w_par("x", in_style("s0")), styles=styles_chain(100_000)), READ, (), False
    ),
    _word(
        "styles-chain-1000",
        lambda: docx(W_PACT + "".join(w_par("x", in_style(f"s{n}")) for n in range(1000)), styles=styles_chain(1000)),
        READ,
    ),
    _word("styles-circle", lambda: docx(W_PACT + w_par("x", in_style("s0")), styles=styles_chain(1000, "s0")), READ),
    *(
        _word(
            f"number-{form}",
            partial(counted, form),
            READ,
        )
        for form in ("decimal", "lowerRoman", "upperLetter", "chicago")
    ),
    _word(
        "number-of-5000-digits",
        lambda: docx(
            W_PACT + w_par("x", ITEM),
            numbering=numbering("decimal", 0).replace('"0"/><w:numF', f'"{"9" * 5000}"/><w:numF'),
        ),
        READ,
    ),
    _word(
        "grid-span",
        lambda: docx(
            W_PACT
            + "<w:tbl>"
            + ("<w:tr>" + '<w:tc><w:tcPr><w:gridSpan w:val="1000000000"/></w:tcPr><w:p/></w:tc>' * 5 + "</w:tr>") * 20
            + "</w:tbl>"
        ),
        READ,
    ),
    _word(
        "300000-runs",
        lambda: loosely(
            W_PACT
            + "<w:p>"
            + "<w:r><w:rPr><w:b/></w:rPr><w:t>a</w:t></w:r><w:r><w:t>b</w:t></w:r>" * 150_000
            + "</w:p>"
        ),
        ANY,
        (),
        False,
    ),
    _word(
        "50000-paragraphs",
        lambda: docx(W_PACT + "".join(w_par(f"{n * 7919 % 99991} {n * 104729 % 99991}") for n in range(50_000))),
        READ,
        (),
        False,
    ),
    _word(
        "50000-fields",
        lambda: loosely(W_PACT + '<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r></w:p>' * 50_000),
        READ,
        (),
        False,
    ),
    _word(
        "notes-circle",
        lambda: docx(
            W_PACT + NOTE.format(1),
            footnotes=f'<w:footnote w:id="1">{NOTE.format(2)}</w:footnote><w:footnote w:id="2">{NOTE.format(1)}</w:footnote>',
        ),
        READ,
    ),
    _word(
        "one-note-20000-times",
        lambda: docx(
            W_PACT
            + "".join(f"<w:p>{n * 7919 % 99991}{n * 104729 % 99991}</w:p>" + NOTE.format(1) for n in range(20_000)),
            footnotes=f'<w:footnote w:id="1">{w_par("x" * 100)}</w:footnote>',
        ),
        READ,
        (),
        False,
    ),
    _word(
        "10000-notes",
        lambda: docx(
            W_PACT + "".join(NOTE.format(n) for n in range(10_000)),
            footnotes="".join(f'<w:footnote w:id="{n}">{w_par("x")}</w:footnote>' for n in range(10_000)),
        ),
        READ,
        (),
        False,
    ),
    _word("3000-headers", lambda: docx_many(3000, b"x", 10), READ, (), True),
]
