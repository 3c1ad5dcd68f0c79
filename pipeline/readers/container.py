"""Zip containers and the XML inside, which two formats share: read within limits, with nothing from outside."""

import io
import lzma
import struct
import zipfile
import zlib
from functools import lru_cache

from lxml import etree

from pipeline.limits import Limits, over, read_packed
from pipeline.readers.draft import Unreadable

DAMAGE = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, OSError),
    *(NotImplementedError, RuntimeError, ValueError, KeyError, OverflowError),
)
"""What zipfile raises for a damaged file."""
_XML_DEPTH = 256
"""Deeper XML is parsed only when libxml2 is told to lift all of its own limits."""


def encrypted() -> Unreadable:
    """The error for a file that a password protects."""
    return Unreadable(
        "encrypted", "the file is protected by a password: open it with the password, save it without one"
    )


class Container:
    """A zip container in memory. Opening and reading it raise `OverLimit`, and `DAMAGE` for what is damaged."""

    def __init__(self, data: bytes, limits: Limits) -> None:
        self._zip = zipfile.ZipFile(io.BytesIO(data))
        self._limits = limits
        self._left = limits.unpacked_bytes
        self.members = self._zip.infolist()
        if len(self.members) > limits.members:
            raise over(limits, "members")

    def read(self, member: zipfile.ZipInfo) -> bytes:
        """The bytes of a member. Raises `Unreadable` for a password as well. What a header declares is not trusted."""
        if member.flag_bits & 1:
            raise encrypted()
        with self._zip.open(member) as stream:
            data = read_packed(stream, member.compress_size, self._left, self._limits, "unpacked", member.filename)
        self._left -= len(data)
        return data


def parse_xml(data: bytes, limits: Limits, recover: bool = False) -> "etree._Element | None":
    """The root of an XML part; no entity is expanded and nothing loaded. With `recover`, what is left of damage.

    Raises `OverLimit`, and `etree.XMLSyntaxError` or ValueError for what is damaged.
    """
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=limits.depth > _XML_DEPTH,
        remove_comments=True,
        remove_pis=True,
        recover=recover,  # with collect_ids=False, lxml 6.1 loads external parameter entities: never set it
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        if error.code == etree.ErrorTypes.ERR_RESOURCE_LIMIT:
            raise over(limits, "depth" if "depth" in str(error) else "chars") from None
        if recover or any(each.type != etree.ErrorTypes.DTD_ID_REDEFINED for each in parser.error_log):
            raise
        return parse_xml(data, limits, recover=True)  # an id given twice is no damage
    if root is not None:
        check_depth(root, limits)
    return root


def has_entities(root: "etree._Element") -> bool:
    """Whether declarations, or another file, would put something in: no office file needs that, and it is left out."""
    return root.getroottree().docinfo.internalDTD is not None or next(root.iter(etree.Entity), None) is not None


def check_depth(root: "etree._Element", limits: Limits) -> None:
    """Raise `OverLimit` where elements stand too deep inside one another."""
    if _deeper(limits.depth)(root):
        raise over(limits, "depth")


@lru_cache
def _deeper(depth: int) -> "etree.XPath":
    return etree.XPath(f"boolean({'/*' * (depth + 1)})")
