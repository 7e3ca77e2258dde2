"""Network captures (pcap, pcapng), read as a stream; what is done with them stands in ``packet_capture``."""

from __future__ import annotations

import io
from collections.abc import Iterator

from chainlab.evidence.capture_file import PCAP_MAGICS, PCAPNG_MAGIC
from chainlab.evidence.model import Item, Place
from chainlab.evidence.reading import ReadOptions
from chainlab.evidence.source import ByteSource

FORMAT = "capture"
PRIORITY = 133


def sniff(data: bytes) -> bool:
    """A pcap magic number in either byte order, or a pcapng section header."""
    return data[:4] in PCAP_MAGICS or data.startswith(PCAPNG_MAGIC)


def read(data: bytes, place: Place, options: ReadOptions) -> Iterator[Item]:
    """The handshakes of a capture that is in memory, as a member of an archive is."""
    yield from read_stream(io.BytesIO(data), place, options)


def read_stream(source: ByteSource, place: Place, options: ReadOptions) -> Iterator[Item]:
    """The container's facts, then the distinct handshakes in order of their first sighting, then what was not seen."""
    from chainlab.evidence.packet_capture import capture_items  # a dozen modules that only captures need

    yield from capture_items(source, place, options)
