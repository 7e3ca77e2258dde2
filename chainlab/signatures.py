"""Does this key's signature stand under this certificate? Nothing else is judged here."""

from __future__ import annotations

import warnings
from enum import Enum
from typing import Any, Final

from chainlab.certificate import Certificate, PublicKeyInfo

MAX_RSA_BITS: Final = 16384
"""Larger moduli are not used: one verification would take seconds (OpenSSL has the same limit)."""


_ECDSA: Final = "1.2.840.10045.4."
"""ecdsa-with-SHA1 and its successors; for SHA-1 cryptography names the hash, but no parameters."""

_MD5_WITH_RSA: Final = "1.2.840.113549.1.1.4"
_MD5_DIGEST_INFO: Final = bytes.fromhex("3020300c06082a864886f70d020505000410")
"""DigestInfo header for MD5 (RFC 8017, 9.2 note 1): cryptography no longer verifies MD5, old chains still hold it."""


class Signature(Enum):
    """What is known of one signature."""

    VALID = "valid"
    INVALID = "invalid"
    CATALOGUED = "as catalogued"
    """The encoding of the certificate or of its issuer is not at hand; published facts say who issued it."""
    UNSUPPORTED = "cannot be checked"
    """The algorithm or the key is one that the crypto library does not handle."""
    UNCHECKED = "not checked"
    """So many signatures were asked for that the rest is left unchecked (``chainlab.graph``)."""

    @property
    def holds(self) -> bool:
        """Not known to be wrong."""
        return self is not Signature.INVALID

    @property
    def undecided(self) -> bool:
        """Nobody looked, or nobody can: good or forged."""
        return self in (Signature.UNSUPPORTED, Signature.UNCHECKED)


def cost_of(key: PublicKeyInfo) -> int:
    """What one verification with this key costs, in those with a key on P-256 or of RSA up to 4096 bits (0.1 ms).

    Measured through cryptography on x86-64, 2026-11-29: 0.06 ms on P-256, 0.47 on P-384 and P-521; 0.02 ms with RSA of
    2048 bits, 0.07 with 4096, 0.26 with 8191. Other kinds are taken to cost what a curve of that size does.
    """
    if key.algorithm == "RSA":
        return max(1, (key.bits // 2048) ** 2 // 4)
    return 1 if key.bits <= 256 else 5


def check_signature(child: Certificate, issuer_key: Certificate) -> Signature:
    """Check the signature on ``child`` with the public key of ``issuer_key`` (any certificate for that key)."""
    if child.der is None:
        return Signature.CATALOGUED
    if issuer_key.der is None or issuer_key.key.bits > MAX_RSA_BITS:
        return Signature.UNSUPPORTED
    from cryptography import x509
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            signed = x509.load_der_x509_certificate(child.der)
            key = x509.load_der_x509_certificate(issuer_key.der).public_key()
            _verify(key, signed)
    except InvalidSignature:
        return Signature.INVALID
    except (ValueError, TypeError, UnsupportedAlgorithm, x509.InvalidVersion):
        return Signature.UNSUPPORTED
    return Signature.VALID


def _verify(key: Any, signed: Any) -> None:
    """``InvalidSignature`` when it is wrong; ``UnsupportedAlgorithm`` or ``TypeError`` when it cannot be checked."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa

    scheme = signed.signature_algorithm_oid.dotted_string
    parameters = signed.signature_algorithm_parameters
    signature, tbs = signed.signature, signed.tbs_certificate_bytes
    if isinstance(key, rsa.RSAPublicKey):
        if not scheme.startswith("1.2.840.113549.1.1."):
            raise InvalidSignature
        if scheme == _MD5_WITH_RSA:
            _verify_md5(key, signature, tbs)
        else:
            key.verify(signature, tbs, parameters, signed.signature_hash_algorithm)
    elif isinstance(key, ec.EllipticCurvePublicKey):
        if not scheme.startswith(_ECDSA):
            raise InvalidSignature
        key.verify(signature, tbs, ec.ECDSA(signed.signature_hash_algorithm))
    elif isinstance(key, dsa.DSAPublicKey):
        key.verify(signature, tbs, signed.signature_hash_algorithm)
    elif isinstance(key, (ed25519.Ed25519PublicKey, ed448.Ed448PublicKey)):
        key.verify(signature, tbs)
    else:  # a key for key agreement, which signs nothing
        raise InvalidSignature


def _verify_md5(key: Any, signature: bytes, tbs: bytes) -> None:
    import hashlib

    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric import padding

    digest = hashlib.md5(tbs, usedforsecurity=False).digest()
    if key.recover_data_from_signature(signature, padding.PKCS1v15(), None) != _MD5_DIGEST_INFO + digest:
        raise InvalidSignature
