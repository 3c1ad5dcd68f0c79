"""Word documents (.docx, .docm, .dotx, transitional or strict): the text, and what the eye sees of it."""

import posixpath
from collections.abc import Callable
from dataclasses import replace

from pipeline.limits import LIMITS, Limits
from pipeline.model import Diagnostic, Severity
from pipeline.readers.docx_numbering import Numbering
from pipeline.readers.docx_package import SAVE_AGAIN, Package
from pipeline.readers.docx_story import Story, Tally, marked
from pipeline.readers.docx_styles import (
    Node,
    Styles,
    attr,
    child,
    children,
    name,
)
from pipeline.readers.draft import (
    Paragraph,
    Reading,
    Unreadable,
    compose,
    is_zip,
    struck,
)

_RELATED = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_RELATED_STRICT = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"
_DECIDE = "accept or reject them and save, if that is not what was signed"


def read_docx(data: bytes, limits: Limits = LIMITS) -> Reading:
    """Read a Word document."""
    _refuse_other_containers(data)
    package = Package(data, limits)
    main = _main_part(package)
    root = package.part(main)
    if child(root, "w:body") is None:
        if main in package.lost:
            raise Unreadable("damaged", f"the text of the document cannot be read: {SAVE_AGAIN}")
        raise Unreadable("format-not-read", "this is no Word document: save it as .docx")
    related = package.related(main)
    parts = {kind: package.part(path) for kind, path in related.values() if kind in _PARTS}
    for kind in _PARTS - parts.keys():
        parts[kind] = package.part(posixpath.join(posixpath.dirname(main), f"{kind}.xml"))
    styles, tally = Styles(parts["styles"]), Tally()

    def story(node: Node) -> list[Paragraph]:
        return Story(styles, Numbering(parts["numbering"], styles), tally).read(node)

    paragraphs = story(child(root, "w:body"))
    paragraphs += _notes(parts, tally, story)
    paragraphs += _furniture(root, package, related, story)
    n_comments = sum(name(each) == "w:comment" for each in children(parts["comments"]))
    reading = compose(paragraphs, diagnostics=[*_diagnostics(tally, n_comments, package.lost), *struck(tally.struck)])
    if not reading.text.strip():
        message = "the document holds no text: if it is a picture of the pact, give the text it was made from"
        raise Unreadable("empty", message)
    return reading


_PARTS = frozenset(["styles", "numbering", "footnotes", "endnotes", "comments"])


def _refuse_other_containers(data: bytes) -> None:
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise Unreadable("encrypted", "the file is protected: open it with its password and save it without one")
        raise Unreadable("format-not-read", "this is an old Word file (.doc): save it as .docx")
    if not is_zip(data):
        raise Unreadable("format-not-read", "this is no Word document: save it as .docx")


def _main_part(package: Package) -> str:
    paths = [path for kind, path in package.related("").values() if kind == "officeDocument"]
    return paths[0] if paths else "word/document.xml"


def _notes(parts: dict[str, Node], tally: Tally, story: Callable[[Node], list[Paragraph]]) -> list[Paragraph]:
    """The notes that the text refers to, in the order in which it does; a note may refer to another."""
    nodes = {
        (tag, attr(node, "id") or ""): node
        for tag, part in (("w:footnote", "footnotes"), ("w:endnote", "endnotes"))
        for node in children(parts[part])
        if name(node) == tag
    }
    paragraphs: list[Paragraph] = []
    keys: list[tuple[str, str]] = []
    done = 0
    while done < len(tally.notes):
        if done == len(keys):
            keys = list(tally.notes)
        key = keys[done]
        done += 1
        lines = [line for line in (story(nodes[key]) if key in nodes else []) if line.text.strip()]
        if lines:
            lines[0] = replace(lines[0], runs=tuple(marked(f"[{done}] ", list(lines[0].runs))))
        paragraphs += [replace(line, aside="note") for line in lines]
    return [Paragraph((), tally.place), *paragraphs] if paragraphs else []


def _furniture(
    root: Node,
    package: Package,
    related: dict[str, tuple[str, str]],
    story: Callable[[Node], list[Paragraph]],
) -> list[Paragraph]:
    """Running heads and feet, each text once."""
    paths: dict[str, None] = {}
    for node in root.iter("{*}headerReference", "{*}footerReference"):
        _, path = related.get(node.get(_RELATED) or node.get(_RELATED_STRICT) or "", ("", ""))
        paths[path] = None
    found: dict[str, Paragraph] = {}
    for path in paths:
        part = package.part(path)
        for line in [] if part is None else story(part):
            if line.text.strip():
                found.setdefault(line.text.strip(), replace(line, aside="furniture"))
    return list(found.values())


def _diagnostics(tally: Tally, n_comments: int, lost: list[str]) -> list[Diagnostic]:
    damaged = ", ".join(sorted(set(lost)))
    told: list[tuple[Severity, str, int, str]] = [
        ("warning", "tracked-changes", tally.changes, f"tracked changes were read as accepted: {_DECIDE}"),
        ("info", "comments-left-out", n_comments, "comments in the margin were left out"),
        ("info", "hidden-text-left-out", tally.hidden, "passages of hidden text were left out"),
        ("info", "unfilled-fields-left-out", tally.unfilled, "form fields that nobody filled in were left out"),
        ("warning", "embedded-left-out", tally.embedded, f"embedded documents were not read: {SAVE_AGAIN}"),
        ("warning", "damaged", len(set(lost)), f"parts of the file are damaged ({damaged}): {SAVE_AGAIN}"),
    ]
    return [Diagnostic(severity, code, f"{n} {text}") for severity, code, n, text in told if n]
