"""Scanned text: the letters that character recognition confuses, mended in what is matched, never in the source."""

import re

_SIGNS = (
    " rna",
    " rne",
    " rni",
    " rno",
    " rnu",
    "rnm",
    "ornm",
    "arnp",
    "ernp",
    "ornb",
    " ll ",
    " d e ",
    " ia ",
    " ies ",
)
_REAL_RE = re.compile(
    r"(?:.*(?:t(?:ou|e)rn|g[o]?uvern|journ|fourn|(?:in|ex|al)tern|(?:dis)?cern|modern|cavern|hivern|borne|orn[ei]|corn[ei]|"
    r"carn|consterne|ajourn|hargn|vernis|berne|urne|s[eé]journ|moderni|subalt|matern|patern|fratern|etern|govern).*)"
)
FEWEST = 3
"""So many signs of damage in a text make it a scan."""


def count_signs(folded: str) -> int:
    """How many confusions of character recognition a folded line shows ("rnandat", "ll est", "d e")."""
    return sum(map(folded.count, _SIGNS))


def mend(word: str) -> str:
    """A folded word of a scan as it was meant: "rnandat" gives "mandat", "ll" gives "il"."""
    if word in ("ll", "ia", "ies", "i'"):
        return {"ll": "il", "ia": "la", "ies": "les", "i'": "l'"}[word]
    return word if "rn" not in word or _REAL_RE.match(word) else word.replace("rn", "m")
