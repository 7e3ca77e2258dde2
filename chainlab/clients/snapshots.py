"""Trust-store snapshots: which of the known roots a client had at a date. Facts only, as bit masks over one list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from chainlab.catalog import Catalog
from chainlab.catalog.catalog import parse_instant, read_json_lines
from chainlab.certificate import Certificate, Name
from chainlab.paths.trust import ANCHOR, DISTRUSTED, UNSPECIFIED, TrustLevel, TrustSetting
from chainlab.records import dataclass

DATA: Final = Path(__file__).parent / "data"


@dataclass(frozen=True, slots=True)
class SnapshotStore:
    """One snapshot as a trust store. ``blocked`` are fingerprints distrusted by name, ``distrust_after`` maps roots to
    the issuance time up to which they are trusted (Mozilla's CKA_NSS_SERVER_DISTRUST_AFTER)."""

    id: str
    mask: int
    index: Mapping[str, int]
    catalog: Catalog
    blocked: frozenset[str] = frozenset()
    distrust_after: Mapping[str, datetime] | None = None

    def knows(self, certificate: Certificate) -> bool:
        """Whether the very certificate is a root of this snapshot."""
        position = self.index.get(self.catalog.public_identity(certificate.sha256))
        return position is not None and bool(self.mask >> position & 1)

    def setting(self, certificate: Certificate) -> TrustSetting:
        """Distrusted by name, anchor (with its issuance limit), or not mentioned."""
        public = self.catalog.public_identity(certificate.sha256)
        if public in self.blocked:
            return DISTRUSTED
        if not self.knows(certificate):
            return UNSPECIFIED
        limit = (self.distrust_after or {}).get(public)
        return TrustSetting(TrustLevel.ANCHOR, issued_before=limit) if limit is not None else ANCHOR

    def anchors_named(self, name: Name) -> Sequence[Certificate]:
        """Roots of this snapshot with this subject, sorted by fingerprint."""
        return [certificate for certificate in self.catalog.by_subject(name) if self.knows(certificate)]

    def part(self, roots: frozenset[str], mask: int) -> object:
        """What it says of some roots (published fingerprints, and their bits); equal for stores that say the same."""
        after = frozenset((root, at) for root, at in (self.distrust_after or {}).items() if root in roots)
        return self.mask & mask, self.blocked & roots, after


class Snapshots:
    """All snapshots that ship, by id."""

    def __init__(self, catalog: Catalog, data: Path = DATA) -> None:
        self._catalog = catalog
        roots = (data / "roots.txt").read_text(encoding="ascii").split()
        self._index = {sha256: position for position, sha256 in enumerate(roots)}
        self._rows: dict[str, dict[str, Any]] = {row["id"]: row for row in read_json_lines(data / "stores.jsonl")}

    def ids(self) -> list[str]:
        """Ids of all snapshots."""
        return sorted(self._rows)

    def all_roots(self) -> list[str]:
        """Published fingerprints of every root of any snapshot, in the order of the list."""
        return list(self._index)

    def store(self, identity: str) -> SnapshotStore:
        """The snapshot with this id; ``KeyError`` if there is none."""
        row = self._rows[identity]
        after = {sha256: parse_instant(text) for sha256, text in row.get("distrust_after", {}).items()}
        return SnapshotStore(
            identity,
            int(row["roots"], 16),
            self._index,
            self._catalog,
            frozenset(row.get("blocked", ())),
            after or None,
        )

    def roots(self, identity: str) -> list[str]:
        """Published fingerprints of a snapshot's roots, sorted."""
        mask = int(self._rows[identity]["roots"], 16)
        return sorted(sha256 for sha256, position in self._index.items() if mask >> position & 1)
