"""Findings about the server's stores: certificates that are misplaced, doubled, stale or about to expire.

Only certificates that can stand above a diagnosed server certificate are judged, and only entries that were seen;
what chainlab assumes of a server it did not see is no finding. One rule concerns the whole Root store, because one
misplaced certificate there disturbs client authentication for every site.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime

from chainlab import findings as kinds
from chainlab.assembly import Scene
from chainlab.certificate import Certificate
from chainlab.findings import Finding
from chainlab.server import Server, StoreEntry
from chainlab.windows.engine import predict_chain
from chainlab.wording import number_of

SOON_DAYS = 90
"""A CA certificate in a store that expires within this time gets a warning: replacing one takes longer than a leaf."""

_MACHINE = ("LocalMachine", "System")


def review_stores(scene: Scene, at: datetime) -> list[Finding]:
    """Every finding about the stores, in the order of the rules and then of the entries."""
    server = scene.fresh or scene.server
    entries = [entry for entry in server.entries if not entry.properties.archived]
    concerned = {certificate.sha256 for certificate in scene.above}
    above = [entry for entry in entries if entry.certificate.sha256 in concerned]
    return [
        *_intermediates_in_root(entries),
        *_roots_in_ca(scene, above),
        *_only_current_user(above),
        *_duplicates(above),
        *_system_copies(scene, above, at),
        *_expiry(above, at),
    ]


def _intermediates_in_root(entries: list[StoreEntry]) -> Iterator[Finding]:
    """A certificate that is not self-signed in Root is no anchor and breaks client certificates [D: KB 2802568]."""
    for entry in entries:
        in_root = entry.store.logical == "Root" and entry.store.location in _MACHINE
        if in_root and not entry.certificate.looks_self_signed:
            yield _about(kinds.INTERMEDIATE_IN_ROOT, entry)


def _roots_in_ca(scene: Scene, above: list[StoreEntry]) -> Iterator[Finding]:
    """A self-signed certificate in CA is a candidate; vendors tell to clear it from there too [F: Trustico]."""
    for entry in above:
        in_ca = entry.store.logical == "CA" and entry.store.location in _MACHINE
        if in_ca and scene.graph.is_self_signed(entry.certificate):
            yield _about(kinds.ROOT_IN_CA, entry)


def _only_current_user(above: list[StoreEntry]) -> Iterator[Finding]:
    """Users' stores are not seen by the build of a server's chain [D: system-store-locations]."""
    seen = {entry.certificate.sha256 for entry in above if entry.store.location in _MACHINE}
    for entry in above:
        if entry.store.location == "CurrentUser" and entry.certificate.sha256 not in seen:
            yield _about(kinds.ONLY_CURRENT_USER, entry)


def _duplicates(above: list[StoreEntry]) -> Iterator[Finding]:
    """The same certificate in several stores, or in several physical stores of one."""
    copies: dict[str, list[StoreEntry]] = defaultdict(list)
    for entry in above:
        if entry.store.location in _MACHINE:
            copies[entry.certificate.sha256].append(entry)
    for entries in copies.values():
        stores = sorted({f"{entry.store} ({entry.store.physical})" for entry in entries})
        if len(stores) > 1:
            certificate = entries[0].certificate
            parameters = {"label": certificate.label, "stores": ", ".join(stores)}
            yield Finding(kinds.DUPLICATE, parameters, (certificate.sha256,))


def _system_copies(scene: Scene, above: list[StoreEntry], at: datetime) -> Iterator[Finding]:
    """Copies in the LocalSystem user's store [F: four reports], and whether the served chain depends on them."""
    for entry in above:
        if entry.store.location != "System":
            continue
        decides = _decides(scene, scene.server, entry, at)
        effect = "; without it another chain is served" if decides else ""
        parameters = {"label": entry.certificate.label, "store": str(entry.store), "effect": effect}
        yield Finding(kinds.SYSTEM_COPY, parameters, (entry.certificate.sha256,))


def _decides(scene: Scene, server: Server, entry: StoreEntry, at: datetime) -> bool:
    without = server.without(lambda other: other == entry)
    return any(
        _served(server, scene, target.leaf.certificate, at) != _served(without, scene, target.leaf.certificate, at)
        for target in scene.targets
    )


def _served(server: Server, scene: Scene, leaf: Certificate, at: datetime) -> tuple[Certificate, ...]:
    return predict_chain(server, scene.graph, leaf, at).chosen.served


def _expiry(above: list[StoreEntry], at: datetime) -> Iterator[Finding]:
    seen: set[str] = set()
    for entry in above:
        certificate = entry.certificate
        if certificate.sha256 in seen or entry.store.logical == "Disallowed":
            continue
        seen.add(certificate.sha256)
        days = (certificate.not_after - at).days
        date = f"{certificate.not_after:%Y-%m-%d}"
        if at > certificate.not_after:
            yield _about(kinds.EXPIRED_IN_STORE, entry, date=date)
        elif days < SOON_DAYS:
            yield _about(kinds.EXPIRES_IN_STORE, entry, date=date, days=number_of(days, "day"))


def _about(kind: kinds.Kind, entry: StoreEntry, **more: str) -> Finding:
    certificate = entry.certificate
    return Finding(kind, {"label": certificate.label, "store": str(entry.store), **more}, (certificate.sha256,))
