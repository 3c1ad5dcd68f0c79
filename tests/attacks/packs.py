"""Hostile archives: what counts is what the command makes of them."""

import io
import tarfile
import zipfile
from collections.abc import Callable, Iterable

from tests.attacks.attack import FAILED, READ, SECRET_FILE, TRAPS, Attack
from tests.attacks.bombs import (
    CHUNK,
    Packed,
    central_header,
    ended,
    gzip_member,
    local_header,
    overlapping,
    packed,
    raw_zip,
)
from tests.attacks.packages import TEXT, W_PACT, docx, zipped

REFUSED = ("refused",)
GOOD = ("pacte.txt", TEXT)
EVIL = (
    *("../evil.txt", "../../../../evil.txt", "a/../../evil.txt", f"{TRAPS}/evil.txt", "//host/share/evil.txt"),
    *(
        "C:\\evil.txt",
        "C:evil.txt",
        "..\\..\\evil.txt",
        "\\evil.txt",
        "a\\b.txt",
        "CON",
        "nul.txt",
        "COM1.md",
        "lpt1",
        "aux.h",
    ),
    *(
        "a" * 10_000 + ".txt",
        "d/" * 5_000 + "x.txt",
        "line\nend.txt",
        "\x1b[2J\x1b]0;x\x07.txt",
        "bell\x07.txt",
        "\x9b31m.txt",
    ),
    *(
        "\u202etxt.exe",
        "e\u0301.txt",
        "\u00e9.txt",
        "trailing. ",
        "trailing.txt.",
        " .txt",
        ".",
        "..",
        "a//b.txt",
        "./c.txt",
        "/",
    ),
    *(
        "<script>alert(1)</script>.txt",
        "=cmd|'/c calc'!A1.txt",
        "$(id).txt",
        "`id`.txt",
        "-rf.txt",
        "%s%n.txt",
        "a;b.txt",
        "a'b\".txt",
    ),
    *(
        "*.txt",
        "?.txt",
        "manifest.csv/x.txt",
        "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16") + ".txt",
    ),
)


def _tar(members: Iterable[tuple[tarfile.TarInfo, bytes]], mode: str = "w") -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode=mode, format=tarfile.PAX_FORMAT) as tar:  # type: ignore[call-overload]
        for info, data in members:
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return stream.getvalue()


def _info(name: str, kind: bytes = tarfile.REGTYPE, target: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info


def linked_tar() -> bytes:
    """Links, devices and pipes, and files that would be written through a link."""
    kinds = [
        (tarfile.SYMTYPE, t)
        for t in ("/etc/passwd", "../../../../etc/passwd", str(SECRET_FILE), "pacte.txt", "loop.txt", "..")
    ]
    kinds += [(tarfile.LNKTYPE, t) for t in ("/etc/passwd", str(SECRET_FILE), "pacte.txt", "../x")]
    kinds += [(kind, "") for kind in (tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE, tarfile.CONTTYPE, b"Z")]
    found = [(_info("pacte.txt"), TEXT.encode())]
    odd = (tarfile.CONTTYPE, b"Z")  # read as plain files
    for n, (kind, target) in enumerate(kinds):
        found.append((_info(f"link{n}.txt", kind, target), TEXT.encode() if kind in odd else b""))
    found += [(_info("out", tarfile.SYMTYPE, str(TRAPS)), b""), (_info("out/evil.txt"), TEXT.encode())]
    found += [(_info("loop.txt", tarfile.SYMTYPE, "loop.txt"), b""), (_info("link0.txt"), TEXT.encode())]
    return _tar(found)


def linked_zip() -> bytes:
    """Members that are links, for those who unpack them as such."""
    members = [
        (f"link{n}.txt", packed((target.encode(), 1)))
        for n, target in enumerate(("/etc/passwd", str(SECRET_FILE), ".."))
    ]
    body, directory = bytearray(), bytearray()
    for name, each in [*((n, m) for n, m in members), ("pacte.txt", packed((TEXT.encode(), 1)))]:
        mode = 0o120777 if name.startswith("link") else 0o100644
        directory += central_header(name.encode(), each, len(body), mode=mode)
        body += local_header(name.encode(), each) + each.data
    return ended(bytes(body), bytes(directory), len(members) + 1)


def evil_zip() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as package:
        for name in (*EVIL, GOOD[0]):
            package.writestr(zipfile.ZipInfo(name), TEXT)
    return stream.getvalue()


def evil_tar() -> bytes:
    return _tar([(_info(name), TEXT.encode()) for name in (*EVIL, GOOD[0])])


def empty_members(count: int) -> bytes:
    """A zip of so many members that hold nothing, with one byte for the name of each where that goes."""
    none = Packed(b"\x03\x00", 0, 0)
    local = local_header(b"x", none) + none.data
    directory = bytearray()
    for n in range(count):
        directory += central_header(b"%d" % n, none, 0)
    return ended(local, bytes(directory), count)


def nested(depth: int, width: int) -> bytes:
    """A zip of zips of zips: a document at the bottom."""
    data = zipped({f"pacte{n}.txt": TEXT for n in range(width)})
    for level in range(depth):
        data = zipped({f"{level}-{n}.zip": data for n in range(width)})
    return data


def big_tar(size: int, ratio: int = 1024) -> bytes:
    """A packed tar of one member of zeros, of that many MiB."""
    info = tarfile.TarInfo("pacte.txt")
    info.size = size * CHUNK
    head = info.tobuf(tarfile.GNU_FORMAT)
    zeros = gzip_member(bytes(CHUNK), ratio)
    return gzip_member(head, 1) + zeros * (size // ratio) + gzip_member(bytes(1024), 1)


def long_name_tar() -> bytes:
    """A tar whose first member has a name of one GiB."""
    info = tarfile.TarInfo("././@LongLink")
    info.type, info.size = tarfile.GNUTYPE_LONGNAME, 1 << 30
    return gzip_member(info.tobuf(tarfile.GNU_FORMAT), 1) + gzip_member(b"a" * CHUNK, 1024)


def pax_tar() -> bytes:
    """Headers that name a size, a number and a place of their own."""
    info = _info("pacte.txt")
    info.pax_headers = {
        "size": "9" * 30,
        "GNU.sparse.map": "0,99999999999999",
        "GNU.sparse.major": "1",
        "mtime": "1e999",
        "path": "../evil.txt",
    }
    return _tar([(info, TEXT.encode())])


def many_member_tar(count: int) -> bytes:
    one = tarfile.TarInfo("x.txt").tobuf(tarfile.GNU_FORMAT)
    return gzip_member(one, count) + gzip_member(bytes(1024), 1)


def named_twice() -> bytes:
    return zipped([("pacte.txt", "rien"), ("PACTE.txt", "rien"), ("pacte.txt", TEXT)])


def _pack(
    name: str, file: str, make: Callable[[], bytes], status: tuple[str, ...], codes: tuple[str, ...] = ()
) -> Attack:
    return Attack(name, file, make, status, codes, False)


SPACES = b" " * CHUNK
PACK_ATTACKS = [
    _pack("zip-evil-names", "pactes.zip", evil_zip, READ),
    _pack("zip-links", "pactes.zip", linked_zip, READ),
    _pack("zip-named-twice", "pactes.zip", named_twice, FAILED),
    _pack("zip-nested", "pactes.zip", lambda: nested(4, 5), FAILED),
    _pack("zip-1000000-members", "pactes.zip", lambda: empty_members(1_000_000), REFUSED),
    _pack("zip-200000-members", "pactes.zip", lambda: empty_members(200_000), REFUSED),
    _pack(
        "zip-10-gb-declared",
        "pactes.zip",
        lambda: raw_zip([GOOD, ("b.txt", packed((SPACES, 4)))], 10 << 30),
        ("refused", "failed"),
    ),
    _pack(
        "zip-30-gb-declared", "pactes.zip", lambda: raw_zip([GOOD, ("b.txt", packed((SPACES, 4)))], 15 << 30), REFUSED
    ),
    _pack("zip-1-gb-member", "pactes.zip", lambda: raw_zip([GOOD, ("b.txt", packed((SPACES, 1024)))]), FAILED),
    _pack("zip-1-gb-member-lies", "pactes.zip", lambda: raw_zip([GOOD, ("b.txt", packed((SPACES, 1024)))], 10), FAILED),
    _pack("zip-overlap", "pactes.zip", lambda: overlapping([f"{n}.txt" for n in range(40)], SPACES, 60), FAILED),
    _pack("zip-overlap-600", "pactes.zip", lambda: overlapping([f"{n}.txt" for n in range(600)], SPACES, 60), REFUSED),
    _pack(
        "zip-bomb-of-docx",
        "pactes.zip",
        lambda: raw_zip([GOOD, *((f"{n}.docx", docx(W_PACT)) for n in range(3))]),
        READ,
    ),
    _pack("tar-evil-names", "pactes.tar", evil_tar, READ),
    _pack("tar-links", "pactes.tar", linked_tar, READ),
    _pack("tar-pax", "pactes.tar", pax_tar, ("refused", "failed", "none")),
    _pack("tar-10-gb-of-zeros", "pactes.tar.gz", lambda: big_tar(10_240), REFUSED),
    _pack("tar-30-gb-of-zeros", "pactes.tar.gz", lambda: big_tar(30_720), REFUSED),
    _pack("tar-long-name", "pactes.tar.gz", long_name_tar, REFUSED),
    _pack("tar-1000000-members", "pactes.tar.gz", lambda: many_member_tar(1_000_000), REFUSED),
    _pack("gz-10-gb-called-txt", "pacte.txt", lambda: gzip_member(bytes(CHUNK), 1024) * 10, FAILED),
]
