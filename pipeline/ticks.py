"""Ticks: what a mark in a box or a table cell says. Whether a cross means yes depends on the document."""

import re
from collections.abc import Iterable

_CHECKS = "✓✔☑🗹✅🗸\uf0fc\uf0fe\uf052\uf050"  # the last four: Wingdings and Wingdings 2
_CROSSES = "✗✘☒❌✕✖×\uf0fb\uf0fd\uf053\uf04f\uf078"
_EMPTY = "☐□◻⬜▢◯○\uf0a8\uf06f\uf0a3\uf071"
_YES = frozenset(["oui", "ok", "[x]", "(x)", "x", "o", "[✓]", "(✓)", "[✔]", "(✔)", "[v]", "v", "●", "•", "1", "yes"])
_NO = frozenset(["non", "n", "no", "0"])
_BLANK = frozenset(["", "-", "–", "—", "[]", "()", "/", "."])

BOX = rf"(?:[{_CHECKS}{_CROSSES}{_EMPTY}]|\[\s?[xXvV✓✔✗]?\s?\]|\(\s?[xX✓✔]?\s?\))"
"""A pattern, in verbose syntax, for a check box, ticked or not."""
SIGNS = (*_CHECKS, *_CROSSES, *_EMPTY, "[", "(")
"""One of these stands in every box."""
CHECKED = rf"(?:[{_CHECKS}{_CROSSES}]|\[\s?[xXvV✓✔✗]\s?\]|\(\s?[xX✓✔]\s?\))"
EMPTY = rf"(?:[{_EMPTY}•]|\[\s?\]|\(\s?\))"
"""Patterns for a box that is ticked, by whatever sign, and for one that is not, where such stand beside answers. A
square is folded to a bullet."""
TICK = BOX


def crosses_refuse(text: str) -> bool:
    """Whether a cross says no: where check marks are used beside it, and no empty boxes."""
    return any(char in text for char in _CHECKS) and not any(char in text for char in _EMPTY)


_SQUARES = str.maketrans("□■", "☐☑")
_BESIDE_SQUARE_RE = re.compile(r"(?P<sign>[□■])\s?(?:oui|non|n\s?\d|niveau)|\b(?:oui|non)\s?:?\s?(?P<sign_after>[□■])")


def with_boxes(text: str) -> str:
    """The text with boxes for empty and full squares, where such stand beside levels or answers; else they are bullets.
    Same length."""
    if "□" not in text or "■" not in text:
        return text
    signs = {match["sign"] or match["sign_after"] for match in _BESIDE_SQUARE_RE.finditer(text.lower())}
    return text.translate(_SQUARES) if len(signs) > 1 else text


def says(mark: str, crosses_say_no: bool) -> bool | None:
    """True for a tick, False for a "no" or for a cross beside check marks, None for an empty box.

    Raises ValueError for anything else.
    """
    bare = mark.strip().lower()
    if bare[:1] in ("[", "("):
        bare = f"{bare[0]}{bare[1:-1].strip()}{bare[-1]}"  # "[ x ]"
    if bare in _BLANK or (bare and all(char in _EMPTY for char in bare)):
        return None
    if bare in _YES or (bare and all(char in _CHECKS for char in bare)):
        return True
    if bare and all(char in _CROSSES for char in bare):
        return not crosses_say_no
    if bare in _NO:
        return False
    raise ValueError(mark)


def says_of(yes: str, no: str) -> bool | None:
    """What a box beside "oui" and one beside "non" say together: None where both are ticked, or neither."""
    ticked = [mark != "•" and says(mark, crosses_say_no=False) for mark in (yes, no)]
    return None if bool(ticked[0]) == bool(ticked[1]) else ticked[0] is True


def are_ticks(cells: Iterable[str]) -> bool:
    """Whether all of some cells hold a mark or nothing."""
    for cell in cells:
        try:
            says(cell, False)
        except ValueError:
            return False
    return True
