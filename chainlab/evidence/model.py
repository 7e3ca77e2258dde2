"""What readers produce: items of evidence, each with the place where it was seen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import Enum
from typing import Any, TypeVar

from chainlab.catalog import ProgramEntry
from chainlab.certificate import Certificate
from chainlab.findings import Finding
from chainlab.properties import NO_PROPERTIES, StoreProperties
from chainlab.records import dataclass, field
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
        return Place(self.file, self.inside, position)

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
    """One sighting of a certificate: where, in which store (``None``: the input names none), with which properties.

    ``on_wire``: seen in a handshake; it is known, but in no store. ``trusted``: whether the container marks it as a
    trust anchor (Java's trusted entries) or not (the chain of a Java key entry); ``None``: the format has no such mark.
    """

    certificate: Certificate
    place: Place
    store: StoreName | None = None
    properties: StoreProperties = NO_PROPERTIES
    key: KeyPresence = KeyPresence.UNKNOWN
    format: str = ""
    on_wire: bool = False
    trusted: bool | None = None


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
    or a text, by its lower-case name. ``update:``, ``policy:``, ``schannel:`` and ``host:`` with a name are what an
    evidence bundle says; there the empty text means that the value is absent and Windows' default applies.
    """

    name: str
    value: int | str
    place: Place


@dataclass(frozen=True, slots=True)
class BindingEvidence:
    """One TLS endpoint of the server and the certificate it uses.

    ``endpoint``: ``address:port`` or ``host:port``. ``kind``: ``ip`` (IP:port), ``sni`` (host name:port), ``ccs``
    (Central Certificate Store, also a site's binding with that flag) or ``site`` (any other binding of a site in
    applicationHost.config, which names no certificate of its own). ``host``: the SNI or host-header name. ``sha1``: the
    certificate's thumbprint in lower case, empty where the source does not tell. ``store``: the logical store that the
    binding names (``My``, ``WebHosting``). ``owner``: the site or application, for people.
    """

    endpoint: str
    place: Place
    kind: str = "ip"
    host: str = ""
    sha1: str = ""
    store: str = "My"
    owner: str = ""


@dataclass(frozen=True, slots=True)
class HandshakeEvidence:
    """One certificate message as it was on the wire, in wire order, and what is known of its handshake.

    ``sender``: ``server`` or ``client``. ``endpoint``: ``address:port`` of the server, empty if not known. ``host``:
    the SNI that was sent; ``None`` where the source does not tell, empty where no SNI was sent. ``protocol``: as in
    ``TLSv1.2``; ``cipher`` as the source names it; both may be empty. ``broken``: positions whose certificate could not
    be decoded (they are missing in ``chain``). ``notes``: sentences, such as "truncated capture". ``complete``: false
    where the source shows only a part of the message, such as the leaf; such a chain must not be judged. ``count``: how
    many messages of the input were exactly like this one.
    """

    chain: tuple[Certificate, ...]
    place: Place
    sender: str = "server"
    endpoint: str = ""
    host: str | None = None
    protocol: str = ""
    cipher: str = ""
    broken: tuple[int, ...] = ()
    notes: tuple[str, ...] = ()
    complete: bool = True
    count: int = 1


@dataclass(frozen=True, slots=True)
class ListEvidence:
    """A certificate trust list of Microsoft: ``authroot`` (the root program) or ``disallowed``.

    ``roots``: what the list says of each root, in list order (authroot). ``hashes``: lower-case hexadecimal SHA-1
    thumbprints or signature hashes (disallowed). ``signature``: ``not checked``, or a sentence about the check made.
    """

    kind: str
    place: Place
    this_update: datetime
    sequence: str = ""
    roots: tuple[ProgramEntry, ...] = ()
    hashes: tuple[str, ...] = ()
    signature: str = "not checked"


@dataclass(frozen=True, slots=True)
class ChainEvidence:
    """A chain that Windows itself built, as ``certutil -verifystore`` or the collector's oracle shows it.

    ``thumbprints``: SHA-1 of the elements, leaf first, the root included. ``errors`` and ``infos``:
    CERT_TRUST_STATUS per element (dwErrorStatus, dwInfoStatus), as far as the source tells. ``engine``: ``machine`` or
    ``user``. It is the ground truth that a prediction is compared with.
    """

    thumbprints: tuple[str, ...]
    place: Place
    errors: tuple[int, ...] = ()
    infos: tuple[int, ...] = ()
    engine: str = "machine"
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class StoreRecord:
    """A store entry known only by its thumbprint and facts in text (``certutil`` text, CSV): no encoding.

    It is joined with certificates of other inputs by ``sha1``. ``facts``: label and value as the source has them.
    """

    sha1: str
    place: Place
    store: StoreName | None = None
    properties: StoreProperties = NO_PROPERTIES
    key: KeyPresence = KeyPresence.UNKNOWN
    facts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class DeletionEvidence:
    """What a change file (.reg) would delete: a store entry, a whole store, or a setting. Never applied on reading.

    ``sha1``: the entry's thumbprint; empty for a whole store or a setting. ``setting``: the setting's name.
    """

    place: Place
    store: StoreName | None = None
    sha1: str = ""
    setting: str = ""


Item = (
    CertificateEvidence | ContainerEvidence | SettingEvidence | BindingEvidence | HandshakeEvidence | ListEvidence
    | ChainEvidence | StoreRecord | DeletionEvidence | Finding
)  # fmt: skip

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything that was read, in reading order; one view per kind of item."""

    items: tuple[Item, ...] = ()
    _kinds: dict[type, Any] = field(default_factory=dict, init=False, compare=False, repr=False)
    _files: dict[str, list[CertificateEvidence]] = field(default_factory=dict, init=False, compare=False, repr=False)

    @classmethod
    def of(cls, items: Iterable[Item]) -> Evidence:
        """Collect what a reader yields."""
        return cls(tuple(items))

    def __add__(self, other: Evidence) -> Evidence:
        return Evidence(self.items + other.items)

    def kind(self, wanted: type[_T]) -> tuple[_T, ...]:
        """The items of one kind, in reading order."""
        known: tuple[_T, ...] | None = self._kinds.get(wanted)
        if known is None:
            known = self._kinds[wanted] = tuple(item for item in self.items if isinstance(item, wanted))
        return known

    def from_file(self, file: str) -> Sequence[CertificateEvidence]:
        """The sightings of certificates in one file, in reading order."""
        if not self._files:
            for item in self.certificates:
                self._files.setdefault(item.place.file, []).append(item)
        return self._files.get(file, ())

    @property
    def certificates(self) -> tuple[CertificateEvidence, ...]:
        """Every sighting of a certificate."""
        return self.kind(CertificateEvidence)

    @property
    def containers(self) -> tuple[ContainerEvidence, ...]:
        """Every container that was read."""
        return self.kind(ContainerEvidence)

    @property
    def settings(self) -> tuple[SettingEvidence, ...]:
        """Every setting of the server."""
        return self.kind(SettingEvidence)

    @property
    def bindings(self) -> tuple[BindingEvidence, ...]:
        """Every TLS endpoint."""
        return self.kind(BindingEvidence)

    @property
    def handshakes(self) -> tuple[HandshakeEvidence, ...]:
        """Every certificate message of a handshake."""
        return self.kind(HandshakeEvidence)

    @property
    def lists(self) -> tuple[ListEvidence, ...]:
        """Microsoft's lists."""
        return self.kind(ListEvidence)

    @property
    def chains(self) -> tuple[ChainEvidence, ...]:
        """Chains that Windows built itself."""
        return self.kind(ChainEvidence)

    @property
    def records(self) -> tuple[StoreRecord, ...]:
        """Store entries known by thumbprint only."""
        return self.kind(StoreRecord)

    @property
    def deletions(self) -> tuple[DeletionEvidence, ...]:
        """What change files would delete."""
        return self.kind(DeletionEvidence)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Problems of the inputs."""
        return self.kind(Finding)
