"""How inputs are changed: by lines and words, by subtrees, inside their containers. All randomness is the caller's."""

import bz2
import copy
import gzip
import io
import lzma
import re
import tarfile
import warnings
import zipfile
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random

from lxml import etree, html

Bytes = Callable[[bytes, int], bytes]
"""What changes bytes blindly, given the most that may come out: libFuzzer's own mutations."""
Mutator = Callable[[bytes, int, Random, Bytes], bytes]

ODD_TEXTS = (
    *("\x00", "\x01", "\x0b", "\x0c", "\r", "\x1c", "\x1f", "\x7f", "\x85", "\u2028", "\u2029", "\ufeff", "\ufffd"),
    *("\u00a0", "\u202f", "\u2009", "\u3000", "\u00ad", "\u200b", "\u200d", "\u200e", "\u202a", "\u202e", "\u2066"),
    *("\u0301", "\u0327", "\u20dd", "\ufe0f", "e\u0301", "İ", "ß", "ﬁ", "ŉ", "Å", "ẞ", "ſ", "K", "ǅ", "가", "각"),
    *("𝟛", "²", "½", "٣", "Ⅳ", "①", "𝐍𝟏", "½", "–", "—", "‐", "•", "◦", "▪", "→", "☐", "☑", "☒", "✓", "✗", "\uf0fe"),
    *("(", ")", "((", "))", "[", "]", "«", "»", "“", "”", "’", "'", '"', ";", ":", ",", ".", "…", "/", "|", "\t", "\n"),
    *("\n\n", " ", "  ", "*", "**", "***", "_", "#", "## ", "> ", "- ", "1. ", "```", "Ã©", "â€™", "Â ", "😀", "👩‍👧"),
)
NUMBERS = (
    "0",
    "-1",
    "1",
    "2",
    "3",
    "7",
    "33",
    "99",
    "255",
    "256",
    "65536",
    "2147483648",
    "-2147483649",
    "1" + "0" * 12,
)
ODD_NUMBERS = (*NUMBERS, "9" * 25, "1e9", "1e400", "0.5", "-0.0", "nan", "inf", "²", "٣", "", " ", "0x10", "1" * 4300)
_NUMBER_RE = re.compile(r"\d+")
_WORD_RE = re.compile(r"\w+|[^\w\s]+")
_DEEPEST = 2_500


@dataclass(frozen=True, slots=True)
class Words:
    """What a mutator puts in: words, whole lines, and, for markup, names, attributes and subtrees of the seeds."""

    tokens: Sequence[str]
    lines: Sequence[str]
    names: Sequence[str] = ()
    attributes: Sequence[tuple[str, str]] = ()
    trees: Sequence["etree._Element"] = field(default=(), repr=False)


# ── text ──


def change_text(text: str, most: int, rng: Random, words: Words) -> str:
    """One change of a text, by lines, words or characters. `most` is its greatest length afterwards, roughly."""
    lines = text.split("\n")
    i, j = sorted(rng.randrange(len(lines) + 1) for _ in range(2))
    j = min(j, i + rng.choice((1, 1, 2, 5, 30)))
    at = 0 if rng.random() < 0.05 else rng.randrange(len(text) + 1)
    to = min(len(text), at + rng.choice((1, 2, 5, 20, 200)))
    match rng.randrange(13):
        case 0:
            lines[j:j] = lines[i:j]
        case 1:
            del lines[i:j]
        case 2:
            lines.insert(rng.randrange(len(lines) + 1), lines.pop(rng.randrange(len(lines))))
        case 3:
            lines[i:j] = rng.sample(lines[i:j], j - i)
        case 4:
            lines[i:i] = [rng.choice(words.lines)]
        case 5:
            lines[i:j] = [rng.choice(("", " ", "\t", ", ")).join(lines[i:j])]
        case 6 | 7:
            return text[:at] + rng.choice(words.tokens) + text[at:]
        case 8:
            return text[:at] + rng.choice(ODD_TEXTS) + text[at:]
        case 9:
            return text[:at] + text[to:]
        case 10:
            return text[:at] + _repeated(text[at:to], most - len(text), rng) + text[to:]
        case 11:
            return _replace(text, at, rng, _NUMBER_RE, ODD_NUMBERS if rng.random() < 0.3 else NUMBERS)
        case 12:
            return _replace(text, at, rng, _WORD_RE, words.tokens)
    return "\n".join(lines)


def _repeated(piece: str, room: int, rng: Random) -> str:
    times = rng.choice((2, 3, 10, 100, 10_000)) if piece else 1
    return piece * max(1, min(times, room // max(1, len(piece.encode("utf-8", "replace")))))


def _replace(text: str, at: int, rng: Random, pattern: "re.Pattern[str]", by: Sequence[str]) -> str:
    found = pattern.search(text, at) or pattern.search(text)
    return text[: found.start()] + rng.choice(by) + text[found.end() :] if found else text


def text_mutator(words: Words, encoding: str = "utf-8") -> Mutator:
    """Changes of a text by lines and words; now and then in another encoding, or blindly."""

    def mutate(data: bytes, most: int, rng: Random, blindly: Bytes) -> bytes:
        if rng.random() < 0.15:
            return blindly(data, most)
        text = data.decode(encoding, "surrogateescape")
        for _ in range(rng.choice((1, 1, 2, 4))):
            text = change_text(text, most, rng, words)
        if encoding == "utf-8" and rng.random() < 0.01:
            return text.encode(rng.choice(("utf-16", "utf-16-be", "cp1252", "mac_roman")), "replace")[:most]
        return text.encode(encoding, "surrogateescape" if encoding == "utf-8" else "replace")[:most]

    return mutate


# ── trees ──


def parsed(data: bytes, is_html: bool = False) -> "etree._Element | None":
    """The root of an XML document or a page; None where it is damaged."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    try:
        return html.document_fromstring(data) if is_html else etree.fromstring(data, parser)
    except (ValueError, etree.LxmlError):
        return None


def change_tree(root: "etree._Element", rng: Random, words: Words) -> None:
    """One change of a tree, in place. Raises ValueError where XML cannot hold what was to be put in."""
    nodes = [node for node in root.iter() if isinstance(node.tag, str)]
    node, other = rng.choice(nodes), rng.choice(nodes)
    match rng.randrange(13):
        case 0 if node is not root:
            for _ in range(rng.choice((1, 1, 2, 10, 100))):
                node.addnext(copy.deepcopy(node))
        case 1 if node is not root:
            node.getparent().remove(node)
        case 2 if node is not root and node not in other.iterancestors() and node is not other:
            other.insert(rng.randrange(len(other) + 1), node)
        case 3 if len(nodes) < 3_000:
            other.insert(rng.randrange(len(other) + 1), copy.deepcopy(node))
        case 4:
            _nest(node, rng, words)
        case 5:
            node.tag = rng.choice(words.names)
        case 6:
            node.insert(rng.randrange(len(node) + 1), _fresh(node, rng, words))
        case 7:
            node.set(*rng.choice(words.attributes))
        case 8 if node.attrib:
            node.set(rng.choice(list(node.attrib)), rng.choice((*ODD_NUMBERS, rng.choice(words.attributes)[1])))
        case 9 if node.attrib:
            del node.attrib[rng.choice(list(node.attrib))]
        case 10:
            node.text = change_text(node.text or "", 2_000, rng, words)
        case 11:
            node.tail = rng.choice((None, rng.choice(words.lines), change_text(node.tail or "", 2_000, rng, words)))
        case 12 if words.trees:
            node.insert(rng.randrange(len(node) + 1), _grafted(rng, words))


def _nest(node: "etree._Element", rng: Random, words: Words) -> None:
    """Put a node inside new ones, a few or so many that no stack holds them."""
    parent = node.getparent()
    if parent is None or sum(1 for _ in node.iterancestors()) > _DEEPEST:
        return
    name = rng.choice((node.tag, parent.tag, rng.choice(words.names)))
    at = parent.index(node)
    for _ in range(rng.choice((1, 1, 2, 5, 40, 240, 2_000))):
        outer = parent.makeelement(name)
        outer.append(node)
        node = outer
    parent.insert(at, node)


def _fresh(node: "etree._Element", rng: Random, words: Words) -> "etree._Element":
    made = node.makeelement(rng.choice(words.names))
    for _ in range(rng.randrange(4)):
        made.set(*rng.choice(words.attributes))
    made.text = rng.choice((None, rng.choice(words.tokens), rng.choice(words.lines)))
    return made


def _grafted(rng: Random, words: Words) -> "etree._Element":
    tree = rng.choice(words.trees)
    nodes = [node for node in tree.iter() if isinstance(node.tag, str) and node is not tree]
    return copy.deepcopy(rng.choice(nodes or [tree]))


def change_markup(data: bytes, most: int, rng: Random, blindly: Bytes, words: Words, is_html: bool = False) -> bytes:
    """Changes of an XML document or a page: of its tree, of its text, or blind ones."""
    chance = rng.random()
    if chance < 0.1:
        return blindly(data, most)
    if chance < (0.6 if is_html else 0.2):
        return text_mutator(words)(data, most, rng, blindly)
    root = parsed(data, is_html)
    try:
        for _ in range(0 if root is None else rng.choice((1, 1, 2, 4))):
            change_tree(root, rng, words)
    except ValueError:
        root = None  # a character that XML cannot hold
    if root is None:
        return text_mutator(words)(data, most, rng, blindly)
    return bytes(etree.tostring(root, encoding="utf-8", method="html" if is_html else "xml"))


def markup_mutator(words: Words, is_html: bool = False) -> Mutator:
    """`change_markup`, cut to the most that may come out."""

    def mutate(data: bytes, most: int, rng: Random, blindly: Bytes) -> bytes:
        return change_markup(data, most, rng, blindly, words, is_html)[:most]

    return mutate


# ── containers ──


def unzipped(data: bytes) -> list[tuple[str, bytes]]:
    """The members of a zip file that can be had; none where it is damaged."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            return [(each.filename, package.read(each)) for each in package.infolist()]
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, ValueError, KeyError, OSError, EOFError):
        return []


_DEFLATED = {False: zipfile.ZIP_STORED, True: zipfile.ZIP_DEFLATED}


def zipped(members: Sequence[tuple[str, bytes]], deflated: bool) -> bytes:
    """A zip file with these members."""
    file = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(file, "w", _DEFLATED[deflated]) as package:
        warnings.simplefilter("ignore")  # of two members with one name
        for name, data in members:
            package.writestr(zipfile.ZipInfo(name), data, compress_type=package.compression)
    return file.getvalue()


def package_mutator(words: Words, body: str) -> Mutator:
    """Changes inside a zipped document: of one XML member, most often `body`; seldom of the members themselves."""

    def mutate(data: bytes, most: int, rng: Random, blindly: Bytes) -> bytes:
        members = unzipped(data)
        if not members or rng.random() < 0.02:
            return blindly(data, most)
        parts = [i for i, (name, _) in enumerate(members) if name.endswith((".xml", ".rels"))] or [0]
        bodies = [i for i in parts if members[i][0] == body]
        at = rng.choice(bodies if bodies and rng.random() < 0.6 else parts)
        name, old = members[at]
        members[at] = name, change_markup(old, max(len(old) + 4_096, 8_192), rng, blindly, words)
        if rng.random() < 0.03:
            other = rng.choice(members)
            members[at : at + rng.randrange(2)] = [(rng.choice((other[0], name, body, "x.xml", "")), other[1])]
        for deflated in (rng.random() < 0.5, True):
            packed = zipped(members, deflated)
            if len(packed) <= most:
                return packed
        return data

    return mutate


_COMPRESSORS = (lambda data: data, gzip.compress, bz2.compress, lzma.compress)


def archive_mutator(words: Words, names: Sequence[str]) -> Mutator:
    """New archives of odd members, and blind changes of the old ones."""

    def mutate(data: bytes, most: int, rng: Random, blindly: Bytes) -> bytes:
        if rng.random() < 0.5:
            return blindly(data, most)
        members = unzipped(data) or [("a.txt", b"x")]
        for _ in range(rng.randrange(1, 4)):
            name = change_text(rng.choice(names), 300, rng, words) if rng.random() < 0.4 else rng.choice(names)
            members.insert(rng.randrange(len(members) + 1), (name, rng.choice(words.lines).encode()[:500]))
        if rng.random() < 0.2:
            del members[rng.randrange(len(members))]
        try:
            packed = zipped(members, rng.random() < 0.5) if rng.random() < 0.5 else _oddly_tarred(members, rng)
        except (ValueError, UnicodeError, OverflowError):
            # A name that no archive can hold.
            return blindly(data, most)
        return packed if len(packed) <= most else data

    return mutate


def tarred(members: Sequence[tuple[str, bytes]]) -> list[bytes]:
    """Tar files with these members: plain, and in each way compressed."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as tar:
        for name, data in members:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return [compress(file.getvalue()) for compress in _COMPRESSORS]


def _oddly_tarred(members: Sequence[tuple[str, bytes]], rng: Random) -> bytes:
    file = io.BytesIO()
    form = rng.choice((tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT))
    kinds = (*[tarfile.REGTYPE] * 6, tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE, tarfile.FIFOTYPE, b"S", b"Z")
    with tarfile.open(fileobj=file, mode="w", format=form, errors="surrogateescape") as tar:
        for name, data in members:
            info = tarfile.TarInfo(name)
            info.type, info.linkname = rng.choice(kinds), rng.choice((name, "../x", "/etc/passwd", "a.txt"))
            info.size, info.mode = len(data) if info.isreg() else 0, rng.choice((0o644, 0, 0o777))
            tar.addfile(info, io.BytesIO(data))
    return rng.choice(_COMPRESSORS)(file.getvalue())


_STREAM_RE = re.compile(rb"(<<[^<>]*)/Filter\s*/FlateDecode([^<>]*>>\s*stream\r?\n)(.*?)(\r?\nendstream)", re.DOTALL)


def bared(pdf: bytes) -> bytes:
    """A PDF whose pages are not compressed, so that changes of them mean something. Its table of objects is no longer
    right, which readers of PDF mend."""

    def bare(found: "re.Match[bytes]") -> bytes:
        try:
            content = zlib.decompress(found[3])
        except zlib.error:
            return found[0]
        if b" Tf" not in content and b"begincmap" not in content:
            return found[0]
        return found[1] + found[2] + content + found[4]

    return _STREAM_RE.sub(bare, pdf)
