"""The server as a client: which hierarchies its own programs could validate before a change, and which after it.

Schannel's clients build with the same stores and the same engine [D: CertGetCertificateChain]. A probe certificate
"issued today" stands for any site under a hierarchy; only hierarchies that the change can touch are asked about. The
reported case: ISRG Root X1 in Untrusted with an expired DST Root CA X3 left the server's own ACME client without a
valid path [F: win-acme#1943].
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from enum import Enum

from chainlab import oids
from chainlab.catalog import Catalog
from chainlab.certificate import (
    AuthorityKeyIdentifier,
    Certificate,
    Extensions,
    Name,
    PublicKeyInfo,
    SignatureInfo,
)
from chainlab.graph import CertGraph
from chainlab.records import dataclass
from chainlab.server import SYSTEM_CA, Server, StoreEntry
from chainlab.windows.engine import predict_chain
from chainlab.windows.selection import Policy
from chainlab.windows.status import TrustError

Entity = tuple[str, str]


class Reach(Enum):
    """Whether the server's own programs can validate a site under a hierarchy."""

    NEVER = (0, "not valid")
    IF_SENT = (1, "valid only if the site sends a cross-certificate")
    IF_NOT_SENT = (1, "valid only if the site sends no cross-certificate")
    ALWAYS = (2, "valid whatever the site sends")

    def __init__(self, rank: int, text: str) -> None:
        self.rank = rank
        self.text = text


@dataclass(frozen=True, slots=True)
class Hierarchy:
    """One hierarchy by its CA certificate (self-signed where one is known), and what becomes of it."""

    certificate: Certificate
    before: Reach
    after: Reach


@dataclass(frozen=True, slots=True)
class Outbound:
    """Hierarchies with a change, sorted by name; ``examined``: how many were asked about.

    ``assumed``: the Root store was not seen, so that what is lost with root update may have been downloaded before.
    """

    lost: tuple[Hierarchy, ...] = ()
    gained: tuple[Hierarchy, ...] = ()
    examined: int = 0
    assumed: bool = False


@dataclass(frozen=True, slots=True)
class _World:
    graph: CertGraph
    catalog: Catalog
    at: datetime
    policies: Sequence[Policy]


def outbound(
    before: Server, after: Server, graph: CertGraph, catalog: Catalog, at: datetime, policies: Sequence[Policy],
    *, assumed: bool = False,
) -> Outbound:  # fmt: skip
    """What the change does to the server's own outbound TLS; ``assumed``: its Root store was not seen."""
    touched = _touched(before, after, catalog)
    known = {c.sha256: c for c in (*graph.certificates, *touched, *_below(touched, catalog))}
    known |= {c.sha256: c for c in catalog.closure(known.values())}
    world = _World(graph.of(known.values()), catalog, at, policies)
    asked = _hierarchies(touched, world.graph)
    found = [_hierarchy(own, before, after, world) for own in asked]
    found.sort(key=lambda h: (h.certificate.subject.common.casefold(), h.certificate.sha256))
    return Outbound(
        tuple(h for h in found if h.after.rank < h.before.rank),
        tuple(h for h in found if h.after.rank > h.before.rank),
        len(asked),
        assumed and before.root_update and not after.root_update,
    )


def _touched(before: Server, after: Server, catalog: Catalog) -> list[Certificate]:
    """CA certificates of which anything changed; every root of the program where root update itself changed."""
    was = {(e.certificate, e.store, e.properties) for e in before.entries}
    now = {(e.certificate, e.store, e.properties) for e in after.entries}
    touched = {certificate for certificate, _, _ in was ^ now if certificate.is_ca}
    hashes = before.disallowed_hashes ^ after.disallowed_hashes
    touched |= {c for c in catalog.by_sha1(hashes) if c.is_ca}
    touched |= {e.certificate for e in (*before.entries, *after.entries) if e.certificate.signature_hash in hashes}
    if (before.root_update, before.program) != (after.root_update, after.program):
        listed = {sha256 for s in (before, after) if s.program is not None for sha256 in s.program.entries}
        touched |= {c for c in map(catalog.get, sorted(listed)) if c is not None}
    return sorted(touched, key=lambda certificate: certificate.sha256)


def _below(touched: Iterable[Certificate], catalog: Catalog) -> list[Certificate]:
    """Catalogued CA certificates under the touched ones: roots that they cross-signed may depend on them."""
    found: dict[str, Certificate] = {}
    waiting = list(touched)
    while waiting:
        for child in catalog.issued_by(waiting.pop()):
            if child.sha256 not in found:
                found[child.sha256] = child
                waiting.append(child)
    return list(found.values())


def _hierarchies(touched: Sequence[Certificate], graph: CertGraph) -> list[list[Certificate]]:
    """The certificates of each entity to ask about: the touched ones', and roots that a path leads through them."""
    by_entity: dict[Entity, list[Certificate]] = {}
    for certificate in graph.certificates:
        by_entity.setdefault(certificate.entity, []).append(certificate)
    wanted = {certificate.entity for certificate in touched}
    under = _under([c for c in graph.certificates if c.entity in wanted], graph)
    rooted = {entity for entity, own in by_entity.items() if any(c.looks_self_signed for c in own)}
    wanted |= {certificate.entity for certificate in under if certificate.entity in rooted}
    return [by_entity[entity] for entity in sorted(wanted) if entity in by_entity]


def _under(certificates: Iterable[Certificate], graph: CertGraph) -> list[Certificate]:
    """Every certificate with a way up to one of these."""
    waiting = list(certificates)
    if not waiting:
        return []
    issued: dict[str, list[Certificate]] = {}
    for certificate in graph.certificates:
        for issuer in graph.issuers(certificate):
            issued.setdefault(issuer.sha256, []).append(certificate)
    found: dict[str, Certificate] = {}
    while waiting:
        for child in issued.pop(waiting.pop().sha256, ()):
            if child.sha256 not in found:
                found[child.sha256] = child
                waiting.append(child)
    return list(found.values())


def _hierarchy(own: list[Certificate], before: Server, after: Server, world: _World) -> Hierarchy:
    shown = next((c for c in own if c.looks_self_signed), own[0])
    sent = [c for c in own if not c.looks_self_signed and c.valid_at(world.at)]
    near = {c.sha256 for c in _near(own, world.graph)}
    return Hierarchy(
        shown, *(_reach(_part(server, near, world.graph), shown, sent, world) for server in (before, after))
    )


def _near(own: Sequence[Certificate], graph: CertGraph) -> list[Certificate]:
    found = {c.sha256: c for c in own}
    waiting = list(own)
    while waiting:
        for issuer in graph.issuers(waiting.pop()):
            if issuer.sha256 not in found:
                found[issuer.sha256] = issuer
                waiting.append(issuer)
    return list(found.values())


def _part(server: Server, near: set[str], graph: CertGraph) -> Server:
    """The part of the server that paths of the hierarchy can touch; whatever the program lists can be downloaded."""
    listed = server.program.entries if server.program is not None else {}
    return replace(
        server,
        entries=tuple(entry for entry in server.entries if entry.certificate.sha256 in near),
        obtainable=tuple(c for c in graph.certificates if c.sha256 in near and c.sha256 in listed),
        fetchable=(),
    )


def _reach(server: Server, authority: Certificate, sent: Sequence[Certificate], world: _World) -> Reach:
    """Asked twice: of a site that sends no certificate for this authority, and of one that sends every known one."""
    probe = probe_under(authority, world.at)
    plain = _validates(server, probe, world)
    if not sent:
        return Reach.ALWAYS if plain else Reach.NEVER
    more = server.with_entries(StoreEntry(c, SYSTEM_CA, source="sent by the site") for c in sent)
    with_sent = _validates(more, probe, world)
    plain = plain if authority.looks_self_signed else with_sent
    if plain and with_sent:
        return Reach.ALWAYS
    if with_sent:
        return Reach.IF_SENT
    return Reach.IF_NOT_SENT if plain else Reach.NEVER


def _validates(server: Server, probe: Certificate, world: _World) -> bool:
    prediction = predict_chain(server, world.graph, probe, world.at, world.policies)
    return all(choice.winner.status == TrustError.NO_ERROR for choice in prediction.choices.values())


def probe_under(authority: Certificate, at: datetime) -> Certificate:
    """A made-up server certificate under a CA, issued the day before ``at``: facts only, "as catalogued"."""
    digest = hashlib.sha256(f"any site under {authority.sha256}".encode())
    key_id = AuthorityKeyIdentifier(authority.ski) if authority.ski is not None else None
    return Certificate(
        sha256=digest.hexdigest(),
        sha1=digest.hexdigest()[:40],
        subject=Name(f"CN=any site under {authority.subject.common}"),
        issuer=authority.subject,
        serial=1,
        not_before=at - timedelta(days=1),
        not_after=at + timedelta(days=90),
        spki_sha256=digest.hexdigest(),
        key=PublicKeyInfo("EC", 256),
        signature=SignatureInfo("", ""),
        extensions=Extensions(extended_key_usage=(oids.SERVER_AUTH,), authority_key_identifier=key_id),
    )
