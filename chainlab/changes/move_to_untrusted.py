"""Move a certificate to Untrusted (Disallowed). Distrust is by certificate: others of the same key stay usable."""

from __future__ import annotations

from dataclasses import dataclass

from chainlab.certificate import Certificate
from chainlab.changes.change import Change, Commands, Restore
from chainlab.changes.import_certificate import file_name
from chainlab.escaping import powershell
from chainlab.server import LM_DISALLOWED, Server, StoreEntry


@dataclass(frozen=True, slots=True)
class MoveToUntrusted:
    """Put ``certificate`` into LocalMachine/Disallowed and take it out of LocalMachine/Root."""

    certificate: Certificate
    code: str = "move-to-untrusted"

    @property
    def title(self) -> str:
        """What is moved."""
        return f"move {self.certificate.label} to Untrusted (LocalMachine/Disallowed)"

    @property
    def reverted_by(self) -> tuple[str, ...]:
        """Nothing: Disallowed wins even if root update installs the root again [D: deprecation policy]."""
        return ()

    @property
    def side_effects(self) -> tuple[str, ...]:
        """Outbound TLS of the same server [F: win-acme#1943]."""
        return ("programs on this server trust sites under it only through a cross-certificate",)

    def applicable(self, server: Server) -> bool:
        """Whether it is not in Disallowed yet."""
        return not server.find(self.certificate, "Disallowed")

    def _in_root(self, entry: StoreEntry) -> bool:
        store = entry.store
        return (store.location, store.logical) == ("LocalMachine", "Root") and entry.certificate == self.certificate

    def apply(self, server: Server) -> Server:
        """In Disallowed, out of Root."""
        moved = StoreEntry(self.certificate, LM_DISALLOWED, source="planned move")
        return server.without(self._in_root).with_entry(moved)

    def inverse(self, server: Server) -> Change:
        """Back to the entries before."""
        return Restore(server.entries, self.title, self.certificate)

    def commands(self) -> Commands:
        """Add to Disallowed first, then delete from Root."""
        file, sha1 = file_name(self.certificate), self.certificate.sha1
        root = powershell(f"Cert:\\LocalMachine\\Root\\{sha1}")
        disallowed = powershell("Cert:\\LocalMachine\\Disallowed")
        return Commands(
            (
                f"Export-Certificate -Cert {root} -FilePath {powershell(file)}",
                f"Import-Certificate -FilePath {powershell(file)} -CertStoreLocation {disallowed}",
                f"Remove-Item -Path {root}",
            ),
            (f"certutil -f -addstore Disallowed {file}", f"certutil -delstore AuthRoot {sha1}",
             f"certutil -delstore Root {sha1}"),
            (f"certlm.msc > Trusted Root Certification Authorities > the certificate with thumbprint {sha1} > "
             "drag to Untrusted Certificates",),
        )  # fmt: skip
