"""How like the catalogue a printed text is: titles and wordings, whatever the line breaks, hyphens and case."""

import re
from functools import lru_cache

from rapidfuzz import fuzz, process

from pipeline.fold import LONGEST, plain
from pipeline.rules import Rules

ALIKE = 62.0
"""A printed title less like the catalogue's than this (0-100) is another measure's, or no title."""
SAME = 86.0
"""A text without a number is taken for a title from here on (0-100)."""
SURE = 76.0
"""A number that could stand for anything is a heading only with a title as like the catalogue's as this (0-100)."""
_REMEMBERED = 3_000
LONGEST_PRINTED = 2_000
"""So many characters of a text are compared with titles and wordings, which are not half as long."""
_OPENING = 24
_SHORTEST = 12
_LETTERS_RE = re.compile(r"[\W_]+")


@lru_cache(_REMEMBERED)
def _squeezed(folded: str) -> str:
    return _LETTERS_RE.sub("", folded)


def squeeze(folded: str) -> str:
    """The letters and figures of a folded text alone, so that breaks, hyphens and spaces do not matter."""
    return _squeezed(folded) if len(folded) <= LONGEST else _LETTERS_RE.sub("", folded)


def _letters(printed: str) -> str:
    return squeeze(printed[:LONGEST_PRINTED])


class Catalogue:
    """The catalogue of one kind of pact, ready to compare with. What was printed is given folded (`plain`)."""

    def __init__(self, rules: Rules) -> None:
        known = rules.catalogue
        self.numbers = {measure.label.lower(): number for number, measure in known.items()}
        self.last = max(known, default=0)
        self.titles = {n: plain(measure.title) for n, measure in known.items() if not measure.short}
        self.squeezed = {n: squeeze(title) for n, title in self.titles.items()}
        self.openings = {n: title[:_OPENING] for n, title in self.squeezed.items()}
        self.names = {squeeze(plain(m.title)): n for n, m in known.items() if m.short}
        self.wordings = {n: {k: squeeze(plain(w)) for k, w in m.levels.items()} for n, m in known.items()}
        self.unverified = frozenset(n for n, measure in known.items() if measure.short)
        self._rightful = lru_cache(_REMEMBERED)(self._find_rightful)

    def likeness(self, number: int, printed: str) -> float | None:
        """How like the title of a measure a printed one is, shortened or not (0-100); None where there is no title."""
        title, printed = self.titles.get(number), printed[:LONGEST_PRINTED]
        if title is None:
            return None
        return _likeness(squeeze(printed), printed, self.squeezed[number], title)

    def rightful(self, printed: str) -> int | None:
        """The measure whose title this is, from its beginning on, with or without its end; None if there is none."""
        return self._rightful(_letters(printed))

    def _find_rightful(self, text: str) -> int | None:
        if len(text) < _SHORTEST or text in self.names:
            return self.names.get(text)
        cut = self.openings
        if len(text) < _OPENING:
            cut = {n: opening[: len(text)] for n, opening in cut.items()}
        near = process.extract(text[:_OPENING], cut, scorer=fuzz.ratio, score_cutoff=SAME - 14, limit=3)
        best = max(((_prefix_ratio(text, self.squeezed[n]), -n) for _, _, n in near), default=(0.0, 0))
        return -best[1] if best[0] >= SAME else None

    def akin(self, printed: str) -> int | None:
        """The measure whose title has nearly all words of this text, in any order; None if there is none or more."""
        printed = printed[:LONGEST_PRINTED]
        if len(printed.split()) < 4:
            return None
        scores = {n: fuzz.token_set_ratio(printed, title) for n, title in self.titles.items()}
        first, second = sorted(scores.values(), reverse=True)[:2] if len(scores) > 1 else (0.0, 0.0)
        return max(scores, key=lambda n: scores[n]) if first >= SAME and first - second > 10 else None

    def is_complete(self, number: int, printed: str) -> bool:
        """Whether a printed title is there to its end, so that what follows is not its continuation."""
        text, title = _letters(printed), self.squeezed.get(number)
        return title is not None and len(text) >= 0.9 * len(title) and fuzz.ratio(text, title) >= SAME

    def continues(self, number: int, printed: str, more: str) -> bool:
        """Whether a further line is the next part of a title."""
        title, done, text = self.squeezed.get(number, ""), len(_letters(printed)), _letters(more)
        rest = title[max(0, done - 8) :]
        return 2 < len(text) <= len(rest) + 8 and bool(rest) and fuzz.partial_ratio(text, rest) >= SAME

    def is_wording(self, number: int, levels: tuple[int, ...], printed: str) -> bool | None:
        """Whether a text is part of a measure's wording; None where the catalogue lacks one of `levels`, or all."""
        known = self.wordings.get(number)
        if not known:
            return None
        text = _letters(printed)
        if any(_contains(wording, text) for wording in known.values()):
            return True
        return False if all(level in known for level in levels) else None

    def opens_like_a_wording(self, number: int, printed: str) -> bool:
        """Whether a line begins with words that stand in a wording of the measure."""
        opening = _letters(printed)[:_OPENING]
        known = self.wordings.get(number, {}).values()
        return len(opening) >= _SHORTEST and any(fuzz.partial_ratio(opening, wording) >= SAME + 4 for wording in known)

    def wording_is_complete(self, number: int, levels: tuple[int, ...], printed: str) -> bool | None:
        """Whether a printed wording is there to its end; None where the catalogue does not have it."""
        known = self.wordings.get(number, {})
        wordings = [known[level] for level in levels if level in known]
        if not wordings:
            return None
        text = _letters(printed)
        return any(fuzz.ratio(text[-40:], w[-40:]) >= ALIKE or len(text) >= 0.95 * len(w) for w in wordings)


def _contains(wording: str, text: str) -> bool:
    if len(text) > len(wording):
        return fuzz.ratio(text, wording) >= SAME
    return fuzz.partial_ratio(text, wording) >= SAME - 8


def _prefix_ratio(text: str, title: str) -> float:
    """How like a title, or its beginning, a text is (0-100)."""
    if len(text) > 1.5 * len(title):
        return 0.0
    return max(fuzz.ratio(text, title), fuzz.ratio(text, title[: len(text)]))


@lru_cache(_REMEMBERED)
def _likeness(text: str, words: str, squeezed: str, title: str) -> float:
    if not text:
        return 0.0
    together = fuzz.token_set_ratio(words, title) if len(words.split()) > 2 else fuzz.partial_ratio(text, squeezed)
    if len(text) < _SHORTEST and together < SAME:
        together = 0.0  # most letters of one word stand somewhere in any title
    return max(_prefix_ratio(text, squeezed), together)


_CATALOGUES: dict[str, Catalogue] = {}
"""By the rules' fingerprint: a worker makes each once."""


def catalogue_of(rules: Rules) -> Catalogue:
    """The catalogue of some rules."""
    if rules.fingerprint not in _CATALOGUES:
        _CATALOGUES[rules.fingerprint] = Catalogue(rules)
    return _CATALOGUES[rules.fingerprint]
