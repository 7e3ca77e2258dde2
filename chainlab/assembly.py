"""Join evidence with knowledge: the graph, the server's state, and the certificates to diagnose.

Everything that is assumed and not seen is said, in ``Server.assumptions``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from chainlab.catalog import Catalog, RootProgram
from chainlab.certificate import Certificate
from chainlab.errors import InputError
from chainlab.evidence import CertificateEvidence, Evidence, KeyPresence
from chainlab.findings import CERTIFICATE_UNSEEN, NO_HANDSHAKE
from chainlab.graph import CertGraph
from chainlab.observation import ObservedChain, partly_seen
from chainlab.server import LM_CA, LM_MY, LM_ROOT, Server, StoreEntry, StoreName
from chainlab.windows.root_update import program_entry


@dataclass(frozen=True, slots=True)
class Baseline:
    """The server under the inputs.

    ``windows``: a current Windows Server; without it, nothing but what the inputs hold. ``root_update`` and ``aia``
    override what the inputs say (``None``: as seen, else root update on and AIA off).
    """

    windows: bool = True
    root_update: bool | None = None
    aia: bool | None = None


@dataclass(frozen=True, slots=True)
class Scene:
    """What a diagnosis works on.

    ``server`` counts every program root as downloaded where the Root store was not seen; ``fresh`` is the same server
    before any download, or ``None`` where the Root store was seen.
    """

    graph: CertGraph
    server: Server
    fresh: Server | None
    leaves: tuple[CertificateEvidence, ...]
    above: tuple[Certificate, ...]
    evidence: Evidence


def assemble(
    evidence: Evidence,
    leaves: Sequence[CertificateEvidence],
    catalog: Catalog,
    at: datetime,
    baseline: Baseline,
    further: Iterable[Certificate] = (),
) -> Scene:
    """Build the scene for the certificates to diagnose.

    ``further`` certificates (own clients' roots, an observed chain) take part in the graph only.
    """
    further = list(further)
    seen = [item.certificate for item in evidence.certificates]
    above = catalog.closure([*seen, *further])
    graph = CertGraph([*seen, *above, *further], _known_by(evidence, above))
    server = _server(evidence, graph, at, baseline, catalog)
    fresh = None
    if baseline.windows and not _root_store_seen(evidence):
        fresh, server = server, _with_program_roots(server)
    return Scene(graph, server, fresh, tuple(leaves), _above(graph, leaves), evidence)


def _known_by(evidence: Evidence, above: Sequence[Certificate]) -> dict[str, list[str]]:
    known: dict[str, list[str]] = defaultdict(list)
    for item in evidence.certificates:
        known[item.certificate.sha256].append(_known_from(item))
    for certificate in above:
        known[certificate.sha256].append("catalog")
    return dict(known)


def _known_from(item: CertificateEvidence) -> str:
    if item.on_wire:
        return "handshake"
    return str(item.store) if item.store else item.format.lower()


def choose_leaves(evidence: Evidence, observed: Sequence[ObservedChain] = ()) -> list[CertificateEvidence]:
    """The certificates whose chain is to be predicted, one sighting each, in reading order.

    End-entity certificates; where private keys were seen, only those with one. A self-signed certificate counts only
    if nothing else is there. What was seen on the wire counts only where the chain sent with it is not known.
    ``InputError`` if there is none and no chain was observed either.
    """
    partly = partly_seen(evidence, observed)
    seen = (item for item in evidence.certificates if not item.on_wire or item.certificate in partly)
    candidates = [item for item in seen if _may_be_server_certificate(item)]
    proper = [item for item in candidates if not item.certificate.looks_self_signed] or candidates
    with_key = [item for item in proper if item.key is KeyPresence.PRESENT]
    chosen: dict[str, CertificateEvidence] = {}
    for item in with_key or proper:
        chosen.setdefault(item.certificate.sha256, item)
    if not chosen and not observed:
        count = len({item.certificate.sha256 for item in evidence.certificates})
        place = evidence.containers[0].place.file if evidence.containers else "the input"
        found = f"no server certificate among {count} certificates" if count else "no certificate"
        hint = next((f.message for f in evidence.findings if f.kind in (CERTIFICATE_UNSEEN, NO_HANDSHAKE)), "")
        raise InputError(place, found, expected="at least one end-entity certificate", hint=hint)
    return list(chosen.values())


def _may_be_server_certificate(item: CertificateEvidence) -> bool:
    in_store = item.store is not None and item.store.logical not in ("My", "WebHosting")
    return not in_store and (not item.certificate.is_ca or item.key is KeyPresence.PRESENT)


def _server(evidence: Evidence, graph: CertGraph, at: datetime, baseline: Baseline, catalog: Catalog) -> Server:
    program = RootProgram.load(at) if baseline.windows else None
    if program is not None:
        held = {catalog.held_identity(sha256): entry for sha256, entry in program.entries.items()}
        program = replace(program, entries=held)
    obtainable = [c for c in graph.certificates if program is not None and program.entry(c.sha256) is not None]
    switches = {item.name: item.value for item in evidence.settings}
    seen_update = bool(switches.get("root_update", True))
    update = baseline.root_update if baseline.root_update is not None else seen_update
    aia = baseline.aia if baseline.aia is not None else False
    server = Server(
        root_update=update and baseline.windows,
        aia=aia,
        program=program,
        obtainable=tuple(obtainable),
        chain_config=tuple(
            (name.removeprefix("chain:"), value) for name, value in switches.items() if name.startswith("chain:")
        ),
        fetchable=tuple(c for c in graph.certificates if c.is_ca and not c.looks_self_signed),
        assumptions=_assumptions(evidence, program, baseline, update),
    )
    return server.with_entries(_entry(item, graph) for item in evidence.certificates if not item.on_wire)


def _entry(item: CertificateEvidence, graph: CertGraph) -> StoreEntry:
    store = item.store or import_destination(item, graph)
    return StoreEntry(item.certificate, store, item.properties, str(item.place))


def import_destination(item: CertificateEvidence, graph: CertGraph) -> StoreName:
    """Where the import of a PFX by IIS Manager or the MMC wizard ("select automatically") puts a certificate.

    Leaf to My, intermediates to CA, self-signed certificates to Root [M]. A certificate with its private key goes to
    My whatever it is.
    """
    certificate = item.certificate
    if item.key is KeyPresence.PRESENT or not (certificate.is_ca or graph.is_self_signed(certificate)):
        return LM_MY
    return LM_ROOT if graph.is_self_signed(certificate) else LM_CA


def _root_store_seen(evidence: Evidence) -> bool:
    return any(
        item.store is not None and (item.store.location, item.store.logical) == ("LocalMachine", "Root")
        for item in evidence.certificates
    )


def _with_program_roots(server: Server) -> Server:
    """The server after it has met these hierarchies: every program root that could matter is downloaded."""
    if not server.root_update:
        return server
    held = {(entry.certificate.sha256) for entry in server.held_in("Root")}
    made = (program_entry(server, root) for root in server.obtainable if root.sha256 not in held)
    return server.with_entries(entry for entry in made if entry is not None)


def _assumptions(evidence: Evidence, program: RootProgram | None, baseline: Baseline, update: bool) -> tuple[str, ...]:
    said: list[str] = []
    if program is not None and not _root_store_seen(evidence):
        if update:
            said.append(
                "the server's Root store was not seen: a current Windows Server with automatic root update is "
                f"assumed, and every root of the {program.source} counts as downloaded"
            )
        else:
            said.append("the server's Root store was not seen and root update is off: no public root is trusted")
    if any(item.store is None and not item.on_wire for item in evidence.certificates):
        said.append(
            "certificates without a store of their own count as imported by IIS Manager or the MMC: "
            "leaf to My, intermediates to CA, self-signed certificates to Root"
        )
    if program is not None and not (baseline.aia or False):
        said.append("Windows does not fetch missing issuers for the server's own chain (AIA): possible, not reliable")
    return tuple(said)


def _above(graph: CertGraph, leaves: Iterable[CertificateEvidence]) -> tuple[Certificate, ...]:
    """Every certificate of the graph that can stand above one of the leaves, sorted by fingerprint."""
    found: dict[str, Certificate] = {}
    waiting = [leaf.certificate for leaf in leaves]
    while waiting:
        for issuer in graph.issuers(waiting.pop()):
            if issuer.sha256 not in found:
                found[issuer.sha256] = issuer
                waiting.append(issuer)
    return tuple(found[key] for key in sorted(found))
