"""The snippets of README and guides print what they say; their commands exist."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

from click.testing import CliRunner

from pipeline.check import ENTRY
from pipeline.cli import main
from tests.conftest import ROOT, SEED
from tests.dependencies import locked

README = (ROOT / "README.md").read_text("utf-8")
GUIDE = ROOT / "docs" / "adapt.md"
ANALYSIS = ROOT / "docs" / "analysis.md"
SNIPPET_RE = re.compile(r"(?P<head>```python\n(?P<code>.*?)```\n+```text\n)(?P<printed>.*?)```", re.DOTALL)
COMMAND_RE = re.compile(r"^\.venv/bin/pacte (.*?)\s+#", re.MULTILINE)
STEP_RE = re.compile(
    r"append it to `(?P<file>[^`]+)`:\n+```toml\n(?P<rule>.*?)```|```sh\n(?P<commands>.*?)```\n+```text\n(?P<printed>.*?)```",
    re.DOTALL,
)
SECONDS_RE = re.compile(r"\d+\.\d\d s")


def test_the_snippets_print_what_the_readme_says(tmp_path: Path) -> None:
    CliRunner().invoke(main, ["parse", str(SEED.parent), "-o", str(tmp_path / "output")])
    assert len(SNIPPET_RE.findall(README)) == 2
    assert answered(README, tmp_path) == README


def answered(page: str, folder: Path) -> str:
    """The page with what its snippets print in a folder."""

    def answer(match: re.Match[str]) -> str:
        run = [sys.executable, "-c", match["code"]]
        done = subprocess.run(run, cwd=folder, capture_output=True, text=True, check=True)
        return f"{match['head']}{done.stdout}```"

    return SNIPPET_RE.sub(answer, page)


def analysed(folder: Path) -> str:
    """The page of questions, answered by its own examples."""
    page = ANALYSIS.read_text("utf-8")
    examples = ROOT / "docs" / "examples" / "pactes"
    assert ".venv/bin/pacte parse docs/examples/pactes -o output/examples\n" in page
    made = CliRunner().invoke(main, ["parse", str(examples), "-o", str(folder / "output" / "examples")])
    assert made.exit_code == 0, made.output
    return answered(page, folder)


def test_the_questions_have_the_answers_that_the_page_gives(tmp_path: Path) -> None:
    """`python -m tests.test_9_docs` writes them into the page: read the difference before you commit it."""
    page = ANALYSIS.read_text("utf-8")
    assert len(SNIPPET_RE.findall(page)) == 6
    assert analysed(tmp_path) == page
    assert (tmp_path / "output" / "examples" / "answers.svg").read_text("utf-8").count("<rect") > 10


def test_the_commands_run(tmp_path: Path) -> None:
    commands = COMMAND_RE.findall(README)
    assert len(commands) == 12
    commands.sort(key=lambda command: not command.startswith("parse"))  # `make` has made the tables
    shutil.copytree(ROOT / "tests" / "golden", tmp_path / "golden")
    for command in commands:
        arguments = [str(tmp_path / "golden") if a == "tests/golden" else a for a in command.split()]
        arguments = [str(ROOT / a) if a.startswith(("raw", "tests")) else a for a in arguments]
        arguments = [str(tmp_path / "output") if a == "output" else a for a in arguments]
        if arguments[0] == "annotate":
            arguments += ["-o", str(tmp_path / "annotations")]
        assert CliRunner().invoke(main, arguments).exit_code == 0, command


def test_every_make_target_of_the_docs_exists() -> None:
    texts = README + GUIDE.read_text("utf-8")
    targets = set(re.findall(r"\bmake ([a-z]+)\b", texts)) - {"again"}
    makefile = (ROOT / "Makefile").read_text("utf-8")
    assert {"test", "check", "accept", "watch", "docs", "help"} <= targets
    assert all(re.search(rf"^{target}:", makefile, re.MULTILINE) for target in targets)


def follow(guide: str, folder: Path) -> str:
    """The guide with what its commands print in a copy of the project."""
    for name in ("pipeline", "rules", "raw", "docs", "tests/golden"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", ".times.json"))

    def step(match: re.Match[str]) -> str:
        if match["file"]:
            with (folder / match["file"]).open("a", encoding="utf-8") as file:
                file.write("\n" + match["rule"])
            return match[0]
        printed = ""
        for command in match["commands"].strip().split("\n"):
            arguments = command.removeprefix(".venv/bin/pacte ").split()
            done = subprocess.run(
                [sys.executable, "-c", ENTRY, str(folder), *arguments], cwd=folder, capture_output=True, text=True
            )
            assert done.returncode == 0, done.stderr
            printed += done.stdout
        return f"```sh\n{match['commands']}```\n\n```text\n{printed}```"

    return STEP_RE.sub(step, guide)


def test_the_guide_prints_what_it_says(tmp_path: Path) -> None:
    """`python -m tests.test_9_docs` writes what they print into the guide: read the difference before you commit it."""
    guide = GUIDE.read_text("utf-8")
    assert len(STEP_RE.findall(guide)) == 5
    assert SECONDS_RE.sub("… s", follow(guide, tmp_path)) == SECONDS_RE.sub("… s", guide)


def test_the_page_of_dependencies_is_not_stale() -> None:
    page = (ROOT / "docs" / "dependencies.md").read_text("utf-8")
    rows = re.findall(r"^\| ([a-z0-9-]+) \| ([^|]+) \| ([^|]+) \|$", page, re.MULTILINE)[1:]
    versions = locked()
    assert len(rows) > 30
    for name, version, licence in rows:
        assert (version, licence != "not declared") == (versions[name], True), f"{name}: make docs"
    own = re.search(
        r"^dependencies = \[(.*?)\]", (ROOT / "pyproject.toml").read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
    assert own is not None
    assert set(re.findall(r'"([a-z0-9-]+)', own[1])) <= {name for name, _, _ in rows}


if __name__ == "__main__":
    import tempfile

    with tempfile.TemporaryDirectory() as temporary:
        GUIDE.write_text(follow(GUIDE.read_text("utf-8"), Path(temporary) / "guide"), "utf-8")
        ANALYSIS.write_text(analysed(Path(temporary)), "utf-8")
