"""Bytes to `Source`: which format they are, by content and then by name, and the reader for it."""

import hashlib
import importlib
import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass

from pipeline.limits import LIMITS, Limits, OverLimit, check_text
from pipeline.model import Diagnostic, Source
from pipeline.readers.draft import Reading, Unreadable

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
_FEWEST_TAGS = 5
_FEWEST_EMPHASES = 2
_SNIFFED = 1 << 16


@dataclass(frozen=True, slots=True)
class _Format:
    """A format that is read: its media type, and the module and function that read it (imported when needed)."""

    media_type: str
    reader: str


_OFFICE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_OPEN_DOCUMENT = "application/vnd.oasis.opendocument.text"
_TEXT = _Format("text/plain", "text:read_text")
_MARKDOWN = _Format("text/markdown", "markdown:read_markdown")
_HTML = _Format("text/html", "html:read_html")
_DOCX = _Format(_OFFICE, "docx:read_docx")
_ODT = _Format(_OPEN_DOCUMENT, "odt:read_odt")
_FLAT_ODT = _Format(f"{_OPEN_DOCUMENT}-flat-xml", "odt:read_odt")
_PDF = _Format("application/pdf", "pdf:read_pdf")

_UNREAD = (
    (b"{\\rtf", "application/rtf", "an RTF file: open it in a word processor and save it as .docx or .odt"),
    (b"\x89PNG", "image/png", "a picture: recognise its text first, for instance with ocrmypdf, and give the PDF"),
    (
        b"\xff\xd8\xff",
        "image/jpeg",
        "a picture: recognise its text first, for instance with ocrmypdf, and give the PDF",
    ),
    (b"GIF8", "image/gif", "a picture: recognise its text first, for instance with ocrmypdf, and give the PDF"),
    (b"II*\x00", "image/tiff", "a picture: recognise its text first, for instance with ocrmypdf, and give the PDF"),
    (b"MM\x00*", "image/tiff", "a picture: recognise its text first, for instance with ocrmypdf, and give the PDF"),
)
_OLE = b"\xd0\xcf\x11\xe0"


def read(data: bytes, pact_id: str, limits: Limits = LIMITS) -> Source:
    """Read one pact. Never raises for what the bytes are: what cannot be read is an empty text and a diagnostic.

    `pact_id` is the path relative to the input folder, with `/`; its ending tells the format
    only where the bytes do not.
    """
    media_type = "text/plain"
    try:
        if not data.strip():
            raise Unreadable("empty", "the file is empty: put the text of the pact in it")
        found = _format(data, pact_id)
        media_type = found.media_type
        reading = _reader(found)(data, limits)
        check_text(reading.text, limits)
        if not reading.text.strip():
            raise Unreadable("empty", "the document holds no text: put the text of the pact in it")
    except _Unread as error:
        return _source(pact_id, data, error.media_type, _failed(error))
    except (Unreadable, OverLimit) as error:
        return _source(pact_id, data, media_type, _failed(error))
    return _source(pact_id, data, media_type, reading)


class _Unread(Unreadable):
    """A format that is known and not read."""

    def __init__(self, media_type: str, message: str, code: str = "format-not-read") -> None:
        super().__init__(code, message)
        self.media_type = media_type


def unreadable(pact_id: str, reason: str) -> Source:
    """A file that the system would not give us, as a source without text."""
    error = Unreadable("unreadable", f"the file cannot be read ({reason}): check its rights, or get it again")
    return _source(pact_id, b"", "text/plain", _failed(error))


def beyond(pact_id: str, data: bytes, error: OverLimit) -> Source:
    """A file beyond a limit, as a source without text."""
    return _source(pact_id, data, "text/plain", _failed(error))


def given_up(pact_id: str, data: bytes, reason: str) -> Source:
    """A file on which a worker was lost, as a source without text."""
    return _source(pact_id, data, "text/plain", _failed(Unreadable("given-up", f"this file {reason}")))


def broken(pact_id: str, data: bytes, error: Exception) -> Source:
    """A file on which the parser itself failed, as a source without text."""
    message = f"the parser failed on this file ({type(error).__name__}: {error}): report it with the file"
    return _source(pact_id, data, "text/plain", _failed(Unreadable("internal", message)))


def _failed(error: Unreadable | OverLimit) -> Reading:
    return Reading("", diagnostics=(Diagnostic("error", error.code, str(error)),))


def _source(pact_id: str, data: bytes, media_type: str, reading: Reading) -> Source:
    diagnostics = list(reading.diagnostics)
    at = reading.text.find("\ufffd")
    if at >= 0:
        message = "characters were lost before the file came here (U+FFFD): compare with the original"
        diagnostics.append(Diagnostic("warning", "characters-lost", message, at, at + 1))
    return Source(
        pact_id=pact_id,
        sha256=hashlib.sha256(data).hexdigest(),
        n_bytes=len(data),
        media_type=media_type,
        encoding=reading.encoding,
        text=reading.text,
        bold=reading.bold,
        italic=reading.italic,
        asides=reading.asides,
        place_kind=reading.place_kind,
        places=reading.places,
        diagnostics=tuple(diagnostics),
    )


def _reader(found: _Format) -> Callable[[bytes, Limits], Reading]:
    """The reader of a format; its libraries are loaded by the first file that needs them."""
    module, name = found.reader.split(":")
    reader: Callable[[bytes, Limits], Reading] = getattr(importlib.import_module(f"pipeline.readers.{module}"), name)
    return reader


def _format(data: bytes, pact_id: str) -> _Format:
    """What the bytes are; `Unreadable` with the remedy for a format that is not read."""
    if b"%PDF-" in data[:1024]:
        return _PDF
    if data.startswith(b"PK"):
        return _zipped(data)
    if data.startswith(_OLE):
        if "EncryptedPackage".encode("utf-16-le") in data:
            message = "it is protected by a password: open it with the password and save it without one"
            raise _Unread(_OFFICE, message, "encrypted")
        message = "this is an old Word file (.doc): open it in a word processor and save it as .docx or .odt"
        raise _Unread("application/msword", message)
    for magic, media_type, remedy in _UNREAD:
        if data.startswith(magic):
            raise _Unread(media_type, f"this is {remedy}")
    return _marked_up(data, pact_id)


def _marked_up(data: bytes, pact_id: str) -> _Format:
    """Which kind of text it is."""
    head = data[:_SNIFFED].removeprefix(b"\xef\xbb\xbf")
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        head = data[:_SNIFFED].decode("utf-16", "replace").encode()
    ending = pact_id.rsplit(".", 1)[-1].lower()
    if b"<office:document" in head[:4096]:
        return _FLAT_ODT
    if head[:4096].lstrip().lower().startswith((b"from:", b"mime-version:")) and b"multipart/related" in head[:4096]:
        raise _Unread("multipart/related", "this is a web archive (.mht): open it in a browser and save it as HTML")
    if _HTML_RE.match(head) or (ending in ("html", "htm", "xhtml") and b"<" in head):
        return _HTML
    if ending in ("md", "markdown", "mdown"):
        return _MARKDOWN
    if b"<" in head and len(_TAGS_RE.findall(head)) >= _FEWEST_TAGS:
        return _HTML
    if b"**" not in head and b"__" not in head:
        return _TEXT
    starred = [line for line in head.split(b"\n") if b"**" in line or b"__" in line]
    return _MARKDOWN if sum(map(bool, map(_EMPHASIS_RE.match, starred))) >= _FEWEST_EMPHASES else _TEXT


def _zipped(data: bytes) -> _Format:
    """Which word processor's package a zip file is."""
    from pipeline.readers.container import DAMAGE

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            names = set(package.namelist())
            declared = package.open("mimetype").read(100) if "mimetype" in names else b""
    except DAMAGE:
        raise _Unread("application/zip", "the file is damaged: get it again, or save it anew", "damaged") from None
    if declared.startswith(_OPEN_DOCUMENT.encode()):
        return _ODT
    if any(name.startswith("word/") for name in names):
        return _DOCX
    if "content.xml" in names and not declared:
        return _ODT
    raise _Unread("application/zip", "this zip file is no text document: unpack it, or save the pact as .docx or .odt")
