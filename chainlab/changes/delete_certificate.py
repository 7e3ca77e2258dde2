"""Delete a certificate from Root or CA. Automatic root update brings a root of Microsoft's program back."""

from __future__ import annotations

from dataclasses import dataclass

from chainlab.certificate import Certificate
from chainlab.changes.change import Change, Commands, Restore
from chainlab.changes.import_certificate import console_name
from chainlab.escaping import powershell
from chainlab.server import LM_ROOT, Server, StoreEntry, StoreName


@dataclass(frozen=True, slots=True)
class DeleteCertificate:
    """Remove ``certificate`` from every physical store of the logical ``store`` (default LocalMachine/Root)."""

    certificate: Certificate
    store: StoreName = LM_ROOT
    code: str = "delete-certificate"

    @property
    def title(self) -> str:
        """What is deleted where."""
        return f"delete {self.certificate.label} from {self.store}"

    @property
    def reverted_by(self) -> tuple[str, ...]:
        """A deleted program root comes back with the next download [D: KB 2831004; F: Sectigo, Trustico]."""
        return ("automatic root update",) if self.store.logical == "Root" else ()

    @property
    def side_effects(self) -> tuple[str, ...]:
        """Outbound TLS of the same server."""
        return ("programs on this server trust sites under it only through another path",)

    def _concerned(self, entry: StoreEntry) -> bool:
        same_store = (entry.store.location, entry.store.logical) == (self.store.location, self.store.logical)
        return same_store and entry.certificate == self.certificate

    def applicable(self, server: Server) -> bool:
        """Whether the store holds it."""
        return any(self._concerned(entry) for entry in server.entries)

    def apply(self, server: Server) -> Server:
        """The server without it."""
        return server.without(self._concerned)

    def inverse(self, server: Server) -> Change:
        """Back to the entries before."""
        return Restore(server.entries, self.title, self.certificate)

    def commands(self) -> Commands:
        """Remove-Item and certutil -delstore; a program root lies in the physical store AuthRoot."""
        sha1 = self.certificate.sha1
        path = f"Cert:\\{self.store.location}\\{self.store.logical}\\{sha1}"
        stores = ("AuthRoot", "Root") if self.store.logical == "Root" else (self.store.logical,)
        return Commands(
            (f"Remove-Item -Path {powershell(path)}",),
            tuple(f"certutil -delstore {store} {sha1}" for store in stores),
            (f"certlm.msc > {console_name(self.store)} > the certificate with thumbprint {sha1} > Delete",),
        )
