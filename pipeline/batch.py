"""Many files to one set of tables: find them, parse each, and let none stop the others."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from pipeline import manifest
from pipeline.model import Known, Pact
from pipeline.parse import parse_bytes, parse_source
from pipeline.read import broken, unreadable
from pipeline.rules import Rules

_NOT_PACTS = frozenset([manifest.NAME])
_PAGE_PARTS = ("_files", "_fichiers")
"""What browsers call the folder of pictures and scripts beside a page that they save whole."""


def find_inputs(inputs: Sequence[Path]) -> list[tuple[str, Path]]:
    """Pact ids and files, sorted by id. A folder is searched through; hidden files are left out, as is what a browser
    saved beside a page.

    Raises FileNotFoundError for an input that does not exist, ValueError for two files with one id.
    """
    found: dict[str, Path] = {}
    for root in inputs:
        if not root.exists():
            raise FileNotFoundError(root)
        files = [root] if root.is_file() else sorted(path for path in root.rglob("*") if path.is_file())
        for path in files:
            inside = Path(path.name) if root.is_file() else path.relative_to(root)
            if any(part.startswith(".") for part in inside.parts) or inside.name in _NOT_PACTS:
                continue
            if any(_belongs_to_page(root / parent) for parent in inside.parents):
                continue
            pact_id = inside.as_posix()
            if found.setdefault(pact_id, path).resolve() != path.resolve():
                raise ValueError(f"{found[pact_id]} and {path} would both be the pact {pact_id!r}")
    return sorted(found.items())


def _belongs_to_page(folder: Path) -> bool:
    """Whether a folder holds the parts of a page that was saved whole: "pacte_fichiers" beside "pacte.html"."""
    stem = next((folder.name.removesuffix(part) for part in _PAGE_PARTS if folder.name.endswith(part)), "")
    return bool(stem) and any(folder.with_name(stem + ending).is_file() for ending in (".html", ".htm"))


def find_known(inputs: Sequence[Path]) -> dict[str, Known]:
    """What the manifests of the input folders say, by pact id.

    Raises `ManifestError` for one that cannot be used, or that names a file that is not there.
    """
    known: dict[str, Known] = {}
    for root in inputs:
        rows = manifest.read_manifest(root) if root.is_dir() else {}
        missing = sorted(name for name in rows if not (root / name).is_file())
        if missing:
            raise manifest.ManifestError(f"{root / manifest.NAME}: {missing[0]}: no such file: correct its path")
        known |= rows
    return known


def parse_file(pact_id: str, path: Path, rules: Rules | Sequence[Rules], known: Known | None = None) -> Pact:
    """Parse one file; one that cannot be opened is a failed pact with a diagnostic."""
    try:
        data = path.read_bytes()
    except OSError as error:
        return parse_source(unreadable(pact_id, error.strerror or str(error)), rules, known)
    try:
        return parse_bytes(data, pact_id, rules, known)
    except Exception as error:  # noqa: BLE001 - a fault of ours costs this file, and is told in its row
        return parse_source(broken(pact_id, data, error), rules, known)


def parse_files(
    files: Sequence[tuple[str, Path]], rules: Rules | Sequence[Rules], known: dict[str, Known] | None = None
) -> Iterator[Pact]:
    """Parse files in their order."""
    for pact_id, path in files:
        yield parse_file(pact_id, path, rules, (known or {}).get(pact_id))
