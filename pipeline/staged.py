"""What is made of an output is made beside its place and put there at one stroke: cut short, it leaves the old one."""

import os
import secrets
import shutil
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path


class Occupied(Exception):
    """The place holds something that is not ours to replace; the text names it and the remedy."""


@contextmanager
def staged(place: Path, names: Collection[str] | None = None) -> Iterator[Path]:
    """A path to write a file, or a new folder, at; afterwards it stands at `place`.

    `names` are those that the new folder will hold, None for a file: a folder that holds others is not ours to replace.
    Raises `Occupied`, OSError.
    """
    if names is None and place.is_dir():
        raise Occupied(f"{place}: is a folder: name a file with -o")
    if names is not None and place.is_file():
        raise Occupied(f"{place}: is a file: name a folder with -o")
    if names is not None and place.is_dir():
        others = sorted({path.name for path in place.iterdir()}.difference(names))
        if others:
            raise Occupied(f"{place}: holds {others[0]}, which is not replaced: name another folder with -o")
    place.parent.mkdir(parents=True, exist_ok=True)
    new = place.with_name(f".{place.name}.{secrets.token_hex(4)}")
    try:
        if names is not None:
            new.mkdir()
        yield new
        _put(new, place)
    finally:
        _remove(new)


def _put(new: Path, place: Path) -> None:
    if not place.is_dir():
        os.replace(new, place)
        return
    # A folder that is not empty cannot be replaced: the old one steps aside for a moment.
    old = place.with_name(f"{new.name}.old")
    os.rename(place, old)
    os.rename(new, place)
    _remove(old)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
