"""Run spaCy's Matcher over a skeleton, but only those patterns, and only on those tokens, that can match.

What a token of a pattern asks of a word is found once for each word, as a bit. Each pattern has an *anchor*, up to
three of its tokens that must stand side by side; where a text holds them, the rest of the pattern must follow and
precede, which leaves a narrow *window* of tokens. On that the Matcher, which has the last word, is run, and what it
finds in the same words is remembered.
"""

import re
import sys
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import log
from typing import Any, Generic, Literal, TypeVar

from spacy.matcher import Matcher
from spacy.tokens import Doc
from spacy.util import get_lang_class
from spacy.vocab import Vocab, create_vocab

from pipeline.rules import ClauseRule, OrganisationRule, ReferenceRule

R = TypeVar("R", bound=ClauseRule | OrganisationRule | ReferenceRule)
Places = tuple[tuple[int, int], ...]

REMEMBERED = 4_000
"""So many words are remembered, and so many windows."""
LEVEL = "LEVEL"
"""The label of an entity that is a level reference."""
_ANCHOR = 3
"""Tokens of an anchor, at most."""
_ENDLESS = sys.maxsize
_FLAGS = frozenset(["IS_ALPHA", "IS_DIGIT", "IS_PUNCT"])
_REPEAT_RE = re.compile(r"\{(\d*+)(,?)(\d*)\}")
_SHORT, _COMMON, _CLASS, _LEVEL, _ANY = 4, 50, 40, 300, 10_000
"""How much likelier than a word these are: one of so many letters, a class, a level, any word. They choose the anchor,
which is a matter of speed alone."""


@dataclass(frozen=True, slots=True)
class _Item:
    """A token of a pattern: `bit` of what it asks, how often it stands, and about how many words it fits."""

    bit: int
    least: int
    most: int
    likely: int


@dataclass(frozen=True, slots=True)
class _Pattern(Generic[R]):
    """A pattern: its anchor, and what stands before that (the nearest first) and behind. Without an anchor it is
    tried everywhere."""

    rule: R
    tokens: list[dict[str, Any]]
    anchor: tuple[_Item, ...]
    before: tuple[_Item, ...]
    behind: tuple[_Item, ...]
    elsewhere: int
    """The bit of what some token outside of the anchor asks for, too; 0 where none must stand."""
    sees_levels: bool


@dataclass(frozen=True, slots=True)
class _Word:
    """The bits of what a word satisfies; the patterns that have what they ask for elsewhere, and those whose anchor's
    first, second, third token it can be."""

    bits: int
    elsewhere: int
    first: int
    second: int
    third: int


def make_vocab() -> Vocab:
    """What spaCy knows of words without any language: whether they are letters, figures or signs."""
    return create_vocab("xx", get_lang_class("xx").Defaults)


class TokenRules(Generic[R]):
    """Some rules with token patterns, ready to be run."""

    def __init__(self, vocab: Vocab, rules: Sequence[R], greedy: Literal["LONGEST"] | None = None) -> None:
        self._vocab = vocab
        self._bits: dict[str, int] = {}
        """The bit of each thing asked for, by how it is written."""
        self._plain: dict[str, int] = {}
        """The bits of those things that are a list of folded words, by word."""
        self._tests: list[tuple[int, Callable[[str], object]]] = []
        self._searches: list[tuple[int, Callable[[str], object]]] = []
        """The same for patterns of folded words, which are most."""
        self._of_levels = 0
        """The bits of those things that any token of a level satisfies."""
        self._patterns: list[_Pattern[R]] = []
        for rule in rules:
            for pattern in rule.folded:
                self._patterns.append(self._pattern(rule, pattern))
        self._greedy = greedy
        self._matchers: dict[int, Matcher] = {}
        """By the pattern's number, made when first asked for: few patterns come that far in any one run."""
        self._places = self._anchors()
        self._words: dict[str, _Word] = {}
        self._levels: dict[str, _Word] = {}
        self._end = self._word(0)
        self._found: dict[tuple[object, ...], Places] = {}

    def find(self, words: Sequence[str], levels: Collection[int] = ()) -> Iterator[tuple[R, int, int]]:
        """The matches of all rules in some words, as rule and tokens, in the order of the rules.

        `levels` are the tokens that are in an entity `LEVEL`.
        """
        seen = [self._level(word) if at in levels else self._seen(word) for at, word in enumerate(words)]
        bits = [word.bits for word in seen]
        bits.append(0)
        for number, anchored in self._anchored(seen):
            pattern = self._patterns[number]
            for start, end in _windows(pattern, anchored, bits):
                key: tuple[object, ...] = (number, *words[start:end])
                if pattern.sees_levels:
                    key = (*key, *[at in levels for at in range(start, end)])
                places = self._found.get(key)
                if places is None:
                    ents = [f"I-{LEVEL}" if at in levels else "O" for at in range(start, end)]
                    window = Doc(self._vocab, words=list(words[start:end]), ents=ents)
                    places = tuple((first, last) for _, first, last in self._matcher(number)(window))
                    _remember(self._found, key, places)
                for first, last in places:
                    yield pattern.rule, start + first, start + last

    def _anchored(self, seen: list[_Word]) -> list[tuple[int, list[int]]]:
        """The patterns whose anchor stands somewhere, by number, and at which tokens."""
        found: dict[int, list[int]] = {}
        able = 0
        for word in seen:
            able |= word.elsewhere
        ahead = [*seen, self._end, self._end]
        for at, word in enumerate(seen):
            patterns = word.first & able
            if patterns:
                patterns &= ahead[at + 1].second & ahead[at + 2].third
            while patterns:
                lowest = patterns & -patterns
                found.setdefault(lowest.bit_length() - 1, []).append(at)
                patterns ^= lowest
        return sorted(found.items())

    def _matcher(self, number: int) -> Matcher:
        """spaCy's own reading of a pattern."""
        if number not in self._matchers:
            pattern = self._patterns[number]
            self._matchers[number] = Matcher(self._vocab, validate=False)
            self._matchers[number].add(pattern.rule.id, [pattern.tokens], greedy=self._greedy)
        return self._matchers[number]

    def _pattern(self, rule: R, pattern: list[dict[str, Any]]) -> _Pattern[R]:
        sees_levels = any("ENT_TYPE" in token for token in pattern)
        items = [self._item(token) for token in pattern]
        if any(token.get("OP") == "!" for token in pattern):  # what is absent shows on no window
            items = []
        fixed = [item.least == item.most == 1 for item in items]
        runs = [
            (first, last)
            for first in range(len(items))
            for last in range(first + 1, min(len(items), first + _ANCHOR) + 1)
            if all(fixed[first:last])
        ]
        if not runs:
            return _Pattern(rule, pattern, (), (), (), 0, sees_levels)
        first, last = min(runs, key=lambda run: sum(log(item.likely / _ANY) for item in items[slice(*run)]))
        anchor, before, behind = items[first:last], items[:first][::-1], items[last:]
        others = [item for item in (*before, *behind) if item.least]
        elsewhere = min(others, key=lambda item: item.likely).bit if others else 0
        return _Pattern(rule, pattern, tuple(anchor), tuple(before), tuple(behind), elsewhere, sees_levels)

    def _item(self, token: dict[str, Any]) -> _Item:
        asked = {name: value for name, value in token.items() if name != "OP"}
        return _Item(self._bit(asked), *_times(token.get("OP", "1")), _likely(asked))

    def _bit(self, asked: dict[str, Any]) -> int:
        """The bit of what one token of a pattern asks for."""
        key = repr(asked)
        if key not in self._bits:
            bit = self._bits[key] = 1 << len(self._bits)
            if asked == {"ENT_TYPE": LEVEL}:
                self._of_levels |= bit
                return bit
            if set(asked) == {"LOWER"} and not isinstance(asked["LOWER"], str) and set(asked["LOWER"]) == {"REGEX"}:
                self._searches.append((bit, re.compile(asked["LOWER"]["REGEX"]).search))
                return bit
            words = asked["LOWER"] if set(asked) == {"LOWER"} else {}
            words = [words] if isinstance(words, str) else words.get("IN") if set(words) == {"IN"} else None
            if words is None:
                self._tests += [(bit, self._test(asked))]
            for word in set(words or ()):
                self._plain[word] = self._plain.get(word, 0) | bit
        return self._bits[key]

    def _test(self, asked: dict[str, Any]) -> Callable[[str], object]:
        """Whether a word can be what is asked for. Of what is not understood here the Matcher decides."""
        if len(asked) != 1:
            return _anything
        ((name, value),) = asked.items()
        if name in _FLAGS:
            return lambda word: getattr(self._vocab[word], name.lower()) == value
        if name == "TEXT" and isinstance(value, str):
            return lambda word: word == value
        if name == "LOWER" and set(value) == {"NOT_IN"}:
            return lambda word: word.lower() not in value["NOT_IN"]
        return _anything

    def _anchors(self) -> list[dict[int, int]]:
        """For elsewhere, and the first, second and third token of an anchor: the patterns, as bits, that ask for each
        bit there. Under 0 stand those that ask for nothing there."""
        places: list[dict[int, int]] = [{} for _ in range(1 + _ANCHOR)]
        for number, pattern in enumerate(self._patterns):
            bits = [pattern.elsewhere, *[item.bit for item in pattern.anchor], *[0] * _ANCHOR]
            for place, bit in enumerate(bits[: 1 + _ANCHOR]):
                places[place][bit] = places[place].get(bit, 0) | 1 << number
        return places

    def _word(self, bits: int) -> _Word:
        patterns = [asked.get(0, 0) for asked in self._places]
        rest = bits
        while rest:
            bit = rest & -rest
            rest ^= bit
            for place, asked in enumerate(self._places):
                patterns[place] |= asked.get(bit, 0)
        return _Word(bits, *patterns)

    def _seen(self, word: str) -> _Word:
        found = self._words.get(word)
        if found is None:
            lower = word.lower()
            bits = self._plain.get(lower, 0)
            for bit, search in self._searches:
                if search(lower):
                    bits |= bit
            for bit, test in self._tests:
                if test(word):
                    bits |= bit
            found = self._word(bits)
            _remember(self._words, word, found)
        return found

    def _level(self, word: str) -> _Word:
        """A word in a level reference."""
        found = self._levels.get(word)
        if found is None:
            found = self._word(self._seen(word).bits | self._of_levels)
            _remember(self._levels, word, found)
        return found


K = TypeVar("K")
V = TypeVar("V")


def remembering(pattern: str) -> Callable[[str], bool]:
    """Whether a whole word matches a pattern, as a function that remembers: the patterns of word classes are long."""
    fullmatch = re.compile(pattern).fullmatch
    return lru_cache(REMEMBERED)(lambda word: fullmatch(word) is not None)


def _remember(memory: dict[K, V], key: K, value: V) -> None:
    if len(memory) >= REMEMBERED:
        del memory[next(iter(memory))]
    memory[key] = value


def _windows(pattern: _Pattern[Any], anchored: list[int], bits: list[int]) -> list[tuple[int, int]]:
    """The tokens that matches can cover, as windows that do not overlap."""
    if not pattern.anchor:
        return [(0, len(bits) - 1)]
    if len(pattern.anchor) == 1 and not pattern.before and not pattern.behind:
        return [(at, at + 1) for at in anchored]
    windows: list[tuple[int, int]] = []
    for at in anchored:
        end = at + len(pattern.anchor)
        beyond = _reach(pattern.behind, end, 1, bits) if pattern.behind else end
        before = _reach(pattern.before, at - 1, -1, bits) if pattern.before else at - 1
        if before is None or beyond is None:
            continue
        start, end = before + 1, beyond
        # Windows overlap where an operator may take either's tokens: then the Matcher must see them together.
        while windows and start < windows[-1][1]:
            first, last = windows.pop()
            start, end = min(start, first), max(end, last)
        windows.append((start, end))
    return windows


def _reach(items: tuple[_Item, ...], at: int, step: int, bits: list[int]) -> int | None:
    """How far from token `at` on, in steps of `step`, tokens can be what `items` ask for: the first token beyond.
    None where they cannot. `bits` are the tokens', and a 0, which stands behind the last and, as -1, before the first.
    """
    fronts = [at]
    for item in items:
        moved = [] if item.least else fronts.copy()
        for front in fronts:
            times = 0
            while times < item.most and bits[front] & item.bit:
                times += 1
                front += step
                if times >= item.least and front not in moved:
                    moved.append(front)
        if not moved:
            return None
        fronts = moved
    return max(fronts) if step > 0 else min(fronts)


def _times(operator: str) -> tuple[int, int]:
    """How often a token stands, at least and at most."""
    known = {"1": (1, 1), "?": (0, 1), "*": (0, _ENDLESS), "+": (1, _ENDLESS), "!": (0, _ENDLESS)}
    found = _REPEAT_RE.fullmatch(operator)
    if found is None:
        return known[operator]
    least, comma, most = found.groups()
    return int(least or 0), int(most) if most else _ENDLESS if comma else int(least)


def _likely(asked: dict[str, Any]) -> int:
    """About how many words are what is asked for, common ones counting more."""
    value = asked.get("LOWER", asked.get("TEXT"))
    words = [value] if isinstance(value, str) else value.get("IN") if isinstance(value, dict) else None
    if words is None:
        if "ENT_TYPE" in asked:
            return _LEVEL
        return _CLASS if isinstance(value, dict) and "REGEX" in value else _ANY
    return sum(_COMMON if len(word) <= _SHORT else 1 for word in words) or 1


def _anything(word: str) -> bool:
    return True
