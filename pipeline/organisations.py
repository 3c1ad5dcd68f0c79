"""Bodies that observations name: the department, the intercommunality, an association with its name."""

import re
from dataclasses import dataclass
from typing import Any

import regex

from pipeline.rules import OrganisationRule, Rules
from pipeline.token_rules import TokenRules, make_vocab

_TOKEN_RE = re.compile(r"[^\W\d_]+'|[^\W_]+|[^\w\s]|_")
_END = "¶"
_LONGEST = 20_000
"""No longer observation, in characters, is looked at."""
_BEFORE = frozenset(
    ["l'", "la", "le", "les", "d'", "du", "de", "des", "au", "aux", "notre", "nos", "cette", "ce", "ces", "une", "avec"]
)
_PARTICLE = r"(?: (?:de | du | des | la | le | les | et | en | pour | au | aux | à | sur) \s+ | [dl]['’] )"
_WORD = r"\p{Lu} [\w'’-]*+"
# " Les Jardins de Tobie", " du Val d'Orne", " « Vivre ici »"
_NAME_RE = regex.compile(
    rf"""\s*+ (?: [«"“] \s*+ (?P<quoted> [^»"”\n]{{2,60}}? ) \s*+ [»"”]
      | (?P<name> {_PARTICLE}{{0,2}} {_WORD} (?: \s+ {_PARTICLE}{{0,2}} {_WORD} ){{0,6}}+ ) )""",
    regex.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class _Finder:
    """The rules, and a pattern without which none of them finds anything."""

    rules: TokenRules[OrganisationRule]
    needed: "re.Pattern[str]"


_FINDERS: dict[str, _Finder] = {}
"""By the rules' fingerprint: a worker makes each once."""


@dataclass(frozen=True, slots=True)
class Body:
    """A body that is named from `start` to `end` of the text."""

    rule: OrganisationRule
    name: str
    start: int
    end: int


def find_bodies(text: str, folded: str, start: int, end: int, rules: Rules) -> list[Body]:
    """The bodies that an observation names, in order; of what overlaps the longest counts, then the first."""
    finder = _finder(rules)
    if end - start > _LONGEST or not finder.needed.search(folded, start, end):
        return []
    tokens = list(_TOKEN_RE.finditer(folded, start, end))
    words = [token.group() for token in tokens]
    found: list[Body] = []
    matches = finder.rules.find([*words, _END])
    reached = 0
    for rule, first, last in sorted(matches, key=lambda each: (each[1], -each[2])):
        inside = [at for at in range(max(first, reached), min(last, len(tokens))) if rule.is_body.fullmatch(words[at])]
        while inside and words[inside[0]] in _BEFORE:
            del inside[0]
        if not inside or (rule.capital and not all(text[tokens[at].start()].isupper() for at in inside)):
            continue
        body = _body(text, rule, tokens[inside[0]].start(), tokens[inside[-1]].end(), end)
        if body is not None:
            found.append(body)
            reached = next((at for at in range(inside[-1], len(tokens)) if tokens[at].start() >= body.end), len(tokens))
    return found


def bodies_in(sentence: str, rules: Rules) -> frozenset[str]:
    """The ids of the rules that find a body in a sentence: for the examples of rules."""
    from pipeline.fold import plain

    return frozenset(each.rule.id for each in find_bodies(sentence, plain(sentence), 0, len(sentence), rules))


def _body(text: str, rule: OrganisationRule, start: int, end: int, limit: int) -> Body | None:
    printed = " ".join(text[start:end].split())
    proper = _NAME_RE.match(text, end, limit) if rule.named else None
    if rule.proper and proper is None:
        return None
    if proper is None:
        return Body(rule, rule.name or printed, start, end)
    own = " ".join((proper["quoted"] or proper["name"]).split())
    return Body(rule, own if rule.kind == "association" else f"{printed} {own}", start, proper.end())


def _finder(rules: Rules) -> _Finder:
    if rules.fingerprint not in _FINDERS:
        words = {word for rule in rules.organisations for pattern in rule.folded for word in _telling(pattern)}
        needed = re.compile(rf"(?<!\w)(?:{'|'.join(sorted(map(re.escape, words)))})(?!\w)")
        _FINDERS[rules.fingerprint] = _Finder(TokenRules(make_vocab(), rules.organisations), needed)
    return _FINDERS[rules.fingerprint]


def _telling(pattern: list[dict[str, Any]]) -> list[str]:
    """The words of one of which a pattern cannot do without: those of its token whose shortest word is the longest."""
    choices = []
    for token in pattern:
        asked = token.get("LOWER", token.get("TEXT"))
        words = [asked] if isinstance(asked, str) else asked.get("IN", []) if isinstance(asked, dict) else []
        if words and token.get("OP", "1") not in ("?", "*", "!"):
            choices.append(words)
    return max(choices, key=lambda words: min(map(len, words)))
