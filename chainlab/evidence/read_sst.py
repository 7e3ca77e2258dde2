"""SST: a serialized certificate store, as certlm and ``certutil -generateSSTFromWU`` write it.

``u32 version 0``, ``CERT``, elements, an end record of zeros ([MS-OSHARED] 2.3.2.5.1).
"""

from __future__ import annotations

from collections.abc import Iterator

from chainlab.evidence.model import ContainerEvidence, Item, Place
from chainlab.evidence.reading import ReadOptions
from chainlab.evidence.serialized import element_items, parse_element
from chainlab.findings import BROKEN_PART, Finding

FORMAT = "SST"
PRIORITY = 100

_MAGIC = b"\0\0\0\0CERT"


def sniff(data: bytes) -> bool:
    """Version 0 and the word CERT."""
    return data.startswith(_MAGIC)


def read(data: bytes, place: Place, _options: ReadOptions) -> Iterator[Item]:
    """All elements up to the end record; a damaged one ends the reading, what was read before is kept."""
    yield ContainerEvidence(place, FORMAT)
    offset, number = len(_MAGIC), 0
    while offset < len(data):
        number += 1
        position = place.at(f"element {number}")
        try:
            element = parse_element(data, offset)
        except ValueError as error:
            yield Finding(BROKEN_PART, {"place": str(position), "why": f"{error}; the rest is not read"})
            return
        if not element.kind and not element.properties:
            if any(data[element.end :]):
                why = f"{len(data) - element.end} bytes after the end record are ignored"
                yield Finding(BROKEN_PART, {"place": str(position), "why": why})
            return
        yield from element_items(element, position, FORMAT, None)
        offset = element.end
    yield Finding(BROKEN_PART, {"place": str(place), "why": "the end record is missing; the file may be cut off"})
