"""The targets: what is done with each input, what must hold then, with which seeds it begins, how it is changed."""

import contextlib
import re
import tempfile
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from pipeline import catalogue, headings, interpret, linetext, parse
from pipeline.inputs import find_inputs, find_known, read_input
from pipeline.limits import OverLimit
from pipeline.manifest import ManifestError, parse_manifest
from pipeline.model import AsideKind, Known, Pact, Source
from pipeline.places import InputError
from pipeline.readers.draft import Paragraph, Run, compose
from pipeline.tabulate import tabulate
from tests.contract import check_contract
from tests.fuzz.mutate import Mutator, archive_mutator, markup_mutator, package_mutator, text_mutator
from tests.fuzz.seeds import (
    BOLD,
    FURNITURE,
    ITALIC,
    MARKS,
    NAMES,
    NOTE,
    PDF_WORDS,
    SHEET_WORDS,
    all_rules,
    documents,
    packed,
    page_words,
    sheets,
    styled,
    texts,
    with_pieces,
    words,
    xml_words,
)

_KIB = 1 << 10
_TWICE = 100
"""Of so many inputs, one is parsed a second time."""


@dataclass(frozen=True, slots=True)
class Target:
    """`check` raises where something does not hold. `seeds` and `mutator` are made when the target runs."""

    name: str
    ending: str
    most: int
    """The longest input, in bytes."""
    check: Callable[[bytes], None]
    seeds: Callable[[], list[bytes]]
    mutator: Callable[[list[bytes]], Mutator]


# ── what must hold ──


def _check_pact(pact: Pact) -> None:
    text = pact.source.text
    assert "".join(text[block.start : block.end] for block in pact.blocks) == text, "the blocks do not tile the text"
    assert all(block.start < block.end for block in pact.blocks), "a block is empty"
    assert 0 <= pact.coverage <= 1, "a coverage beyond 0 and 1"
    assert not any(each.code == "internal" for each in pact.diagnostics), "the parser failed on this file"
    check_contract(tabulate([pact]))


def _check_again(pact: Pact, again: Callable[[], Pact], data: bytes) -> None:
    """Now and then, parse again with nothing remembered: the rows must be the same."""
    if sum(data[-64:]) % _TWICE:
        return
    _forget()
    first, second = tabulate([pact]), tabulate([again()])
    changed = [name for name in first if not first[name].equals(second[name])]
    assert not changed, f"parsed again, other rows: {', '.join(changed)}"


def _forget() -> None:
    """Forget all that is remembered from pact to pact."""
    parse._PARTS.clear()
    linetext._TEXTS.clear()
    catalogue._CATALOGUES.clear()
    for reader in interpret._READERS.values():  # to make them anew would take longer than all the rest
        reader.read.cache_clear()
    for module in (catalogue, headings):
        for each in vars(module).values():
            if hasattr(each, "cache_clear"):
                each.cache_clear()


def _check_document(ending: str, data: bytes) -> None:
    pact = parse.parse_bytes(data, f"x.{ending}", all_rules())
    _check_pact(pact)
    _check_again(pact, lambda: parse.parse_bytes(data, f"x.{ending}", all_rules()), data)


def _check_stages(data: bytes) -> None:
    source = _source(data.decode("utf-8", "replace"))
    pact = parse.parse_source(source, all_rules())
    _check_pact(pact)
    _check_again(pact, lambda: parse.parse_source(source, all_rules()), data)


def _source(marked: str) -> Source:
    """A text as a reader would give it, with the styles and asides that the marks in it ask for."""
    paragraphs = []
    for place, line in enumerate(re.split("[\n\r]", marked), start=1):
        bold, italic, runs = False, False, []
        for piece in re.split(f"([{BOLD}{ITALIC}])", line):
            bold ^= piece == BOLD
            italic ^= piece == ITALIC
            if piece not in ("", BOLD, ITALIC):
                runs.append(Run(piece, bold, italic))
        aside: AsideKind | None = "note" if NOTE in line else "furniture" if FURNITURE in line else None
        paragraphs.append(Paragraph(tuple(runs), place, aside))
    read = compose(paragraphs)
    assert unicodedata.is_normalized("NFC", read.text), "a reader's text is not NFC"
    return Source(
        *("x", "", len(marked), "text/plain", "utf-8", read.text, read.bold, read.italic, read.asides),
        *(read.place_kind, read.places, read.diagnostics),
    )


def _check_archive(data: bytes) -> None:
    with tempfile.TemporaryDirectory(prefix="pacte-fuzz-") as name:
        folder = Path(name)
        place = folder / "in" / ("x.zip" if data.startswith(b"PK") else "x.tar")
        place.parent.mkdir()
        place.write_bytes(data)
        _check_found(str(place.parent))
        with contextlib.suppress(InputError):  # what one names oneself may be refused
            _check_found(str(place))
        assert [*folder.rglob("*")] == [place.parent, place], "an archive wrote beside itself"


def _check_found(place: str) -> None:
    with find_inputs([place]) as found:
        ids = [each.pact_id for each in found.inputs]
        assert ids == sorted(set(ids)), "ids are not sorted, or stand twice"
        assert not any(part in ("", ".", "..") for each in ids for part in each.split("/")), "an id leads astray"
        for each in ids:
            each.encode()
        for given in found.inputs:
            try:
                read_input(given)
            except OverLimit:
                continue
            except OSError as error:
                if not error.strerror:
                    raise AssertionError("no reason is given") from error
        with contextlib.suppress(ManifestError):
            find_known(found)


def _check_manifest(data: bytes) -> None:
    try:
        known = parse_manifest(data, "manifest.csv")
    except ManifestError as error:
        if not str(error).startswith("manifest.csv"):
            raise AssertionError("the file is not named") from error
        return
    assert all(file and isinstance(row, Known) for file, row in known.items()), "a row without a file"


def _document(
    name: str, most: int, seeds: Callable[[], list[bytes]], mutator: Callable[[list[bytes]], Mutator]
) -> Target:
    return Target(name, name, most, partial(_check_document, name), seeds, mutator)


def _md_seeds() -> list[bytes]:
    return [*documents("md"), *texts()[:60]]


def _docx(seeds: list[bytes]) -> Mutator:
    return package_mutator(xml_words(seeds, "docx"), _DOCX_BODY)


def _odt(seeds: list[bytes]) -> Mutator:
    return package_mutator(xml_words(seeds, "odt"), _ODT_BODY)


_DOCX_BODY, _ODT_BODY = "word/document.xml", "content.xml"
TARGETS = (
    _document("txt", 32 * _KIB, texts, lambda _: text_mutator(words("<!-- -->", "<p>", "**x**", "%PDF-", "PK"))),
    _document(
        "md", 32 * _KIB, _md_seeds, lambda _: text_mutator(words("**", "| ", "|-|\n", "<b>", "<!-- -->", "~~", "\\"))
    ),
    _document("html", 64 * _KIB, partial(with_pieces, "html"), lambda seeds: markup_mutator(page_words(seeds), True)),
    _document("docx", 64 * _KIB, partial(with_pieces, "docx", _DOCX_BODY), _docx),
    _document("odt", 64 * _KIB, partial(with_pieces, "odt", _ODT_BODY), _odt),
    _document("fodt", 64 * _KIB, partial(with_pieces, "fodt"), lambda seeds: markup_mutator(xml_words(seeds, "odt"))),
    _document("pdf", 96 * _KIB, partial(documents, "pdf"), lambda _: text_mutator(words(*PDF_WORDS), "latin-1")),
    Target("stages", "txt", 32 * _KIB, _check_stages, styled, lambda _: text_mutator(words(*MARKS))),
    Target("archive", "bin", 32 * _KIB, _check_archive, packed, lambda _: archive_mutator(words(), NAMES)),
    Target("manifest", "csv", 192 * _KIB, _check_manifest, sheets, lambda _: text_mutator(words(*SHEET_WORDS))),
)
