"""What holds for any input whatever."""

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.model import Pact
from pipeline.parse import parse_bytes
from pipeline.rules import Rules, load
from pipeline.tabulate import tabulate
from tests.conftest import SEED
from tests.contract import check_contract
from tests.test_1_read import DATA

RULES: Rules = load()
LINES = [line for line in SEED.read_text("utf-8").split("\n") if line]
MARKS = [
    "\n",
    "\n\n",
    " (",
    ")",
    "N1",
    "N2 • ",
    "N1-2-3",
    "7 – Mettre",
    "33- ",
    "– ",
    "• ",
    "Principe A : ",
    " mais pas sur N1 ",
]
MARKS += [
    "ni sur N2 (",
    "Un accord se fait sur ",
    "les 3 niveaux",
    "Ce niveau ",
    "sauf sur : ",
    "Observation : ",
    "à N3",
    " ;",
    "\u2028",
]
MARKS += [
    "\ufeff",
    "\x00",
    "İ",
    "ß",
    "é",
    "e\u0301",
    "𝟛",
    "²",
    "Niveau 1Niveau 2",
    "Page 3",
    "Fait à Lyon, le 32 mars 2020",
]
MARKS += [
    "|",
    "\t",
    "| Niveau | Mesure | Réponse |\n",
    "| 1 | Pédibus | ✅ |\n",
    "N°\tMesure\tN1\tN2\tN3\n",
    " ......... ",
    "☑ ",
    "✗",
    "oui",
    "compétence de l’agglo",
    "Mesure A : ",
]

any_text = st.text() | st.lists(st.sampled_from(MARKS + LINES) | st.text(max_size=5), max_size=25).map("".join)
quick = settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.too_slow])


def check(pact: Pact) -> None:
    text = pact.source.text
    assert "".join(text[block.start : block.end] for block in pact.blocks) == text
    assert all(block.start < block.end for block in pact.blocks)
    assert 0 <= pact.coverage <= 1
    check_contract(tabulate([pact]))


@quick
@given(any_text)
def test_any_text_is_tiled_and_keeps_the_contract(text: str) -> None:
    check(parse_bytes(text.encode("utf-8", "surrogatepass"), "x", RULES))


@quick
@given(st.binary())
def test_any_bytes_give_a_result(data: bytes) -> None:
    check(parse_bytes(data, "x", RULES))


def test_a_thousand_mutated_pacts_are_tiled() -> None:
    """Lines dropped, doubled, cut and swapped, characters changed: seeded, so that a failure comes again."""
    seeded = random.Random(2020)
    for _ in range(1000):
        lines = seeded.sample(LINES, k=seeded.randint(1, 12))
        text = list(seeded.choice(["\n", "\n\n", "\r\n"]).join(lines))
        for _ in range(seeded.randint(0, 20)):
            text[seeded.randrange(len(text))] = seeded.choice(MARKS)
        pact = parse_bytes("".join(text).encode("utf-8", "surrogatepass"), "x", RULES)
        assert "".join(pact.source.text[b.start : b.end] for b in pact.blocks) == pact.source.text


@pytest.mark.parametrize("name", ["wordpress.html", "champigny.md", "themes.docx", "grid.odt", "grid.pdf"])
def test_damaged_documents_give_a_result(name: str) -> None:
    """Bytes changed, cut off and doubled: seeded, so that a failure comes again."""
    whole, seeded = (DATA / name).read_bytes(), random.Random(name)
    for _ in range(40):
        data = bytearray(whole)
        for _ in range(seeded.randint(1, 30)):
            data[seeded.randrange(len(data))] = seeded.randrange(256)
        at = seeded.randrange(len(data))
        data = data[:at] if seeded.random() < 0.3 else data[:at] + data[at - 500 :] if seeded.random() < 0.3 else data
        check(parse_bytes(bytes(data), name, RULES))


def test_the_same_bytes_give_the_same_rows() -> None:
    data = SEED.read_bytes()
    first, second = (tabulate([parse_bytes(data, "x", RULES)]) for _ in range(2))
    assert all(first[name].equals(second[name]) for name in first)
