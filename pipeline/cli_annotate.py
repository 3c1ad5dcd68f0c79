"""The commands of whoever corrects a parse by hand, in Label Studio or with spaCy: annotate, labels."""

from pathlib import Path

import click

from pipeline.usage import KIND, LIMIT, TIMEOUT, UsageError, parse_file


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("-o", "--output", default="annotations", show_default=True, type=click.Path(path_type=Path))
@TIMEOUT
@LIMIT
@KIND
def annotate(file: Path, output: Path, timeout: float, given_limits: tuple[str, ...], kind: str | None) -> None:
    """Write the parse of one pact as suggestions to be corrected.

    FILE.json is a task for Label Studio, and interface.xml the labelling interface of its project; FILE.spacy is a
    DocBin. What was corrected comes back with pacte labels.
    """
    pact = parse_file(file, kind, timeout, given_limits)
    if pact.status == "failed":
        told = next((found.message for found in pact.diagnostics if found.severity == "error"), "")
        raise UsageError(f"{file}: holds nothing to annotate: {told}")
    from pipeline.annotate import doc_bin_of, interface, task_of

    written = {
        f"{file.name}.json": task_of(pact).encode(),
        "interface.xml": interface().encode(),
        f"{file.name}.spacy": doc_bin_of(pact),
    }
    for name, data in written.items():
        _write(output, name, data)
    click.echo(f"{', '.join(written)} in {output}/")


@click.command()
@click.argument("export", type=click.Path(path_type=Path))
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), help="Folder of labelled pacts.")
@click.option("--overwrite", is_flag=True, help="Replace labelled pacts of the same names.")
def labels(export: Path, output: Path, overwrite: bool) -> None:
    """Make labelled pacts out of what was corrected in Label Studio and exported there as JSON.

    pacte evaluate measures the parser against them; tests/corpus/README.md tells what they hold.
    """
    from pipeline.labels import LabelError
    from pipeline.places import unsafe
    from pipeline.relabel import labelled_text, read_export

    try:
        data = export.read_bytes()
    except OSError as error:
        raise UsageError(f"{export}: cannot be read ({error.strerror}): check the path") from None
    try:
        found = read_export(data, str(export))
        texts = {f"{each.pact_id.replace('/', '-').removesuffix('.txt')}.txt": labelled_text(each) for each in found}
    except LabelError as error:
        raise UsageError(str(error)) from None
    if len(texts) < len(found):
        raise UsageError(f"{export}: holds two tasks of one pact: delete one in Label Studio, and export anew")
    if not texts:
        raise UsageError(f"{export}: no task in it was annotated: submit one in Label Studio, and export anew")
    for name in texts:
        if reason := unsafe(name):
            raise UsageError(f"{export}: {name}: {reason}: rename the pact in the export")
        if (output / name).exists() and not overwrite:
            raise UsageError(f"{output / name}: is there already: name another folder, or give --overwrite")
    for name, text in texts.items():
        _write(output, name, text.encode())
    click.echo(f"{len(texts)} labelled pacts in {output}/: measure with pacte evaluate {output}")


def _write(folder: Path, name: str, data: bytes) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    except OSError as error:
        raise UsageError(f"{folder / name}: cannot be written ({error.strerror}): name another folder") from None
