"""What fuzzing found: inputs that once broke something hold now. A file's name begins with its target in tests/fuzz."""

from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.fuzz.targets import TARGETS

FOUND = sorted((ROOT / "tests" / "data" / "broken" / "found").iterdir())
CHECKS = {target.name: target.check for target in TARGETS}


def test_inputs_were_found() -> None:
    assert FOUND


@pytest.mark.parametrize("path", FOUND, ids=[path.name for path in FOUND])
def test_what_was_found_holds(path: Path) -> None:
    CHECKS[path.name.split("-")[0]](path.read_bytes())
