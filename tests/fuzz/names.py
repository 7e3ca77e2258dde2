"""Certificates whose names are any bytes in any string type, which no library's builder would make."""

from __future__ import annotations

from typing import Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.ctls import oid, tlv
from tests.fuzz.target import Choices
from tests.pki import Pki

_PKI: Final = Pki("fuzz names")
_ECDSA_SHA256: Final = tlv(0x30, oid("1.2.840.10045.4.3.2"))
_VALIDITY: Final = tlv(0x30, tlv(0x17, b"260101000000Z"), tlv(0x17, b"270101000000Z"))
_LATER: Final = tlv(0x30, tlv(0x17, b"260601000000Z"), tlv(0x17, b"270101000000Z"))
_STRINGS: Final = (0x0C, 0x13, 0x14, 0x16, 0x1E, 0x1C, 0x1A, 0x12, 0x04)
"""UTF8, Printable, Teletex, IA5, BMP, Universal, Visible and Numeric strings, and a type that is none."""
_ATTRIBUTES: Final = ("2.5.4.3", "2.5.4.10", "2.5.4.11", "2.5.4.6", "1.2.840.113549.1.9.1", "1.3.6.1.4.1.99999.7")


def any_name(choices: Choices) -> bytes:
    """A distinguished name of up to three attributes."""
    parts = []
    for _ in range(1 + choices.number(3)):
        value = tlv(choices.one_of(_STRINGS), choices.bytes())
        parts.append(tlv(0x31, tlv(0x30, oid(choices.one_of(_ATTRIBUTES)), value)))
    return tlv(0x30, *parts)


def certificate(
    subject: tuple[str, bytes], issuer: tuple[str, bytes], *, serial: int, hosts: bytes = b"", later: bool = False
) -> bytes:
    """A certificate by (key, name) for (key, name); a server certificate if it has ``hosts``, else a CA's.

    Of a CA's two certificates Windows takes the one that is valid from a ``later`` day on.
    """
    key = _PKI.entity(issuer[0]).key
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    public = _PKI.entity(subject[0]).key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    authority = tlv(0x30, tlv(0x80, _PKI.entity(issuer[0]).key_id))
    extensions = [_extension("2.5.29.14", tlv(0x04, _PKI.entity(subject[0]).key_id))]
    extensions.append(_extension("2.5.29.35", authority))
    if hosts:
        extensions += [_extension("2.5.29.17", hosts), _extension("2.5.29.37", tlv(0x30, oid("1.3.6.1.5.5.7.3.1")))]
    else:
        extensions += [
            _extension("2.5.29.19", tlv(0x30, tlv(0x01, b"\xff"))),
            _extension("2.5.29.15", b"\x03\x02\x02\x04"),
        ]
    fields = (
        tlv(0xA0, tlv(0x02, b"\x02")), tlv(0x02, serial.to_bytes(1, "big")), _ECDSA_SHA256, issuer[1],
        _LATER if later else _VALIDITY, subject[1], public, tlv(0xA3, tlv(0x30, *extensions)),
    )  # fmt: skip
    tbs = tlv(0x30, *fields)
    signature = key.sign(tbs, ec.ECDSA(hashes.SHA256(), deterministic_signing=True))
    return tlv(0x30, tbs, _ECDSA_SHA256, tlv(0x03, b"\0", signature))


def _extension(identity: str, value: bytes) -> bytes:
    return tlv(0x30, oid(identity), tlv(0x04, value))
