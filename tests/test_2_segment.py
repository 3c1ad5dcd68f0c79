"""segment: blocks that tile the source, each of the right kind."""

from collections.abc import Callable

import pytest

from pipeline.model import Pact

Parse = Callable[[str], Pact]


def kinds(pact: Pact) -> list[str]:
    return [block.kind for block in pact.blocks if block.kind != "blank"]


def test_the_blocks_of_the_seed_give_it_back(seed: Pact) -> None:
    assert len(seed.blocks) > 150
    assert "".join(seed.source.text[b.start : b.end] for b in seed.blocks) == seed.source.text


def test_references_to_measures_in_the_seed_open_no_block(seed: Pact) -> None:
    lines = [line for line in seed.source.text.split("\n") if "mesure 1" in line or "mesure 2" in line]
    assert len(lines) > 5
    numbers = [block.measure for block in seed.blocks if block.kind == "measure"]
    assert numbers == sorted(set(range(1, 34)) - {6, 29, 32})


@pytest.mark.parametrize(
    "heading",
    [
        "12 – Soutenir les rénovations",
        "12- Soutenir les rénovations",
        "12. Soutenir les rénovations",
        "12) Soutenir les rénovations",
        "#12. Soutenir les rénovations",
        "#012 Soutenir les rénovations",
        "Mesure 12 : Soutenir les rénovations",
        "Mesure n°12 – Soutenir les rénovations",
        "MESURE 12 - SOUTENIR LES RÉNOVATIONS",
    ],
)
def test_headings(parse: Parse, heading: str) -> None:
    (measure,) = parse(f"{heading}\nN1 • Isoler\n").measures
    assert measure.measure == 12
    assert measure.title is not None
    assert measure.title.lower() == "soutenir les rénovations"


@pytest.mark.parametrize(
    "line",
    [
        "3 – 4 ans seront nécessaires",
        "12 % des logements",
        "2 – un composteur par quartier",
        "voir la mesure 12 : isoler",
        "5 mars 2020",
    ],
)
def test_lines_that_look_like_headings(parse: Parse, line: str) -> None:
    pact = parse(f"1 – Acheter mieux\nN1 • Isoler :\n{line}\n")
    assert [measure.measure for measure in pact.measures] == [1]


@pytest.mark.parametrize(
    ("mark", "levels"),
    [
        ("N1 • Isoler", [1]),
        ("N2 : Isoler", [2]),
        ("Niveau 3 : Isoler", [3]),
        ("N1-2-3 • Isoler", [1, 2, 3]),
        ("Niveaux 1 et 2 : Isoler", [1, 2]),
        ("N1 à N3 : Isoler", [1, 2, 3]),
        ("N1\nIsoler", [1]),
        ("N1\n• Isoler", [1]),
        ("N1\n\nIsoler", [1]),
        ("NIVEAU 2 - Isoler", [2]),
    ],
)
def test_level_marks(parse: Parse, mark: str, levels: list[int]) -> None:
    pact = parse(f"1 – Acheter mieux\n{mark}\n")
    assert [(row.level, row.text) for row in pact.levels if row.listed] == [(level, "Isoler") for level in levels]


@pytest.mark.parametrize("bullet", ["– ", "-", "• ", "▪ ", "* ", "o ", "a) "])
def test_bullets(parse: Parse, bullet: str) -> None:
    pact = parse(f"1 – Acheter mieux\nN1 • Isoler :\n{bullet}planter des arbres\n{bullet}semer\n")
    assert [(item.item, item.level, item.text) for item in pact.items] == [
        (1, 1, "planter des arbres"),
        (2, 1, "semer"),
    ]


def test_a_minus_is_no_bullet(parse: Parse) -> None:
    assert parse("1 – Acheter mieux\nN1 • Viser\n-60% en 2050\n").items == ()


def test_several_bullets_under_a_bare_mark_are_items(parse: Parse) -> None:
    assert len(parse("1 – Acheter mieux\nN1\n• Isoler\n• Planter\n").items) == 2


def test_furniture_theme_and_closing(parse: Parse) -> None:
    pact = parse(
        "1 – Acheter mieux\nN1 • Isoler\nPage 3\n\nTransports\n\n2 – Rouler\nN1 • Aller\n\nFait à Créteil, le 5 mars 2020\n"
    )
    assert kinds(pact) == ["measure", "level", "furniture", "theme", "measure", "level", "closing"]
    assert (pact.facts.commune, str(pact.facts.signed_on)) == ("Créteil", "2020-03-05")


def test_lost_ticks_are_no_agreement(parse: Parse) -> None:
    pact = parse("1 – Acheter mieux\nNiveau 1Niveau 2Niveau 3\n")
    assert pact.levels == ()
    assert "ticks-lost" in [d.code for d in pact.diagnostics]


def test_what_no_rule_knows_is_unknown_and_told(parse: Parse) -> None:
    pact = parse("1 – Acheter mieux\n– Isoler\n\nun paragraphe venu d’ailleurs\n")
    assert kinds(pact)[-1] == "unknown"
    assert "unknown-block" in [d.code for d in pact.diagnostics]
    assert pact.status == "partial"
    assert pact.coverage < 1


def test_a_letter_in_prose_invents_nothing(parse: Parse) -> None:
    pact = parse("Madame, Monsieur,\n\nNous avons lu votre pacte. Nous le soutenons.\n")
    assert (pact.status, pact.coverage) == ("failed", 0)
    assert {block.kind for block in pact.blocks} == {"unknown", "blank"}
    assert (pact.measures, pact.observations, pact.clauses) == ((), (), ())


def test_a_wrapped_level_is_one_block(parse: Parse) -> None:
    pact = parse("1 – Acheter mieux\nN1 • Isoler les écoles, comme le veut\nla liste des priorités,\navant 2024\n")
    assert pact.levels[0].text == "Isoler les écoles, comme le veut\nla liste des priorités,\navant 2024"
    assert pact.observations == ()


@pytest.mark.parametrize(
    "line", ["Niveau 2 choisi par la liste.", "Le plan vélo (N1) est voté.", "Existe déjà (maison des associations)."]
)
def test_a_line_that_is_no_wording_is_an_observation(parse: Parse, line: str) -> None:
    pact = parse(f"1 – Acheter mieux\nN1 • Isoler\n{line}\n")
    assert [observation.text for observation in pact.observations] == [line]


def test_furniture_inside_a_wording_is_told(parse: Parse) -> None:
    pact = parse("1 – Acheter mieux\nN1 • Isoler les écoles et\nPage 3\nles crèches\n")
    assert pact.levels[0].text == "Isoler les écoles et\nPage 3\nles crèches"
    (found,) = (d for d in pact.diagnostics if d.code == "furniture-inside")
    assert (found.measure, pact.source.text[found.start : found.end]) == (1, "Page 3")
