"""Run spaCy's Matcher over a skeleton for those rules alone that can match it.

A pattern can match only where each word that it asks for stands somewhere. Which of these a word satisfies is found
once for each word, as a set of bits; the Matcher, which tries every predicate on every token, is run for few of them.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, Generic, Literal, TypeVar

from spacy.matcher import Matcher
from spacy.tokens import Doc
from spacy.vocab import Vocab

from pipeline.rules import ClauseRule, ReferenceRule

R = TypeVar("R", ClauseRule, ReferenceRule)

_REMEMBERED = 20_000
_ONCE_OR_MORE = (None, "1", "+")
_ASKED = ("LOWER", "TEXT")


class TokenRules(Generic[R]):
    """Some rules with token patterns, ready to be run."""

    def __init__(self, vocab: Vocab, rules: Sequence[R], greedy: Literal["LONGEST"] | None = None) -> None:
        self._bits: dict[str, int] = {}
        """The bit of each thing asked for, by how it is written."""
        self._words: dict[str, int] = {}
        """The bits of those things that are plain words, by word."""
        self._tests: list[tuple[int, Any]] = []
        self._patterns: list[tuple[R, int, Matcher]] = []
        for rule in rules:
            for pattern in rule.folded:
                matcher = Matcher(vocab)
                matcher.add(rule.id, [pattern], greedy=greedy)
                self._patterns.append((rule, self._asked(pattern), matcher))
        self._satisfied = lru_cache(_REMEMBERED)(self._bits_of)

    def _asked(self, pattern: list[dict[str, Any]]) -> int:
        """The bits of what a pattern cannot match without."""
        bits = 0
        for token in pattern:
            if token.get("OP") in _ONCE_OR_MORE:
                for name in _ASKED:
                    bits |= self._bit(token[name]) if name in token else 0
        return bits

    def _bit(self, asked: Any) -> int:
        key = repr(asked)
        if key not in self._bits:
            bit = self._bits[key] = 1 << len(self._bits)
            words = asked["IN"] if isinstance(asked, dict) and set(asked) == {"IN"} else [asked]
            if all(isinstance(word, str) for word in words):
                for word in words:
                    self._words[word] = self._words.get(word, 0) | bit
            elif set(asked) == {"REGEX"}:
                self._tests.append((bit, re.compile(asked["REGEX"]).search))
            else:
                self._tests.append((bit, lambda word: True))  # whatever else it asks, the Matcher decides
        return self._bits[key]

    def _bits_of(self, word: str) -> int:
        bits = self._words.get(word, 0)
        for bit, test in self._tests:
            if test(word):
                bits |= bit
        return bits

    def find(self, doc: Doc, words: Sequence[str]) -> Iterator[tuple[R, int, int]]:
        """The matches of all rules, as rule and tokens, in the order of the rules. `words` are the doc's, folded."""
        present = 0
        for word in words:
            present |= self._satisfied(word)
        for rule, asked, matcher in self._patterns:
            if asked & present == asked:
                for _, start, end in matcher(doc):
                    yield rule, start, end
