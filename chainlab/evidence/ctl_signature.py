"""The signature of a certificate trust list, checked against the signer certificate that the message carries."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from chainlab.decoding import decode_certificate
from chainlab.der import MALFORMED, children, element

if TYPE_CHECKING:
    from asn1crypto import cms

    from chainlab.certificate import Certificate

_HASHES: Final = ("sha1", "sha256", "sha384", "sha512")
_MESSAGE_DIGEST: Final = bytes.fromhex("06092a864886f70d010904")
_SET: Final = 0x31


class SignatureProblemError(Exception):
    """The signature does not hold; ``str()`` says why."""


def checked_signature(signed: cms.SignedData, content: bytes) -> str:
    """A sentence about the check made of the first signer's signature over ``content`` (RFC 5652, 5.4).

    ``SignatureProblemError`` when the signature was checked and is wrong.
    """
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.x509 import InvalidVersion

    try:
        return _checked(signed, content)
    except SignatureProblemError:
        raise
    except (UnsupportedAlgorithm, InvalidVersion, *MALFORMED) as error:
        return f"not checked: {error}"


def _checked(signed: cms.SignedData, content: bytes) -> str:
    infos = list(signed["signer_infos"])
    if not infos:
        return "not checked: the list is not signed"
    info = infos[0]
    der = _signer_certificate(signed, info)
    if der is None:
        return "not checked: the signer's certificate is not in the list"
    digest = info["digest_algorithm"]["algorithm"].native
    if digest not in _HASHES:
        return f"not checked: digest algorithm {digest}"
    signer = decode_certificate(der)
    _verify(der, info["signature"].native, _covered(info, content, digest), digest)
    return f"checked against the embedded signer {_named(signer)}, whose own chain was not checked"


def _covered(info: cms.SignerInfo, content: bytes, digest: str) -> bytes:
    """What the signature covers: the signed attributes, which state the content's digest, else the content itself."""
    outer = element(content, 0)
    value = content[outer.content : outer.end]  # PKCS#7 digests the value without tag and length
    attributes: bytes = info["signed_attrs"].dump()
    if not attributes:
        return value
    if _message_digest(attributes) != hashlib.new(digest, value).digest():
        raise SignatureProblemError("the list is not the one that was signed (message digest)")
    return bytes([_SET]) + attributes[1:]  # signed as a SET, sent under the tag [0]


def _message_digest(attributes: bytes) -> bytes:
    """The value of the message-digest attribute, read without decoding the others."""
    for attribute in children(attributes, element(attributes, 0)):
        kind, values = children(attributes, attribute)
        if attributes[kind.start : kind.end] == _MESSAGE_DIGEST:
            value = children(attributes, values)[0]
            return attributes[value.content : value.end]
    return b""


def _signer_certificate(signed: cms.SignedData, info: cms.SignerInfo) -> bytes | None:
    wanted = info["sid"].chosen
    for choice in signed["certificates"] or ():
        certificate = choice.chosen
        if info["sid"].name == "subject_key_identifier":
            matches = certificate.key_identifier == wanted.native
        else:
            same_serial = certificate.serial_number == wanted["serial_number"].native
            matches = same_serial and certificate.issuer == wanted["issuer"]
        if matches:
            der: bytes = certificate.dump()
            return der
    return None


def _verify(der: bytes, signature: bytes, covered: bytes, digest: str) -> None:
    from cryptography import x509
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

    key = x509.load_der_x509_certificate(der).public_key()
    algorithm: hashes.HashAlgorithm = getattr(hashes, digest.upper())()
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, covered, padding.PKCS1v15(), algorithm)
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, covered, ec.ECDSA(algorithm))
        else:
            raise TypeError(f"a signer's key of type {type(key).__name__}")
    except InvalidSignature:
        raise SignatureProblemError("the signature does not belong to the signer's key") from None


def _named(signer: Certificate) -> str:
    return f"{signer.subject.common} (sha256 {signer.sha256[:8]})"
