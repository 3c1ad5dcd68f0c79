"""Tables copied as text: rows are cut into cells, and what a cell says is decided from its column."""

import re
from dataclasses import dataclass
from functools import lru_cache

from pipeline.lines import Line, Mark, Page
from pipeline.linetext import LEADER_RE
from pipeline.rules import Rules
from pipeline.ticks import TICK, are_ticks, crosses_refuse, says

_BOX_RE = re.compile(TICK, re.VERBOSE)
_SEPARATOR_RE = re.compile(r"(?:(?<![ ])[ ]++)?[\t|][ ]*")
_RULE_RE = re.compile(r"[\s|:=+-]{3,}")
_SHORT = 60
_NUMBER_RE = re.compile(r"n\W*(?:[ºo]\W*)?|#|num(?:ero)?s?\.?|no\.?|ref\.?")
_TITLE_RE = re.compile(r"\b(?:mesures?|intitules?|titres?|actions?|propositions?)\b")
_LEVEL_RE = re.compile(r"\b(?:niveaux?|engagements?|choix|choisi|retenu)\b")
_SAID_RE = re.compile(
    r"\b(?:observations?|commentaires?|remarques?|reponses?|precisions?|avis|reserves?|notes?|mots?)\b"
)


@dataclass(frozen=True, slots=True)
class _Cell:
    """A cell's text without outer space: an offset range of the source."""

    left: int
    right: int


UNTICKED = "table-unticked"
"""The rule of an empty cell in the column of a level."""


@dataclass(frozen=True, slots=True)
class _Words:
    """The patterns of one kind of pact that tables need."""

    levels: "re.Pattern[str]"
    number: "re.Pattern[str]"
    pairs: "re.Pattern[str]"
    pair: "re.Pattern[str]"


@lru_cache(8)
def _words(levels: str, one: str, digits: str, number: str) -> _Words:
    flags = re.VERBOSE | re.IGNORECASE
    pair = rf"(?>{TICK}\s*+{one}|{one}\s*+(?:[:=]\s*+)?(?:{TICK})?)"
    return _Words(
        levels=re.compile(rf"\(?\s*(?:{levels}|[{digits}](?:\s*(?:,|-|/|&|et|à)\s*[{digits}])*)\s*\)?", flags),
        number=re.compile(rf"(?:n[°º]\s*|\#)?0*(?P<label>{number})\s*[.)]?", flags),
        pairs=re.compile(rf"(?:{pair}[\s,;/|-]*+){{2,}}+", flags),
        pair=re.compile(pair, flags),
    )


def _words_of(rules: Rules) -> _Words:
    words = rules.words
    return _words(words.several, words.one, "".join(map(str, words.numbers)), rules.measures.label)


def cut_tables(page: Page) -> None:
    """Cut the rows of tables, and rows glued together, into pieces with their marks."""
    refuse = crosses_refuse(page.matched)
    words = _words_of(page.rules)
    columns: list[str] | None = None
    has_glue = any(line.text.has_glue for line in page.lines)
    has_boxes = any(line.text.has_boxes for line in page.lines)
    if not has_glue and not has_boxes and not any(line.text.has_bars or line.text.has_leader for line in page.lines):
        return
    page.is_tabular = True
    index = -1
    while (index := index + 1) < len(page.lines):
        line = page.lines[index]
        if line.is_blank or line.start in page.marks:
            continue
        cells = _cells(page, line)
        if line.text.has_leader and len(cells) == 1:
            index += _cut_leader(page, index, words)
        elif len(cells) < (2 if columns or _opens_levels(page, cells, words) else 3):
            # A short line within a table is a theme; anything longer ends it.
            columns = None if len(cells) < 2 and line.right - line.left > _SHORT else columns
            if has_glue:
                _cut_glued(page, index)
            if has_boxes:
                _cut_pairs(page, index, words, refuse)
        elif _RULE_RE.fullmatch(page.text(line)):
            page.marks[line.start] = Mark("furniture", "table-rule", (line.left, line.right))
        elif (header := _header(page, cells, words)) is not None:
            columns = header
            page.marks[line.start] = Mark("furniture", "table-header", (line.left, line.right))
        else:
            roles = columns or _guess(page, cells, words)
            if roles.count("title") and any(map(str.isdigit, roles)):
                columns = roles  # rows below may end in empty cells, which a text does not show
            index += _cut_row(page, index, cells, roles, words, refuse)


def _cells(page: Page, line: Line) -> list[_Cell]:
    """The cells between tabs and bars; outer bars open and close a row and part nothing."""
    if not line.text.has_bars:
        return [_Cell(line.left, line.right)]
    text = page.matched
    cells, at = [], line.left
    for match in _SEPARATOR_RE.finditer(text, line.left, line.right):
        if match.start() > line.left:
            cells.append(_Cell(at, match.start()))
        at = match.end()
    if at < line.right:
        cells.append(_Cell(at, line.right))
    return cells


def _folded(page: Page, cell: _Cell) -> str:
    return page.folded[cell.left : cell.right].strip()


def _header(page: Page, cells: list[_Cell], words: _Words) -> list[str] | None:
    """The role of each column, if this row names them: "number", "title", "levels", "said", or a level's number."""
    roles = []
    for cell in cells:
        text = _folded(page, cell)
        if words.levels.fullmatch(text) and not text.strip("()").isdigit():
            found = page.rules.words.levels_in(text)
            roles.append(str(found[0]) if len(found) == 1 else "")
        elif _NUMBER_RE.fullmatch(text):
            roles.append("number")
        elif len(text) > 40:
            return None
        elif _SAID_RE.search(text):
            roles.append("said")
        elif _LEVEL_RE.search(text):
            roles.append("levels")
        else:
            roles.append("title" if _TITLE_RE.search(text) else "")
    if "title" not in roles and roles[0] == "levels" and _folded(page, cells[0]).split()[0] in page.rules.words.nouns:
        # The levels of the measure above: what stands beside each is its wording, unless it is the answer.
        roles[1] = roles[1] or "wording"
    elif "title" not in roles or sum(role != "" for role in roles) < 2:
        return None
    # What no column of its own is for, behind the levels, is what the list says of them.
    last = max(i for i, role in enumerate(roles) if role)
    return [role or ("said" if i > last and _folded(page, cells[i]) else "") for i, role in enumerate(roles)]


def _guess(page: Page, cells: list[_Cell], words: _Words) -> list[str]:
    """Roles where no row names them: a number, then a title, then one tick for each level."""
    texts = [page.shaped[cell.left : cell.right].strip() for cell in cells]
    levels = page.rules.words.numbers
    if _is_level(texts[0], words):
        return ["levels", "wording", *["said"] * (len(cells) - 2)]
    first = 1 if words.number.fullmatch(texts[0]) else 0
    roles = ["number"] * first + ["title"]
    rest = texts[first + 1 :]
    if len(rest) >= len(levels) and are_ticks(rest[: len(levels)]) and any(rest[: len(levels)]):
        roles += [str(level) for level in levels]
    else:
        roles += ["levels" if words.levels.fullmatch(text) else "" for text in rest]
    return roles + [""] * (len(cells) - len(roles))


def _cut_row(page: Page, index: int, cells: list[_Cell], roles: list[str], words: _Words, refuse: bool) -> int:
    """Cut a row at its cells and mark them; how many pieces were added."""
    line = page.lines[index]
    if roles[0] == "levels" and words.levels.fullmatch(page.shaped[cells[0].left : cells[0].right].strip()):
        return _cut_level(page, index, cells, roles, refuse)
    numbered = words.number.fullmatch(page.shaped[cells[0].left : cells[0].right].strip())
    first = 1 if numbered and roles[:2] == ["number", "title"] and len(cells) > 1 else 0
    starts = [line.start, *(cell.left for cell in cells[first + 1 :])]
    for role, cell, start in zip(roles[first:], cells[first:], starts, strict=False):
        mark = _mark(page, role, cell, words, refuse)
        if first and start == line.start and numbered:
            offers = any(map(str.isdigit, roles))
            body, label = (cell.left, cell.right), numbered["label"]
            page.marks[start] = Mark("measure", "table-row", body, label=label, boxed=offers)
        elif mark is not None:
            page.marks[start] = mark
    places = starts[1:]
    if places and cells[first].right < places[0]:  # what parts the title from the next cell is no part of it
        page.marks[cells[first].right] = Mark("furniture", "table-bar", (cells[first].right, places[0]))
        places = [cells[first].right, *places]
    page.cut(index, places)
    return len(places)


def _is_level(text: str, words: _Words) -> bool:
    """Whether a cell names a level by more than its number, which could be anything's."""
    return words.levels.fullmatch(text) is not None and not text.strip("() ").isdigit()


def _opens_levels(page: Page, cells: list[_Cell], words: _Words) -> bool:
    """Whether a row of two cells begins with a level, or heads a column of levels."""
    if len(cells) != 2:
        return False
    first = _folded(page, cells[0])
    return _is_level(first, words) or first in page.rules.words.nouns


def _cut_level(page: Page, index: int, cells: list[_Cell], roles: list[str], refuse: bool) -> int:
    """Cut a row that is a level: its mark with the wording beside it, then the answers; how many pieces were added."""
    line, mark = page.lines[index], cells[0]
    wording = cells[1] if len(cells) > 1 and roles[1] in ("wording", "title") else None
    body = (mark.right, mark.right) if wording is None else (wording.left, wording.right)
    answers = cells[1:] if wording is None else cells[2:]
    boxed, ticked = False, None
    for cell in answers:
        box = _BOX_RE.match(page.shaped, cell.left, cell.right)
        text = page.shaped[cell.left : cell.right].strip()
        verdict = box.group() if box else text
        if not boxed and text and are_ticks([verdict]):
            boxed, ticked = True, says(verdict, refuse)
        left = box.end() if box else cell.right if are_ticks([text]) else cell.left
        left += len(page.shaped[left : cell.right]) - len(page.shaped[left : cell.right].lstrip())
        is_said = left < cell.right
        page.marks[cell.left] = (
            Mark("observation", "table-answer", (left, cell.right), evidence="cue")
            if is_said
            else Mark("furniture", "table-cell", (cell.left, cell.right))
        )
    levels = page.rules.words.levels_in(page.shaped[mark.left : mark.right])
    page.marks[line.start] = Mark("level", "table-level", body, levels=levels, boxed=boxed, ticked=ticked)
    page.cut(index, [cell.left for cell in answers])
    return len(answers)


def _cut_leader(page: Page, index: int, words: _Words) -> int:
    """Cut the answer off a line that leads to it with dots; how many pieces were added."""
    line = page.lines[index]
    leader = next(LEADER_RE.finditer(page.shaped, line.left, line.right))
    at = leader.end()
    mark = _mark(page, "levels", _Cell(at, line.right), words, False)
    page.marks[at] = mark or Mark("observation", "table-answer", (at, line.right), evidence="cue")
    page.marks[leader.start()] = Mark("furniture", "table-leader", leader.span())
    page.cut(index, [leader.start(), at])
    return 2


def _mark(page: Page, role: str, cell: _Cell, words: _Words, refuse: bool) -> Mark | None:
    """What a cell says in its column; None where the line rules must tell."""
    text = page.shaped[cell.left : cell.right].strip()
    body, end = (cell.left, cell.right), (cell.right, cell.right)
    if role.isdigit():
        try:
            ticked = says(text, refuse)
        except ValueError:
            return Mark("observation", "table-answer", body, levels=(int(role),), evidence="cue")
        if ticked is None:
            return Mark("furniture", UNTICKED, body)
        return Mark("level", "table-tick", end, levels=(int(role),), boxed=True, ticked=ticked)
    if role == "levels" and words.levels.fullmatch(text):
        return Mark("level", "table-level", end, levels=page.rules.words.levels_in(text))
    if not text.strip("-/.") and role != "title":
        return Mark("furniture", "table-cell", body)
    return Mark("observation", "table-observation", body, evidence="label") if role == "said" else None


def _cut_glued(page: Page, index: int) -> None:
    """Cut after the level of a row when the number of the next is glued to it: "Niveau 22Financer"."""
    line = page.lines[index]
    places = [match.end() for match in page.rules.glue.finditer(page.shaped, line.left, line.right)]
    places = [at for at in places if page.source.text[at : at + 4].strip()[:3].strip("0123456789 –.-)")[:1].isupper()]
    if places:
        page.cut(index, places)


def _cut_pairs(page: Page, index: int, words: _Words, refuse: bool) -> None:
    """Cut "☐ N1 ☑ N2" at each level, and say which are ticked."""
    line = page.lines[index]
    if not words.pairs.fullmatch(page.shaped, line.left, line.right):
        return
    matches = list(words.pair.finditer(page.shaped, line.left, line.right))
    if not any(_BOX_RE.search(match.group()) for match in matches):
        return
    starts = [line.start, *(match.start() for match in matches[1:])]
    for start, match in zip(starts, matches, strict=True):
        box = _BOX_RE.search(match.group())
        ticked = says(box.group(), refuse) if box else None
        levels = page.rules.words.levels_in(_BOX_RE.sub("", match.group()))
        page.marks[start] = Mark("level", "tick-pair", (match.end(),) * 2, levels=levels, boxed=True, ticked=ticked)
    page.cut(index, starts[1:])
