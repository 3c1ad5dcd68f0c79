"""What is made of an output is made aside and put into its place as a whole: cut short, it leaves the old one."""

import os
import shutil
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pipeline.commit import JOURNAL, LOCK, STAGING, commit, discard, folder_of, locked, new_staging, recover


class Occupied(Exception):
    """The place holds something that is not ours to replace; the text names it and the remedy."""


@contextmanager
def staged(
    place: Path, names: Collection[str] | None = None, ours: Callable[[Path], bool] = Path.is_file
) -> Iterator[Path]:
    """A path to write a file at, or a new folder for what has these `names`; afterwards it stands at `place`.

    A folder that holds anything else is not ours to write into; of a file, `ours` tells whether it may be replaced.
    Raises `Occupied`, OSError, and what `commit.locked` and `commit.recover` raise.
    """
    with _file(place, ours) if names is None else _folder(place, names) as new:
        yield new


@contextmanager
def _folder(place: Path, names: Collection[str]) -> Iterator[Path]:
    if place.is_file():
        raise Occupied(f"{place}: is a file: name a folder with -o")
    folder = folder_of(place)
    others = [name for name in folder.names() if name not in names and not name.startswith((STAGING, JOURNAL, LOCK))]
    if others:
        raise Occupied(f"{place}: holds {others[0]}, which is not replaced: name another folder with -o")
    try:
        with locked(place):
            recover(place)
            staging = new_staging(folder)
            try:
                yield place / staging
            except BaseException:
                discard(folder, staging)
                raise
            commit(folder, staging)
    finally:
        # Where nothing came of it, no empty folder stays.
        with suppress(OSError):
            place.rmdir()


@contextmanager
def _file(place: Path, ours: Callable[[Path], bool]) -> Iterator[Path]:
    if place.is_dir():
        raise Occupied(f"{place}: is a folder: name a file in it with -o")
    # A link stays one.
    place = Path(os.path.realpath(place))
    if place.exists() and not ours(place):
        told = "is not as pacte export made it: name another file with -o, or move this one away"
        raise Occupied(f"{place}: {told}")
    place.parent.mkdir(parents=True, exist_ok=True)
    # One name for all runs: what a killed run left is cleared by the next.
    aside = place.with_name(f".{place.name}.export")
    try:
        with locked(aside):
            _clear(aside)
            try:
                yield aside / place.name
                _sync(aside / place.name)
                os.replace(aside / place.name, place)
            finally:
                _clear(aside)
    finally:
        # Another run may hold it, or have begun in it already.
        with suppress(OSError):
            aside.rmdir()


def _clear(folder: Path) -> None:
    for path in folder.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        elif path.name != LOCK:
            path.unlink()


def _sync(path: Path) -> None:
    with path.open("r+b") as stream:
        os.fsync(stream.fileno())
