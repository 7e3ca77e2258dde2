"""The extensions and the certificates that the cases are made of, with good defaults: override one thing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from chainlab import oids
from tests.oracles.wine.forge import (
    Extension,
    Recipe,
    boolean,
    distinguished_name,
    general_name,
    integer,
    key_id,
    oid,
    sequence,
    tlv,
)

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
START, FINISH = datetime(2021, 1, 1, tzinfo=UTC), datetime(2046, 1, 1, tzinfo=UTC)
PAST, FUTURE = datetime(2025, 6, 1, tzinfo=UTC), datetime(2027, 6, 1, tzinfo=UTC)

_KEY_USAGE_BITS = {"digital_signature": 0, "key_cert_sign": 5, "crl_sign": 6}


def dn(label: str) -> str:
    """The distinguished name of an entity."""
    return "CN=www.example.test" if label == "L" else f"O=Wine, CN={label}"


def basic_constraints(ca: bool, path_length: int | None = None, *, critical: bool = True) -> Extension:
    """basicConstraints."""
    length = integer(path_length) if path_length is not None else b""
    return oids.BASIC_CONSTRAINTS, critical, sequence(boolean(True) if ca else b"", length)


def key_usage(*usages: str) -> Extension:
    """keyUsage, critical. No usage is one zero bit: Wine 8 reads before the start of an empty bit string."""
    bits = sum(0x80 >> _KEY_USAGE_BITS[usage] for usage in usages)
    unused = (bits & -bits).bit_length() - 1 if bits else 7
    return oids.KEY_USAGE, True, tlv(0x03, bytes((unused, bits)))


def extended_key_usage(*purposes: str) -> Extension:
    """extKeyUsage."""
    return oids.EXTENDED_KEY_USAGE, False, sequence(*(oid(purpose) for purpose in purposes))


def alternative_names(*names: str, critical: bool = False) -> Extension:
    """subjectAltName from ``dns:…`` and so on."""
    return oids.SUBJECT_ALT_NAME, critical, sequence(*(general_name(text) for text in names))


def name_constraints(permitted: Iterable[str] = (), excluded: Iterable[str] = (), *, bounds: bytes = b"") -> Extension:
    """nameConstraints; ``bounds`` are the encoded minimum and maximum of every subtree."""
    trees = [
        tlv(tag, *(sequence(general_name(text), bounds) for text in texts))
        for tag, texts in ((0xA0, permitted), (0xA1, excluded))
        if texts
    ]
    return oids.NAME_CONSTRAINTS, True, sequence(*trees)


def subject_key_id(key: str) -> Extension:
    """subjectKeyIdentifier."""
    return oids.SUBJECT_KEY_IDENTIFIER, False, tlv(0x04, key_id(key))


def authority_key_id(key: str | None = None, issuer: str | None = None, serial: int | None = None) -> Extension:
    """authorityKeyIdentifier: the identifier of a key, the issuer's issuer and serial number, or both."""
    parts = [tlv(0x80, key_id(key)) if key else b""]
    if issuer is not None and serial is not None:
        parts += [tlv(0xA1, tlv(0xA4, distinguished_name(dn(issuer)))), tlv(0x82, integer(serial)[2:])]
    return oids.AUTHORITY_KEY_IDENTIFIER, False, sequence(*parts)


@dataclass(frozen=True, slots=True)
class Case:
    """One question: certificates by label (``L`` is the leaf), which of them are in Root (the rest is in CA), when."""

    name: str
    certificates: dict[str, Recipe]
    trusted: tuple[str, ...] = ("R",)
    at: datetime = NOW


def certificate(
    subject: str,
    issuer: str,
    *,
    extensions: Sequence[Extension] = (),
    key: str | None = None,
    signer: str | None = None,
    not_before: datetime = START,
    not_after: datetime = FINISH,
    version: int = 3,
    serial: int = 1,
    damaged: bool = False,
    subject_name: str | None = None,
) -> Recipe:
    """``subject`` signed by ``issuer``, with exactly these extensions; entities by label."""
    return Recipe(
        dn(subject) if subject_name is None else subject_name, dn(issuer), key or subject, signer or issuer,
        not_before, not_after, tuple(extensions), version, serial, damaged,
    )  # fmt: skip


CA_USAGE = key_usage("key_cert_sign", "crl_sign")
IS_CA = basic_constraints(True)
_LEAF_USAGE = key_usage("digital_signature")
_LEAF_NAMES = alternative_names("dns:www.example.test")


def ca(
    subject: str,
    issuer: str | None = None,
    *,
    basic: Extension | None = IS_CA,
    usage: Extension | None = CA_USAGE,
    extra: Sequence[Extension] = (),
    **fields: Any,
) -> Recipe:
    """A CA certificate as they are: basic constraints, key usage, key identifiers."""
    issuer = issuer or subject
    chosen = [extension for extension in (basic, usage) if extension is not None]
    chosen.append(subject_key_id(str(fields.get("key") or subject)))
    if issuer != subject:
        chosen.append(authority_key_id(str(fields.get("signer") or issuer)))
    return certificate(subject, issuer, extensions=(*chosen, *extra), **fields)


def leaf(
    issuer: str,
    *,
    basic: Extension | None = None,
    usage: Extension | None = _LEAF_USAGE,
    names: Extension | None = _LEAF_NAMES,
    purposes: Sequence[str] = (oids.SERVER_AUTH, oids.CLIENT_AUTH),
    identifier: Extension | None = None,
    extra: Sequence[Extension] = (),
    **fields: Any,
) -> Recipe:
    """A server certificate; ``identifier`` replaces the authority key identifier."""
    chosen = [extension for extension in (basic, usage, names) if extension is not None]
    chosen += [extended_key_usage(*purposes)] if purposes else []
    chosen.append(identifier or authority_key_id(str(fields.get("signer") or issuer)))
    return certificate("L", issuer, extensions=(*chosen, *extra), serial=7, **fields)


Changes = dict[str, Any]
"""What to override in the certificate of one label: arguments of ``ca`` or ``leaf``."""


def case(name: str, labels: str, trusted: str = "R", at: datetime = NOW, /, **changes: Changes) -> Case:
    """A straight chain: ``L I R`` is a leaf under I under the self-signed R; ``changes`` by label."""
    order = labels.split()
    certificates = {}
    for label, issuer in zip(order, (*order[1:], order[-1]), strict=True):
        changed = changes.get(label, {})
        certificates[label] = leaf(issuer, **changed) if label == "L" else ca(label, issuer, **changed)
    return Case(name, certificates, tuple(trusted.split()), at)


def lacking(recipe: Recipe, oid: str) -> Recipe:
    """The same without the extension."""
    return replace(recipe, extensions=tuple(extension for extension in recipe.extensions if extension[0] != oid))
