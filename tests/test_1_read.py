"""read: any bytes to decoded, normal text; the format told by content, then by name."""

import io
import unicodedata
import zipfile

import pytest

from pipeline.fold import plain, shape
from pipeline.read import read
from pipeline.readers.draft import CELL, Paragraph, Run, compose, numbered, row_of
from tests.conftest import ROOT

DATA = ROOT / "tests" / "data"
TEXT = "Mesures : l’été, où l’on s’engage — « déjà » réalisé à Créteil.\nN1 • Été\n"


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "mac_roman"])
def test_each_encoding_gives_the_same_text(codec: str) -> None:
    source = read((TEXT * 4).encode(codec), "x")
    assert source.text == TEXT * 4
    assert source.encoding is not None


def test_a_guess_that_gives_foreign_letters_is_doubtful() -> None:
    source = read("Žluťoučký kůň úpěl ďábelské ódy, příliš žluťoučký.\n".encode("cp1250"), "x")
    assert source.text
    assert "encoding-doubtful" in [d.code for d in source.diagnostics]


def test_line_ends_become_newlines() -> None:
    assert read("a\r\nb\rc\u2028d\fe".encode(), "x").text == "a\nb\nc\nd\ne"


def test_text_is_composed() -> None:
    assert read("e\u0301te\u0301".encode(), "x").text == "été"


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("champigny.md", "text/markdown"),
        ("champigny.html", "text/html"),
        ("champigny.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        ("champigny.odt", "application/vnd.oasis.opendocument.text"),
        ("champigny.pdf", "application/pdf"),
    ],
)
def test_a_format_is_told_by_its_content(name: str, media_type: str) -> None:
    data = (DATA / name).read_bytes()
    assert {read(data, pact_id).media_type for pact_id in (name, "pact", "pact.txt", "pact.doc")} == {media_type}


def test_markdown_without_emphasis_is_known_by_its_name() -> None:
    data = b"## 1 - Se doter\n\nN1 : *Acheter* mieux\n"
    assert read(data, "x.md").media_type == "text/markdown"
    assert read(data, "x.md").text == "1 - Se doter\nN1 : Acheter mieux\n"
    assert read(data, "x.txt").media_type == "text/plain"


def test_text_that_mentions_a_tag_or_a_star_stays_text() -> None:
    data = "1 – Titre <b>\nN1 * Acheter * mieux **\n*** et fin ***\n".encode()
    assert read(data, "x.txt").text == data.decode()


def zipped(**members: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as package:
        for name, text in members.items():
            package.writestr(name, text)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("data", "code", "remedy"),
    [
        (b"", "empty", "put the text"),
        (b" \n ", "empty", "put the text"),
        (b"<html><body><p> </p></body></html>", "empty", "put the text"),
        (b"%PDF-1.7 x", "damaged", ""),
        (b"PK\x03\x04 x", "damaged", "save it anew"),
        (zipped(a="x"), "format-not-read", "unpack it"),
        (b"\xd0\xcf\x11\xe0 x", "format-not-read", "save it as .docx"),
        (b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), "encrypted", "without one"),
        (b"{\\rtf1 x", "format-not-read", "save it as .docx"),
        (b"\x89PNG x", "format-not-read", "ocrmypdf"),
        (b"From: <saved>\nMIME-Version: 1.0\nContent-Type: multipart/related;\n", "format-not-read", "save it as HTML"),
        (bytes(range(32)) * 9, "undecodable", "give the pact as .docx"),
    ],
)
def test_what_cannot_be_read_says_why(data: bytes, code: str, remedy: str) -> None:
    source = read(data, "x")
    assert [(d.severity, d.code) for d in source.diagnostics] == [("error", code)]
    assert remedy in source.diagnostics[0].message
    assert source.text == ""


def test_a_lost_character_is_told() -> None:
    assert [d.code for d in read("le \ufffd".encode(), "x").diagnostics] == ["characters-lost"]


def test_folding_keeps_length_for_every_character() -> None:
    everything = "".join(chr(code) for code in range(0x30000) if not 0xD800 <= code < 0xE000)
    assert len(plain(everything)) == len(shape(everything)) == len(everything)
    assert plain("N’est PAS déjà – “là”") == 'n\'est pas deja - "la"'


def paragraph(*runs: Run, place: int = 1) -> Paragraph:
    return Paragraph(runs, place)


def test_paragraphs_become_lines_with_their_styles_and_places() -> None:
    reading = compose(
        [
            paragraph(),
            paragraph(Run("Accord ", italic=True), Run("sur N2", bold=True, italic=True), place=2),
            paragraph(place=3),
            paragraph(Run(" "), place=4),
            paragraph(Run("fin"), place=5),
        ]
    )
    assert reading.text == "Accord sur N2\n\nfin\n"
    assert reading.italic == ((0, 13),)
    assert reading.bold == ((7, 13),)
    assert reading.places == ((0, 2), (15, 5))


def test_an_accent_at_the_head_of_a_run_joins_its_letter() -> None:
    reading = compose([paragraph(Run("e"), Run("\u0301te\u0301", italic=True), Run("\u0301\u0323"))])
    assert reading.text == unicodedata.normalize("NFC", "éte\u0301\u0301\u0323\n")
    assert reading.italic == ((1, 5),), "the marks of the last run belong to the letter before them"


def test_what_cannot_be_seen_is_left_out() -> None:
    assert compose([paragraph(Run("re\u00adnou\u200bvel\x07ﬁn"))]).text == "renouvel fin\n"


def test_a_row_is_one_line_and_keeps_its_empty_cells() -> None:
    cells = [
        [paragraph(Run("1"))],
        [paragraph(Run("a")), paragraph(Run("b"))],
        [],
        [paragraph(Run("c")), paragraph(Run("d"))],
    ]
    assert [p.text for p in row_of(cells, 1)] == [f"1{CELL}a b{CELL}{CELL}c\nd"]
    assert [p.text for p in row_of(cells[1:2], 1)] == ["a", "b"]
    assert [p.text for p in row_of([cells[1], cells[3]], 1)] == ["a", "b", "c", "d"]


def test_numbers_are_printed_as_lists_print_them() -> None:
    kinds = ("decimal", "decimal-leading-zero", "lower-alpha", "upper-latin", "lower-roman", "upper-roman")
    assert [numbered(9, kind) for kind in kinds] == ["9", "09", "i", "I", "ix", "IX"]
    assert numbered(28, "lower-alpha") == "bb"
