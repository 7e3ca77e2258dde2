"""Which changes may help: everything one can do to a certificate that stands above a server certificate.

A certificate that the server lacks can be imported, one that it has (or that root update brings) can be blocked, one
that somebody put into Untrusted can be taken out again. Whether any of it helps is for the simulation to say.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from chainlab.certificate import Certificate
from chainlab.changes import (
    Change,
    DeleteCertificate,
    DisablePurposes,
    ImportCertificate,
    MoveToUntrusted,
    RemoveFromUntrusted,
)
from chainlab.graph import CertGraph
from chainlab.server import LM_ROOT, Server
from chainlab.windows.stores import World, world


def candidate_changes(
    server: Server, graph: CertGraph, above: Iterable[Certificate], at: datetime
) -> tuple[Change, ...]:
    """The changes to search among, imports first; ``above`` are the certificates above the server certificates."""
    seen = world(server)
    certificates = sorted(above, key=lambda certificate: certificate.sha256)
    shared = Counter(fact for certificate in certificates for fact in certificate.entity)
    imports = [change for c in certificates for change in _imports(c, server, seen, graph, at)]
    untrusted = {entry.certificate for entry in server.held_in("Disallowed")}
    lifted = [change for c in certificates if c in untrusted and (change := RemoveFromUntrusted(c)).applicable(server)]
    several = [c for c in certificates if any(shared[fact] > 1 for fact in c.entity)]
    blocks = [change for c in several for change in _blocks(c, server, seen, graph)]
    return (*imports, *lifted, *blocks)


def _imports(certificate: Certificate, server: Server, seen: World, graph: CertGraph, at: datetime) -> Iterator[Change]:
    """A CA certificate that is valid now: into CA, or into Root where it is self-signed and not trusted yet."""
    barred = seen.is_disallowed(certificate) and not RemoveFromUntrusted(certificate).applicable(server)
    if barred or not certificate.valid_at(at):
        return
    if graph.is_self_signed(certificate):
        if certificate.sha256 not in seen.trusted:
            yield ImportCertificate(certificate, LM_ROOT)
    elif certificate.is_ca and certificate not in seen:
        yield ImportCertificate(certificate)


def _blocks(certificate: Certificate, server: Server, seen: World, graph: CertGraph) -> Iterator[Change]:
    """A certificate that another one of the same name or key can stand in for.

    An intermediate that lies in one store is deleted there, which is easier to undo; anything else goes to Untrusted.
    """
    if seen.is_disallowed(certificate):
        return
    entries = seen.entries.get(certificate.sha256, [])
    obtainable = server.root_update and certificate in server.obtainable
    stores = sorted({(entry.store.location, entry.store.logical) for entry in entries})
    lone = entries[0].store if len(stores) == 1 else None
    if lone is not None and lone.logical != "Root" and not graph.is_self_signed(certificate):
        yield DeleteCertificate(certificate, lone)
    elif entries or obtainable:
        yield MoveToUntrusted(certificate)


def intrusion(changes: Sequence[Change]) -> int:
    """How much a set of changes interferes beyond its size: the last tie-breaker between equally good plans.

    An added intermediate is harmless and easily taken away; taking one away, distrusting a root, adding one and
    trusting again what somebody distrusted weigh more and more.
    """
    return sum(_INTRUSION.get(change.code, 1) + 2 * _adds_root(change) for change in changes)


_INTRUSION = {"import-certificate": 0, "delete-certificate": 1, "move-to-untrusted": 2, "remove-from-untrusted": 3}


def _adds_root(change: Change) -> bool:
    return isinstance(change, ImportCertificate) and change.store.logical == "Root"


def added_roots(changes: Iterable[Change]) -> list[Certificate]:
    """The roots that a set of changes makes the server trust."""
    return [change.certificate for change in changes if isinstance(change, ImportCertificate) and _adds_root(change)]


def blocked(changes: Iterable[Change]) -> list[Certificate]:
    """The certificates that a set of changes takes trust from, in whatever way."""
    return [change.certificate for change in changes if isinstance(change, MoveToUntrusted | DisablePurposes) or (
        isinstance(change, DeleteCertificate) and change.store.logical == "Root")]  # fmt: skip


def trusted_again(changes: Iterable[Change]) -> list[Certificate]:
    """The certificates that a set of changes takes out of Untrusted."""
    return [change.certificate for change in changes if isinstance(change, RemoveFromUntrusted)]
