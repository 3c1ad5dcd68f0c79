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

from pipeline.fold import plain
from pipeline.model import Stance
from pipeline.negation import Negation
from pipeline.rules import ClauseRule, Rules

LEVEL = "LEVEL"
_JOINS = frozenset([",", "et", "ou", "ni", "comme", "-", "/", "&", "+", "ainsi", "que"])
_LAST_JOINS = frozenset(["et", "ou", "ni", "comme"])
_PREPOSITIONS = frozenset(["a", "sur", "pour", "avec", "aux"])
_RANGES = frozenset(["a", "au"])
_ARTICLES = frozenset(["le", "la", "l'", "les", "du", "des", "de", "au", "n", "°", "."])
_BARE_ARTICLES = frozenset(["le", "au", "du"])
_BARE_FOLLOWERS = frozenset(
    ["il", "elle", "on", "la", "aussi", "seulement", "?", ",", ".", ":", ";", "¶", "c'", "est", "non", "oui", "mais", "sera", "n'", "ne", "reste", "nous", "relève", "releve", "()", "!", "lui", "merite", "demande", "depend", "convient"]
)
"""What stands behind a bare level ("le 3, non", "le 2 : oui"), but not behind a date or a count."""
_COUNTED_RE = re.compile(r"[^\W\d]{4,}s|%|€|janvier|fevrier|mars|avril|mai|juin|juillet|aout|septembre|octobre|novembre|decembre|h|km|m2|ha|ans?")
_SPELT = {"un": 1, "deux": 2, "trois": 3, "quatre": 4, "i": 1, "ii": 2, "iii": 3, "l": 1}
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
        self.rules = {rule.id: rule for rule in rules.references}
        prefixes = "|".join(map(re.escape, rules.words.prefixes)) or "(?!)"
        self.stuck_re = re.compile(rf"(?:{prefixes})([\dl])")
        self.prefixes = frozenset(rules.words.prefixes)
        self.nouns = frozenset(rules.words.nouns)
        self.names = {plain(name): number for name, number in rules.words.names.items()}
        for rule in rules.references:
            self.matcher.add(rule.id, rule.folded, greedy="LONGEST")

    def __call__(self, doc: Doc) -> Doc:
        words = [token.text for token in doc]
        spans = filter_spans([Span(doc, start, end, key) for key, start, end in self.matcher(doc)])
        named = {span.start: (span.end, span.label_) for span in spans}
        references = list(self._references(words, named))
        doc.set_ents([Span(doc, ref.start, ref.end, LEVEL) for ref in references])
        doc.user_data["references"] = references
        return doc

    def _references(self, words: list[str], named: dict[int, tuple[int, str]]) -> Iterator[Reference]:
        at = 0
        while at < len(words):
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
        """The level at token `at`: stuck ("n2"), named, after its noun ("niveau 2"), bare in a list ("et 3", "le 3 :")."""
        if not bare and at + 2 < len(words) and words[at] in _BARE_ARTICLES:
            lists_on = words[at + 2] in ("et", "ou") and at + 4 < len(words) and words[at + 3] in _BARE_ARTICLES
            if words[at + 2] in _BARE_FOLLOWERS or (lists_on and words[at + 4].isdecimal()):
                return self._digit(words, at + 1)
        while at < len(words) and bare and words[at] in _ARTICLES:
            at += 1
        if at >= len(words):
            return None
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
        counts_things = not has_noun and at + 1 < len(words) and _COUNTED_RE.fullmatch(words[at + 1])
        return None if counts_things else self._digit(words, at)

    def _digit(self, words: list[str], at: int) -> tuple[int, int] | None:
        if at >= len(words):
            return None
        level = int(words[at]) if words[at].isdecimal() else _SPELT.get(words[at])
        return (at + 1, level) if level in self.numbers and level is not None else None


@dataclass(frozen=True, slots=True)
class Cue:
    """Tokens `start` to `end`, negation included, that say `stance`. `stray`: its object is something else."""

    rule: ClauseRule
    start: int
    end: int
    stance: Stance | None
    stray: bool = False


@Language.factory("pacte_cues")
class Cues:
    """Finds the cues of the clause rules, affirmed or denied, in order and without overlaps."""

    def __init__(self, nlp: Language, name: str) -> None:
        self.matcher = Matcher(nlp.vocab)

    def setup(self, rules: Rules) -> None:
        """Take the clause rules of one kind of pact."""
        for rule in rules.clauses:
            self.matcher.add(rule.id, rule.folded)
        self.rules = {rule.id: rule for rule in rules.clauses}
        self.negation = Negation(rules.classes)
        self.itself_re = re.compile(rules.classes["itself"])
        self.others_re = re.compile(rules.classes["others"])
        self.past_re = re.compile(rules.classes["past"])

    def __call__(self, doc: Doc) -> Doc:
        words = [token.text for token in doc]
        found: list[tuple[Cue, int, int]] = []
        for key, start, end in self.matcher(doc):
            rule = self.rules[doc.vocab.strings[key]]
            if rule.role == "real":
                start, end = _bare(doc, start, end - rule.look)
            cue = self._cue(words, rule, start, end)
            if rule.participle and not _stands_behind_a_verb(doc, start):
                cue = None
            if cue is not None:
                found.append((cue, start, end))
        # The longest wins, a pseudo cue among equals, then the first.
        found.sort(key=lambda f: (f[1] - f[2], f[0].rule.role != "pseudo", f[1], f[0].rule.id))
        taken: set[int] = set()
        kept: list[Cue] = []
        for cue, start, end in found:
            if taken.isdisjoint(range(start, end)):
                taken.update(range(start, end))
                kept.append(cue)
        doc.user_data["cues"] = _outside_negations(sorted(kept, key=lambda cue: (cue.start, cue.end)))
        return doc

    def _cue(self, words: list[str], rule: ClauseRule, start: int, end: int) -> Cue | None:
        """The cue with its negation; None where it says nothing."""
        if rule.role != "real" or rule.same:
            return Cue(rule, start, end, None)
        if rule.denied is None:
            return Cue(rule, start, end, rule.stance)
        denial = self.negation.find(words, start, end)
        stance = rule.denied if denial else rule.stance
        if stance is None:
            return None
        first, last = denial or (start, end)
        stray = rule.about == "own" and self._is_stray(words, last)
        is_told = stance in ("agree", "refuse", "undecided") and self._is_told_of_others(words, first)
        return None if is_told else Cue(rule, first, last, stance, stray)

    def _is_told_of_others(self, words: list[str], start: int) -> bool:
        """Whether the subject before a cue is not the list: "la majorité sortante a refusé", "il avait dit non"."""
        for at in range(start - 1, max(-1, start - _SUBJECT_REACH), -1):
            if words[at] in _STOPS or words[at] in _OUR_SUBJECTS:
                return False
            if self.past_re.fullmatch(words[at]):
                return True
            if self.others_re.fullmatch(words[at]) and at > 0 and words[at - 1] not in _NOT_SUBJECTS:
                return any(_AUXILIARY_RE.fullmatch(word) for word in words[at:start])
        return False

    def _is_stray(self, words: list[str], at: int) -> bool:
        """Whether the object behind a verb is a thing of its own: "nous refusons le béton"."""
        while at < len(words) and words[at] in _BEFORE_OBJECT:
            at += 1
        if at < len(words) and words[at - 1] in ("de", "d'") and _NOUN_RE.fullmatch(words[at]):
            return self.itself_re.fullmatch(words[at]) is None and words[at] not in _DETERMINERS
        determined = at < len(words) and words[at] in _DETERMINERS
        if not determined or (at > 0 and words[at - 1] in _PARTING_WORDS):
            return False
        following = words[at + 1 : at + 4]
        return bool(following) and following[0].isalpha() and not any(map(self.itself_re.fullmatch, following))


_BEFORE_OBJECT = frozenset(
    ["a", "sur", "pour", "avec", "de", "d'", "en", "donc", "pleinement", "aussi", "bien", "volontiers", "aupres", "que"]
)
_DETERMINERS = frozenset(
    ["le", "la", "les", "l'", "un", "une", "des", "du", "au", "aux", "nos", "notre", "ses", "son", "sa", "leur", "leurs"]
)
_NOUN_RE = re.compile(r"(?!n\d|niveau)[^\W\d]{3,}(?<!er)(?<!ir)(?<!re)")
_STOPS = frozenset([".", ";", "!", "?", "¶", ":", "mais", ",", "()"])
_OUTER = frozenset([".", ";", "!", "?", "¶", ",", "()", "("])
_OUR_SUBJECTS = frozenset(["nous", "on", "je", "j'", "notre", "nos", "moi"])
_NOT_SUBJECTS = frozenset(["avec", "de", "du", "des", "d'", "par", "aux", "au", "a", "sur", "les", "pour"])
_AUXILIARY_RE = re.compile(r"a|ont|s'|est|sont|aura|auront")
_SUBJECT_REACH = 10
"""Tokens before a cue in which its subject stands."""
_VERBAL_RE = re.compile(r"est|sont|sera|seront|serait|soit|ete|etre|a|ont|avons|ai|semble|parait|reste|demeure|non|pas|ni|jamais")
_PARTING_WORDS = frozenset(["que"])


def _stands_behind_a_verb(doc: Doc, start: int) -> bool:
    """Whether a participle follows an auxiliary, a level or a stop, adverbs between: not "les dépenses engagées"."""
    at = start - 1
    while at > 0 and (doc[at].text.endswith("ment") or doc[at].text in ("donc", "bien", "aussi", "deja", "tous", "toutes")):
        at -= 1
    before = doc[at].text if at >= 0 else "¶"
    return before in _STOPS or before in ("-", "=", "et", "mesure", "mesures", "action", "proposition", "niveau", "niveaux") or doc[at].ent_type_ == LEVEL or _VERBAL_RE.fullmatch(before) is not None


def _bare(doc: Doc, start: int, end: int) -> tuple[int, int]:
    """A cue may ask for a level or a stop before or behind it; these are not part of it, unless they are all there is."""
    if all(doc[at].ent_type_ == LEVEL for at in range(start, end)):
        return start, end
    while end > start + 1 and (doc[end - 1].ent_type_ == LEVEL or doc[end - 1].text in _OUTER):
        end -= 1
    while start < end - 1 and (doc[start].ent_type_ == LEVEL or doc[start].text in _OUTER or doc[start].text == ":"):
        start += 1
    return start, end


def _outside_negations(cues: list[Cue]) -> list[Cue]:
    """Leave out a cue that only is the negation of another ("pas sur" in "ne nous engageons pas sur")."""
    kept: list[Cue] = []
    for cue in cues:
        if cue.rule.role == "real" and kept and kept[-1].rule.role == "real" and cue.start < kept[-1].end:
            if _words(kept[-1]) < _words(cue):
                kept[-1] = cue
            continue
        kept.append(cue)
    return kept


def _words(cue: Cue) -> tuple[bool, int]:
    """A cue that can be denied is more than a bare negation; then the longer one counts."""
    return cue.rule.denied is not None, cue.end - cue.start
