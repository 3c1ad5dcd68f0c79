"""The command `pacte`. Heavy imports stand in the commands, so that `--help` comes back at once."""

import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipeline import __version__
from pipeline.cli_check import accept, check, rules, watch
from pipeline.usage import KIND, UsageError, load_rules

if TYPE_CHECKING:
    from pipeline.model import Pact


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="pacte")
def main() -> None:
    """Turn signed local pacts into tables."""


for _command in (check, accept, watch, rules):
    main.add_command(_command)


@main.command()
@click.argument("inputs", metavar="INPUT...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    default="output",
    show_default=True,
    type=click.Path(path_type=Path),
    help="Folder for the tables.",
)
@KIND
def parse(inputs: tuple[Path, ...], output: Path, kind: str | None) -> None:
    """Parse files and folders of pacts into Parquet tables.

    Exit code 1 if some document failed; the others are in the tables all the same.
    """
    from pipeline.batch import find_inputs, find_known, parse_files
    from pipeline.manifest import ManifestError
    from pipeline.store import store
    from pipeline.tabulate import tabulate

    try:
        files, known = find_inputs(inputs), find_known(inputs)
    except FileNotFoundError as error:
        raise UsageError(f"{error}: no such file or folder: check the path") from None
    except ManifestError as error:
        raise UsageError(str(error)) from None
    except ValueError as error:
        raise UsageError(f"{error}: give the folder that holds both") from None
    if not files:
        raise UsageError(f"{inputs[0]}: no file in it: put the pacts there (.txt, .md, .html, .docx, .odt or .pdf)")
    own = load_rules(kind)
    if output.exists() and not output.is_dir():
        raise UsageError(f"{output}: is a file: name a folder with -o")
    pacts = list(_with_progress(parse_files(files, own, known), len(files)))
    tables = tabulate(pacts)
    try:
        store(tables, output, {each.name: each.fingerprint for each in own})
    except OSError as error:
        raise UsageError(f"{output}: cannot be written ({error.strerror}): name another folder with -o") from None
    _summarise(pacts, output)
    if any(pact.status == "failed" for pact in pacts):
        sys.exit(1)


@main.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="All rows as JSON.")
@KIND
def show(file: Path, as_json: bool, kind: str | None) -> None:
    """Show what was understood of one pact, as a tree."""
    from pipeline import show as view

    pact = _pact(file, kind)
    click.echo(view.as_json(pact) if as_json else "\n".join(view.tree(pact)))
    if pact.status == "failed":
        sys.exit(1)


@main.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("-m", "--measure", type=int, help="Only this measure, with the reason for each status.")
@KIND
def explain(file: Path, measure: int | None, kind: str | None) -> None:
    """Tell which rule took which characters, and why a status is what it is."""
    from pipeline import show as view

    pact = _pact(file, kind)
    numbers = [row.measure for row in pact.measures]
    if measure is not None and measure not in numbers:
        held = ", ".join(map(str, numbers)) or "none"
        raise UsageError(f"measure {measure} is not in this pact: it holds {held}")
    click.echo("\n".join(view.explain(pact, measure)))
    if pact.status == "failed":
        sys.exit(1)


@main.command()
@click.argument("corpus", type=click.Path(path_type=Path))
@click.option("--worst", default=10, show_default=True, help="How many errors to list, the worst first.")
@click.option("--json", "as_json", is_flag=True, help="All figures and all errors as JSON.")
def evaluate(corpus: Path, worst: int, as_json: bool) -> None:
    """Measure the parser against labelled pacts: precision, recall, F1, overall and by form.

    tests/corpus/README.md tells how a pact is labelled.
    """
    from pipeline.evaluate import evaluate_corpus, lines_of, to_json
    from pipeline.labels import LabelError, read_corpus

    try:
        labelled = read_corpus(corpus)
    except FileNotFoundError:
        raise UsageError(f"{corpus}: no such file or folder: check the path") from None
    except LabelError as error:
        raise UsageError(str(error)) from None
    if not labelled:
        raise UsageError(f"{corpus}: no labelled pact in it: tests/corpus/README.md tells how to write one")
    scores = evaluate_corpus(labelled, load_rules(None))
    click.echo(to_json(labelled, scores) if as_json else "\n".join(lines_of(labelled, scores, worst)))


def _pact(file: Path, kind: str | None) -> "Pact":
    from pipeline.batch import parse_file

    if not file.exists():
        raise UsageError(f"{file}: no such file: check the path")
    if file.is_dir():
        raise UsageError(f"{file}: is a folder: name one file in it")
    return parse_file(file.name, file, load_rules(kind))


def _with_progress(pacts: Any, total: int) -> Any:
    if not sys.stderr.isatty():
        return pacts
    with click.progressbar(pacts, length=total, label="parsing", file=sys.stderr) as bar:
        return list(bar)


def _summarise(pacts: list["Pact"], output: Path) -> None:
    statuses = Counter(pact.status for pact in pacts)
    told = ", ".join(f"{statuses[status]} {status}" for status in ("complete", "partial", "failed") if statuses[status])
    levels = Counter(row.status for pact in pacts for row in pact.levels)
    click.echo(f"{len(pacts)} pact{'s' * (len(pacts) > 1)}: {told}. Tables in {output}/", err=True)
    if levels:
        click.echo("levels: " + ", ".join(f"{count} {status}" for status, count in levels.most_common()), err=True)
    for pact in pacts:
        for found in pact.diagnostics:
            if found.severity == "error":
                click.echo(f"{pact.source.pact_id}: {found.code}: {found.message}", err=True)
    doubts = Counter(f.code for pact in pacts for f in pact.diagnostics if f.severity == "warning")
    if doubts:
        told = ", ".join(f"{count} {code}" for code, count in doubts.most_common(5))
        click.echo(f"to be checked: {told} (see the table diagnostics, or pacte show FILE)", err=True)
