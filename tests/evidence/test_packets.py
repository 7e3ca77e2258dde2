"""Link layers and IP."""

import struct
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainlab.evidence.packets import Segment, address_text, tcp_segment
from chainlab.lab.captures import SERVER, Ends, packets

V4 = Ends()
V6 = Ends(("2001:db8::10", 50000), ("2001:db8::1", 8443))


def ethernet(ends: Ends = V4) -> bytes:
    return packets([(SERVER, b"payload")], ends)[-1]


def segment(link: int, data: bytes) -> Segment | None:
    return tcp_segment(link, data, Counter())


def ip(ends: Ends = V4) -> bytes:
    return ethernet(ends)[14:]


PAYLOADS = {
    "null": (0, b"\x02\0\0\0" + ip()),
    "ethernet": (1, ethernet()),
    "raw": (101, ip()),
    "raw of OpenBSD": (12, ip()),
    "loop": (108, b"\0\0\0\x02" + ip()),
    "cooked": (113, bytes(14) + b"\x08\0" + ip()),
    "cooked 2": (276, b"\x08\0" + bytes(18) + ip()),
    "VLAN": (1, bytes(12) + b"\x81\x00\x00\x05\x08\x00" + ip()),
    "two VLANs": (1, bytes(12) + b"\x88\xa8\x00\x05\x81\x00\x00\x06\x08\x00" + ip()),
    "PPPoE": (1, bytes(12) + b"\x88\x64\x11\x00\x00\x01\x00\x00\x00\x21" + ip()),
    "MPLS": (1, bytes(12) + b"\x88\x47\x00\x01\x00\x40\x00\x01\x01\x40" + ip()),
    "padding after IP": (1, ethernet() + bytes(6)),
}


@pytest.mark.parametrize("name", PAYLOADS)
def test_every_link_layer_gives_the_same_segment(name: str) -> None:
    assert segment(*PAYLOADS[name]) == segment(1, ethernet())
    assert segment(*PAYLOADS[name]).payload == b"payload"  # type: ignore[union-attr]


def test_addresses_are_written_as_people_do() -> None:
    four, six = segment(1, ethernet()), segment(1, ethernet(V6))
    assert four is not None
    assert six is not None
    assert address_text(four.source) == "192.0.2.1:443"
    assert address_text(six.source) == "[2001:db8::1]:8443"


@pytest.mark.parametrize("length", range(5))
def test_an_ipv4_header_shorter_than_any_is_no_ip(length: int) -> None:
    skipped: Counter[str] = Counter()
    packet = bytes([0x40 | length]) + ip()[1:]
    assert tcp_segment(101, packet, skipped) is None
    assert tcp_segment(101, packet[:9] + b"\x04" + packet[10:], skipped) is None  # IP in IP: into itself
    assert skipped == {"not IP": 2}


def test_ipv6_extension_headers_and_tunnels_are_stepped_over() -> None:
    plain = ip(V6)
    options = plain[:6] + b"\x00" + plain[7:40] + b"\x06\x00" + bytes(6) + plain[40:]
    longer = options[:4] + struct.pack(">H", len(options) - 40) + options[6:]
    assert segment(101, longer) == segment(101, plain)
    outer = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(ip()), 0, 0, 64, 4, 0) + bytes(8)
    assert segment(101, outer + ip()) == segment(101, ip())
    six_in_four = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(plain), 0, 0, 64, 41, 0) + bytes(8)
    assert segment(101, six_in_four + plain) == segment(101, plain)


def test_a_total_length_of_zero_means_that_the_card_cuts_segments() -> None:
    assert segment(101, ip()[:2] + b"\0\0" + ip()[4:]) == segment(101, ip())


def test_other_traffic_is_counted_by_what_it_is() -> None:
    skipped: Counter[str] = Counter()
    fragment = ip()[:6] + b"\x20\x00" + ip()[8:]
    udp = ip()[:9] + b"\x11" + ip()[10:]
    for link, data in ((1, bytes(12) + b"\x08\x06" + bytes(28)), (101, fragment), (101, udp), (127, b"x"), (101, b"")):
        assert tcp_segment(link, data, skipped) is None
    assert tcp_segment(101, ip()[:25], skipped) is None
    assert skipped == {"IP fragments": 1, "QUIC (UDP port 443)": 1, "link type 127": 1, "cut off": 1}


@given(st.sampled_from([0, 1, 12, 101, 108, 113, 228, 229, 276, 9]), st.binary(max_size=120))
def test_no_packet_raises(link: int, data: bytes) -> None:
    segment(link, data)


@given(st.data())
def test_flipped_packets_do_not_raise(data) -> None:
    packet = bytearray(ethernet(data.draw(st.sampled_from([Ends(), V6]))))
    for _ in range(data.draw(st.integers(1, 8))):
        packet[data.draw(st.integers(0, len(packet) - 1))] = data.draw(st.integers(0, 255))
    segment(1, bytes(packet[: data.draw(st.integers(0, len(packet)))]))
