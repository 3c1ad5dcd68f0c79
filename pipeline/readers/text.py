"""Plain text: the encoding that fits, decoded to NFC with `\n` line ends."""

import codecs
import re
from contextlib import suppress

from pipeline.fold import nfc
from pipeline.limits import LIMITS, Limits, check_text
from pipeline.model import Diagnostic
from pipeline.readers.damage import repaired
from pipeline.readers.draft import Reading, Unreadable

# In the order in which they are tried: every byte string is a text in the last of them.
_BOMS = (
    *((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32")),
    *((codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16")),
)
_OF_OLD = ("cp850", "mac_roman")
"""Tried where no usual encoding gives the letters of French: what MS-DOS and old Macintoshes wrote."""
_BINARY = "this is no text, nor any document that can be read: give the pact as .docx, .odt, .pdf, .html or .txt"
_BEYOND_ASCII_RE = re.compile(r"[^\0-\x7f]+")
_FEWEST_RIGHT = 5
"""So many letters beyond ASCII must be right in UTF-8 for each that is not, else it is another encoding."""
_MOST_NULS = 0.2
"""No text is left where more than this share of the bytes is zero."""
_NULS_RE = re.compile(rb"\0+")
_SINGLE_BYTE = ["cp1252", "mac_roman"]
_OTHER_LINE_ENDS = "\r\u2028\u2029\x85\f\v"
_LINE_ENDS = str.maketrans(dict.fromkeys(_OTHER_LINE_ENDS, "\n"))
_MAX_CONTROL_SHARE = 0.02
_NO_CONTROL = b"\n\t" + bytes(range(0x20, 0x100))


def read_text(data: bytes, limits: Limits = LIMITS) -> Reading:
    """Read plain text of any encoding. Raises `Unreadable` where no encoding gives a text."""
    text, encoding, diagnostics = decode(data)
    check_text(text, limits)  # before any work on it
    control = text.encode("utf-8", "surrogatepass").translate(None, delete=_NO_CONTROL)
    if len(control) > len(text) * _MAX_CONTROL_SHARE:
        raise Unreadable("undecodable", _BINARY)
    text, was_garbled = repaired(text)
    if was_garbled:
        message = (
            "UTF-8 had been read as another encoding before the file came here: repaired, compare with the original"
        )
        diagnostics.insert(0, Diagnostic("warning", "mojibake-repaired", message, 0, min(len(text), 1)))
    return Reading(text, encoding, diagnostics=tuple(diagnostics))


def decode(data: bytes) -> tuple[str, str, list[Diagnostic]]:
    """NFC text with `\n` line ends, the encoding's name, and a doubt where it was a guess.

    Raises `Unreadable` where no encoding fits.
    """
    encoding, certain, decoded = _encoding(data)
    if encoding is None:
        raise Unreadable("undecodable", _BINARY)
    text = data.decode(encoding, errors="strict" if certain else "replace") if decoded is None else decoded
    text = nfc(_normal_lines(text))
    diagnostics = []
    if not certain:
        message = f"read as {encoding}, which is a guess: if accents look wrong, save the file as UTF-8"
        diagnostics.append(Diagnostic("warning", "encoding-doubtful", message, 0, min(len(text), 1)))
    return text, encoding.removesuffix("-sig"), diagnostics


def _encoding(data: bytes) -> tuple[str | None, bool, str | None]:
    """The encoding, whether it is certain (a BOM, or valid UTF-8), and then the text."""
    for bom, name in _BOMS:
        if data.startswith(bom):
            try:
                return name, True, data.decode(name)
            except UnicodeDecodeError:
                return name, False, None
    if b"\0" not in data:
        with suppress(UnicodeDecodeError):
            return "utf-8", True, data.decode("utf-8")
    if _is_wide(data):
        return *_guess(data, ["utf_16_le", "utf_16_be"]), None
    if data.count(0) > len(data) * _MOST_NULS:
        return None, False, None
    # A disk or a program that failed leaves bytes of zero where text was.
    filled = _NULS_RE.sub("\ufffd".encode(), data)
    text = filled.decode("utf-8", "replace")
    lost = text.count("\ufffd") - filled.count("\ufffd".encode())
    right = sum(map(len, _BEYOND_ASCII_RE.findall(text))) - lost
    if not lost or right > _FEWEST_RIGHT * lost:
        return "utf-8", True, text
    return *_guess(data, [*_SINGLE_BYTE, "utf_16_le", "utf_16_be"] if b"\x00" in data else _SINGLE_BYTE), None


def _is_wide(data: bytes) -> bool:
    """Whether every other byte is zero: two bytes a character, as Windows calls Unicode."""
    counts = data[::2].count(0), data[1::2].count(0)
    return max(counts) > 4 * min(counts) and max(counts) > len(data) // 8


def _guess(data: bytes, among: list[str]) -> tuple[str | None, bool]:
    from charset_normalizer import from_bytes

    found = from_bytes(data, cp_isolation=among, language_threshold=0.0).best()
    if found is None:
        # The commonest code page still gives most of the words; what it cannot read shows as U+FFFD.
        return (None, False) if b"\x00" in data else (_of_old(data) or "cp1252", False)
    # Single-byte encodings accept any bytes: only the letters that come out tell the right one.
    if not _is_french(str(found)):
        return _of_old(data) or found.encoding, False
    return found.encoding, True


def _of_old(data: bytes) -> str | None:
    return next((name for name in _OF_OLD if _is_french(data.decode(name, "replace"))), None)


def _is_french(text: str) -> bool:
    """Whether the accented letters are those of French: in a wrong code page they are not."""
    beyond = [char for char in text if char >= "\x80"]
    usual = sum(1 for char in beyond if char in "éèàùçâêîôûëïüöœÉÈÀÇÂÊÎÔÛœŒ’‘“”«»–—…•·°€²³ª\u00a0\u202f\ufeff")
    return usual >= 0.9 * len(beyond)


def _normal_lines(text: str) -> str:
    if any(char in text for char in _OTHER_LINE_ENDS):
        text = text.replace("\r\n", "\n").translate(_LINE_ENDS)
    return text.lstrip("\ufeff")
