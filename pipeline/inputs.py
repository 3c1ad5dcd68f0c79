"""Where the pacts are: files, folders, patterns, archives and URLs → one `Input` a pact; an `Input` → its bytes."""

import errno
import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from pipeline import dataset, manifest, places
from pipeline.archives import ArchiveError as ArchiveError
from pipeline.archives import archive_kind, close_archives, list_zip, read_member, unpack_tar
from pipeline.limits import LIMITS, Limits, OverLimit, over
from pipeline.model import Known
from pipeline.places import File
from pipeline.places import InputError as InputError

_PAGE_PARTS = ("_files", "_fichiers")
"""What browsers call the folder of pictures and scripts beside a page that they save whole."""
_PACT_ENDINGS = (".txt", ".md", ".html", ".htm", ".docx", ".odt", ".fodt", ".pdf")


@dataclass(frozen=True, slots=True)
class Input:
    """One pact to read: its id, where its bytes are."""

    pact_id: str
    place: str
    """A path, or a URL that fsspec knows, of the file or of the archive that holds it."""
    member: str | None = None
    """Its name inside the archive."""


_ABOUT = (manifest.NAME, dataset.NAME)
"""Files that are no pacts and tell of them."""


@dataclass(slots=True)
class Found:
    """What `find_inputs` found. A context manager: leaving it removes what was unpacked for it."""

    inputs: list[Input] = field(default_factory=list)
    """Sorted by pact_id, in code-point order."""
    skipped: list[tuple[str, str]] = field(default_factory=list)
    """What was passed over, and why: links that lead astray, names that are not safe, folders that are shut, archives
    in a folder that could not be looked into."""
    manifests: list[tuple[Input, str]] = field(default_factory=list)
    """Each manifest.csv at the root of an input or of an archive, and that root; a later one wins."""
    datasets: list[tuple[Input, str]] = field(default_factory=list)
    """Each dataset.toml at the root of a folder, and that root; the last one counts."""
    unpacked: dict[str, list[File]] = field(default_factory=dict)
    """The members of each tar, by its real path: they were unpacked once."""
    shut: set[str] = field(default_factory=set)
    """Ids of the archives in a folder that could not be looked into, and are inputs themselves."""
    scratch: tempfile.TemporaryDirectory[str] | None = None
    limits: Limits = LIMITS

    def close(self) -> None:
        """Remove the folder of unpacked archives and close the archives that this process holds open."""
        close_archives(keep=0)
        if self.scratch is not None:
            self.scratch.cleanup()

    def __enter__(self) -> "Found":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def find_inputs(inputs: Sequence[str], limits: Limits = LIMITS) -> Found:
    """The pacts in files, folders, patterns ("raw/**/*.txt"), archives and URLs of such. Close the result after use.

    Ids are relative to the folder, the archive or the fixed part of the pattern; a single file's id is its name. Hidden
    files, manifest.csv, dataset.toml and what a browser saved beside a page are left out. An archive found in a folder,
    also by a pattern, counts as a folder of that place; one that is damaged, beyond a limit or only named like an
    archive is a pact, for its reader to refuse, and stands in `skipped` too. An archive in an archive is a file. Tars
    are unpacked into a temporary folder, since reading a member of a compressed one means reading all before it.

    Raises FileNotFoundError for an input that does not exist, ArchiveError for one that is an archive and damaged or
    beyond a limit, InputError for one that cannot be reached or unpacked here, ValueError for two files with one id.
    """
    found = Found(limits=limits)
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


def read_input(given: Input, limits: Limits = LIMITS) -> bytes:
    """The bytes of one pact. Raises OSError, whose `strerror` is the reason, where they cannot be had.

    Raises `OverLimit` as well.
    """
    try:
        with places.reaching(given.place):
            if given.member is not None:
                return read_member(given.place, given.member, limits)
            with places.open_place(given.place) as stream:
                data = stream.read(limits.size_bytes + 1)
    except InputError as error:
        raise OSError(errno.EIO, str(error)) from error
    if len(data) > limits.size_bytes:
        raise over(limits, "size")
    return data


def find_known(inputs: Sequence[str] | Found) -> dict[str, Known]:
    """What the manifests at the root of folders and archives say, by pact id. A `Found` is not searched for anew.

    Raises `ManifestError` for one that cannot be used, or that names a file that is not there (in an archive that could
    not be looked into, any name may be there); otherwise what `find_inputs` raises.
    """
    if not isinstance(inputs, Found):
        with find_inputs(inputs) as found:
            return find_known(found)
    ids = {each.pact_id for each in inputs.inputs}
    known: dict[str, Known] = {}
    for given, root in inputs.manifests:
        prefix = given.pact_id.removesuffix(manifest.NAME)
        label = f"{root}/{manifest.NAME}"
        rows = manifest.parse_manifest(_read(given, label, inputs.limits, manifest.ManifestError), label)
        for name in sorted(rows):
            shut = any(f"{prefix}{name}".startswith(f"{archive}/") for archive in inputs.shut)
            if prefix + name not in ids and not shut and places.kind(f"{root}/{name}") != "file":
                raise manifest.ManifestError(f"{root}/{manifest.NAME}: {name}: no such file: correct its path")
        known |= {prefix + name: row for name, row in rows.items()}
    return known


def find_dataset(inputs: Found) -> dataset.Dataset:
    """What dataset.toml says of the data as a whole. Raises `DatasetError` for one that cannot be used."""
    if not inputs.datasets:
        return dataset.Dataset()
    given, root = inputs.datasets[-1]
    label = f"{root}/{dataset.NAME}"
    return dataset.parse_dataset(_read(given, label, inputs.limits, dataset.DatasetError), label)


def _read(given: Input, label: str, limits: Limits, error_of: type[Exception]) -> bytes:
    try:
        return read_input(given, limits)
    except OSError as error:
        raise error_of(f"{label}: cannot be read ({error.strerror or error}): check its rights") from error
    except OverLimit as error:
        raise error_of(f"{label}: {error}") from error


# ── files and folders, here and behind URLs ──


def _find(given: str, found: Found) -> Iterator[Input]:
    """The pacts of one input."""
    root, kind = given, places.kind(given)
    pattern: list[str] = []
    if kind == "file":
        name = given.rsplit("/", 1)[-1] if "://" in given else os.path.basename(given)
        if _hidden(name) or name in _ABOUT:
            return
        packed = archive_kind(given)
        yield from _members(given, packed, "", found) if packed else [Input(places.printable(name), given)]
        return
    if not kind:
        root, pattern = places.fixed_part(given)
        if not pattern:
            raise FileNotFoundError(given)
    listed = list(_walk_url(root, found.skipped) if "://" in root else _walk(root, pattern, found.skipped))
    matching = [each for each in listed if places.matches(each[0].split("/"), pattern)]
    if pattern and not matching:
        raise FileNotFoundError(given)
    for name, place, _ in _pacts(matching, _pages(listed)):
        yield from _in_folder(name, place, found)
    # After those of the archives inside: the folder's own manifest wins.
    found.manifests += [(Input(name, place), root.rstrip("/")) for name, place, _ in listed if name == manifest.NAME]
    found.datasets += [(Input(name, place), root.rstrip("/")) for name, place, _ in listed if name == dataset.NAME]


def _in_folder(name: str, place: str, found: Found) -> Iterator[Input]:
    """A file of a folder, or the pacts in it. An archive that cannot be used must not stop a batch: it is a file."""
    told = len(found.skipped)
    # Looking into a remote file is a request: what is named like a pact is left to the reader.
    remote = "://" in place and name.lower().endswith(_PACT_ENDINGS)
    try:
        if not remote and (packed := archive_kind(place)):
            members = list(_members(place, packed, f"{name}/", found))
            if members:
                yield from members
                return
            # One without any pact in it is told as a file: nothing that was given may vanish.
    except ArchiveError as error:
        found.skipped[told:] = [(place, str(error).removeprefix(f"{place}: "))]
        found.shut.add(places.printable(name))
    yield Input(places.printable(name), place)


def _walk(root: str, pattern: list[str], skipped: list[tuple[str, str]]) -> Iterator[File]:
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
                if places.may_match(name.split("/"), pattern):
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


def _walk_url(root: str, skipped: list[tuple[str, str]]) -> Iterator[File]:
    with places.reaching(root):
        system, path = places.file_system(root)
        paths = sorted(system.find(path))
    base = path.rstrip("/") + "/"
    for each in paths:
        if not each.startswith(base):
            skipped.append((each, "leads out of the folder: give it as an input"))
        elif reason := places.unsafe(each.removeprefix(base)):
            skipped.append((each, reason))
        else:
            name = each.removeprefix(base)
            yield name, f"{root if root.endswith('://') else root.rstrip('/') + '/'}{name}", None


def _pages(listed: Iterable[File]) -> set[str]:
    """Names of pages, without their ending."""
    return {name.rsplit(".", 1)[0] for name, _, _ in listed if name.endswith((".html", ".htm"))}


def _pacts(listed: list[File], pages: set[str]) -> Iterator[File]:
    """Leave out what is hidden or about the pacts, and parts of pages ("pacte_fichiers" beside "pacte.html")."""
    for name, place, member in listed:
        parts = name.split("/")
        if _hidden(name) or parts[-1] in _ABOUT:
            continue
        folders = ("/".join(parts[:end]) for end in range(1, len(parts)))
        if pages and any(f.endswith(part) and f.removesuffix(part) in pages for f in folders for part in _PAGE_PARTS):
            continue
        yield name, place, member


def _hidden(name: str) -> bool:
    return name.startswith(".") or "/." in name


def _identity(given: Input) -> tuple[str, str | None]:
    return (given.place if "://" in given.place else os.path.realpath(given.place)), given.member


def _label(given: Input, found: Found) -> str:
    """Where an input came from, as a person would name it."""
    for archive, members in found.unpacked.items():
        if any(place == given.place for _, place, _ in members):
            return archive
    return given.place if given.member is None else f"{given.place}/{given.member}"


def _members(archive: str, packed: str, prefix: str, found: Found) -> Iterator[Input]:
    """The pacts in an archive; its manifest is noted."""
    if packed == "zip":
        listed = list_zip(archive, found.skipped, found.limits)
    else:
        key = archive if "://" in archive else os.path.realpath(archive)
        if key not in found.unpacked:
            found.scratch = found.scratch or tempfile.TemporaryDirectory(prefix="pacte-")
            folder = os.path.join(found.scratch.name, str(len(found.unpacked)))
            found.unpacked[key] = unpack_tar(archive, folder, found.skipped, found.limits)
        listed = found.unpacked[key]
    for name, place, member in _pacts(listed, _pages(listed)):
        yield Input(places.printable(prefix + name) if prefix else places.printable(name), place, member)
    found.manifests += [
        (Input(prefix + name, place, member), archive) for name, place, member in listed if name == manifest.NAME
    ]
