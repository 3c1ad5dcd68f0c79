"""Read observations: which levels they name, what they say of them, and how far each word reaches.

Only the skeleton is read: the observation without the text in parentheses, which spaCy sees as one token.
Skeletons recur from pact to pact, so what one says is remembered.

Scope, in four steps:

1. *Cues* are the matches of the clause rules. Of two that overlap the longer one wins; a pseudo cue takes its
   words away from the real ones, a terminating one is a stop.
2. *Reach* of a cue: forwards to the next cue or stop, backwards to the cue or stop before. After a cue that
   ends in a colon a quoted wording begins, which only a connector with a level ("mais pas sur N1") ends.
3. *Levels* go to the one cue that reaches them. Where two do, the first one takes them unless it has some already.
4. A qualifier (condition, exception, amendment) without levels bears on those of the agreement before it; any
   other cue without levels bears on what is listed.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

import spacy
from spacy.language import Language
from spacy.matcher import Matcher
from spacy.tokens import Doc, Span
from spacy.util import filter_spans
from spacy.vocab import Vocab

from pipeline.fold import plain
from pipeline.model import Block, Clause, Diagnostic, Reach, Source, Stance
from pipeline.parentheses import Aside, find_asides
from pipeline.rules import ClauseRule, Rules

_TOKEN_RE = re.compile(r"[^\W\d_]+'|[^\W_]+|[^\w\s]|_")
_ASIDE = "()"
_LEVEL = "LEVEL"
_JOINS = frozenset([",", "et", "ou", "-", "/", "&", "+", "ainsi", "que"])
_RANGES = frozenset(["a", "au"])
_ARTICLES = frozenset(["le", "les", "du", "des", "n", "°", "."])
_FEW = 3
"""Tokens between an exception's cue and a level that it names ("sauf sur le niveau 3")."""
_QUALIFIERS = frozenset(["condition", "except", "amend"])
_REMEMBERED = 20_000


@dataclass(frozen=True, slots=True)
class _Reference:
    """Tokens `start` to `end` that name levels. `members` are (token, level), where numbers are printed."""

    start: int
    end: int
    means: str
    members: tuple[tuple[int, int], ...] = ()

    @property
    def levels(self) -> tuple[int, ...]:
        return tuple(sorted({level for _, level in self.members}))


@dataclass(frozen=True, slots=True)
class _Assertion:
    """What a cue asserts, in tokens of the skeleton. `reach_end` is where its reach ends."""

    rule: ClauseRule
    start: int
    end: int
    reach_end: int
    references: tuple[_Reference, ...] = ()
    stance: Stance | None = None
    inherits: int | None = None


@dataclass(frozen=True, slots=True)
class _Reading:
    assertions: tuple[_Assertion, ...]
    silent: tuple[_Reference, ...]  # levels named, with nothing said of them
    ambiguous: tuple[_Reference, ...]


def interpret(
    source: Source, blocks: tuple[Block, ...], rules: Rules
) -> tuple[tuple[Clause, ...], tuple[Diagnostic, ...]]:
    """The clauses of every observation block, in order, and what was doubtful about them."""
    folded = plain(source.text)
    clauses: list[Clause] = []
    diagnostics: list[Diagnostic] = []
    for index, block in enumerate(blocks):
        if block.kind == "observation":
            found, doubts = _interpret_block(source.text, folded, index, block, rules)
            clauses += found
            diagnostics += doubts
    return tuple(clauses), tuple(diagnostics)


def clauses_in(sentence: str, rules: Rules) -> list[str]:
    """The ids of the clause rules that fire on a sentence, in order: to try a rule out."""
    doc = _tried(sentence, rules)
    return [span.label_ for span in doc.spans["cues"]]


def references_in(sentence: str, rules: Rules) -> list[str]:
    """What each level reference in a sentence means, in order: to try a rule out."""
    return [reference.means for reference in _tried(sentence, rules).user_data["references"]]


def _tried(sentence: str, rules: Rules) -> Doc:
    words, _, _ = _skeleton(plain(sentence), (0, len(sentence)), [])
    return _reader(rules).nlp(" ".join(words))


def _interpret_block(
    text: str, folded: str, index: int, block: Block, rules: Rules
) -> tuple[list[Clause], list[Diagnostic]]:
    resumptions = [rule.compiled for rule in rules.lines if rule.continues]
    asides = find_asides(text, folded, *block.body, resumptions)
    words, spans, aside_at = _skeleton(folded, block.body, asides)
    reading = _reader(rules).read(tuple(words))
    place = _Place(text, index, words, spans, aside_at)
    clauses = [_clause(place, reading, assertion) for assertion in reading.assertions]
    diagnostics = [
        Diagnostic(
            "info",
            "parenthesis-unclosed",
            "this parenthesis is never closed",
            a.start,
            a.start + 1,
            block.measure,
        )
        for a in asides
        if not a.closed
    ]
    for references, code, message in (
        (
            reading.silent,
            "reference-without-stance",
            "levels are named here, but what is said of them was not understood",
        ),
        (
            reading.ambiguous,
            "scope-ambiguous",
            "these levels may belong to the words before or after: check the status",
        ),
    ):
        for ref in references:
            span = (spans[ref.start][0], spans[ref.end - 1][1])
            diagnostics.append(Diagnostic("warning", code, message, *span, block.measure))
    return clauses, diagnostics


@dataclass(frozen=True, slots=True)
class _Place:
    """A skeleton and where its tokens stand in the source."""

    text: str
    block: int
    words: list[str]
    spans: list[tuple[int, int]]
    asides: dict[int, Aside]


def _skeleton(
    folded: str, body: tuple[int, int], asides: list[Aside]
) -> tuple[list[str], list[tuple[int, int]], dict[int, Aside]]:
    words: list[str] = []
    spans: list[tuple[int, int]] = []
    aside_at: dict[int, Aside] = {}
    at = body[0]
    for aside in [*asides, Aside(body[1], body[1], (body[1], body[1]), True)]:
        for match in _TOKEN_RE.finditer(folded, at, aside.start):
            words.append(match.group())
            spans.append(match.span())
        if aside.start < aside.end:
            aside_at[len(words)] = aside
            words.append(_ASIDE)
            spans.append((aside.start, aside.end))
        at = aside.end
    return words, spans, aside_at


def _clause(place: _Place, reading: _Reading, assertion: _Assertion) -> Clause:
    reach, levels = _levels(reading, assertion)
    stance = assertion.stance or assertion.rule.stance
    assert stance is not None, "only real cues become assertions, and each has a stance"
    wording = _wording(place, assertion)
    tokens = [assertion.start, assertion.end - 1]
    tokens += [token for ref in assertion.references for token in (ref.start, ref.end - 1)]
    start = place.spans[min(tokens)][0]
    end = max(place.spans[max(tokens)][1], wording[1] if wording else 0)
    if wording and place.text[end : end + 2].lstrip(" ")[:1] == ")":
        end = place.text.index(")", end) + 1
    return Clause(place.block, stance, reach, levels, wording, assertion.rule.id, start, end)


def _levels(reading: _Reading, assertion: _Assertion) -> tuple[Reach, tuple[int, ...] | None]:
    numbers = tuple(sorted({level for ref in assertion.references for level in ref.levels}))
    means = {ref.means for ref in assertion.references}
    if numbers:
        return "named", numbers
    if means & {"all", "none"}:
        return "all", None
    for reach in ("this", "others"):
        if reach in means:
            return reach, None
    if "measure" not in means and assertion.inherits is not None:
        inherited, levels = _levels(reading, reading.assertions[assertion.inherits])
        return ("inherited", levels) if levels else (inherited, None)
    return "listed", None


def _wording(place: _Place, assertion: _Assertion) -> tuple[int, int] | None:
    """What the clause is about, as a span of the source without outer space."""
    policy = "aside" if assertion.stance == "refuse" else assertion.rule.text
    if policy == "aside":
        aside = next(
            (place.asides[i] for i in range(assertion.start, assertion.reach_end) if i in place.asides), None
        )
        if aside is not None:
            return _stripped(place.text, *aside.inner, separators="")
        after = max([assertion.end, *(ref.end for ref in assertion.references)])
        if after + 1 < assertion.reach_end and place.words[after] == ":":
            return _token_span(place, after + 1, assertion.reach_end)
        return None
    first = assertion.start if policy == "cue" else assertion.end
    if policy == "rest" and assertion.references and assertion.references[-1].start >= assertion.end:
        first = assertion.references[-1].end
        first += first < len(place.words) and place.words[first] == ":"
    return _token_span(place, first, assertion.reach_end)


def _token_span(place: _Place, first: int, last: int) -> tuple[int, int] | None:
    if first >= min(last, len(place.spans)):
        return None
    return _stripped(place.text, place.spans[first][0], place.spans[last - 1][1], separators=",;.:")


def _stripped(text: str, start: int, end: int, separators: str) -> tuple[int, int] | None:
    while start < end and text[start].isspace():
        start += 1
    while start < end and (text[end - 1].isspace() or text[end - 1] in separators):
        end -= 1
    return (start, end) if start < end else None


class _Reader:
    """spaCy's part, made once per set of rules: skeleton in, assertions out."""

    def __init__(self, rules: Rules) -> None:
        self.nlp = spacy.blank("fr")
        self.nlp.tokenizer = _Tokenizer(self.nlp.vocab)
        self.nlp.add_pipe("pacte_levels").setup(rules)  # type: ignore[attr-defined]
        self.nlp.add_pipe("pacte_cues").setup(rules)  # type: ignore[attr-defined]
        self.rules = {rule.id: rule for rule in rules.clauses}
        self.read = lru_cache(_REMEMBERED)(self._read)

    def _read(self, words: tuple[str, ...]) -> _Reading:
        doc = self.nlp(" ".join(words))
        references: list[_Reference] = doc.user_data["references"]
        cues = [(self.rules[span.label_], span.start, span.end) for span in doc.spans["cues"]]
        return _assert(list(words), cues, references)


class _Tokenizer:
    """The skeleton's own tokens, which spaCy gets joined by spaces."""

    def __init__(self, vocab: Vocab) -> None:
        self.vocab = vocab

    def __call__(self, text: str) -> Doc:
        return Doc(self.vocab, words=text.split(" ") if text else [])


@lru_cache(8)
def _reader_of(fingerprint: str, holder: "_Holder") -> _Reader:
    return _Reader(holder.rules)


@dataclass(frozen=True, eq=False)
class _Holder:
    """Lets a cache go by the rules' fingerprint alone."""

    rules: Rules

    def __hash__(self) -> int:
        return 0

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Holder)


def _reader(rules: Rules) -> _Reader:
    return _reader_of(rules.fingerprint, _Holder(rules))


@Language.factory("pacte_levels")
class LevelReferences:
    """Marks level references as entities `LEVEL`: "N1-2-3", "niveaux 1 et 2", "les 3 niveaux", "ce niveau"."""

    def __init__(self, nlp: Language, name: str) -> None:
        self.matcher = Matcher(nlp.vocab)

    def setup(self, rules: Rules) -> None:
        """Take the words for levels and the reference rules of one kind of pact."""
        self.numbers = frozenset(rules.words.numbers)
        self.means = {rule.id: rule.means for rule in rules.references}
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

    def _references(self, words: list[str], named: dict[int, tuple[int, str]]) -> Iterator[_Reference]:
        at = 0
        while at < len(words):
            end, means = named.get(at, (at, "numbers"))
            if end > at and means not in ("up_to", "from"):
                yield _Reference(at, end, means)
                at = end
                continue
            found = self._list(words, end)
            if found is None:
                at = max(end, at + 1)
                continue
            stop, members = found
            yield _Reference(at, stop, means, self._widened(means, members))
            at = stop

    def _widened(self, means: str, members: tuple[tuple[int, int], ...]) -> tuple[tuple[int, int], ...]:
        token, level = members[-1]
        if means == "up_to":
            return tuple((token, n) for n in sorted(self.numbers) if n <= level)
        if means == "from":
            return tuple((token, n) for n in sorted(self.numbers) if n >= level)
        return members

    def _list(self, words: list[str], at: int) -> tuple[int, tuple[tuple[int, int], ...]] | None:
        """A list of levels that begins at token `at`: its end and its members."""
        first = self._number(words, at, bare=False)
        if first is None:
            return None
        end, level = first
        members = [(end - 1, level)]
        while end < len(words):
            is_range = words[end] in _RANGES
            joint = end
            while (
                joint < len(words) and words[joint] in (_RANGES if is_range else _JOINS) and joint - end < 2
            ):
                joint += 1
            following = self._number(words, joint, bare=True) if joint > end else None
            if following is None:
                break
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
            counts_things = (
                not has_noun and at + 1 < len(words) and re.fullmatch(r"[^\W\d]{4,}s|%|€", words[at + 1])
            )
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


def _assert(
    words: list[str], cues: list[tuple[ClauseRule, int, int]], references: list[_Reference]
) -> _Reading:
    """Scope: see the head of this module."""
    cues = _outside_wordings(words, cues, references)
    stops = [(start, words[start]) for rule, start, _ in cues if rule.role == "terminating"]
    real = [cue for cue in cues if cue[0].role == "real"]
    ends = []
    for position, (_, _, end) in enumerate(real):
        following = real[position + 1][1] if position + 1 < len(real) else len(words)
        quotes = words[end - 1] == ":"
        own_stops = [at for at, word in stops if end <= at < following and not (quotes and word == ".")]
        ends.append(min([following, *own_stops]))
    owned, silent, ambiguous = _share(words, real, [at for at, _ in stops], references)
    assertions = [
        _Assertion(rule, start, end, ends[i], tuple(owned[i]), _stance_of(rule, end, owned[i], words))
        for i, (rule, start, end) in enumerate(real)
    ]
    return _Reading(tuple(_inherit(assertions, [at for at, _ in stops])), tuple(silent), tuple(ambiguous))


def _outside_wordings(
    words: list[str], cues: list[tuple[ClauseRule, int, int]], references: list[_Reference]
) -> list[tuple[ClauseRule, int, int]]:
    """Leave out the cues inside a wording that a colon opens ("sauf sur : garantir…")."""
    kept: list[tuple[ClauseRule, int, int]] = []
    quoting = False
    for index, (rule, start, end) in enumerate(cues):
        if quoting and rule.role == "terminating" and words[start] != ".":
            following = cues[index + 1] if index + 1 < len(cues) else None
            near = (
                following
                and following[1] <= end + 1
                and any(0 <= ref.start - following[2] <= 1 for ref in references)
            )
            quoting = not near
        if not quoting:
            kept.append((rule, start, end))
        if rule.role == "real" and rule.text == "rest" and words[end - 1] == ":":
            quoting = True
    return kept


def _share(
    words: list[str], real: list[tuple[ClauseRule, int, int]], stops: list[int], references: list[_Reference]
) -> tuple[list[list[_Reference]], list[_Reference], list[_Reference]]:
    """Give each level reference to the cue that reaches it; those that none reaches are silent."""
    owned: list[list[_Reference]] = [[] for _ in real]
    silent, ambiguous = [], []
    for ref in references:
        before = max((i for i, cue in enumerate(real) if cue[2] <= ref.start), default=None)
        after = min((i for i, cue in enumerate(real) if cue[1] >= ref.end), default=None)
        if before is not None and (
            any(real[before][2] <= at < ref.start for at in stops)
            or not _takes_after(real[before], ref, words)
        ):
            before = None
        if after is not None and (
            real[after][0].levels == "after" or any(ref.end <= at < real[after][1] for at in stops)
        ):
            after = None
        if before is not None and after is not None and owned[before]:
            before = None
        if before is None and after is None:
            silent.append(ref)
        elif before is None:
            assert after is not None
            owned[after].append(ref)
        else:
            head, tail = _split(words, real, before, after, ref)
            owned[before].append(head)
            if tail is not None and after is not None:
                owned[after].append(tail)
            elif after is not None and len(ref.members) > 1 and _adjoins(words, ref, real[after]):
                ambiguous.append(ref)
    return owned, silent, ambiguous


def _takes_after(cue: tuple[ClauseRule, int, int], ref: _Reference, words: list[str]) -> bool:
    rule, _, end = cue
    return rule.levels != "before" or (
        rule.stance == "except" and words[end - 1] != ":" and ref.start - end < _FEW
    )


def _adjoins(words: list[str], ref: _Reference, cue: tuple[ClauseRule, int, int]) -> bool:
    """Whether a verdict follows the levels at once: "N3 non retenu", "N3 : à l'étude", "N3 est atteint"."""
    between = words[ref.end : cue[1]]
    return cue[0].stance not in _QUALIFIERS and all(word in (":", "-", "est", "sont") for word in between)


def _split(
    words: list[str], real: list[tuple[ClauseRule, int, int]], before: int, after: int | None, ref: _Reference
) -> tuple[_Reference, _Reference | None]:
    """Part "accord sur N1, N3 non retenu" at the comma: the last level is the verdict's."""
    if after is None or len(ref.members) < 2 or not _adjoins(words, ref, real[after]):
        return ref, None
    token, _ = ref.members[-1]
    if words[token - 1] != "," and not (token >= 2 and words[token - 2] == ","):
        return ref, None
    return (
        replace(ref, end=ref.members[-2][0] + 1, members=ref.members[:-1]),
        replace(ref, start=token, members=ref.members[-1:]),
    )


def _stance_of(rule: ClauseRule, end: int, owned: list[_Reference], words: list[str]) -> Stance | None:
    """“tous sauf N3” refuses N3, not a part of it; “aucun niveau n’est retenu” denies the verb."""
    if rule.stance == "agree" and any(ref.means == "none" for ref in owned):
        return "refuse"
    named = [ref for ref in owned if ref.start >= end]
    if rule.stance == "except" and named and (named[-1].end >= len(words) or words[named[-1].end] != ":"):
        return "refuse"
    return rule.stance


def _inherit(assertions: list[_Assertion], stops: list[int]) -> Iterator[_Assertion]:
    """Where an assertion names no level, whose levels it takes over."""
    for index, assertion in enumerate(assertions):
        inherits = None
        if not assertion.references:
            qualifies = assertion.stance in _QUALIFIERS
            for earlier in range(index - 1, -1, -1):
                main = assertions[earlier].stance not in _QUALIFIERS
                severed = any(assertions[earlier].end <= at < assertion.start for at in stops)
                if (
                    main
                    and (qualifies or not severed)
                    and (not qualifies or assertions[earlier].stance == "agree")
                ):
                    inherits = earlier
                    break
        yield replace(assertion, inherits=inherits)
