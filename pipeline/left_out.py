"""Exceptions that name what one level says: "sauf la gratuité des transports" leaves out the level so worded."""

import re
from collections.abc import Sequence
from dataclasses import replace

from pipeline.fold import plain
from pipeline.listing import Listing, below_level
from pipeline.model import Block, Clause, Source

_WORD_RE = re.compile(r"[^\W\d_]{4,}|\d+")
_REASON_RE = re.compile(r",|;|\(|\b(?:qui|que|car|faute|parce|pour)\b")
"""Where what is left out ends, and the list goes on to say why."""
_STEM = 5
"""Letters of a word that tell it from others, whatever its ending."""
_MOST = 0.6
"""The fraction of a wording's words (0-1) with which an exception names all of it, and not a part."""


def place_exceptions(
    source: Source, blocks: tuple[Block, ...], clauses: Sequence[Clause], listing: Listing, levels: Sequence[int]
) -> list[Clause]:
    """The clauses; an exception that names what one printed level says, and no other does, refuses that level.

    One that names only a part of it stays an exception, of all the levels that it qualifies. `levels` are those of
    the kind of pact.
    """
    return [
        _placed(source, blocks, clause, listing, clause.levels or levels) if clause.stance == "except" else clause
        for clause in clauses
    ]


def _placed(
    source: Source, blocks: tuple[Block, ...], clause: Clause, listing: Listing, levels: Sequence[int]
) -> Clause:
    measure = blocks[clause.block].measure
    if clause.text is None or measure is None or len(levels) < 2:
        return clause
    said = plain(source.text[slice(*clause.text)])
    reason = _REASON_RE.search(said)
    named = _stems(said[: reason.start()] if reason else said)
    wordings = {
        level: _stems(plain(_printed(source, blocks, listing.levels[measure, level][0])))
        for level in levels
        if (measure, level) in listing.levels
    }
    like = [level for level, stems in wordings.items() if named and named <= stems]
    if len(wordings) < 2 or len(like) != 1 or len(named) < _MOST * len(wordings[like[0]]):
        return clause
    return replace(clause, levels=(like[0],), reach="named", stance="refuse")


def _printed(source: Source, blocks: tuple[Block, ...], index: int) -> str:
    """A level's wording and the items below it."""
    bodies = [block.body for block in below_level(blocks, index)]
    return " ".join(source.text[slice(*body)] for body in [blocks[index].body, *bodies])


def _stems(text: str) -> set[str]:
    return {word[:_STEM] for word in _WORD_RE.findall(text)}
