"""What the chain engine sees of a server's stores.

hWorld is the collection of Root, CA, My and Trust of the local machine [D: CERT_CHAIN_ENGINE_CONFIG]; WebHosting is
not in it, a site's certificate is found there by its binding. lsass builds as LocalSystem and so also sees that
account's own CA store, HKEY_USERS\\S-1-5-18 [F: four independent reports], and by the same rule its other stores [I].
Other users' stores are not seen [D]. The other bags of a PFX are not searched unless they were written into a store
[W].
"""

from __future__ import annotations

from collections import defaultdict

from chainlab.certificate import Certificate
from chainlab.properties import StoreProperties
from chainlab.records import dataclass, field
from chainlab.server import Server, StoreEntry, StoreName

_WORLD = frozenset({"Root", "CA", "My", "Trust"})
_LOCATIONS = frozenset({"LocalMachine", "System"})


@dataclass(frozen=True, slots=True)
class World:
    """The machine's candidates: fingerprint -> entries, the trusted ones among them, and what is distrusted.

    ``held``: the fingerprints.

    ``disallowed`` are SHA-256 fingerprints of the Untrusted store; ``disallowed_hashes`` are the disallowed list's
    entries: SHA-1 thumbprints, signature hashes (property 15) or MD5 hashes of public keys (property 25).
    """

    entries: dict[str, list[StoreEntry]]
    trusted: dict[str, list[StoreEntry]]
    disallowed: frozenset[str]
    disallowed_hashes: frozenset[str] = frozenset()
    program_roots: frozenset[str] = frozenset()
    held: frozenset[str] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "held", frozenset(self.entries))

    def __contains__(self, certificate: object) -> bool:
        return isinstance(certificate, Certificate) and certificate.sha256 in self.entries

    def is_disallowed(self, certificate: Certificate) -> bool:
        """In Untrusted, or on the disallowed list by thumbprint or signature hash: this certificate, not its key [D].

        An entry of 16 bytes is the MD5 of a public key (property 25) and means every certificate of that key [F: a
        list with such entries only; I: that it concerns the key].
        """
        if certificate.sha256 in self.disallowed:
            return True
        listed = self.disallowed_hashes
        names = (certificate.sha1, certificate.signature_hash, certificate.public_key_md5) if listed else ()
        return any(name in listed for name in names)

    def is_program_root(self, certificate: Certificate) -> bool:
        """Whether the root is one of Microsoft's program and not one that the organisation added."""
        return certificate.sha256 in self.program_roots

    def suppliers(self, certificate: Certificate) -> tuple[StoreName, ...]:
        """The stores that hold the certificate, Root first, then CA, then the rest."""
        order = {"Root": 0, "CA": 1}
        stores = {entry.store for entry in self.entries.get(certificate.sha256, ())}
        return tuple(sorted(stores, key=lambda store: (order.get(store.logical, 2), store)))

    def properties(self, certificate: Certificate) -> list[StoreProperties]:
        """The properties of every copy that the engine sees."""
        return [entry.properties for entry in self.entries.get(certificate.sha256, ())]


def world(server: Server) -> World:
    """What the engine sees of a server, collected once.

    A certificate is trusted by being in Root itself, not by its key [D: "final chain must begin with a certificate
    contained in the root store"]; distrust is by certificate too, so a cross-certificate of the same key stays usable
    [D header, F]. Archived copies are not candidates: store look-ups leave them out [D: CERT_ARCHIVED_PROP_ID].
    """
    return server.answers.once("world", lambda: _collected(server))


def _collected(server: Server) -> World:
    entries: dict[str, list[StoreEntry]] = defaultdict(list)
    trusted: dict[str, list[StoreEntry]] = defaultdict(list)
    disallowed = set()
    for entry in server.entries:
        if entry.store.location not in _LOCATIONS or entry.properties.archived:
            continue
        if entry.store.logical in _WORLD:
            entries[entry.certificate.sha256].append(entry)
        if entry.store.logical == "Root":
            trusted[entry.certificate.sha256].append(entry)
        if entry.store.logical == "Disallowed":
            disallowed.add(entry.certificate.sha256)
    program = server.program.entries if server.program is not None else {}
    from_program = {e.certificate.sha256 for e in server.entries if e.store.physical == ".AuthRoot"}
    return World(
        dict(entries),
        dict(trusted),
        frozenset(disallowed),
        server.disallowed_hashes,
        frozenset(from_program | (program.keys() & trusted.keys())),
    )
