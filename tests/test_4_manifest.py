"""manifest.csv and the header: what is known of a pact, from inside and outside; the kind of pact."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from pipeline.fold import shape
from pipeline.kinds import load_all, recognise
from pipeline.manifest import ManifestError, parse_manifest, read_manifest
from pipeline.model import Known, Pact
from pipeline.parse import parse_bytes
from pipeline.read import read
from pipeline.rules import RULES, Rules, load
from tests.conftest import SEED

Parse = Callable[[str], Pact]
BODY = "\n\n9 – Mettre fin au développement de grandes surfaces commerciales sur le territoire.\nN1 : Agir.\n"


@pytest.mark.parametrize(
    ("header", "facts"),
    [
        ("DEMAIN – Anne-Marie Le Goff", ("DEMAIN", "Anne-Marie Le Goff", None, None, None)),
        (
            "Vivre ici - Yann N’Guyen\nVille de Saint-Malo, le 3 mars 2020",
            ("Vivre ici", "Yann N’Guyen", "Saint-Malo", None, date(2020, 3, 3)),
        ),
        (
            "Pacte signé par la liste « Ici, ensemble », conduite par\nHubert de La Tour\nCommune : Pertuis",
            ("Ici, ensemble", "Hubert de La Tour", "Pertuis", True, None),
        ),
        ("Projet de pacte, non encore signé, pour la liste Demain", (None, None, None, False, None)),
        (
            "Pacte signé à Die le trois mars deux mille vingt avec la liste Respire.",
            ("Respire", None, "Die", True, date(2020, 3, 3)),
        ),
        ("Le pacte de la commune de L’Haÿ-les-Roses", (None, None, "L’Haÿ-les-Roses", None, None)),
    ],
)
def test_headers(parse: Parse, header: str, facts: tuple[object, ...]) -> None:
    found = parse(header + BODY).facts
    assert (found.list_name, found.lead_candidate, found.commune, found.signed, found.signed_on) == facts


@pytest.mark.parametrize(
    ("introduction", "number"),
    [
        ("La liste a retenu 2 des 32 mesures.", 2),
        ("Huit des trente-deux mesures figurent ici.", 8),
        ("Les 3 principes.", None),
    ],
)
def test_announced_measures(parse: Parse, introduction: str, number: int | None) -> None:
    pact = parse(introduction + BODY)
    assert pact.facts.announced_measures == number
    assert ("count-differs" in [found.code for found in pact.diagnostics]) == (number is not None)


def test_every_fact_rule_reads_a_long_line_quickly_enough(rules: Rules) -> None:
    line = shape("Liste Pacte signé par la liste à le de La Commune de " * 400)
    assert len(rules.facts) > 10
    for rule in rules.facts:
        rule.compiled.search(line, timeout=2.0)


def write(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    (folder / "manifest.csv").write_text(text, encoding=encoding)
    return folder


@pytest.mark.parametrize(("separator", "encoding"), [(",", "utf-8"), (";", "utf-8-sig")])
def test_a_manifest(tmp_path: Path, separator: str, encoding: str) -> None:
    rows = ["file,commune,commune_code,signed,signed_on", "a/b.txt,Lyon,69123,oui,2020-03-05", "c.txt,,,,"]
    text = "\n".join(row.replace(",", separator) for row in rows)
    known = read_manifest(write(tmp_path, text, encoding))
    assert known["a/b.txt"] == Known(commune="Lyon", commune_code="69123", signed=True, signed_on=date(2020, 3, 5))
    assert known["c.txt"] == Known()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("file,town\na.txt,Lyon\n", "the column 'town' is not known"),
        ("commune\nLyon\n", "the column 'file' is missing"),
        ("file,commune_code\na.txt,1004\n", "manifest.csv:2: '1004' is no INSEE code"),
        ("file,signed\na.txt,maybe\n", "write true or false"),
        ("file,signed_on\na.txt,5 mars\n", "write it as 2020-03-05"),
        ("file,commune\na.txt,Lyon\na.txt,Paris\n", "a.txt stands twice"),
        ("file,commune\na.txt,Lyon,Paris\n", "not as many cells as columns"),
    ],
)
def test_a_mistake_in_the_manifest_is_told(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(ManifestError) as error:
        read_manifest(write(tmp_path, text))
    assert told in str(error.value)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_manifest_as_bytes(end: str) -> None:
    data = end.join(["\ufefffile,commune", "a.txt,Lyon", "b.txt,Die", ""]).encode()
    assert parse_manifest(data, "x") == {"a.txt": Known(commune="Lyon"), "b.txt": Known(commune="Die")}


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ("file,commune\né.txt,Lyon\n".encode("latin-1"), "s3://in/m.csv: is not UTF-8: save it as UTF-8"),
        (b"file,town\n", "s3://in/m.csv: the column 'town' is not known: "),
        (b"file,signed\n\na.txt,maybe\n", "s3://in/m.csv:3: signed is 'maybe': "),
    ],
)
def test_a_mistake_in_a_manifest_as_bytes_is_told_with_its_label(data: bytes, told: str) -> None:
    with pytest.raises(ManifestError) as error:
        parse_manifest(data, "s3://in/m.csv")
    assert str(error.value).startswith(told)


def test_no_manifest_tells_nothing(tmp_path: Path) -> None:
    assert read_manifest(tmp_path) == {}


def test_the_manifest_wins_and_a_contradiction_is_told(rules: Rules) -> None:
    text = ("Demain – Anne Le Goff\nCommune : Lyon" + BODY).encode()
    pact = parse_bytes(text, "a.txt", rules, Known(commune="Villeurbanne", commune_code="69266"))
    assert (pact.facts.commune, pact.facts.commune_code, pact.facts.list_name) == ("Villeurbanne", "69266", "Demain")
    told = [found for found in pact.diagnostics if found.code == "facts-contradict"]
    assert len(told) == 1
    assert "Lyon" in told[0].message


def test_the_kind_is_recognised_from_the_document(rules: Rules) -> None:
    charter = load(RULES / "charte-logement")
    titles = "\n".join(f"{m.label} – {m.title}" for m in list(charter.catalogue.values())[:3])
    assert recognise(read(titles.encode(), "a"), load_all())[0].name == "charte-logement"
    assert recognise(read(SEED.read_bytes(), "b"), load_all()) == (rules, ())
    unknown, told = recognise(read(b"1 - Planter\n", "c"), load_all())
    assert (unknown.name, [found.code for found in told]) == ("pacte-transition", ["kind-assumed"])


def test_a_second_kind_of_pact_with_names_for_levels_and_letters_for_measures() -> None:
    text = """Toits d’Arville – Sonia Le Guen
Charte du logement juste signée le 3 mars 2026

A1 – Tenir un registre public des logements vacants de la commune.
Socle : Publier chaque année le nombre de logements vacants par quartier.
Ambition : Écrire à tous les propriétaires de logements vacants depuis plus de deux ans.
Nous retenons le socle et l’ambition, mais pas l’exemplarité (Demander la taxe).

A2 – Encadrer la location touristique de courte durée.
Socle et ambition : Instaurer la déclaration préalable.
L’exemplarité relève de la métropole.

D1 – Planter des arbres au pied des tours.
Exemplarité : Un arbre par logement.
"""
    pact = parse_bytes(text.encode(), "a.txt", load_all())
    assert (pact.profile, pact.catalogue) == ("charte-logement", "clj-exemple")
    assert [(row.measure, row.origin) for row in pact.measures] == [(1, "catalogue"), (2, "catalogue"), (9, "local")]
    assert [row.status for row in pact.levels] == [
        *("agreed", "agreed", "refused"),
        *("agreed", "agreed", "not_competent"),
        *("unstated", "unstated", "agreed"),
    ]
    assert pact.levels[2].text == "Demander la taxe"
