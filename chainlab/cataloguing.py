"""The catalogue for people: what is known of a CA certificate, and how the user's own encodings get into it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

from chainlab.catalog import Catalog, ProgramEntry, RootProgram
from chainlab.catalog.imported import Imported
from chainlab.certificate import Certificate
from chainlab.clients import Snapshots
from chainlab.errors import InputError
from chainlab.evidence import ReadOptions
from chainlab.findings import Finding
from chainlab.inspection import inspect
from chainlab.records import dataclass


@dataclass(frozen=True, slots=True)
class Known:
    """One catalogued certificate.

    ``encoding``: ``shipped``, ``imported`` or empty (facts only); ``origin``: the file an imported one came from.
    ``category`` and ``source``: what the published list calls it and which list that is, where it says so. ``program``:
    Microsoft's current entry for it. ``snapshots``: ids of the client trust stores that hold it as a root.
    """

    certificate: Certificate
    encoding: str
    origin: str = ""
    category: str = ""
    source: str = ""
    program: ProgramEntry | None = None
    snapshots: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CatalogView:
    """An answer about the catalogue: its size, the folder of imports, and the certificates asked for."""

    folder: Path
    catalogued: int
    shipped: int
    imported: int
    program: RootProgram
    snapshot_count: int
    found: tuple[Known, ...]


def show(folder: Path, wanted: str, at: datetime) -> CatalogView:
    """The certificates that ``wanted`` names (fingerprint or part of the subject; all for the empty text)."""
    catalog = Catalog.load(imported=folder)
    snapshots, program = Snapshots(catalog), RootProgram.load(at)
    holders = _holders(snapshots)
    certificates = catalog.search(wanted) if wanted else [c for c in map(catalog.get, catalog.fingerprints()) if c]
    found = tuple(_known(certificate, catalog, program, holders) for certificate in certificates)
    kinds = [catalog.encoding(sha256) for sha256 in catalog.fingerprints()]
    return CatalogView(
        folder, len(kinds), kinds.count("shipped"), kinds.count("imported"), program, len(snapshots.ids()), found
    )


def _holders(snapshots: Snapshots) -> dict[str, list[str]]:
    held: dict[str, list[str]] = {}
    for identity in snapshots.ids():
        for sha256 in snapshots.roots(identity):
            held.setdefault(sha256, []).append(identity)
    return held


def _known(certificate: Certificate, catalog: Catalog, program: RootProgram, holders: dict[str, list[str]]) -> Known:
    sha256, facts = certificate.sha256, catalog.facts(certificate.sha256)
    return Known(
        certificate,
        catalog.encoding(sha256),
        catalog.origin(sha256),
        str(facts.get("category", "")),
        str(facts.get("source", "")),
        program.entry(sha256),
        tuple(holders.get(sha256, ())),
    )


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did: distinct CA certificates read, how many were new, and what was left out."""

    folder: Path
    read: int
    added: int
    not_ca: int
    problems: tuple[InputError, ...]
    findings: tuple[Finding, ...]


def import_files(paths: Sequence[Path], reading: ReadOptions, folder: Path) -> ImportReport:
    """Add every CA certificate that the files hold to the user's folder; others are counted and left out."""
    inspection = inspect([(path, None) for path in paths], reading)
    seen = {item.certificate: Path(item.place.file).name for item in inspection.evidence.certificates}
    authorities = [(certificate, origin) for certificate, origin in seen.items() if certificate.is_ca]
    added = Imported(folder).add(authorities) if authorities else 0
    return ImportReport(
        folder,
        len(authorities),
        added,
        len(seen) - len(authorities),
        inspection.problems,
        _of_certificates(inspection.evidence.findings),
    )


def _of_certificates(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Findings about what could not be read; notes about unused parts say nothing here."""
    return tuple(finding for finding in findings if finding.code != "unused-part")
