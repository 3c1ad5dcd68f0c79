"""The zip container of a Word document: its XML parts, read within bounds and mended where they are damaged."""

import lzma
import posixpath
import struct
import zipfile
import zlib
from io import BytesIO

from lxml import etree

from pipeline.readers.docx_styles import (
    Node,
)
from pipeline.readers.draft import (
    Unreadable,
)

_MOST_BYTES = 64 * 2**20
_ZIP_ERRORS = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    OSError,
    NotImplementedError,
    ValueError,
)
SAVE_AGAIN = "open it in a word processor and save it again as .docx"


class Package:
    """The parts of a zip container, by name; names do not depend on case (part 2, 6.2.2.3)."""

    def __init__(self, data: bytes) -> None:
        try:
            self._zip = zipfile.ZipFile(BytesIO(data))
        except _ZIP_ERRORS:
            raise Unreadable("damaged", f"the file is cut off or damaged: {SAVE_AGAIN}") from None
        self._members = {each.filename.replace("\\", "/").lstrip("/").lower(): each for each in self._zip.infolist()}
        self.lost: list[str] = []

    def part(self, path: str) -> Node:
        """The root of an XML part; None where there is none, or nothing can be read of it."""
        member = self._members.get(path.lower())
        if member is None:
            return None
        if member.flag_bits & 1:
            raise Unreadable("encrypted", "the file is protected: open it with its password and save it without one")
        try:
            with self._zip.open(member) as stream:
                data = stream.read(_MOST_BYTES + 1)
        except _ZIP_ERRORS:
            self.lost.append(path)
            return None
        if len(data) > _MOST_BYTES:
            raise Unreadable("too-large", f"{path} holds more than 64 MiB: save the pact in a file of its own")
        for recover in (False, True):
            try:
                root = etree.fromstring(data, _parser(recover))
            except etree.XMLSyntaxError:
                root = None
            if recover:
                self.lost.append(path)
            if root is not None:
                return root
        return None

    def related(self, path: str) -> dict[str, tuple[str, str]]:
        """The parts that a part refers to: by identifier, their kind ("styles") and path."""
        folder, file = posixpath.split(path)
        root = self.part(posixpath.join(folder, "_rels", f"{file}.rels"))
        found = {}
        for node in () if root is None else root.iter("{*}Relationship"):
            kind, target = node.get("Type", "").rpartition("/")[2], node.get("Target", "")
            if node.get("TargetMode") != "External":
                found[node.get("Id", "")] = kind, posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
        return found


def _parser(recover: bool) -> Node:
    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        recover=recover,
    )
