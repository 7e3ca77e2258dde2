"""Join evidence with knowledge: the graph, the server's state, and what to diagnose."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from chainlab.catalog import Catalog
from chainlab.certificate import Certificate
from chainlab.evidence import CertificateEvidence, Evidence
from chainlab.graph import CertGraph
from chainlab.records import dataclass
from chainlab.server import Server
from chainlab.server_state import Baseline, root_store_seen, server_of
from chainlab.targets import Target
from chainlab.windows.root_update import program_entry


@dataclass(frozen=True, slots=True)
class Scene:
    """What a diagnosis works on.

    ``server`` counts every program root as downloaded where the Root store was not seen; ``fresh`` is the same server
    before any download, or ``None`` where the Root store was seen. ``above`` are all certificates of the graph that can
    stand above a target's leaf.
    """

    graph: CertGraph
    server: Server
    fresh: Server | None
    targets: tuple[Target, ...]
    above: tuple[Certificate, ...]
    evidence: Evidence


def assemble(
    evidence: Evidence,
    targets: Sequence[Target],
    catalog: Catalog,
    at: datetime,
    baseline: Baseline,
    further: Iterable[Certificate] = (),
) -> Scene:
    """Build the scene for the targets.

    ``further`` certificates (own clients' roots, an observed chain) take part in the graph only.
    """
    further = list(further)
    seen = [item.certificate for item in evidence.certificates]
    recorded = catalog.by_sha1(record.sha1 for record in evidence.records)
    above = [*catalog.closure([*seen, *recorded, *further]), *recorded]
    graph = CertGraph([*seen, *above, *further], _known_by(evidence, above, further))
    server = server_of(evidence, graph, at, baseline, catalog)
    fresh = None
    if baseline.windows and not root_store_seen(evidence):
        fresh, server = server, _with_program_roots(server)
    leaves = [target.leaf.certificate for target in targets]
    return Scene(graph, server, fresh, tuple(targets), certificates_above(graph, leaves), evidence)


def _known_by(evidence: Evidence, above: Sequence[Certificate], further: Sequence[Certificate]) -> dict[str, list[str]]:
    known: dict[str, list[str]] = defaultdict(list)
    for item in evidence.certificates:
        known[item.certificate.sha256].append(_known_from(item))
    for certificate in above:
        known[certificate.sha256].append("catalog")
    for certificate in dict.fromkeys(further):
        known[certificate.sha256].append("given")
    return dict(known)


def _known_from(item: CertificateEvidence) -> str:
    if item.on_wire:
        return "handshake"
    return str(item.store) if item.store else item.format.lower()


def _with_program_roots(server: Server) -> Server:
    """The server after it has met these hierarchies: every program root that could matter is downloaded."""
    if not server.root_update:
        return server
    held = {(entry.certificate.sha256) for entry in server.held_in("Root")}
    made = (program_entry(server, root) for root in server.obtainable if root.sha256 not in held)
    return server.with_entries(entry for entry in made if entry is not None)


def certificates_above(
    graph: CertGraph, leaves: Iterable[Certificate], *, signed: bool = True
) -> tuple[Certificate, ...]:
    """Every certificate of the graph that can stand above one of the leaves, sorted by fingerprint; found once.

    Without ``signed`` also those whose key did not sign what they would stand above.
    """
    waiting = list(leaves)
    key = ("above", signed, *(leaf.sha256 for leaf in waiting))
    return graph.answers.once(key, lambda: _above(waiting, graph.issuers if signed else graph.possible_issuers))


def _above(
    waiting: list[Certificate], issuers: Callable[[Certificate], Iterable[Certificate]]
) -> tuple[Certificate, ...]:
    found: dict[str, Certificate] = {}
    while waiting:
        for issuer in issuers(waiting.pop()):
            if issuer.sha256 not in found:
                found[issuer.sha256] = issuer
                waiting.append(issuer)
    return tuple(found[key] for key in sorted(found))
