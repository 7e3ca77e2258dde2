"""Bouncy Castle key stores."""

import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainlab.errors import InputError, LimitError, PasswordError
from chainlab.evidence import Evidence, KeyPresence, Limits, Place, ReadOptions, read_bytes
from chainlab.evidence.read_bks import MAX_UBER
from tests.captures import codes, names
from tests.pki import Pki

_PKI = Pki()
HEAD = struct.pack(">II20sI", 2, 20, bytes(20), 1024)


def read(data: bytes, **options: object) -> Evidence:
    return Evidence.of(read_bytes(data, Place("x.bks"), ReadOptions(**options)))  # type: ignore[arg-type]


def certificate(name: str, issuer: str | None = None) -> bytes:
    der = _PKI.ca(name, issuer).der or b""
    return b"\0\x05X.509" + struct.pack(">I", len(der)) + der


def entry(kind: int, alias: str, chain: list[bytes], rest: bytes) -> bytes:
    name = alias.encode()
    head = bytes([kind]) + len(name).to_bytes(2, "big") + name + bytes(8)
    return head + struct.pack(">I", len(chain)) + b"".join(chain) + rest


SEALED = struct.pack(">I", 6) + b"SEALED"
KEY = b"\0\0\x06PKCS#8\0\x03RSA" + struct.pack(">I", 3) + b"KEY"
ENTRIES = [
    entry(1, "root", [], certificate("R")),
    entry(4, "sealed", [certificate("I", "R"), certificate("R")], SEALED),
    entry(2, "plain", [certificate("I", "R")], KEY),
    entry(3, "secret", [], SEALED),
    entry(1, "other", [], certificate("U")),
]
BKS = HEAD + b"".join(ENTRIES) + b"\0" + bytes(20)


def test_trusted_entries_are_told_from_the_chains_of_keys() -> None:
    evidence = read(BKS)
    assert [(c.certificate.subject.common, c.trusted, c.key) for c in evidence.certificates] == [
        ("R", True, KeyPresence.ABSENT),
        ("I", False, KeyPresence.UNKNOWN),
        ("R", False, KeyPresence.ABSENT),
        ("I", False, KeyPresence.UNKNOWN),
        ("U", True, KeyPresence.ABSENT),
    ]
    assert [c.place.position for c in evidence.certificates][:2] == ["entry 1 'root'", "entry 2 'sealed'"]
    assert dict(evidence.containers[0].facts)["type"] == "BKS version 2"
    assert "SEALED" not in repr(evidence)
    assert evidence.findings == ()


def test_damage_costs_what_follows_it() -> None:
    for end in (len(HEAD) + len(ENTRIES[0]) + 5, len(HEAD) + len(ENTRIES[0])):
        evidence = read(BKS[:end])
        assert names(c.certificate for c in evidence.certificates) == ["R"]
        assert codes(evidence) == ["broken-part"]
    assert "cap of 100" in read(HEAD + b"\1\0\0" + bytes(8) + b"\xff" * 4).findings[0].message
    assert "its type is 7" in read(HEAD + entry(7, "x", [], b"")).findings[0].message
    with pytest.raises(InputError, match="cut off within its header"):
        read(BKS[:20])


def uber(shared) -> bytes:
    path: Path = shared("samples/pyjks/tests/keystores/uber/christmas.uber")
    return path.read_bytes()


def test_uber_stores_are_opened_with_their_password(shared) -> None:
    data = uber(shared)
    evidence = read(data, password=lambda _place: "12345678")
    assert [(c.certificate.subject.common, c.trusted) for c in evidence.certificates] == [
        ("RSA1024", False),
        ("RSA1024", True),
    ]
    assert dict(evidence.containers[0].facts) == {"type": "UBER", "integrity": "checked with the password"}
    with pytest.raises(PasswordError, match="none was given"):
        read(data)
    with pytest.raises(PasswordError, match="wrong password"):
        read(data, password=lambda _place: "no")
    with pytest.raises(LimitError, match="key-derivation iterations"):
        read(data, limits=Limits(iterations=10))


def test_large_uber_stores_are_refused_before_decryption() -> None:
    with pytest.raises(LimitError, match="for an UBER key store"):
        read(struct.pack(">II20sI", 1, 20, bytes(20), 1) + b"\xaa" * (MAX_UBER + 16), password=lambda _place: "x")
    with pytest.raises(PasswordError, match="wrong password"):
        read(struct.pack(">II20sI", 1, 20, bytes(20), 1) + b"\xaa" * 32, password=lambda _place: "x")


@given(st.integers(0, len(BKS) - 1), st.integers(0, 255), st.integers(0, len(BKS)))
def test_flipped_and_truncated_stores_never_crash(position: int, value: int, end: int) -> None:
    data = bytearray(BKS)
    data[position] = value
    for variant in (bytes(data), BKS[:end]):
        try:
            read(variant)
        except InputError:
            pass
