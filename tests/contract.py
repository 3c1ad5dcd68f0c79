"""What every parse must keep, whatever the document."""

import json

import pyarrow as pa

from pipeline.schemas import TABLES


def check_contract(tables: dict[str, pa.Table]) -> None:
    """Schemas, nullability, keys, foreign keys, and evidence inside the text."""
    assert tables.keys() == TABLES.keys()
    for name, table in TABLES.items():
        rows = tables[name].to_pylist()
        assert tables[name].schema.equals(table.schema, check_metadata=True)
        for field in table.schema:
            assert field.metadata[b"title"]
            assert field.nullable or tables[name][field.name].null_count == 0, (name, field.name)
            found = {row[field.name] for row in rows if not isinstance(row[field.name], list)} - {None}
            if b"values" in field.metadata:
                assert found <= set(json.loads(field.metadata[b"values"])), (name, field.name)
            if b"bounds" in field.metadata:
                least, greatest = json.loads(field.metadata[b"bounds"])
                assert all(least <= value <= greatest for value in found), (name, field.name)
        keys = [tuple(row[column] for column in table.key) for row in rows]
        assert len(keys) == len(set(keys)), f"{name}: a key stands twice"
        for columns, target in table.references:
            known = {tuple(row[key] for key in TABLES[target].key) for row in tables[target].to_pylist()}
            values = {tuple(row[column] for column in columns) for row in rows}
            assert {value for value in values if None not in value} <= known, f"{name} → {target}"
    texts = {row["pact_id"]: row["text"] for row in tables["documents"].to_pylist()}
    for name in (
        *("principles", "measures", "levels", "items", "observations", "clauses"),
        *("references", "quantities", "organisations"),
    ):
        for row in tables[name].to_pylist():
            if row["start"] is not None:
                evidence = texts[row["pact_id"]][row["start"] : row["end"]]
                assert evidence.strip() == evidence != ""
                assert (row.get("title") or row.get("text") or "") in evidence, (name, row)
