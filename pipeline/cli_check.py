"""The commands of whoever changes a rule: check, accept, watch, rules."""

import os
import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline import limits
from pipeline.usage import KIND, LIMIT, TIMEOUT, UsageError, limits_of, load_rules, told

if TYPE_CHECKING:
    from pipeline.approved import Fact
    from pipeline.batch import Options
    from pipeline.check import Parsed

_JOBS = os.cpu_count() or 1
_INPUTS = click.argument("inputs", metavar="INPUT...", nargs=-1, required=True, type=click.Path(path_type=Path))


@click.command()
@_INPUTS
@click.option("--against", type=click.Path(path_type=Path), help="Folder of approved parses, made by pacte accept.")
@click.option("--base", metavar="REVISION", help="Compare with the parser of another git revision instead.")
@click.option(
    "--labels",
    type=click.Path(path_type=Path),
    multiple=True,
    help="With --base: labelled pacts, on which precision and recall are compared.",
)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@TIMEOUT
@LIMIT
@KIND
def check(
    inputs: tuple[Path, ...],
    against: Path | None,
    base: str | None,
    labels: tuple[Path, ...],
    form: str,
    timeout: float,
    given_limits: tuple[str, ...],
    kind: str | None,
) -> None:
    """Parse anew and compare: which facts were gained, lost or changed since they were approved.

    Exit code 1 if anything differs.
    """
    if (against is None) == (base is None):
        raise UsageError("compare with one thing: --against DIR or --base REVISION")
    options = _options(kind, timeout, given_limits)
    from pipeline import check as checking
    from pipeline.compare import compare

    parsed = _parsed(inputs, options)
    told: list[str] = []
    if base is not None:
        try:
            with checking.revision(base) as tree:
                before = checking.parse_facts_at(tree, inputs)
                for corpus in labels:
                    told += _scores(tree, corpus)
        except checking.RevisionError as error:
            raise UsageError(str(error)) from None
        changes = compare(before.facts, parsed.facts)
        told.append(f"parsed in {parsed.seconds:.2f} s, before in {before.seconds:.2f} s with start-up")
    else:
        assert against is not None, "one of the two is given"
        changes = compare(_approved(against), parsed.facts)
        told.append(checking.time_line(against, parsed.seconds, len(parsed.facts)))
    if form == "json":
        click.echo(checking.as_json(changes, parsed))
    else:
        for line in (*checking.change_lines(changes), *told, checking.summary(changes, len(parsed.facts))):
            click.echo(line)
    if changes:
        sys.exit(1)


@click.command()
@_INPUTS
@click.option("--into", required=True, type=click.Path(path_type=Path), help="Folder for the approved parses.")
@click.option("--only", metavar="PACT", multiple=True, help="Approve this pact alone, losses included. Repeatable.")
@click.option("--yes", is_flag=True, help="Approve all, losses included.")
@TIMEOUT
@LIMIT
@KIND
def accept(
    inputs: tuple[Path, ...],
    into: Path,
    only: tuple[str, ...],
    yes: bool,
    timeout: float,
    given_limits: tuple[str, ...],
    kind: str | None,
) -> None:
    """Approve the parse of today, which pacte check then compares with.

    What is new is approved at once. Where an approved fact was lost or changed, nothing is, unless --only names the
    pact or --yes takes all: exit code 1.
    """
    options = _options(kind, timeout, given_limits)
    from pipeline import check as checking
    from pipeline.approved import write_approved
    from pipeline.compare import compare

    parsed = _parsed(inputs, options)
    approved = _approved(into, may_be_missing=True)
    changes = compare(approved, parsed.facts)
    unknown = sorted(set(only) - parsed.facts.keys() - approved.keys())
    if unknown:
        raise UsageError(f"{unknown[0]}: no such pact: --only takes its path inside the input folder")
    changes = [change for change in changes if not only or change.pact_id in only]
    for line in checking.change_lines(changes):
        click.echo(line)
    losses = {change.pact_id for change in changes if change.kind != "gained"}
    if losses and not only and not yes:
        told = f"approved facts of {len(losses)} pacts would be lost or changed: nothing was approved"
        click.echo(f"{told}. Read them above, then give --only PACT or --yes", err=True)
        sys.exit(1)
    for pact_id in sorted(parsed.facts.keys() | approved.keys()):
        if not only or pact_id in only:
            write_approved(into, pact_id, parsed.facts.get(pact_id))
    n_pacts = len(only) or len(parsed.facts)
    click.echo(f"approved into {into}/: {checking.summary(changes, n_pacts)}")


@click.command()
@_INPUTS
@click.option("--against", required=True, type=click.Path(path_type=Path), help="Folder of approved parses.")
@click.option("--once", is_flag=True, hidden=True, help="Check once and end: for tests.")
def watch(inputs: tuple[Path, ...], against: Path, once: bool) -> None:
    """Check again each time a rule file is saved, and show what the edit changed. Ctrl-C ends it."""
    options = _options()
    from pipeline import check as checking
    from pipeline.compare import compare
    from pipeline.rules import RULES
    from pipeline.watch import edits

    before: Mapping[str, tuple[Fact, ...]] = _approved(against)
    shown = "since it was approved"
    for _ in edits(RULES, once):
        try:
            parsed = _parsed(inputs, options)
        except UsageError as error:
            click.echo(error.format_message(), err=True)
            continue
        changes = compare(before, parsed.facts)
        for line in checking.change_lines(changes):
            click.echo(line)
        click.echo(f"{shown}: {checking.summary(changes, len(parsed.facts))}, parsed in {parsed.seconds:.2f} s")
        before, shown = parsed.facts, "since the last save"


@click.group()
def rules() -> None:
    """Check the rule files, or list the rules."""


@rules.command("check")
@click.option("--folder", type=click.Path(path_type=Path), help="Folder of rules.  [default: rules/]")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def rules_check(folder: Path | None, form: str) -> None:
    """Prove every rule: schema, examples both ways, no other rule first, no pattern that takes too long.

    Exit code 1 if a rule is not right.
    """
    from dataclasses import asdict

    from pipeline.rulecheck import check_rules
    from pipeline.rules import RULES
    from pipeline.terminal import json_of

    found = check_rules(folder or RULES)
    if form == "json":
        click.echo(json_of([asdict(finding) for finding in found]))
    else:
        for finding in found:
            click.echo(f"{finding.where}: {finding.rule}: {finding.told}")
        click.echo(f"{len(found)} findings" if found else "all rules are right")
    if found:
        sys.exit(1)


@rules.command("list")
@click.argument("inputs", metavar="[INPUT...]", nargs=-1, type=click.Path(path_type=Path))
@click.option("--markdown", is_flag=True, help="The page docs/rules.md.")
@KIND
def rules_list(inputs: tuple[Path, ...], markdown: bool, kind: str | None) -> None:
    """List the rules: id, place, why, examples, and how many rows each found in the pacts of INPUT."""
    from pipeline.rulebook import as_markdown, counts, entries, list_lines

    known = load_rules(kind)
    if markdown:
        click.echo(as_markdown(known), nl=False)
        return
    fired: Counter[str] | None = None
    if inputs:
        options = _options(kind)
        from pipeline.batch import tables_of

        fired = Counter()
        with told([str(path) for path in inputs]):
            for tables in tables_of([str(path) for path in inputs], options):
                fired.update(counts(tables))
    for line in list_lines(entries(known[0]), fired):
        click.echo(line)


def _options(kind: str | None = None, timeout: float = limits.TIMEOUT, given_limits: tuple[str, ...] = ()) -> "Options":
    from pipeline.forking import prepare

    prepare()
    from pipeline.batch import Options

    return Options(kind=kind, jobs=_JOBS, timeout=timeout, limits=limits_of(given_limits))


def _parsed(inputs: tuple[Path, ...], options: "Options") -> "Parsed":
    from pipeline.check import parse_facts

    with told([str(path) for path in inputs]):
        return parse_facts([str(path) for path in inputs], options)


def _approved(folder: Path, may_be_missing: bool = False) -> "dict[str, tuple[Fact, ...]]":
    from pipeline.approved import ApprovedError, read_approved

    if not folder.is_dir() and not may_be_missing:
        raise UsageError(f"{folder}: no such folder: make it with pacte accept INPUT --into {folder}")
    try:
        return read_approved(folder)
    except ApprovedError as error:
        raise UsageError(str(error)) from None


def _scores(tree: Path, corpus: Path) -> list[str]:
    from pipeline.check import score_lines, scores_at

    here = Path(__file__).resolve().parent.parent
    before, after = scores_at(tree, corpus), scores_at(here, corpus)
    if after is None:
        raise UsageError(f"{corpus}: holds no labelled pacts: tests/corpus/README.md tells how to write one")
    if before is None:
        return [f"{corpus}: the parser of that revision cannot be measured on it"]
    return [str(corpus), *score_lines(before, after)]
