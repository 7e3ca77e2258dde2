"""What the chain engine sees of a server's stores.

hWorld is the collection of Root, CA, My and Trust of the local machine [D: CERT_CHAIN_ENGINE_CONFIG]; lsass builds as
LocalSystem and so also sees that account's own CA store, HKEY_USERS\\S-1-5-18 [F: four independent reports]. Other
users' stores are not seen [D]. The other bags of a PFX are not searched unless they were written into a store [W].
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from chainlab.certificate import Certificate
from chainlab.properties import StoreProperties
from chainlab.server import Server, StoreEntry, StoreName

_WORLD = frozenset({"Root", "CA", "My", "Trust", "WebHosting"})
_LOCATIONS = frozenset({"LocalMachine", "System"})


@dataclass(frozen=True, slots=True)
class World:
    """The machine's candidates: fingerprint -> entries, and the subsets that decide about trust."""

    entries: dict[str, list[StoreEntry]]
    trusted: dict[str, list[StoreEntry]]
    disallowed: frozenset[str]

    def __contains__(self, certificate: object) -> bool:
        return isinstance(certificate, Certificate) and certificate.sha256 in self.entries

    def suppliers(self, certificate: Certificate) -> tuple[StoreName, ...]:
        """The stores that hold the certificate, Root first, then CA, then the rest."""
        order = {"Root": 0, "CA": 1}
        stores = {entry.store for entry in self.entries.get(certificate.sha256, ())}
        return tuple(sorted(stores, key=lambda store: (order.get(store.logical, 2), store)))

    def properties(self, certificate: Certificate) -> list[StoreProperties]:
        """The properties of every copy that the engine sees."""
        return [entry.properties for entry in self.entries.get(certificate.sha256, ())]


def world(server: Server) -> World:
    """Collect what the engine sees.

    A certificate is trusted by being in Root itself, not by its key [D: "final chain must begin with a certificate
    contained in the root store"]; distrust is by certificate too, so a cross-certificate of the same key stays usable
    [D header, F].
    """
    entries: dict[str, list[StoreEntry]] = defaultdict(list)
    trusted: dict[str, list[StoreEntry]] = defaultdict(list)
    disallowed = set(server.disallowed_hashes)
    for entry in server.entries:
        if entry.store.location not in _LOCATIONS:
            continue
        if entry.store.logical in _WORLD:
            entries[entry.certificate.sha256].append(entry)
        if entry.store.logical == "Root":
            trusted[entry.certificate.sha256].append(entry)
        if entry.store.logical == "Disallowed":
            disallowed.add(entry.certificate.sha256)
    return World(dict(entries), dict(trusted), frozenset(disallowed))
