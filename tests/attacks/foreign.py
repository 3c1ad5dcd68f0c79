"""What other programs write, and what is no pact at all: files of tests/data/broken/."""

import json
import re
import struct
import zlib

from tests.attacks.packages import (
    LINES,
    OFFICE,
    PAGE_PACT,
    RELATIONS,
    TEXT,
    W_PACT,
    docx,
    docx_parts,
    odt_par,
    odt_xml,
    page,
    pdf_of,
    related,
    stream,
    w_par,
    zipped,
)

_STRICT = "http://purl.oclc.org/ooxml"


def png() -> bytes:
    """A grey picture of 8 by 8."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + bytes([128] * 8) for _ in range(8))
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 8, 8, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def scan() -> bytes:
    """A PDF page that is only a picture."""
    picture = stream(
        bytes([200] * 64),
        "/Type /XObject /Subtype /Image /Width 8 /Height 8 /BitsPerComponent 8 /ColorSpace /DeviceGray",
    )
    return pdf_of(b"q 800 0 0 800 20 20 cm /I Do Q", {6: picture}, "/XObject << /I 6 0 R >>")


def ole(*names: str) -> bytes:
    """The beginning of an old compound file with a directory of those names."""
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6)
    header += bytes(6) + struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    header += struct.pack("<I", 0) + b"\xff" * (512 - len(header) - 4)
    fat = struct.pack("<II", 0xFFFFFFFD, 0xFFFFFFFE) + b"\xff" * 504
    entries = b""
    for name in ("Root Entry", *names):
        text = name.encode("utf-16-le")
        kind = 5 if name == "Root Entry" else 2
        entries += text.ljust(64, b"\0") + struct.pack("<HBB", len(text) + 2, kind, 1) + b"\xff" * 12 + bytes(48)
    return header + fat + entries.ljust(512, b"\0") + bytes(512)


def strict(package: dict[str, bytes | str]) -> bytes:
    """A Word document as "Strict Open XML Document"."""

    def renamed(data: bytes | str) -> str:
        text = data if isinstance(data, str) else data.decode()
        text = text.replace(f"{OFFICE}/wordprocessingml/2006/main", f"{_STRICT}/wordprocessingml/main")
        return text.replace(RELATIONS, f"{_STRICT}/officeDocument/relationships")

    return zipped({name: renamed(data) for name, data in package.items()})


def moved(main: str, target: str, **names: str) -> bytes:
    """A Word document whose main part stands elsewhere."""
    parts = docx_parts(W_PACT)
    parts["_rels/.rels"] = related({"officeDocument": target})
    parts[main] = parts.pop("word/document.xml")
    folder, _, file = main.rpartition("/")
    parts[f"{folder}/_rels/{file}.rels".lstrip("/")] = parts.pop("word/_rels/document.xml.rels")
    return zipped({names.get(name, name): data for name, data in parts.items()})


def word_likes() -> dict[str, bytes]:
    """Word documents as programs other than Word write them."""
    google = docx(
        "".join(
            f'<w:p><w:pPr><w:rPr/></w:pPr><w:sdt><w:sdtPr><w:tag w:val="goog_rdk_{n}"/></w:sdtPr><w:sdtContent><w:r>'
            f'<w:rPr><w:rtl w:val="0"/></w:rPr><w:t xml:space="preserve">{line}</w:t></w:r></w:sdtContent></w:sdt></w:p>'
            for n, line in enumerate(LINES)
        )
    )
    wps = "".join(
        '<mc:AlternateContent><mc:Choice Requires="wpsCustomData"><w:p/></mc:Choice></mc:AlternateContent>'
        + w_par(line)
        for line in LINES
    )
    flat_parts = "".join(
        f'<pkg:part pkg:name="/{name}"><pkg:xmlData>{data if isinstance(data, str) else data.decode()}</pkg:xmlData></pkg:part>'
        for name, data in docx_parts(W_PACT).items()
    )
    return {
        "google-docs.docx": google,
        "pages.docx": moved("word/document.xml", "/word/document.xml"),
        "office-365.docx": moved("word/document2.xml", "word/document2.xml"),
        "onlyoffice.docx": moved("word/document.xml", "./word/document.xml"),
        "wps.docx": docx(wps),
        "other-folder.docx": moved("doc/main.xml", "/doc/main.xml"),
        "backslashes.docx": zipped({name.replace("/", "\\"): data for name, data in docx_parts(W_PACT).items()}),
        "strict.docx": strict(docx_parts(W_PACT)),
        "flat-opc.xml": (
            '<?xml version="1.0" standalone="yes"?><?mso-application progid="Word.Document"?>'
            f'<pkg:package xmlns:pkg="http://schemas.microsoft.com/office/2006/xmlPackage">{flat_parts}</pkg:package>'
        ).encode(),
        "word-2003.xml": (
            '<?xml version="1.0"?><?mso-application progid="Word.Document"?><w:wordDocument'
            ' xmlns:w="http://schemas.microsoft.com/office/word/2003/wordml"><w:body>'
            f"{W_PACT}</w:body></w:wordDocument>"
        ).encode(),
        "word-filtered.html": page(
            PAGE_PACT.replace("<p>", '<p class="MsoNormal"><o:p></o:p>'), "<!--[if mso]><xml></xml><![endif]-->"
        ),
    }


def with_sheet() -> bytes:
    """A spreadsheet that calls itself a text."""
    content = odt_xml(odt_par("2 – Financer")).replace("office:text>", "office:spreadsheet>")
    return zipped({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": content})


def other_formats() -> dict[str, bytes]:
    """Formats that are not read."""
    content = {"[Content_Types].xml": "<Types/>", "_rels/.rels": "<Relationships/>"}
    boundary = "----=_Part"
    mail = f"From: collectif@example.org\nTo: pactes@example.org\nSubject: Le pacte\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\n{TEXT}"
    web = re.sub("([=\x80-\xff])", lambda m: "".join(f"={b:02X}" for b in m[1].encode()), page(PAGE_PACT).decode())
    return {
        "pages.pages": zipped(
            {"Index/Document.iwa": b"\x00\x10snappy", "preview.jpg": b"\xff\xd8\xff", "Metadata/Properties.plist": b""}
        ),
        "sheet.xlsx": zipped({**content, "xl/workbook.xml": "<workbook/>", "xl/sharedStrings.xml": "<sst/>"}),
        "slides.pptx": zipped({**content, "ppt/presentation.xml": "<p/>"}),
        "sheet.ods": zipped({"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": "<x/>"}),
        "slides.odp": zipped({"mimetype": "application/vnd.oasis.opendocument.presentation", "content.xml": "<x/>"}),
        "sheet-as-text.odt": with_sheet(),
        "sheet.xls": ole("Workbook"),
        "mail.msg": ole("__nameid_version1.0", "__substg1.0_1000001F"),
        "thumbs.db": ole("Catalog"),
        "mail.eml": mail.encode(),
        "mail-html.eml": f'Return-Path: <a@example.org>\nFrom: a@example.org\nMIME-Version: 1.0\nContent-Type: multipart/alternative; boundary="{boundary}"\n\n--{boundary}\nContent-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n{web}\n--{boundary}--\n'.encode(),
        "page.mht": f'From: <Saved by Blink>\nMIME-Version: 1.0\nContent-Type: multipart/related; type="text/html"; boundary="{boundary}"\n\n--{boundary}\nContent-Type: text/html\nContent-Transfer-Encoding: quoted-printable\n\n{web}\n--{boundary}--\n'.encode(),
        "wordperfect.wpd": b"\xffWPC\x10\x00\x00\x00\x01\x0a\x02\x01" + bytes(60) + TEXT.encode("cp1252"),
        "lotus.wps": b"\x06\x0e\x01\x00" + bytes(60) + TEXT.encode("cp1252"),
        "data.json": json.dumps({"mesures": [{"numero": 2, "niveaux": [2, 3]}], "liste": LINES[0]}).encode(),
        "pacte.csv": "n°;Mesure;N1;N2;N3\n2;Financer les projets;;x;x\n3;Mener une politique de sobriété;x;x;\n7;Proposer une alimentation biologique;x;;\n".encode(),
        "answers.csv": f'"Horodateur","Mesure","Réponse"\n{"".join(f"2020-03-05,{line!r},oui" for line in LINES)}\n'.encode(),
        "list.vcf": b"BEGIN:VCARD\nVERSION:3.0\nFN:Laurent Jeanne\nEND:VCARD\n",
        "sound.mp3": b"ID3\x03\x00\x00\x00\x00\x00\x21" + bytes(range(256)) * 4,
        "photo.heic": b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + bytes(range(256)) * 4,
        "photo.webp": b"RIFF\x24\x04\x00\x00WEBPVP8 " + bytes(range(256)) * 4,
        "drawing.svg": f'<svg xmlns="http://www.w3.org/2000/svg"><text>{LINES[0]}</text><text>{LINES[1]}</text></svg>'.encode(),
        "program.exe": b"MZ\x90\x00\x03\x00\x00\x00" + bytes(range(256)) * 4,
        "archive.7z": b"7z\xbc\xaf\x27\x1c\x00\x04" + bytes(range(256)) * 2,
        "archive.rar": b"Rar!\x1a\x07\x01\x00" + bytes(range(256)) * 2,
        "paper.tex": b"\\documentclass{article}\\begin{document}\\section{Pacte}\\end{document}\n",
        "scan.ps": b"%!PS-Adobe-3.0\n/Helvetica findfont 12 scalefont setfont 72 700 moveto (Pacte) show showpage\n",
        "scan.djvu": b"AT&TFORM\x00\x00\x10\x00DJVMDIRM" + bytes(range(256)),
        "random.bin": bytes((n * n * 7 + n // 3) % 256 for n in range(3000)),
    }


def not_the_file() -> dict[str, bytes]:
    """What is found where a pact should be."""
    login = '<form action="/login"><h1>Connexion</h1><label>Courriel <input name="mail"></label><input type="password" name="p"></form>'
    consent = "<h1>Avant de continuer</h1><p>Nous utilisons des cookies.</p><button>Tout accepter</button>"
    return {
        "forbidden.pdf": b"<html><head><title>403 Forbidden</title></head><body><center><h1>403 Forbidden</h1></center><hr><center>nginx</center></body></html>\n",
        "not-found.docx": page("<h1>404</h1><p>Cette page n’existe pas ou plus.</p><p>Retour à l’accueil</p>"),
        "login.html": page(login),
        "consent.html": page(consent),
        "error.json": b'{"error": {"code": 403, "message": "Rate limit exceeded"}}\n',
        "s3-error.docx": b'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>',
        "php-error.txt": b"<br />\n<b>Warning</b>:  mysqli_connect(): Connection refused in <b>/www/wp-db.php</b> on line <b>1653</b><br />\n",
        "lfs.docx": b"version https://git-lfs.github.com/spec/v1\noid sha256:"
        + b"4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393"
        + b"\nsize 12345\n",
        "shortcut.url": b"[InternetShortcut]\r\nURL=https://example.org/pacte.pdf\r\n",
        "cloud.gdoc": b'{"url": "https://docs.google.com/open?id=1AbC", "doc_id": "1AbC", "email": "a@example.org"}',
        "cloud.webloc": b'<?xml version="1.0"?><plist version="1.0"><dict><key>URL</key><string>https://example.org</string></dict></plist>',
        "~$pacte.docx": b"\x07Claire " + bytes(47) + "Claire".encode("utf-16-le").ljust(108, b" "),
        "half.docx.part": b"PK\x03\x04\x14\x00" + bytes(200),
        "apple-double.docx": b"\x00\x05\x16\x07\x00\x02\x00\x00Mac OS X        "
        + bytes(100)
        + b"This resource fork intentionally left blank",
        "letter.txt": "Bonjour,\n\nVous trouverez le pacte signé en pièce jointe.\n\nBien à vous,\nClaire\n".encode(),
        "essay-english.txt": b"The council will meet on Monday to talk about the budget of the town and the roads that lead to it. "
        * 12,
    }


def foreign() -> dict[str, bytes]:
    return word_likes() | other_formats() | not_the_file()
