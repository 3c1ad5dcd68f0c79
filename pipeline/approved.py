"""The approved parse of a pact as a text: one fact a line, made to be read in a diff.

What a fact says stands in the first part, sorted, without offsets and rules. Where it stands and which rule found it
follow in a part of their own, for those move with every edit and mean nothing.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from pipeline.tabulate import position

ENDING = ".facts"
_HEAD = "# What `pacte accept` approved of this pact: one fact a line. Compare with `pacte check`, do not edit."
_TRACES = "# Where each fact above stands (line of the source) and the rule that found it. This part means nothing."
_MARK = "@ "
_BREAK = " ⏎ "
_MARKS = ("conditional", "excepted", "amended")
_ABOUT = (
    *("profile", "list_name", "lead_candidate", "commune", "commune_code", "signed", "signed_on", "catalogue"),
    *("level_mode", "announced_measures", "status", "coverage"),
)

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Fact:
    """What a parse says of one thing. Several facts may have one key ("observation 2"): they are told by their value.

    `line` is the line of the source, from 1, where its evidence begins.
    """

    key: str
    value: str
    line: int | None = None
    rule: str | None = None


class ApprovedError(Exception):
    """An approved parse that cannot be read; the text names file, line and remedy."""


def facts_of(tables: Mapping[str, pa.Table]) -> dict[str, tuple[Fact, ...]]:
    """The facts of each pact, sorted: of the document, then measure by measure, then of the pact as a whole."""
    found: dict[str, list[Fact]] = {}
    texts: dict[str, str] = {}
    for row in tables["documents"].to_pylist():
        texts[row["pact_id"]] = row["text"]
        found[row["pact_id"]] = [Fact(f"document {name}", _told(row[name])) for name in _ABOUT]
    clauses = {(row["pact_id"], row["clause"]): row for row in tables["clauses"].to_pylist()}
    for name, describe in _DESCRIBE.items():
        for row in tables[name].to_pylist():
            key, value = describe(row)
            # A level that a clause decides is where the clause is.
            origin = clauses.get((row["pact_id"], row["clause"]), row) if name == "levels" else row
            line, _ = position(texts[row["pact_id"]], origin["start"])
            found[row["pact_id"]].append(Fact(key, value, line, origin.get("rule")))
    return {pact_id: tuple(sorted(facts, key=_order)) for pact_id, facts in found.items()}


def _told(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, float):
        return f"{value:.4f}"
    return str(value).replace("\n", _BREAK).lower() if isinstance(value, bool) else str(value).replace("\n", _BREAK)


def _joined(*values: object) -> str:
    return " | ".join(_told(value) for value in values)


def _whose(row: Row) -> str:
    return "*" if row["measure"] is None else str(row["measure"])


def _measured(row: Row) -> str | None:
    return None if row["value"] is None else f"{row['value']:g} {row['unit'] or ''}".strip()


def _level(row: Row) -> tuple[str, str]:
    status = " ".join([row["status"], *(mark for mark in _MARKS if row[mark])])
    return f"level {row['measure']}.{row['level']}", _joined(status, row["evidence"], row["text"])


_DESCRIBE: dict[str, Callable[[Row], tuple[str, str]]] = {
    "principles": lambda row: (f"principle {row['principle']}", _joined(row["title"], row["text"])),
    "measures": lambda row: (f"measure {row['measure']}", _joined(row["status"], row["origin"], row["title"])),
    "levels": _level,
    "items": lambda row: (f"item {row['measure']}", _joined(f"N{row['level'] or '-'}", row["text"])),
    "observations": lambda row: (
        f"observation {_whose(row)}",
        _joined(f"N{row['level'] or '-'}", row["evidence"], row["text"]),
    ),
    "clauses": lambda row: (f"clause {_whose(row)}", _joined(row["stance"], row["levels"], row["text"])),
    "references": lambda row: (f"reference {_whose(row)}", _joined(row["target"], row["text"])),
    "quantities": lambda row: (
        f"quantity {_whose(row)}",
        _joined(_measured(row), row["per"], row["comparator"], row["deadline"], row["text"]),
    ),
    "organisations": lambda row: (f"organisation {_whose(row)}", _joined(row["kind"], row["name"], row["text"])),
    "diagnostics": lambda row: (f"diagnostic {_whose(row)}", _joined(row["severity"], row["code"])),
}
_KINDS = (
    *("document", "principle", "measure", "level", "item", "observation", "clause", "reference", "quantity"),
    *("organisation", "diagnostic"),
)


def _order(fact: Fact) -> tuple[object, ...]:
    """Document and principles first, then each measure with all that is under it, then what is about the pact."""
    kind, _, whose = fact.key.partition(" ")
    if kind in ("document", "principle"):
        return (0, 0, _KINDS.index(kind), "" if kind == "document" else whose)
    measure, _, level = whose.partition(".")
    at = (2, 0) if measure == "*" else (1, int(measure))
    # Facts of one kind stay in the order of the document; a level is found by its number.
    return (*at, _KINDS.index(kind), level)


def write_facts(facts: Iterable[Fact]) -> str:
    """The text of an approved parse."""
    known = list(facts)
    lines = [_HEAD, *(f"{fact.key} | {fact.value}" for fact in known), "", _TRACES]
    lines += [
        f"{_MARK}{fact.key} | {fact.line or '-'} | {fact.rule or '-'}" for fact in known if fact.line or fact.rule
    ]
    return "\n".join(lines) + "\n"


def read_facts(text: str, where: Path) -> tuple[Fact, ...]:
    """The facts of an approved parse. Raises `ApprovedError` for a line that is none."""
    told: list[tuple[str, str]] = []
    traces: dict[str, list[tuple[int | None, str | None]]] = defaultdict(list)
    for number, line in enumerate(text.split("\n"), start=1):
        if not line or line.startswith("#"):
            continue
        key, bar, value = line.removeprefix(_MARK).partition(" | ")
        if not bar or key.split(" ")[0] not in _KINDS:
            raise ApprovedError(f"{where}:{number}: is no fact: restore the file, or approve anew with pacte accept")
        if line.startswith(_MARK):
            at, _, rule = value.partition(" | ")
            traces[key].append((int(at) if at.isdecimal() else None, None if rule == "-" else rule))
        else:
            told.append((key, value))
    facts = []
    for key, value in told:
        trace = traces[key].pop(0) if traces[key] else (None, None)
        facts.append(Fact(key, value, *trace))
    return tuple(facts)


def read_approved(folder: Path) -> dict[str, tuple[Fact, ...]]:
    """All approved parses of a folder, by pact id."""
    return {
        path.relative_to(folder).as_posix().removesuffix(ENDING): read_facts(path.read_text("utf-8"), path)
        for path in sorted(folder.rglob(f"*{ENDING}"))
    }


def write_approved(folder: Path, pact_id: str, facts: tuple[Fact, ...] | None) -> None:
    """Approve a parse; None where there is no such pact any more."""
    path = folder / f"{pact_id}{ENDING}"
    if facts is None:
        path.unlink(missing_ok=True)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(write_facts(facts), encoding="utf-8", newline="\n")
