"""One walk through a part of a Word document: its paragraphs, tables, fields and changes, as the eye sees them."""

import re
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial

from lxml import etree

from pipeline.readers.docx_numbering import Numbering
from pipeline.readers.docx_styles import (
    NO_STYLE,
    SILENT,
    Look,
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
from pipeline.readers.draft import (
    CELL,
    TICKED,
    UNTICKED,
    Paragraph,
    Run,
    as_symbols,
    row_of,
)

_MOST_COLUMNS = 63  # what Word allows
_LAYOUT_RE = re.compile(r"^[^\S\n]*+\n\s*+|(?<!\s)[^\S\n]*+\n\s*+$")


@dataclass(slots=True)
class Tally:
    """What runs through all parts of a document: the paragraphs met, the notes referred to, what was left out."""

    place: int = 0
    notes: dict[tuple[str, str], int] = field(default_factory=dict)
    changes: int = 0
    hidden: int = 0
    struck: int = 0
    unfilled: int = 0
    embedded: int = 0


@dataclass(slots=True)
class _Box:
    """What holds paragraphs: a story, a cell, a text box. `carry` waits for the paragraph that it is a part of."""

    lines: list[Paragraph] = field(default_factory=list)
    carry: list[Run] = field(default_factory=list)

    def flush(self, place: int) -> None:
        """Give what waits a paragraph of its own: none follows that could take it."""
        if self.carry:
            self.lines.append(Paragraph(tuple(self.carry), place))
            self.carry = []


@dataclass(slots=True)
class _Open:
    """A paragraph under way. `boxes` holds what stands in the text boxes that are anchored in it."""

    style: Style
    place: int
    runs: list[Run] = field(default_factory=list)
    boxes: _Box = field(default_factory=_Box)
    in_hidden: bool = False

    @property
    def tail(self) -> str:
        """The last two characters so far."""
        return self.runs[-1].text[-2:] if self.runs else ""


@dataclass(slots=True)
class _Field:
    """A field under way: its code until `has_result`. `is_mute`: its result is known from elsewhere."""

    has_result: bool = False
    is_mute: bool = False
    default: str = ""


@dataclass(slots=True)
class _Cell:
    """A cell, and the column of the grid at which it begins."""

    at: int
    box: _Box = field(default_factory=_Box)


@dataclass(slots=True, eq=False)  # two tables that look alike, one in the other, are not the same
class _Table:
    style: Style
    parts: frozenset[str]
    n_rows: int
    rows: list[list[_Cell]] = field(default_factory=list)
    column: int = 0
    n_cells: int = 0


class Story:
    """One walk through a part: the body, a note, a running head. It follows the tree without recursion."""

    def __init__(self, styles: Styles, numbering: Numbering, tally: Tally) -> None:
        self._styles, self._numbering, self._tally = styles, numbering, tally
        self._box = _Box()
        self._open: _Open | None = None
        self._look = self._table_look = SILENT
        self._fields: list[_Field] = []
        self._n_settled = 0  # of these, those that a paragraph's end has made text for good
        self._tables: list[_Table] = []
        self._tick: str | None = None
        self._placeholders = 0
        self._branches: list[Node] = []
        self._ends: list[tuple[Node, Callable[[], None]]] = []

    def read(self, root: Node) -> list[Paragraph]:
        """The paragraphs of a part."""
        walk = etree.iterwalk(root, events=("start", "end"))
        for event, node in walk:
            if event == "start":
                tag = name(node)
                begin = _BEGIN.get(tag)
                if tag in _SKIPPED or (begin is not None and begin(self, node)):
                    walk.skip_subtree()
            elif self._ends and self._ends[-1][0] is node:
                self._ends.pop()[1]()
        self._box.flush(self._tally.place)
        return self._box.lines

    def _at_end(self, node: Node, end: Callable[[], None]) -> None:
        self._ends.append((node, end))

    # Paragraphs and their text.

    def paragraph(self, node: Node) -> None:
        self._tally.place += 1
        properties = child(node, "w:pPr")
        style = self._styles.of(attr(child(properties, "w:pStyle")), "paragraph")
        outer, self._open = self._open, _Open(style, self._tally.place)
        self._at_end(node, partial(self._end_paragraph, self._open, properties, outer))

    def _end_paragraph(self, paragraph: _Open, properties: Node, outer: _Open | None) -> None:
        for each in self._fields[self._n_settled :]:
            # Whatever follows a field that is never closed is text.
            each.has_result, each.is_mute = True, False
        self._n_settled = len(self._fields)
        self._open = outer
        box, place = self._box, paragraph.place
        if self._has_no_mark(properties, paragraph.style):
            box.carry += paragraph.runs
        else:
            runs, box.carry = [*box.carry, *paragraph.runs], []
            if marker := self._numbering.marker(properties, paragraph.style):
                runs = marked(marker, runs)
            outline = attr(child(properties, "w:outlineLvl"))
            level = paragraph.style.outline if outline is None else number(outline, 9)
            if level is not None and level < 9 and runs:
                box.lines.append(Paragraph((), place))
            box.lines.append(Paragraph(tuple(runs), place))
        paragraph.boxes.flush(place)
        box.lines += paragraph.boxes.lines

    def _has_no_mark(self, properties: Node, style: Style) -> bool:
        """Whether a paragraph runs on into the next: its mark is deleted or hidden."""
        mark = child(properties, "w:rPr")
        if mark is None and not style.look.hidden:
            return False
        changes = [name(each) for each in children(mark)]
        self._tally.changes += any(each in ("w:ins", "w:del", "w:moveTo", "w:moveFrom") for each in changes)
        character = self._styles.of(attr(child(mark, "w:rStyle")), "character")
        seen = self._styles.seen(look_of(mark), character.look, style.look, self._table_look)
        return "w:del" in changes or "w:moveFrom" in changes or seen.hidden is True

    def text_box(self, node: Node) -> None:
        box, opened, table_look = self._box, self._open, self._table_look
        inner = opened.boxes if opened is not None else box
        self._box, self._open, self._table_look = inner, None, SILENT

        def end() -> None:
            inner.flush(self._tally.place)
            self._box, self._open, self._table_look = box, opened, table_look

        self._at_end(node, end)

    def run(self, node: Node) -> None:
        outer = self._look
        properties = child(node, "w:rPr")
        character = self._styles.of(attr(child(properties, "w:rStyle")), "character")
        paragraph = NO_STYLE if self._open is None else self._open.style
        self._look = self._styles.seen(look_of(properties), character.look, paragraph.look, self._table_look)

        def end() -> None:
            self._look = outer

        self._at_end(node, end)

    def _is_quiet(self) -> bool:
        return self._placeholders > 0 or any(
            each.is_mute or not each.has_result for each in self._fields[self._n_settled :]
        )

    def _say(self, text: str) -> None:
        opened = self._open
        if not text or opened is None or self._is_quiet():
            return
        if self._look.hidden or self._look.struck:
            if text.strip() and not opened.in_hidden:
                self._tally.hidden += bool(self._look.hidden)
                self._tally.struck += not self._look.hidden
                opened.in_hidden = True
            return
        opened.in_hidden = False
        if opened.tail in (f"{TICKED} ", f"{UNTICKED} "):
            text = text.lstrip(" \u00a0")
        bold, italic = self._look.bold is True, self._look.italic is True
        before = opened.runs[-1] if opened.runs else None
        if before is not None and (before.bold, before.italic) == (bold, italic):
            opened.runs[-1] = replace(before, text=before.text + text)
        elif text:
            opened.runs.append(Run(text, bold, italic))

    def _say_glyph(self, text: str) -> None:
        """Text, of which the first character is only the picture of a tick where a tick is due."""
        if self._tick is not None and text:
            mark, self._tick = self._tick, None
            self._say(mark)
            text = text[1:]
        self._say(text)

    def text(self, node: Node) -> None:
        text = _LAYOUT_RE.sub("", node.text or "").replace("\n", " ").replace("\r", " ")
        head, *rest = text.split("\t")
        self._say_glyph(as_symbols(head, self._look.font))
        for part in rest:
            self.tab(node)
            self._say_glyph(as_symbols(part, self._look.font))

    def symbol(self, node: Node) -> None:
        code = attr(node, "char") or ""
        if re.fullmatch("[0-9A-Fa-f]{1,4}", code) and not 0xD800 <= int(code, 16) < 0xE000 and int(code, 16) > 0:
            self._say_glyph(as_symbols(chr(int(code, 16)), attr(node, "font")))

    def tab(self, node: Node) -> None:
        if self._open is not None and self._open.tail[-1:] not in ("", " ", "\n"):
            self._say(" ")

    def line_break(self, node: Node) -> None:
        # A page's break within a paragraph is a line's to the eye; at either end of one it is nothing.
        if self._open is not None and self._open.runs:
            self._say("\n")

    def hyphen(self, node: Node) -> None:
        self._say("\u2011")

    def note(self, node: Node) -> None:
        if self._open is None or self._look.hidden or self._is_quiet():
            return
        key = name(node).removesuffix("Reference"), attr(node, "id") or ""
        self._say(f"[{self._tally.notes.setdefault(key, len(self._tally.notes) + 1)}]")

    # What surrounds text: fields, controls, changes, alternatives.

    def field_mark(self, node: Node) -> None:
        kind = attr(node, "fldCharType")
        if kind == "begin":
            self._fields.append(self._begin_field(child(node, "w:ffData")))
        elif kind == "separate" and self._fields:
            self._fields[-1].has_result = True
        elif kind == "end" and self._fields:
            ended = self._fields.pop()
            self._n_settled = min(self._n_settled, len(self._fields))
            if not ended.has_result:
                self._say(ended.default)

    def _begin_field(self, form: Node) -> _Field:
        if (box := child(form, "w:checkBox")) is not None:
            checked = switch(child(box, "w:checked"))
            ticked = switch(child(box, "w:default")) if checked is None else checked
            self._say(f"{TICKED if ticked else UNTICKED} ")
            return _Field(is_mute=True)
        if (options := child(form, "w:ddList")) is not None:
            entries = [attr(each) or "" for each in options if name(each) == "w:listEntry"]
            chosen = number(attr(child(options, "w:result")) or attr(child(options, "w:default")))
            self._say(entries[chosen] if 0 <= chosen < len(entries) else "")
            return _Field(is_mute=True)
        return _Field(default=attr(child(child(form, "w:textInput"), "w:default")) or "")

    def control(self, node: Node) -> None:
        properties = child(node, "w:sdtPr")
        box, outer = child(properties, "w14:checkbox"), self._tick
        is_unfilled = switch(child(properties, "w:showingPlcHdr")) is True and box is None
        self._placeholders += is_unfilled
        self._tally.unfilled += is_unfilled
        if box is not None:
            self._tick = f"{TICKED if switch(child(box, 'w14:checked')) else UNTICKED} "

        def end() -> None:
            self._say_glyph("?" if box is not None and self._tick is not None else "")
            self._placeholders -= is_unfilled
            self._tick = outer

        self._at_end(node, end)

    def change(self, node: Node) -> bool:
        self._tally.changes += 1
        return name(node) == "w:del"

    def alternatives(self, node: Node) -> None:
        branches = [each for each in node if name(each) in ("mc:Choice", "mc:Fallback")]
        speaking = (each for each in branches if any(name(inner) in _SPEAKING for inner in each.iter()))
        self._branches.append(next(speaking, branches[0] if branches else None))
        self._at_end(node, partial(self._branches.pop))

    def branch(self, node: Node) -> bool:
        return bool(self._branches) and node is not self._branches[-1]

    def embedded(self, node: Node) -> None:
        self._tally.embedded += 1

    # Tables.

    def table(self, node: Node) -> None:
        self._box.flush(self._tally.place)
        properties = child(node, "w:tblPr")
        style = self._styles.of(attr(child(properties, "w:tblStyle")), "table")
        rows = sum(name(each) == "w:tr" for each in node)
        table = _Table(style, _parts_shown(child(properties, "w:tblLook")), rows)
        self._tables.append(table)
        self._at_end(node, partial(self._end_table, table))

    def _end_table(self, table: _Table) -> None:
        self._tables.remove(table)
        starts = sorted({cell.at for row in table.rows for cell in row})
        for row in table.rows:
            self._box.lines += _row(row, starts, self._tally.place)

    def row(self, node: Node) -> bool:
        if not self._tables:
            return False
        table, properties = self._tables[-1], child(node, "w:trPr")
        if child(properties, "w:del") is not None:
            self._tally.changes += 1
            return True
        if switch(child(properties, "w:hidden")):
            self._tally.hidden += 1
            return True
        table.rows.append([])
        table.column = number(attr(child(properties, "w:gridBefore")))
        table.n_cells = sum(name(each) == "w:tc" for each in node)
        return False

    def cell(self, node: Node) -> bool:
        if not self._tables or not self._tables[-1].rows:
            return False
        table, properties = self._tables[-1], child(node, "w:tcPr")
        if child(properties, "w:cellDel") is not None:
            self._tally.changes += 1
            return True
        cell = _Cell(table.column)
        table.column += max(1, number(attr(child(properties, "w:gridSpan")), 1))
        row = table.rows[-1]
        row.append(cell)
        merged = [child(properties, tag) for tag in ("w:vMerge", "w:hMerge")]
        if any(each is not None and attr(each) in (None, "continue") for each in merged):
            return True
        outer = self._box, self._open, self._table_look
        self._box, self._open, self._table_look = cell.box, None, _cell_look(table, len(row) - 1)

        def end() -> None:
            cell.box.flush(self._tally.place)
            self._box, self._open, self._table_look = outer

        self._at_end(node, end)
        return False


_SKIPPED = frozenset(
    [f"w:{each}Pr" for each in ("p", "r", "tbl", "tr", "tc", "sdt", "sdtEnd", "sect")]
    + ["w:tblGrid", "w:moveFrom", "w:instrText", "w:delText", "w:delInstrText", "w:rt"]
)
_SPEAKING = frozenset(["w:t", "w:sym", "m:t", "w:fldChar"])
_BEGIN: dict[str, Callable[[Story, Node], bool | None]] = {
    "w:p": Story.paragraph,
    "w:r": Story.run,
    "w:t": Story.text,
    "m:t": Story.text,
    "w:sym": Story.symbol,
    "w:tab": Story.tab,
    "w:ptab": Story.tab,
    "w:br": Story.line_break,
    "w:cr": Story.line_break,
    "w:noBreakHyphen": Story.hyphen,
    "w:footnoteReference": Story.note,
    "w:endnoteReference": Story.note,
    "w:txbxContent": Story.text_box,
    "w:fldChar": Story.field_mark,
    "w:sdt": Story.control,
    "w:ins": Story.change,
    "w:del": Story.change,
    "w:moveTo": Story.change,
    "mc:AlternateContent": Story.alternatives,
    "mc:Choice": Story.branch,
    "mc:Fallback": Story.branch,
    "w:altChunk": Story.embedded,
    "w:tbl": Story.table,
    "w:tr": Story.row,
    "w:tc": Story.cell,
}


def marked(marker: str, runs: list[Run]) -> list[Run]:
    """The runs with the list's marker at their head; a bullet before nothing is nothing."""
    if not any(run.text.strip() for run in runs):
        return [] if marker in ("• ", "– ") else [Run(marker)]
    first = runs[0]
    return [replace(first, text=marker + first.text.lstrip(" ")), *runs[1:]]


def _parts_shown(look: Node) -> frozenset[str]:
    """The parts of a table that its style may set apart; all of them where the table does not say."""
    bits = {"firstRow": 0x20, "lastRow": 0x40, "firstColumn": 0x80, "lastColumn": 0x100}
    if look is None:
        return frozenset(["firstRow", "lastRow", "firstCol", "lastCol"])
    mask = attr(look) or ""
    value = int(mask, 16) if re.fullmatch("[0-9A-Fa-f]{1,8}", mask) else 0
    said = {part: attr(look, part) or str(min(value & bit, 1)) for part, bit in bits.items()}
    return frozenset(part.replace("Column", "Col") for part, on in said.items() if on in ("1", "true", "on"))


def _cell_look(table: _Table, column: int) -> Look:
    """What the table's style says of a cell; rows come before columns."""
    at_row = len(table.rows) - 1
    where = {
        "lastCol": column == table.n_cells - 1,
        "firstCol": column == 0,
        "lastRow": at_row == table.n_rows - 1,
        "firstRow": at_row == 0,
    }
    look = table.style.look
    parts = dict(table.style.parts)
    for part, is_here in where.items():
        if is_here and part in table.parts:
            look = parts.get(part, SILENT).over(look)
    return look


def _row(cells: list[_Cell], starts: list[int], place: int) -> list[Paragraph]:
    """The paragraphs of a row, with empty cells where merged ones go on.

    `starts` are the columns at which any cell of the table begins: those are the columns that the eye sees.
    """
    columns: list[list[Paragraph]] = []
    for cell in cells:
        at = min(bisect_left(starts, cell.at), _MOST_COLUMNS)
        columns += [[] for _ in range(at - len(columns))]
        columns.append(cell.box.lines)
    columns = columns[-1:] if len(cells) == 1 else columns
    lines = row_of(columns, place)
    if len(lines) == 1 and any(CELL in line.text for cell in cells for line in cell.box.lines):
        return row_of([[_without_cells(line) for line in column] for column in columns], place)
    return lines


def _without_cells(line: Paragraph) -> Paragraph:
    """The row of a table that stands within a row."""
    return replace(line, runs=tuple(replace(run, text=run.text.replace(CELL, " ")) for run in line.runs))
