"""Cut a page into sections, from the heading of a measure to the next, which are read one by one.

A section says what it says whatever document it stands in, a few things apart (its `Context`): one that was read before
is not read again. Where more was decided over the page than headings, the whole document is one section.
"""

from collections.abc import Hashable
from dataclasses import replace
from typing import NamedTuple

from pipeline.lines import Context, Line, Mark, Page
from pipeline.model import Source


class Section(NamedTuple):
    """The lines `first` to `last` (exclusive) of a page, which are its text from `start` to `end`."""

    start: int
    end: int
    first: int
    last: int
    marks: tuple[tuple[int, Mark], ...]
    context: Context


def whole(page: Page) -> Section:
    """The document as one section."""
    return Section(0, len(page.source.text), 0, len(page.lines), tuple(page.marks.items()), page.context)


def cut_sections(page: Page) -> list[Section]:
    """The sections of a page, in order; they tile it."""
    marks = sorted(page.marks.items())
    heads = [start for start, mark in marks if mark.kind == "measure"]
    numbers = {mark.number for _, mark in marks if mark.kind == "measure"}
    source = page.source
    if not heads or source.places or source.asides or page.is_tabular or len(numbers) < len(heads):
        return [whole(page)]
    at_line = {line.start: index for index, line in enumerate(page.lines)}
    starts = heads if heads[0] == 0 else [0, *heads]
    sections, at = [], 0
    contexts: dict[str, Context] = {}
    for start, end in zip(starts, [*starts[1:], len(source.text)], strict=True):
        own = []
        while at < len(marks) and (marks[at][0] < end):
            own.append(marks[at])
            at += 1
        is_last = end == len(source.text)
        following = "" if is_last else page.shaped[page.lines[at_line[end]].left]
        last = len(page.lines) if is_last else at_line[end]
        if following not in contexts or is_last:
            contexts[following] = page.context._replace(is_last=is_last, following=following)
        here = contexts[following]
        sections.append(Section(start, end, at_line[start], last, tuple(own), here))
    return sections


def key_of(page: Page, section: Section) -> Hashable:
    """What a section's reading depends on."""
    by = section.start
    marks = tuple(
        (start - by, mark.kind, mark.rule, mark.body[0] - by, mark.body[1] - by, mark.label, mark.number, mark.levels)
        for start, mark in section.marks
    )
    return page.rules.fingerprint, page.matched[by : section.end], marks, section.context


def page_of(page: Page, section: Section) -> Page:
    """The section as a page of its own: offsets count from its start."""
    by, text = section.start, page.source.text[section.start : section.end]
    if len(text) == len(page.source.text):
        return replace(page, context=section.context, diagnostics=[])
    lines: list[Line] = [line.moved(-by) for line in page.lines[section.first : section.last]]
    return Page(
        source=Source(page.source.pact_id, "", 0, page.source.media_type, None, text),
        rules=page.rules,
        texts=page.texts,
        matched=page.matched[by : section.end],
        shaped=page.shaped[by : section.end],
        folded=page.folded[by : section.end],
        lines=lines,
        marks={start - by: mark.moved(-by) for start, mark in section.marks},
        context=section.context,
    )
