"""References, quantities and bodies: sentences and what is found in them."""

from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.fold import plain
from pipeline.mentions import Found, find_mentions
from pipeline.model import Pact
from pipeline.organisations import find_bodies
from pipeline.parse import parse_bytes
from pipeline.rules import RULES, Rules, load

Parse = Callable[[str], Pact]
Row = tuple[float | None, str | None, str | None, str | None, int | None]


def found_in(text: str, rules: Rules, own: int | None = None) -> list[Found]:
    found, doubts = find_mentions(text, plain(text), 0, len(text), rules, own)
    assert not doubts
    return found


def quantities(text: str, rules: Rules) -> list[Row]:
    found = [each for each in found_in(text, rules) if not each.targets]
    return [(each.value, each.unit, each.per, each.comparator, each.deadline) for each in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("-60 % en 2050", [(-60, "%", None, "exactly", 2050)]),
        ("réduire de 40% les consommations d’énergie en 2030", [(-40, "%", None, "exactly", 2030)]),
        ("réduire les consommations de la commune de 40 % d’ici 2030", [(-40, "%", None, "exactly", 2030)]),
        ("une baisse d’au moins 20 % des déchets", [(-20, "%", None, "at_least", None)]),
        ("réduire la vitesse à 30 km/h", [(30, "km/h", None, "exactly", None)]),
        ("25 € par habitant·e par an", [(25, "€", "habitant·e par an", "exactly", None)]),
        ("5€/habitant/an", [(5, "€", "habitant/an", "exactly", None)]),
        ("1 toilette pour 3500 habitant·es", [(1, "toilette", "3500 habitant·es", "exactly", None)]),
        ("d’ici 2024", [(None, None, None, None, 2024)]),
        ("avant fin 2021, rénover 3 écoles", [(3, "écoles", None, "exactly", 2021)]),
        ("une parcelle de 2 hectares", [(2, "ha", None, "exactly", None)]),
        ("au moins deux des cinq actions suivantes", [(2, "actions", None, "at_least", None)]),
        ("100 millions d’euros", [(1e8, "€", None, "exactly", None)]),
        ("un budget de 1,5 million d’euros", [(1.5e6, "€", None, "exactly", None)]),
        ("un montant supérieur à 100 millions", [(1e8, None, None, "more_than", None)]),
        ("50 k€ par an", [(50_000, "€", "an", "exactly", None)]),
        ("12 000 m² de friches", [(12_000, "m²", None, "exactly", None)]),
        ("12\u202f000 m² de friches", [(12_000, "m²", None, "exactly", None)]),
        ("limiter à 1,5 °C", [(1.5, "°C", None, "exactly", None)]),
        ("1/3 des places", [(33.3, "%", None, "exactly", None)]),
        ("au moins la moitié des repas", [(50, "%", None, "at_least", None)]),
        ("entre 20 et 30 % de bio", [(20, "%", None, "at_least", None), (30, "%", None, "at_most", None)]),
        ("20 à 30 % de bio", [(20, "%", None, "at_least", None), (30, "%", None, "at_most", None)]),
        ("2 ou 3 ans", [(2, "ans", None, "exactly", None), (3, "ans", None, "exactly", None)]),
        ("plus de 3 ha", [(3, "ha", None, "more_than", None)]),
        ("moins de 500 mètres", [(500, "m", None, "less_than", None)]),
        ("50 % minimum", [(50, "%", None, "at_least", None)]),
        ("environ 200 arbres", [(200, "arbres", None, "about", None)]),
        ("trois fois par an", [(3, "fois", "an", "exactly", None)]),
        ("un bilan tous les 2 ans", [(1, "fois", "2 ans", "exactly", None)]),
        ("diviser par deux les emballages", [(-50, "%", None, "exactly", None)]),
        (
            "Planter 200 arbres et 3 haies",
            [(200, "arbres", None, "exactly", None), (3, "haies", None, "exactly", None)],
        ),
        ("12 nouvelles places en crèche", [(12, "nouvelles places", None, "exactly", None)]),
        ("un bassin de 50 000 habitants", [(50_000, "habitants", None, "exactly", None)]),
        ("quatre-vingt-dix logements", [(90, "logements", None, "exactly", None)]),
        ("deux cent vingt places", [(220, "places", None, "exactly", None)]),
        ("trois mille quatre cents arbres", [(3400, "arbres", None, "exactly", None)]),
        ("passer de 10 à 25 % de logements sociaux", [(25, "%", None, "exactly", None)]),
        ("une dizaine d’arbres", [(10, "arbres", None, "about", None)]),
        ("1,5 ETP", [(1.5, "ETP", None, "exactly", None)]),
        ("5 €/hab.", [(5, "€", "hab.", "exactly", None)]),
        ("Il faut 30 élu·e·s", [(30, "élu·e·s", None, "exactly", None)]),
    ],
)
def test_quantities(text: str, expected: list[Row], rules: Rules) -> None:
    assert quantities(text, rules) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Accord sur N2 et N3",
        "le niveau 2 et le niveau 3",
        "les 3 niveaux",
        "La mesure 12",
        "le 5 mars 2020",
        "12 rue des Lilas",
        "94500 Champigny",
        "01 45 67 89 10",
        "loi n° 2015-992",
        "l’article 3 modifié",
        "la RE 2020 impose",
        "Agenda 21 local",
        "la loi 1901 encadre",
        "depuis 2016",
        "créé en 2018",
        "un tiers-lieu",
        "par un tiers",
        "une fois pour toutes",
        "deux fois plus",
        "94500 CHAMPIGNY",
        "10h à 12h",
        "le 1er mars",
        "les deux listes",
        "zone 30",
        "ouvert 24h/24",
        "1. Acheter autrement",
        "zéro déchet",
        "au moins une partie de la commune",
        "https://example.org/2020/12/page",
    ],
)
def test_look_alikes_are_no_quantities(text: str, rules: Rules) -> None:
    assert quantities(text, rules) == []


@pytest.mark.parametrize(
    ("text", "targets"),
    [
        ("voir la mesure 12", [(12,)]),
        ("(mesure 26)", [(26,)]),
        ("(voir également la mesure 12)", [(12,)]),
        ("cf. mesure n°4", [(4,)]),
        ("en lien avec les mesures 3, 5 et 7", [(3, 5, 7)]),
        ("les mesures 3 à 5", [(3, 4, 5)]),
        ("la mesure 3 et la mesure 9", [(3, 9)]),
        ("cf. 12", [(12,)]),
        ("rejoint notre plan (M12)", [(12,)]),
        ("26 des 32 mesures", []),
        ("dans la mesure du possible", []),
        ("une mesure de 3 m", []),
        ("les mesures 2020", []),
        ("cette mesure", []),
        ("voir page 12", []),
        ("voir 3 exemples", []),
    ],
)
def test_references(text: str, targets: list[tuple[int, ...]], rules: Rules) -> None:
    assert [each.targets for each in found_in(text, rules) if each.targets] == targets


def test_numbers_that_no_pact_has_are_none(rules: Rules) -> None:
    text = "Planter " + "9" * 500 + " arbres et " + "1 000" * 300 + " haies, soit " + "mille " * 300 + "arbres"
    assert all(each.value is None or each.value < 1e15 for each in found_in(text, rules))


def test_a_measure_does_not_refer_to_itself(rules: Rules) -> None:
    assert found_in("La mesure 12 nous convient, comme la mesure 13", rules, own=12)[0].targets == (13,)


def test_labels_of_another_kind_of_pact_are_measures_too() -> None:
    charter = load(RULES / "charte-logement")
    assert [each.targets for each in found_in("voir l’engagement A2", charter)] == [(2,)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "à définir avec l’Établissement public territorial Vallée-Nord et Bois., mais pas",
            [("intercommunality", "Établissement public territorial Vallée-Nord et Bois")],
        ),
        ("avec l’EPT", [("intercommunality", "établissement public territorial")]),
        (
            "relève de la communauté de communes du Val d’Orne.",
            [("intercommunality", "communauté de communes du Val d’Orne")],
        ),
        ("c’est le Département qui décide", [("department", "département")]),
        ("cela relève de la Région", [("region", "région")]),
        ("l’État maintient le fonds", [("state", "État")]),
        ("avec l’association « Les Jardins de Tobie »", [("association", "Les Jardins de Tobie")]),
        ("Nous avons rencontré l’association Vélo et Cie.", [("association", "Vélo et Cie")]),
        ("le SIAAP et la métropole", [("intercommunality", "SIAAP"), ("intercommunality", "métropole")]),
        ("en association avec les habitants", []),
        ("un état des lieux", []),
        ("en bon état, hors agglomération", []),
        ("les produits de la région", []),
        ("d’un commun accord", []),
    ],
)
def test_bodies(text: str, expected: list[tuple[str, str]], rules: Rules) -> None:
    found = find_bodies(text, plain(text), 0, len(text), rules)
    assert [(body.rule.kind, body.name) for body in found] == expected
    assert all(text[body.start : body.end].strip() == text[body.start : body.end] for body in found)


@given(
    st.lists(
        st.sampled_from(
            [
                "mesure ",
                "12",
                " % ",
                "de ",
                "réduire ",
                "par an",
                "d’ici 2024",
                ". ",
                "au moins ",
                "N2 ",
                "l’État ",
                "é",
                "\n",
            ]
        ),
        max_size=30,
    )
)
def test_mentions_stand_in_order_and_in_the_text(rules: Rules, pieces: list[str]) -> None:
    text = "".join(pieces)
    found = found_in(text, rules)
    for each in found:
        assert 0 <= each.start < each.end <= len(text)
        assert text[each.start : each.end].strip() == text[each.start : each.end]
    spans = sorted({(each.start, each.end) for each in found})
    assert [(each.start, each.end) for each in found] == sorted((each.start, each.end) for each in found)
    assert all(first[1] <= second[0] for first, second in pairwise(spans))


def test_where_mentions_stand(parse: Parse) -> None:
    pact = parse(
        "3 – Réduire de 10 % les achats\nN1 • Atteindre 50 % (voir la mesure 9)\n– 3 repas par semaine\n"
        "Un accord se fait sur N1, mais pas sur N2 (passer à 80 % avec le Département)\n\n"
        "9 – Titre\nNous en reparlerons en 2027.\n\n30/03/2020, 12 pages\n"
    )
    assert [(row.measure, row.level, row.observation, row.value) for row in pact.quantities] == [
        (3, None, None, -10),
        (3, 1, None, 50),
        (3, 1, None, 3),
        (3, 2, 1, 80),  # in the wording of the level that is refused
    ]
    assert [(row.measure, row.level, row.target, row.text) for row in pact.references] == [(3, 1, 9, "mesure 9")]
    assert [(row.level, row.observation, row.name, row.text) for row in pact.organisations] == [
        (2, 1, "département", "Département")
    ]
    assert all(pact.source.text[row.start : row.end] == row.text for row in pact.quantities)


def test_a_reference_to_a_measure_that_nobody_knows_is_told(parse: Parse) -> None:
    pact = parse("3 – Titre\nN1 • Faire (voir la mesure 77 et la mesure 40).\n\n40 – Locale\nN1 • Planter.\n")
    told = [found for found in pact.diagnostics if found.code == "reference-unknown"]
    assert [found.message.split(" is ")[0] for found in told] == ["measure 77"]
    assert told[0].measure == 3


def test_numbers_of_rows_run_through_the_document(rules: Rules) -> None:
    text = "3 – Titre un\nN1 • Faire 3 fermes.\n\n4 – Titre deux\nN1 • Faire 4 fermes (mesure 3).\n\n5 – Titre trois\nN1 • 5 fermes.\n"
    pact = parse_bytes(text.encode(), "a.txt", rules)
    assert [(row.quantity, row.measure, row.value) for row in pact.quantities] == [(1, 3, 3), (2, 4, 4), (3, 5, 5)]
    assert [(row.reference, row.measure, row.target) for row in pact.references] == [(1, 4, 3)]
