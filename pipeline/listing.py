"""The blocks of a pact by what they stand under."""

from collections import defaultdict
from dataclasses import dataclass
from itertools import takewhile

from pipeline.model import Block, Source

CHOSEN = "level-chosen"
"""The rule of a line that chooses a level."""


@dataclass(frozen=True, slots=True)
class Listing:
    """The blocks of a pact by what they stand under; indexes are of blocks.

    `chosen` are the levels that a line of its own chooses of those printed: "Niveau retenu : 2". `worded` is, by
    measure and level, the first block that prints its wording, whether it is taken on or not; `last_level`, by measure,
    the last block that takes on one of its levels.
    """

    headings: dict[int, list[int]]
    levels: dict[tuple[int, int], list[int]]
    chosen: dict[int, set[int]]
    declined: dict[tuple[int, int], int]
    observations: list[int]
    worded: dict[int, dict[int, int]]
    last_level: dict[int, int]


def list_blocks(blocks: tuple[Block, ...]) -> Listing:
    """Find the headings, levels and observations of a pact."""
    headings: dict[int, list[int]] = defaultdict(list)
    levels: dict[tuple[int, int], list[int]] = defaultdict(list)
    declined: dict[tuple[int, int], int] = {}
    chosen: dict[int, set[int]] = defaultdict(set)
    worded: dict[int, dict[int, int]] = defaultdict(dict)
    observations = []
    for index, block in enumerate(blocks):
        if block.kind == "measure" and block.measure is not None:
            headings[block.measure].append(index)
            for level in block.levels:  # "Mesure 12 (N1, N2) : …"
                levels[block.measure, level].append(index)
                chosen[block.measure].add(level)
        elif block.kind == "level" and block.measure is not None:
            if _is_choice(blocks, index) or (_is_bare(blocks, index) and _are_printed(block, levels)):
                chosen[block.measure].update(block.levels)
            for level in block.levels:
                if block.body[0] < block.body[1]:
                    worded[block.measure].setdefault(level, index)
                if block.taken:
                    levels[block.measure, level].append(index)
                elif block.declined:
                    # "N2 : oui ☐ non ☑" below the wording of that level, which it then is that is declined.
                    printed = levels.pop((block.measure, level), [index])
                    declined.setdefault((block.measure, level), printed[0])
                elif (block.measure, level) in levels:
                    chosen.setdefault(block.measure, set())  # boxes, and none of them is ticked
        elif block.kind == "observation":
            observations.append(index)
    _without_choices(blocks, levels)
    last: dict[int, int] = {}
    for (measure, _), at in levels.items():
        last[measure] = max(at[-1], last.get(measure, -1))
    return Listing(dict(headings), dict(levels), dict(chosen), declined, observations, dict(worded), last)


def _is_choice(blocks: tuple[Block, ...], index: int) -> bool:
    """Whether a block chooses levels by saying so, or by printing them in the heading of the measure."""
    block = blocks[index]
    return (block.kind == "measure" or block.rule == CHOSEN) and block.taken


def _is_bare(blocks: tuple[Block, ...], index: int) -> bool:
    """Whether a level's mark has nothing on its line, nor a wording below."""
    block = blocks[index]
    if not block.taken or block.body[0] < block.body[1]:
        return False
    below = index + 1
    while below < len(blocks) and blocks[below].kind in ("blank", "furniture"):
        below += 1
    return below == len(blocks) or blocks[below].parent != index


def _are_printed(block: Block, levels: dict[tuple[int, int], list[int]]) -> bool:
    """Whether all levels of a block stand above: a bare "Niveau 2" under the wordings of all three chooses it."""
    return block.measure is not None and all((block.measure, level) in levels for level in block.levels)


def _without_choices(blocks: tuple[Block, ...], levels: dict[tuple[int, int], list[int]]) -> None:
    """Leave a choice out where the level is printed with its wording too."""
    for key, at in levels.items():
        if len(at) > 1:
            levels[key] = [i for i in at if not (_is_choice(blocks, i) or _is_bare(blocks, i))] or at[:1]


def below_level(blocks: tuple[Block, ...], index: int) -> list[Block]:
    """The items and paragraphs that go on with a level's wording."""
    following = map(blocks.__getitem__, range(index + 1, len(blocks)))
    running = takewhile(lambda block: block.kind in ("item", "text", "blank"), following)
    return [block for block in running if block.parent == index]


def outer_span(source: Source, block: Block) -> tuple[int, int]:
    """A block without the space around it."""
    text = source.text[block.start : block.end]
    return block.start + len(text) - len(text.lstrip()), block.start + len(text.rstrip())


def body_span(source: Source, block: Block) -> tuple[int, int]:
    """What a block says without its label; all of it, where it is nothing but a label."""
    start, end = block.body
    text = source.text[start:end]
    return (
        (start + len(text) - len(text.lstrip()), start + len(text.rstrip()))
        if text.strip()
        else outer_span(source, block)
    )


def body_text(source: Source, block: Block) -> str | None:
    """What a block says without its mark; None where it says nothing."""
    return source.text[slice(*block.body)].strip() or None


def level_above(blocks: tuple[Block, ...], block: Block) -> int | None:
    """The one level that a block stands under; None under several, or under none."""
    levels = levels_above(blocks, block)
    return levels[0] if len(levels) == 1 else None


def levels_above(blocks: tuple[Block, ...], block: Block) -> tuple[int, ...]:
    """The levels that a block stands under, or in whose column of a table it stands."""
    own = block.levels if block.kind == "observation" else ()
    return own or (() if block.parent is None else blocks[block.parent].levels)
