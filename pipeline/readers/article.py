"""Which part of a web page is its article, and which belongs to the site around it."""

import re
from collections.abc import Iterator, Mapping

from lxml.html import HtmlElement

from pipeline.model import AsideKind

Asides = Mapping[HtmlElement, AsideKind | None]
"""Where the running text stops, and where it begins again (None), by the element; those inside go with it."""

_SITE_TAGS = frozenset(["nav", "aside", "footer", "figcaption"])
_SITE_ROLES = frozenset(["navigation", "banner", "contentinfo", "complementary", "search", "dialog", "alertdialog"])
_SITE_NAME_RE = re.compile(
    r"""(?!.{100}) (?: (?:\w+[-_])?
      (?: comments? | respond | sidebar | menu | nav | navbar | navigation | breadcrumbs? | ariane | cookies?
      | gdpr | rgpd | tarteaucitron | consent | share | sharing | sharedaddy | addtoany | social | related(?:posts?)?
      | pagination | byline | footer | masthead | banner | newsletter | popup | modal | topbar | author-?box | tags?
      | tagcloud | skip-?link | screen-reader-text | toolbar | login | search(?:form)? )
      (?:[-_](?: list | area | title | form | respond | wrap(?:per)? | container | main | bar | links? | menu | content
      | top | bottom | primary | secondary | left | right | posts? | buttons? | notice | meta | section | box | block
      | nav | navigation | line | info | law | item | [0-9]+ ))*
      | widgets?(?:[-_]\w+(?:-\w+)*)? | lire-?aussi | testimonials?
      | (?:site|page)-?header | (?:entry|post)-(?:meta|footer|tags|nav|navigation) | jp-[\w-]+ | sd-[\w-]+ | header
      | en-tete | pied(?:-de-page)? )""",
    re.VERBOSE | re.IGNORECASE,
)
"""Names (classes and ids) that themes give to what is not the article: "comments-area", "widget_recent_entries"."""
_CAPTION_RE = re.compile(r"(?:wp-)?caption(?:-text)?|spip_doc\w*|legende(?:-image)?", re.IGNORECASE)
_NOTES_RE = re.compile(r"(?:wp-block-)?(?:footnotes?|endnotes?)(?:-list)?", re.IGNORECASE)
_HELD_ROLES = frozenset(["main", "article"])
_ARTICLE_NAME_RE = re.compile(
    r"""h-?entry | e-content | (?:entry|post|article|page|blog)[-_]?(?:content|body|text|texte) | texte
      | contenu(?:-principal)?""",
    re.VERBOSE | re.IGNORECASE,
)
"""Names that themes without an <article> give to it: "hentry", "post-body", "texte"."""
_LETTERS_RE = re.compile(r"\w+")
_MOST = 0.5
"""What holds more than this share (0-1) of the page's letters is no furniture, whatever it is called."""


def find_asides(root: HtmlElement) -> Asides:
    """Where furniture and notes begin, and where, inside furniture, the article does."""
    letters = _letters(root)
    asides: dict[HtmlElement, AsideKind | None] = {}
    whole = letters[root]
    body = root.find("body")
    for element in root.iter():
        if element is root or element is body or letters[element] > _MOST * whole:
            continue
        if _is_note(element):
            asides[element] = "note"
        elif _is_site(element):
            asides[element] = "furniture"
    named = {element: None for element in asides if _is_site(element) and not _says_so(element)}
    if sum(letters[element] for element in _outermost(named)) > _MOST * whole:
        # Page builders call everything a widget or a section: where names leave little, they tell nothing.
        asides = {element: kind for element, kind in asides.items() if element not in named}
    article = _article(root, letters, asides)
    if article is not None and body is not None and article is not body:
        asides[body] = "furniture"
        asides[article] = None
        heading = _heading(root, article)
        if heading is not None:
            asides[heading] = None
    return asides


def _letters(root: HtmlElement) -> dict[HtmlElement, int]:
    """How many letters and figures stand in each element, scripts and styles apart."""
    counts: dict[HtmlElement, int] = {}
    for element in reversed(list(root.iter())):
        own = 0 if element.tag in ("script", "style", "head", "noscript") else _count(element.text)
        inside = sum(counts[child] + _count(child.tail) for child in element)
        counts[element] = 0 if element.tag == "head" else own + inside
    return counts


def _count(text: str | None) -> int:
    return sum(map(len, _LETTERS_RE.findall(text))) if text else 0


def _names(element: HtmlElement) -> list[str]:
    return [*(element.get("class") or "").split(), *(element.get("id") or "").split()]


def _is_note(element: HtmlElement) -> bool:
    return element.get("role") == "doc-endnotes" or any(_NOTES_RE.fullmatch(name) for name in _names(element))


def _is_site(element: HtmlElement) -> bool:
    """Whether an element says that it is no part of the article: by its tag, its role or its name."""
    if _says_so(element):
        return True
    if element.tag in ("main", "article", "p", "li", "em", "strong", "td", "tr", "h1"):
        return False
    if element.tag == "header":
        return (
            not any(parent.tag in _HELD_ROLES for parent in element.iterancestors()) and element.find(".//h1") is None
        )
    return any(_SITE_NAME_RE.fullmatch(name) for name in _names(element))


def _says_so(element: HtmlElement) -> bool:
    """Whether it says so by more than a name that themes are free to give."""
    if element.tag != "caption" and any(map(_CAPTION_RE.fullmatch, _names(element))):
        return True
    if element.tag in ("main", "article"):
        return False
    return element.tag in _SITE_TAGS or element.get("role") in _SITE_ROLES


def _outermost(elements: Mapping[HtmlElement, object]) -> Iterator[HtmlElement]:
    return (element for element in elements if not any(parent in elements for parent in element.iterancestors()))


def _article(
    root: HtmlElement, letters: Mapping[HtmlElement, int], asides: Mapping[HtmlElement, AsideKind | None]
) -> HtmlElement | None:
    """The element that says that it is the article and holds most of what is no furniture; None where there is none."""
    free = {element: count for element, count in letters.items() if count}
    outside = sum(letters[element] for element in _outermost(asides))
    claims = [element for element in free if _is_article(element)]
    claims = [e for e in claims if e not in asides and not any(parent in asides for parent in e.iterancestors())]
    if not claims:
        return None
    most = max(letters[element] for element in claims)
    if most < _MOST * (letters[root] - outside):
        return None
    # The innermost of those that hold nearly all: an article inside <main>, without the lists of posts around it.
    near = [element for element in claims if letters[element] >= 0.9 * most and element.tag != "main"]
    return min(near or claims, key=lambda e: letters[e] if near else -letters[e])


def _is_article(element: HtmlElement) -> bool:
    if element.tag in _HELD_ROLES or element.get("role") in _HELD_ROLES or element.get("itemprop") == "articleBody":
        return True
    return element.tag in ("div", "section", "td") and any(map(_ARTICLE_NAME_RE.fullmatch, _names(element)))


def _heading(root: HtmlElement, article: HtmlElement) -> HtmlElement | None:
    """The page's heading where it stands before the article: the title of the window begins as it does."""
    title = " ".join((root.findtext(".//title") or "").split())
    own = re.split(r"\s[-–—|·]\s", title)[0]
    for heading in root.iter("h1", "h2", "h3"):
        text = " ".join(heading.text_content().split())
        alike = text and (title.startswith(text) or (len(own) > 10 and text.startswith(own)))
        if alike and article not in heading.iterancestors():
            return heading
    return None
