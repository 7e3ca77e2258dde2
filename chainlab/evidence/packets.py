"""TCP segments out of captured packets: link layers, IPv4 and IPv6, tunnels of IP in IP.

Link types: www.tcpdump.org/linktypes.html. IP fragments are not put together; they are counted.
"""

from __future__ import annotations

import struct
from collections import Counter
from collections.abc import Callable
from ipaddress import ip_address
from typing import Final

from chainlab.records import dataclass

FIN, SYN, RST, ACK = 0x01, 0x02, 0x04, 0x10

MAX_TUNNELS: Final = 4
MAX_TAGS: Final = 4

_IPV6_EXTENSIONS: Final = frozenset({0, 43, 51, 60, 135, 139, 140})
_IPV4_HEADER: Final = 20
"""Bytes of the shortest IPv4 header (RFC 791, 3.1)."""
_PORTS: Final = struct.Struct(">HH")
_TCP: Final = struct.Struct(">HHIIBB")


@dataclass(frozen=True, slots=True)
class Segment:
    """One TCP segment; an address is the IP address and the port, packed."""

    source: bytes
    destination: bytes
    sequence: int
    flags: int
    payload: bytes


def address_text(address: bytes) -> str:
    """``192.0.2.1:443`` or ``[2001:db8::1]:443``."""
    ip, port = ip_address(address[:-2]), int.from_bytes(address[-2:], "big")
    return f"[{ip}]:{port}" if ip.version == 6 else f"{ip}:{port}"


def tcp_segment(link: int, data: bytes, skipped: Counter[str]) -> Segment | None:
    """The TCP segment of a packet; anything else is counted in ``skipped`` by what it is."""
    strip = _LINKS.get(link)
    if strip is None:
        skipped[f"link type {link}"] += 1
        return None
    try:
        payload = strip(data)
        return _ip(payload, skipped, 0) if payload else None
    except (struct.error, IndexError):
        skipped["cut off"] += 1
        return None


def _ethernet(data: bytes) -> bytes:
    return _ether_payload(data[12:14], data, 14)


def _ether_payload(kind: bytes, data: bytes, offset: int) -> bytes:
    """What follows an EtherType, through VLAN tags, MPLS labels and PPPoE."""
    for _ in range(MAX_TAGS):
        if kind in (b"\x81\x00", b"\x88\xa8", b"\x91\x00"):
            kind, offset = data[offset + 2 : offset + 4], offset + 4
        elif kind == b"\x88\x64":
            kind = {b"\x00\x21": b"\x08\x00", b"\x00\x57": b"\x86\xdd"}.get(data[offset + 6 : offset + 8], b"")
            offset += 8
        elif kind in (b"\x88\x47", b"\x88\x48"):
            bottom = data[offset + 2] & 1
            offset += 4
            kind = b"\x08\x00" if bottom else kind
            if bottom:
                return data[offset:]
        else:
            break
    return data[offset:] if kind in (b"\x08\x00", b"\x86\xdd") else b""


_LINKS: Final[dict[int, Callable[[bytes], bytes]]] = {
    0: lambda data: data[4:],  # BSD loopback: address family in host order, told apart by the IP version
    1: _ethernet,
    12: lambda data: data,
    14: lambda data: data,
    101: lambda data: data,  # raw IP
    108: lambda data: data[4:],  # OpenBSD loopback
    113: lambda data: _ether_payload(data[14:16], data, 16),  # Linux cooked
    228: lambda data: data,
    229: lambda data: data,
    276: lambda data: _ether_payload(data[0:2], data, 20),  # Linux cooked, version 2
}


def _ip(data: bytes, skipped: Counter[str], depth: int) -> Segment | None:
    version = data[0] >> 4
    if version == 4:
        header = (data[0] & 15) * 4
        if header < _IPV4_HEADER:  # nothing sends that: it would read the header as what it carries
            skipped["not IP"] += 1
            return None
        total, fragment = struct.unpack_from(">H2xH", data, 2)
        protocol, source, destination = data[9], data[12:16], data[16:20]
        fragmented = bool(fragment & 0x3FFF)
        end = total if header <= total <= len(data) else len(data)  # 0 where the card segments (TSO)
    elif version == 6:
        protocol, header, fragmented = _ipv6(data)
        source, destination = data[8:24], data[24:40]
        total = struct.unpack_from(">H", data, 4)[0]
        end = 40 + total if total and 40 + total <= len(data) else len(data)
    else:
        skipped["not IP"] += 1
        return None
    if protocol == 6 and not fragmented:
        return _tcp(data, header, end, source, destination)
    if protocol in (4, 41) and not fragmented and depth < MAX_TUNNELS:
        return _ip(data[header:end], skipped, depth + 1)
    skipped[_name(data, header, protocol, fragmented)] += 1
    return None


def _ipv6(data: bytes) -> tuple[int, int, bool]:
    """Upper-layer protocol, offset of its header, and whether the packet is a fragment (RFC 8200, 4)."""
    protocol, offset, fragmented = data[6], 40, False
    for _ in range(16):
        if protocol == 44:
            fragmented = fragmented or bool(struct.unpack_from(">H", data, offset + 2)[0] & 0xFFF9)
            protocol, offset = data[offset], offset + 8
        elif protocol in _IPV6_EXTENSIONS:
            units = data[offset + 1] + 2 if protocol == 51 else (data[offset + 1] + 1) * 2
            protocol, offset = data[offset], offset + units * 4
        else:
            break
    return protocol, offset, fragmented


def _name(data: bytes, header: int, protocol: int, fragmented: bool) -> str:
    if fragmented:
        return "IP fragments"
    if protocol == 17:
        return "QUIC (UDP port 443)" if 443 in _PORTS.unpack_from(data, header) else "UDP"
    return f"IP protocol {protocol}"


def _tcp(data: bytes, offset: int, end: int, source: bytes, destination: bytes) -> Segment:
    from_port, to_port, sequence, _ack, length, flags = _TCP.unpack_from(data, offset)
    payload = data[offset + (length >> 4) * 4 : end]
    ports = _PORTS.pack(from_port, to_port)
    return Segment(source + ports[:2], destination + ports[2:], sequence, flags, payload)
