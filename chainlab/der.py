"""The few raw DER slices that no library hands out unchanged.

Names are compared byte by byte by Windows and by several clients, so the original encoding of issuer, subject and
public key is needed, not a re-encoding.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from chainlab.records import dataclass

MALFORMED: Final = (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError, RecursionError)
"""What asn1crypto raises on malformed values; its accessors decode lazily, so every access is guarded."""

_MAX_LENGTH_OCTETS = 4


@dataclass(frozen=True, slots=True)
class Element:
    """One DER element: its tag octet and the offsets of its content within the data."""

    tag: int
    start: int
    content: int
    end: int


def element(data: bytes, offset: int) -> Element:
    """The element that begins at ``offset``; ``ValueError`` if header or content do not fit into ``data``."""
    content, end = _bounds(data, offset)
    return Element(data[offset], offset, content, end)


def _bounds(data: bytes, offset: int) -> tuple[int, int]:
    """Where the content of the element at ``offset`` begins and ends."""
    if offset + 2 > len(data):
        raise ValueError(f"DER element at offset {offset} is truncated")
    tag, first = data[offset], data[offset + 1]
    if tag & 0x1F == 0x1F:
        raise ValueError(f"DER element at offset {offset} has a multi-byte tag")
    if first < 0x80:
        content, length = offset + 2, first
    else:
        octets = first & 0x7F
        if not 1 <= octets <= _MAX_LENGTH_OCTETS:
            raise ValueError(f"DER element at offset {offset} has no definite length of at most 4 octets")
        content = offset + 2 + octets
        length = int.from_bytes(data[offset + 2 : content], "big")
    if content + length > len(data):
        raise ValueError(f"DER element at offset {offset} says {length} octets, only {len(data) - content} follow")
    return content, content + length


def children(data: bytes, parent: Element) -> list[Element]:
    """The elements directly inside ``parent``."""
    found, offset = [], parent.content
    while offset < parent.end:
        child = element(data, offset)
        found.append(child)
        offset = child.end
    return found


def more_than(data: bytes, most: int) -> bool:
    """Whether more than ``most`` elements stand in ``data`` one after the other, in DER or BER; damage ends the count.

    For sets that a library would take apart as a whole, at a microsecond and 200 bytes for every two octets.
    """
    offset = count = 0
    try:
        while offset < len(data) and count <= most:
            offset = _after(data, offset)
            count += 1
    except ValueError:
        pass
    return count > most


def _after(data: bytes, offset: int) -> int:
    """Where the element ends, also one of indefinite length (X.690, 8.1.3.6)."""
    open_ended = 0
    while True:
        if open_ended and data[offset : offset + 2] == b"\0\0":
            open_ended, offset = open_ended - 1, offset + 2
        elif data[offset + 1 : offset + 2] == b"\x80":
            open_ended, offset = open_ended + 1, offset + 2
        else:
            offset = _bounds(data, offset)[1]
        if not open_ended:
            return offset


@dataclass(frozen=True, slots=True)
class TbsSlices:
    """Encodings of a certificate's issuer name, subject name and SubjectPublicKeyInfo, exactly as they stand.

    ``rest`` is what follows them: the unique identifiers and the extensions.
    """

    issuer: bytes
    subject: bytes
    spki: bytes
    rest: bytes


def tbs_slices(certificate: bytes) -> TbsSlices:
    """Slice a DER certificate (RFC 5280, 4.1); ``ValueError`` when it is not shaped like one."""
    offset, end = _bounds(certificate, _bounds(certificate, 0)[0])
    if offset < end and certificate[offset] == 0xA0:  # [0] EXPLICIT version, absent in version 1
        offset = _bounds(certificate, offset)[1]
    fields: list[bytes] = []
    while offset < end and len(fields) < 6:
        start, offset = offset, _bounds(certificate, offset)[1]
        fields.append(certificate[start:offset])
    if len(fields) < 6:
        raise ValueError(f"TBSCertificate has {len(fields)} fields after the version, at least 6 expected")
    _serial, _algorithm, issuer, _validity, subject, spki = fields
    return TbsSlices(issuer, subject, spki, certificate[offset:end])


def extension_values(rest: bytes, wanted: Collection[bytes]) -> dict[bytes, bytes]:
    """The values (contents of extnValue) of the first extension of each wanted OID, by the OID's encoding.

    ``rest`` is that of ``TbsSlices``. ``ValueError`` where the extensions are not shaped like RFC 5280, 4.1.
    """
    found: dict[bytes, bytes] = {}
    offset = 0
    while offset < len(rest) and rest[offset] != 0xA3:  # [1] and [2]: unique identifiers
        offset = _bounds(rest, offset)[1]
    if offset >= len(rest):
        return found
    offset, end = _bounds(rest, _bounds(rest, offset)[0])
    while offset < end:
        content, offset = _bounds(rest, offset)
        identifier = rest[content : content + 2 + rest[content + 1]] if content + 1 < offset else b""
        if identifier in wanted and identifier not in found:
            *_, value = children(rest, Element(0x30, content, content, offset))
            found[identifier] = rest[value.content : value.end]
    return found


def tbs_bytes(certificate: bytes) -> bytes:
    """The encoding of the TBSCertificate, which is what the issuer signed."""
    tbs = element(certificate, element(certificate, 0).content)
    return certificate[tbs.start : tbs.end]


def public_key_bits(certificate: bytes) -> bytes:
    """The content of the subjectPublicKey BIT STRING without its count of unused bits."""
    spki = tbs_slices(certificate).spki
    _, bits = children(spki, element(spki, 0))
    return spki[bits.content + 1 : bits.end]


def outer_length(data: bytes) -> int:
    """Length of the first DER element of ``data`` including its header; what follows is not part of it."""
    return element(data, 0).end
