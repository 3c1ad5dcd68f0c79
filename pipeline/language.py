"""spaCy's part in reading observations: level references as entities, cues as spans, over a skeleton's tokens."""

import re
from operator import attrgetter
from typing import NamedTuple

from spacy.language import Language
from spacy.tokens import Doc
from spacy.util import get_lang_class
from spacy.vocab import Vocab

from pipeline.model import Stance
from pipeline.negation import Negation
from pipeline.references import LevelReferences, Reference
from pipeline.rules import ClauseRule, Rules
from pipeline.token_rules import TokenRules, remembering


def make_language(rules: Rules) -> Language:
    """The spaCy pipeline of one kind of pact. It reads a skeleton's tokens joined by spaces."""
    # The skeleton brings its tokens: the tokenizer of a language, French above all, would take long to load.
    nlp = get_lang_class("xx")(create_tokenizer=lambda own: _Tokenizer(own.vocab))
    nlp.add_pipe("pacte_levels").setup(rules)  # type: ignore[attr-defined]
    nlp.add_pipe("pacte_cues").setup(rules)  # type: ignore[attr-defined]
    return nlp


def components(nlp: Language) -> tuple[LevelReferences, "Cues"]:
    """The two components of a pipeline that `make_language` made."""
    levels, cues = nlp.get_pipe("pacte_levels"), nlp.get_pipe("pacte_cues")
    assert isinstance(levels, LevelReferences), "make_language adds it"
    assert isinstance(cues, Cues), "make_language adds it"
    return levels, cues


class _Tokenizer:
    """The skeleton's own tokens, which spaCy gets joined by spaces."""

    def __init__(self, vocab: Vocab) -> None:
        self.vocab = vocab

    def __call__(self, text: str) -> Doc:
        words = text.split(" ") if text else []
        return Doc(self.vocab, words=words, user_data={"words": words})


class Cue(NamedTuple):
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
        self.vocab = nlp.vocab

    def setup(self, rules: Rules) -> None:
        """Take the clause rules of one kind of pact."""
        self.rules = TokenRules(self.vocab, rules.clauses)
        self.negation = Negation(rules.classes)
        self.is_itself = remembering(rules.classes["itself"])
        self.is_another = remembering(rules.classes["others"])
        self.is_past = remembering(rules.classes["past"])

    def __call__(self, doc: Doc) -> Doc:
        doc.user_data["cues"] = self.find(doc.user_data["words"], doc.user_data["references"])
        return doc

    def find(self, words: list[str], references: list[Reference]) -> list[Cue]:
        """The cues in some words, of which `references` are the levels."""
        levels = frozenset([at for ref in references for at in range(ref.start, ref.end)])
        found: dict[tuple[object, ...], tuple[Cue, int, int, int]] = {}
        for rule, first, last in self.rules.find(words, levels):
            start, end = first, last
            if rule.role == "real":
                start, end = _bare(words, levels, first, last - rule.look)
            if rule.participle and not _stands_behind_a_verb(words, levels, start):
                continue
            if rule.opens and not _heads_a_sentence(words, first):
                continue
            cue = self._cue(words, rule, start, end)
            if cue is None:
                continue
            # Of two that say the same with the same words, that which asks for more around them.
            before = found.get((start, end, rule.role, cue.stance))
            if before is None or last - first > before[3]:
                found[start, end, rule.role, cue.stance] = cue, start, end, last - first
        # The longest wins, a pseudo cue among equals, then the first.
        in_order = sorted(found.values(), key=lambda f: (f[1] - f[2], f[0].rule.role != "pseudo", f[1], f[0].rule.id))
        taken: set[int] = set()
        kept: list[Cue] = []
        for cue, start, end, _ in in_order:
            tokens = range(start, end)
            if taken.isdisjoint(tokens):
                taken.update(tokens)
                kept.append(cue)
        kept.sort(key=_PLACE)
        return _outside_negations(kept)

    def _cue(self, words: list[str], rule: ClauseRule, start: int, end: int) -> Cue | None:
        """The cue with its negation; None where it says nothing."""
        if rule.role != "real" or rule.same:
            return Cue(rule, start, end, None)
        if rule.denied is None and rule.stance != "amend":
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
            if self.is_past(words[at]):
                return True
            if self.is_another(words[at]) and at > 0 and words[at - 1] not in _NOT_SUBJECTS:
                return any(_AUXILIARY_RE.fullmatch(word) for word in words[at:start])
        return False

    def _is_stray(self, words: list[str], at: int) -> bool:
        """Whether the object behind a verb is a thing of its own: "nous refusons le béton"."""
        while at < len(words) and words[at] in _BEFORE_OBJECT:
            at += 1
        if at < len(words) and words[at - 1] in ("de", "d'") and _NOUN_RE.fullmatch(words[at]):
            return not self.is_itself(words[at]) and words[at] not in _DETERMINERS
        determined = at < len(words) and words[at] in _DETERMINERS
        if not determined or (at > 0 and words[at - 1] in _PARTING_WORDS):
            return False
        following = words[at + 1 : at + 4]
        return bool(following) and following[0].isalpha() and not any(map(self.is_itself, following))


_PLACE = attrgetter("start", "end")
_BEFORE_OBJECT = frozenset(
    ["a", "sur", "pour", "avec", "de", "d'", "en", "donc", "pleinement", "aussi", "bien", "volontiers", "aupres", "que"]
)
_DETERMINERS = frozenset(
    [
        "le",
        "la",
        "les",
        "l'",
        "un",
        "une",
        "des",
        "du",
        "au",
        "aux",
        "nos",
        "notre",
        "ses",
        "son",
        "sa",
        "leur",
        "leurs",
    ]
)
_NOUN_RE = re.compile(r"(?!n\d|niveau)[^\W\d]{3,}(?<!er)(?<!ir)(?<!re)")
_STOPS = frozenset([".", ";", "!", "?", "¶", ":", "mais", ",", "()"])
_BEFORE_SENTENCES = frozenset([".", ";", "!", "?", "¶"])
_OUTER = frozenset([".", ";", "!", "?", "¶", ",", "()", "("])
_OUR_SUBJECTS = frozenset(["nous", "on", "je", "j'", "notre", "nos", "moi"])
_NOT_SUBJECTS = frozenset(["avec", "de", "du", "des", "d'", "par", "aux", "au", "a", "sur", "les", "pour"])
_AUXILIARY_RE = re.compile(r"a|ont|s'|est|sont|aura|auront")
_SUBJECT_REACH = 10
"""Tokens before a cue in which its subject stands."""
_VERBAL_RE = re.compile(
    r"est|sont|sera|seront|serait|soit|ete|etre|a|ont|avons|ai|semble|parait|reste|demeure|non|pas|ni|jamais"
)
_LIGHT_ADVERBS = frozenset(["donc", "bien", "aussi", "deja", "tous", "toutes"])
_NOUNS = frozenset(["-", "=", "et", "mesure", "mesures", "action", "proposition", "niveau", "niveaux"])
_PARTING_WORDS = frozenset(["que"])


def _stands_behind_a_verb(words: list[str], levels: frozenset[int], start: int) -> bool:
    """Whether a participle follows an auxiliary, a level or a stop, adverbs between: not "les dépenses engagées"."""
    at = start - 1
    while at > 0 and (words[at].endswith("ment") or words[at] in _LIGHT_ADVERBS):
        at -= 1
    before = words[at] if at >= 0 else "¶"
    stands = before in _STOPS or before in _NOUNS or at in levels
    return stands or _VERBAL_RE.fullmatch(before) is not None


def _heads_a_sentence(words: list[str], at: int) -> bool:
    """Whether a sentence begins at a token, and not only a line that goes on with a list."""
    return at == 0 or (words[at - 1] in _BEFORE_SENTENCES and words[max(at - 2, 0)] not in ("et", "ou", "ni", ","))


def _bare(words: list[str], levels: frozenset[int], start: int, end: int) -> tuple[int, int]:
    """A cue without the levels and stops that it asks for around it, unless a level is all there is."""
    if start in levels and levels.issuperset(range(start, end)):
        return start, end
    while end > start + 1 and (end - 1 in levels or words[end - 1] in _OUTER):
        end -= 1
    while start < end - 1 and (start in levels or words[start] in _OUTER or words[start] == ":"):
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
