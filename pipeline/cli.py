"""The command `pacte`. Heavy imports stand in the commands, so that `--help` comes back at once."""

import sys
from pathlib import Path

import click

from pipeline import __version__
from pipeline.cli_annotate import annotate, labels
from pipeline.cli_check import accept, check, rules, watch
from pipeline.cli_parse import parse
from pipeline.cli_share import export, report
from pipeline.usage import KIND, LIMIT, TIMEOUT, UsageError, load_rules, parse_file


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="pacte")
def main() -> None:
    """Turn signed local pacts into tables."""


for _command in (parse, check, accept, watch, rules, export, report, annotate, labels):
    main.add_command(_command)


@main.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="All rows as JSON.")
@TIMEOUT
@LIMIT
@KIND
def show(file: Path, as_json: bool, timeout: float, given_limits: tuple[str, ...], kind: str | None) -> None:
    """Show what was understood of one pact, as a tree."""
    from pipeline import show as view

    pact = parse_file(file, kind, timeout, given_limits)
    click.echo(view.as_json(pact) if as_json else "\n".join(view.tree(pact)))
    if pact.status == "failed":
        sys.exit(1)


@main.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("-m", "--measure", type=int, help="Only this measure, with the reason for each status.")
@TIMEOUT
@LIMIT
@KIND
def explain(file: Path, measure: int | None, timeout: float, given_limits: tuple[str, ...], kind: str | None) -> None:
    """Tell which rule took which characters, and why a status is what it is."""
    from pipeline import show as view

    pact = parse_file(file, kind, timeout, given_limits)
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
