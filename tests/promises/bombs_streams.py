"""Captures and transcripts that go on and on, or promise more than they hold."""

from __future__ import annotations

import struct
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

from chainlab.lab import captures as lab
from tests.promises import raw

MEBIBYTE: Final = 1024 * 1024
_HEAD: Final = lab.pcap([])
_HELLO: Final = lab.record(22, lab.client_hello("www.example.test"), 0x0301)
_SERVER_HELLO: Final = lab.record(22, lab.server_hello())


def _framed(packet: bytes) -> bytes:
    return struct.pack("<IIII", 0, 0, len(packet), len(packet)) + packet


def _conversation(side: int, payload: bytes, segment: int = 1400) -> bytes:
    return lab.pcap(lab.packets([(lab.CLIENT, _HELLO), (side, payload)], segment=segment))


def _tiny_packets(count: int) -> bytes:
    return _HEAD + _framed(b"\0") * count


def _empty_segments(count: int) -> bytes:
    (packet,) = lab.packets([(lab.CLIENT, b"x")])[2:]
    return _HEAD + _framed(packet) * count


def _connections(count: int) -> bytes:
    """A SYN each, between other ports and addresses."""
    (packet, *_) = lab.packets([])
    before, after = packet[:26], packet[30:]
    return _HEAD + b"".join(_framed(before + (0x0A000000 + n).to_bytes(4, "big") + after) for n in range(count))


def _hellos(count: int) -> bytes:
    """Whole handshakes of as many clients that never see an answer."""
    packet = lab.packets([(lab.CLIENT, _HELLO)])[2]
    before, after = packet[:26], packet[30:]
    return _HEAD + b"".join(_framed(before + (0x0A000000 + n).to_bytes(4, "big") + after) for n in range(count))


def _distinct_chains(count: int) -> bytes:
    """As many handshakes, each with a certificate of its own."""
    made = []
    for number in range(count):
        certificate = raw.leaf("R", f"{number}.example.test")
        flight = _SERVER_HELLO + lab.record(22, lab.certificate_message([certificate]))
        ends = lab.Ends((f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}", 5000))
        made += lab.packets([(lab.CLIENT, _HELLO), (lab.SERVER, flight)], ends)
    return lab.pcap(made)


def _gaps(count: int) -> bytes:
    """Every second byte of a stream is missing."""
    packets = lab.packets([(lab.CLIENT, _HELLO), (lab.SERVER, bytes(2 * count))], segment=1)
    return lab.pcap([*packets[: 2 + len(_HELLO)], *packets[2 + len(_HELLO) :: 2]])


def _backwards(count: int) -> bytes:
    """Segments in the reverse order, so that everything has to be held."""
    packets = lab.packets([(lab.CLIENT, _HELLO), (lab.SERVER, _SERVER_HELLO + bytes(count))], segment=1)
    return lab.pcap([*packets[:3], *reversed(packets[3:])])


def _many_empty_records(count: int) -> bytes:
    return _conversation(lab.SERVER, _SERVER_HELLO + b"\x16\x03\x03\0\0" * count)


def _endless_message() -> bytes:
    """A Certificate message of 16 MB that arrives in records of one byte."""
    start = lab.record(22, b"\x0b\xff\xff\xff\xff\xff\xfc")
    return _conversation(lab.SERVER, _SERVER_HELLO + start + b"\x16\x03\x03\0\1\0" * 300_000)


def _tls13_records(count: int) -> bytes:
    hello = lab.record(22, lab.server_hello(0x1301, bytes(32), lab.extension(43, b"\3\4")))
    return _conversation(lab.SERVER, hello + b"\x17\x03\x03\0\x20" + bytes(32) + b"\x17\x03\x03\0\1\0" * count)


def _many_certificates(count: int) -> bytes:
    """One message with as many copies of a certificate of three bytes."""
    return _conversation(lab.SERVER, _SERVER_HELLO + lab.record(22, lab.certificate_message([b"\x30\1\0"] * count)))


def _pcapng_interfaces(count: int) -> bytes:
    section = lab.pcapng([])
    return section[:28] + section[28:] * count


def _pcapng_secrets(count: int) -> bytes:
    lines = b"".join(b"CLIENT_RANDOM %064x %096x\n" % (n, n) for n in range(count))
    return lab.pcapng([], key_log=lines)


_MADE: Final[tuple[tuple[str, str, Callable[[], bytes], str], ...]] = (
    ("pcap of 10^6 packets of one byte", "pcap", lambda: _tiny_packets(1_000_000), "no TLS handshake"),
    ("pcap of 10^6 times the same segment", "pcap", lambda: _empty_segments(1_000_000), ""),
    (
        "pcap with a packet of 2^32-1 bytes",
        "pcap",
        lambda: _HEAD + struct.pack("<IIII", 0, 0, 2**32 - 1, 1),
        "more than the cap",
    ),
    ("pcap of 2*10^5 connections", "pcap", lambda: _connections(200_000), ""),
    ("pcap of 10^5 hellos without answer", "pcap", lambda: _hellos(100_000), ""),
    ("pcap of 10^4 distinct chains", "pcap", lambda: _distinct_chains(10_000), ""),
    ("pcap with a gap after every byte", "pcap", lambda: _gaps(200_000), ""),
    ("pcap of 2*10^5 segments in reverse", "pcap", lambda: _backwards(200_000), ""),
    (
        "a ClientHello and 500 KB of zeros byte by byte",
        "pcap",
        lambda: _conversation(lab.SERVER, bytes(200_000), 1),
        "",
    ),
    (
        "a handshake in segments of one byte",
        "pcap",
        lambda: _conversation(
            lab.SERVER, _SERVER_HELLO + lab.record(22, lab.certificate_message([raw.leaf("R")] * 200)), 1
        ),
        "",
    ),
    ("2*10^5 empty TLS records", "pcap", lambda: _many_empty_records(200_000), ""),
    ("a TLS message that never ends", "pcap", _endless_message, ""),
    ("10^5 encrypted records of one byte", "pcap", lambda: _tls13_records(150_000), ""),
    ("10^5 certificates in one message", "pcap", lambda: _many_certificates(100_000), ""),
    ("pcapng of 10^6 interfaces", "pcapng", lambda: _pcapng_interfaces(1_000_000), ""),
    ("pcapng with 10^5 secrets", "pcapng", lambda: _pcapng_secrets(80_000), ""),
    (
        "pcapng with a block of 2^32-4 bytes",
        "pcapng",
        lambda: lab.pcapng([]) + struct.pack("<II", 6, 2**32 - 4),
        "impossible length",
    ),
)


def _file(folder: Path, suffix: str, make: Callable[[], bytes]) -> Path:
    path = folder / f"input.{suffix}"
    path.write_bytes(make())
    return path


ALL: Final = tuple((name, partial(_file, suffix=suffix, make=make), says) for name, suffix, make, says in _MADE)
