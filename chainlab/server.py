"""One Windows machine as chainlab sees it: certificate stores, bindings, and who may change them.

A ``Server`` never changes: every change yields a new one. Store locations follow Microsoft's "System Store Locations"
(MicrosoftDocs/win32, desktop-src/SecCrypto/system-store-locations.md).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Container, Iterable, KeysView
from dataclasses import replace
from typing import Final

from chainlab.answers import Answers
from chainlab.catalog import RootProgram
from chainlab.certificate import Certificate
from chainlab.errors import UsageError
from chainlab.properties import NO_PROPERTIES, StoreProperties
from chainlab.records import dataclass, field

_LOCATIONS: Final = {
    "localmachine": "LocalMachine", "lm": "LocalMachine", "hklm": "LocalMachine",
    "currentuser": "CurrentUser", "cu": "CurrentUser", "hkcu": "CurrentUser",
    "system": "System",
}  # fmt: skip
_LOGICAL: Final = {
    "root": "Root", "ca": "CA", "intermediate": "CA", "my": "My", "personal": "My", "disallowed": "Disallowed",
    "untrusted": "Disallowed", "trust": "Trust", "webhosting": "WebHosting", "authroot": "Root",
    "trustedpeople": "TrustedPeople", "trustedpublisher": "TrustedPublisher",
}  # fmt: skip


@dataclasses.dataclass(frozen=True, slots=True, order=True)
class StoreName:
    """A certificate store: location, logical store and the physical store it is kept in.

    ``System`` is the LocalSystem account's own location (HKEY_USERS\\S-1-5-18), which the certificate snap-ins do not
    show but the chain build of lsass sees.
    """

    location: str
    logical: str
    physical: str = ".Default"

    def __str__(self) -> str:
        return f"{self.location}/{self.logical}"

    @property
    def by_policy(self) -> bool:
        """Whether a domain fills this physical store: what is deleted from it comes back [D]."""
        return self.physical in (".GroupPolicy", ".Enterprise")

    @classmethod
    def parse(cls, text: str) -> StoreName:
        """From ``LocalMachine/CA`` in any case; a lone logical name means LocalMachine. ``UsageError`` otherwise."""
        location, _, logical = text.replace("\\", "/").rpartition("/")
        place = _LOCATIONS.get((location or "LocalMachine").lower())
        if place is None or not logical:
            raise UsageError(
                f"unknown store '{text}'; expected LocalMachine/NAME, CurrentUser/NAME or System/NAME, "
                "NAME one of Root, CA, My, Disallowed, Trust, WebHosting"
            )
        return cls.named(place, logical)

    @classmethod
    def named(cls, location: str, name: str) -> StoreName:
        """The store that an input calls ``name``: any name is one, well-known ones in any case (``MY``)."""
        lower = name.lower()
        return cls(location, _LOGICAL.get(lower, name), ".AuthRoot" if lower == "authroot" else ".Default")


LM_ROOT: Final = StoreName("LocalMachine", "Root")
LM_AUTHROOT: Final = StoreName("LocalMachine", "Root", ".AuthRoot")
LM_CA: Final = StoreName("LocalMachine", "CA")
LM_MY: Final = StoreName("LocalMachine", "My")
LM_DISALLOWED: Final = StoreName("LocalMachine", "Disallowed")
SYSTEM_CA: Final = StoreName("System", "CA")


@dataclass(frozen=True, slots=True)
class StoreEntry:
    """One certificate in one physical store with its properties; ``source`` says where that is known from."""

    certificate: Certificate
    store: StoreName
    properties: StoreProperties = NO_PROPERTIES
    source: str = ""


@dataclass(frozen=True, slots=True)
class Binding:
    """One http.sys binding: endpoint ``address:port`` (or host:port for SNI) and the certificate's SHA-1.

    ``kind``: ``ip``, ``sni``, ``ccs`` or ``site``; ``host`` the name it serves, empty for any; ``store`` the logical
    store that it takes its certificate from; ``owner`` the site or application.
    """

    endpoint: str
    sha1: str
    host: str = ""
    kind: str = "ip"
    store: str = "My"
    owner: str = ""

    def __str__(self) -> str:
        kind = {"ip": "", "sni": " (SNI)", "ccs": " (central certificate store)", "site": ""}.get(self.kind, "")
        owner = f" for {self.owner}" if self.owner else ""
        return f"{self.endpoint}{kind}{owner}"


@dataclass(frozen=True, slots=True)
class Server:
    """Stores, bindings and switches of one machine.

    ``root_update``: automatic root update is on; it may bring roots of ``program`` that ``obtainable`` holds.
    ``aia``: Windows may fetch a missing issuer from the Authority Information Access address; ``fetchable`` holds what
    would come. ``disallowed_hashes`` are the entries of the disallowed list (SHA-1 thumbprints or signature hashes).
    ``chain_config`` are the chain engine's registry values by lower-case name. ``assumptions`` says, in sentences,
    what was assumed and not seen.
    """

    entries: tuple[StoreEntry, ...] = ()
    bindings: tuple[Binding, ...] = ()
    root_update: bool = True
    aia: bool = False
    program: RootProgram | None = None
    obtainable: tuple[Certificate, ...] = ()
    fetchable: tuple[Certificate, ...] = ()
    disallowed_hashes: frozenset[str] = frozenset()
    chain_config: tuple[tuple[str, int | str], ...] = ()
    assumptions: tuple[str, ...] = ()
    answers: Answers = field(default_factory=Answers, init=False, compare=False, repr=False)
    """What was worked out about this state and does not change: every server certificate asks again."""

    @property
    def certificates(self) -> KeysView[Certificate]:
        """Every certificate in any store."""
        return self._by_certificate().keys()

    def _by_certificate(self) -> dict[Certificate, list[StoreEntry]]:
        def listed() -> dict[Certificate, list[StoreEntry]]:
            found: dict[Certificate, list[StoreEntry]] = {}
            for entry in self.entries:
                found.setdefault(entry.certificate, []).append(entry)
            return found

        return self.answers.once("by certificate", listed)

    def held_in(self, logical: str, *locations: str) -> list[StoreEntry]:
        """Entries of a logical store in the given locations (default LocalMachine), in their order."""
        wanted = locations or ("LocalMachine",)
        return [e for e in self.entries if e.store.logical == logical and e.store.location in wanted]

    def find(self, certificate: Certificate, logical: str, *locations: str) -> list[StoreEntry]:
        """The entries of this certificate in a logical store."""
        wanted = locations or ("LocalMachine",)
        held = self._by_certificate().get(certificate, ())
        return [e for e in held if e.store.logical == logical and e.store.location in wanted]

    def with_entry(self, entry: StoreEntry) -> Server:
        """A server that also has this entry; the same certificate in the same physical store is replaced."""
        return self.with_entries([entry])

    def about(self, certificates: Container[str]) -> Server:
        """A server that has, and may get from Windows Update, these certificates (SHA-256) only."""
        return replace(
            self,
            entries=tuple(e for e in self.entries if e.certificate.sha256 in certificates),
            obtainable=tuple(root for root in self.obtainable if root.sha256 in certificates),
        )

    def without(self, matches: Callable[[StoreEntry], bool]) -> Server:
        """A server without the entries for which ``matches`` holds."""
        return replace(self, entries=tuple(e for e in self.entries if not matches(e)))

    def with_entries(self, entries: Iterable[StoreEntry]) -> Server:
        """A server with all these entries added, as by ``with_entry``; what it has already stays in its place."""
        arriving: dict[tuple[str, StoreName], StoreEntry] = {}
        for entry in entries:
            place = entry.certificate.sha256, entry.store
            arriving.pop(place, None)
            arriving[place] = entry
        kept = []
        for held in self.entries:
            place = held.certificate.sha256, held.store
            if arriving.get(place) == held:
                del arriving[place]
            if place not in arriving:
                kept.append(held)
        return replace(self, entries=(*kept, *arriving.values())) if arriving else self
