"""Captures of laboratory handshakes: TLS 1.2 as a client and a server would send it, in pcap or pcapng.

The handshakes are complete up to ChangeCipherSpec; key exchange and signatures are random bytes, since nobody checks
them in a capture. Everything is deterministic.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterable, Sequence
from ipaddress import ip_address
from typing import Final

from chainlab.certificate import Certificate
from chainlab.records import dataclass

CLIENT, SERVER = 0, 1

_SEGMENT: Final = 1400
_RECORD: Final = 16384
_PCAP_HEADER: Final = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1)


@dataclass(frozen=True, slots=True)
class Ends:
    """The two ends of a connection, client first: address and port."""

    client: tuple[str, int] = ("192.0.2.10", 49152)
    server: tuple[str, int] = ("192.0.2.1", 443)


DEFAULT_ENDS: Final = Ends()


def vector(data: bytes, size: int) -> bytes:
    """Bytes after their length, which takes ``size`` bytes."""
    return len(data).to_bytes(size, "big") + data


def message(kind: int, body: bytes) -> bytes:
    """A handshake message."""
    return bytes([kind]) + vector(body, 3)


def record(kind: int, body: bytes, version: int = 0x0303) -> bytes:
    """TLS records with these bytes, as many as are needed."""
    pieces = [body[start : start + _RECORD] for start in range(0, len(body), _RECORD)]
    return b"".join(struct.pack(">BH", kind, version) + vector(piece, 2) for piece in pieces)


def extension(kind: int, body: bytes) -> bytes:
    """A hello extension."""
    return kind.to_bytes(2, "big") + vector(body, 2)


def client_hello(host: str = "", random: bytes = bytes(32), session: bytes = b"", more: bytes = b"") -> bytes:
    """A ClientHello asking for ``host``."""
    name = vector(b"\0" + vector(host.encode(), 2), 2)
    extensions = (extension(0, name) if host else b"") + more
    suites = vector(bytes.fromhex("1301c02fc030"), 2)
    return message(1, b"\x03\x03" + random + vector(session, 1) + suites + b"\x01\x00" + vector(extensions, 2))


def server_hello(cipher: int = 0xC02F, session: bytes = b"", more: bytes = b"", version: int = 0x0303) -> bytes:
    """A ServerHello."""
    random = hashlib.sha256(b"server").digest()
    body = version.to_bytes(2, "big") + random + vector(session, 1) + cipher.to_bytes(2, "big") + b"\0"
    return message(2, body + (vector(more, 2) if more else b""))


def certificate_message(ders: Iterable[bytes], tls13: bool = False) -> bytes:
    """A Certificate message with these encodings, in order."""
    tail = b"\0\0" if tls13 else b""
    entries = b"".join(vector(der, 3) + tail for der in ders)
    return message(11, (b"\0" if tls13 else b"") + vector(entries, 3))


def encodings(chain: Iterable[Certificate]) -> list[bytes]:
    """The encodings of a chain; ``ValueError`` for a certificate that is only catalogued."""
    found = []
    for certificate in chain:
        if certificate.der is None:
            raise ValueError(f"{certificate.label} has no encoding")
        found.append(certificate.der)
    return found


def tls12(chain: Iterable[Certificate], host: str = "", cipher: int = 0xC02F) -> list[tuple[int, bytes]]:
    """The flights of a TLS 1.2 handshake, up to where encryption begins."""
    server = server_hello(cipher) + certificate_message(encodings(chain))
    server += message(12, hashlib.sha512(b"key exchange").digest()) + message(14, b"")
    finished = record(20, b"\x01") + record(22, hashlib.sha256(b"finished").digest() + bytes(8))
    return [
        (CLIENT, record(22, client_hello(host), 0x0301)),
        (SERVER, record(22, server)),
        (CLIENT, record(22, message(16, bytes(33))) + finished),
        (SERVER, finished + record(23, bytes(64))),
    ]


def packets(flights: Sequence[tuple[int, bytes]], ends: Ends = DEFAULT_ENDS, segment: int = _SEGMENT) -> list[bytes]:
    """The Ethernet packets of one TCP connection that carries these flights, its opening included."""
    sequence = [1000, 5_000_000]
    made = [_packet(ends, CLIENT, sequence, 0x02, b""), _packet(ends, SERVER, sequence, 0x12, b"")]
    sequence = [number + 1 for number in sequence]
    for side, data in flights:
        for start in range(0, len(data), segment):
            piece = data[start : start + segment]
            made.append(_packet(ends, side, sequence, 0x18, piece))
            sequence[side] += len(piece)
    return made


def _packet(ends: Ends, side: int, sequence: list[int], flags: int, payload: bytes) -> bytes:
    source, target = (ends.client, ends.server) if side == CLIENT else (ends.server, ends.client)
    numbers = (sequence[side] & 0xFFFFFFFF, sequence[1 - side] & 0xFFFFFFFF)
    tcp = struct.pack(">HHIIBBHHH", source[1], target[1], *numbers, 0x50, flags, 65535, 0, 0) + payload
    addresses = ip_address(source[0]).packed + ip_address(target[0]).packed
    if len(addresses) == 8:
        header = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(tcp), 0, 0x4000, 64, 6, 0)
        return bytes(12) + b"\x08\x00" + header + addresses + tcp
    return bytes(12) + b"\x86\xdd" + struct.pack(">IHBB", 0x60000000, len(tcp), 6, 64) + addresses + tcp


def pcap(frames: Iterable[bytes]) -> bytes:
    """A pcap file of Ethernet packets."""
    return _PCAP_HEADER + b"".join(
        struct.pack("<IIII", number, 0, len(frame), len(frame)) + frame for number, frame in enumerate(frames)
    )


def pcapng(frames: Iterable[bytes], order: str = "<", key_log: bytes = b"") -> bytes:
    """A pcapng file of Ethernet packets, in either byte order, with a key log in it if there is one."""
    blocks = [
        _block(order, 0x0A0D0D0A, struct.pack(order + "IHHq", 0x1A2B3C4D, 1, 0, -1)),
        _block(order, 1, struct.pack(order + "HHI", 1, 0, 0)),
    ]
    if key_log:
        blocks.append(_block(order, 10, struct.pack(order + "II", 0x544C534B, len(key_log)) + key_log))
    for number, frame in enumerate(frames):
        fixed = struct.pack(order + "IIIII", 0, 0, number, len(frame), len(frame))
        blocks.append(_block(order, 6, fixed + frame))
    return b"".join(blocks)


def _block(order: str, kind: int, body: bytes) -> bytes:
    padded = body + bytes(-len(body) % 4)
    length = struct.pack(order + "I", len(padded) + 12)
    return struct.pack(order + "I", kind) + length + padded + length
