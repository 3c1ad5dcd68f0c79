"""resolve: one status for every measure and level, and no contradiction untold."""

from collections import Counter
from collections.abc import Callable

from pipeline.model import Pact

Parse = Callable[[str], Pact]
HEAD = "1 – Se doter d’une politique d’achats publics responsables\n"


def statuses(pact: Pact) -> list[str]:
    return [row.status for row in pact.levels]


def codes(pact: Pact) -> list[str]:
    return [d.code for d in pact.diagnostics]


def test_the_figures_of_the_seed(seed: Pact) -> None:
    """Counted by reading the source."""
    assert Counter(statuses(seed)) == {"agreed": 58, "refused": 11, "not_competent": 1, "unstated": 17}
    assert len(seed.measures) == 30
    assert sum(row.conditional for row in seed.levels) == 7
    assert sum(row.excepted for row in seed.levels) == 3
    assert len(seed.observations) == 13
    assert len(seed.items) == 39
    assert seed.status == "complete"
    assert (seed.facts.list_name, seed.facts.lead_candidate) == ("CHAMPIGNY ALTERNANCE", "Laurent JEANNE")
    assert [m.measure for m in seed.measures if m.origin == "local"] == [33]
    assert [row for row in seed.levels if row.measure == 33] == []
    (long,) = (o for o in seed.observations if o.measure == 24)
    assert len(long.text.split("\n")) == 10


def test_an_unprinted_level_is_unstated(parse: Parse) -> None:
    assert statuses(parse(HEAD + "N2 • A\n")) == ["unstated", "agreed", "unstated"]


def test_a_refusal_of_a_printed_level_is_told(parse: Parse) -> None:
    pact = parse(HEAD + "N1 • A\nPas d’accord sur N1\n")
    assert statuses(pact)[0] == "refused"
    assert "listing-contradicted" in codes(pact)


def test_two_clauses_that_contradict_are_told(parse: Parse) -> None:
    assert "clauses-contradict" in codes(parse(HEAD + "Accord sur N1. Pas d’accord sur N1\n"))


def test_a_clause_that_names_a_level_beats_one_that_names_all(parse: Parse) -> None:
    pact = parse(HEAD + "Accord sur les 3 niveaux, mais pas sur N1\n")
    assert statuses(pact) == ["refused", "agreed", "agreed"]
    assert "clauses-contradict" not in codes(pact)


def test_this_level_is_the_one_above(parse: Parse) -> None:
    pact = parse(HEAD + "N1 • A\nCe niveau est déjà réalisé.\nN2 • B\n")
    assert statuses(pact) == ["done", "agreed", "unstated"]
    assert pact.observations[0].level == 1


def test_a_measure_without_levels_is_agreed(parse: Parse) -> None:
    pact = parse(HEAD + "2 – Financer les projets par des prêts éthiques\n")
    assert [m.status for m in pact.measures] == ["agreed", "agreed"]
    assert (pact.levels, pact.level_mode) == ((), "none")


def test_a_measure_refused_without_levels(parse: Parse) -> None:
    assert parse(HEAD + "Cette mesure n’est pas retenue.\n").measures[0].status == "refused"


def test_one_level_each_is_a_choice(parse: Parse) -> None:
    pact = parse(HEAD + "Niveau 2\n\n4 – Donner la priorité au logiciel libre\nNiveau 3\n")
    assert pact.level_mode == "single"
    assert statuses(pact) == ["unstated", "agreed", "unstated", "unstated", "unstated", "agreed"]


def test_a_number_met_twice_is_one_measure_and_told(parse: Parse) -> None:
    pact = parse(HEAD + "N1 • A\n\n" + HEAD + "N2 • B\n")
    assert len(pact.measures) == 1
    assert statuses(pact) == ["agreed", "agreed", "unstated"]
    assert "measure-repeated" in codes(pact)


def test_a_title_of_another_measure_is_told(parse: Parse) -> None:
    assert "number-title-differ" in codes(parse("14 – Donner la priorité au logiciel libre dans le service public\n"))


def test_an_announced_count_is_checked(parse: Parse) -> None:
    text = "Pacte signé avec la liste Demain, qui a retenu 3 des 32 mesures.\n\n" + HEAD
    assert "count-differs" in codes(parse(text))
