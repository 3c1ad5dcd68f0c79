"""Cut a source into typed blocks of whole lines that tile it: every character is in exactly one block."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import regex

from pipeline.fold import plain, shape
from pipeline.model import Block, Diagnostic, Source
from pipeline.rules import TIMEOUT, LineRule, Rules

_DIGIT_RE = re.compile(r"\d")
_RANGE_RE = re.compile(r"(\d)\s*[aà]\s*[^\d]*(\d)", re.IGNORECASE)
_STOP_RE = re.compile(r"[.!?;)][ ]+(?=[^\W\d_a-z]|[→➔➜⇒])|[ ]+(?=[→➔➜⇒])")
_SENTENCE_END = (".", "!", "?", "…", ":", ";", ")", '"', "»", "”")
_PREAMBLE_END = (".", ":", ";", "!", ",")
_HEADING_LENGTH = 100
"""A longer line at the top of a document is a sentence of its introduction, not a heading."""
_HEADS = ("measure", "principle")
_CONTINUED = ("level", "item", "measure", "text")


@dataclass(frozen=True, slots=True)
class _Line:
    """`start` to `end` with the line end; `left` to `right` without outer space."""

    start: int
    end: int
    left: int
    right: int

    @property
    def is_blank(self) -> bool:
        return self.left == self.right


@dataclass(frozen=True, slots=True)
class _Mark:
    """A rule that matched a line: where the body is, and the printed label (number, letter, levels)."""

    rule: LineRule
    body: tuple[int, int]
    label: str | None


@dataclass(slots=True)
class _Walk:
    """What stands open while the lines go by."""

    source: Source
    rules: Rules
    lines: list[_Line]
    shaped: str
    folded: str
    blocks: list[Block] = field(default_factory=list)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    last: int | None = None  # the block that a line without a mark would go on with
    blank: bool = True  # no text since a blank line, or since the start
    head: int | None = None  # the measure or principle that we are under
    level: int | None = None
    closing: bool = False

    @property
    def open(self) -> Block | None:
        return None if self.last is None else self.blocks[self.last]


def segment(source: Source, rules: Rules) -> tuple[tuple[Block, ...], tuple[Diagnostic, ...]]:
    """Blocks in order, which joined give the source back, and what was doubtful about them."""
    walk = _Walk(source, rules, _lines(source.text), shape(source.text), plain(source.text))
    index = -1
    while (index := index + 1) < len(walk.lines):
        line = walk.lines[index]
        if line.is_blank:
            _add_blank(walk, line)
            continue
        mark = next((m for m in _marks(walk, line) if _fits(walk, index, m)), None)
        if mark is not None and mark.rule.kind in ("level", "item") and _part(walk, index):
            line = walk.lines[index]
            mark = next((m for m in _marks(walk, line) if _fits(walk, index, m)), None)
        if mark is None:
            _add_unmarked(walk, line)
        else:
            _add_marked(walk, index, mark)
        walk.blank = False
    return _settle(walk)


def _lines(text: str) -> list[_Line]:
    lines, start = [], 0
    for piece in text.split("\n"):
        end = min(start + len(piece) + 1, len(text))
        if end > start:
            left = start + len(piece) - len(piece.lstrip())
            lines.append(_Line(start, end, left, max(left, start + len(piece.rstrip()))))
        start = end
    return lines


def _marks(walk: _Walk, line: _Line) -> Iterator[_Mark]:
    for rule in walk.rules.lines:
        match = _match(walk, rule, line.left, line.right)
        if match is not None:
            yield _Mark(rule, _group_span(match, "body") or (line.left, line.right), _group(match, "label"))


def _match(walk: _Walk, rule: LineRule, left: int, right: int) -> "regex.Match[str] | None":
    """The rule's match of the whole stretch; none, and a diagnostic, where it takes too long."""
    text = walk.folded if rule.on == "plain" else walk.shaped
    try:
        return rule.compiled.fullmatch(text, left, right, timeout=TIMEOUT)
    except TimeoutError:
        message = f"the rule {rule.id} took too long on this line and was left out: simplify its pattern"
        walk.diagnostics.append(Diagnostic("warning", "rule-timeout", message, left, right))
        return None


def _part(walk: _Walk, index: int) -> bool:
    """Cut a line at the sentence where the list takes the floor: "N1 : Acheter mieux. Accord."; whether it was."""
    line = walk.lines[index]
    inline = [rule for rule in walk.rules.lines if rule.inline]
    for stop in _STOP_RE.finditer(walk.shaped, line.left, line.right):
        at = stop.end()
        if any(_match(walk, rule, at, line.right) for rule in inline):
            first = _Line(line.start, at, line.left, stop.start() + len(stop.group().rstrip()))
            walk.lines[index : index + 1] = [first, _Line(at, line.end, at, line.right)]
            return True
    return False


def _group_span(match: "regex.Match[str]", name: str) -> tuple[int, int] | None:
    if name not in match.re.groupindex or match.start(name) < 0:
        return None
    return match.span(name)


def _group(match: "regex.Match[str]", name: str) -> str | None:
    return match[name] if name in match.re.groupindex else None


def _fits(walk: _Walk, index: int, mark: _Mark) -> bool:
    """Whether the rule may fire where the line stands: a mark is one only in its place."""
    kind, line, before = mark.rule.kind, walk.lines[index], walk.open
    if kind == "observation":
        if walk.head is None:
            return False
        if mark.rule.continues:
            return before is not None and before.kind == "observation"
        # A wrapped line in the middle of a sentence may begin with the same words.
        return _opens_sentence(walk, line)
    if kind == "level":
        return walk.head is not None and bool(_levels(mark.label, walk.rules)) and not _in_parentheses(walk, line)
    if kind == "item":
        return walk.head is not None and (before is None or before.kind != "observation" or not _goes_on(walk))
    if kind == "measure":
        return mark.label is not None and int(mark.label) > 0
    if mark.rule.next is not None:
        return walk.blank and walk.head is not None and _next_opens(walk, index, mark.rule.next)
    return True


def _opens_sentence(walk: _Walk, line: _Line) -> bool:
    before = _last_character(walk, line.start) if walk.open and not walk.blank else "."
    return not walk.shaped[line.left].islower() or before in _SENTENCE_END or walk.blank


def _last_character(walk: _Walk, end: int) -> str:
    """The last character before `end` that is no space, among the hundred before."""
    return walk.source.text[max(0, end - 100) : end].rstrip()[-1:]


def _next_opens(walk: _Walk, index: int, kind: str) -> bool:
    following = next((line for line in walk.lines[index + 1 :] if not line.is_blank), None)
    return following is not None and any(mark.rule.kind == kind for mark in _marks(walk, following))


def _goes_on(walk: _Walk) -> bool:
    """Whether the open observation is not over: no blank line since, or a parenthesis still open."""
    block = walk.open
    return block is not None and (not walk.blank or _depth(walk.shaped[block.start : block.end]) > 0)


def _in_parentheses(walk: _Walk, line: _Line) -> bool:
    """A level quoted inside an observation's parenthesis is its wording: "(" before, ")" still to come."""
    block = walk.open
    if block is None or block.kind != "observation" or walk.blank:
        return False
    return _depth(walk.shaped[block.start : block.end]) > 0 and walk.shaped[line.left : line.right].endswith(")")


def _depth(text: str) -> int:
    depth = 0
    for char in text:
        if char == "(":
            depth += 1
        elif char == ")" and depth:
            depth -= 1
    return depth


def _levels(label: str | None, rules: Rules) -> tuple[int, ...]:
    """The levels in a mark: "1-2-3" is each of them, "1 à 3" all between."""
    numbers = {int(digit) for digit in _DIGIT_RE.findall(label or "")}
    for first, last in _RANGE_RE.findall(label or ""):
        numbers.update(range(int(first), int(last) + 1))
    return tuple(sorted(numbers & set(rules.words.numbers)))


def _add_blank(walk: _Walk, line: _Line) -> None:
    if walk.blocks and walk.blocks[-1].kind == "blank":
        walk.blocks[-1] = replace(walk.blocks[-1], end=line.end)
    else:
        walk.blocks.append(Block("blank", None, line.start, line.end, (line.start, line.start)))
    walk.blank = True


def _add(walk: _Walk, line: _Line, kind: str, rule: str | None, body: tuple[int, int], **more: object) -> None:
    parent = walk.head if kind == "level" else walk.level if walk.level is not None else walk.head
    head = None if walk.head is None else walk.blocks[walk.head]
    inside = kind in ("level", "item", "observation", "text", "unknown")
    block = Block(
        kind,
        rule,
        line.start,
        line.end,
        body,
        parent if inside else None,
        head.measure if inside and head else None,
    )
    walk.blocks.append(replace(block, **more))  # type: ignore[arg-type]
    walk.last = len(walk.blocks) - 1


def _extend(walk: _Walk, line: _Line, body: tuple[int, int] | None = None) -> None:
    """Go on with the open block, taking in the blank lines between."""
    assert walk.last is not None
    block = walk.blocks[walk.last]
    for between in walk.blocks[walk.last + 1 :]:
        if between.kind == "furniture":
            message = f"page furniture ({between.rule}) stands inside this text and was kept in it: leave it out"
            found = Diagnostic("warning", "furniture-inside", message, *between.body, measure=block.measure)
            walk.diagnostics.append(found)
    del walk.blocks[walk.last + 1 :]
    start, _ = block.body if block.body[0] < block.body[1] else (body or (line.left, line.right))
    walk.blocks[walk.last] = replace(block, end=line.end, body=(start, line.right))


def _add_marked(walk: _Walk, index: int, mark: _Mark) -> None:
    rule, line, before = mark.rule, walk.lines[index], walk.open
    if rule.diagnostic is not None:
        message = f"{rule.why} Look the line up in the original."
        walk.diagnostics.append(Diagnostic("warning", rule.diagnostic, message, line.left, line.right))
    if rule.kind == "furniture":
        furniture = Block("furniture", rule.id, line.start, line.end, mark.body)
        walk.blocks.append(furniture)
        return
    if rule.kind == "item" and _is_wording(walk, index):
        _extend(walk, line, mark.body)
        return
    goes_on = rule.continues or not (walk.blank or rule.evidence == "label")
    if rule.kind == "observation" and before is not None and before.kind == "observation" and goes_on:
        _extend(walk, line)
        return
    _add_opening(walk, line, mark)


def _add_opening(walk: _Walk, line: _Line, mark: _Mark) -> None:
    rule = mark.rule
    more: dict[str, object] = {"evidence": rule.evidence}
    if rule.kind in (*_HEADS, "theme", "closing"):
        walk.level = walk.head = None
        walk.closing = rule.kind == "closing"
    if rule.kind == "measure" and mark.label:
        more |= {"measure": int(mark.label)}
    elif rule.kind == "principle":
        start = walk.folded.find(mark.label or "", line.left + len("principe"))
        more |= {"label": walk.source.text[start : start + len(mark.label or "")]}
    elif rule.kind == "level":
        more |= {"levels": _levels(mark.label, walk.rules)}
    _add(walk, line, rule.kind, rule.id, mark.body, **more)
    if rule.kind in _HEADS:
        walk.head = walk.last
    elif rule.kind == "level":
        walk.level = walk.last


def _is_wording(walk: _Walk, index: int) -> bool:
    """A single bullet under a level mark that stands alone is the level's wording, not a list."""
    block = walk.open
    if block is None or block.kind != "level" or block.body[0] < block.body[1]:
        return False
    bullet = walk.shaped[walk.lines[index].left]
    after = walk.lines[index + 1] if index + 1 < len(walk.lines) else None
    return after is None or after.is_blank or walk.shaped[after.left] != bullet


def _add_unmarked(walk: _Walk, line: _Line) -> None:
    block, body = walk.open, (line.left, line.right)
    if walk.head is None and walk.closing:
        _add(walk, line, "closing", "after-closing", body)
    elif walk.head is None:
        _add_preamble(walk, line)
    elif block is not None and _continues(walk, block, line):
        _extend(walk, line)
    elif block is not None and _opens_paragraph(walk, block):
        _add(walk, line, "text", "paragraph", body)
    else:
        _add(walk, line, "unknown", None, body)


def _opens_paragraph(walk: _Walk, block: Block) -> bool:
    """Whether a line without a mark is a paragraph of its own under the block before it."""
    return block.kind == "principle" or (not walk.blank and block.kind in ("measure", "item"))


def _continues(walk: _Walk, block: Block, line: _Line) -> bool:
    """Whether a line without a mark goes on with the block before it."""
    if block.kind == "level" and block.body[0] == block.body[1]:
        return True
    if block.kind == "observation":
        return _goes_on(walk)
    if walk.blank or block.kind not in _CONTINUED:
        return False
    first = walk.shaped[line.left]
    sentence_over = _last_character(walk, block.end) in _SENTENCE_END
    if block.kind in ("item", "measure"):
        return first.islower() or (not sentence_over and not first.isupper())
    return True


def _add_preamble(walk: _Walk, line: _Line) -> None:
    """Before the first principle or measure: short lines are the header, sentences the introduction."""
    block = walk.open
    text = walk.source.text[line.left : line.right]
    if block is not None and block.kind == "introduction" and not walk.blank:
        _extend(walk, line)
        return
    introduced = any(b.kind == "introduction" for b in walk.blocks)
    is_heading = not introduced and len(text) <= _HEADING_LENGTH and not text.endswith(_PREAMBLE_END)
    kind = "header" if is_heading else "introduction"
    _add(walk, line, kind, "preamble", (line.left, line.right))


def _settle(walk: _Walk) -> tuple[tuple[Block, ...], tuple[Diagnostic, ...]]:
    """Without any measure there is no preamble either: nothing was understood."""
    blocks = walk.blocks
    if not any(block.kind == "measure" for block in blocks):
        prose = ("header", "introduction", "closing")
        blocks = [replace(b, kind="unknown", rule=None) if b.kind in prose else b for b in blocks]
    for block in blocks:
        if block.kind == "unknown":
            message = "no rule recognises this text: mark it as an observation or a level, or add a rule"
            walk.diagnostics.append(Diagnostic("warning", "unknown-block", message, *block.body, measure=block.measure))
    return tuple(blocks), tuple(walk.diagnostics)
