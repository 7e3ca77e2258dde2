"""Disable all purposes of a certificate: an empty purpose list (property 9) on every copy in Root."""

from __future__ import annotations

from dataclasses import dataclass, replace

from chainlab.certificate import Certificate
from chainlab.changes.change import Change, Commands, Restore
from chainlab.server import Server, StoreEntry


@dataclass(frozen=True, slots=True)
class DisablePurposes:
    """Set "disable all purposes for this certificate" on ``certificate`` in LocalMachine/Root."""

    certificate: Certificate
    code: str = "disable-purposes"

    @property
    def title(self) -> str:
        """What is disabled."""
        return f"disable all purposes of {self.certificate.label} in LocalMachine/Root"

    @property
    def reverted_by(self) -> tuple[str, ...]:
        """Automatic root update may set the list's purposes again [D: KB 2831004]."""
        return ("automatic root update",)

    @property
    def side_effects(self) -> tuple[str, ...]:
        """Outbound TLS of the same server."""
        return ("programs on this server trust sites under it only through another path",)

    def _concerned(self, entry: StoreEntry) -> bool:
        store = entry.store
        return (store.location, store.logical) == ("LocalMachine", "Root") and entry.certificate == self.certificate

    def applicable(self, server: Server) -> bool:
        """Whether a copy in Root still has purposes."""
        return any(self._concerned(e) and not e.properties.all_purposes_disabled for e in server.entries)

    def apply(self, server: Server) -> Server:
        """Every copy in Root with an empty purpose list."""
        entries = tuple(
            replace(entry, properties=replace(entry.properties, purposes=frozenset()))
            if self._concerned(entry)
            else entry
            for entry in server.entries
        )
        return replace(server, entries=entries)

    def inverse(self, server: Server) -> Change:
        """Back to the entries before."""
        return Restore(server.entries, self.title, self.certificate)

    def commands(self) -> Commands:
        """By hand only: there is no cmdlet, and the certutil -repairstore way with an empty list is untested [?]."""
        sha1 = self.certificate.sha1
        return Commands(
            console=(
                f"certlm.msc > Trusted Root Certification Authorities > the certificate with thumbprint {sha1} > "
                "Properties > Disable all purposes for this certificate",
            )
        )
