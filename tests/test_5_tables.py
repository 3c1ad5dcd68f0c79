"""tabulate and store: the contract of the tables, for every parse that these tests make."""

import json
from collections.abc import Callable
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from pipeline.model import Pact
from pipeline.schemas import ALL, TABLES
from pipeline.store import store
from pipeline.tabulate import tabulate
from tests.contract import check_contract

Parse = Callable[[str], Pact]


def test_the_seed_keeps_the_contract(seed: Pact) -> None:
    tables = tabulate([seed])
    assert {name: table.num_rows for name, table in tables.items()} == {
        "documents": 1,
        "blocks": 180,
        "principles": 3,
        "measures": 30,
        "levels": 87,
        "items": 39,
        "observations": 13,
        "clauses": 28,
        "references": 9,
        "quantities": 38,
        "organisations": 9,
        "diagnostics": 4,
    }
    check_contract(tables)


def test_odd_pacts_keep_the_contract(parse: Parse) -> None:
    texts = [
        "",
        "\n\n",
        "Principe A\n",
        "1 – A\n1 – A\nN1\nN1 • B\nAccord\n",
        "1 – A\nNB : N2 (\n",
        "Principe A : T\nNous sommes d’accord\n1 – A\nN1-2-3\n- x\n\nMais pas sur N1 (",
    ]
    for text in texts:
        check_contract(tabulate([parse(text)]))


def test_the_schema_does_not_depend_on_the_rows() -> None:
    assert all(table.schema.equals(TABLES[name].schema) for name, table in tabulate([]).items())


def test_store_leaves_whole_tables_and_nothing_else(seed: Pact, tmp_path: Path) -> None:
    tables = tabulate([seed])
    store(tables, tmp_path, {"kind": "abc"})
    store(tables, tmp_path, {"kind": "abc"})
    assert {path.name for path in tmp_path.iterdir()} == {
        *(f"{name}.parquet" for name in ALL),
        "datapackage.json",
        "manifest.json",
    }
    assert pq.read_table(tmp_path / "levels.parquet").equals(tables["levels"])
    assert json.loads((tmp_path / "manifest.json").read_text())["tables"]["levels"]["rows"] == 87


def test_a_users_question_in_sql(seed: Pact, tmp_path: Path) -> None:
    store(tabulate([seed]), tmp_path, {"kind": "abc"})
    question = f"""
        select list_name, l.text from '{tmp_path}/levels.parquet' l join '{tmp_path}/documents.parquet' using (pact_id)
        where measure = 9 and level = 1 and l.status = 'refused'"""
    ((name, text),) = duckdb.connect().execute(question).fetchall()
    assert name == "CHAMPIGNY ALTERNANCE"
    assert text.startswith("Interdire toute artificialisation des terres agricoles")
