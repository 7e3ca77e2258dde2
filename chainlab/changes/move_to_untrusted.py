"""Move a certificate to Untrusted (Disallowed). Distrust is by certificate: others of the same key stay usable."""

from __future__ import annotations

from dataclasses import replace

from chainlab.certificate import Certificate
from chainlab.changes.change import Change
from chainlab.changes.commands import NO_COMMANDS, Commands, delete_commands, export_commands, import_commands
from chainlab.changes.kind import Kind, Phrase, Resolver
from chainlab.changes.purposes import in_store
from chainlab.changes.restore import Restore
from chainlab.records import dataclass
from chainlab.server import LM_AUTHROOT, LM_DISALLOWED, LM_ROOT, Server, StoreEntry


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
    def phrase(self) -> str:
        """How it is written in a ``--change``."""
        return f"untrust {self.certificate.sha256}"

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

    def apply(self, server: Server) -> Server:
        """In Disallowed, out of Root; one that is in Disallowed already stays as it is."""
        if not self.applicable(server):
            return server
        moved = StoreEntry(self.certificate, LM_DISALLOWED, source="planned move")
        return server.without(self._leaves).with_entry(moved)

    def _leaves(self, entry: StoreEntry) -> bool:
        """Copies that a domain's policy distributes stay; Untrusted wins over them."""
        return in_store(entry, self.certificate) and not entry.store.by_policy

    def inverse(self, server: Server) -> Change:
        """Out of Disallowed, back into the physical stores that held it."""
        return Restore(server, self.apply(server), self.title, self.certificate)

    def commands(self) -> Commands:
        """Add to Disallowed first, then delete from Root; one whose encoding is not known comes out of Root."""
        fetch = NO_COMMANDS if self.certificate.encoded else export_commands(self.certificate, LM_ROOT)
        disallow = import_commands(self.certificate, LM_DISALLOWED)
        delete = delete_commands(self.certificate, LM_ROOT, [LM_AUTHROOT])
        drag = (
            f"certlm.msc > Trusted Root Certification Authorities > the certificate with thumbprint "
            f"{self.certificate.sha1} > drag to Untrusted Certificates"
        )
        return replace(fetch + disallow + delete, console=(drag,))


def _make(phrase: Phrase, resolver: Resolver) -> list[Change]:
    return [MoveToUntrusted(resolver.certificate(phrase.need("which certificate")))]


KIND = Kind(
    "move-to-untrusted", "untrust", "untrust CERTIFICATE",
    "Moves a certificate to Untrusted (LocalMachine/Disallowed), out of LocalMachine/Root.", _make,
    named=frozenset({""}),
)  # fmt: skip
