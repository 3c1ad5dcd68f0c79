"""Run spaCy's Matcher over a skeleton, but only those patterns, and only on those tokens, that can match.

What a token of a pattern asks of a word is found once for each word, as a bit. Each pattern has an *anchor*, up to
three of its tokens that must stand side by side; where a text holds them, the rest of the pattern must follow and
precede, which leaves a narrow *window* of tokens. On that the Matcher, which has the last word, is run, and what it
finds in the same words is remembered.
"""

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from math import log
from typing import Any, Generic, Literal, TypeVar

from spacy.matcher import Matcher
from spacy.tokens import Doc
from spacy.vocab import Vocab

from pipeline.rules import ClauseRule, ReferenceRule

R = TypeVar("R", ClauseRule, ReferenceRule)
Places = tuple[tuple[int, int], ...]

_REMEMBERED = 20_000
"""So many words are remembered, and so many windows."""
_ANCHOR = 3
"""Tokens of an anchor, at most."""
_FLAGS = frozenset(["IS_ALPHA", "IS_DIGIT", "IS_PUNCT"])
_REPEAT_RE = re.compile(r"\{(\d*)(,?)(\d*)\}")
_COMMON = 50
"""How much likelier a short word is than another: which tokens make the anchor is a matter of speed alone."""


@dataclass(frozen=True, slots=True)
class _Item:
    """A token of a pattern, its operator taken apart: `bit` of what it asks; it may be left out, or be repeated."""

    bit: int
    likely: int
    may_lack: bool = False
    repeats: bool = False


@dataclass(frozen=True, slots=True)
class _Pattern(Generic[R]):
    """A pattern: its anchor, and what stands before that (the nearest first) and behind. Without an anchor it is
    tried everywhere."""

    rule: R
    matcher: Matcher
    anchor: tuple[_Item, ...]
    before: tuple[_Item, ...]
    behind: tuple[_Item, ...]
    sees_levels: bool


@dataclass(frozen=True, slots=True)
class _Word:
    """The bits of what a word satisfies, and the patterns whose anchor's first, second, third token it can be."""

    bits: int
    first: int
    second: int
    third: int


class TokenRules(Generic[R]):
    """Some rules with token patterns, ready to be run."""

    def __init__(self, vocab: Vocab, rules: Sequence[R], greedy: Literal["LONGEST"] | None = None) -> None:
        self._vocab = vocab
        self._bits: dict[str, int] = {}
        """The bit of each thing asked for, by how it is written."""
        self._plain: dict[str, int] = {}
        """The bits of those things that are a list of folded words, by word."""
        self._tests: list[tuple[int, Callable[[str], object]]] = []
        self._of_levels = 0
        """The bits of those things that any token of a level satisfies."""
        self._patterns: list[_Pattern[R]] = []
        for rule in rules:
            for pattern in rule.folded:
                matcher = Matcher(vocab)
                matcher.add(rule.id, [pattern], greedy=greedy)
                self._patterns.append(self._pattern(rule, pattern, matcher))
        self._places = self._anchors()
        self._words: dict[str, _Word] = {}
        self._levels: dict[str, _Word] = {}
        self._end = self._word(0)
        self._found: dict[tuple[object, ...], Places] = {}

    def find(self, doc: Doc, words: Sequence[str], levels: Collection[int] = ()) -> Iterator[tuple[R, int, int]]:
        """The matches of all rules, as rule and tokens, in the order of the rules.

        `words` are the doc's; `levels` are its tokens that are in an entity.
        """
        seen = [self._level(word) if at in levels else self._seen(word) for at, word in enumerate(words)]
        for number, anchored in self._anchored(seen):
            pattern = self._patterns[number]
            for start, end in self._windows(pattern, anchored, seen):
                key: tuple[object, ...] = (number, *words[start:end])
                if pattern.sees_levels:
                    key = (*key, *[at in levels for at in range(start, end)])
                places = self._found.get(key)
                if places is None:
                    places = tuple((first, last) for _, first, last in pattern.matcher(doc[start:end]))
                    _remember(self._found, key, places)
                for first, last in places:
                    yield pattern.rule, start + first, start + last

    def _anchored(self, seen: list[_Word]) -> list[tuple[int, list[int]]]:
        """The patterns whose anchor stands somewhere, by number, and at which tokens."""
        found: dict[int, list[int]] = {}
        ahead = [*seen, self._end, self._end]
        for at, word in enumerate(seen):
            patterns = word.first
            if patterns:
                patterns &= ahead[at + 1].second & ahead[at + 2].third
            while patterns:
                lowest = patterns & -patterns
                found.setdefault(lowest.bit_length() - 1, []).append(at)
                patterns ^= lowest
        return sorted(found.items())

    def _windows(self, pattern: _Pattern[R], anchored: list[int], seen: list[_Word]) -> list[tuple[int, int]]:
        """The tokens that matches can cover, as windows that do not overlap."""
        if not pattern.anchor:
            return [(0, len(seen))]
        windows: list[tuple[int, int]] = []
        for at in anchored:
            start = _reach(pattern.before, at - 1, -1, seen)
            end = _reach(pattern.behind, at + len(pattern.anchor), 1, seen)
            if start is None or end is None:
                continue
            start += 1
            # Windows overlap where an operator may take either's tokens: then the Matcher must see them together.
            while windows and start < windows[-1][1]:
                first, last = windows.pop()
                start, end = min(start, first), max(end, last)
            windows.append((start, end))
        return windows

    def _pattern(self, rule: R, pattern: list[dict[str, Any]], matcher: Matcher) -> _Pattern[R]:
        sees_levels = any("ENT_TYPE" in token for token in pattern)
        items = [item for token in pattern for item in self._items(token)]
        if any(token.get("OP") == "!" for token in pattern):  # what is absent shows on no window
            items = []
        fixed = [not item.may_lack for item in items]
        runs = [
            (first, last)
            for first in range(len(items))
            for last in range(first + 1, min(len(items), first + _ANCHOR) + 1)
            if all(fixed[first:last])
        ]
        if not runs:
            return _Pattern(rule, matcher, (), (), (), sees_levels)
        first, last = min(runs, key=lambda run: sum(log(item.likely / 1e4) for item in items[slice(*run)]))
        anchor, before, behind = items[first:last], items[:first][::-1], items[last:]
        return _Pattern(rule, matcher, tuple(anchor), tuple(before), tuple(behind), sees_levels)

    def _items(self, token: dict[str, Any]) -> list[_Item]:
        asked = {name: value for name, value in token.items() if name != "OP"}
        bit, likely = self._bit(asked), _likely(asked)
        least, most = _times(token.get("OP", "1"))
        items = [_Item(bit, likely)] * least
        if most is None:
            return [*items, _Item(bit, likely, may_lack=True, repeats=True)]
        return [*items, *[_Item(bit, likely, may_lack=True)] * (most - least)]

    def _bit(self, asked: dict[str, Any]) -> int:
        """The bit of what one token of a pattern asks for."""
        key = repr(asked)
        if key not in self._bits:
            bit = self._bits[key] = 1 << len(self._bits)
            if "ENT_TYPE" in asked:
                self._of_levels |= bit
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
        if name == "LOWER" and set(value) == {"REGEX"}:
            search = re.compile(value["REGEX"]).search
            return lambda word: search(word.lower())
        if name == "LOWER" and set(value) == {"NOT_IN"}:
            return lambda word: word.lower() not in value["NOT_IN"]
        return _anything

    def _anchors(self) -> list[dict[int, int]]:
        """For the first, second and third token of an anchor: the patterns, as bits, that ask for each bit there.

        Under 0 stand those that ask for nothing, their anchor being shorter."""
        places: list[dict[int, int]] = [{} for _ in range(_ANCHOR)]
        for number, pattern in enumerate(self._patterns):
            for place in range(_ANCHOR):
                bit = pattern.anchor[place].bit if place < len(pattern.anchor) else 0
                places[place][bit] = places[place].get(bit, 0) | 1 << number
        return places

    def _word(self, bits: int) -> _Word:
        patterns = []
        for asked in self._places:
            able = asked.get(0, 0)
            for bit, numbers in asked.items():
                if bits & bit:
                    able |= numbers
            patterns.append(able)
        return _Word(bits, *patterns)

    def _seen(self, word: str) -> _Word:
        found = self._words.get(word)
        if found is None:
            bits = self._plain.get(word.lower(), 0)
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


def _remember(memory: dict[K, V], key: K, value: V) -> None:
    if len(memory) >= _REMEMBERED:
        del memory[next(iter(memory))]
    memory[key] = value


def _reach(items: tuple[_Item, ...], at: int, step: int, seen: list[_Word]) -> int | None:
    """How far from token `at` on, in steps of `step`, tokens can be what `items` ask for: the first token beyond.
    None where they cannot."""
    beyond = {at}
    for item in items:
        moved = set()
        for front in beyond:
            while 0 <= front < len(seen) and seen[front].bits & item.bit:
                front += step
                moved.add(front)
                if not item.repeats:
                    break
        beyond = beyond | moved if item.may_lack else moved
        if not beyond:
            return None
    return max(beyond) if step > 0 else min(beyond)


def _times(operator: str) -> tuple[int, int | None]:
    """How often a token stands, at least and at most."""
    known: dict[str, tuple[int, int | None]] = {"1": (1, 1), "?": (0, 1), "*": (0, None), "+": (1, None)}
    if operator in known:
        return known[operator]
    found = _REPEAT_RE.fullmatch(operator)
    if found is None:  # "!"
        return 0, None
    least, comma, most = found.groups()
    return int(least or 0), int(most) if most else None if comma else int(least)


def _likely(asked: dict[str, Any]) -> int:
    """About how many words are what is asked for, common ones counting more."""
    value = asked.get("LOWER", asked.get("TEXT"))
    words = [value] if isinstance(value, str) else value.get("IN") if isinstance(value, dict) else None
    if words is None:
        return 200 if "ENT_TYPE" in asked or (isinstance(value, dict) and "REGEX" in value) else 10_000
    return sum(_COMMON if len(word) <= 3 else 1 for word in words) or 1


def _anything(word: str) -> bool:
    return True
