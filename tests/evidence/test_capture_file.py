"""pcap and pcapng files."""

import io
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainlab.evidence.capture_file import MAX_BLOCK, Damage, Frame, Secrets, frames
from chainlab.lab.captures import pcap, pcapng

PACKETS = [b"first packet", b"second", b""]


def pieces(data: bytes) -> list[Frame | Secrets | Damage]:
    return list(frames(io.BytesIO(data)))


def payloads(data: bytes) -> list[bytes]:
    return [piece.data for piece in pieces(data) if isinstance(piece, Frame)]


def swapped_pcap(magic: bytes) -> bytes:
    """A big-endian file with the magic number given."""
    head = magic + struct.pack(">HHiIII", 2, 4, 0, 0, 65535, 1)
    return head + b"".join(struct.pack(">IIII", 0, 0, len(p), len(p)) + p for p in PACKETS)


@pytest.mark.parametrize(
    "data",
    [
        pcap(PACKETS),
        b"\x4d\x3c\xb2\xa1" + pcap(PACKETS)[4:],
        swapped_pcap(b"\xa1\xb2\xc3\xd4"),
        swapped_pcap(b"\xa1\xb2\x3c\x4d"),
        pcapng(PACKETS),
        pcapng(PACKETS, ">"),
        pcapng(PACKETS) + pcapng([], ">"),
    ],
    ids=["little", "little-ns", "big", "big-ns", "ng-little", "ng-big", "ng-two-sections"],
)
def test_both_formats_in_both_byte_orders_give_the_packets(data: bytes) -> None:
    assert payloads(data) == PACKETS
    assert {piece.link for piece in pieces(data) if isinstance(piece, Frame)} == {1}


def test_simple_and_old_packet_blocks_are_read() -> None:
    head = pcapng([])
    simple = struct.pack("<III", 3, 20, 4) + b"data" + struct.pack("<I", 20)
    old = struct.pack("<IIHHIIII", 2, 36, 0, 0, 0, 0, 4, 4) + b"olds" + struct.pack("<I", 36)
    unknown = struct.pack("<III", 0x0BAD, 12, 12)
    no_interface = struct.pack("<IIIIIII", 6, 36, 7, 0, 0, 4, 4) + b"lost" + struct.pack("<I", 36)
    assert payloads(head + simple + unknown + no_interface + old) == [b"data", b"olds"]


def test_the_key_log_in_the_file_comes_with_the_packets_and_is_never_shown() -> None:
    found = [piece for piece in pieces(pcapng(PACKETS, key_log=b"CLIENT_RANDOM x")) if isinstance(piece, Secrets)]
    assert [piece.text for piece in found] == [b"CLIENT_RANDOM x"]
    assert "CLIENT_RANDOM" not in repr(found)


@pytest.mark.parametrize("data", [pcap(PACKETS), pcapng(PACKETS)], ids=["pcap", "pcapng"])
def test_a_file_cut_off_anywhere_gives_the_whole_packets_before_and_says_so(data: bytes) -> None:
    whole = len(pcap([])) if data[:4] != b"\x0a\x0d\x0d\x0a" else len(pcapng([]))
    for end in range(4, len(data)):
        found = pieces(data[:end])
        kept = [piece.data for piece in found if isinstance(piece, Frame)]
        assert kept == PACKETS[: len(kept)]
        if end < whole:
            assert kept == []
        assert all(isinstance(piece, Frame) for piece in found[:-1])


def test_impossible_lengths_end_reading_before_anything_is_allocated() -> None:
    huge = pcap([])[:24] + struct.pack("<IIII", 0, 0, 0xFFFFFFF0, 0)
    assert pieces(huge) == [Damage(f"packet 1 says {0xFFFFFFF0} bytes, more than the cap of {MAX_BLOCK}")]
    for length in (0, 8, 13, MAX_BLOCK + 4):
        assert isinstance(pieces(pcapng([]) + struct.pack("<II", 6, length))[-1], Damage)
    assert isinstance(pieces(pcapng([])[:8] + b"\0\0\0\0" + bytes(20))[-1], Damage)


@given(st.binary(max_size=300), st.sampled_from([pcap(PACKETS), pcapng(PACKETS)]), st.integers(0, 200))
def test_no_bytes_raise(noise: bytes, start: bytes, kept: int) -> None:
    pieces(start[:kept] + noise)
