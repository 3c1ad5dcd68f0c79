"""The same pact gives the same answers whatever its format; hard layouts give what a reader of the page sees.

tests/data/README.md tells how the documents were made. The expected answers of the hard layouts were written by hand.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from pipeline.model import Pact
from pipeline.parse import parse_bytes
from pipeline.rules import Rules
from pipeline.tabulate import tabulate
from tests.contract import check_contract
from tests.test_1_read import DATA

SAME: tuple[str, ...] = ("champigny.md", "champigny.html", "champigny-lo.html", "champigny.docx", "champigny-lo.docx")
SAME += ("champigny.odt", "champigny.pdf")
HARD = ("themes.docx", "grid.docx", "grid.odt", "grid.html", "grid.pdf", "wordpress.html", "columns.pdf")


def folded(text: str | None) -> str | None:
    """White space folded: lines and pages break where the format will."""
    return None if text is None else " ".join(text.split())


def facts_of(pact: Pact) -> dict[str, list[tuple[Any, ...]]]:
    """Everything that must not depend on the format: all but offsets, rules, and how an observation was known."""
    return {
        "facts": [(pact.facts.list_name, pact.facts.lead_candidate, pact.level_mode)],
        "principles": [(p.principle, folded(p.title), folded(p.text)) for p in pact.principles],
        "measures": [(m.measure, m.status, m.origin, folded(m.title)) for m in pact.measures],
        "levels": [
            (w.measure, w.level, w.status, w.conditional, w.excepted, w.amended, w.listed, w.evidence, folded(w.text))
            for w in pact.levels
        ],
        "items": [(i.measure, i.item, i.level, folded(i.text)) for i in pact.items],
        "observations": [(o.measure, o.level, folded(o.text)) for o in pact.observations],
        "clauses": [(c.measure, c.stance, c.levels, folded(c.text)) for c in pact.clauses],
        "diagnostics": [(d.measure, d.severity, d.code) for d in pact.diagnostics],
    }


def parsed(name: str, rules: Rules) -> Pact:
    pact = parse_bytes((DATA / name).read_bytes(), name, rules)
    check_contract(tabulate([pact]))
    assert "".join(pact.source.text[b.start : b.end] for b in pact.blocks) == pact.source.text
    return pact


@pytest.mark.parametrize("name", SAME)
def test_the_pact_of_raw_gives_the_same_rows_in_every_format(name: str, rules: Rules, seed: Pact) -> None:
    pact = parsed(name, rules)
    assert facts_of(pact) == facts_of(seed)
    assert len(pact.observations) == 13
    assert all(o.bold and o.italic and o.evidence == "style" for o in pact.observations)


@pytest.mark.parametrize("name", HARD)
def test_hard_layouts_give_what_the_eye_sees(name: str, rules: Rules) -> None:
    expected = json.loads((DATA / f"{Path(name).stem}.expected.json").read_text("utf-8"))
    pact = parsed(name, rules)
    levels = {
        m: {str(row.level): row.status for row in pact.levels if row.measure == int(m)} for m in expected["measures"]
    }
    measures = {str(m.measure): {"status": m.status, "levels": levels.get(str(m.measure))} for m in pact.measures}
    assert measures == expected["measures"]
    assert [[str(o.measure), folded(o.text)] for o in pact.observations] == [
        [measure, folded(text)] for measure, text in expected["observations"]
    ]
    assert [[str(c.measure), c.stance, list(c.levels)] for c in pact.clauses] == expected["clauses"]
    assert [d for d in pact.diagnostics if d.severity != "info"] == []


def test_blocks_know_their_page_or_paragraph(rules: Rules) -> None:
    pages = tabulate([parsed("champigny.pdf", rules)])["blocks"].to_pylist()
    assert {row["page"] for row in pages} == set(range(1, 14))
    assert all(row["paragraph"] is None for row in pages)
    paragraphs = tabulate([parsed("champigny.docx", rules)])["blocks"].to_pylist()
    assert all(row["page"] is None and row["paragraph"] >= 1 for row in paragraphs)
    text = "1 – Se doter\n\nN1 • Acheter\n"
    lines = tabulate([parse_bytes(text.encode(), "x", rules)])["blocks"].to_pylist()
    assert [(row["kind"], row["paragraph"]) for row in lines] == [("measure", 1), ("blank", 2), ("level", 3)]
