"""Scope: which cue bears on which levels, and how far it reaches.

1. *Cues* are the matches of the clause rules. Of two that overlap the longer one wins; a pseudo cue takes its
   words away from the real ones, a terminating one is a stop.
2. *Reach* of a cue: forwards to the next cue or stop, backwards to the cue or stop before. After a cue that
   ends in a colon a quoted wording begins, which only a connector with a level ("mais pas sur N1") ends.
3. *Levels* go to the one cue that reaches them. Where two do, the first one takes them unless it has some already.
4. A qualifier (condition, exception, amendment) without levels bears on those of the agreement before it; any
   other cue without levels bears on what is listed.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from pipeline.language import Cue
from pipeline.model import Stance
from pipeline.references import Reference
from pipeline.rules import ClauseRule

_NEAR = 4
"""Tokens behind a joint in which a level begins a new assertion (", et pas sur N3")."""
_FEW = 3
"""Tokens between an exception's cue and a level that it names ("sauf sur le niveau 3")."""
_ACT_RE = re.compile(r"\w+(?:er|ir|re)|l'|le|la|les")
"""How a part that is left out begins behind a colon; anything else there is a reason."""
_SENTENCE_STOPS = frozenset([".", "!", "?", "¶"])
_TOPIC_STARTS = _SENTENCE_STOPS | frozenset([";", ",", ":", "/", "()"])
_TOPIC_VERBS = frozenset(
    [
        *("n'", "ne", "est", "sont", "sera", "seront", "nous", "me", "parait", "paraissent", "semble", "semblent"),
        *("releve", "relevent", "depend", "dependent", "reste", "restent", "existe", "existent", "a", "ont", "figure"),
        "appartient",
    ]
)
"""Where the subject of a sentence is over, and its verb begins."""
_TOPIC_ENDS = _TOPIC_STARTS | frozenset(["mais", "car", "qui", "que", "dans", "si", "pour"]) - frozenset([","])
_ABOUT = frozenset(["pour", "sur", "concernant", "quant"])
_PREPOSITIONS = frozenset(["pour", "sur", "avec", "a", "au", "aux", "de", "du", "des", "d'"])
_LONGEST_TOPIC = 8
"""Tokens of what a verdict is said of."""
_ADVERBS = frozenset(["en", "toutefois", "cependant", "par", "neanmoins", "pourtant"])
_PRONOUNS = frozenset(
    ["il", "elle", "ils", "elles", "celui", "celle", "cela", "c'", "ce", "ca", "l'", "le", "la", "les", "en"]
)
_OBJECTS = frozenset(["l'", "le", "la", "les"])
_PRONOUNS_OF_IT = frozenset(["c'", "ca", "cela", "ceci", "elle", "il", "y"])
_PARTING = frozenset([",", "et", "ou"])
_JOINTS = _PARTING | frozenset(
    [
        "comme",
        "jusqu'",
        "sur",
        "pour",
        "avec",
        "a",
        "au",
        "aux",
        "de",
        "du",
        "des",
        "le",
        "les",
        "(",
        ")",
        "ainsi",
        "que",
        "aussi",
    ]
)
QUALIFIERS = frozenset(["condition", "except", "amend"])


@dataclass(frozen=True, slots=True)
class Assertion:
    """What a cue asserts, in tokens of the skeleton. `reach_end` is where its reach ends."""

    rule: ClauseRule
    start: int
    end: int
    reach_end: int
    references: tuple[Reference, ...] = ()
    stance: Stance | None = None
    inherits: int | None = None
    topic: tuple[int, int] | None = None
    """The tokens that it may be said of, where no level is named by its number: "Charte : oui"."""

    @property
    def levels(self) -> set[int]:
        """The levels that it names by their numbers."""
        return {level for ref in self.references for level in ref.levels}


@dataclass(frozen=True, slots=True)
class Reading:
    assertions: tuple[Assertion, ...]
    silent: tuple[Reference, ...]  # levels named, with nothing said of them
    ambiguous: tuple[Reference, ...]
    spare: tuple[Assertion, ...]  # they say something only if their topic is a level


def decide_scope(words: list[str], cues: list[Cue], references: list[Reference]) -> Reading:
    """What the cues of a skeleton assert: see the head of this module."""
    cues = _outside_wordings(words, cues, references)
    stops = [cue.start for cue in cues if cue.rule.role == "terminating"]
    real, ends = _outside_qualifiers(words, [cue for cue in cues if cue.rule.role == "real"], stops, references)
    real = _in_sequence(real)
    owned, silent, ambiguous = _share(words, real, stops, references)
    strays = [not refs and (cue.stray or cue.rule.about == "level") for cue, refs in zip(real, owned, strict=True)]
    assertions: list[Assertion] = []
    spare: list[Assertion] = []
    for i, cue in enumerate(real):
        following = real[i + 1].start if i + 1 < len(real) else len(words)
        quotes = words[cue.end - 1] == ":"
        own_stops = [at for at in _between(stops, cue.end, following) if not (quotes and words[at] == ".")]
        own_stops = [at for at in own_stops if words[at + 2 : at + 3] != ["()"] or words[at] not in _ADVERBS]
        end = ends.get(cue.start, min([following, *own_stops]))
        refs = tuple(_meant(cue.stance, ref) for ref in owned[i])
        topic = None if refs else _topic(words, cue, (real[i - 1].end if i else 0, end), references)
        assertion = Assertion(cue.rule, cue.start, cue.end, end, refs, _stance_of(cue, owned[i], words), topic=topic)
        if not strays[i] and not _says_nothing_new(assertions, assertion, words):
            assertions.append(assertion)
        elif topic is not None and (not strays[i] or topic[0] >= cue.end or _is_parted(words, topic)):
            spare.append(assertion)
    sentences = [at for at in stops if words[at] in _SENTENCE_STOPS]
    assertions, comments = _without_comments(assertions, words, sentences)
    spare += [a for a in comments if a.topic is not None and _is_parted(words, a.topic)]
    resolved = list(_inherit(assertions, stops, sentences))
    resolved = [_alone(assertion, resolved) for assertion in resolved]
    return Reading(_without_idle(resolved), tuple(silent), tuple(ambiguous), tuple(spare))


def _topic(words: list[str], cue: Cue, within: tuple[int, int], references: list[Reference]) -> tuple[int, int] | None:
    """The few words that a verdict is said of: "Charte : oui", "La charte n'est pas retenue", "Oui pour la charte".

    `within`: from the cue before to where this one's reach ends.
    """
    if cue.stance in ("condition", "amend"):
        return None
    colon = cue.start if words[cue.start] == ":" else cue.start - 1
    last = colon if colon > 0 and words[colon] == ":" else cue.start
    first = _topic_start(words, last, within[0])
    if last == cue.start:
        last = next((at for at in range(first, last) if words[at] in _TOPIC_VERBS), last)
    if first == last and words[first - 1] == ",":  # "Pour la charte, c'est l'agglo qui a la main"
        opening = _topic_start(words, first - 1, within[0])
        if words[opening] in _ABOUT:
            first, last = opening + 1, first - 1
        elif words[cue.end] in _SENTENCE_STOPS:  # "La charte et les haies, oui."
            first, last = opening, first - 1
    if first == last:
        first = cue.end + (words[cue.end] in _PREPOSITIONS)
        last = next((at for at in range(first, within[1]) if words[at] in _TOPIC_ENDS), within[1])
    names_level = any(ref.start < last and ref.end > first for ref in references)
    return (first, last) if 0 < last - first <= _LONGEST_TOPIC and not names_level else None


def _topic_start(words: list[str], at: int, least: int) -> int:
    """The first token of the stretch without a stop that ends before a token, from `least` on."""
    while at > least and words[at - 1] not in _TOPIC_STARTS:
        at -= 1
    return at


def _is_parted(words: list[str], topic: tuple[int, int]) -> bool:
    """Whether a colon, a comma or a verb parts a topic from what is said of it."""
    return words[topic[1]] in (":", ",") or words[topic[1]] in _TOPIC_VERBS


def _between(places: list[int], start: int, end: int) -> list[int]:
    """Those of some places, in order, that are from `start` to before `end`."""
    return places[bisect_left(places, start) : bisect_left(places, end)]


def _before(places: list[int], at: int) -> int:
    """The last of some places, in order, that is before `at`; -1 without one."""
    index = bisect_left(places, at)
    return places[index - 1] if index else -1


def _without_idle(assertions: list[Assertion]) -> tuple[Assertion, ...]:
    """Leave out the idle ones, from which none inherits."""
    return only(assertions, [at for at, assertion in enumerate(assertions) if not _is_idle(assertion, assertions)])


def only(assertions: Sequence[Assertion], kept: Sequence[int]) -> tuple[Assertion, ...]:
    """Those of some assertions; what they inherit from is renumbered, and gone where that is left out."""
    if len(kept) == len(assertions):
        return tuple(assertions)
    places = {old: new for new, old in enumerate(kept)}
    return tuple(
        replace(a, inherits=None if a.inherits is None else places.get(a.inherits))
        for a in (assertions[index] for index in kept)
    )


def _alone(assertion: Assertion, assertions: list[Assertion]) -> Assertion:
    """A qualifier as what it asserts where nothing is agreed to that it could qualify."""
    if assertion.rule.alone is None or assertion.inherits is not None:
        return assertion
    own = assertion.levels
    agreed = [a.levels for a in assertions if a.stance in ("agree", "done")]
    is_bound = any(not levels or not own or not levels.isdisjoint(own) for levels in agreed)
    return assertion if is_bound else replace(assertion, stance=assertion.rule.alone)


def _is_idle(assertion: Assertion, assertions: list[Assertion]) -> bool:
    """Whether a condition has no agreement to depend on it."""
    main = None if assertion.inherits is None else assertions[assertion.inherits].stance
    if assertion.stance != "condition" or assertion.references:
        return False
    return main == "undecided" or (assertion.rule.bound and main not in ("agree", "done"))


def _without_comments(
    assertions: list[Assertion], words: list[str], stops: list[int]
) -> tuple[list[Assertion], list[Assertion]]:
    """Part off what only explains: a weak cue that names no level, where another sentence says yes or no outright
    ("Nous signons, sauf les bancs. Ils appartiennent à la SNCF.") or an earlier one said something else."""
    acts = [a.start for a in assertions if a.stance in ("agree", "refuse") and not a.rule.weak]
    kept: list[Assertion] = []
    comments: list[Assertion] = []
    for assertion in assertions:
        if not assertion.rule.weak or assertion.references:
            kept.append(assertion)
            continue
        start = _before(stops, assertion.start)
        elsewhere = len(acts) > len(_between(acts, start + 1, _end_of_sentence(assertion, stops)))
        main = next((a for a in reversed(kept) if a.stance not in QUALIFIERS and a.end <= start), None)
        speaks_of_it = assertion.stance == "done" and bool(_PRONOUNS_OF_IT & set(words[start + 1 : assertion.end]))
        said_before = main is not None and main.stance != assertion.stance
        # "Refusé : emprunts en cours" gives a reason.
        last = next((a for a in reversed(kept) if a.stance not in QUALIFIERS), None)
        said_before = said_before or (last is not None and last.stance == "refuse" and words[last.end] == ":")
        is_comment = not speaks_of_it and (elsewhere or said_before)
        (comments if is_comment else kept).append(assertion)
    return kept, comments


def _end_of_sentence(assertion: Assertion, stops: list[int]) -> int:
    index = bisect_left(stops, assertion.end)
    return stops[index] if index < len(stops) else assertion.end + 1


def _says_nothing_new(before: list[Assertion], assertion: Assertion, words: list[str]) -> bool:
    """Whether a cue only repeats the one before it: "seul N2 est retenu"."""
    if assertion.references or assertion.stance in QUALIFIERS:
        return False
    main = next((a for a in reversed(before) if a.stance not in QUALIFIERS), None)
    return (
        main is not None
        and main.stance == assertion.stance
        and "()" not in words[assertion.start : assertion.reach_end]
    )


def _outside_qualifiers(
    words: list[str], real: list[Cue], stops: list[int], references: list[Reference]
) -> tuple[list[Cue], dict[int, int]]:
    """Leave out the cues inside a condition, an exception or an amendment ("si l'agglo est d'accord"); where each
    qualifier, by its start, ends."""
    kept: list[Cue] = []
    ends: dict[int, int] = {}
    inside = 0
    joins = _Joins(frozenset(stops), frozenset(ref.start for ref in references), frozenset(cue.start for cue in real))
    for cue in real:
        if cue.start < inside:
            continue
        kept.append(cue)
        if cue.stance in QUALIFIERS and words[cue.end - 1] != ":":
            inside = ends[cue.start] = _qualifier_end(words, cue, joins)
    return kept, ends


@dataclass(frozen=True, slots=True)
class _Joins:
    """The tokens at which stops, levels and cues begin."""

    stops: frozenset[int]
    levels: frozenset[int]
    cues: frozenset[int]


def _qualifier_end(words: list[str], qualifier: Cue, joins: _Joins) -> int:
    """The end of a sentence; the first comma, for a condition that heads it; a joint before a new verdict or level."""
    heads = words[qualifier.start - 1] in _SENTENCE_STOPS if qualifier.start else True
    for at in range(qualifier.end, len(words)):
        if at in joins.stops:
            return at
        if words[at] == ":" and qualifier.stance == "condition":
            return at
        if words[at] == "," and heads and qualifier.stance == "condition":
            return at
        if words[at] in (",", "et"):
            near = range(at + 1, at + 1 + _NEAR)
            if any(i in joins.levels for i in near) or any(i in joins.cues for i in near[:2]):
                return at
    return len(words)


def _in_sequence(cues: list[Cue]) -> list[Cue]:
    """Leave out the cues that only mean something after another stance ("mais N2" after a refusal)."""
    kept: list[Cue] = []
    said: Stance | None = None
    for cue in cues:
        if cue.rule.same:
            cue = cue._replace(stance=said)
        if cue.rule.follows in (None, said):
            kept.append(cue)
            said = said if cue.stance in QUALIFIERS else cue.stance
    return kept


def _outside_wordings(words: list[str], cues: list[Cue], references: list[Reference]) -> list[Cue]:
    """Leave out the cues inside a wording that a colon opens ("sauf sur : garantir…")."""
    kept: list[Cue] = []
    quoting = False
    levels = frozenset(ref.start for ref in references)
    for index, cue in enumerate(cues):
        if quoting and words[cue.start] in (".", "¶") and cue.end in levels:
            quoting = False
        elif quoting and cue.rule.role == "terminating" and words[cue.start] != ".":
            following = cues[index + 1] if index + 1 < len(cues) else None
            near = (
                following is not None
                and following.start <= cue.end + 1
                and not levels.isdisjoint((following.end, following.end + 1))
            )
            quoting = not near
        if not quoting:
            kept.append(cue)
        if cue.rule.role == "real" and cue.rule.text == "rest" and words[cue.end - 1] == ":":
            quoting = True
    return kept


def _share(
    words: list[str], real: list[Cue], stops: list[int], references: list[Reference]
) -> tuple[list[list[Reference]], list[Reference], list[Reference]]:
    """Give each level reference to the cue that reaches it; those that none reaches are silent."""
    owned: list[list[Reference]] = [[] for _ in real]
    silent, ambiguous = [], []
    starts = [cue.start for cue in real]
    # Ends are in order but for negations that overlap: how far cues reach up to each, and from each on.
    reach = list(accumulate((cue.end for cue in real), max))
    least = list(accumulate((cue.end for cue in reversed(real)), min))[::-1]
    for number, ref in enumerate(references):
        inside = bisect_left(reach, ref.end)
        if inside < len(real) and real[inside].start <= ref.start:  # "laissons N3 de côté"
            owned[inside].append(ref)
            continue
        last, first = bisect_right(least, ref.start) - 1, bisect_left(starts, ref.end)
        before = last if last >= 0 else None
        after = first if first < len(real) else None
        if before is not None and (
            any(not _is_adverb(words, at, real[before].end) for at in _between(stops, real[before].end, ref.start))
            or not _takes_after(real[before], ref, words)
        ):
            before = None
        if after is not None and (real[after].rule.levels == "after" or _between(stops, ref.end, real[after].start)):
            after = None
        has_named = before is not None and any(own.means != "some" for own in owned[before])
        if before is not None and has_named and (after is not None or not _joined(words, owned[before][-1], ref)):
            before = None
        if before is None and after is not None and _is_told_apart(words, references[number : number + 2], real[after]):
            after = None
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
    return owned, _named_again(words, real, owned, silent), ambiguous


def _is_told_apart(words: list[str], references: list[Reference], cue: Cue) -> bool:
    """Whether the first level has words of its own before the one that a verdict follows: "N1 dès 2020, N2 non"."""
    ref, *others = references
    if not others or others[0].end > cue.start:
        return False
    between = words[ref.end : others[0].start]
    last = max((at for at, word in enumerate(between) if word == ","), default=0)
    return not all(word in _JOINTS or word == "()" for word in between[:last])


def _is_adverb(words: list[str], at: int, end: int) -> bool:
    """Whether a connector only stands inside a sentence: "nous renonçons en revanche à N1"."""
    return at == end and words[at] in _ADVERBS


def _named_again(
    words: list[str], real: list[Cue], owned: list[list[Reference]], silent: list[Reference]
) -> list[Reference]:
    """Give a level that nothing is said of to the next cue whose subject is a pronoun: "Le troisième est cher ; il
    n'est pas retenu". Returns the levels that are still silent."""
    still = []
    starts = [cue.start for cue in real]
    for ref in silent:
        first = bisect_left(starts, ref.end)
        after = first if first < len(real) else None
        free = after is not None and not owned[after] and real[after].stance not in QUALIFIERS
        if after is not None and free and _PRONOUNS & set(words[ref.end : real[after].end]):
            owned[after].append(ref)
        else:
            still.append(ref)
    for i, cue in enumerate(real[:-1]):
        # "Le niveau 3 suppose un juriste : nous l'écartons": the condition's level is the verb's as well.
        takes_up = not owned[i + 1] and real[i + 1].stance not in QUALIFIERS
        if cue.stance in QUALIFIERS and takes_up and words[real[i + 1].start - 1] in _OBJECTS:
            owned[i + 1] += owned[i]
    return still


def _joined(words: list[str], first: Reference, second: Reference) -> bool:
    """Whether only joints stand between two references: another verb between them may say something else."""
    if words[first.end : second.start] == [","] and len(first.members) > 1:
        return False  # an enumeration ended with its "et": "N1 et N2, N3 étant trop cher"
    return first.end <= second.start and all(word in _JOINTS for word in words[first.end : second.start])


def _takes_after(cue: Cue, ref: Reference, words: list[str]) -> bool:
    if cue.stance not in QUALIFIERS and "," in words[cue.end : ref.start]:
        return False
    few = cue.stance == "except" and words[cue.end - 1] != ":" and ref.start - cue.end < _FEW
    return cue.rule.levels != "before" or few


def _adjoins(words: list[str], ref: Reference, cue: Cue) -> bool:
    """Whether a verdict follows the levels at once: "N3 non retenu", "N3 : à l'étude", "N3 est atteint"."""
    between = words[ref.end : cue.start]
    return cue.stance not in QUALIFIERS and all(word in (":", "-", "est", "sont") for word in between)


def _split(
    words: list[str], real: list[Cue], before: int, after: int | None, ref: Reference
) -> tuple[Reference, Reference | None]:
    """Part "accord sur N1, N3 non retenu" at the comma: the last level is the verdict's."""
    if after is None or len(ref.members) < 2 or not _adjoins(words, ref, real[after]):
        return ref, None
    token, _ = ref.members[-1]
    comma = next((at for at in range(token - 1, ref.members[-2][0], -1) if words[at] in _PARTING), None)
    if comma is None or words[comma] != ",":
        return ref, None
    return (
        replace(ref, end=ref.members[-2][0] + 1, members=ref.members[:-1]),
        replace(ref, start=comma + 1, members=ref.members[-1:]),
    )


def _stance_of(cue: Cue, owned: list[Reference], words: list[str]) -> Stance | None:
    """“tous sauf N3” refuses N3, not a part of it; “aucun niveau n’est retenu” denies the verb."""
    if cue.stance == "agree" and any(ref.means == "none" for ref in owned):
        return "refuse"
    named = [ref for ref in owned if ref.start >= cue.end]
    if cue.rule.text == "before" and any(ref.end == cue.start for ref in owned):
        return "refuse"  # "N3 excepté"
    if cue.stance == "except" and named:
        end = named[-1].end
        names_part = words[end : end + 1] == [":"] and _ACT_RE.fullmatch(words[end + 1])
        return "except" if names_part else "refuse"
    return cue.stance


def _meant(stance: Stance | None, ref: Reference) -> Reference:
    """“pas jusqu’au niveau 3” refuses the third level, not the ones on the way there."""
    if stance == "refuse" and ref.means == "up_to":
        return replace(ref, members=(max(ref.members, key=lambda member: member[1]),))
    return ref


def _inherit(assertions: list[Assertion], stops: list[int], sentences: list[int]) -> Iterator[Assertion]:
    """Where an assertion names no level, whose levels it takes over. `sentences` are those stops that end one."""
    mains: list[int] = []
    agreed: list[int] = []
    for index, assertion in enumerate(assertions):
        inherits = None
        if not assertion.references:
            if assertion.stance in QUALIFIERS:
                started = _before(sentences, assertion.start)
                inherits = _qualified(assertions, mains, agreed, started)
                if inherits is None or assertions[inherits].end <= started:
                    inherits = _ahead(assertions, index, sentences) or inherits
            elif mains and not _between(stops, assertions[mains[-1]].end, assertion.start):
                # "accord sur N1, le reste non": a refusal does not speak of what was just agreed to.
                opposed = assertion.stance == "refuse" and assertions[mains[-1]].stance == "agree"
                inherits = None if opposed else mains[-1]
        yield assertion if inherits is None else replace(assertion, inherits=inherits)
        if assertion.stance not in QUALIFIERS:
            mains.append(index)
        if assertion.stance == "agree":
            agreed.append(index)


def _qualified(assertions: list[Assertion], mains: list[int], agreed: list[int], started: int) -> int | None:
    """What a qualifier bears on: an agreement of its sentence, else its sentence's last assertion, else the last
    agreement before. `mains` and `agreed` are the assertions before it, by index, and `started` is where its sentence
    begins."""
    if agreed and assertions[agreed[-1]].start > started:
        return agreed[-1]
    if mains and assertions[mains[-1]].start > started:
        return mains[-1]
    return agreed[-1] if agreed else None


def _ahead(assertions: list[Assertion], index: int, sentences: list[int]) -> int | None:
    """What a qualifier at the head of its sentence bears on: the assertion behind it ("Si l'État paie, N3")."""
    own = _before(sentences, assertions[index].start)
    for i in range(index + 1, len(assertions)):
        if assertions[i].stance not in QUALIFIERS:
            return i if _before(sentences, assertions[i].start) == own else None
    return None
