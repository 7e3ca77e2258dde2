"""Cabinet files (.cab): the members of a single cabinet, stored or compressed with MSZIP. Nothing is written to disk.

[MS-CAB]: CFHEADER, CFFOLDER per folder, CFFILE per member, CFDATA blocks. MSZIP ([MS-MCI]): each block is ``CK`` and a
raw deflate stream of at most 32 KiB, whose dictionary is the output of the block before.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from functools import reduce
from operator import xor
from typing import Final

from chainlab.records import dataclass

BLOCK: Final = 32 * 1024
"""Most that one CFDATA block holds."""

MAX_BLOCKS: Final = 65_536
"""Data blocks of one cabinet, over all folders: eight times of what ``Limits.unpacked_bytes`` holds in full blocks."""

_HEADER: Final = struct.Struct("<4sIIIIIBBHHHHH")
_FOLDER: Final = struct.Struct("<IHH")
_FILE: Final = struct.Struct("<IIHHHH")
_DATA: Final = struct.Struct("<IHH")
_PREVIOUS, _NEXT, _RESERVE = 1, 2, 4
_STORED, _MSZIP = 0, 1
_METHODS: Final = {2: "Quantum", 3: "LZX"}
_UTF8_NAME: Final = 0x80
_SPANNING: Final = 0xFFFD
"""Folder indexes from here on mean: continued from or to another cabinet."""


class CabinetError(ValueError):
    """The cabinet is damaged, or of a kind that is not read; ``str()`` says which."""


@dataclass(frozen=True, slots=True)
class Folder:
    """One compressed stream: offset of its first block, number of blocks, compression method."""

    offset: int
    blocks: int
    method: int


@dataclass(frozen=True, slots=True)
class Member:
    """One file: its name, its folder, and where it stands in the folder's uncompressed stream."""

    name: str
    folder: int
    offset: int
    size: int


@dataclass(frozen=True, slots=True)
class Cabinet:
    """The directory of a cabinet; ``reserved``: bytes kept free in each data block."""

    folders: tuple[Folder, ...]
    members: tuple[Member, ...]
    reserved: int


def read_directory(data: bytes, max_members: int) -> Cabinet:
    """Folders and members; ``CabinetError`` when the directory is damaged or longer than ``max_members``."""
    try:
        return _directory(data, max_members)
    except struct.error:
        raise CabinetError("the cabinet is cut off within its directory") from None


def _directory(data: bytes, max_members: int) -> Cabinet:
    fields = _HEADER.unpack_from(data, 0)
    first_file, folders, members, flags = fields[4], fields[8], fields[9], fields[10]
    if members > max_members:
        raise CabinetError(f"{members} members are more than the cap of {max_members}")
    offset, per_folder, per_block = _HEADER.size, 0, 0
    if flags & _RESERVE:
        header, per_folder, per_block = struct.unpack_from("<HBB", data, offset)
        offset += 4 + header
    for _ in range(2 * (flags & _PREVIOUS) + (flags & _NEXT)):  # names of the neighbouring cabinets and disks
        offset = _name_end(data, offset) + 1
    found = []
    for _ in range(folders):
        start, blocks, method = _FOLDER.unpack_from(data, offset)
        found.append(Folder(start, blocks, method & 0x0F))
        offset += _FOLDER.size + per_folder
    announced = sum(folder.blocks for folder in found)
    if announced > MAX_BLOCKS:
        raise CabinetError(f"{announced} data blocks are more than the cap of {MAX_BLOCKS}")
    return Cabinet(tuple(found), tuple(_members(data, first_file, members)), per_block)


def _members(data: bytes, offset: int, count: int) -> Iterator[Member]:
    for _ in range(count):
        size, start, folder, _date, _time, attributes = _FILE.unpack_from(data, offset)
        end = _name_end(data, offset + _FILE.size)
        encoding = "utf-8" if attributes & _UTF8_NAME else "cp1252"
        yield Member(data[offset + _FILE.size : end].decode(encoding, "replace"), folder, start, size)
        offset = end + 1


def _name_end(data: bytes, offset: int) -> int:
    end = data.find(b"\0", offset, offset + 257)
    if end < 0:
        raise CabinetError(f"a name without end at offset {offset}")
    return end


def unpack_folder(data: bytes, cabinet: Cabinet, number: int, max_bytes: int) -> bytes:
    """A folder's uncompressed stream; ``CabinetError`` where it is damaged, not readable, or over ``max_bytes``."""
    if number >= len(cabinet.folders):
        why = "it spans several cabinets" if number >= _SPANNING else f"its folder {number} is missing"
        raise CabinetError(why)
    folder = cabinet.folders[number]
    if folder.method not in (_STORED, _MSZIP):
        method = _METHODS.get(folder.method, f"method {folder.method}")
        raise CabinetError(f"compressed with {method}; unpack it with cabextract or expand.exe first")
    output = bytearray()
    offset = folder.offset
    for block in range(folder.blocks):
        content, offset = _block(data, offset, cabinet.reserved, folder.method, bytes(output[-BLOCK:]), block)
        output += content
        if len(output) > max_bytes:
            raise CabinetError(f"it unpacks to more than {max_bytes} bytes")
    return bytes(output)


def _block(data: bytes, offset: int, reserved: int, method: int, before: bytes, number: int) -> tuple[bytes, int]:
    """The content of one CFDATA block, and where the next one begins."""
    try:
        checksum, packed, unpacked = _DATA.unpack_from(data, offset)
    except struct.error:
        raise CabinetError(f"cut off before data block {number}") from None
    start = offset + _DATA.size + reserved
    content = data[start : start + packed]
    if not unpacked:
        raise CabinetError(f"data block {number} is empty, or goes on in another cabinet")
    if len(content) < packed:
        raise CabinetError(f"cut off within data block {number}")
    summed = _checksum(data[offset + 4 : start], _checksum(content, 0))
    if checksum and checksum != summed:
        raise CabinetError(f"the checksum of data block {number} is wrong")
    if method == _MSZIP:
        content = _inflate(content, before, number)
    if len(content) != unpacked:
        raise CabinetError(f"data block {number} unpacks to {len(content)} bytes, {unpacked} announced")
    return content, start + packed


def _inflate(content: bytes, before: bytes, number: int) -> bytes:
    if content[:2] != b"CK":
        raise CabinetError(f"data block {number} is not MSZIP")
    inflater = zlib.decompressobj(-zlib.MAX_WBITS, zdict=before)
    try:
        return inflater.decompress(content[2:], BLOCK + 1)
    except zlib.error as error:
        raise CabinetError(f"data block {number} does not unpack ({error})") from None


def _checksum(content: bytes, seed: int) -> int:
    """[MS-CAB] 3.1: 32-bit words XORed; the one to three bytes left over count in reverse order."""
    words = len(content) // 4
    total = reduce(xor, struct.unpack_from(f"<{words}I", content), seed)
    return total ^ int.from_bytes(content[words * 4 :], "big")
