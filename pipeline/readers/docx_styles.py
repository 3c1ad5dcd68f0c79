"""What the styles and the numbering of a word-processor document say of a paragraph and of its runs.

Sections are those of ECMA-376 part 1.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast

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
_BODY_TEXT = 9


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
    struck: bool | None = None
    font: str | None = None

    def over(self, base: "Look") -> "Look":
        """These properties, with those of `base` where they are silent."""
        own, below = ((each.bold, each.italic, each.hidden, each.struck) for each in (self, base))
        bold, italic, hidden, struck = (under if on is None else on for on, under in zip(own, below, strict=True))
        return Look(bold, italic, hidden, struck, base.font if self.font is None else self.font)


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
    lines = [line for tag in ("w:strike", "w:dstrike") if (line := switch(found.get(tag))) is not None]
    return Look(bold, italic, hidden, any(lines) if lines else None, font)


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
            _toggled(direct.struck, self.defaults.struck, [level.struck for level in levels]),
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
