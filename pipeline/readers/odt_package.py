"""The XML of an OpenDocument text, out of its zip container or flat, read within bounds and mended where damaged."""

from dataclasses import dataclass, field

from lxml import etree

from pipeline.limits import Limits
from pipeline.readers.container import DAMAGE, Container, encrypted, has_entities, parse_xml
from pipeline.readers.draft import Unreadable, is_zip
from pipeline.readers.odt_styles import (
    Element,
    tag_of,
)

SAVE_AGAIN = "open it in LibreOffice and save it again as .odt"
_MANIFEST, _CONTENT, _STYLES = "META-INF/manifest.xml", "content.xml", "styles.xml"


@dataclass(slots=True)
class Parts:
    """The roots of content.xml and styles.xml, twice the same one for a flat document; parts that are damaged."""

    content: Element
    styles: Element
    lost: list[str] = field(default_factory=list)


def parts(data: bytes, limits: Limits) -> Parts:
    """What can be read of a document. Raises `Unreadable` where no text can be, and `OverLimit`."""
    lost: list[str] = []
    if not is_zip(data):
        root = _root(data, _CONTENT, limits, lost)
        return Parts(root, root, lost)
    try:
        package = Container(data, limits)
        members = {each.filename: each for each in package.members}
        if _MANIFEST in members:
            _refuse_encrypted(package.read(members[_MANIFEST]), limits)
        content = package.read(members[_CONTENT])
    except DAMAGE:
        raise Unreadable("damaged", f"the file is damaged or no OpenDocument: {SAVE_AGAIN}") from None
    root = styles = _root(content, _CONTENT, limits, lost)
    try:
        if _STYLES in members:
            styles = _root(package.read(members[_STYLES]), _STYLES, limits, lost)
    except (*DAMAGE, Unreadable):
        lost.append(_STYLES)  # the text can be read without them
    return Parts(root, styles, lost)


def _refuse_encrypted(manifest: bytes, limits: Limits) -> None:
    try:
        root = _root(manifest, _MANIFEST, limits, [])
    except Unreadable:
        return
    if next(root.iter(tag_of("manifest:encryption-data")), None) is not None:
        raise encrypted()


def _root(data: bytes, path: str, limits: Limits, lost: list[str]) -> Element:
    """The root of a part; one that had to be mended, or that refers to what stands elsewhere, is noted as lost."""
    for recover in (False, True):
        try:
            root = parse_xml(data, limits, recover)
        except (etree.LxmlError, LookupError, ValueError):
            root = None
        if root is not None:
            if recover or has_entities(root):
                lost.append(path)
                etree.strip_tags(root, etree.Entity)
            return root
    raise Unreadable("damaged", f"the XML in the file is damaged: {SAVE_AGAIN}")
