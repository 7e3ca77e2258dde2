"""Property 9 on the copies in a store: the purposes for which Windows accepts a certificate there."""

from __future__ import annotations

from dataclasses import replace

from chainlab.certificate import Certificate
from chainlab.changes.kind import Phrase, Resolver
from chainlab.server import LM_CA, LM_ROOT, Server, StoreEntry, StoreName


def in_store(entry: StoreEntry, certificate: Certificate, store: StoreName = LM_ROOT) -> bool:
    """Whether this is a copy of the certificate in the logical store (default LocalMachine/Root)."""
    same = (entry.store.location, entry.store.logical) == (store.location, store.logical)
    return same and entry.certificate == certificate


def with_purposes(server: Server, certificate: Certificate, store: StoreName, purposes: frozenset[str]) -> Server:
    """The server with these purposes on every copy in the store."""
    entries = tuple(
        replace(entry, properties=replace(entry.properties, purposes=purposes))
        if in_store(entry, certificate, store)
        else entry
        for entry in server.entries
    )
    return replace(server, entries=entries)


def differ(server: Server, certificate: Certificate, store: StoreName, purposes: frozenset[str]) -> bool:
    """Whether some copy in the store has other purposes."""
    copies = (entry for entry in server.entries if in_store(entry, certificate, store))
    return any(entry.properties.purposes != purposes for entry in copies)


def store_meant(phrase: Phrase, certificate: Certificate, resolver: Resolver) -> StoreName:
    """The store that the phrase names; else LocalMachine/Root, or CA where only that holds the certificate."""
    if "in" in phrase.parts:
        return StoreName.parse(phrase.parts["in"])
    held = {entry.store.logical for entry in resolver.server.entries if entry.certificate == certificate}
    return LM_CA if "CA" in held and "Root" not in held else LM_ROOT
