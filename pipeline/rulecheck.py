"""Whether rules are what they say: each is reached by its own examples, by no other first, and fast on any line."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import regex

from pipeline.fold import plain, shape
from pipeline.interpret import clauses_in, references_in
from pipeline.mentions import mentions_in
from pipeline.organisations import bodies_in
from pipeline.rulebook import entries
from pipeline.rules import (
    RULES,
    TIMEOUT,
    FactRule,
    LineRule,
    MentionRule,
    OrganisationRule,
    RuleError,
    Rules,
    kinds,
    load,
)

_END = "end-of-reach"
"""The end of a sentence ends every reach: no sentence is without it, and none can be its counter-example."""
_REPEATS = ("a", " ", "a ", "N1 ", "N1, ", "- ", "(", "( ", "1", "1 ", "• ", "é", "A", "A ", ": ", ".", ", ", "niveau ")
_LONG = 3000
"""Characters of an adversarial line: longer than any line of a pact; what takes too long on it grows without bound."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong with a rule. `where` is file and line, as far as they are known."""

    where: str
    rule: str
    told: str


def check_rules(folder: Path = RULES) -> list[Finding]:
    """Everything that is wrong with the rules of all kinds. Empty where nothing is."""
    found: list[Finding] = []
    names = kinds(folder)
    if not names:
        return [Finding(str(folder), "-", "holds no kind of pact: add a folder with kind.toml")]
    for name in names:
        try:
            rules = load(folder / name)
        except RuleError as error:
            where, _, told = str(error).partition(": ")
            found.append(Finding(where, "-", told))
            continue
        # The examples in common are written with the words for levels of the first kind.
        known = [entry for entry in entries(rules, folder) if name == names[0] or entry.file.startswith(f"{name}/")]
        places = {entry.id: f"{folder / entry.file}:{entry.line}" for entry in known}
        found += [Finding(places[rule], rule, told) for rule, told in _of_kind(rules) if rule in places]
    return list(dict.fromkeys(found))  # a mistake in common stands in the way of every kind


def _of_kind(rules: Rules) -> Iterator[tuple[str, str]]:
    yield from _line_examples(rules)
    yield from _fact_examples(rules)
    yield from _token_examples(rules)
    yield from _mention_examples(rules)
    yield from _needless(rules)
    for line_rule in rules.lines:
        yield from _slow(line_rule)
    for fact_rule in rules.facts:
        yield from _slow(fact_rule)
    for mention_rule in rules.mentions:
        yield from _slow(mention_rule)


def first_rule(rules: Rules, line: str) -> str | None:
    """The rule that takes a line, its place in the document and the catalogue's word apart."""
    for rule in sorted(rules.lines, key=lambda rule: rule.sure):
        if rule.compiled.fullmatch(plain(line) if rule.on == "plain" else shape(line)):
            return rule.id
    return None


def _line_examples(rules: Rules) -> Iterator[tuple[str, str]]:
    for rule in rules.lines:
        for line in rule.match:
            first = first_rule(rules, line)
            if first is None:
                yield rule.id, f"does not match its own example “{line}”: correct `regex`, or the example"
            elif first != rule.id:
                yield rule.id, f"its example “{line}” is taken by {first} first: move one of them, or narrow that one"
        for line in rule.no_match:
            if first_rule(rules, line) == rule.id:
                yield rule.id, f"matches “{line}”, which it must not: narrow `regex`"


def _fact_examples(rules: Rules) -> Iterator[tuple[str, str]]:
    for rule in rules.facts:
        for line in rule.match:
            if not rule.compiled.search(shape(line)):
                yield rule.id, f"does not match its own example “{line}”: correct `regex`, or the example"
        for line in rule.no_match:
            if rule.compiled.search(shape(line)):
                yield rule.id, f"matches “{line}”, which it must not: narrow `regex`"


def _needless(rules: Rules) -> Iterator[tuple[str, str]]:
    """An example without any of the words that the rule says it needs: the rule would not be tried there."""
    needing: tuple[LineRule | FactRule, ...] = (*rules.lines, *rules.facts)
    for rule in needing:
        fold = shape if isinstance(rule, LineRule) and rule.on == "shape" else plain
        for line in rule.match:
            if rule.needs and not any(needed in fold(line) for needed in rule.needs):
                yield rule.id, f"needs none of the words of its own example “{line}”: add one to `needs`"


def _token_examples(rules: Rules) -> Iterator[tuple[str, str]]:
    for rule in rules.clauses:
        if rule.id == _END:
            continue
        for sentence in rule.match:
            if rule.id not in clauses_in(sentence, rules):
                yield rule.id, f"does not fire on its own example “{sentence}”: correct `patterns`, or another took it"
        for sentence in rule.no_match:
            if rule.id in clauses_in(sentence, rules):
                yield rule.id, f"fires on “{sentence}”, which it must not: narrow `patterns`"
    for reference in rules.references:
        means = "numbers" if reference.means == "these" else reference.means
        for sentence in reference.match:
            if means not in references_in(sentence, rules):
                yield reference.id, f"does not fire on its own example “{sentence}”: correct `patterns`"
        for sentence in reference.no_match:
            if means in references_in(sentence, rules):
                yield reference.id, f"“{sentence}” is read as {means}, which it must not be: narrow `patterns`"


def _mention_examples(rules: Rules) -> Iterator[tuple[str, str]]:
    finders: tuple[tuple[Sequence[MentionRule | OrganisationRule], Callable[[str, Rules], frozenset[str]]], ...] = (
        (rules.mentions, mentions_in),
        (rules.organisations, bodies_in),
    )
    for own, find in finders:
        for rule in own:
            for sentence in rule.match:
                if rule.id not in find(sentence, rules):
                    yield rule.id, f"finds nothing in its own example “{sentence}”: correct it, or another took it"
            for sentence in rule.no_match:
                if rule.id in find(sentence, rules):
                    yield rule.id, f"finds something in “{sentence}”, which it must not: narrow it"


def _slow(rule: LineRule | FactRule | MentionRule) -> Iterator[tuple[str, str]]:
    """A line on which the pattern takes longer than it may: it backtracks without bound."""
    longest = min(_LONG, rule.longest) if isinstance(rule, LineRule) and rule.longest is not None else _LONG
    is_plain = isinstance(rule, MentionRule) or (isinstance(rule, LineRule) and rule.on == "plain")
    fold = plain if is_plain else shape
    # Half an example, and what it is made of, over and over, with an end that cannot match.
    pieces = [*_REPEATS, *rule.match, *(example[: len(example) // 2] for example in rule.match)]
    for piece in filter(None, dict.fromkeys(pieces)):
        line = (rule.match[0][:4] + piece * (longest // len(piece) + 1))[: longest - 1] + "\x00"
        if _takes_too_long(rule, fold(line)):
            told = f"takes more than {TIMEOUT:g} s on “{piece[:20]}” repeated to {longest} characters"
            yield rule.id, f"{told}: bound its repeats ({{0,80}} for *), or set `longest`"
            return


def _takes_too_long(rule: LineRule | FactRule | MentionRule, line: str) -> bool:
    pattern: regex.Pattern[str] = rule.compiled
    try:
        if not isinstance(rule, LineRule):
            pattern.search(line, timeout=TIMEOUT)
        else:
            pattern.fullmatch(line, timeout=TIMEOUT)
    except TimeoutError:
        return True
    return False
