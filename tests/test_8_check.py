"""check, accept, rules: the approved parse of raw/, and the proof that every kind of change is told."""

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from pipeline import rules as rule_files
from pipeline.approved import Fact, facts_of, read_approved, read_facts, write_facts
from pipeline.cli import main
from pipeline.compare import compare
from pipeline.inputs import find_inputs
from pipeline.kinds import load_all
from pipeline.rulecheck import check_rules
from pipeline.rules import RULES, load
from pipeline.work import parse_inputs
from tests.conftest import ROOT, SEED

RAW, GOLDEN = ROOT / "raw", ROOT / "tests" / "golden"


def run(*arguments: object) -> tuple[int, str]:
    result = CliRunner().invoke(main, [str(argument) for argument in arguments])
    return result.exit_code, result.output


@pytest.fixture
def golden(tmp_path: Path) -> Path:
    shutil.copytree(GOLDEN, tmp_path / "golden")
    return tmp_path / "golden"


def test_the_approved_parse(golden: Path) -> None:
    assert list(golden.glob("*.facts"))
    code, output = run("check", RAW, "--against", golden)
    assert code == 0, output
    assert "1 pact, nothing changed" in output


def test_facts_come_back_as_they_were_written() -> None:
    facts = (
        Fact("level 2.1", "refused | clause | a | b ⏎ c", 12, "refuse"),
        Fact("clause *", "agree"),
        Fact("clause *", "x", 3),
    )
    assert read_facts(write_facts(facts), Path("x"))[0] == facts[0]
    assert [fact.value for fact in read_facts(write_facts(facts), Path("x"))] == [fact.value for fact in facts]


def test_facts_are_compared_by_what_they_say_and_not_by_their_order() -> None:
    old = {"a": (Fact("item 1", "x"), Fact("item 1", "y"), Fact("level 1.1", "agreed", 4, "level-mark"))}
    new = {
        "a": (Fact("item 1", "y"), Fact("item 1", "x"), Fact("level 1.1", "refused", 6, "refuse"), Fact("item 2", "z"))
    }
    changed, gained = compare(old, new)
    assert (changed.kind, changed.key, changed.old, changed.new, changed.line) == (
        "changed",
        "level 1.1",
        "agreed",
        "refused",
        6,
    )
    assert (changed.old_rule, changed.new_rule) == ("level-mark", "refuse")
    assert (gained.kind, gained.key) == ("gained", "item 2")
    assert [change.kind for change in compare(new, {})] == ["lost"] * 4


def test_a_changed_status_is_one_line_of_the_approved_parse(golden: Path, tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    shutil.copytree(RAW, raw)
    path = raw / SEED.name
    path.write_text(
        path.read_text("utf-8").replace("N1 • Création d’un Comité Local", "N2 • Création d’un Comité Local"), "utf-8"
    )
    before = (golden / f"{SEED.name}.facts").read_text("utf-8").split("\n")
    code, output = run("check", raw, "--against", golden)
    assert code == 1
    assert "changed level 30.1  (-, level-mark → -)" in output
    assert run("accept", raw, "--into", golden, "--yes")[0] == 0
    after = (golden / f"{SEED.name}.facts").read_text("utf-8").split("\n")
    told = [line for line in before if line not in after and not line.startswith("@")]
    assert [line.split(" | ")[0] for line in told] == ["level 30.1", "level 30.2"]
    assert run("check", raw, "--against", golden)[0] == 0


def test_losses_are_approved_only_when_told_which(golden: Path) -> None:
    path = golden / f"{SEED.name}.facts"
    path.write_text(path.read_text("utf-8").replace("level 2.1 | refused", "level 2.1 | agreed"), "utf-8")
    spoiled = path.read_text("utf-8")
    code, output = run("accept", RAW, "--into", golden)
    assert (code, path.read_text("utf-8")) == (1, spoiled)
    assert "nothing was approved" in output
    assert run("accept", RAW, "--into", golden, "--only", "other.txt")[0] == 2
    code, output = run("accept", RAW, "--into", golden, "--only", SEED.name)
    assert code == 0
    assert "0 gained, 0 lost, 1 changed" in output
    assert read_approved(golden) == read_approved(GOLDEN)


def test_json_holds_every_change(golden: Path) -> None:
    path = golden / f"{SEED.name}.facts"
    lines = [line for line in path.read_text("utf-8").split("\n") if not line.startswith("item ")]
    path.write_text("\n".join(lines), "utf-8")
    code, output = run("check", RAW, "--against", golden, "--format", "json")
    changes = json.loads(output)["changes"]
    assert code == 1
    assert [change["kind"] for change in changes] == ["gained"] * 39
    assert all(change["new_rule"] == "item-bullet" and change["line"] > 1 for change in changes)


def test_wrong_usage_is_told(golden: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (golden / "x.txt.facts").write_text("not a fact\n")
    for arguments, remedy in (
        (("check", RAW), "--against DIR or --base"),
        (("check", RAW, "--against", tmp_path / "none"), "pacte accept INPUT --into"),
        (("check", RAW, "--against", golden), "x.txt.facts:1: is no fact"),
        (("check", tmp_path / "empty", "--against", golden), "put the pacts there"),
        (("check", RAW, "--base", "no-such-revision"), "name a revision"),
    ):
        code, output = run(*arguments)
        assert (code, remedy in output) == (2, True), output


BREAKS = {
    "a cue removed": (
        "common/structure.toml",
        "(?:un|notre|plein|aucun)\\s+accord\\b",
        "(?:notre|plein|aucun)\\s+accord\\b",
    ),
    "a pattern widened": ("common/structure.toml", "| - (?!\\d) \\s*", "| -? (?!\\d) \\s*"),
    "a title of the catalogue edited": (
        "pacte-transition/measures.csv",
        "Limiter la place de la publicité",
        "Planter des haies",
    ),
}


@pytest.mark.parametrize("name", BREAKS)
def test_a_broken_rule_does_not_pass(name: str, tmp_path: Path) -> None:
    """By the approved parse or by the rule's own examples: what the edit did is told."""
    file, old, new = BREAKS[name]
    folder = tmp_path / "rules"
    shutil.copytree(RULES, folder)
    text = (folder / file).read_text("utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new), "utf-8")
    broken = load(folder / "pacte-transition")
    changes = compare(read_approved(GOLDEN), facts_of(parse_inputs(find_inputs([str(RAW)]).inputs, [None], [broken])))
    assert changes or check_rules(folder)


def edited(folder: Path, file: str, old: str, new: str) -> None:
    text = (folder / file).read_text("utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), "utf-8")


def test_the_rules_are_right() -> None:
    assert check_rules() == []


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        ("common/structure.toml", "[[rule]]", "[[rule]", "is not TOML"),
        (
            "common/structure.toml",
            '"Sommaire", "Table',
            '"Sommaire ?", "Table',
            "contents-title: does not match its own example",
        ),
        (
            "common/structure.toml",
            'no_match = ["à suivre..."]',
            'no_match = ["à suivre..... 4"]',
            "contents-leader: matches “à suivre..... 4”",
        ),
        (
            "common/structure.toml",
            '["JPEG - 260.7 kio"',
            '["Page 3"',
            "its example “Page 3” is taken by furniture-page-number first",
        ),
        (
            "common/structure.toml",
            "sommaire | table",
            "(?:\\w|\\w\\w)+[!?] | sommaire | table",
            "contents-title: takes more than",
        ),
        (
            "common/facts.toml",
            'needs = ["municipales"]',
            'needs = ["cantonales"]',
            "fact-elections: needs none of the words of its own example",
        ),
        ("common/clauses.toml", "LOWER = ", "LOWR = ", "is not spaCy's"),
    ],
)
def test_what_is_wrong_with_a_rule_is_told_with_its_place(
    tmp_path: Path, file: str, old: str, new: str, told: str
) -> None:
    folder = tmp_path / "rules"
    shutil.copytree(RULES, folder)
    if "[!?]" in new:
        edited(folder, file, 'longest = 80\nkind = "contents"', 'kind = "contents"')
    edited(folder, file, old, new)
    findings = [f"{found.where}: {found.rule}: {found.told}" for found in check_rules(folder)]
    assert any(told in finding and str(folder) in finding for finding in findings), findings


def test_the_page_of_the_rules_is_not_stale() -> None:
    code, output = run("rules", "list", "--markdown")
    assert code == 0
    assert output == (ROOT / "docs" / "rules.md").read_text("utf-8"), "docs/rules.md is stale: make docs"


def test_rules_are_listed_with_how_often_they_fired() -> None:
    code, output = run("rules", "list", RAW)
    assert code == 0
    assert "level-mark  (common/structure.toml:" in output
    assert "item-bullet" in output
    assert "  39 rows" in output


def test_watch_shows_what_an_edit_changed(golden: Path) -> None:
    code, output = run("watch", RAW, "--against", golden, "--once")
    assert code == 0
    assert "since it was approved: 1 pact, nothing changed" in output


def test_another_revision_is_compared(tmp_path: Path) -> None:
    """The parser of the last commit on the same inputs; skipped where the tests run outside a clone."""
    if not (ROOT / ".git").exists():
        pytest.skip("no clone")
    code, output = run("check", RAW, "--base", "HEAD")
    assert code in (0, 1), output
    assert "before in" in output


def test_the_rule_files_of_the_tests_are_those_of_the_product() -> None:
    assert rule_files.RULES == ROOT / "rules"
    assert [own.name for own in load_all()] == ["pacte-transition", "charte-logement"]
