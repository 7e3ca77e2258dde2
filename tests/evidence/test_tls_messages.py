"""TLS handshake messages."""

import zlib

import brotli
import pytest
import zstandard
from cryptography.hazmat.primitives.ciphers.aead import AESCCM, AESGCM, ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256, SHA384
from hypothesis import given
from hypothesis import strategies as st

from chainlab.evidence.client_hello import parse_client_hello
from chainlab.evidence.tls13 import record_decryption
from chainlab.evidence.tls_messages import (
    MAX_MESSAGE,
    decompress_certificate,
    parse_certificates,
    parse_server_hello,
    version_name,
)
from chainlab.lab.captures import certificate_message, client_hello, extension, server_hello, vector
from tests.captures import expand_label

MESSAGE = certificate_message([b"leaf" * 50, b"issuer"], tls13=True)[4:]


def compressed(method: int, packed: bytes, size: int = len(MESSAGE)) -> bytes:
    return method.to_bytes(2, "big") + size.to_bytes(3, "big") + vector(packed, 3)


def test_hellos_give_what_was_asked_and_chosen() -> None:
    client = parse_client_hello(client_hello("www.example.test", b"r" * 32, b"s" * 8)[4:])
    assert (client.host, client.random, client.session) == ("www.example.test", b"r" * 32, b"s" * 8)
    assert parse_client_hello(client_hello()[4:]).host == ""
    server = parse_server_hello(server_hello(0xC030)[4:])
    assert (server.version, server.cipher, server.is_tls13) == (0x0303, 0xC030, False)
    newer = parse_server_hello(server_hello(0x1301, more=extension(43, b"\x03\x04") + extension(41, b"\0\0"))[4:])
    assert (newer.is_tls13, newer.psk, newer.retry) == (True, True, False)


@pytest.mark.parametrize(
    ("number", "name"),
    [(0x0300, "SSLv3"), (0x0303, "TLSv1.2"), (0x0304, "TLSv1.3"), (0x7F17, "TLSv1.3 (draft 23)"), (5, "0x0005")],
)
def test_versions_have_their_usual_names(number: int, name: str) -> None:
    assert version_name(number) == name


def test_certificates_come_in_wire_order_in_both_layouts() -> None:
    for tls13 in (False, True):
        assert parse_certificates(certificate_message([b"a", b"bb"], tls13)[4:], tls13) == (b"a", b"bb")
    assert parse_certificates(b"\0\0\0", tls13=False) == ()
    with pytest.raises(ValueError, match="more than 100"):
        parse_certificates(certificate_message([b"a"] * 101)[4:], tls13=False)


@pytest.mark.parametrize(
    ("method", "packed"),
    [
        (1, zlib.compress(MESSAGE)),
        (2, brotli.compress(MESSAGE)),
        (3, zstandard.ZstdCompressor().compress(MESSAGE)),
    ],
    ids=["zlib", "brotli", "zstd"],
)
def test_compressed_certificates_are_unpacked_and_damage_is_told(method: int, packed: bytes) -> None:
    assert decompress_certificate(compressed(method, packed)) == MESSAGE
    for size in (len(MESSAGE) - 1, len(MESSAGE) + 1):
        with pytest.raises(ValueError, match="instead of"):
            decompress_certificate(compressed(method, packed, size))
    with pytest.raises(ValueError, match=r"damaged|instead of"):
        decompress_certificate(compressed(method, b"\xff" + packed[1:]))


@pytest.mark.parametrize(
    ("method", "pack"),
    [(1, zlib.compress), (2, brotli.compress), (3, zstandard.ZstdCompressor().compress)],
    ids=["zlib", "brotli", "zstd"],
)
def test_bombs_end_at_the_size_they_announce(method: int, pack) -> None:
    bomb = compressed(method, pack(bytes(50_000_000)), 1000)
    with pytest.raises(ValueError, match=r"\b(1001|32752) bytes instead of 1000"):
        decompress_certificate(bomb)
    with pytest.raises(ValueError, match="more than the cap"):
        decompress_certificate(compressed(method, b"", MAX_MESSAGE + 1))


def test_unknown_methods_and_missing_packages_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    with pytest.raises(ValueError, match="unknown method 9"):
        decompress_certificate(compressed(9, b"x"))
    for method, package, name in ((2, "brotli", "brotli"), (3, "zstandard", "zstd")):
        monkeypatch.setitem(sys.modules, package, None)
        with pytest.raises(ValueError, match=rf"compressed with {name}; pip install 'chainlab\[captures\]'"):
            decompress_certificate(compressed(method, b"x"))


@given(st.binary(max_size=200))
def test_any_bytes_are_a_value_error_at_most(data: bytes) -> None:
    for parse in (
        parse_client_hello,
        parse_server_hello,
        decompress_certificate,
        lambda body: parse_certificates(body, tls13=True),
        lambda body: parse_certificates(body, tls13=False),
    ):
        try:
            parse(data)
        except ValueError:
            pass


@pytest.mark.parametrize(
    ("cipher", "seal", "size", "digest"),
    [
        (0x1301, AESGCM, 16, SHA256()),
        (0x1302, AESGCM, 32, SHA384()),
        (0x1303, ChaCha20Poly1305, 32, SHA256()),
        (0x1304, AESCCM, 16, SHA256()),
        (0x1305, lambda key: AESCCM(key, tag_length=8), 16, SHA256()),
    ],
    ids=["aes-128-gcm", "aes-256-gcm", "chacha20", "ccm", "ccm-8"],
)
def test_every_suite_of_tls13_is_opened_in_order(cipher: int, seal, size: int, digest) -> None:
    secret, header = bytes(range(digest.digest_size)), b"\x17\x03\x03\x00\x20"
    opening = record_decryption(cipher, secret)
    assert opening is not None
    key, iv = (expand_label(secret, label, length, digest) for label, length in ((b"key", size), (b"iv", 12)))
    for number in range(3):
        nonce = (int.from_bytes(iv, "big") ^ number).to_bytes(12, "big")
        sealed = seal(key).encrypt(nonce, b"message %d\x16\0\0" % number, header)
        assert opening.open(header, b"other" + sealed) is None
        assert opening.open(header, sealed) == (22, b"message %d" % number)
    assert opening.open(header, b"") is None


def test_unknown_suites_and_secrets_of_the_wrong_size_cannot_be_opened() -> None:
    assert record_decryption(0xC02F, bytes(32)) is None
    assert record_decryption(0x1302, bytes(32)) is None
