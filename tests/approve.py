"""The approved parse as text, one fact a line: `approve.py check|accept RAW GOLDEN`."""

import difflib
import sys
from pathlib import Path

from pipeline.batch import find_inputs, parse_files
from pipeline.model import Pact
from pipeline.rules import load


def facts_of(pact: Pact) -> str:
    """Every fact of a pact, without offsets and rules, which move with every edit."""
    lines = [
        f"document | {pact.status} | {pact.level_mode} | {pact.coverage:.4f} | signed {pact.facts.signed} "
        f"{pact.facts.signed_on} | {pact.facts.list_name} | {pact.facts.lead_candidate} | {pact.facts.commune}"
    ]
    lines += [f"principle {p.principle} | {p.title} | {_line(p.text)}" for p in pact.principles]
    for measure in pact.measures:
        number = measure.measure
        lines.append(f"measure {number} | {measure.status} | {measure.origin} | {_line(measure.title)}")
        for row in pact.levels:
            if row.measure == number:
                marks = [name for name in ("conditional", "excepted", "amended") if getattr(row, name)]
                lines.append(
                    f"level {number}.{row.level} | {' '.join([row.status, *marks])} | {row.evidence} | {_line(row.text)}"
                )
        lines += [f"item {number}.{i.item} | N{i.level} | {_line(i.text)}" for i in pact.items if i.measure == number]
    lines += [f"observation {o.measure}.{o.level} | {o.evidence} | {_line(o.text)}" for o in pact.observations]
    lines += [f"clause {c.measure} | {c.stance} | {list(c.levels)} | {_line(c.text)}" for c in pact.clauses]
    lines += [f"diagnostic {d.measure} | {d.severity} | {d.code}" for d in pact.diagnostics]
    return "\n".join(lines) + "\n"


def _line(text: str | None) -> str:
    return "-" if text is None else text.replace("\n", " ⏎ ")


def main(action: str, raw: Path, golden: Path) -> int:
    """Print every difference from the approved parse; 1 if there is one. `accept` then approves today's."""
    today = {pact.source.pact_id: facts_of(pact) for pact in parse_files(find_inputs([raw]), load())}
    approved = {p.relative_to(golden).as_posix().removesuffix(".facts"): p for p in golden.rglob("*.facts")}
    differences = 0
    for pact_id in sorted(today.keys() | approved.keys()):
        old = approved[pact_id].read_text("utf-8") if pact_id in approved else ""
        new = today.get(pact_id, "")
        diff = list(
            difflib.unified_diff(
                old.split("\n"), new.split("\n"), "approved", "today", pact_id, pact_id, n=0, lineterm=""
            )
        )
        print("\n".join(diff), end="\n" if diff else "")
        differences += sum(1 for line in diff if line[0] in "+-" and line[:3] not in ("+++", "---"))
        if action == "accept":
            target = golden / f"{pact_id}.facts"
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(new, encoding="utf-8") if new else target.unlink()
    done = "approved" if action == "accept" else "changed: approve them with make accept" if differences else "changed"
    print(f"{len(today)} pacts, {differences} facts {done}")
    return 1 if differences and action == "check" else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])))
