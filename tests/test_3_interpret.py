"""interpret: what each sentence says. The expectation stands beside the sentence."""

from collections.abc import Callable

import pytest

from pipeline.model import Pact
from pipeline.parentheses import find_asides
from pipeline.rules import Rules

Parse = Callable[[str], Pact]

SENTENCES = {
    "Un accord se fait sur N2 et N3, mais pas sur N1 (Acheter)": "agree 2,3 | refuse 1 = Acheter",
    "Accord sur les 3 niveaux": "agree 1,2,3",
    "La liste s’engage sur le niveau 2": "agree 2",
    "Nous sommes d’accord avec N1": "agree 1",
    "Oui pour N1 et N2": "agree 1,2",
    "N1 : accord": "agree 1",
    "Un accord se fait sur N2. En revanche pas sur N3": "agree 2 | refuse 3",
    "Pas d’accord sur N1": "refuse 1",
    "Nous ne nous engageons pas sur le niveau 3": "refuse 3",
    "Nous ne retenons pas N1": "refuse 1",
    "N3 : non retenu": "refuse 3",
    "Nous retenons tous les niveaux sauf N3": "agree 1,2,3 | refuse 3",
    "Aucun niveau n’est retenu": "refuse 1,2,3",
    "Le niveau 3 relève d’une autre responsabilité (Doubler)": "not_competent 3 = Doubler",
    "N2 ne relève pas de la compétence de la commune": "not_competent 2",
    "N1 est atteint": "done 1",
    "N2 existe depuis 2016": "done 2",
    "N3 est à l’étude": "undecided 3",
    "Nous ne nous prononçons pas sur N3": "undecided 3",
    "Accord sur N2, sous réserve de financements": "agree 2 | condition 2 = sous réserve de financements",
    "Accord sans réserve sur N2": "agree 2",
    "Accord sur N1 à N3 à l’exception de la dernière action": "agree 1,2,3 | except 1,2,3 = la dernière action",
    "N2 modifié ainsi : deux logements": "amend 2 = deux logements",
    "Accord jusqu’au niveau 2": "agree 1,2",
    "Accord à partir de N2": "agree 2,3",
    "Accord sur N1, N3 non retenu": "agree 1 | refuse 3",
    "Accord sur N1 et pas d’accord sur les autres niveaux": "agree 1 | refuse 2,3",
    "Un accord qui est à définir avec l’agglomération": "agree 1,2,3 | condition 1,2,3 = à définir avec l’agglomération",
    "N1 et N2 oui, N3 non": "agree 1,2 | refuse 3",
    "Nous ne refusons pas N2": "agree 2",
    "La liste ne prend aucun engagement sur cette mesure": "refuse 1,2,3",
    "On signe le niveau 1, le reste non": "agree 1 | refuse 2,3",
    "N1 est retenu, N2 ne l’est pas": "agree 1 | refuse 2",
    "Nous retenons N1 ainsi que N2 et laissons N3 de côté": "agree 1,2 | refuse 3",
    "Nous ne souhaitons pas aller jusqu’au niveau 3": "refuse 3",
    "C’est le Conseil départemental des Hauts qui décide du niveau 2": "not_competent 2",
    "Désaccord sur N3, sauf accord de l’État": "refuse 3 | condition 3 = sauf accord de l’État",
    "Nous travaillons en accord avec le promoteur : N1 et N2 sont acceptés": "agree 1,2",
    "Nous sommes d’accord pour dire que N2 est irréaliste": "refuse 2",
    "N1 : oui\nN2 : oui\nN3 : non": "agree 1 | agree 2 | refuse 3",
    "Les conseils existent depuis 2002 (N1). N3 est à l’étude.": "done 1 | undecided 3",
    "Nous sommes d’accord avec l’association": "",
    "Nous respecterons l’accord de Paris": "",
    "Nous avons rencontré l’association": "",
}


def written(pact: Pact) -> str:
    clauses = []
    for clause in pact.clauses:
        levels = ",".join(map(str, clause.levels))
        clauses.append(f"{clause.stance} {levels}" + (f" = {clause.text}" if clause.text else ""))
    return " | ".join(clauses)


@pytest.mark.parametrize("sentence", SENTENCES)
def test_sentence(parse: Parse, sentence: str) -> None:
    pact = parse(f"1 – Acheter mieux\nN1 • A\nN2 • B\nN3 • C\n{sentence}\n")
    assert [observation.text for observation in pact.observations] == [sentence]
    assert written(pact) == SENTENCES[sentence]


@pytest.mark.parametrize(
    "wording",
    [
        "Refuser les banques",
        "Réaliser un plan",
        "Ne pas adopter d’arrêtés",
        "Pas de publicité",
        "Non-motorisation",
        "Est et Ouest",
    ],
)
def test_a_wording_that_begins_like_a_verdict_is_a_level(parse: Parse, wording: str) -> None:
    pact = parse(f"1 – Acheter mieux\nN1 : {wording}\nN2 - {wording}\n")
    assert [row.text for row in pact.levels if row.listed] == [wording, wording]


def test_a_verdict_in_the_level_s_line_is_an_observation(parse: Parse) -> None:
    pact = parse("1 – Acheter mieux\nN1 : Isoler les écoles. Accord.\nN2 : Planter. Refus.\n")
    assert [row.text for row in pact.levels if row.listed] == ["Isoler les écoles.", "Planter."]
    assert [(o.level, o.text) for o in pact.observations] == [(1, "Accord."), (2, "Refus.")]
    assert [row.status for row in pact.levels] == ["agreed", "refused", "unstated"]


def test_levels_printed_beside_a_narrower_agreement_are_told(parse: Parse) -> None:
    pact = parse("1 – Acheter mieux\nN1 • A\nN2 • B\nNous ne retenons que le N2.\n")
    assert "listing-wider" in [d.code for d in pact.diagnostics]


def test_a_stance_in_a_wording_is_told(parse: Parse) -> None:
    pact = parse("1 – Acheter mieux\nN1 • Isoler\nQuelques mots : pas d’accord avec cela.\n")
    assert "stance-in-wording" in [d.code for d in pact.diagnostics]


def test_a_too_long_observation_is_told(parse: Parse) -> None:
    pact = parse("1 – Acheter mieux\nN1 • A\nAccord sur " + "N1, " * 2000 + "\n")
    assert "observation-too-long" in [d.code for d in pact.diagnostics]


def test_an_ambiguous_reach_is_told(parse: Parse) -> None:
    pact = parse("1 – Acheter mieux\nN1 • A\nAccord sur N1 et N3 non retenu\n")
    assert "scope-ambiguous" in [d.code for d in pact.diagnostics]


def test_levels_without_a_stance_are_told(parse: Parse) -> None:
    pact = parse("1 – Acheter mieux\nN1 • A\nNous aimons beaucoup N2\n")
    assert "reference-without-stance" in [d.code for d in pact.diagnostics]


def test_an_unclosed_parenthesis_does_not_swallow_the_next_clause(rules: Rules) -> None:
    text = "pas sur n1 (a (b)\nni sur n2 (c\n- d sauf e)"
    resumptions = [rule.compiled for rule in rules.lines if rule.continues]
    asides = find_asides(text, text, 0, len(text), resumptions)
    assert [(text[slice(*a.inner)].strip(), a.closed) for a in asides] == [
        ("a (b)", False),
        ("c\n- d sauf e", True),
    ]


def test_the_four_unclosed_parentheses_of_the_seed(seed: Pact) -> None:
    assert [d.measure for d in seed.diagnostics if d.code == "parenthesis-unclosed"] == [9, 16, 18, 23]


def test_the_clauses_of_the_seed(seed: Pact) -> None:
    """Read in the source by hand: measure, stance, levels, how the text begins and ends."""
    expected = [
        (11, "agree", (1, 2, 3), None),
        (
            11,
            "condition",
            (1, 2, 3),
            ("devant être réalisée avec l’ Établissement", "Paris-Est-Marne et Bois"),
        ),
        (
            14,
            "not_competent",
            (3,),
            ("Définir un plan de renforcement", "par habitant·e sur la même période"),
        ),
        (15, "agree", (1, 2, 3), None),
        (15, "except", (1, 2, 3), ("garantir un montant minimal", "par habitant·e par an sur le mandat")),
        (16, "agree", (3,), None),
        (16, "refuse", (1,), ("Généralisation du 30km/h", "(entrée et sortie de l’école)")),
        (16, "refuse", (2,), ("Création de zones", "sortie du diesel et de l’essence.")),
        (18, "agree", (2,), None),
        (18, "condition", (2,), ("à définir avec l’ Établissement", "Paris-Est-Marne et Bois")),
        (18, "refuse", (1,), ("Accorder l’équivalent de 2%", "(obligation légale d’ici 2023).")),
        (19, "agree", (1, 2, 3), None),
        (19, "condition", (1, 2, 3), ("à définir avec l’ Établissement", "Paris-Est-Marne et Bois")),
    ]
    found = [c for c in seed.clauses if c.measure in {11, 14, 15, 16, 18, 19}]
    assert [(c.measure, c.stance, c.levels) for c in found] == [row[:3] for row in expected]
    for clause, (*_, ends) in zip(found, expected, strict=True):
        assert (clause.text is None) == (ends is None)
        if clause.text is not None and ends is not None:
            assert clause.text.startswith(ends[0])
            assert clause.text.endswith(ends[1])
