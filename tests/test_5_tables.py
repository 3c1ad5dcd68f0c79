"""tabulate and store: the contract of the tables, for every parse that these tests make."""

import json
from collections.abc import Callable
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.model import Pact
from pipeline.schemas import TABLES
from pipeline.store import store
from pipeline.tabulate import tabulate

Parse = Callable[[str], Pact]


def check_contract(tables: dict[str, pa.Table]) -> None:
    """Schemas, nullability, keys, foreign keys, and evidence inside the text."""
    assert tables.keys() == TABLES.keys()
    for name, table in TABLES.items():
        rows = tables[name].to_pylist()
        assert tables[name].schema.equals(table.schema, check_metadata=True)
        for field in table.schema:
            assert field.metadata[b"title"]
            assert field.nullable or tables[name][field.name].null_count == 0, (name, field.name)
        keys = [tuple(row[column] for column in table.key) for row in rows]
        assert len(keys) == len(set(keys)), f"{name}: a key stands twice"
        for columns, target in table.references:
            known = {tuple(row[key] for key in TABLES[target].key) for row in tables[target].to_pylist()}
            values = {tuple(row[column] for column in columns) for row in rows if row[columns[-1]] is not None}
            if columns == ("pact_id", "clause") or columns[-1] in TABLES[target].key or columns[-1] == "parent":
                assert values <= known, f"{name} → {target}"
    texts = {row["pact_id"]: row["text"] for row in tables["documents"].to_pylist()}
    for name in ("principles", "measures", "levels", "items", "observations", "clauses"):
        for row in tables[name].to_pylist():
            if row["start"] is not None:
                evidence = texts[row["pact_id"]][row["start"] : row["end"]]
                assert evidence.strip() == evidence != ""
                assert (row.get("title") or row.get("text") or "") in evidence, (name, row)


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
    store(tables, tmp_path, "abc")
    store(tables, tmp_path, "abc")
    assert {path.name for path in tmp_path.iterdir()} == {
        *(f"{name}.parquet" for name in TABLES),
        "manifest.json",
    }
    assert pq.read_table(tmp_path / "levels.parquet").equals(tables["levels"])
    assert json.loads((tmp_path / "manifest.json").read_text())["tables"]["levels"]["rows"] == 87


def test_a_users_question_in_sql(seed: Pact, tmp_path: Path) -> None:
    store(tabulate([seed]), tmp_path, "abc")
    question = f"""
        select list_name, l.text from '{tmp_path}/levels.parquet' l join '{tmp_path}/documents.parquet' using (pact_id)
        where measure = 9 and level = 1 and l.status = 'refused'"""
    ((name, text),) = duckdb.connect().execute(question).fetchall()
    assert name == "CHAMPIGNY ALTERNANCE"
    assert text.startswith("Interdire toute artificialisation des terres agricoles")
