"""What stands on a page of a PDF: words with place, size and style, ruling lines, and the values of form fields."""

import ctypes
import math
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise

import pypdfium2.raw as pdfium

from pipeline.readers.draft import TICKED, UNTICKED

Handle = int | None
Box = tuple[float, float, float, float]
"""Left, top, right, bottom, in points; y grows downwards."""

_BOLD_RE = re.compile(
    r"(?i:bold|black|heavy|fett|negri|(?<![a-z])gras(?![a-z])|(?<![a-z])(?:bd|dmbd|dembd)(?![a-z]))|(?<=[-,])(?:BI?|Z)\b"
)
_ITALIC_RE = re.compile(
    r"[Ii]talic|ITALIC|[-,_ ]ital|Ital\b|"
    r"(?i:oblique|kursiv|slanted|inclin)|(?<=[-,])(?:It|BI|I|Obl|Sl)\b|(?<=[a-z])It\b"
)
_PLAIN_RE = re.compile(r"regular|roman|book|light|medium|normal|thin", re.I)
_SUBSET_RE = re.compile(r"[A-Z]{6}\+")
_SYMBOLS_RE = re.compile(r"wingdings|webdings", re.I)
_ITALIC_FLAG, _FORCE_BOLD_FLAG = 1 << 6, 1 << 18  # PDF 32000-1, table 123
_STROKED_MODES = frozenset([pdfium.FPDF_TEXTRENDERMODE_FILL_STROKE, pdfium.FPDF_TEXTRENDERMODE_FILL_STROKE_CLIP])
_CHOICES = frozenset([pdfium.FPDF_FORMFIELD_COMBOBOX, pdfium.FPDF_FORMFIELD_LISTBOX, pdfium.FPDF_FORMFIELD_TEXTFIELD])
_BOXES = frozenset([pdfium.FPDF_FORMFIELD_CHECKBOX, pdfium.FPDF_FORMFIELD_RADIOBUTTON])
_SILENT = frozenset([pdfium.FPDF_ANNOT_LINK, pdfium.FPDF_ANNOT_POPUP, pdfium.FPDF_ANNOT_WIDGET])
_DRAWN = frozenset([pdfium.FPDF_PAGEOBJ_IMAGE, pdfium.FPDF_PAGEOBJ_PATH, pdfium.FPDF_PAGEOBJ_FORM])
_MAX_PATHS = 20_000
_THIN = 3.0
_MAX_SIDE = 1e6
_SEGMENT_LINE, _SEGMENT_MOVE = pdfium.FPDF_SEGMENT_LINETO, pdfium.FPDF_SEGMENT_MOVETO


def _lean(name: str, result: type, *arguments: type) -> "ctypes._CFunctionType":
    """A function of pdfium that takes and gives handles as bare numbers: a pointer object each time costs too much."""
    address = ctypes.cast(getattr(pdfium, name), ctypes.c_void_p).value
    return ctypes.CFUNCTYPE(result, *arguments)(address or 0)


_text_object = _lean("FPDFText_GetTextObject", ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int)
_font_of = _lean("FPDFTextObj_GetFont", ctypes.c_void_p, ctypes.c_void_p)
_mode_of = _lean("FPDFTextObj_GetTextRenderMode", ctypes.c_int, ctypes.c_void_p)
_object_at = _lean("FPDFPage_GetObject", ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int)
_kind_of = _lean("FPDFPageObj_GetType", ctypes.c_int, ctypes.c_void_p)
_unicode_of = _lean("FPDFText_GetUnicode", ctypes.c_uint, ctypes.c_void_p, ctypes.c_int)
_has_error = _lean("FPDFText_HasUnicodeMapError", ctypes.c_int, ctypes.c_void_p, ctypes.c_int)
_font_size_of = _lean("FPDFText_GetFontSize", ctypes.c_double, ctypes.c_void_p, ctypes.c_int)
_box_of = _lean("FPDFText_GetLooseCharBox", ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)
_matrix_of = _lean("FPDFText_GetMatrix", ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)


@dataclass(frozen=True, slots=True)
class Word:
    """Letters side by side that look alike. `y` is the baseline, downwards from the top of the page, in points.

    `spaced` is true where a space stands before it in the file, whatever the gap.
    """

    text: str
    x0: float
    x1: float
    y: float
    size: float
    bold: bool = False
    italic: bool = False
    spaced: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page, turned so that most of its text is upright. `askew` is the text that runs in another direction."""

    number: int
    width: float
    height: float
    words: tuple[Word, ...]
    rules: tuple[Box, ...] = ()
    askew: tuple[str, ...] = ()
    has_images: bool = False
    comments: int = 0


@dataclass(slots=True)
class _Chunk:
    """A text object: `quarter` turns of 90° anticlockwise, or None for any other angle."""

    bold: bool
    heavy: bool
    italic: bool
    size: float
    quarter: int | None
    origin: tuple[float, float]
    letters: list[tuple[str, float, float, float, float, float]] = field(default_factory=list)
    """Character, left, bottom, right, top, and the gap before it in ems over which a space is meant."""


@dataclass(frozen=True, slots=True)
class _Look:
    """What a font says of itself. A `heavy` one is bold only where most of the page is not heavy."""

    bold: bool
    heavy: bool
    italic: bool
    symbols: bool


@dataclass(frozen=True, slots=True)
class _Frame:
    """How a page's coordinates become upright ones."""

    quarter: int
    left: float
    bottom: float
    right: float
    top: float

    @property
    def size(self) -> tuple[float, float]:
        width, height = self.right - self.left, self.top - self.bottom
        return (height, width) if self.quarter % 2 else (width, height)

    def point(self, x: float, y: float) -> tuple[float, float]:
        if self.quarter == 0:
            return x - self.left, self.top - y
        if self.quarter == 1:
            return y - self.bottom, x - self.left
        if self.quarter == 2:
            return self.right - x, y - self.bottom
        return self.top - y, self.right - x

    def box(self, left: float, bottom: float, right: float, top: float) -> Box:
        (x0, y0), (x1, y1) = self.point(left, bottom), self.point(right, top)
        return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)


def read_sheet(document: object, form: object, number: int) -> Sheet | None:
    """The page `number`, from 1; None where the file's page cannot be opened."""
    page = pdfium.FPDF_LoadPage(document, number - 1)
    if not page:
        return None
    text_page = pdfium.FPDFText_LoadPage(page)
    try:
        bounds = pdfium.FS_RECTF()
        pdfium.FPDF_GetPageBoundingBox(page, bounds)
        chunks = _chunks(text_page) if text_page else []
        sides = (bounds.left, bounds.bottom, bounds.right, bounds.top)
        if not all(abs(side) < _MAX_SIDE for side in sides):
            return None
        frame = _Frame(_main_quarter(chunks), *sides)
        words = list(_words(chunks, frame))
        rules, dots, has_images = _drawings(page, frame)
        words.extend(_bullets(dots, words))
        fields, comments = _annotations(page, form, frame, words)
        askew = tuple(_askew(chunks, frame.quarter))
        return Sheet(number, *frame.size, (*words, *fields), tuple(rules), askew, has_images, comments)
    finally:
        if text_page:
            pdfium.FPDFText_ClosePage(text_page)
        pdfium.FPDF_ClosePage(page)


def _chunks(text_page: object) -> list[_Chunk]:
    """The page's text in the order of the file, cut where the font, the matrix or the baseline changes.

    Chromium writes an object for each letter, so that what is asked of an object must be as cheap as of a letter.
    """
    chunks: list[_Chunk] = []
    page = ctypes.cast(text_page, ctypes.c_void_p).value  # type: ignore[arg-type]
    fonts: dict[Handle, _Look] = {}
    rect, matrix = (ctypes.c_float * 4)(), (ctypes.c_float * 6)()
    rect_at, matrix_at = ctypes.addressof(rect), ctypes.addressof(matrix)
    current: Handle = 0
    before: tuple[object, ...] = ()
    spaced, is_symbol = 9.0, False
    for index in range(pdfium.FPDFText_CountChars(text_page)):
        owner = _text_object(page, index)
        if owner is None:  # a space or line end that pdfium made up
            spaced = min(spaced, 0.08)
            continue
        if owner != current:
            current = owner
            _matrix_of(page, index, matrix_at)
            a, b, c, d, e, f = matrix
            font, size, mode = _font_of(owner), _font_size_of(page, index), _mode_of(owner)
            key = (font, size, mode, a, b, c, d, None if b else f)
            if key != before or b:
                before = key
                look = fonts.get(font) or fonts.setdefault(font, _look(font))
                is_symbol = look.symbols
                chunks.append(_chunk((a, b, c, d, e, f), size, look, mode in _STROKED_MODES))
        code = _unicode_of(page, index)
        if code == 32 or code == 9:
            spaced = -9.0
            continue
        _box_of(page, index, rect_at)
        left, top, right, bottom = rect
        char = _character(code, _has_error(page, index) > 0, is_symbol)
        chunks[-1].letters.append((char, left, bottom, right, top, spaced))
        spaced = 9.0
    n_heavy = sum(len(chunk.letters) for chunk in chunks if chunk.heavy)
    if 2 * n_heavy < sum(len(chunk.letters) for chunk in chunks):
        for chunk in chunks:
            chunk.bold |= chunk.heavy
    return chunks


def _character(code: int, unmapped: bool, is_symbol: bool) -> str:
    """The character of a code; one without Unicode is U+FFFD, one of a symbol font is in private use."""
    if is_symbol and 0x20 < code < 0x2123:
        byte = chr(code).encode("cp1252", "ignore") or (bytes([code]) if code < 0x100 else b"")
        if byte:
            return chr(0xF000 + byte[0])
    if code == 2:  # pdfium's mark for a hyphen at a line end
        return "-"
    return "\ufffd" if unmapped or code < 32 or code & 0xFFFE == 0xFFFE or code > 0x10FFFF else chr(code)


def _chunk(matrix: "_Matrix", font_size: float, look: _Look, stroked: bool) -> _Chunk:
    a, b, c, d, e, f = matrix if all(map(math.isfinite, matrix)) else (0.0,) * 6
    along = math.hypot(a, b) or 1.0
    up = (a * d - b * c) / along
    slant = (a * c + b * d) / along / (abs(up) or 1.0)
    turns = math.atan2(b, a) / (math.pi / 2)
    quarter = round(turns) % 4 if abs(turns - round(turns)) < 0.03 else None
    size = min(max(abs(font_size * up), 0.1), 1000.0)
    # Programs without an italic or bold font slant the upright one, or draw its outline too.
    return _Chunk(look.bold or stroked, look.heavy, look.italic or 0.1 < slant < 1.0, size, quarter, (e, f))


def _look(font: Handle) -> _Look:
    if font is None:
        return _Look(False, False, False, False)
    handle = ctypes.cast(font, pdfium.FPDF_FONT)
    name = _SUBSET_RE.sub("", _font_name(handle), count=1)
    flags, angle = pdfium.FPDFFont_GetFlags(handle), ctypes.c_int(0)
    pdfium.FPDFFont_GetItalicAngle(handle, angle)
    is_bold = _BOLD_RE.search(name) is not None or bool(flags > 0 and flags & _FORCE_BOLD_FLAG)
    is_italic = _ITALIC_RE.search(name) is not None or bool(flags > 0 and flags & _ITALIC_FLAG)
    # pdfium derives the weight from the stem's width, which is often made up; and Chromium makes letters bold
    # that have no bold font by drawing each of them anew, in a font without a name.
    heavy = not name or (pdfium.FPDFFont_GetWeight(handle) >= 700 and not _PLAIN_RE.search(name))
    return _Look(is_bold, heavy, is_italic or abs(angle.value) >= 5, _SYMBOLS_RE.search(name) is not None)


def _font_name(handle: object) -> str:
    length = pdfium.FPDFFont_GetBaseFontName(handle, None, 0)
    buffer = ctypes.create_string_buffer(max(length, 1))
    pdfium.FPDFFont_GetBaseFontName(handle, buffer, length)
    return buffer.value.decode("utf-8", "replace")


def _main_quarter(chunks: list[_Chunk]) -> int:
    counts: Counter[int] = Counter()
    for chunk in chunks:
        if chunk.quarter is not None:
            counts[chunk.quarter] += len(chunk.letters)
    return max(counts, key=lambda quarter: (counts[quarter], -quarter), default=0)


def _askew(chunks: list[_Chunk], quarter: int) -> Iterator[str]:
    """The text in other directions than the page's, a string for each stretch."""
    parts: list[str] = []
    for chunk in chunks:
        if chunk.quarter == quarter:
            if parts:
                yield "".join(parts).strip()
            parts = []
        else:
            parts.extend(" " * (letter[5] < 9) + letter[0] for letter in chunk.letters)
    if parts:
        yield "".join(parts).strip()


def _words(chunks: list[_Chunk], frame: _Frame) -> Iterator[Word]:
    """Letters put together: a word ends at a space, a gap, another baseline or another style."""
    width, height = frame.size
    text, left, right, spaced = "", 0.0, 0.0, False
    last: tuple[float, float, bool, bool] | None = None
    for chunk in chunks:
        if chunk.quarter != frame.quarter:
            continue
        style = (round(frame.point(*chunk.origin)[1], 1), round(chunk.size, 1), chunk.bold, chunk.italic)
        # Letters set wide apart are no words of their own where the object writes its spaces.
        wide = 0.5 if any(letter[5] < 0 for letter in chunk.letters[1:]) else 0.16
        for char, x0, y0, x1, y1, space_over in chunk.letters:
            if frame.quarter:
                x0, y0, x1, y1 = frame.box(x0, y0, x1, y1)
            else:  # nearly always: worth the shorter way
                x0, y0, x1, y1 = x0 - frame.left, frame.top - y1, x1 - frame.left, frame.top - y0
            if not (x1 >= 0 and x0 <= width and y1 >= 0 and y0 <= height):
                continue
            gap = (x0 - right) / style[1]
            if last == style and -0.6 < gap < min(wide, space_over):
                text += char
                right = max(right, x1)
                continue
            if text and last:
                yield _word(text, left, right, last, spaced)
            text, left, right, last, spaced = char, x0, x1, style, space_over < 0 or 0.08 <= space_over < gap
    if text and last:
        yield _word(text, left, right, last, spaced)


def _word(text: str, x0: float, x1: float, style: tuple[float, float, bool, bool], spaced: bool) -> Word:
    if any("\ud800" <= char <= "\udfff" for char in text):
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return Word(text, x0, x1, *style, spaced)


def _drawings(page: object, frame: _Frame) -> tuple[list[Box], list[tuple[Box, str]], bool]:
    """The thin upright or level lines on a page, its small round or square spots, and whether it holds an image."""
    rules: list[Box] = []
    dots: list[tuple[Box, str]] = []
    has_images, n_paths = False, 0
    identity = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
    address = ctypes.cast(page, ctypes.c_void_p).value  # type: ignore[arg-type]
    items = (_object_at(address, index) for index in range(pdfium.FPDFPage_CountObjects(page)))
    kinds = ((item, _kind_of(item)) for item in items)
    stack = [(ctypes.cast(item, pdfium.FPDF_PAGEOBJECT), kind, identity) for item, kind in kinds if kind in _DRAWN]
    while stack and n_paths < _MAX_PATHS:
        item, kind, outer = stack.pop()
        n_paths += 1
        if kind == pdfium.FPDF_PAGEOBJ_IMAGE:
            has_images = True
        elif kind == pdfium.FPDF_PAGEOBJ_PATH:
            found = [frame.box(*box) for box in _thin_boxes(item, outer)]
            rules.extend(box for box in found if _is_inside(box, frame))
            if not found and outer == identity and (dot := _dot(item)):
                dots.append((frame.box(*dot[0]), dot[1]))
        elif kind == pdfium.FPDF_PAGEOBJ_FORM:
            inner = _times(_matrix(item), outer)
            for index in range(max(pdfium.FPDFFormObj_CountObjects(item), 0)):
                part = pdfium.FPDFFormObj_GetObject(item, index)
                stack.append((part, pdfium.FPDFPageObj_GetType(part), inner))
    return rules, dots, has_images


_Matrix = tuple[float, float, float, float, float, float]


def _matrix(item: object) -> _Matrix:
    matrix = pdfium.FS_MATRIX(1, 0, 0, 1, 0, 0)
    pdfium.FPDFPageObj_GetMatrix(item, matrix)
    return matrix.a, matrix.b, matrix.c, matrix.d, matrix.e, matrix.f


def _times(first: _Matrix, then: _Matrix) -> _Matrix:
    a, b, c, d, e, f = first
    p, q, r, s, t, u = then
    return a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u


def _thin_boxes(item: object, outer: _Matrix) -> Iterator[Box]:
    """The thin boxes of a path: all of a filled one's parts that are thin, and each straight side of a stroked one."""
    fill, stroke = ctypes.c_int(0), ctypes.c_int(0)
    pdfium.FPDFPath_GetDrawMode(item, fill, stroke)
    count = pdfium.FPDFPath_CountSegments(item)
    if not (fill.value or stroke.value) or not 2 <= count <= 2000:
        return
    a, b, c, d, e, f = _times(_matrix(item), outer)
    x, y = ctypes.c_float(), ctypes.c_float()
    parts: list[list[tuple[float, float]]] = []
    for index in range(count):
        segment = pdfium.FPDFPath_GetPathSegment(item, index)
        pdfium.FPDFPathSegment_GetPoint(segment, x, y)
        point = (a * x.value + c * y.value + e, b * x.value + d * y.value + f)
        kind = pdfium.FPDFPathSegment_GetType(segment)
        if kind == _SEGMENT_MOVE or not parts:
            parts.append([point])
        elif kind == _SEGMENT_LINE:
            parts[-1].append(point)
            if pdfium.FPDFPathSegment_GetClose(segment):
                parts[-1].append(parts[-1][0])
        else:
            return  # a curve is no ruling line
    for part in parts:
        xs, ys = [point[0] for point in part], [point[1] for point in part]
        whole = (min(xs), min(ys), max(xs), max(ys))
        if _is_thin(whole):
            yield whole
        elif stroke.value:
            for (x0, y0), (x1, y1) in pairwise(part):
                side = (min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))
                if _is_thin(side):
                    yield side


def _dot(item: object) -> tuple[Box, str] | None:
    """The box of a spot no larger than a bullet, and its character: Chromium draws the bullets of lists."""
    sides = [ctypes.c_float() for _ in range(4)]
    if not pdfium.FPDFPageObj_GetBounds(item, *sides):
        return None
    left, bottom, right, top = (side.value for side in sides)
    if not (1.5 < right - left < 7.0 and abs((right - left) - (top - bottom)) < 0.8):
        return None
    fill, stroke = ctypes.c_int(0), ctypes.c_int(0)
    pdfium.FPDFPath_GetDrawMode(item, fill, stroke)
    is_round = pdfium.FPDFPath_CountSegments(item) > 5
    return (left, bottom, right, top), "•" if is_round and fill.value and not stroke.value else "–"


def _bullets(dots: list[tuple[Box, str]], words: list[Word]) -> Iterator[Word]:
    """The spots that stand before the first word of a line."""
    for (left, top, right, bottom), char in dots[:500]:
        middle = (top + bottom) / 2
        level = [w for w in words if -0.1 < (w.y - middle) / w.size < 0.6]
        behind = min((w for w in level if w.x0 > right - 1), key=lambda w: w.x0, default=None)
        if behind and behind.x0 - right < 2.5 * behind.size and not any(0 <= left - w.x1 < 3 * w.size for w in level):
            yield Word(char, left, right, behind.y, behind.size, spaced=True)


def _is_inside(box: Box, frame: _Frame) -> bool:
    width, height = frame.size
    return -_THIN <= box[0] <= box[2] <= width + _THIN and -_THIN <= box[1] <= box[3] <= height + _THIN


def _is_thin(box: Box) -> bool:
    width, height = box[2] - box[0], box[3] - box[1]
    return min(width, height) <= _THIN and max(width, height) > 2 * _THIN


def _annotations(page: object, form: object, frame: _Frame, words: list[Word]) -> tuple[list[Word], int]:
    """The values of form fields and of text typed over the page, in their place, and the number of comments."""
    values: list[Word] = []
    comments = 0
    for index in range(pdfium.FPDFPage_GetAnnotCount(page)):
        annotation = pdfium.FPDFPage_GetAnnot(page, index)
        if not annotation:
            continue
        kind = pdfium.FPDFAnnot_GetSubtype(annotation)
        hidden = pdfium.FPDFAnnot_GetFlags(annotation) & (pdfium.FPDF_ANNOT_FLAG_HIDDEN | pdfium.FPDF_ANNOT_FLAG_NOVIEW)
        rect = pdfium.FS_RECTF()
        if not hidden and pdfium.FPDFAnnot_GetRect(annotation, rect):
            box = frame.box(rect.left, rect.bottom, rect.right, rect.top)
            if not _is_inside(box, frame):
                kind = pdfium.FPDF_ANNOT_POPUP  # off the page
            if kind == pdfium.FPDF_ANNOT_WIDGET:
                values.extend(_placed(_field_value(form, annotation), box, words))
            elif kind == pdfium.FPDF_ANNOT_FREETEXT:
                values.extend(_placed(_string(annotation, b"Contents"), box, words))
            elif kind not in _SILENT and _string(annotation, b"Contents"):
                comments += 1
        pdfium.FPDFPage_CloseAnnot(annotation)
    return values, comments


def _field_value(form: object, annotation: object) -> str:
    kind = pdfium.FPDFAnnot_GetFormFieldType(form, annotation) if form else -1
    if kind in _CHOICES:
        return _wide(lambda buffer, size: pdfium.FPDFAnnot_GetFormFieldValue(form, annotation, buffer, size))
    # The appearance that is shown says it; pdfium's own answer needs a form in good order.
    state = _string(annotation, b"AS")
    if not state and kind in _BOXES:
        state = "On" if pdfium.FPDFAnnot_IsChecked(form, annotation) == 1 else "Off"
    return (UNTICKED if state == "Off" else TICKED) if state and (kind in _BOXES or kind < 0) else ""


def _string(annotation: object, key: bytes) -> str:
    return _wide(lambda buffer, size: pdfium.FPDFAnnot_GetStringValue(annotation, key, buffer, size))


def _wide(get: Callable[[object, int], int]) -> str:
    """A string that pdfium writes as UTF-16LE into a buffer of a size in bytes."""
    size = int(get(None, 0))
    if size <= 2:
        return ""
    buffer = (ctypes.c_ushort * (size // 2 + 1))()
    get(buffer, size)
    return bytes(buffer)[: size - 2].decode("utf-16-le", "replace")


def _placed(value: str, box: Box, words: list[Word]) -> Iterator[Word]:
    """A value as words in its box: on the baseline of the text beside it, if there is any."""
    rows = [row.strip() for row in value.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    left, top, right, bottom = box
    height = (bottom - top) / len(rows)
    for number, row in enumerate(rows):
        if not row:
            continue
        middle = top + height * (number + 0.5)
        size = min(max(height * 0.7, 4.0), 12.0)
        beside = [word for word in words if abs(word.y - 0.35 * word.size - middle) < max(height, word.size) / 2]
        nearest = min(beside, key=lambda word: max(word.x0 - right, left - word.x1, 0.0), default=None)
        word = Word(row, left, max(right, left + 1), middle + 0.35 * size, size, spaced=True)
        yield replace(word, y=nearest.y, size=nearest.size) if nearest and len(rows) == 1 else word
