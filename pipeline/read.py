"""Bytes to `Source`: decoded NFC text with `\\n` line ends. Judges nothing about the lines."""

import codecs
import hashlib
import re
import unicodedata

from pipeline.model import Diagnostic, Source

# In the order in which they are tried: every byte string is a text in the last of them.
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_SINGLE_BYTE = ["cp1252", "mac_roman"]
_LINE_ENDS = str.maketrans({"\r": "\n", "\u2028": "\n", "\u2029": "\n", "\x85": "\n", "\f": "\n", "\v": "\n"})
_OTHER_FORMATS = (
    (b"%PDF-", "application/pdf", "PDF"),
    (b"PK\x03\x04", "application/zip", "word-processor or zip"),
    (b"\xd0\xcf\x11\xe0", "application/x-ole-storage", "old Word"),
    (b"{\\rtf", "application/rtf", "RTF"),
)
_MOJIBAKE_RE = re.compile("[ÃÂ][\u0080-\u00ff\u0152-\u2122]|â€")
_MAX_CONTROL_SHARE = 0.02


def read(data: bytes, pact_id: str) -> Source:
    """Read one plain-text pact. Never raises: what cannot be read is an empty text and a diagnostic.

    `pact_id` is the path relative to the input folder, with `/`.
    """
    media_type, name = _media_type(data)
    text, encoding, diagnostics = "", None, []
    if name is not None:
        diagnostics.append(_error("format-not-read", f"this is a {name} file: save it as plain text (.txt)"))
    elif not data.strip():
        diagnostics.append(_error("empty", "the file is empty: put the text of the pact in it"))
    else:
        text, encoding, diagnostics = _decode(data)
    return Source(
        pact_id=pact_id,
        sha256=hashlib.sha256(data).hexdigest(),
        n_bytes=len(data),
        media_type=media_type,
        encoding=encoding,
        text=text,
        diagnostics=tuple(diagnostics),
    )


def unreadable(pact_id: str, reason: str) -> Source:
    """A file that the system would not give us, as a source without text."""
    diagnostics = (_error("unreadable", f"the file cannot be opened ({reason}): check its rights"),)
    return Source(pact_id, hashlib.sha256(b"").hexdigest(), 0, "text/plain", None, "", diagnostics=diagnostics)


def broken(pact_id: str, data: bytes, error: Exception) -> Source:
    """A file on which the parser itself failed, as a source without text."""
    message = f"the parser failed on this file ({type(error).__name__}: {error}): report it with the file"
    digest = hashlib.sha256(data).hexdigest()
    return Source(pact_id, digest, len(data), "text/plain", None, "", diagnostics=(_error("internal", message),))


def _media_type(data: bytes) -> tuple[str, str | None]:
    for magic, media_type, name in _OTHER_FORMATS:
        if data.startswith(magic):
            return media_type, name
    return "text/plain", None


def _decode(data: bytes) -> tuple[str, str | None, list[Diagnostic]]:
    encoding, certain = _encoding(data)
    if encoding is None:
        return "", None, [_error("undecodable", "no encoding fits these bytes: save the text as UTF-8")]
    text = data.decode(encoding, errors="strict" if certain else "replace")
    text = unicodedata.normalize("NFC", _normal_lines(text))
    control = sum(1 for char in text if char < " " and char not in "\n\t")
    if control > len(text) * _MAX_CONTROL_SHARE:
        return "", encoding, [_error("undecodable", "this is not a text: save the pact as UTF-8 text (.txt)")]
    diagnostics = []
    text, was_garbled = repaired(text)
    if was_garbled:
        message = (
            "UTF-8 had been read as another encoding before the file came here: repaired, compare with the original"
        )
        diagnostics.append(Diagnostic("warning", "mojibake-repaired", message, 0, min(len(text), 1)))
    if not certain:
        message = f"read as {encoding}, which is a guess: if accents look wrong, save the file as UTF-8"
        diagnostics.append(Diagnostic("warning", "encoding-doubtful", message, 0, min(len(text), 1)))
    if "\ufffd" in text:
        at = text.index("\ufffd")
        message = "characters were lost before the file came here (U+FFFD): compare with the original"
        diagnostics.append(Diagnostic("warning", "characters-lost", message, at, at + 1))
    return text, encoding.removesuffix("-sig"), diagnostics


def repaired(text: str) -> tuple[str, bool]:
    """The text with mojibake ("Ã©") decoded as it was meant, and whether there was any."""
    if not _MOJIBAKE_RE.search(text):
        return text, False
    import ftfy

    fixed = unicodedata.normalize("NFC", ftfy.fix_encoding(text))
    return fixed, fixed != text


def _encoding(data: bytes) -> tuple[str | None, bool]:
    """The encoding, and whether it is certain (a BOM, or valid UTF-8)."""
    for bom, name in _BOMS:
        if data.startswith(bom):
            try:
                data.decode(name)
            except UnicodeDecodeError:
                return name, False
            return name, True
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    else:
        return ("utf-8", True) if b"\x00" not in data else _guess(data, ["utf_16_le", "utf_16_be"])
    return _guess(data, [*_SINGLE_BYTE, "utf_16_le", "utf_16_be"] if b"\x00" in data else _SINGLE_BYTE)


def _guess(data: bytes, among: list[str]) -> tuple[str | None, bool]:
    from charset_normalizer import from_bytes

    found = from_bytes(data, cp_isolation=among, language_threshold=0.0).best()
    if found is None:
        # The commonest code page still gives most of the words; what it cannot read shows as U+FFFD.
        return (None, False) if b"\x00" in data else ("cp1252", False)
    # Single-byte encodings accept any bytes: only the letters that come out tell the right one.
    return found.encoding, _is_french(str(found))


def _is_french(text: str) -> bool:
    """Whether the accented letters are those of French: in a wrong code page they are not."""
    beyond = [char for char in text if char >= "\x80"]
    usual = sum(1 for char in beyond if char in "éèàùçâêîôûëïüöœÉÈÀÇÂÊÎÔÛœŒ’‘“”«»–—…•·°€²³ª\u00a0\u202f\ufeff")
    return usual >= 0.9 * len(beyond)


def _normal_lines(text: str) -> str:
    return text.replace("\r\n", "\n").translate(_LINE_ENDS).lstrip("\ufeff")


def _error(code: str, message: str) -> Diagnostic:
    return Diagnostic("error", code, message)
