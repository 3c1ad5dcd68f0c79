"""OpenDocument text (.odt, and .fodt, which is one XML file): the document as the eye sees it."""

import io
import lzma
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from lxml import etree

from pipeline.model import Diagnostic
from pipeline.readers.draft import TICKED, UNTICKED, Paragraph, Reading, Run, Unreadable, compose, row_of
from pipeline.readers.odt_styles import (
    Element,
    Look,
    Numbering,
    OpenList,
    Styles,
    attribute,
    name_of,
    number_in,
    styles_of,
    tag_of,
)

_MOST_BYTES = 64 << 20
_MOST_COPIES = 100_000
"""Characters that repeated rows and cells may add to a document."""
_DAMAGE = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, OSError),
    *(NotImplementedError, RuntimeError, ValueError, KeyError, OverflowError),
)
"""What zipfile raises for a damaged file."""
# fmt: off
_LEFT_OUT = frozenset(
    [
        "office:annotation-end", "office:forms", "office:scripts", "office:event-listeners", "office:dde-source",
        "office:binary-data", "svg:title", "svg:desc", "draw:object", "draw:object-ole", "draw:plugin",
        "draw:applet", "draw:floating-frame", "text:note-citation", "text:number", "text:ruby-text", "text:script",
        "text:table-of-content-source", "text:alphabetical-index-source", "text:bibliography-source",
        "text:illustration-index-source", "text:object-index-source", "text:table-index-source",
        "text:user-index-source", "text:variable-decls", "text:user-field-decls", "text:sequence-decls",
        "text:dde-connection-decls", "table:title", "table:desc", "table:shapes",
    ]
)
# fmt: on
_SPACE_RE = re.compile(r"[ \t\r\n]+")
_SYMBOLS = {code: 0xF000 + code for code in range(0x21, 0x100)}

_Close: TypeAlias = Callable[["_Walk"], None] | None


@dataclass(slots=True)
class _Line:
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
class _Frame:
    """A place of its own: the page, a cell, a text box, a note. `lists` are the lists open in it."""

    sink: list[Paragraph]
    base: Look
    line: _Line | None = None
    lists: list[OpenList] = field(default_factory=list)


@dataclass(slots=True)
class _Walk:
    """What is open while the elements go by, and what was met."""

    styles: Styles
    controls: dict[str, Element]
    frames: list[_Frame] = field(default_factory=list)
    rows: list[list[list[Paragraph]]] = field(default_factory=list)
    numbering: Numbering = field(default_factory=Numbering)
    notes: list[Paragraph] = field(default_factory=list)
    masters: list[str] = field(default_factory=list)
    place: int = 0
    comments: int = 0
    changes: int = 0
    hidden: int = 0
    copies: int = _MOST_COPIES
    is_cut: bool = False

    @property
    def line(self) -> _Line | None:
        return self.frames[-1].line

    @property
    def is_unseen(self) -> bool:
        """Whether what is met now stands in hidden text."""
        return self.line is not None and bool(self.line.looks[-1].hidden)


def read_odt(data: bytes) -> Reading:
    """Read a document, zipped or flat. Raises `Unreadable` for one that is damaged, encrypted or without text."""
    content, outer = _parts(data)
    body = content.find(f"{tag_of('office:body')}/{tag_of('office:text')}")
    if body is None:
        raise Unreadable("format-not-read", "this OpenDocument file holds no text document: save it as .odt")
    common = _children(outer, "office:font-face-decls", "office:styles")
    own = _children(content, "office:font-face-decls", "office:automatic-styles")
    controls = {}
    for control in content.iter(f"{{{tag_of('form:x')[1:-2]}}}*"):
        controls.update({name: control for key in ("xml:id", "form:id") if (name := attribute(control, key))})
    walk = _Walk(styles_of([*common, *own]), controls)
    paragraphs = _walked(walk, body)
    furniture = list(_furniture(walk, outer, styles_of([*common, *_children(outer, "office:automatic-styles")])))
    notes = [Paragraph((), walk.place), *walk.notes] if walk.notes else []
    everything = [*paragraphs, *notes, *furniture]
    if not any(paragraph.text.strip() for paragraph in everything):
        raise Unreadable("empty", "the document holds no text: if it is a scan, have its text recognised (OCR)")
    return compose(everything, diagnostics=list(_told(walk)))


def _children(root: Element, *names: str) -> list[Element]:
    return [found for name in names if (found := root.find(tag_of(name))) is not None]


def _parts(data: bytes) -> tuple[Element, Element]:
    """The roots of content.xml and styles.xml; twice the same one for a flat document."""
    if not data.startswith(b"PK"):
        root = _parsed(data)
        return root, root
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            names = set(package.namelist())
            if "META-INF/manifest.xml" in names:
                _refuse_encrypted(_member(package, "META-INF/manifest.xml"))
            content = _member(package, "content.xml")
            styles = _member(package, "styles.xml") if "styles.xml" in names else None
    except _DAMAGE:
        message = "the file is damaged or no OpenDocument: open it in LibreOffice and save it again as .odt"
        raise Unreadable("damaged", message) from None
    root = _parsed(content)
    return root, root if styles is None else _parsed(styles)


def _member(package: zipfile.ZipFile, name: str) -> bytes:
    if package.getinfo(name).flag_bits & 1:
        raise _encrypted()
    with package.open(name) as member:
        data = member.read(_MOST_BYTES + 1)
    if len(data) > _MOST_BYTES:
        message = f"{name} is larger than {_MOST_BYTES >> 20} MiB: save the text of the pact alone"
        raise Unreadable("too-large", message)
    return data


def _encrypted() -> Unreadable:
    return Unreadable("encrypted", "protected by a password: open it with its password and save it without one")


def _refuse_encrypted(manifest: bytes) -> None:
    try:
        root = _parsed(manifest)
    except Unreadable:
        return
    if next(root.iter(tag_of("manifest:encryption-data")), None) is not None:
        raise _encrypted()


def _parsed(data: bytes) -> Element:
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        collect_ids=False,  # an id given twice is no reason to refuse a document
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.LxmlError, LookupError, ValueError):
        message = "the XML in the file is damaged: open it in LibreOffice and save it again as .odt"
        raise Unreadable("damaged", message) from None
    etree.strip_tags(root, etree.Entity)
    return root


def _told(walk: _Walk) -> Iterator[Diagnostic]:
    if walk.changes:
        message = (
            f"{walk.changes} tracked changes were read as accepted: accept or reject them in the document to be sure"
        )
        yield Diagnostic("warning", "tracked-changes", message)
    if walk.comments:
        message = f"{walk.comments} comments were left out: what counts must stand in the text"
        yield Diagnostic("info", "comments-left-out", message)
    if walk.hidden:
        message = f"{walk.hidden} passages of hidden text were left out: show them in the document to compare"
        yield Diagnostic("info", "hidden-text-left-out", message)
    if walk.is_cut:
        message = "a table repeats its cells more often than any page can hold: the copies were left out"
        yield Diagnostic("warning", "repetitions-cut", message)


def _walked(walk: _Walk, root: Element) -> list[Paragraph]:
    """The paragraphs under an element. Goes by events: a document may be nested deeper than Python's stack."""
    sink: list[Paragraph] = []
    walk.frames = [_Frame(sink, walk.styles.base)]
    closes: list[_Close] = []
    events = etree.iterwalk(root, events=("start", "end"))
    for event, element in events:
        if event == "start":
            close = _open(walk, element) if element is not root else None
            closes.append(close)
            if close is _leave_out:
                events.skip_subtree()
            elif element.text:
                _write(walk, element.text)
        else:
            ended = closes.pop()
            if ended is not None:
                ended(walk)
            if element.tail and element is not root:
                _write(walk, element.tail)
    return sink


def _leave_out(walk: _Walk) -> None:
    """What `_open` gives for an element that is not descended into."""


def _open(walk: _Walk, element: Element) -> _Close:
    """Enter an element; gives what is to be done at its end."""
    kind = name_of(element.tag)
    if kind in _LEFT_OUT:
        return _leave_out
    if kind in _OPENERS:
        return _OPENERS[kind](walk, element)
    if kind.startswith("draw:"):
        return _open_drawing(walk, element)
    # Variables and fields that are set here and not shown.
    return _leave_out if attribute(element, "text:display") == "none" else None


def _write(walk: _Walk, text: str) -> None:
    """Add character data: runs of white space are one space, none at the start (ODF 1.3, part 3, 6.1.2)."""
    line = walk.line
    if line is None:
        return
    shown = _SPACE_RE.sub(" ", text)
    if walk.is_unseen:
        walk.hidden += bool(shown.strip()) and not line.hides
        line.hides = line.hides or bool(shown.strip())
        return
    shown = shown.lstrip(" ") if line.spaced else shown
    if line.looks[-1].symbols:
        shown = shown.translate(_SYMBOLS)
    if shown:
        line.add(shown)
        line.spaced = shown.endswith(" ")


def _show(walk: _Walk, text: str) -> _Close:
    """Show the state of a field, with a space behind it, in place of what it holds."""
    line = walk.line
    if line is not None and not walk.is_unseen and text.strip():
        line.add(text)
        line.spaced = text.endswith(" ")
    elif line is None and text.strip():
        walk.frames[-1].sink.append(Paragraph((Run(text),), walk.place))
    return _leave_out


# --- paragraphs and lists


def _open_paragraph(walk: _Walk, element: Element) -> _Close:
    frame = walk.frames[-1]
    name = attribute(element, "text:style-name")
    walk.place += 1
    _note_master(walk, "paragraph", name)
    close = _close_paragraph
    if frame.line is not None:
        frame, close = _push(walk), _close_inner_paragraph
    level = attribute(element, "text:outline-level") if name_of(element.tag) == "text:h" else None
    level = level or walk.styles.first("paragraph", name, "style:default-outline-level")
    depth = number_in(level, 0, 0, 10) if level is not None else int(name_of(element.tag) == "text:h")
    marker = _marker(walk, element, name, depth)
    frame.line = _Line([walk.styles.look("paragraph", name).over(frame.base)], walk.place, marker, depth > 0)
    return close


def _marker(walk: _Walk, element: Element, name: str | None, depth: int) -> str:
    """The automatic number or bullet of a paragraph. A heading outside of lists counts in the outline."""
    lists, own = walk.frames[-1].lists, walk.styles.first("paragraph", name, "style:list-style-name")
    is_bare = attribute(element, "text:is-list-header") == "true"
    if lists:
        inner = lists[-1]
        style = walk.styles.lists.get(inner.override or inner.style or own or "")
        if not inner.owed or is_bare or style is None:
            return ""
        inner.owed = False
        return walk.numbering.count(inner.key, style, inner.depth, inner.start)
    outline = walk.styles.outline
    if depth == 0 or outline is None or own is not None or is_bare:
        return ""
    start = None
    if attribute(element, "text:restart-numbering") == "true":
        start = number_in(attribute(element, "text:start-value"), outline.level(depth - 1).start)
    return walk.numbering.count("outline", outline, depth - 1, start)


def _close_paragraph(walk: _Walk) -> None:
    frame = walk.frames[-1]
    line, frame.line = frame.line, None
    if line is None:
        return
    runs = list(line.runs)
    while runs and not runs[0].text.strip():
        del runs[0]
    if not runs and line.marker not in ("", "•", "–") and not line.hides:
        runs, line.marker = [Run(line.marker)], ""
    if runs and not line.is_hidden:
        if line.is_heading:
            frame.sink.append(Paragraph((), line.place))
        if line.marker:
            runs[0] = replace(runs[0], text=f"{line.marker} {runs[0].text.lstrip()}")
        frame.sink.append(Paragraph(tuple(runs), line.place))
    elif not line.is_hidden and not line.hides:
        frame.sink.append(Paragraph((), line.place))
    frame.sink += line.after


def _close_inner_paragraph(walk: _Walk) -> None:
    _close_paragraph(walk)
    walk.frames.pop()


def _open_span(walk: _Walk, element: Element) -> _Close:
    line = walk.line
    if line is None:
        return None
    line.looks.append(walk.styles.look("text", attribute(element, "text:style-name")).over(line.looks[-1]))
    return _close_span


def _close_span(walk: _Walk) -> None:
    if walk.line is not None:
        walk.line.looks.pop()


def _open_list(walk: _Walk, element: Element) -> _Close:
    lists = walk.frames[-1].lists
    outer = lists[-1] if lists else None
    if outer is not None:
        outer.owed = False
    lists.append(walk.numbering.open_list(element, outer))
    return _close_list


def _close_list(walk: _Walk) -> None:
    walk.frames[-1].lists.pop()


def _open_item(walk: _Walk, element: Element) -> _Close:
    lists = walk.frames[-1].lists
    if lists:
        start = attribute(element, "text:start-value")
        lists[-1].owed = name_of(element.tag) == "text:list-item"
        lists[-1].start = None if start is None else number_in(start, 1)
        lists[-1].override = attribute(element, "text:style-override")
        lists[-1].inner = 0
    return None


def _open_numbered(walk: _Walk, element: Element) -> _Close:
    """A `text:numbered-paragraph`: an item that stands alone, and names its list."""
    start = attribute(element, "text:start-value")
    walk.frames[-1].lists.append(
        OpenList(
            f"numbered {attribute(element, 'text:list-id') or ''}",
            attribute(element, "text:style-name") or "",
            number_in(attribute(element, "text:level"), 1, 1, 10) - 1,
            True,
            None if start is None else number_in(start, 1),
        )
    )
    return _close_list


# --- places of their own: text boxes, notes, cells


def _push(walk: _Walk, base: Look | None = None) -> _Frame:
    """Enter a frame; what it holds goes before the paragraph that it stands in, or behind it if that has begun."""
    frame = walk.frames[-1]
    sink = frame.line.after if frame.line is not None and frame.line.has_text else frame.sink
    walk.frames.append(_Frame(sink, walk.styles.base if base is None else base))
    return walk.frames[-1]


def _pop(walk: _Walk) -> None:
    walk.frames.pop()


def _open_drawing(walk: _Walk, element: Element) -> _Close:
    if walk.is_unseen:
        return _leave_out
    # Of several renditions in a frame, the first is the one that is shown (ODF 1.3, part 3, 10.4.2).
    if (
        name_of(element.tag) == "draw:text-box"
        and next(element.itersiblings(element.tag, preceding=True), None) is not None
    ):
        return _leave_out
    _push(walk, walk.styles.look("graphic", attribute(element, "draw:style-name")).over(walk.styles.base))
    return _pop


def _open_note(walk: _Walk, element: Element) -> _Close:
    line = walk.line
    if line is None or walk.is_unseen:
        return _leave_out
    citation = element.find(tag_of("text:note-citation"))
    shown = "" if citation is None else "".join(citation.itertext()).strip()
    mark = f"[{shown[:20] or sum(note.text.startswith('[') for note in walk.notes) + 1}]"
    line.add(mark)
    frame = _push(walk)
    frame.sink = []

    def close(walk: _Walk) -> None:
        walk.frames.pop()
        texts = [paragraph for paragraph in frame.sink if paragraph.text.strip()] or [Paragraph((), walk.place)]
        head = texts[0].runs[0] if texts[0].runs else Run("")
        head = replace(head, text=f"{mark} {head.text.lstrip()}")
        texts[0] = replace(texts[0], runs=(head, *texts[0].runs[1:]))
        walk.notes += [replace(paragraph, aside="note") for paragraph in texts]

    return close


def _open_table(walk: _Walk, element: Element) -> _Close:
    _note_master(walk, "table", attribute(element, "table:style-name"))
    return None


def _open_row(walk: _Walk, element: Element) -> _Close:
    cells: list[list[Paragraph]] = []
    walk.rows.append(cells)
    times = number_in(attribute(element, "table:number-rows-repeated"), 1, 1)

    def close(walk: _Walk) -> None:
        walk.rows.pop()
        paragraphs = row_of(cells, next((p.place for cell in cells for p in cell), walk.place))
        times_kept = _afforded(walk, times, paragraphs, 1)
        walk.frames[-1].sink += paragraphs * times_kept

    return close


def _open_cell(walk: _Walk, element: Element) -> _Close:
    times = number_in(attribute(element, "table:number-columns-repeated"), 1, 1)
    is_covered = name_of(element.tag) == "table:covered-table-cell"
    if not walk.rows:
        return None
    if is_covered:
        walk.rows[-1] += [[] for _ in range(_afforded(walk, times, [], 64))]
        return _leave_out
    frame = _push(walk)
    frame.sink = []

    def close(walk: _Walk) -> None:
        walk.frames.pop()
        walk.rows[-1] += [frame.sink] * _afforded(walk, times, frame.sink, 64)

    return close


def _afforded(walk: _Walk, times: int, paragraphs: list[Paragraph], empty: int) -> int:
    """How often to repeat a row or cell: a few bytes of XML may ask for millions, which no page would show."""
    size = sum(len(paragraph.text.strip()) for paragraph in paragraphs)
    if size == 0:
        times = min(times, empty)
    copies = min(times - 1, walk.copies // (size + 1 + len(paragraphs)))
    walk.copies -= copies * (size + 1 + len(paragraphs))
    walk.is_cut |= copies < times - 1
    return copies + 1


# --- what is counted, hidden or a field


def _open_comment(walk: _Walk, element: Element) -> _Close:
    walk.comments += 1
    return _leave_out


def _open_changes(walk: _Walk, element: Element) -> _Close:
    """Deleted text stands here, and only here; inserted text stands in the document."""
    walk.changes += sum(1 for _ in element.iterchildren(tag_of("text:changed-region")))
    return _leave_out


def _open_section(walk: _Walk, element: Element) -> _Close:
    display = attribute(element, "text:display")
    if display != "none" and not (display == "condition" and attribute(element, "text:is-hidden") == "true"):
        return None
    walk.hidden += any(text.strip() for text in element.itertext())
    return _leave_out


def _open_hidden_text(walk: _Walk, element: Element) -> _Close:
    if attribute(element, "text:is-hidden") != "true":
        return None
    walk.hidden += 1
    return _leave_out


def _open_hidden_paragraph(walk: _Walk, element: Element) -> _Close:
    if walk.line is not None and attribute(element, "text:is-hidden") == "true":
        walk.hidden += not walk.line.is_hidden
        walk.line.is_hidden = True
    return _leave_out


def _open_space(walk: _Walk, element: Element) -> _Close:
    line = walk.line
    if line is not None and line.runs and not walk.is_unseen:
        wide = number_in(attribute(element, "text:c"), 1, 1, 64)
        is_behind_box = line.runs[-1].text in (f"{TICKED} ", f"{UNTICKED} ")
        line.add(" " * (wide - is_behind_box))
    return _leave_out


def _open_tab(walk: _Walk, element: Element) -> _Close:
    line = walk.line
    if line is not None and line.runs and not walk.is_unseen:
        line.add("" if line.runs[-1].text.endswith((" ", "\n")) else " ")
        line.spaced = True
    return _leave_out


def _open_break(walk: _Walk, element: Element) -> _Close:
    line = walk.line
    if line is not None and not walk.is_unseen:
        line.add("\n")
        line.spaced = True
    return _leave_out


def _open_control(walk: _Walk, element: Element) -> _Close:
    control = walk.controls.get(attribute(element, "draw:control") or "")
    return _leave_out if control is None else _show(walk, _control_text(control))


def _control_text(control: Element) -> str:
    """What a form's control shows: its state now, or else the one that it begins with."""
    kind = name_of(control.tag)
    label = attribute(control, "form:label") or ""
    if kind in ("form:checkbox", "form:radio"):
        states = [attribute(control, name) for name in ("form:current-state", "form:current-selected")]
        states += [attribute(control, name) for name in ("form:state", "form:selected")]
        state = next((state for state in states if state is not None), "")
        return f"{TICKED if state in ('checked', 'true') else UNTICKED} {label}"
    if kind == "form:listbox":
        options = list(control.iter(tag_of("form:option")))
        is_current = any(attribute(option, "form:current-selected") is not None for option in options)
        name = "form:current-selected" if is_current else "form:selected"
        chosen = [option for option in options if attribute(option, name) == "true"]
        return ", ".join(attribute(option, "form:label") or attribute(option, "form:value") or "" for option in chosen)
    if kind in ("form:fixed-text", "form:frame"):
        return label
    if kind in ("form:password", "form:hidden", "form:button", "form:image", "form:file"):
        return ""
    current = attribute(control, "form:current-value")
    text = "\n".join("".join(p.itertext()) for p in control.iterchildren(tag_of("text:p")))
    return current if current is not None else text or attribute(control, "form:value") or ""


def _open_content_control(walk: _Walk, element: Element) -> _Close:
    if attribute(element, "loext:checkbox") == "true":
        return _show(walk, f"{TICKED if attribute(element, 'loext:checked') == 'true' else UNTICKED} ")
    # A placeholder ("choose an item") is no value.
    return _leave_out if attribute(element, "loext:showing-place-holder") == "true" else None


def _open_dropdown(walk: _Walk, element: Element) -> _Close:
    for label in element.iterchildren(tag_of("text:label")):
        if attribute(label, "text:current-selected") == "true":
            return _show(walk, attribute(label, "text:value") or "")
    return None


def _open_fieldmark(walk: _Walk, element: Element) -> _Close:
    """A field of an old Word form, as LibreOffice keeps it."""
    kind = attribute(element, "field:type") or ""
    said = [
        (attribute(param, "field:name") or "", attribute(param, "field:value") or "")
        for param in element.iterchildren(tag_of("field:param"))
    ]
    if kind.endswith("FORMCHECKBOX"):
        return _show(walk, f"{TICKED if ('Checkbox_Checked', 'true') in said else UNTICKED} ")
    if kind.endswith("FORMDROPDOWN"):
        entries = [value for name, value in said if name == "Dropdown_ListEntry"]
        chosen = number_in(dict(said).get("Dropdown_Selected"), 0)
        return _show(walk, entries[chosen] if chosen < len(entries) else "")
    return None


_OPENERS: dict[str, Callable[[_Walk, Element], _Close]] = {
    "text:p": _open_paragraph,
    "text:h": _open_paragraph,
    "text:span": _open_span,
    "text:a": _open_span,
    "text:list": _open_list,
    "text:list-item": _open_item,
    "text:list-header": _open_item,
    "text:numbered-paragraph": _open_numbered,
    "text:note": _open_note,
    "text:section": _open_section,
    "text:tracked-changes": _open_changes,
    "text:hidden-text": _open_hidden_text,
    "text:hidden-paragraph": _open_hidden_paragraph,
    "text:s": _open_space,
    "text:tab": _open_tab,
    "text:line-break": _open_break,
    "text:drop-down": _open_dropdown,
    "table:table": _open_table,
    "table:table-row": _open_row,
    "table:table-cell": _open_cell,
    "table:covered-table-cell": _open_cell,
    "office:annotation": _open_comment,
    "draw:control": _open_control,
    "loext:content-control": _open_content_control,
    "field:fieldmark": _open_fieldmark,
    "field:fieldmark-start": _open_fieldmark,
}


# --- running heads and feet


def _note_master(walk: _Walk, family: str, style: str | None) -> None:
    """Remember the page style that a paragraph or table of the body begins; the first one begins the default."""
    if len(walk.frames) > 1:
        return
    name = walk.styles.first(family, style, "style:master-page-name")
    if name or not walk.masters:
        walk.masters.append(name or "")


def _furniture(walk: _Walk, outer: Element, styles: Styles) -> Iterator[Paragraph]:
    """The heads and feet of the pages in use, each text once."""
    pages = {attribute(page, "style:name") or "": page for page in outer.iter(tag_of("style:master-page"))}
    default = "Standard" if "Standard" in pages else next(iter(pages), "")
    names, used, seen = [name or default for name in walk.masters], set(), set()
    for name in names:
        if name in pages and name not in used:
            used.add(name)
            names.append(attribute(pages[name], "style:next-style-name") or name)
    walk.styles = styles
    for part in (part for name, page in pages.items() if name in used for part in page):
        if attribute(part, "style:display") == "false":
            continue
        for paragraph in _walked(walk, part):
            text = " ".join(paragraph.text.split())
            if text and text not in seen:
                seen.add(text)
                yield replace(paragraph, aside="furniture")
