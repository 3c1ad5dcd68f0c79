"""What a page's own style sheets and style attributes say of each element, for the few properties that matter."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import tinycss2
from cssselect import HTMLTranslator, SelectorError
from cssselect import parse as parse_selectors
from lxml import etree
from lxml.html import HtmlElement

Styles = Mapping[HtmlElement, Mapping[str, str]]

_PROPERTIES = (
    "font-style",
    "font-weight",
    "font-family",
    "display",
    "visibility",
    "list-style-type",
    "text-decoration",
)
_MENTIONS_RE = re.compile(r"font|display|visibility|list-style|line-through", re.IGNORECASE)
_MOST_STEPS = 50_000_000
"""Elements looked at for a rule, summed up over all rules: some seconds' work."""
_DECLARING = 50
"""What one declaration of one element costs, in such steps."""
_STYLES = ("italic", "oblique")
_WEIGHTS = ("bold", "bolder")
_SCREEN_RE = re.compile(r"^(?!.*\bmax-)(?:.*\b(?:all|screen)\b.*|\s*|(?!.*\bprint\b).*)$", re.DOTALL | re.IGNORECASE)
"""A media query that holds for a reader at a wide screen, as far as it can be told."""


@dataclass(frozen=True, slots=True)
class _Declaration:
    name: str
    value: str
    important: bool


def cascade(root: HtmlElement) -> tuple[Styles, bool]:
    """The declared values of each element that a rule matches, by the order of CSS: importance, specificity, place.

    Sheets outside the page are not loaded. Selectors that cssselect does not know are passed over, as browsers do.
    Rules × elements beyond all measure are left out; the second value tells whether all rules were tried.
    """
    n_elements = sum(1 for _ in root.iter(etree.Element))
    steps_left = _MOST_STEPS
    ranked: dict[HtmlElement, dict[str, tuple[tuple[bool, bool, tuple[int, int, int], int], str]]] = {}

    def declare(element: HtmlElement, said: _Declaration, inline: bool, weight: tuple[int, int, int], at: int) -> None:
        rank = (said.important, inline, weight, at)
        own = ranked.setdefault(element, {})
        if said.name not in own or own[said.name][0] <= rank:
            own[said.name] = (rank, said.value)

    at = 0
    for sheet in root.iter("style"):
        if not _SCREEN_RE.match(sheet.get("media") or ""):
            continue
        try:
            rules = list(_rules(tinycss2.parse_stylesheet(sheet.text or "", True, True)))
        except RecursionError:  # thousands of brackets in one another
            steps_left = -1
            continue
        for selectors, declarations in rules:
            at += 1
            if steps_left < 0:
                break
            steps_left -= n_elements * selectors.count(",") + n_elements
            for weight, elements in _matches(root, selectors):
                steps_left -= _DECLARING * len(elements) * len(declarations)
                for element in elements if steps_left >= 0 else ():
                    for said in declarations:
                        declare(element, said, False, weight, at)
    for element in root.iter(etree.Element):
        style = element.get("style")
        if style and _MENTIONS_RE.search(style):
            for said in _declarations(tinycss2.parse_blocks_contents(style)):
                declare(element, said, True, (0, 0, 0), 0)
    styles = {element: {name: value for name, (_, value) in own.items()} for element, own in ranked.items()}
    return styles, steps_left >= 0


def _rules(nodes: list[tinycss2.ast.Node]) -> Iterator[tuple[str, list[_Declaration]]]:
    for node in nodes:
        if node.type == "at-rule" and node.lower_at_keyword in ("media", "supports", "layer") and node.content:
            media = tinycss2.serialize(node.prelude)
            if node.lower_at_keyword != "media" or _SCREEN_RE.match(media):
                yield from _rules(tinycss2.parse_rule_list(node.content, True, True))
        elif node.type == "qualified-rule" and _MENTIONS_RE.search(tinycss2.serialize(node.content)):
            declarations = list(_declarations(tinycss2.parse_blocks_contents(node.content)))
            if declarations:
                yield tinycss2.serialize(node.prelude), declarations


def _matches(root: HtmlElement, selectors: str) -> Iterator[tuple[tuple[int, int, int], list[HtmlElement]]]:
    try:
        parsed = parse_selectors(selectors)
    except (SelectorError, RecursionError):
        return
    for selector in parsed:
        if selector.pseudo_element is not None:
            continue
        try:
            path = HTMLTranslator().selector_to_xpath(selector)
        except (SelectorError, RecursionError):
            continue
        yield selector.specificity(), root.xpath(path)


def _declarations(nodes: list[tinycss2.ast.Node]) -> Iterator[_Declaration]:
    for node in nodes:
        if node.type != "declaration":
            continue
        words = [
            str(token.representation if token.type == "number" else token.value).lower()
            for token in node.value
            if token.type in ("ident", "number", "string")
        ]
        if node.lower_name == "font":
            # The shorthand sets what it does not name back to normal.
            yield _Declaration("font-style", next((w for w in words if w in _STYLES), "normal"), node.important)
            weight = next((w for w in words if w in _WEIGHTS or w.isdigit()), "normal")
            yield _Declaration("font-weight", weight, node.important)
            family = [str(t.value).lower() for t in node.value if t.type in ("ident", "string")][-1:]
            yield _Declaration("font-family", family[0] if family else "", node.important)
        elif node.lower_name == "list-style":
            yield _Declaration("list-style-type", words[0] if words else "none", node.important)
        elif node.lower_name.startswith("text-decoration"):
            if "line-through" in words:
                yield _Declaration("text-decoration", "line-through", node.important)
        elif node.lower_name in _PROPERTIES and words:
            yield _Declaration(node.lower_name, words[0], node.important)


def is_italic(own: Mapping[str, str], inherited: bool) -> bool:
    """Whether an element with these declarations is set in italics."""
    value = own.get("font-style", "inherit")
    return inherited if value in ("inherit", "unset", "revert") else value in _STYLES


def is_bold(own: Mapping[str, str], inherited: bool) -> bool:
    """Whether an element with these declarations is set in bold (a weight of 600 or more)."""
    value = own.get("font-weight", "inherit")
    if value in ("inherit", "unset", "revert"):
        return inherited
    return int(value[:9]) >= 600 if value.isdecimal() else value in _WEIGHTS
