"""The zip container of a Word document: its XML parts, read within bounds and mended where they are damaged."""

import posixpath

from lxml import etree

from pipeline.limits import Limits
from pipeline.readers.container import DAMAGE, Container, has_entities, parse_xml
from pipeline.readers.docx_styles import (
    Node,
)
from pipeline.readers.draft import (
    Unreadable,
)

SAVE_AGAIN = "open it in a word processor and save it again as .docx"


class Package:
    """The parts of a zip container, by name; names do not depend on case (part 2, 6.2.2.3)."""

    def __init__(self, data: bytes, limits: Limits) -> None:
        try:
            self._zip = Container(data, limits)
        except DAMAGE:
            raise Unreadable("damaged", f"the file is cut off or damaged: {SAVE_AGAIN}") from None
        self._limits = limits
        self._members = {each.filename.replace("\\", "/").lstrip("/").lower(): each for each in self._zip.members}
        self.lost: list[str] = []

    def part(self, path: str) -> Node:
        """The root of an XML part; None where there is none, or nothing can be read of it."""
        member = self._members.get(path.lower())
        if member is None:
            return None
        try:
            data = self._zip.read(member)
        except DAMAGE:
            self.lost.append(path)
            return None
        for recover in (False, True):
            try:
                root = parse_xml(data, self._limits, recover)
            except etree.XMLSyntaxError:
                root = None
            if recover or (root is not None and has_entities(root)):
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
