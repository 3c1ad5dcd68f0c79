"""The README's snippets print what it says; its commands exist."""

import re
import subprocess
import sys
from pathlib import Path

from click.testing import CliRunner

from pipeline.cli import main
from tests.conftest import ROOT, SEED

README = (ROOT / "README.md").read_text("utf-8")
SNIPPET_RE = re.compile(r"```python\n(.*?)```\n+```text\n(.*?)```", re.DOTALL)
COMMAND_RE = re.compile(r"^\.venv/bin/pacte (.*?)\s+#", re.MULTILINE)


def test_the_snippets_print_what_the_readme_says(tmp_path: Path) -> None:
    CliRunner().invoke(main, ["parse", str(SEED.parent), "-o", str(tmp_path / "output")])
    snippets = SNIPPET_RE.findall(README)
    assert len(snippets) == 2
    for code, printed in snippets:
        done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
        assert done.stdout == printed


def test_the_commands_run(tmp_path: Path) -> None:
    commands = COMMAND_RE.findall(README)
    assert len(commands) == 4
    for command in commands:
        arguments = [str(ROOT / a) if a.startswith(("raw", "tests")) else a for a in command.split()]
        arguments = [str(tmp_path / "output") if a == "output" else a for a in arguments]
        assert CliRunner().invoke(main, arguments).exit_code == 0


def test_every_make_target_of_the_readme_exists() -> None:
    targets = set(re.findall(r"\bmake ([a-z]+)\b", README)) - {"again"}
    makefile = (ROOT / "Makefile").read_text("utf-8")
    assert {"test", "check", "accept", "help"} <= targets
    assert all(re.search(rf"^{target}:", makefile, re.MULTILINE) for target in targets)
