"""Property 9 on the copies in Root: the purposes for which Windows accepts a certificate there."""

from __future__ import annotations

from dataclasses import replace

from chainlab.certificate import Certificate
from chainlab.server import Server, StoreEntry


def in_root(entry: StoreEntry, certificate: Certificate) -> bool:
    """Whether this is a copy of the certificate in LocalMachine/Root."""
    return (entry.store.location, entry.store.logical) == ("LocalMachine", "Root") and entry.certificate == certificate


def with_purposes(server: Server, certificate: Certificate, purposes: frozenset[str]) -> Server:
    """The server with these purposes on every copy in LocalMachine/Root."""
    entries = tuple(
        replace(entry, properties=replace(entry.properties, purposes=purposes))
        if in_root(entry, certificate)
        else entry
        for entry in server.entries
    )
    return replace(server, entries=entries)


def differ(server: Server, certificate: Certificate, purposes: frozenset[str]) -> bool:
    """Whether some copy in LocalMachine/Root has other purposes."""
    copies = (entry for entry in server.entries if in_root(entry, certificate))
    return any(entry.properties.purposes != purposes for entry in copies)
