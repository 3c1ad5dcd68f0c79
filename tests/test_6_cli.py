"""The command: exit codes, errors that name the remedy, and what a newcomer sees."""

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from pipeline.cli import main
from pipeline.inputs import Input, find_inputs
from pipeline.rules import load
from pipeline.work import parse_input
from tests.conftest import SEED


def run(*arguments: object) -> tuple[int, str]:
    result = CliRunner().invoke(main, [str(argument) for argument in arguments])
    return result.exit_code, result.output


def test_parse_writes_tables(tmp_path: Path) -> None:
    code, output = run("parse", SEED.parent, "-o", tmp_path / "out")
    assert code == 0
    assert "58 agreed" in output
    assert pq.read_table(tmp_path / "out" / "measures.parquet").num_rows == 30


def test_one_bad_file_does_not_stop_the_others(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    (folder / "sub").mkdir(parents=True)
    (folder / "a.txt").write_bytes(SEED.read_bytes())
    (folder / "empty.txt").write_bytes(b"")
    (folder / "letter.txt").write_text("Madame, merci pour votre courrier.\n")
    (folder / "sub" / "scan.pdf").write_bytes(b"%PDF-1.4")
    (folder / "binary.txt").write_bytes(bytes(range(256)) * 4)
    code, output = run("parse", folder, "-o", tmp_path / "out")
    assert code == 1
    assert "sub/scan.pdf: damaged: " in output
    rows = pq.read_table(tmp_path / "out" / "documents.parquet").to_pylist()
    assert {row["pact_id"]: row["status"] for row in rows} == {
        "a.txt": "complete",
        "binary.txt": "failed",
        "empty.txt": "failed",
        "letter.txt": "failed",
        "sub/scan.pdf": "failed",
    }


def test_a_fault_of_the_parser_costs_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*arguments: object) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr("pipeline.work.parse_bytes", fail)
    pact = parse_input(Input("a.txt", str(SEED)), load())
    assert pact.status == "failed"
    assert pact.diagnostics[0].code == "internal"
    assert "the parser failed on this file (RuntimeError: broken)" in pact.diagnostics[0].message


def test_wrong_usage_is_one_line_with_the_remedy(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    for arguments, remedy in (
        (("parse", tmp_path / "nowhere"), "check the path"),
        (("parse", SEED, "-o", tmp_path / "file"), "name a folder"),
        (("parse", SEED, "-o", tmp_path / "file" / "out"), "name another folder"),
        (("show", tmp_path), "name one file"),
        (("explain", SEED, "-m", 6), "it holds 1, 2, 3"),
        (("show", SEED, "--kind", "unheard-of"), "no such folder of rules"),
        (("parse", SEED, "-o", tmp_path / "out", "--kind", "unheard-of"), "no such folder of rules"),
    ):
        code, output = run(*arguments)
        assert code == 2, arguments
        assert remedy in output
        assert len(output.strip().split("\n")) == 1


def test_show_prints_the_tree(tmp_path: Path) -> None:
    code, output = run("show", SEED)
    assert code == 0
    assert "├─ N1  refused  Diversifier les financeurs" in output
    assert "89:44 parenthesis-unclosed" in output
    assert "\x1b" not in output
    rows = json.loads(run("show", SEED, "--json")[1])
    assert len(rows["levels"]) == 87


def test_a_document_cannot_steer_the_terminal(tmp_path: Path) -> None:
    path = tmp_path / "x.txt"
    path.write_text("1 – Titre \x1b[31m rouge\n")
    assert "\x1b[31m" not in run("show", path)[1]


def test_explain_gives_the_reason() -> None:
    code, output = run("explain", SEED, "-m", 16)
    assert code == 0
    assert "N2  refused  clause 14 says refuse (rule refuse-not-on)" in output


@pytest.mark.parametrize("command", [[], ["parse"], ["show"], ["explain"]])
def test_help(command: list[str]) -> None:
    assert run(*command, "--help")[0] == 0


def test_the_parts_of_a_saved_page_are_no_pacts(tmp_path: Path) -> None:
    (tmp_path / "pacte_fichiers").mkdir()
    (tmp_path / "pacte_fichiers" / "style.css").write_text("p { color: red }")
    (tmp_path / "autres_fichiers").mkdir()
    (tmp_path / "autres_fichiers" / "b.txt").write_bytes(SEED.read_bytes())
    (tmp_path / "pacte.html").write_text("<h2>1 – Se doter d’une politique</h2><p>N1 • Acheter mieux</p>", "utf-8")
    assert [each.pact_id for each in find_inputs([str(tmp_path)]).inputs] == ["autres_fichiers/b.txt", "pacte.html"]


def test_neither_names_nor_json_steer_the_terminal(tmp_path: Path) -> None:
    name = "a\x1b[31m\x9b\u202e.txt"
    (tmp_path / name).write_text("LISTE – Été \u202eX\n\n7 – Se doter\nN1 • Acheter\x9bmieux\n", "utf-8")
    told = [run(*arguments) for arguments in (
        ("parse", tmp_path, "-o", tmp_path / "out", "--dry-run"),
        ("show", tmp_path / name),
        ("show", "--json", tmp_path / name),
        ("show", tmp_path / f"b{name}"),
    )]  # fmt: skip
    assert [code for code, _ in told] == [0, 0, 0, 2]
    for _, output in told:
        assert output.strip()
        assert not set(output) & set("\x1b\x9b\u202e")
    rows = json.loads(told[2][1])
    assert rows["documents"][0]["text"].count("\u202e") == 1  # nothing is lost of it
    assert "Été" in told[2][1]


@pytest.mark.parametrize("given", ["pages", "pages=0", "pages=-1", "pages=x", "sheets=3", "pages=1.5"])
def test_a_limit_that_is_none_is_told_with_the_names(given: str, tmp_path: Path) -> None:
    code, output = run("parse", SEED, "-o", tmp_path, "--limit", given)
    assert code == 2
    assert f"{given!r} is no limit: give NAME=N" in output
    assert "size, unpacked, ratio, members, archive, depth, pages, chars, lines, memory" in output


def test_limits_are_options_and_errors_name_them(tmp_path: Path) -> None:
    lines = len(SEED.read_text("utf-8").split("\n"))
    assert run("show", SEED, "--limit", f"lines={lines}")[0] == 0
    code, output = run("show", SEED, "--limit", f"lines={lines - 10}")
    assert code == 1
    assert f"over-limit: it is beyond the limit of {lines - 10:,} lines of text" in output
    assert "raise that with --limit lines=N" in output
    code, output = run("parse", SEED, "-o", tmp_path, "--limit", "chars=1000")
    assert code == 1
    assert "champigny-alternance.txt: over-limit: " in output
    assert "--limit chars=N" in output
