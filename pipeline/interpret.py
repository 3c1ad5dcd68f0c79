"""Read observations: which levels they name, what they say of them, and how far each word reaches.

Only the skeleton is read: the observation without the text in parentheses, which spaCy sees as one token.
Skeletons recur from pact to pact, so what one says is remembered.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from spacy.tokens import Doc

from pipeline.fold import plain
from pipeline.language import Cue, components, make_language
from pipeline.lines import Page
from pipeline.model import Block, Clause, Diagnostic, Reach, Severity, Stance
from pipeline.parentheses import Aside, find_asides
from pipeline.restriction import restriction_of
from pipeline.rules import Rules
from pipeline.scan import mend
from pipeline.scope import QUALIFIERS, Assertion, Reading, decide_scope, only

_TOKEN_RE = re.compile(r"[^\W\d_]+-\n[ ]*[^\W\d_]+|[^\W\d_]+'|[^\W_]+|[^\w\s]|_")
_HYPHEN_RE = re.compile(r"-\n[ ]*")
_ASIDE = "()"
_PAUSE = "¶"
_PAUSE_RE = re.compile(r"(?<=[.!?;:)…»\"])[ \t]*+\n\s*+(?=[^\W\d_])|(?<!\s)[^\S\n]*+(?P<at>\n)\s*+(?=[-•*]|n\d|niveau)")
"""Where a line break ends a sentence: after a stop, before a bullet or a level. Others only wrap the line."""
_LEVELS_ONLY_RE = re.compile(r"(?:\s|n(?=\d)|niveaux?|[1-9]|,|et|-){1,30}")
_ACT_RE = re.compile(r"\w+(?:er|ir|re)$|mise$|creation$|au$")
"""How a wording behind a colon begins; anything else there is a reason."""
_DANGLING = frozenset(["et", "ou", ",", ";", _PAUSE])
_DOUBTFUL = frozenset(["pas", "ne", "n'", "non", "aucun", "aucune", "jamais", "ni", "mais", "objet", "concernes"])
"""An observation with one of these words, and no clause, may be a refusal that was not understood."""
_PART_STARTS = frozenset([",", _PAUSE, ".", ";", ":", "avec", "est", "mais"])
"""Behind what a part begins that stands before its cue ("le chiffre de 25 € en moins")."""
_BEFORE_MEASURE = frozenset(["sur", "pour", "avec", "a", "au", "aux", "de", "des", "la", "les", "l'", "cette", "ces"])
_MAX_TOKENS = 3_000
"""A skeleton longer than this is no observation, and reading it would take more than a second."""
LONGEST_WORD = 60
"""So many letters of a word are read, in which every rule's pattern is looked for: French has none half as long."""
_REMEMBERED = 1_500


def interpret(page: Page, blocks: tuple[Block, ...]) -> tuple[tuple[Clause, ...], tuple[Diagnostic, ...]]:
    """The clauses of every observation block of a section, in order, and what was doubtful about them."""
    text, folded, rules = page.source.text, page.folded, page.rules
    given = _Text(text, folded, page.context.is_scanned)
    clauses: list[Clause] = []
    diagnostics: list[Diagnostic] = []
    said: dict[int | None, Stance | None] = {}
    for index, block in enumerate(blocks):
        if block.kind == "observation":
            found, doubts = _interpret_block(given, index, block, rules, said.get(block.measure))
            said[block.measure] = next((c.stance for c in reversed(found) if c.stance not in QUALIFIERS), None)
            clauses += found
            diagnostics += doubts
        elif block.kind in ("level", "text", "note"):
            diagnostics += _stances_in_wording(text, folded, block, rules)
    return tuple(clauses), tuple(diagnostics)


def _stances_in_wording(text: str, folded: str, block: Block, rules: Rules) -> list[Diagnostic]:
    """A doubt for each later line of a wording, and for a note, that takes a stance: it may be the list's own words."""
    found = []
    start = block.body[0] if block.kind == "note" else text.find("\n", block.body[0], block.body[1]) + 1
    while start > 0:
        end = text.find("\n", start, block.body[1])
        line = (start, end if end >= 0 else block.body[1])
        words, spans, _ = _skeleton(folded, line, [])
        if 2 < len(words) <= _MAX_TOKENS and not text[spans[1][0]].islower():
            stances = [a.rule.stance for a in _reader(rules).read(tuple(words)).assertions]
            if any(stance not in QUALIFIERS for stance in stances):
                message = "this reads like the list's own words: mark it as an observation if it is one"
                span = (spans[1][0], spans[-2][1])
                found.append(Diagnostic("warning", "stance-in-wording", message, *span, block.measure))
        start = end + 1
    return found


def clauses_in(sentence: str, rules: Rules) -> list[str]:
    """The ids of the clause rules that fire on a sentence, in order: to try a rule out."""
    cues: list[Cue] = _tried(sentence, rules).user_data["cues"]
    return [cue.rule.id for cue in cues]


def references_in(sentence: str, rules: Rules) -> list[str]:
    """What each level reference in a sentence means, in order: to try a rule out."""
    return [reference.means for reference in _tried(sentence, rules).user_data["references"]]


def _tried(sentence: str, rules: Rules) -> Doc:
    words, _, _ = _skeleton(plain(sentence), (0, len(sentence)), [])
    return _reader(rules).nlp(" ".join(words[:-1]))


@dataclass(frozen=True, slots=True)
class _Text:
    """A source's text, its folded copy, and whether it came out of a scan."""

    text: str
    folded: str
    scanned: bool


def _interpret_block(
    given: _Text, index: int, block: Block, rules: Rules, said: Stance | None
) -> tuple[list[Clause], list[Diagnostic]]:
    text, folded = given.text, given.folded
    resumptions = [rule.compiled for rule in rules.lines if rule.continues]
    found = find_asides(text, folded, *block.body, resumptions)
    # "Le plan vélo (N1) est voté": a level alone in parentheses is named, not quoted.
    asides = [aside for aside in found if not _LEVELS_ONLY_RE.fullmatch(folded, *aside.inner)]
    # "(le niveau 3 demande un accord de l'agglo)": what stands in parentheses as a whole is said, not quoted.
    whole = _stripped(text, *block.body, separators=" .")
    asides = [aside for aside in asides if (aside.start, aside.end) != whole or folded[aside.start] != "("]
    # « le 1, pas de souci » is said by the list; a wording is quoted behind the level that it is of.
    level = _reader(rules).level_re.search(folded, *block.body)
    asides = [a for a in asides if folded[a.start] == "(" or (level is not None and level.end() <= a.start)]
    words, spans, aside_at = _skeleton(folded, block.body, asides)
    words = [mend(word) for word in words] if given.scanned else words
    if len(words) > _MAX_TOKENS:
        message = f"longer than {_MAX_TOKENS} words beside its parentheses: split it, or read it by hand"
        return [], [Diagnostic("warning", "observation-too-long", message, *block.body, block.measure)]
    reading, others = _of_this_measure(words, _reader(rules).read(tuple(words)), block.measure)
    place = _Place(text, index, words, spans, aside_at)
    # "Idem" says again what the measure's observation before has said.
    assertions = [replace(a, stance=said) if a.stance is None else a for a in reading.assertions]
    bearings = _bearings(words, reading.assertions)
    clauses = [_clause(place, a, *bears) for a, bears in zip(assertions, bearings, strict=True) if a.stance is not None]
    spare = [_clause(place, a, "listed", None, spare=True) for a in reading.spare if a.stance is not None]
    if not clauses:
        message = "nothing was taken from this observation: read whether it changes what the list agrees to"
        span = _stripped(text, *block.body, separators="")
        severity: Severity = "warning" if _DOUBTFUL & set(words) else "info"
        silent = [Diagnostic(severity, "observation-without-clause", message, *span, block.measure)] if span else []
    else:
        silent = []
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
    for start, end, numbers in others:
        message = f"said of measure {', '.join(map(str, numbers))}, under another one: read it by hand"
        span = (spans[start][0], spans[end - 1][1])
        diagnostics.append(Diagnostic("warning", "other-measure", message, *span, block.measure))
    return sorted([*clauses, *spare], key=lambda clause: clause.start) if spare else clauses, [*silent, *diagnostics]


def _of_this_measure(
    words: list[str], reading: Reading, measure: int | None
) -> tuple[Reading, list[tuple[int, int, list[int]]]]:
    """The reading without what is said of other measures ("Elle refuse les mesures 9 et 22"), and where that stands."""
    kept, others = [], []
    for index, assertion in enumerate(reading.assertions):
        numbers = [] if assertion.references else _measures_behind(words, assertion.end)
        if numbers and measure is not None and measure not in numbers:
            others.append((assertion.start, assertion.end, numbers))
        else:
            kept.append(index)
    return (reading if not others else replace(reading, assertions=only(reading.assertions, kept))), others


def _measures_behind(words: list[str], at: int) -> list[int]:
    """The numbers of the measures that follow a cue at once: "les mesures 9 et 22"."""
    while at < len(words) and words[at] in _BEFORE_MEASURE:
        at += 1
    if at >= len(words) or words[at] not in ("mesure", "mesures"):
        return []
    numbers = []
    for word in words[at + 1 :]:
        if word.isdecimal():
            numbers.append(int(word))
        elif word not in (",", "et", "ou", "n", "°"):
            break
    return numbers


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
    words: list[str] = [_PAUSE]
    spans: list[tuple[int, int]] = [(body[0], body[0])]
    aside_at: dict[int, Aside] = {}
    at = body[0]
    for aside in [*asides, Aside(body[1], body[1], (body[1], body[1]), True)]:
        pauses = (max(match.start(), match.start("at")) for match in _PAUSE_RE.finditer(folded, at, aside.start))
        pause = next(pauses, None)
        for match in _TOKEN_RE.finditer(folded, at, aside.start):
            while pause is not None and pause <= match.start():
                words.append(_PAUSE)
                spans.append((pause, pause))
                pause = next(pauses, None)
            words.append(_HYPHEN_RE.sub("", match.group())[:LONGEST_WORD])
            spans.append(match.span())
        if aside.start < aside.end:
            aside_at[len(words)] = aside
            words.append(_ASIDE)
            spans.append((aside.start, aside.end))
        at = aside.end
    return [*words, _PAUSE], [*spans, (body[1], body[1])], aside_at


def _clause(
    place: _Place, assertion: Assertion, reach: Reach, levels: tuple[int, ...] | None, *, spare: bool = False
) -> Clause:
    assert assertion.stance is not None, "those without a stance were left out"
    wording = _wording(place, assertion)
    tokens = [assertion.start, assertion.end - 1]
    tokens += [token for ref in assertion.references for token in (ref.start, ref.end - 1)]
    start = min([place.spans[min(tokens)][0], *(wording or ())])
    end = max(place.spans[max(tokens)][1], wording[1] if wording else 0)
    if wording and place.text[end : end + 2].lstrip(" ")[:1] == ")":
        end = place.text.index(")", end) + 1
    topic = None
    if assertion.topic is not None:
        topic = (place.spans[assertion.topic[0]][0], place.spans[assertion.topic[1] - 1][1])
    return Clause(
        place.block,
        assertion.stance,
        reach,
        levels,
        wording,
        assertion.rule.id,
        start,
        end,
        topic,
        spare or assertion.rule.worded,
    )


def _bearings(words: list[str], assertions: Sequence[Assertion]) -> list[tuple[Reach, tuple[int, ...] | None]]:
    """For each assertion how its levels are named, and which: its own, or those of the one that it inherits from."""
    found: dict[int, tuple[Reach, tuple[int, ...] | None]] = {}
    for index in range(len(assertions)):
        heirs, at = [], index
        while at not in found:
            own, source = _own_levels(words, assertions[at]), assertions[at].inherits
            if own is None and source is not None:
                heirs.append(at)
                at = source
            else:
                found[at] = own or _narrowed(words, assertions, at)
        reach, levels = found[at]
        found.update(dict.fromkeys(heirs, ("inherited", levels) if levels else (reach, None)))
    return [found[index] for index in range(len(assertions))]


def _narrowed(words: list[str], assertions: Sequence[Assertion], at: int) -> tuple[Reach, tuple[int, ...] | None]:
    """What an assertion without levels bears on: "d'accord, mais uniquement sur N2" agrees to N2, any other to all."""
    following = assertions[at + 1] if at + 1 < len(assertions) else None
    if following is not None and assertions[at].stance == following.stance == "agree":
        own = _own_levels(words, following)
        if own is not None and own[0] in ("only", "at_most"):
            return own
    return "listed", None


def _own_levels(words: list[str], assertion: Assertion) -> tuple[Reach, tuple[int, ...] | None] | None:
    """What an assertion itself says of its levels; None where it says nothing."""
    numbers = tuple(sorted(assertion.levels))
    means = {ref.means for ref in assertion.references}
    if numbers:
        agrees = assertion.stance == "agree"
        return (restriction_of(words, assertion.start, assertion.references) if agrees else None) or "named", numbers
    if means & {"all", "none"}:
        return "all", None
    for reach in ("this", "others", "beyond", "some"):
        if reach in means:
            return reach, None
    return ("listed", None) if "measure" in means else None


def _wording(place: _Place, assertion: Assertion) -> tuple[int, int] | None:
    """What the clause is about, as a span of the source without outer space."""
    is_verdict = assertion.rule.stance in QUALIFIERS and assertion.stance not in QUALIFIERS
    policy = "aside" if is_verdict or assertion.stance == "refuse" else assertion.rule.text
    if policy == "aside":
        aside = next((place.asides[i] for i in range(assertion.start, assertion.reach_end) if i in place.asides), None)
        if aside is not None:
            return _stripped(place.text, *aside.inner, separators="")
        after = max([ref.end for ref in assertion.references if ref.start >= assertion.end], default=len(place.words))
        if after + 1 < assertion.reach_end and place.words[after] == ":" and _ACT_RE.match(place.words[after + 1]):
            return _token_span(place, after + 1, assertion.reach_end)
        return None
    if policy in ("before", "around"):
        last = assertion.start if policy == "before" else assertion.reach_end
        first = next((at + 1 for at in range(assertion.start - 1, -1, -1) if place.words[at] in _PART_STARTS), 0)
        first = max([first, *(ref.end for ref in assertion.references if ref.end <= assertion.start)])
        return _token_span(place, first, last)
    first = assertion.start if policy == "cue" else assertion.end
    if policy == "rest" and assertion.references and assertion.references[-1].start >= assertion.end:
        first = assertion.references[-1].end
        first += first < len(place.words) and place.words[first] == ":"
    return _token_span(place, first, assertion.reach_end)


def _token_span(place: _Place, first: int, last: int) -> tuple[int, int] | None:
    while last > first and place.words[last - 1] in _DANGLING:
        last -= 1
    if first >= last:
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
        self.nlp = make_language(rules)
        self.levels, self.cues = components(self.nlp)
        self.level_re = re.compile(rules.words.one, re.VERBOSE)
        self.read = lru_cache(_REMEMBERED)(self._read)

    def _read(self, words: tuple[str, ...]) -> Reading:
        # The components without `nlp`, whose Doc of the whole skeleton would take longer than they do.
        given = list(words)
        references = self.levels.find(given)
        return decide_scope(given, self.cues.find(given, references), references)


_READERS: dict[str, _Reader] = {}
"""By the rules' fingerprint: a worker makes each once."""


def _reader(rules: Rules) -> _Reader:
    if rules.fingerprint not in _READERS:
        _READERS[rules.fingerprint] = _Reader(rules)
    return _READERS[rules.fingerprint]
