"""The certificate graph as a picture: what every graph renderer draws, without any drawing."""

from __future__ import annotations

import importlib
import pkgutil
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Protocol, cast

from chainlab.certificate import Certificate
from chainlab.errors import UsageError
from chainlab.graph import CertGraph, Entity
from chainlab.records import dataclass
from chainlab.server import Server

STORE_CLASSES = ("Root", "CA", "My", "Disallowed", "input", "catalog")
"""Where a certificate is known from, strongest first: decides the colour."""


@dataclass(frozen=True, slots=True)
class Node:
    """One entity: ``role`` is ``leaf``, ``ca`` or ``root``; ``dangling`` if no certificate for it is held."""

    id: str
    name: str
    key: str
    role: str
    dangling: bool = False


@dataclass(frozen=True, slots=True)
class Edge:
    """One certificate from its issuer's entity to its subject's. ``store`` is one of ``STORE_CLASSES``.

    ``expired``: not valid at the moment asked about; ``validity`` says since or until when.
    """

    certificate: Certificate
    source: str
    target: str
    store: str
    served: bool
    expired: bool
    validity: str = ""

    @property
    def catalogued_only(self) -> bool:
        """Known from the catalogue alone: not on the server, not in the input."""
        return self.store == "catalog"

    @property
    def kind(self) -> str:
        """``self-signed``, ``cross-sign or issued`` in one word for legends."""
        return "self-signed" if self.source == self.target else "issued"


@dataclass(frozen=True, slots=True)
class Picture:
    """Nodes and edges in a fixed order, and a title."""

    title: str
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]


class GraphRenderer(Protocol):
    """One graph format: a module of ``chainlab.report`` whose name starts with ``graph_as_``."""

    SUFFIX: str

    def render(self, picture: Picture) -> str | bytes:
        """The whole file."""
        ...


def picture(
    graph: CertGraph,
    server: Server,
    served: Iterable[tuple[Certificate, ...]],
    at: datetime,
    title: str,
    keep: Iterable[Certificate],
) -> Picture:
    """The part of the graph that ``keep`` and everything above it make up; ``served`` paths are marked."""
    stores: dict[str, set[str]] = defaultdict(set)
    for entry in server.entries:
        stores[entry.certificate.sha256].add(entry.store.logical)
    on_wire = {certificate.sha256 for path in served for certificate in path}
    kept = _with_issuers(graph, keep)
    identities: dict[Entity, str] = {}
    edges = []
    for certificate in kept:
        source, target = graph.issuing_entity(certificate), certificate.entity
        for entity in (source, target):
            identities.setdefault(entity, f"n{len(identities)}")
        edges.append(
            Edge(
                certificate,
                identities[source],
                identities[target],
                _store_class(stores[certificate.sha256], graph.known_by.get(certificate.sha256, ())),
                certificate.sha256 in on_wire,
                not certificate.valid_at(at),
                _validity(certificate, at),
            )
        )
    nodes = [_node(entity, identity, kept) for entity, identity in identities.items()]
    if graph.curtailed:
        title = f"{title} (incomplete: too many possible issuers to look at all of them)"
    return Picture(title, tuple(nodes), tuple(edges))


def _validity(certificate: Certificate, at: datetime) -> str:
    if certificate.not_before > at:
        return f"from {certificate.not_before:%Y-%m-%d}"
    return f"{'expired' if certificate.not_after < at else 'until'} {certificate.not_after:%Y-%m-%d}"


def _with_issuers(graph: CertGraph, keep: Iterable[Certificate]) -> list[Certificate]:
    found: dict[str, Certificate] = {}
    waiting = list(keep)
    while waiting:
        certificate = waiting.pop()
        if certificate.sha256 not in found:
            found[certificate.sha256] = certificate
            waiting.extend(graph.issuers(certificate))
    return sorted(found.values(), key=lambda c: (c.is_ca, c.subject.text, c.issuer.text, c.sha256))


def _store_class(held: set[str], known_by: Iterable[str]) -> str:
    for store in ("Disallowed", "Root", "CA", "My"):
        if store in held:
            return store
    return "input" if held or set(known_by) - {"catalog"} else "catalog"


def _node(entity: Entity, identity: str, kept: list[Certificate]) -> Node:
    own = [certificate for certificate in kept if certificate.entity == entity]
    if not own:
        issued = next(c for c in kept if c.issuer.key == entity[0])
        return Node(identity, issued.issuer.common, "unknown key", "root", dangling=True)
    if any(certificate.looks_self_signed for certificate in own) and own[0].is_ca:
        role = "root"
    else:
        role = "ca" if own[0].is_ca else "leaf"
    return Node(identity, own[0].subject.common, str(own[0].key), role)


def renderer_for(suffix: str) -> GraphRenderer:
    """The renderer of a file suffix; ``UsageError`` names the known ones."""
    package = importlib.import_module("chainlab.report")
    known = []
    for module in pkgutil.iter_modules(package.__path__):
        if module.name.startswith("graph_as_"):
            renderer = cast(GraphRenderer, importlib.import_module(f"chainlab.report.{module.name}"))
            if suffix.lower() == renderer.SUFFIX:
                return renderer
            known.append(renderer.SUFFIX)
    raise UsageError(f"unknown graph format '{suffix}'; expected one of {', '.join(sorted(known))}")
