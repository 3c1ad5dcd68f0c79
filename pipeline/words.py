"""The words that a kind of pact uses for its levels and measures, and the patterns made of them."""

import re
from collections.abc import Iterable
from functools import cached_property

from pydantic import BaseModel, ConfigDict, Field

from pipeline.fold import plain

_LONGEST_LIST = 20
"""Levels that one label may go on to list: more are no list, and looking for its end took time."""


_COUNTED = {
    **{"premier": 1, "un": 1, "i": 1, "deuxieme": 2, "second": 2, "deux": 2, "ii": 2},
    **{"troisieme": 3, "trois": 3, "iii": 3},
}
"""What counts levels in words and Roman figures."""


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class LevelWords(Strict):
    """How levels are written: stuck to a prefix ("N2"), after a noun ("niveau 2"), or each by a name of its own."""

    numbers: tuple[int, ...] = Field(min_length=1)
    prefixes: tuple[str, ...] = ()
    nouns: tuple[str, ...]
    names: dict[str, int] = {}

    @cached_property
    def one(self) -> str:
        """A pattern, in verbose syntax, for one level as printed."""
        digit = "[" + "".join(map(str, self.numbers)) + "]"
        named = [rf"(?:{any_of(self.nouns)})\s*(?:n[°ºo]\s*)?{digit}"]
        named += [rf"(?:{any_of(self.prefixes)})[ .°]?{digit}"] if self.prefixes else []
        named += [any_of(self.names)] if self.names else []
        return rf"(?i:(?>(?:{'|'.join(named)})(?!\w)))"

    @cached_property
    def several(self) -> str:
        """A pattern, in verbose syntax, for one or more levels as printed: "N1-2-3", "Niveaux 1 et 2"."""
        digit = "[" + "".join(map(str, self.numbers)) + "]"
        joint = r"\s*(?:,|-|/|&|\+|·|(?i:et|ou|à|a|au))\s*"
        # A head that was found is not looked at again, or those of a long list would be in every combination.
        head = rf"(?>{self.one}|(?i:{any_of([*self.nouns, *self.prefixes])})\s?{digit})"
        return rf"{head}(?:{joint}(?:{head}|{digit}(?!\w))|\s*{self.one}){{0,{_LONGEST_LIST}}}"

    def levels_in(self, printed: str) -> tuple[int, ...]:
        """The levels that a label prints: "1-2-3" is each of them, "1 à 3" all between."""
        folded = plain(printed)
        for name, number in self.names.items():
            folded = re.sub(rf"\b(?:{any_of([name])})\b", str(number), folded)
        if re.match(r"tou(?:s|tes)\b", folded):
            return self.numbers
        found = {int(digit) for digit in re.findall(r"\d", folded)}
        if not found:
            found = {_COUNTED[word] for word in re.findall(r"\w+", folded) if word in _COUNTED}
        for first, last in re.findall(r"(\d)\s*(?:a|au)\b[^\d]*(\d)", folded):
            found.update(range(int(first), int(last) + 1))
        if not found and folded.endswith(("l", "i", "|", "!")):
            found = {1}  # as scans read it
        return tuple(sorted(found & set(self.numbers)))


def any_of(words: Iterable[str]) -> str:
    """A pattern for any of some words, folded or not, the longest first."""
    forms = {re.sub(r"\s+", r"\\s+", form) for word in words for form in (word, plain(word))}
    return "|".join(sorted(forms, key=lambda form: (-len(form), form)))


class MeasureWords(Strict):
    """How measures are labelled: a pattern for the label, and the nouns that may stand before it."""

    label: str = r"\d{1,3}"
    nouns: tuple[str, ...] = ("mesure",)
