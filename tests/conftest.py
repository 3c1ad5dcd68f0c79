"""What several test files need: the rules, the pact in raw/, and a short way to parse a text."""

from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.model import Pact
from pipeline.parse import parse_bytes
from pipeline.rules import Rules, load
from pipeline.tabulate import tabulate
from tests.contract import check_contract

ROOT = Path(__file__).resolve().parent.parent
SEED = ROOT / "raw" / "champigny-alternance.txt"


@pytest.fixture(scope="session")
def rules() -> Rules:
    return load()


@pytest.fixture(scope="session")
def seed(rules: Rules) -> Pact:
    return parse_bytes(SEED.read_bytes(), SEED.name, rules)


@pytest.fixture(scope="session")
def parse(rules: Rules) -> Callable[[str], Pact]:
    """Parse a text, and check that its tables keep the contract."""

    def parse_text(text: str) -> Pact:
        pact = parse_bytes(text.encode(), "test.txt", rules)
        check_contract(tabulate([pact]))
        return pact

    return parse_text
