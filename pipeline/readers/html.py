"""HTML: the page as a browser shows it, its article told apart from its menus."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring

from pipeline.limits import LIMITS, Limits
from pipeline.model import AsideKind, Diagnostic
from pipeline.readers.article import Asides, find_asides
from pipeline.readers.container import check_depth
from pipeline.readers.css import Styles, cascade, is_bold, is_italic
from pipeline.readers.draft import (
    CELLS_CUT,
    TICKED,
    UNTICKED,
    Paragraph,
    Reading,
    Run,
    Unreadable,
    as_symbols,
    compose,
    numbered,
    row_of,
    struck,
)
from pipeline.readers.text import decode
from pipeline.ticks import are_ticks

_CHARSET_RE = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*(?:["']\s*)?([\w-]{2,40})""", re.IGNORECASE)
_CUT_RE = re.compile(r"<(?:html|body|table)\b", re.IGNORECASE)
_END_RE = re.compile(r"</(?:html|body|table)\s*>", re.IGNORECASE)
_LONGEST_END = 4_096
"""So many characters may stand behind the page's last closing tag: what a server adds."""
_SPACE_RE = re.compile(r"[ \t\n\r\f]+")
_STRUCK = frozenset(["s", "strike", "del"])
_ITALIC = frozenset(["em", "i", "cite", "dfn", "var", "address"])
_HEADINGS = frozenset(["h1", "h2", "h3", "h4", "h5", "h6"])
_BOLD = frozenset(["b", "strong", "th", *_HEADINGS])
_UNSEEN = frozenset(
    [
        "head",
        "script",
        "style",
        "template",
        "noscript",
        "iframe",
        "object",
        "canvas",
        "svg",
        "audio",
        "video",
        "datalist",
    ]
)
_BLOCKS = _HEADINGS | frozenset(
    [
        *("html", "body", "address", "article", "aside", "blockquote", "caption", "center", "dd", "details", "dialog"),
        *("div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "header", "hgroup", "hr", "legend"),
        *("li", "main", "menu", "nav", "ol", "p", "pre", "search", "section", "summary", "table", "tbody", "td"),
        *("tfoot", "th", "thead", "tr", "ul", "option"),
    ]
)
_ICONS = (
    ("✔", re.compile(r"(?:fa|icon|bi|glyphicon|dashicons|mdi|ti)-(?:check|ok|yes|tick)(?:-[a-z]+)*")),
    ("✗", re.compile(r"(?:fa|icon|bi|glyphicon|dashicons|mdi|ti)-(?:times|xmark|x|no|remove|close|cross)(?:-[a-z]+)*")),
)
"""Classes of icon fonts ("fa-check", "dashicons-no") and the signs that they draw."""
_EMPTY_CELLS = 100_000
"""Cells that merged ones may leave empty in all tables of a page: a few bytes may ask for millions."""
_NUMBERING = {"a": "lower-alpha", "A": "upper-alpha", "i": "lower-roman", "I": "upper-roman", "1": "decimal"}


@dataclass(frozen=True, slots=True)
class _State:
    """How an element shows its text."""

    bold: bool = False
    italic: bool = False
    hidden: bool = False
    struck: bool = False
    pre: bool = False
    font: str = ""
    aside: AsideKind | None = None


@dataclass(slots=True)
class _List:
    """A list that is open: the numbering of its items (None: bullets) and the number of the next one."""

    numbering: str | None
    next: int
    step: int


@dataclass(slots=True)
class _Table:
    """A table that is open. `spans` are the rows that a cell further down each column still takes up."""

    cells: list[list[Paragraph]] = field(default_factory=list)
    spans: dict[int, int] = field(default_factory=dict)


@dataclass(slots=True)
class _Walk:
    """What is open while the elements go by. `sinks` are the paragraphs of the page and of each open cell."""

    styles: Styles
    asides: Asides
    sinks: list[list[Paragraph]]
    states: list[_State]
    runs: list[Run] = field(default_factory=list)
    lists: list[_List] = field(default_factory=list)
    tables: list[_Table] = field(default_factory=list)
    marker: str = ""
    empty_cells: int = _EMPTY_CELLS
    place: int = 0
    hidden: int = 0
    struck: int = 0


def read_html(data: bytes, limits: Limits = LIMITS) -> Reading:
    """Read a page. Raises `Unreadable` for one without any text, or without an encoding that fits."""
    text, encoding, doubts = _decode(data)
    return read_markup(text, encoding, doubts, limits)


def read_markup(markup: str, encoding: str, doubts: list[Diagnostic], limits: Limits) -> Reading:
    """Read a page that is decoded."""
    parser = HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True, no_network=True)
    try:
        root = document_fromstring(markup.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError):
        raise Unreadable("empty", "the page holds no text: save it again with the pact in it") from None
    check_depth(root, limits)
    styles, tried_all = cascade(root)
    walk = _Walk(styles, find_asides(root), [[]], [_State()])
    for event, element in etree.iterwalk(root, events=("start", "end")):
        if event == "start":
            _open(walk, element)
        else:
            _close(walk, element)
    _flush(walk)
    if _CUT_RE.search(markup) and not _END_RE.search(markup, max(0, len(markup) - _LONGEST_END)):
        message = "the page breaks off before its end: save it again, or ask for another copy"
        doubts = [*doubts, Diagnostic("warning", "damaged", message)]
    if not tried_all:
        message = "the page has more style rules than can be tried, so that italics may be missing: save it as text"
        doubts = [*doubts, Diagnostic("warning", "styles-left-out", message)]
    return compose(_ordered(walk.sinks[0]), diagnostics=[*doubts, *_told(walk)], encoding=encoding)


def _decode(data: bytes) -> tuple[str, str, list[Diagnostic]]:
    """The page's text: by its bytes where they tell, else by the encoding that it declares."""
    declared = _CHARSET_RE.search(data[:4096])
    name = declared[1].decode("ascii").lower() if declared else ""
    # Browsers read what calls itself Latin-1 as Windows-1252.
    name = "cp1252" if name in ("iso-8859-1", "latin1", "us-ascii") else name
    if not name or name.startswith("utf") or data.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        return decode(data)
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    else:
        return decode(data)
    try:
        return data.decode(name), name, []
    except (LookupError, UnicodeDecodeError):
        return decode(data)


def _ordered(paragraphs: list[Paragraph]) -> Iterator[Paragraph]:
    """A blank line wherever furniture ends or begins, so that it glues nothing together."""
    before: AsideKind | None = None
    for paragraph in paragraphs:
        if paragraph.runs and paragraph.aside != before:
            yield Paragraph((), paragraph.place)
            before = paragraph.aside
        yield paragraph


def _told(walk: _Walk) -> Iterator[Diagnostic]:
    if walk.hidden:
        message = f"{walk.hidden} passages that the page hides were left out: open it in a browser to compare"
        yield Diagnostic("info", "hidden-text-left-out", message)
    yield from struck(walk.struck)
    if not walk.empty_cells:
        yield CELLS_CUT


def _open(walk: _Walk, element: HtmlElement) -> None:
    tag = element.tag
    before = walk.states[-1]
    state = _state(walk, element, before)
    # What turns to furniture in the middle of a line begins a line of its own, and so does what follows it.
    if (_is_block(element) or state.aside != before.aside) and not before.hidden:
        _flush(walk)
        if (tag in _HEADINGS or tag == "hr") and not state.hidden:
            walk.sinks[-1].append(Paragraph((), walk.place))
    walk.states.append(state)
    _count(walk, element, before, state)
    if not state.hidden:
        _open_structure(walk, element)
        _open_field(walk, element)
    if element.text and tag not in ("select", "textarea") and tag not in _UNSEEN:
        _add(walk, element.text, state)


def _is_block(element: HtmlElement) -> bool:
    """Whether an element begins a line; so does a field to write in, and a label that holds one or a choice."""
    if element.tag == "textarea":
        return True
    if element.tag == "label":
        return next(element.iter("textarea", "select"), None) is not None
    return element.tag in _BLOCKS


def _state(walk: _Walk, element: HtmlElement, before: _State) -> _State:
    own, tag = walk.styles.get(element, {}), element.tag
    unseen = tag in _UNSEEN or "hidden" in element.attrib or (tag == "dialog" and "open" not in element.attrib)
    display = own.get("display")
    return _State(
        bold=is_bold(own, before.bold or tag in _BOLD),
        italic=is_italic(own, before.italic or tag in _ITALIC),
        hidden=before.hidden
        or (unseen and display in (None, "none"))
        or display == "none"
        or own.get("visibility") in ("hidden", "collapse"),
        struck=before.struck or tag in _STRUCK or own.get("text-decoration") == "line-through",
        pre=before.pre or tag in ("pre", "textarea"),
        font=own.get("font-family") or (element.get("face") or "").lower() or before.font,
        aside=walk.asides.get(element, before.aside),
    )


def _count(walk: _Walk, element: HtmlElement, before: _State, state: _State) -> None:
    """Count the passages of the article that are left out: hidden, or struck out."""
    hides = state.hidden and not before.hidden and element.tag not in _UNSEEN
    strikes = state.struck and not before.struck
    if state.aside is None and (hides or strikes) and element.text_content().strip():
        walk.hidden += hides
        walk.struck += strikes


def _open_structure(walk: _Walk, element: HtmlElement) -> None:
    tag = element.tag
    if tag == "br":
        _break(walk)
    elif tag in ("ul", "ol", "menu"):
        walk.lists.append(_list(walk, element))
    elif tag == "li":
        walk.marker = _marker(walk, element)
    elif tag == "table":
        walk.tables.append(_Table())
    elif tag in ("td", "th") and walk.tables:
        walk.sinks.append([])
    elif tag in ("img", "i", "span"):
        _add(walk, _sign(element), walk.states[-1])


def _sign(element: HtmlElement) -> str:
    """The character or the answer that a picture or an icon stands for: an emoji, a check mark, "oui"; else nothing."""
    if element.tag != "img" and (len(element) or (element.text or "").strip()):
        return ""
    said = next((text for name in ("alt", "aria-label", "title") if (text := (element.get(name) or "").strip())), "")
    if (0 < len(said) <= 4 and not any(char.isalnum() for char in said)) or (said and are_ticks([said])):
        return said
    names = (element.get("class") or "").split()
    return next((sign for name in names for sign, icon_re in _ICONS if icon_re.fullmatch(name)), "")


def _list(walk: _Walk, element: HtmlElement) -> _List:
    kind = walk.styles.get(element, {}).get("list-style-type") or _NUMBERING.get(element.get("type", ""), "")
    if element.tag != "ol":
        return _List("none" if kind == "none" else None, 1, 1)
    backwards = "reversed" in element.attrib
    first = _integer(element.get("start"), len(element.findall("li")) if backwards else 1)
    return _List(kind or "decimal", first, -1 if backwards else 1)


def _marker(walk: _Walk, item: HtmlElement) -> str:
    if not walk.lists:
        return "• "
    own = walk.lists[-1]
    number = _integer(item.get("value"), own.next)
    own.next = number + own.step
    kind = walk.styles.get(item, {}).get("list-style-type", own.numbering)
    if kind is None:
        return "• " if sum(other.numbering is None for other in walk.lists) == 1 else "– "
    return "" if kind == "none" else f"{numbered(number, kind)}. "


def _integer(text: str | None, default: int) -> int:
    try:
        number = int(text) if text is not None else default
    except ValueError:
        return default
    return number if abs(number) < 1 << 31 else default  # as browsers read them


def _open_field(walk: _Walk, element: HtmlElement) -> None:
    """What a form field shows: ticked or not, the option chosen, the text typed."""
    tag, kind, state = element.tag, (element.get("type") or "text").lower(), walk.states[-1]
    if tag == "input" and kind in ("checkbox", "radio"):
        before = "" if not walk.runs or walk.runs[-1].text.endswith(" ") else " "
        _add(walk, f"{before}{TICKED if 'checked' in element.attrib else UNTICKED} ", state)
    elif tag == "input" and kind in ("text", "search", "number", "date", "email", "url", "tel"):
        _add(walk, element.get("value") or "", state)
    elif tag == "textarea":
        _add(walk, element.text or "", state)
    elif tag == "select":
        options = list(element.iter("option"))
        chosen = [option for option in options if "selected" in option.attrib]
        for option in chosen or options[: "multiple" not in element.attrib]:
            _add(walk, f"{option.text_content()} ", state)
    if tag in ("select", "textarea"):
        walk.states[-1] = replace(state, hidden=True)


def _close(walk: _Walk, element: HtmlElement) -> None:
    tag, state = element.tag, walk.states[-1]
    if (_is_block(element) or state.aside != walk.states[-2].aside) and not state.hidden:
        _flush(walk)
        if tag in ("p", "div", "li") and _is_empty(element):
            walk.sinks[-1].append(Paragraph((), walk.place))
    walk.states.pop()
    if not state.hidden:
        _close_structure(walk, element)
    if element.tail:
        _add(walk, element.tail, walk.states[-1])


def _is_empty(element: HtmlElement) -> bool:
    """Whether a paragraph is there only to keep a line free."""
    return len(element) == 0 and element.text is not None and "\u00a0" in element.text and not element.text.strip()


def _close_structure(walk: _Walk, element: HtmlElement) -> None:
    tag = element.tag
    if tag in ("ul", "ol", "menu"):
        walk.lists.pop()
    elif tag == "li":
        walk.marker = ""
    elif tag in ("td", "th") and walk.tables:
        _add_cell(walk, walk.sinks.pop(), element)
    elif tag == "tr" and walk.tables:
        table = walk.tables[-1]
        walk.sinks[-1] += row_of(table.cells, walk.place)
        table.cells = []
    elif tag == "table":
        walk.sinks[-1] += row_of(walk.tables.pop().cells, walk.place)


def _add_cell(walk: _Walk, paragraphs: list[Paragraph], cell: HtmlElement) -> None:
    """Put a cell into its row, behind those that come down from above; merged ones leave empty cells."""
    table = walk.tables[-1]
    while walk.empty_cells and table.spans.get(len(table.cells), 0) > 0:
        table.spans[len(table.cells)] -= 1
        table.cells.append([])
        walk.empty_cells -= 1
    columns = min(max(_integer(cell.get("colspan"), 1), 1), 100, walk.empty_cells + 1)
    walk.empty_cells -= columns - 1
    rows = min(max(_integer(cell.get("rowspan"), 1), 1), 1000)
    for column in range(len(table.cells), len(table.cells) + columns):
        table.spans[column] = rows - 1
    table.cells += [paragraphs, *([] for _ in range(columns - 1))]


def _add(walk: _Walk, text: str, state: _State) -> None:
    if state.hidden or state.struck:
        return
    if state.pre and "\n" in text:
        for number, line in enumerate(text.split("\n")):
            if number:
                _break(walk)
            _add(walk, line, replace(state, pre=False))
        return
    shown = as_symbols(_SPACE_RE.sub(" ", text), state.font)
    if not walk.runs or walk.runs[-1].text.endswith(" "):
        shown = shown.lstrip(" ")
    if not shown:
        return
    if walk.marker and shown.strip():
        walk.runs.append(Run(walk.marker, state.bold, state.italic))
        walk.marker = ""
    walk.runs.append(Run(shown, state.bold, state.italic))


def _break(walk: _Walk) -> None:
    """A line break: what stands before it is a line, and a second one leaves a line free."""
    if any(run.text.strip() for run in walk.runs):
        _flush(walk)
    else:
        walk.sinks[-1].append(Paragraph((), walk.place))


def _flush(walk: _Walk) -> None:
    """End the line that is open."""
    if any(run.text.strip() for run in walk.runs):
        walk.place += 1
        walk.runs[-1] = replace(walk.runs[-1], text=walk.runs[-1].text.rstrip(" "))  # no browser shows it
        walk.sinks[-1].append(Paragraph(tuple(walk.runs), walk.place, walk.states[-1].aside))
    walk.runs = []
