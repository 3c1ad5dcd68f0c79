"""Makes the files of tests/data/broken/ that are damaged, mislabelled, in a wrong encoding, or empty.

    .venv/bin/python -m tests.attacks.broken

Always the same bytes. What other programs wrote (tests/data/broken/README.md) is not touched.
"""

import base64
import gzip
import io
import random
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable

from tests.attacks import foreign, packages
from tests.attacks.packages import DATA, LINES, ROOT, TEXT, docx, docx_parts, members_of, odt, odt_xml, page, zipped

HERE = DATA / "broken"
_RAW = (ROOT / "raw" / "champigny-alternance.txt").read_text("utf-8")
EXTRACT = _RAW[: _RAW.index("\n9 –")].rstrip() + "\n"
"""Seven measures (1 to 5, 7, 8) of the published pact."""


def fixture(name: str) -> bytes:
    return (DATA / name).read_bytes()


def flipped(data: bytes, start: int, end: int, bits: int = 12) -> bytes:
    """The bytes with some bits turned between two places."""
    changed, seeded = bytearray(data), random.Random(start)
    for _ in range(bits):
        changed[seeded.randrange(start, end)] ^= 1 << seeded.randrange(8)
    return bytes(changed)


def inside(package: bytes, member: str) -> tuple[int, int]:
    """Where the packed bytes of a member stand in a zip."""
    with _opened(package) as opened:
        info = opened.getinfo(member)
    at = info.header_offset
    begin = at + 30 + sum(struct.unpack_from("<HH", package, at + 26))
    return begin + 20, begin + info.compress_size


def _opened(package: bytes) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(package))


def small(name: str) -> bytes:
    """A fixture without its pictures and settings."""
    kept = {
        n: d for n, d in members_of(fixture(name)).items() if not n.startswith(("Thumbnails", "settings", "docProps"))
    }
    return zipped({n: d for n, d in kept.items() if "Effects" not in n})


def without(package: bytes, *names: str) -> bytes:
    return zipped({name: data for name, data in members_of(package).items() if name not in names})


def with_member(package: bytes, **changes: Callable[[bytes], bytes]) -> bytes:
    """A package in which the members whose names end so are changed ("document" is word/document.xml)."""
    members = members_of(package)
    for key, change in changes.items():
        (name,) = [each for each in members if each.rsplit("/", 1)[-1] == f"{key}.xml"]
        members[name] = change(members[name])
    return zipped(members)


def locked(package: bytes) -> bytes:
    """The flag of a password, set for each member of a zip."""
    data = bytearray(package)
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(mark)
        while at >= 0:
            data[at + offset] |= 1
            at = data.find(mark, at + 4)
    return bytes(data)


def truncated() -> dict[str, bytes]:
    word, writer, print_, text = fixture("champigny-lo.docx"), small("grid.odt"), fixture("grid.pdf"), EXTRACT.encode()
    web = fixture("grid.html")
    flat = odt_xml(packages.ODT_PACT, flat=True).encode()
    accent = text.index("é".encode(), 2000)
    return {
        "cut-head.docx": word[:512],
        "cut-half.docx": word[: len(word) // 2],
        "cut-tail.docx": word[:-40],
        "cut-half.odt": writer[: len(writer) // 2],
        "cut-tail.odt": writer[:-40],
        "cut-half.pdf": print_[: len(print_) // 2],
        "cut-tail.pdf": print_[:-1500],
        "cut-head.pdf": print_[:300],
        "cut-cell.html": web[: web.index(b"sur le niveau 2, sous")],
        "cut-tag.html": web[: web.index(b"</h1>") + 3],
        "cut-style.html": web[: web.index(b"padding")],
        "cut-word.txt": text[: accent + 1],
        "cut.fodt": flat[: flat.index(b"22 ")],
        "cut.md": fixture("champigny.md")[:3001],
        "cut.html.gz": gzip.compress(web, mtime=0)[:400],
    }


def turned() -> dict[str, bytes]:
    word, writer, text = fixture("champigny-lo.docx"), small("grid.odt"), bytearray(EXTRACT.encode())
    one, several = text.copy(), text.copy()
    one[1501] = 0xF3
    for at in range(700, len(several), 600):
        several[at] |= 0x80
    block = text[:3072] + bytes(512) + text[3584:]
    print_ = fixture("grid.pdf")
    content = print_.index(b"stream")
    return {
        "flip-text.docx": flipped(word, *inside(word, "word/document.xml")),
        "flip-styles.docx": flipped(word, *inside(word, "word/styles.xml")),
        "flip-directory.docx": flipped(word, word.index(b"PK\x01\x02"), len(word), 30),
        "flip-text.odt": flipped(writer, *inside(writer, "content.xml")),
        "flip-styles.odt": flipped(writer, *inside(writer, "styles.xml")),
        "flip-content.pdf": flipped(print_, content + 20, content + 400),
        "flip-table.pdf": flipped(print_, print_.rindex(b"xref\n0 "), len(print_), 60),
        "flip-one.txt": bytes(one),
        "flip-several.txt": bytes(several),
        "flip-several.html": page("".join(f"<p>{x}</p>" for x in LINES)).replace(b"par des pr\xc3", b"par des pr\x43"),
        "zero-block.txt": bytes(block),
        "bad-xml.docx": with_member(docx(packages.W_PACT), document=lambda x: x.replace(b"7 \xe2", b"7 & \xe2")),
        "bad-xml.odt": odt(packages.ODT_PACT.replace("7 –", "7 & –")),
        "bad-xml.fodt": odt_xml(packages.ODT_PACT.replace("7 –", "7 & –"), flat=True).encode(),
        "no-document.docx": without(word, "word/document.xml"),
        "no-body.docx": with_member(docx(""), document=lambda x: x.replace(b"w:body", b"w:other")),
        "no-content.odt": without(writer, "content.xml"),
        "no-content-types.docx": without(word, "[Content_Types].xml", "_rels/.rels", "word/_rels/document.xml.rels"),
        "no-mimetype.odt": without(writer, "mimetype"),
        "line-before.docx": b"\r\n" + word,
        "line-before.pdf": b"\r\n\r\n" + packages.pdf_of(packages.shown(LINES)),
        "page-behind.docx": word + b"\n<!-- Served from cache -->\n",
        "twice.docx": zipped([*docx_parts("").items(), *docx_parts(packages.W_PACT).items()]),
        "ascii-mode.docx": docx(packages.W_PACT).replace(b"\n", b"\r\n"),
        "ascii-mode.pdf": fixture("grid.pdf").replace(b"\n", b"\r\n")[:40_000],
        "xref-lies.pdf": packages.pdf_of(packages.shown(LINES))
        .replace(b"00000 n", b"00001 n")
        .replace(b"startxref\n", b"startxref\n9"),
    }


def mislabelled() -> dict[str, bytes]:
    word, writer, web = docx(packages.W_PACT), odt(packages.ODT_PACT), page(packages.PAGE_PACT)
    print_, picture = packages.pdf_of(packages.shown(LINES)), foreign.png()
    return {
        "pdf.txt": print_,
        "pdf.docx": print_,
        "html.docx": web,
        "html.pdf": web,
        "html.txt": web,
        "html.doc": web,
        "docx.pdf": word,
        "docx.doc": word,
        "docx.txt": word,
        "docx.zip": word,
        "odt.docx": writer,
        "odt.txt": writer,
        "fodt.odt": odt_xml(packages.ODT_PACT, flat=True).encode(),
        "png.txt": picture,
        "png.pdf": picture,
        "jpg.docx": b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
        + bytes(range(256))
        + b"\xff\xd9",
        "text.pdf": TEXT.encode(),
        "text.docx": TEXT.encode(),
        "text.odt": TEXT.encode(),
        "text.html": TEXT.encode(),
        "md.txt": fixture("champigny.md")[:6000].rsplit(b"\n\n", 1)[0] + b"\n",
        "zip-of-docx.zip": zipped({"Mon pacte.docx": word}),
        "zip-of-docx.docx": zipped({"Mon pacte.docx": word}),
        "none": TEXT.encode(),
        "docx-upper.DOCX": zipped({name.upper(): data for name, data in docx_parts(packages.W_PACT).items()}),
    }


def encoded() -> dict[str, bytes]:
    web = page(packages.PAGE_PACT).decode()
    codes = {"utf16le-nobom": "utf-16-le", "utf16be-nobom": "utf-16-be", "utf16-bom": "utf-16", "utf32-bom": "utf-32"}
    cp850 = str.maketrans({"–": "-", "’": "'", "•": "-", "œ": "oe", "…": "...", "Œ": "Oe"})
    extract = EXTRACT.translate(cp850)
    files = {f"{name}.txt": TEXT.encode(code) for name, code in codes.items()}
    return files | {
        "cp850.txt": extract.encode("cp850"),
        "cp1252.txt": EXTRACT.encode("cp1252"),
        "mac-roman.txt": EXTRACT.encode("mac_roman").replace(b"\n", b"\r"),
        "latin9.txt": EXTRACT.translate(str.maketrans("–’•…", "-'-.")).encode("iso8859_15", "replace"),
        "ebcdic.txt": TEXT.translate(cp850).encode("cp1140", "replace").replace(b"\x25", b"\x15"),
        "utf7.txt": TEXT.encode("utf-7"),
        "cesu8.txt": (TEXT + "".join(map(chr, (0xD83D, 0xDE00)))).encode("utf-8", "surrogatepass"),
        "lone-surrogate-utf16.txt": TEXT.encode("utf-16") + b"\x00\xd8" + "fin\n".encode("utf-16-le"),
        "odd-utf16.txt": TEXT.encode("utf-16")[:-1],
        "mojibake.txt": TEXT.encode().decode("cp1252", "replace").encode(),
        "mixed.txt": "\n".join(LINES[:4]).encode() + b"\n" + "\n".join(LINES[4:]).encode("cp1252"),
        "lost.txt": TEXT.replace("é", "\ufffd").encode(),
        "question-marks.txt": EXTRACT.encode("ascii", "replace"),
        "utf8-called-latin1.html": b"\xef\xbb\xbf" + web.replace("utf-8", "iso-8859-1").encode(),
        "latin1-called-utf8.html": web.encode("cp1252"),
        "utf16-called-utf8.html": web.encode("utf-16"),
        "utf16-nobom.html": web.encode("utf-16-le"),
        "unknown-charset.html": web.replace("utf-8", "x-user-defined").encode("cp1252"),
        "utf16.docx": with_member(docx(packages.W_PACT), document=lambda x: x.decode().encode("utf-16")),
        "cp1252-called-utf8.fodt": odt_xml(packages.ODT_PACT, flat=True).encode("cp1252"),
        "base64.txt": base64.encodebytes(TEXT.encode()),
        "pact.txt.gz": gzip.compress(TEXT.encode(), mtime=0),
        "pact.txt.z": zlib.compress(TEXT.encode()),
    }


def empty() -> dict[str, bytes]:
    return {
        "empty.txt": b"",
        "empty.docx": b"",
        "empty.pdf": b"",
        "spaces.txt": b" \t \n" * 50 + "\u00a0\u202f\n".encode(),
        "nul.txt": bytes(4096),
        "bom.txt": b"\xef\xbb\xbf",
        "ideographic-spaces.txt": ("\u3000\u2003\n" * 9).encode(),
        "no-members.docx": zipped({}),
        "blank.docx": docx("<w:p/><w:p><w:r><w:t> </w:t></w:r></w:p>"),
        "blank.odt": odt("<text:p/>"),
        "blank.pdf": packages.pdf_of(b""),
        "picture.docx": docx("<w:p><w:r><w:drawing/></w:r></w:p>"),
        "scan.pdf": foreign.scan(),
        "blank.html": page(""),
        "script-only.html": page(
            '<div id="root"></div><noscript>Activez JavaScript.</noscript>', "<script>app()</script>"
        ),
        "hyphens.txt": b"----------\n\n----------\n",
        "eof-marks.txt": b"\x1a" * 300,
    }


def packed() -> dict[str, bytes]:
    """Archives, and what a password protects without another program."""
    word = docx(packages.W_PACT)
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as tar:
        info = tarfile.TarInfo("pacte.txt")
        info.size = len(TEXT.encode())
        tar.addfile(info, io.BytesIO(TEXT.encode()))
    several: dict[str, bytes | str] = {"pacte.txt": TEXT, "photo.png": foreign.png()}
    return {
        "password-flag.docx": locked(word),
        "password-flag.odt": locked(odt(packages.ODT_PACT)),
        "password.zip": locked(zipped({"pacte.txt": TEXT})),
        "cut.zip": zipped({"pacte.txt": EXTRACT})[:900],
        "tar-called.txt": stream.getvalue(),
        "pacte.zip": zipped(several),
    }


def make() -> dict[str, bytes]:
    """All files by name."""
    files: dict[str, bytes] = {}
    for part in (truncated, turned, mislabelled, encoded, empty, packed, foreign.foreign):
        for name, data in part().items():
            assert name not in files, name
            files[name] = data
    return files


if __name__ == "__main__":
    for name, data in make().items():
        (HERE / name).write_bytes(data)
