"""Level references: which words of an observation name levels, as entities of spaCy's Doc."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from spacy.language import Language
from spacy.tokens import Doc, Span

from pipeline.fold import plain
from pipeline.rules import ReferenceRule, Rules
from pipeline.token_rules import LEVEL, REMEMBERED, TokenRules

_JOINS = frozenset([",", "et", "ou", "ni", "comme", "-", "/", "&", "+", "ainsi", "que"])
_LAST_JOINS = frozenset(["et", "ou", "ni", "comme"])
_PREPOSITIONS = frozenset(["a", "sur", "pour", "avec", "aux"])
_RANGES = frozenset(["a", "au"])
_ARTICLES = frozenset(["le", "la", "l'", "les", "du", "des", "de", "au", "n", "°", "."])
_BARE_ARTICLES = frozenset(["le", "au", "du"])
_BARE_FOLLOWERS = frozenset(
    [
        "il",
        "elle",
        "on",
        "la",
        "aussi",
        "seulement",
        "?",
        ",",
        ".",
        ":",
        ";",
        "¶",
        "c'",
        "est",
        "non",
        "oui",
        "mais",
        "sera",
        "n'",
        "ne",
        "reste",
        "nous",
        "relève",
        "releve",
        "()",
        "!",
        "lui",
        "merite",
        "demande",
        "depend",
        "convient",
    ]
)
"""What stands behind a bare level ("le 3, non", "le 2 : oui"), but not behind a date or a count."""
_COUNTED_RE = re.compile(
    r"[^\W\d]{4,}s|%|€|janvier|fevrier|mars|avril|mai|juin|juillet|aout|septembre|octobre|novembre|decembre|h|km|m2|ha|ans?"
)
_ANSWERS_RE = re.compile(
    r"oui|non|ok|okay|accord|pas|favorables?|contre|pour|refus|(?:refus|valid|accept|sign|adopt|rejet|ecart)ee?s?"
    r"|retenue?s?|exclue?s?"
)
"""What a bare number is answered with, and what may stand right before those that it is said of: "1 : oui, 2 : non",
"OK 1 et 2", "refusé : 3"."""
_SAID_RE = re.compile(
    rf"(?:{_ANSWERS_RE.pattern})s?|\w+(?:us|its|ints)|(?:acqui|pri|souscri|adopt|sign|vot|engag|realis)\w*"
)
"""Participles that say something of the levels before them."""
_VERDICTS = frozenset(["d'", "deja", "fait", "sans", "hors", "realise", "atteint"])
"""What else a bare number is answered with."""
_VOTES = frozenset(["pour", "contre", "abstention", "abstentions", "voix"])
_VOTING = frozenset(["vote", "votes", "voix", "abstention", "abstentions"])
_SIGNED = frozenset(["a", "en", "trop", "impossible", "competence", "voir"])
"""What else a number is answered with behind a sign: "3 : à l'étude"."""
_SIGNS = frozenset([":", "=", "-", ".", ")", "]", "/", "°"])
_PARTS = frozenset(["¶", ";", ",", ".", "et", "mais", "(", ")", "[", "/"])
_ENDS = _JOINS | _RANGES | frozenset([".", ";", "¶", ")", "!", "()", "mais", "seulement", "uniquement", "sans", "sauf"])
_LABEL = 7
"""Tokens of a label that names levels before its colon."""
_SHARES = frozenset(["cas", "fois", "jour", "jours", "an", "ans", "habitant", "habitants", "repas", "note", "foyer"])
"""What "sur 3" is a share of: "une fois sur 3"."""
_SPELT = {"un": 1, "deux": 2, "trois": 3, "quatre": 4, "i": 1, "ii": 2, "iii": 3, "l": 1}
_ORDINALS = {"premier": 1, "deuxieme": 2, "second": 2, "troisieme": 3}
_BEHIND = (_BARE_FOLLOWERS | frozenset(["et", "sont", "restent", "sauf", "sans", "suppose", "existe"])) - {"la"}
"""What some patterns of references look at behind the level: "le premier, …"."""
_WIDENING = frozenset(["up_to", "from", "below", "above"])


@dataclass(frozen=True, slots=True)
class Reference:
    """Tokens `start` to `end` that name levels. `members` are (token, level), where numbers are printed."""

    start: int
    end: int
    means: str
    members: tuple[tuple[int, int], ...] = ()

    @property
    def levels(self) -> tuple[int, ...]:
        return tuple(sorted({level for _, level in self.members}))


def _counts_votes(words: list[str]) -> bool:
    """Whether numbers are those of a vote: "12 pour, 3 contre"."""
    many = (word.isdecimal() and len(word) > 1 for word, after in pairwise(words) if after in _VOTES)
    return any(many) or not _VOTING.isdisjoint(words)


def _answers(word: str, signed: bool) -> bool:
    """Whether a word may answer the number before it, a sign between or none."""
    return word in _VERDICTS or (signed and word in _SIGNED) or _ANSWERS_RE.fullmatch(word) is not None


def _longest(found: Iterable[tuple[ReferenceRule, int, int]]) -> dict[int, tuple[int, str]]:
    """Where what was found ends, and its rule, by where it begins: of what overlaps the longest, then the first."""
    taken: set[int] = set()
    named: dict[int, tuple[int, str]] = {}
    for rule, start, end in sorted(found, key=lambda f: (f[1] - f[2], f[1])):
        if taken.isdisjoint(range(start, end)):
            taken.update(range(start, end))
            named[start] = end, rule.id
    return named


@Language.factory("pacte_levels")
class LevelReferences:
    """Marks level references as entities `LEVEL`: "N1-2-3", "niveaux 1 et 2", "les 3 niveaux", "ce niveau"."""

    def __init__(self, nlp: Language, name: str) -> None:
        self.vocab = nlp.vocab

    def setup(self, rules: Rules) -> None:
        """Take the words for levels and the reference rules of one kind of pact."""
        self.numbers = frozenset(rules.words.numbers)
        self.digits = frozenset(map(str, self.numbers))
        self.rules = {rule.id: rule for rule in rules.references}
        prefixes = "|".join(map(re.escape, rules.words.prefixes)) or "(?!)"
        self.stuck_re = re.compile(rf"(?:{prefixes})([\dl])")
        self.prefixes = frozenset(rules.words.prefixes)
        self.nouns = frozenset(rules.words.nouns)
        self.names = {plain(name): number for name, number in rules.words.names.items()}
        self.begins_list = lru_cache(REMEMBERED)(self._begins_list)
        self.token_rules = TokenRules(self.vocab, rules.references, greedy="LONGEST")

    def __call__(self, doc: Doc) -> Doc:
        references = self.find(doc.user_data["words"])
        doc.set_ents([Span(doc, ref.start, ref.end, LEVEL) for ref in references])
        doc.user_data["references"] = references
        return doc

    def find(self, words: list[str]) -> list[Reference]:
        """The level references in some words, in order."""
        return list(self._references(words, _longest(self._found(words))))

    def _found(self, words: list[str]) -> Iterator[tuple[ReferenceRule, int, int]]:
        """The matches of the reference rules, without the words behind them that some patterns look at."""
        for rule, start, end in self.token_rules.find(words):
            last = end
            while rule.means not in _WIDENING and last > start + 1 and words[last - 1] in _BEHIND:
                last -= 1
            yield rule, start, last

    def _references(self, words: list[str], named: dict[int, tuple[int, str]]) -> Iterator[Reference]:
        at = 0
        while at < len(words):
            if at not in named and not self.begins_list(words[at]):
                at += 1
                continue
            end, rule_id = named.get(at, (at, ""))
            rule = self.rules.get(rule_id)
            if rule is not None and rule.means not in _WIDENING:
                members = tuple((end - 1, level) for level in rule.levels if level in self.numbers)
                yield Reference(at, end, "numbers" if members else rule.means, members)
                at = end
                continue
            found = self._list(words, end) if rule is None else self._single(words, end)
            if found is None:
                at = max(end, at + 1)
                continue
            stop, members = found
            means = "numbers" if rule is None else rule.means
            widened = self._widened(means, members)
            if widened:
                yield Reference(at, stop, means, widened)
            at = stop

    def _begins_list(self, word: str) -> bool:
        """Whether a list of levels can begin with a word: most cannot, which is all that `_number` finds of them."""
        known = (
            word in _BARE_ARTICLES
            or word in self.digits
            or word in self.names
            or word in self.nouns
            or word in self.prefixes
        )
        return known or self.stuck_re.fullmatch(word) is not None

    def _widened(self, means: str, members: tuple[tuple[int, int], ...]) -> tuple[tuple[int, int], ...]:
        token, level = members[-1]
        meant = {
            "up_to": [n for n in self.numbers if n <= level],
            "from": [n for n in self.numbers if n >= level],
            "below": [n for n in self.numbers if n < level],
            "above": [n for n in self.numbers if n > level],
        }
        return tuple((token, n) for n in sorted(meant[means])) if means in meant else members

    def _single(self, words: list[str], at: int) -> tuple[int, tuple[tuple[int, int], ...]] | None:
        while at < len(words) and words[at] in _ARTICLES:
            at += 1
        if at < len(words) and _ORDINALS.get(words[at]) in self.numbers:  # "jusqu'au troisième"
            return at + 1, ((at, _ORDINALS[words[at]]),)
        found = self._number(words, at, bare=True)
        return None if found is None else (found[0], ((found[0] - 1, found[1]),))

    def _list(self, words: list[str], at: int) -> tuple[int, tuple[tuple[int, int], ...]] | None:
        """A list of levels that begins at token `at`: its end and its members."""
        first = self._number(words, at, bare=False)
        if first is None:
            return None
        end, level = first
        members = [(end - 1, level)]
        is_over = False  # an enumeration ends with its "et": what follows a comma then is another sentence
        while end < len(words):
            is_range = words[end] in _RANGES
            joint = end
            while joint < len(words) and words[joint] in (_RANGES if is_range else _JOINS) and joint - end < 2:
                joint += 1
            if joint > end and words[joint - 1] in _LAST_JOINS and joint < len(words) and words[joint] in _PREPOSITIONS:
                joint += 1
            following = self._number(words, joint, bare=True) if joint > end else None
            if following is None or (is_over and words[end] == ","):
                break
            is_over = is_over or bool(_LAST_JOINS & set(words[end:joint]))
            end, level = following
            between = range(members[-1][1] + 1, level) if is_range else range(0)
            members += [(end - 1, n) for n in [*between, level]]
        return end, tuple(members)

    def _number(self, words: list[str], at: int, bare: bool) -> tuple[int, int] | None:
        """The level at token `at`: stuck ("n2"), named, after its noun ("niveau 2"), bare ("et 3", "le 3 :")."""
        if not bare and at + 2 < len(words) and words[at] in _BARE_ARTICLES:
            lists_on = words[at + 2] in ("et", "ou") and at + 4 < len(words) and words[at + 3] in _BARE_ARTICLES
            if words[at + 2] in _BARE_FOLLOWERS or (lists_on and words[at + 4].isdecimal()):
                return self._digit(words, at + 1)
        while at < len(words) and bare and words[at] in _ARTICLES:
            at += 1
        if at >= len(words):
            return None
        if not bare and words[at] in self.digits:
            if not self._stands_bare(words, at):
                return None
            # "1. oui": the stop is its sign, and ends no sentence.
            signed = at + 2 < len(words) and words[at + 1] in _SIGNS and _answers(words[at + 2], signed=True)
            return at + 1 + signed, int(words[at])
        if words[at] in self.names:
            return at + 1, self.names[words[at]]
        if stuck := self.stuck_re.fullmatch(words[at]):
            level = int(stuck[1].replace("l", "1"))
            return (at + 1, level) if level in self.numbers else None
        has_noun = words[at] in self.nouns or words[at] in self.prefixes
        if not has_noun and not bare:
            return None
        at += has_noun
        while has_noun and at < len(words) and words[at] in _ARTICLES:
            at += 1
        if has_noun and at < len(words) and words[at] in self.names:
            return at + 1, self.names[words[at]]
        return None if not has_noun and self._counts_things(words, at) else self._digit(words, at)

    def _counts_things(self, words: list[str], at: int) -> bool:
        """Whether a number behind others says how many of something: "N1 et 2 écoles", not "N1 et 2 retenus"."""
        behind = words[at + 1] if at + 1 < len(words) else ""
        return _COUNTED_RE.fullmatch(behind) is not None and _SAID_RE.fullmatch(behind) is None

    def _stands_bare(self, words: list[str], at: int) -> bool:
        """Whether a number with no noun is a level: "accord sur 1 et 2", "3 : non", not "sur 2 ans", "1 fois sur 3"."""
        before, behind = words[max(at - 2, 0) : at], [*words[at + 1 : at + 4], "¶", "¶", "¶"]
        signed = behind[0] in _SIGNS
        if behind[0] in _VOTES and _counts_votes(words):
            return False
        if _answers(behind[signed], signed):
            return not before or before[-1] in _PARTS or _ANSWERS_RE.fullmatch(before[-1]) is not None
        if not before or behind[0] not in _ENDS:
            return False
        if before[-1] == ":":  # "niveaux refusés par la liste : 2 et 3", "retenus : 1, 2"
            label = words[max(at - _LABEL, 0) : at - 1]
            return not self.nouns.isdisjoint(label) or any(map(_ANSWERS_RE.fullmatch, label[-1:]))
        if before[-1] != "sur" and not _ANSWERS_RE.fullmatch(before[-1]):
            return False
        is_share = before[0].isdecimal() or before[0] in _SPELT or before[0] in _SHARES
        if is_share and before[-1] in ("sur", "pour"):
            return False
        lists_on = behind[0] in _JOINS | _RANGES and behind[1].isdecimal()
        return not (lists_on and (behind[1] not in self.digits or _COUNTED_RE.fullmatch(behind[2])))

    def _digit(self, words: list[str], at: int) -> tuple[int, int] | None:
        if at >= len(words):
            return None
        level = int(words[at]) if words[at].isdecimal() else _SPELT.get(words[at])
        return (at + 1, level) if level in self.numbers and level is not None else None
