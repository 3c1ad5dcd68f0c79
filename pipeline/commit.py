"""One commit for a whole folder of output: staged in it, told in a journal, moved into place, finished after a crash.

While the journal `.commit.json` is not there, the output is the old one. From the moment it is there, the output is
the new one, and whoever finds the journal completes the moves (`recover`). The journal goes when every file is in its
place; what then is left of the staging is litter. On object stores, where nothing can be moved, files are copied.
"""

import json
import os
import secrets
import shutil
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

from filelock import FileLock, Timeout

from pipeline.places import file_system

STAGING = ".staging-"
JOURNAL = ".commit.json"
LOCK = ".lock"
_UNFINISHED = JOURNAL + ".new"


class Busy(Exception):
    """Another run writes into the folder; the text says so and what to do."""


class JournalError(Exception):
    """A journal that no commit of ours wrote; the text names the file and the remedy."""


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder of output: a path, or any URL that fsspec knows. Methods take names relative to it, with /."""

    fs: Any
    path: str
    local: bool

    def at(self, name: str) -> str:
        """The path of `name`."""
        return f"{self.path}/{name}"

    def names(self, inside: str = "") -> list[str]:
        """Names in the folder, or in a folder of it, sorted; none where it does not exist."""
        path = self.at(inside) if inside else self.path
        self.fs.invalidate_cache()
        try:
            found = self.fs.ls(path, detail=False)
        except FileNotFoundError:
            return []
        return sorted(str(each).rstrip("/").rpartition("/")[2] for each in found)

    def create(self, name: str) -> BinaryIO:
        """A new file, open for writing."""
        return cast(BinaryIO, open(self.at(name), "wb") if self.local else self.fs.open(self.at(name), "wb"))

    def open(self, name: str) -> BinaryIO:
        """A file, open for reading."""
        return cast(BinaryIO, open(self.at(name), "rb") if self.local else self.fs.open(self.at(name), "rb"))

    def is_folder(self, name: str) -> bool:
        """Whether `name` is a folder, and no link to one."""
        path = self.at(name)
        return (not os.path.islink(path) and os.path.isdir(path)) if self.local else bool(self.fs.isdir(path))

    def exists(self, name: str) -> bool:
        """Whether there is such a file or folder."""
        return os.path.lexists(self.at(name)) if self.local else bool(self.fs.exists(self.at(name)))

    def remove(self, name: str) -> None:
        """Remove a file or a whole folder, if it is there."""
        if not self.exists(name):
            return
        if not self.local:
            self.fs.rm(self.at(name), recursive=True)
        elif self.is_folder(name):
            shutil.rmtree(self.at(name))
        else:
            os.unlink(self.at(name))


@dataclass(frozen=True, slots=True)
class _Journal:
    """What a commit does: names in `staging` that move into the folder, names that go."""

    staging: str
    moves: tuple[str, ...]
    removes: tuple[str, ...]


def folder_of(where: str | Path) -> Folder:
    """The folder that a path or URL names. Raises InputError for a URL that cannot be used here."""
    # Imported here: whoever only asks for help need not wait for it.
    from fsspec.implementations.local import LocalFileSystem

    fs, path = file_system(str(where))
    return Folder(fs, path.rstrip("/"), isinstance(fs, LocalFileSystem))


def new_staging(folder: Folder) -> str:
    """Make the folder, and in it a new staging folder, whose name is returned. Raises OSError."""
    name = STAGING + secrets.token_hex(8)
    folder.fs.makedirs(folder.path, exist_ok=True)
    folder.fs.makedirs(folder.at(name), exist_ok=True)
    return name


def discard(folder: Folder, staging: str) -> None:
    """Remove a staging folder that is not to be committed."""
    folder.remove(staging)


def commit(folder: Folder, staging: str, removes: Sequence[str] = ()) -> None:
    """Put all that stands in `staging` (files, folders of part files) into `folder`, in place of what has its names,
    and take `removes` away.

    Raises OSError. Before the journal is written, the staging is removed then and the old output is whole; later,
    the journal stays, and `recover` completes the commit.
    """
    try:
        moves = tuple(folder.names(staging))
        if folder.local:
            _sync_tree(folder.at(staging))
        journal = _Journal(staging, moves, tuple(name for name in removes if name not in moves))
        _write_journal(folder, journal)
    except BaseException:
        if not folder.exists(JOURNAL):
            folder.remove(_UNFINISHED)
            discard(folder, staging)
        raise
    _apply(folder, journal)


def recover(where: str | Path) -> bool:
    """Complete a commit that was cut off, and remove what dead runs left. To be called under `locked`.

    True if a commit was completed. Raises OSError, and `JournalError` for a journal that is not ours.
    """
    folder = folder_of(where)
    journal = _read_journal(folder)
    if journal:
        _apply(folder, journal)
    for name in folder.names():
        if name.startswith(STAGING) or name in (_UNFINISHED, JOURNAL):
            folder.remove(name)
    return journal is not None


def _apply(folder: Folder, journal: _Journal) -> None:
    """Every step may have been done before, wholly or in part."""
    for name in journal.moves:
        source = f"{journal.staging}/{name}"
        # A move is done at one stroke: a source that is gone is in its place. Copies leave the source.
        if folder.exists(source):
            _put(folder, source, name)
    for name in journal.removes:
        folder.remove(name)
    if folder.local:
        _sync(folder.path)
    # The journal goes before the staging: with the journal there and half of the copies' sources gone, nobody could
    # tell a copy that was made from one that was not.
    folder.remove(JOURNAL)
    discard(folder, journal.staging)


def _put(folder: Folder, source: str, name: str) -> None:
    if folder.is_folder(source) or folder.is_folder(name):
        folder.remove(name)
    if folder.local:
        os.replace(folder.at(source), folder.at(name))
        return
    for path in folder.fs.find(folder.at(source)):
        target = folder.at(name) + path.removeprefix(folder.at(source))
        folder.fs.makedirs(target.rpartition("/")[0], exist_ok=True)
        folder.fs.cp_file(path, target)


def _write_journal(folder: Folder, journal: _Journal) -> None:
    told = {"staging": journal.staging, "moves": journal.moves, "removes": journal.removes}
    data = json.dumps(told, ensure_ascii=False, indent=1).encode()
    if not folder.local:
        folder.fs.pipe_file(folder.at(JOURNAL), data)
        return
    with open(folder.at(_UNFINISHED), "wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
    os.replace(folder.at(_UNFINISHED), folder.at(JOURNAL))
    _sync(folder.path)


def _read_journal(folder: Folder) -> _Journal | None:
    """The journal; None where there is none, or one that was never written to its end (on some remote systems)."""
    if not folder.exists(JOURNAL):
        return None
    with folder.open(JOURNAL) as stream:
        data = stream.read()
    try:
        told = json.loads(data)
    except ValueError:
        return None
    try:
        journal = _Journal(told["staging"], tuple(told["moves"]), tuple(told["removes"]))
        names = [journal.staging, *journal.moves, *journal.removes]
        ours = journal.staging.startswith(STAGING) and not any("/" in name or name in ("", ".", "..") for name in names)
    except (KeyError, TypeError, AttributeError):
        ours = False
    if not ours:
        raise JournalError(f"{folder.at(JOURNAL)}: is no journal of pacte: look into it, then delete it")
    return journal


def _sync_tree(path: str) -> None:
    for root, _, files in os.walk(path):
        for name in files:
            _sync(os.path.join(root, name))
        _sync(root)


def _sync(path: str) -> None:
    """Have the disk hold what was written; folders cannot be synced on Windows."""
    if os.name == "nt" and os.path.isdir(path):
        return
    handle = os.open(path, os.O_RDWR if os.name == "nt" else os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def locked(where: str | Path) -> Iterator[None]:
    """Hold the folder for one run. Raises `Busy` when another run holds it, OSError when it cannot be written.

    On a disk the lock goes with its process, however that ends, and forked workers have no part in it. For a URL it
    is an object that tells who holds it; one that a killed run left must be deleted by hand, and `Busy` says so.
    """
    folder = folder_of(where)
    folder.fs.makedirs(folder.path, exist_ok=True)
    if not folder.local:
        with _marked(folder, str(where)):
            yield
        return
    lock = FileLock(folder.at(LOCK))
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise Busy(f"{where}: another run writes into it: wait until it has ended, or name another folder") from None
    try:
        yield
    finally:
        # While it is held: who opened this file meanwhile and gets the lock sees that it is gone, and tries again.
        Path(folder.at(LOCK)).unlink(missing_ok=True)
        lock.release()


@contextmanager
def _marked(folder: Folder, where: str) -> Iterator[None]:
    """A lock for a URL, best effort: two runs that start in one instant may both pass."""
    path = folder.at(LOCK)
    mine = json.dumps({"run": secrets.token_hex(8), "host": socket.gethostname(), "process": os.getpid()}).encode()
    if not folder.exists(LOCK):
        folder.fs.pipe_file(path, mine)
    found = folder.fs.cat_file(path)
    if found != mine:
        told = found.decode(errors="replace")
        raise Busy(
            f"{where}: another run writes into it: {told}: wait until it has ended, or name another folder; "
            f"if that run is dead, delete {where.rstrip('/')}/{LOCK}"
        )
    try:
        yield
    finally:
        if folder.exists(LOCK) and folder.fs.cat_file(path) == mine:
            folder.remove(LOCK)
