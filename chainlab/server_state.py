"""From evidence to the state of one Windows server. What is assumed and not seen is said, in ``Server.assumptions``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from chainlab.catalog import Catalog, ProgramEntry, RootProgram
from chainlab.certificate import Certificate
from chainlab.evidence import CertificateEvidence, Evidence, KeyPresence, ListEvidence, StoreRecord
from chainlab.graph import CertGraph
from chainlab.records import dataclass
from chainlab.server import Server, StoreEntry, StoreName
from chainlab.targets import as_binding
from chainlab.windows.pfx_import import ImportTool, destination


@dataclass(frozen=True, slots=True)
class Baseline:
    """The server under the inputs.

    ``windows``: a current Windows Server; without it, nothing but what the inputs hold. ``root_update`` and ``aia``
    override what the inputs say (``None``: as seen, else root update on and AIA off). ``import_tool``: how a PFX gets
    into the stores. ``program``: the shipped root program list, where it was loaded already (``shipped_program``).
    """

    windows: bool = True
    root_update: bool | None = None
    aia: bool | None = None
    import_tool: ImportTool = ImportTool.IIS
    program: RootProgram | None = None


def server_of(evidence: Evidence, graph: CertGraph, at: datetime, baseline: Baseline, catalog: Catalog) -> Server:
    """The server that the evidence and the baseline describe, before any download."""
    program = program_of(evidence, graph, at, catalog, baseline.program) if baseline.windows or evidence.lists else None
    switches: Mapping[str, int | str] = {item.name: item.value for item in evidence.settings}
    seen = bool(switches.get("root_update", True))
    update = baseline.root_update if baseline.root_update is not None else seen
    server = Server(
        bindings=tuple(dict.fromkeys(as_binding(item) for item in evidence.bindings)),
        root_update=update and program is not None,
        aia=bool(baseline.aia),
        program=program,
        obtainable=listed(program, graph) if program is not None else (),
        disallowed_hashes=disallowed_of(evidence),
        chain_config=tuple(
            (name.removeprefix("chain:"), value) for name, value in switches.items() if name.startswith("chain:")
        ),
        fetchable=tuple(c for c in graph.certificates if c.is_ca and not c.looks_self_signed),
        assumptions=tuple(_assumptions(evidence, program, baseline, update)),
    )
    return server.with_entries([*_entries(evidence, graph, baseline.import_tool), *_recorded(evidence, graph)])


def _newest(evidence: Evidence, kind: str) -> list[ListEvidence]:
    """The newest list of a kind, in a list; none if none was seen."""
    lists = [item for item in evidence.lists if item.kind == kind]
    return [max(lists, key=lambda item: item.this_update)] if lists else []


def listed(program: RootProgram, graph: CertGraph) -> tuple[Certificate, ...]:
    """The certificates of the graph that the root program lists."""
    return tuple(c for c in graph.certificates if program.entry(c.sha256) is not None)


def disallowed_of(evidence: Evidence) -> frozenset[str]:
    """The hashes of the newest disallowed list that was seen."""
    return frozenset(digest for item in _newest(evidence, "disallowed") for digest in item.hashes)


def shipped_program(at: datetime, catalog: Catalog) -> RootProgram:
    """The root program list that ships for a date."""
    program = RootProgram.load(at)
    return replace(program, entries=_held(program.entries, catalog))


def program_of(
    evidence: Evidence, graph: CertGraph, at: datetime, catalog: Catalog, shipped: RootProgram | None = None
) -> RootProgram:
    """The server's own list where its evidence has one, else the shipped one."""
    for seen in _newest(evidence, "authroot"):
        by_sha1 = {certificate.sha1: certificate.sha256 for certificate in graph.certificates}
        entries = {entry.sha256 or by_sha1.get(entry.sha1, entry.sha1): entry for entry in seen.roots}
        source = f"server's own root program list of {seen.this_update:%Y-%m-%d}"
        return RootProgram(seen.this_update, _held(entries, catalog), source)
    return shipped if shipped is not None else shipped_program(at, catalog)


def _held(entries: Mapping[str, ProgramEntry], catalog: Catalog) -> dict[str, ProgramEntry]:
    return {catalog.held_identity(sha256): entry for sha256, entry in entries.items()}


def _entries(evidence: Evidence, graph: CertGraph, tool: ImportTool) -> Iterator[StoreEntry]:
    """Store entries of the certificates seen; loose ones go where the import puts them, wire sightings nowhere."""
    seen = [item for item in evidence.certificates if not item.on_wire]
    for item in sorted(seen, key=lambda item: item.store is not None):  # what was seen in a store wins over an import
        store = item.store or landing(item, graph, tool)
        if store is not None:
            yield StoreEntry(item.certificate, store, item.properties, str(item.place))


def landing(item: CertificateEvidence, graph: CertGraph, tool: ImportTool) -> StoreName | None:
    """The store into which an import puts a loose certificate; only a PFX is imported with ``tool``."""
    return destination(
        item.certificate,
        self_signed=graph.is_self_signed(item.certificate),
        with_key=item.key is KeyPresence.PRESENT,
        tool=tool if item.format == "PFX" else ImportTool.MMC,
    )


def _recorded(evidence: Evidence, graph: CertGraph) -> Iterator[StoreEntry]:
    """Store entries known by thumbprint, where another input or the catalogue has the certificate."""
    by_sha1 = {certificate.sha1: certificate for certificate in graph.certificates}
    seen = {(item.certificate.sha1, item.store) for item in evidence.certificates}
    for record in evidence.records:
        certificate = by_sha1.get(record.sha1)
        if certificate is not None and record.store is not None and (record.sha1, record.store) not in seen:
            yield StoreEntry(certificate, record.store, record.properties, str(record.place))


def root_store_seen(evidence: Evidence) -> bool:
    """Whether anything tells what LocalMachine/Root holds: then what it lacks counts as absent."""
    held: Iterable[CertificateEvidence | StoreRecord] = (*evidence.certificates, *evidence.records)
    stores = (item.store for item in held if item.store is not None)
    return any((store.location, store.logical) == ("LocalMachine", "Root") for store in stores)


def loose(evidence: Evidence) -> list[CertificateEvidence]:
    """Certificates without a store of their own that an import would bring."""
    return [item for item in evidence.certificates if item.store is None and not item.on_wire]


def _assumptions(evidence: Evidence, program: RootProgram | None, baseline: Baseline, update: bool) -> Iterator[str]:
    if program is not None and not root_store_seen(evidence):
        if update:
            yield (
                "the server's Root store was not seen: a current Windows Server with automatic root update is "
                f"assumed, and every root of the {program.source} counts as downloaded"
            )
        else:
            yield "the server's Root store was not seen and root update is off: no public root is trusted"
    items = loose(evidence)
    if any(item.format == "PFX" for item in items):
        yield f"the PFX counts as imported with {baseline.import_tool.title}: {baseline.import_tool.effect}"
    if any(item.format != "PFX" for item in items):
        yield (
            f"certificates without a store of their own count as imported by the MMC's wizard: {ImportTool.MMC.effect}"
        )
    if program is not None and not baseline.aia:
        yield "Windows does not fetch missing issuers for the server's own chain (AIA): possible, not reliable"


def known_thumbprints(evidence: Evidence, certificates: Iterable[Certificate]) -> tuple[int, int]:
    """Of the entries known by thumbprint only: how many were found among ``certificates``, and how many were not."""
    known = {certificate.sha1 for certificate in certificates}
    wanted = {record.sha1 for record in evidence.records}
    return len(wanted & known), len(wanted - known)
