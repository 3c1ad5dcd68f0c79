"""OpenDocument styles: what a text looks like, and what an automatic number shows.

Numbers follow ODF 1.3, part 3, and, where it leaves things open, what LibreOffice shows: a level that was never met
counts as its first number, a second list within an item begins anew, an undefined level shows "1.".
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, TypeAlias

from pipeline.readers.draft import BOXES, numbered

Element: TypeAlias = Any
"""An element of lxml, which has no types."""

_ODF = "urn:oasis:names:tc:opendocument:xmlns:"
_SPACES = {
    **{name: f"{_ODF}{name}:1.0" for name in ("office", "style", "text", "table", "form", "manifest")},
    "draw": f"{_ODF}drawing:1.0",
    "fo": f"{_ODF}xsl-fo-compatible:1.0",
    "svg": f"{_ODF}svg-compatible:1.0",
    "xml": "http://www.w3.org/XML/1998/namespace",
    "loext": "urn:org:documentfoundation:names:experimental:office:xmlns:loext:1.0",
    "field": "urn:openoffice:names:experimental:ooo-ms-interop:xmlns:field:1.0",
}
_PREFIXES = {space: prefix for prefix, space in _SPACES.items()}
_ANCESTORS = 64
_MOST = 10**9


@lru_cache(4096)
def name_of(tag: str) -> str:
    """An element's name with the prefix that the standard gives it: "text:p"."""
    space, _, local = tag[1:].rpartition("}")
    return f"{_PREFIXES.get(space, '')}:{local}"


@lru_cache(512)
def tag_of(name: str) -> str:
    """The reverse of `name_of`."""
    prefix, _, local = name.partition(":")
    return f"{{{_SPACES[prefix]}}}{local}"


def attribute(element: Element, name: str) -> str | None:
    """An attribute by its name with prefix."""
    value: str | None = element.get(tag_of(name))
    return value


def number_in(text: str | None, default: int, lowest: int = 0, highest: int = _MOST) -> int:
    """The whole number that an attribute holds, within bounds."""
    try:
        value = int(text) if text is not None and len(text) < 20 else default
    except ValueError:
        value = default
    return min(max(value, lowest), highest)


@dataclass(frozen=True, slots=True)
class Look:
    """What a style says of a text; None where it leaves it to the one below. `symbols`: set in a font of symbols."""

    bold: bool | None = None
    italic: bool | None = None
    hidden: bool | None = None
    struck: bool | None = None
    symbols: bool | None = None

    def over(self, below: "Look") -> "Look":
        """This look, and what it leaves open as below."""
        return Look(
            below.bold if self.bold is None else self.bold,
            below.italic if self.italic is None else self.italic,
            below.hidden if self.hidden is None else self.hidden,
            below.struck if self.struck is None else self.struck,
            below.symbols if self.symbols is None else self.symbols,
        )


PLAIN = Look(False, False, False, False, False)
_NOTHING = Look()


@dataclass(frozen=True, slots=True)
class Level:
    """How a list numbers one of its levels. `shape` has "%1%" where the number of level 1 goes."""

    format: str = "1"
    prefix: str = ""
    suffix: str = "."
    shown: int = 1
    start: int = 1
    synced: bool = False
    shape: str = ""
    bullet: str | None = None


@dataclass(frozen=True, slots=True)
class ListStyle:
    """The levels of a list, from 0. `consecutive`: one count for all of them."""

    levels: dict[int, Level]
    consecutive: bool = False

    def level(self, depth: int) -> Level:
        """The level at a depth."""
        return self.levels.get(depth, _UNDEFINED)


_UNDEFINED = Level()


@dataclass(slots=True)
class Styles:
    """The styles that a part of the document sees, by family and name."""

    nodes: dict[tuple[str, str], Element] = field(default_factory=dict)
    lists: dict[str, ListStyle] = field(default_factory=dict)
    outline: ListStyle | None = None
    fonts: dict[str, str] = field(default_factory=dict)
    base: Look = PLAIN
    _looks: dict[tuple[str, str], Look] = field(default_factory=dict)

    def look(self, family: str, name: str | None) -> Look:
        """What a style and its parents say."""
        if name is None:
            return _NOTHING
        if (family, name) not in self._looks:
            look = _NOTHING
            for node in self._chain(family, name):
                look = look.over(_own_look(node, self.fonts))
            self._looks[family, name] = look
        return self._looks[family, name]

    def first(self, family: str, name: str | None, wanted: str) -> str | None:
        """An attribute of a style, or of the nearest parent that has it."""
        values = (attribute(node, wanted) for node in self._chain(family, name or ""))
        return next((value for value in values if value is not None), None)

    def _chain(self, family: str, name: str) -> Iterator[Element]:
        for _ in range(_ANCESTORS):
            node = self.nodes.get((family, name))
            if node is None:
                return
            yield node
            name = attribute(node, "style:parent-style-name") or ""


def styles_of(parts: Iterable[Element]) -> Styles:
    """The styles in some `office:styles`, `office:automatic-styles` and `office:font-face-decls`; the last one wins."""
    styles = Styles()
    defaults: dict[str, Look] = {}
    for child in (child for part in parts for child in part if isinstance(child.tag, str)):
        kind, name = name_of(child.tag), attribute(child, "style:name") or ""
        family = attribute(child, "style:family") or ""
        if kind == "style:style":
            styles.nodes[family, name] = child
        elif kind == "style:default-style":
            defaults[family] = _own_look(child, styles.fonts)
        elif kind == "style:font-face":
            styles.fonts[name] = attribute(child, "svg:font-family") or name
        elif kind == "text:list-style":
            styles.lists[name] = _list_style(child)
        elif kind == "text:outline-style":
            styles.outline = _list_style(child)
    styles.base = defaults.get("paragraph", _NOTHING).over(defaults.get("text", _NOTHING)).over(PLAIN)
    return styles


def _own_look(node: Element, fonts: dict[str, str]) -> Look:
    found = node.find(tag_of("style:text-properties"))
    if found is None:
        return _NOTHING
    weight = attribute(found, "fo:font-weight")
    slant = attribute(found, "fo:font-style")
    display = attribute(found, "text:display")
    if display == "condition":
        display = attribute(found, "text:condition") or "none"
    line = attribute(found, "style:text-line-through-style") or attribute(found, "style:text-line-through-type")
    font = attribute(found, "style:font-name")
    font = attribute(found, "fo:font-family") if font is None else fonts.get(font, font)
    return Look(
        None if weight is None else weight == "bold" or number_in(weight, 0) >= 600,
        None if slant is None else slant in ("italic", "oblique", "backslant"),
        None if display is None else display == "none",
        None if line is None else line != "none",
        None if font is None else font.strip("'\" ").lower().startswith(("wingdings", "webdings")),
    )


def _list_style(node: Element) -> ListStyle:
    levels = {}
    for child in (child for child in node if isinstance(child.tag, str)):
        depth = number_in(attribute(child, "text:level"), 1, 1) - 1
        level = Level(
            attribute(child, "style:num-format") or "",
            attribute(child, "style:num-prefix") or "",
            attribute(child, "style:num-suffix") or "",
            number_in(attribute(child, "text:display-levels"), 1, 1, 10),
            number_in(attribute(child, "text:start-value"), 1),
            attribute(child, "style:num-letter-sync") == "true",
            attribute(child, "loext:num-list-format") or "",
        )
        if name_of(child.tag) == "text:list-level-style-bullet":
            level = replace(level, bullet=attribute(child, "text:bullet-char") or "")
        elif name_of(child.tag) == "text:list-level-style-image":
            level = replace(level, bullet="•")
        levels[depth] = level
    return ListStyle(levels, attribute(node, "text:consecutive-numbering") == "true")


_SHAPE_RE = re.compile(r"%(\d{1,2})%")
_UNSEEN = " \u00a0\u200b\u200c\u200d\u2060\ufeff"


def marker(style: ListStyle, counts: list[int | None], depth: int) -> str:
    """What an item shows before its text, without the space behind it; "" for nothing."""
    own = style.level(depth)
    if own.bullet is not None:
        glyph = own.bullet.strip(_UNSEEN)
        return glyph if not glyph or glyph in BOXES else "–" if depth else "•"

    def number(at: int) -> str:
        level, count = style.level(at), counts[at] if at < len(counts) else None
        return "" if level.bullet is not None or count is None else _printed(count, level)

    if own.shape:
        return _SHAPE_RE.sub(lambda match: number(int(match[1]) - 1), own.shape).strip(_UNSEEN)
    shown = range(max(0, depth + 1 - own.shown), depth + 1) if own.format else ()
    numbers = [text for text in map(number, shown) if text]
    return f"{own.prefix}{'.'.join(numbers)}{own.suffix}".strip(_UNSEEN)


def _printed(count: int, level: Level) -> str:
    """A number in the format of its level; figures where letters cannot say it."""
    kind = level.format
    if not kind:
        return ""
    if kind in ("a", "A") and 0 < count < 800:
        text = _letters(count, level.synced)
    elif kind in ("i", "I") and 0 < count < 4000:
        text = numbered(count, "lower-roman")
    elif kind.startswith("0"):  # "01, 02, 03, …" pads to the width of its first number
        return str(count).zfill(len(kind.split(",")[0]))
    else:
        return str(count)
    return text.upper() if kind.isupper() else text


def _letters(count: int, synced: bool) -> str:
    if synced:
        return "abcdefghijklmnopqrstuvwxyz"[(count - 1) % 26] * ((count - 1) // 26 + 1)
    text = ""
    while count > 0:
        count, letter = divmod(count - 1, 26)
        text = "abcdefghijklmnopqrstuvwxyz"[letter] + text
    return text


@dataclass(slots=True)
class OpenList:
    """A list that is open. `owed` is whether its item has still to show its number, `inner` its lists so far."""

    key: str
    style: str
    depth: int
    owed: bool = False
    start: int | None = None
    override: str | None = None
    inner: int = 0


@dataclass(slots=True)
class Numbering:
    """How far every list has counted. Lists that continue one another share a key."""

    counts: dict[str, list[int | None]] = field(default_factory=dict)
    latest: dict[str, int] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    last: tuple[str, str] | None = None
    made: int = 0

    def open_list(self, element: Element, outer: OpenList | None) -> OpenList:
        """Enter a `text:list`."""
        style = attribute(element, "text:style-name") or (outer.style if outer else "")
        continues = attribute(element, "text:continue-numbering") == "true"
        if outer is None:
            own = attribute(element, "xml:id") or attribute(element, "text:id")
            key = self._key(own, attribute(element, "text:continue-list"), style if continues else None)
            self.last = (key, style)
            return OpenList(key, style, 0)
        outer.inner += 1
        if outer.inner > 1 and not continues:
            self.counts[outer.key] = self.counts.get(outer.key, [])[: outer.depth + 1]
        return OpenList(outer.key, style, outer.depth + 1)

    def _key(self, own: str | None, continued: str | None, style: str | None) -> str:
        """The key of a new list; `style` is given where it goes on from the list before, if that has the same."""
        self.made += 1
        if continued is not None and continued in self.keys:
            key = self.keys[continued]
        elif self.last is not None and self.last[1] == style:
            key = self.last[0]
        else:
            key = self.keys.get(own or "", f"#{self.made}")
        if own:
            self.keys[own] = key
        return key

    def count(self, key: str, style: ListStyle, depth: int, start: int | None = None) -> str:
        """Count an item, and give its marker."""
        counts = self.counts.get(key, [])
        before = counts[depth] if depth < len(counts) else None
        if style.consecutive and key in self.latest:
            before = self.latest[key]
        counts = counts[: depth + 1] + [None] * (depth + 1 - len(counts))
        for at in range(depth):
            counts[at] = style.level(at).start if counts[at] is None else counts[at]
        first = style.level(depth).start if before is None else before + 1
        counts[depth] = self.latest[key] = first if start is None else start
        self.counts[key] = counts
        return marker(style, counts, depth)
