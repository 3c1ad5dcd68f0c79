"""segment: which lines are headings, tables, contents; the forms in which measures and levels come."""

from collections.abc import Callable

import pytest

from pipeline.model import Pact
from pipeline.rules import Rules

Parse = Callable[[str], Pact]

TITLES = {
    2: "Financer les projets de la commune prioritairement par des prêts issus de sources de financement éthiques.",
    9: "Mettre fin au développement de grandes surfaces commerciales sur le territoire.",
    22: "Limiter la place de la publicité dans l’espace public.",
}


def measures(pact: Pact) -> list[int]:
    return [row.measure for row in pact.measures]


def agreed(pact: Pact) -> list[tuple[int, int]]:
    return [(row.measure, row.level) for row in pact.levels if row.status == "agreed"]


def codes(pact: Pact) -> list[str]:
    return [found.code for found in pact.diagnostics]


def test_the_titles_are_those_of_the_catalogue(rules: Rules) -> None:
    assert {number: rules.catalogue[number].title for number in TITLES} == TITLES


@pytest.mark.parametrize("bullet", ["", "– ", "• ", "- "])
def test_a_title_without_its_number_is_the_catalogue_s_measure(parse: Parse, bullet: str) -> None:
    pact = parse("Demain – Anne Le Goff\n\n" + "\n".join(bullet + title for title in TITLES.values()) + "\n")
    assert measures(pact) == [2, 9, 22]
    assert pact.level_mode == "none"


def test_an_unknown_title_in_an_unnumbered_list_gets_the_next_number(parse: Parse) -> None:
    pact = parse(f"– {TITLES[2]}\n– {TITLES[9]}\n– Rouvrir la piscine du quartier nord\n")
    assert measures(pact) == [2, 9, 33]
    assert "number-given" in codes(pact)
    assert pact.measures[2].origin == "local"


def test_a_local_measure_says_that_it_is_one(parse: Parse) -> None:
    assert measures(parse(f"2 – {TITLES[2]}\nMesure locale : Planter mille arbres\n")) == [2, 33]


def test_the_number_may_stand_alone_where_the_title_confirms_it(parse: Parse) -> None:
    pact = parse(f"2\n{TITLES[2]}\nN2\nFinancer au moins un projet.\n9\n{TITLES[9]}\nN1\nInterdire.\n3\n")
    assert measures(pact) == [2, 9]
    assert agreed(pact) == [(2, 2), (9, 1)]


def test_a_heading_wrapped_and_hyphenated_is_one_title(parse: Parse) -> None:
    pact = parse(
        "2 – Financer les projets de la commune priori-\ntairement par des prêts issus de sources de\nfinancement éthiques.\nN2 : A.\n"
    )
    assert pact.measures[0].title is not None
    assert pact.measures[0].title.endswith("financement éthiques.")
    assert "number-title-differ" not in codes(pact)


def test_numbered_actions_under_a_level_are_items(parse: Parse) -> None:
    pact = parse(
        f"9. {TITLES[9]}\nN1 : Agir en deux temps :\n1. Informer les commerces du centre\n2. Racheter les murs vides\n22. {TITLES[22]}\n"
    )
    assert measures(pact) == [9, 22]
    assert [item.text for item in pact.items] == ["Informer les commerces du centre", "Racheter les murs vides"]


def test_a_wrapped_sentence_that_begins_with_a_number_is_no_heading(parse: Parse) -> None:
    pact = parse(
        f"9 – {TITLES[9]}\nN1 : Réunir les élus avec les commerçants du numéro\n5 – Les Halles et du marché.\n22 – {TITLES[22]}\n"
    )
    assert measures(pact) == [9, 22]


def test_a_table_of_contents_is_not_the_text(parse: Parse) -> None:
    contents = "\n".join(f"{number}. {title}" for number, title in TITLES.items())
    body = "\n".join(f"{number}. {title}\nN1 : Agir.\n" for number, title in TITLES.items())
    pact = parse(f"Sommaire\n{contents}\n\n{body}")
    assert measures(pact) == [2, 9, 22]
    assert [block.kind for block in pact.blocks if block.kind == "contents"] == ["contents"] * 4
    assert not {"measure-repeated", "level-repeated"} & set(codes(pact))


def test_glued_rows_of_a_table(parse: Parse) -> None:
    pact = parse(
        f"NuméroMesureNiveau choisi\n2{TITLES[2]}Niveau 2\n9{TITLES[9]}Niveaux 1 et 2\n22{TITLES[22]}Niveau 1\n"
    )
    assert agreed(pact) == [(2, 2), (9, 1), (9, 2), (22, 1)]


def test_glued_rows_on_one_line(parse: Parse) -> None:
    pact = parse(f"2{TITLES[2]}Niveau 29{TITLES[9]}Niveau 122{TITLES[22]}Niveau 3\n")
    assert agreed(pact) == [(2, 2), (9, 1), (22, 3)]


def test_a_table_with_a_column_a_level(parse: Parse) -> None:
    pact = parse(
        f"N°\tMesure\tN1\tN2\tN3\tObservations\n2\t{TITLES[2]}\t✓\t✓\t\t\n9\t{TITLES[9]}\t\t✓\t\tSous réserve de l’avis du SCOT\n"
    )
    assert agreed(pact) == [(2, 1), (2, 2), (9, 2)]
    assert [row.text for row in pact.observations] == ["Sous réserve de l’avis du SCOT"]
    assert [row.level for row in pact.levels if row.conditional] == [2]


def test_a_table_of_yes_and_no(parse: Parse) -> None:
    pact = parse(
        f"| N° | Mesure | Niveau 1 | Niveau 2 | Niveau 3 |\n|---|---|---|---|---|\n| 9 | {TITLES[9]} | oui | non | |\n"
    )
    assert [row.status for row in pact.levels] == ["agreed", "refused", "unstated"]
    assert [row.listed for row in pact.levels] == [True, False, False]


@pytest.mark.parametrize(
    ("boxes", "levels"),
    [
        ("☑ N1 : A\n☐ N2 : B\n☑ N3 : C", [1, 3]),
        ("[x] Niveau 1\n[ ] Niveau 2\n[x] Niveau 3", [1, 3]),
        ("N1 ☐ N2 ☑ N3 ☐", [2]),
        ("☒ N1 ☐ N2 ☒ N3", [1, 3]),
        ("\uf0fe N1 : A\n\uf0a8 N2 : B", [1]),
        ("Niveau retenu : 2", [2]),
        ("Niveaux choisis : 1 et 3", [1, 3]),
        ("N1 à N3 : A", [1, 2, 3]),
        ("N1-2-3 • A", [1, 2, 3]),
    ],
)
def test_ticks_and_marks(parse: Parse, boxes: str, levels: list[int]) -> None:
    pact = parse(f"9 – {TITLES[9]}\n{boxes}\n")
    assert [row.level for row in pact.levels if row.status == "agreed"] == levels
    assert [row.level for row in pact.levels if row.listed] == levels


def test_the_level_at_the_end_of_the_heading(parse: Parse) -> None:
    pact = parse(f"9 – {TITLES[9]} (niveau 2)\n22 – {TITLES[22]} : N1 et N2\n")
    assert agreed(pact) == [(9, 2), (22, 1), (22, 2)]
    assert [row.title for row in pact.measures] == [TITLES[9], TITLES[22]]


def test_ticks_that_did_not_survive_agree_to_nothing(parse: Parse) -> None:
    pact = parse(f"Niveau 1Niveau 2Niveau 3\n9 – {TITLES[9]}\nNiveau 1Niveau 2Niveau 3\n22 – {TITLES[22]}\n")
    assert [row.status for row in pact.measures] == ["agreed", "agreed"]
    assert pact.levels == ()
    assert codes(pact).count("ticks-lost") == 2


def test_one_level_chosen_under_each_measure(parse: Parse) -> None:
    pact = parse(f"9 – {TITLES[9]}\nNiveau 2\n\n22 – {TITLES[22]}\nNiveau 1\n")
    assert (pact.level_mode, agreed(pact)) == ("single", [(9, 2), (22, 1)])


def test_number_and_title_that_disagree_are_told(parse: Parse) -> None:
    pact = parse(f"2 – {TITLES[22]}\n9 – {TITLES[9]}\n")
    assert measures(pact) == [2, 9]
    told = [found for found in pact.diagnostics if found.code == "number-title-differ"]
    assert len(told) == 1
    assert "measure 22" in told[0].message


def test_a_second_pact_in_the_file_is_told_and_not_mixed_in(parse: Parse) -> None:
    first = "".join(f"{number} – {title}\nN1 : Agir.\n\n" for number, title in TITLES.items())
    pact = parse(f"Demain – Anne Le Goff\n\n{first}Ensemble – Paul Roux\n\n{first.replace('N1', 'N2')}")
    assert "several-pacts" in codes(pact)
    assert agreed(pact) == [(2, 1), (9, 1), (22, 1)]
    assert pact.facts.list_name == "Demain"
    assert "Paul Roux" in pact.source.text[pact.blocks[-1].start :]


def test_another_language_is_told(parse: Parse) -> None:
    words = (
        "The town council shall publish every year a report about what was done and what was not, with figures. " * 5
    )
    pact = parse(f"1 – Buy better\nN1 : {words}\n")
    assert "language-doubtful" in codes(pact)


def test_a_scan_is_told_and_read(parse: Parse) -> None:
    pact = parse(
        f"9 – {TITLES[9]}\nN1 • Interdire toute artificialisation des terres de la cornmune pour le rnandat.\n"
        "Accord de la liste pour le rnandat, rnais ll faut du temps.\nNl • Agir\n"
    )
    assert "scan-damaged" in codes(pact)
    assert (9, 1) in agreed(pact)


def test_a_label_that_recurs_is_the_document_s_own(parse: Parse) -> None:
    pact = parse("".join(f"{n} – {title}\nN1 : Agir.\nAu téléphone : elle y pense.\n" for n, title in TITLES.items()))
    assert [row.text for row in pact.observations] == ["elle y pense."] * 3
    assert {row.evidence for row in pact.observations} == {"label"}


def test_a_paragraph_that_is_not_the_catalogue_s_wording_is_the_list_s(parse: Parse, rules: Rules) -> None:
    wording = rules.catalogue[2].levels[2]
    pact = parse(f"2 – {TITLES[2]}\nN2 • {wording}\nLa salle des fêtes a coûté deux millions en 2012.\n")
    assert [(row.evidence, row.rule) for row in pact.observations] == [("catalogue", "not-in-catalogue")]
    assert "observation-by-contrast" in codes(pact)
    assert [row.text for row in pact.levels if row.listed] == [wording]


def test_a_measure_that_the_catalogue_only_names_is_known_by_its_name(parse: Parse) -> None:
    pact = parse(f"12 – {TITLES[2]}\nN1 • Créer\n\n6. Foncier agricole\nN1 • Planter\n")
    assert [row.measure for row in pact.measures if row.measure == 6] == [6]
    assert [row.title for row in pact.measures if row.measure == 6] == ["Foncier agricole"]


@pytest.mark.parametrize("last", ["•", "\n\n•", "\nMesures locales\n\n•"])
def test_a_bullet_that_ends_the_text_is_no_title(parse: Parse, last: str) -> None:
    titles = [
        "Financer les projets de la commune prioritairement par des prêts issus de sources de financement éthiques.",
        "Mettre fin au développement de grandes surfaces commerciales sur le territoire.",
        "Limiter la place de la publicité dans l’espace public.",
    ]
    text = "\n".join(f"• {title}" for title in titles)
    assert [row.measure for row in parse(f"{text}\n{last}").measures] == [2, 9, 22]
