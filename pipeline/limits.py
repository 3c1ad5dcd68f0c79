"""What one file may ask of this machine: each limit has a default, an option, and an error that names both."""

from collections.abc import Iterable
from dataclasses import dataclass, field, fields, replace
from typing import IO, Any

_MIB = 1 << 20


def _limit(default: int, unit: str, means: str) -> Any:
    return field(default=default, metadata={"unit": unit, "means": means})


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that is taken of one file, or of one archive. A document beyond any of these is a failed one."""

    size: int = _limit(64, "MiB", "of a file, or of a file in an archive")
    unpacked: int = _limit(256, "MiB", "that a .docx or .odt holds when unpacked")
    ratio: int = _limit(200, "times", "that what is packed may grow when unpacked, beyond the first MiB")
    members: int = _limit(100_000, "files", "in an archive, or in a .docx or .odt")
    archive: int = _limit(20, "GiB", "that an archive holds when unpacked")
    depth: int = _limit(200, "elements", "inside one another in a page or document")
    pages: int = _limit(1_000, "pages", "of a PDF")
    chars: int = _limit(5_000_000, "characters", "of text")
    lines: int = _limit(200_000, "lines", "of text")
    memory: int = _limit(2_048, "MiB", "of memory that a worker may take for its files")

    @property
    def size_bytes(self) -> int:
        """`size` in bytes."""
        return self.size * _MIB

    @property
    def unpacked_bytes(self) -> int:
        """`unpacked` in bytes."""
        return self.unpacked * _MIB

    @property
    def archive_bytes(self) -> int:
        """`archive` in bytes."""
        return self.archive << 30

    @property
    def memory_bytes(self) -> int:
        """`memory` in bytes."""
        return self.memory * _MIB

    def allows(self, packed: int, unpacked: int) -> bool:
        """Whether so many bytes may come out of so many; the first MiB always may."""
        return unpacked <= _MIB or unpacked <= max(packed, 1) * self.ratio


LIMITS = Limits()
"""The defaults."""
TIMEOUT = 60.0
"""Seconds that a file may take, unless the user says otherwise: `--timeout`."""


class OverLimit(Exception):
    """A file beyond a limit. The text names limit and option; `code` is that of its diagnostic."""

    code = "over-limit"


def over(limits: Limits, name: str, what: str = "it") -> OverLimit:
    """The error for something beyond the limit of that name; `what` names it, where it is not the file as a whole."""
    (own,) = (each for each in fields(Limits) if each.name == name)
    told = f"{getattr(limits, name):,} {own.metadata['unit']} {own.metadata['means']}"
    return OverLimit(f"{what} is beyond the limit of {told}: if you trust it, raise that with --limit {name}=N")


def read_packed(stream: IO[bytes], packed: int, most: int, limits: Limits, name: str, what: str = "it") -> bytes:
    """All that comes out of so many packed bytes, whatever their header declares. Raises `OverLimit`, by the limit of
    that name beyond `most` bytes, and where it grows too much; `what` is then named."""
    data = bytearray()
    while chunk := stream.read(_MIB):
        data += chunk
        if len(data) > most:
            raise over(limits, name)
        if not limits.allows(packed, len(data)):
            raise over(limits, "ratio", what)
    return bytes(data)


def check_text(text: str, limits: Limits) -> None:
    """Raise `OverLimit` for a text that is too long, in characters or in lines."""
    if len(text) > limits.chars:
        raise over(limits, "chars")
    if text.count("\n") > limits.lines:
        raise over(limits, "lines")


class LimitError(ValueError):
    """A limit that is not given as NAME=N; the text says what can be given."""


def parse_limits(given: Iterable[str]) -> Limits:
    """The limits with some of them set, each as "pages=2000". Raises `LimitError`."""
    known = [each.name for each in fields(Limits)]
    limits = LIMITS
    for each in given:
        name, _, number = each.partition("=")
        if name not in known or not number.isdecimal() or int(number) == 0:
            raise LimitError(
                f"{each!r} is no limit: give NAME=N with a whole number above 0; NAME is {', '.join(known)}"
            )
        limits = replace(limits, **{name: int(number)})
    return limits


def limit_lines() -> list[str]:
    """Each limit with its default, for the help text."""
    return [f"{each.name}={each.default}: {each.metadata['unit']} {each.metadata['means']}" for each in fields(Limits)]
