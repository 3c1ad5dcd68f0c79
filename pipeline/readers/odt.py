"""OpenDocument text (.odt, and .fodt, which is one XML file): the document as the eye sees it."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from lxml import etree

from pipeline.limits import LIMITS, Limits
from pipeline.model import Diagnostic
from pipeline.readers.draft import CELLS_CUT, Paragraph, Reading, Run, Unreadable, compose, row_of, struck
from pipeline.readers.odt_fields import (
    open_break,
    open_changes,
    open_comment,
    open_content_control,
    open_control,
    open_dropdown,
    open_fieldmark,
    open_hidden_paragraph,
    open_hidden_text,
    open_section,
    open_space,
    open_tab,
)
from pipeline.readers.odt_package import SAVE_AGAIN, parts
from pipeline.readers.odt_styles import (
    Element,
    OpenList,
    Styles,
    attribute,
    name_of,
    number_in,
    styles_of,
    tag_of,
)
from pipeline.readers.odt_walk import Close, Frame, Line, Walk, leave_out, pop, push, write

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


def read_odt(data: bytes, limits: Limits = LIMITS) -> Reading:
    """Read a document, zipped or flat. Raises `Unreadable` for one that is damaged, encrypted or without text."""
    package = parts(data, limits)
    content, outer = package.content, package.styles
    body = content.find(f"{tag_of('office:body')}/{tag_of('office:text')}")
    if body is None and package.lost:
        raise Unreadable("damaged", f"the XML in the file is damaged: {SAVE_AGAIN}")
    if body is None:
        raise Unreadable("format-not-read", "this OpenDocument file holds no text document: save it as .odt")
    common = _children(outer, "office:font-face-decls", "office:styles")
    own = _children(content, "office:font-face-decls", "office:automatic-styles")
    controls = {}
    for control in content.iter(f"{{{tag_of('form:x')[1:-2]}}}*"):
        controls.update({name: control for key in ("xml:id", "form:id") if (name := attribute(control, key))})
    walk = Walk(styles_of([*common, *own]), controls)
    paragraphs = _walked(walk, body)
    furniture = list(_furniture(walk, outer, styles_of([*common, *_children(outer, "office:automatic-styles")])))
    notes = [Paragraph((), walk.place), *walk.notes] if walk.notes else []
    everything = [*paragraphs, *notes, *furniture]
    if not any(paragraph.text.strip() for paragraph in everything):
        raise Unreadable("empty", "the document holds no text: if it is a scan, have its text recognised (OCR)")
    return compose(everything, diagnostics=[*_damage(package.lost), *_told(walk)])


def _children(root: Element, *names: str) -> list[Element]:
    return [found for name in names if (found := root.find(tag_of(name))) is not None]


def _damage(lost: list[str]) -> Iterator[Diagnostic]:
    if lost:
        message = f"{len(lost)} parts of the file are damaged ({', '.join(lost)}): {SAVE_AGAIN}"
        yield Diagnostic("warning", "damaged", message)


def _told(walk: Walk) -> Iterator[Diagnostic]:
    if walk.changes:
        message = (
            f"{walk.changes} tracked changes were read as accepted: accept or reject them in the document to be sure"
        )
        yield Diagnostic("warning", "tracked-changes", message)
    if walk.comments:
        message = f"{walk.comments} comments were left out: what counts must stand in the text"
        yield Diagnostic("info", "comments-left-out", message)
    yield from struck(walk.struck)
    if walk.hidden:
        message = f"{walk.hidden} passages of hidden text were left out: show them in the document to compare"
        yield Diagnostic("info", "hidden-text-left-out", message)
    if walk.is_cut:
        yield CELLS_CUT


def _walked(walk: Walk, root: Element) -> list[Paragraph]:
    """The paragraphs under an element. Goes by events: a document may be nested deeper than Python's stack."""
    sink: list[Paragraph] = []
    walk.frames = [Frame(sink, walk.styles.base)]
    closes: list[Close] = []
    events = etree.iterwalk(root, events=("start", "end"))
    for event, element in events:
        if event == "start":
            close = _open(walk, element) if element is not root else None
            closes.append(close)
            if close is leave_out:
                events.skip_subtree()
            elif element.text:
                write(walk, element.text)
        else:
            ended = closes.pop()
            if ended is not None:
                ended(walk)
            if element.tail and element is not root:
                write(walk, element.tail)
    return sink


def _open(walk: Walk, element: Element) -> Close:
    """Enter an element; gives what is to be done at its end."""
    kind = name_of(element.tag)
    if kind in _LEFT_OUT:
        return leave_out
    if kind in _OPENERS:
        return _OPENERS[kind](walk, element)
    if kind.startswith("draw:"):
        return _open_drawing(walk, element)
    # Variables and fields that are set here and not shown.
    return leave_out if attribute(element, "text:display") == "none" else None


def _open_paragraph(walk: Walk, element: Element) -> Close:
    frame = walk.frames[-1]
    name = attribute(element, "text:style-name")
    walk.place += 1
    _note_master(walk, "paragraph", name)
    close = _close_paragraph
    if frame.line is not None:
        frame, close = push(walk), _close_inner_paragraph
    level = attribute(element, "text:outline-level") if name_of(element.tag) == "text:h" else None
    level = level or walk.styles.first("paragraph", name, "style:default-outline-level")
    depth = number_in(level, 0, 0, 10) if level is not None else int(name_of(element.tag) == "text:h")
    marker = _marker(walk, element, name, depth)
    frame.line = Line([walk.styles.look("paragraph", name).over(frame.base)], walk.place, marker, depth > 0)
    return close


def _marker(walk: Walk, element: Element, name: str | None, depth: int) -> str:
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


def _close_paragraph(walk: Walk) -> None:
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


def _close_inner_paragraph(walk: Walk) -> None:
    _close_paragraph(walk)
    walk.frames.pop()


def _open_span(walk: Walk, element: Element) -> Close:
    line = walk.line
    if line is None:
        return None
    line.looks.append(walk.styles.look("text", attribute(element, "text:style-name")).over(line.looks[-1]))
    return _close_span


def _close_span(walk: Walk) -> None:
    if walk.line is not None:
        walk.line.looks.pop()


def _open_list(walk: Walk, element: Element) -> Close:
    lists = walk.frames[-1].lists
    outer = lists[-1] if lists else None
    if outer is not None:
        outer.owed = False
    lists.append(walk.numbering.open_list(element, outer))
    return _close_list


def _close_list(walk: Walk) -> None:
    walk.frames[-1].lists.pop()


def _open_item(walk: Walk, element: Element) -> Close:
    lists = walk.frames[-1].lists
    if lists:
        start = attribute(element, "text:start-value")
        lists[-1].owed = name_of(element.tag) == "text:list-item"
        lists[-1].start = None if start is None else number_in(start, 1)
        lists[-1].override = attribute(element, "text:style-override")
        lists[-1].inner = 0
    return None


def _open_numbered(walk: Walk, element: Element) -> Close:
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


def _open_drawing(walk: Walk, element: Element) -> Close:
    if walk.is_unseen:
        return leave_out
    # Of several renditions in a frame, the first is the one that is shown (ODF 1.3, part 3, 10.4.2).
    if (
        name_of(element.tag) == "draw:text-box"
        and next(element.itersiblings(element.tag, preceding=True), None) is not None
    ):
        return leave_out
    push(walk, walk.styles.look("graphic", attribute(element, "draw:style-name")).over(walk.styles.base))
    return pop


def _open_note(walk: Walk, element: Element) -> Close:
    line = walk.line
    if line is None or walk.is_unseen:
        return leave_out
    citation = element.find(tag_of("text:note-citation"))
    shown = "" if citation is None else "".join(citation.itertext()).strip()
    mark = f"[{shown[:20] or sum(note.text.startswith('[') for note in walk.notes) + 1}]"
    line.add(mark)
    frame = push(walk)
    frame.sink = []

    def close(walk: Walk) -> None:
        walk.frames.pop()
        texts = [paragraph for paragraph in frame.sink if paragraph.text.strip()] or [Paragraph((), walk.place)]
        head = texts[0].runs[0] if texts[0].runs else Run("")
        head = replace(head, text=f"{mark} {head.text.lstrip()}")
        texts[0] = replace(texts[0], runs=(head, *texts[0].runs[1:]))
        walk.notes += [replace(paragraph, aside="note") for paragraph in texts]

    return close


def _open_table(walk: Walk, element: Element) -> Close:
    _note_master(walk, "table", attribute(element, "table:style-name"))
    return None


def _open_row(walk: Walk, element: Element) -> Close:
    cells: list[list[Paragraph]] = []
    walk.rows.append(cells)
    times = number_in(attribute(element, "table:number-rows-repeated"), 1, 1)

    def close(walk: Walk) -> None:
        walk.rows.pop()
        paragraphs = row_of(cells, next((p.place for cell in cells for p in cell), walk.place))
        times_kept = _afforded(walk, times, paragraphs, 1)
        walk.frames[-1].sink += paragraphs * times_kept

    return close


def _open_cell(walk: Walk, element: Element) -> Close:
    times = number_in(attribute(element, "table:number-columns-repeated"), 1, 1)
    is_covered = name_of(element.tag) == "table:covered-table-cell"
    if not walk.rows:
        return None
    if is_covered:
        walk.rows[-1] += [[] for _ in range(_afforded(walk, times, [], 64))]
        return leave_out
    frame = push(walk)
    frame.sink = []

    def close(walk: Walk) -> None:
        walk.frames.pop()
        walk.rows[-1] += [frame.sink] * _afforded(walk, times, frame.sink, 64)

    return close


def _afforded(walk: Walk, times: int, paragraphs: list[Paragraph], empty: int) -> int:
    """How often to repeat a row or cell: a few bytes of XML may ask for millions, which no page would show."""
    size = sum(len(paragraph.text.strip()) for paragraph in paragraphs)
    if size == 0:
        times = min(times, empty)
    copies = min(times - 1, walk.copies // (size + 1 + len(paragraphs)))
    walk.copies -= copies * (size + 1 + len(paragraphs))
    walk.is_cut |= copies < times - 1
    return copies + 1


_OPENERS: dict[str, Callable[[Walk, Element], Close]] = {
    "text:p": _open_paragraph,
    "text:h": _open_paragraph,
    "text:span": _open_span,
    "text:a": _open_span,
    "text:list": _open_list,
    "text:list-item": _open_item,
    "text:list-header": _open_item,
    "text:numbered-paragraph": _open_numbered,
    "text:note": _open_note,
    "text:section": open_section,
    "text:tracked-changes": open_changes,
    "text:hidden-text": open_hidden_text,
    "text:hidden-paragraph": open_hidden_paragraph,
    "text:s": open_space,
    "text:tab": open_tab,
    "text:line-break": open_break,
    "text:drop-down": open_dropdown,
    "table:table": _open_table,
    "table:table-row": _open_row,
    "table:table-cell": _open_cell,
    "table:covered-table-cell": _open_cell,
    "office:annotation": open_comment,
    "draw:control": open_control,
    "loext:content-control": open_content_control,
    "field:fieldmark": open_fieldmark,
    "field:fieldmark-start": open_fieldmark,
}


def _note_master(walk: Walk, family: str, style: str | None) -> None:
    """Remember the page style that a paragraph or table of the body begins; the first one begins the default."""
    if len(walk.frames) > 1:
        return
    name = walk.styles.first(family, style, "style:master-page-name")
    if name or not walk.masters:
        walk.masters.append(name or "")


def _furniture(walk: Walk, outer: Element, styles: Styles) -> Iterator[Paragraph]:
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
