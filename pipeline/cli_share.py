"""The commands that make something of an output for people who never met the parser: export, report."""

from pathlib import Path

import click

from pipeline.terminal import safe
from pipeline.usage import UsageError, told

_PLACES = {"csv": "csv", "jsonl": "jsonl", "xlsx": "pactes.xlsx", "duckdb": "pactes.duckdb"}


@click.command()
@click.argument("output", default="output")
@click.option("--to", "form", required=True, type=click.Choice(list(_PLACES)), help="Which kind of files.")
@click.option(
    "-o",
    "--into",
    "place",
    type=click.Path(path_type=Path),
    help="File, or folder for csv and jsonl.  [default: csv, jsonl, pactes.xlsx or pactes.duckdb in OUTPUT]",
)
@click.option("--excel", is_flag=True, help="CSV for Excel in French: a BOM, semicolons, decimal commas.")
def export(output: str, form: str, place: Path | None, excel: bool) -> None:
    """Write the tables in OUTPUT as files for other programs.

    \b
    csv     a folder with a file a table, and datapackage.json
    xlsx    one workbook: what it is, the answers, a sheet a table
    duckdb  one database: the tables, and views for the questions
    jsonl   a folder with a file a table, an object a line

    In csv, an apostrophe stands before a text that a spreadsheet would take for a formula; what is longer than a cell
    of a workbook is cut there, and told. In duckdb and jsonl everything is as it is in Parquet.
    """
    if excel and form != "csv":
        raise UsageError("--excel goes with --to csv; for a workbook, --to xlsx")
    if place is None:
        if "://" in output:
            raise UsageError(f"{output}: is a URL: name a file or folder here with -o")
        place = Path(output) / _PLACES[form]
    from pipeline.export import export_csv, export_duckdb, export_jsonl
    from pipeline.output import open_output
    from pipeline.sheets import export_xlsx

    lost: list[str] = []
    with told([output], str(place)):
        opened = open_output(output)
        if form == "csv":
            export_csv(opened, place, excel)
        elif form == "jsonl":
            export_jsonl(opened, place)
        elif form == "duckdb":
            export_duckdb(opened, place)
        else:
            lost = list(export_xlsx(opened, place).lines())
    for line in lost:
        click.echo(line, err=True)
    click.echo(safe(f"{place}"), err=True)


@click.command()
@click.argument("output", default="output")
@click.option(
    "-o",
    "--into",
    "place",
    type=click.Path(path_type=Path),
    help="Folder for the site.  [default: site in OUTPUT]",
)
def report(output: str, place: Path | None) -> None:
    """Write a site that shows the tables in OUTPUT: lists and measures, side by side, each pact with its evidence.

    In French, of static files: open index.html from disk, or put the folder on any web host.
    """
    if place is None:
        if "://" in output:
            raise UsageError(f"{output}: is a URL: name a folder here with -o")
        place = Path(output) / "site"
    from pipeline.output import open_output
    from pipeline.report.site import write_site

    with told([output], str(place)):
        summary = write_site(open_output(output), place)
    click.echo(safe(f"{summary.n_pacts} pacts, {summary.n_pages} pages: open {place / 'index.html'}"), err=True)
