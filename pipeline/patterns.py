"""The rules' patterns, compiled once.

Compiling them takes longer than reading ten pacts. So they stay in a file where Python keeps its own compiled modules,
for as long as the rules are the same; where that may not be written to, they are compiled each time.
"""

import hashlib
import importlib.util
import os
import pickle
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import regex
from regex import Pattern

_FLAGS = regex.VERBOSE | regex.V0
_FOR = f"{sys.implementation.cache_tag}-regex-{regex.__version__}"
"""Others cannot use what these wrote."""
_HASH_SIZE = hashlib.sha256().digest_size

_Key = tuple[str, int]
_COMPILED: "dict[_Key, Pattern[str]]" = {}
"""By pattern and flags."""


def compile_once(pattern: str, flags: int = 0) -> "Pattern[str]":
    """A pattern of the rules, verbose, with further flags. Raises `regex.error`."""
    key = (pattern, int(_FLAGS | flags))
    if key not in _COMPILED:
        _COMPILED[key] = regex.compile(pattern, _FLAGS | flags)
    return _COMPILED[key]


@contextmanager
def kept(kind: str, fingerprint: str) -> Iterator[None]:
    """What is compiled within is written for the next process, and what the last one wrote for the same rules is not
    compiled again. What was written for earlier rules of that kind is removed."""
    folder = Path(importlib.util.cache_from_source(__file__)).parent
    path = folder / f"{kind}.{fingerprint}.{_FOR}.patterns"
    before = _read(path)
    _COMPILED.update({key: pattern for key, pattern in before.items() if key not in _COMPILED})
    yield
    if _COMPILED.keys() <= before.keys():
        return
    staged = path.with_suffix(f".{os.getpid()}")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _write(staged, _COMPILED)
        for old in folder.glob(f"{kind}.*.patterns"):
            old.unlink(missing_ok=True)
        staged.replace(path)
    except OSError:  # a folder that may not be written to: they are compiled again
        with suppress(OSError):
            staged.unlink(missing_ok=True)


def _read(path: Path) -> "dict[_Key, Pattern[str]]":
    try:
        data = path.read_bytes()
    except OSError:
        return {}
    if hashlib.sha256(data[_HASH_SIZE:]).digest() != data[:_HASH_SIZE]:
        return {}  # cut short: it is written anew
    found: dict[_Key, Pattern[str]] = pickle.loads(data[_HASH_SIZE:])
    return found


def _write(path: Path, patterns: "dict[_Key, Pattern[str]]") -> None:
    data = pickle.dumps(patterns, pickle.HIGHEST_PROTOCOL)
    path.write_bytes(hashlib.sha256(data).digest() + data)
