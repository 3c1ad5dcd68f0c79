"""What came out differently between two parses: facts gained, lost and changed, by key and never by position."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from rapidfuzz import fuzz

from pipeline.approved import Fact

ChangeKind = Literal["gained", "lost", "changed"]


@dataclass(frozen=True, slots=True)
class Change:
    """One difference in one pact. `line` is that of the source as it is today, where today's parse has the fact."""

    pact_id: str
    kind: ChangeKind
    key: str
    old: str | None
    new: str | None
    line: int | None
    old_rule: str | None
    new_rule: str | None


Facts = Mapping[str, Sequence[Fact]]


def compare(old: Facts, new: Facts) -> list[Change]:
    """All differences, pact by pact, in the order of their facts."""
    changes: list[Change] = []
    for pact_id in sorted(old.keys() | new.keys()):
        changes += _compare_pact(pact_id, old.get(pact_id, ()), new.get(pact_id, ()))
    return changes


def _compare_pact(pact_id: str, old: Sequence[Fact], new: Sequence[Fact]) -> Iterator[Change]:
    before, after = _by_key(old), _by_key(new)
    for key in dict.fromkeys([*before, *after]):
        lost, gained = _unequal(before.get(key, []), after.get(key, []))
        for first, second in _paired(lost, gained):
            if first is not None and second is not None:
                kind: ChangeKind = "changed"
            else:
                kind = "lost" if second is None else "gained"
            shown = second or first
            assert shown is not None, "a pair has one side at least"
            yield Change(
                pact_id,
                kind,
                key,
                first.value if first else None,
                second.value if second else None,
                shown.line,
                first.rule if first else None,
                second.rule if second else None,
            )


def _by_key(facts: Sequence[Fact]) -> dict[str, list[Fact]]:
    found: dict[str, list[Fact]] = defaultdict(list)
    for fact in facts:
        found[fact.key].append(fact)
    return found


def _unequal(old: list[Fact], new: list[Fact]) -> tuple[list[Fact], list[Fact]]:
    """The facts of one key that only one side has, whatever their order."""
    rest = list(new)
    lost = []
    for fact in old:
        same = next((other for other in rest if other.value == fact.value), None)
        if same is None:
            lost.append(fact)
        else:
            rest.remove(same)
    return lost, rest


def _paired(lost: list[Fact], gained: list[Fact]) -> Iterator[tuple[Fact | None, Fact | None]]:
    """Each lost fact with the gained one that is most like it: it changed. The rest stand alone."""
    rest = list(gained)
    for fact in lost:
        best = max(rest, key=lambda other: fuzz.ratio(fact.value, other.value), default=None)
        if best is not None:
            rest.remove(best)
        yield fact, best
    for fact in rest:
        yield None, fact
