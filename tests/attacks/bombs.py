"""What grows when it is unpacked, made without ever being held whole, and zips written by hand that lie."""

import struct
import zlib
from collections.abc import Iterable
from dataclasses import dataclass

CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Packed:
    """A packed stream: its bytes (deflate without a header), their sum, and how many they are unpacked."""

    data: bytes
    crc: int
    size: int


def packed(*pieces: tuple[bytes, int]) -> Packed:
    """Each piece so many times, packed. What is repeated is packed once: a deflate stream may be flushed anywhere."""
    data, crc, size = bytearray(), 0, 0
    for piece, times in pieces:
        flushed = zlib.compressobj(9, zlib.DEFLATED, -15)
        block = flushed.compress(piece) + flushed.flush(zlib.Z_FULL_FLUSH)
        data += block * times
        for _ in range(times):
            crc = zlib.crc32(piece, crc)
        size += len(piece) * times
    return Packed(bytes(data) + b"\x03\x00", crc, size)


def loose(size: int = CHUNK, ratio: int = 100) -> bytes:
    """Text of ASCII letters that packs about so many times smaller."""
    state, words = 1, bytearray()
    while len(words) < size // ratio:
        state = (state * 1103515245 + 12345) % (1 << 31)
        words += b"%x " % state
    return bytes((bytes(words[:30]) * (size // 30 + 1))[: size - len(words)]) + bytes(words)


def local_header(name: bytes, member: Packed, packed_size: int | None = None) -> bytes:
    size = len(member.data) if packed_size is None else packed_size
    return (
        struct.pack("<4sHHHHHIIIHH", b"PK\x03\x04", 20, 0, 8, 0, 0x21, member.crc, size, member.size, len(name), 0)
        + name
    )


def central_header(name: bytes, member: Packed, at: int, size: int | None = None, mode: int = 0) -> bytes:
    """An entry of the directory; `size` is what it declares, with an extra field where 32 bits do not hold it."""
    declared = member.size if size is None else size
    extra = struct.pack("<HHQ", 1, 8, declared) if declared >= 0xFFFFFFFF else b""
    declared = min(declared, 0xFFFFFFFF)
    head = struct.pack("<4sHHHHHHIII", b"PK\x01\x02", 0x314, 45, 0, 8, 0, 0x21, member.crc, len(member.data), declared)
    return head + struct.pack("<HHHHHII", len(name), len(extra), 0, 0, 0, mode << 16, at) + name + extra


def ended(body: bytes, directory: bytes, count: int) -> bytes:
    """A zip of local entries, a directory of so many, and its end (the long form where it must be)."""
    tail = b""
    if count > 0xFFFF:
        tail = struct.pack("<4sQHHIIQQQQ", b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, len(directory), len(body))
        tail += struct.pack("<4sIQI", b"PK\x06\x07", 0, len(body) + len(directory), 1)
    few = min(count, 0xFFFF)
    tail += struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, few, few, len(directory), len(body), 0)
    return body + directory + tail


def raw_zip(members: Iterable[tuple[str, Packed | bytes | str]], declared: int | None = None, mode: int = 0) -> bytes:
    """A zip of members that are packed or yet to be; `declared` is the size that the directory tells of each."""
    body, directory, count = bytearray(), bytearray(), 0
    for name, member in members:
        plain = member.encode() if isinstance(member, str) else member
        each = packed((plain, 1)) if isinstance(plain, bytes) else plain
        raw = name.encode()
        directory += central_header(raw, each, len(body), declared, mode)
        body += local_header(raw, each) + each.data
        count += 1
    return ended(bytes(body), bytes(directory), count)


def overlapping(names: list[str], piece: bytes, times: int) -> bytes:
    """Members that share one kernel, a piece so many times: each quotes the header of the next as a stored block, and
    goes on with its data (Fifield 2019). All sums are right."""
    chain, sizes, quoted = packed((piece, times)).data, len(piece) * times, b""
    entries: list[tuple[bytes, Packed]] = []
    header = b""
    for name in reversed(names):
        if header:
            chain = b"\x00" + struct.pack("<HH", len(header), len(header) ^ 0xFFFF) + header + chain
            quoted = header + quoted
        crc = zlib.crc32(quoted)
        for _ in range(times):
            crc = zlib.crc32(piece, crc)
        each = Packed(chain, crc, sizes + len(quoted))
        header = local_header(name.encode(), each)
        entries.append((name.encode(), each))
    whole, directory = header + chain, bytearray()
    for raw, each in reversed(entries):
        directory += central_header(raw, each, len(whole) - len(each.data) - len(local_header(raw, each)))
    return ended(whole, bytes(directory), len(entries))


def gzip_member(piece: bytes, times: int) -> bytes:
    """A gzip stream of a piece, so many times over."""
    one = packed((piece, times))
    head = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
    return head + one.data + struct.pack("<II", one.crc, one.size & 0xFFFFFFFF)
