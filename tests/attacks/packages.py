"""Small documents in each format, made from their parts: what the broken and the hostile ones are built on."""

import io
import zipfile
from collections.abc import Iterable, Mapping
from html import escape
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
DATA = ROOT / "tests" / "data"
OFFICE = "http://schemas.openxmlformats.org"
RELATIONS = f"{OFFICE}/officeDocument/2006/relationships"
_W = (
    f'xmlns:w="{OFFICE}/wordprocessingml/2006/main" xmlns:r="{RELATIONS}"'
    f' xmlns:mc="{OFFICE}/markup-compatibility/2006" xmlns:v="urn:schemas-microsoft-com:vml"'
)
_ODF = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for name in ("office", "text", "table", "style", "drawing", "manifest")
)
_FO = (
    'xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0" xmlns:xlink="http://www.w3.org/1999/xlink"'
)
LINES = (
    "LIGNON EN COMMUN – Maëlle LE GUENNEC",
    "2 – Financer les projets de la commune prioritairement par des prêts issus de sources de financement éthiques.",
    "N2 • Financer au moins un projet.",
    "Un accord se fait sur N2, mais pas sur N1 (la commune n’a qu’un seul emprunt en cours).",
    "7 – Proposer une alimentation biologique, moins carnée, locale et équitable dans la restauration collective.",
    "N1 • Au moins 50% de bio et (local et/ou équitable) et 1 repas végétarien par semaine.",
    "22 – Limiter la place de la publicité dans l’espace public.",
    "N2 • Proscrire les écrans numériques publicitaires dans le Règlement Local de Publicité.",
)
"""A pact of three measures, 2, 7 and 22."""
TEXT = "\n".join(LINES) + "\n"


def zipped(members: Mapping[str, bytes | str] | Iterable[tuple[str, bytes | str]], packed: bool = True) -> bytes:
    """A zip of those members in that order, always the same bytes."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED) as package:
        for name, data in members.items() if isinstance(members, Mapping) else members:
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_STORED if name == "mimetype" or not packed else zipfile.ZIP_DEFLATED
            package.writestr(info, data)
    return stream.getvalue()


def members_of(data: bytes) -> dict[str, bytes]:
    """The members of a zip."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return {name: package.read(name) for name in package.namelist() if not name.endswith("/")}


def related(targets: Mapping[str, str], more: str = "") -> str:
    """A part of relationships: kind to target."""
    links = "".join(f'<Relationship Id="{k}" Type="{RELATIONS}/{k}" Target="{t}"/>' for k, t in targets.items())
    return f'<Relationships xmlns="{OFFICE}/package/2006/relationships">{links}{more}</Relationships>'


def docx_parts(body: str, head: str = "", more_links: str = "", **parts: str) -> dict[str, bytes | str]:
    """The parts of a Word document. `head` stands before the root of its text, as a document type would."""
    return {
        "_rels/.rels": related({"officeDocument": "word/document.xml"}),
        "word/document.xml": f"{head}<w:document {_W}><w:body>{body}</w:body></w:document>",
        "word/_rels/document.xml.rels": related({name: f"{name}.xml" for name in parts}, more_links),
        **{f"word/{name}.xml": f"<w:{name} {_W}>{xml}</w:{name}>" for name, xml in parts.items()},
    }


def docx(body: str, head: str = "", more_links: str = "", **parts: str) -> bytes:
    """A Word document."""
    return zipped(docx_parts(body, head, more_links, **parts))


def w_par(text: str, properties: str = "") -> str:
    return f'<w:p><w:pPr>{properties}</w:pPr><w:r><w:t xml:space="preserve">{text}</w:t></w:r></w:p>'


W_PACT = "".join(w_par(line) for line in LINES)


def odt_xml(body: str, styles: str = "", head: str = "", flat: bool = False) -> str:
    """The content of an OpenDocument text, or the whole of a flat one."""
    root = "document" if flat else "document-content"
    kind = ' office:mimetype="application/vnd.oasis.opendocument.text"' if flat else ""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{head}<office:{root} {_ODF} {_FO}{kind}>'
        f"<office:automatic-styles>{styles}</office:automatic-styles>"
        f"<office:body><office:text>{body}</office:text></office:body></office:{root}>"
    )


def odt(body: str, styles: str = "", head: str = "") -> bytes:
    """An OpenDocument text."""
    return zipped({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": odt_xml(body, styles, head)})


def odt_par(text: str) -> str:
    return f"<text:p>{text}</text:p>"


ODT_PACT = "".join(odt_par(line) for line in LINES)


def page(body: str, head: str = "") -> bytes:
    """A web page."""
    return (
        f'<!DOCTYPE html><html lang="fr"><head><meta charset="utf-8"><title>Pacte</title>{head}</head>'
        f"<body>{body}</body></html>"
    ).encode()


PAGE_PACT = "".join(f"<p>{escape(line)}</p>\n" for line in LINES)


def pdf(objects: Mapping[int, bytes | str], trailer: str = "/Root 1 0 R") -> bytes:
    """A PDF of numbered objects, with a cross-reference table that tells the truth."""
    out = bytearray(b"%PDF-1.5\n%\xe2\xe3\xcf\xd3\n")
    places: dict[int, int] = {}
    for number, body in objects.items():
        places[number] = len(out)
        out += b"%d 0 obj\n" % number + (body.encode("latin-1") if isinstance(body, str) else body) + b"\nendobj\n"
    start, size = len(out), max(objects) + 1
    out += b"xref\n0 %d\n0000000000 65535 f \n" % size
    for number in range(1, size):
        known = number in places
        out += b"%010d %05d %s \n" % (places.get(number, 0), 0 if known else 65535, b"n" if known else b"f")
    out += f"trailer\n<< /Size {size} {trailer} >>\nstartxref\n{start}\n%%EOF\n".encode()
    return bytes(out)


def stream(data: bytes, more: str = "") -> bytes:
    """A stream object of a PDF."""
    return f"<< /Length {len(data)} {more} >>\nstream\n".encode() + data + b"\nendstream"


FONT = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"


def shown(lines: Iterable[str], size: int = 10) -> bytes:
    """The page description that shows some lines below each other."""
    shows = []
    for line in lines:
        text = line.encode("cp1252", "replace").decode("latin-1").replace("\\", "\\\\")
        text = text.replace("(", "\\(").replace(")", "\\)")
        shows.append(f"({text}) Tj T*")
    return f"BT /F1 {size} Tf 12 TL 20 800 Td {' '.join(shows)} ET".encode("latin-1")


def pdf_of(
    content: bytes, more: Mapping[int, bytes | str] | None = None, resources: str = "", packing: str = ""
) -> bytes:
    """A PDF of one page with that description; 1 to 5 are its own objects."""
    return pdf(
        {
            1: "<< /Type /Catalog /Pages 2 0 R >>",
            2: "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            3: "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 842 842] /Contents 4 0 R"
            f" /Resources << /Font << /F1 5 0 R >> {resources} >> >>",
            4: stream(content, packing),
            5: FONT,
            **(more or {}),
        }
    )
