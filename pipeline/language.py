"""spaCy's part in reading observations: level references as entities, cues as spans, over a skeleton's tokens."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import spacy
from spacy.language import Language
from spacy.matcher import Matcher
from spacy.tokens import Doc, Span
from spacy.util import filter_spans
from spacy.vocab import Vocab

from pipeline.rules import Rules

_LEVEL = "LEVEL"
_JOINS = frozenset([",", "et", "ou", "-", "/", "&", "+", "ainsi", "que"])
_LAST_JOINS = frozenset(["et", "ou"])
_RANGES = frozenset(["a", "au"])
_ARTICLES = frozenset(["le", "les", "du", "des", "n", "°", "."])


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


def make_language(rules: Rules) -> Language:
    """The spaCy pipeline of one kind of pact. It reads a skeleton's tokens joined by spaces."""
    nlp = spacy.blank("fr")
    nlp.tokenizer = _Tokenizer(nlp.vocab)
    nlp.add_pipe("pacte_levels").setup(rules)  # type: ignore[attr-defined]
    nlp.add_pipe("pacte_cues").setup(rules)  # type: ignore[attr-defined]
    return nlp


class _Tokenizer:
    """The skeleton's own tokens, which spaCy gets joined by spaces."""

    def __init__(self, vocab: Vocab) -> None:
        self.vocab = vocab

    def __call__(self, text: str) -> Doc:
        return Doc(self.vocab, words=text.split(" ") if text else [])


@Language.factory("pacte_levels")
class LevelReferences:
    """Marks level references as entities `LEVEL`: "N1-2-3", "niveaux 1 et 2", "les 3 niveaux", "ce niveau"."""

    def __init__(self, nlp: Language, name: str) -> None:
        self.matcher = Matcher(nlp.vocab)

    def setup(self, rules: Rules) -> None:
        """Take the words for levels and the reference rules of one kind of pact."""
        self.numbers = frozenset(rules.words.numbers)
        self.means: dict[str, str] = {rule.id: rule.means for rule in rules.references}
        prefixes = "|".join(map(re.escape, rules.words.prefixes))
        self.stuck_re = re.compile(rf"(?:{prefixes})(\d)")
        self.nouns = frozenset(rules.words.nouns)
        for rule in rules.references:
            self.matcher.add(rule.id, rule.folded, greedy="LONGEST")

    def __call__(self, doc: Doc) -> Doc:
        words = [token.text for token in doc]
        spans = filter_spans([Span(doc, start, end, key) for key, start, end in self.matcher(doc)])
        named = {span.start: (span.end, self.means[span.label_]) for span in spans}
        references = list(self._references(words, named))
        doc.set_ents([Span(doc, ref.start, ref.end, _LEVEL) for ref in references])
        doc.user_data["references"] = references
        return doc

    def _references(self, words: list[str], named: dict[int, tuple[int, str]]) -> Iterator[Reference]:
        at = 0
        while at < len(words):
            end, means = named.get(at, (at, "numbers"))
            if end > at and means not in ("up_to", "from"):
                yield Reference(at, end, means)
                at = end
                continue
            found = self._list(words, end) if means == "numbers" else self._single(words, end)
            if found is None:
                at = max(end, at + 1)
                continue
            stop, members = found
            yield Reference(at, stop, means, self._widened(means, members))
            at = stop

    def _widened(self, means: str, members: tuple[tuple[int, int], ...]) -> tuple[tuple[int, int], ...]:
        token, level = members[-1]
        if means == "up_to":
            return tuple((token, n) for n in sorted(self.numbers) if n <= level)
        if means == "from":
            return tuple((token, n) for n in sorted(self.numbers) if n >= level)
        return members

    def _single(self, words: list[str], at: int) -> tuple[int, tuple[tuple[int, int], ...]] | None:
        found = self._number(words, at, bare=False)
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
            following = self._number(words, joint, bare=True) if joint > end else None
            if following is None or (is_over and words[end] == ","):
                break
            is_over = is_over or words[joint - 1] in _LAST_JOINS
            end, level = following
            between = range(members[-1][1] + 1, level) if is_range else range(0)
            members += [(end - 1, n) for n in [*between, level]]
        return end, tuple(members)

    def _number(self, words: list[str], at: int, bare: bool) -> tuple[int, int] | None:
        """The level at token `at`: stuck ("n2"), after its noun ("niveau 2"), or bare inside a list ("et 3")."""
        while at < len(words) and bare and words[at] in _ARTICLES:
            at += 1
        if at >= len(words):
            return None
        if stuck := self.stuck_re.fullmatch(words[at]):
            level = int(stuck[1])
            return (at + 1, level) if level in self.numbers else None
        has_noun = words[at] in self.nouns
        if not has_noun and not bare:
            return None
        at += has_noun
        while has_noun and at < len(words) and words[at] in _ARTICLES:
            at += 1
        if at < len(words) and words[at].isdecimal() and int(words[at]) in self.numbers:
            counts_things = not has_noun and at + 1 < len(words) and re.fullmatch(r"[^\W\d]{4,}s|%|€", words[at + 1])
            return None if counts_things else (at + 1, int(words[at]))
        return None


@Language.factory("pacte_cues")
class Cues:
    """Finds the cues of the clause rules: `doc.spans["cues"]`, in order, without overlaps."""

    def __init__(self, nlp: Language, name: str) -> None:
        self.matcher = Matcher(nlp.vocab)

    def setup(self, rules: Rules) -> None:
        """Take the clause rules of one kind of pact."""
        for rule in rules.clauses:
            self.matcher.add(rule.id, rule.folded)
        self.is_pseudo = {rule.id: rule.role == "pseudo" for rule in rules.clauses}

    def __call__(self, doc: Doc) -> Doc:
        spans = [_without_level(doc, Span(doc, start, end, key)) for key, start, end in self.matcher(doc)]
        # filter_spans keeps the longest, and the first of equals: so pseudo cues come first.
        spans.sort(key=lambda span: (not self.is_pseudo[span.label_], span.start, span.label_))
        doc.spans["cues"] = sorted(filter_spans(spans), key=lambda span: span.start)
        return doc


def _without_level(doc: Doc, span: Span) -> Span:
    """A cue may ask for a level behind it; the level is not part of it."""
    end = span.end
    while end > span.start + 1 and doc[end - 1].ent_type_ == _LEVEL:
        end -= 1
    return Span(doc, span.start, end, span.label)
