"""A tiny language for test PKIs: entities by name, certificates as subject-signed-by-issuer."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from chainlab.certificate import Certificate
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


def at(text: str) -> datetime:
    """A moment in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
