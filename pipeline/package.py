"""datapackage.json: the tables of an output as a Data Package, made from their schemas.

Data Package and Table Schema: https://datapackage.org/standard/data-package/, version 2.
"""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from pipeline import __version__
from pipeline.dataset import Dataset
from pipeline.rules import catalogues
from pipeline.schemas import ALL, CATALOGUE, Table

NAME = "datapackage.json"
_PROFILES = "https://datapackage.org/profiles/2.0"
_TYPES = {
    pa.string(): "string",
    pa.int8(): "integer",
    pa.int16(): "integer",
    pa.int32(): "integer",
    pa.bool_(): "boolean",
    pa.float64(): "number",
    pa.date32(): "date",
}
_FORMATS = {"parquet": "application/vnd.apache.parquet", "csv": "text/csv"}


@dataclass(frozen=True, slots=True)
class Stored:
    """A table as it was written: its file, or the parts in a folder of that name, each with its SHA-256.

    `n_bytes` is the size of the one file; None for parts.
    """

    rows: int
    paths: tuple[str, ...]
    sha256: tuple[str, ...]
    n_bytes: int | None = None


def catalogue_table(editions: Collection[str]) -> pa.Table:
    """What the pacts of some editions are compared with, by edition, measure and level.

    Raises `RuleError` for a mistake in the files of the catalogues.
    """
    rows = []
    for edition, measures in sorted(catalogues().items()):
        if edition not in editions:
            continue
        for number, measure in sorted(measures.items()):
            texts = {0: measure.title, **dict(sorted(measure.levels.items()))}
            rows += [
                {"catalogue": edition, "measure": number, "level": level, "label": measure.label, "text": text}
                for level, text in texts.items()
            ]
    return pa.Table.from_pylist(rows, schema=CATALOGUE.schema)


def describe(stored: Mapping[str, Stored], dataset: Dataset) -> str:
    """The text of datapackage.json. `stored` are tables by name."""
    told = dataset.model_dump(exclude_none=True, exclude={"licences"})
    package = {
        "$schema": f"{_PROFILES}/datapackage.json",
        **{key: value for key, value in told.items() if value},
        "version": dataset.version or __version__,
        "licenses": [licence.model_dump(exclude_none=True) for licence in dataset.licences],
        "resources": [_resource(name, ALL[name], each) for name, each in stored.items()],
    }
    return _text({key: value for key, value in package.items() if value})


def for_csv(package: Mapping[str, Any], stored: Mapping[str, Stored], delimiter: str, decimal: str) -> str:
    """The text of the datapackage.json of the same tables as CSV; `package` is that of the output."""
    resources = []
    for resource in package["resources"]:
        fields = resource["schema"]["fields"]
        if decimal != ".":
            fields = [field | {"decimalChar": decimal} if field["type"] == "number" else field for field in fields]
        schema = {**resource["schema"], "fields": fields}
        # A cell cannot tell a text of no characters, as that of a file that was not read, from none.
        fields = [_may_be_empty(field) if field["type"] == "string" else field for field in fields]
        file = _file(stored[resource["name"]], "csv")
        resources.append({**resource, **file, "dialect": {"delimiter": delimiter}, "schema": schema})
    return _text({**package, "resources": resources})


def _may_be_empty(field: dict[str, Any]) -> dict[str, Any]:
    if field["name"] != "text" or "constraints" not in field:
        return field
    constraints = {key: value for key, value in field["constraints"].items() if key != "required"}
    return {**{key: value for key, value in field.items() if key != "constraints"}, "constraints": constraints}


def _text(package: Mapping[str, Any]) -> str:
    return json.dumps(package, ensure_ascii=False, indent=1) + "\n"


def _resource(name: str, table: Table, stored: Stored) -> dict[str, Any]:
    return {
        "name": name,
        "type": "table",
        "title": table.title,
        "description": f"Une ligne est {table.row_in_french}.",
        **_file(stored, "parquet"),
        "encoding": "utf-8",
        "schema": _schema(table),
    }


def _file(stored: Stored, form: str) -> dict[str, Any]:
    path: str | list[str] = stored.paths[0] if len(stored.paths) == 1 else list(stored.paths)
    told = {"path": path, "format": form, "mediatype": _FORMATS[form]}
    return told if stored.n_bytes is None else {**told, "bytes": stored.n_bytes, "hash": f"sha256:{stored.sha256[0]}"}


def _schema(table: Table) -> dict[str, Any]:
    schema: dict[str, Any] = {
        "$schema": f"{_PROFILES}/tableschema.json",
        "fields": [_field(field) for field in table.schema],
        "primaryKey": list(table.key),
    }
    # A key of which a part may be missing is one in SQL; frictionless would take each missing part for a mistake.
    whole = [(columns, target) for columns, target in table.references if not _may_miss(table, columns)]
    if whole:
        schema["foreignKeys"] = [
            {"fields": list(columns), "reference": {"resource": target, "fields": list(ALL[target].key)}}
            for columns, target in whole
        ]
    return schema


def _may_miss(table: Table, columns: Iterable[str]) -> bool:
    return any(table.schema.field(column).nullable for column in columns)


def _field(field: pa.Field) -> dict[str, Any]:
    told: dict[bytes, bytes] = field.metadata
    constraints: dict[str, Any] = {"required": True} if not field.nullable else {}
    if b"values" in told:
        constraints["enum"] = json.loads(told[b"values"])
    if b"bounds" in told:
        constraints["minimum"], constraints["maximum"] = json.loads(told[b"bounds"])
    described: dict[str, Any] = {
        "name": field.name,
        "type": "array" if pa.types.is_list(field.type) else _TYPES[field.type],
        "title": told[b"title"].decode(),
        "description": told[b"description_fr"].decode(),
    }
    return {**described, "constraints": constraints} if constraints else described
