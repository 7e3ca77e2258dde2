"""From DER bytes to a ``Certificate``.

``cryptography`` decodes (strict and fast). Where it refuses a whole certificate or the set of its extensions, which
it does for some real roots (bad policy qualifiers, an encoded default version), ``asn1crypto`` decodes field by
field, and what still fails is listed in ``Extensions.unparsed``: Windows does not refuse these certificates either.
"""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import Any, Final

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.x509.oid import AuthorityInformationAccessOID

from chainlab import oids
from chainlab.certificate import (
    LEGACY_SIGNATURES,
    AuthorityKeyIdentifier,
    BasicConstraints,
    Certificate,
    Extensions,
    GeneralName,
    Name,
    NameConstraints,
    PublicKeyInfo,
    SignatureInfo,
)
from chainlab.der import TbsSlices, extension_values, outer_length, tbs_slices

MAX_CERTIFICATE_BYTES: Final = 128 * 1024
"""Longest DER accepted; the largest genuine certificates (thousands of SANs) stay well below."""

_REFUSALS: Final = (
    ValueError, TypeError, UnsupportedAlgorithm, x509.InvalidVersion, x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
)  # fmt: skip
"""What ``cryptography`` raises where it refuses a certificate or an extension."""

_KEY_USAGES: Final = (
    "digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
    "key_cert_sign", "crl_sign",
)  # fmt: skip
_SKI: Final = bytes.fromhex("0603551d0e")
_AKI: Final = bytes.fromhex("0603551d23")
_KEY_IDENTIFIERS: Final = frozenset({_SKI, _AKI})
_SCHEMES: Final = {
    "1.2.840.113549.1.1.10": "RSA-PSS",
    "1.3.101.112": "Ed25519",
    "1.3.101.113": "Ed448",
}
_CURVES: Final = {"secp256r1": "P-256", "secp384r1": "P-384", "secp521r1": "P-521"}


def decode_certificate(der: bytes, names: dict[bytes, Name] | None = None) -> Certificate:
    """Decode one DER certificate; trailing bytes are cut off. ``ValueError`` says why it is not a certificate.

    ``names`` keeps decoded names by their encoding: who decodes many certificates gives one mapping for all.
    """
    if len(der) > MAX_CERTIFICATE_BYTES:
        raise ValueError(f"certificate of {len(der)} bytes is larger than the cap of {MAX_CERTIFICATE_BYTES}")
    der = der[: outer_length(der)]
    slices = tbs_slices(der)
    with _quietly():
        try:
            parsed = x509.load_der_x509_certificate(der)
            return _from_cryptography(parsed, der, slices, {} if names is None else names)
        except _REFUSALS as refused:
            from chainlab.decoding_lenient import decode_leniently

            return decode_leniently(der, slices, str(refused))


@contextmanager
def _quietly() -> Iterator[None]:
    """Without the warnings of ``cryptography`` about serial numbers and parameters, which Windows accepts."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _from_cryptography(
    parsed: x509.Certificate, der: bytes, slices: TbsSlices, names: dict[bytes, Name]
) -> Certificate:
    subject, issuer = names.get(slices.subject), names.get(slices.issuer)
    if subject is None:
        subject = names[slices.subject] = Name(parsed.subject.rfc4514_string(), slices.subject)
    if issuer is None:
        issuer = names[slices.issuer] = (
            subject if slices.issuer == slices.subject else Name(parsed.issuer.rfc4514_string(), slices.issuer)
        )
    return Certificate(
        sha256=hashlib.sha256(der).hexdigest(),
        sha1=hashlib.sha1(der, usedforsecurity=False).hexdigest(),
        subject=subject,
        issuer=issuer,
        serial=parsed.serial_number,
        not_before=parsed.not_valid_before_utc,
        not_after=parsed.not_valid_after_utc,
        spki_sha256=hashlib.sha256(slices.spki).hexdigest(),
        key=_key_info(parsed),
        signature=_signature_info(parsed),
        extensions=_extensions(der, slices.rest),
        version=parsed.version.value + 1,
        der=der,
    )


def _key_info(parsed: x509.Certificate) -> PublicKeyInfo:
    oid = parsed.public_key_algorithm_oid.dotted_string
    try:
        key: Any = parsed.public_key()
    except (ValueError, UnsupportedAlgorithm):  # e.g. an unknown curve, or RSA below the library's minimum
        return PublicKeyInfo(oid)
    bits = getattr(key, "key_size", 0)
    curve = getattr(getattr(key, "curve", None), "name", "")
    if curve:
        return PublicKeyInfo("EC", bits, _CURVES.get(curve, curve))
    kind = type(key).__name__.removesuffix("PublicKey")
    return PublicKeyInfo({"_RSA": "RSA", "_DSA": "DSA"}.get(kind, kind), bits)


def _signature_info(parsed: x509.Certificate) -> SignatureInfo:
    oid = parsed.signature_algorithm_oid.dotted_string
    try:
        algorithm = parsed.signature_hash_algorithm
    except UnsupportedAlgorithm:
        algorithm = None
    name = getattr(parsed.signature_algorithm_oid, "_name", "")
    scheme = _SCHEMES.get(oid) or next(
        (scheme for marker, scheme in (("ecdsa", "ECDSA"), ("dsa", "DSA"), ("RSA", "RSA")) if marker in name), oid
    )
    if scheme == oid and oid in LEGACY_SIGNATURES:
        return LEGACY_SIGNATURES[oid]
    return SignatureInfo(scheme, algorithm.name if algorithm else "")


def _extensions(der: bytes, rest: bytes) -> Extensions:
    """The key identifiers at once, everything when it is asked for; at once too where these are out of the ordinary."""
    try:
        values = extension_values(rest, _KEY_IDENTIFIERS)
    except ValueError:
        return _all_extensions(der)
    key_id, authority = values.get(_SKI), values.get(_AKI)
    if key_id is not None and not _is_short(key_id, 0x04):
        return _all_extensions(der)
    if authority is not None and not (_is_short(authority, 0x30) and _is_short(authority[2:], 0x80)):
        return _all_extensions(der)
    issuer = AuthorityKeyIdentifier(authority[4:]) if authority is not None else None
    return Extensions.deferred(partial(_all_extensions, der), None if key_id is None else key_id[2:], issuer)


def _is_short(encoding: bytes, tag: int) -> bool:
    """One element of this tag with less than 128 octets, and nothing else."""
    return len(encoding) >= 2 and encoding[0] == tag and encoding[1] == len(encoding) - 2 < 0x80


def _all_extensions(der: bytes) -> Extensions:
    with _quietly():
        try:
            return _strictly(x509.load_der_x509_certificate(der).extensions, der)
        except _REFUSALS:
            from chainlab.decoding_lenient import extensions_leniently

            return extensions_leniently(der)


def _strictly(extensions: x509.Extensions, der: bytes) -> Extensions:
    fields: dict[str, Any] = {}
    present: list[str] = []
    critical: list[str] = []
    for extension in extensions:
        oid = extension.oid.dotted_string
        present.append(oid)
        if extension.critical:
            critical.append(oid)
        decode = _DECODERS.get(oid)
        if decode is not None:
            fields.update(decode(extension.value))
    if "name_constraints" in fields:
        fields["name_constraints"] = _with_bounds(fields["name_constraints"], der)
    return Extensions(**fields, present=tuple(present), critical=frozenset(critical))


def _basic_constraints(value: x509.BasicConstraints) -> dict[str, Any]:
    return {"basic_constraints": BasicConstraints(value.ca, value.path_length)}


def _key_usage(value: x509.KeyUsage) -> dict[str, Any]:
    return {"key_usage": frozenset(usage for usage in _KEY_USAGES if getattr(value, usage))}


def _extended_key_usage(value: x509.ExtendedKeyUsage) -> dict[str, Any]:
    return {"extended_key_usage": tuple(usage.dotted_string for usage in value)}


def _subject_key_identifier(value: x509.SubjectKeyIdentifier) -> dict[str, Any]:
    return {"subject_key_identifier": value.digest}


def _authority_key_identifier(value: x509.AuthorityKeyIdentifier) -> dict[str, Any]:
    directory = [name.value for name in value.authority_cert_issuer or () if isinstance(name, x509.DirectoryName)]
    issuer = Name(directory[0].rfc4514_string(), directory[0].public_bytes()) if directory else None
    identifier = AuthorityKeyIdentifier(value.key_identifier, issuer, value.authority_cert_serial_number)
    return {"authority_key_identifier": identifier}


def _general_names(names: Iterable[x509.GeneralName] | None) -> tuple[GeneralName, ...]:
    return tuple(_general_name(name) for name in names or ())


def _general_name(name: x509.GeneralName) -> GeneralName:
    if isinstance(name, x509.DirectoryName):
        text = name.value.rfc4514_string()
        return GeneralName("dirname", text, Name(text, name.value.public_bytes()))
    for kind, cls in (("dns", x509.DNSName), ("email", x509.RFC822Name), ("uri", x509.UniformResourceIdentifier)):
        if isinstance(name, cls):
            return GeneralName(kind, str(name.value))
    if isinstance(name, x509.IPAddress):
        return GeneralName("ip", str(name.value))
    if isinstance(name, x509.OtherName):
        return GeneralName("other", name.type_id.dotted_string)
    return GeneralName("other", "registered id")


def _subject_alternative_names(value: x509.SubjectAlternativeName) -> dict[str, Any]:
    return {"subject_alternative_names": _general_names(value)}


def _name_constraints(value: x509.NameConstraints) -> dict[str, Any]:
    permitted, excluded = _general_names(value.permitted_subtrees), _general_names(value.excluded_subtrees)
    return {"name_constraints": NameConstraints(permitted, excluded)}


def _with_bounds(constraints: NameConstraints, der: bytes) -> NameConstraints:
    from chainlab.decoding_lenient import has_bounded_subtrees

    return replace(constraints, bounded=has_bounded_subtrees(der))


def _policies(value: x509.CertificatePolicies) -> dict[str, Any]:
    return {"policies": tuple(policy.policy_identifier.dotted_string for policy in value)}


def _policy_mappings(value: x509.UnrecognizedExtension) -> dict[str, Any]:
    """``cryptography`` has no class for this extension."""
    from chainlab.decoding_lenient import decode_policy_mappings

    return {"policy_mappings": decode_policy_mappings(value.value)}


def _policy_constraints(value: x509.PolicyConstraints) -> dict[str, Any]:
    return {
        "require_explicit_policy": value.require_explicit_policy,
        "inhibit_policy_mapping": value.inhibit_policy_mapping,
    }


def _inhibit_any_policy(value: x509.InhibitAnyPolicy) -> dict[str, Any]:
    return {"inhibit_any_policy": value.skip_certs}


def _authority_information_access(value: x509.AuthorityInformationAccess) -> dict[str, Any]:
    return {
        "ca_issuers": tuple(
            str(access.access_location.value)
            for access in value
            if access.access_method == AuthorityInformationAccessOID.CA_ISSUERS
            and isinstance(access.access_location, x509.UniformResourceIdentifier)
        )
    }


_DECODERS: Final[dict[str, Callable[[Any], dict[str, Any]]]] = {
    oids.BASIC_CONSTRAINTS: _basic_constraints,
    oids.KEY_USAGE: _key_usage,
    oids.EXTENDED_KEY_USAGE: _extended_key_usage,
    oids.SUBJECT_KEY_IDENTIFIER: _subject_key_identifier,
    oids.AUTHORITY_KEY_IDENTIFIER: _authority_key_identifier,
    oids.SUBJECT_ALT_NAME: _subject_alternative_names,
    oids.NAME_CONSTRAINTS: _name_constraints,
    oids.CERTIFICATE_POLICIES: _policies,
    oids.AUTHORITY_INFO_ACCESS: _authority_information_access,
    oids.POLICY_MAPPINGS: _policy_mappings,
    oids.POLICY_CONSTRAINTS: _policy_constraints,
    oids.INHIBIT_ANY_POLICY: _inhibit_any_policy,
}
