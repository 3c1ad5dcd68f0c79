"""Zip containers and the XML inside, which two formats share: read within bounds, with nothing from outside."""

import lzma
import struct
import zipfile
import zlib

from lxml import etree

from pipeline.readers.draft import Unreadable

DAMAGE = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, OSError),
    *(NotImplementedError, RuntimeError, ValueError, KeyError, OverflowError),
)
"""What zipfile raises for a damaged file."""
_MOST_BYTES = 64 << 20


def encrypted() -> Unreadable:
    """The error for a file that a password protects."""
    return Unreadable(
        "encrypted", "the file is protected by a password: open it with the password, save it without one"
    )


def read_member(package: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    """The bytes of one member, 64 MiB at most. Raises `Unreadable` beyond that or for a password, and `DAMAGE`."""
    if member.flag_bits & 1:
        raise encrypted()
    with package.open(member) as stream:
        data = stream.read(_MOST_BYTES + 1)
    if len(data) > _MOST_BYTES:
        message = f"{member.filename} holds more than {_MOST_BYTES >> 20} MiB: save the pact in a file of its own"
        raise Unreadable("too-large", message)
    return data


def xml_parser(recover: bool = False) -> "etree.XMLParser":
    """A parser that expands no entity and loads nothing; with `recover`, what is left of a damaged part is read."""
    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        collect_ids=False,  # an id given twice is no reason to refuse a document
        recover=recover,
    )
