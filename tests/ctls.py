"""Certificate trust lists of our own, signed by a test key."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from chainlab.certificate import Certificate
from chainlab.properties import encode_oid
from tests.pki import Pki

ROOT_LIST, DISALLOWED, PIN_RULES = (f"1.3.6.1.4.1.311.10.3.{arc}" for arc in (9, 30, 32))
UPDATED = datetime(2026, 10, 1, 12, 0, tzinfo=UTC)

Subject = tuple[bytes, Mapping[int, bytes]]


def tlv(tag: int, *parts: bytes) -> bytes:
    """One DER element."""
    content = b"".join(parts)
    size = len(content)
    if size < 0x80:
        return bytes([tag, size]) + content
    length = size.to_bytes(-(-size.bit_length() // 8), "big")
    return bytes([tag, 0x80 | len(length)]) + length + content


def oid(dotted: str) -> bytes:
    """An OBJECT IDENTIFIER."""
    return tlv(0x06, encode_oid(dotted))


def trust_list(usage: str, subjects: Iterable[Subject], sequence: int = 0x1401DB) -> bytes:
    """The unsigned content."""
    rows = [
        tlv(0x30, tlv(0x04, identifier), tlv(0x31, *(_attribute(number, data) for number, data in properties.items())))
        for identifier, properties in subjects
    ]
    return tlv(
        0x30,
        tlv(0x30, oid(usage)),
        tlv(0x04, "List\0".encode("utf-16-le")),
        tlv(0x02, sequence.to_bytes(9, "big")),
        tlv(0x17, UPDATED.strftime("%y%m%d%H%M%SZ").encode()),
        tlv(0x30, oid("1.3.14.3.2.26"), tlv(0x05)),
        tlv(0x30, *rows),
    )


def _attribute(number: int, data: bytes) -> bytes:
    return tlv(0x30, oid(f"1.3.6.1.4.1.311.10.11.{number}"), tlv(0x31, tlv(0x04, data)))


def signed(content: bytes, pki: Pki, *, with_signer: bool = True, with_attributes: bool = True) -> bytes:
    """The PKCS#7 message as Microsoft signs: version 1, signed attributes, the signer's certificate inside."""
    signer = pki.ca("List Signer")
    inner = content[_header(content) :]
    digest = hashlib.sha256(inner).digest()
    attributes = tlv(
        0x31,
        tlv(0x30, oid("1.2.840.113549.1.9.3"), tlv(0x31, oid("1.3.6.1.4.1.311.10.1"))),
        tlv(0x30, oid("1.2.840.113549.1.9.4"), tlv(0x31, tlv(0x04, digest))),
    )
    key = pki.entity("List Signer").key
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    signature = key.sign(attributes if with_attributes else inner, ec.ECDSA(hashes.SHA256()))
    sha256 = tlv(0x30, oid("2.16.840.1.101.3.4.2.1"), tlv(0x05))
    info = tlv(
        0x30,
        tlv(0x02, b"\x01"),
        _issuer_and_serial(signer),
        sha256,
        *([b"\xa0" + attributes[1:]] if with_attributes else []),
        tlv(0x30, oid("1.2.840.10045.4.3.2")),
        tlv(0x04, signature),
    )
    assert signer.der is not None
    message = tlv(
        0x30,
        tlv(0x02, b"\x01"),
        tlv(0x31, sha256),
        tlv(0x30, oid("1.3.6.1.4.1.311.10.1"), tlv(0xA0, content)),
        *([tlv(0xA0, signer.der)] if with_signer else []),
        tlv(0x31, info),
    )
    return tlv(0x30, oid("1.2.840.113549.1.7.2"), tlv(0xA0, message))


def _header(content: bytes) -> int:
    return 2 if content[1] < 0x80 else 2 + (content[1] & 0x7F)


def _issuer_and_serial(certificate: Certificate) -> bytes:
    assert certificate.issuer.der is not None
    length = certificate.serial.bit_length() // 8 + 1
    return tlv(0x30, certificate.issuer.der, tlv(0x02, certificate.serial.to_bytes(length, "big")))
