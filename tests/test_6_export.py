"""export: every format gives the tables back, is safe in a spreadsheet, answers the questions, and is whole or not there."""

import csv
import errno
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from random import Random
from typing import Any, get_args

import duckdb
import frictionless
import fsspec
import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from openpyxl.utils.escape import unescape

from pipeline import guide, sheets
from pipeline.cells import CELL, LEFT_OUT, Losses, fitted, is_formula, neutral
from pipeline.cli import main
from pipeline.commit import Busy
from pipeline.database import export_duckdb, opened
from pipeline.export import export_csv, export_jsonl
from pipeline.model import DocumentStatus, Pact, Status
from pipeline.output import Damaged, Output, open_output
from pipeline.parse import parse_bytes
from pipeline.rules import Rules
from pipeline.schemas import ALL
from pipeline.sheets import export_xlsx
from pipeline.staged import Occupied, staged
from pipeline.store import DOCUMENTS_GROUP, store
from pipeline.tabulate import tabulate
from pipeline.views import VIEWS
from tests.bench.pacts import compose, read_model
from tests.conftest import ROOT, SEED

Rows = list[dict[str, Any]]
FORMS = {"csv": "csv", "jsonl": "jsonl", "duckdb": "pactes.duckdb", "xlsx": "pactes.xlsx"}
LONG = "é" * 40_000
HOSTILE = (
    '=HYPERLINK("http://x","y")',
    "@SUM(1)",
    "-2+3",
    "+1",
    "\t=1",
    " =1+1",
    "＝1+1",
    "'=1+1",
    "''@x",
    "'plain",
    'L’été ; "la suite"\nsur 2 lignes, et 😀',
    "a\x00b\x0bc\ufffe",
    "\x00",
    "\ufeffbom",
    "ligne\rretour\r\nfin",
    "01004",
    "1-2",
    "NA",
    "http://exemple.fr",
    "_x0041_",
    "😀" * 20_000,
    LONG,
)
"""What lists might be called, and might write."""


def hostile_tables(seed: Pact, rules: Rules) -> dict[str, pa.Table]:
    """The pact in raw/ and a drawn one; short ones, whose lists write what is hostile; an empty file; a number below 0."""
    drawn = parse_bytes(compose(read_model(), Random(1), 1.0).encode(), "d.txt", rules)
    text = "9 – Mettre fin aux grandes surfaces\nN2 • Dissuader\nAccord sur N2, sous réserve de financements, mais pas sur N1 (interdire).\n"
    short = [parse_bytes(text.encode(), f"p{at:02}.txt", rules) for at in range(len(HOSTILE))]
    tables = tabulate([seed, drawn, *short, parse_bytes(b"", "vide.txt", rules)])
    rows = {name: table.to_pylist() for name, table in tables.items()}
    for at, row in enumerate(rows["documents"][2:-1]):
        row |= {"list_name": HOSTILE[at], "lead_candidate": HOSTILE[-at], "signed": at % 2 == 0}
        row |= {"signed_on": date(2020, 3, 1 + at), "commune": "Ville" if at < 2 else None}
        row |= {"commune_code": "01004" if at < 2 else f"{at:05}"}
    for at, row in enumerate(rows["observations"][-len(HOSTILE) :]):
        row["text"] = HOSTILE[at]
    for at, row in enumerate(rows["levels"]):
        row["added"] = None if at % 3 == 0 else list(HOSTILE[at % 20 : at % 20 + at % 3])
    written = {"unit": "%", "per": None, "comparator": "exactly", "deadline": 2050, "text": "-60%", "rule": "x"}
    place = {"pact_id": "p00.txt", "quantity": 1, "measure": None, "level": None, "observation": None}
    rows["quantities"].append({**place, "value": -60.5, **written, "start": 0, "end": 1})
    rows["quantities"].sort(key=lambda row: row["pact_id"])
    return {name: pa.Table.from_pylist(each, ALL[name].schema) for name, each in rows.items()}


@pytest.fixture(scope="module")
def stored(seed: Pact, rules: Rules, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("export") / "output"
    store(hostile_tables(seed, rules), folder, {"kind": "abc"})
    return folder


@pytest.fixture(scope="module")
def output(stored: Path) -> Output:
    opened = open_output(stored)
    texts = [text for row in rows_of(opened, "observations") for text in [row["text"]]]
    assert set(HOSTILE) <= set(texts)
    assert any(row["signed_on"] for row in rows_of(opened, "documents"))
    return opened


@pytest.fixture(scope="module")
def examples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The invented pacts of docs/, of three communes, as tables."""
    folder = tmp_path_factory.mktemp("examples") / "output"
    done = CliRunner().invoke(main, ["parse", str(ROOT / "docs" / "examples" / "pactes"), "-o", str(folder)])
    assert done.exit_code == 0
    return folder


def rows_of(output: Output, name: str) -> Rows:
    rows: Rows = output.table(name).to_pylist()
    return rows


def run(*arguments: object) -> tuple[int, str]:
    result = CliRunner().invoke(main, [str(argument) for argument in arguments])
    return result.exit_code, result.output


def bytes_of(place: Path) -> dict[str, bytes]:
    """What stands at a place and in it, by name; nothing where there is nothing."""
    if place.is_file():
        return {"": place.read_bytes()}
    return {path.name: path.read_bytes() for path in sorted(place.iterdir())} if place.exists() else {}


# --- CSV


def read_csv(path: Path, excel: bool) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig" if excel else "utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=";" if excel else ","))


def value_of(cell: str, field: pa.Field, excel: bool) -> Any:
    """A cell read back, as the docstring of `export_csv` says."""
    if field.type == pa.string():
        if cell.startswith("'") and is_formula(cell):
            cell = cell[1:]
        return None if cell == "" and field.nullable else cell
    if cell == "":
        return None
    if field.type == pa.bool_():
        return {"VRAI": True, "FAUX": False}[cell] if excel else {"true": True, "false": False}[cell]
    if pa.types.is_list(field.type):
        return json.loads(cell)
    if field.type == pa.float64():
        return float(cell.replace(",", ".") if excel else cell)
    return date.fromisoformat(cell) if field.type == pa.date32() else int(cell)


@pytest.mark.parametrize("excel", [False, True])
def test_csv_gives_the_tables_back(excel: bool, output: Output, tmp_path: Path) -> None:
    losses = export_csv(output, tmp_path / "csv", excel)
    assert {path.name for path in (tmp_path / "csv").iterdir()} == {
        *(f"{name}.csv" for name in ALL),
        "datapackage.json",
    }
    cut = 0
    for name, table in ALL.items():
        read, expected = read_csv(tmp_path / "csv" / f"{name}.csv", excel), rows_of(output, name)
        assert len(read) == len(expected)
        kept = [field for field in table.schema if not excel or field.name not in LEFT_OUT.get(name, ())]
        for row, wanted in zip(read, expected, strict=True):
            assert list(row) == [field.name for field in kept]
            for field in kept:
                if excel and "COUPÉ" in row[field.name]:
                    cut += 1
                    assert len(row[field.name].encode("utf-16-le")) <= 2 * CELL
                else:
                    assert value_of(row[field.name], field, excel) == wanted[field.name], (name, field.name)
    assert (cut > 0) == excel
    assert cut == losses.cut.total()


@pytest.mark.parametrize("excel", [False, True])
def test_no_cell_of_a_csv_is_a_formula_and_numbers_stay_numbers(excel: bool, output: Output, tmp_path: Path) -> None:
    export_csv(output, tmp_path / "csv", excel)
    names = {row["list_name"] for row in read_csv(tmp_path / "csv" / "documents.csv", excel)}
    assert {
        '\'=HYPERLINK("http://x","y")',
        "'@SUM(1)",
        "'-2+3",
        "'\t=1",
        "' =1+1",
        "'＝1+1",
        "01004",
        "'plain",
    } <= names
    cells = [(field, row[field.name]) for name, table in ALL.items() for field in table.schema
             for row in read_csv(tmp_path / "csv" / f"{name}.csv", excel) if field.name in row]  # fmt: skip
    assert len(cells) > 10_000
    begun = [cell for field, cell in cells if field.type == pa.string() and cell[:1] in tuple("=+-@\t\r\n\0＝＋－＠")]
    assert [cell for cell in begun if cell] == []
    assert ("-60,5" if excel else "-60.5") in [cell for field, cell in cells if field.name == "value"]


def test_lines_end_as_rfc_4180_has_it_and_excel_is_told_the_encoding(output: Output, tmp_path: Path) -> None:
    export_csv(output, tmp_path / "csv")
    export_csv(output, tmp_path / "excel", excel=True)
    plain, excel = ((tmp_path / name / "clauses.csv").read_bytes() for name in ("csv", "excel"))
    assert plain.startswith(b"pact_id,clause,observation,measure,stance,levels,")
    assert excel.startswith(b"\xef\xbb\xbfpact_id;clause;")
    assert plain.endswith(b"\r\n")
    assert b',"[2, 3]",' in plain
    assert b";[2, 3];" in excel


@pytest.mark.parametrize("excel", [False, True])
def test_frictionless_finds_the_csv_valid(excel: bool, examples: Path, tmp_path: Path) -> None:
    place = tmp_path / "csv"
    assert run("export", examples, "--to", "csv", "-o", place, *(["--excel"] * excel))[0] == 0
    report = frictionless.validate(place / "datapackage.json")
    assert report.valid, report.flatten(["name", "type", "message"])
    assert [task.name for task in report.tasks] == list(ALL)
    assert next(task.stats["rows"] for task in report.tasks if task.name == "levels") == 57


def test_pandas_and_duckdb_read_the_csv(output: Output, tmp_path: Path) -> None:
    export_csv(output, tmp_path)
    documents = pd.read_csv(
        tmp_path / "documents.csv",
        dtype={"commune_code": "string"},
        parse_dates=["signed_on"],
        keep_default_na=False,
        na_values=[""],
    )
    assert documents["signed_on"].max() == pd.Timestamp(max(filter(None, documents_of(output, "signed_on"))))
    assert documents["commune_code"].dropna().tolist()[:3] == ["01004", "01004", "00002"]
    assert documents["text"].dropna().tolist() == [neutral(text) for text in documents_of(output, "text") if text]
    with duckdb.connect() as connection:
        observed = connection.execute(f"select text from '{tmp_path / 'observations.csv'}'").fetchall()
    assert [text for (text,) in observed] == [neutral(row["text"]) for row in rows_of(output, "observations")]


def documents_of(output: Output, column: str) -> list[Any]:
    values: list[Any] = output.table("documents", [column])[column].to_pylist()
    return values


def test_a_cut_cell_is_as_long_as_excel_allows_and_no_character_is_halved() -> None:
    losses = Losses()
    for text in (LONG, "😀" * 20_000, "a" + "😀" * 20_000):
        cut = fitted(text, "Observations", losses)
        assert CELL - 2 <= len(cut.encode("utf-16-le")) // 2 <= CELL
        assert cut.endswith(f" […] [COUPÉ : {len(text)} caractères en tout]")
    for whole in ("a" * CELL, "😀" * (CELL // 2)):
        assert fitted(whole, "Observations", losses) == whole
    assert losses.cut == {"Observations": 3}
    assert [*losses.lines()] == [
        "Observations: 3 cells cut, where they are marked: a spreadsheet holds 32,767 characters in one"
    ]


# --- JSON Lines


def test_json_lines_give_the_tables_back(output: Output, tmp_path: Path) -> None:
    export_jsonl(output, tmp_path / "jsonl")
    for name, table in ALL.items():
        lines = (tmp_path / "jsonl" / f"{name}.jsonl").read_bytes().decode("utf-8").split("\n")
        assert lines.pop() == ""
        read = [json.loads(line) for line in lines]
        for row in read:
            assert list(row) == table.schema.names
            if row.get("signed_on"):
                row["signed_on"] = date.fromisoformat(row["signed_on"])
        assert read == rows_of(output, name)
    text = (tmp_path / "jsonl" / "observations.jsonl").read_text("utf-8")
    assert "😀" in text
    assert "\\ud83d" not in text
    assert '"value": -60.5, "unit": "%", "per": null' in (tmp_path / "jsonl" / "quantities.jsonl").read_text("utf-8")


def test_half_of_a_character_cannot_reach_a_file(rules: Rules, tmp_path: Path) -> None:
    with pytest.raises(UnicodeEncodeError):
        pa.array(["\ud800"])
    pact = parse_bytes("7 – Titre \ud800\nN1 • x\n".encode("utf-16-le", "surrogatepass"), "\udce9.txt".encode(
        "utf-8", "surrogateescape").decode("utf-8", "backslashreplace"), rules)  # fmt: skip
    store(tabulate([pact]), tmp_path / "output", {})
    export_jsonl(open_output(tmp_path / "output"), tmp_path / "jsonl")
    rows = [json.loads(line) for line in (tmp_path / "jsonl" / "documents.jsonl").read_text("utf-8").splitlines()]
    assert [row["pact_id"] for row in rows] == ["\\xe9.txt"]
    rows[0]["text"].encode("utf-8")


def test_bytes_that_are_no_text_are_told_with_their_table(stored: Path, tmp_path: Path) -> None:
    folder = tmp_path / "output"
    shutil.copytree(stored, folder)
    table = pq.read_table(folder / "principles.parquet")
    wrong = pa.array([b"\xed\xa0\x80"] * table.num_rows, pa.binary()).view(pa.string())
    at = table.schema.get_field_index("title")
    pq.write_table(table.set_column(at, table.schema.field(at), wrong), folder / "principles.parquet")
    for form in FORMS:
        code, told = run("export", folder, "--to", form)
        assert (code, told.count("\n")) == (2, 1), told
        assert "principles.parquet: is damaged (" in told
        assert told.endswith("parse anew\n")


# --- DuckDB


@pytest.fixture(scope="module")
def database(output: Output, tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    place = tmp_path_factory.mktemp("duckdb") / "pactes.duckdb"
    export_duckdb(output, place)
    assert os.listdir(place.parent) == ["pactes.duckdb"]
    with duckdb.connect(str(place), read_only=True) as connection:
        yield connection


def test_duckdb_gives_the_tables_back(output: Output, database: duckdb.DuckDBPyConnection) -> None:
    for name, table in ALL.items():
        found = database.execute(f'select * from "{name}"').fetchall()
        assert [dict(zip(table.schema.names, row, strict=True)) for row in found] == rows_of(output, name)
    evidence = database.execute("""select l.text, substring(d.text, l.start + 1, l."end" - l.start)
        from levels l join documents d using (pact_id) where listed and l.text not like '%' || chr(10) || '%'""").fetchall()
    assert len(evidence) > 100
    assert all(text in found for text, found in evidence)


def test_duckdb_has_keys_comments_and_a_form_that_older_ones_read(database: duckdb.DuckDBPyConnection) -> None:
    told = database.execute(
        "select table_name, constraint_type, constraint_column_names from duckdb_constraints()"
    ).fetchall()
    for name, table in ALL.items():
        assert (name, "PRIMARY KEY", list(table.key)) in told
        for columns, target in table.references:
            assert ((name, "FOREIGN KEY", list(columns)) in told) == (target != name)
        missing = {field.name for field in table.schema if not field.nullable}
        assert {columns[0] for each, kind, columns in told if (each, kind) == (name, "NOT NULL")} >= missing
    assert database.execute(
        "select count(*) from duckdb_tables() where not internal and comment is null"
    ).fetchone() == (0,)
    comments = database.execute(
        f"select comment from duckdb_columns() where table_name in {tuple(ALL)} and not internal"
    ).fetchall()
    assert len(comments) == sum(len(table.schema) for table in ALL.values())
    assert all(comment and ": " in comment for (comment,) in comments)
    version = database.execute("select tags['storage_version'] from duckdb_databases() where not internal").fetchall()
    assert version == [("v1.2.0+",)]


def test_duckdb_prints_nothing_of_its_own(output: Output, tmp_path: Path) -> None:
    export_duckdb(output, tmp_path / "a.duckdb")
    for read_only in (False, True):
        with opened(tmp_path / "a.duckdb", read_only) as connection:
            told = "select current_setting('enable_progress_bar'), current_setting('memory_limit')"
            assert connection.execute(told).fetchall() == [(False, "488.2 MiB")]


def test_tables_that_contradict_each_other_are_told(stored: Path, tmp_path: Path) -> None:
    folder = tmp_path / "output"
    shutil.copytree(stored, folder)
    table = pq.read_table(folder / "levels.parquet")
    measures = pa.array([99] * table.num_rows, pa.int32())
    pq.write_table(table.set_column(1, table.schema.field(1), measures), folder / "levels.parquet")
    code, told = run("export", folder, "--to", "duckdb")
    assert (code, told.count("\n")) == (2, 1)
    assert "the tables contradict each other (Constraint Error: " in told
    assert told.endswith("parse anew\n")


def test_every_view_is_listed_with_its_question_and_runs(database: duckdb.DuckDBPyConnection) -> None:
    listed = database.execute("select view_name, question, row_is from questions").fetchall()
    assert listed == [(name, view.question, view.told) for name, view in VIEWS.items()]
    comments = database.execute("select view_name, comment from duckdb_views() where not internal").fetchall()
    assert dict(comments) == {name: view.told for name, view in VIEWS.items()}
    for name in VIEWS:
        assert database.execute(f"select count(*) from {name}").fetchone() is not None, name


@pytest.fixture(scope="module")
def ask(seed: Pact, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], list[Any]]]:
    """Ask the database of the pact in raw/."""
    folder = tmp_path_factory.mktemp("seed")
    store(tabulate([seed]), folder, {})
    export_duckdb(open_output(folder), folder / "pactes.duckdb")
    with duckdb.connect(str(folder / "pactes.duckdb"), read_only=True) as connection:
        yield lambda sql: connection.execute(sql).fetchall()


def line_of(beginning: str) -> str:
    """The one line of the pact in raw/ that begins so."""
    (line,) = (line for line in SEED.read_text("utf-8").split("\n") if line.startswith(beginning))
    return line


def test_who_refused_what_in_which_words(ask: Callable[[str], list[Any]]) -> None:
    """Measure 9, read by hand: N2 is agreed to, N1 refused, and N3 is not spoken of."""
    ((name, wording, said, evidence),) = ask(
        "select list_name, wording, said, evidence from refusals where measure = 9 and level = 1"
    )
    line = line_of("Un accord se fait sur N2 , mais pas sur N1 (Interdire toute artificialisation")
    assert name == "CHAMPIGNY ALTERNANCE"
    assert said == line
    assert wording.startswith(
        "Interdire toute artificialisation des terres agricoles (PLU et SCOT) et apporter un soutien"
    )
    assert evidence == line.removeprefix("Un accord se fait sur N2 , mais ")
    assert ask("select count(*) from refusals") == [(11,)]


def test_how_far_a_measure_is_taken(ask: Callable[[str], list[Any]]) -> None:
    asked = "select status, agreed_levels, refused_levels, other_levels, conditional from how_far where measure = "
    assert ask(f"{asked} 9") == [("agreed", [2], [1], None, False)]
    assert ask(f"{asked} 11") == [("agreed", [1, 2, 3], None, None, True)]  # with the Établissement public territorial
    assert ask(f"{asked} 33") == [("agreed", None, None, None, False)]  # local, without levels


def test_answers_are_level_by_level(ask: Callable[[str], list[Any]]) -> None:
    asked = ask("select level, status, said is null from answers where measure = 9 order by level")
    assert asked == [(1, "refused", False), (2, "agreed", False), (3, "unstated", True)]
    assert ask("select level, status from answers where measure = 33") == [(None, "agreed")]
    assert ask("select count(*) from answers") == [(87 + 1,)]


def test_what_was_promised_word_for_word(ask: Callable[[str], list[Any]]) -> None:
    ((promise, evidence),) = ask("select promise, evidence from promises where measure = 9")
    assert f"N2 • {promise}" == evidence == line_of("N2 • Dissuader l’installation de grandes surfaces")
    ((evidence, items),) = ask("select evidence, items from promises where measure = 33")
    assert evidence == line_of("33- Conserver")
    assert len(items) == 5
    assert [item.rsplit("(", 1)[1] for item in items] == [f"mesure {n})" for n in (26, 5, 11, 31, 27)]


def test_what_was_put_off(ask: Callable[[str], list[Any]]) -> None:
    found = ask("select measure, levels, stance, bodies, kinds from put_off")
    named = (["Établissement public territorial Paris-Est-Marne et Bois"], ["intercommunality"])
    assert found == [
        (11, [1, 2, 3], "condition", *named),
        (14, [3], "not_competent", None, None),
        (18, [2], "condition", *named),
        (19, [1, 2, 3], "condition", *named),
    ]


def test_how_many_measures_at_level_3(ask: Callable[[str], list[Any]]) -> None:
    printed = len(re.findall(r"^(?:N3|N1-2-3)\b", SEED.read_text("utf-8"), re.MULTILINE))
    assert printed == 18
    assert ask("select agreed, refused, otherwise from level_counts where level = 3") == [(printed, 0, 1)]
    asked = "select lists, agreed, agreed_least, agreed_most from level_counts_by_commune where level = 3"
    assert ask(asked) == [(1, printed, printed, printed)]


def test_what_differs_in_a_commune_and_what_was_reworded(examples: Path, tmp_path: Path) -> None:
    """docs/examples/pactes, read by hand: Port-Lary has two lists; only the first has measure 24, only the second 5."""
    assert run("export", examples, "--to", "duckdb", "-o", tmp_path / "x.duckdb")[0] == 0
    with duckdb.connect(str(tmp_path / "x.duckdb"), read_only=True) as database:
        found = database.execute(
            "select measure, level, list_a, status_a, status_b from differences where commune = 'Port-Lary'"
        ).fetchall()
        assert {name for _, _, name, _, _ in found} == {"PORT-LARY AUTREMENT"}
        given = {(measure, level): (a, b) for measure, level, _, a, b in found}
        assert given[9, 1] == ("refused", "agreed")
        assert given[16, 3] == ("unstated", "refused")
        assert given[24, 2] == ("agreed", "unstated")
        assert (9, 2) not in given  # both take it
        communes = database.execute("select distinct commune from differences").fetchall()
        assert sorted(communes) == [("Aubignac",), ("Port-Lary",)]
        reworded = database.execute("select measure, level, added from rewordings where added <> []").fetchall()
        assert (3, 2, ["30"]) in reworded
        assert (9, 2, ["200m²"]) in reworded


def test_a_condition_that_names_nobody_is_not_put_off(database: duckdb.DuckDBPyConnection) -> None:
    asked = "where stance = 'condition' and pact_id = 'p00.txt'"
    assert database.execute(f"select count(*) from clauses {asked}").fetchone() == (1,)
    assert database.execute(f"select count(*) from put_off {asked}").fetchone() == (0,)


def test_a_measure_without_levels_is_compared_as_a_whole(rules: Rules, tmp_path: Path) -> None:
    """One list has levels, the other a plain list of measures: they differ where one takes a measure and the other not."""
    titles = [f"{n} – {read_model().measures[at].heading.split('– ', 1)[1]}\n" for n, at in ((1, 0), (9, 7))]
    levels = f"{titles[0]}N1 • Adopter\n\n{titles[1]}N2 • Dissuader\nPas d’accord.\n"
    plain = f"{titles[0]}\n{titles[1]}"
    tables = tabulate([parse_bytes(text.encode(), name, rules) for name, text in (("a", levels), ("b", plain))])
    documents = pa.Table.from_pylist(
        [row | {"commune": "Ville"} for row in tables["documents"].to_pylist()], ALL["documents"].schema
    )
    store({**tables, "documents": documents}, tmp_path, {})
    export_duckdb(open_output(tmp_path), tmp_path / "pactes.duckdb")
    with duckdb.connect(str(tmp_path / "pactes.duckdb"), read_only=True) as connection:
        by_level = connection.execute(
            "select pact_id, measure, count(*) from levels group by all order by all"
        ).fetchall()
        assert by_level == [("a", 1, 3), ("a", 9, 3)]
        found = connection.execute("select measure, level, status_a, status_b from differences").fetchall()
    assert found == [(9, None, "refused", "agreed")]


# --- the workbook


@pytest.fixture(scope="module")
def workbook(output: Output, tmp_path_factory: pytest.TempPathFactory) -> tuple[openpyxl.Workbook, Losses]:
    place = tmp_path_factory.mktemp("xlsx") / "pactes.xlsx"
    losses = export_xlsx(output, place)
    assert os.listdir(place.parent) == ["pactes.xlsx"]
    return openpyxl.load_workbook(place), losses


def as_in_a_cell(text: str) -> str:
    text = re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]", "�", text.replace("\r\n", "\n").replace("\r", "\n"))
    return fitted(text, "", Losses())


def test_the_workbook_gives_the_tables_back(output: Output, workbook: tuple[openpyxl.Workbook, Losses]) -> None:
    book, _ = workbook
    assert book.sheetnames == ["Lisez-moi", "Réponses", "Différences", *(table.title for table in ALL.values())]
    for name, table in ALL.items():
        sheet = book[table.title]
        kept = [field for field in table.schema if field.name not in LEFT_OUT.get(name, ())]
        head, *read = sheet.iter_rows(max_col=len(kept))
        titles = [cell.value for cell in head]
        assert titles == [field.metadata[b"title"].decode() for field in kept]
        assert len(set(titles)) == len(titles)
        for cell, field in zip(head, kept, strict=True):
            assert cell.comment.text.startswith(f"{name}.{field.name} : ")
        expected = rows_of(output, name)
        assert len(read) == len(expected)
        for row, wanted in zip(read, expected, strict=True):
            for cell, field in zip(row, kept, strict=True):
                value = wanted[field.name]
                if isinstance(value, list):
                    value = " | ".join(map(str, value))
                if isinstance(value, str):
                    value = as_in_a_cell(value) or None
                found = cell.value.date() if isinstance(cell.value, datetime) else cell.value
                # As Excel does, and openpyxl not by itself.
                found = unescape(found) if isinstance(found, str) else found
                assert (found, type(found)) == (value, type(value)) or isinstance(value, float), (name, field.name)
                assert not isinstance(value, float) or found == pytest.approx(value, abs=1e-14)
        assert sheet.freeze_panes == "A2"
        assert sheet.auto_filter.ref == f"A1:{sheet.cell(len(expected) + 1, len(kept)).coordinate}"


def test_no_cell_of_the_workbook_is_a_formula(workbook: tuple[openpyxl.Workbook, Losses]) -> None:
    book, _ = workbook
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert len(cells) > 10_000
    assert {cell.data_type for cell in cells} == {"s", "n", "b", "d", "inlineStr"} - {"inlineStr"}
    begun = [cell for cell in cells if isinstance(cell.value, str) and is_formula(cell.value)]
    assert {'=HYPERLINK("http://x","y")', "@SUM(1)", "-2+3"} <= {cell.value for cell in begun}
    # Edited and left again, such a text stays one.
    assert all(cell.quotePrefix for cell in begun)
    assert [cell.value for row in book["Quantités"].iter_rows() for cell in row if cell.value == -60.5] == [-60.5]


def test_the_file_itself_holds_no_formula_and_links_only_within(output: Output, tmp_path: Path) -> None:
    export_xlsx(output, tmp_path / "a.xlsx")
    with zipfile.ZipFile(tmp_path / "a.xlsx") as package:
        parts = {name: package.read(name) for name in package.namelist()}
    pages = [data for name, data in parts.items() if name.startswith("xl/worksheets/sheet")]
    assert len(pages) == 3 + len(ALL)
    assert not any(re.search(rb"<f[ >/]", data) for data in pages)
    assert not any(b"TargetMode" in data and b"External" in data for data in parts.values())


def test_dates_shares_and_codes_look_as_they_are(workbook: tuple[openpyxl.Workbook, Losses]) -> None:
    book, _ = workbook
    documents = {cell.value: cell.column_letter for cell in book["Documents"][1]}
    assert book["Documents"][f"{documents['Signé le']}4"].number_format == "dd/mm/yyyy"
    assert book["Documents"][f"{documents['Couverture']}2"].number_format == "0 %"
    assert book["Documents"][f"{documents['Code INSEE']}4"].value == "01004"
    assert isinstance(book["Documents"][f"{documents['Signé']}4"].value, bool)
    assert "Texte" not in documents


def test_the_answers_stand_second(seed: Pact, tmp_path: Path) -> None:
    store(tabulate([seed]), tmp_path / "output", {})
    assert run("export", tmp_path / "output", "--to", "xlsx")[0] == 0
    head, *rows = openpyxl.load_workbook(tmp_path / "output" / "pactes.xlsx")["Réponses"].iter_rows(values_only=True)
    asked = [dict(zip(head, row, strict=True)) for row in rows]
    (found,) = (row for row in asked if (row["Mesure"], row["Niveau"]) == (9, 1))
    assert (found["Liste"], found["Réponse"]) == ("CHAMPIGNY ALTERNANCE", "refusé")
    assert found["Dans les mots de la liste"] == line_of("Un accord se fait sur N2 , mais pas sur N1 (Interdire")
    assert [row["Réponse"] for row in asked].count("refusé") == 11


def test_what_the_workbook_cannot_hold_is_told(output: Output, tmp_path: Path) -> None:
    place = tmp_path / "pactes.xlsx"
    code, told = run("export", output.folder.path, "--to", "xlsx", "-o", place)
    texts = [row["text"] for row in rows_of(output, "observations")]
    cut = sum(len(text.encode("utf-16-le")) // 2 > CELL for text in texts)
    replaced = sum(len(re.findall("[\0\x0b\ufffe]", text)) for text in texts)
    assert code == 0
    assert cut > 0
    assert f"Observations: {cut} cells cut, " in told
    assert f"Observations: {replaced} characters replaced by �" in told
    first = [row[0] for row in openpyxl.load_workbook(place)["Lisez-moi"].iter_rows(values_only=True)]
    assert (
        f"Observations : {cut} cellules coupées, là où c’est marqué : une cellule contient au plus 32 767 caractères"
        in first
    )
    assert f"Observations : {replaced} caractères remplacés par � : un classeur ne peut pas les contenir" in first


def test_rows_beyond_a_sheet_are_told(output: Output, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = output.table("catalogue").num_rows
    for limit, last in ((rows, f"[COUPÉ : {2} lignes de plus]"), (rows + 1, "ptc-2020"), (rows + 2, "ptc-2020")):
        monkeypatch.setattr(sheets, "ROWS", limit)
        losses = export_xlsx(output, tmp_path / "a.xlsx")
        sheet = openpyxl.load_workbook(tmp_path / "a.xlsx")["Catalogue"]
        assert sheet.cell(min(limit, rows + 1), 1).value == last
        assert sheet.max_row == min(limit, rows + 1)
        assert losses.rows["Catalogue"] == (2 if limit == rows else 0)


def test_the_first_sheet_tells_what_all_is(workbook: tuple[openpyxl.Workbook, Losses]) -> None:
    book, _ = workbook
    rows = [(left, right) for left, right in book["Lisez-moi"].iter_rows(max_col=2, values_only=True)]
    assert rows[1][0].startswith(
        f"Ce que des listes candidates ont signé avec des collectifs citoyens : {len(HOSTILE) + 3} pactes"
    )
    assert ("Dates de signature : du 01/03/2020 au 22/03/2020.", None) in rows
    assert ("Qui a refusé quoi, et en quels mots ?", "Feuille Réponses : filtrer Réponse sur « refusé »") in rows
    assert ("non précisé (unstated)", "le pacte n’en dit rien : ce n’est pas un refus") in rows
    linked = {cell.hyperlink.location for (cell,) in book["Lisez-moi"].iter_rows(max_col=1) if cell.hyperlink}
    assert linked == {f"'{name}'!A1" for name in book.sheetnames[1:]}
    assert guide._STATUSES.keys() == set(get_args(Status))
    assert guide._DOCUMENTS.keys() == set(get_args(DocumentStatus))


# --- all formats


@pytest.mark.parametrize("form", ["csv", "jsonl", "xlsx"])
def test_the_same_tables_give_the_same_bytes(form: str, stored: Path, tmp_path: Path) -> None:
    for name in ("a", "b"):
        assert run("export", stored, "--to", form, "-o", tmp_path / name / FORMS[form])[0] == 0
    first, second = (bytes_of(tmp_path / name / FORMS[form]) for name in ("a", "b"))
    assert first
    assert first == second


def test_a_workbook_bears_the_date_of_its_data(output: Output, tmp_path: Path) -> None:
    export_xlsx(output, tmp_path / "a.xlsx")
    with zipfile.ZipFile(tmp_path / "a.xlsx") as package:
        assert {each.date_time[0] for each in package.infolist()} == {1980}
    properties = openpyxl.load_workbook(tmp_path / "a.xlsx").properties
    assert properties.created == properties.modified == datetime(2020, 3, 22)


@pytest.mark.parametrize("form", FORMS)
def test_where_it_goes_unless_told(form: str, seed: Pact, tmp_path: Path) -> None:
    store(tabulate([seed]), tmp_path / "output", {})
    before = set(os.listdir(tmp_path / "output"))
    code, told = run("export", tmp_path / "output", "--to", form)
    assert (code, told) == (0, f"{tmp_path / 'output' / FORMS[form]}\n")
    assert set(os.listdir(tmp_path / "output")) == before | {FORMS[form]}
    assert run("export", tmp_path / "output", "--to", form)[0] == 0  # what it made itself, it replaces
    assert open_output(tmp_path / "output").table("levels").num_rows == 87


def test_part_folders_and_urls_are_read_alike(stored: Path, output: Output, tmp_path: Path) -> None:
    parts = tmp_path / "parts"
    shutil.copytree(stored, parts)
    table = pq.read_table(parts / "levels.parquet")
    (parts / "levels.parquet").unlink()
    (parts / "levels.parquet").mkdir()
    for at, start in enumerate(range(0, table.num_rows, 500)):
        pq.write_table(table.slice(start, 500), parts / "levels.parquet" / f"part-{at:05}.parquet")
    memory = fsspec.filesystem("memory")
    memory.put(f"{parts}/", "/export", recursive=True)
    try:
        for name, place in (("whole", str(stored)), ("parts", str(parts)), ("url", "memory://export")):
            assert run("export", place, "--to", "csv", "-o", tmp_path / "to" / name)[0] == 0, name
        code, told = run("export", "memory://export", "--to", "csv")
    finally:
        memory.rm("/export", recursive=True)
    whole = bytes_of(tmp_path / "to" / "whole")
    assert len(whole) == len(ALL) + 1
    assert whole == bytes_of(tmp_path / "to" / "parts") == bytes_of(tmp_path / "to" / "url")
    assert (code, told) == (2, "Error: memory://export/csv: is a URL: name a file or folder here with -o\n")


def test_documents_come_few_at_a_time(output: Output, monkeypatch: pytest.MonkeyPatch) -> None:
    assert next(output.batches("documents")).num_rows == output.table("documents").num_rows <= DOCUMENTS_GROUP
    monkeypatch.setattr("pipeline.output.DOCUMENTS_GROUP", 5)
    assert [batch.num_rows for batch in output.batches("documents")] == [5] * 5
    assert next(output.batches("documents", ["pact_id"])).num_rows == 25 == len(HOSTILE) + 3


KILLED = """
import os, signal, sys
from pipeline.output import Output

batches = Output.batches

def cut_off(output, name, columns=None):
    if name == "levels":
        os.kill(os.getpid(), signal.SIGKILL)
    yield from batches(output, name, columns)

Output.batches = cut_off
from pipeline.cli import main
main(sys.argv[1:])
"""


@pytest.mark.parametrize("form", FORMS)
def test_a_killed_export_leaves_the_old_one_and_the_next_clears_up(form: str, stored: Path, tmp_path: Path) -> None:
    place = tmp_path / "to" / FORMS[form]
    arguments = ["export", str(stored), "--to", form, "-o", str(place)]
    assert run(*arguments)[0] == 0
    old, around = bytes_of(place), set(os.listdir(place.parent))
    done = subprocess.run([sys.executable, "-c", KILLED, *arguments], cwd=ROOT, capture_output=True)
    assert done.returncode == -signal.SIGKILL
    if place.is_dir():
        assert {name: data for name, data in bytes_of_files(place).items() if name != ".lock"} == old
    else:
        assert bytes_of(place) == old
    assert run(*arguments)[0] == 0
    assert set(os.listdir(place.parent)) == around
    assert bytes_of(place).keys() == old.keys()


def bytes_of_files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()}


@pytest.mark.parametrize("form", FORMS)
def test_an_export_that_fails_leaves_the_old_one(
    form: str, stored: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "to" / FORMS[form]
    assert run("export", stored, "--to", form, "-o", place)[0] == 0
    old, around = bytes_of(place), set(os.listdir(place.parent))

    batches = Output.batches

    def fail(output: Output, name: str, columns: Any = None) -> Iterator[pa.RecordBatch]:
        if name == "levels":
            raise Damaged("levels.parquet: is damaged: parse anew")
        yield from batches(output, name, columns)

    monkeypatch.setattr(Output, "batches", fail)
    assert run("export", stored, "--to", form, "-o", place) == (2, "Error: levels.parquet: is damaged: parse anew\n")
    assert bytes_of(place) == old
    assert set(os.listdir(place.parent)) == around


@pytest.mark.parametrize("form", FORMS)
def test_a_full_disk_is_told_and_leaves_the_old_one(
    form: str, stored: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "to" / FORMS[form]
    assert run("export", stored, "--to", form, "-o", place)[0] == 0
    old, around = bytes_of(place), set(os.listdir(place.parent))

    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    code, told = run("export", stored, "--to", form, "-o", place)
    assert (code, told.count("\n")) == (2, 1)
    assert "cannot be written (No space left on device); what was in it is untouched" in told
    assert bytes_of(place) == old
    assert set(os.listdir(place.parent)) == around


def test_what_is_not_ours_is_not_replaced(stored: Path, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "levels.csv").write_text("old")
    (tmp_path / "folder" / "notes.txt").write_text("mine")
    (tmp_path / "file").write_text("mine")
    for name in ("a.xlsx", "b.xlsx"):
        assert run("export", stored, "--to", "xlsx", "-o", tmp_path / name)[0] == 0
    assert run("export", stored, "--to", "duckdb", "-o", tmp_path / "a.duckdb")[0] == 0
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    book["Réponses"]["Z1"] = "notes of a volunteer"
    book.save(tmp_path / "a.xlsx")
    with duckdb.connect(str(tmp_path / "a.duckdb")) as connection:
        connection.execute("create table mine as select 1 as a")
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}
    for form, place, remedy in (
        ("csv", tmp_path / "folder", "folder: holds notes.txt, which is not replaced: name another folder with -o"),
        ("jsonl", tmp_path / "file", "file: is a file: name a folder with -o"),
        ("jsonl", stored, "which is not replaced: name another folder"),
        ("xlsx", tmp_path / "file", "file: is not as pacte export made it: name another file with -o"),
        ("xlsx", tmp_path / "a.xlsx", "a.xlsx: is not as pacte export made it: name another file with -o"),
        ("duckdb", tmp_path / "a.duckdb", "a.duckdb: is not as pacte export made it: name another file with -o"),
        ("duckdb", tmp_path / "file", "file: is not as pacte export made it: name another file with -o"),
        ("duckdb", tmp_path / "folder", "folder: is a folder: name a file in it with -o"),
        ("csv", tmp_path / "file" / "csv", "cannot be written"),
        ("xlsx", tmp_path / "file" / "a.xlsx", "cannot be written"),
    ):
        code, told = run("export", stored, "--to", form, "-o", place)
        assert (code, told.count("\n")) == (2, 1), (form, place, told)
        assert remedy in told
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()} == before
    assert (tmp_path / "folder" / "levels.csv").read_text() == "old"
    assert run("export", stored, "--to", "xlsx", "-o", tmp_path / "b.xlsx")[0] == 0


def test_wrong_usage_is_one_line_with_the_remedy(stored: Path, tmp_path: Path) -> None:
    old, broken, undescribed = (tmp_path / name for name in ("old", "broken", "undescribed"))
    for folder in (old, broken, undescribed):
        shutil.copytree(stored, folder)
    pq.write_table(pq.read_table(old / "levels.parquet").drop_columns(["wording"]), old / "levels.parquet")
    (broken / "clauses.parquet").write_bytes(b"PAR1 no more PAR1")
    (undescribed / "datapackage.json").write_text('{"resources": []}')
    for arguments, remedy in (
        ((tmp_path / "nowhere", "--to", "csv"), "make the tables with pacte parse INPUT -o"),
        ((old, "--to", "csv"), "has the columns of another version: pacte parse INPUT -o"),
        ((broken, "--to", "jsonl"), "delete it, and parse anew"),
        ((undescribed, "--to", "csv"), "datapackage.json: does not describe these tables: delete it, and parse anew"),
        ((undescribed, "--to", "xlsx"), "datapackage.json: does not describe these tables: delete it, and parse anew"),
        ((stored, "--to", "xlsx", "--excel"), "--excel goes with --to csv"),
        ((stored, "--to", "csv", "-o", "s3://bucket/csv"), "is a URL: name a file or folder here"),
    ):
        code, told = run("export", *arguments)
        assert (code, told.count("\n")) == (2, 1), (arguments, told)
        assert remedy in told
    assert run("export", stored, "--to", "pdf")[0] == 2
    assert not (tmp_path / "nowhere").exists()


def test_two_exports_do_not_meet(output: Output, tmp_path: Path) -> None:
    with staged(tmp_path / "csv", ["levels.csv"]), pytest.raises(Busy):
        export_csv(output, tmp_path / "csv")
    with staged(tmp_path / "a.xlsx") as path:
        with pytest.raises(Busy):
            export_xlsx(output, tmp_path / "a.xlsx")
        path.write_text("whole")
    assert (tmp_path / "a.xlsx").read_text() == "whole"
    with pytest.raises(Occupied):
        export_xlsx(output, tmp_path / "a.xlsx")
