"""When a rule file is saved: the moments at which to check again."""

import time
from collections.abc import Iterator
from pathlib import Path

_PAUSE = 0.2
"""Seconds between two looks at the files."""


def edits(folder: Path, once: bool = False) -> Iterator[None]:
    """One moment at once, then one whenever a file in the folder was changed, added or removed."""
    seen = _stamps(folder)
    yield
    while not once:
        time.sleep(_PAUSE)
        now = _stamps(folder)
        if now != seen:
            seen = now
            yield


def _stamps(folder: Path) -> dict[Path, tuple[int, int]]:
    stamps = {}
    for path in folder.rglob("*"):
        try:
            status = path.stat()
        except FileNotFoundError:
            continue  # an editor's own file, gone again
        stamps[path] = (status.st_mtime_ns, status.st_size)
    return stamps
