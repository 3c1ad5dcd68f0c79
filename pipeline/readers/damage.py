"""Damage done to a text before it came here, which every reader may meet."""

import re

from pipeline.fold import nfc

_MOJIBAKE_RE = re.compile("[ÃÂ][\u0080-\u00ff\u0152-\u2122]|â€")
_SIGNS = ("Ã", "Â", "â€")
"""One of these stands in all that the pattern matches: looking for them costs a hundredth of it."""


def repaired(text: str) -> tuple[str, bool]:
    """The text with mojibake ("Ã©") decoded as it was meant, and whether there was any."""
    if not any(sign in text for sign in _SIGNS) or not _MOJIBAKE_RE.search(text):
        return text, False
    import ftfy

    fixed = nfc(ftfy.fix_encoding(text))
    return fixed, fixed != text
