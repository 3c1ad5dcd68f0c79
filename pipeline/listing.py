"""The blocks of a pact by what they stand under."""

from collections import defaultdict
from dataclasses import dataclass

from pipeline.model import Block, Source


@dataclass(frozen=True, slots=True)
class Listing:
    """The blocks of a pact by what they stand under; indexes are of blocks."""

    headings: dict[int, list[int]]
    levels: dict[tuple[int, int], list[int]]
    declined: dict[tuple[int, int], int]
    observations: list[int]


def list_blocks(blocks: tuple[Block, ...]) -> Listing:
    """Find the headings, levels and observations of a pact."""
    headings: dict[int, list[int]] = defaultdict(list)
    levels: dict[tuple[int, int], list[int]] = defaultdict(list)
    declined: dict[tuple[int, int], int] = {}
    observations = []
    for index, block in enumerate(blocks):
        if block.kind == "measure" and block.measure is not None:
            headings[block.measure].append(index)
            for level in block.levels:  # "Mesure 12 (N1, N2) : …"
                levels[block.measure, level].append(index)
        elif block.kind == "level" and block.measure is not None:
            for level in block.levels:
                if block.taken:
                    levels[block.measure, level].append(index)
                elif block.declined:
                    declined.setdefault((block.measure, level), index)
        elif block.kind == "observation":
            observations.append(index)
    return Listing(dict(headings), dict(levels), declined, observations)


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
