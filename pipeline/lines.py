"""A text as lines: what stages match on, and what they decided about a line before the walk comes to it."""

from dataclasses import dataclass, field

import regex

from pipeline.fold import plain_of, shape_of
from pipeline.model import Diagnostic, Source
from pipeline.rules import FIRST, TIMEOUT, LineRule, Rules

SENTENCE_END = (".", "!", "?", "…", ":", ";", ")", '"', "»", "”")


@dataclass(frozen=True, slots=True)
class Line:
    """A line, or a piece of one: `start` to `end` with the line end, `left` to `right` without outer space."""

    start: int
    end: int
    left: int
    right: int

    @property
    def is_blank(self) -> bool:
        """Whether nothing but space is in it."""
        return self.left == self.right


@dataclass(frozen=True, slots=True)
class Mark:
    """What a line opens: a kind of block, by which rule, where its body is, and what its label prints.

    `number` is a measure's, `levels` a level's; `ticked` is what a check box says (None: no box, or an empty one).
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


@dataclass(slots=True)
class Page:
    """A source cut into lines. `marks` holds, by the start of a line, what was decided about it; None: no heading.

    `styled` are the starts of the lines that are set as the list's own words are. `spaced`: most lines of the document
    stand between blank ones, which then part nothing.
    """

    source: Source
    rules: Rules
    shaped: str
    folded: str
    lines: list[Line]
    marks: dict[int, Mark] = field(default_factory=dict)
    styled: set[int] = field(default_factory=set)
    spaced: bool = False
    diagnostics: list[Diagnostic] = field(default_factory=list)

    def text(self, line: Line) -> str:
        """The line as matched with case and accents kept."""
        return self.shaped[line.left : line.right]

    def fold(self, line: Line) -> str:
        """The line as matched in lower case without accents."""
        return self.folded[line.left : line.right]

    def match(self, rule: LineRule, left: int, right: int) -> "regex.Match[str] | None":
        """The rule's match of a whole stretch; none, and a diagnostic, where it takes too long."""
        if rule.longest is not None and right - left > rule.longest:
            return None
        text = self.folded if rule.on == "plain" else self.shaped
        first = text[left : left + 1]
        if first in FIRST and first not in rule.starts:
            return None
        if rule.needs and all(text.find(needed, left, right) < 0 for needed in rule.needs):
            return None
        try:
            return rule.compiled.fullmatch(text, left, right, timeout=TIMEOUT)
        except TimeoutError:
            message = f"the rule {rule.id} took too long on this line and was left out: simplify its pattern"
            self.diagnostics.append(Diagnostic("warning", "rule-timeout", message, left, right))
            return None

    def opens_level(self, line: Line) -> bool:
        """Whether a line is a level's mark, with its wording or without."""
        return any(rule.kind == "level" and self.match(rule, line.left, line.right) for rule in self.rules.lines)

    def ends_sentence(self, index: int) -> bool:
        """Whether the line before line `index` is blank or ends a sentence, so that a new one may begin."""
        if index == 0:
            return True
        before = self.lines[index - 1]
        return before.is_blank or self.shaped[before.right - 1] in SENTENCE_END

    def following(self, index: int) -> int | None:
        """The next line after `index` that is not blank."""
        return next((i for i in range(index + 1, len(self.lines)) if not self.lines[i].is_blank), None)

    def cut(self, index: int, places: list[int]) -> None:
        """Cut a line into pieces that begin at `places` (offsets inside it)."""
        line = self.lines[index]
        starts = [line.start, *places]
        ends = [*places, line.end]
        self.lines[index : index + 1] = [piece(self.source.text, s, e) for s, e in zip(starts, ends, strict=True)]


def make_page(source: Source, rules: Rules) -> Page:
    """The lines of a source; nothing is decided yet, but for those that the reader knew to be no running text."""
    lines, start = [], 0
    for part in source.text.split("\n"):
        end = min(start + len(part) + 1, len(source.text))
        if end > start:
            lines.append(piece(source.text, start, end))
        start = end
    page = Page(source, rules, shape_of(source.text), plain_of(source.text), lines)
    if source.asides:
        _mark_asides(page)
    return page


def _mark_asides(page: Page) -> None:
    asides = iter(page.source.asides)
    start, end, kind = next(asides)
    for line in page.lines:
        while line.start >= end:
            start, end, kind = next(asides, (len(page.source.text), len(page.source.text) + 1, kind))
        if line.start >= start and not line.is_blank:
            page.marks[line.start] = Mark(kind, f"reader-{kind}", (line.left, line.right))


def piece(text: str, start: int, end: int) -> Line:
    """The line from `start` to `end`."""
    part = text[start:end]
    left = start + len(part) - len(part.lstrip())
    return Line(start, end, left, max(left, start + len(part.rstrip())))
