"""The site in a real browser, opened from disk: what a person does with pointer and keyboard, and what axe says."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.site import HOSTILE, make_site

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
if CHROMIUM is None and not os.environ.get("CI"):
    pytest.skip("no Chromium here: install Debian's package chromium", allow_module_level=True)

_QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
KINDS_OF_PAGES = (
    *(
        "index.html",
        "comparer.html#listes=aubignac-demain,aubignac-ensemble",
        "graphiques.html",
        "mesures/locales.html",
    ),
    *("mesures/2-9.html", "pactes/champigny-alternance.html", "pactes/hostile.html", "pactes/lettre.html"),
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_site(tmp_path_factory.mktemp("site"))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        assert CHROMIUM is not None, "no Chromium here: install Debian's package chromium"
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=list(_QUIET))
        yield opened
        opened.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    opened = browser.new_context(viewport={"width": 1280, "height": 900})
    yield opened
    opened.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A page that may say nothing on the console, ask for nothing but files, and open no dialog."""
    opened = context.new_page()
    wrong: list[str] = []
    opened.on("console", lambda message: wrong.append(f"console: {message.text}"))
    opened.on("pageerror", lambda error: wrong.append(f"error: {error}"))
    opened.on("request", lambda asked: None if asked.url.startswith("file:") else wrong.append(f"request: {asked.url}"))
    opened.on("dialog", lambda dialog: wrong.append(f"dialog: {dialog.message}"))
    yield opened
    assert wrong == []


def at(site: Path, path: str) -> str:
    return f"{site.as_uri()}/{path}"


def shown(page: Page) -> list[str]:
    """The names of the lists that the matrix shows, in order."""
    names: list[str] = page.locator("table.matrix tbody tr:visible th a").all_text_contents()
    return names


@pytest.mark.parametrize("path", KINDS_OF_PAGES)
def test_every_kind_of_page_is_quiet_and_narrow(page: Page, site: Path, path: str) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(at(site, path))
    expect(page.locator("h1")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


@pytest.mark.parametrize("path", KINDS_OF_PAGES)
def test_axe_finds_nothing_serious(page: Page, site: Path, path: str) -> None:
    page.goto(at(site, path))
    expect(page.locator("h1")).to_be_visible()
    results: dict[str, Any] = Axe().run(page, options={"preload": False}).response
    assert len(results["passes"]) > 10
    found = [
        (each["id"], each["impact"], [node["html"][:120] for node in each["nodes"][:3]])
        for each in results["violations"]
        if each["impact"] in ("serious", "critical")
    ]
    assert found == []


def test_filters_search_and_count(page: Page, site: Path) -> None:
    page.goto(at(site, "index.html"))
    count = page.locator("output[name=compte]")
    expect(count).to_have_text("8 listes sur 8")
    assert HOSTILE in shown(page)
    page.locator("select[name=commune]").select_option("Port-Lary")
    expect(count).to_have_text("2 listes sur 8")
    assert shown(page) == ["PORT-LARY AUTREMENT", "PORT-LARY VIVANT"]
    page.get_by_role("button", name="Tout montrer").click()
    expect(count).to_have_text("8 listes sur 8")
    # The words of the observations are searched, accents or not.
    page.get_by_label("Chercher").fill("COMMERCANTS n’en veulent")
    expect(count).to_have_text("1 liste sur 8")
    assert shown(page) == ["PORT-LARY VIVANT"]


def test_who_refused_measure_9_stands_in_an_address_that_can_be_shared(page: Page, site: Path) -> None:
    page.goto(at(site, "index.html"))
    nine = page.locator("select[name=mesure] option", has_text="9 – Mettre fin").get_attribute("value")
    assert nine is not None
    page.locator("select[name=mesure]").select_option(nine)
    page.locator("select[name=reponse]").select_option("refused")
    expected = ["AUBIGNAC ENSEMBLE", "CHAMPIGNY ALTERNANCE", HOSTILE, "PORT-LARY AUTREMENT"]
    expect(page.locator("output[name=compte]")).to_have_text("4 listes sur 8")
    assert sorted(shown(page)) == sorted(expected)
    other = page.context.new_page()
    other.goto(page.url)
    expect(other.locator("output[name=compte]")).to_have_text("4 listes sur 8")
    expect(other.locator("select[name=reponse]")).to_have_value("refused")
    expect(other.locator("select[name=mesure]")).to_have_value(nine)


def test_sorting_by_name_and_by_measure(page: Page, site: Path) -> None:
    page.goto(at(site, "index.html"))
    table = page.locator("table.matrix[data-edition='ptc-2020']")
    names = table.locator("tbody tr th a")
    button = table.get_by_role("button", name="Liste")
    button.click()
    expect(table.locator("th.who[aria-sort]").first).to_have_attribute("aria-sort", "ascending")
    ascending = names.all_text_contents()
    assert ascending == sorted(ascending, key=str.lower)
    button.click()
    expect(table.locator("th.who[aria-sort]").first).to_have_attribute("aria-sort", "descending")
    assert names.all_text_contents() == ascending[::-1]
    table.get_by_role("button", name="Trier par la mesure 5", exact=True).click()
    ranks = [
        int(cell)
        for cell in table.locator("tbody tr").evaluate_all(
            "rows => rows.map(row => row.querySelectorAll('td.cell')[4].dataset.r)"
        )
    ]
    assert ranks == sorted(ranks, reverse=True)
    assert ranks[0] > ranks[-1]


def test_lists_side_by_side_differences_first(page: Page, site: Path) -> None:
    page.goto(at(site, "comparer.html"))
    page.get_by_label("Ajouter une liste").fill("Aubignac Demain (Aubignac)")
    expect(page.locator("#cote")).to_contain_text("Ajouter une deuxième liste")
    page.get_by_label("Ajouter une liste").fill("PORT-LARY VIVANT (Port-Lary)")
    rows = page.locator("#cote tbody tr")
    expect(rows.first).to_contain_text("3 ")
    # Both agree to N1 and N2 of measure 9: that is no difference.
    assert not rows.filter(has_text="grandes surfaces").count()
    page.get_by_label("montrer aussi les réponses égales").check()
    expect(rows.last).to_contain_text("grandes surfaces")
    expect(rows.last).to_contain_text("Oui pour les deux niveaux.")
    page.reload()
    expect(page.locator("#cote thead")).to_contain_text("PORT-LARY VIVANT")
    page.get_by_label("Toutes les listes d’une commune").select_option("99001")
    expect(page.locator("#cote thead")).to_contain_text("AUBIGNAC ENSEMBLE")
    expect(page.locator("#cote thead")).not_to_contain_text("PORT-LARY")


def test_pacts_of_different_catalogues_are_not_compared(page: Page, site: Path) -> None:
    page.goto(at(site, "comparer.html#listes=charte,vermont-citoyen"))
    expect(page.locator("#cote")).to_contain_text("leurs mesures ne se comparent pas")


def test_text_and_rows_show_each_other_by_pointer_and_keyboard(page: Page, site: Path) -> None:
    page.goto(at(site, "pactes/aubignac-ensemble.html"))
    refusal = page.locator(".piece.w-refuse", has_text="pas avec N1")
    number = (refusal.first.get_attribute("data-rows") or "").split()[0]
    card = page.locator(f"#{number}")
    refusal.first.hover()
    expect(card).to_have_class("card k-refuse lit")
    page.mouse.move(0, 0)
    page.locator("h1").hover()
    expect(card).not_to_have_class("card k-refuse lit")
    # The keyboard: from the sign in the text to the row, and back by its link.
    page.locator(f"#t-{number}").focus()
    expect(card).to_have_class("card k-refuse lit")
    page.keyboard.press("Enter")
    expect(card).to_be_focused()
    expect(refusal.first).to_have_class("piece w-refuse lit")
    card.get_by_role("link", name="dans le texte").focus()
    page.keyboard.press("Enter")
    expect(page.locator(f"#t-{number}")).to_be_focused()
    # A level that only a clause tells of is shown where the clause stands.
    page.locator("#l9-1").get_by_role("link", name="dans le texte").click()
    expect(refusal.first).to_have_class("piece w-refuse lit")


def test_doubts_are_stepped_through(page: Page, site: Path) -> None:
    page.goto(at(site, "pactes/port-lary-autrement.html"))
    expect(page.locator("#douteux h2")).to_have_text("À vérifier (1)")
    page.get_by_role("button", name="Doute suivant").click()
    lit = page.locator(".source .lit")
    expect(lit.first).to_contain_text("pas d’accord sur N1")
    expect(lit.first).to_be_in_viewport()


def test_a_hostile_list_is_shown_as_it_is_written(page: Page, site: Path) -> None:
    page.goto(at(site, "pactes/hostile.html"))
    expect(page.locator("h1")).to_contain_text(HOSTILE)
    expect(page.locator(".source")).to_contain_text("</span><script>alert(3)</script>")
    assert page.locator("img").count() == 0
    page.goto(at(site, "comparer.html#listes=hostile,champigny-alternance"))
    expect(page.locator("#cote thead")).to_contain_text(HOSTILE)


def test_without_scripts_everything_is_there(browser: Browser, site: Path) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(at(site, "index.html"))
    assert len(shown(page)) == 8
    page.goto(at(site, "comparer.html"))
    expect(page.locator("#choix")).to_be_hidden()
    page.locator("#communes summary", has_text="Aubignac").click()
    expect(page.locator("#communes")).to_contain_text("d’accord : N1, N2")
    page.goto(at(site, "pactes/champigny-alternance.html#l9-1"))
    expect(page.locator("#l9-1")).to_be_visible()
    context.close()


def test_print_shows_the_whole_and_no_controls(page: Page, site: Path) -> None:
    page.goto(at(site, "index.html"))
    page.emulate_media(media="print")
    expect(page.locator("#filtres")).to_be_hidden()
    expect(page.locator("table.matrix").last).to_be_visible()
    page.goto(at(site, "pactes/aubignac-ensemble.html"))
    expect(page.locator(".step")).to_be_hidden()
    expect(page.locator(".rows .card").last).to_be_visible()
