"""TCP reassembly: the bytes of one direction in order, from segments in any order, with overlaps.

Bytes already delivered stand; of what waits, the segment that begins earlier wins an overlap. Where the capture begins
within a connection, the lowest sequence number among the first segments is the beginning.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from typing import Final

MAX_PENDING_BYTES: Final = 1024 * 1024
MAX_PENDING_SEGMENTS: Final = 4096
"""Held while waiting for a missing segment; above either, the segment counts as lost."""

UNSEEN_START_SEGMENTS: Final = 16
UNSEEN_START_BYTES: Final = 32 * 1024
"""Held before a direction without SYN is taken to begin at its lowest sequence number."""

SEGMENT_COST: Final = 160
"""Bytes counted for each segment held beside its payload."""

_MODULUS: Final = 1 << 32


class Reassembly:
    """One direction of one TCP connection; positions count from its first segment seen and do not wrap."""

    __slots__ = ("_anchor", "_pending", "_position", "_started", "lost", "pending_bytes")

    def __init__(self) -> None:
        self._anchor: int | None = None
        self._position = 0
        self._started = False
        self._pending: list[tuple[int, bytes]] = []
        self.pending_bytes = 0
        self.lost = False

    def open(self, first: int) -> Iterator[bytes]:
        """A SYN was seen: ``first`` is the sequence number of the first byte of data."""
        if not self._started:
            self._position = self._place(first)
            self._started = True
            yield from self._deliver()

    def add(self, sequence: int, payload: bytes) -> Iterator[bytes]:
        """A segment; yields what is now in order. ``lost`` is set when a gap can no longer be filled."""
        place = self._place(sequence)
        if self._started and place == self._position and not self._pending:
            self._position += len(payload)
            yield payload
            return
        heapq.heappush(self._pending, (place, payload))
        self.pending_bytes += len(payload)
        if self._started:
            yield from self._deliver()
            self.lost = self.pending_bytes > MAX_PENDING_BYTES or len(self._pending) > MAX_PENDING_SEGMENTS
        elif len(self._pending) >= UNSEEN_START_SEGMENTS or self.pending_bytes >= UNSEEN_START_BYTES:
            yield from self.flush()

    def knows(self, sequence: int, size: int) -> bool:
        """Whether a segment holds nothing new: all of it was delivered before."""
        return self._started and self._place(sequence) + size <= self._position

    def flush(self) -> Iterator[bytes]:
        """No SYN will come: begin with the lowest sequence number held."""
        if not self._started and self._pending:
            self._position = self._pending[0][0]
            self._started = True
            yield from self._deliver()

    @property
    def held(self) -> int:
        """What the segments that wait cost in memory."""
        return self.pending_bytes + len(self._pending) * SEGMENT_COST

    @property
    def gap(self) -> bool:
        """Whether bytes are held back because some before them are missing."""
        return bool(self._pending) and self._started

    def _place(self, sequence: int) -> int:
        """The position of a sequence number: the one next to where reading stands (RFC 9293, 3.4)."""
        if self._anchor is None:
            self._anchor = sequence
        ahead = (sequence - self._anchor - self._position) % _MODULUS
        return self._position + (ahead - _MODULUS if ahead >= _MODULUS // 2 else ahead)

    def _deliver(self) -> Iterator[bytes]:
        while self._pending and self._pending[0][0] <= self._position:
            place, payload = heapq.heappop(self._pending)
            self.pending_bytes -= len(payload)
            fresh = payload[self._position - place :]
            if fresh:
                self._position += len(fresh)
                yield fresh
