"""tables: rows, columns and dotted leaders, cut into levels and answers."""

from collections.abc import Callable

import pytest

from pipeline.fold import plain, shape
from pipeline.linetext import LEADER_RE
from pipeline.model import Pact

Parse = Callable[[str], Pact]


def statuses(pact: Pact, measure: int) -> list[str]:
    found = {row.level: row.status for row in pact.levels if row.measure == measure}
    return [found[level] for level in sorted(found)]


LEVELS = [
    "Niveau\tContenu\tRéponse\n1\tPédibus\toui\n2\tZone à 30 km/h partout\tnon\n3\tNavette gratuite\tcompétence de l’agglo",
    "| Niveau | Mesure | Réponse |\n|---|---|---|\n| 1 | Pédibus | ✅ |\n| 2 | Zone à 30 km/h | ❌ |\n| 3 | Navette | compétence de l’agglo |",
    "N1\tPédibus\toui\nN2\tZone à 30 km/h partout\tnon\nN3\tNavette gratuite\tcompétence de l’agglo",
    "Niveau\tRéponse de la liste\n1\tOui\n2\tNon, trop cher\n3\tCela relève de la Région",
    "N1 : pédibus ......... OUI\nN2 : zone à 30 km/h ... .. NON\nN3 : navette gratuite …… hors compétence",
    "N1 : pédibus\noui\nN2 : zone à 30 km/h\nnon\nN3 : navette gratuite\ncompétence de l’agglo",
]


@pytest.mark.parametrize("rows", LEVELS)
def test_a_table_of_levels_under_a_measure_gives_a_status_to_each(parse: Parse, rows: str) -> None:
    pact = parse(f"Mesure 6 : Transports\n\n{rows}\n\nMesure 7 : Énergie\n\nN1 : cadastre solaire\n")
    assert statuses(pact, 6) == ["agreed", "refused", "not_competent"]
    assert [row.measure for row in pact.measures] == [6, 7]
    assert not [block for block in pact.blocks if block.kind == "unknown"]


def test_the_wording_of_a_level_in_a_table_is_that_beside_its_number(parse: Parse) -> None:
    pact = parse(f"Mesure 6 : Transports\n\n{LEVELS[0]}\n")
    assert [row.text for row in pact.levels] == ["Pédibus", "Zone à 30 km/h partout", "Navette gratuite"]
    assert [(row.level, row.text) for row in pact.observations] == [(3, "compétence de l’agglo")]


def test_words_in_the_column_of_a_level_are_about_it_and_a_remark_about_the_row(parse: Parse) -> None:
    grid = "n°\tmesure\tN1\tN2\tN3\tcommentaire\n5\tAlimentation\tfait\toui\tà voir\tmerci\n6\tTransports\toui\toui\tnon\ttrop cher\n"
    pact = parse(grid)
    assert statuses(pact, 5) == ["done", "agreed", "undecided"]
    assert statuses(pact, 6) == ["agreed", "agreed", "refused"]
    assert [(row.measure, row.level, row.text) for row in pact.observations] == [
        (5, 1, "fait"),
        (5, 3, "à voir"),
        (5, None, "merci"),
        (6, None, "trop cher"),
    ]


@pytest.mark.parametrize(
    "line",
    ["N1 : pédibus ........ OUI", "N1 : pédibus . . . . . OUI", "N1 : pédibus ____ oui", "12 – Rénover …… N2"],
)
def test_dots_lead_to_an_answer(line: str) -> None:
    assert LEADER_RE.search(line)


@pytest.mark.parametrize(
    "line",
    [
        "12 – Rénover les bâtiments ........ 7",
        "Mesure 1 : Achats ........ p. 12",
        "Signature : ........................",
        "Et cetera... et la suite",
        "Fait à ……",
    ],
)
def test_dots_that_lead_to_a_page_or_to_nothing_lead_to_no_answer(line: str) -> None:
    assert not LEADER_RE.search(line)


def test_a_small_letter_opens_an_answer_only_behind_a_line_that_is_not_wrapped(parse: Parse) -> None:
    pact = parse("3 – Alimentation\nN1 – 20 % de bio\naccord\nN2 – Signer un\naccord avec les producteurs\n")
    assert [row.text for row in pact.observations] == ["accord"]
    long = "Mettre en place une concertation avec tous les producteurs du territoire pour"
    pact = parse(f"3 – Alimentation\nN1 – {long}\naccord sur les prix\n")
    assert not pact.observations


def test_folding_is_what_translate_gives() -> None:
    many = "".join(map(chr, range(0x20, 0x3000)))
    for text in (many, "Déjà « fait » – l’an dernier•", ""):
        assert len(shape(text)) == len(plain(text)) == len(text)
        assert shape(text) == "".join(map(shape, text))
        assert plain(text) == "".join(map(plain, text))


def test_a_verdict_in_parentheses_answers_the_level_on_its_line(parse: Parse) -> None:
    pact = parse(
        "6 – Transports\nN1 : Pédibus (oui)\nN2 : Zone 30 partout (non, trop complexe)\nN3 : Navette gratuite (en réflexion)\n"
        "7 – Énergie\nN1 : Cadastre solaire (déjà fait)\nN2 : Centrale citoyenne (200 kWc au moins)\n"
    )
    assert statuses(pact, 6) == ["agreed", "refused", "undecided"]
    assert statuses(pact, 7) == ["done", "agreed", "unstated"]
    assert [(row.level, row.text) for row in pact.levels if row.measure == 6][2] == (3, "Navette gratuite")
    assert len(pact.observations) == 4


@pytest.mark.parametrize(
    "row", ["|", "||", "| |", "\t|", "N1 |", "| N1", "Niveau |\n| 1", "| Niveau | Mesure |\n|\n||"]
)
def test_a_row_without_cells_or_with_one_is_read_all_the_same(parse: Parse, row: str) -> None:
    pact = parse(f"Mesure 6 : Transports\n{row}\nMesure 7 : Énergie\n")
    assert [measure.measure for measure in pact.measures] == [6, 7]
