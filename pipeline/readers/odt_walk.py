"""What is open while the elements of an OpenDocument text go by, and how text is added to it."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from pipeline.readers.draft import Paragraph, Run, as_symbols
from pipeline.readers.odt_styles import (
    Element,
    Look,
    Numbering,
    OpenList,
    Styles,
)

MOST_COPIES = 100_000
"""Characters that repeated rows and cells may add to a document."""
# fmt: on
_SPACE_RE = re.compile(r"[ \t\r\n]+")
Close: TypeAlias = Callable[["Walk"], None] | None


@dataclass(slots=True)
class Line:
    """A paragraph that is open. `spaced`: a space here would show as none; `after`: what stands in its frames."""

    looks: list[Look]
    place: int
    marker: str
    is_heading: bool
    runs: list[Run] = field(default_factory=list)
    after: list[Paragraph] = field(default_factory=list)
    spaced: bool = True
    hides: bool = False
    is_hidden: bool = False

    def add(self, text: str) -> None:
        """Add text that is shown as it is."""
        if text:
            look = self.looks[-1]
            self.runs.append(Run(text, bool(look.bold), bool(look.italic)))
            self.spaced = self.hides = False

    @property
    def has_text(self) -> bool:
        return any(run.text.strip() for run in self.runs)


@dataclass(slots=True)
class Frame:
    """A place of its own: the page, a cell, a text box, a note. `lists` are the lists open in it."""

    sink: list[Paragraph]
    base: Look
    line: Line | None = None
    lists: list[OpenList] = field(default_factory=list)


@dataclass(slots=True)
class Walk:
    """What is open while the elements go by, and what was met."""

    styles: Styles
    controls: dict[str, Element]
    frames: list[Frame] = field(default_factory=list)
    rows: list[list[list[Paragraph]]] = field(default_factory=list)
    numbering: Numbering = field(default_factory=Numbering)
    notes: list[Paragraph] = field(default_factory=list)
    masters: list[str] = field(default_factory=list)
    place: int = 0
    comments: int = 0
    changes: int = 0
    hidden: int = 0
    struck: int = 0
    copies: int = MOST_COPIES
    is_cut: bool = False

    @property
    def line(self) -> Line | None:
        return self.frames[-1].line

    @property
    def is_unseen(self) -> bool:
        """Whether what is met now stands in hidden text."""
        return self.line is not None and bool(self.line.looks[-1].hidden)


def leave_out(walk: Walk) -> None:
    """What `_open` gives for an element that is not descended into."""


def write(walk: Walk, text: str) -> None:
    """Add character data: runs of white space are one space, none at the start (ODF 1.3, part 3, 6.1.2)."""
    line = walk.line
    if line is None:
        return
    shown = _SPACE_RE.sub(" ", text)
    is_struck = bool(line.looks[-1].struck) and not walk.is_unseen
    if walk.is_unseen or is_struck:
        told = bool(shown.strip()) and not line.hides
        walk.hidden += told and not is_struck
        walk.struck += told and is_struck
        line.hides = line.hides or bool(shown.strip())
        return
    shown = shown.lstrip(" ") if line.spaced else shown
    if line.looks[-1].symbols:
        shown = as_symbols(shown, "wingdings")
    if shown:
        line.add(shown)
        line.spaced = shown.endswith(" ")


def show(walk: Walk, text: str) -> Close:
    """Show the state of a field, with a space behind it, in place of what it holds."""
    line = walk.line
    if line is not None and not walk.is_unseen and text.strip():
        line.add(text)
        line.spaced = text.endswith(" ")
    elif line is None and text.strip():
        walk.frames[-1].sink.append(Paragraph((Run(text),), walk.place))
    return leave_out


def push(walk: Walk, base: Look | None = None) -> Frame:
    """Enter a frame; what it holds goes before the paragraph that it stands in, or behind it if that has begun."""
    frame = walk.frames[-1]
    sink = frame.line.after if frame.line is not None and frame.line.has_text else frame.sink
    walk.frames.append(Frame(sink, walk.styles.base if base is None else base))
    return walk.frames[-1]


def pop(walk: Walk) -> None:
    walk.frames.pop()
