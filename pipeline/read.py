"""Bytes to `Source`, by the reader for their format."""

import hashlib
import importlib
from collections.abc import Callable

from pipeline.formats import Format, NotRead, format_of
from pipeline.limits import LIMITS, Limits, OverLimit, check_text
from pipeline.model import Diagnostic, Source
from pipeline.readers.draft import Reading, Unreadable


def read(data: bytes, pact_id: str, limits: Limits = LIMITS) -> Source:
    """Read one pact. Never raises for what the bytes are: what cannot be read is an empty text and a diagnostic.

    `pact_id` is the path relative to the input folder, with `/`; its ending tells the format
    only where the bytes do not.
    """
    media_type = "text/plain"
    try:
        found = format_of(data, pact_id)
        media_type = found.media_type
        reading = _reader(found)(data, limits)
        check_text(reading.text, limits)
        if not reading.text.strip():
            raise Unreadable("empty", "the document holds no text: put the text of the pact in it")
    except NotRead as error:
        return _source(pact_id, data, error.media_type, _failed(error))
    except (Unreadable, OverLimit) as error:
        return _source(pact_id, data, media_type, _failed(error))
    return _source(pact_id, data, media_type, reading)


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


def _reader(found: Format) -> Callable[[bytes, Limits], Reading]:
    """The reader of a format; its libraries are loaded by the first file that needs them."""
    module, name = found.reader.split(":")
    reader: Callable[[bytes, Limits], Reading] = getattr(importlib.import_module(f"pipeline.readers.{module}"), name)
    return reader
