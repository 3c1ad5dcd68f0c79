"""The automatic numbers and bullets of a Word document, as they print."""

import re
from dataclasses import dataclass, field

from pipeline.readers.docx_styles import (
    Node,
    Style,
    Styles,
    attr,
    child,
    children,
    look_of,
    name,
    number,
    switch,
)
from pipeline.readers.draft import BOXES, as_symbols, numbered

_HOLE_RE = re.compile(r"%([1-9])")
_FORMS = {"lowerLetter": "lower-alpha", "upperLetter": "upper-alpha", "decimalZero": "decimal-leading-zero"}
_FORMS |= {"lowerRoman": "lower-roman", "upperRoman": "upper-roman"}
_LONGEST_SPELT = 1000
_DEPTHS = 9


@dataclass(frozen=True, slots=True)
class _Level:
    """A level of a list. `restart` is the depth, from 1, that starts it anew; 0: none does."""

    start: int
    form: str
    pattern: str
    gap: str
    restart: int | None
    legal: bool
    style_id: str | None
    font: str | None
    hidden: bool


def _level(node: Node) -> _Level:
    # Formats younger than the standard stand in mc:AlternateContent.
    forms = [each for each in node.iter() if name(each) == "w:numFmt"]
    form = (attr(forms[0]) if forms else None) or "decimal"
    if form == "custom":
        form = attr(forms[0], "format") or "decimal"
    look = look_of(child(node, "w:rPr"))
    restart = child(node, "w:lvlRestart")
    return _Level(
        number(attr(child(node, "w:start"))),
        form,
        attr(child(node, "w:lvlText")) or "",
        "" if attr(child(node, "w:suff")) == "nothing" else " ",
        None if restart is None else number(attr(restart)),
        switch(child(node, "w:isLgl")) is True,
        attr(child(node, "w:pStyle")),
        look.font,
        look.hidden is True,
    )


def _levels(node: Node) -> dict[int, _Level]:
    return {number(attr(each, "ilvl")): _level(each) for each in node if name(each) == "w:lvl"}


@dataclass(slots=True)
class _List:
    """A w:num: the levels it shows, the counts it shares with the lists of the same w:abstractNum, its own starts."""

    levels: dict[int, _Level]
    counts: list[int | None]
    starts: dict[int, int]
    pending: set[int] = field(default_factory=set)


class Numbering:
    """The automatic numbers of a document; `marker` must be asked in the order of the paragraphs, once for each."""

    def __init__(self, root: Node, styles: Styles) -> None:
        self._styles = styles
        self._abstract: dict[str, Node] = {}
        self._nums: dict[str, Node] = {}
        self._lists: dict[str, _List | None] = {}
        self._counts: dict[str, list[int | None]] = {}
        for node in children(root):
            if name(node) == "w:abstractNum":
                self._abstract[attr(node, "abstractNumId") or ""] = node
            elif name(node) == "w:num":
                self._nums[attr(node, "numId") or ""] = node

    def marker(self, properties: Node, style: Style) -> str:
        """What is printed before a paragraph, with the space behind it; nothing for most."""
        own = child(properties, "w:numPr")
        own_list, own_depth = attr(child(own, "w:numId")), attr(child(own, "w:ilvl"))
        list_id = style.list_id if own_list is None else own_list
        if list_id is None or (found := self._list(list_id)) is None:
            return ""
        depth = number(own_depth) if own_depth is not None else 0 if own_list is not None else _depth(found, style)
        level = found.levels.get(depth)
        if level is None or not 0 <= depth < _DEPTHS:
            return ""
        _count(found, depth)
        return "" if level.hidden else _shown(found, depth, level)

    def _list(self, list_id: str) -> _List | None:
        if list_id not in self._lists:
            self._lists[list_id] = self._make_list(list_id)
        return self._lists[list_id]

    def _make_list(self, list_id: str) -> _List | None:
        num = self._nums.get(list_id)
        abstract_id = attr(child(num, "w:abstractNumId"))
        abstract = self._abstract.get(abstract_id or "")
        for _ in range(_DEPTHS):
            link = attr(child(abstract, "w:numStyleLink"))
            if link is None:
                break
            linked = self._nums.get(self._styles.of(link, "numbering").list_id or "")
            abstract_id = attr(child(linked, "w:abstractNumId"))
            abstract = self._abstract.get(abstract_id or "")
        if num is None or abstract is None or abstract_id is None:
            return None
        found = _List(_levels(abstract), self._counts.setdefault(abstract_id, [None] * _DEPTHS), {})
        for node in num:
            if name(node) == "w:lvlOverride":
                depth = number(attr(node, "ilvl"))
                if (own := child(node, "w:lvl")) is not None:
                    found.levels[depth] = _level(own)
                if (start := attr(child(node, "w:startOverride"))) is not None:
                    found.starts[depth] = number(start)
        found.pending = set(found.starts)
        return found


def _depth(found: _List, style: Style) -> int:
    """The level of a paragraph that is numbered by its style: the one tied to that style (17.9.23)."""
    tied = {level.style_id: depth for depth, level in found.levels.items()}
    if style.style_id in tied:
        return tied[style.style_id]
    return style.depth if style.depth is not None else tied.get(style.numbered_by, 0)


def _count(found: _List, depth: int) -> None:
    """Count one more at that depth; levels above that were never counted begin, those below begin anew."""
    counts = found.counts
    for above in range(depth):
        if counts[above] is None:
            counts[above] = _start(found, above)
    before = counts[depth]
    anew = before is None or depth in found.pending
    found.pending.discard(depth)
    counts[depth] = _start(found, depth) if anew or before is None else before + 1
    for below in range(depth + 1, _DEPTHS):
        level = found.levels.get(below)
        restart = None if level is None else level.restart
        if restart is None or depth < restart:
            counts[below] = None


def _start(found: _List, depth: int) -> int:
    level = found.levels.get(depth)
    return found.starts.get(depth, 0 if level is None else level.start)


def _shown(found: _List, depth: int, level: _Level) -> str:
    if level.form == "bullet":
        glyph = as_symbols(level.pattern, level.font).strip()
        if not glyph:
            return ""
        is_sign = len(glyph) == 1 and glyph not in BOXES
        return ("• " if depth == 0 else "– ") if is_sign else glyph + level.gap

    def fill(hole: "re.Match[str]") -> str:
        at = int(hole[1]) - 1
        other = found.levels.get(at)
        if at > depth or other is None:
            return ""
        form = "decimal" if level.legal and other.form != "none" else other.form
        return _formatted(found.counts[at] or 0, form)

    text = _HOLE_RE.sub(fill, level.pattern)
    return text.rstrip() + level.gap if text.strip() and level.gap else text


def _formatted(count: int, form: str) -> str:
    """A count in one of the formats of 17.18.59; in one that is not known here, in digits."""
    if form in ("none", "bullet"):
        return ""
    if form in _FORMS:
        return numbered(count, _FORMS[form] if count < _LONGEST_SPELT else "decimal")
    # A custom format is a row of examples: "001, 002, 003, ...".
    first = form.partition(",")[0]
    return f"{count:0{len(first) if first.isdigit() and len(first) < 9 else 1}}"
