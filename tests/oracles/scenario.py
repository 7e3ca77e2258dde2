"""Scenarios: a small PKI, what the server sends and what the client trusts, as data; and its certificates on demand.

A ``Scenario`` holds no encodings: ``materialise`` issues the certificates relative to a moment, so that recorded
scenarios never go stale and no verifier needs a false clock. An entity is written ``A`` or ``A~2`` (the same name with
another key). A certificate is subject, issuer and a list of traits (``TRAITS``).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.x509.name import _ASN1Type

from chainlab import oids
from chainlab.certificate import Certificate
from chainlab.decoding import decode_certificate
from chainlab.lab.pki import Entity, KeyRing, Profile, issue, make_name

HOST: Final = "www.example.test"
"""The host every scenario's client asks for."""

LEAF: Final = "leaf"
"""The entity of server certificates."""

CACHE: Final = Path(__file__).resolve().parents[2] / ".oracles"
"""Where RSA keys, downloads and compiled programs are kept (ignored by git)."""

RSA_POOL: Final = 4
"""Distinct RSA keys of a size: making one takes a tenth of a second, so scenarios share them."""


@dataclass(frozen=True, slots=True)
class CertSpec:
    """One certificate: who certifies whom, and in what it differs from a good one."""

    subject: str
    issuer: str
    traits: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Scenario:
    """``served`` (leaf first) and ``roots`` name certificates of ``certs``; ``keys`` gives entities other key kinds."""

    id: str
    certs: Mapping[str, CertSpec]
    served: tuple[str, ...]
    roots: tuple[str, ...]
    keys: Mapping[str, str] = field(default_factory=dict)
    note: str = ""

    def to_json(self) -> dict[str, Any]:
        """Plain data; ``from_json`` reads it."""
        return asdict(self)


def from_json(data: Mapping[str, Any]) -> Scenario:
    """The scenario that ``to_json`` wrote."""
    certs = {name: CertSpec(c["subject"], c["issuer"], tuple(c["traits"])) for name, c in data["certs"].items()}
    return Scenario(
        data["id"], certs, tuple(data["served"]), tuple(data["roots"]), dict(data["keys"]), data.get("note", "")
    )


def load_scenarios(file: Path) -> list[Scenario]:
    """Scenarios of one JSON file, which holds a list of them."""
    return [from_json(entry) for entry in json.loads(file.read_text(encoding="utf-8"))]


@dataclass(frozen=True, slots=True)
class Case:
    """A scenario with its certificates: what an oracle and chainlab are both asked."""

    id: str
    served: tuple[Certificate, ...]
    roots: tuple[Certificate, ...]
    leaf_key: str
    at: datetime
    scenario: Scenario
    host: str = HOST


Change = Callable[[Profile, datetime], Profile]


def _leaf_names(*names: str) -> Change:
    return lambda profile, at: replace(profile, dns_names=names)


def _expired(profile: Profile, at: datetime) -> Profile:
    return replace(profile, not_before=at - timedelta(days=900), not_after=at - timedelta(days=30))


def _future(profile: Profile, at: datetime) -> Profile:
    return replace(profile, not_before=at + timedelta(days=30), not_after=at + timedelta(days=400))


def _set(**fields: Any) -> Change:
    return lambda profile, at: replace(profile, **fields)


TRAITS: Final[Mapping[str, Change]] = {
    "expired": _expired,
    "future": _future,
    "older": lambda profile, at: replace(profile, not_before=profile.not_before - timedelta(days=100)),
    "newer": lambda profile, at: replace(profile, not_before=profile.not_before + timedelta(days=20)),
    "no-bc": _set(ca=None, key_usage=False),
    "ca-false": _set(ca=False, key_usage=False),
    "no-cert-sign": _set(cert_sign=False),
    "no-ku": _set(key_usage=False),
    "pathlen-0": _set(path_length=0),
    "pathlen-1": _set(path_length=1),
    "eku-server": _set(purposes=(oids.SERVER_AUTH,)),
    "eku-both": _set(purposes=(oids.SERVER_AUTH, oids.CLIENT_AUTH)),
    "eku-client": _set(purposes=(oids.CLIENT_AUTH,)),
    "eku-any": _set(purposes=(oids.ANY_EKU,)),
    "no-eku": _set(purposes=()),
    "nc-permits": _set(permitted_dns=("example.test",)),
    "nc-elsewhere": _set(permitted_dns=("example.org",)),
    "nc-excludes": _set(excluded_dns=("example.test",)),
    "no-aki": _set(authority_key_id=""),
    "aki-serial": _set(authority_key_id="serial"),
    "aki-other": _set(authority_key_id="other"),
    "no-ski": _set(subject_key_id=False),
    "critical-unknown": _set(critical_unknown=True),
    "sha1": _set(hash="sha1"),
    "sha384": _set(hash="sha384"),
    "sha512": _set(hash="sha512"),
    "pss": _set(pss=True),
    "wildcard": _leaf_names("*.example.test"),
    "wrong-host": _leaf_names("www.example.org"),
    "two-hosts": _leaf_names("example.test", HOST),
    "cn-only": _leaf_names(),
    "issuer-utf8": _set(),
    "subject-utf8": _set(),
    "issuer-case": _set(),
    "bad-signature": _set(),
}
"""What a certificate can differ in. The last four change names and signature, not the profile."""


def materialise(scenario: Scenario, at: datetime) -> Case:
    """Issue the certificates of a scenario, valid relative to ``at``."""
    made: dict[str, Certificate] = {}
    for name in _issuers_first(scenario):
        made[name] = _certificate(scenario, scenario.certs[name], made, at)
    leaf = _entity(scenario, scenario.certs[scenario.served[0]].subject)
    pem = leaf.key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    served = tuple(made[name] for name in scenario.served)
    return Case(scenario.id, served, tuple(made[name] for name in scenario.roots), pem.decode(), at, scenario)


def _issuers_first(scenario: Scenario) -> list[str]:
    """Certificates whose AKI carries a serial number need their issuer's certificate: issue them last."""
    return sorted(scenario.certs, key=lambda name: "aki-serial" in scenario.certs[name].traits)


def _certificate(scenario: Scenario, spec: CertSpec, made: Mapping[str, Certificate], at: datetime) -> Certificate:
    profile = _profile(spec, at, scenario.keys.get(spec.subject, "P-256"))
    subject, issuer = _entity(scenario, spec.subject), _entity(scenario, spec.issuer)
    by = next((made[n] for n, s in scenario.certs.items() if s.subject == spec.issuer and n in made), None)
    if "subject-utf8" in spec.traits:
        subject = replace(subject, name=recoded(subject.name))
    if "issuer-utf8" in spec.traits:
        issuer = replace(issuer, name=recoded(issuer.name))
    if "issuer-case" in spec.traits:
        issuer = replace(issuer, name=make_name(f"O=oracle  lab, CN=ca {spec.issuer.partition('~')[0].lower()}"))
    der = issue(subject, issuer, profile, by)
    if "bad-signature" in spec.traits:
        der = der[:-1] + bytes([der[-1] ^ 1])
    return decode_certificate(der)


def _profile(spec: CertSpec, at: datetime, key: str) -> Profile:
    today = at.replace(hour=0, minute=0, second=0, microsecond=0)
    if spec.subject == LEAF:
        profile = Profile(
            today - timedelta(days=60),
            today + timedelta(days=300),
            ca=False,
            key_encipherment=key.startswith("RSA"),
            purposes=(oids.SERVER_AUTH, oids.CLIENT_AUTH),
            dns_names=(HOST,),
        )
    else:
        profile = Profile(today - timedelta(days=2000), today + timedelta(days=3000))
    for trait in spec.traits:
        profile = TRAITS[trait](profile, today)
    return profile if profile.ca else replace(profile, path_length=None)


def recoded(name: x509.Name) -> x509.Name:
    """The same name with every value as UTF8String."""
    return x509.Name([x509.NameAttribute(a.oid, str(a.value), _ASN1Type.UTF8String) for a in name])


def _entity(scenario: Scenario, name: str) -> Entity:
    common = HOST if name == LEAF else f"CA {name.partition('~')[0]}"
    return Entity(make_name(f"O=Oracle Lab, CN={common}"), _key(name, scenario.keys.get(name, "P-256")))


@cache
def _ring() -> KeyRing:
    return KeyRing(CACHE / "keys", seed="oracles")


def _key(entity: str, kind: str) -> Any:
    if not kind.startswith("RSA"):
        return _ring().get(f"{entity}-{kind}", kind)
    number = sum(entity.encode()) % RSA_POOL
    return _ring().get(f"{kind}-{number}-{'leaf' if entity == LEAF else 'ca'}", kind)


def now() -> datetime:
    """The moment that oracles without a date option judge at."""
    return datetime.now(UTC).replace(microsecond=0)
