"""Hostile web pages."""

from collections.abc import Callable
from functools import partial

from tests.attacks.attack import ANY, FAILED, HTTP, OVER, READ, SECRET_FILE, Attack
from tests.attacks.entities import PLACES, deep, laughs, outside
from tests.attacks.packages import PAGE_PACT, page


def _page(
    name: str,
    body: Callable[[], str],
    status: tuple[str, ...],
    codes: tuple[str, ...] = (),
    cheap: bool = True,
    head: Callable[[], str] = str,
    today: str = "",
) -> Attack:
    return Attack(f"html-{name}", "pacte.html", lambda: page(PAGE_PACT + body(), head()), status, codes, cheap, today)


def _whole(name: str, make: Callable[[], str], status: tuple[str, ...], cheap: bool = True, today: str = "") -> Attack:
    """A page that is not well begun."""
    return Attack(
        f"html-{name}", "pacte.html", lambda: make().encode("utf-8", "surrogatepass"), status, (), cheap, today
    )


def links() -> str:
    """Each way in which a page loads something."""
    found = ""
    for to in (*PLACES.values(), str(SECRET_FILE), "secret.txt", "\\\\\\\\host\\\\share"):
        found += (
            f'<img src="{to}" srcset="{to} 2x"><iframe src="{to}"></iframe><object data="{to}"></object><embed src="{to}">'
            f'<script src="{to}"></script><video poster="{to}"></video><svg><use href="{to}"/><image href="{to}"/></svg>'
            f'<input type="image" src="{to}"><portal src="{to}"></portal><p style="background:url({to})">x</p>'
            f'<a href="{to}" ping="{to}">lien</a><math href="{to}"></math><?include {to}?><!--#include virtual="{to}" -->'
        )
    return found


def loading_head() -> str:
    found = ""
    for to in PLACES.values():
        found += (
            f'<base href="{to}"><link rel="stylesheet" href="{to}"><link rel="preload" href="{to}"><link rel="import" href="{to}">'
            f'<meta http-equiv="refresh" content="0;url={to}"><style>@import url("{to}"); @font-face {{ font-family: x; src: url({to}) }}'
            f" p {{ background: url({to}); font-style: normal }}</style>"
        )
    return found


def rules(count: int, selector: str, declaration: str = "font-style: italic") -> Callable[[], str]:
    """A style sheet of so many rules; {} in the selector is their number."""
    return lambda: "<style>" + "\n".join(f"{selector.format(n)} {{ {declaration} }}" for n in range(count)) + "</style>"


def nested_media(depth: int) -> str:
    return f"<style>{'@media screen {' * depth} p {{ font-style: italic }} {'}' * depth}</style>"


def odd_characters() -> str:
    numbers = (0, 7, 0x1B, 0x80, 0x9B, 0xD800, 0xDFFF, 0x202E, 0x2066, 0xFFFE, 0xFFFF, 0x10FFFF, 0x110000, 0xFFFFFFFF)
    return "<p>" + "".join(f"&#{n};&#x{n:x};" for n in numbers) + "\x1b[2J\x9b31m</p>"


def with_entity(target: str) -> str:
    """A page that shows an entity which is another file."""
    return outside(target).replace("x [", "html [") + f"<html><body>{PAGE_PACT}<p>&e;</p></body></html>"


SLOW_CSS = "given up: selectors take a power of the number of elements"
_SPAN = '<td colspan="1000000" rowspan="1000000">x</td>'
WEB_ATTACKS = [
    *(
        _page(
            f"deep-{tag}",
            partial(deep, f"<{tag}>", f"</{tag}>", 100_000, "x"),
            FAILED,
            OVER,
        )
        for tag in ("div", "b", "ul", "font", "blockquote", "span")
    ),
    _page("deep-table", lambda: deep("<table><tr><td>", "</td></tr></table>", 100_000, "x"), FAILED, OVER, True),
    _page("deep-list", lambda: deep("<ul><li>", "</li></ul>", 100_000, "x"), FAILED, OVER, True),
    _page("deep-unclosed", lambda: "<div>" * 100_000 + "x", FAILED, OVER),
    _page("deep-crossed", lambda: "<b><p><i><div>" * 1_000 + "x", FAILED, OVER),
    _page("deep-100", lambda: deep("<div>", "</div>", 100, "x"), READ),
    _page("1000000-elements", lambda: "<i></i>" * 1_000_000, ANY, (), False),
    _page("100000-paragraphs", lambda: "<p>x" * 100_000, ANY, (), False),
    _page("300000-paragraphs", lambda: "<p>x" * 300_000, FAILED, OVER, False),
    _page("100000-rules", str, READ, (), False, rules(100_000, ".a{}")),
    _page("10000-rules-that-match", lambda: "<p class=a>x</p>" * 1_000, READ, (), False, rules(10_000, "p")),
    _page(
        "slow-selectors",
        lambda: deep("<div class=a>", "</div>", 150, "<p class=a>x</p>" * 2_000),
        READ,
        (),
        False,
        rules(50, ":not(.z{}) * .a * .a * .a * .a ~ .a"),
        today=SLOW_CSS,
    ),
    _page("siblings", lambda: "<p class=a>x</p>" * 5_000, READ, (), False, rules(5, "p ~ p ~ p ~ .b{}"), SLOW_CSS),
    _page("nth", lambda: "<p>x</p>" * 5_000, READ, (), False, rules(20, "p:nth-last-child(2n+{}):nth-of-type(odd)")),
    _page("long-selector", str, READ, (), False, lambda: f"<style>{'a,' * 100_000} a {{ font-style: italic }}</style>"),
    _page(
        "deep-selector",
        str,
        READ,
        (),
        True,
        lambda: f"<style>{':not(' * 5_000}a{')' * 5_000} {{ font-style: italic }}</style>",
    ),
    _page(
        "deep-brackets-in-css",
        str,
        READ,
        (),
        True,
        lambda: f"<style>{'(' * 100_000} a {{ font-style: italic }}</style>",
    ),
    _page("deep-media", str, READ, (), True, lambda: nested_media(20_000)),
    _page(
        "long-media",
        str,
        READ,
        (),
        True,
        lambda: f'<style media="{"max-" * 100_000}">p {{ font-style: italic }}</style>',
    ),
    _page("100000-inline-styles", lambda: '<i style="font-style:normal">x</i>' * 100_000, ANY, (), False),
    _page("spans", lambda: "<table>" + f"<tr>{_SPAN * 20}</tr>" * 200 + "</table>", ANY, (), False),
    _page("spans-of-100-rows", lambda: "<table>" + f"<tr>{_SPAN * 3}</tr>" * 20 + "</table>", ANY),
    _page(
        "spans-negative",
        lambda: (
            '<table><tr><td colspan="-5" rowspan="99999999999999999999">x</td><td colspan="1e9">y</td></tr></table>'
        ),
        READ,
    ),
    _page(
        "span-of-5000-digits",
        lambda: f'<table><tr><td colspan="{"9" * 5000}">x</td></tr></table><ol start="{"9" * 5000}"><li>x</ol>',
        READ,
    ),
    _page(
        "list-of-1e9",
        lambda: "".join(f'<ol type="{t}" start="1000000000"><li>x<li value="2000000000">y</ol>' for t in "1aAiI"),
        READ,
    ),
    _page("long-attribute", lambda: f'<p title="{"x" * 1_000_000}" data-a="{"y" * 1_000_000}">x</p>', READ),
    _page("long-class", lambda: f'<p class="{"x" * 1_000_000}">x</p><p class="{"a " * 500_000}">x</p>', READ),
    _page(
        "long-style",
        lambda: f'<p style="font-style:{"x" * 1_000_000}">x</p><p style="{"font-style:italic;" * 50_000}">x</p>',
        READ,
        (),
        False,
    ),
    _page("10000-attributes", lambda: f"<p {' '.join(f'a{n}=1' for n in range(10_000))}>x</p>", READ),
    _page("long-tag", lambda: f"<{'x' * 1_000_000}>x</p>", ANY),
    _page("100000-options", lambda: f"<select>{'<option selected>x' * 100_000}</select>", ANY, (), False),
    _page("select-in-select", lambda: "<label><select><option>x" * 3_000, ANY, (), True),
    _page("labels", lambda: "<label>x" * 150, READ),
    _page(
        "forms", lambda: deep("<label><div>", "</div></label>", 90, "<textarea>x</textarea>" * 3_000), READ, (), True
    ),
    _page(
        "hidden-in-hidden", lambda: '<div hidden>x<p hidden style="display:none">y</p></div>' * 20_000, READ, (), False
    ),
    _page("links", links, READ),
    _page("loading-head", str, READ, (), True, loading_head),
    _page("odd-characters", odd_characters, ANY),
    _page("comment-unclosed", lambda: "<!--" + "x" * 1_000_000, READ),
    _page("50000-comments-unclosed", lambda: "<!--" * 50_000, READ),
    _page("tags-unclosed", lambda: "<a <a <a " * 100_000, ANY, (), True),
    _page("entities-unclosed", lambda: "&amp&lt&l" * 100_000, READ),
    _page("plaintext", lambda: "<plaintext>" * 1_000 + "x", ANY),
    _page("templates", lambda: deep("<template>", "</template>", 150, "<p>x</p>"), READ),
    _page("10000-icons", lambda: '<i class="fa-check fa-times fa-check-a-b-c-d-e-f"></i>' * 10_000, READ, (), False),
    _page("long-icon", lambda: f'<i class="fa-check{"-a" * 100_000}!"></i>' * 5, READ),
    _page("long-charset", str, READ, (), True, lambda: "<meta " * 50_000),
    _whole("comments-before", lambda: "<!-- a -->" * 5_000 + "<x>" + PAGE_PACT, READ),
    _whole("spaces-before", lambda: " " * 1_000_000 + "<x>" + PAGE_PACT, ANY),
    _whole("xml-declarations-before", lambda: "<?xml ?>" * 8_000 + PAGE_PACT, READ),
    *(
        _whole(
            f"xxe-{n}",
            partial(with_entity, t),
            READ,
        )
        for n, t in PLACES.items()
    ),
    _whole(
        "xhtml-xxe",
        lambda: (
            f'<?xml version="1.0"?>{outside(PLACES["file"])}<html xmlns="http://www.w3.org/1999/xhtml"><body>{PAGE_PACT}&e;</body></html>'
        ),
        READ,
    ),
    _whole(
        "laughs",
        lambda: laughs().replace("x [", "html [") + f"<html><body>{PAGE_PACT}<p title='&l9;'>&l9;</p></body></html>",
        READ,
    ),
    _whole(
        "redirect",
        lambda: (
            f'<html><head><meta http-equiv="refresh" content="0; url={HTTP}/r"></head><body>{PAGE_PACT}</body></html>'
        ),
        READ,
    ),
]
