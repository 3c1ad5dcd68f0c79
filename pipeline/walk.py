"""What stands open while the lines of a page go by, and what that says of the next line."""

import re
from dataclasses import dataclass, field

from pipeline.catalogue import Catalogue
from pipeline.lines import SENTENCE_END, Line, Page
from pipeline.model import Block
from pipeline.rules import Rules

_NARROWEST = 45
"""No column is so narrow that it wraps lines of fewer characters."""
# "un plan de", "l'", "en lien avec", "Rénover,", "quar-"
_GOES_ON_RE = re.compile(
    r"(?:^|[\s'])(?:un|une|des?|du|les?|la|l|d|au|aux|a|à|en|et|ou|ni|par|pour|sur|sous|dans|avec|sans|chez|vers|entre|selon|qui|que|"
    r"dont|où|ce|ces|cet|cette|leurs?|nos|notre|vos|votre|ses?|son|sa|plus|moins|très|tout|toute|tous|toutes|plein|commun)'?$|[,(-]$",
    re.IGNORECASE,
)
"""A line that ends so goes on in the next one."""
CONTINUED = ("level", "item", "measure", "text")
"""Kinds of blocks that a line without a mark may go on with."""


@dataclass(slots=True)
class Walk:
    """What stands open while the lines go by."""

    page: Page
    catalogue: Catalogue
    blocks: list[Block] = field(default_factory=list)
    last: int | None = None  # the block that a line without a mark would go on with
    blank: bool = True  # no text since a blank line, or since the start
    head: int | None = None  # the measure or principle that we are under
    level: int | None = None
    closing: bool = False
    whole: bool = False  # under an observation about the whole pact
    last_heading: int = -1  # where the last measure of the page begins
    has_measure: bool = False  # a measure went by
    is_introduced: bool = False  # an introduction or a measure did
    beside_site: bool = False  # buttons or links of a web page came since the last text
    printed: set[int] = field(default_factory=set)  # the levels printed under `head`
    worded: set[int] = field(default_factory=set)  # those of them that are no mere choice among others
    prints_small: bool = False  # one of them has a wording that begins with a small letter
    counted: tuple[int, int, int] = (0, 0, 0)  # from where to where, and how many parentheses are open there

    @property
    def open(self) -> Block | None:
        return None if self.last is None else self.blocks[self.last]

    @property
    def rules(self) -> Rules:
        return self.page.rules


def ends_block(walk: Walk) -> bool:
    block = walk.open
    return block is not None and last_character(walk, block.end) in SENTENCE_END


def opens_sentence(walk: Walk, line: Line, *, answers: bool) -> bool:
    """Whether a sentence may begin with a line; `answers`: its first words are an answer, whatever their case."""
    if walk.open is None or walk.blank or not walk.page.shaped[line.left].islower():
        return True
    return last_character(walk, line.start) in SENTENCE_END or (answers and _is_broken_off(walk, line))


def _is_broken_off(walk: Walk, line: Line) -> bool:
    """Whether the line before is so short that it was not wrapped here, and its sentence can end there."""
    shaped = walk.page.shaped
    before = shaped[max(0, line.start - 1 - _NARROWEST) : max(0, line.start - 1)]
    if "\n" not in before:
        return False
    before = before.rpartition("\n")[2].rstrip()
    return _GOES_ON_RE.search(before) is None


def last_character(walk: Walk, end: int) -> str:
    """The last character before `end` that is no space, among the hundred before."""
    return walk.page.source.text[max(0, end - 100) : end].rstrip()[-1:]


def goes_on(walk: Walk) -> bool:
    """Whether the open observation is not over: no blank line since, or a parenthesis still open."""
    block = walk.open
    return block is not None and (not walk.blank or depth(walk, block) > 0)


def depth(walk: Walk, block: Block) -> int:
    """How many parentheses are open at the end of a block; one that has grown is counted on from where it ended."""
    start, end, depth = walk.counted
    if start != block.start or end > block.end:
        end, depth = block.start, 0
    for char in walk.page.shaped[end : block.end]:
        if char == "(":
            depth += 1
        elif char == ")" and depth:
            depth -= 1
    walk.counted = block.start, block.end, depth
    return depth


def is_bare_label(block: Block) -> bool:
    return block.kind == "observation" and block.body[0] == block.body[1]


def turns_upright(walk: Walk, line: Line) -> bool:
    """Whether a line stands upright after an observation in italics, which it therefore ends: no bracket is open."""
    block = walk.open
    if block is None or block.kind != "observation" or block.evidence != "style" or line.start in walk.page.styled:
        return False
    return depth(walk, block) == 0 and not walk.page.shaped[line.left].islower()
