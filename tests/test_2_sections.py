"""Reading section by section, and remembering sections, gives what reading the whole anew gives."""

import random
from pathlib import Path

import pytest

from pipeline import parse as parsing
from pipeline.assemble import assemble
from pipeline.kinds import load_all, recognise
from pipeline.model import Known, Pact, Source
from pipeline.outline import outline
from pipeline.parse import parse_source, understand
from pipeline.read import read
from pipeline.sections import cut_sections, whole
from pipeline.tabulate import tabulate
from tests.conftest import ROOT, SEED

PACTS = sorted([SEED, *(ROOT / "tests" / "corpus").rglob("*.txt")])


def read_whole(source: Source) -> Pact:
    rules, assumed = recognise(source, load_all())
    page = outline(source, rules)
    return assemble(page, [(0, understand(page, whole(page)))], assumed, Known())


def rows(pact: Pact) -> dict[str, list[dict[str, object]]]:
    return {name: table.to_pylist() for name, table in tabulate([pact]).items()}


def test_there_are_pacts_with_many_sections() -> None:
    source = read(SEED.read_bytes(), "x.txt")
    page = outline(source, recognise(source, load_all())[0])
    sections = cut_sections(page)
    assert len(sections) == 31
    assert "".join(source.text[each.start : each.end] for each in sections) == source.text
    assert len(PACTS) > 80


@pytest.mark.parametrize("path", PACTS, ids=lambda path: path.name)
def test_sections_say_what_the_whole_says(path: Path) -> None:
    source = read(path.read_bytes(), path.name)
    assert rows(parse_source(source, load_all())) == rows(read_whole(source))


def test_documents_made_of_others_lines() -> None:
    """Lines of different pacts in one document, dropped, doubled and shuffled: memory must not mix them up."""
    chance = random.Random(8)
    lines = [line for path in PACTS for line in path.read_text("utf-8", "replace").split("\n")]
    for _ in range(80):
        own = chance.choice(PACTS).read_text("utf-8", "replace").split("\n")
        for _ in range(chance.randrange(12)):
            own.insert(chance.randrange(len(own) + 1), chance.choice(lines))
        own = [line for line in own if chance.random() < 0.95]
        if chance.random() < 0.3:
            chance.shuffle(own)
        source = read("\n".join(own).encode(), "x.txt")
        assert rows(parse_source(source, load_all())) == rows(read_whole(source))


def test_what_a_section_is_read_in_tells_it_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same section, once where its label recurs, and is the document's own, once where it does not."""
    monkeypatch.setattr(parsing, "_PARTS", {})
    section = "1 – Se doter d’une politique ambitieuse d’achats publics responsables\nN1 • Adopter un schéma\n"
    section += "Au téléphone : peut-être, à voir\n\n"
    others = ["2 – Financer les projets de la commune\n", "3 – Mener une politique de sobriété\n"]
    recurs = section + "".join(f"{other}N1 • Agir\nAu téléphone : rien\n\n" for other in others)
    alone = section + "".join(f"{other}N1 • Agir\n\n" for other in others)
    evidence = []
    for text in (alone, recurs, alone):
        source = read(text.encode(), "x.txt")
        pact = parse_source(source, load_all())
        assert rows(pact) == rows(read_whole(source))
        evidence.append([row.rule for row in pact.observations if row.measure == 1])
    assert evidence[0] == evidence[2] != evidence[1] == ["recurring-label"]
    assert len(parsing._PARTS) == 6


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parsing, "_PARTS", {})
    monkeypatch.setattr(parsing, "_REMEMBERED", 5)
    text = "".join(f"{n} – Mesure locale {n}\nN1 • Agir {n}\n\n" for n in range(40, 60))
    source = read(text.encode(), "x.txt")
    assert rows(parse_source(source, load_all())) == rows(read_whole(source))
    assert len(parsing._PARTS) == 5


def test_principles_in_two_sections_are_read_together() -> None:
    text = (
        "Principe A : Former\n\n1 – Se doter d’une politique ambitieuse d’achats publics responsables\nN1 • Agir\n\n"
        "Principe A : Encore\n\n2 – Financer les projets de la commune\nN1 • Agir\n"
    )
    pact = parse_source(read(text.encode(), "x.txt"), load_all())
    assert [row.principle for row in pact.principles] == ["A"]
    assert "principle-repeated" in [found.code for found in pact.diagnostics]
