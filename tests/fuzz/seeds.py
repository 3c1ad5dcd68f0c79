"""What fuzzing begins with: the fixtures and pieces of them, and the words of the rules and of the formats."""

import copy
import random
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from lxml import etree

from pipeline.kinds import load_all
from pipeline.manifest import COLUMNS
from pipeline.rules import Rules
from tests.fuzz import ROOT
from tests.fuzz.mutate import NUMBERS, Words, bared, parsed, tarred, unzipped, zipped

_LINES = 30
"""Lines of a seed that is a piece of a text: short inputs are quicker."""
BOLD, ITALIC, NOTE, FURNITURE = "\x01\x02\x03\x04"
"""How the text of the target `stages` says what a reader would have seen."""
MARKS = (BOLD, ITALIC, NOTE, FURNITURE)


@lru_cache(1)
def all_rules() -> tuple[Rules, ...]:
    """The rules of all kinds of pact."""
    return tuple(load_all())


# ── seeds ──


def _files(*patterns: str) -> list[bytes]:
    found = sorted({path for pattern in patterns for path in ROOT.glob(pattern) if path.is_file()})
    if not found:
        raise FileNotFoundError(f"{ROOT}: no seeds like {', '.join(patterns)}: restore the fixtures")
    return [path.read_bytes() for path in found]


def texts() -> list[bytes]:
    """The pact in raw/, and pieces of the labelled ones."""
    whole = _files("raw/*.txt", "docs/examples/*.txt", "tests/data/pdf/*.txt")
    return [*whole, *(piece for text in _files("tests/corpus/**/*.txt") for piece in _pieces(text))]


def _pieces(text: bytes) -> Iterator[bytes]:
    lines = text.splitlines(keepends=True)
    return (b"".join(lines[at : at + _LINES]) for at in range(0, len(lines), _LINES))


def styled() -> list[bytes]:
    """Texts with marks for what is bold, italic or an aside."""
    rng = random.Random(2020)
    marks = (BOLD, ITALIC, BOLD + ITALIC, NOTE, FURNITURE)
    seeds = []
    for data in texts():
        lines = data.decode("utf-8", "replace").split("\n")
        for at in rng.sample(range(len(lines)), len(lines) // 5):
            lines[at] = rng.choice(marks) + lines[at]
        seeds.append("\n".join(lines).encode())
    return seeds


def documents(ending: str) -> list[bytes]:
    """All fixtures of a format; PDFs also with bare pages."""
    found = _files(f"raw/**/*.{ending}", f"tests/data/**/*.{ending}", f"docs/examples/*.{ending}")
    return [*map(bared, found), *found] if ending == "pdf" else found


def with_pieces(ending: str, body: str = "") -> list[bytes]:
    """The documents of a format, and pieces of them: a few of the children that its text stands in."""
    rng = random.Random(2020)
    seeds = []
    for data in documents(ending):
        members = unzipped(data) if body else [("", data)]
        root = parsed(dict(members).get(body, b""), ending == "html")
        for _ in range(4):
            piece = copy.deepcopy(root)
            if piece is None:
                break
            parent = max(piece.iter(), key=len)
            at = rng.randrange(len(parent) + 1)
            parent[:] = parent[at : at + 12]
            inner = etree.tostring(piece, encoding="utf-8", method="html" if ending == "html" else "xml")
            seeds.append(zipped([(n, inner if n == body else d) for n, d in members], True) if body else inner)
        seeds.append(data)
    return seeds


def packed() -> list[bytes]:
    """Archives of a few small files."""
    pact, sheet = _files("docs/examples/*.txt")[0][:2_000], b"file,list_name,signed\na.txt,Demain,oui\n"
    members = [
        ("a.txt", pact),
        ("b/c.md", pact),
        ("manifest.csv", sheet),
        ("p.html", b"<p>N1"),
        ("p_files/q.txt", b"x"),
    ]
    return [zipped(members, False), zipped(members, True), zipped(members[:1], False), *tarred(members)]


def sheets() -> list[bytes]:
    """Manifests, with commas and with semicolons."""
    row = 'a/b.txt,"Demain, ensemble","Anne ""Nana"" Roc",Lyon,69001,oui,2020-03-05,https://exemple.fr/a'
    first = f"{','.join(COLUMNS)}\n{row}\nc.txt,,,,,,,\n"
    return [first.encode(), f"\ufeff{';'.join(COLUMNS)}\nx.txt;;;;2A004;non;;\n".encode()]


# ── words ──


@lru_cache(1)
def _examples() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Words and lines: the rules' own examples, and the lines of the pact in raw/."""
    found: set[str] = set()
    for rules in all_rules():
        for rule in (*rules.lines, *rules.facts, *rules.references, *rules.clauses):
            found.update(rule.match, rule.no_match)
        found.update(each.title for each in rules.catalogue.values())
        found.update((*rules.words.nouns, *rules.measures.nouns, *rules.names))
    lines = sorted({line for text in _files("raw/*.txt") for line in text.decode().split("\n")} | found)
    tokens = {token for line in found for token in re.findall(r"\w+['’]?|[^\w\s]+|\s+", line)}
    return tuple(sorted(tokens | {f"N{number}" for number in (0, 1, 2, 3, 4)})), tuple(lines)


def words(*more: str) -> Words:
    """Words and lines of the rules' examples, and `more` words as often as a third of all."""
    tokens, lines = _examples()
    # What is given besides must come up now and then, beside thousands of words.
    return Words((*tokens, *more * (len(tokens) // (3 * len(more)) if more else 0)), lines)


_LITERAL_RE = re.compile(r'"((?:[a-z0-9]+:)?[a-zA-Z][\w-]*)"')


def _literals(*modules: str) -> set[str]:
    """The names that readers ask for, those in no seed among them."""
    sources = [(ROOT / "pipeline" / "readers" / f"{module}.py").read_text("utf-8") for module in modules]
    return {name for source in sources for name in _LITERAL_RE.findall(source)}


def _markup_words(roots: Sequence["etree._Element"], asked: set[str], more: Sequence[str] = ()) -> Words:
    spaces = {prefix: space for root in roots for node in root.iter() for prefix, space in node.nsmap.items() if prefix}
    names = {node.tag for root in roots for node in root.iter() if isinstance(node.tag, str)}
    attributes = {(str(k), str(v)) for root in roots for node in root.iter() for k, v in node.attrib.items()}
    for prefix, colon, name in (each.rpartition(":") for each in asked):
        if not colon or prefix in spaces:
            full = f"{{{spaces[prefix]}}}{name}" if colon else name
            names.add(full)
            attributes.update((full, value) for value in ("true", "none", *NUMBERS))
    tags = [f"<{name}>" for name in sorted(names) if "{" not in name]
    tags += [f"</{tag[1:]}" for tag in tags] + [
        f' {k}="{v}"' for k, v in sorted(attributes) if "{" not in k and '"' not in v
    ]
    base = words(*tags, *more, "&nbsp;", "&#0;", "&#xD800;", "&amp;", "<!--", "-->", "<![CDATA[", "]]>", "<", ">", '"')
    return Words(base.tokens, base.lines, sorted(names), sorted(attributes), roots)


_CSS = """style|{|}|*{font-style:italic}|p em,li:nth-child(2n+1)>a~b{font:italic bold 12px x}|@media print{|font-weight:²
²|list-style-type:lower-roman;|list-style-type:upper-alpha;|display:none|!important|:not(|::before|\\|/*|visibility:"""


def page_words(seeds: list[bytes]) -> Words:
    """Names, attributes and subtrees of pages, what their reader asks for, and pieces of style sheets."""
    css = _split(_CSS)
    roots = [root for seed in seeds if (root := parsed(seed, is_html=True)) is not None]
    return _markup_words(roots, _literals("html", "article", "css"), css)


def xml_words(seeds: list[bytes], reader: str) -> Words:
    """Names, attributes and subtrees of XML documents, zipped or not, and what their reader asks for."""
    parts = [(name, data) for seed in seeds for name, data in unzipped(seed) or [("x.xml", seed)]]
    found = [parsed(data) for name, data in parts if name.endswith((".xml", ".rels"))]
    roots = [root for root in found if root is not None]
    modules = [path.stem for path in (ROOT / "pipeline" / "readers").glob(f"{reader}*.py")]
    return _markup_words(roots, _literals(*modules))


def _split(listed: str) -> list[str]:
    """What stands between bars and line ends."""
    return re.split("[|\n]", listed)


_OPERATORS = """BT|ET|q|Q|/F1 0 Tf|/F1 12 Tf|0 Td|9e9 -1 TD|T*|1 0 0 1 0 0 Tm|0 1 -1 0 0 0 Tm|(x) Tj|[(a)-9999(b)] TJ
1 0 0 1 0 0 cm|0 0 0 0 0 0 cm|3 Tr|9 Tc|100 Tw|0 Tz|/Im Do|1 1 9 9 re f|/Span <</ActualText (x)>> BDC|EMC|endobj|stream"""
_KEYS = """<<|>>|[|]|0 R|1 0 R|/Parent|/Kids|/Count|/MediaBox|[0 0 0 0]|/Rotate 90|/CropBox|/Annots|/AcroForm|/FT/Btn|/V|/AS/On
/Encrypt 1 0 R|/UserUnit|/ToUnicode|/Encoding|/BaseFont/A,BoldItalic|/FontMatrix|/W"""
PDF_WORDS = (*(f"{each}\n" for each in _split(_OPERATORS)), *_split(_KEYS))
_NAMES = """a.txt|b.md|b/c.txt|manifest.csv|b/manifest.csv|../x.txt|/etc/x.txt|b//c.txt|./a.txt|b/../a.txt|.|..|b/|.hidden
b/.hidden/x.txt|con.txt|a\\b.txt|C:\\x.txt|é.txt|e\u0301.txt|a.txt/b.txt|p.html|p_files/x.txt|x.zip|x.tar.gz|mimetype|| |
content.xml|word/document.xml|[Content_Types].xml|a.|A.TXT|\u202ea.txt|a .txt"""
NAMES = (*_split(_NAMES), "a\n.txt", "x" * 260 + ".txt", "b/" * 120 + "x.txt")
SHEET_WORDS = (*COLUMNS, *_split(',|;|"|""|2020-02-30|2A004|00000|oui|TRUE|a.txt|\ufeff|\x00'), "\n", '"\n"')
