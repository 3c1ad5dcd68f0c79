"""What the styles and the numbering of a word-processor document say of a paragraph and of its runs.

Sections are those of ECMA-376 part 1.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, cast

from pipeline.readers.draft import BOXES, as_symbols, numbered

Node = Any
"""An element of lxml, which has no types."""

# Strict documents (ISO/IEC 29500) have the same names in namespaces of their own.
_PREFIXES = {
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main": "w:",
    "http://purl.oclc.org/ooxml/wordprocessingml/main": "w:",
    "http://schemas.microsoft.com/office/word/2010/wordml": "w14:",
    "http://schemas.openxmlformats.org/markup-compatibility/2006": "mc:",
    "http://schemas.openxmlformats.org/officeDocument/2006/math": "m:",
    "http://purl.oclc.org/ooxml/officeDocument/math": "m:",
}
_WORD = [f"{{{uri}}}" for uri, prefix in _PREFIXES.items() if prefix in ("w:", "w14:")]
_NUMBER_RE = re.compile(r"[+-]?\d{1,9}")
_HOLE_RE = re.compile(r"%([1-9])")
_FORMS = {"lowerLetter": "lower-alpha", "upperLetter": "upper-alpha", "decimalZero": "decimal-leading-zero"}
_FORMS |= {"lowerRoman": "lower-roman", "upperRoman": "upper-roman"}
_LONGEST_SPELT = 1000
_BODY_TEXT = 9
_DEPTHS = 9


@lru_cache(4096)
def _short(tag: str) -> str:
    uri, _, local = tag[1:].rpartition("}")
    return _PREFIXES.get(uri, "?:") + local


def name(node: Node) -> str:
    """The element's name with the usual prefix, such as "w:p"; in an unknown namespace, "?:p"."""
    return _short(node.tag) if isinstance(node.tag, str) else ""


def attr(node: Node, key: str = "val") -> str | None:
    """An attribute in one of Word's namespaces."""
    if node is not None:
        for uri in _WORD:
            if (value := node.get(uri + key)) is not None:
                return str(value)
    return None


def child(node: Node, tag: str) -> Node:
    """The first child of that name, or None."""
    return None if node is None else next((each for each in node if name(each) == tag), None)


def children(node: Node) -> Iterable[Node]:
    """The children of an element that may be missing."""
    return () if node is None else cast(Iterable[Node], node)


def number(text: str | None, default: int = 0) -> int:
    """A whole number of up to nine digits."""
    return int(text) if text is not None and _NUMBER_RE.fullmatch(text.strip()) else default


def switch(node: Node) -> bool | None:
    """What an on/off element says (17.17.4); None where it is absent."""
    return None if node is None else attr(node) not in ("0", "false", "off", "none")


@dataclass(frozen=True, slots=True)
class Look:
    """What run properties say; None where they are silent."""

    bold: bool | None = None
    italic: bool | None = None
    hidden: bool | None = None
    font: str | None = None

    def over(self, base: "Look") -> "Look":
        """These properties, with those of `base` where they are silent."""
        pairs = zip((self.bold, self.italic, self.hidden), (base.bold, base.italic, base.hidden), strict=True)
        bold, italic, hidden = (below if own is None else own for own, below in pairs)
        return Look(bold, italic, hidden, base.font if self.font is None else self.font)


SILENT = Look()


def look_of(properties: Node) -> Look:
    """The look that a w:rPr states."""
    if properties is None or len(properties) == 0:
        return SILENT
    found = {name(each): each for each in reversed(properties)}
    fonts = found.get("w:rFonts")
    # A theme font overrules the one that is named (17.3.2.26), and none of them is a symbol font.
    font = "theme" if attr(fonts, "asciiTheme") else attr(fonts, "ascii") or attr(fonts, "hAnsi")
    bold, italic, hidden = (switch(found.get(tag)) for tag in ("w:b", "w:i", "w:vanish"))
    return Look(bold, italic, hidden, font)


@dataclass(frozen=True, slots=True)
class Style:
    """A style with all that it is based on. `numbered_by` is the style of the chain that names the list.

    `parts` are the looks of a table's first row and the like, by the name of the part.
    """

    kind: str = ""
    style_id: str = ""
    look: Look = SILENT
    outline: int | None = None
    list_id: str | None = None
    numbered_by: str | None = None
    depth: int | None = None
    parts: tuple[tuple[str, Look], ...] = ()


NO_STYLE = Style()


def _style_over(node: Node, base: Style) -> Style:
    paragraph = child(node, "w:pPr")
    numbering = child(paragraph, "w:numPr")
    list_id, depth = attr(child(numbering, "w:numId")), attr(child(numbering, "w:ilvl"))
    outline = attr(child(paragraph, "w:outlineLvl"))
    parts = dict(base.parts)
    for each in node:
        if name(each) == "w:tblStylePr":
            part = attr(each, "type") or ""
            parts[part] = look_of(child(each, "w:rPr")).over(parts.get(part, SILENT))
    style_id = attr(node, "styleId") or ""
    return Style(
        attr(node, "type") or "paragraph",
        style_id,
        look_of(child(node, "w:rPr")).over(base.look),
        base.outline if outline is None else number(outline, _BODY_TEXT),
        base.list_id if list_id is None else list_id,
        base.numbered_by if list_id is None else style_id,
        base.depth if depth is None else number(depth),
        tuple(parts.items()),
    )


class Styles:
    """The styles of a document, by identifier; their names differ from language to language and are not read."""

    def __init__(self, root: Node) -> None:
        self._nodes: dict[str, Node] = {}
        self._known: dict[str, Style] = {}
        self._seen: dict[tuple[Look, Look, Look, Look], Look] = {}
        self._default: str | None = None
        for node in children(root):
            style_id = attr(node, "styleId") if name(node) == "w:style" else None
            if style_id is not None:
                self._nodes[style_id] = node
                is_default = (attr(node, "default") or "0") not in ("0", "false", "off")
                if is_default and (attr(node, "type") or "paragraph") == "paragraph":
                    self._default = style_id
        defaults = child(child(child(root, "w:docDefaults"), "w:rPrDefault"), "w:rPr")
        self.defaults = look_of(defaults)

    def of(self, style_id: str | None, kind: str) -> Style:
        """The style of that kind; a paragraph that names none has the default one."""
        style = self._resolved(style_id) if style_id is not None else NO_STYLE
        if style.kind == kind:
            return style
        return self._resolved(self._default) if kind == "paragraph" and self._default is not None else NO_STYLE

    def _resolved(self, style_id: str) -> Style:
        path: dict[str, Node] = {}
        at: str | None = style_id
        while at is not None and at not in self._known and at in self._nodes and at not in path:
            path[at] = self._nodes[at]
            at = attr(child(path[at], "w:basedOn"))
        style = self._known.get(at or "", NO_STYLE)
        for known_id, node in reversed(path.items()):
            kind = attr(node, "type") or "paragraph"
            style = self._known[known_id] = _style_over(node, style if style.kind == kind else NO_STYLE)
        return style

    def seen(self, direct: Look, character: Look, paragraph: Look, table: Look) -> Look:
        """What the eye sees of a run."""
        key = direct, character, paragraph, table
        if key not in self._seen:
            self._seen[key] = self._combined(*key)
        return self._seen[key]

    def _combined(self, direct: Look, character: Look, paragraph: Look, table: Look) -> Look:
        levels = (table, paragraph, character)
        return Look(
            _toggled(direct.bold, self.defaults.bold, [level.bold for level in levels]),
            _toggled(direct.italic, self.defaults.italic, [level.italic for level in levels]),
            _toggled(direct.hidden, self.defaults.hidden, [level.hidden for level in levels]),
            direct.over(character).over(paragraph).over(table).over(self.defaults).font,
        )


def _toggled(direct: bool | None, default: bool | None, levels: Iterable[bool | None]) -> bool:
    """A toggle property (17.7.3): direct formatting is absolute.

    Where styles of several levels speak, defaults that say yes win, else two that say yes cancel each other out.
    """
    if direct is not None:
        return direct
    stated = [level for level in levels if level is not None]
    if default and len(stated) != 1:
        return True
    return sum(stated) % 2 == 1


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
