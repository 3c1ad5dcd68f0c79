"""Restriction: whether an agreement is to the levels that it names and to no others."""

import re
from typing import Literal

from pipeline.references import Reference

_ONLY = frozenset(["seulement", "uniquement", "exclusivement", "seul", "seuls", "seule", "seules"])
_MOST = frozenset(["maximum", "max", "maxi"])
_STAYS_RE = re.compile(
    r"(?:arret|limit|born|content|cantonn|rest)(?:e|ons|era|erons|ent|er)|(?:tien(?:t|s|drons)|tenons)"
)
"""Verbs that go no further: "nous nous arrêtons au niveau 2"."""
_CHOOSES_RE = re.compile(r"(?:chois|selectionn|coch|opt)(?!ion|im)\w+")
"""Verbs that take one and leave the others: "la liste a choisi le niveau 2"."""
_DENIES = frozenset(["pas", "non"])
_ON_WHAT = frozenset(["en", "avec", "si", "s'", "sous", "apres", "a", "quand", "une", "dans", "lorsque", "pour", "des"])
"""What "seulement" restricts instead of the level before it: "le niveau 2 seulement avec l'agglo"."""
_NEAR = 3
"""Tokens before or behind a level in which a word restricts it."""
_FAR = 8
"""Tokens between "ne" and its "que"."""


def restriction_of(
    words: list[str], start: int, references: tuple[Reference, ...]
) -> Literal["only", "at_most"] | None:
    """What an agreement from token `start` leaves out: with "seulement" or "ne … que" all other levels, with
    "maximum" or a verb that goes no further those above.

    >>> restriction_of("nous ne retenons que n1".split(), 2, (Reference(4, 5, "numbers", ((4, 1),)),))
    'only'
    """
    for ref in references:
        ahead = range(max(ref.start - _NEAR, 0), ref.start)
        around = [*ahead, *_sentence(words, range(ref.end, min(ref.end + _NEAR, len(words))))]
        only = [at for at in around if words[at] in _ONLY and words[at - 1] not in _DENIES]
        if any(at < ref.start or at + 1 == len(words) or words[at + 1] not in _ON_WHAT for at in only):
            return "only"
        if ref.means == "up_to" or not _MOST.isdisjoint(words[at] for at in around):
            return "at_most"
        if words[ref.start - 1] == ":" or any(_CHOOSES_RE.fullmatch(words[at]) for at in (*ahead, *around)):
            return "only"
        que = next((at for at in reversed(ahead) if words[at] in ("que", "qu'")), None)
        if que is not None and not {"n'", "ne"}.isdisjoint(words[max(que - _FAR, 0) : que]):
            return "only"
        if any(_STAYS_RE.fullmatch(words[at]) for at in range(min(start, ref.start), ref.start)):
            return "at_most"
    return None


def _sentence(words: list[str], tokens: range) -> list[int]:
    """Those of some tokens that stand before the first stop, comma or level's verdict."""
    stop = next((at for at in tokens if words[at] in ("¶", ".", ";", ",", ":", "et", "mais")), tokens.stop)
    return [at for at in tokens if at < stop]
