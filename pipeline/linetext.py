"""What a line's own characters tell, whatever stands around it. Lines recur from pact to pact, so it is remembered."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

import regex

from pipeline.fold import LONGEST, plain, plain_of, shape_of
from pipeline.rules import FIRST, TIMEOUT, LineRule, Rules
from pipeline.scan import count_signs
from pipeline.ticks import TICK

REMEMBERED = 3_000
LONGEST_TAIL = 200
"""In so many last characters of a heading its levels are looked for."""
_BOX_RE = re.compile(TICK, re.VERBOSE)
# "N1 : Planter des haies ........ OUI"; not "12 – Rénover ........ 7" in a table of contents, nor "Signature : ....."
LEADER_RE = re.compile(
    r"""(?<=[^\s.…_·]) [ ]? (?> (?:[.·][ ]?){4,} | …{2,} | _{4,} ) [ ]*
      (?=[^\s.…_·]) (?! (?i:p(?:age|g)?\.?[ ]?)? \d{1,3} [ ]* $ )""",
    re.VERBOSE,
)
"""What leads the eye from a text to the answer at the end of its line."""
_BARS_RE = re.compile(r"[\t|]")
_WORD_RE = re.compile(r"[^\W\d_]+")
_STOP_RE = re.compile(r"[.!?;)][ ]++(?=[^\W\d_a-z]|[→➔➜⇒])|(?<![ ])[ ]++(?=[→➔➜⇒]|\([^()]{2,80}\)$|\[[^][]{2,80}\]$)")
# "N1 : Composteurs : OUI", "N2 Tri – non (trop cher)"
_CLOSING_RE = re.compile(r"(?<=[\w)»%€\"])[ ]?(?::|[ ][–—=-])[ ]++(?=[^:–—=]*$)")
_LOCAL_RE = re.compile(
    r"\W*(?:les |nos )?(?:(?:un|deux|trois|quatre|cinq|\d+) )?(?:mesures?|propositions?|engagements?) "
    r"(?:locales?|propres|supplementaires?|specifiques?|ajoutee?s?|communales?|complementaires?|hors pacte)\b.{0,40}"
)
_FRENCH = frozenset(
    ["et", "les", "des", "du", "une", "pour", "dans", "sur", "au", "aux", "avec", "est", "de", "la", "le"]
)
# "Н1" with a Cyrillic letter, "Ｎ１", "𝐍𝟏"; marks that make text run from right to left
_LOOK_ALIKE_RE = re.compile(
    r"[\u0370-\u03ff\u0400-\u04ff\u200e\u200f\u202a-\u202e\u2066-\u2069\uff10-\uff5a\U0001d400-\U0001d7ff]"
)
# "Au téléphone : d'accord"
_LABEL_RE = re.compile(r"(?!n\d|niv|mesure|principe|palier|commune|liste)(?P<label>[^\W\d_][^:.•()\d]{2,40}?)\s*:\s*")


@dataclass(frozen=True, slots=True)
class RuleMatch:
    """A rule's match of a whole line. Offsets count from where its text begins (`LineText.left`)."""

    rule: LineRule
    body: tuple[int, int]
    label: str | None
    label_end: int
    tick: str | None
    against: str | None
    """The box beside "non", where `tick` is that beside "oui"."""
    levels: tuple[int, ...]
    answer: tuple[int, int] | None
    """Where the list's answer stands, between a level's mark and its wording."""
    rest: int | None
    """Where what stands behind the title of a measure begins."""


@dataclass(slots=True, eq=False)
class LineText:
    """A line, or a piece of one: its characters from `left` to `right` are those without outer space.

    `label` is what stands before a colon at its head, and `behind_label` where the text behind begins, from `left`.
    `look_alike` is the first character, from the beginning, that looks like another.
    """

    left: int
    right: int
    shaped: str
    folded: str
    has_bars: bool
    has_boxes: bool
    label: str | None
    behind_label: int
    n_dark: int
    n_words: int
    n_french: int
    n_scan_signs: int
    has_glue: bool
    look_alike: int | None
    has_leader: bool
    opens_local: bool
    """Whether it says that local measures follow."""
    found: list[RuleMatch] = field(default_factory=list)
    tried: int = 0
    slow: list[LineRule] = field(default_factory=list)
    """Rules that took too long on it."""
    heads: tuple[RuleMatch, ...] | None = None
    """The matches of rules for the headings of measures; None before they were asked for."""
    titled: tuple[int, int | None] | None = None
    """Where the text behind a bullet begins, from `left`, and the measure of the catalogue whose title it is; None
    before it was asked for."""

    @property
    def is_blank(self) -> bool:
        """Whether nothing but space is in it."""
        return self.left == self.right


class LineTexts:
    """The lines that were seen, for one kind of pact."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self._heading_rules = tuple(rule for rule in rules.lines if rule.kind == "measure")
        self._inline_rules = tuple(rule for rule in rules.lines if rule.inline)
        self._closing_rules = tuple(rule for rule in rules.lines if rule.closes)
        self._other_rules = tuple(rule for rule in rules.lines if rule.kind != "measure")
        self._by_first = {char: tuple(rule for rule in self._other_rules if _may_start(rule, char)) for char in FIRST}
        self._remembered = lru_cache(REMEMBERED)(self._look)
        self._floor_of = lru_cache(REMEMBERED)(self._find_floor)
        self._tail_of = lru_cache(REMEMBERED)(self._find_tail)

    def of(self, line: str) -> LineText:
        """What a line tells, given without its line end."""
        return self._remembered(line) if len(line) <= LONGEST else self._look(line)

    def _look(self, line: str) -> LineText:
        text = line.strip()
        left = line.find(text) if text else len(line)
        folded, words = plain_of(text), _WORD_RE.findall(plain_of(text))
        label, look_alike = _LABEL_RE.match(folded), _LOOK_ALIKE_RE.search(line)
        return LineText(
            left=left,
            right=left + len(text),
            shaped=shape_of(text),
            folded=folded,
            has_bars=_BARS_RE.search(text) is not None,
            has_boxes=_BOX_RE.search(text) is not None,
            label=label["label"].strip() if label else None,
            behind_label=label.end() if label else 0,
            n_dark=sum(map(len, text.split())),
            n_words=len(words),
            n_french=sum(map(_FRENCH.__contains__, words)),
            n_scan_signs=count_signs(plain_of(line)),
            has_glue=self.rules.glue.search(shape_of(text)) is not None,
            look_alike=None if look_alike is None else look_alike.start(),
            has_leader=LEADER_RE.search(text) is not None,
            opens_local=len(folded) <= LONGEST and _LOCAL_RE.fullmatch(folded) is not None,
        )

    def matches(self, line: LineText) -> Iterator[RuleMatch]:
        """The matches of all line rules but those for headings, in the order of the rules; they are tried as far as
        they are asked for."""
        at = 0
        rules = self._by_first.get(line.shaped[:1], self._other_rules)
        while True:
            while at == len(line.found) and line.tried < len(rules):
                match = self._try(rules[line.tried], line)
                line.tried += 1
                if match is not None:
                    line.found.append(match)
            if at == len(line.found):
                return
            yield line.found[at]
            at += 1

    def heads(self, line: LineText) -> tuple[RuleMatch, ...]:
        """The matches of rules for the headings of measures."""
        if line.heads is None:
            found = (self._try(rule, line) for rule in self._heading_rules)
            line.heads = tuple(match for match in found if match is not None)
        return line.heads

    def floor_of(self, line: LineText, body: int) -> int | None:
        """Where, from `body` on, a sentence begins with which the list takes the floor: "N1 : Acheter. Accord"."""
        find = self._floor_of if len(line.shaped) <= LONGEST else self._find_floor
        return find(line, body)

    def tail_of(self, title: str) -> tuple[int, tuple[int, ...]] | None:
        """Where the levels at the end of a heading begin, and which; None without any: "Rénover (niveau 2)"."""
        return self._tail_of(title) if len(title) <= LONGEST else self._find_tail(title)

    def _find_tail(self, title: str) -> tuple[int, tuple[int, ...]] | None:
        tail = self.rules.tail.search(title, max(0, len(title) - LONGEST_TAIL))
        if tail is None or not title[: tail.start()].strip():
            return None
        return tail.start(), self.rules.words.levels_in(tail["levels"])

    def _find_floor(self, line: LineText, body: int) -> int | None:
        rules = [(rule, _last_place(rule, line)) for rule in self._inline_rules]
        # "N1 : (refusé : emprunts en cours)" has no wording at all.
        first = [body] if line.shaped[body : body + 1] in ("(", "[") else []
        for at in (*first, *(stop.end() for stop in _STOP_RE.finditer(line.shaped, body))):
            for rule, last in rules:
                if last < at:
                    continue
                if _match_at(rule, line, at, has_needed=True):
                    return at
        return self._find_closing(line, body)

    def _find_closing(self, line: LineText, body: int) -> int | None:
        """Where a verdict begins that closes a line, behind the last colon or dash in it: "Composteurs : OUI"."""
        stop = _CLOSING_RE.search(line.shaped, body)
        if stop is None:
            return None
        return stop.end() if any(_match_at(rule, line, stop.end()) for rule in self._closing_rules) else None

    def _try(self, rule: LineRule, line: LineText) -> RuleMatch | None:
        match = _match_at(rule, line, 0)
        return None if match is None else _rule_match(rule, match, len(line.shaped), self.rules)


def _match_at(rule: LineRule, line: LineText, left: int, *, has_needed: bool = False) -> "regex.Match[str] | None":
    """A rule's match of all of a line from `left` on; a rule that takes too long has none, and is told."""
    try:
        text = line.folded if rule.on == "plain" else line.shaped
        return match_of(rule, text, left, len(line.shaped), has_needed=has_needed)
    except TimeoutError:
        line.slow.append(rule)
        return None


def _rule_match(rule: LineRule, match: "regex.Match[str]", length: int, rules: Rules) -> RuleMatch:
    groups = match.groupdict()
    body = match.span("body") if groups.get("body") is not None else (0, length)
    label = groups.get("label")
    levels = rules.words.levels_in((label if rule.kind == "level" else groups.get("levels")) or "")
    label_end = match.end("label") if label is not None else 0
    rest = match.start("rest") if groups.get("rest") is not None else None
    answer = match.span("answer") if groups.get("answer") is not None else None
    return RuleMatch(rule, body, label, label_end, groups.get("tick"), groups.get("against"), levels, answer, rest)


def _may_start(rule: LineRule, char: str) -> bool:
    """Whether a line that begins with a character may match the rule."""
    first = plain(char) if rule.on == "plain" else char
    return first not in FIRST or first in rule.starts


def _last_place(rule: LineRule, line: LineText) -> int:
    """Where the last of what a match of the rule must hold begins in a line; its end where there is no such thing."""
    text = line.folded if rule.on == "plain" else line.shaped
    last = len(text)
    if rule.needs:
        last = max(map(text.rfind, rule.needs))
    if rule.held is not None:
        last = min(last, max((match.start() for match in rule.held.finditer(text)), default=-1))
    return last


def match_of(
    rule: LineRule, text: str, left: int, right: int, *, has_needed: bool = False
) -> "regex.Match[str] | None":
    """A rule's match of the whole of `text[left:right]`. `has_needed`: one of what it needs is known to be there.
    Raises TimeoutError where it takes too long."""
    if rule.longest is not None and right - left > rule.longest:
        return None
    first = text[left : left + 1]
    if first in FIRST and first not in rule.starts:
        return None
    if rule.needs and not has_needed and all(text.find(needed, left, right) < 0 for needed in rule.needs):
        return None
    return rule.compiled.fullmatch(text, left, right, timeout=TIMEOUT)


_TEXTS: dict[str, LineTexts] = {}
"""By the rules' fingerprint: a worker makes each once."""


def texts_of(rules: Rules) -> LineTexts:
    """The lines that were seen under some rules."""
    if rules.fingerprint not in _TEXTS:
        _TEXTS[rules.fingerprint] = LineTexts(rules)
    return _TEXTS[rules.fingerprint]
