"""The site: pages that hold together, say what the tables say, and let nothing of a document act."""

import re
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from click.testing import CliRunner
from lxml import html

from pipeline import french
from pipeline.cli import main
from pipeline.model import Pact
from pipeline.output import open_output
from pipeline.report.data import PactEntry, read_report, slugs_of
from pipeline.report.matrix import row_of
from pipeline.report.pact_page import doubts_of, groups_of, stretches_of
from pipeline.report.site import NAMES, write_site
from pipeline.schemas import TABLES
from pipeline.staged import Occupied, staged
from pipeline.store import store
from pipeline.tabulate import tabulate
from tests.conftest import ROOT, SEED
from tests.site import HOSTILE, make_site

Page = Any


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_site(tmp_path_factory.mktemp("site"))


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[str, Page]:
    found = {
        path.relative_to(site).as_posix(): html.parse(str(path)).getroot() for path in sorted(site.rglob("*.html"))
    }
    assert len(found) > 30
    return found


def test_every_link_leads_somewhere_in_the_site(site: Path, pages: dict[str, Page]) -> None:
    n_links = 0
    for name, page in pages.items():
        for attribute in ("href", "src"):
            for target in page.xpath(f"//@{attribute}"):
                path, _, fragment = unquote(target).partition("#")
                place = (site / name).parent / path if path else site / name
                assert place.resolve().is_relative_to(site.resolve()), (name, target)
                assert place.is_file(), (name, target)
                if fragment and place.suffix == ".html":
                    other = pages[place.resolve().relative_to(site.resolve()).as_posix()]
                    assert other.xpath("//*[@id=$id]", id=fragment), (name, target)
                n_links += 1
    assert n_links > 1_000


def test_ids_are_unique_and_no_page_acts_by_itself(pages: dict[str, Page]) -> None:
    for name, page in pages.items():
        twice = [known for known, count in Counter(page.xpath("//@id")).items() if count > 1]
        assert not twice, (name, twice)
        policy = page.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
        assert len(policy) == 1, name
        assert "default-src 'none'" in policy[0], name
        assert "unsafe" not in policy[0], name
        assert not page.xpath("//script[not(@src)] | //style | //*[@style] | //iframe | //object | //embed"), name
        assert not [key for element in page.iter() for key in element.attrib if key.startswith("on")], name
        assert page.xpath("/html/@lang") == ["fr"], name
        assert len(page.xpath("//h1")) == 1, name


def test_what_a_document_says_is_text(site: Path, pages: dict[str, Page]) -> None:
    page = pages["pactes/hostile.html"]
    assert page.xpath("string(//h1)").startswith(HOSTILE)
    assert not page.xpath("//img")
    assert "</span><script>alert(3)</script>" in page.xpath("string(//*[contains(@class, 'source')])")
    raw = (site / "pactes" / "hostile.html").read_text("utf-8")
    assert "<script>alert" not in raw
    assert "\u202e" not in raw  # it would turn the words around
    assert "\ufffdetlac\ufffd" in raw
    assert pages["index.html"].xpath("//table//th/a[contains(., '<script>')]")


def test_the_matrix_says_what_the_pact_says(pages: dict[str, Page]) -> None:
    table = pages["index.html"].xpath("//table[@data-edition='ptc-2020']")[0]
    heads = [str(head) for head in table.xpath("./thead/tr/th[@class='m']/a/text()")]
    cells = table.xpath("./tbody/tr[@data-slug='champigny-alternance']/td[contains(@class, 'cell')]")
    assert len(cells) == len(heads)
    by_measure = dict(zip(heads, cells, strict=True))
    # "Un accord se fait sur N2 , mais pas sur N1 (…)"; nothing is said of N3.
    cell = by_measure["9"]
    assert cell.get("title") == "d’accord : N2 ; refusé : N1 ; non précisé : N3"
    assert (cell.xpath("string(span[1])"), cell.get("class")) == ("2", "cell n2")
    assert set(cell.get("data-s").split()) == {"N2", "agreed", "refused", "unstated"}
    # "Un accord sur les mesures des 3 niveaux sauf sur : …"
    assert by_measure["15"].xpath("string(span[1])") == "1 2 3*"
    assert by_measure["26"].xpath("string(span[1])") == "1"
    assert "33" not in by_measure  # it is this pact's own, and compared with no other


def test_other_kinds_of_pacts_stand_apart(pages: dict[str, Page]) -> None:
    tables = pages["index.html"].xpath("//table[contains(@class, 'matrix')]/@data-edition")
    assert tables == ["clj-exemple", "ptc-2020"]
    assert pages["index.html"].xpath("//table[@data-edition='clj-exemple']//th[@class='m']/a/text()") == ["A1"]


def test_what_was_not_read_is_said(pages: dict[str, Page]) -> None:
    unread = pages["index.html"].xpath("string(//section[@id='non-lus'])")
    assert "lettre.txt" in unread
    assert "Aucune mesure n’a été trouvée" in unread
    assert "non lu" in pages["pactes/lettre.html"].xpath("string(//p[@class='lead'])")


def test_the_words_of_a_measure_are_quoted(pages: dict[str, Page]) -> None:
    page = pages["mesures/2-9.html"] if "mesures/2-9.html" in pages else pages["mesures/9.html"]
    row = page.xpath("//tr[th/a[contains(@href, 'aubignac-ensemble')]]")[0]
    assert [chip.text for chip in row.xpath(".//span[contains(@class, 'chip')]")] == [
        "refusé",
        "d’accord",
        "non précisé",
    ]
    assert row.xpath("string(.//blockquote)").startswith("Nous sommes d’accord avec N2, mais pas avec N1")


def test_the_differences_of_a_commune_are_there_without_a_script(pages: dict[str, Page]) -> None:
    section = pages["comparer.html"].xpath("//section[@id='communes']/details[contains(summary, 'Aubignac')]")[0]
    rows = [[cell.text_content().strip() for cell in row] for row in section.xpath(".//tbody/tr")]
    nine = next(row for row in rows if row[0].startswith("9 "))
    assert nine[1:] == ["d’accord : N1, N2 ; non précisé : N3", "d’accord : N2 ; refusé : N1 ; non précisé : N3"]


def entry(pact: Pact) -> PactEntry:
    tables = {name: table.to_pylist() for name, table in tabulate([pact]).items()}
    (document,) = tables.pop("documents")
    return PactEntry("seed", document, tables)


def test_the_text_of_a_pact_is_there_to_the_last_character(seed: Pact) -> None:
    stretches = stretches_of(entry(seed))
    assert "".join(piece.text for stretch in stretches for piece in stretch.pieces) == seed.source.text
    opened = Counter(mark.row for stretch in stretches for piece in stretch.pieces for mark in piece.opens)
    # Each clause, quantity, reference and body is marked once; each row has its place.
    assert dict.fromkeys(opened, 1) == opened
    assert len([row for row in opened if row.startswith("c")]) == len(seed.clauses)
    assert len([row for row in opened if row.startswith("q")]) == len(seed.quantities)
    placed = Counter(row for stretch in stretches for row in stretch.rows)
    assert dict.fromkeys(placed, 1) == placed
    places = {card.place for group in groups_of(entry(seed)) for card in group.cards if card.place}
    assert places <= opened.keys() | placed.keys()


def test_every_row_has_a_card_with_its_reason(seed: Pact) -> None:
    cards = {card.id: card for group in groups_of(entry(seed)) for card in group.cards}
    assert len([name for name in cards if name.startswith("l")]) == len(seed.levels)
    assert len([name for name in cards if name.startswith("i")]) == len(seed.items)
    refused = cards["l9-1"]
    assert refused.status == "refused"
    assert ("pourquoi", "l’observation le dit (clause « refus »)") in refused.details
    assert cards["l9-3"].details[0] == ("pourquoi", "rien n’en parle : ce n’est pas un refus")
    assert ("valeur", "au moins 100 m²") in cards["q14"].details
    assert not doubts_of(entry(seed))


def test_every_code_and_value_has_its_french() -> None:
    source = "\n".join(path.read_text("utf-8") for path in (ROOT / "pipeline").rglob("*.py"))
    rules = "\n".join(path.read_text("utf-8") for path in (ROOT / "rules").rglob("*.toml"))
    codes = set(re.findall(r'Diagnostic\(\s*(?:"\w+"|severity),\s*"([a-z-]+)"', source))
    codes |= set(re.findall(r'^diagnostic = "([a-z-]+)"', rules, re.MULTILINE))
    assert len(codes) > 30
    assert codes <= french.DIAGNOSTICS.keys()
    for table, column, known in (
        ("levels", "status", french.STATUSES),
        ("clauses", "stance", french.STANCES),
        ("blocks", "kind", french.BLOCKS),
        ("documents", "status", french.DOCUMENTS),
        ("diagnostics", "severity", french.SEVERITIES),
        ("quantities", "comparator", french.COMPARATORS),
        ("levels", "wording", french.WORDINGS),
    ):
        listed = re.findall(r'"([a-z_]+)"', TABLES[table].schema.field(column).metadata[b"values"].decode())
        assert listed == list(known), (table, column)


@pytest.mark.parametrize(
    ("pact_ids", "slugs"),
    [
        (["a/Pacte signé.txt", "a/pacte-signe.md"], ["a-pacte-signe", "a-pacte-signe-2"]),
        (["../../etc/passwd", "con.txt", "日本.txt", "é" * 300 + ".txt"], ["etc-passwd", "con-2", "pacte", "e" * 60]),
        (["x.txt", "X.TXT", "x-2.txt"], ["x", "x-2", "x-2-2"]),
    ],
)
def test_names_of_pages_are_safe_and_unique(pact_ids: list[str], slugs: list[str]) -> None:
    assert list(slugs_of(pact_ids).values()) == slugs


def test_no_pact_gives_a_site_that_says_so(tmp_path: Path) -> None:
    store(tabulate([]), tmp_path / "out", {})
    summary = write_site(open_output(tmp_path / "out"), tmp_path / "site")
    assert (summary.n_pacts, summary.n_pages) == (0, 4)
    assert "Aucun document" in (tmp_path / "site" / "index.html").read_text("utf-8")


def test_the_same_tables_give_the_same_bytes(site: Path, tmp_path: Path) -> None:
    write_site(open_output(site.parent / "output"), tmp_path / "again")
    files = [path.relative_to(site) for path in sorted(site.rglob("*")) if path.is_file()]
    assert len(files) > 30
    assert all((site / path).read_bytes() == (tmp_path / "again" / path).read_bytes() for path in files)


def test_the_command_writes_and_rewrites_but_spares_what_is_not_its_own(tmp_path: Path) -> None:
    run = CliRunner().invoke
    assert run(main, ["parse", str(SEED), "-o", str(tmp_path / "out")]).exit_code == 0
    for _ in range(2):
        assert run(main, ["report", str(tmp_path / "out")]).exit_code == 0
    assert {path.name for path in (tmp_path / "out" / "site").iterdir()} == set(NAMES)
    assert not [path for path in (tmp_path / "out").iterdir() if path.name.startswith(".site")]
    refused = run(main, ["report", str(tmp_path / "out"), "-o", str(tmp_path / "out")])
    assert (refused.exit_code, "which is not replaced: name another folder" in refused.output) == (2, True)
    assert (tmp_path / "out" / "levels.parquet").is_file()
    missing = run(main, ["report", str(tmp_path / "none")])
    assert (missing.exit_code, "pacte parse INPUT" in missing.output) == (2, True)


def test_a_site_that_cannot_be_finished_leaves_the_old_one(tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "index.html").write_text("old", "utf-8")

    def fail() -> None:
        with staged(tmp_path / "site", NAMES) as folder:
            (folder / "index.html").write_text("new", "utf-8")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert (tmp_path / "site" / "index.html").read_text("utf-8") == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["site"]
    with pytest.raises(Occupied, match="is a folder: name a file"), staged(tmp_path / "site"):
        pass


def test_rows_of_the_matrix_are_as_wide_as_its_head(site: Path) -> None:
    report = read_report(open_output(site.parent / "output"))
    assert len(report.editions) == 2
    for edition in report.editions:
        assert edition.pacts
        for pact in edition.pacts:
            assert len(row_of(pact, edition)) == len(edition.numbers)
