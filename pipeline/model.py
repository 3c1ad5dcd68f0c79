"""The values that stages hand on. Offsets are code points into `Source.text`, half open."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any, Literal, NamedTuple, TypeVar

Severity = Literal["info", "warning", "error"]
Status = Literal["agreed", "refused", "not_competent", "done", "undecided", "unstated"]
Stance = Literal["agree", "refuse", "not_competent", "done", "undecided", "condition", "except", "amend"]
Reach = Literal["named", "only", "at_most", "all", "this", "others", "beyond", "some", "listed", "inherited"]
AsideKind = Literal["furniture", "note"]
PlaceKind = Literal["page", "paragraph"]
LevelMode = Literal["set", "single", "none"]
BlockKind = Literal[
    "header",
    "introduction",
    "principle",
    "measure",
    "level",
    "item",
    "text",
    "observation",
    "theme",
    "contents",
    "closing",
    "note",
    "furniture",
    "blank",
    "unknown",
]
OrganisationKind = Literal[
    "commune", "intercommunality", "department", "region", "state", "europe", "association", "company", "other"
]
WordingKind = Literal["verbatim", "reworded", "local", "unknown"]
Comparator = Literal["exactly", "at_least", "at_most", "more_than", "less_than", "about"]
DocumentStatus = Literal["complete", "partial", "failed"]


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """A doubt, with where it stands; `code` is stable, `message` says what to do about it."""

    severity: Severity
    code: str
    message: str
    start: int | None = None
    end: int | None = None
    measure: int | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """What a reader gave: NFC text with `\\n` line ends, and what the eye sees of it, as ranges over it.

    `asides` are the stretches, whole lines each, that are not running text. `places` are the offsets from which on a
    page or paragraph (`place_kind`) counts, with its number; plain text has none, its lines count.
    """

    pact_id: str
    sha256: str
    n_bytes: int
    media_type: str
    encoding: str | None
    text: str
    bold: tuple[tuple[int, int], ...] = ()
    italic: tuple[tuple[int, int], ...] = ()
    asides: tuple[tuple[int, int, AsideKind], ...] = ()
    place_kind: PlaceKind = "paragraph"
    places: tuple[tuple[int, int], ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()


class Block(NamedTuple):
    """A stretch of whole lines. `parent` is the index of the block it stands under.

    `body` is the span of what the block says without its mark ("N2 • ", "– "); `levels` are the levels that a level
    block or a heading prints, or in whose column of a table an observation stands; `taken` is false where a box beside
    them is not ticked, and for a measure whose levels are columns beside it; `declined` is true where a box says no.
    """

    kind: str
    rule: str | None
    start: int
    end: int
    body: tuple[int, int]
    parent: int | None = None
    measure: int | None = None
    levels: tuple[int, ...] = ()
    evidence: str | None = None
    label: str | None = None
    taken: bool = True
    declined: bool = False

    def up_to(self, end: int, body: tuple[int, int]) -> "Block":
        """The same block with further lines."""
        return Block(
            *(self.kind, self.rule, self.start, end, body, self.parent, self.measure),
            *(self.levels, self.evidence, self.label, self.taken, self.declined),
        )


@dataclass(frozen=True, slots=True)
class Clause:
    """One assertion of an observation. `reach` says how its levels were named.

    `levels` is None where the wording names none: whoever knows what is listed must fill it in. `topic` are the words
    that it is said of ("Charte : oui"), which may name a level by what it says; `spare`: it says something only if
    they do.
    """

    block: int
    stance: Stance
    reach: Reach
    levels: tuple[int, ...] | None
    text: tuple[int, int] | None
    rule: str
    start: int
    end: int
    topic: tuple[int, int] | None = None
    spare: bool = False


@dataclass(frozen=True, slots=True)
class Principle:
    principle: str
    title: str
    text: str | None
    rule: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Measure:
    measure: int
    title: str | None
    status: Status
    origin: Literal["catalogue", "local"]
    wording: WordingKind
    similarity: float | None
    added: tuple[str, ...] | None
    removed: tuple[str, ...] | None
    rule: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Level:
    measure: int
    level: int
    status: Status
    conditional: bool
    excepted: bool
    amended: bool
    listed: bool
    evidence: Literal["listing", "clause", "both", "none"]
    clause: int | None
    text: str | None
    wording: WordingKind
    similarity: float | None
    added: tuple[str, ...] | None
    removed: tuple[str, ...] | None
    rule: str | None
    start: int | None
    end: int | None


@dataclass(frozen=True, slots=True)
class Item:
    measure: int
    item: int
    level: int | None
    text: str
    rule: str
    start: int
    end: int


R = TypeVar("R", Principle, Measure, Item)


@dataclass(frozen=True, slots=True)
class Observation:
    """`about` are the levels above it that it is about; none where it is about the whole measure."""

    observation: int
    block: int
    measure: int | None
    level: int | None
    evidence: str
    bold: bool
    italic: bool
    text: str
    rule: str
    start: int
    end: int
    about: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class ResolvedClause:
    clause: int
    observation: int
    measure: int | None
    stance: Stance
    levels: tuple[int, ...]
    text: str | None
    rule: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Reference:
    """A measure that another one, or an observation, refers to."""

    reference: int
    measure: int | None
    level: int | None
    observation: int | None
    target: int
    text: str
    rule: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Quantity:
    quantity: int
    measure: int | None
    level: int | None
    observation: int | None
    value: float | None
    unit: str | None
    per: str | None
    comparator: Comparator | None
    deadline: int | None
    text: str
    rule: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Organisation:
    organisation: int
    measure: int | None
    level: int | None
    observation: int
    name: str
    kind: str
    text: str
    rule: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a document from outside, by raw/manifest.csv."""

    list_name: str | None = None
    lead_candidate: str | None = None
    commune: str | None = None
    commune_code: str | None = None
    signed: bool | None = None
    signed_on: date | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """What the document says of itself, before and after its measures."""

    list_name: str | None = None
    lead_candidate: str | None = None
    commune: str | None = None
    commune_code: str | None = None
    signed: bool | None = None
    signed_on: date | None = None
    announced_measures: int | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """A section understood. Offsets count from its start, and so do numbers of blocks, observations and clauses.

    `lines` are the lines, from 0, on which its blocks begin. `opening` are the blocks before its first measure or
    principle and `closing` those of kind closing, as kind and body: where the document tells of itself.
    `n_dark` and `n_unknown` count the characters, white space apart, in all and in blocks of kind unknown. `listed` and
    `spoken` are the levels, each with its measure, that are printed, and that clauses are about.
    """

    blocks: tuple[Block, ...]
    lines: tuple[int, ...]
    principles: tuple[Principle, ...]
    measures: tuple[Measure, ...]
    levels: tuple[Level, ...]
    items: tuple[Item, ...]
    observations: tuple[Observation, ...]
    clauses: tuple[ResolvedClause, ...]
    references: tuple[Reference, ...]
    quantities: tuple[Quantity, ...]
    organisations: tuple[Organisation, ...]
    diagnostics: tuple[Diagnostic, ...]
    opening: tuple[tuple[str, tuple[int, int]], ...]
    closing: tuple[tuple[str, tuple[int, int]], ...]
    n_dark: int
    n_unknown: int
    listed: frozenset[tuple[int | None, int]]
    spoken: frozenset[tuple[int | None, int]]


class Placed(NamedTuple):
    """A part in its document: the offset and the line (from 0) at which it begins, and how many come before it."""

    part: Part
    at: int
    line: int
    blocks: int
    observations: int
    clauses: int
    references: int
    quantities: int
    organisations: int


def moved(span: tuple[int, int], by: int) -> tuple[int, int]:
    """A span in a text that begins so many code points earlier."""
    return span[0] + by, span[1] + by


def _sum(number: int | None, by: int) -> int | None:
    return None if number is None else number + by


def _moved(row: Reference | Quantity | Organisation, placed: Placed) -> dict[str, Any]:
    """Where a mention stands in the document, and in which observation of it."""
    return {
        "observation": _sum(row.observation, placed.observations),
        "start": row.start + placed.at,
        "end": row.end + placed.at,
    }


@dataclass(frozen=True)
class Pact:
    """A document understood: everything that the tables hold, and nothing of how they are written.

    Its parts are what was understood, section by section; the other attributes give the same over the whole document.
    """

    source: Source
    profile: str
    catalogue: str
    rules_fingerprint: str
    facts: Facts
    status: DocumentStatus
    coverage: float
    level_mode: LevelMode
    parts: tuple[Placed, ...]
    diagnostics: tuple[Diagnostic, ...]

    def _rows(self, rows: Callable[[Part], tuple[R, ...]]) -> tuple[R, ...]:
        """The rows of all parts, where nothing but their spans counts from the start of a part."""
        return tuple(
            replace(row, start=row.start + placed.at, end=row.end + placed.at)
            for placed in self.parts
            for row in rows(placed.part)
        )

    @cached_property
    def blocks(self) -> tuple[Block, ...]:
        return tuple(
            block._replace(
                start=block.start + placed.at,
                end=block.end + placed.at,
                body=moved(block.body, placed.at),
                parent=_sum(block.parent, placed.blocks),
            )
            for placed in self.parts
            for block in placed.part.blocks
        )

    @cached_property
    def principles(self) -> tuple[Principle, ...]:
        return self._rows(lambda part: part.principles)

    @cached_property
    def measures(self) -> tuple[Measure, ...]:
        return self._rows(lambda part: part.measures)

    @cached_property
    def levels(self) -> tuple[Level, ...]:
        return tuple(
            replace(
                row,
                clause=_sum(row.clause, placed.clauses),
                start=_sum(row.start, placed.at),
                end=_sum(row.end, placed.at),
            )
            for placed in self.parts
            for row in placed.part.levels
        )

    @cached_property
    def items(self) -> tuple[Item, ...]:
        return self._rows(lambda part: part.items)

    @cached_property
    def observations(self) -> tuple[Observation, ...]:
        return tuple(
            replace(
                row,
                observation=row.observation + placed.observations,
                block=row.block + placed.blocks,
                start=row.start + placed.at,
                end=row.end + placed.at,
            )
            for placed in self.parts
            for row in placed.part.observations
        )

    @cached_property
    def references(self) -> tuple[Reference, ...]:
        return tuple(
            replace(row, reference=row.reference + placed.references, **_moved(row, placed))
            for placed in self.parts
            for row in placed.part.references
        )

    @cached_property
    def quantities(self) -> tuple[Quantity, ...]:
        return tuple(
            replace(row, quantity=row.quantity + placed.quantities, **_moved(row, placed))
            for placed in self.parts
            for row in placed.part.quantities
        )

    @cached_property
    def organisations(self) -> tuple[Organisation, ...]:
        return tuple(
            replace(row, organisation=row.organisation + placed.organisations, **_moved(row, placed))
            for placed in self.parts
            for row in placed.part.organisations
        )

    @cached_property
    def clauses(self) -> tuple[ResolvedClause, ...]:
        return tuple(
            replace(
                row,
                clause=row.clause + placed.clauses,
                observation=row.observation + placed.observations,
                start=row.start + placed.at,
                end=row.end + placed.at,
            )
            for placed in self.parts
            for row in placed.part.clauses
        )
