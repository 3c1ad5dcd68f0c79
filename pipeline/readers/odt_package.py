"""The XML of an OpenDocument text, out of its zip container or flat, read within bounds."""

import io
import lzma
import struct
import zipfile
import zlib

from lxml import etree

from pipeline.readers.draft import Unreadable
from pipeline.readers.odt_styles import (
    Element,
    tag_of,
)

_MOST_BYTES = 64 << 20
_DAMAGE = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, OSError),
    *(NotImplementedError, RuntimeError, ValueError, KeyError, OverflowError),
)
"""What zipfile raises for a damaged file."""


def parts(data: bytes) -> tuple[Element, Element]:
    """The roots of content.xml and styles.xml; twice the same one for a flat document."""
    if not data.startswith(b"PK"):
        root = parsed(data)
        return root, root
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            names = set(package.namelist())
            if "META-INF/manifest.xml" in names:
                _refuse_encrypted(_member(package, "META-INF/manifest.xml"))
            content = _member(package, "content.xml")
            styles = _member(package, "styles.xml") if "styles.xml" in names else None
    except _DAMAGE:
        message = "the file is damaged or no OpenDocument: open it in LibreOffice and save it again as .odt"
        raise Unreadable("damaged", message) from None
    root = parsed(content)
    return root, root if styles is None else parsed(styles)


def _member(package: zipfile.ZipFile, name: str) -> bytes:
    if package.getinfo(name).flag_bits & 1:
        raise _encrypted()
    with package.open(name) as member:
        data = member.read(_MOST_BYTES + 1)
    if len(data) > _MOST_BYTES:
        message = f"{name} is larger than {_MOST_BYTES >> 20} MiB: save the text of the pact alone"
        raise Unreadable("too-large", message)
    return data


def _encrypted() -> Unreadable:
    return Unreadable("encrypted", "protected by a password: open it with its password and save it without one")


def _refuse_encrypted(manifest: bytes) -> None:
    try:
        root = parsed(manifest)
    except Unreadable:
        return
    if next(root.iter(tag_of("manifest:encryption-data")), None) is not None:
        raise _encrypted()


def parsed(data: bytes) -> Element:
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        collect_ids=False,  # an id given twice is no reason to refuse a document
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.LxmlError, LookupError, ValueError):
        message = "the XML in the file is damaged: open it in LibreOffice and save it again as .odt"
        raise Unreadable("damaged", message) from None
    etree.strip_tags(root, etree.Entity)
    return root
