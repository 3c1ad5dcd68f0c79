"""read: any bytes to decoded, normal text."""

import pytest

from pipeline.fold import plain, shape
from pipeline.read import read

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
    ("data", "code"),
    [
        (b"", "empty"),
        (b" \n ", "empty"),
        (b"%PDF-1.7 x", "format-not-read"),
        (b"PK\x03\x04 x", "format-not-read"),
        (bytes(range(32)) * 9, "undecodable"),
    ],
)
def test_what_cannot_be_read_says_why(data: bytes, code: str) -> None:
    source = read(data, "x")
    assert [d.code for d in source.diagnostics] == [code]
    assert source.text == ""


def test_a_lost_character_is_told() -> None:
    assert [d.code for d in read("le \ufffd".encode(), "x").diagnostics] == ["characters-lost"]


def test_folding_keeps_length_for_every_character() -> None:
    everything = "".join(chr(code) for code in range(0x30000) if not 0xD800 <= code < 0xE000)
    assert len(plain(everything)) == len(shape(everything)) == len(everything)
    assert plain("N’est PAS déjà – “là”") == 'n\'est pas deja - "la"'
