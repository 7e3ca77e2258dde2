"""Archives that unpack to more than they look like, and directories that do not end."""

from __future__ import annotations

import gzip
import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

from tests.evidence.test_read_cab import cabinet

MEBIBYTE: Final = 1024 * 1024


def zipped(*members: tuple[str, bytes], level: int = 9) -> bytes:
    """A ZIP of these members."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return data.getvalue()


def nested_zips(depth: int) -> bytes:
    """A ZIP in a ZIP in a ZIP …"""
    data = b"nothing"
    for _ in range(depth):
        data = zipped(("inner.zip", data))
    return data


def tree_of_zips(width: int, depth: int, content: bytes) -> bytes:
    """The well-known 42.zip: each ZIP holds several."""
    data = content
    for level in range(depth):
        data = zipped(*((f"{level}-{number}.zip", data) for number in range(width)))
    return data


def overlapping(count: int, size: int) -> bytes:
    """Many members that share one packed content (David Fifield's way, without the quoting)."""
    plain = bytes(size)
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = packer.compress(plain) + packer.flush()
    crc = zlib.crc32(plain)
    shared = struct.pack("<4sHHHHHIIIHH", b"PK\3\4", 20, 0, 8, 0, 0, crc, len(packed), size, 1, 0) + b"a" + packed
    directory = b"".join(
        struct.pack("<4sHHHHHHIIIHHHHHII", b"PK\1\2", 20, 20, 0, 8, 0, 0, crc, len(packed), size, 1, 0, 0, 0, 0, 0, 0)
        + b"a"
        for _ in range(count)
    )
    end = struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, count & 0xFFFF, count & 0xFFFF, len(directory), len(shared), 0)
    return shared + directory + end


def lying(size: int) -> bytes:
    """A member that unpacks to far more than its directory announces."""
    data = bytearray(zipped(("a.pem", bytes(size))))
    for start in (data.rindex(b"PK\1\2") + 24, 22):
        data[start : start + 4] = struct.pack("<I", 1000)
    return bytes(data)


def gzips(depth: int) -> bytes:
    """gzip around gzip …"""
    data = bytes(MEBIBYTE)
    for _ in range(depth):
        data = gzip.compress(data, 9, mtime=0)
    return data


def many_gzips(count: int) -> bytes:
    """So many empty members one after the other."""
    return gzip.compress(b"", mtime=0) * count


def stored_cabinet(files: int) -> bytes:
    """A cabinet of so many empty files."""
    return cabinet([("a", b"")] * files, 0)


def overlapping_cabinet(files: int, size: int) -> bytes:
    """Files of a cabinet that all are the same bytes of its folder."""
    data = bytearray(cabinet([("a", bytes(size)), *[("b", b"")] * files]))
    position = 36 + 8
    for _ in range(files + 1):
        struct.pack_into("<II", data, position, size, 0)
        position += 18
    return bytes(data)


def _file(folder: Path, suffix: str, make: Callable[[], bytes]) -> Path:
    path = folder / f"input.{suffix}"
    path.write_bytes(make())
    return path


def _many_files(folder: Path, count: int) -> Path:
    box = folder / "many"
    box.mkdir()
    for number in range(count):
        (box / f"{number}.txt").touch()
    return box


def _loop(folder: Path) -> Path:
    """A directory that leads into itself."""
    box = folder / "loop"
    box.mkdir()
    (box / "again").symlink_to(box)
    (box / "up").symlink_to(folder)
    (box / "a.txt").write_text("nothing")
    return box


def _endless(_folder: Path) -> Path:
    return Path("/dev/zero")


_MADE: Final[tuple[tuple[str, str, Callable[[], bytes], str], ...]] = (
    ("1000 ZIPs within one another", "zip", lambda: nested_zips(1000), "nested deeper than 3"),
    ("16^3 ZIPs, a mebibyte each", "zip", lambda: tree_of_zips(16, 3, bytes(MEBIBYTE)), "more than"),
    ("10 KB that are 10 MB, 16^2 times", "zip", lambda: tree_of_zips(16, 2, zipped(("a", bytes(10 * MEBIBYTE)))), ""),
    ("1 GB of zeros as ZIP", "zip", lambda: zipped(("a.pem", bytes(1024 * MEBIBYTE)), level=1), "more than"),
    ("5000 members over one content", "zip", lambda: overlapping(5_000, MEBIBYTE), "more than"),
    ("10^6 members", "zip", lambda: overlapping(1_000_000, 10), "1000000 members are more than"),
    ("a member that lies about its size", "zip", lambda: lying(50 * MEBIBYTE), ""),
    ("1 GB of zeros as gzip", "gz", lambda: gzip.compress(bytes(1024 * MEBIBYTE), 1, mtime=0), "more than the cap"),
    ("gzip ten times", "gz", lambda: gzips(10), "nested deeper than 3"),
    ("10^6 empty gzips", "gz", lambda: many_gzips(1_000_000), ""),
    ("cabinet of 60000 empty files", "cab", lambda: stored_cabinet(60_000), "more than"),
    ("cabinet of 60 MB of zeros", "cab", lambda: cabinet([("a", bytes(60 * MEBIBYTE))]), ""),
    ("cabinet of 5000 files over the same MB", "cab", lambda: overlapping_cabinet(4_000, MEBIBYTE), "more than"),
)

ALL: Final[tuple[tuple[str, Callable[[Path], Path], str], ...]] = (
    *((name, partial(_file, suffix=suffix, make=make), says) for name, suffix, make, says in _MADE),
    ("a directory of 100000 files", partial(_many_files, count=100_000), "more than the cap of 10000"),
    ("a directory that leads into itself", _loop, ""),
    ("a device without end", _endless, "more than the cap"),
)
