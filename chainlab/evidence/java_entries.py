"""Entries of Java key stores as evidence, and the big-endian fields that JKS, JCEKS and BKS are made of."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, replace

from chainlab.evidence.model import CertificateEvidence, Item, KeyPresence, Place
from chainlab.evidence.reading import certificate_item
from chainlab.properties import FRIENDLY_NAME, derive


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry with certificates: ``trusted`` is a trusted-certificate entry, else a key's chain, leaf first.

    ``key``: whether the first certificate has its private key here (a sealed entry may hold any kind of key).
    """

    number: int
    alias: str
    ders: tuple[bytes, ...]
    trusted: bool
    key: KeyPresence = KeyPresence.ABSENT


class JavaFields:
    """A cursor over the fields of ``java.io.DataInput``; ``ValueError`` where the data ends too early."""

    def __init__(self, data: bytes, offset: int = 0) -> None:
        self._data, self.offset = data, offset

    def take(self, size: int) -> bytes:
        """The next ``size`` bytes."""
        end = self.offset + size
        if end > len(self._data):
            raise ValueError(f"{size} bytes expected at offset {self.offset}, {len(self._data) - self.offset} are left")
        taken = self._data[self.offset : end]
        self.offset = end
        return taken

    def int32(self) -> int:
        """An unsigned 32-bit number."""
        return int(struct.unpack(">I", self.take(4))[0])

    def block(self) -> bytes:
        """Bytes after their 32-bit length."""
        return self.take(self.int32())

    def utf(self) -> str:
        """Modified UTF-8 after its 16-bit length (java.io.DataInput)."""
        data = self.take(int.from_bytes(self.take(2), "big")).replace(b"\xc0\x80", b"\0")
        try:
            text = data.decode("utf-8", "surrogatepass")  # characters beyond the BMP are two encoded surrogates
        except UnicodeDecodeError:
            return data.decode("utf-8", "backslashreplace")
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")

    @property
    def left(self) -> int:
        """How many bytes are left."""
        return len(self._data) - self.offset


def entry_items(entry: Entry, place: Place, format_name: str) -> Iterator[Item]:
    """The certificates of an entry under its alias; a key entry's first certificate is the one with the key."""
    raw, _problems = derive({FRIENDLY_NAME: entry.alias.encode("utf-16-le", "replace")})
    position = place.at(f"entry {entry.number} '{entry.alias}'")
    for number, der in enumerate(entry.ders):
        item = certificate_item(der, position, format_name)
        if isinstance(item, CertificateEvidence):
            key = entry.key if number == 0 else KeyPresence.ABSENT
            item = replace(item, properties=raw, key=key, trusted=entry.trusted)
        yield item
