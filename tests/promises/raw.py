"""Encodings by hand, for what no library agrees to make: any DER, certificates with any name, key, extension."""

from __future__ import annotations

import base64
import functools
import hashlib
from datetime import UTC, datetime, timedelta
from typing import Final

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

SEQUENCE, SET, INTEGER, BITS, OCTETS, OID, UTF8, BOOLEAN = 0x30, 0x31, 0x02, 0x03, 0x04, 0x06, 0x0C, 0x01

_ECDSA_SHA256: Final = bytes.fromhex("300a06082a8648ce3d040302")
VALIDITY: Final = bytes.fromhex("301e170d3231303130313030303030305a170d3436303130313030303030305a")
"""2021 to 2046."""
LATER: Final = bytes.fromhex("301e170d3235303130313030303030305a170d3436303130313030303030305a")
"""2025 to 2046."""
BASIC_CONSTRAINTS, NAME_CONSTRAINTS, SUBJECT_ALT_NAME = "551d13", "551d1e", "551d11"
POLICIES, POLICY_MAPPINGS = "551d20", "551d21"


def tlv(tag: int, *parts: bytes) -> bytes:
    """One element around its parts."""
    content = b"".join(parts)
    size = len(content)
    if size < 0x80:
        return bytes([tag, size]) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + content


def until(number: int) -> bytes:
    """A validity from 2021 to a date of its own for each number below ten million, after 2026."""
    end = datetime(2027, 1, 1, tzinfo=UTC) + timedelta(minutes=number)
    return tlv(SEQUENCE, tlv(0x17, b"210101000000Z"), tlv(0x17, f"{end:%y%m%d%H%M%S}Z".encode()))


def integer(value: int) -> bytes:
    """A non-negative INTEGER."""
    return tlv(INTEGER, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def nested(depth: int, tag: int = SEQUENCE) -> bytes:
    """Elements within elements."""
    heads, size = [], 0
    for _ in range(depth):
        head = bytes([tag, size]) if size < 0x80 else bytes([tag, 0x84]) + size.to_bytes(4, "big")
        heads.append(head)
        size += len(head)
    return b"".join(reversed(heads))


def attribute(text: str | bytes, kind: str = "550403") -> bytes:
    """An RDN of one attribute, the common name unless told."""
    value = text.encode() if isinstance(text, str) else text
    return tlv(SET, tlv(SEQUENCE, tlv(OID, bytes.fromhex(kind)), tlv(UTF8, value)))


def name(*values: str) -> bytes:
    """A name of common names."""
    return tlv(SEQUENCE, *map(attribute, values))


def extension(oid: str, value: bytes, critical: bool = False) -> bytes:
    """An extension around its encoded value."""
    return tlv(SEQUENCE, tlv(OID, bytes.fromhex(oid)), tlv(BOOLEAN, b"\xff") if critical else b"", tlv(OCTETS, value))


CA: Final = extension(BASIC_CONSTRAINTS, tlv(SEQUENCE, tlv(BOOLEAN, b"\xff")), critical=True)


@functools.cache
def key(seed: str) -> ec.EllipticCurvePrivateKey:
    """A key on P-256 from its seed."""
    digest = hashlib.sha256(seed.encode()).digest()
    return ec.derive_private_key(int.from_bytes(digest, "big") >> 8 | 1, ec.SECP256R1())


@functools.cache
def spki(seed: str) -> bytes:
    """Its public half."""
    return (
        key(seed).public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    )


def rsa_spki(modulus: int, exponent: int) -> bytes:
    """An RSA key, whatever its numbers."""
    numbers = tlv(SEQUENCE, integer(modulus), integer(exponent))
    return tlv(SEQUENCE, bytes.fromhex("300d06092a864886f70d0101010500"), tlv(BITS, b"\0", numbers))


def certificate(
    subject: bytes, issuer: bytes, public: bytes, signer: str | bytes, *extensions: bytes, serial: int = 1,
    algorithm: bytes = _ECDSA_SHA256, validity: bytes = VALIDITY,
) -> bytes:  # fmt: skip
    """A certificate of version 3; ``signer`` is the seed of the key, or the bytes to put where the signature goes."""
    parts = (bytes.fromhex("a003020102"), integer(serial), algorithm, issuer, validity, subject, public)
    tbs = tlv(SEQUENCE, *parts, tlv(0xA3, tlv(SEQUENCE, *extensions)) if extensions else b"")
    signature = signer if isinstance(signer, bytes) else key(signer).sign(
        tbs, ec.ECDSA(hashes.SHA256(), deterministic_signing=True)
    )  # fmt: skip
    return tlv(SEQUENCE, tbs, algorithm, tlv(BITS, b"\0", signature))


def ca(subject: str, issuer: str, *extensions: bytes, serial: int = 1, validity: bytes = VALIDITY) -> bytes:
    """A CA certificate between entities by their names, each with the key of that seed."""
    named, by = name(subject), name(issuer)
    return certificate(named, by, spki(subject), issuer, CA, *extensions, serial=serial, validity=validity)


def leaf(issuer: str, host: str = "www.example.test", *extensions: bytes) -> bytes:
    """A server certificate for a host; other SANs may come as an extension."""
    names = extension(SUBJECT_ALT_NAME, tlv(SEQUENCE, tlv(0x82, host.encode())))
    return certificate(name(host), name(issuer), spki(host), issuer, *(extensions or (names,)))


def pem(*ders: bytes) -> bytes:
    """PEM blocks."""
    return b"".join(
        b"-----BEGIN CERTIFICATE-----\n" + base64.encodebytes(der) + b"-----END CERTIFICATE-----\n" for der in ders
    )
