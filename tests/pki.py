"""A tiny language for test PKIs: entities by name, certificates as subject-signed-by-issuer."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import x25519

from chainlab.certificate import Certificate
from chainlab.decoding import decode_certificate
from chainlab.lab.pki import LEAF, Entity, KeyRing, Profile, certify, issue, make_name

NOW = datetime(2026, 11, 20, tzinfo=UTC)


class Pki:
    """Entities with elliptic-curve keys from a seed, so that making one costs a millisecond and nothing changes."""

    def __init__(self, seed: str = "tests") -> None:
        self.keys = KeyRing(seed=seed)
        self._entities: dict[str, Entity] = {}

    def entity(self, name: str, *, subject: str | None = None, key: str | None = None) -> Entity:
        """The entity of this name; ``key`` gives it another key name (two CAs of one subject)."""
        if name not in self._entities:
            made = self.keys.get(key or name, "P-256")
            self._entities[name] = Entity(make_name(subject or f"O=Test, CN={name}"), made)
        return self._entities[name]

    def ca(self, subject: str, issuer: str | None = None, **fields: object) -> Certificate:
        """A CA certificate for ``subject`` by ``issuer`` (default: itself)."""
        profile = replace(Profile(), **fields)  # type: ignore[arg-type]
        return certify(self.entity(subject), self.entity(issuer or subject), profile)

    def leaf(self, issuer: str, subject: str = "www.example.test", **fields: object) -> Certificate:
        """A server certificate naming its subject as a DNS name."""
        profile = replace(LEAF, **{"dns_names": (subject,), **fields})  # type: ignore[arg-type]
        return certify(self.entity(subject), self.entity(issuer), profile)

    def der(self, subject: str, issuer: str, **fields: object) -> bytes:
        """A certificate's encoding, undecoded."""
        return issue(self.entity(subject), self.entity(issuer), replace(Profile(), **fields))  # type: ignore[arg-type]

    def with_extension(self, subject: str, issuer: str, oid: str, value: bytes, *, critical: bool) -> Certificate:
        """A sound CA certificate with one more extension, whatever its value says."""
        signer = self.entity(issuer)
        made = (
            x509.CertificateBuilder()
            .subject_name(self.entity(subject).name)
            .issuer_name(signer.name)
            .public_key(self.entity(subject).key.public_key())
            .serial_number(7)
            .not_valid_before(Profile().not_before)
            .not_valid_after(Profile().not_after)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .add_extension(x509.UnrecognizedExtension(x509.ObjectIdentifier(oid), value), critical)
            .sign(signer.key, hashes.SHA256(), ecdsa_deterministic=True)
        )
        return decode_certificate(made.public_bytes(serialization.Encoding.DER))

    def for_key_agreement(self, subject: str, issuer: str) -> Certificate:
        """A CA certificate whose key is for X25519, which signs nothing."""
        signer = self.entity(issuer)
        made = (
            x509.CertificateBuilder()
            .subject_name(self.entity(subject).name)
            .issuer_name(signer.name)
            .public_key(x25519.X25519PrivateKey.from_private_bytes(bytes(range(32))).public_key())
            .serial_number(8)
            .not_valid_before(Profile().not_before)
            .not_valid_after(Profile().not_after)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .sign(signer.key, hashes.SHA256(), ecdsa_deterministic=True)
        )
        return decode_certificate(made.public_bytes(serialization.Encoding.DER))


def forged(certificate: Certificate) -> Certificate:
    """The same with a signature algorithm that nobody knows: ecdsa-with-SHA256 becomes an unassigned neighbour."""
    assert certificate.der is not None
    known = bytes.fromhex("2a8648ce3d040302")
    assert certificate.der.count(known) == 2
    return decode_certificate(certificate.der.replace(known, bytes.fromhex("2a8648ce3d04037f")))


def at(text: str) -> datetime:
    """A moment in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
