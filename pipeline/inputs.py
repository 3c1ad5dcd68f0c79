"""Where the pacts are: files, folders, patterns, archives and URLs → one `Input` a pact; an `Input` → its bytes.

Nothing from an archive is written under a name that the archive chose, and nothing is unpacked beyond the limits below.
"""

import bz2
import errno
import gzip
import io
import lzma
import os
import re
import shutil
import stat
import struct
import tarfile
import tempfile
import threading
import zipfile
import zlib
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import IO, Any

from pipeline import manifest
from pipeline.model import Known

MOST_MEMBERS = 100_000
"""Members of one archive, folders and links among them."""
MOST_BYTES = 20 << 30
"""Bytes that the members of one archive declare together, unpacked."""
MOST_MEMBER_BYTES = 64 << 20
"""Bytes of one member when it is read, whatever the archive declares."""
_MOST_AT_ONCE = 32 << 20
"""Bytes that an archive may have us read in one go: the directory of a zip, a long name in a tar."""
_CHUNK = 1 << 20
_OPEN_ARCHIVES = 2

_PAGE_PARTS = ("_files", "_fichiers")
"""What browsers call the folder of pictures and scripts beside a page that they save whole."""
_ARCHIVE_ENDINGS = (".zip", ".tar", ".tgz", ".tar.gz", ".tbz2", ".tar.bz2", ".txz", ".tar.xz")
_PACT_ENDINGS = (".txt", ".md", ".html", ".htm", ".docx", ".odt", ".fodt", ".pdf")
_DOCUMENT_PARTS = ("mimetype", "[Content_Types].xml", "word/document.xml", "content.xml")
_COMPRESSED: dict[bytes, Any] = {b"\x1f\x8b": gzip.open, b"BZh": bz2.open, b"\xfd7zXZ\x00": lzma.open}
# "CON", "nul.txt", "Com1.tar.gz": what Windows takes for a device, in whichever folder
_DEVICE_RE = re.compile(r"(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]) *(?:\..*)?", re.IGNORECASE | re.DOTALL)
_DAMAGE = (
    *(zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError, struct.error, EOFError),
    *(NotImplementedError, RuntimeError, ValueError, KeyError, OverflowError),
)
"""What the standard library raises for a damaged archive, beside OSError, which may also come from the disk."""


_File = tuple[str, str, str | None]
"""A file of a folder or an archive: name relative to its root with `/`, place, member."""


class InputError(ValueError):
    """An input that cannot be used; the text names it and the remedy."""


class ArchiveError(InputError):
    """An archive that is damaged or beyond a limit; the text names archive, limit and remedy."""


@dataclass(frozen=True, slots=True)
class Input:
    """One pact to read: its id, where its bytes are."""

    pact_id: str
    place: str
    """A path, or a URL that fsspec knows, of the file or of the archive that holds it."""
    member: str | None = None
    """Its name inside the archive."""


@dataclass(slots=True)
class Found:
    """What `find_inputs` found. A context manager: leaving it removes what was unpacked for it."""

    inputs: list[Input] = field(default_factory=list)
    """Sorted by pact_id, in code-point order."""
    skipped: list[tuple[str, str]] = field(default_factory=list)
    """What was passed over, and why: links that lead astray, names that are not safe, folders that are shut."""
    manifests: list[tuple[Input, str]] = field(default_factory=list)
    """Each manifest.csv at the root of an input or of an archive, and that root; a later one wins."""
    unpacked: dict[str, list[_File]] = field(default_factory=dict)
    """The members of each tar, by its real path: they were unpacked once."""
    scratch: tempfile.TemporaryDirectory[str] | None = None

    def close(self) -> None:
        """Remove the folder of unpacked archives and close the archives that this process holds open."""
        _close_archives(keep=0)
        if self.scratch is not None:
            self.scratch.cleanup()

    def __enter__(self) -> "Found":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def find_inputs(inputs: Sequence[str]) -> Found:
    """The pacts in files, folders, patterns ("raw/**/*.txt"), archives and URLs of such. Close the result after use.

    Ids are relative to the folder, the archive or the fixed part of the pattern; a single file's id is its name. Hidden
    files, manifest.csv and what a browser saved beside a page are left out. An archive found in a folder counts as a
    folder of that place; an archive in an archive is a file. Tars are unpacked into a temporary folder, since reading
    a member of a compressed one means reading all before it.

    Raises FileNotFoundError for an input that does not exist, ArchiveError for an archive that is damaged or beyond
    a limit, InputError for one that cannot be reached, ValueError for two files with one id.
    """
    found = Found()
    by_id: dict[str, Input] = {}
    try:
        for given in inputs:
            try:
                for each in _find(given.removeprefix("file://"), found):
                    other = by_id.setdefault(each.pact_id, each)
                    if other != each and _identity(other) != _identity(each):
                        one, two = _label(other, found), _label(each, found)
                        raise ValueError(f"{one} and {two} would both be the pact {each.pact_id!r}")
            except FileNotFoundError:
                raise
            except OSError as error:
                remedy = "check the address and your rights to it, or copy it here first"
                raise InputError(f"{given}: cannot be read ({error.strerror or error}): {remedy}") from error
    except BaseException:
        found.close()
        raise
    found.inputs = [by_id[pact_id] for pact_id in sorted(by_id)]
    found.skipped.sort()
    return found


def read_input(given: Input) -> bytes:
    """The bytes of one pact. Raises OSError, whose `strerror` is the reason, where they cannot be had.

    A member of an archive may have `MOST_MEMBER_BYTES`.
    """
    try:
        with _reaching(given.place):
            if given.member is not None:
                return _read_member(given.place, given.member)
            with _open(given.place) as stream:
                return stream.read()
    except InputError as error:
        raise OSError(errno.EIO, str(error)) from error


def find_known(inputs: Sequence[str] | Found) -> dict[str, Known]:
    """What the manifests at the root of folders and archives say, by pact id. A `Found` is not searched for anew.

    Raises `ManifestError` for one that cannot be used, or that names a file that is not there; otherwise what
    `find_inputs` raises.
    """
    if not isinstance(inputs, Found):
        with find_inputs(inputs) as found:
            return find_known(found)
    ids = {each.pact_id for each in inputs.inputs}
    known: dict[str, Known] = {}
    for given, root in inputs.manifests:
        prefix = given.pact_id.removesuffix(manifest.NAME)
        rows = _read_manifest(given, f"{root}/{manifest.NAME}")
        for name in sorted(rows):
            if prefix + name not in ids and _kind(f"{root}/{name}") != "file":
                raise manifest.ManifestError(f"{root}/{manifest.NAME}: {name}: no such file: correct its path")
        known |= {prefix + name: row for name, row in rows.items()}
    return known


def _read_manifest(given: Input, label: str) -> dict[str, Known]:
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / manifest.NAME
        try:
            copy.write_bytes(read_input(given))
            return manifest.read_manifest(Path(folder))
        except OSError as error:
            message = f"{label}: cannot be read ({error.strerror or error}): check its rights"
            raise manifest.ManifestError(message) from error
        except manifest.ManifestError as error:
            raise manifest.ManifestError(str(error).replace(str(copy), label)) from None


# ── files and folders, here and behind URLs ──


def _find(given: str, found: Found) -> Iterator[Input]:
    """The pacts of one input."""
    root, kind = given, _kind(given)
    pattern: list[str] = []
    if kind == "file":
        name = given.rsplit("/", 1)[-1] if "://" in given else os.path.basename(given)
        if _hidden(name) or name == manifest.NAME:
            return
        packed = _archive_kind(given)
        yield from _members(given, packed, "", found) if packed else [Input(_printable(name), given)]
        return
    if not kind:
        root, pattern = _fixed_part(given)
        if not pattern:
            raise FileNotFoundError(given)
    listed = list(_walk_url(root, found.skipped) if "://" in root else _walk(root, pattern, found.skipped))
    matching = [each for each in listed if _matches(each[0].split("/"), pattern)]
    if pattern and not matching:
        raise FileNotFoundError(given)
    for name, place, _ in _pacts(matching, _pages(listed)):
        # Looking into a remote file is a request: what is named like a pact is left to the reader.
        packed = "" if "://" in place and name.lower().endswith(_PACT_ENDINGS) else _archive_kind(place)
        yield from _members(place, packed, f"{name}/", found) if packed else [Input(_printable(name), place)]
    # After those of the archives inside: the folder's own manifest wins.
    found.manifests += [(Input(name, place), root.rstrip("/")) for name, place, _ in listed if name == manifest.NAME]


def _walk(root: str, pattern: list[str], skipped: list[tuple[str, str]]) -> Iterator[_File]:
    """All files below a folder but hidden ones; below a pattern's fixed part, only in folders where it may match."""
    real_root = os.path.realpath(root)
    todo: list[tuple[str, str, tuple[str, ...]]] = [("", real_root, ())]
    while todo:
        inside, real, trail = todo.pop()  # trail: the real folders from which a link was followed to come here
        try:
            with os.scandir(os.path.join(root, inside)) as listing:
                entries = sorted(listing, key=lambda entry: entry.name)
        except OSError as error:
            skipped.append((os.path.join(root, inside), f"cannot be opened ({error.strerror}): check its rights"))
            continue
        for entry in entries:
            name, target, steps = inside + entry.name, os.path.join(real, entry.name), trail
            if entry.name.startswith("."):
                continue
            if entry.is_symlink():
                target, steps = os.path.realpath(entry.path), (*trail, real)
                if reason := _astray(target, real_root, steps):
                    skipped.append((entry.path, reason))
                    continue
            if entry.is_dir():
                if _may_match(name.split("/"), pattern):
                    todo.append((f"{name}/", target, steps))
            elif entry.is_file():
                yield name, entry.path, None
            else:
                skipped.append((entry.path, "is neither file nor folder"))


def _astray(target: str, root: str, steps: tuple[str, ...]) -> str:
    """Why a link is not followed; nothing where it stays inside the folder."""
    if not _within(target, root):
        return "is a link that leads out of the folder: give its target as an input"
    if not os.path.exists(target):
        return "is a link that leads nowhere"
    return "is a link that goes round in a circle" if any(_within(step, target) for step in steps) else ""


def _within(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)


def _walk_url(root: str, skipped: list[tuple[str, str]]) -> Iterator[_File]:
    with _reaching(root):
        system, path = _file_system(root)
        paths = sorted(system.find(path))
    base = path.rstrip("/") + "/"
    for each in paths:
        if not each.startswith(base):
            skipped.append((each, "leads out of the folder: give it as an input"))
        elif reason := _unsafe(each.removeprefix(base)):
            skipped.append((each, reason))
        else:
            name = each.removeprefix(base)
            yield name, f"{root if root.endswith('://') else root.rstrip('/') + '/'}{name}", None


def _pages(listed: Iterable[_File]) -> set[str]:
    """Names of pages, without their ending."""
    return {name.rsplit(".", 1)[0] for name, _, _ in listed if name.endswith((".html", ".htm"))}


def _pacts(listed: list[_File], pages: set[str]) -> Iterator[_File]:
    """Leave out what is hidden, manifests, and parts of pages ("pacte_fichiers" beside "pacte.html")."""
    for name, place, member in listed:
        parts = name.split("/")
        if _hidden(name) or parts[-1] == manifest.NAME:
            continue
        folders = ("/".join(parts[:end]) for end in range(1, len(parts)))
        if pages and any(f.endswith(part) and f.removesuffix(part) in pages for f in folders for part in _PAGE_PARTS):
            continue
        yield name, place, member


def _hidden(name: str) -> bool:
    return name.startswith(".") or "/." in name


def _printable(name: str) -> str:
    """The name as an id: bytes that are no UTF-8 become "\\xe9", since tables hold nothing else."""
    return name if name.isascii() else name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _fixed_part(pattern: str) -> tuple[str, list[str]]:
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


def _matches(parts: list[str], pattern: list[str]) -> bool:
    """Whether a file, or a folder above it, matches; what is in a matching folder is wanted, as with a shell."""
    if not pattern:
        return True
    if pattern[0] == "**":
        return _matches(parts, pattern[1:]) or (bool(parts) and _matches(parts[1:], pattern))
    return bool(parts) and fnmatchcase(parts[0], pattern[0]) and _matches(parts[1:], pattern[1:])


def _may_match(parts: list[str], pattern: list[str]) -> bool:
    """Whether something in this folder may match."""
    if not pattern or not parts or pattern[0] == "**":
        return True
    return fnmatchcase(parts[0], pattern[0]) and _may_match(parts[1:], pattern[1:])


def _identity(given: Input) -> tuple[str, str | None]:
    return (given.place if "://" in given.place else os.path.realpath(given.place)), given.member


def _label(given: Input, found: Found) -> str:
    """Where an input came from, as a person would name it."""
    for archive, members in found.unpacked.items():
        if any(place == given.place for _, place, _ in members):
            return archive
    return given.place if given.member is None else f"{given.place}/{given.member}"


def _kind(place: str) -> str:
    """ "file", "folder", or nothing where there is neither."""
    if "://" not in place:
        return "folder" if os.path.isdir(place) else "file" if os.path.isfile(place) else ""
    with _reaching(place):
        system, path = _file_system(place)
        try:
            if place.endswith("/") and system.isdir(path):
                return "folder"
            return "folder" if system.info(path)["type"] == "directory" else "file"
        except FileNotFoundError:
            return ""


def _file_system(url: str) -> tuple[Any, str]:
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
def _reaching(place: str) -> Iterator[None]:
    """Make an OSError of what the library behind a URL raises: each has its own exceptions."""
    try:
        yield
    except (OSError, InputError):
        raise
    except Exception as error:
        if "://" not in place:
            raise
        raise OSError(errno.EIO, f"{type(error).__name__}: {error}") from error


def _open(place: str) -> IO[bytes]:
    if "://" not in place:
        return open(place, "rb")
    system, path = _file_system(place)
    stream: IO[bytes] = system.open(path, "rb")
    return stream


def _members(archive: str, packed: str, prefix: str, found: Found) -> Iterator[Input]:
    """The pacts in an archive; its manifest is noted."""
    if packed == "zip":
        listed = _list_zip(archive, found.skipped)
    else:
        key = archive if "://" in archive else os.path.realpath(archive)
        if key not in found.unpacked:
            found.scratch = found.scratch or tempfile.TemporaryDirectory(prefix="pacte-")
            folder = os.path.join(found.scratch.name, str(len(found.unpacked)))
            found.unpacked[key] = _unpack_tar(archive, folder, found.skipped)
        listed = found.unpacked[key]
    for name, place, member in _pacts(listed, _pages(listed)):
        yield Input(_printable(prefix + name) if prefix else _printable(name), place, member)
    found.manifests += [
        (Input(prefix + name, place, member), archive) for name, place, member in listed if name == manifest.NAME
    ]


# ── archives ──


class _Bounded(io.BufferedIOBase):
    """A stream that reads no more at once than it should: sizes that an archive declares are not to be trusted."""

    def __init__(self, stream: IO[bytes], archive: str) -> None:
        self.stream, self.archive, self.last = stream, archive, b""

    def read(self, size: int | None = -1, /) -> bytes:
        if size is None or size < 0:
            size = _MOST_AT_ONCE
        if size > _MOST_AT_ONCE:
            raise _beyond(self.archive, f"a directory or name of more than {_MOST_AT_ONCE >> 20} MiB")
        self.last = self.stream.read(size)
        return self.last

    def seek(self, offset: int, whence: int = 0, /) -> int:
        return self.stream.seek(offset, whence)

    def tell(self) -> int:
        return self.stream.tell()

    def seekable(self) -> bool:
        return True


def _beyond(archive: str, what: str) -> ArchiveError:
    return ArchiveError(f"{archive}: holds {what}: unpack it, or part of it, and give the folder")


def _damaged(archive: str, error: Exception) -> ArchiveError:
    return ArchiveError(f"{archive}: is damaged ({error}): get it again, or take it away")


def _archive_kind(place: str) -> str:
    """ "zip", "tar", or nothing for what is no archive, as its content says.

    Raises ArchiveError for what is named like an archive and is none; any other damaged file is left to the reader.
    """
    try:
        with _reaching(place), _open(place) as stream:
            kind = _sniff(stream, place)
    except OSError:
        return ""  # whoever reads it is told why it cannot be opened
    if kind == "" and place.lower().endswith(_ARCHIVE_ENDINGS):
        raise ArchiveError(f"{place}: is named like an archive, but damaged or none: get it again, or rename it")
    return "" if kind == "document" else kind


def _sniff(stream: IO[bytes], place: str) -> str:
    """ "zip", "tar", "document" for a zip that is one (.docx, .odt and their kin), or nothing."""
    head = stream.read(tarfile.BLOCKSIZE)
    if head.startswith(b"PK"):
        if head[30 : 30 + int.from_bytes(head[26:28], "little")] in (b"mimetype", b"[Content_Types].xml"):
            return "document"  # the usual case, told without reading the directory
        try:
            with zipfile.ZipFile(_Bounded(stream, place)) as package:
                names = package.NameToInfo
        except ArchiveError:
            raise
        except _DAMAGE:
            return ""
        return "document" if any(name in names for name in _DOCUMENT_PARTS) else "zip"
    if opener := _opener(head):
        stream.seek(0)
        try:
            head = opener(stream).read(tarfile.BLOCKSIZE)
        except (*_DAMAGE, OSError):  # bz2 and gzip say OSError
            return ""
    try:
        tarfile.TarInfo.frombuf(head, "utf-8", "surrogateescape")
    except tarfile.HeaderError:
        empty = len(head) == tarfile.BLOCKSIZE and not head.strip(b"\0") and place.lower().endswith(_ARCHIVE_ENDINGS)
        return "tar" if empty else ""
    return "tar"


def _opener(head: bytes) -> Any:
    """What opens a compressed file that begins so; nothing for one that is not compressed."""
    return next((opener for magic, opener in _COMPRESSED.items() if head.startswith(magic)), None)


def _list_zip(archive: str, skipped: list[tuple[str, str]]) -> list[_File]:
    try:
        with _reaching(archive), _open(archive) as stream, zipfile.ZipFile(_Bounded(stream, archive)) as package:
            members = package.infolist()
    except ArchiveError:
        raise
    except _DAMAGE as error:
        raise _damaged(archive, error) from error
    _within_limits(archive, len(members), sum(each.file_size for each in members))
    listed: dict[str, _File] = {}
    for each in members:
        if not each.is_dir():
            # orig_filename: as it stands in the archive, also on Windows
            reason = "is a link" if stat.S_ISLNK(each.external_attr >> 16) else _unsafe(each.orig_filename)
            _list_member(listed, archive, each.orig_filename, (archive, each.filename), reason, skipped)
    return list(listed.values())


def _unpack_tar(archive: str, folder: str, skipped: list[tuple[str, str]]) -> list[_File]:
    """The members of a tar, unpacked into a new folder under numbers.

    One that is too large stays inside, and reading it says so.
    """
    listed: dict[str, _File] = {}
    os.mkdir(folder)
    try:
        with _reaching(archive), _open(archive) as stream:
            opener = _opener(stream.read(8))
            stream.seek(0)
            bounded = _Bounded(opener(stream) if opener else stream, archive)
            with tarfile.open(fileobj=bounded, mode="r:") as tar:
                _unpack(tar, archive, folder, listed, skipped)
        if bounded.last.strip(b"\0"):  # tarfile takes a damaged header in the middle for the end
            raise tarfile.ReadError("a member has no proper header")
    except ArchiveError:
        raise
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise _damaged(archive, error) from error
        message = f"{archive}: there is no room to unpack it in {folder}: set TMPDIR to a folder on a larger disk"
        raise ArchiveError(message) from error
    except _DAMAGE as error:
        raise _damaged(archive, error) from error
    return list(listed.values())


def _unpack(
    tar: tarfile.TarFile, archive: str, folder: str, listed: dict[str, _File], skipped: list[tuple[str, str]]
) -> None:
    count = size = 0
    while (each := tar.next()) is not None:
        tar.members = []  # type: ignore[attr-defined]  # else it keeps them all
        count, size = count + 1, size + each.size
        _within_limits(archive, count, size)
        if each.isdir():
            continue
        place = os.path.join(folder, str(count))
        large = each.size > MOST_MEMBER_BYTES
        link = "is a link" if each.issym() or each.islnk() else "is no file"
        reason = _unsafe(each.name) if each.isreg() else link
        _list_member(listed, archive, each.name, (archive, each.name) if large else (place, None), reason, skipped)
        source = None if large or reason else tar.extractfile(each)
        if source is not None:
            with source, open(place, "wb") as target:
                shutil.copyfileobj(source, target, _CHUNK)


def _list_member(
    listed: dict[str, _File],
    archive: str,
    raw: str,
    place: tuple[str, str | None],
    reason: str,
    skipped: list[tuple[str, str]],
) -> None:
    """List one member, or note the reason why not; of two with one name the later wins, as when unpacking."""
    name = "/".join(part for part in raw.split("/") if part not in ("", "."))
    if name in listed and not reason:
        skipped.append((f"{archive}/{_printable(raw)}", "stands in the archive again, later: that one is read"))
    if reason:
        skipped.append((f"{archive}/{_printable(raw)}", reason))
    else:
        listed[name] = (name, *place)


def _unsafe(name: str) -> str:
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


def _within_limits(archive: str, members: int, size: int) -> None:
    if members > MOST_MEMBERS:
        raise _beyond(archive, f"more than {MOST_MEMBERS:,} members")
    if size > MOST_BYTES:
        raise _beyond(archive, f"more than {MOST_BYTES / (1 << 30):g} GiB when unpacked")


_Opened = tuple[zipfile.ZipFile, IO[bytes]]
_archives: OrderedDict[tuple[int, str, tuple[int, int] | None], _Opened] = OrderedDict()
_archives_lock = threading.RLock()


def _read_member(archive: str, member: str) -> bytes:
    """The bytes of one member of a zip file, by an archive that stays open for the next."""
    try:
        with _archives_lock:  # one thread at a time: another might close the archive
            package = _open_zip(archive)
            info = package.getinfo(member)
            if info.flag_bits & 1:
                raise OSError(errno.EACCES, "it is protected by a password: unpack it with the password")
            with package.open(info) as stream:
                data = bytearray()
                while chunk := stream.read(min(_CHUNK, MOST_MEMBER_BYTES + 1 - len(data))):
                    data += chunk
    except _DAMAGE as error:
        if _archive_kind(archive) != "tar":
            raise OSError(errno.EIO, f"{archive} cannot be unpacked ({error}): get it again, or unpack it") from error
        data = bytearray(MOST_MEMBER_BYTES + 1)
    if len(data) > MOST_MEMBER_BYTES:
        most = f"{MOST_MEMBER_BYTES / (1 << 20):g} MiB"
        raise OSError(errno.EFBIG, f"it holds more than {most}: save the pact in a file of its own")
    return bytes(data)


def _open_zip(archive: str) -> zipfile.ZipFile:
    """The archive, opened in this process (one that was forked must not share a position in a file)."""
    status = None if "://" in archive else os.stat(archive)
    key = (os.getpid(), archive, (status.st_mtime_ns, status.st_size) if status else None)
    if key not in _archives:
        stream = _open(archive)
        try:
            _archives[key] = zipfile.ZipFile(_Bounded(stream, archive)), stream
        except BaseException:
            stream.close()
            raise
        _close_archives(keep=_OPEN_ARCHIVES)
    _archives.move_to_end(key)
    return _archives[key][0]


def _close_archives(keep: int) -> None:
    with _archives_lock:
        while len(_archives) > keep:
            for each in _archives.popitem(last=False)[1]:
                each.close()
