"""Archives, within bounds: which files are archives, what they hold, the bytes of a member.

Nothing is written under a name that an archive chose, and nothing is unpacked beyond the limits below.
"""

import bz2
import errno
import gzip
import io
import lzma
import os
import shutil
import stat
import struct
import tarfile
import threading
import zipfile
import zlib
from collections import OrderedDict
from typing import IO, Any

from pipeline.limits import Limits, OverLimit, over, read_packed
from pipeline.places import File, InputError, open_place, printable, reaching, unsafe

_MOST_AT_ONCE = 32 << 20
"""Bytes that an archive may have us read in one go: the directory of a zip, a long name in a tar."""
_CHUNK = 1 << 20
_OPEN_ARCHIVES = 2

_ARCHIVE_ENDINGS = (".zip", ".tar", ".tgz", ".tar.gz", ".tbz2", ".tar.bz2", ".txz", ".tar.xz")
_DOCUMENT_PARTS = ("mimetype", "[content_types].xml", "_rels/.rels", "word/document.xml", "content.xml")
_COMPRESSED: dict[bytes, Any] = {b"\x1f\x8b": gzip.open, b"BZh": bz2.open, b"\xfd7zXZ\x00": lzma.open}
_DAMAGE = (
    *(zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError, struct.error, EOFError),
    *(NotImplementedError, RuntimeError, ValueError, KeyError, OverflowError),
)
"""What the standard library raises for a damaged archive, beside OSError, which may also come from the disk."""


class ArchiveError(InputError):
    """An archive that is damaged or beyond a limit; the text names archive, limit and remedy."""


class _Bounded(io.BufferedIOBase):
    """A stream that reads no more at once than it should: sizes that an archive declares are not to be trusted."""

    def __init__(self, stream: IO[bytes], archive: str) -> None:
        self.stream, self.archive, self.last = stream, archive, b""

    def read(self, size: int | None = -1, /) -> bytes:
        if size is None or size < 0:
            size = _MOST_AT_ONCE
        if size > _MOST_AT_ONCE:
            what = f"a directory or name of more than {_MOST_AT_ONCE >> 20} MiB"
            raise ArchiveError(f"{self.archive}: holds {what}: unpack it, or part of it, and give the folder")
        self.last = self.stream.read(size)
        return self.last

    def seek(self, offset: int, whence: int = 0, /) -> int:
        return self.stream.seek(offset, whence)

    def tell(self) -> int:
        return self.stream.tell()

    def seekable(self) -> bool:
        return True


def _beyond(archive: str, error: OverLimit) -> ArchiveError:
    return ArchiveError(f"{archive}: {error}; or unpack it, or part of it, and give the folder")


def _damaged(archive: str, error: Exception) -> ArchiveError:
    return ArchiveError(f"{archive}: is damaged ({error}): get it again, or take it away")


def archive_kind(place: str) -> str:
    """ "zip", "tar", or nothing for what is no archive, as its content says.

    Raises ArchiveError for what is named like an archive and is none; any other damaged file is left to the reader.
    """
    try:
        with reaching(place), open_place(place) as stream:
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
                names = {name.replace("\\", "/").lower() for name in package.NameToInfo}
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


def list_zip(archive: str, skipped: list[tuple[str, str]], limits: Limits) -> list[File]:
    """The members of a zip; what is not listed is noted with its reason. Raises ArchiveError as above, and OSError."""
    try:
        with reaching(archive), open_place(archive) as stream, zipfile.ZipFile(_Bounded(stream, archive)) as package:
            members = package.infolist()
    except ArchiveError:
        raise
    except _DAMAGE as error:
        raise _damaged(archive, error) from error
    _within_limits(archive, len(members), sum(each.file_size for each in members), limits)
    listed: dict[str, File] = {}
    for each in members:
        if not each.filename.endswith("/"):  # is_dir() fails on a name that is empty
            # orig_filename: as it stands in the archive, also on Windows
            reason = "is a link" if stat.S_ISLNK(each.external_attr >> 16) else unsafe(each.orig_filename)
            _list_member(listed, archive, each.orig_filename, (archive, each.filename), reason, skipped)
    return list(listed.values())


def unpack_tar(archive: str, folder: str, skipped: list[tuple[str, str]], limits: Limits) -> list[File]:
    """The members of a tar, unpacked into a new folder under numbers; where that fails, the folder is gone again.

    One that is too large stays inside, and reading it says so. Raises ArchiveError for an archive that is damaged or
    beyond a limit, InputError where there is no room for it.
    """
    os.mkdir(folder)
    try:
        return _unpack_into(archive, folder, skipped, limits)
    except BaseException:
        shutil.rmtree(folder)
        raise


def _unpack_into(archive: str, folder: str, skipped: list[tuple[str, str]], limits: Limits) -> list[File]:
    listed: dict[str, File] = {}
    try:
        with reaching(archive), open_place(archive) as stream:
            packed = stream.seek(0, os.SEEK_END)
            stream.seek(0)
            opener = _opener(stream.read(8))
            stream.seek(0)
            bounded = _Bounded(opener(stream) if opener else stream, archive)
            with tarfile.open(fileobj=bounded, mode="r:") as tar:
                _unpack(tar, archive, folder, listed, skipped, limits, packed)
        if bounded.last.strip(b"\0"):  # tarfile takes a damaged header in the middle for the end
            raise tarfile.ReadError("a member has no proper header")
    except ArchiveError:
        raise
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise _damaged(archive, error) from error
        message = f"{archive}: there is no room to unpack it in {folder}: set TMPDIR to a folder on a larger disk"
        raise InputError(message) from error  # the archive is well: another machine would read it
    except _DAMAGE as error:
        raise _damaged(archive, error) from error
    return list(listed.values())


def _unpack(
    tar: tarfile.TarFile,
    archive: str,
    folder: str,
    listed: dict[str, File],
    skipped: list[tuple[str, str]],
    limits: Limits,
    packed: int,
) -> None:
    count = size = 0
    while (each := tar.next()) is not None:
        tar.members = []  # type: ignore[attr-defined]  # else it keeps them all
        count, size = count + 1, size + each.size
        _within_limits(archive, count, size, limits)
        if not limits.allows(packed, size):
            raise _beyond(archive, over(limits, "ratio"))
        if each.isdir():
            continue
        place = os.path.join(folder, str(count))
        large = each.size > limits.size_bytes
        link = "is a link" if each.issym() or each.islnk() else "is no file"
        reason = unsafe(each.name) if each.isreg() else link
        _list_member(listed, archive, each.name, (archive, each.name) if large else (place, None), reason, skipped)
        source = None if large or reason else tar.extractfile(each)
        if source is not None:
            with source, open(place, "wb") as target:
                shutil.copyfileobj(source, target, _CHUNK)


def _list_member(
    listed: dict[str, File],
    archive: str,
    raw: str,
    place: tuple[str, str | None],
    reason: str,
    skipped: list[tuple[str, str]],
) -> None:
    """List one member, or note the reason why not; of two with one name the later wins, as when unpacking."""
    name = "/".join(part for part in raw.split("/") if part not in ("", "."))
    if name in listed and not reason:
        skipped.append((f"{archive}/{printable(raw)}", "stands in the archive again, later: that one is read"))
    if reason:
        skipped.append((f"{archive}/{printable(raw)}", reason))
    else:
        listed[name] = (name, *place)


def _within_limits(archive: str, members: int, size: int, limits: Limits) -> None:
    if members > limits.members:
        raise _beyond(archive, over(limits, "members"))
    if size > limits.archive_bytes:
        raise _beyond(archive, over(limits, "archive"))


_Opened = tuple[zipfile.ZipFile, IO[bytes]]
_archives: OrderedDict[tuple[int, str, tuple[int, int] | None], _Opened] = OrderedDict()
_archives_lock = threading.RLock()


def read_member(archive: str, member: str, limits: Limits) -> bytes:
    """The bytes of one member of a zip file, by an archive that stays open for the next.

    Raises `OverLimit`, and OSError, whose `strerror` is the reason: damage, a password.
    """
    try:
        with _archives_lock:  # one thread at a time: another might close the archive
            package = _open_zip(archive)
            info = package.getinfo(member)
            if info.flag_bits & 1:
                raise OSError(errno.EACCES, "it is protected by a password: unpack it with the password")
            with package.open(info) as stream:
                return read_packed(stream, info.compress_size, limits.size_bytes, limits, "size")
    except (*_DAMAGE, OSError) as error:
        if isinstance(error, OSError) and error.strerror:
            raise
        if archive_kind(archive) != "tar":
            raise OSError(errno.EIO, f"{archive} cannot be unpacked ({error}): get it again, or unpack it") from error
        raise over(limits, "size") from None  # all others were unpacked


def _open_zip(archive: str) -> zipfile.ZipFile:
    """The archive, opened in this process (one that was forked must not share a position in a file)."""
    status = None if "://" in archive else os.stat(archive)
    key = (os.getpid(), archive, (status.st_mtime_ns, status.st_size) if status else None)
    if key not in _archives:
        stream = open_place(archive)
        try:
            _archives[key] = zipfile.ZipFile(_Bounded(stream, archive)), stream
        except BaseException:
            stream.close()
            raise
        close_archives(keep=_OPEN_ARCHIVES)
    _archives.move_to_end(key)
    return _archives[key][0]


def close_archives(keep: int) -> None:
    """Close the archives that this process holds open, but the `keep` last used."""
    with _archives_lock:
        while len(_archives) > keep:
            for each in _archives.popitem(last=False)[1]:
                each.close()
