"""Inputs: which files are pacts, under which ids; archives within bounds; links, patterns, URLs; manifests."""

import builtins
import bz2
import errno
import gzip
import io
import lzma
import os
import socket
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fsspec
import pytest

from pipeline import archives, places
from pipeline.archives import ArchiveError
from pipeline.inputs import Found, Input, find_inputs, find_known, read_input
from pipeline.limits import LIMITS, Limits, OverLimit
from pipeline.manifest import ManifestError
from pipeline.model import Known
from pipeline.places import InputError
from pipeline.rules import Rules
from pipeline.work import parse_input
from tests.conftest import SEED

DATA = Path(__file__).parent / "data"
SEEDS = DATA / "champigny.docx", DATA / "champigny-lo.docx", DATA / "champigny.odt"
PACKERS: dict[str, Any] = {
    ".tar": bytes,
    ".tar.gz": gzip.compress,
    ".tgz": gzip.compress,
    ".tar.bz2": bz2.compress,
    ".tar.xz": lzma.compress,
}
ENDINGS = [".zip", *PACKERS]


def fill(folder: Path, *names: str) -> Path:
    """Files that hold their own name."""
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)
    return folder


def as_zip(members: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in members.items():
            package.writestr(name, data)
    return target.getvalue()


def as_tar(members: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w") as package:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            package.addfile(info, io.BytesIO(data))
    return target.getvalue()


def pack(path: Path, members: dict[str, bytes]) -> Path:
    ending = next(ending for ending in ENDINGS if path.name.endswith(ending))
    path.write_bytes(as_zip(members) if ending == ".zip" else PACKERS[ending](as_tar(members)))
    return path


def ids(*given: object, limits: Limits = LIMITS) -> list[str]:
    with find_inputs([str(each) for each in given], limits) as found:
        return [each.pact_id for each in found.inputs]


def contents(*given: object) -> dict[str, bytes]:
    with find_inputs([str(each) for each in given]) as found:
        return {each.pact_id: read_input(each) for each in found.inputs}


def skipped(*given: object) -> dict[str, str]:
    """What was passed over, by the end of its path."""
    with find_inputs([str(each) for each in given]) as found:
        return {path.rsplit("/", 1)[-1]: reason for path, reason in found.skipped}


def refusal(given: Path | str, limits: Limits = LIMITS) -> str:
    with pytest.raises(ArchiveError) as error:
        find_inputs([str(given)], limits)
    assert str(given) in str(error.value)
    return str(error.value)


@pytest.fixture
def memory() -> Iterator[Any]:
    system = fsspec.filesystem("memory")
    yield system
    system.store.clear()
    system.pseudo_dirs[:] = [""]


# ── files and folders ──


def test_a_folder_is_searched_through_and_sorted_by_code_points(tmp_path: Path) -> None:
    fill(tmp_path, "é.txt", "b.txt", "a/z.txt", "a.txt", "B.txt", "a/deep/er/x.md")
    assert ids(tmp_path) == ["B.txt", "a.txt", "a/deep/er/x.md", "a/z.txt", "b.txt", "é.txt"]
    assert contents(tmp_path)["a/z.txt"] == b"a/z.txt"
    assert ids(f"{tmp_path}/") == ids(tmp_path)


def test_a_file_has_its_name_as_id(tmp_path: Path) -> None:
    assert contents(fill(tmp_path, "a/b.txt") / "a/b.txt") == {"b.txt": b"a/b.txt"}
    with find_inputs([f"file://{tmp_path}/a/b.txt"]) as found:
        assert found.inputs == [Input("b.txt", f"{tmp_path}/a/b.txt")]


def test_hidden_files_manifests_and_parts_of_pages_are_left_out(tmp_path: Path) -> None:
    fill(tmp_path, ".x.txt", ".git/a.txt", "manifest.csv", "a/manifest.csv", "a/p.html", "a/p_files/x/y.js", "a/b.txt")
    fill(tmp_path, "q.htm", "q_fichiers/x.css", "r_files/kept.txt")
    assert ids(tmp_path) == ["a/b.txt", "a/p.html", "q.htm", "r_files/kept.txt"]
    assert ids(tmp_path / ".x.txt", tmp_path / "manifest.csv", tmp_path / "a/b.txt") == ["b.txt"]


def test_two_files_with_one_id_are_an_error_and_one_given_twice_is_not(tmp_path: Path) -> None:
    fill(tmp_path, "a/x.txt", "b/x.txt")
    with pytest.raises(ValueError, match=r"a/x\.txt and .*b/x\.txt would both be the pact 'x\.txt'") as error:
        find_inputs([str(tmp_path / "a"), str(tmp_path / "b")])
    assert not isinstance(error.value, InputError)
    assert ids(tmp_path / "a", tmp_path / "a/x.txt", tmp_path / "b/../a") == ["x.txt"]


def test_members_of_two_archives_with_one_id_are_an_error_that_names_the_archives(tmp_path: Path) -> None:
    one, two = pack(tmp_path / "1.tgz", {"x.txt": b"1"}), pack(tmp_path / "2.zip", {"x.txt": b"2"})
    with pytest.raises(ValueError, match=r"1\.tgz and .*2\.zip/x\.txt would both be the pact 'x\.txt'"):
        find_inputs([str(one), str(two)])
    (tmp_path / "link").symlink_to(one)
    assert ids(one, one, tmp_path / "link") == ids(two, two) == ["x.txt"]


@pytest.mark.parametrize("given", ["nowhere", "nowhere/*.txt", "*.odt", "[z]*", ""])
def test_what_is_not_there_is_an_error(tmp_path: Path, given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(fill(tmp_path, "a.txt"))
    with pytest.raises(FileNotFoundError) as error:
        find_inputs([given])
    assert str(error.value) == given


def test_a_name_that_is_no_text_gives_an_id_that_tables_can_hold(tmp_path: Path) -> None:
    (tmp_path / "caf\udce9.txt").write_bytes(b"x")
    assert contents(tmp_path) == {"caf\\xe9.txt": b"x"}


def test_a_file_that_goes_away_or_is_shut_is_an_error_with_a_reason(tmp_path: Path) -> None:
    with find_inputs([str(fill(tmp_path, "a.txt"))]) as found:
        (tmp_path / "a.txt").unlink()
        with pytest.raises(FileNotFoundError) as error:
            read_input(found.inputs[0])
    assert error.value.strerror


def test_a_folder_that_is_shut_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(tmp_path, "a.txt", "shut/b.txt")
    scandir = os.scandir

    def refuse(path: str) -> Any:
        if path.endswith("shut/"):
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr("os.scandir", refuse)
    with find_inputs([str(tmp_path)]) as found:
        assert [each.pact_id for each in found.inputs] == ["a.txt"]
        assert found.skipped == [(f"{tmp_path}/shut/", "cannot be opened (Permission denied): check its rights")]


def test_what_is_neither_file_nor_folder_is_told(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(os.path.relpath(tmp_path / "socket"))
        assert skipped(tmp_path) == dict.fromkeys(["pipe", "socket"], "is neither file nor folder")


# ── patterns ──


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("*.txt", ["a.txt", "b.txt"]),
        ("?.md", ["a.md"]),
        ("[!a].*", ["b.txt"]),
        ("**/*.txt", ["2020/2020-c.txt", "2020/deep/2020-d.txt", "a.txt", "b.txt"]),
        ("**/2020-*", ["2020/2020-c.txt", "2020/deep/2020-d.txt"]),
        ("2020/**/*.txt", ["2020-c.txt", "deep/2020-d.txt"]),
        ("20*/*.txt", ["2020/2020-c.txt"]),
        ("20*", ["2020/2020-c.txt", "2020/deep/2020-d.txt"]),
        ("20*/**", ["2020/2020-c.txt", "2020/deep/2020-d.txt"]),
    ],
)
def test_a_pattern(tmp_path: Path, pattern: str, expected: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    fill(tmp_path, "a.txt", "b.txt", "a.md", ".c.txt", "2020/2020-c.txt", "2020/deep/2020-d.txt", ".h/e.txt")
    assert ids(f"{tmp_path}/{pattern}") == expected
    monkeypatch.chdir(tmp_path)
    assert ids(pattern) == expected


def test_a_pattern_looks_only_where_it_may_match(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(tmp_path, "a.txt", "big/b.txt", "2020/x/c.txt", "2020/y/c.txt")
    seen: list[str] = []
    scandir = os.scandir

    def noting(path: str) -> Any:
        seen.append(os.path.relpath(path, tmp_path))
        return scandir(path)

    monkeypatch.setattr("os.scandir", noting)
    assert ids(f"{tmp_path}/20*/x/*.txt") == ["2020/x/c.txt"]
    assert seen == [".", "2020", "2020/x"]


def test_a_name_with_signs_of_a_pattern_is_a_name_first(tmp_path: Path) -> None:
    assert ids(fill(tmp_path, "[a] pacte?.txt", "a.txt") / "[a] pacte?.txt") == ["[a] pacte?.txt"]


def test_a_pattern_leaves_parts_of_pages_out(tmp_path: Path) -> None:
    fill(tmp_path, "p.html", "p_files/x.txt", "r_files/x.txt")
    assert ids(f"{tmp_path}/**/*.txt") == ["r_files/x.txt"]


# ── links ──


def test_a_link_that_stays_inside_is_a_file_like_another(tmp_path: Path) -> None:
    fill(tmp_path, "a/x.txt")
    (tmp_path / "y.txt").symlink_to("a/x.txt")
    (tmp_path / "b").symlink_to("a", target_is_directory=True)
    assert contents(tmp_path) == dict.fromkeys(["a/x.txt", "b/x.txt", "y.txt"], b"a/x.txt")
    assert skipped(tmp_path) == {}


def test_a_link_that_leads_out_or_nowhere_is_not_followed(tmp_path: Path) -> None:
    fill(tmp_path, "in/x.txt", "out/secret.txt", "inside/z.txt")
    for name, target in {
        "file.txt": "../out/secret.txt",
        "folder": "../out",
        "near": "../inside",
        "no": "gone",
    }.items():
        (tmp_path / "in" / name).symlink_to(target)
    assert ids(tmp_path / "in") == ["x.txt"]
    told = skipped(tmp_path / "in")
    assert sorted(told) == ["file.txt", "folder", "near", "no"]
    assert all("leads out of the folder" in told[name] for name in ("file.txt", "folder", "near"))
    assert "leads nowhere" in told["no"]
    (tmp_path / "way").symlink_to("in", target_is_directory=True)
    assert ids(tmp_path / "way") == ["x.txt"]


def test_links_in_a_circle_are_not_followed(tmp_path: Path) -> None:
    fill(tmp_path, "a/x.txt", "b/y.txt")
    (tmp_path / "self").symlink_to("self")
    (tmp_path / "a/up").symlink_to("..", target_is_directory=True)
    (tmp_path / "a/b").symlink_to("../b", target_is_directory=True)
    (tmp_path / "b/a").symlink_to("../a", target_is_directory=True)
    assert ids(tmp_path) == ["a/b/y.txt", "a/x.txt", "b/a/x.txt", "b/y.txt"]
    with find_inputs([str(tmp_path)]) as found:
        told = {os.path.relpath(path, tmp_path): reason for path, reason in found.skipped}
    assert sorted(told) == ["a/b/a", "a/up", "b/a/b", "b/a/up", "self"]
    assert all("in a circle" in told[name] for name in told if name != "self")


# ── archives ──


@pytest.mark.parametrize("ending", ENDINGS)
def test_an_archive_is_a_folder(tmp_path: Path, ending: str) -> None:
    held = {
        "./é.txt": b"e",
        "a/b.txt": b"b",
        "a/p.html": b"p",
        "a/p_files/x.js": b"",
        ".h": b"",
        "manifest.csv": b"file",
    }
    archive = pack(tmp_path / f"2020{ending}", held)
    assert contents(archive) == {"a/b.txt": b"b", "a/p.html": b"p", "é.txt": b"e"}
    name = archive.name
    fill(tmp_path, "c.txt")
    expected = {f"{name}/a/b.txt": b"b", f"{name}/a/p.html": b"p", f"{name}/é.txt": b"e"}
    assert contents(tmp_path) == {**expected, "c.txt": b"c.txt"}
    assert contents(tmp_path / "2*") == expected


def test_where_a_member_is(tmp_path: Path) -> None:
    zipped, tar = pack(tmp_path / "a.zip", {"./x.txt": b"1"}), pack(tmp_path / "b.tgz", {"y.txt": b"2"})
    with find_inputs([str(zipped), str(tar)]) as found:
        assert found.inputs[0] == Input("x.txt", str(zipped), "./x.txt")
        assert found.inputs[1].member is None
        place = Path(found.inputs[1].place)
        assert place.read_bytes() == b"2"
    assert not place.parent.parent.exists()


def test_what_was_unpacked_is_removed_when_finding_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "scratch").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "scratch"))
    tar = pack(tmp_path / "a.tgz", {"x.txt": b"1"})
    with find_inputs([str(tar)]):
        assert os.listdir(tmp_path / "scratch")
    with pytest.raises(FileNotFoundError) as error:
        find_inputs([str(tar), str(tmp_path / "nowhere")])
    assert not os.listdir(tmp_path / "scratch")
    assert error.value  # still held, and with it what was found: it was not the garbage collector that removed it


@pytest.mark.parametrize("ending", [".zip", ".tar", ".tgz"])
def test_an_archive_is_told_by_its_content(tmp_path: Path, ending: str) -> None:
    archive = pack(tmp_path / f"a{ending}", {"x.txt": b"1"})
    assert contents(archive.rename(tmp_path / "a.download")) == {"x.txt": b"1"}


def test_documents_that_are_zip_files_are_pacts(tmp_path: Path) -> None:
    for seed in SEEDS:
        (tmp_path / seed.name).write_bytes(seed.read_bytes())
    (tmp_path / "renamed.zip").write_bytes(SEEDS[1].read_bytes())
    (tmp_path / "broken.docx").write_bytes(SEEDS[0].read_bytes()[:3000])
    (tmp_path / "broken.odt").write_bytes(b"PK\3\4" + bytes(100))
    found = contents(tmp_path)
    assert sorted(found) == sorted([*(seed.name for seed in SEEDS), "renamed.zip", "broken.docx", "broken.odt"])
    assert all(found[seed.name] == seed.read_bytes() for seed in SEEDS)
    assert ids(tmp_path / "renamed.zip") == ["renamed.zip"]


@pytest.mark.parametrize("part", ["mimetype", "[Content_Types].xml", "word/document.xml", "content.xml"])
def test_one_part_tells_a_document(tmp_path: Path, part: str) -> None:
    assert ids(pack(tmp_path / "a.zip", {"x.txt": b"", part: b""})) == ["a.zip"]


def test_a_folder_of_an_archive_may_be_called_word(tmp_path: Path) -> None:
    assert ids(pack(tmp_path / "a.zip", {"word/x.txt": b"1"})) == ["word/x.txt"]


def test_an_archive_in_an_archive_is_one_input(tmp_path: Path) -> None:
    inner = as_zip({"x.txt": b"1"})
    assert contents(pack(tmp_path / "a.zip", {"in.zip": inner})) == {"in.zip": inner}
    assert contents(pack(tmp_path / "a.tgz", {"in.zip": inner})) == {"in.zip": inner}


@pytest.mark.parametrize("data", [b"", b"not packed", b"BZh9 is how this text begins", gzip.compress(b"a letter")])
def test_a_compressed_or_plain_file_is_one_input(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.txt.gz").write_bytes(data)
    assert contents(tmp_path) == {"a.txt.gz": data}


@pytest.mark.parametrize("ending", ENDINGS)
def test_an_empty_archive_holds_nothing(tmp_path: Path, ending: str) -> None:
    assert ids(pack(tmp_path / f"a{ending}", {})) == []


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("harm", ["short", "head", "none"])
def test_a_damaged_archive_is_an_error_with_its_remedy(tmp_path: Path, ending: str, harm: str) -> None:
    held = {f"{number}.txt": os.urandom(3000) for number in range(20)}
    archive = pack(tmp_path / f"a{ending}", held)
    data = archive.read_bytes()
    archive.write_bytes({"short": data[: len(data) // 2], "head": b"\0\1" + data[2:], "none": b""}[harm])
    assert "get it again" in (told := refusal(archive))
    assert "damaged" in told
    assert skipped(tmp_path) == {archive.name: told.removeprefix(f"{archive}: ")}
    assert contents(tmp_path) == {archive.name: archive.read_bytes()}


def test_a_tar_with_a_damaged_header_in_the_middle_loses_nothing_silently(tmp_path: Path) -> None:
    data = bytearray(as_tar({f"{number}.txt": b"x" * 512 for number in range(9)}))
    data[5 * 1024 + 3] ^= 0x55
    (tmp_path / "a.tar").write_bytes(data)
    assert "is damaged" in refusal(tmp_path / "a.tar")


def test_a_damaged_member_costs_that_member(tmp_path: Path) -> None:
    archive = tmp_path / "a.zip"
    with zipfile.ZipFile(archive, "w") as package:
        package.writestr("a.txt", "some text")
        package.writestr("b.txt", "other text")
    archive.write_bytes(archive.read_bytes().replace(b"other text", b"other texX"))
    with find_inputs([str(archive)]) as found:
        good, bad = found.inputs
        assert read_input(good) == b"some text"
        with pytest.raises(OSError, match=r"cannot be unpacked .* get it again"):
            read_input(bad)


def test_a_member_under_a_password_names_the_remedy(tmp_path: Path) -> None:
    archive = tmp_path / "a.zip"
    data = bytearray(as_zip({"a.txt": b"1", "b.txt": b"2"}))
    at = data.index(b"PK\1\2")
    data[6] |= 1
    data[at + 8] |= 1
    archive.write_bytes(data)
    with find_inputs([str(archive)]) as found:
        locked, free = found.inputs
        with pytest.raises(OSError, match="unpack it with the password") as error:
            read_input(locked)
        assert error.value.strerror
        assert read_input(free) == b"2"


# ── limits and names ──


@pytest.mark.parametrize("ending", [".zip", ".tar", ".tgz"])
def test_too_many_members(tmp_path: Path, ending: str) -> None:
    archive = pack(tmp_path / f"a{ending}", {"a": b"", "b": b"", "c": b""})
    assert ids(archive, limits=Limits(members=3)) == ["a", "b", "c"]
    told = refusal(archive, Limits(members=2))
    assert "2 files in an archive" in told
    assert "--limit members=N; or unpack it" in told


@pytest.mark.parametrize("ending", [".zip", ".tar", ".tgz"])
def test_too_many_bytes(tmp_path: Path, ending: str, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = pack(tmp_path / f"a{ending}", {"a": bytes(1 << 20), "b": bytes(1 << 20)})
    free = Limits(ratio=2_000)
    monkeypatch.setattr(Limits, "archive_bytes", 2 << 20)
    assert ids(archive, limits=free) == ["a", "b"]
    monkeypatch.setattr(Limits, "archive_bytes", (2 << 20) - 1)
    assert "--limit archive=N; or unpack it" in refusal(archive, free)


def test_a_tar_that_grows_too_much(tmp_path: Path) -> None:
    archive = pack(tmp_path / "a.tgz", {"a": bytes(2 << 20)})
    assert ids(archive, limits=Limits(ratio=2_000)) == ["a"]
    assert "--limit ratio=N; or unpack it" in refusal(archive)


@pytest.mark.parametrize("ending", [".zip", ".tar", ".tgz"])
def test_a_member_that_is_too_large(tmp_path: Path, ending: str) -> None:
    limits = Limits(size=3, ratio=2_000)
    archive = pack(tmp_path / f"a{ending}", {"fits": bytes(3 << 20), "large": bytes((3 << 20) + 1)})
    with find_inputs([str(archive)], limits) as found:
        fits, large = found.inputs
        assert read_input(fits, limits) == bytes(3 << 20)
        with pytest.raises(OverLimit, match=r"the limit of 3 MiB of a file.*--limit size=N"):
            read_input(large, limits)


def test_a_file_that_is_too_large(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(bytes(1 << 20))
    given = Input("a.txt", str(tmp_path / "a.txt"))
    assert len(read_input(given, Limits(size=1))) == 1 << 20
    (tmp_path / "a.txt").write_bytes(bytes((1 << 20) + 1))
    with pytest.raises(OverLimit, match="--limit size=N"):
        read_input(given, Limits(size=1))


def test_a_member_that_grows_too_much(tmp_path: Path) -> None:
    archive = pack(tmp_path / "a.zip", {"bomb": bytes(2 << 20), "fits": bytes(1 << 20)})
    with find_inputs([str(archive)]) as found:
        assert read_input(found.inputs[1]) == bytes(1 << 20)
        with pytest.raises(OverLimit, match=r"200 times.*--limit ratio=N"):
            read_input(found.inputs[0])


def test_no_more_is_read_than_tells_that_a_member_is_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = pack(tmp_path / "a.zip", {"bomb": bytes(50 << 20)})
    came: list[int] = []
    real = zipfile.ZipExtFile.read

    def counting(stream: zipfile.ZipExtFile, size: int | None = -1) -> bytes:
        data = real(stream, size)
        came.append(len(data))
        return data

    monkeypatch.setattr(zipfile.ZipExtFile, "read", counting)
    with find_inputs([str(archive)]) as found, pytest.raises(OverLimit, match="size=N"):
        read_input(found.inputs[0], Limits(size=3, ratio=2_000))
    assert sum(came) == 4 << 20


def test_a_zip_that_lies_about_a_size_is_not_believed(tmp_path: Path) -> None:
    """Whatever the header declares, no more than the limit comes out."""
    real = (8 << 20).to_bytes(4, "little")
    data = as_zip({"bomb": bytes(8 << 20)})
    assert data.count(real) == 2
    (tmp_path / "a.zip").write_bytes(data.replace(real, (5).to_bytes(4, "little")))
    with find_inputs([str(tmp_path / "a.zip")]) as found, pytest.raises(OSError, match="get it again"):
        read_input(found.inputs[0])


@pytest.mark.parametrize("opener", [bytes, gzip.compress])
def test_a_tar_with_a_name_without_end_is_refused(tmp_path: Path, opener: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "_MOST_AT_ONCE", 1 << 20)
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w", format=tarfile.GNU_FORMAT) as package:
        package.addfile(tarfile.TarInfo("x" * (2 << 20)))
    (tmp_path / "a.tar").write_bytes(opener(target.getvalue()))
    assert "a directory or name of more than 1 MiB" in refusal(tmp_path / "a.tar")


def test_a_zip_with_a_directory_without_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "_MOST_AT_ONCE", 1 << 17)
    archive = pack(tmp_path / "a.zip", {"x" * 60_000 + str(number): b"" for number in range(3)})
    assert "a directory or name of more than" in refusal(archive)


BAD_NAMES = [
    "/abs.txt",
    "C:/x.txt",
    "../up.txt",
    "a/../../up2.txt",
    "a\\..\\b.txt",
    "CON",
    "a/nul.txt",
    "Com1.tar.gz",
    "b\n.txt",
]


@pytest.mark.parametrize("ending", [".zip", ".tar", ".tgz"])
def test_names_that_are_not_safe_are_left_out_and_told(tmp_path: Path, ending: str) -> None:
    good = ["a..b.txt", "console.txt", "a/b.txt"]
    archive = pack(fill(tmp_path / "in", "c.txt") / f"a{ending}", dict.fromkeys([*BAD_NAMES, *good], b"1"))
    before = sorted(tmp_path.rglob("*"))
    with find_inputs([str(archive)]) as found:
        assert [each.pact_id for each in found.inputs] == sorted(good)
        assert [path for path, _ in found.skipped] == sorted(f"{archive}/{name}" for name in BAD_NAMES)
        assert all(reason for _, reason in found.skipped)
    assert sorted(tmp_path.rglob("*")) == before


def test_a_member_of_a_zip_whose_name_begins_with_nothing(tmp_path: Path) -> None:
    data = as_zip({"a.txt": b"1", "b.txt": b"2"})
    (tmp_path / "a.zip").write_bytes(data.replace(b"a.txt", b"\0.txt"))
    assert ids(tmp_path / "a.zip") == ["b.txt"]
    assert list(skipped(tmp_path / "a.zip").values()) == [
        "its name is that of a device or holds control characters: rename it"
    ]


def test_links_and_devices_in_archives_are_left_out_and_told(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "a.tgz", "w:gz") as package:
        kinds = {"soft": tarfile.SYMTYPE, "hard": tarfile.LNKTYPE, "pipe": tarfile.FIFOTYPE, "d": tarfile.DIRTYPE}
        for name, kind in kinds.items():
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, "/etc/passwd"
            package.addfile(info)
        package.add(fill(tmp_path, "x.txt") / "x.txt", "x.txt")
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as other:
        link = zipfile.ZipInfo("soft")
        link.external_attr = 0o120777 << 16
        other.writestr(link, "/etc/passwd")
        other.writestr("y.txt", "y")
    assert ids(tmp_path / "a.tgz", tmp_path / "b.zip") == ["x.txt", "y.txt"]
    assert skipped(tmp_path / "a.tgz") == {"soft": "is a link", "hard": "is a link", "pipe": "is no file"}
    assert skipped(tmp_path / "b.zip") == {"soft": "is a link"}


@pytest.mark.parametrize("ending", [".zip", ".tgz"])
def test_of_two_members_with_one_name_the_later_is_read(tmp_path: Path, ending: str) -> None:
    archive = pack(tmp_path / f"a{ending}", {"./x.txt": b"old", "x.txt": b"new"})
    assert contents(archive) == {"x.txt": b"new"}
    assert "stands in the archive again" in skipped(archive)["x.txt"]


# ── archives in a folder that cannot be used ──


def test_an_archive_in_a_folder_that_cannot_be_used_costs_that_archive(tmp_path: Path, rules: Rules) -> None:
    bad = {
        "a.zip": as_zip({f"{number}.txt": os.urandom(3000) for number in range(20)})[:30_000],
        "b.tar.gz": gzip.compress(as_tar({f"{number}.txt": os.urandom(3000) for number in range(20)}))[:30_000],
        "c.tar": as_tar({"1.txt": b"1", "2.txt": b"2"})[:1024] + b"no header" * 200,
        "d.zip": b"Madame, merci pour votre courrier.\n",
    }
    (tmp_path / "in/sub").mkdir(parents=True)
    for name, data in bad.items():
        (tmp_path / "in/sub" / name).write_bytes(data)
    (tmp_path / "in/pact.txt").write_bytes(SEED.read_bytes())
    pack(tmp_path / "in/sub/well.tgz", {"x.txt": SEED.read_bytes()})
    with find_inputs([str(tmp_path / "in")]) as found:
        expected = [Input(f"sub/{name}", f"{tmp_path}/in/sub/{name}") for name in bad]
        assert [each for each in found.inputs if each.pact_id.rsplit("/", 1)[-1] in bad] == expected
        assert {each.pact_id: read_input(each) for each in expected} == {f"sub/{name}": bad[name] for name in bad}
        assert [path for path, _ in found.skipped] == [each.place for each in expected]
        assert ["is damaged (" in reason for _, reason in found.skipped] == [False, True, True, False]
        assert all("get it again, or " in reason and str(tmp_path) not in reason for _, reason in found.skipped)
        pacts = {each.pact_id: parse_input(each, rules) for each in found.inputs}
    assert {pact_id: pact.status for pact_id, pact in pacts.items()} == {
        "pact.txt": "complete",
        **{each.pact_id: "failed" for each in expected},
        "sub/well.tgz/x.txt": "complete",
    }
    for name in bad:
        refusal(tmp_path / "in/sub" / name)


@pytest.mark.parametrize("ending", [".zip", ".tar", ".tgz"])
def test_an_archive_in_a_folder_that_is_beyond_a_limit(
    tmp_path: Path, ending: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "scratch").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "scratch"))
    folder = fill(tmp_path / "in", "x.txt")
    for name in ("a", "b"):
        pack(folder / f"{name}{ending}", {"../up": b"", "1": b"", "2": b"", "3": b""})
    pack(folder / f"c{ending}", {"1": b"1"})
    with find_inputs([f"{folder}/*"], Limits(members=3)) as found:
        assert [each.pact_id for each in found.inputs] == [f"a{ending}", f"b{ending}", f"c{ending}/1", "x.txt"]
        # One line each: not also what was passed over before the limit.
        assert [place for place, _ in found.skipped] == [f"{folder}/{name}{ending}" for name in ("a", "b")]
        assert all("the limit of 3 files" in reason and "--limit members=N" in reason for _, reason in found.skipped)
        # What was unpacked of them before the limit is gone.
        unpacked = [path.read_bytes() for path in (tmp_path / "scratch").rglob("*") if path.is_file()]
        assert unpacked == ([] if ending == ".zip" else [b"1"])


def test_a_document_with_a_directory_without_end_is_left_to_its_reader(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archives, "_MOST_AT_ONCE", 1 << 17)
    data = as_zip({"x" * 60_000 + str(number): b"" for number in range(3)})
    (fill(tmp_path, "b.txt") / "a.docx").write_bytes(data)
    assert contents(tmp_path) == {"a.docx": data, "b.txt": b"b.txt"}
    assert "a directory or name of more than" in skipped(tmp_path)["a.docx"]


def test_a_damaged_archive_in_a_folder_behind_a_url(memory: Any) -> None:
    data = as_zip({"x.txt": b"1"})[:-30]
    memory.pipe({"/in/a.zip": data, "/in/b.txt": b"b"})
    assert contents("memory://in") == {"a.zip": data, "b.txt": b"b"}
    assert skipped("memory://in") == {
        "a.zip": "is named like an archive, but damaged or none: get it again, or rename it"
    }


def test_no_room_to_unpack_stops_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The archive is well; whether its pacts are in the tables must not depend on the machine."""
    archive = pack(fill(tmp_path, "b.txt") / "a.tgz", {"x.txt": b"1"})

    def fail(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("shutil.copyfileobj", fail)
    for given in (archive, tmp_path):
        with pytest.raises(InputError, match=r"a\.tgz: there is no room to unpack it .*set TMPDIR"):
            find_inputs([str(given)])


def test_a_manifest_may_name_what_is_in_an_archive_that_cannot_be_used(tmp_path: Path) -> None:
    (fill(tmp_path, "a.txt") / "a.zip").write_bytes(b"")
    (tmp_path / "manifest.csv").write_text("file,commune\na.txt,Lyon\na.zip/x.txt,Die\n")
    assert find_known([str(tmp_path)])["a.txt"] == Known(commune="Lyon")
    (tmp_path / "manifest.csv").write_text("file,commune\na.zip/x.txt,Die\na.zipped.txt,Die\n")
    with pytest.raises(ManifestError, match=r"a\.zipped\.txt: no such file"):
        find_known([str(tmp_path)])
    pack(tmp_path / "a.zip", {"y.txt": b""})
    with pytest.raises(ManifestError, match=r"a\.zip/x\.txt: no such file"):
        find_known([str(tmp_path)])


# ── reading many ──


def test_members_of_a_compressed_tar_are_read_without_decompressing_it_again(tmp_path: Path) -> None:
    archive = pack(tmp_path / "a.tgz", {f"{number:03}": b"%d" % number for number in range(200)})
    with find_inputs([str(archive)]) as found:
        archive.unlink()
        assert [read_input(each) for each in found.inputs] == [b"%d" % number for number in range(200)]


def test_an_archive_stays_open_and_few_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    packed = [pack(tmp_path / f"{n}.zip", {f"{n}-{m}.txt": b"%d" % m for m in range(5)}) for n in range(4)]
    with find_inputs([str(tmp_path)]) as found:
        opened: list[str] = []
        real = places.open_place

        def noting(place: str) -> Any:
            opened.append(place)
            return real(place)

        monkeypatch.setattr(archives, "open_place", noting)
        assert len(found.inputs) == 20
        for each in found.inputs:
            read_input(each)
        assert opened == [str(archive) for archive in packed]
        assert len(archives._archives) == 2
    assert not archives._archives


def test_an_archive_that_was_replaced_is_opened_anew(tmp_path: Path) -> None:
    archive = pack(tmp_path / "a.zip", {"x.txt": b"old"})
    with find_inputs([str(archive)]) as found:
        assert read_input(found.inputs[0]) == b"old"
        pack(archive, {"x.txt": b"a new one"})
        assert read_input(found.inputs[0]) == b"a new one"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_process_does_not_share_an_open_archive(tmp_path: Path) -> None:
    archive = pack(tmp_path / "a.zip", {"x.txt": b"1", "y.txt": b"2"})
    with find_inputs([str(archive)]) as found:
        read_input(found.inputs[0])
        shared = set(archives._archives)
        assert len(shared) == 1
        child = os.fork()
        if child == 0:
            well = read_input(found.inputs[1]) == b"2" and set(archives._archives) - shared
            os._exit(0 if well else 1)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


# ── URLs ──


def test_urls_of_files_folders_patterns_and_archives(memory: Any) -> None:
    memory.pipe(
        {
            "/in/a.txt": b"a",
            "/in/2020/b.md": b"b",
            "/in/.h.txt": b"",
            "/in/p.html": b"p",
            "/in/p_files/x.txt": b"",
            "/in/z/c.zip": as_zip({"d/e.txt": b"e"}),
            "/in/z/f.tgz": gzip.compress(as_tar({"g.txt": b"g"})),
            "/in/z/h.docx": SEEDS[0].read_bytes(),
        }
    )
    assert contents("memory://in/a.txt") == {"a.txt": b"a"}
    whole = contents("memory://in")
    assert sorted(whole) == ["2020/b.md", "a.txt", "p.html", "z/c.zip/d/e.txt", "z/f.tgz/g.txt", "z/h.docx"]
    assert (whole["2020/b.md"], whole["z/c.zip/d/e.txt"], whole["z/f.tgz/g.txt"]) == (b"b", b"e", b"g")
    assert contents("memory://in/") == whole
    assert sorted(contents("memory://")) == [f"in/{name}" for name in whole]
    assert contents("memory://in/**/*.md") == {"2020/b.md": b"b"}
    assert contents("memory://*/*.txt") == {"in/a.txt": b"a"}
    assert contents("memory://in/z/c.zip") == {"d/e.txt": b"e"}
    assert contents("memory://in/z/f.tgz") == {"g.txt": b"g"}
    with find_inputs(["memory://in/z/c.zip", "memory://in/a.txt"]) as found:
        assert found.inputs == [
            Input("a.txt", "memory://in/a.txt"),
            Input("d/e.txt", "memory://in/z/c.zip", "d/e.txt"),
        ]


@pytest.mark.parametrize("given", ["memory://nowhere", "memory://nowhere/*.txt", "memory://in/*.odt"])
def test_what_is_not_behind_a_url_is_an_error(memory: Any, given: str) -> None:
    memory.pipe({"/in/a.txt": b"a"})
    with pytest.raises(FileNotFoundError) as error:
        find_inputs([given])
    assert str(error.value) == given


def test_a_damaged_archive_behind_a_url(memory: Any) -> None:
    memory.pipe({"/in/a.zip": as_zip({"x.txt": b"1"})[:-30]})
    assert "damaged" in refusal("memory://in/a.zip")


def test_a_missing_package_and_an_unknown_scheme_name_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *arguments: Any) -> Any:
        if name.split(".")[0] == "s3fs":
            raise ImportError("No module named 's3fs'")
        return real(name, *arguments)

    monkeypatch.setattr(builtins, "__import__", without)
    monkeypatch.delitem(sys.modules, "s3fs", raising=False)
    with pytest.raises(InputError, match=r"s3://bucket/x: Install s3fs .*: for s3:// install that package with pip"):
        find_inputs(["s3://bucket/x"])
    with pytest.raises(OSError, match="Install s3fs"):
        read_input(Input("x", "s3://bucket/x"))
    with pytest.raises(InputError, match="give a path, or a URL such as s3://"):
        find_inputs(["nonsense://bucket/x"])


def test_whatever_a_remote_system_raises_becomes_an_error_with_a_reason(
    memory: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    memory.pipe({"/in/a.txt": b"a"})

    class NoCredentials(Exception):
        pass

    def fail(*_: object, **__: object) -> None:
        raise NoCredentials("no key")

    monkeypatch.setattr(type(memory), "_open", fail)
    with find_inputs(["memory://in"]) as found, pytest.raises(OSError, match="NoCredentials: no key") as error:
        read_input(found.inputs[0])
    assert error.value.strerror
    monkeypatch.setattr(type(memory), "info", fail)
    with pytest.raises(InputError, match=r"memory://in: cannot be read .*no key.*check the address"):
        find_inputs(["memory://in"])


def test_fsspec_is_loaded_for_urls_only(tmp_path: Path) -> None:
    code = """if True:
        import sys
        from pipeline.inputs import find_inputs, find_known, read_input
        with find_inputs(sys.argv[1:]) as found:
            find_known(found)
            print([read_input(each) for each in found.inputs])
        print("fsspec" in sys.modules)
    """
    pack(fill(tmp_path, "a.txt") / "b.tgz", {"x.txt": b"1"})
    run = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True)
    assert run.stdout.split("\n")[:2] == ["[b'a.txt', b'1']", "False"]


# ── manifests ──

LYON, DIE = Known(commune="Lyon"), Known(commune="Die")


def test_manifests_of_folders_and_archives(tmp_path: Path) -> None:
    fill(tmp_path, "a.txt", "b/c.txt")
    (tmp_path / "b/manifest.csv").write_text("file,commune\nnowhere.txt,Arles\n")  # not at the root: not read
    rows = b"file,commune\nx.txt,Lyon\ny.txt,Lyon\n"
    for name in ("p.zip", "q.tgz"):
        pack(tmp_path / name, {"x.txt": b"", "y.txt": b"", "manifest.csv": rows})
    (tmp_path / "manifest.csv").write_text("file,commune\na.txt,Die\nb/c.txt,Die\np.zip/x.txt,Die\n")
    assert (
        find_known([str(tmp_path / "p.zip")]) == find_known([str(tmp_path / "q.tgz")]) == {"x.txt": LYON, "y.txt": LYON}
    )
    expected = {
        **{"a.txt": DIE, "b/c.txt": DIE, "p.zip/x.txt": DIE},
        **{"p.zip/y.txt": LYON, "q.tgz/x.txt": LYON, "q.tgz/y.txt": LYON},
    }
    assert find_known([str(tmp_path)]) == expected
    with find_inputs([str(tmp_path)]) as found:
        assert find_known(found) == expected
    assert find_known([str(tmp_path / "a.txt")]) == {}


def test_the_manifest_of_a_pattern_may_name_files_that_do_not_match(tmp_path: Path) -> None:
    fill(tmp_path, "a.txt", "b.md", "c/d.md")
    (tmp_path / "manifest.csv").write_text("file,commune\na.txt,Lyon\nb.md,Die\nc/d.md,Die\n")
    assert find_known([f"{tmp_path}/*.txt"])["a.txt"] == LYON


def test_the_manifest_behind_a_url(memory: Any) -> None:
    memory.pipe({"/in/a.txt": b"a", "/in/manifest.csv": b"file,commune\na.txt,Lyon\n"})
    assert find_known(["memory://in"]) == {"a.txt": LYON}
    memory.pipe({"/in/manifest.csv": b"file,commune\nb.txt,Lyon\n"})
    with pytest.raises(ManifestError, match=r"memory://in/manifest.csv: b\.txt: no such file"):
        find_known(["memory://in"])


@pytest.mark.parametrize("ending", ["", ".zip", ".tgz"])
@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ("file,commune\ngone.txt,Lyon\n", "gone.txt: no such file: correct its path"),
        ("file,town\nx.txt,Lyon\n", "the column 'town' is not known"),
    ],
)
def test_a_mistake_in_a_manifest_is_told_with_its_place(tmp_path: Path, ending: str, rows: str, told: str) -> None:
    root = tmp_path / f"a{ending}"
    if ending:
        pack(root, {"x.txt": b"", "manifest.csv": rows.encode()})
    else:
        (fill(root, "x.txt") / "manifest.csv").write_text(rows)
    with pytest.raises(ManifestError) as error:
        find_known([str(root)])
    assert str(error.value).startswith(f"{root}/manifest.csv: {told}")


def test_found_may_be_closed_twice(tmp_path: Path) -> None:
    found = find_inputs([str(pack(tmp_path / "a.tgz", {"x.txt": b"1"}))])
    found.close()
    found.close()
    Found().close()
