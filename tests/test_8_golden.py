"""The approved parse of raw/: `make check` as a test, and the proof that it can fail."""

import shutil
from pathlib import Path

import pytest

from tests.approve import main
from tests.conftest import ROOT

RAW, GOLDEN = ROOT / "raw", ROOT / "tests" / "golden"


def test_the_approved_parse() -> None:
    assert list(GOLDEN.glob("*.facts"))
    assert main("check", RAW, GOLDEN) == 0


def test_a_changed_status_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    raw = tmp_path / "raw"
    shutil.copytree(RAW, raw)
    path = raw / "champigny-alternance.txt"
    path.write_text(path.read_text("utf-8").replace("N2 • Faire labelliser", "Faire labelliser"), "utf-8")
    assert main("check", raw, GOLDEN) == 1
    assert "level 11.2 |" in capsys.readouterr().out
