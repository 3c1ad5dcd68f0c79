"""Cut a source into typed blocks of whole lines that tile it: every character is in exactly one block.

Tables, headings and what is set in italics are decided first, over the whole page; then the walk goes line by line,
and knows what stands open.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from pipeline.catalogue import Catalogue, catalogue_of
from pipeline.contrast import behind_label, contrast, is_act, is_talk, recurring_labels
from pipeline.headings import mark_headings
from pipeline.lines import SENTENCE_END, Line, Mark, Page, make_page
from pipeline.model import Block, Diagnostic, Severity, Source
from pipeline.rules import LineRule, Rules
from pipeline.styles import mark_styles
from pipeline.tables import cut_tables
from pipeline.ticks import crosses_refuse, says

_STOP_RE = re.compile(r"[.!?;)][ ]+(?=[^\W\d_a-z]|[→➔➜⇒])|[ ]+(?=[→➔➜⇒])")
_PREAMBLE_END = (".", ":", ";", "!", ",")
_HEADING_LENGTH = 100
"""A longer line at the top of a document is a sentence of its introduction, not a heading."""
_SENTENCE_WORDS = 4
_HEADS = ("measure", "principle")
_CONTINUED = ("level", "item", "measure", "text")


@dataclass(slots=True)
class _Walk:
    """What stands open while the lines go by."""

    page: Page
    catalogue: Catalogue
    blocks: list[Block] = field(default_factory=list)
    last: int | None = None  # the block that a line without a mark would go on with
    blank: bool = True  # no text since a blank line, or since the start
    head: int | None = None  # the measure or principle that we are under
    level: int | None = None
    closing: bool = False
    labels: frozenset[str] = frozenset()
    whole: bool = False  # under an observation about the whole pact

    @property
    def open(self) -> Block | None:
        return None if self.last is None else self.blocks[self.last]

    @property
    def rules(self) -> Rules:
        return self.page.rules


def segment(source: Source, rules: Rules) -> tuple[tuple[Block, ...], tuple[Diagnostic, ...]]:
    """Blocks in order, which joined give the source back, and what was doubtful about them."""
    page = make_page(source, rules)
    cut_tables(page)
    mark_headings(page)
    mark_styles(page)
    catalogue = catalogue_of(rules)
    walk = _Walk(page, catalogue, labels=recurring_labels(page, catalogue))
    index = -1
    while (index := index + 1) < len(page.lines):
        line = page.lines[index]
        if line.is_blank:
            _add_blank(walk, line)
            continue
        mark = _mark(walk, index)
        if mark is not None and mark.kind == "rest":
            walk.blocks.append(Block("unknown", None, line.start, len(source.text), (line.left, len(source.text))))
            break
        if mark is not None and mark.kind in ("level", "item") and mark.line_rule and _part(walk, index, mark.body[0]):
            line = page.lines[index]
            mark = _mark(walk, index)
        if mark is None:
            _add_unmarked(walk, line)
        else:
            _add_marked(walk, index, mark)
        walk.blank = walk.blank and mark is not None and mark.kind == "furniture"
    return _settle(walk)


def _mark(walk: _Walk, index: int) -> Mark | None:
    """What the line opens: as decided for it, or the first rule that matches it and fits its place."""
    decided = walk.page.marks.get(walk.page.lines[index].start)
    if decided is not None and decided.kind != "none":
        return decided
    mark = _recurring_label(walk, index)
    if mark is None:
        mark = next((mark for mark in _marks(walk, walk.page.lines[index]) if _fits(walk, index, mark)), None)
    return _as_set(walk, walk.page.lines[index], mark) if walk.page.lines[index].start in walk.page.styled else mark


def _as_set(walk: _Walk, line: Line, mark: Mark | None) -> Mark | None:
    """What a line opens that is set as the list's words are: an observation, unless it is a measure's own words."""
    if mark is not None and mark.kind == "theme" and _is_theme_in_italics(walk, line, mark):
        return mark
    if walk.head is None or (mark is not None and mark.kind not in ("observation", "level", "item", "theme")):
        return mark
    if mark is not None and mark.kind == "observation":
        return replace(mark, evidence="style")
    body = (line.left, line.right) if mark is None else mark.body
    goes_on = walk.open is not None and walk.open.kind == "observation"
    if not goes_on and (body[0] == body[1] or _is_wording_in_italics(walk, mark, body)):
        return mark
    start = mark.body[0] if mark is not None and mark.kind == "item" and not goes_on else line.left
    return Mark("observation", "set-in-italics", (start, line.right), evidence="style")


def _is_theme_in_italics(walk: _Walk, line: Line, mark: Mark) -> bool:
    """Whether a short line in italics before a measure is a theme: it is told, for it may be the list's words."""
    text = walk.page.text(line)
    if mark.rule != "theme-marked" and is_talk(text) and len(text.split()) >= _SENTENCE_WORDS:
        return False
    message = "a short line in italics before a measure, read as a theme: mark it if it is what the list says"
    walk.page.diagnostics.append(Diagnostic("warning", "theme-in-italics", message, line.left, line.right))
    return True


def _is_wording_in_italics(walk: _Walk, mark: Mark | None, body: tuple[int, int]) -> bool:
    """Whether a line in italics is a wording all the same: the catalogue's, or a mark opens it and it bids to act."""
    assert walk.head is not None, "asked under a measure only"
    number, before = walk.blocks[walk.head].measure, walk.open
    folded = walk.page.folded[slice(*body)]
    known = number is not None and walk.catalogue.is_wording(number, (), folded) is True
    waits = before is not None and before.kind == "level" and before.body[0] == before.body[1]
    if not known and not ((mark is not None or waits) and is_act(walk.page, *body)):
        return False
    message = (
        "set in italics, as the list's own words are, and yet read as a measure's wording: check whose words it is"
    )
    walk.page.diagnostics.append(Diagnostic("warning", "wording-in-italics", message, *body, measure=number))
    return True


def _marks(walk: _Walk, line: Line) -> Iterator[Mark]:
    for rule in walk.rules.lines:
        if rule.kind == "measure":
            continue
        match = walk.page.match(rule, line.left, line.right)
        if match is None:
            continue
        groups = match.groupdict()
        body = match.span("body") if groups.get("body") is not None else (line.left, line.right)
        label, tick = groups.get("label"), groups.get("tick")
        yield Mark(
            rule.kind,
            rule.id,
            body,
            label,
            levels=walk.rules.words.levels_in(label or "") if rule.kind == "level" else (),
            boxed=tick is not None,
            ticked=says(tick, crosses_refuse(walk.page.source.text)) if tick is not None else None,
            evidence=rule.evidence,
            line_rule=rule,
        )


def _part(walk: _Walk, index: int, body: int) -> bool:
    """Cut a line at the sentence where the list takes the floor: "N1 : Acheter mieux. Accord."; whether it was."""
    page = walk.page
    line = page.lines[index]
    inline = [rule for rule in walk.rules.lines if rule.inline]
    for stop in _STOP_RE.finditer(page.shaped, max(line.left, body), line.right):
        at = stop.end()
        if any(page.match(rule, at, line.right) for rule in inline):
            page.cut(index, [at])
            return True
    return False


def _recurring_label(walk: _Walk, index: int) -> Mark | None:
    line = walk.page.lines[index]
    at = None if walk.head is None else behind_label(walk.page, line, walk.labels)
    return None if at is None else Mark("observation", "recurring-label", (at, line.right), evidence="label")


def _fits(walk: _Walk, index: int, mark: Mark) -> bool:
    """Whether the rule may fire where the line stands: a mark is one only in its place."""
    rule, line, before = mark.line_rule, walk.page.lines[index], walk.open
    assert rule is not None, "decided marks always fit"
    if mark.kind == "observation":
        if rule.about == "pact":
            return _speaks_of_the_pact(walk, index, rule)
        if walk.head is None and not walk.whole:
            return False
        if rule.continues:
            return before is not None and before.kind == "observation"
        # A wrapped line in the middle of a sentence, or a wording of the catalogue, may begin with the same words.
        return _opens_sentence(walk, line) and (rule.evidence == "label" or not _is_known_wording(walk, line))
    if mark.kind == "level":
        if walk.head is None or not mark.levels or _in_parentheses(walk, line):
            return False
        # "N1 : validé / N3 : compétence régionale": a level that is printed already is spoken of here.
        speaks_on = before is not None and before.kind == "observation" and not walk.blank
        return not (speaks_on and (_printed_levels(walk) & set(mark.levels) or _is_talk(walk, mark)))
    if mark.kind == "item":
        goes_on = _goes_on(walk) and not _turns_upright(walk, line)
        return walk.head is not None and (before is None or before.kind != "observation" or not goes_on)
    if mark.kind == "closing":
        return any(block.kind == "measure" for block in walk.blocks)
    if rule.next is not None:
        return (walk.blank or _ends_block(walk)) and _next_is(walk, index, rule.next)
    return mark.kind != "theme" or walk.blank or _ends_block(walk)


def _is_talk(walk: _Walk, mark: Mark) -> bool:
    """Whether what stands behind a level, in a row of verdicts, is no wording: "N2 : bof, on laisse tomber"."""
    start, end = mark.body
    head = None if walk.head is None else walk.blocks[walk.head].measure
    if start == end or head is None or is_act(walk.page, start, end):
        return False
    said = walk.page.shaped[start:end]
    return said[0].islower() and not walk.catalogue.opens_like_a_wording(head, walk.page.folded[start:end])


def _printed_levels(walk: _Walk) -> set[int]:
    assert walk.head is not None, "asked under a measure only"
    return {level for block in walk.blocks[walk.head :] if block.kind == "level" for level in block.levels}


def _is_known_wording(walk: _Walk, line: Line) -> bool:
    block = walk.open
    if block is None or block.kind not in _CONTINUED or block.measure is None or line.right - line.left < 20:
        return False
    return walk.catalogue.opens_like_a_wording(block.measure, walk.page.fold(line))


def _speaks_of_the_pact(walk: _Walk, index: int, rule: LineRule) -> bool:
    """After the last heading, and apart from the observations of its measure."""
    if walk.closing or not any(block.kind == "measure" for block in walk.blocks):
        return False
    starts = (line.start for line in walk.page.lines[index:])
    is_last = not any((mark := walk.page.marks.get(start)) and mark.kind == "measure" for start in starts)
    return is_last and (walk.blank or rule.evidence == "label")


def _ends_block(walk: _Walk) -> bool:
    block = walk.open
    return block is not None and _last_character(walk, block.end) in SENTENCE_END


def _opens_sentence(walk: _Walk, line: Line) -> bool:
    before = _last_character(walk, line.start) if walk.open and not walk.blank else "."
    return not walk.page.shaped[line.left].islower() or before in SENTENCE_END or walk.blank


def _last_character(walk: _Walk, end: int) -> str:
    """The last character before `end` that is no space, among the hundred before."""
    return walk.page.source.text[max(0, end - 100) : end].rstrip()[-1:]


def _next_is(walk: _Walk, index: int, kind: str) -> bool:
    following = walk.page.following(index)
    mark = None if following is None else walk.page.marks.get(walk.page.lines[following].start)
    return mark is not None and mark.kind == kind


def _goes_on(walk: _Walk) -> bool:
    """Whether the open observation is not over: no blank line since, or a parenthesis still open."""
    block = walk.open
    return block is not None and (not walk.blank or _depth(walk.page.shaped[block.start : block.end]) > 0)


def _in_parentheses(walk: _Walk, line: Line) -> bool:
    """A level quoted inside an observation's parenthesis is its wording: "(" before, ")" still to come."""
    block = walk.open
    if block is None or block.kind != "observation" or walk.blank:
        return False
    return _depth(walk.page.shaped[block.start : block.end]) > 0 and walk.page.text(line).endswith(")")


def _depth(text: str) -> int:
    depth = 0
    for char in text:
        if char == "(":
            depth += 1
        elif char == ")" and depth:
            depth -= 1
    return depth


def _add_blank(walk: _Walk, line: Line) -> None:
    if walk.blocks and walk.blocks[-1].kind == "blank":
        walk.blocks[-1] = replace(walk.blocks[-1], end=line.end)
    else:
        walk.blocks.append(Block("blank", None, line.start, line.end, (line.start, line.start)))
    walk.blank = True


def _add(walk: _Walk, line: Line, kind: str, rule: str | None, body: tuple[int, int], **more: object) -> None:
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


def _extend(walk: _Walk, line: Line, body: tuple[int, int] | None = None) -> None:
    """Go on with the open block, taking in the blank lines between."""
    assert walk.last is not None
    block = walk.blocks[walk.last]
    for between in walk.blocks[walk.last + 1 :]:
        if between.kind == "furniture":
            message = f"page furniture ({between.rule}) stands inside this text and was kept in it: leave it out"
            found = Diagnostic("warning", "furniture-inside", message, *between.body, measure=block.measure)
            walk.page.diagnostics.append(found)
    del walk.blocks[walk.last + 1 :]
    start, _ = block.body if block.body[0] < block.body[1] else (body or (line.left, line.right))
    walk.blocks[walk.last] = replace(block, end=line.end, body=(start, line.right))


def _add_marked(walk: _Walk, index: int, mark: Mark) -> None:
    line, before = walk.page.lines[index], walk.open
    if mark.line_rule is not None and mark.line_rule.diagnostic is not None:
        message = f"{mark.line_rule.why} Look the line up in the original."
        found = Diagnostic("warning", mark.line_rule.diagnostic, message, line.left, line.right)
        walk.page.diagnostics.append(found)
    if mark.kind in ("furniture", "note", "contents"):
        walk.blocks.append(Block(mark.kind, mark.rule, line.start, line.end, mark.body))
    elif mark.kind == "title":
        _extend(walk, line, mark.body)
    elif before is not None and _is_bare_label(before) and _belongs_to_label(walk, mark):
        _extend(walk, line, (line.left, line.right))
    elif mark.kind == "item" and _is_wording(walk, index):
        _extend(walk, line, mark.body)
    elif mark.kind == "observation" and _joins(walk, mark):
        _extend(walk, line)
    else:
        _add_opening(walk, line, mark)


def _joins(walk: _Walk, mark: Mark) -> bool:
    """Whether an observation goes on with the one before it: nothing but blank lines stand between."""
    before = walk.open
    if before is None or before.kind != "observation" or _is_bare_label(before):
        return False
    rule = mark.line_rule
    if mark.evidence == "style":
        return rule is None or rule.about is None
    if rule is None or rule.about == "pact":
        return False
    return rule.continues or mark.evidence != "label"


def _turns_upright(walk: _Walk, line: Line) -> bool:
    """Whether a line stands upright after an observation in italics, which it therefore ends: no bracket is open."""
    block = walk.open
    if block is None or block.kind != "observation" or block.evidence != "style" or line.start in walk.page.styled:
        return False
    return _depth(walk.page.shaped[block.start : block.end]) == 0 and not walk.page.shaped[line.left].islower()


def _is_bare_label(block: Block) -> bool:
    return block.kind == "observation" and block.body[0] == block.body[1]


def _belongs_to_label(walk: _Walk, mark: Mark) -> bool:
    """What stands right under a label is what it announces; an observation even after a blank line."""
    return mark.kind == "observation" or (not walk.blank and mark.kind in ("level", "item"))


def _add_opening(walk: _Walk, line: Line, mark: Mark) -> None:
    more: dict[str, object] = {"evidence": mark.evidence}
    about_pact = mark.line_rule is not None and mark.line_rule.about == "pact"
    if mark.kind in (*_HEADS, "theme", "closing") or about_pact:
        walk.level = walk.head = None
        walk.closing = mark.kind == "closing"
        walk.whole = about_pact
    if mark.kind == "measure":
        more |= {"measure": mark.number}
    elif mark.kind == "principle" and mark.label:
        start = walk.page.folded.find(mark.label, line.left + len("principe"))
        more |= {"label": walk.page.source.text[start : start + len(mark.label)]}
    elif mark.kind == "level":
        more |= {
            "levels": mark.levels,
            "taken": not mark.boxed or mark.ticked is True,
            "declined": mark.ticked is False,
        }
    _add(walk, line, mark.kind, mark.rule, mark.body, **more)
    if mark.kind in _HEADS:
        walk.head = walk.last
    elif mark.kind == "level":
        walk.level = walk.last


def _is_wording(walk: _Walk, index: int) -> bool:
    """A single bullet under a level mark that stands alone is the level's wording, not a list."""
    block, lines = walk.open, walk.page.lines
    if block is None or block.kind != "level" or block.body[0] < block.body[1]:
        return False
    bullet = walk.page.shaped[lines[index].left]
    after = lines[index + 1] if index + 1 < len(lines) else None
    return after is None or after.is_blank or walk.page.shaped[after.left] != bullet


def _add_unmarked(walk: _Walk, line: Line) -> None:
    block, body = walk.open, (line.left, line.right)
    if walk.head is None and walk.closing:
        _add(walk, line, "closing", "after-closing", body)
    elif walk.blank and _beside_site_furniture(walk):
        walk.blocks.append(Block("furniture", "beside-site-furniture", line.start, line.end, body))
    elif walk.head is None and walk.whole:
        _extend(walk, line)
    elif walk.head is None:
        _add_preamble(walk, line)
    elif (
        block is not None
        and block.kind == "observation"
        and not _turns_upright(walk, line)
        and _observation_goes_on(walk, line)
    ):
        _extend(walk, line)
    elif block is not None and (rule := _contrasts(walk, block, line)) is not None:
        _add_contrasting(walk, line, rule)
    elif block is not None and _continues(walk, block, line):
        _extend(walk, line)
    elif block is not None and _opens_paragraph(walk, block, line):
        _add(walk, line, "text", "paragraph", body)
    else:
        _add(walk, line, "unknown", None, body)


def _beside_site_furniture(walk: _Walk) -> bool:
    """Whether buttons and links of a web page came since the last text, so that its own words have ended."""
    since = walk.blocks[walk.last + 1 :] if walk.last is not None else []
    sites = ("furniture-site", "beside-site-furniture")
    return walk.head is not None and any(block.rule in sites for block in since)


def _add_contrasting(walk: _Walk, line: Line, rule: str) -> None:
    """An observation that only stands out from the wordings: told, and a doubt where the catalogue could not tell."""
    by_catalogue = rule == "not-in-catalogue"
    evidence = "catalogue" if by_catalogue else "cue"
    _add(walk, line, "observation", rule, (line.left, line.right), evidence=evidence)
    block = walk.blocks[-1]
    message = "taken for the list's own words, since no measure speaks like that: check that it is no wording"
    severity: Severity = "info" if by_catalogue else "warning"
    found = Diagnostic(severity, "observation-by-contrast", message, *block.body, measure=block.measure)
    walk.page.diagnostics.append(found)


def _observation_goes_on(walk: _Walk, line: Line) -> bool:
    """A further paragraph goes on with an observation, but not a wording of the catalogue."""
    if _goes_on(walk) or (walk.open is not None and _is_bare_label(walk.open)):
        return True
    is_sentence = walk.page.shaped[line.right - 1] in SENTENCE_END
    return is_sentence and not is_act(walk.page, line.left, line.right)


def _contrasts(walk: _Walk, block: Block, line: Line) -> str | None:
    ended = walk.blank or _last_character(walk, block.end) in SENTENCE_END
    return contrast(walk.page, walk.catalogue, block, line, ended)


def _opens_paragraph(walk: _Walk, block: Block, line: Line) -> bool:
    """Whether a line without a mark is a paragraph of its own under the block before it."""
    if block.kind == "principle" or (not walk.blank and block.kind in ("measure", "item")):
        return True
    return is_act(walk.page, line.left, line.right) and block.kind in ("measure", "text", "item")


def _continues(walk: _Walk, block: Block, line: Line) -> bool:
    """Whether a line without a mark goes on with the block before it."""
    if block.kind == "level" and block.body[0] == block.body[1]:
        return True
    if walk.blank or block.kind not in _CONTINUED:
        return False
    first = walk.page.shaped[line.left]
    sentence_over = _last_character(walk, block.end) in SENTENCE_END
    if block.kind == "measure" and block.measure is not None:
        printed = walk.page.folded[slice(*block.body)]
        if walk.catalogue.continues(block.measure, printed, walk.page.fold(line)):
            return True
    if block.kind in ("item", "measure"):
        return first.islower() or (not sentence_over and not first.isupper())
    return True


def _add_preamble(walk: _Walk, line: Line) -> None:
    """Before the first principle or measure: short lines are the header, sentences the introduction."""
    block = walk.open
    text = walk.page.source.text[line.left : line.right]
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
            found = Diagnostic("warning", "unknown-block", message, *block.body, measure=block.measure)
            walk.page.diagnostics.append(found)
    return tuple(blocks), tuple(walk.page.diagnostics)
