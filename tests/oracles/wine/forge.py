"""Certificates to the byte: what no certificate library writes (version 1, embedded NUL, bad signatures).

A ``Recipe`` says everything that stands in a certificate; ``forge`` encodes and signs it. Keys come from names, ECDSA
signatures are deterministic (RFC 6979), so equal recipes give equal bytes on every machine.
"""

from __future__ import annotations

import hashlib
import ipaddress
import re
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from chainlab.lab.pki import KeyRing

_ATTRIBUTES = {
    "CN": "2.5.4.3", "C": "2.5.4.6", "L": "2.5.4.7", "O": "2.5.4.10", "OU": "2.5.4.11",
    "E": "1.2.840.113549.1.9.1",
}  # fmt: skip
_ECDSA_WITH_SHA256 = "1.2.840.10045.4.3.2"
_TRIES = 10
_UPN = "1.3.6.1.4.1.311.20.2.3"
_KEYS = KeyRing(seed="wine")

Extension = tuple[str, bool, bytes]
"""OID, critical, DER of the value."""


def tlv(tag: int, *parts: bytes) -> bytes:
    """One DER element."""
    content = b"".join(parts)
    length = len(content)
    if length < 0x80:
        return bytes((tag, length)) + content
    size = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(size))) + size + content


def sequence(*parts: bytes) -> bytes:
    """SEQUENCE."""
    return tlv(0x30, *parts)


def integer(value: int) -> bytes:
    """INTEGER."""
    return tlv(0x02, value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True))


def boolean(value: bool) -> bytes:
    """BOOLEAN."""
    return tlv(0x01, b"\xff" if value else b"\x00")


def oid(dotted: str) -> bytes:
    """OBJECT IDENTIFIER."""
    first, second, *rest = (int(arc) for arc in dotted.split("."))
    return tlv(0x06, *(_base128(arc) for arc in (first * 40 + second, *rest)))


def _base128(arc: int) -> bytes:
    digits = [arc & 0x7F]
    while arc := arc >> 7:
        digits.append(arc & 0x7F | 0x80)
    return bytes(reversed(digits))


def distinguished_name(text: str) -> bytes:
    """A distinguished name from ``C=GB, O=Test, CN=I``, in the order of the encoding; empty text: no attribute."""
    pairs = [part.strip().partition("=") for part in text.split(",") if part.strip()]
    return sequence(*(tlv(0x31, sequence(oid(_ATTRIBUTES[kind]), _string(kind, value))) for kind, _, value in pairs))


def _string(kind: str, value: str) -> bytes:
    if kind == "E":
        return tlv(0x16, value.encode("latin-1"))
    printable = re.fullmatch(r"[A-Za-z0-9 '()+,./:=?-]*", value) is not None
    return tlv(0x13 if printable else 0x0C, value.encode())


def general_name(text: str) -> bytes:
    """``dns:``, ``email:``, ``uri:``, ``ip:``, ``dir:``, ``upn:`` or ``rid:`` and the value; an IP network as CIDR."""
    kind, _, value = text.partition(":")
    if kind in _IA5_NAMES:
        return tlv(_IA5_NAMES[kind], value.encode("latin-1"))
    if kind == "ip":
        return tlv(0x87, _address(value))
    if kind == "dir":
        return tlv(0xA4, distinguished_name(value))
    if kind == "upn":
        return tlv(0xA0, oid(_UPN), tlv(0xA0, tlv(0x0C, value.encode())))
    return tlv(0x88, oid(value)[2:])


_IA5_NAMES = {"email": 0x81, "dns": 0x82, "uri": 0x86}


def _address(value: str) -> bytes:
    if "/" not in value:
        return ipaddress.ip_address(value).packed
    network = ipaddress.ip_network(value, strict=False)
    return network.network_address.packed + network.netmask.packed


def key_id(key: str) -> bytes:
    """SHA-1 of the public key's bits (RFC 5280, 4.2.1.2, method 1)."""
    point = (
        _private(key)
        .public_key()
        .public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    )
    return hashlib.sha1(point, usedforsecurity=False).digest()


def spki(key: str) -> bytes:
    """SubjectPublicKeyInfo."""
    return (
        _private(key)
        .public_key()
        .public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    )


def _private(key: str) -> ec.EllipticCurvePrivateKey:
    private = _KEYS.get(key, "P-256")
    assert isinstance(private, ec.EllipticCurvePrivateKey)
    return private


@dataclass(frozen=True, slots=True)
class Recipe:
    """What stands in a certificate. ``key`` and ``signer`` name keys; ``damaged`` spoils the signature."""

    subject: str
    issuer: str
    key: str
    signer: str
    not_before: datetime
    not_after: datetime
    extensions: tuple[Extension, ...] = ()
    version: int = 3
    serial: int = 1
    damaged: bool = False


def forge(recipe: Recipe) -> bytes:
    """The certificate's DER encoding.

    Wine 8 takes ECDSA signatures for wrong whose r or s is shorter than 32 bytes (one in 128): the serial number grows
    until neither is.
    """
    algorithm = sequence(oid(_ECDSA_WITH_SHA256))
    private, method = _private(recipe.signer), ec.ECDSA(hashes.SHA256(), deterministic_signing=True)
    for serial in range(recipe.serial, recipe.serial + 1000 * _TRIES, 1000):
        tbs = _tbs(recipe, serial, algorithm)
        signature = bytearray(private.sign(tbs, method))
        if min(value.bit_length() for value in decode_dss_signature(bytes(signature))) > 248:
            break
    if recipe.damaged:
        signature[-1] ^= 1
    return sequence(tbs, algorithm, tlv(0x03, b"\x00", bytes(signature)))


def _tbs(recipe: Recipe, serial: int, algorithm: bytes) -> bytes:
    return sequence(
        tlv(0xA0, integer(recipe.version - 1)) if recipe.version > 1 else b"",
        integer(serial),
        algorithm,
        distinguished_name(recipe.issuer),
        sequence(_time(recipe.not_before), _time(recipe.not_after)),
        distinguished_name(recipe.subject),
        spki(recipe.key),
        _extensions(recipe.extensions),
    )


def _time(moment: datetime) -> bytes:
    moment = moment.astimezone(UTC)
    if moment.year < 2050:
        return tlv(0x17, moment.strftime("%y%m%d%H%M%SZ").encode())
    return tlv(0x18, moment.strftime("%Y%m%d%H%M%SZ").encode())


def _extensions(extensions: tuple[Extension, ...]) -> bytes:
    if not extensions:
        return b""
    return tlv(0xA3, sequence(*(
        sequence(oid(dotted), boolean(True) if critical else b"", tlv(0x04, value))
        for dotted, critical, value in extensions
    )))  # fmt: skip
