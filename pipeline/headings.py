"""Which lines are the headings of measures: by number, by the catalogue's title, or both; and which only list them.

A line that looks like a heading is one if the catalogue's title confirms it. One that the catalogue does not know
must look like those that it does, and stand where a sentence may begin.
"""

import re
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import replace

from regex import Match

from pipeline.catalogue import LONGEST_PRINTED, Catalogue, catalogue_of, squeeze
from pipeline.contents import Heading, find_contents, first_pact
from pipeline.contrast import is_act
from pipeline.fold import LONGEST
from pipeline.lines import Line, Mark, Page
from pipeline.linetext import LineText, RuleMatch
from pipeline.model import Diagnostic
from pipeline.rules import TIMEOUT

_BULLET_RE = re.compile(r"[•*·o>-]?\s+|[•*·-]+")
_WORD = "measure-word"
_NAMED = (_WORD, "measure-called")
"""The rules of headings that say that they are one."""
_SHORTEST = 16
"""No shorter line, in characters, is a title that stands alone."""
_OTHER_KINDS = ("observation", "level", "principle", "closing", "furniture", "contents")


def mark_headings(page: Page) -> None:
    """Decide which lines are headings, contents or neither, and mark them."""
    catalogue = catalogue_of(page.rules)
    candidates = _without_answers(page, _candidates(page, catalogue))
    accepted = _accept(page, catalogue, candidates)
    titled = _by_title(page, catalogue, {heading.index for heading in accepted})
    confirmed = sum(heading.is_confirmed for heading in accepted)
    if titled and confirmed < len(titled):
        titled += _like_the_titled(page, catalogue, titled)
        if not confirmed:
            accepted = []
    local = _in_local_section(page, {heading.index for heading in (*accepted, *titled)})
    headings = sorted([*accepted, *titled, *local], key=lambda heading: heading.index)
    contents = find_contents(page, catalogue, headings)
    headings = first_pact(page, [h for h in headings if h.index not in contents])
    headings = _numbered(page, catalogue, headings)
    for heading in candidates:
        page.marks.setdefault(page.lines[heading.index].start, Mark("none", heading.rule, heading.body))
    for index in contents:
        line = page.lines[index]
        page.marks[line.start] = Mark("contents", "contents-run", (line.left, line.right))
    for heading in reversed(headings):  # from the end, for cutting a line moves those behind it
        _mark(page, catalogue, heading)


def _candidates(page: Page, catalogue: Catalogue) -> list[Heading]:
    found = []
    for index, line in enumerate(page.lines):
        mark = page.marks.get(line.start) if page.marks else None
        if mark is not None and mark.kind == "measure" and mark.label is not None:
            found.append(_heading(page, catalogue, index, mark.rule, mark.label, mark.body, "table", False))
        elif mark is None and line.text.heads != ():
            heading = _candidate(page, catalogue, index, line)
            if heading is not None:
                found.append(heading)
    return found


def _candidate(page: Page, catalogue: Catalogue, index: int, line: Line) -> Heading | None:
    for match in page.heads(line):
        label = match.label or ""
        if label.isdecimal() and int(label) == 0:
            continue
        sign = _sign_of(page.text(line)[match.label_end : match.body[0]]) if label else ""
        body = (line.left + match.body[0], line.left + match.body[1])
        style = f"{match.rule.id} {sign}"
        heading = _heading(page, catalogue, index, match.rule.id, label, body, style, match.rule.sure)
        rest = None if match.rest is None else line.left + match.rest
        return replace(heading, levels=match.levels, rest=rest) if match.levels or rest is not None else heading
    return None


def _sign_of(between: str) -> str:
    """What stands between a number and its title, levels in parentheses apart: these differ from heading to heading."""
    return re.sub(r"[(\[][^)\]]{0,40}[)\]]", "", between, count=1).strip()


def _heading(
    page: Page,
    catalogue: Catalogue,
    index: int,
    rule: str,
    label: str,
    body: tuple[int, int],
    style: str,
    sure: bool,
) -> Heading:
    number = catalogue.numbers.get(label.lower(), int(label) if label.isdecimal() else None)
    title = page.head(body, LONGEST_PRINTED)
    following = page.following(index)
    two_lines = not title and following is not None
    if following is not None and (two_lines or (len(title) < 20 and following == index + 1)):
        more = page.fold(page.lines[following])
        title = f"{title} {more}".strip() if not page.opens_level(page.lines[following]) else title
    like = None if number is None else catalogue.likeness(number, title)
    # What the catalogue only names may stand whole in a short line: the next one is no part of it then.
    named = catalogue.names.get(squeeze(page.head(body, LONGEST_PRINTED)))
    rightful = catalogue.rightful(title) if named is None else named
    return Heading(index, rule, number, label, body, title, style, like, rightful, sure, two_lines)


def _without_answers(page: Page, candidates: list[Heading]) -> list[Heading]:
    """Leave out the numbered lines that answer the levels printed above them: "2. Oui, mais en 2023"."""
    kept: list[Heading] = []
    for heading in candidates:
        if heading.rule not in _NAMED and heading.number in page.rules.words.numbers:
            above = kept[-1].index + 1 if kept else 0
            matches = page.matches(page.lines[heading.index])
            answers = any(match.rule.kind == "observation" and match.rule.answers for match in matches)
            if answers and any(page.opens_level(line) for line in page.lines[above : heading.index]):
                continue
        kept.append(heading)
    return kept


def _accept(page: Page, catalogue: Catalogue, candidates: list[Heading]) -> list[Heading]:
    """The numbered headings: those that the catalogue confirms, and those that look like them."""
    confirmed = {heading.number for heading in candidates if heading.is_confirmed}
    styles = Counter(heading.style for heading in candidates if heading.is_confirmed or heading.style == "table")
    known = catalogue.titles.keys() | confirmed | {h.number for h in candidates if h.style == "table"}
    labels = Counter(line.text.label for line in page.lines if line.text.label is not None)
    accepted: list[Heading] = []
    last = 0
    for heading in candidates:
        usual = styles[heading.style] > 1
        if heading.two_lines and not _title_follows(page, heading, labels):
            # "MESURE 12", and below it "Votre engagement : niveau 2": it has no title.
            if heading.rule == _WORD and (usual or heading.number in catalogue.titles):
                accepted.append(replace(heading, two_lines=False, title="", like=None, rightful=None))
                last = max(last, heading.number or 0)
            continue
        if heading.two_lines and not (heading.is_confirmed or usual or not heading.sure):
            continue
        sure = heading.is_confirmed or _is_mistitled(heading) or heading.style == "table" or not heading.label
        # "Mesure 12 : non, trop cher" in a list of remarks, whatever the headings look like.
        sure = sure or (heading.rule in _NAMED and heading.number in known and _is_answer(page, catalogue, heading))
        glued = heading.sure and usual and (heading.number or 0) > catalogue.last and is_act(page, *heading.body)
        by_style = (
            (heading.two_lines and usual) or glued or _is_plausible(page, catalogue, heading, styles, confirmed, last)
        )
        if sure or by_style:
            accepted.append(heading)
            last = max(last, heading.number or 0)
    return accepted


def _title_follows(page: Page, heading: Heading, labels: Mapping[str, int]) -> bool:
    following = page.following(heading.index)
    if following is None:
        return False
    line = page.lines[following]
    # What stands under the heading of several measures is no title.
    if line.text.label is not None and labels[line.text.label] > 1:
        return False
    return page.text(line)[:1].isupper() and not page.opens_level(line)


def _is_mistitled(heading: Heading) -> bool:
    return not heading.sure and heading.rightful is not None and heading.rightful != heading.number


def _is_plausible(
    page: Page,
    catalogue: Catalogue,
    heading: Heading,
    styles: Collection[str],
    confirmed: set[int | None],
    last: int,
) -> bool:
    """Whether a heading that the catalogue does not confirm may be one all the same."""
    if heading.sure or (styles and heading.style not in styles):
        return False
    is_local = heading.number is None or heading.number > catalogue.last
    if is_local:
        return True
    # "Mesure 12 : …" at the head of a line is no part of the sentence before, nor what the first level follows.
    stands = heading.rule in _NAMED or page.ends_sentence(heading.index) or _opens_levels(page, heading)
    if heading.number in confirmed or not stands:
        return False
    # Numbered actions under a level begin at 1 again; headings go on.
    return not styles or heading.number is None or heading.number > last or heading.number in catalogue.unverified


def _opens_levels(page: Page, heading: Heading) -> bool:
    """Whether the line below is the mark of the first level: a numbered action may stand before any other."""
    following = page.following(heading.index)
    if following is None:
        return False
    marks = (match for match in page.matches(page.lines[following]) if match.rule.kind == "level")
    return page.rules.words.numbers[0] in next((match.levels for match in marks), ())


def _by_title(page: Page, catalogue: Catalogue, taken: set[int]) -> list[Heading]:
    """Lines that are a title of the catalogue without its number."""
    found = []
    for index, line in enumerate(page.lines):
        if line.right - line.left < _SHORTEST:
            continue
        titled = line.text.titled
        if titled is None:
            titled = line.text.titled = _titled(catalogue, line.text)
        behind, number = titled
        if number is None or index in taken or line.start in page.marks:
            continue
        if not _goes_on_title(page, index, taken):
            left = line.left + behind
            title = page.folded[left : line.right]
            style = f"title {page.shaped[line.left : left].strip()}"
            found.append(Heading(index, "catalogue-title", number, "", (left, line.right), title, style, 100.0))
    return found


def _titled(catalogue: Catalogue, line: LineText) -> tuple[int, int | None]:
    """Where the text of a line begins behind its bullet, and the measure of the catalogue whose title it is."""
    bullet = _BULLET_RE.match(line.shaped)
    left = bullet.end() if bullet else 0
    title = line.folded[left:]
    return left, catalogue.rightful(title) if title[:1].isalpha() or title[:1] in '"(' else None


def _goes_on_title(page: Page, index: int, taken: set[int]) -> bool:
    """Whether the line is the title of the numbered heading just above it."""
    return index - 1 in taken and not page.lines[index - 1].is_blank


def _like_the_titled(page: Page, catalogue: Catalogue, titled: list[Heading]) -> list[Heading]:
    """Local measures of an unnumbered list: lines that look like its titles, and stand where one may begin."""
    styles = {heading.style for heading in titled}
    taken = {heading.index for heading in titled}
    first, known = min(taken), {heading.number for heading in titled}
    has_levels = any(page.opens_level(line) for line in page.lines if not line.is_blank)
    found: list[Heading] = []
    for index in range(first + 1, len(page.lines)):
        line = page.lines[index]
        if line.is_blank or index in taken or line.start in page.marks:
            continue
        bullet = _BULLET_RE.match(page.shaped, line.left, line.right)
        left = bullet.end() if bullet else line.left
        sign = page.shaped[line.left : left].strip()
        if f"title {sign}" not in styles or not page.shaped[left : left + 1].isupper():
            continue
        if not _stands_like_a_title(page, index, taken, bool(sign), has_levels):
            continue
        title = page.folded[left : line.right]
        number = catalogue.akin(title)
        number = None if number in known else number
        heading = Heading(index, "list-title", number, "", (left, line.right), title, "")
        found.append(heading)
        taken.add(index)
    return found


def _in_local_section(page: Page, taken: set[int]) -> list[Heading]:
    """Bulleted measures without a number in a section that says that its measures are local ones."""
    found: list[Heading] = []
    section = next((i for i, line in enumerate(page.lines) if line.text.opens_local), None)
    for index in range(len(page.lines) if section is None else section + 1, len(page.lines)):
        line = page.lines[index]
        bullet = _BULLET_RE.match(page.shaped, line.left, line.right)
        free = page.lines[index - 1].is_blank or index - 1 in taken or index - 1 == section
        if line.is_blank or index in taken or line.start in page.marks:
            continue
        if bullet is None or not free or not page.shaped[bullet.end() : bullet.end() + 1].isupper():
            continue
        if not any(match.rule.kind in _OTHER_KINDS for match in page.matches(line)):
            body = (bullet.end(), line.right)
            found.append(Heading(index, "local-section", None, "", body, page.shaped[slice(*body)], "local"))
            taken.add(index)
    return found


def _stands_like_a_title(page: Page, index: int, taken: set[int], bulleted: bool, has_levels: bool) -> bool:
    line, following = page.lines[index], page.following(index)
    if any(match.rule.kind in _OTHER_KINDS for match in page.matches(line)):
        return False
    after_heading = index - 1 in taken
    free = index == 0 or page.lines[index - 1].is_blank or after_heading
    if bulleted:
        return free if has_levels else page.ends_sentence(index) or after_heading
    return free and following is not None and page.opens_level(page.lines[following])


def _numbered(page: Page, catalogue: Catalogue, headings: list[Heading]) -> list[Heading]:
    """Give the local measures without a number the next free ones."""
    free = max([catalogue.last, *(heading.number or 0 for heading in headings)]) + 1
    result = []
    for heading in headings:
        if heading.number is None:
            heading = replace(heading, number=free)
            message = f"a measure that the catalogue does not know and without a number: it was given {free}"
            page.diagnostics.append(Diagnostic("info", "number-given", message, *heading.body, free))
            free += 1
        result.append(heading)
    return result


def _mark(page: Page, catalogue: Catalogue, heading: Heading) -> None:
    line = page.lines[heading.index]
    body = heading.body
    decided = page.marks.get(line.start)
    boxed = decided is not None and decided.boxed
    page.marks[line.start] = Mark(
        "measure", heading.rule, body, number=heading.number, levels=heading.levels, boxed=boxed
    )
    if not heading.is_confirmed and _is_answer(page, catalogue, heading):
        page.marks[line.start] = page.marks[line.start]._replace(body=(body[0], body[0]))
        levels = _levels_first(page, body)
        if levels is not None and len(levels["rest"]) > 1 and not _opens_answer(page, heading):
            page.marks[body[0]] = Mark("observation", "levels-for-title", body, evidence="cue")
        page.cut(heading.index, [body[0]])
        return
    if heading.rest is not None:
        said = (heading.rest, line.right)
        opening = _opens(page, said)
        if opening is None or opening.rule.kind != "level":
            page.marks[heading.rest] = Mark("observation", "behind-title", said, evidence="cue")
        page.cut(heading.index, [heading.rest])
        return
    answer = None if heading.two_lines else page.floor(line, body[0])
    if answer is not None and answer > body[0]:  # "1. Achats responsables. Signé aux niveaux 1 et 2."
        body = (body[0], answer)
        page.marks[line.start] = page.marks[line.start]._replace(body=body)
        page.cut(heading.index, [answer])
        return
    last, left = heading.index, body[0]
    if heading.two_lines:
        following = page.following(heading.index)
        assert following is not None
        title = page.lines[following]
        page.marks[title.start] = Mark("title", heading.rule, (title.left, title.right))
        last, left = following, title.left
    following = page.following(last)
    if following == last + 1 and heading.number is not None:
        more = page.lines[following]
        if catalogue.continues(heading.number, heading.title, page.fold(more)) and not page.opens_level(more):
            last, left = following, more.left
    _cut_tail(page, heading, last, left)


def _is_answer(page: Page, catalogue: Catalogue, heading: Heading) -> bool:
    """Whether the list's answer stands in the place of a title: "Mesure 12 : N1 oui, N2 non", "Mesure 9 : refusée"."""
    left, right = heading.body
    if left == right or left == page.lines[heading.index].start:
        return False
    # A title of a measure that the catalogue does not know may begin with "Accord".
    is_no_title = page.shaped[left].islower() or heading.number in catalogue.titles
    match = _opens_answer(page, heading)
    if match is not None:
        return is_no_title or match.rule.id == "observation-verdict"
    return is_no_title and _levels_first(page, heading.body) is not None


def _levels_first(page: Page, body: tuple[int, int]) -> "Match[str] | None":
    """The levels with which something begins where a title would, and what follows; None without any."""
    if body[1] - body[0] > LONGEST:
        return None
    try:
        return page.rules.head.fullmatch(page.shaped, *body, timeout=TIMEOUT)
    except TimeoutError:
        return None  # read as a title, and told as one that the catalogue does not know


def _opens_answer(page: Page, heading: Heading) -> RuleMatch | None:
    """The rule that takes what stands in the place of a title for an answer."""
    match = _opens(page, heading.body)
    return match if match is not None and match.rule.answers else None


def _opens(page: Page, piece: tuple[int, int]) -> RuleMatch | None:
    """The rule that takes a piece of a line for a level or for what the list says."""
    said = page.texts.of(page.matched[slice(*piece)])
    return next((match for match in page.texts.matches(said) if match.rule.kind in ("observation", "level")), None)


def _cut_tail(page: Page, heading: Heading, index: int, left: int) -> None:
    """Cut the level off the end of a title: "12 – Rénover (niveau 2)", "…locales).Niveau 2"."""
    line = page.lines[index]
    tail = page.texts.tail_of(page.shaped[left : line.right])
    if tail is None:
        return
    at, levels = left + tail[0], tail[1]
    mark = page.marks.get(line.start)
    if mark is not None:
        page.marks[line.start] = mark._replace(body=(mark.body[0], at))
    page.cut(index, [at])
    page.marks[at] = Mark("level", "heading-tail", (line.right, line.right), levels=levels)
