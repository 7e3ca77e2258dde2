"""Cabinet files, as Windows Update delivers its lists: each member is an input of its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from chainlab.evidence.model import ContainerEvidence, Item, Place
from chainlab.evidence.reading import ReadOptions

FORMAT = "cabinet"
PRIORITY = 101


def sniff(data: bytes) -> bool:
    """The signature MSCF."""
    return data.startswith(b"MSCF")


def read(data: bytes, place: Place, options: ReadOptions) -> Iterator[Item]:
    """The evidence of all members, in the order of the cabinet's directory."""
    from chainlab.evidence.cabinet_members import OpenCabinet  # few inputs are cabinets
    from chainlab.evidence.members import member_items

    cabinet = OpenCabinet.open(data, place, options)
    yield ContainerEvidence(place, FORMAT, (("members", str(len(cabinet.members()))),))
    yield from member_items(cabinet, replace(options, budget=cabinet.unpacking))
