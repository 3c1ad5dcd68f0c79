"""What a line opens, in its place: the first rule that fits, unless the style of the line says otherwise."""

import re

from pipeline.contrast import behind_label, is_act, is_talk
from pipeline.lines import Line, Mark
from pipeline.linetext import RuleMatch
from pipeline.listing import CHOSEN
from pipeline.model import Diagnostic, moved
from pipeline.rules import LineRule
from pipeline.styles import SET_IN_ITALICS
from pipeline.ticks import says, says_of
from pipeline.walk import (
    CONTINUED,
    Walk,
    depth,
    ends_block,
    goes_on,
    opens_sentence,
    turns_upright,
)

_WITH_LABEL = frozenset(["furniture-nothing-said", CHOSEN])
"""Rules that read a label with what stands behind it."""
ANSWER_SIGN = "answer-sign"
"""The rule of what stands between a wording and the verdict that closes its line."""
NUMBERED = "numbered-and-answered"
"""The rule by which the number of a list is a level."""
_NUMBERED_RE = re.compile(
    r"[(\[]?(?:(?P<measure>\d{1,3})\.(?P<number>[1-9])[.)\]:-]{0,2}\s+|(?P<single>[1-9])\s?[.)\]:-]{1,2}\s+(?=[^\W\d_]))"
)
_OF_THE_PACT_RE = re.compile(
    r"^(?!.*\b(?:liste|nous|nos|notre|candidat\w*|reponse\w*)\b)"
    r".*\b(?:pacte|collectif|rappel|enonce|intitule|texte|(?:est\s+)?demandee?s?|prevo\w+)\b"
)
"""Labels of what the pact itself says."""
_NOTHING = frozenset(["-", "/", "--", "..."])
"""What stands behind a label where nothing is said."""
# "Niveaux refusés : aucun", "La liste ne signe pas : rien."
_REFUSES_RE = re.compile(r"\b(?:(?:refus|rejet|ecart|exclu)\w*|non|pas)\b")
_NONE_RE = re.compile(r"(?:rien|aucune?|néant|0)\s*\.?", re.IGNORECASE)
_SAYS_RE = re.compile(
    r"\b(?:(?:refus|rejet|ecart|exclu|accept|valid|adopt)\w*|retenu\w*|pris(?:es?)?|non|pas|hors"
    r"|a\s+(?:discuter|etudier|debattre|definir|voir|l'etude)|en\s+(?:debat|discussion|reflexion))\b"
)
"""Words with which a label takes a stance itself."""
_SENTENCE_WORDS = 4
"""A line of fewer words may be a heading, whatever its first word."""


def mark_of(walk: Walk, index: int) -> Mark | None:
    """What the line opens: as decided for it, or the first rule that matches it and fits its place."""
    decided = walk.page.marks.get(walk.page.lines[index].start)
    if decided is not None and decided.kind != "none":
        return decided
    mark = _recurring_label(walk, index)
    if mark is None:
        line = walk.page.lines[index]
        match = next((match for match in walk.page.matches(line) if _fits(walk, index, match)), None)
        mark = _numbered_level(walk, index) or (None if match is None else _mark(walk, line, match))
    return _as_set(walk, walk.page.lines[index], mark) if walk.page.lines[index].start in walk.page.styled else mark


def _mark(walk: Walk, line: Line, match: RuleMatch) -> Mark:
    rule, tick, ticked = match.rule, match.tick, None
    if tick is not None:
        crosses_refuse = walk.page.context.crosses_refuse
        ticked = says(tick, crosses_refuse) if match.against is None else says_of(tick, match.against)
    return Mark(
        rule.kind,
        rule.id,
        moved(match.body, line.left),
        match.label,
        levels=match.levels,
        boxed=tick is not None,
        ticked=ticked,
        evidence=rule.evidence,
        line_rule=rule,
        about=rule.about,
        answer=None if match.answer is None else moved(match.answer, line.left),
    )


def _as_set(walk: Walk, line: Line, mark: Mark | None) -> Mark | None:
    """What a line opens that is set as the list's words are: an observation, unless it is a measure's own words."""
    if mark is not None and mark.kind == "theme" and _is_theme_in_italics(walk, line, mark):
        return mark
    if walk.head is None or (mark is not None and mark.kind not in ("observation", "level", "item", "theme")):
        return mark
    if mark is not None and mark.kind == "observation":
        return mark._replace(evidence="style")
    body = (line.left, line.right) if mark is None else mark.body
    speaks_on = walk.open is not None and walk.open.kind == "observation"
    if not speaks_on and (body[0] == body[1] or _is_wording_in_italics(walk, mark, body)):
        return mark
    start = mark.body[0] if mark is not None and mark.kind == "item" and not speaks_on else line.left
    about = "pact" if speaks_on and _closes(walk, line) else None
    return Mark("observation", SET_IN_ITALICS, (start, line.right), evidence="style", about=about)


def _closes(walk: Walk, line: Line) -> bool:
    """Whether a line in italics stands apart behind all measures: it is told, for it need not be the list's words."""
    if not walk.blank or walk.page.spaced or walk.last_heading > line.start:
        return False
    message = "in italics, apart, behind the last measure: read as about the whole pact; check whose words it is"
    walk.page.diagnostics.append(Diagnostic("warning", "closing-italics", message, line.left, line.right))
    return True


def _is_theme_in_italics(walk: Walk, line: Line, mark: Mark) -> bool:
    """Whether a short line in italics before a measure is a theme: it is told, for it may be the list's words."""
    text = walk.page.text(line)
    if mark.rule != "theme-marked" and is_talk(text) and len(text.split()) >= _SENTENCE_WORDS:
        return False
    message = "a short line in italics before a measure, read as a theme: mark it if it is what the list says"
    walk.page.diagnostics.append(Diagnostic("warning", "theme-in-italics", message, line.left, line.right))
    return True


def _is_wording_in_italics(walk: Walk, mark: Mark | None, body: tuple[int, int]) -> bool:
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


def _recurring_label(walk: Walk, index: int) -> Mark | None:
    line = walk.page.lines[index]
    at = None if walk.head is None else behind_label(line, walk.page.context.labels)
    if at is None or any(match.rule.id in _WITH_LABEL for match in walk.page.matches(line)):
        return None
    behind, label = walk.page.shaped[at : line.right].strip(), line.text.label or ""
    if _OF_THE_PACT_RE.search(label):  # "Ce que demande le pacte :"
        return None if behind else Mark("furniture", "label-of-the-pact", (line.left, line.right))
    if behind in _NOTHING or (_REFUSES_RE.search(label) and _NONE_RE.fullmatch(behind)):
        return Mark("furniture", "recurring-label-alone", (line.left, line.right))
    # "Engagement refusé : N3": what the label says is said of what stands behind it.
    start = line.left if _SAYS_RE.search(label) else at
    return Mark("observation", "recurring-label", (start, line.right), evidence="label")


def _numbered_level(walk: Walk, index: int) -> Mark | None:
    """A number of a list that is a level, for it is answered on its line: "[1] Charte ..... SIGNÉ", "2. Charte : oui".

    Under a level that is marked as such it numbers actions.
    """
    line, page = walk.page.lines[index], walk.page
    numbered = _NUMBERED_RE.match(page.shaped, line.left, line.right)
    if numbered is None or walk.head is None:
        return None
    number, body = int(numbered["number"] or numbered["single"]), (numbered.end(), line.right)
    if number not in page.rules.words.numbers:
        return None
    if numbered["measure"] is not None:  # "12.2 Réaliser un plan"
        is_own = int(numbered["measure"]) == walk.blocks[walk.head].measure
        return Mark("level", NUMBERED, body, levels=(number,)) if is_own else None
    if walk.level is not None and walk.blocks[walk.level].rule != NUMBERED:
        return None
    after = page.marks.get(page.lines[index + 1].start) if index + 1 < len(page.lines) else None
    is_led = after is not None and after.rule in ("table-leader", ANSWER_SIGN)
    is_item = any(match.rule.kind == "item" for match in page.matches(line))
    if not is_led and not (is_item and page.floor(line, numbered.end()) is not None):
        return None
    return Mark("level", NUMBERED, body, levels=(number,))


def _fits(walk: Walk, index: int, match: RuleMatch) -> bool:
    """Whether the rule may fire where the line stands: a mark is one only in its place."""
    rule, line, before = match.rule, walk.page.lines[index], walk.open
    if rule.kind == "observation":
        if rule.about == "pact":
            return _speaks_of_the_pact(walk, line, rule)
        if walk.head is None and not walk.whole:
            return False
        if rule.continues:
            return before is not None and before.kind == "observation"
        # A wrapped line in the middle of a sentence, or a wording of the catalogue, may begin with the same words.
        opens = opens_sentence(walk, line, answers=rule.answers)
        return opens and (rule.evidence == "label" or not _is_known_wording(walk, line))
    if rule.kind == "level":
        if walk.head is None or not match.levels or _in_parentheses(walk, line):
            return False
        # "N1 : validé / N3 : compétence régionale": a level that is printed already is spoken of here.
        speaks_on = before is not None and before.kind == "observation" and not walk.blank
        return not (speaks_on and (walk.printed & set(match.levels) or _is_talk(walk, *moved(match.body, line.left))))
    if rule.kind == "item":
        in_observation = goes_on(walk) and not turns_upright(walk, line)
        return walk.head is not None and (before is None or before.kind != "observation" or not in_observation)
    if rule.kind == "closing":
        return walk.has_measure
    if rule.next is not None:
        return (walk.blank or ends_block(walk)) and _next_is(walk, index, rule.next)
    return rule.kind != "theme" or walk.blank or ends_block(walk)


def _is_talk(walk: Walk, start: int, end: int) -> bool:
    """Whether what stands behind a level, in a row of verdicts, is no wording: "N2 : bof, on laisse tomber"."""
    head = None if walk.head is None else walk.blocks[walk.head].measure
    if start == end or head is None or is_act(walk.page, start, end):
        return False
    # Where wordings begin with small letters too, nothing tells them from verdicts.
    small = walk.page.shaped[start].islower() and not walk.prints_small
    return small and not walk.catalogue.opens_like_a_wording(head, walk.page.folded[start:end])


def _is_known_wording(walk: Walk, line: Line) -> bool:
    block = walk.open
    if block is None or block.kind not in CONTINUED or block.measure is None or line.right - line.left < 20:
        return False
    return walk.catalogue.opens_like_a_wording(block.measure, walk.page.fold(line))


def _speaks_of_the_pact(walk: Walk, line: Line, rule: LineRule) -> bool:
    """After the last heading, and apart from the observations of its measure."""
    if walk.closing or not walk.has_measure:
        return False
    is_last = walk.page.context.is_last and walk.last_heading < line.start
    # Where the format knows paragraphs, a line is one.
    return is_last and (walk.blank or rule.evidence == "label" or bool(walk.page.source.places))


def _next_is(walk: Walk, index: int, kind: str) -> bool:
    following = walk.page.following(index)
    if following is None:
        return kind == "measure" and not walk.page.context.is_last
    mark = walk.page.marks.get(walk.page.lines[following].start)
    return mark is not None and mark.kind == kind


def _in_parentheses(walk: Walk, line: Line) -> bool:
    """A level quoted inside an observation's parenthesis is its wording: "(" before, ")" still to come."""
    block = walk.open
    if block is None or block.kind != "observation" or walk.blank:
        return False
    return depth(walk, block) > 0 and walk.page.text(line).endswith(")")
