"""The TCP connections of a capture: each segment to its connection, memory bounded whatever the capture holds."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator
from typing import Final

from chainlab.evidence.key_log import KeyLog
from chainlab.evidence.packets import ACK, SYN, Segment
from chainlab.evidence.tcp import Reassembly
from chainlab.evidence.tls_stream import Direction, Shown
from chainlab.records import dataclass, field

MAX_ACTIVE: Final = 20_000
"""Connections followed at the same time; above it the oldest is given up."""

MAX_HELD: Final = 64 * 1024 * 1024
"""Bytes held for all connections together; above it the oldest is given up."""

MAX_REMEMBERED: Final = 100_000
"""Connections whose handshake is over and whose further packets are passed over."""


@dataclass(slots=True)
class Connection:
    """One TCP connection; ``number`` counts from 0 as Wireshark's ``tcp.stream`` does."""

    number: int
    ends: tuple[bytes, bytes]
    shown: Shown
    directions: tuple[Direction, Direction]
    order: tuple[Reassembly, Reassembly] = field(default_factory=lambda: (Reassembly(), Reassembly()))
    first: list[int | None] = field(default_factory=lambda: [None, None])
    held: int = 0
    given_up: bool = False

    @property
    def over(self) -> bool:
        """Nothing more can come from either side, or the certificates of a server that asked for none are there."""
        return self.directions[0].done and self.directions[1].done

    @property
    def is_tls(self) -> bool:
        """Whether TLS was found in it."""
        return self.directions[0].started or self.directions[1].started

    @property
    def gap(self) -> bool:
        """Whether bytes are missing."""
        return self.given_up or any(order.gap or order.lost for order in self.order)

    @property
    def server(self) -> bytes:
        """Address of the server; who sent no hello is judged by the other side, else by the lower port."""
        for index, direction in enumerate(self.directions):
            if direction.sender == "server":
                return self.ends[index]
            if direction.sender == "client":
                return self.ends[1 - index]
        return min(self.ends, key=lambda end: end[-2:])


class Connections:
    """Follows all connections; hands each out when its handshake is over or the capture ends."""

    def __init__(self, keys: KeyLog) -> None:
        self._keys = keys
        self._active: OrderedDict[tuple[bytes, bytes], Connection] = OrderedDict()
        self._over: OrderedDict[tuple[bytes, bytes], tuple[int | None, ...]] = OrderedDict()
        self._held = 0
        self.count = 0

    def segment(self, segment: Segment) -> Iterator[Connection]:
        """Take a segment; yields the connections that are over by it."""
        swapped = segment.source > segment.destination
        ends = (segment.destination, segment.source) if swapped else (segment.source, segment.destination)
        opens = bool(segment.flags & SYN)
        if not opens and (not segment.payload or ends in self._over):
            return
        connection = self._active.get(ends)
        if opens and self._begins_anew(segment, ends, int(swapped), connection):
            self._over.pop(ends, None)
            yield from self._finish([connection] if connection else [])
            connection = None
        if connection is None:
            if ends in self._over:
                return
            connection = self._new(ends)
        self._take(connection, int(swapped), segment)
        if connection.over:
            yield from self._finish([connection])
        if self._held > MAX_HELD or len(self._active) > MAX_ACTIVE:
            yield from self._relieve()

    def rest(self) -> Iterator[Connection]:
        """The connections that the end of the capture cuts off."""
        yield from self._finish(list(self._active.values()))

    def _begins_anew(self, segment: Segment, ends: tuple[bytes, bytes], side: int, known: Connection | None) -> bool:
        """Whether a SYN opens a new connection between the same ports, and is no repetition."""
        if segment.flags & ACK:
            return False
        first = known.first if known is not None else self._over.get(ends)
        return first is None or first[side] not in (None, segment.sequence) or (known is None and first[side] is None)

    def _new(self, ends: tuple[bytes, bytes]) -> Connection:
        shown = Shown()
        directions = (Direction(shown, self._keys), Direction(shown, self._keys))
        connection = self._active[ends] = Connection(self.count, ends, shown, directions)
        self.count += 1
        return connection

    def _take(self, connection: Connection, side: int, segment: Segment) -> None:
        order, direction = connection.order[side], connection.directions[side]
        if direction.done:
            return
        sequence = segment.sequence
        if not segment.flags & SYN and order.knows(sequence, len(segment.payload)):
            return  # a repetition
        if segment.flags & SYN:
            connection.first[side] = sequence
            sequence = (sequence + 1) & 0xFFFFFFFF
            _feed(order.open(sequence), direction)
        if segment.payload:
            _feed(order.add(sequence, segment.payload), direction)
        if order.lost:
            direction.close()
        held = connection.shown.held + direction.held + order.held
        held += connection.directions[1 - side].held + connection.order[1 - side].held
        self._held += held - connection.held
        connection.held = held

    def _finish(self, connections: Iterable[Connection]) -> Iterator[Connection]:
        for connection in connections:
            for order, direction in zip(connection.order, connection.directions, strict=True):
                _feed(order.flush(), direction)
            for direction in connection.directions:  # only now both hellos are known
                direction.close()
            self._active.pop(connection.ends, None)
            self._held -= connection.held
            self._over[connection.ends] = tuple(connection.first)
            if len(self._over) > MAX_REMEMBERED:
                self._over.popitem(last=False)  # where a plain dictionary looks through all that went before
            yield connection

    def _relieve(self) -> Iterator[Connection]:
        while self._active and (len(self._active) > MAX_ACTIVE or self._held > MAX_HELD):
            oldest = next(iter(self._active.values()))
            oldest.given_up = True
            yield from self._finish([oldest])


def _feed(pieces: Iterable[bytes], direction: Direction) -> None:
    for piece in pieces:
        if not direction.done:
            direction.feed(piece)
