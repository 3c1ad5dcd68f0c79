"""resolve: levels chosen among those printed, and agreements to some levels and no others."""

from collections.abc import Callable

import pytest

from pipeline.model import Pact
from pipeline.parse import parse_bytes
from pipeline.references import Reference
from pipeline.restriction import restriction_of
from pipeline.rules import Rules

Parse = Callable[[str], Pact]
PRINTED = "LISTE X – Jean DUPONT\n\nMesure 12 – Titre\nN1 : Élaborer un plan\nN2 : Acheter des terres\nN3 : Rouvrir une halte\n"


def statuses(pact: Pact) -> list[str]:
    return [row.status for row in sorted(pact.levels, key=lambda row: row.level) if row.measure == 12]


def codes(pact: Pact) -> set[str]:
    return {diagnostic.code for diagnostic in pact.diagnostics}


@pytest.mark.parametrize(
    "line",
    [
        "Niveau retenu : 2",
        "Niveau d’engagement retenu : 2",
        "Engagement de la liste : niveau 2",
        "Notre choix : N2",
        "Position de la liste : niveau 2",
        "→ Niveau 2",
        "Engagement au niveau 2",
        "**Niveau 2**",
        "Niveau d’engagement : 2/3",
        "Réponse : 2",
        "Niveau retenu : ②",
    ],
)
def test_a_line_chooses_one_of_the_levels_printed(parse: Parse, line: str) -> None:
    pact = parse(f"{PRINTED}{line}\n\nMesure 13 – Autre titre\nN1 : Planter\nN2 : Arroser\n{line}\n")
    assert statuses(pact) == ["unstated", "agreed", "unstated"]
    rows = {row.level: row for row in pact.levels if row.measure == 12}
    assert [rows[level].text for level in (1, 2, 3)] == ["Élaborer un plan", "Acheter des terres", "Rouvrir une halte"]
    assert all(rows[level].listed for level in (1, 2, 3))
    assert pact.level_mode == "single"
    assert not codes(pact) & {"clauses-contradict", "listing-contradicted", "unknown-block"}


def test_what_stands_behind_a_choice_is_not_its_wording(parse: Parse) -> None:
    pact = parse(f"{PRINTED}Niveau retenu : 2\nCommentaire : le niveau 1 est déjà réalisé.\n")
    assert statuses(pact) == ["done", "agreed", "unstated"]


def test_levels_beside_the_number_of_a_measure_choose(parse: Parse) -> None:
    pact = parse(PRINTED.replace("Mesure 12 –", "Mesure 12 (N1, N3) –"))
    assert statuses(pact) == ["agreed", "unstated", "agreed"]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("Le niveau 1 seulement.", ["agreed", "unstated", "unstated"]),
        ("Nous ne retenons que le niveau 1.", ["agreed", "unstated", "unstated"]),
        ("D’accord, mais uniquement sur le niveau 2.", ["unstated", "agreed", "unstated"]),
        ("Nous nous arrêtons au niveau 2.", ["agreed", "agreed", "unstated"]),
        ("La liste a choisi le niveau 3.", ["unstated", "unstated", "agreed"]),
        ("Le niveau 1 seulement, le niveau 2 est à l’étude.", ["agreed", "undecided", "unstated"]),
        ("Nous irons jusqu’à N2.", ["agreed", "agreed", "unstated"]),
        ("Le maximum : N2", ["agreed", "agreed", "unstated"]),
        ("Nous en restons à N1.", ["agreed", "unstated", "unstated"]),
        ("Niveau choisi : 1 (2 en fin de mandat)", ["agreed", "unstated", "unstated"]),
    ],
)
def test_an_agreement_to_some_levels_only_leaves_the_others_unstated(
    parse: Parse, said: str, expected: list[str]
) -> None:
    pact = parse(f"{PRINTED}Observation : {said}\n")
    assert statuses(pact) == expected
    assert "listing-wider" in codes(pact)


@pytest.mark.parametrize(
    "said",
    [
        "Nous ne signons pas seulement le niveau 1.",
        "Accord sur N1 et N2.",
        "Accord sur les 3 niveaux, le niveau 2 seulement avec l’agglomération.",
    ],
)
def test_other_agreements_leave_the_listing_as_it_is(parse: Parse, said: str) -> None:
    assert statuses(parse(f"{PRINTED}Observation : {said}\n")) == ["agreed", "agreed", "agreed"]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("Accord sur 1 et 2, pas sur 3", ["agreed", "agreed", "refused"]),
        ("1 : oui ; 2 : oui ; 3 : non", ["agreed", "agreed", "refused"]),
        ("Engagement ferme sur 1 et 2, 3 non retenu.", ["agreed", "agreed", "refused"]),
        ("N1 dès 2020, N2 en 2023, N3 non", ["agreed", "agreed", "refused"]),
        ("Pour N1 et N2, contre N3", ["agreed", "agreed", "refused"]),
        ("Pour N2, c’est non.", ["agreed", "refused", "agreed"]),
        ("D’accord, réparti sur 2-3 ans, pour 3 écoles", ["agreed", "agreed", "agreed"]),
        ("N2 : à discuter avec les commerçants", ["agreed", "undecided", "agreed"]),
        ("Ni l’un ni l’autre.", ["refused", "refused", "refused"]),
        ("Accord 1-2, pas 3", ["agreed", "agreed", "refused"]),
        ("Oui 1 Oui 2 Non 3", ["agreed", "agreed", "refused"]),
        ("1 oui 2 oui 3 non", ["agreed", "agreed", "refused"]),
        ("Retenus : 1, 2 ; écarté : 3", ["agreed", "agreed", "refused"]),
        ("Au moins N1, pas N3", ["agreed", "agreed", "refused"]),
        ("Désaccord sur N3 uniquement", ["agreed", "agreed", "refused"]),
        ("Accord, N3 excepté", ["agreed", "agreed", "refused"]),
        ("Relief trop marqué pour le niveau 3", ["agreed", "agreed", "refused"]),
        ("Oui, 3 écoles sont concernées", ["agreed", "agreed", "agreed"]),
        ("Accord, au moins 20 % de bio en 2022", ["agreed", "agreed", "agreed"]),
        ("Niveaux 1 et 2 retenus, 3 refusé", ["agreed", "agreed", "refused"]),
        ("Autant le niveau 1 nous semble évident, autant le niveau 2 est inadapté", ["agreed", "refused", "agreed"]),
        ("Vote : 12 pour, 3 contre", ["agreed", "agreed", "agreed"]),
        ("Les bancs ne peuvent pas être remplacés", ["agreed", "agreed", "agreed"]),
    ],
)
def test_terse_answers(parse: Parse, said: str, expected: list[str]) -> None:
    assert statuses(parse(f"{PRINTED}Observation : {said}\n")) == expected


@pytest.mark.parametrize("label", ["Commentaire : aucun", "Précisions : néant", "Réserves : non", "Observations : /"])
def test_a_form_that_prints_an_empty_remark_says_nothing(parse: Parse, label: str) -> None:
    pact = parse(f"{PRINTED}{label}\n")
    assert statuses(pact) == ["agreed", "agreed", "agreed"]
    assert (pact.observations, pact.clauses) == ((), ())


def test_a_line_in_square_brackets_is_a_remark(parse: Parse) -> None:
    pact = parse(f"{PRINTED}[À étudier avec les communes voisines]\n")
    assert [row.text for row in pact.observations] == ["À étudier avec les communes voisines"]
    assert [row.text for row in pact.levels][2] == "Rouvrir une halte"


def test_what_restricts() -> None:
    level = (Reference(4, 5, "numbers", ((4, 1),)),)
    assert restriction_of(["nous", "ne", "retenons", "que", "n1"], 2, level) == "only"
    assert restriction_of(["nous", "nous", "limitons", "a", "n1"], 2, level) == "at_most"
    assert restriction_of(["nous", "retenons", "volontiers", "le", "n1"], 1, level) is None


@pytest.mark.parametrize(
    ("said", "expected", "excepted"),
    [
        ("Oui à tout, sauf la réouverture de la halte.", ["agreed", "agreed", "refused"], []),
        ("Oui à tout, sauf rouvrir une halte.", ["agreed", "agreed", "refused"], []),
        ("D’accord, hormis acheter des terres, qui sont trop chères.", ["agreed", "refused", "agreed"], []),
        ("D’accord, à l’exception des friches et des terres.", ["agreed", "agreed", "agreed"], [1, 2, 3]),
        ("D’accord, sauf le chiffre de 25 €.", ["agreed", "agreed", "agreed"], [1, 2, 3]),
    ],
)
def test_an_exception_worded_like_a_level_is_of_that_level(
    parse: Parse, said: str, expected: list[str], excepted: list[int]
) -> None:
    pact = parse(f"{PRINTED}Observation : {said}\n")
    assert statuses(pact) == expected
    assert [row.level for row in pact.levels if row.excepted] == excepted


@pytest.mark.parametrize(
    ("line", "status"),
    [
        ("Niveau choisi par la liste : aucun", "refused"),
        ("Niveau retenu : à définir", "undecided"),
        ("Niveau : hors compétence", "not_competent"),
        ("Niveaux non retenus : 1, 2 et 3", "refused"),
        ("Niveau atteint : 1", "done"),
    ],
)
def test_the_label_of_a_choice_may_have_an_answer_behind_it(parse: Parse, line: str, status: str) -> None:
    pact = parse(f"LISTE X – Jean DUPONT\n\nMesure 12 – Titre\n{line}\n")
    assert [row.status for row in pact.measures] == [status]


ROWS = [
    ("N1 Composteurs collectifs : OUI", "agreed", "Composteurs collectifs"),
    ("N1 : tarification – non (concertation préalable nécessaire)", "refused", "tarification"),
    ("N1 Zéro phyto : FAIT (2017)", "done", "Zéro phyto"),
    ("N1 1 arbre par habitant : oui d’ici 2026", "agreed", "1 arbre par habitant"),
    ("N1 : Trame noire = à voir", "undecided", "Trame noire"),
    ("N1 : Règlement de publicité : compétence agglo", "not_competent", "Règlement de publicité"),
]


@pytest.mark.parametrize(("line", "status", "wording"), ROWS)
def test_a_verdict_closes_the_line_of_a_level(parse: Parse, line: str, status: str, wording: str) -> None:
    pact = parse(f"LISTE X – Jean DUPONT\n\nMesure 12 – Titre\n{line}\nN2 : Planter des haies\n")
    rows = {row.level: row for row in pact.levels}
    assert (rows[1].status, rows[1].text) == (status, wording)
    assert (rows[2].status, rows[2].text) == ("agreed", "Planter des haies")


@pytest.mark.parametrize(
    "wording", ["Achats : accord cadre", "Droits : non-recours", "Horaires : 9 h – 12 h", "Eau : oui au vélo"]
)
def test_a_wording_with_a_colon_is_a_wording(parse: Parse, wording: str) -> None:
    pact = parse(f"LISTE X – Jean DUPONT\n\nMesure 12 – Titre\nN1 : {wording}\nN2 : Planter\n")
    assert [row.text for row in pact.levels if row.level == 1] == [wording]
    assert pact.observations == ()


def test_a_heading_that_the_first_level_follows_needs_no_blank_line(parse: Parse) -> None:
    text = (
        "1. Mobilité\nN1 : pédibus : oui\nN2 : navette : non\n2. Énergie\nN1 : audit : fait\n3. Eau\nN1 : régie : non\n"
    )
    pact = parse(f"LISTE X – Jean DUPONT\n\n{text}")
    assert [row.measure for row in pact.measures] == [1, 2, 3]


def test_numbered_actions_before_a_further_level_are_items(parse: Parse) -> None:
    text = "1. Mobilité\nN1 : pédibus\n2. Former les parents\n3. Payer les animateurs\nN2 : navette\n"
    pact = parse(f"LISTE X – Jean DUPONT\n\n{text}")
    assert [row.measure for row in pact.measures] == [1]


def test_a_label_that_recurs_may_have_levels_an_agreement_or_none_behind_it(parse: Parse) -> None:
    answers = ["N1 et N2", "total", "aucun (la ville n’a pas de panneau)"]
    measures = [
        f"Mesure {n} – Titre\nN1 : Planter\nN2 : Arroser\nN3 : Couper\nEngagement : {said}\n"
        for n, said in enumerate(answers, 4)
    ]
    pact = parse("LISTE X – Jean DUPONT\n\n" + "\n".join(measures))
    found = {n: [row.status for row in pact.levels if row.measure == n] for n in (4, 5, 6)}
    assert found == {4: ["agreed", "agreed", "unstated"], 5: ["agreed"] * 3, 6: ["refused"] * 3}


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("1. Oui.\n2. Oui, mais en 2023.\n3. Non, trop cher.", ["agreed", "agreed", "refused"]),
        ("1) oui 2) oui 3) à l’étude", ["agreed", "agreed", "undecided"]),
        ("1. Semer\n2. Arroser", ["agreed", "agreed", "agreed"]),
    ],
)
def test_levels_may_be_answered_by_their_bare_numbers(parse: Parse, lines: str, expected: list[str]) -> None:
    headed = PRINTED.replace("Mesure 12 –", "12.")
    pact = parse(f"{headed}{lines}\n\n13. Autre titre\nN1 : Planter\n1. oui\n")
    assert statuses(pact) == expected
    assert [row.measure for row in pact.measures] == [12, 13]
    assert not codes(pact) & {"measure-repeated", "unknown-block"}


@pytest.mark.parametrize("said", ["Accord partiel", "Engagement sur 2 niveaux", "Oui en partie"])
def test_some_levels_without_a_number_are_told(parse: Parse, said: str) -> None:
    pact = parse(f"{PRINTED}Observation : {said}\n")
    assert statuses(pact) == ["agreed", "agreed", "agreed"]
    assert "levels-unnamed" in codes(pact)


def test_a_partial_agreement_may_go_on_to_name_its_levels(parse: Parse) -> None:
    pact = parse(f"{PRINTED}Observation : Accord partiel : N1 et N2\n")
    assert statuses(pact) == ["agreed", "agreed", "unstated"]
    assert "levels-unnamed" not in codes(pact)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("Plan : oui. Terres : oui. Halte : non", ["agreed", "agreed", "refused"]),
        ("Plan : fait, terres : non, halte : à l’étude", ["done", "refused", "undecided"]),
        ("Le plan oui, les terres oui, la halte non.", ["agreed", "agreed", "refused"]),
        ("Oui pour le plan et les terres, non pour la halte", ["agreed", "agreed", "refused"]),
        ("Pour la halte : non", ["agreed", "agreed", "refused"]),
        ("La réouverture d’une halte nous paraît prématurée.", ["agreed", "agreed", "refused"]),
        ("Nous ne retenons pas la halte.", ["agreed", "agreed", "refused"]),
        ("Accord. La halte sera étudiée avec la région.", ["agreed", "agreed", "undecided"]),
        ("Le plan est fait. Pour la halte, c’est la région qui a la main.", ["done", "agreed", "not_competent"]),
        ("Le plan et les terres, oui. La halte reste à étudier.", ["agreed", "agreed", "undecided"]),
        ("Halte : compétence de la région", ["agreed", "agreed", "not_competent"]),
        ("Accord mais pas de halte", ["agreed", "agreed", "refused"]),
        ("Accord, sans rouvrir de halte", ["agreed", "agreed", "refused"]),
        ("Accord sauf pour la halte", ["agreed", "agreed", "refused"]),
        # What names no level, or no level alone, says the same of all.
        ("Position de la liste : d’accord", ["agreed", "agreed", "agreed"]),
        ("La commune a déjà voté cela.", ["done", "done", "done"]),
        ("Accord, le plan des terres étant prêt", ["agreed", "agreed", "agreed"]),
    ],
)
def test_a_level_may_be_named_by_what_it_says(parse: Parse, said: str, expected: list[str]) -> None:
    pact = parse(f"{PRINTED}Observation : {said}\n")
    assert statuses(pact) == expected
    assert "observation-without-clause" not in codes(pact)


def test_a_level_with_an_empty_box_may_be_named_by_what_it_says(parse: Parse) -> None:
    boxed = PRINTED.replace("N1 :", "☐ N1 :").replace("N2 :", "☐ N2 :").replace("N3 :", "☒ N3 :")
    assert statuses(parse(f"{boxed}Observation : Terres : déjà fait\n")) == ["unstated", "done", "agreed"]


def test_boxes_beside_numbers_make_them_levels(parse: Parse) -> None:
    pact = parse("12 – Titre\n1. Élaborer un plan ✅\n2. Acheter des terres ✅\n3. Rouvrir une halte ❌\n")
    assert statuses(pact) == ["agreed", "agreed", "refused"]


def test_answers_in_the_place_of_titles(parse: Parse) -> None:
    lines = {
        1: "niveaux 1 et 2. Le niveau 3 serait trop cher.",
        4: "niveau 1.",
        5: "les trois niveaux.",
        7: "niveau 2 (50 % de bio), c’est déjà le cas.",
        12: "niveau 1 tout de suite, niveau 2 dès 2022, niveau 3 non.",
        18: "niveaux 1 à 3.",
    }
    pact = parse("".join(f"Mesure {number} : {said}\n" for number, said in lines.items()))
    found = {(row.measure, row.level): row.status for row in pact.levels if row.status != "unstated"}
    assert found == {
        **{(1, 1): "agreed", (1, 2): "agreed", (1, 3): "refused", (4, 1): "agreed", (7, 2): "done"},
        **{(5, level): "agreed" for level in (1, 2, 3)},
        **{(12, 1): "agreed", (12, 2): "agreed", (12, 3): "refused"},
        **{(18, level): "agreed" for level in (1, 2, 3)},
    }
    assert "number-title-differ" not in codes(pact)


def test_remarks_by_measure_below_a_table_of_answers(rules: Rules) -> None:
    table = "| N° | Mesure | N1 | N2 |\n|--|--|--|--|\n| 12 | Titre | oui | non |\n| 13 | Autre | oui | oui |\n"
    text = f"{table}\nRemarques de la liste\n\n- Mesure 12 : le niveau 2 dépend de la région.\n"
    pact = parse_bytes(text.encode(), "pacte.md", rules)
    assert statuses(pact)[:2] == ["agreed", "not_competent"]
    assert [row.measure for row in pact.clauses if row.stance == "not_competent"] == [12]


def test_headings_in_brackets(parse: Parse) -> None:
    pact = parse("[Mesure 12] Titre\n(niveau 1) élaborer un plan\n(niveau 2) acheter\n=> ok pour le 1, pas le 2\n")
    assert statuses(pact)[:2] == ["agreed", "refused"]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("N1 (un plan) : OUI ☑ NON ☐\nN2 (terres) : OUI ☐ NON ☑\nN3 (halte) : OUI ☐ NON ☐", "agreed refused unstated"),
        (
            "N1 – Planter [x] oui [ ] non\nN2 – Arroser [ ] oui [x] non\nN3 – Semer [ ] oui [ ] non",
            "agreed refused unstated",
        ),
        (
            "N1 : Planter\n☑ Oui ☐ Non\nN2 : Arroser\n☐ Oui ☑ Non\nN3 : Semer\n☐ oui ☐ non ☒ à l’étude",
            "agreed refused undecided",
        ),
        ("N1 : Planter\nN2 : Arroser\nN3 : Semer\nRéponse : ☐ Oui ☑ Non", "refused refused refused"),
        (
            "[1] Planter ........ SIGNÉ\n[2] Arroser ........ NON SIGNÉ\n[3] Semer ........ À L’ÉTUDE",
            "agreed refused undecided",
        ),
        ("1. Planter : oui\n2. Arroser : non\n3. Semer : à l’étude", "agreed refused undecided"),
        (
            "N1 : Planter (accepté)\nN2 : (refusé : emprunts en cours)\nN3 : Semer (en débat)",
            "agreed refused undecided",
        ),
    ],
)
def test_forms(parse: Parse, lines: str, expected: str) -> None:
    heads = (
        "Soutenir les constructions et rénovations à haute efficacité énergétique",
        "Limiter la place de la publicité",
    )
    pact = parse(f"Mesure 12 – {heads[0]}\n{lines}\n\nMesure 22 – {heads[1]}\nN1 : Retirer les panneaux\n")
    assert " ".join(statuses(pact)) == expected
    assert "unknown-block" not in codes(pact)


def test_squares_beside_levels_or_answers_are_boxes(parse: Parse) -> None:
    boxed = PRINTED.replace("N1 :", "■ N1 :").replace("N2 :", "□ N2 :").replace("N3 :", "□ N3 :")
    assert statuses(parse(boxed)) == ["agreed", "unstated", "unstated"]
    pact = parse("Mesure 12 – Titre\nN1 : Planter ■ oui □ non\nN2 : Arroser □ oui ■ non\n")
    assert statuses(pact)[:2] == ["agreed", "refused"]
    pact = parse("Mesure 12 – Titre\nN1 : Planter\n■ des haies\n□ des arbres\n")
    assert [row.text for row in pact.items] == ["des haies", "des arbres"]


def test_verdicts_in_brackets_behind_the_wordings(parse: Parse) -> None:
    pact = parse("Mesure 12 – Titre\nN1 • Planter [déjà fait]\nN2 • Arroser [non retenu : trop d’eau]\nN3 • Semer\n")
    assert statuses(pact) == ["done", "refused", "agreed"]
    assert [row.text for row in pact.levels] == ["Planter", "Arroser", "Semer"]


def test_boxes_of_which_none_is_ticked_are_told(parse: Parse) -> None:
    assert "boxes-empty" in codes(parse(f"{PRINTED}Oui ☐ Non ☐\n"))


def test_answers_below_the_wordings(parse: Parse) -> None:
    answers = "N1 : OUI ☑ NON ☐\nN2 : OUI ☐ NON ☑\nN3 : OUI ☐ NON ☐\n"
    pact = parse(f"{PRINTED}{answers}")
    assert statuses(pact) == ["agreed", "refused", "unstated"]
    assert [row.text for row in pact.levels] == ["Élaborer un plan", "Acheter des terres", "Rouvrir une halte"]
    assert "level-repeated" not in codes(pact)


def test_words_in_stars_are_what_the_list_says(parse: Parse) -> None:
    pact = parse(f"{PRINTED}*La liste s’engage sur les niveaux 1 et 2, pas sur le 3.*\n")
    assert statuses(pact) == ["agreed", "agreed", "refused"]
    assert [row.text for row in pact.observations] == ["La liste s’engage sur les niveaux 1 et 2, pas sur le 3."]
    assert parse(f"{PRINTED}*Planter des haies\n").observations == ()


def test_an_answer_behind_a_title_in_parentheses(parse: Parse) -> None:
    pact = parse(
        "Mesure 1 (achats) - engagement : niveau 2\nMesure 9 (surfaces) - pas d’engagement\n"
        "Mesure 14 (transports) - engagement : niveau 1 ; remarque : sous réserve de l’accord de la région\n"
    )
    assert [(row.measure, row.title, row.status) for row in pact.measures] == [
        (1, "achats", "agreed"),
        (9, "surfaces", "refused"),
        (14, "transports", "agreed"),
    ]
    agreed = [(row.measure, row.level, row.conditional) for row in pact.levels if row.status == "agreed"]
    assert agreed == [(1, 2, False), (14, 1, True)]


def test_a_condition_below_a_choice_is_of_the_level_chosen(parse: Parse) -> None:
    pact = parse("Mesure 12 – Titre\nNiveau retenu : 3 – Rouvrir une halte\nObservation : sous réserve de l’État.\n")
    assert [(row.level, row.conditional) for row in pact.levels if row.status == "agreed"] == [(3, True)]


def test_numbers_of_measure_and_level(parse: Parse) -> None:
    pact = parse(
        "MESURE 1 – Achats responsables\n1.1 Nommer un référent : Oui\n1.2 Clauses : Oui, en 2022\n1.3 100 % : Non\n\n"
        "MESURE 22 – Publicité\n22.1 Retirer les panneaux : Sans objet\n22.2 Interdire les écrans : Oui\n"
    )
    rows = {(row.measure, row.level): row.status for row in pact.levels if row.status != "unstated"}
    assert rows == {(1, 1): "agreed", (1, 2): "agreed", (1, 3): "refused", (22, 1): "agreed", (22, 2): "agreed"}
    doubts = [d.measure for d in pact.diagnostics if d.code == "observation-without-clause" and d.severity == "warning"]
    assert doubts == [22]


def test_answers_in_parentheses_before_the_wordings(parse: Parse) -> None:
    pact = parse(
        "Mesure 12 – Titre\nN1 (signé) : Élaborer un plan\nN2 (signé sous condition de subvention) : Acheter\n"
        "N3 (à l’étude) : Rouvrir une halte\n"
    )
    assert statuses(pact) == ["agreed", "agreed", "undecided"]
    assert [row.text for row in pact.levels] == ["Élaborer un plan", "Acheter", "Rouvrir une halte"]
    assert [row.conditional for row in pact.levels] == [False, True, False]


def test_rows_between_semicolons(parse: Parse) -> None:
    pact = parse(
        "Mesure;Niveau 1;Niveau 2;Niveau 3;Remarques\n1. Achats responsables;oui;oui;non;N3 irréaliste\n"
        "4. Logiciel libre;oui;;;\n7. Restauration collective;déjà fait;oui;à l’étude;\n22. Publicité;;;;\n"
    )
    assert [(row.measure, row.title, row.status) for row in pact.measures] == [
        (1, "Achats responsables", "agreed"),
        (4, "Logiciel libre", "agreed"),
        (7, "Restauration collective", "agreed"),
        (22, "Publicité", "unstated"),
    ]
    found = {(row.measure, row.level): row.status for row in pact.levels if row.status != "unstated"}
    assert found == {
        **{(1, 1): "agreed", (1, 2): "agreed", (1, 3): "refused", (4, 1): "agreed"},
        **{(7, 1): "done", (7, 2): "agreed", (7, 3): "undecided"},
    }


@pytest.mark.parametrize(
    "text",
    [
        "Mesure 12 – Titre\n☐ N1 : Planter\n☐ N2 : Arroser\n\nMesure 13 – Autre titre\n☒ N1 : Semer\n",
        "N° | Mesure | N1 | N2\n12 | Titre | | |\n13 | Autre titre | x | |\n",
    ],
)
def test_a_measure_of_which_no_level_is_ticked_is_unstated(parse: Parse, text: str) -> None:
    assert [row.status for row in parse(text).measures] == ["unstated", "agreed"]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("Engagement pris : N1\nEngagement refusé : N3\n", ["agreed", "unstated", "refused"]),
        ("Engagement pris : N1, N2\nEngagement refusé : -\n", ["agreed", "agreed"]),
        ("N1 : Semer\nN2 : Arroser\nLa liste signe : tout.\nElle ne signe pas : rien.\n", ["agreed", "agreed"]),
        (
            "Ce que demande le pacte :\nN1. Planter\nN2. Arroser\nCe que dit la liste :\nOui à N1.\n",
            ["agreed", "agreed"],
        ),
    ],
)
def test_labels_that_recur_say_whose_words_follow(parse: Parse, lines: str, expected: list[str]) -> None:
    pact = parse(f"Mesure 12 – Titre\n{lines}\nMesure 13 – Autre titre\n{lines}\nMesure 14 – Tiers\n{lines}")
    assert statuses(pact)[: len(expected)] == expected
    assert all(row.text != "Planter" for row in pact.observations)


def test_measures_listed_by_their_numbers_are_told(parse: Parse) -> None:
    lists = "Mesures retenues au niveau 1 : 3, 8 et 15\nMesures non retenues : 9\n\n"
    assert "measures-listed" in codes(parse(f"Engagements de la liste X.\n{lists}{PRINTED}"))
    assert "measures-listed" not in codes(parse(f"La liste a retenu 26 mesures : les voici.\n\n{PRINTED}"))


def test_what_is_said_of_other_measures_is_told(parse: Parse) -> None:
    pact = parse(f"{PRINTED}Observation : Elle refuse les mesures 9 et 22.\n")
    assert statuses(pact) == ["agreed", "agreed", "agreed"]
    assert pact.clauses == ()
    assert "other-measure" in codes(pact)
    assert statuses(parse(f"{PRINTED}Observation : Nous refusons la mesure 12.\n")) == ["refused"] * 3


def test_headings_without_titles_above_a_form(parse: Parse) -> None:
    pact = parse(
        "MESURE 1\nVotre engagement : niveaux 1 et 2\nVos commentaires :\n\n"
        "MESURE 9\nVotre engagement : aucun\nVos commentaires : le PLUi relève de l’agglomération\n"
    )
    assert [(row.measure, row.title, row.status) for row in pact.measures] == [
        (1, None, "agreed"),
        (9, None, "not_competent"),
    ]
    assert [row.level for row in pact.levels if row.status == "agreed"] == [1, 2]


def test_an_answer_behind_the_sentence_of_a_title(parse: Parse) -> None:
    pact = parse(
        "1. Achats responsables. Signé aux niveaux 1 et 2.\n2. Finance éthique. Non signé.\n"
        "3. Sobriété énergétique. Signé au niveau 1.\n"
    )
    assert [row.title for row in pact.measures] == ["Achats responsables.", "Finance éthique.", "Sobriété énergétique."]
    assert [row.status for row in pact.measures] == ["agreed", "refused", "agreed"]
    assert [(row.measure, row.level) for row in pact.levels if row.status == "agreed"] == [(1, 1), (1, 2), (3, 1)]
