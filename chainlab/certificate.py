"""One X.509 certificate as facts: what every other part of chainlab knows of it.

A ``Certificate`` either carries its encoding (``der``) or is *catalogued*: facts from a published list without the
encoding. Decoding is lenient where Windows is: an extension that does not decode costs that extension, never the
certificate (``chainlab.decoding`` has the parsers).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Final

from chainlab import oids
from chainlab.der import public_key_bits, tbs_bytes
from chainlab.records import dataclass, field

_ESCAPED_BLANKS: Final = re.compile(r"(\\\S)|(?:\\?\s)+")
"""A run of blanks, escaped or not; other escapes are passed over as a whole."""
_EDGE_BLANKS: Final = ("= ", " ,", ", ", " +", "+ ")
_ATTRIBUTE: Final = re.compile(r"(?:\\.|[^\\,+])+")


@dataclass(frozen=True, slots=True)
class Name:
    """A distinguished name: RFC 4514 text (as ``cryptography`` renders it) and, where known, its DER encoding.

    ``key`` is the text case-folded with runs of blanks as one and none at the ends of values (RFC 4518, 2.6.1): names
    that any verifier could take for the same have the same key. Whether two names *are* the same is the verifier's
    decision (bytes or RFC 5280, 7.1).
    """

    text: str
    der: bytes | None = None
    key: str = field(init=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "key", _comparable(self.text).casefold())

    def same_bytes(self, other: Name) -> bool:
        """Equal encodings; where one encoding is not at hand, equal text."""
        if self.der is None or other.der is None:
            return self.text == other.text
        return self.der == other.der

    @property
    def common(self) -> str:
        """The most telling attribute for people: CN, else O, else OU that is not blank, else the whole text."""
        parts = split_rdns(self.text)
        for attribute in ("CN", "O", "OU"):
            for part in parts:
                value = unescape_rdn(part.partition("=")[2]).strip()
                if value and part.startswith(attribute + "="):
                    return value
        return self.text or "(empty name)"


def _comparable(text: str) -> str:
    """The name with single blanks, and none at the ends of its values."""
    if "\\" in text:
        text = _ESCAPED_BLANKS.sub(lambda found: found[1] or " ", text)
    text = " ".join(text.split())
    return _ATTRIBUTE.sub(_trimmed, text) if any(map(text.__contains__, _EDGE_BLANKS)) else text


def _trimmed(attribute: re.Match[str]) -> str:
    kind, equals, value = attribute[0].partition("=")
    return f"{kind.strip()}{equals}{value.strip()}"


def split_rdns(text: str, separators: str = ",+") -> list[str]:
    """An RFC 4514 name split at unescaped separators: at commas into RDNs, at plus signs too into attributes."""
    return re.findall(rf"(?:\\.|[^\\{separators}])+", text, re.DOTALL)


def unescape_rdn(value: str) -> str:
    """An RFC 4514 attribute value without its backslash escapes."""
    return re.sub(r"\\([^0-9A-Fa-f]|\\)", r"\1", value)


@dataclass(frozen=True, slots=True)
class PublicKeyInfo:
    """Algorithm (``RSA``, ``EC``, ``DSA``, ``Ed25519`` … or a dotted OID), size in bits (0 unknown), curve name.

    ``str()`` is the short form used everywhere: ``RSA-4096``, ``EC-384``, ``Ed25519``.
    """

    algorithm: str
    bits: int = 0
    curve: str = ""

    def __str__(self) -> str:
        return f"{self.algorithm}-{self.bits}" if self.bits else self.algorithm


@dataclass(frozen=True, slots=True)
class SignatureInfo:
    """Signature scheme (``RSA``, ``RSA-PSS``, ``ECDSA``, ``DSA``, ``Ed25519`` …; empty unknown) and hash name."""

    scheme: str
    hash: str = ""

    def __str__(self) -> str:
        return "-".join(part for part in (self.scheme, self.hash.upper()) if part) or "unknown"


LEGACY_SIGNATURES: Final = {
    "1.2.840.113549.1.1.2": SignatureInfo("RSA", "md2"),
    "1.2.840.113549.1.1.3": SignatureInfo("RSA", "md4"),
    "1.2.840.113549.1.1.4": SignatureInfo("RSA", "md5"),
    "1.3.14.3.2.29": SignatureInfo("RSA", "sha1"),
}
"""Signature algorithm OIDs too old for ``cryptography`` to name."""


@dataclass(frozen=True, slots=True)
class BasicConstraints:
    """RFC 5280, 4.2.1.9."""

    ca: bool
    path_length: int | None = None


@dataclass(frozen=True, slots=True)
class AuthorityKeyIdentifier:
    """RFC 5280, 4.2.1.1. Windows prefers ``issuer`` + ``serial`` (exact match) over ``key_id`` (key match)."""

    key_id: bytes | None = None
    issuer: Name | None = None
    serial: int | None = None


@dataclass(frozen=True, slots=True)
class GeneralName:
    """One alternative name or constraint: kind ``dns``, ``email``, ``ip``, ``uri``, ``dirname`` or ``other``."""

    kind: str
    value: str
    name: Name | None = None


@dataclass(frozen=True, slots=True)
class NameConstraints:
    """RFC 5280, 4.2.1.10. ``bounded``: a subtree has a minimum other than 0 or a maximum, which it forbids."""

    permitted: tuple[GeneralName, ...] = ()
    excluded: tuple[GeneralName, ...] = ()
    bounded: bool = False

    @property
    def trees(self) -> tuple[GeneralName, ...]:
        """All subtrees, permitted and excluded."""
        return (*self.permitted, *self.excluded)


@dataclass(frozen=True, slots=True)
class Extensions:
    """The extensions that decide about paths; ``None`` means absent.

    ``present`` lists all OIDs in order, ``critical`` those marked critical, ``unparsed`` those that did not decode.

    ``pending`` decodes what was not asked for yet (see ``deferred``): a graph of ten thousand certificates needs the
    names and key identifiers of all of them and everything of few.
    """

    basic_constraints: BasicConstraints | None = None
    key_usage: frozenset[str] | None = None
    extended_key_usage: tuple[str, ...] | None = None
    subject_key_identifier: bytes | None = None
    authority_key_identifier: AuthorityKeyIdentifier | None = None
    subject_alternative_names: tuple[GeneralName, ...] | None = None
    name_constraints: NameConstraints | None = None
    policies: tuple[str, ...] | None = None
    policy_mappings: tuple[tuple[str, str], ...] = ()
    require_explicit_policy: int | None = None
    inhibit_policy_mapping: int | None = None
    inhibit_any_policy: int | None = None
    ca_issuers: tuple[str, ...] = ()
    present: tuple[str, ...] = ()
    critical: frozenset[str] = frozenset()
    unparsed: tuple[str, ...] = ()
    pending: Callable[[], Extensions] | None = field(default=None, init=False, compare=False, repr=False)

    @classmethod
    def deferred(
        cls, decode: Callable[[], Extensions], key_id: bytes | None, authority: AuthorityKeyIdentifier | None
    ) -> Extensions:
        """Extensions with their key identifiers; ``decode`` is called once, when anything else is asked for."""
        made = object.__new__(cls)
        object.__setattr__(made, "subject_key_identifier", key_id)
        object.__setattr__(made, "authority_key_identifier", authority)
        object.__setattr__(made, "pending", decode)
        return made

    if not TYPE_CHECKING:  # it would hide misspelt names from the type checker

        def __getattr__(self, name: str) -> object:
            """Called for slots not filled yet: fill them all."""
            if name not in type(self).__slots__:
                raise AttributeError(name)
            decode = object.__getattribute__(self, "pending")
            if decode is not None:
                decoded = decode()
                for slot in type(self).__slots__:
                    object.__setattr__(self, slot, getattr(decoded, slot))
            return object.__getattribute__(self, name)


@dataclass(frozen=True, slots=True)
class Certificate:
    """One certificate; identity and equality are its SHA-256 fingerprint (lower-case hexadecimal).

    ``der`` is ``None`` for a catalogued certificate, of which only published facts are known. Times are aware
    ``datetime`` values in UTC.
    """

    sha256: str
    sha1: str
    subject: Name
    issuer: Name
    serial: int
    not_before: datetime
    not_after: datetime
    spki_sha256: str
    key: PublicKeyInfo
    signature: SignatureInfo
    extensions: Extensions
    version: int = 3
    der: bytes | None = field(default=None, repr=False)
    published_at: tuple[str, ...] = ()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Certificate) and self.sha256 == other.sha256

    def __hash__(self) -> int:
        return hash(self.sha256)

    @property
    def encoded(self) -> bool:
        """Whether the encoding is at hand (else: a catalogued certificate)."""
        return self.der is not None

    @property
    def self_issued(self) -> bool:
        """Subject and issuer are the same name (RFC 5280, 3.2); says nothing about the key."""
        return self.subject.key == self.issuer.key

    @property
    def entity(self) -> tuple[str, str]:
        """The entity certified here: subject name (key form) and SHA-256 of its public key."""
        return self.subject.key, self.spki_sha256

    @property
    def signature_hash(self) -> str:
        """Hash of the TBSCertificate under the signature's own hash algorithm, in hexadecimal.

        It is Windows' property 15 and the key of disallowed lists; empty where it cannot be computed.
        """
        if self.der is None or self.signature.hash not in hashlib.algorithms_available:
            return ""
        return hashlib.new(self.signature.hash, tbs_bytes(self.der), usedforsecurity=False).hexdigest()

    @property
    def public_key_md5(self) -> str:
        """MD5 of the bits of the subject's public key, in hexadecimal (Windows' property 25); empty if not at hand.

        Disallowed lists name keys by it.
        """
        if self.der is None:
            return ""
        return hashlib.md5(public_key_bits(self.der), usedforsecurity=False).hexdigest()

    @property
    def is_ca(self) -> bool:
        """basicConstraints cA is true, or a version 1 certificate that signed itself."""
        constraints = self.extensions.basic_constraints
        if constraints is None:
            return self.version < 3 and self.self_issued
        return constraints.ca

    @property
    def ski(self) -> bytes | None:
        """The subject key identifier, if the certificate has one."""
        return self.extensions.subject_key_identifier

    @property
    def aki(self) -> AuthorityKeyIdentifier:
        """The authority key identifier; empty when absent."""
        return self.extensions.authority_key_identifier or AuthorityKeyIdentifier()

    @property
    def looks_self_signed(self) -> bool:
        """Self-issued, and no key identifier says that another key signed it; the signature itself is not checked."""
        key_id = self.aki.key_id
        return self.self_issued and (key_id is None or self.ski is None or key_id == self.ski)

    def valid_at(self, at: datetime) -> bool:
        """RFC 5280, 4.1.2.5: both ends of the validity period belong to it."""
        return self.not_before <= at and not self.expired_at(at)

    def expired_at(self, at: datetime) -> bool:
        """Its last second has passed: dates in certificates are whole seconds, and the last one belongs to it."""
        return at.replace(microsecond=0) > self.not_after

    @property
    def dns_names(self) -> tuple[str, ...]:
        """DNS names of the subject alternative names, else the common name where it looks like a host."""
        sans = self.extensions.subject_alternative_names
        if sans is not None:
            return tuple(san.value for san in sans if san.kind == "dns")
        common = self.subject.common
        return (common,) if "." in common and " " not in common else ()

    @property
    def malformed_names(self) -> bool:
        """The subject alternative names do not decode, or one of them has an embedded NUL."""
        if oids.SUBJECT_ALT_NAME in self.extensions.unparsed:
            return True
        return any("\0" in name.value for name in self.extensions.subject_alternative_names or ())

    @property
    def label(self) -> str:
        """How messages name it: subject, who signed it, start of its fingerprint; never the CN alone."""
        if self.looks_self_signed:
            signer = "self-signed"
        elif self.is_ca:
            signer = f"signed by {self.issuer.common}"
        else:
            signer = f"issued by {self.issuer.common}"
        return f"{self.subject.common} ({signer}, sha256 {self.sha256[:8]})"

    @property
    def purposes(self) -> frozenset[str] | None:
        """OIDs of the extended key usage extension; ``None`` where it is absent or names anyExtendedKeyUsage."""
        usage = self.extensions.extended_key_usage
        if usage is None or oids.ANY_EKU in usage:
            return None
        return frozenset(usage)
