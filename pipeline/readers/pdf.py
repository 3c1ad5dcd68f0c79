"""PDF: lines become paragraphs again, joined over line ends, hyphens, columns and pages."""

import re
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import pypdfium2
import pypdfium2.raw as pdfium

from pipeline.limits import LIMITS, Limits, over
from pipeline.model import Diagnostic
from pipeline.readers.draft import Paragraph, Reading, Run, Unreadable, compose, row_of
from pipeline.readers.pdf_glyphs import Sheet, Word, read_sheet
from pipeline.readers.pdf_layout import Gutters, arrange, split_running
from pipeline.readers.pdf_lines import Element, Line, Row, has_space, strips

_STRONG_RE = re.compile(
    r"""[•▪◦●■□☐☑☒➢➔→❏✓✔\uf000-\uf0ff]                          # a bullet or a box
    |\*\s                                                          # a star set apart
    |N\s?\d(?:\s?(?:[-,/à&]|et)\s?N?\d)*\s*(?:[•:–—-]|$)           # N2 •, N1-2-3 :, N1 alone
    |Niveaux?\s\d(?:\s?(?:[-,/à&]|et)\s?\d)*\s*(?:[•:–—.-]|$)
    |(?:Principe\s\w|Mesure\s(?:n°\s?)?\d+)\s*(?:[:–—.-]|$)
    |(?:\#\s?)?\d{1,3}\s?(?:[–—.)-]|°)\s*["“«]?\s?[A-ZÀ-ÖØ-Þ]        # 12 – Title
    |\#\s?\d{1,3}\b""",
    re.VERBOSE,
)
_WEAK_RE = re.compile(r"[–—-]\s?(?=\S)|\d{1,3}\s?[–—.)-]\s|\(?[a-zA-Z]\)\s|o\s(?=[A-ZÀ-Ý])")
_WORD_RE = re.compile(r"[^\W\d_]+(?:[-‐][^\W\d_]+)*")
_BROKEN_RE = re.compile(r"(?<![^\W\d_])([^\W\d_]++)[-‐\u00ad]$")
_FIRST_RE = re.compile(r"[«(“\"]\s\S+|\S+(?:\s[:;!?»%€]+)?")
# What French joins with a hyphen to the next word, and to the one before: surely, and where that is a word itself.
_HEADS_RE = re.compile("non|vice|demi|semi|rendez|quasi|socio|celui|celles?|ceux|vis|arrière|avant|après|ex|peut")
_MAYBE_HEADS_RE = re.compile(
    "anti|au|auto|bio|ci|co|contre|extra|grande?s?|haute?|inter|mi|mini|multi|nord|outre|par|petite?s?|plus|porte|"
    "post|pré|sans|sous|sud|tiers|ultra"
)
_TAILS_RE = re.compile("vous|nous|elles?|même|mêmes|être|dessus|dessous|delà|là")
_MAYBE_TAILS_RE = re.compile("à|ce|ci|dire|en|ils?|je|les?|la|leur|lui|moi|on|t|toi|tu|y")
_ENDS = (".", "!", "?", ":", ";", "…", "»", ")")


@dataclass(frozen=True, slots=True)
class _Habits:
    """How a document sets its text. Distances are in ems: of baselines in a paragraph, and of white between two."""

    leading: float
    between: float
    size: float
    margins: dict[tuple[int, ...], float]
    widths: dict[int, int]
    words: "Counter[str]"
    hyphenates: bool

    def right(self, line: Line) -> float:
        """The margin that a line's text runs up to."""
        if line.right is not None:
            return line.right
        width = self.widths[line.page]
        return self.margins.get((width, *_kind(line)), self.margins[width,])


def read_pdf(data: bytes, limits: Limits = LIMITS) -> Reading:
    """The text of a PDF that has a text layer. Places are pages, from 1."""
    sheets, n_pages = _sheets(data, limits)
    if not sheets:
        message = "no page of the PDF can be opened: print it to PDF anew, or ask for another copy"
        raise Unreadable("damaged", message)
    if not any(sheet.words or sheet.askew or sheet.has_images for sheet in sheets):
        message = "no page of the PDF shows text or a picture: print it to PDF anew, or ask for another copy"
        raise Unreadable("empty", message)
    if not any(sheet.words or sheet.askew for sheet in sheets):
        message = "the PDF holds no text, only images: recognise its text first, for instance with ocrmypdf -l fra"
        raise Unreadable("no-text-layer", message)
    split = split_running([(sheet, strips(sheet.words)) for sheet in sheets])
    gutters: list[Gutters] = []
    pages = [arrange(sheet, body, gutters) for sheet, (body, _) in zip(sheets, split, strict=True)]
    habits = _habits(sheets, pages)
    paragraphs = list(_paragraphs(_continued(pages), habits))
    for sheet, (_, running) in zip(sheets, split, strict=True):
        for words in running:
            paragraphs.append(Paragraph((Run(Line(tuple(words), sheet.number).text),), sheet.number, "furniture"))
        paragraphs.extend(Paragraph((Run(text),), sheet.number, "furniture") for text in sheet.askew if text)
    return compose(paragraphs, "page", _diagnostics(sheets, n_pages))


def _sheets(data: bytes, limits: Limits) -> tuple[list[Sheet], int]:
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if error.err_code == pdfium.FPDF_ERR_PASSWORD:
            message = "the PDF is protected by a password: open it with its password and save it without one"
            raise Unreadable("encrypted", message) from None
        message = "the PDF is damaged and cannot be opened: print it to PDF anew, or ask for another copy"
        raise Unreadable("damaged", message) from None
    try:
        form = None
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # XFA forms, which this pdfium does not run
            document.init_forms()
        if document.formenv is not None:
            form = document.formenv.raw
        n_pages = len(document)
        if n_pages > limits.pages:
            raise over(limits, "pages")
        found = [read_sheet(document.raw, form, number) for number in range(1, n_pages + 1)]
        return [sheet for sheet in found if sheet is not None], n_pages
    finally:
        document.close()


def _diagnostics(sheets: list[Sheet], n_pages: int) -> list[Diagnostic]:
    diagnostics = []
    opened = {sheet.number for sheet in sheets}
    if len(opened) < n_pages:
        missing = _listed(set(range(1, n_pages + 1)) - opened)
        diagnostics.append(Diagnostic("warning", "page-damaged", f"{missing} cannot be opened: ask for another copy"))
    blank = {sheet.number for sheet in sheets if sheet.has_images and not sheet.words}
    if blank:
        message = f"{_listed(blank)} without text, only an image: recognise the text first, for instance with ocrmypdf"
        diagnostics.append(Diagnostic("warning", "page-without-text", message))
    comments = sum(sheet.comments for sheet in sheets)
    if comments:
        noun = "comment was" if comments == 1 else "comments were"
        diagnostics.append(Diagnostic("info", "comments-left-out", f"{comments} {noun} left out"))
    return diagnostics


def _listed(numbers: set[int]) -> str:
    return ("page " if len(numbers) == 1 else "pages ") + ", ".join(map(str, sorted(numbers)))


def _habits(sheets: list[Sheet], pages: list[list[Element]]) -> _Habits:
    lines = [line for page in pages for line in page if isinstance(line, Line)]
    cells = [line for page in pages for row in page if isinstance(row, Row) for cell in row.cells for line in cell]
    widths = {sheet.number: round(sheet.width) for sheet in sheets}
    sizes = Counter[float]()
    for line in lines or cells:
        sizes[round(line.size, 1)] += sum(len(word.text) for word in line.words)
    size = max(sizes, key=lambda s: (sizes[s], s), default=10.0)
    margins = _margins(lines, widths)
    words = Counter[str]()
    n_broken = 0
    after_break = False
    for line in [*lines, *cells]:
        text = line.text.casefold()
        text = text[text.find(" ") + 1 :] if after_break else text
        after_break = _BROKEN_RE.search(text) is not None
        if after_break:
            n_broken += 1
            text = text[: text.rfind(" ") + 1]
        for word in _WORD_RE.findall(text):
            parts = word.replace("‐", "-").split("-")
            words.update(parts if len(parts) == 1 else ["-".join(pair) for pair in pairwise(parts)])
            words["‐"] += "‐" in word
    steps, whites = Counter[float](), Counter[float]()
    draft = _Habits(9.9, 0.0, size, margins, widths, words, False)
    n_full = 0
    for before, line in _neighbours(lines):
        step = (line.y - before.y) / line.size
        if _is_full(before, line, draft) and abs(line.size - before.size) < 0.1:
            n_full += 1
            steps[round(step, 1)] += 1
        else:
            whites[round(step, 1)] += 1
    leading = max(steps, key=lambda s: (steps[s], -s), default=1.2)
    between = max(whites, key=lambda s: (whites[s], -s), default=leading)
    return _Habits(leading, max(between, leading), size, margins, widths, words, n_broken > max(1, 0.03 * n_full))


def _neighbours(lines: list[Line]) -> Iterator[tuple[Line, Line]]:
    for before, line in pairwise(lines):
        if (before.page, before.flow) == (line.page, line.flow) and line.y > before.y:
            yield before, line


def _kind(line: Line) -> tuple[int, ...]:
    """What lines of one style share: the left side, and the size, in half points."""
    return round(line.x0 / 3), round(line.size * 2)


def _margins(lines: list[Line], widths: dict[int, int]) -> dict[tuple[int, ...], float]:
    """The right margins by the pages' width, and those of styles that end before them."""
    groups: dict[tuple[int, ...], list[Line]] = {(width,): [] for width in widths.values()}
    for line in lines:
        if line.right is None:
            groups[widths[line.page],].append(line)
            groups.setdefault((widths[line.page], *_kind(line)), []).append(line)
    margins: dict[tuple[int, ...], float] = {}
    for key, group in groups.items():
        own = _margin(group, key[0])
        if len(key) == 1 or (len(group) >= 4 and 0.85 < own / margins[key[0],] < 1) or _is_narrow(group, own, key[0]):
            margins[key] = own
    return margins


def _is_narrow(group: list[Line], margin: float, width: int) -> bool:
    """Whether the lines of a style run up to a margin of their own: most do, and they are long."""
    near = [line for line in group if margin - 0.08 * width <= line.x1 <= margin]
    return len(near) >= max(4, len(group) // 2) and sum(len(line.text) for line in near) > 30 * len(near)


def _margin(lines: list[Line], width: int) -> float:
    """The right margin: where several lines end. Where none do, the left margin's mirror image."""
    ends = sorted((line.x1 for line in lines), reverse=True)
    mirrored = width - min((line.x0 for line in lines), default=0.0)
    for end in ends:
        n_near = sum(end - 0.08 * width <= other <= end for other in ends)
        if n_near >= max(2, 0.03 * len(ends)):
            return end if n_near >= max(3, 0.15 * len(ends)) or end > 0.85 * mirrored else mirrored
    return mirrored


def _continued(pages: list[list[Element]]) -> list[Element]:
    """All elements; a row cut by the page's end is put together where its first cell stays empty on the next page."""
    elements: list[Element] = []
    for page in pages:
        last, first = (elements[-1] if elements else None), (page[0] if page else None)
        if isinstance(last, Row) and isinstance(first, Row) and _is_cut(elements, last, first):
            cells = tuple((*a, *b) for a, b in zip(last.cells, first.cells, strict=True))
            elements[-1] = Row(cells, last.page, last.y, last.edges)
            elements.extend(page[1:])
        else:
            elements.extend(page)
    return elements


def _is_cut(elements: list[Element], last: Row, first: Row) -> bool:
    if not last.edges or len(last.edges) != len(first.edges) or len(last.cells) != len(first.cells):
        return False
    aligned = all(abs(a - b) < 3 for a, b in zip(last.edges, first.edges, strict=True))
    same = [row for row in elements[-50:] if isinstance(row, Row) and row.edges == last.edges]
    return aligned and len(last.cells) > 1 and not first.cells[0] and all(row.cells[0] for row in same)


def _paragraphs(elements: list[Element], habits: _Habits) -> Iterator[Paragraph]:
    block: list[Line] = []
    for element in elements:
        if isinstance(element, Row):
            if block:
                yield _paragraph(block, habits)
            block = []
            yield from _row(element, habits)
        elif block and _goes_on(block, element, habits):
            block.append(element)
        else:
            if block:
                yield _paragraph(block, habits)
            if _stands_apart(block, element, habits):
                yield Paragraph((), element.page)
            block = [element]
    if block:
        yield _paragraph(block, habits)


def _stands_apart(block: list[Line], line: Line, habits: _Habits) -> bool:
    """Whether a blank line is seen before a paragraph, or it is a heading."""
    if line.size > 1.12 * habits.size:
        return True
    if not block or (block[-1].page, block[-1].flow) != (line.page, line.flow):
        return False
    return (line.y - block[-1].y) / line.size > habits.between + 0.25


def _goes_on(block: list[Line], line: Line, habits: _Habits) -> bool:
    """Whether a line belongs to the paragraph of the lines before it."""
    first, before = block[0], block[-1]
    if abs(line.size - before.size) > 0.12 * before.size or not _is_full(before, line, habits):
        return False
    text, so_far = line.text.lstrip(), before.text.rstrip()
    ended = so_far.endswith(_ENDS)
    if _begins(text, first.text, ended):
        return False
    if (before.page, before.flow) != (line.page, line.flow):
        return not (ended and text[:1].isupper())
    if (line.y - before.y) / line.size > habits.leading + 0.22:
        return False
    if ended and _look(before.words[-1]) != _look(line.words[0]) and _is_uniform(line):
        return False
    shift = (line.x0 - before.x0) / line.size
    middle = (line.x0 + line.x1 - before.x0 - before.x1) / 2 / line.size
    if abs(shift) < 0.6 or abs(middle) < 0.3:
        return True
    # The first line of a paragraph may stand out or in; the others stand below each other.
    if len(block) > 1:
        return False
    return shift < 0 or _begins(first.text, "", True) or not ended


def _begins(text: str, first: str, ended: bool) -> bool:
    """Whether a line begins as an item, a level or a heading does."""
    if _STRONG_RE.match(text):
        return True
    mark = _WEAK_RE.match(text)
    if mark is None:
        return False
    # A dash or a number may as well stand within a sentence that the line end has cut.
    return ended or text[mark.end() : mark.end() + 1].isupper() or first[:1] == text[:1] == "–"


def _look(word: Word) -> tuple[bool, bool]:
    return word.bold, word.italic


def _is_uniform(line: Line) -> bool:
    return all(_look(word) == _look(line.words[0]) for word in line.words)


def _is_full(before: Line, line: Line, habits: _Habits) -> bool:
    """Whether the first word of a line would not have fitted on the line before it."""
    match = _FIRST_RE.match(line.text.lstrip())
    n_chars = len(match.group()) if match else 1
    end, width = 0, 0.0
    for word in line.words:
        end += len(word.text) + 1
        width = word.x1 - line.x0
        if end >= n_chars:
            break
    margin = habits.right(before)
    room = margin - before.x1
    if (
        line.text[:1].islower()
        and not before.text.rstrip().endswith(_ENDS[:4])
        and _look(before.words[-1]) == _look(line.words[0])
    ):
        # A sentence that goes on: a narrower style, or a word that the program did not want to part.
        room -= 0.15 * (margin - before.x0)
    if abs((before.x0 + before.x1) / 2 - (line.x0 + line.x1) / 2) < 0.3 * line.size and before.x0 > line.x0 + line.size:
        room += min(room, before.x0 - line.x0)  # centred lines have room on both sides
    return width + 0.35 * line.size > room


def _paragraph(block: list[Line], habits: _Habits) -> Paragraph:
    return Paragraph(tuple(_runs(block, habits)), block[0].page)


def _runs(block: Sequence[Line], habits: _Habits) -> list[Run]:
    pieces: list[tuple[str, bool, bool]] = []
    for index, line in enumerate(block):
        for number, word in enumerate(line.words):
            space = " " if number and has_space(line.words, number) else ""
            if index and not number:
                cut, space = _link(block[index - 1].text, line.text, habits)
                text, bold, italic = pieces[-1]
                pieces[-1] = (text[: len(text) - cut], bold, italic)
            if space and pieces:
                pieces.append((space, *_shared(pieces[-1], (word.bold, word.italic))))
            pieces.append((word.text, word.bold, word.italic))
    runs: list[Run] = []
    for text, bold, italic in pieces:
        if runs and (runs[-1].bold, runs[-1].italic) == (bold, italic):
            runs[-1] = Run(runs[-1].text + text, bold, italic)
        elif text:
            runs.append(Run(text, bold, italic))
    return runs


def _shared(piece: tuple[str, bool, bool], style: tuple[bool, bool]) -> tuple[bool, bool]:
    """A space is bold or italic where the words on both sides are."""
    return piece[1] and style[0], piece[2] and style[1]


def _link(before: str, after: str, habits: _Habits) -> tuple[int, str]:
    """How many characters of a line's end go, and what stands between it and the next line."""
    before = before.rstrip()
    broken = _BROKEN_RE.search(before)
    if before.endswith("\u00ad"):
        return 1, ""
    if not broken:
        glued = re.search(r"\w[-‐]$", before) or (re.search(r"\w/$", before) and re.match(r"\w", after))
        return 0, "" if glued else " "
    tail = _WORD_RE.match(after)
    if tail is None:
        return 0, ""
    if tail.group()[0].isupper():
        # "Paris-Est-" and "Marne" are one word; "ALTERNANCE-" and "Laurent", written otherwise, are two.
        return 0, " " if broken.group(1).isupper() != tail.group().isupper() and len(broken.group(1)) > 1 else ""
    head, rest = broken.group(1).casefold(), tail.group().casefold().split("-")[0]
    whole, apart = habits.words[head + rest], habits.words[f"{head}-{rest}"]
    if whole != apart:
        return (1 if whole > apart else 0), ""
    if before.endswith("‐") and not habits.words["‐"]:
        return 1, ""  # the document writes its own hyphens with the other sign
    own = (
        _HEADS_RE.fullmatch(head)
        or _TAILS_RE.fullmatch(rest)
        or (_MAYBE_HEADS_RE.fullmatch(head) and len(rest) > 3 and habits.words[rest])
        or (min(len(head), len(rest)) > 3 and habits.words[head] and habits.words[rest])
        or (_MAYBE_TAILS_RE.fullmatch(rest) and habits.words[head])
    )
    return (0 if own or not habits.hyphenates else 1), ""


def _row(row: Row, habits: _Habits) -> list[Paragraph]:
    cells = [[Paragraph(tuple(runs), row.page) for runs in _cell(lines, habits)] for lines in row.cells]
    return row_of(cells, row.page)


def _cell(lines: Iterable[Line], habits: _Habits) -> Iterator[list[Run]]:
    block: list[Line] = []
    for line in lines:
        if block and not _goes_on(block, line, habits):
            yield _runs(block, habits)
            block = []
        block.append(line)
    if block:
        yield _runs(block, habits)
