"""annotate and relabel: a parse goes to Label Studio and comes back as a labelled text that says the same."""

import json
from pathlib import Path
from typing import Any

import pytest
import spacy
from click.testing import CliRunner
from lxml import etree
from spacy.tokens import DocBin

from pipeline.annotate import doc_bin_of, interface, regions_of, task_of
from pipeline.cli import main
from pipeline.evaluate import score
from pipeline.kinds import load_all
from pipeline.labels import LabelError, read_corpus
from pipeline.model import Pact
from pipeline.parse import parse_bytes
from pipeline.relabel import labelled_text, read_export
from tests.conftest import ROOT, SEED

CORPUS = [path for path in sorted((ROOT / "tests" / "corpus").rglob("*.txt")) if not path.name.startswith("sentences")]


def exported(pact: Pact) -> list[dict[str, Any]]:
    """What Label Studio exports of a task whose prediction a person submitted as it was."""
    tasks: list[dict[str, Any]] = json.loads(task_of(pact))
    for task in tasks:
        task["annotations"] = [{"result": task.pop("predictions")[0]["result"], "updated_at": "2026-11-25T08:00:00Z"}]
    return tasks


def back(tasks: list[dict[str, Any]]) -> str:
    (corrected,) = read_export(json.dumps(tasks).encode(), "export.json")
    return labelled_text(corrected)


def test_the_seed_comes_back_as_labels_that_say_the_same(seed: Pact, tmp_path: Path) -> None:
    written = back(exported(seed))
    assert "%% measure 9 agreed : (N1) refused, N2 agreed\n" in written
    assert "%% list: CHAMPIGNY ALTERNANCE" in written
    assert written.count("⟦") == 13
    (tmp_path / "seed.txt").write_text(written, "utf-8")
    (labelled,) = read_corpus(tmp_path / "seed.txt")
    assert labelled.text.strip() == seed.source.text.strip()
    assert not score(labelled, seed).errors


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
def test_every_parse_of_the_corpus_comes_back(path: Path, tmp_path: Path) -> None:
    (text,) = read_corpus(path)
    pact = parse_bytes(text.text.encode(), path.name, load_all())
    (tmp_path / "back.txt").write_text(back(exported(pact)), "utf-8")
    (labelled,) = read_corpus(tmp_path / "back.txt")
    result = score(labelled, pact)
    assert not result.errors
    assert result.counts["measures"].expected == len(pact.measures)
    assert result.counts["clauses"].expected == len(pact.clauses)


def test_a_correction_is_in_the_labels(seed: Pact) -> None:
    tasks = exported(seed)
    results = tasks[0]["annotations"][0]["result"]
    said = {(r["id"], r["from_name"]): r["value"] for r in results}
    (level,) = (
        name
        for name, control in said
        if control == "label" and said[name, "label"]["labels"] == ["level"]
        if said[name, "measure"]["number"] == 9 and said[name, "levels"]["choices"] == ["N1"]
    )
    status = next(r for r in results if r["id"] == level and r["from_name"] == "status")
    assert status["value"]["choices"] == ["refused"]
    status["value"]["choices"] = ["undecided"]
    assert "%% measure 9 agreed : (N1) undecided, N2 agreed\n" in back(tasks)


def test_the_last_annotation_counts_and_a_cancelled_one_does_not(seed: Pact) -> None:
    (task,) = exported(seed)
    kept = task["annotations"][0]
    task["annotations"] += [
        {"result": [], "updated_at": "2026-11-26T08:00:00Z", "was_cancelled": True},
        {"result": [], "updated_at": "2026-11-24T08:00:00Z"},
    ]
    assert back([task]) == back([{**task, "annotations": [kept]}])
    task["annotations"] = task["annotations"][1:2]
    assert read_export(json.dumps([task]).encode(), "e.json") == []


def test_offsets_of_old_versions_are_understood() -> None:
    pact = parse_bytes(
        "Liste 🌱 verte\n\n1 – Titre\nN1 • Planter.\nNous sommes d’accord 🌳 avec N1.\n".encode(), "a.txt", load_all()
    )
    tasks = exported(pact)
    expected = back(tasks)
    text = tasks[0]["data"]["text"]
    results = tasks[0]["annotations"][0]["result"]
    for value in (result["value"] for result in results if "start" in result["value"]):
        for edge in ("start", "end"):
            value[edge] = len(text[: value[edge]].encode("utf-16-le")) // 2
    assert back(tasks) == expected
    assert "⟦Nous sommes d’accord 🌳 avec N1.⟧" in expected
    next(result for result in results if "text" in result["value"] and "labels" in result["value"])["value"]["text"] = (
        "x"
    )
    with pytest.raises(LabelError, match="does not stand where it is said to: mark it anew"):
        back(tasks)


def without(pact: Pact, control: str) -> list[dict[str, Any]]:
    """The export without what a control says of the first region of a level."""
    tasks = exported(pact)
    results = tasks[0]["annotations"][0]["result"]
    level = next(result["id"] for result in results if result["value"].get("labels") == ["level"])
    kept = [result for result in results if (result["id"], result["from_name"]) != (level, control)]
    assert len(kept) == len(results) - 1
    tasks[0]["annotations"][0]["result"] = kept
    return tasks


@pytest.mark.parametrize(
    ("control", "told"),
    [
        ("measure", "a level without the number of its measure: give it"),
        ("status", "a level without status: choose it"),
        ("levels", "a level has one number: choose it"),
    ],
)
def test_what_is_missing_is_told(seed: Pact, control: str, told: str) -> None:
    with pytest.raises(LabelError, match=r"^export.json: champigny-alternance.txt: “") as error:
        back(without(seed, control))
    assert told in str(error.value)


@pytest.mark.parametrize("data", [b"", b"{}", b"[1]", b'[{"id": 1, "text": "x", "label": []}]', b"\xff"])
def test_what_is_no_export_is_told(data: bytes) -> None:
    with pytest.raises(LabelError, match=r"^export.json: .*export the project from Label Studio as JSON"):
        read_export(data, "export.json")


def test_a_text_that_holds_the_marks_is_refused() -> None:
    pact = parse_bytes("Liste\n\n1 – Titre\nN1 • Planter ⟦des arbres⟧.\n".encode(), "a.txt", load_all())
    with pytest.raises(LabelError, match=r"^a.txt: holds ⟦"):
        back(exported(pact))


def test_the_interface_offers_every_label_and_control(seed: Pact) -> None:
    tree = etree.fromstring(interface())
    named = {element.get("name") for element in tree.iter() if element.get("name")}
    results = json.loads(task_of(seed))[0]["predictions"][0]["result"]
    assert {result["from_name"] for result in results} <= named
    for result in results:
        for kind in ("labels", "choices"):
            for value in result["value"].get(kind, []):
                control = tree.xpath(f"//*[@name='{result['from_name']}']/*[@value='{value}']")
                assert control, (result["from_name"], value)
    # Only existing labels make a control appear.
    labels = set(tree.xpath("//Label/@value"))
    for when in tree.xpath("//@whenLabelValue"):
        assert set(when.split(",")) <= labels


def test_spacy_reads_the_spans_at_their_very_characters(seed: Pact) -> None:
    nlp = spacy.blank("fr")
    (doc,) = DocBin().from_bytes(doc_bin_of(seed)).get_docs(nlp.vocab)
    assert doc.text == seed.source.text
    assert doc.user_data["pact_id"] == SEED.name
    assert len(doc.spans["clauses"]) == 28
    for span, row in zip(doc.spans["clauses"], seed.clauses, strict=True):
        assert (span.start_char, span.end_char, span.label_) == (row.start, row.end, row.stance)
    assert [(s.start_char, s.end_char) for s in doc.spans["blocks"]] == [(b.start, b.end) for b in seed.blocks]
    refused = next(span for span in doc.spans["clauses"] if span.label_ == "refuse" and span.kb_id_.startswith("9 "))
    assert refused.kb_id_ == "9 N1"


def test_regions_stand_in_the_text(seed: Pact) -> None:
    found = regions_of(seed)
    assert len(found) > 100
    assert all(0 <= region.start < region.end <= len(seed.source.text) for region in found)


def test_the_commands_go_there_and_back(seed: Pact, tmp_path: Path) -> None:
    run = CliRunner().invoke
    made = run(main, ["annotate", str(SEED), "-o", str(tmp_path / "a")])
    assert made.exit_code == 0, made.output
    assert sorted(path.name for path in (tmp_path / "a").iterdir()) == [
        "champigny-alternance.txt.json",
        "champigny-alternance.txt.spacy",
        "interface.xml",
    ]
    assert (tmp_path / "a" / "champigny-alternance.txt.json").read_text("utf-8") == task_of(seed)
    export = tmp_path / "export.json"
    export.write_text(json.dumps(exported(seed)), "utf-8")
    arguments = ["labels", str(export), "-o", str(tmp_path / "corpus")]
    assert run(main, arguments).exit_code == 0
    (labelled,) = read_corpus(tmp_path / "corpus")
    assert labelled.path.name == SEED.name
    refused = run(main, arguments)
    assert (refused.exit_code, "give --overwrite" in refused.output) == (2, True)
    assert run(main, [*arguments, "--overwrite"]).exit_code == 0


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda tasks: [{**tasks[0], "annotations": []}], "no task in it was annotated"),
        (lambda tasks: tasks * 2, "holds two tasks of one pact"),
        (lambda tasks: [{**tasks[0], "data": {**tasks[0]["data"], "pact_id": "C:\\x"}}], "its name is absolute"),
        (lambda tasks: [{**tasks[0], "data": {"text": "x"}}], "data.pact_id: Field required"),
    ],
)
def test_an_export_that_cannot_be_used_is_told(seed: Pact, tmp_path: Path, change: Any, told: str) -> None:
    export = tmp_path / "export.json"
    export.write_text(json.dumps(change(exported(seed))), "utf-8")
    result = CliRunner().invoke(main, ["labels", str(export), "-o", str(tmp_path / "corpus")])
    assert result.exit_code == 2
    assert told in result.output
    assert not (tmp_path / "corpus").exists()


def test_a_failed_document_is_not_annotated(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("Madame, Monsieur,\n\nNous vous écrirons.\n", "utf-8")
    result = CliRunner().invoke(main, ["annotate", str(tmp_path / "letter.txt"), "-o", str(tmp_path / "a")])
    assert result.exit_code == 2
    assert "holds nothing to annotate: no measure was found" in result.output
