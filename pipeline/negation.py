"""Negation: whether the words around a cue deny it, in any person and order.

"Nous ne nous engageons pas", "N1 n'est pas retenu", "non retenu", "pas d'accord", "aucun engagement", "sans nous
engager"; but not "nous ne retenons que N2", "pas seulement", "sans réserve". The words stand in lexicon.toml.
"""

import re
from functools import lru_cache

from pipeline.token_rules import REMEMBERED, remembering

_REACH = 8
"""Tokens that a negation may stand away from its cue, light words between."""
_NE = frozenset(["ne", "n'"])
_STOPS = frozenset([".", ";", "!", "?", "¶", ":", "mais", "()"])
_CAN_RE = re.compile(r"p(?:eut|euvent|ouvons|ourra|ourrons|ourrait|eux)|saurait|saurions|saurons|ose|osons")
_ONLY = frozenset(["que", "qu'", "seulement", "uniquement", "simplement", "exclusivement", "toujours"])
_NOBODY = frozenset(["personne", "rien", "aucun", "aucune", "nul", "nulle", "ni"])
_BEHIND = frozenset(
    ["pas", "point", "jamais", "plus", "guere", "rien", "aucun", "aucune", "nullement", "aucunement", "ni"]
)


class Negation:
    """Finds negations with the classes `light`, `negative` and `negative_with_ne`."""

    def __init__(self, classes: dict[str, str]) -> None:
        self.is_light = remembering(classes["light"])
        self.is_negative = remembering(classes["negative"])
        self.is_negative_with_ne = remembering(classes["negative_with_ne"])
        self.may_deny = lru_cache(REMEMBERED)(self._may_deny)

    def find(self, words: list[str], start: int, end: int) -> tuple[int, int] | None:
        """The tokens of the cue `words[start:end]` with the negation that denies it; None where nothing does."""
        if not any(map(self.may_deny, words[max(0, start - _REACH) : end + _REACH])):
            return None  # as of most cues
        ne = self._ne(words, start)
        if ne is not None and self._inside(words, start, end):
            return ne, end
        behind = self._behind(words, end)
        if behind is not None and (ne is not None or words[behind] == "pas"):
            # "aucun niveau" is a level reference as well: it stays outside.
            last = end if words[behind].startswith("aucun") else behind + 1
            return (start if ne is None else ne), last
        before = self._before(words, start, ne)
        return None if before is None else (before, end)

    def _may_deny(self, word: str) -> bool:
        """Whether a word can be what `_ne`, `_behind` or `_before` look for."""
        return word in _NE or word in _BEHIND or self.is_negative(word) or self.is_negative_with_ne(word)

    def _ne(self, words: list[str], start: int) -> int | None:
        """Where the "ne" of the cue's verb stands; none where the sentence is another."""
        for at in range(start - 1, max(-1, start - _REACH), -1):
            word = words[at]
            if word in _NE:
                return at
            if word in _STOPS or word == ",":
                return None
        return None

    def _inside(self, words: list[str], start: int, end: int) -> bool:
        """ "ne prenons pas N2": the particle inside a cue of several words."""
        return any(words[at] in _BEHIND and words[min(at + 1, end)] not in _ONLY for at in range(start + 1, end))

    def _behind(self, words: list[str], end: int) -> int | None:
        """ "ne retenons donc pas": the particle behind the verb, adverbs between."""
        for at in range(end, min(len(words), end + 4)):
            if words[at] in _BEHIND:
                return None if at + 1 < len(words) and words[at + 1] in _ONLY else at
            if not self.is_light(words[at]) or words[at] in ("a", "au", "aux", "sur", "pour", "le", "les"):
                return None
        return None

    def _subject_denies(self, words: list[str], ne: int) -> bool:
        return any(word in _NOBODY for word in words[max(0, ne - _REACH) : ne])

    def _before(self, words: list[str], start: int, ne: int | None) -> int | None:
        """Where the particle before stands, unless that is denied itself: twice denied is affirmed ("aucune raison de
        ne pas le faire")."""
        firsts = []
        while (found := self._particle(words, start, ne)) is not None:
            first, particle = found
            firsts.append(first)
            if words[first:particle] != ["ne"] or first == 0:
                break
            start, ne = first, self._ne(words, first)
        return firsts[0] if len(firsts) % 2 else None

    def _particle(self, words: list[str], start: int, ne: int | None) -> tuple[int, int] | None:
        """ "n'est donc pas retenu", "pas d'accord", "aucun engagement": the particle before, light words between. It
        and the first word of its negation, which may be a "ne" before it."""
        for at in range(start - 1, max(-1, start - _REACH), -1):
            word = words[at]
            if word in _NE and (words[at + 1] == "pas" or self._subject_denies(words, at)):
                return at, at  # "de ne pas retenir", "personne n'a contesté"
            if word in _NE:  # "ne pouvons nous associer": no particle after "pouvoir"
                return (at, at) if _CAN_RE.fullmatch(words[at + 1]) else None
            if word in _STOPS:
                return None
            if word == "que" or word in _ONLY:
                return None
            needs_ne = self.is_negative_with_ne(word) and not self.is_negative(word)
            if (needs_ne and ne is not None) or self.is_negative(word):
                return (at if ne is None else min(at, ne)), at
            if not self.is_light(word):
                return None
        return None
