"""The command that does the main job: `pacte parse`."""

import os
import sys
from collections import Counter
from collections.abc import Iterator

import click

from pipeline.terminal import safe
from pipeline.usage import KIND, LIMIT, LIMITS_TOLD, TIMEOUT, UsageError, limits_of, told


@click.command(epilog=LIMITS_TOLD)
@click.argument("inputs", metavar="INPUT...", nargs=-1, required=True)
@click.option("-o", "--output", default="output", show_default=True, help="Folder for the tables.")
@click.option(
    "-j",
    "--jobs",
    type=click.IntRange(1),
    default=os.cpu_count() or 1,
    show_default="one for each core",
    help="How many workers parse. The tables are the same, byte for byte.",
)
@TIMEOUT
@click.option(
    "--scheduler",
    metavar="tcp://HOST:PORT",
    help="Let the workers of this Dask cluster parse; --jobs and --timeout are theirs then. Needs pacte[dask].",
)
@click.option("--force", is_flag=True, help="Parse all, also what is unchanged since the last run.")
@click.option("--dry-run", is_flag=True, help="Only say what would be done with each pact.")
@LIMIT
@KIND
def parse(
    inputs: tuple[str, ...],
    output: str,
    jobs: int,
    timeout: float,
    scheduler: str | None,
    force: bool,
    dry_run: bool,
    given_limits: tuple[str, ...],
    kind: str | None,
) -> None:
    """Parse pacts into Parquet tables.

    INPUT is a file, a folder, a pattern ("raw/**/*.docx"), an archive (.zip, .tar, .tar.gz), or a URL of one of these.
    What is unchanged since the last run is not parsed again. Exit code 1 if some document failed; the others are in
    the tables all the same.
    """
    if scheduler is None and not dry_run:
        from pipeline.forking import prepare

        prepare()
    from pipeline.batch import Options, parse_all, plan
    from pipeline.progress import summary_lines, told_on_stderr

    if os.path.isfile(output):
        raise UsageError(f"{output}: is a file: name a folder with -o")
    limits = limits_of(given_limits)
    options = Options(kind=kind, jobs=jobs, timeout=timeout, force=force or scheduler is not None, limits=limits)
    with told(inputs, output):
        if dry_run:
            _tell_plan(plan(inputs, output, options))
            return
        with told_on_stderr() as tell:
            if scheduler is None:
                summary = parse_all(inputs, output, options, tell)
            else:
                from pipeline.cluster import parse_on_cluster

                summary = parse_on_cluster(inputs, output, options, scheduler, tell)
    for line in summary_lines(summary, output):
        click.echo(line, err=True)
    if summary.statuses["failed"]:
        sys.exit(1)


def _tell_plan(actions: Iterator[tuple[str, str]]) -> None:
    counts: Counter[str] = Counter()
    for action, pact_id in actions:
        counts[action] += 1
        click.echo(f"{action:10}  {safe(pact_id)}")
    click.echo(", ".join(f"{count} to {action}" for action, count in counts.items()), err=True)
