"""Certificates for laboratories. An entity (name and key) and the certificates for it are separate things.

That separation is the point: a cross-sign is the same entity certified by another one, which libraries that tie a CA
to one certificate cannot express.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.name import _ASN1Type
from cryptography.x509.oid import AuthorityInformationAccessOID, NameOID, ObjectIdentifier

from chainlab import oids
from chainlab.certificate import Certificate
from chainlab.decoding import decode_certificate
from chainlab.records import dataclass, field

_ATTRIBUTES: Final = {
    "CN": NameOID.COMMON_NAME, "O": NameOID.ORGANIZATION_NAME, "OU": NameOID.ORGANIZATIONAL_UNIT_NAME,
    "C": NameOID.COUNTRY_NAME, "ST": NameOID.STATE_OR_PROVINCE_NAME, "L": NameOID.LOCALITY_NAME,
}  # fmt: skip
_HASHES: Final[dict[str, Any]] = {
    "sha1": hashes.SHA1, "sha256": hashes.SHA256, "sha384": hashes.SHA384, "sha512": hashes.SHA512,
}  # fmt: skip
_CURVES: Final[dict[str, Any]] = {"P-256": ec.SECP256R1, "P-384": ec.SECP384R1, "P-521": ec.SECP521R1}

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


def day(text: str) -> datetime:
    """``2021-03-22`` or a full ISO time as an aware ``datetime`` in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def make_name(text: str) -> x509.Name:
    """A name from ``C=GB, O=Chainlab, CN=Root`` in the order of the encoding; PrintableString where it fits."""
    pairs = [part.strip().partition("=") for part in text.split(",")]
    return x509.Name([_attribute(kind, value) for kind, _, value in pairs])


def _attribute(kind: str, value: str) -> x509.NameAttribute[str]:
    printable = re.fullmatch(r"[A-Za-z0-9 '()+,./:=?-]*", value) is not None
    return x509.NameAttribute(
        _ATTRIBUTES[kind], value, _ASN1Type.PrintableString if printable else _ASN1Type.UTF8String
    )


@dataclass(frozen=True, slots=True)
class Entity:
    """A named key pair: a CA or a server, whatever certificates exist for it."""

    name: x509.Name
    key: PrivateKey

    @property
    def key_id(self) -> bytes:
        """SHA-1 of the public key (RFC 5280, 4.2.1.2, method 1)."""
        return x509.SubjectKeyIdentifier.from_public_key(self.key.public_key()).digest


@dataclass(frozen=True, slots=True)
class KeyRing:
    """Private keys by name: derived from a seed, so that equal seeds give equal keys.

    With a ``directory``, RSA keys are made at random once and kept there as PEM files: that is faster for large ones.
    """

    directory: Path | None = None
    seed: str = "chainlab"
    _made: dict[str, PrivateKey] = field(default_factory=dict)

    def get(self, name: str, kind: str) -> PrivateKey:
        """The key of this name; ``kind`` is ``RSA-2048``, ``P-256`` and so on."""
        key = self._made.get(name)
        if key is None:
            key = self._made[name] = self._load(name) or self._make(name, kind)
        return key

    def _load(self, name: str) -> PrivateKey | None:
        if self.directory is None or not (file := self.directory / f"{name}.pem").exists():
            return None
        key = serialization.load_pem_private_key(file.read_bytes(), None)
        assert isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey)
        return key

    def _make(self, name: str, kind: str) -> PrivateKey:
        if kind in _CURVES:
            digest = hashlib.sha512(f"{self.seed}/{name}".encode()).digest()
            return ec.derive_private_key(int.from_bytes(digest[:32], "big") >> 8 | 1, _CURVES[kind]())
        bits = int(kind.removeprefix("RSA-"))
        if self.directory is None:
            from chainlab.lab.derived_keys import derive_rsa_key

            return derive_rsa_key(f"{self.seed}/{name}", bits)
        key = rsa.generate_private_key(65537, bits)
        self.directory.mkdir(parents=True, exist_ok=True)
        pem = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        scratch = self.directory / f"{name}.{secrets.token_hex(4)}"  # written aside: others may read at any time
        scratch.write_bytes(pem)
        scratch.replace(self.directory / f"{name}.pem")
        return key


@dataclass(frozen=True, slots=True)
class Profile:
    """What a certificate says beside names and key; ``None`` or empty leaves the extension out.

    ``serial`` 0 is derived from subject, issuer and validity, so that equal inputs give equal certificates.
    ``authority_key_id`` is ``key``, ``serial`` (key identifier, issuer and serial number), ``other`` (the identifier
    of a key that is not there) or empty. ``cert_sign`` False leaves keyCertSign out of a CA's key usage;
    ``key_encipherment`` is what public CAs put into certificates with an RSA key. ``pss`` signs
    with RSASSA-PSS where the issuer's key is RSA (the salt is random: such certificates differ between runs).
    """

    not_before: datetime = datetime(2021, 1, 1, tzinfo=UTC)
    not_after: datetime = datetime(2046, 1, 1, tzinfo=UTC)
    ca: bool | None = True
    path_length: int | None = None
    key_usage: bool = True
    purposes: tuple[str, ...] = ()
    dns_names: tuple[str, ...] = ()
    policies: tuple[str, ...] = ()
    permitted_dns: tuple[str, ...] = ()
    excluded_dns: tuple[str, ...] = ()
    ca_issuers: str = ""
    subject_key_id: bool = True
    authority_key_id: str = "key"
    cert_sign: bool = field(default=True, repr=False)
    key_encipherment: bool = field(default=False, repr=False)
    critical_unknown: bool = False
    hash: str = "sha256"
    pss: bool = field(default=False, repr=False)
    serial: int = 0


LEAF: Final = Profile(not_before=day("2026-09-01"), not_after=day("2027-09-30"), ca=False,
                      purposes=(oids.SERVER_AUTH, oids.CLIENT_AUTH))  # fmt: skip
"""A server certificate as public CAs issue it."""


def issue(subject: Entity, issuer: Entity, profile: Profile, issuer_certificate: Certificate | None = None) -> bytes:
    """The DER certificate that ``issuer`` gives to ``subject``; deterministic for elliptic-curve and RSA PKCS #1 keys.

    ``issuer_certificate`` is needed only for ``authority_key_id="serial"``.
    """
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject.name)
        .issuer_name(issuer.name)
        .public_key(subject.key.public_key())
        .serial_number(profile.serial or _serial(subject, issuer, profile))
        .not_valid_before(profile.not_before)
        .not_valid_after(profile.not_after)
    )
    for extension, critical in _extensions(subject, issuer, profile, issuer_certificate):
        builder = builder.add_extension(extension, critical)
    if profile.hash == "sha1":
        return signed_with_sha1(_sign(builder, issuer.key, replace(profile, hash="sha256", pss=False)), issuer.key)
    return _sign(builder, issuer.key, profile)


def _sign(builder: x509.CertificateBuilder, key: PrivateKey, profile: Profile) -> bytes:
    algorithm = _HASHES[profile.hash]()
    if isinstance(key, ec.EllipticCurvePrivateKey):
        certificate = builder.sign(key, algorithm, ecdsa_deterministic=True)
    else:
        scheme = padding.PSS(padding.MGF1(algorithm), padding.PSS.DIGEST_LENGTH) if profile.pss else None
        certificate = builder.sign(key, algorithm, rsa_padding=scheme)
    return certificate.public_bytes(serialization.Encoding.DER)


def signed_with_sha1(der: bytes, key: PrivateKey) -> bytes:
    """The same certificate signed anew with SHA-1, which cryptography's builder refuses to make."""
    from asn1crypto import x509 as asn1

    certificate = asn1.Certificate.load(der)
    elliptic = isinstance(key, ec.EllipticCurvePrivateKey)
    algorithm = {"algorithm": "sha1_ecdsa" if elliptic else "sha1_rsa"}
    certificate["tbs_certificate"]["signature"] = algorithm
    certificate["signature_algorithm"] = algorithm
    tbs = certificate["tbs_certificate"].dump(force=True)
    if isinstance(key, ec.EllipticCurvePrivateKey):
        signature = key.sign(tbs, ec.ECDSA(hashes.SHA1(), deterministic_signing=True))  # noqa: S303 - the point of it
    else:
        signature = key.sign(tbs, padding.PKCS1v15(), hashes.SHA1())  # noqa: S303 - the point of it
    certificate["signature_value"] = signature
    encoded: bytes = certificate.dump(force=True)
    return encoded


def certify(subject: Entity, issuer: Entity, profile: Profile) -> Certificate:
    """``issue``, decoded."""
    return decode_certificate(issue(subject, issuer, profile))


def _serial(subject: Entity, issuer: Entity, profile: Profile) -> int:
    parties = "|".join(f"{entity.name.rfc4514_string()}|{entity.key_id.hex()}" for entity in (subject, issuer))
    later = "" if profile.cert_sign and not profile.pss else f"|{profile.cert_sign}|{profile.pss}"  # keeps old serials
    digest = hashlib.sha256(f"{parties}|{profile}{later}".encode()).digest()
    return int.from_bytes(digest[:15], "big") | 1 << 118


Marked = tuple[x509.ExtensionType, bool]
"""An extension and whether it is critical."""


def _extensions(
    subject: Entity, issuer: Entity, profile: Profile, issuer_certificate: Certificate | None
) -> Iterator[Marked]:
    yield from _key_ids(subject, issuer, profile, issuer_certificate)
    if profile.key_usage:
        yield _key_usage(profile), True
    if profile.ca is not None:
        yield x509.BasicConstraints(profile.ca, profile.path_length), True
    if profile.purposes:
        yield x509.ExtendedKeyUsage([ObjectIdentifier(oid) for oid in profile.purposes]), False
    if profile.dns_names:
        yield x509.SubjectAlternativeName([x509.DNSName(name) for name in profile.dns_names]), False
    yield from _constraints(profile)
    if profile.ca_issuers:
        address = x509.UniformResourceIdentifier(profile.ca_issuers)
        access = x509.AccessDescription(AuthorityInformationAccessOID.CA_ISSUERS, address)
        yield x509.AuthorityInformationAccess([access]), False
    if profile.critical_unknown:
        yield x509.UnrecognizedExtension(ObjectIdentifier("1.3.6.1.4.1.99999.1"), b"\x05\x00"), True


def _key_ids(
    subject: Entity, issuer: Entity, profile: Profile, issuer_certificate: Certificate | None
) -> Iterator[Marked]:
    if profile.authority_key_id == "serial" and issuer_certificate is not None:
        assert issuer_certificate.der is not None
        directory = [x509.DirectoryName(x509.load_der_x509_certificate(issuer_certificate.der).issuer)]
        yield x509.AuthorityKeyIdentifier(issuer.key_id, directory, issuer_certificate.serial), False
    elif profile.authority_key_id == "other":
        yield (
            x509.AuthorityKeyIdentifier(hashlib.sha1(issuer.key_id, usedforsecurity=False).digest(), None, None),
            False,
        )
    elif profile.authority_key_id and subject != issuer:
        yield x509.AuthorityKeyIdentifier(issuer.key_id, None, None), False
    if profile.subject_key_id:
        yield x509.SubjectKeyIdentifier(subject.key_id), False


def _constraints(profile: Profile) -> Iterator[Marked]:
    if profile.policies:
        yield x509.CertificatePolicies([x509.PolicyInformation(ObjectIdentifier(oid), None)
                                        for oid in profile.policies]), False  # fmt: skip
    if any("*" in name for name in (*profile.permitted_dns, *profile.excluded_dns)):
        yield _constraints_with_star(profile), True
    elif profile.permitted_dns or profile.excluded_dns:
        permitted, excluded = (
            [x509.DNSName(name) for name in names] or None for names in (profile.permitted_dns, profile.excluded_dns)
        )
        yield x509.NameConstraints(permitted, excluded), True


def _constraints_with_star(profile: Profile) -> x509.ExtensionType:
    """Name constraints with a literal ``*``, which cryptography refuses to make."""
    from asn1crypto import x509 as asn1

    sides = {"permitted_subtrees": profile.permitted_dns, "excluded_subtrees": profile.excluded_dns}
    trees = {
        side: [{"base": asn1.GeneralName("dns_name", name)} for name in names] for side, names in sides.items() if names
    }
    return x509.UnrecognizedExtension(ObjectIdentifier(oids.NAME_CONSTRAINTS), asn1.NameConstraints(trees).dump())


def _key_usage(profile: Profile) -> x509.KeyUsage:
    ca = profile.ca is True and profile.cert_sign
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=profile.key_encipherment,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=ca,
        crl_sign=ca,
        encipher_only=False,
        decipher_only=False,
    )
