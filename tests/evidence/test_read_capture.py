"""Captures: which certificates were sent, by whom, to whom, and what a capture cannot show."""

import gzip
import io
import tracemalloc
import zlib
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainlab.certificate import Certificate
from chainlab.errors import LimitError
from chainlab.evidence import (
    HandshakeEvidence,
    Limits,
    Place,
    ReadOptions,
    packet_capture,
    read_inputs,
    tcp_connections,
)
from chainlab.evidence import key_log as key_log_module
from chainlab.evidence import read_capture as reader
from chainlab.evidence.key_log import KeyLog
from chainlab.evidence.packets import SYN, Segment, tcp_segment
from chainlab.evidence.tcp_connections import MAX_ACTIVE, Connections
from chainlab.evidence.tls_stream import DIRECTION_BYTES, MAX_PROBLEMS, SCAN_BYTES, Direction, Shown
from chainlab.lab import captures as lab
from chainlab.lab.captures import CLIENT, SERVER, Ends, certificate_message, encodings, packets, pcap, pcapng
from tests.captures import chains, codes, key_log, names, read, tls13
from tests.pki import Pki

_PKI = Pki()
CHAIN = [_PKI.leaf("I"), _PKI.ca("I", "R"), _PKI.ca("R")]
NAMES = ["www.example.test", "I", "R"]
CLIENTS = [_PKI.leaf("I", "someone"), _PKI.ca("I", "R")]
FRAMES = packets(lab.tls12(CHAIN, "www.example.test"), segment=300)


def options_with_keys() -> ReadOptions:
    keys = KeyLog()
    keys.add(key_log())
    return ReadOptions(key_log=keys)


def message(chain: list[Certificate], tls13: bool = True) -> bytes:
    return certificate_message(encodings(chain), tls13)


def test_a_handshake_has_chain_endpoint_name_version_and_cipher() -> None:
    evidence = read(pcap(FRAMES))
    (handshake,) = evidence.handshakes
    assert names(handshake.chain) == NAMES
    assert (handshake.sender, handshake.endpoint, handshake.host) == ("server", "192.0.2.1:443", "www.example.test")
    assert (handshake.protocol, handshake.cipher) == ("TLSv1.2", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256")
    assert (handshake.complete, handshake.count, handshake.notes, handshake.broken) == (True, 1, (), ())
    assert str(handshake.place) == "x.pcap, TCP stream 0"
    assert codes(evidence) == []


def test_the_certificates_are_known_but_in_no_store() -> None:
    found = read(pcap(FRAMES)).certificates
    assert names(item.certificate for item in found) == NAMES
    assert {(item.on_wire, item.store, str(item.place)) for item in found} == {(True, None, "x.pcap, TCP stream 0")}


def test_a_certificate_sent_twice_is_one_sighting_and_twice_in_the_chain() -> None:
    evidence = read(pcap(packets(lab.tls12([*CHAIN, CHAIN[1]]))))
    assert chains(evidence) == [("server", [*NAMES, "I"])]
    assert len(evidence.certificates) == 3


@pytest.mark.parametrize("ends", [Ends(), Ends(("2001:db8::10", 1), ("2001:db8::1", 443))], ids=["IPv4", "IPv6"])
@pytest.mark.parametrize("write", [pcap, pcapng, lambda frames: pcapng(frames, ">")], ids=["pcap", "ng", "ng-big"])
def test_every_file_format_and_ip_version_gives_the_same_chain(write, ends: Ends) -> None:
    assert chains(read(write(packets(lab.tls12(CHAIN), ends)))) == [("server", NAMES)]


def test_handshakes_that_are_alike_are_one_with_a_count() -> None:
    frames = []
    for port in range(5):
        frames += packets(lab.tls12(CHAIN, "a.test"), Ends(("192.0.2.10", 50000 + port)))
    frames += packets(lab.tls12(CHAIN, "b.test"), Ends(("192.0.2.10", 60000)))
    evidence = read(pcap(frames))
    assert [(h.host, h.count, h.place.position) for h in evidence.handshakes] == [
        ("a.test", 5, "TCP stream 0"),
        ("b.test", 1, "TCP stream 5"),
    ]


def test_a_port_used_again_is_a_new_connection() -> None:
    first, second = packets(lab.tls12(CHAIN, "a.test")), packets(lab.tls12(CHAIN, "b.test"))
    other = [frame[:38] + b"\0\0\x10\0" + frame[42:] for frame in second[:1]]  # another initial sequence number
    assert read(pcap(first + other + second[1:])).handshakes[0].host == "a.test"
    facts = dict(read(pcap(first + other + second[1:])).containers[0].facts)
    assert facts["TCP connections"] == "2"
    again = dict(read(pcap([*first[:1], *first])).containers[0].facts)
    assert again["TCP connections"] == "1", "a repeated SYN is the same connection"


def test_client_certificates_are_told_apart_by_their_direction() -> None:
    flights = lab.tls12(CHAIN)
    flights.insert(2, (CLIENT, lab.record(22, message(CLIENTS, tls13=False))))
    assert chains(read(pcap(packets(flights)))) == [("server", NAMES), ("client", ["someone", "I"])]
    flights[2] = (CLIENT, lab.record(22, certificate_message([])))
    assert chains(read(pcap(packets(flights)))) == [("server", NAMES)], (
        "a client without certificate sends an empty list"
    )


@pytest.mark.parametrize(
    "talk",
    [
        [(SERVER, b"220 mx ESMTP\r\n"), (CLIENT, b"EHLO x\r\nSTARTTLS\r\n"), (SERVER, b"220 go ahead\r\n")],
        [(CLIENT, b"CONNECT www.example.test:443 HTTP/1.1\r\n\r\n"), (SERVER, b"HTTP/1.1 200 \x16\x03 ok\r\n\r\n")],
        [(SERVER, b"x" * (SCAN_BYTES - 100)), (CLIENT, b"\x16\x03\x01" + b"y" * 500)],
    ],
    ids=["starttls", "proxy", "long"],
)
def test_tls_after_another_protocol_is_found(talk: list[tuple[int, bytes]]) -> None:
    assert chains(read(pcap(packets([*talk, *lab.tls12(CHAIN)])))) == [("server", NAMES)]


def test_messages_spread_over_records_and_segments_are_put_together() -> None:
    flights = lab.tls12(CHAIN)
    whole = lab.server_hello() + message(CHAIN, tls13=False) + lab.message(14, b"")
    flights[1] = (SERVER, b"".join(lab.record(22, whole[start : start + 7]) for start in range(0, len(whole), 7)))
    assert chains(read(pcap(packets(flights, segment=5)))) == [("server", NAMES)]


def test_tls13_is_opened_with_a_key_log_of_the_run_or_of_the_capture(tmp_path: Path) -> None:
    frames = packets(tls13(message(CHAIN), client=message(CLIENTS)))
    expected = [("server", NAMES), ("client", ["someone", "I"])]
    assert chains(read(pcap(frames), options_with_keys())) == expected
    assert chains(read(pcapng(frames, key_log=key_log()))) == expected
    (tmp_path / "x.pcap").write_bytes(pcap(frames))
    (tmp_path / "a.keys").write_bytes(key_log())
    inputs = [tmp_path / "x.pcap", tmp_path / "a.keys"]
    for order in (inputs, inputs[::-1], [tmp_path]):
        evidence = read_inputs([(path, None) for path in order], ReadOptions())
        assert chains(evidence) == expected
        assert codes(evidence) == []
    assert evidence.handshakes[0].protocol == "TLSv1.3"


def test_a_key_log_after_the_packets_opens_them_too() -> None:
    frames = packets(tls13(message(CHAIN)))
    late = pcapng(frames) + pcapng([], key_log=key_log())
    assert chains(read(late)) == [("server", NAMES)]


def test_secrets_never_show(tmp_path: Path) -> None:
    evidence = read(pcapng(packets(tls13(message(CHAIN))), key_log=key_log()))
    secret = key_log().split()[-1].decode()
    assert secret not in repr(evidence)
    assert secret not in repr(options_with_keys())
    (tmp_path / "k").write_bytes(key_log())
    read_log = read_inputs([(tmp_path / "k", None)], ReadOptions())
    assert secret not in repr(read_log)
    assert dict(read_log.containers[0].facts) == {"lines": "2", "TLS 1.3 connections": "1"}


def test_padding_early_data_and_compression_of_tls13_do_not_hurt() -> None:
    packed = zlib.compress(message(CHAIN)[4:])
    body = b"\0\1" + (len(message(CHAIN)) - 4).to_bytes(3, "big") + lab.vector(packed, 3)
    frames = packets(tls13(lab.message(25, body), client=message(CLIENTS), early=20, padding=33))
    assert chains(read(pcap(frames), options_with_keys())) == [("server", NAMES), ("client", ["someone", "I"])]


def test_tls13_without_keys_is_said_and_so_are_wrong_keys() -> None:
    frames = packets(tls13(message(CHAIN)))
    evidence = read(pcap(frames))
    assert codes(evidence) == ["certificate-unseen"]
    assert "no key log" in evidence.findings[0].message
    wrong = KeyLog()
    wrong.add(key_log()[:-10] + b"012345678\n")
    assert "cannot be decrypted" in read(pcap(frames), ReadOptions(key_log=wrong)).findings[0].message


def test_resumed_sessions_are_said_to_carry_no_certificate() -> None:
    finished = lab.record(20, b"\1") + lab.record(22, bytes(40))
    tls12 = [
        (CLIENT, lab.record(22, lab.client_hello("a.test", session=b"s" * 32))),
        (SERVER, lab.record(22, lab.server_hello(session=b"s" * 32)) + finished),
        (CLIENT, finished),
    ]
    psk = lab.server_hello(0x1301, more=lab.extension(43, b"\x03\x04") + lab.extension(41, b"\0\0"))
    tls13_psk = [
        (CLIENT, lab.record(22, lab.client_hello("a.test"))),
        (SERVER, lab.record(22, psk) + lab.record(23, b"x" * 99)),
    ]
    for flights in (tls12, tls13_psk):
        assert codes(read(pcap(packets(flights)))) == ["session-resumed"]


def test_a_suite_without_certificates_is_named() -> None:
    server = lab.server_hello(0x003A) + lab.message(12, bytes(9)) + lab.message(14, b"")
    flights = [(CLIENT, lab.record(22, lab.client_hello())), (SERVER, lab.record(22, server))]
    (finding,) = read(pcap(packets(flights))).findings
    assert "TLS_DH_anon_WITH_AES_256_CBC_SHA works without a certificate" in finding.message


def test_lost_packets_and_alerts_are_told() -> None:
    lost = read(pcap([frame for number, frame in enumerate(FRAMES) if number != 5]))
    assert codes(lost) == ["certificate-unseen"]
    assert "missing in the capture" in lost.findings[0].message
    alert = [(CLIENT, lab.record(22, lab.client_hello())), (SERVER, lab.record(21, b"\x02\x28"))]
    assert "alert 40" in read(pcap(packets(alert))).findings[0].message


def test_a_capture_that_begins_after_the_handshake_has_none() -> None:
    evidence = read(pcap(packets([(CLIENT, lab.record(23, bytes(90))), (SERVER, lab.record(23, bytes(9000)))])[2:]))
    assert codes(evidence) == ["no-handshake"]


def test_a_cut_off_file_keeps_what_came_before() -> None:
    evidence = read(pcap(FRAMES)[:-10])
    assert chains(evidence) == [("server", NAMES)]
    assert codes(evidence) == ["broken-part"]
    assert "cut off within packet" in evidence.findings[0].message


def test_a_broken_certificate_is_a_gap_in_the_chain() -> None:
    ders = encodings(CHAIN)
    flights = lab.tls12(CHAIN)
    flights[1] = (SERVER, lab.record(22, lab.server_hello() + certificate_message([ders[0], b"junk", ders[2]])))
    (handshake,) = read(pcap(packets(flights))).handshakes
    assert (names(handshake.chain), handshake.broken) == (["www.example.test", "R"], (1,))


@given(st.permutations(range(len(FRAMES))), st.lists(st.integers(0, len(FRAMES) - 1), max_size=3))
def test_packets_in_any_order_and_twice_give_the_same_handshake(order: list[int], twice: list[int]) -> None:
    shuffled = [FRAMES[number] for number in [*order, *twice]]
    assert chains(read(pcap(shuffled))) == [("server", NAMES)]


@given(st.integers(4, 3000), st.integers(0, 3000), st.integers(1, 255))
def test_truncated_and_flipped_captures_never_raise(end: int, position: int, change: int) -> None:
    data = bytearray(pcapng(packets(tls13(message(CHAIN))), key_log=key_log()))
    data[position % len(data)] ^= change
    if reader.sniff(bytes(data)):
        list(reader.read(bytes(data[: max(8, end)]), Place("x"), ReadOptions()))


def test_a_capture_inside_gzip_is_read_as_a_stream(tmp_path: Path) -> None:
    file = tmp_path / "x.pcap.gz"
    file.write_bytes(gzip.compress(pcap(FRAMES)))
    evidence = read_inputs([(file, None)], ReadOptions())
    assert chains(evidence) == [("server", NAMES)]
    assert evidence.handshakes[0].place.inside == ("gzip",)


class Endless:
    """A capture of ``size`` bytes, made while it is read: a handshake, then the same traffic from ever new clients."""

    def __init__(self, size: int, traffic: list[bytes]) -> None:
        self.left, self.traffic, self.client = size, pcap(traffic)[24:], 0
        self.current = io.BytesIO(pcap(FRAMES))

    def read(self, size: int, /) -> bytes:
        taken = self.current.read(size)
        while len(taken) < size and self.left > 0:
            self.left -= len(self.traffic)
            self.client += 1
            self.current = io.BytesIO(self.traffic.replace(b"\xc0\0\x02\x0a", self.client.to_bytes(4, "big")))
            taken += self.current.read(size - len(taken))
        return taken


def test_memory_does_not_grow_with_the_capture(monkeypatch: pytest.MonkeyPatch) -> None:
    """256 MiB: bulk data, and connections that never finish a record; what they hold together stays under its cap."""
    monkeypatch.setattr(tcp_connections, "MAX_HELD", 2**20)
    stuck = (SERVER, b"\x16\x03\x03\x40\x00" + bytes(15_000))
    bulk = [(SERVER, lab.record(23, bytes(16_000)) * 100)]
    traffic = [
        frame
        for port in range(8)
        for frame in packets([stuck] if port else [*lab.tls12(CHAIN), *bulk], Ends(("192.0.2.10", port)), 60_000)
    ]
    source = Endless(256 * 2**20, traffic)
    tracemalloc.start()
    found = list(reader.read_stream(source, Place("big.pcap"), ReadOptions()))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert source.left <= 0
    assert peak < 8 * 2**20
    assert sum(item.count for item in found if isinstance(item, HandshakeEvidence)) == source.client + 1


REPEATED = {
    "broken messages": (lab.CLIENT, lab.record(22, lab.message(1, b"") * 4000) * 60),
    "alerts": (SERVER, lab.record(22, lab.server_hello()) + b"\x15\x03\x03\x00\x02\x02\x28" * 140_000),
    "empty certificate messages": (SERVER, lab.record(22, lab.server_hello() + certificate_message([]) * 140_000)),
    "certificate messages": (SERVER, lab.record(22, lab.server_hello() + certificate_message([bytes(60_000)]) * 16)),
}


@pytest.mark.parametrize("what", REPEATED)
def test_what_one_connection_shows_is_bounded(what: str) -> None:
    shown = Shown()
    direction = Direction(shown, KeyLog())
    data = REPEATED[what][1]
    tracemalloc.start()
    for start in range(0, len(data), 60_000):
        direction.feed(data[start : start + 60_000])
    kept = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert len(shown.problems) <= MAX_PROBLEMS
    assert kept < shown.held + direction.held + 200_000


def test_certificates_of_unfinished_handshakes_count_as_held(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tcp_connections, "MAX_HELD", 2**20)
    flight = lab.record(22, lab.server_hello() + certificate_message([bytes(50_000)]))
    frames = [
        frame for port in range(100) for frame in packets([(SERVER, flight)], Ends(("192.0.2.10", 1 + port)), 60_000)
    ]
    connections = Connections(KeyLog())
    segments = [tcp_segment(1, frame, Counter()) for frame in frames]
    given_up = [over for segment in segments if segment is not None for over in connections.segment(segment)]
    assert 75 < len(given_up) < 85
    assert all(connection.given_up for connection in given_up)


def test_segments_that_wait_count_with_what_they_cost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tcp_connections, "MAX_HELD", 2**20)
    connections, given_up = Connections(KeyLog()), []
    for port in range(20):
        ends = (b"\xc0\0\2\1" + port.to_bytes(2, "big"), b"\xc0\0\2\2\1\xbb")
        given_up += list(connections.segment(Segment(*ends, 0, SYN, b"")))
        for number in range(1000):
            given_up += list(connections.segment(Segment(*ends, 10 + 2 * number, 0, b"x")))
    assert len(given_up) > 10


def test_repeated_problems_of_the_file_are_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(key_log_module, "MAX_LINES", 1)
    whole = pcapng(FRAMES, key_log=key_log())
    assert codes(read(whole + whole + whole)) == ["broken-part"]


def test_more_connections_than_the_cap_are_given_up_oldest_first() -> None:
    connections = Connections(KeyLog())
    given_up = []
    for number in range(MAX_ACTIVE + 5):
        client = number.to_bytes(4, "big") + b"\x10\x00"
        given_up += list(connections.segment(Segment(client, b"\xff\xff\xff\xff\x01\xbb", 1, SYN, b"")))
    assert [connection.number for connection in given_up] == [0, 1, 2, 3, 4]
    assert all(connection.gap for connection in given_up)


def test_a_direction_is_looked_at_up_to_its_cap_only() -> None:
    endless = b"".join(lab.record(22, lab.message(4, bytes(16000))) for _ in range(DIRECTION_BYTES // 16000 + 2))
    flights = [(SERVER, lab.record(22, lab.server_hello()) + endless), *lab.tls12(CHAIN)[1:]]
    assert chains(read(pcap(packets(flights)))) == []


def test_captures_have_their_own_cap(tmp_path: Path) -> None:
    file = tmp_path / "x.pcap"
    with file.open("wb") as stream:
        stream.write(pcap(FRAMES))
        stream.truncate(6000)
    assert chains(read_inputs([(file, None)], ReadOptions(Limits(file_bytes=5000)))) == [("server", NAMES)]
    with pytest.raises(LimitError, match="more than the cap of 5500"):
        read_inputs([(file, None)], replace(ReadOptions(), limits=Limits(stream_bytes=5500)))


def test_distinct_certificates_above_the_cap_are_counted_and_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packet_capture, "MAX_DISTINCT_BYTES", sum(map(len, encodings(CHAIN))) + 300)
    other = packets(lab.tls12(CLIENTS), Ends(("192.0.2.11", 1)))
    evidence = read(pcap(FRAMES + other))
    assert chains(evidence) == [("server", NAMES)]
    assert "(1 message)" in evidence.findings[0].message
