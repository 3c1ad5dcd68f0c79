"""What a document or a file name brings along must not steer the terminal that it is shown on."""

import json
import unicodedata

_STEERS = ("Cc", "Cf", "Cs")
"""Unicode categories: control and format characters (escapes, reversed writing), halves of characters."""


def safe(text: str) -> str:
    """The text without characters that steer, line ends among them."""
    return "".join(char for char in text if unicodedata.category(char) not in _STEERS)


def json_of(value: object) -> str:
    """JSON for people and programs: letters as they are, characters that steer as \\uXXXX, so that nothing is lost."""
    written = json.dumps(value, ensure_ascii=False, indent=1, default=str)
    return "".join(_escaped(char) if unicodedata.category(char) in _STEERS else char for char in written)


def _escaped(char: str) -> str:
    return "\n" if char == "\n" else json.dumps(char)[1:-1]
