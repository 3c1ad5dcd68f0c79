"""datapackage.json and the catalogue: what whoever meets the tables elsewhere is told of them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import frictionless
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.batch import Options, parse_all
from pipeline.dataset import Dataset, DatasetError, parse_dataset
from pipeline.model import Pact
from pipeline.output import NoOutput, open_output
from pipeline.package import Stored, catalogue_table, describe
from pipeline.schemas import ALL, CATALOGUE
from pipeline.store import store
from pipeline.tabulate import tabulate
from tests.conftest import ROOT

Spoil = Callable[[dict[str, Any]], None]


@pytest.fixture
def output(seed: Pact, tmp_path: Path) -> Path:
    folder = tmp_path / "output"
    store(tabulate([seed]), folder, {"kind": "abc"})
    return folder


def _package(folder: Path) -> dict[str, Any]:
    package: dict[str, Any] = json.loads((folder / "datapackage.json").read_text("utf-8"))
    return package


def _errors(folder: Path) -> list[tuple[str, str]]:
    """The kinds of errors that frictionless finds, with the table in which it does."""
    report = frictionless.validate(folder / "datapackage.json")
    return [(task.name, error.type) for task in report.tasks for error in task.errors] + [
        ("", error.type) for error in report.errors
    ]


def test_frictionless_finds_the_output_valid(output: Path) -> None:
    report = frictionless.validate(output / "datapackage.json")
    assert report.valid, report.flatten(["name", "type", "message"])
    assert [task.name for task in report.tasks] == list(ALL)
    # Nothing was passed over: each table was read to its last row.
    assert {task.name: task.stats.get("rows", 0) for task in report.tasks} == {
        name: pq.read_metadata(output / f"{name}.parquet").num_rows for name in ALL
    }


@pytest.mark.parametrize(
    ("name", "column", "value", "error"),
    [
        ("levels", "status", "perhaps", "constraint-error"),
        ("levels", "measure", 99, "foreign-key"),
        ("levels", "status", None, "constraint-error"),
        ("documents", "coverage", 1.5, "constraint-error"),
        ("measures", "measure", 2, "primary-key"),
    ],
)
def test_frictionless_says_what_is_spoiled(output: Path, name: str, column: str, value: object, error: str) -> None:
    path = output / f"{name}.parquet"
    table = pq.read_table(path)
    values = table[column].to_pylist()
    assert values[0] != value
    if name == "measures":
        assert values[1] == value  # the first row now has the number of the second
    values[0] = value
    at = table.schema.get_field_index(column)
    field = table.schema.field(column).with_nullable(True)
    pq.write_table(table.set_column(at, field, pa.array(values, field.type)), path)
    package = _package(output)
    for resource in package["resources"]:
        # The file is another one now: that alone would be found.
        resource.pop("bytes")
        resource.pop("hash")
    (output / "datapackage.json").write_text(json.dumps(package), "utf-8")
    assert (name, error) in _errors(output)


def test_a_file_that_was_changed_is_found_by_its_hash(output: Path) -> None:
    path = output / "levels.parquet"
    pq.write_table(pq.read_table(path), path, compression="none")
    assert ("levels", "hash-count") in _errors(output)


def test_every_column_is_described_as_the_schema_has_it(output: Path) -> None:
    resources = _package(output)["resources"]
    assert [resource["name"] for resource in resources] == list(ALL)
    for resource in resources:
        table = ALL[resource["name"]]
        fields = resource["schema"]["fields"]
        assert [field["name"] for field in fields] == table.schema.names
        assert resource["schema"]["primaryKey"] == list(table.key)
        for field, column in zip(fields, table.schema, strict=True):
            assert field["title"] == column.metadata[b"title"].decode()
            assert field.get("constraints", {}).get("required", False) is not column.nullable
    levels = {field["name"]: field for field in resources[list(ALL).index("levels")]["schema"]["fields"]}
    assert levels["status"]["constraints"]["enum"][:2] == ["agreed", "refused"]
    assert levels["similarity"]["type"] == "number"
    assert levels["added"]["type"] == "array"


def test_dataset_toml_tells_licence_and_sources(tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    raw.mkdir()
    (raw / "a.txt").write_bytes((ROOT / "raw" / "champigny-alternance.txt").read_bytes())
    (raw / "dataset.toml").write_text(
        'title = "Pactes d’Aubignac"\nversion = "2026.1"\nlicences = [{ name = "etalab-2.0", title = "Licence Ouverte" }]\n'
        'sources = [{ title = "Le collectif", path = "https://example.org" }]\n',
        "utf-8",
    )
    summary = parse_all([str(raw)], str(tmp_path / "out"), Options(jobs=1), lambda _: None)
    assert summary.n_inputs == 1  # dataset.toml is no pact
    package = _package(tmp_path / "out")
    assert package["title"] == "Pactes d’Aubignac"
    assert package["version"] == "2026.1"
    assert package["licenses"] == [{"name": "etalab-2.0", "title": "Licence Ouverte"}]
    assert package["sources"] == [{"title": "Le collectif", "path": "https://example.org"}]
    assert not _errors(tmp_path / "out")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (b"title = ", "is not TOML"),
        (b"titel = 'x'", "titel: Extra inputs are not permitted: the keys are name, title"),
        (b"licences = [{ title = 'x' }]", "licences.0.name"),
        (b"name = 'Mes Pactes'", "name: String should match"),
        (b"title = '\xff'", "is not UTF-8"),
    ],
)
def test_a_mistake_in_dataset_toml_is_told(text: bytes, told: str) -> None:
    with pytest.raises(DatasetError, match=r"^raw/dataset\.toml: ") as error:
        parse_dataset(text, "raw/dataset.toml")
    assert told in str(error.value)


def test_nothing_is_said_of_a_licence_that_nobody_named() -> None:
    package = json.loads(describe({"levels": Stored(0, ("levels.parquet",), ("0" * 64,), 3)}, Dataset()))
    assert "licenses" not in package
    assert "sources" not in package


def test_the_catalogue_is_that_of_the_pacts(output: Path) -> None:
    table = open_output(output).table("catalogue")
    assert table.schema.equals(CATALOGUE.schema, check_metadata=True)
    rows = {(row["measure"], row["level"]): row["text"] for row in table.to_pylist()}
    assert set(table["catalogue"].to_pylist()) == {"ptc-2020"}  # no other kind of pact was met
    assert len([level for _, level in rows if level == 0]) == 32
    assert rows[2, 0].startswith("Financer les projets de la commune prioritairement par des prêts")
    assert rows[2, 2].startswith("Financer au moins un projet de la commune par an")
    both = catalogue_table({"ptc-2020", "clj-exemple", "none"})
    assert both.num_rows > table.num_rows
    assert catalogue_table(set()).num_rows == 0


def test_an_output_that_is_not_there_or_of_another_version_is_told(output: Path, tmp_path: Path) -> None:
    with pytest.raises(NoOutput, match=r"documents.parquet is not there: .* pacte parse INPUT"):
        open_output(tmp_path / "nowhere")
    path = output / "levels.parquet"
    pq.write_table(pq.read_table(path).drop_columns(["wording"]), path)
    with pytest.raises(NoOutput, match="has the columns of another version"):
        open_output(output)


def test_an_output_is_read_back_as_it_was_made(output: Path, seed: Pact) -> None:
    opened, made = open_output(output), tabulate([seed])
    for name, table in made.items():
        assert opened.table(name).equals(table)
    assert opened.table("levels", ["level", "status"]).column_names == ["level", "status"]
