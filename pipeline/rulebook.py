"""The rules as a reader sees them: where each stands, what it is for, its examples, how often it fired."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from pipeline.rules import RULES, Rules

_ID_RE = re.compile(r"""^id\s*=\s*["'](?P<id>[^"']+)["']""", re.MULTILINE)
_FILES = ("structure.toml", "facts.toml", "references.toml", "clauses.toml", "mentions.toml", "organisations.toml")
_TITLES = {
    "structure.toml": "What a line is",
    "facts.toml": "What the document says of itself",
    "references.toml": "How levels are named",
    "clauses.toml": "What an observation says",
    "mentions.toml": "Measures referred to, and quantities",
    "organisations.toml": "Bodies that are named",
}
_HEAD = """# The rules

Made by `make docs` from the files in `rules/`; CI fails when it is stale. Of the rules for lines the first that fits
takes the line.
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """A rule and its place: the file, relative to the folder of rules, and the line of its id, from 1."""

    id: str
    file: str
    line: int
    why: str
    match: tuple[str, ...]
    no_match: tuple[str, ...]


def entries(rules: Rules, folder: Path = RULES) -> list[Entry]:
    """All rules of one kind, in the order in which they are tried."""
    places = _places(folder, rules.name)
    every = (*rules.lines, *rules.facts, *rules.references, *rules.clauses, *rules.mentions, *rules.organisations)
    return [Entry(rule.id, *places[rule.id], rule.why, rule.match, rule.no_match) for rule in every]


def _places(folder: Path, kind: str) -> dict[str, tuple[str, int]]:
    found: dict[str, tuple[str, int]] = {}
    for part in (kind, "common"):
        for name in _FILES:
            path = folder / part / name
            if not path.is_file():
                continue
            text = path.read_text("utf-8")
            for match in _ID_RE.finditer(text):
                found.setdefault(match["id"], (f"{part}/{name}", text.count("\n", 0, match.start()) + 1))
    return found


def counts(tables: Mapping[str, pa.Table]) -> Counter[str]:
    """How many rows each rule found."""
    fired: Counter[str] = Counter()
    for name in ("blocks", "clauses", "references", "quantities", "organisations"):
        fired.update(rule for rule in tables[name]["rule"].to_pylist() if rule is not None)
    return fired


def list_lines(known: Sequence[Entry], fired: Mapping[str, int] | None) -> Iterator[str]:
    """Each rule with why and examples; `fired` are its rows, of a folder that was parsed."""
    for entry in known:
        rows = "" if fired is None else f"  {fired.get(entry.id, 0)} rows"
        yield f"{entry.id}  ({entry.file}:{entry.line}){rows}"
        yield f"  {entry.why}"
        yield from (f"  + {example}" for example in entry.match)
        yield from (f"  - {example}" for example in entry.no_match)


def as_markdown(kinds: Iterable[Rules], folder: Path = RULES) -> str:
    """The page docs/rules.md: the rules that all kinds share, then those of each."""
    parts = [_HEAD]
    every = list(kinds)
    shared = [entry for entry in entries(every[0], folder) if entry.file.startswith("common/")]
    parts += _section("common", shared)
    for rules in every:
        own = [entry for entry in entries(rules, folder) if not entry.file.startswith("common/")]
        known = sum(1 for measure in rules.catalogue.values() if not measure.short)
        parts.append(f"## {rules.name}\n\n{rules.title}: {len(rules.catalogue)} measures, {known} with their title.\n")
        parts += _section(rules.name, own)
    return "\n".join(parts)


def _section(part: str, known: Sequence[Entry]) -> Iterator[str]:
    for name, title in _TITLES.items():
        rows = [entry for entry in known if entry.file == f"{part}/{name}"]
        if rows:
            yield f"## {title}\n\n`rules/{part}/{name}`, {len(rows)} rules\n"
            yield "| rule | why | takes | leaves |\n|---|---|---|---|"
            yield "\n".join(
                f"| `{row.id}` | {_cell(row.why)} | {_cells(row.match)} | {_cells(row.no_match)} |" for row in rows
            )
            yield ""


def _cells(examples: Iterable[str]) -> str:
    return "<br>".join(_cell(example) for example in examples)


def _cell(text: str) -> str:
    return re.sub(r"([|\\`*_<>])", r"\\\1", text)
