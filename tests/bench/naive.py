"""The script that someone would write instead: one layout understood, no offsets, no diagnostics.

    python -m tests.bench.naive FOLDER OUTPUT

It is the bar that `pacte` is measured against, so it is written straightforwardly and not slowed down.
"""

import hashlib
import re
import sys
from pathlib import Path
from typing import Any

import pandas as pd

TITLE = re.compile(r"(.+?)\s*[-–]\s+(.+)")
MEASURE = re.compile(r"(\d+) ?[–-] (.+)")
LEVEL = re.compile(r"N(\d(?:-\d)*)\s*(?:•\s*(.*))?$")
ITEM = re.compile(r"[–-]\s*(.+)")
OBSERVATION = re.compile(r"(?:Un accord|Accord|ni sur|Le niveau|La liste|Nous|Oui pour)\b")
LEVELS = r"((?:les 3 niveaux|(?:les? )?niveaux? \d|N\d|\d)(?:(?:, ?| et )(?:N?\d))*)"
AGREE = re.compile(rf"(?:ccord.*? sur|s’engage sur|d’accord avec|Oui pour) {LEVELS}")
REFUSE = re.compile(rf"(?:pas sur|ni sur|pas avec|non pour) {LEVELS}")
NUMBER = re.compile(r"\d")

Row = dict[str, Any]
TABLES = ("documents", "measures", "levels", "items", "observations", "clauses")


def levels_in(reference: str) -> list[int]:
    if reference == "les 3 niveaux":
        return [1, 2, 3]
    return [int(number) for number in NUMBER.findall(reference)]


def parse(pact_id: str, data: bytes, tables: dict[str, list[Row]]) -> None:
    text = data.decode("utf-8")
    lines = text.splitlines()
    title = TITLE.match(lines[0])
    tables["documents"].append(
        {
            "pact_id": pact_id,
            "sha256": hashlib.sha256(data).hexdigest(),
            "list_name": title[1] if title else None,
            "lead_candidate": title[2] if title else None,
            "text": text,
        }
    )
    measure, level = None, None
    n_items = n_observations = n_clauses = 0
    statuses: dict[tuple[int, int], list[Any]] = {}
    for line in lines:
        if not line:
            continue
        if found := MEASURE.match(line):
            measure, level = int(found[1]), None
            tables["measures"].append({"pact_id": pact_id, "measure": measure, "title": found[2]})
        elif measure is None:
            continue
        elif found := LEVEL.match(line):
            for level in levels_in(found[1]):
                statuses[measure, level] = ["agreed", found[2]]
        elif line.startswith("•"):
            if level and not statuses[measure, level][1]:
                statuses[measure, level][1] = line[1:].strip()
        elif found := ITEM.match(line):
            n_items += 1
            tables["items"].append(
                {"pact_id": pact_id, "item": n_items, "measure": measure, "level": level, "text": found[1]}
            )
        elif OBSERVATION.match(line):
            n_observations += 1
            tables["observations"].append(
                {"pact_id": pact_id, "observation": n_observations, "measure": measure, "text": line}
            )
            for stance, status, pattern in (("agree", "agreed", AGREE), ("refuse", "refused", REFUSE)):
                for clause in pattern.finditer(line):
                    n_clauses += 1
                    named = levels_in(clause[1])
                    tables["clauses"].append(
                        {
                            "pact_id": pact_id,
                            "clause": n_clauses,
                            "observation": n_observations,
                            "measure": measure,
                            "stance": stance,
                            "levels": named,
                        }
                    )
                    for each in named:
                        statuses.setdefault((measure, each), [status, None])[0] = status
    for (number, each), (status, wording) in statuses.items():
        tables["levels"].append(
            {"pact_id": pact_id, "measure": number, "level": each, "status": status, "text": wording}
        )


def run(folder: Path, output: Path) -> None:
    """Every .txt under `folder` to `output/<table>.parquet`."""
    tables: dict[str, list[Row]] = {name: [] for name in TABLES}
    for path in sorted(folder.rglob("*.txt")):
        parse(path.relative_to(folder).as_posix(), path.read_bytes(), tables)
    output.mkdir(parents=True, exist_ok=True)
    for name, rows in tables.items():
        pd.DataFrame(rows).to_parquet(output / f"{name}.parquet")


if __name__ == "__main__":
    run(Path(sys.argv[1]), Path(sys.argv[2]))
