"""Packets out of capture files, one after the other: pcap and pcapng, both byte orders, never the whole file.

Formats: draft-ietf-opsawg-pcap, draft-ietf-opsawg-pcapng. A pcapng file may carry TLS secrets (Decryption Secrets
Block, as ``editcap --inject-secrets`` writes it). A file that is cut off or damaged gives the packets up to there.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Final

from chainlab.evidence.source import ByteSource
from chainlab.records import dataclass, field

MAX_BLOCK: Final = 16 * 1024 * 1024
"""Bytes of one block or packet: libpcap itself refuses packets above 256 KiB, secrets blocks can be larger."""

PCAP_MAGICS: Final[dict[bytes, str]] = {
    b"\xa1\xb2\xc3\xd4": ">", b"\xd4\xc3\xb2\xa1": "<", b"\xa1\xb2\x3c\x4d": ">", b"\x4d\x3c\xb2\xa1": "<",
}  # fmt: skip
"""Magic number -> byte order; microsecond and nanosecond files differ only in their time stamps."""

PCAPNG_MAGIC: Final = b"\x0a\x0d\x0d\x0a"

_SECTION, _INTERFACE, _OLD_PACKET, _SIMPLE_PACKET, _PACKET, _SECRETS = 0x0A0D0D0A, 1, 2, 3, 6, 10
_TLS_KEY_LOG: Final = 0x544C534B


@dataclass(frozen=True, slots=True)
class Frame:
    """One captured packet and its link type (``LINKTYPE_`` number)."""

    link: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Secrets:
    """A TLS key log that the capture carries."""

    text: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Damage:
    """Where and why reading had to stop."""

    why: str


def frames(source: ByteSource) -> Iterator[Frame | Secrets | Damage]:
    """The packets of a capture in file order; damage ends it."""
    magic = source.read(4)
    order = PCAP_MAGICS.get(magic)
    try:
        yield from _pcap(source, order) if order else _pcapng(source, magic)
    except _DamageError as error:
        yield Damage(str(error))


class _DamageError(Exception):
    """The file does not go on as it should."""


def _exactly(source: ByteSource, size: int, what: str) -> bytes:
    data = source.read(size)
    if len(data) < size:
        raise _DamageError(f"the capture is cut off within {what}")
    return data


def _pcap(source: ByteSource, order: str) -> Iterator[Frame]:
    header = _exactly(source, 20, "its header")
    link = struct.unpack(order + "I", header[16:])[0] & 0xFFFF  # the upper bits tell about frame check sequences
    record, number = struct.Struct(order + "8xII"), 0
    while head := source.read(16):
        number += 1
        if len(head) < 16:
            raise _DamageError(f"the capture is cut off within packet {number}")
        captured, _original = record.unpack(head)
        if captured > MAX_BLOCK:
            raise _DamageError(f"packet {number} says {captured} bytes, more than the cap of {MAX_BLOCK}")
        yield Frame(link, _exactly(source, captured, f"packet {number}"))


def _pcapng(source: ByteSource, magic: bytes) -> Iterator[Frame | Secrets]:
    order, links, number = "<", list[int](), 0
    head = magic + _exactly(source, 4, "its header")
    while head:
        number += 1
        if len(head) < 8:
            raise _DamageError(f"the capture is cut off within block {number}")
        if head[:4] == PCAPNG_MAGIC:
            body, order = _section(source, head, number)
            links.clear()
        else:
            kind, length = struct.unpack(order + "II", head)
            body = _body(source, length, number, 8)
            if kind == _INTERFACE and len(body) >= 2:
                links.append(struct.unpack_from(order + "H", body)[0])
            else:
                yield from _block(kind, body, order, links)
        head = source.read(8)


def _section(source: ByteSource, head: bytes, number: int) -> tuple[bytes, str]:
    """A section header says the byte order of everything up to the next one, its own length included."""
    mark = _exactly(source, 4, f"block {number}")
    order = {b"\x1a\x2b\x3c\x4d": ">", b"\x4d\x3c\x2b\x1a": "<"}.get(mark)
    if order is None:
        raise _DamageError(f"block {number} has no valid byte-order mark")
    length = struct.unpack(order + "I", head[4:])[0]
    return _body(source, length, number, 12), order


def _body(source: ByteSource, length: int, number: int, taken: int) -> bytes:
    if length < taken + 4 or length % 4 or length > MAX_BLOCK:
        raise _DamageError(f"block {number} has the impossible length {length}")
    return _exactly(source, length - taken, f"block {number}")[:-4]  # the length stands once more at the end


def _block(kind: int, body: bytes, order: str, links: list[int]) -> Iterator[Frame | Secrets]:
    if kind == _PACKET and len(body) >= 20:
        interface, captured = struct.unpack_from(order + "I8xI", body)
        start = 20
    elif kind == _OLD_PACKET and len(body) >= 20:
        interface, captured = struct.unpack_from(order + "H10xI", body)
        start = 20
    elif kind == _SIMPLE_PACKET and len(body) >= 4:
        interface, captured, start = 0, len(body) - 4, 4
    else:
        if kind == _SECRETS and len(body) >= 8:
            secret_kind, length = struct.unpack_from(order + "II", body)
            if secret_kind == _TLS_KEY_LOG:
                yield Secrets(body[8 : 8 + length])
        return
    if interface < len(links):
        yield Frame(links[interface], body[start : start + captured])
