"""The second, lenient decoder: certificates that ``cryptography`` refuses, field by field with ``asn1crypto``."""

from __future__ import annotations

import hashlib
import ipaddress
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any, Final

from asn1crypto import x509 as asn1

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
from chainlab.der import MALFORMED, TbsSlices

_SIZED: Final = frozenset({"rsa", "rsassa_pss", "dsa"})
"""Keys, besides EC ones, that asn1crypto knows the size of; it has an ``UnboundLocalError`` for any other."""
_EDWARDS: Final = {"ed25519": "Ed25519", "ed448": "Ed448"}
_NAMES: Final = {
    "common_name": "CN", "country_name": "C", "locality_name": "L", "state_or_province_name": "ST",
    "organization_name": "O", "organizational_unit_name": "OU", "street_address": "STREET",
    "domain_component": "DC", "user_id": "UID",
}  # fmt: skip
_ADDRESS_RANGES: Final = (8, 32)
"""Lengths of an IPv4 and an IPv6 address with their masks."""
_KEY_USAGE_NAMES: Final = {"non_repudiation": "content_commitment"}
_GENERAL_NAME_KINDS: Final = {
    "dns_name": "dns", "rfc822_name": "email", "uniform_resource_identifier": "uri", "ip_address": "ip",
}  # fmt: skip


def decode_leniently(der: bytes, slices: TbsSlices, refused: str) -> Certificate:
    """Decode with asn1crypto; ``ValueError`` with the first decoder's complaint when this one fails as well."""
    try:
        parsed = asn1.Certificate.load(der)
        tbs = parsed["tbs_certificate"]
        validity = tbs["validity"]
        return Certificate(
            sha256=hashlib.sha256(der).hexdigest(),
            sha1=hashlib.sha1(der, usedforsecurity=False).hexdigest(),
            subject=_name(tbs["subject"], slices.subject),
            issuer=_name(tbs["issuer"], slices.issuer),
            serial=int(tbs["serial_number"].native),
            not_before=_utc(validity["not_before"].native),
            not_after=_utc(validity["not_after"].native),
            spki_sha256=hashlib.sha256(slices.spki).hexdigest(),
            key=_key_info(tbs["subject_public_key_info"]),
            signature=_signature_info(parsed["signature_algorithm"]),
            extensions=extensions_leniently(der),
            version={"v1": 1, "v2": 2, "v3": 3}.get(tbs["version"].native, 3),
            der=der,
        )
    except MALFORMED as broken:
        raise ValueError(f"not a certificate that can be decoded ({refused})") from broken


def _utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _name(name: Any, der: bytes) -> Name:
    """RFC 4514 text, most specific attribute first, like cryptography's; hexadecimal where it does not decode."""
    try:
        attributes = [
            f"{_NAMES.get(pair['type'].native, pair['type'].dotted)}={_escape(str(pair['value'].native))}"
            for rdn in reversed(list(name.chosen))
            for pair in rdn
        ]
        return Name(",".join(attributes), der)
    except MALFORMED:
        return Name("#" + der.hex(), der)


def _escape(value: str) -> str:
    for character in '\\,+"<>;':
        value = value.replace(character, "\\" + character)
    return value


def _key_info(spki: Any) -> PublicKeyInfo:
    try:
        algorithm = spki.algorithm
        if algorithm == "ec":
            return PublicKeyInfo("EC", spki.bit_size, str(spki.curve[1]))
        if algorithm not in _SIZED:
            return PublicKeyInfo(_EDWARDS.get(algorithm) or spki["algorithm"]["algorithm"].dotted)
        return PublicKeyInfo(algorithm.upper(), spki.bit_size or 0)
    except MALFORMED:
        return PublicKeyInfo(_algorithm_of(spki))


def _algorithm_of(spki: Any) -> str:
    """The identifier alone: asn1crypto stops at the key of an unknown algorithm, with the identifier read by then."""
    try:
        return str(spki["algorithm"]["algorithm"].dotted)
    except MALFORMED:
        return "unknown"


def _signature_info(algorithm: Any) -> SignatureInfo:
    try:
        schemes = {"rsassa_pkcs1v15": "RSA", "rsassa_pss": "RSA-PSS", "ecdsa": "ECDSA", "dsa": "DSA"}
        scheme = schemes.get(algorithm.signature_algo, algorithm.signature_algo)
        return SignatureInfo(scheme, algorithm.hash_algo)
    except MALFORMED:
        oid = algorithm["algorithm"].dotted
        return LEGACY_SIGNATURES.get(oid, SignatureInfo(oid))


def extensions_leniently(der: bytes) -> Extensions:
    """Decode each extension by itself; those that fail, and repeated ones, are named in ``unparsed``."""
    extensions = list(asn1.Certificate.load(der)["tbs_certificate"]["extensions"])
    fields: dict[str, Any] = {}
    unparsed: list[str] = []
    present: list[str] = []
    for extension in extensions:
        oid = extension["extn_id"].dotted
        decode = _DECODERS.get(oid)
        if oid in present:
            unparsed.append(oid)
        elif decode is not None:
            try:
                fields.update(decode(_alone(extension["extn_value"])))
            except MALFORMED:
                unparsed.append(oid)
        present.append(oid)
    critical = frozenset(e["extn_id"].dotted for e in extensions if e["critical"].native)
    return Extensions(**fields, present=tuple(present), critical=critical, unparsed=tuple(unparsed))


def _alone(octets: Any) -> Any:
    """The value of an extension; ``ValueError`` where more stands behind it, which asn1crypto passes over."""
    value = octets.parsed
    if len(value.dump()) != len(bytes(octets)):
        raise ValueError("more than one value")
    return value


def _basic_constraints(value: Any) -> dict[str, Any]:
    _whole(value)
    return {"basic_constraints": BasicConstraints(bool(value["ca"].native), value["path_len_constraint"].native)}


def _key_usage(value: Any) -> dict[str, Any]:
    return {"key_usage": frozenset(_KEY_USAGE_NAMES.get(usage, usage) for usage in value.native)}


def _extended_key_usage(value: Any) -> dict[str, Any]:
    return {"extended_key_usage": tuple(usage.dotted for usage in value)}


def _subject_key_identifier(value: Any) -> dict[str, Any]:
    return {"subject_key_identifier": bytes(value.native)}


def _authority_key_identifier(value: Any) -> dict[str, Any]:
    issuer = None
    for name in value["authority_cert_issuer"]:
        if name.name == "directory_name":
            issuer = _name(name.chosen, name.chosen.dump())
    serial = value["authority_cert_serial_number"].native
    return {"authority_key_identifier": AuthorityKeyIdentifier(value["key_identifier"].native, issuer, serial)}


def _general_names(names: Iterable[Any]) -> tuple[GeneralName, ...]:
    return tuple(_general_name(name) for name in names)


def _general_name(name: Any) -> GeneralName:
    if name.name == "directory_name":
        decoded = _name(name.chosen, name.chosen.dump())
        return GeneralName("dirname", decoded.text, decoded)
    kind = _GENERAL_NAME_KINDS.get(name.name, "other")
    value = str(name.native) if kind != "other" else _form(name)
    if kind == "ip" and "/" in value:
        value = str(ipaddress.ip_network(value, strict=False))
    return GeneralName(kind, value)


def _form(name: Any) -> str:
    """What kind of name it is, as the other decoder says it: the type of another name, else words."""
    return str(name.chosen["type_id"].dotted if name.name == "other_name" else name.name.replace("_", " "))


def _subject_alternative_names(value: Any) -> dict[str, Any]:
    return {"subject_alternative_names": _general_names(value)}


def _name_constraints(value: Any) -> dict[str, Any]:
    _whole(value)
    permitted, excluded = (
        tuple(_subtree(_whole(tree)["base"]) for tree in value[field] or ())
        for field in ("permitted_subtrees", "excluded_subtrees")
    )
    return {"name_constraints": NameConstraints(permitted, excluded, _bounded(value))}


def _whole(value: Any) -> Any:
    """The sequence itself; ``ValueError`` where it has elements that its type does not know.

    asn1crypto passes over those, and a constraint of which nothing is understood would be none.
    """
    if len(value) > len(value._fields):
        raise ValueError("elements that do not belong there")
    return value


def _subtree(base: Any) -> GeneralName:
    """RFC 5280, 4.2.1.10: an address range is an address and a mask of leading ones; anything else is malformed."""
    if base.name == "ip_address":
        data = bytes(base.chosen.contents)
        mask = int.from_bytes(data[len(data) // 2 :], "big")
        host_bits = ~mask & ((1 << (4 * len(data))) - 1)
        if len(data) not in _ADDRESS_RANGES or host_bits & (host_bits + 1):
            raise ValueError("an address constraint without a network mask")
    name = _general_name(base)
    if name.kind == "dirname" and name.value.startswith("#"):
        raise ValueError("a directory name that does not decode")  # it would be equal to none, and exclude none
    if name.kind == "dirname" and any(_tagged(attribute) for rdn in base.chosen.chosen for attribute in rdn):
        raise ValueError("an attribute value of no ASN.1 type")  # OpenSSL 3.0.19 refuses it [measured]
    return name


def _tagged(attribute: Any) -> bool:
    """Whether an attribute's value is of a class other than universal."""
    return bool(attribute["value"].dump()[0] & 0xC0)


def _bounded(value: Any) -> bool:
    trees = [tree for field in ("permitted_subtrees", "excluded_subtrees") for tree in value[field] or ()]
    return any(tree["minimum"].native or tree["maximum"].native is not None for tree in trees)


def has_bounded_subtrees(der: bytes) -> bool:
    """Whether a certificate's name constraints use minimum or maximum; ``cryptography`` does not tell."""
    try:
        constraints = asn1.Certificate.load(der).name_constraints_value
        return constraints is not None and _bounded(constraints)
    except MALFORMED:
        return False


def decode_name_constraints(data: bytes) -> NameConstraints:
    """A NameConstraints value (RFC 5280, 4.2.1.10); ``ValueError`` when malformed."""
    try:
        constraints: NameConstraints = _name_constraints(asn1.NameConstraints.load(data, strict=True))[
            "name_constraints"
        ]
    except MALFORMED as broken:
        raise ValueError(f"malformed name constraints ({broken})") from None
    return constraints


def _policies(value: Any) -> dict[str, Any]:
    return {"policies": tuple(policy["policy_identifier"].dotted for policy in value)}


def decode_policy_mappings(data: bytes) -> tuple[tuple[str, str], ...]:
    """Pairs (issuer domain policy, subject domain policy); ``ValueError`` when malformed."""
    return _pairs(asn1.PolicyMappings.load(data, strict=True))


def _pairs(mappings: Any) -> tuple[tuple[str, str], ...]:
    return tuple((pair["issuer_domain_policy"].dotted, pair["subject_domain_policy"].dotted) for pair in mappings)


def _policy_mappings(value: Any) -> dict[str, Any]:
    return {"policy_mappings": _pairs(value)}


def _policy_constraints(value: Any) -> dict[str, Any]:
    _whole(value)
    fields = ("require_explicit_policy", "inhibit_policy_mapping")
    return {field: None if value[field].native is None else _count(value[field]) for field in fields}


def _inhibit_any_policy(value: Any) -> dict[str, Any]:
    return {"inhibit_any_policy": _count(value)}


def _count(value: Any) -> int:
    """SkipCerts ::= INTEGER (0..MAX) [RFC 5280, 4.2.1.11]."""
    if value.native < 0:
        raise ValueError("a negative number of certificates")
    return int(value.native)


def _authority_information_access(value: Any) -> dict[str, Any]:
    return {
        "ca_issuers": tuple(
            str(access["access_location"].native)
            for access in value
            if access["access_method"].native == "ca_issuers"
            and access["access_location"].name == "uniform_resource_identifier"
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
