"""styles: italics as evidence for an observation, and italics that mislead."""

from collections.abc import Callable

import pytest

from pipeline.model import Pact
from pipeline.parse import parse_bytes
from pipeline.rules import Rules
from pipeline.tabulate import tabulate
from tests.contract import check_contract

M2 = "2 – Financer les projets de la commune prioritairement par des prêts issus de sources de financement éthiques."
M4 = "4 – Donner la priorité au logiciel libre dans le service public pour une informatique au service de l’intérêt général."
N2 = "N2 • Financer au moins un projet de la commune par an auprès d’une source de financement éthique."
N3 = "N3 • Envisager systématiquement un recours aux financements éthiques pour les projets."

Parse = Callable[..., Pact]


@pytest.fixture(scope="module")
def lines(rules: Rules) -> Parse:
    """Parse a page whose paragraphs are given: Markdown emphasis in them is their style."""

    def parse_lines(*paragraphs: str) -> Pact:
        pact = parse_bytes("\n\n".join(["# LISTE UNIE – Jean Dupont", *paragraphs]).encode(), "x.md", rules)
        check_contract(tabulate([pact]))
        return pact

    return parse_lines


def said(pact: Pact) -> list[tuple[int | None, str, str]]:
    return [(o.measure, o.evidence, " ".join(o.text.split())) for o in pact.observations]


def status(pact: Pact, measure: int) -> list[str]:
    return [row.status for row in pact.levels if row.measure == measure]


def codes(pact: Pact) -> set[str]:
    return {found.code for found in pact.diagnostics if found.severity != "info"}


def test_italics_alone_make_an_observation(lines: Parse) -> None:
    pact = lines(
        M2, N2, "*Les banques de la ville seront consultées.*", N3, "*Le calendrier reste ouvert*", M4, "N1 • Utiliser"
    )
    assert said(pact) == [
        (2, "style", "Les banques de la ville seront consultées."),
        (2, "style", "Le calendrier reste ouvert"),
    ]
    assert all(o.italic and not o.bold for o in pact.observations)
    assert [row.text for row in pact.levels if row.measure == 2][1:] == [N2[5:], N3[5:]]


def test_a_word_that_stands_upright_does_not_cut_an_observation(lines: Parse) -> None:
    pact = lines(M2, N2, "*Les banques de la* ville *seront consultées dès le printemps.*")
    assert said(pact) == [(2, "style", "Les banques de la ville seront consultées dès le printemps.")]
    assert pact.observations[0].italic


def test_two_paragraphs_and_their_items_are_one_observation(lines: Parse) -> None:
    pact = lines(
        M2, N2, "***Trois banques seront consultées :***", "- ***la première***", "***Puis le conseil votera.***", M4
    )
    assert said(pact) == [(2, "style", "Trois banques seront consultées : • la première Puis le conseil votera.")]
    assert pact.observations[0].bold
    assert not pact.items


def test_an_upright_paragraph_ends_an_observation(lines: Parse) -> None:
    pact = lines(
        M2, N2, "*Les banques seront consultées.*", N3, "*Le conseil votera.*", "- Publier la liste des prêts", M4
    )
    assert [text for _, _, text in said(pact)] == ["Les banques seront consultées.", "Le conseil votera."]
    assert [(item.level, item.text) for item in pact.items] == [(3, "Publier la liste des prêts")]


def test_a_wording_may_stand_upright_in_the_parentheses_of_an_observation(lines: Parse) -> None:
    pact = lines(M2, N2, "*Un accord se fait sur N2, mais pas sur N1* (Diversifier les financeurs de la commune)")
    assert status(pact, 2) == ["refused", "agreed", "unstated"]
    assert said(pact)[0][2].endswith("(Diversifier les financeurs de la commune)")


def test_an_observation_may_end_the_line_of_a_wording(lines: Parse) -> None:
    pact = lines(M2, f"{N2} *Réunion prévue avec la banque*", f"{N3} ***Pas d’accord sur ce niveau.***", M4)
    assert [text for _, _, text in said(pact)] == ["Réunion prévue avec la banque", "Pas d’accord sur ce niveau."]
    assert status(pact, 2) == ["unstated", "agreed", "refused"]
    assert [row.text for row in pact.levels if row.measure == 2][1:] == [N2[5:], N3[5:]]


def test_a_heading_may_hold_its_level_and_what_the_list_says(lines: Parse) -> None:
    pact = lines(
        f"**{M2[:-1]}**. Niveau 2. *Cette mesure nous tient à cœur.*", f"**{M4}** *Réunion à prévoir.*", "N1 • Utiliser"
    )
    assert [(row.measure, row.title) for row in pact.measures] == [(2, M2[4:]), (4, M4[4:])]
    assert status(pact, 2) == ["unstated", "agreed", "unstated"]
    assert [text for _, _, text in said(pact)] == ["Cette mesure nous tient à cœur.", "Réunion à prévoir."]


def test_what_is_said_in_italics_of_a_level_is_not_its_wording(lines: Parse) -> None:
    pact = lines(M2, N2, "N3 : *hors de portée du budget*", "N1 : *la trésorière y travaille*", M4)
    assert [(evidence, text) for _, evidence, text in said(pact)] == [
        ("style", "N3 : hors de portée du budget N1 : la trésorière y travaille")
    ]
    assert all(row.text is None for row in pact.levels if row.measure == 2 and row.level != 2)


def test_a_foreign_word_or_the_title_of_a_book_is_no_observation(lines: Parse) -> None:
    pact = lines(
        M2,
        f"{N2[:-1]}, voir *Vers la sobriété heureuse*.",
        M4,
        "N1 • Former les agents *in situ* et *a minima* les élus",
    )
    assert said(pact) == []
    assert [row.text for row in pact.levels if row.listed] == [
        f"{N2[5:-1]}, voir Vers la sobriété heureuse.",
        "Former les agents in situ et a minima les élus",
    ]


def test_titles_in_italics_are_titles(lines: Parse) -> None:
    pact = lines(
        f"## *{M2}*", N2, "*Les banques seront consultées.*", "*Numérique*", f"*{M4}*", "N1 • Utiliser des logiciels"
    )
    assert [row.measure for row in pact.measures] == [2, 4]
    assert said(pact) == [(2, "style", "Les banques seront consultées.")]


def test_a_page_in_italics_tells_nothing_but_its_bold_italics_do(lines: Parse) -> None:
    texts = [M2, N2, N3, "Les banques de la ville", M4, "N1 • Utiliser des logiciels libres"]
    plain = lines(*(f"*{text}*" for text in texts))
    assert "style" not in {evidence for _, evidence, _ in said(plain)}
    assert [d.code for d in plain.diagnostics if d.code == "italics-tell-nothing"]
    marked = lines(*(f"***{text}***" if text.startswith("Les") else f"*{text}*" for text in texts))
    assert said(marked) == [(2, "style", "Les banques de la ville")]


def test_wordings_in_italics_are_wordings_and_the_upright_lines_are_not_lost(lines: Parse) -> None:
    pact = lines(
        M2,
        *(f"{line[:5]}*{line[5:]}*" for line in (N2, N3)),
        M4,
        "N1 • *Utiliser des logiciels libres*",
        "Pas d’accord sur N3",
    )
    assert [evidence for _, evidence, _ in said(pact)] == ["cue"]
    assert status(pact, 2) == ["unstated", "agreed", "agreed"]


def test_a_single_wording_in_italics_is_a_doubt(lines: Parse) -> None:
    pact = lines(
        M2,
        N2,
        "N3 • *Envisager systématiquement un recours aux financements éthiques*",
        M4,
        "N1 • Utiliser des logiciels",
    )
    assert status(pact, 2)[2] == "agreed"
    assert "wording-in-italics" in codes(pact)


def test_bold_alone_is_evidence_where_the_document_says_so(lines: Parse) -> None:
    texts = (M2, N2, "**Les banques seront consultées.**", M4, "**N1** • Utiliser des logiciels libres")
    assert said(lines("Les observations de la liste sont en gras.", *texts)) == [
        (2, "style", "Les banques seront consultées.")
    ]
    assert "style" not in {evidence for _, evidence, _ in said(lines(*texts))}


def test_italics_that_are_announced_and_missing_are_a_doubt(lines: Parse) -> None:
    texts = (M2, N2, "Un accord se fait sur N2.", M4, "N1 • Utiliser des logiciels libres")
    assert "announced-style-not-found" in codes(lines("Nous avons mis en gras et italique les observations.", *texts))
    assert "announced-style-not-found" not in codes(lines("Voici les observations.", *texts))


def test_introductions_and_signatures_in_italics_are_no_observations(lines: Parse) -> None:
    pact = lines(
        "*Nous avons mis en italique les observations.*",
        M2,
        N2,
        "*Les banques seront consultées.*",
        "*Fait à Lyon, le 5 mars 2020*",
    )
    assert [text for _, _, text in said(pact)] == ["Les banques seront consultées."]
    assert pact.facts.signed_on is not None


def test_italics_apart_behind_the_last_measure_are_a_doubt_and_not_its_observation(lines: Parse) -> None:
    pact = lines(M2, N2, "*Les banques seront consultées.*", "---", "*Photo de la signature, salle des fêtes*")
    assert said(pact) == [
        (2, "style", "Les banques seront consultées."),
        (None, "style", "Photo de la signature, salle des fêtes"),
    ]
    assert "closing-italics" in codes(pact)


def test_an_answer_that_names_no_level_and_may_only_comment_is_a_doubt(lines: Parse) -> None:
    assert "said-in-passing" in codes(lines(M2, N2, "*La banque de la vallée existe depuis 2016.*"))
    assert "said-in-passing" in codes(lines(M2, N2, "Observation : la plateforme existe depuis 2016 à la CCI."))
    assert "said-in-passing" not in codes(lines(M2, N2, "*Déjà réalisé.*"))


def test_rows_that_end_in_empty_cells_are_rows_of_their_table(lines: Parse) -> None:
    rows = [f"| 2 | {M2[4:]} | ✔️ |  | ✖️ | *Nous saluons cette idée.* |", f"| 4 | {M4[4:]} |  | ✔️ |  |  |"]
    table = ["| N° | Mesure | Niv. 1 | Niv. 2 | Niv. 3 | Mot de la liste |", "|---|---|---|---|---|---|"]
    pact = lines("\n".join([*table, rows[0], "| Numérique | | | | | |", rows[1]]))
    assert status(pact, 2) == ["agreed", "unstated", "refused"]
    assert status(pact, 4) == ["unstated", "agreed", "unstated"]


def test_thanks_after_the_last_measure_are_about_the_pact(lines: Parse) -> None:
    pact = lines(M2, N2, "*Les banques seront consultées.*", "*Nous remercions le collectif de son travail.*")
    assert [(measure, text) for measure, _, text in said(pact)] == [
        (2, "Les banques seront consultées."),
        (None, "Nous remercions le collectif de son travail."),
    ]


def test_an_observation_in_italics_may_stand_under_a_principle(lines: Parse) -> None:
    pact = lines(
        "## Principe A : Sensibilisation et formation",
        "Impulser des actions.",
        "*Un service y est consacré depuis mars.*",
        M2,
        N2,
    )
    assert said(pact) == [(None, "style", "Un service y est consacré depuis mars.")]
    assert pact.principles[0].text == "Impulser des actions."
