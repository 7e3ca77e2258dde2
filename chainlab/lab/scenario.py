"""What a laboratory scenario is: a hierarchy, a server, clients, and what must come out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

from chainlab.certificate import Certificate
from chainlab.lab.pki import LEAF, Entity, KeyRing, Profile, certify, day, make_name
from chainlab.records import dataclass, field

AT: Final = day("2026-11-20")
"""The moment at which scenarios are looked at, so that they show the same in every year."""

CA: Final = Profile(not_before=day("2021-01-01"), not_after=day("2036-01-01"))
"""An intermediate CA."""

ROOT: Final = Profile(not_before=day("2021-01-01"), not_after=day("2046-01-01"))
"""A root, or the same key certified by another root."""

OLD_ROOT: Final = Profile(not_before=day("2008-01-01"), not_after=day("2038-01-01"))
"""A root that every device in use knows."""


@dataclass(frozen=True, slots=True)
class Issued:
    """One certificate by roles: the entity named in it, the entity that signed it, and what it says."""

    subject: str
    issuer: str
    profile: Profile


@dataclass(frozen=True, slots=True)
class LabClient:
    """A client of the laboratory: its verifier family, the roles of the roots it trusts, and whether it must accept.

    ``accepts`` is about every site of the scenario, or names the roles of the server certificates that it accepts.
    """

    name: str
    family: str
    roots: tuple[str, ...]
    accepts: bool | tuple[str, ...] = True

    def must_accept(self, leaf: str) -> bool:
        """Whether this client accepts the chain that is sent for this server certificate."""
        return self.accepts if isinstance(self.accepts, bool) else leaf in self.accepts


@dataclass(frozen=True, slots=True)
class Site:
    """One TLS endpoint: its server certificate, what its PFX brings beside, and what Windows must send.

    All by role; ``served`` is leaf first. ``certainty``: whether Windows' known rules agree on it.
    """

    leaf: str
    host: str
    served: tuple[str, ...]
    pfx: tuple[str, ...] = ()
    endpoint: str = "0.0.0.0:443"
    certainty: str = "firm"


@dataclass(frozen=True, slots=True)
class Scenario:
    """A teaching case as data. ``shows`` is one sentence, ``story`` a few; ``question`` and ``answer`` the exercise.

    ``entities``: role to name and kind of key. ``certificates`` by role. ``stores``: store to the roles it holds
    (``LocalMachine/AuthRoot`` and so on), the sites' own certificates aside. ``findings``: codes that diagnose must
    report. ``commands``: further commands worth trying, run in the scenario's folder. ``stands_for``: role to the
    SHA-256 of the real certificate that a twin stands for.
    """

    shows: str
    story: str
    question: str
    answer: str
    entities: Mapping[str, tuple[str, str]]
    certificates: Mapping[str, Issued]
    stores: Mapping[str, tuple[str, ...]]
    sites: tuple[Site, ...]
    clients: tuple[LabClient, ...]
    findings: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()
    stands_for: Mapping[str, str] = field(default_factory=dict)
    at: datetime = AT


@dataclass(frozen=True, slots=True)
class Made:
    """A scenario with its keys and certificates."""

    name: str
    seed: str
    scenario: Scenario
    entities: Mapping[str, Entity]
    certificates: Mapping[str, Certificate]

    def chain(self, roles: tuple[str, ...]) -> list[Certificate]:
        """The certificates of these roles."""
        return [self.certificates[role] for role in roles]

    def holder(self, role: str) -> Entity:
        """The entity named in a certificate."""
        return self.entities[self.scenario.certificates[role].subject]


def make(name: str, scenario: Scenario, seed: str) -> Made:
    """Keys and certificates of a scenario; the same for the same seed."""
    keys = KeyRing(seed=f"{seed}/{name}")
    entities = {role: Entity(make_name(text), keys.get(role, kind)) for role, (text, kind) in scenario.entities.items()}
    certificates = {
        role: certify(entities[issued.subject], entities[issued.issuer], issued.profile)
        for role, issued in scenario.certificates.items()
    }
    return Made(name, seed, scenario, entities, certificates)


def server_certificate(subject: str, issuer: str, host: str) -> Issued:
    """A server certificate for this host."""
    return Issued(subject, issuer, replace(LEAF, dns_names=(host,)))


def ca_name(common: str) -> str:
    """The name of a laboratory CA."""
    return f"C=GB, O=Chainlab Laboratory, CN={common}"
