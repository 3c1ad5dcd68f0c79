"""What tells the list's words from a measure's where no rule does: measures speak in infinitives, labels recur."""

import re
from collections import Counter

from pipeline.catalogue import LONGEST_PRINTED, Catalogue, catalogue_of, squeeze
from pipeline.lines import Line, Page
from pipeline.model import Block

_ACT_RE = re.compile(
    r"""\W* (?: (?:se[ ] | s' | ne[ ]pas[ ] | ne[ ]plus[ ] | n')? \w+ (?:er|ir|oir)\b
      | (?:met|rend|prend|fai|defend|permet|repond|suiv|etend|construi|redui|produi|introdui|inscri|interdi)(?:t?re)\b
      | (?:promouvoir|mise|creation|au[ ]moins|pour[ ]les)\b )""",
    re.VERBOSE,
)
"""How the catalogue's wordings begin: with an infinitive, or the noun of an act."""
_TALK_RE = re.compile(
    r"(?:Les?|La|L'|Une?|Des|Du|Ils?|Elles?|Ce|Cet|Cette|Ces|Sur|Pour|Avec|Dans|Aucune?|Pas|Rien|Là|Ici|Trop|Vu|Va|Si)\b"
)
"""How a sentence begins that goes on with no wording."""
_RECURS = 3


def is_act(page: Page, start: int, end: int) -> bool:
    """Whether a stretch begins as a measure does."""
    return _ACT_RE.match(page.folded, start, end) is not None


def is_talk(text: str) -> bool:
    """Whether a text begins as a sentence does, which titles and wordings seldom do."""
    return _TALK_RE.match(text) is not None


def recurring_labels(page: Page) -> frozenset[str]:
    """The words before a colon, folded, that recur through a document: its own label for observations."""
    labels = [line.text.label for line in page.lines if line.text.label and line.start not in page.marks]
    counts = Counter(labels)
    if not counts or max(counts.values()) < _RECURS:
        return frozenset()
    catalogue = catalogue_of(page.rules)
    wordings = "".join(w for known in catalogue.wordings.values() for w in known.values())
    return frozenset(label for label, n in counts.items() if n >= _RECURS and squeeze(label) not in wordings)


def behind_label(line: Line, labels: frozenset[str]) -> int | None:
    """Where the text behind one of the document's own labels begins ("Au téléphone : d'accord"); None without one."""
    return line.left + line.text.behind_label if line.text.label in labels else None


def contrast(page: Page, catalogue: Catalogue, block: Block, line: Line, ended: bool) -> str | None:
    """The rule by which a line without a cue, under a block of a measure, is the list's; None where it is not.

    What stands above must be complete (`ended`: a sentence or paragraph ended), and no measure may speak so.
    """
    number = block.measure
    if number is None or block.kind not in ("level", "measure", "item", "text"):
        return None
    text = page.text(line)
    if text[:1].islower() or is_act(page, line.left, line.right):
        return None
    printed, folded = page.head(block.body, LONGEST_PRINTED), page.fold(line)
    levels = block.levels if block.kind == "level" else ()
    known = catalogue.is_wording(number, levels, folded)
    if block.kind == "measure":
        complete = catalogue.is_complete(number, printed) or not catalogue.continues(number, printed, folded)
    elif not printed:
        complete = known is False
    else:
        complete = ended or catalogue.wording_is_complete(number, levels, printed) is True or is_talk(text)
    if not complete or known is True:
        return None
    return "not-in-catalogue" if known is False else "not-like-a-measure"
