"""What wordings and observations mention: other measures, and quantities with their deadlines."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from regex import Match

from pipeline.catalogue import catalogue_of
from pipeline.model import Comparator, Diagnostic
from pipeline.rules import TIMEOUT, MentionRule, Rules

_WORTH_A_LOOK_RE = re.compile(
    r"\d|\b(?:fois|euros?|moitie|tiers|quarts?|divis|une?|tou(?:s|tes)\s+les|deux|trois|quat|cinq|six|sept|huit|neuf|dix|onze"
    r"|douze|treize|quinze|seize|vingt|trente|quarante|soixante|cents?|mille)"
)
"""Without one of these nothing is mentioned."""
_FIGURE_RE = re.compile(r"\d")
_SENTENCE_RE = re.compile(r"[.;!?](?=\s)|\n(?=\s*(?:[-•*–]|\n))")
_COMPARATORS: tuple[tuple[Comparator, "re.Pattern[str]"], ...] = (
    ("at_least", re.compile(r"au\s+moins|minim|pas\s+moins|partir|superieure?s?\s+ou|(?:ou|et)\s+plus")),
    ("at_most", re.compile(r"au\s+plus|maxim|jusqu|pas\s+plus|limit|plafonn|inferieure?s?\s+ou|ou\s+moins")),
    ("more_than", re.compile(r"plus\s+d|superieur|dela|depassant")),
    ("less_than", re.compile(r"moins\s+d|inferieur|deca")),
    ("about", re.compile(r"environ|pres|quelque|autour|ordre|^une")),
)
_REACH = 80
"""So many characters may stand between a quantity and its deadline."""
_PAST_RE = re.compile(r"\b(?:a|ont|avons|ai|fut|ete|depuis|etait|etaient)\b")
_LAST_MEASURE = 200
MOST_BEFORE, _BEHIND = 160, 240
"""So many characters before and behind what every match of a rule holds are looked at: more than any match has."""
_LONGEST, _REMEMBERED = 2_000, 2_000
"""No longer text, in characters, is remembered, and so many are: most recur from pact to pact."""
_LAST_WORD_RE = re.compile(r"(?<![\w°])(?P<word>[\w°]+)\s{1,3}$")
_LONGEST_WORD = 40
_ABBREVIATION = 4
_SCALES = {"million": 1e6, "milliard": 1e9}
_FOUR, _TWENTY, _HUNDRED, _THOUSAND = 4, 20, 100, 1000


@dataclass(frozen=True, slots=True)
class Found:
    """Something mentioned, from `start` to `end` of the text. `targets` are measures; the rest is as in the tables."""

    rule: MentionRule
    start: int
    end: int
    targets: tuple[int, ...] = ()
    value: float | None = None
    unit: str | None = None
    per: str | None = None
    comparator: Comparator | None = None
    deadline: int | None = None


@dataclass(frozen=True, slots=True)
class _Matched:
    """A match, what its groups and those before it say, and where it begins with what stands before it."""

    rule: MentionRule
    match: "Match[str]"
    groups: dict[str, str]
    start: int


_FOUND: dict[tuple[str, int | None, str], tuple[list[Found], list[str]]] = {}
"""What texts mention, the last used last."""


def find_mentions(
    text: str, folded: str, start: int, end: int, rules: Rules, own: int | None
) -> tuple[list[Found], list[Diagnostic]]:
    """What a stretch of text mentions, in order; `own` is the measure under which it stands, which it may name.

    A pattern that takes too long is left out, and told.
    """
    if not _WORTH_A_LOOK_RE.search(folded, start, end):
        return [], []
    piece = text[start:end]
    key = (rules.fingerprint, own, piece)
    known = _FOUND.pop(key, None)
    found, late = known or _find(piece, folded[start:end], rules, own)
    if len(piece) <= _LONGEST:
        if len(_FOUND) >= _REMEMBERED:
            del _FOUND[next(iter(_FOUND))]
        _FOUND[key] = found, late
    told = "took too long here and was left out: simplify its pattern"
    doubts = [Diagnostic("warning", "rule-timeout", f"the rule {rule} {told}", start, end) for rule in late]
    return [replace(each, start=each.start + start, end=each.end + start) for each in found], doubts


def _find(text: str, folded: str, rules: Rules, own: int | None) -> tuple[list[Found], list[str]]:
    """What a text mentions, and the rules that took too long on it."""
    late: list[str] = []
    matches: list[_Matched] = []
    has_figure = _FIGURE_RE.search(folded) is not None
    for rule in rules.mentions:
        if (rule.figure and not has_figure) or (rule.needs and not any(map(folded.__contains__, rule.needs))):
            continue
        try:
            for start, end in _windows(rule, folded):
                matches += _matched(rule, folded, start, end, rules)
        except TimeoutError:
            late.append(rule.id)
    found: list[Found] = []
    reached = 0
    for each in sorted(matches, key=lambda each: (each.start, -each.match.end())):
        if each.start >= reached and (made := list(_made(each, text, rules, own))):
            found += made
            reached = each.match.end()
    return _with_deadlines(found, folded), late


def _matched(rule: MentionRule, folded: str, start: int, end: int, rules: Rules) -> "Iterator[_Matched]":
    """The matches of a rule in a window, with what stands right before each."""
    for match in rule.compiled.finditer(folded, start, end, timeout=TIMEOUT):
        if rule.stopped is not None and rule.stopped.fullmatch(_word_before(folded, match.start())):
            continue
        groups = {name: printed for name, printed in match.groupdict().items() if printed is not None}
        before = None
        if rule.prefix is not None:
            at = match.start()
            before = rules.before_number.search(folded, max(0, at - MOST_BEFORE), at, timeout=TIMEOUT)
        if before is not None:
            groups |= {name: printed for name, printed in before.groupdict().items() if printed is not None}
        if before is not None or rule.prefix != "must":
            yield _Matched(rule, match, groups, before.start() if before is not None else match.start())


def _word_before(folded: str, at: int) -> str:
    """The word that stands right before, white space between; nothing where something else does."""
    match = _LAST_WORD_RE.search(folded, max(0, at - _LONGEST_WORD), at)
    return match["word"] if match else ""


def _windows(rule: MentionRule, folded: str) -> Iterator[tuple[int, int]]:
    """The stretches in which a rule can match: around what stands in each of its matches."""
    start, end = 0, -1
    for held in rule.held.finditer(folded):
        if held.start() - MOST_BEFORE > end >= 0:
            yield start, end
            end = -1
        if end < 0:
            start = max(0, held.start() - MOST_BEFORE)
            # A window begins with a word, which a cue must not begin within.
            start = folded.rfind(" ", 0, start) + 1
        end = held.end() + _BEHIND
    if end >= 0:
        yield start, min(end, len(folded))


def mentions_in(sentence: str, rules: Rules) -> frozenset[str]:
    """The ids of the rules that find something in a sentence: for the examples of rules."""
    from pipeline.fold import plain

    found, _ = find_mentions(sentence, plain(sentence), 0, len(sentence), rules, None)
    return frozenset(each.rule.id for each in found)


def _made(matched: _Matched, text: str, rules: Rules, own: int | None) -> Iterator[Found]:
    """What a match says, as it stands in the tables; nothing where a look at the text itself unmakes it."""
    rule, match, groups, start, end = matched.rule, matched.match, matched.groups, matched.start, matched.match.end()
    if rule.fact == "reference":
        targets = tuple(number for number in _targets(match["targets"], rules) if number != own)
        if targets:
            yield Found(rule, start, end, targets=targets)
    elif rule.fact == "deadline":
        year = int(match["year"])
        if rules.year is None or year > rules.year or (year == rules.year and not match["cue"].startswith("en")):
            yield Found(rule, start, end, deadline=year)
    elif (unit := _unit(match, groups, text, rules)) is not None:
        blank = replace(Found(rule, start, end), unit=unit[0] or None, per=_slice(match, groups, "per", text))
        yield from (
            replace(blank, value=value, comparator=sign) for value, sign in _values(match, groups, rules, unit[1])
        )


def _targets(printed: str, rules: Rules) -> Iterator[int]:
    """The numbers of the measures that a list of labels names; "3 a 5" is each of them."""
    known = catalogue_of(rules).numbers
    last: int | None = None
    for label in re.finditer(
        rf"(?:(?P<joint>\ba\b|-)\s{{0,3}})?(?P<label>\b(?:{rules.measures.label})\b)", printed, re.IGNORECASE
    ):
        number = known.get(label["label"].lower(), int(label["label"]) if label["label"].isdecimal() else None)
        if number is None or number > _LAST_MEASURE:
            continue
        if label["joint"] and last is not None and last < number:
            yield from range(last + 1, number)
        yield number
        last = number


def _slice(match: "Match[str]", groups: dict[str, str], name: str, text: str) -> str | None:
    return text[slice(*match.span(name))].strip() if groups.get(name) is not None else None


def _unit(match: "Match[str]", groups: dict[str, str], text: str, rules: Rules) -> tuple[str, float] | None:
    """What is counted and how many of it one is; None where a name stands in its place ("94500 Champigny")."""
    sign, noun = groups.get("unit"), _slice(match, groups, "noun", text)
    if sign is not None:
        unit = next(unit for unit in rules.units if unit.compiled.fullmatch(sign))
        return unit.unit, unit.factor
    if noun is not None:
        first = groups["noun"].split(maxsplit=1)[0]
        # "1,5 ETP" is counted, "94500 CHAMPIGNY" and "94500 Champigny" are where somebody lives.
        is_name = not noun[0].islower() and not (noun.isupper() and len(noun) <= _ABBREVIATION)
        return None if is_name or rules.not_nouns.fullmatch(first) else (noun, 1.0)
    names = match.re.groupindex
    if "scale" in names and "unit" not in names:
        return "", 1.0
    # "tous les 2 ans" is once for each; a half, or what is divided by 2, is a share.
    return ("%" if "value" in names else "fois"), 1.0


def _values(
    match: "Match[str]", groups: dict[str, str], rules: Rules, factor: float
) -> Iterator[tuple[float, Comparator]]:
    """The values of a quantity, each with how it is meant."""
    low, high, value = groups.get("low"), groups.get("high"), groups.get("value")
    if low is not None and high is not None:
        both = _number(low, rules) * factor, _number(high, rules) * factor
        if groups.get("from") is not None:
            yield both[1], "exactly"
        elif match["joint"] == "ou":
            yield from ((each, "exactly") for each in both)
        elif both[0] < both[1]:
            yield both[0], "at_least"
            yield both[1], "at_most"
        return
    if value is None:
        yield 1.0, "exactly"
        return
    number = _number(value, rules) * factor * _scale(groups.get("scale"))
    sign = groups.get("sign")
    if sign is not None and sign.startswith("divis"):
        yield round(100 / number - 100, 1) if number > 1 else 0.0, "exactly"
        return
    yield (
        (0.0 - number if sign is not None else number),
        _comparator(groups.get("before") or groups.get("after") or sign),
    )


def _number(printed: str, rules: Rules) -> float:
    """A number in figures, a fraction, or a number in words: "neuf mille", "dix-huit"."""
    if (known := rules.numbers.get(" ".join(printed.split()))) is not None:
        return float(known)
    if printed[0].isdigit():
        return float(re.sub(r"(?<=\d)[ .](?=\d{3})", "", printed).replace(",", "."))
    total = part = 0.0
    for word in re.findall(r"[^\W\d]+", printed):
        value = rules.numbers.get(word, 0.0)
        if value == _THOUSAND:
            total, part = total + (part or 1) * value, 0.0
        elif value == _HUNDRED or (value == _TWENTY and part % _HUNDRED == _FOUR):
            # "quatre-vingts" is four times twenty.
            below = part % _HUNDRED if value == _TWENTY else part
            part += (below or 1) * value - below
        else:
            part += value
    return total + part


def _scale(printed: str | None) -> float:
    return 1.0 if printed is None else next(worth for word, worth in _SCALES.items() if printed.startswith(word))


def _comparator(printed: str | None) -> Comparator:
    if printed is None:
        return "exactly"
    return next((name for name, pattern in _COMPARATORS if pattern.search(printed)), "exactly")


def _with_deadlines(found: Iterable[Found], folded: str) -> list[Found]:
    """Give each year to the quantity that stands before it in its sentence, or else right behind it.

    A bare "en 2030" that no quantity takes is no deadline: it may tell when something happened.
    """
    known = list(found)
    gone: set[int] = set()
    for at, each in enumerate(known):
        if each.rule.fact != "deadline":
            continue
        for other in (at - 1, at + 1):
            if 0 <= other < len(known) and other not in gone and _belongs(known[other], each, folded):
                quantity = known[other]
                start, end = min(quantity.start, each.start), max(quantity.end, each.end)
                known[other] = replace(quantity, start=start, end=end, deadline=each.deadline)
                gone.add(at)
                break
        else:
            if folded.startswith("en ", each.start):
                gone.add(at)
    return [each for at, each in enumerate(known) if at not in gone]


def _belongs(quantity: Found, year: Found, folded: str) -> bool:
    if quantity.rule.fact != "quantity" or quantity.deadline is not None:
        return False
    first, second = (quantity, year) if quantity.start < year.start else (year, quantity)
    between = folded[first.end : second.start]
    return len(between) <= _REACH and not _SENTENCE_RE.search(between) and not _PAST_RE.search(between)
