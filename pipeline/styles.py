"""What italics say: which lines, and which ends of lines, are set as the list's own words are.

Italics are evidence only where the measures are not set in them. Where they are, bold italics may still be.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter

from pipeline.contrast import is_act
from pipeline.lines import SENTENCE_END, Line, Page
from pipeline.model import Diagnostic
from pipeline.rules import TIMEOUT

Spans = Sequence[tuple[int, int]]

SET_IN_ITALICS = "set-in-italics"
"""The rule by which a line is an observation that nothing but its style tells."""
MOSTLY = 0.75
"""A text with this share (0-1) of its letters in a style is set in it: a word or two may stand upright."""
_OPENS = 4
"""So many words in italics at the head of a line, before a wording in parentheses, make the line the list's."""
_TAIL_WORDS = 2
_WHOLE = 0.9
_SPACED = 0.7
"""So many blank lines for each line of text, and they are the document's way to part any two paragraphs."""
_FEWEST = 3
_BODY = 10
_PREAMBLE = 3000
"""So many characters at the beginning of a document may hold its introduction."""
_LETTER_RE = re.compile(r"\w")
_WORD_RE = re.compile(r"\w+")
_LABEL_ENDS = (*SENTENCE_END, "-", "•", "·", "*", "]")


@dataclass(frozen=True, slots=True)
class _Stretch:
    """A part of the source's text: its letters in all, and those in the style."""

    letters: int
    styled: int

    @property
    def share(self) -> float:
        return self.styled / self.letters if self.letters else 0.0


def share_in(text: str, spans: Spans, start: int, end: int) -> float:
    """The share (0-1) of the letters and figures from `start` to `end` that stand in `spans` (sorted, disjoint)."""
    if not spans:
        return 0.0
    return _stretch(text, spans, start, end).share


def _across(spans: Spans, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Those of some spans (sorted, disjoint) that have a part between `start` and `end`, in order."""
    for at in range(bisect_right(spans, start, key=itemgetter(1)), len(spans)):
        if spans[at][0] >= end:
            return
        yield spans[at]


def _stretch(text: str, spans: Spans, start: int, end: int) -> _Stretch:
    styled = 0
    for first, last in _across(spans, start, end):
        styled += len(_LETTER_RE.findall(text, max(first, start), min(last, end)))
    return _Stretch(len(_LETTER_RE.findall(text, start, end)), styled)


def mark_styles(page: Page) -> None:
    """Note the lines that are set in the style of the list's words, and cut off the ends of lines that are."""
    source = page.source
    if not source.places:
        return  # plain text has no styles
    announced = _announced(page)
    voice = _voice(page, announced)
    if voice is None and announced:
        message = f"the list’s words are announced to be “{announced}”, and nothing is: look for them in the original"
        page.diagnostics.append(Diagnostic("warning", "announced-style-not-found", message))
    if voice is None and source.italic:
        message = "nearly everything is set in italics, so that they tell nothing: check what the list itself says"
        page.diagnostics.append(Diagnostic("info", "italics-tell-nothing", message))
    if voice is None:
        return
    n_blank = sum(line.is_blank for line in page.lines)
    page.spaced = n_blank > _SPACED * (len(page.lines) - n_blank)
    index = -1
    while (index := index + 1) < len(page.lines):
        line = page.lines[index]
        if line.is_blank or line.start in page.marks:
            continue
        if _is_set_in(page, voice, line):
            page.styled.add(line.start)
        elif (at := _tail(page, voice, line)) is not None:
            page.cut(index, [at])
            page.styled.add(at)
            index += 1


def _announced(page: Page) -> str | None:
    """How the document says, at its beginning, that the list's words are set: "italique", "gras"."""
    end = min(_PREAMBLE, len(page.shaped))
    rule = next((rule for rule in page.rules.facts if "announced_style" in rule.compiled.groupindex), None)
    try:
        match = rule.compiled.search(page.shaped, 0, end, timeout=TIMEOUT) if rule is not None else None
    except TimeoutError:
        return None  # told when the facts are looked for
    return None if match is None else str(match["announced_style"])


def _voice(page: Page, announced: str | None) -> Spans | None:
    """The spans of the style that tells the list's words apart; None if neither italics nor bold italics do.

    Bold alone is what headings are set in, and tells only where the document says so.
    """
    source = page.source
    styles = [source.italic, _both(source.bold, source.italic)]
    if announced is not None and announced.lower() == "gras":
        styles.insert(0, source.bold)
    return next((spans for spans in styles if spans and _tells(page, spans)), None)


def _both(first: Spans, second: Spans) -> Spans:
    return [(max(a, c), min(b, d)) for c, d in second for a, b in _across(first, c, d)]


def _tells(page: Page, spans: Spans) -> bool:
    """Whether a style sets something apart: the pact's own wordings, or the whole page, are not in it."""
    text = page.source.text
    bodies = [body for i, line in enumerate(page.lines) if (body := _wording(page, i, line)) is not None]
    styled = sum(share_in(text, spans, *body) > 0.5 for body in bodies)
    whole = share_in(text, spans, 0, len(text)) > _WHOLE
    return not whole and not (styled > len(bodies) / 2 and len(bodies) >= _FEWEST)


def _behind_level(page: Page, line: Line) -> tuple[int, int] | None:
    """What stands behind the level mark with which a line begins, empty or not; None without a mark."""
    match = next((match for match in page.matches(line) if match.rule.kind == "level"), None)
    return None if match is None else (line.left + match.body[0], line.left + match.body[1])


def _wording(page: Page, index: int, line: Line) -> tuple[int, int] | None:
    """Where the wording of a level stands that a line opens: on the line, or on the next; None without one."""
    body = None if line.is_blank or line.start in page.marks else _behind_level(page, line)
    if body is None:
        return None
    start, end = body
    if start == end and (following := page.following(index)) is not None:
        start, end = page.lines[following].left, page.lines[following].right
    return (start, end) if end - start >= _BODY and is_act(page, start, end) else None


def _is_set_in(page: Page, voice: Spans, line: Line) -> bool:
    """Whether a line is in the style as a whole, a word or a quoted wording apart."""
    text = page.source.text
    # The mark of a level may stand upright before what the list answers to it.
    start, end = _behind_level(page, line) or (line.left, line.right)
    if share_in(text, voice, start, end) >= MOSTLY:
        return True
    opening = page.shaped.find("(", line.left, line.right)
    return (
        opening > 0
        and len(_WORD_RE.findall(text, line.left, opening)) >= _OPENS
        and share_in(text, voice, line.left, opening) >= MOSTLY
    )


def _shares(text: str, spans: Spans, end: int) -> list[float]:
    """For each of some spans the share (0-1) of the letters from its start to `end` that stand in spans."""
    shares, letters, styled, at = [], 0, 0, end
    for first, last in reversed(spans):
        own = len(_LETTER_RE.findall(text, first, min(last, end)))
        styled += own
        letters += own + len(_LETTER_RE.findall(text, last, at))
        shares.append(styled / letters if letters else 0.0)
        at = first
    return shares[::-1]


def _tail(page: Page, voice: Spans, line: Line) -> int | None:
    """Where the end of a line begins that is in the style, and is a sentence of its own; None without one.

    A title or a foreign word at the end of a sentence is none: what stands before it has not ended.
    """
    text = page.source.text
    inside = list(_across(voice, line.left, line.right))
    if not inside or _LETTER_RE.search(text, inside[-1][1], line.right):
        return None
    for number, ((start, _), share) in enumerate(zip(inside, _shares(text, inside, line.right), strict=True)):
        if start <= line.left or share < MOSTLY:
            continue
        at = start + len(text[start : line.right]) - len(text[start : line.right].lstrip(" \u00a0(-–—•"))
        at = start if "(" in text[start:at] else at
        before = text[line.left : start].rstrip(" \u00a0(")
        if len(_WORD_RE.findall(text, at, line.right)) < _TAIL_WORDS or not _LETTER_RE.search(before):
            return None
        opens = any(page.match(rule, at, line.right) for rule in page.rules.lines if rule.inline)
        ended = before.endswith(_LABEL_ENDS) or number > 0
        return at if opens or (ended and text[at].isupper()) else None
    return None
