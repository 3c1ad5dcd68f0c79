"""Which format some bytes are: told by what they hold, and only then by the name."""

import io
import re
import zipfile
from dataclasses import dataclass

from pipeline.readers.draft import LONGEST_LEAD, Unreadable, is_zip

# "<!-- saved from … --><!DOCTYPE html>", "<?xml version="1.0"?><html lang="fr">"
_HTML_RE = re.compile(
    rb"""\s* (?:<!--.*?-->\s*)*+ (?:<\?xml[^>]*>\s*)? (?:<!doctype\s+html | <html\b | <head\b | <body\b)""",
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
# "<p>", "</strong>", "<td class=x>"
_TAGS_RE = re.compile(rb"</?(?:p|div|br|strong|em|li|h[1-6]|table|td|span)\b[^<>]{0,300}>", re.IGNORECASE)
# "***Un accord se fait sur N2.***"
_EMPHASIS_RE = re.compile(
    rb"""^[ >*+-]* (?:\*\*\*|___|\*\*_|__\*) [^\s*_] [^\n]* (?:\*\*\*|___|_\*\*|\*__) \W*$""",
    re.VERBOSE,
)
_EMPHASES = (b"***", b"___", b"**_", b"__*")
"""One of these opens it."""
# "Content-Transfer-Encoding: quoted-printable", among the first lines: what such a mail says must be decoded first
_MAIL_RE = re.compile(
    rb"(?=[A-Z][A-Za-z-]{1,40}:[ ]) (?:.*\n){0,200}? "
    rb"(?:content-transfer-encoding:\s*(?:quoted-printable|base64) | content-type:\s*multipart/)",
    re.VERBOSE | re.IGNORECASE,
)
_FEWEST_TAGS = 5
_FEWEST_EMPHASES = 2
_SNIFFED = 1 << 16


@dataclass(frozen=True, slots=True)
class Format:
    """A format that is read: its media type, and the module and function that read it (imported when needed)."""

    media_type: str
    reader: str


class NotRead(Unreadable):
    """A format that is known and not read; `media_type` is its own."""

    def __init__(self, media_type: str, message: str, code: str = "format-not-read") -> None:
        super().__init__(code, message)
        self.media_type = media_type


_OFFICE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_OPEN_DOCUMENT = "application/vnd.oasis.opendocument.text"
_TEXT = Format("text/plain", "text:read_text")
_MARKDOWN = Format("text/markdown", "markdown:read_markdown")
_HTML = Format("text/html", "html:read_html")
_DOCX = Format(_OFFICE, "docx:read_docx")
_ODT = Format(_OPEN_DOCUMENT, "odt:read_odt")
_FLAT_ODT = Format(f"{_OPEN_DOCUMENT}-flat-xml", "odt:read_odt")
_PDF = Format("application/pdf", "pdf:read_pdf")

_IN_WORD = "open it in a word processor and save it as .docx or .odt"
_ANEW = "open it in the program that made it and save it as .docx, .odt or PDF"
_OUT_OF_MAIL = "open it, and save its text or the pact attached to it as a file"
_PICTURE = "a picture: recognise its text first, for instance with ocrmypdf, and give the PDF"
_PACKED = "packed: unpack it, and give what is in it"
# At which byte, what stands there, media type, what it is and what to do.
_MAGIC = (
    (0, b"{\\rtf", "application/rtf", f"an RTF file: {_IN_WORD}"),
    (0, b"\x89PNG", "image/png", _PICTURE),
    (0, b"\xff\xd8\xff", "image/jpeg", _PICTURE),
    (0, b"GIF8", "image/gif", _PICTURE),
    (0, b"II*\x00", "image/tiff", _PICTURE),
    (0, b"MM\x00*", "image/tiff", _PICTURE),
    (8, b"WEBP", "image/webp", _PICTURE),
    (4, b"ftyphei", "image/heic", _PICTURE),
    (4, b"ftypmif", "image/heif", _PICTURE),
    (0, b"\x1f\x8b", "application/gzip", _PACKED),
    (0, b"\x1f\x9d", "application/x-compress", _PACKED),
    (0, b"BZh", "application/x-bzip2", _PACKED),
    (0, b"\xfd7zXZ\x00", "application/x-xz", _PACKED),
    (0, b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed", _PACKED),
    (0, b"Rar!", "application/vnd.rar", _PACKED),
    (0, b"\xffWPC", "application/vnd.wordperfect", f"a WordPerfect file: {_ANEW}"),
    (0, b"version https://git-lfs", "text/plain", "the stand-in for a file that was not fetched: type git lfs pull"),
)
# Names that begin so, in a zip that is no text document.
_PACKAGES = (
    ("xl/", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", f"a spreadsheet: {_ANEW}"),
    ("ppt/", "application/vnd.openxmlformats-officedocument.presentationml.presentation", f"slides: {_ANEW}"),
    ("index/", "application/vnd.apple.iwork", f"a file of Pages, Numbers or Keynote: {_ANEW}"),
)
# What the member "mimetype" says, of a zip that is no text document.
_MIME_TYPES = (
    ("application/epub+zip", "an e-book: convert it to .docx or .odt"),
    ("application/vnd.oasis.opendocument.spreadsheet", f"a spreadsheet: {_ANEW}"),
    ("application/vnd.oasis.opendocument.presentation", f"slides: {_ANEW}"),
)
_OLE = b"\xd0\xcf\x11\xe0"
# The streams in an old Office file.
_OLE_STREAMS = (
    ("WordDocument", "application/msword", f"this is an old Word file (.doc): {_IN_WORD}"),
    ("Workbook", "application/vnd.ms-excel", f"this is an old spreadsheet: {_ANEW}"),
    ("PowerPoint Document", "application/vnd.ms-powerpoint", f"these are old slides: {_ANEW}"),
    ("__substg1.0_", "application/vnd.ms-outlook", f"this is a mail: {_OUT_OF_MAIL}"),
)


def format_of(data: bytes, pact_id: str) -> Format:
    """What the bytes are. Raises `Unreadable`, with the remedy, for a format that is not read."""
    if not data.strip(b"\0 \t\r\n"):
        raise Unreadable("empty", "the file is empty: put the text of the pact in it")
    if b"%PDF-" in data[:LONGEST_LEAD]:
        return _PDF
    if is_zip(data):
        return _zipped(data)
    if data.startswith(_OLE):
        raise _ole(data)
    for at, magic, media_type, remedy in _MAGIC:
        if data.startswith(magic, at):
            raise NotRead(media_type, f"this is {remedy}")
    return _marked_up(data, pact_id)


def _ole(data: bytes) -> NotRead:
    if "EncryptedPackage".encode("utf-16-le") in data:
        message = "it is protected by a password: open it with the password and save it without one"
        return NotRead(_OFFICE, message, "encrypted")
    for stream, media_type, told in _OLE_STREAMS:
        if stream.encode("utf-16-le") in data:
            return NotRead(media_type, told)
    return NotRead("application/x-ole-storage", f"this is an old Office file, and no text document: {_ANEW}")


def _marked_up(data: bytes, pact_id: str) -> Format:
    """Which kind of text it is."""
    head = data[:_SNIFFED].removeprefix(b"\xef\xbb\xbf")
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        head = data[:_SNIFFED].decode("utf-16", "replace").encode()
    ending = pact_id.rsplit(".", 1)[-1].lower()
    if b"<office:document" in head[:4096]:
        return _FLAT_ODT
    if b"<pkg:package" in head[:4096] or b"<w:wordDocument" in head[:4096]:
        raise NotRead("text/xml", "this is Word's XML: open it in a word processor and save it as .docx")
    if head[:4096].lstrip().lower().startswith((b"from:", b"mime-version:")) and b"multipart/related" in head[:4096]:
        raise NotRead("multipart/related", "this is a web archive (.mht): open it in a browser and save it as HTML")
    if _MAIL_RE.match(head.lstrip()):
        raise NotRead("message/rfc822", f"this is a mail: {_OUT_OF_MAIL}")
    if _HTML_RE.match(head) or (ending in ("html", "htm", "xhtml") and b"<" in head):
        return _HTML
    if ending in ("md", "markdown", "mdown"):
        return _MARKDOWN
    if b"<" in head and len(_TAGS_RE.findall(head)) >= _FEWEST_TAGS:
        return _HTML
    if not any(sign in head for sign in _EMPHASES):
        return _TEXT
    starred = [line for line in head.split(b"\n") if b"**" in line or b"__" in line]
    return _MARKDOWN if sum(map(bool, map(_EMPHASIS_RE.match, starred))) >= _FEWEST_EMPHASES else _TEXT


def _zipped(data: bytes) -> Format:
    """Which word processor's package a zip file is."""
    from pipeline.readers.container import DAMAGE, encrypted

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            # Names of parts do not depend on case, and some programs write backslashes.
            names = {each.replace("\\", "/").lstrip("/").lower() for each in package.namelist()}
            if any(each.flag_bits & 1 for each in package.infolist()):
                raise encrypted()
            declared = package.open("mimetype").read(100).decode("latin-1") if "mimetype" in package.namelist() else ""
    except DAMAGE:
        raise NotRead("application/zip", "the file is damaged: get it again, or save it anew", "damaged") from None
    if declared.startswith(_OPEN_DOCUMENT):
        return _ODT
    for name, media_type, told in _PACKAGES:
        if any(each.startswith(name) for each in names):
            raise NotRead(media_type, f"this is {told}")
    for media_type, told in _MIME_TYPES:
        if declared.startswith(media_type):
            raise NotRead(media_type, f"this is {told}")
    if "_rels/.rels" in names or any(each.startswith("word/") for each in names):
        return _DOCX
    if "content.xml" in names and not declared:
        return _ODT
    raise NotRead("application/zip", "this zip file is no text document: unpack it, or save the pact as .docx or .odt")
