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
    metavar="DEST",
    help="File, or folder for csv and jsonl.  [default: csv, jsonl, pactes.xlsx or pactes.duckdb in OUTPUT]",
)
@click.option(
    "--excel", is_flag=True, help="CSV for Excel in French: a BOM, semicolons, decimal commas, VRAI and FAUX."
)
def export(output: str, form: str, place: str | None, excel: bool) -> None:
    """Write the tables in OUTPUT as files for other programs.

    \b
    csv     a folder with a file a table, and datapackage.json
    xlsx    one workbook: what it is, the answers, a sheet a table
    duckdb  one database: the tables, and views for the questions
    jsonl   a folder with a file a table, an object a line

    In csv, an apostrophe stands before a text that a spreadsheet would take for a formula; in xlsx and in csv --excel,
    what is longer than a cell is cut, and told, and documents.text is left out. So documents.text[start:end] is the
    evidence, to the letter, in Parquet, duckdb and jsonl only.
    """
    if excel and form != "csv":
        raise UsageError("--excel goes with --to csv; for a workbook, --to xlsx")
    place = f"{output.rstrip('/')}/{_PLACES[form]}" if place is None else place
    if "://" in place:
        raise UsageError(f"{place}: is a URL: name a file or folder here with -o")
    from pipeline.output import open_output

    with told([output]):
        tables = open_output(output)
    lost: list[str] = []
    with told([output], place):
        if form == "csv":
            from pipeline.export import export_csv

            lost = list(export_csv(tables, Path(place), excel).lines())
        elif form == "jsonl":
            from pipeline.export import export_jsonl

            export_jsonl(tables, Path(place))
        elif form == "duckdb":
            from pipeline.database import export_duckdb

            export_duckdb(tables, Path(place))
        else:
            from pipeline.sheets import export_xlsx

            lost = list(export_xlsx(tables, Path(place)).lines())
    for line in (*lost, place):
        click.echo(safe(line), err=True)


@click.command()
@click.argument("output", default="output")
@click.option(
    "-o",
    "--into",
    "place",
    metavar="DEST",
    help="Folder for the site.  [default: site in OUTPUT]",
)
def report(output: str, place: str | None) -> None:
    """Write a site that shows the tables in OUTPUT: lists and measures, side by side, each pact with its evidence.

    In French, of static files: open index.html from disk, or put the folder on any web host.
    """
    place = f"{output.rstrip('/')}/site" if place is None else place
    if "://" in place:
        raise UsageError(f"{place}: is a URL: name a folder here with -o")
    from pipeline.output import open_output
    from pipeline.report.site import write_site

    with told([output]):
        tables = open_output(output)
    with told([output], place):
        summary = write_site(tables, Path(place))
    click.echo(safe(f"{summary.n_pacts} pacts, {summary.n_pages} pages: open {place}/index.html"), err=True)
