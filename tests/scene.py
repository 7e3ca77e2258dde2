"""Scenes for tests: evidence by store, without catalogue or assumptions."""

from __future__ import annotations

from datetime import datetime

from chainlab.assembly import Scene, assemble
from chainlab.catalog import Catalog
from chainlab.certificate import Certificate
from chainlab.evidence import CertificateEvidence, Evidence, Item, KeyPresence, Place
from chainlab.properties import NO_PROPERTIES, StoreProperties
from chainlab.server_state import Baseline
from chainlab.targets import choose_targets
from tests.pki import NOW
from tests.windows.machine import STORES

BARE = Baseline(windows=False)


def seen(
    certificate: Certificate, store: str = "", *, key: bool = False, properties: StoreProperties = NO_PROPERTIES,
    format: str = "registry export", file: str = "server.reg",
) -> CertificateEvidence:  # fmt: skip
    """One sighting; ``store`` is a name of ``tests.windows.machine.STORES`` or empty."""
    presence = KeyPresence.PRESENT if key else KeyPresence.UNKNOWN
    return CertificateEvidence(certificate, Place(file), STORES.get(store), properties, presence, format)


def scene_of(*items: Item, given: Evidence | None = None, at: datetime = NOW, baseline: Baseline = BARE) -> Scene:
    """The scene of these items; ``given`` are those that were asked about (default all)."""
    evidence = Evidence.of(items)
    targets = choose_targets(given or evidence, evidence)
    return assemble(evidence, targets, Catalog([]), at, baseline)
