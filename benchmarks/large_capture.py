"""How much memory and time a large capture takes.

    python -m benchmarks.large_capture [MIB]

A capture of 512 MiB (or as many as given) is made as a stream, so that no disk is needed: handshakes of new
connections, bulk data of connections whose handshake is over, connections that never finish one. Prints peak memory and
throughput; making the traffic does not count. Exit status 1 when the peak is above the ceiling, whatever the size.
"""

from __future__ import annotations

import io
import itertools
import sys
import time
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

from chainlab.certificate import Certificate
from chainlab.evidence import HandshakeEvidence, Place, ReadOptions
from chainlab.evidence.read_capture import read_stream
from chainlab.lab import sectigo
from chainlab.lab.captures import CLIENT, SERVER, Ends, client_hello, packets, pcap, record, tls12
from chainlab.lab.pki import KeyRing

MIB = 1024 * 1024
CEILING = 16
"""MiB of memory that reading may take at its peak."""

_HEADER = len(pcap([]))


class Generated:
    """A capture that exists only while it is read."""

    def __init__(self, size: int, chain: list[Certificate]) -> None:
        self.size, self.made, self.seconds = size, 0, 0.0
        self._pieces = _traffic(chain)
        self._current = io.BytesIO(pcap([]))

    def read(self, size: int, /) -> bytes:
        """Up to ``size`` bytes; empty at the end."""
        taken = self._current.read(size)
        while len(taken) < size and self.made < self.size:
            start = time.perf_counter()
            piece = next(self._pieces)
            self.made += len(piece)
            self._current = io.BytesIO(piece)
            self.seconds += time.perf_counter() - start
            taken += self._current.read(size - len(taken))
        return taken


def _traffic(chain: list[Certificate]) -> Iterator[bytes]:
    """Three of four connections: a handshake and bulk data; the fourth never finishes its first record."""
    stuck = [(CLIENT, record(22, client_hello("x"))), (SERVER, b"\x16\x03\x03\x40\x00" + bytes(16_000))]
    bulk = [(SERVER, record(23, bytes(200_000)))]
    for number in itertools.count(1):
        client = (f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}", 40_000)
        flights = tls12(chain, f"host{number % 50}.example") + bulk if number % 4 else stuck
        yield pcap(packets(flights, Ends(client)))[_HEADER:]


def main() -> None:
    """Print one line for memory and one for time."""
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 512
    made = sectigo.certificates(KeyRing(Path(__file__).parent.parent / "fixtures" / "keys"))
    chain = [made[name] for name in ("www", "ov-r36", "r46-by-usertrust")]
    peak = 0.0
    for traced in (True, False):
        source = Generated(size * MIB, chain)
        if traced:
            tracemalloc.start()
        start = time.perf_counter()
        found = list(read_stream(source, Place("large.pcap"), ReadOptions()))
        seconds = time.perf_counter() - start - source.seconds
        if traced:
            peak = tracemalloc.get_traced_memory()[1] / MIB
            tracemalloc.stop()
            seen = [item for item in found if isinstance(item, HandshakeEvidence)]
            print(f"{source.made / MIB:.0f} MiB, {sum(item.count for item in seen)} handshakes, {len(seen)} distinct")
            print(f"peak memory {peak:.1f} MiB (ceiling {CEILING} MiB)")
        else:
            print(f"time {seconds:.1f} s ({source.made / MIB / seconds:.0f} MiB/s)")
    sys.exit(peak > CEILING)


if __name__ == "__main__":
    main()
