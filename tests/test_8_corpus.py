"""The labelled corpus: that it is whole, that its parses keep the contract, that the README tells its figures."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from pipeline.cli import main
from pipeline.evaluate import evaluate_corpus, lines_of, score, worst
from pipeline.kinds import load_all
from pipeline.labels import Labelled, read_corpus
from pipeline.parse import parse_bytes
from pipeline.tabulate import tabulate
from tests.conftest import ROOT
from tests.contract import check_contract

CORPUS = ROOT / "tests" / "corpus"
HALVES = ("tuned", "held")
LABELLED = """⟦Bonjour.⟧
%% form: dash
%% list: Demain
2 – Financer les projets de la commune prioritairement par des prêts issus de sources de financement éthiques.
N2 • Financer au moins un projet.
⟦Accord sur N2, mais pas sur N1 (Diversifier)⟧
%% measure 2 agreed : (N1) refused, N2 agreed
%% clause 2 agree 2
%% clause 2 refuse 1 = Diversifier
"""


def test_the_corpus_is_whole() -> None:
    halves = {half: read_corpus(CORPUS / half) for half in HALVES}
    for texts in halves.values():
        assert sum(text.measures is not None for text in texts) >= 20
        assert sum(text.measures is None for text in texts) >= 75
    files = {half: {path.name for path in (CORPUS / half).glob("*.txt")} - {"sentences.txt"} for half in HALVES}
    assert not files["tuned"] & files["held"]


@pytest.mark.parametrize("half", HALVES)
def test_every_parse_keeps_the_contract(half: str) -> None:
    pacts = [parse_bytes(t.text.encode(), f"{i}", load_all()) for i, t in enumerate(read_corpus(CORPUS / half))]
    assert len(pacts) >= 10
    for pact in pacts:
        assert "".join(pact.source.text[b.start : b.end] for b in pact.blocks) == pact.source.text
        assert not [found for found in pact.diagnostics if found.code in ("internal", "rule-timeout")]
    check_contract(tabulate(pacts))


@pytest.mark.parametrize("half", HALVES)
def test_the_readme_tells_the_figures(half: str) -> None:
    texts = read_corpus(CORPUS / half)
    figures = "\n".join(list(lines_of(texts, evaluate_corpus(texts, load_all()), 0))[:13])
    assert figures in (ROOT / "README.md").read_text("utf-8")


def labelled(tmp_path: Path, text: str) -> Labelled:
    (tmp_path / "a.txt").write_text(text, "utf-8")
    (found,) = read_corpus(tmp_path)
    return found


def test_labels_leave_the_text_as_it_was(tmp_path: Path) -> None:
    found = labelled(tmp_path, LABELLED)
    assert "⟦" not in found.text
    assert "%%" not in found.text
    assert found.observations == [("Bonjour.", 1), ("Accord sur N2, mais pas sur N1 (Diversifier)", 6)]
    assert found.measures is not None
    assert found.measures[2].levels[1].status == "refused"
    assert not found.measures[2].levels[1].listed


def test_a_wrong_status_is_silent_without_a_diagnostic(tmp_path: Path) -> None:
    found = labelled(tmp_path, LABELLED.replace("(N1) refused", "(N1) done"))
    errors = worst(score(found, parse_bytes(found.text.encode(), "a", load_all())).errors)
    assert (errors[0].category, errors[0].silent, errors[0].line) == ("statuses", True, 7)
    assert "N1 of measure 2 is done, the parser says refused" in errors[0].message
    assert [error.category for error in errors] == ["statuses", "observations", "facts"]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("%% measure 2 accepted", "'accepted' is not known"),
        ("%% clause 2 agre 1", "'agre' is not known"),
        ("%% town: Lyon", "town is not known"),
        ("%% measure 2 agreed : niveau 1", "is not a level"),
        ("%%oops", "not a label"),
        ("⟦ never closed", "⟦ without its ⟧"),
    ],
)
def test_a_mistake_in_a_label_is_told(tmp_path: Path, line: str, told: str) -> None:
    (tmp_path / "a.txt").write_text(f"Bonjour\n{line}\n", "utf-8")
    result = CliRunner().invoke(main, ["evaluate", str(tmp_path)])
    assert result.exit_code == 2
    assert told in result.output
    assert "a.txt:2" in result.output
