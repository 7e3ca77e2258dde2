"""gzip around any other format (``capture.pcap.gz``, ``netlog.json.gz``): unpacked as a stream under the same caps."""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable, Iterator
from typing import Final

from chainlab.errors import InputError, LimitError
from chainlab.evidence.model import Item, Place
from chainlab.evidence.reading import HEAD_BYTES, ReadOptions, Unpacking, read_source
from chainlab.evidence.source import BoundedSource, ByteSource
from chainlab.findings import BROKEN_PART, Finding

FORMAT = "gzip"
PRIORITY = 143

_GZIP: Final = 16 + zlib.MAX_WBITS
_STEP: Final = 64 * 1024


def sniff(data: bytes) -> bool:
    """The magic number and the only method there is."""
    return data[:3] == b"\x1f\x8b\x08"


def read(data: bytes, place: Place, options: ReadOptions) -> Iterator[Item]:
    """What is inside."""
    yield from read_stream(io.BytesIO(data), place, options)


def read_stream(source: ByteSource, place: Place, options: ReadOptions) -> Iterator[Item]:
    """What is inside; ``InputError`` when it is damaged before anything could be read."""
    inside = place.within("gzip")
    if inside.depth > options.limits.depth:
        raise LimitError(str(place), f"containers are nested deeper than {options.limits.depth}")
    unpacked = _Unpacked(source)
    read = _counted(unpacked.read, options.budget, inside) if options.budget is not None else unpacked.read
    bounded = BoundedSource(read, str(inside), options.limits.file_bytes, HEAD_BYTES)
    if unpacked.problem and not bounded.head:
        raise InputError(str(place), unpacked.problem, hint="copy it again")
    yield from read_source(bounded, inside, options)
    if unpacked.problem:
        yield Finding(BROKEN_PART, {"place": str(place), "why": unpacked.problem})


def _counted(read: Callable[[int], bytes], budget: Unpacking, place: Place) -> Callable[[int], bytes]:
    """The same bytes, taken from what the archive around them may still unpack."""

    def counted(size: int) -> bytes:
        data = read(size)
        budget.take_bytes(len(data), place)
        return data

    return counted


class _Unpacked:
    """The unpacked bytes of a gzip file with one or several members; they end at damage, which ``problem`` tells."""

    def __init__(self, source: ByteSource) -> None:
        self._source = source
        self._packed = b""
        self.problem = ""
        self._stream = zlib.decompressobj(_GZIP)
        self._whole = False

    def read(self, size: int) -> bytes:
        """Up to ``size`` bytes; empty at the end."""
        while True:
            if not self._packed:
                self._packed = self._source.read(_STEP)
                if not self._packed:
                    self.problem = self.problem or ("" if self._whole else "the gzip data is cut off")
                    return b""
            plain = self._unpack(size)
            if plain:
                return plain

    def _unpack(self, size: int) -> bytes:
        try:
            plain = self._stream.decompress(self._packed, size)
        except zlib.error as error:
            self.problem = f"damaged gzip data ({error})"
            self._packed = b""
            self._source = io.BytesIO()
            return b""
        self._packed, self._whole = self._stream.unconsumed_tail, False
        if self._stream.eof:
            self._packed, self._whole = self._stream.unused_data, True
            self._stream = zlib.decompressobj(_GZIP)
            if not self._packed.lstrip(b"\0"):
                self._packed = b""
        return plain
