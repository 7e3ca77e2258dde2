"""What readers produce: items of evidence, each with the place where it was seen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import Enum

from chainlab.certificate import Certificate
from chainlab.findings import Finding
from chainlab.properties import NO_PROPERTIES, StoreProperties
from chainlab.server import StoreName


@dataclass(frozen=True, slots=True)
class Place:
    """Where something was seen: the file, the way into it (archive members, nested containers) and the position."""

    file: str
    inside: tuple[str, ...] = ()
    position: str = ""

    def __str__(self) -> str:
        return " > ".join((self.file, *self.inside)) + (f", {self.position}" if self.position else "")

    def at(self, position: str) -> Place:
        """The same place, at a position."""
        return replace(self, position=position)

    def within(self, part: str) -> Place:
        """One level further in."""
        return Place(self.file, (*self.inside, part))

    @property
    def depth(self) -> int:
        """How many containers deep."""
        return len(self.inside)


class KeyPresence(Enum):
    """Whether a private key belongs to a certificate, as far as the input tells; keys themselves are never kept."""

    PRESENT = "present"
    ABSENT = "absent"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class CertificateEvidence:
    """One sighting of a certificate: where, in which store (``None``: the input names none), with which properties."""

    certificate: Certificate
    place: Place
    store: StoreName | None = None
    properties: StoreProperties = NO_PROPERTIES
    key: KeyPresence = KeyPresence.UNKNOWN
    format: str = ""


@dataclass(frozen=True, slots=True)
class ContainerEvidence:
    """One container that was read: its format and its own facts in words (MAC, encryption, counts)."""

    place: Place
    format: str
    facts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class SettingEvidence:
    """One setting of the server and where it says so.

    ``root_update`` and ``aia`` are switches (0 or 1); ``chain:NAME`` is a registry value of the chain engine, a number
    or a text, by its lower-case name.
    """

    name: str
    value: int | str
    place: Place


Item = CertificateEvidence | ContainerEvidence | SettingEvidence | Finding


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything that was read, in reading order, and the findings about the inputs."""

    certificates: tuple[CertificateEvidence, ...] = ()
    containers: tuple[ContainerEvidence, ...] = ()
    settings: tuple[SettingEvidence, ...] = ()
    findings: tuple[Finding, ...] = field(default=())

    @classmethod
    def of(cls, items: Iterable[Item]) -> Evidence:
        """Sort items by their kind, keeping their order."""
        kept = list(items)
        return cls(
            tuple(item for item in kept if isinstance(item, CertificateEvidence)),
            tuple(item for item in kept if isinstance(item, ContainerEvidence)),
            tuple(item for item in kept if isinstance(item, SettingEvidence)),
            tuple(item for item in kept if isinstance(item, Finding)),
        )

    def __add__(self, other: Evidence) -> Evidence:
        return Evidence(
            self.certificates + other.certificates,
            self.containers + other.containers,
            self.settings + other.settings,
            self.findings + other.findings,
        )
