"""Broken and hostile files: what each must give, and that no file gives less than a row that says what to do."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipeline.inputs import Input
from pipeline.kinds import load_all
from pipeline.model import Pact
from pipeline.parse import parse_bytes
from pipeline.tabulate import tabulate
from pipeline.work import parse_input
from tests.attacks import ATTACKS, SECRETS, Attack, leaks
from tests.attacks.packages import DATA
from tests.contract import check_contract

BROKEN = DATA / "broken"
NO_CASES = frozenset(["expected.toml", "README.md"])


@dataclass(frozen=True, slots=True)
class Expected:
    """What a file must give: `expected.toml` says what each field means."""

    why: str
    status: str
    codes: tuple[str, ...] = ()
    measures: int = 0
    holds: str = ""
    says: str = ""
    never: str = ""
    today: str = ""


def expectations() -> dict[str, Expected]:
    rows = tomllib.loads((BROKEN / "expected.toml").read_text("utf-8"))
    return {name: Expected(**row | {"codes": tuple(row["codes"])}) for name, row in rows.items()}


EXPECTED = expectations()
CASES = [
    pytest.param(name, id=name, marks=[pytest.mark.xfail(reason=row.today, strict=True)] if row.today else [])
    for name, row in EXPECTED.items()
]
CHEAP = [
    pytest.param(each, id=each.name, marks=[pytest.mark.xfail(reason=each.today, strict=True)] if each.today else [])
    for each in ATTACKS
    if each.cheap
]


def whole(pact: Pact) -> Pact:
    """The pact, after looking whether it keeps what every pact must keep."""
    text = pact.source.text
    assert "".join(text[block.start : block.end] for block in pact.blocks) == text
    assert all(block.start < block.end for block in pact.blocks)
    check_contract(tabulate([pact]))
    assert not [each for each in pact.diagnostics if each.code == "internal"]
    errors = [each for each in pact.diagnostics if each.severity == "error"]
    assert (pact.status == "failed") == bool(errors)
    assert all(": " in each.message for each in errors), "an error without a remedy"
    return pact


def test_each_file_has_an_expectation_and_the_other_way_round() -> None:
    files = {path.name for path in BROKEN.iterdir() if path.is_file()} - NO_CASES
    assert len(files) > 150
    assert files == EXPECTED.keys()
    assert all((BROKEN / name).stat().st_size < 100_000 for name in files)
    assert sum((BROKEN / name).stat().st_size for name in files) < 1_000_000
    assert all(row.why for row in EXPECTED.values())
    assert {row.status for row in EXPECTED.values()} == {"complete", "partial", "failed"}


@pytest.mark.parametrize("name", EXPECTED)
def test_a_broken_file_gives_a_row(name: str) -> None:
    whole(parse_bytes((BROKEN / name).read_bytes(), name, load_all()))


@pytest.mark.parametrize("name", CASES)
def test_a_broken_file_gives_what_it_should(name: str) -> None:
    row = EXPECTED[name]
    pact = parse_bytes((BROKEN / name).read_bytes(), name, load_all())
    assert (pact.status, len(pact.measures) >= row.measures) == (row.status, True), pact.diagnostics
    assert set(row.codes) <= {each.code for each in pact.diagnostics}
    assert row.holds in pact.source.text
    said = " ".join(each.message for each in pact.diagnostics if each.severity == "error")
    assert row.says in said
    assert not row.never or row.never not in said


def test_attacks_are_told_apart() -> None:
    assert len({each.name for each in ATTACKS}) == len(ATTACKS) > 100
    assert len(CHEAP) > 60


@pytest.mark.parametrize("attack", CHEAP)
def test_a_cheap_attack_is_met(attack: Attack) -> None:
    pact = whole(parse_bytes(attack.make(), attack.file, load_all()))
    assert pact.status in attack.status, pact.diagnostics
    assert set(attack.codes) <= {each.code for each in pact.diagnostics}
    assert not leaks(pact.source.text)


@pytest.mark.parametrize("attack", [pytest.param(each, id=each.name) for each in ATTACKS if each.cheap and each.today])
def test_an_attack_that_is_not_met_leaks_nothing(attack: Attack, tmp_path: Path) -> None:
    place = tmp_path / attack.file
    place.write_bytes(attack.make())
    pact = parse_input(Input(attack.file, str(place)), load_all())
    check_contract(tabulate([pact]))
    assert not leaks(pact.source.text + "".join(each.message for each in pact.diagnostics))


def test_a_leak_would_be_seen() -> None:
    assert SECRETS
    assert all(leaks(f"x {secret} y") for secret in SECRETS)
    assert not leaks("x y")
