"""The wording of measures and levels beside the catalogue's."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model import Level, Pact
from pipeline.rules import Rules
from pipeline.wording import UNKNOWN, Wording, wording_of

Parse = Callable[[str], Pact]
KNOWN = "Dissuader l’installation de grandes surfaces, à partir de 100m² pour 1000 habitant·es."


@pytest.mark.parametrize(
    "printed",
    [
        KNOWN,
        KNOWN.upper(),
        "Dissuader l'installation de grandes surfaces à partir de 100m² pour 1000 habitant.es",
        "dissuader l’installation de grandes\nsurfaces – à partir de 100m² pour 1000 habitant-es",
    ],
)
def test_case_accents_and_punctuation_make_no_difference(printed: str) -> None:
    assert wording_of(printed, KNOWN) == Wording("verbatim", 1.0, (), ())


def test_added_and_removed_words_are_told_in_the_characters_of_each() -> None:
    found = wording_of(
        "Dissuader l’Implantation de très grandes surfaces, à partir de 200m² pour 1000 habitant·es.", KNOWN
    )
    assert (found.wording, found.added, found.removed) == (
        "reworded",
        ("Implantation", "très", "200m²"),
        ("installation", "100m²"),
    )
    assert found.similarity == pytest.approx(1 - 5 / (15 + 14))


def test_a_wording_cut_short_has_only_removed_words() -> None:
    found = wording_of("Dissuader l’installation de grandes surfaces", KNOWN)
    assert (found.added, found.removed) == ((), ("à partir de 100m² pour 1000 habitant·es",))


@pytest.mark.parametrize(("printed", "known"), [(None, KNOWN), (KNOWN, None), ("…", KNOWN), (KNOWN, "–")])
def test_nothing_to_compare_is_unknown(printed: str | None, known: str | None) -> None:
    assert wording_of(printed, known) == UNKNOWN


@given(st.text(max_size=200), st.text(max_size=200))
def test_what_was_added_stands_in_the_print_and_what_was_removed_in_the_catalogue(printed: str, known: str) -> None:
    found = wording_of(printed, known)
    assert (found.similarity is None) == (found.wording == "unknown")
    assert all(words in printed for words in found.added or ())
    assert all(words in known for words in found.removed or ())
    if found.wording == "verbatim":
        assert found.similarity == 1.0
    elif found.similarity is not None:
        assert 0.0 <= found.similarity < 1.0
        assert found.added or found.removed


def level(pact: Pact, measure: int, number: int) -> Level:
    (row,) = (row for row in pact.levels if (row.measure, row.level) == (measure, number))
    return row


def test_levels_of_a_pact(parse: Parse) -> None:
    pact = parse(
        "9 – Mettre fin au développement de grandes surfaces commerciales sur le territoire.\n"
        "N2 • Dissuader l’installation de très grandes surfaces.\n"
        "Pas d’accord sur N1 (Interdire toute artificialisation des terres agricoles)\n\n"
        "33 – Planter des arbres\nN1 • Un arbre par enfant.\n"
    )
    printed, refused = level(pact, 9, 2), level(pact, 9, 1)
    assert (printed.wording, printed.added) == ("reworded", ("très",))
    assert printed.removed is not None
    assert printed.removed[0].startswith("pour rester en deçà")
    # The wording of a level that is refused stands in the observation.
    assert (refused.status, refused.wording, refused.added) == ("refused", "reworded", ())
    assert [level(pact, 33, number).wording for number in (1, 2)] == ["local", "local"]
    assert {row.measure: row.wording for row in pact.measures} == {9: "verbatim", 33: "local"}


def test_items_below_a_level_belong_to_its_wording(parse: Parse, rules: Rules) -> None:
    wording = rules.catalogue[24].levels[1]
    assert wording.count("\n–") == 4
    title = rules.catalogue[24].title
    row = level(parse(f"24 – {title}\nN1 • {wording}\nAccord sur N1.\n"), 24, 1)
    assert (row.wording, row.similarity) == ("verbatim", 1.0)
    assert row.text == wording.split("\n")[0]
    lines = wording.split("\n")
    row = level(parse(f"24 – {title}\nN1 • {lines[0]}\n" + "\n".join(lines[1:-1]) + "\nAccord sur N1.\n"), 24, 1)
    assert row.wording == "reworded"
    assert row.removed == (lines[-1].removeprefix("– "),)


def test_a_title_that_is_only_a_name_of_it_is_not_compared(parse: Parse, rules: Rules) -> None:
    number = next(number for number, measure in rules.catalogue.items() if measure.short)
    pact = parse(f"{number} – {rules.catalogue[number].title}\nN1 • Faire quelque chose.\n")
    assert pact.measures[0].wording == "unknown"
