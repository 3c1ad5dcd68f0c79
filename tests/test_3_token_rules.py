"""Token rules: the sieve before spaCy's Matcher loses no match, and adds none."""

import random
from collections.abc import Sequence
from typing import Any, Literal

import pytest
import spacy
from spacy.matcher import Matcher
from spacy.tokens import Doc

from pipeline.fold import plain
from pipeline.interpret import _skeleton
from pipeline.language import components, make_language
from pipeline.rules import ClauseRule, ReferenceRule, Rules
from pipeline.token_rules import LEVEL, TokenRules

Found = list[tuple[str, int, int]]
MUTATIONS = 600


class Whole:
    """One Matcher with all patterns, run on the whole text: what is right."""

    def __init__(self, rules: Sequence[ClauseRule | ReferenceRule], greedy: Literal["LONGEST"] | None = None) -> None:
        self.vocab = spacy.blank("xx").vocab
        self.matcher = Matcher(self.vocab)
        # A key for each pattern: under one key a match of two patterns is given once.
        self.ids: dict[str, str] = {}
        for rule in rules:
            for number, pattern in enumerate(rule.folded):
                self.ids[f"{rule.id}#{number}"] = rule.id
                self.matcher.add(f"{rule.id}#{number}", [pattern], greedy=greedy)

    def find(self, words: list[str], levels: frozenset[int]) -> Found:
        ents = [f"B-{LEVEL}" if at in levels else "O" for at in range(len(words))]
        doc = Doc(self.vocab, words=words, ents=ents)
        strings = self.vocab.strings
        return sorted((self.ids[strings[key]], start, end) for key, start, end in self.matcher(doc))


def mutated(words: list[str], others: list[str], rng: random.Random) -> list[str]:
    """Words dropped, swapped, doubled, and taken from another text."""
    words = words.copy()
    for _ in range(rng.randint(1, 4)):
        at, to = rng.randrange(len(words)), rng.randrange(len(words))
        match rng.randrange(4):
            case 0 if len(words) > 2:
                del words[at]
            case 1:
                words[at], words[to] = words[to], words[at]
            case 2:
                words.insert(at, words[at])
            case _:
                words[at:at] = others[: rng.randint(1, len(others))]
    return words


@pytest.fixture(scope="module")
def texts(rules: Rules) -> list[list[str]]:
    """The rules' own examples, and mutations of them."""
    every = (*rules.references, *rules.clauses)
    examples = [example for rule in every for example in (*rule.match, *rule.no_match)]
    texts = [_skeleton(plain(example), (0, len(example)), [])[0] for example in examples]
    rng = random.Random(3)
    return texts + [mutated(rng.choice(texts), rng.choice(texts), rng) for _ in range(MUTATIONS)]


def compare(found: list[tuple[Found, Found]]) -> None:
    for ours, right in found:
        assert ours == right
    assert sum(map(bool, (right for _, right in found))) > 100


def written(found: Any) -> Found:
    return sorted((rule.id, start, end) for rule, start, end in found)


def test_the_sieve_finds_what_one_matcher_finds_of_references(rules: Rules, texts: list[list[str]]) -> None:
    whole = Whole(rules.references, greedy="LONGEST")
    sieve = TokenRules(whole.vocab, rules.references, greedy="LONGEST")
    compare([(written(sieve.find(words)), whole.find(words, frozenset())) for words in texts])


def test_the_sieve_finds_what_one_matcher_finds_of_cues(rules: Rules, texts: list[list[str]]) -> None:
    whole = Whole(rules.clauses)
    sieve = TokenRules(whole.vocab, rules.clauses)
    levels_of, _ = components(make_language(rules))
    found = []
    for words in texts:
        levels = frozenset(at for ref in levels_of.find(words) for at in range(ref.start, ref.end))
        found.append((written(sieve.find(words, levels)), whole.find(words, levels)))
    compare(found)


OPERATORS: dict[str, list[dict[str, Any]]] = {
    "plus": [{"LOWER": "a"}, {"LOWER": "b", "OP": "+"}],
    "star": [{"LOWER": "a", "OP": "*"}, {"LOWER": "b"}, {"LOWER": {"IN": ["a", "c"]}, "OP": "*"}],
    "all-may-lack": [{"LOWER": "a", "OP": "?"}, {"LOWER": "b", "OP": "*"}],
    "absent": [{"LOWER": "a"}, {"LOWER": "b", "OP": "!"}, {"LOWER": "c"}],
    "times": [{"LOWER": "a", "OP": "{2}"}, {"LOWER": "b", "OP": "{1,}"}, {"OP": "{,2}"}, {"LOWER": "c"}],
    "twice": [{"LOWER": "a", "OP": "{0,2}"}, {"TEXT": "b"}, {"LOWER": "a", "OP": "{1,2}"}],
    "level": [{"ENT_TYPE": LEVEL}, {"IS_PUNCT": False, "OP": "{0,2}"}, {"LOWER": {"NOT_IN": ["a", "b"]}}],
    "not-understood": [{"LENGTH": {">=": 2}}, {"LOWER": "a", "IS_ALPHA": True}, {"SHAPE": "x", "OP": "?"}],
    "no-level": [{"ENT_TYPE": "", "LOWER": "a"}, {"ENT_TYPE": {"IN": ["LEVEL"]}}],
    "upper": [{"LOWER": "a"}, {"LOWER": {"REGEX": "^[bc]"}}, {"TEXT": "A"}],
}


@pytest.mark.parametrize("greedy", [None, "LONGEST"])
@pytest.mark.parametrize("name", OPERATORS)
def test_each_operator_finds_what_the_matcher_finds(name: str, greedy: Literal["LONGEST"] | None) -> None:
    rule = ReferenceRule(
        id=name,
        why="a rule of this test",
        patterns=(tuple(OPERATORS[name]),),
        match=("a",),
        no_match=("b",),
        means="all",
    )
    whole = Whole([rule], greedy)
    sieve = TokenRules(whole.vocab, [rule], greedy)
    rng = random.Random(5)
    found = []
    for _ in range(400):
        words = rng.choices(["a", "b", "c", ",", "A", "dd"], weights=[4, 4, 3, 1, 1, 1], k=rng.randint(1, 9))
        levels = frozenset(at for at in range(len(words)) if rng.random() < 0.3)
        found.append((written(sieve.find(words, levels)), whole.find(words, levels)))
    for ours, right in found:
        assert ours == right
    assert any(right for _, right in found)
