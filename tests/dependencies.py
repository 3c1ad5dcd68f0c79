"""What pacte runs on, with versions and licences, as a page: `python -m tests.dependencies > docs/dependencies.md`."""

import re
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, metadata, requires

from tests.conftest import ROOT

_NAME_RE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_LOCKED_RE = re.compile(r"^([a-z0-9][a-z0-9._-]*)==(\S+)", re.MULTILINE)
_LONGEST = 80


def page() -> Iterator[str]:
    """The page, line by line."""
    versions = locked()
    yield "# Dependencies"
    yield ""
    yield "What `pacte` needs when it runs, with what these need in turn: versions as in `requirements.lock`, which also holds"
    yield "the hash of each file that pip may install; licences as the packages declare them. Made by `make docs`."
    yield ""
    yield "| package | version | licence |"
    yield "|---|---|---|"
    for name in sorted(_closure("pacte") - {"pacte"}):
        yield f"| {name} | {versions[name]} | {_licence(name)} |"


def locked() -> dict[str, str]:
    """The version of each package in the lock; several where it depends on the Python that runs."""
    versions: dict[str, str] = {}
    for name, version in _LOCKED_RE.findall((ROOT / "requirements.lock").read_text("utf-8")):
        versions[name] = f"{versions[name]}, {version}" if name in versions else version
    return versions


def _closure(name: str) -> set[str]:
    """A package and all that it requires, extras apart."""
    seen: set[str] = set()
    todo = [name]
    while todo:
        name = re.sub(r"[._-]+", "-", todo.pop()).lower()
        if name in seen:
            continue
        try:
            needed = requires(name) or []
        except PackageNotFoundError:
            continue  # for another system
        seen.add(name)
        for each in needed:
            match = _NAME_RE.match(each)
            assert match is not None, each
            if "extra ==" not in each:
                todo.append(match[0])
    return seen


def _licence(name: str) -> str:
    told = metadata(name)
    short = next((told[key] for key in ("License-Expression", "License") if key in told), "")
    classifiers = [
        each.rpartition(" :: ")[2] for each in told.get_all("Classifier") or [] if each.startswith("License")
    ]
    if not short or len(short) > _LONGEST or "\n" in short:
        short = ", ".join(classifiers) or short.split("\n")[0][:_LONGEST]
    return short or "not declared"


if __name__ == "__main__":
    print("\n".join(page()))
