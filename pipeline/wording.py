"""What a pact prints beside what the catalogue says: which words were added, which removed."""

import re
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import Indel

from pipeline.fold import plain
from pipeline.model import WordingKind

_WORD_RE = re.compile(r"\w+|[%€+]")
_REMEMBERED = 2_000
_LONGEST = 4_000
"""So many characters of a wording are compared, and no more: the time grows with their square."""


@dataclass(frozen=True, slots=True)
class Wording:
    """`similarity` is the share of the words of both that are the same and in the same order (0-1).

    `added` are stretches of what is printed, `removed` stretches of the catalogue; all None where nothing is compared.
    """

    wording: WordingKind
    similarity: float | None = None
    added: tuple[str, ...] | None = None
    removed: tuple[str, ...] | None = None


LOCAL, UNKNOWN = Wording("local"), Wording("unknown")


def wording_of(printed: str | None, known: str | None) -> Wording:
    """Compare word for word; case, accents and punctuation make no difference, nor does a word cut at a hyphen."""
    if printed is None or known is None:
        return UNKNOWN
    if printed == known:
        return Wording("verbatim", 1.0, (), ())
    return _compare(printed[:_LONGEST], known)


@lru_cache(_REMEMBERED)
def _compare(printed: str, known: str) -> Wording:
    ours, theirs = list(_WORD_RE.finditer(plain(printed))), list(_WORD_RE.finditer(plain(known)))
    words, before = [match.group() for match in ours], [match.group() for match in theirs]
    if not words or not before:
        return UNKNOWN
    if words == before:
        return Wording("verbatim", 1.0, (), ())
    added, removed = [], []
    for step in Indel.opcodes(before, words):
        if step.tag == "insert":
            added.append(printed[ours[step.dest_start].start() : ours[step.dest_end - 1].end()])
        elif step.tag == "delete":
            removed.append(known[theirs[step.src_start].start() : theirs[step.src_end - 1].end()])
    return Wording("reworded", Indel.normalized_similarity(before, words), tuple(added), tuple(removed))
