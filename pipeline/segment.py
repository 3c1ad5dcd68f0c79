"""Cut a section into typed blocks of whole lines that tile it: every character is in exactly one block.

Tables, headings and what is set in italics were decided over the whole page; the walk goes line by line, and knows
what stands open.
"""

import re

from pipeline.catalogue import LONGEST_PRINTED, catalogue_of
from pipeline.contrast import contrast, is_act
from pipeline.fold import LONGEST
from pipeline.lines import SENTENCE_END, Line, Mark, Page
from pipeline.listing import CHOSEN
from pipeline.model import Block, Diagnostic, Severity
from pipeline.opening import ANSWER_SIGN, NUMBERED, mark_of
from pipeline.walk import CONTINUED, Walk, goes_on, is_bare_label, last_character, turns_upright

_PREAMBLE_END = (".", ":", ";", "!", ",")
_HEADING_LENGTH = 100
"""A longer line at the top of a document is a sentence of its introduction, not a heading."""
_PROSE = ("header", "introduction", "closing")
# "Mesures retenues au niveau 1 : 3, 8 et 15"
_LISTED_RE = re.compile(
    r"\bmesures?\b [^.\n:]{0,60} : \s* (?:n\s?[°o]\s?)? \d{1,2} (?: \s*(?:,|;|et|/)\s* \d{1,2} (?!\d) )+", re.VERBOSE
)
_HEADS = ("measure", "principle")
_MOST_CUTS = 20
"""Into so many pieces a long line is cut at its sentences: each is looked at anew."""
_SITE_RULES = ("furniture-site", "beside-site-furniture")


def segment(page: Page) -> tuple[tuple[Block, ...], tuple[Diagnostic, ...]]:
    """The blocks of a section in order, which joined give it back, and what was doubtful about them."""
    source = page.source
    headings = (start for start, mark in page.marks.items() if mark.kind == "measure")
    walk = Walk(page, catalogue_of(page.rules), last_heading=max(headings, default=-1))
    index, n_cuts = -1, 0
    while (index := index + 1) < len(page.lines):
        line = page.lines[index]
        if line.is_blank:
            _add_blank(walk, line)
            continue
        mark = mark_of(walk, index)
        if mark is not None and mark.kind == "rest":
            walk.blocks.append(Block("unknown", None, line.start, len(source.text), (line.left, len(source.text))))
            break
        n_cuts = n_cuts + 1 if line.start and source.text[line.start - 1] != "\n" else 0
        if mark is not None and mark.answer is not None:
            _part_answered(walk, index, mark, mark.answer)
            line = page.lines[index]
            mark = mark_of(walk, index)
        if mark is not None and _may_part(mark, line, n_cuts) and _part(walk, index, mark.body[0]):
            line = page.lines[index]
            mark = mark_of(walk, index)
        if mark is None:
            _add_unmarked(walk, line)
        else:
            _add_marked(walk, index, mark)
        walk.blank = walk.blank and mark is not None and mark.kind == "furniture"
    return _settle(walk)


_CLOSING = "observation-closing"
"""The rule of a verdict that closes a line."""
_SIGNS = " :–—=-"
"""What may stand between a wording and the verdict that closes its line."""


def _may_part(mark: Mark, line: Line, n_cuts: int) -> bool:
    """Whether the list may take the floor in a line, which is what is left of one that was cut `n_cuts` times."""
    is_within = n_cuts < _MOST_CUTS or line.end - line.start <= LONGEST
    return mark.kind in ("level", "item") and (mark.line_rule is not None or mark.rule == NUMBERED) and is_within


def _part(walk: Walk, index: int, body: int) -> bool:
    """Cut a line at the sentence where the list takes the floor: "N1 : Acheter mieux. Accord."; whether it was."""
    page = walk.page
    line = page.lines[index]
    at = page.floor(line, body)
    if at is None:
        return False
    sign = line.left + len(page.shaped[line.left : at].rstrip(_SIGNS))
    if page.shaped[sign:at].strip() and sign > body:  # "Composteurs : OUI": the colon is neither's
        page.marks[sign] = Mark("furniture", ANSWER_SIGN, (sign, at))
        page.marks[at] = Mark("observation", _CLOSING, (at, line.right), evidence="cue")
        page.cut(index, [sign, at])
    else:
        page.cut(index, [at])
    return True


def _part_answered(walk: Walk, index: int, mark: Mark, answer: tuple[int, int]) -> None:
    """Cut a level's answer off that stands before its wording: "Niveau 2 (non signé) : Former les agents"."""
    page = walk.page
    page.marks[page.lines[index].start] = Mark("observation", mark.rule, answer, levels=mark.levels, evidence="cue")
    page.marks[mark.body[0]] = Mark("level", mark.rule, mark.body, mark.label, levels=mark.levels)
    page.cut(index, [mark.body[0]])


def _add_blank(walk: Walk, line: Line) -> None:
    if walk.blocks and walk.blocks[-1].kind == "blank":
        walk.blocks[-1] = walk.blocks[-1].up_to(line.end, walk.blocks[-1].body)
    else:
        walk.blocks.append(Block("blank", None, line.start, line.end, (line.start, line.start)))
    walk.blank = True


def _add(
    walk: Walk,
    line: Line,
    kind: str,
    rule: str | None,
    body: tuple[int, int],
    *,
    mark: Mark | None = None,
    evidence: str | None = None,
    label: str | None = None,
) -> None:
    parent = walk.head if kind == "level" else walk.level if walk.level is not None else walk.head
    head = None if walk.head is None else walk.blocks[walk.head]
    inside = kind in ("level", "item", "observation", "text", "unknown")
    measure = head.measure if inside and head else None
    level = mark if mark is not None and kind == "level" else None
    choice = mark if mark is not None and kind in ("level", "measure") else None
    walk.blocks.append(
        Block(
            kind,
            rule,
            line.start,
            line.end,
            body,
            parent if inside else None,
            mark.number if mark is not None and kind == "measure" else measure,
            mark.levels if mark is not None else (),
            evidence,
            label,
            taken=choice is None or not choice.boxed or choice.ticked is True,
            declined=level is not None and level.ticked is False,
        )
    )
    walk.last, walk.beside_site = len(walk.blocks) - 1, False
    walk.has_measure = walk.has_measure or kind == "measure"
    walk.is_introduced = walk.is_introduced or kind in ("introduction", "measure")
    if level is not None:
        walk.printed.update(level.levels)
        walk.worded.update(level.levels if rule != CHOSEN else ())
        walk.prints_small = walk.prints_small or (body[0] < body[1] and walk.page.shaped[body[0]].islower())


def _add_beside(walk: Walk, line: Line, kind: str, rule: str, body: tuple[int, int]) -> None:
    """Add what is no part of the running text."""
    walk.blocks.append(Block(kind, rule, line.start, line.end, body))
    walk.beside_site = walk.beside_site or (walk.last is not None and rule in _SITE_RULES)


def _extend(walk: Walk, line: Line, body: tuple[int, int] | None = None) -> None:
    """Go on with the open block, taking in the blank lines between."""
    assert walk.last is not None
    block = walk.blocks[walk.last]
    for between in walk.blocks[walk.last + 1 :]:
        if between.kind == "furniture":
            message = f"page furniture ({between.rule}) stands inside this text and was kept in it: leave it out"
            found = Diagnostic("warning", "furniture-inside", message, *between.body, measure=block.measure)
            walk.page.diagnostics.append(found)
    del walk.blocks[walk.last + 1 :]
    walk.beside_site = False
    start, _ = block.body if block.body[0] < block.body[1] else (body or (line.left, line.right))
    walk.blocks[walk.last] = block.up_to(line.end, (start, line.right))


def _add_marked(walk: Walk, index: int, mark: Mark) -> None:
    line, before = walk.page.lines[index], walk.open
    if mark.line_rule is not None and mark.line_rule.diagnostic is not None:
        message = f"{mark.line_rule.why} Look the line up in the original."
        found = Diagnostic("warning", mark.line_rule.diagnostic, message, line.left, line.right)
        walk.page.diagnostics.append(found)
    if mark.kind in ("furniture", "note", "contents"):
        _add_beside(walk, line, mark.kind, mark.rule, mark.body)
    elif mark.kind == "title":
        _extend(walk, line, mark.body)
    elif before is not None and is_bare_label(before) and _belongs_to_label(walk, mark):
        _extend(walk, line, (line.left, line.right))
    elif mark.kind == "item" and _is_wording(walk, index):
        _extend(walk, line, mark.body)
    elif mark.kind == "observation" and _joins(walk, mark):
        _extend(walk, line)
    else:
        _add_opening(walk, line, mark)


def _joins(walk: Walk, mark: Mark) -> bool:
    """Whether an observation goes on with the one before it: nothing but blank lines stand between."""
    before = walk.open
    if before is None or before.kind != "observation" or is_bare_label(before) or before.rule == "table-answer":
        return False
    rule = mark.line_rule
    if mark.evidence == "style":
        return mark.about is None and (not walk.blank or walk.page.spaced or rule is not None)
    if rule is None or mark.about == "pact":
        return False
    return rule.continues or mark.evidence != "label"


def _belongs_to_label(walk: Walk, mark: Mark) -> bool:
    """What stands right under a label is what it announces; an observation even after a blank line."""
    return mark.kind == "observation" or (not walk.blank and mark.kind in ("level", "item"))


def _add_opening(walk: Walk, line: Line, mark: Mark) -> None:
    label = None
    about_pact = mark.about == "pact"
    if mark.kind in (*_HEADS, "theme", "closing") or about_pact:
        walk.level = walk.head = None
        walk.closing = mark.kind == "closing"
        walk.whole = about_pact
    if mark.kind == "principle" and mark.label:
        start = walk.page.folded.find(mark.label, line.left + len("principe"))
        label = walk.page.source.text[start : start + len(mark.label)]
    _add(walk, line, mark.kind, mark.rule, mark.body, mark=mark, evidence=mark.evidence, label=label)
    if mark.kind in _HEADS:
        walk.head, walk.printed, walk.prints_small = walk.last, set(mark.levels), False
        walk.worded = set()
    elif mark.kind == "level":
        walk.level = walk.last


def _is_wording(walk: Walk, index: int) -> bool:
    """A single bullet under a level mark that stands alone is the level's wording, not a list."""
    block, lines = walk.open, walk.page.lines
    if block is None or block.kind != "level" or block.body[0] < block.body[1]:
        return False
    bullet = walk.page.shaped[lines[index].left]
    if index + 1 == len(lines):
        return walk.page.context.following != bullet
    after = lines[index + 1]
    return after.is_blank or walk.page.shaped[after.left] != bullet


def _add_unmarked(walk: Walk, line: Line) -> None:
    block, body = walk.open, (line.left, line.right)
    if walk.head is None and walk.closing:
        _add(walk, line, "closing", "after-closing", body)
    elif walk.blank and walk.head is not None and walk.beside_site:  # the page's own words have ended
        _add_beside(walk, line, "furniture", "beside-site-furniture", body)
    elif walk.head is None and walk.whole:
        _extend(walk, line)
    elif walk.head is None:
        _add_preamble(walk, line)
    elif (
        block is not None
        and block.kind == "observation"
        and not turns_upright(walk, line)
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


def _add_contrasting(walk: Walk, line: Line, rule: str) -> None:
    """An observation that only stands out from the wordings: told, and a doubt where the catalogue could not tell."""
    by_catalogue = rule == "not-in-catalogue"
    evidence = "catalogue" if by_catalogue else "cue"
    _add(walk, line, "observation", rule, (line.left, line.right), evidence=evidence)
    block = walk.blocks[-1]
    message = "taken for the list's own words, since no measure speaks like that: check that it is no wording"
    severity: Severity = "info" if by_catalogue else "warning"
    found = Diagnostic(severity, "observation-by-contrast", message, *block.body, measure=block.measure)
    walk.page.diagnostics.append(found)


def _observation_goes_on(walk: Walk, line: Line) -> bool:
    """A further paragraph goes on with an observation, but not a wording of the catalogue."""
    if goes_on(walk) or (walk.open is not None and is_bare_label(walk.open)):
        return True
    is_sentence = walk.page.shaped[line.right - 1] in SENTENCE_END
    return is_sentence and not is_act(walk.page, line.left, line.right)


def _contrasts(walk: Walk, block: Block, line: Line) -> str | None:
    ended = walk.blank or last_character(walk, block.end) in SENTENCE_END
    return contrast(walk.page, walk.catalogue, block, line, ended)


def _opens_paragraph(walk: Walk, block: Block, line: Line) -> bool:
    """Whether a line without a mark is a paragraph of its own under the block before it."""
    if block.kind == "principle" or (not walk.blank and block.kind in ("measure", "item")):
        return True
    return is_act(walk.page, line.left, line.right) and block.kind in ("measure", "text", "item")


def _continues(walk: Walk, block: Block, line: Line) -> bool:
    """Whether a line without a mark goes on with the block before it."""
    if block.kind == "level" and block.body[0] == block.body[1]:
        # "Niveau retenu : 2" below the wordings has none of its own.
        return block.rule != CHOSEN or walk.worded.isdisjoint(block.levels)
    if walk.blank or block.kind not in CONTINUED:
        return False
    first = walk.page.shaped[line.left]
    sentence_over = last_character(walk, block.end) in SENTENCE_END
    if block.kind == "measure" and block.measure is not None:
        printed = walk.page.head(block.body, LONGEST_PRINTED)
        if walk.catalogue.continues(block.measure, printed, walk.page.fold(line)):
            return True
    if block.kind in ("item", "measure"):
        return first.islower() or (not sentence_over and not first.isupper())
    return True


def _add_preamble(walk: Walk, line: Line) -> None:
    """Before a principle or measure: short lines are the header, sentences the introduction, and all under a theme."""
    block = walk.open
    text = walk.page.source.text[line.left : line.right]
    if block is not None and block.kind == "introduction" and not walk.blank:
        _extend(walk, line)
        return
    is_heading = not walk.is_introduced and len(text) <= _HEADING_LENGTH and not text.endswith(_PREAMBLE_END)
    kind = "header" if is_heading else "introduction"
    _add(walk, line, kind, "preamble", (line.left, line.right))


def _settle(walk: Walk) -> tuple[tuple[Block, ...], tuple[Diagnostic, ...]]:
    """Without any measure there is no preamble either: nothing was understood."""
    blocks = walk.blocks
    if not walk.page.context.has_measures:
        blocks = [b._replace(kind="unknown", rule=None) if b.kind in _PROSE else b for b in blocks]
    for block in blocks:
        if block.kind in _PROSE and (listed := _LISTED_RE.search(walk.page.folded, *block.body)):
            message = "measures are listed here by their numbers, and what is said of them is not read: read it by hand"
            walk.page.diagnostics.append(Diagnostic("warning", "measures-listed", message, *listed.span()))
        if block.kind == "unknown":
            message = "no rule recognises this text: mark it as an observation or a level, or add a rule"
            found = Diagnostic("warning", "unknown-block", message, *block.body, measure=block.measure)
            walk.page.diagnostics.append(found)
    # A line that was cut was looked at twice, and may have been told twice.
    return tuple(blocks), tuple(dict.fromkeys(walk.page.diagnostics))
