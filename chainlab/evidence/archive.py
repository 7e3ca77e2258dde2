"""The members of a ZIP archive, read from memory under caps that hold before anything is unpacked."""

from __future__ import annotations

import bz2
import io
import lzma
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable
from typing import Final

from chainlab.errors import InputError, LimitError
from chainlab.evidence.members import Member, visible_members
from chainlab.evidence.model import Item, Place
from chainlab.evidence.reading import EncryptedMemberError, Limits, ReadOptions, Unpacking, read_bytes
from chainlab.records import dataclass, field

SMALL: Final = 1024 * 1024
"""Members up to this size are not judged by their ratio: a short file of blanks harms nobody."""

_CENTRAL_HEADER: Final = b"PK\x01\x02"
_ENCRYPTED: Final = 0x1
_NAME_LENGTHS: Final = struct.Struct("<26xHH")
"""The end of a local file header (APPNOTE 4.3.7): lengths of the name and the extra field before the content."""

_LZMA_HEADER: Final = 9
"""Before an LZMA stream: version, length of the properties (5), the properties (APPNOTE 5.8.8)."""

_LZMA_MEMORY: Final = 128 * 1024 * 1024
_UNKNOWN_SIZE: Final = b"\xff" * 8
_DAMAGE: Final = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, OSError, ValueError, IndexError,
    OverflowError,
    NotImplementedError,  # zipfile's for patch data, strong encryption and versions above its own
    RuntimeError,  # zipfile's for a Python that was built without zlib
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Archive:
    """One open archive; ``unpacking`` counts what it and everything nested with it may still unpack."""

    data: bytes = field(repr=False)
    file: zipfile.ZipFile
    place: Place
    limits: Limits
    unpacking: Unpacking = field(repr=False)

    @classmethod
    def open(cls, data: bytes, place: Place, options: ReadOptions) -> Archive:
        """Read the directory of an archive; ``InputError`` if it is damaged, ``LimitError`` if it is too long."""
        unpacking = options.unpacking
        unpacking.take_members(data.count(_CENTRAL_HEADER), place)
        try:
            return cls(data, zipfile.ZipFile(io.BytesIO(data)), place, options.limits, unpacking)
        except _DAMAGE as error:
            raise InputError(str(place), f"damaged ZIP ({error})", hint="copy it again") from None

    def members(self) -> list[Member]:
        """Every file by its path (``visible_members``)."""
        return visible_members(info.filename for info in self.file.infolist())

    def place_of(self, member: Member) -> Place:
        """The archive, then the member's path."""
        return self.place.within(member.path)

    def load(self, member: Member) -> bytes:
        """The unpacked content, after its announced size has passed the caps."""
        place, info = self.place_of(member), self.file.infolist()[member.number]
        if info.flag_bits & _ENCRYPTED:
            raise EncryptedMemberError(str(place), "encrypted")
        if stat.S_ISLNK(info.external_attr >> 16):
            raise InputError(str(place), "a symbolic link, not followed")
        self._check(info, place)
        try:
            return self._unpacked(info)
        except _DAMAGE as error:
            why = str(error) or type(error).__name__
            raise InputError(str(place), f"damaged or not supported ({why})") from None

    def _unpacked(self, info: zipfile.ZipInfo) -> bytes:
        """At most as much as the directory announces; zipfile itself bounds no methods but these two."""
        if info.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            with self.file.open(info) as stream:
                return stream.read(info.file_size + 1)
        unpack = _UNPACKERS.get(info.compress_type)
        if unpack is None:
            raise ValueError(f"compression method {info.compress_type}")
        content = unpack(self._packed(info), info.file_size + 1)
        if len(content) != info.file_size or zlib.crc32(content) != info.CRC:
            raise ValueError("it does not unpack to the size and checksum that the directory announces")
        return content

    def _packed(self, info: zipfile.ZipInfo) -> bytes:
        name, extra = _NAME_LENGTHS.unpack_from(self.data, info.header_offset)
        start = info.header_offset + _NAME_LENGTHS.size + name + extra
        return self.data[start : start + info.compress_size]

    def _check(self, info: zipfile.ZipInfo, place: Place) -> None:
        size, packed = info.file_size, info.compress_size
        if size > self.limits.file_bytes:
            raise LimitError(str(place), f"{size} bytes are more than the cap of {self.limits.file_bytes}")
        if size > SMALL and size > packed * self.limits.unpacked_ratio:
            found = f"{packed} bytes unpack to {size}: more than {self.limits.unpacked_ratio} times as many"
            raise LimitError(str(place), found)
        self.unpacking.take_bytes(size, place)

    def items(self, member: Member, options: ReadOptions) -> Iterable[Item]:
        """The content as an input of its own."""
        return read_bytes(self.load(member), self.place_of(member), options)


def _bzip2(packed: bytes, most: int) -> bytes:
    return bz2.BZ2Decompressor().decompress(packed, most)


def _lzma(packed: bytes, most: int) -> bytes:
    """With the header of an ``.lzma`` file, which has the same properties and then the size."""
    decompressor = lzma.LZMADecompressor(lzma.FORMAT_ALONE, _LZMA_MEMORY)
    alone = packed[4:_LZMA_HEADER] + _UNKNOWN_SIZE + packed[_LZMA_HEADER:]
    return decompressor.decompress(alone, most)


_UNPACKERS: Final[dict[int, Callable[[bytes, int], bytes]]] = {zipfile.ZIP_BZIP2: _bzip2, zipfile.ZIP_LZMA: _lzma}
