"""The XML of an OpenDocument text, out of its zip container or flat, read within bounds."""

import io
import zipfile

from lxml import etree

from pipeline.readers.container import DAMAGE, encrypted, read_member, xml_parser
from pipeline.readers.draft import Unreadable
from pipeline.readers.odt_styles import (
    Element,
    tag_of,
)


def parts(data: bytes) -> tuple[Element, Element]:
    """The roots of content.xml and styles.xml; twice the same one for a flat document."""
    if not data.startswith(b"PK"):
        root = parsed(data)
        return root, root
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            names = set(package.namelist())
            if "META-INF/manifest.xml" in names:
                _refuse_encrypted(read_member(package, package.getinfo("META-INF/manifest.xml")))
            content = read_member(package, package.getinfo("content.xml"))
            styles = read_member(package, package.getinfo("styles.xml")) if "styles.xml" in names else None
    except DAMAGE:
        message = "the file is damaged or no OpenDocument: open it in LibreOffice and save it again as .odt"
        raise Unreadable("damaged", message) from None
    root = parsed(content)
    return root, root if styles is None else parsed(styles)


def _refuse_encrypted(manifest: bytes) -> None:
    try:
        root = parsed(manifest)
    except Unreadable:
        return
    if next(root.iter(tag_of("manifest:encryption-data")), None) is not None:
        raise encrypted()


def parsed(data: bytes) -> Element:
    try:
        root = etree.fromstring(data, xml_parser())
    except (etree.LxmlError, LookupError, ValueError):
        message = "the XML in the file is damaged: open it in LibreOffice and save it again as .odt"
        raise Unreadable("damaged", message) from None
    etree.strip_tags(root, etree.Entity)
    return root
