"""A text as lines: what stages match on, and what they decided about a line before the walk comes to it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

import regex

from pipeline.fold import plain_of, shape_of, with_bars
from pipeline.linetext import LineText, LineTexts, RuleMatch, match_of, texts_of
from pipeline.model import Diagnostic, Source, moved
from pipeline.rules import LineRule, Rules
from pipeline.ticks import with_boxes

SENTENCE_END = (".", "!", "?", "…", ":", ";", ")", '"', "»", "”")


class Line(NamedTuple):
    """A line, or a piece of one: `start` to `end` with the line end, `left` to `right` without outer space."""

    start: int
    end: int
    left: int
    right: int
    text: LineText

    @property
    def is_blank(self) -> bool:
        """Whether nothing but space is in it."""
        return self.left == self.right

    def moved(self, by: int) -> "Line":
        """The same line in a text that begins so many code points earlier."""
        return Line(self.start + by, self.end + by, self.left + by, self.right + by, self.text)


class Mark(NamedTuple):
    """What a line opens: a kind of block, by which rule, where its body is, and what its label prints.

    `number` is a measure's, `levels` a level's; `ticked` is what a check box says (None: no box, or an empty one);
    `answer` is where a level's answer stands, before its wording.
    """

    kind: str
    rule: str
    body: tuple[int, int]
    label: str | None = None
    number: int | None = None
    levels: tuple[int, ...] = ()
    boxed: bool = False
    ticked: bool | None = None
    evidence: str | None = None
    line_rule: LineRule | None = None
    about: str | None = None
    answer: tuple[int, int] | None = None

    def moved(self, by: int) -> "Mark":
        """The same mark in a text that begins so many code points earlier."""
        return Mark(
            *(self.kind, self.rule, moved(self.body, by), self.label, self.number, self.levels),
            *(self.boxed, self.ticked, self.evidence, self.line_rule, self.about),
            None if self.answer is None else moved(self.answer, by),
        )


class Context(NamedTuple):
    """What a section must know of the document around it.

    `labels` are the document's own labels for observations, folded; `following` is the first character of the heading
    that follows.
    """

    labels: frozenset[str] = frozenset()
    crosses_refuse: bool = False
    is_scanned: bool = False
    has_measures: bool = False
    is_last: bool = True
    following: str = ""


@dataclass(slots=True)
class Page:
    """A source cut into lines. `marks` holds, by the start of a line, what was decided about it; None: no heading.

    `matched` is the source's text as it is read: with boxes for squares that are such, and bars between cells.
    `styled` are the starts of the lines that are set as the list's own words are. `spaced`: most lines of the document
    stand between blank ones, which then part nothing. `is_tabular`: lines may have been cut as rows of tables.
    """

    source: Source
    rules: Rules
    texts: LineTexts
    matched: str
    shaped: str
    folded: str
    lines: list[Line]
    marks: dict[int, Mark] = field(default_factory=dict)
    styled: set[int] = field(default_factory=set)
    spaced: bool = False
    is_tabular: bool = False
    context: Context = field(default_factory=Context)
    diagnostics: list[Diagnostic] = field(default_factory=list)

    def text(self, line: Line) -> str:
        """The line as matched with case and accents kept."""
        return line.text.shaped

    def head(self, body: tuple[int, int], length: int) -> str:
        """The first characters of a stretch, at most `length`, in lower case without accents."""
        return self.folded[body[0] : min(body[1], body[0] + length)]

    def fold(self, line: Line) -> str:
        """The line as matched in lower case without accents."""
        return line.text.folded

    def match(self, rule: LineRule, left: int, right: int) -> "regex.Match[str] | None":
        """The rule's match of a whole stretch; none, and a diagnostic, where it takes too long."""
        try:
            return match_of(rule, self.folded if rule.on == "plain" else self.shaped, left, right)
        except TimeoutError:
            self._tell_slow(rule, left, right)
            return None

    def matches(self, line: Line) -> Iterator[RuleMatch]:
        """The matches of all line rules but those for headings; a diagnostic for each that takes too long."""
        try:
            yield from self.texts.matches(line.text)
        finally:  # however few of them were asked for
            for rule in line.text.slow:
                self._tell_slow(rule, line.left, line.right)

    def heads(self, line: Line) -> tuple[RuleMatch, ...]:
        """The matches of rules for the headings of measures; a diagnostic for each rule that takes too long."""
        heads = self.texts.heads(line.text)
        for rule in line.text.slow:
            self._tell_slow(rule, line.left, line.right)
        return heads

    def floor(self, line: Line, body: int) -> int | None:
        """Where, from `body` on, a sentence of the line begins with which the list takes the floor, if any does."""
        at = self.texts.floor_of(line.text, max(0, body - line.left))
        for rule in line.text.slow:
            self._tell_slow(rule, line.left, line.right)
        return None if at is None else line.left + at

    def _tell_slow(self, rule: LineRule, left: int, right: int) -> None:
        message = f"the rule {rule.id} took too long on this line and was left out: simplify its pattern"
        self.diagnostics.append(Diagnostic("warning", "rule-timeout", message, left, right))

    def opens_level(self, line: Line) -> bool:
        """Whether a line is a level's mark, with its wording or without."""
        return any(match.rule.kind == "level" for match in self.matches(line))

    def ends_sentence(self, index: int) -> bool:
        """Whether the line before line `index` is blank or ends a sentence, so that a new one may begin."""
        if index == 0:
            return True
        before = self.lines[index - 1]
        return before.is_blank or self.shaped[before.right - 1] in SENTENCE_END

    def following(self, index: int) -> int | None:
        """The next line after `index` that is not blank."""
        lines = self.lines
        for at in range(index + 1, len(lines)):
            if lines[at].left < lines[at].right:
                return at
        return None

    def cut(self, index: int, places: list[int]) -> None:
        """Cut a line into pieces that begin at `places` (offsets inside it)."""
        line = self.lines[index]
        starts = [line.start, *places]
        ends = [*places, line.end]
        self.lines[index : index + 1] = [self._piece(s, e) for s, e in zip(starts, ends, strict=True)]

    def _piece(self, start: int, end: int) -> Line:
        text = self.texts.of(self.matched[start:end].removesuffix("\n"))
        return Line(start, end, start + text.left, start + text.right, text)


def make_page(source: Source, rules: Rules) -> Page:
    """The lines of a source; nothing is decided yet, but for those that the reader knew to be no running text."""
    texts = texts_of(rules)
    matched = with_bars(with_boxes(source.text))
    lines, start = [], 0
    for part in matched.split("\n"):
        text, end = texts.of(part), start + len(part) + 1
        lines.append(Line(start, end, start + text.left, start + text.right, text))
        start = end
    _end_last(lines, len(source.text))
    page = Page(source, rules, texts, matched, shape_of(matched), plain_of(matched), lines)
    if source.asides:
        _mark_asides(page)
    return page


def _end_last(lines: list[Line], length: int) -> None:
    """The last line ends with the text: nothing is left of it where a line end closes the text."""
    last = lines.pop()
    if last.start < length:
        lines.append(last._replace(end=length))


def _mark_asides(page: Page) -> None:
    asides = iter(page.source.asides)
    start, end, kind = next(asides)
    for line in page.lines:
        while line.start >= end:
            start, end, kind = next(asides, (len(page.source.text), len(page.source.text) + 1, kind))
        if line.start >= start and not line.is_blank:
            page.marks[line.start] = Mark(kind, f"reader-{kind}", (line.left, line.right))
