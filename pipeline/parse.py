"""The way through: bytes of one document to its pact."""

from collections.abc import Hashable, Sequence

from pipeline.assemble import assemble
from pipeline.interpret import interpret
from pipeline.kinds import recognise
from pipeline.limits import LIMITS, Limits
from pipeline.lines import Page
from pipeline.model import Known, Pact, Part, Source
from pipeline.outline import outline
from pipeline.read import read
from pipeline.resolve import resolve
from pipeline.rules import Rules
from pipeline.sections import Section, cut_sections, key_of, page_of, whole
from pipeline.segment import segment

_REMEMBERED = 1_000
_LONGEST = 20_000
"""No longer section, in characters, is remembered."""
_PARTS: dict[Hashable, Part] = {}
"""The sections that were read, the last used last: most recur from pact to pact."""


def parse_bytes(
    data: bytes, pact_id: str, rules: Rules | Sequence[Rules], known: Known | None = None, limits: Limits = LIMITS
) -> Pact:
    """Parse one document. Never raises for what the bytes are: see `Pact.status` and `Pact.diagnostics`.

    Of several `rules` those of the document's kind are taken. `known` is what else is known of it.
    """
    return parse_source(read(data, pact_id, limits), rules, known)


def parse_source(source: Source, rules: Rules | Sequence[Rules], known: Known | None = None) -> Pact:
    """Parse what a reader gave."""
    own, assumed = recognise(source, [rules] if isinstance(rules, Rules) else rules)
    page = outline(source, own)
    sections = cut_sections(page)
    if len(sections) == 1:
        parts = [(0, understand(page, sections[0]))]
    else:
        parts = [(section.start, _remembered(page, section)) for section in sections]
        if _clash([part for _, part in parts]):
            parts = [(0, understand(page, whole(page)))]
    return assemble(page, parts, assumed, known or Known())


def understand(page: Page, section: Section) -> Part:
    """Read one section."""
    own = page_of(page, section)
    blocks, unclear = segment(own)
    clauses, doubts = interpret(own, blocks)
    return resolve(own, blocks, clauses, [*unclear, *doubts])


def _remembered(page: Page, section: Section) -> Part:
    if section.end - section.start > _LONGEST:
        return understand(page, section)
    key = key_of(page, section)
    part: Part | None = _PARTS.pop(key, None)
    if part is None:
        part = understand(page, section)
        if len(_PARTS) >= _REMEMBERED:
            del _PARTS[next(iter(_PARTS))]
    _PARTS[key] = part
    return part


def _clash(parts: Sequence[Part]) -> bool:
    """Whether sections speak of each other's principles, so that they must be read together."""
    principles = [row.principle for part in parts for row in part.principles]
    return len(set(principles)) < len(principles)
