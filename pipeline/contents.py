"""Headings that only list the measures: tables of contents, recapitulations; and where a second pact begins."""

from collections import Counter
from dataclasses import dataclass

from pipeline.catalogue import ALIKE, LONGEST_PRINTED, SURE, Catalogue
from pipeline.lines import Line, Mark, Page
from pipeline.model import Diagnostic

_RUN = 3
"""So many headings in a row with nothing under them may be a table of contents."""
_SHORT = 60
_TITLES = ("fact-title", "fact-led-by", "fact-list", "fact-with-list")


@dataclass(frozen=True, slots=True)
class Heading:
    """A line that may be a heading. `like` is its likeness to the catalogue's title, None if there is none."""

    index: int
    rule: str
    number: int | None
    label: str
    body: tuple[int, int]
    title: str
    style: str
    like: float | None = None
    rightful: int | None = None
    sure: bool = False
    two_lines: bool = False
    levels: tuple[int, ...] = ()
    rest: int | None = None
    """Where the list's answer begins, behind the title on the same line."""

    @property
    def is_confirmed(self) -> bool:
        # A measure whose title the catalogue only names has no likeness: its name is its title.
        by_name = self.like is None and self.rightful is not None and self.rightful == self.number
        return by_name or (self.like is not None and self.like >= (SURE if self.sure else ALIKE))


def find_contents(page: Page, catalogue: Catalogue, headings: list[Heading]) -> set[int]:
    """The lines (by index) of tables of contents: headings in a row with nothing under them, that come again."""
    runs: list[list[Heading]] = []
    numbers: set[int | None] = set()
    for before, heading in zip([None, *headings], headings, strict=False):
        new = not runs or heading.number in numbers
        if before is not None and not new and not _has_body(page, catalogue, before, heading):
            runs[-1].append(heading)
        else:
            runs.append([heading])
            numbers = set()
        numbers.add(heading.number)
    found: set[int] = set()
    # The headings that are in no table of contents yet.
    numbered = {heading.index: heading.number for heading in headings}
    left, n_left = Counter(numbered.values()), len(numbered)
    for position, run in enumerate(runs):
        if len(run) < _RUN:
            continue
        own = Counter(h.number for h in run if h.index not in found)
        again = sum(left[h.number] > own[h.number] for h in run)
        if again >= 0.6 * len(run) and (n_left - own.total() > len(run) * 0.6 or position > 0):
            # The last entry stands in the run by its number, whatever follows it.
            listed = {*range(run[0].index, run[-1].index + 1), *_rest_of_title(page, catalogue, run[-1])} - found
            gone = [numbered[index] for index in listed if index in numbered]
            left.subtract(gone)
            n_left -= len(gone)
            found |= listed
    return {index for index in found if not page.lines[index].is_blank}


def _rest_of_title(page: Page, catalogue: Catalogue, heading: Heading) -> list[int]:
    following = page.following(heading.index)
    if following is None or heading.number is None or following != heading.index + 1:
        return []
    more = page.fold(page.lines[following])
    return [following] if catalogue.continues(heading.number, heading.title, more) else []


def _has_body(page: Page, catalogue: Catalogue, first: Heading, second: Heading) -> bool:
    """Whether anything but the rest of its title, or the next theme, stands under a heading."""
    between = [i for i in range(first.index + 1, second.index) if not page.lines[i].is_blank]
    if first.two_lines:
        between = between[1:]
    printed = page.head(first.body, LONGEST_PRINTED)
    for index in between:
        text = page.text(page.lines[index])
        if first.number is not None and catalogue.continues(first.number, printed, page.fold(page.lines[index])):
            continue
        is_theme = index == between[-1] and len(text) <= _SHORT and not text.endswith(".") and text[:1].isupper()
        if not is_theme or page.opens_level(page.lines[index]):
            return True
    return False


def first_pact(page: Page, headings: list[Heading]) -> list[Heading]:
    """The headings before the numbers begin anew: a second pact in the same file is marked as such, and told."""
    seen: set[int | None] = set()
    for position, heading in enumerate(headings):
        following = [h.number for h in headings[position : position + _RUN]]
        if len(following) == _RUN and None not in following and seen.issuperset(following):
            before = headings[position - 1].index
            starts = [i for i in range(before + 1, heading.index) if _opens_pact(page, page.lines[i])]
            line = page.lines[starts[0] if starts else heading.index]
            page.marks[line.start] = Mark("rest", "several-pacts", (line.left, line.right))
            message = "another pact begins here: put each in a file of its own; only the first was read"
            page.diagnostics.append(Diagnostic("warning", "several-pacts", message, line.left, line.right))
            return headings[:position]
        seen.add(heading.number)
    return headings


def _opens_pact(page: Page, line: Line) -> bool:
    rules = [rule for rule in page.rules.facts if rule.id in _TITLES]
    return not line.is_blank and any(rule.compiled.search(page.shaped, line.left, line.right) for rule in rules)
