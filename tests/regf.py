"""A writer of small registry hives (regf 1.3), for tests: keys as nested dicts, values as (type, bytes)."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from typing import Any

SZ, BINARY, DWORD, MULTI_SZ = 1, 3, 4, 7
BIG = 16344
"""Longest value in one cell; longer ones are spread over segments (``db``)."""

Key = Mapping[str, Any]
"""Subkeys by name; the name ``""`` holds the values by name."""


def text(value: str) -> tuple[int, bytes]:
    """A REG_SZ."""
    return SZ, value.encode("utf-16-le") + b"\0\0"


class _Bin:
    """One hive bin that cells are appended to; offsets are relative to it."""

    def __init__(self) -> None:
        self.data = bytearray(32)

    def cell(self, content: bytes) -> int:
        offset = len(self.data)
        size = -(-(len(content) + 4) // 8) * 8
        self.data += struct.pack("<i", -size) + content.ljust(size - 4, b"\0")
        return offset


def hive(root: Key, name: str = "", *, primary: int = 7, secondary: int = 7, leaf: bytes = b"lf") -> bytes:
    """The bytes of a hive; ``name`` is the file name in its base block, ``leaf`` the kind of subkey list."""
    cells = _Bin()
    security = cells.cell(b"sk" + struct.pack("<HIIII", 0, 0, 0, 1, 0))
    offset = _key(cells, "ROOT", root, 0xFFFFFFFF, security, 0x2C, leaf)
    size = -(-len(cells.data) // 4096) * 4096
    left = size - len(cells.data)
    if left >= 8:
        cells.data += struct.pack("<i", left).ljust(left, b"\0")
    cells.data = cells.data.ljust(size, b"\0")
    cells.data[:32] = struct.pack("<4sIIQQI", b"hbin", 0, size, 0, 0, 0)
    head = struct.pack("<4sIIQIIIIIII", b"regf", primary, secondary, 0, 1, 3, 0, 1, offset, size, 1)
    head += name[-31:].encode("utf-16-le").ljust(64, b"\0")  # Windows keeps the last 31 characters, too
    head = head.ljust(508, b"\0")
    checksum = 0
    for (word,) in struct.iter_unpack("<I", head):
        checksum ^= word
    return (head + struct.pack("<I", checksum)).ljust(4096, b"\0") + bytes(cells.data)


def _key(cells: _Bin, name: str, key: Key, parent: int, security: int, flags: int, leaf: bytes) -> int:
    children = [(child, below) for child, below in key.items() if child]
    values = key.get("", {})
    offset = cells.cell(bytes(76 + len(name)))
    below = [_key(cells, child, content, offset, security, 0x20, leaf) for child, content in children]
    listed = 0xFFFFFFFF
    if below:
        entries = b"".join(
            struct.pack("<I", child) + (b"" if leaf == b"li" else bytes(4)) for child in below
        )  # fmt: skip
        listed = cells.cell(leaf + struct.pack("<H", len(below)) + entries)
    value_list = 0xFFFFFFFF
    if values:
        written = [_value(cells, value, *content) for value, content in values.items()]
        value_list = cells.cell(b"".join(struct.pack("<I", value) for value in written))
    node = struct.pack(
        "<2sHQIIIIIIIIIIIIIIIHH", b"nk", flags, 0, 0, parent, len(below), 0, listed, 0xFFFFFFFF, len(values),
        value_list, security, 0xFFFFFFFF, 64, 0, 64, 8192, 0, len(name), 0,
    ) + name.encode("ascii")  # fmt: skip
    cells.data[offset + 4 : offset + 4 + len(node)] = node
    return offset


def _value(cells: _Bin, name: str, kind: int, data: bytes) -> int:
    size, offset = len(data), 0
    if size <= 4:
        size |= 0x80000000
        offset = int.from_bytes(data.ljust(4, b"\0"), "little")
    elif size > BIG:
        segments = [cells.cell(data[start : start + BIG]) for start in range(0, size, BIG)]
        listed = cells.cell(b"".join(struct.pack("<I", segment) for segment in segments))
        offset = cells.cell(b"db" + struct.pack("<HI", len(segments), listed))
    else:
        offset = cells.cell(data)
    return cells.cell(b"vk" + struct.pack("<HIIIHH", len(name), size, offset, kind, 1, 0) + name.encode("ascii"))
