"""A place is a path, or a URL that fsspec knows: what is there, its bytes, which names a pattern or safety allows."""

import errno
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from fnmatch import fnmatchcase
from typing import IO, Any

# "CON", "nul.txt", "Com1.tar.gz": what Windows takes for a device, in whichever folder
_DEVICE_RE = re.compile(r"(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]) *(?:\..*)?", re.IGNORECASE | re.DOTALL)

File = tuple[str, str, str | None]
"""A file of a folder or an archive: name relative to its root with `/`, place, member."""


class InputError(ValueError):
    """An input that cannot be used; the text names it and the remedy."""


def kind(place: str) -> str:
    """ "file", "folder", or nothing where there is neither. Raises OSError or InputError where that cannot be told."""
    if "://" not in place:
        return "folder" if os.path.isdir(place) else "file" if os.path.isfile(place) else ""
    with reaching(place):
        system, path = file_system(place)
        try:
            if place.endswith("/") and system.isdir(path):
                return "folder"
            return "folder" if system.info(path)["type"] == "directory" else "file"
        except FileNotFoundError:
            return ""


def file_system(url: str) -> tuple[Any, str]:
    """The file system behind a URL, and the path in it. Raises InputError for a URL that cannot be used here."""
    from fsspec.core import url_to_fs

    try:
        system, path = url_to_fs(url)
    except ImportError as error:
        scheme = url.split("://", 1)[0]
        raise InputError(f"{url}: {error}: for {scheme}:// install that package with pip, or copy the files") from None
    except ValueError as error:
        raise InputError(f"{url}: {error}: give a path, or a URL such as s3://, https:// or memory://") from None
    return system, str(path)


@contextmanager
def reaching(place: str) -> Iterator[None]:
    """Make an OSError of what the library behind a URL raises: each has its own exceptions."""
    try:
        yield
    except (OSError, InputError):
        raise
    except Exception as error:
        if "://" not in place:
            raise
        raise OSError(errno.EIO, f"{type(error).__name__}: {error}") from error


def open_place(place: str) -> IO[bytes]:
    """A file as a stream of bytes. Raises OSError (for a URL, only within `reaching`), and InputError as above."""
    if "://" not in place:
        return open(place, "rb")
    system, path = file_system(place)
    stream: IO[bytes] = system.open(path, "rb")
    return stream


def fixed_part(pattern: str) -> tuple[str, list[str]]:
    """ "raw/2020/**/*.txt" → "raw/2020", ["**", "*.txt"]; no second part where there is no wildcard.

    The fixed part of a URL keeps its slash: to a web server, "pacts/" is a folder and "pacts" a page.
    """
    scheme, mark, rest = pattern.rpartition("://")
    parts = rest.split("/") if mark else rest.replace(os.sep, "/").split("/")
    first = next((at for at, part in enumerate(parts) if any(sign in part for sign in "*?[")), len(parts))
    fixed = "/".join(parts[:first])
    if mark:
        return scheme + mark + (f"{fixed}/" if fixed else ""), parts[first:]
    return fixed or ("/" if first else "."), parts[first:]


def matches(parts: list[str], pattern: list[str]) -> bool:
    """Whether a file, or a folder above it, matches; what is in a matching folder is wanted, as with a shell."""
    if not pattern:
        return True
    if pattern[0] == "**":
        return matches(parts, pattern[1:]) or (bool(parts) and matches(parts[1:], pattern))
    return bool(parts) and fnmatchcase(parts[0], pattern[0]) and matches(parts[1:], pattern[1:])


def may_match(parts: list[str], pattern: list[str]) -> bool:
    """Whether something in this folder may match."""
    if not pattern or not parts or pattern[0] == "**":
        return True
    return fnmatchcase(parts[0], pattern[0]) and may_match(parts[1:], pattern[1:])


def printable(name: str) -> str:
    """The name as an id: bytes that are no UTF-8 become "\\xe9", since tables hold nothing else."""
    return name if name.isascii() else name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def unsafe(name: str) -> str:
    """Why a name from an archive or a server is not to be trusted; nothing where it is."""
    parts = name.split("/")
    if not name.strip("./"):
        return "has no name"
    if name.startswith("/") or re.match(r"[A-Za-z]:", name):
        return "its name is absolute: pack it anew with names relative to the folder"
    if ".." in parts or "\\" in name:
        return "its name holds .. or a backslash: pack it anew with names relative to the folder"
    if any(_DEVICE_RE.fullmatch(part) for part in parts) or any(ord(sign) < 32 for sign in name):
        return "its name is that of a device or holds control characters: rename it"
    return ""
