"""The XML of an OpenDocument text, out of its zip container or flat, read within bounds."""

from lxml import etree

from pipeline.limits import Limits
from pipeline.readers.container import DAMAGE, Container, encrypted, parse_xml
from pipeline.readers.draft import Unreadable
from pipeline.readers.odt_styles import (
    Element,
    tag_of,
)


def parts(data: bytes, limits: Limits) -> tuple[Element, Element]:
    """The roots of content.xml and styles.xml; twice the same one for a flat document."""
    if not data.startswith(b"PK"):
        root = parsed(data, limits)
        return root, root
    try:
        package = Container(data, limits)
        members = {each.filename: each for each in package.members}
        if "META-INF/manifest.xml" in members:
            _refuse_encrypted(package.read(members["META-INF/manifest.xml"]), limits)
        content = package.read(members["content.xml"])
        styles = package.read(members["styles.xml"]) if "styles.xml" in members else None
    except DAMAGE:
        message = "the file is damaged or no OpenDocument: open it in LibreOffice and save it again as .odt"
        raise Unreadable("damaged", message) from None
    root = parsed(content, limits)
    return root, root if styles is None else parsed(styles, limits)


def _refuse_encrypted(manifest: bytes, limits: Limits) -> None:
    try:
        root = parsed(manifest, limits)
    except Unreadable:
        return
    if next(root.iter(tag_of("manifest:encryption-data")), None) is not None:
        raise encrypted()


def parsed(data: bytes, limits: Limits) -> Element:
    try:
        root = parse_xml(data, limits)
    except (etree.LxmlError, LookupError, ValueError):
        message = "the XML in the file is damaged: open it in LibreOffice and save it again as .odt"
        raise Unreadable("damaged", message) from None
    etree.strip_tags(root, etree.Entity)
    return root
