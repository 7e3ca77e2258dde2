"""Delete a certificate from Root or CA. Automatic root update brings a root of Microsoft's program back."""

from __future__ import annotations

from chainlab.certificate import Certificate
from chainlab.changes.change import Change
from chainlab.changes.commands import Commands, delete_commands, spelled
from chainlab.changes.kind import Kind, Phrase, Resolver
from chainlab.changes.restore import Restore
from chainlab.errors import UsageError
from chainlab.records import dataclass
from chainlab.server import LM_AUTHROOT, LM_ROOT, Server, StoreEntry, StoreName


@dataclass(frozen=True, slots=True)
class DeleteCertificate:
    """Remove ``certificate`` from the logical ``store`` (default LocalMachine/Root), program roots included.

    Copies that a domain's policy distributes stay: they come back at the next refresh.
    """

    certificate: Certificate
    store: StoreName = LM_ROOT
    code: str = "delete-certificate"

    @property
    def title(self) -> str:
        """What is deleted where."""
        return f"delete {self.certificate.label} from {self.store}"

    @property
    def phrase(self) -> str:
        """How it is written in a ``--change``."""
        return f"delete {self.certificate.sha256} from {spelled(self.store)}"

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
        return same_store and entry.certificate == self.certificate and not entry.store.by_policy

    def applicable(self, server: Server) -> bool:
        """Whether the store holds it."""
        return any(self._concerned(entry) for entry in server.entries)

    def apply(self, server: Server) -> Server:
        """The server without it."""
        return server.without(self._concerned)

    def inverse(self, server: Server) -> Change:
        """Into the physical stores that held it."""
        return Restore(server, self.apply(server), self.title, self.certificate)

    def commands(self) -> Commands:
        """Remove-Item and certutil -delstore; a program root lies in the physical store AuthRoot."""
        machine_root = (self.store.location, self.store.logical) == ("LocalMachine", "Root")
        also = (LM_AUTHROOT,) if machine_root and self.store != LM_AUTHROOT else ()
        return delete_commands(self.certificate, self.store, also)


def _make(phrase: Phrase, resolver: Resolver) -> list[Change]:
    certificate = resolver.certificate(phrase.need("which certificate"))
    if "from" in phrase.parts:
        return [DeleteCertificate(certificate, StoreName.parse(phrase.parts["from"]))]
    held = (entry for entry in resolver.server.entries if entry.certificate == certificate)
    entries = [entry for entry in held if entry.store.logical != "Disallowed" and not entry.store.by_policy]
    stores = sorted({(entry.store.location, entry.store.logical) for entry in entries})
    if not stores:
        raise UsageError(f"change '{phrase.text}': no store of the server holds {certificate.label}")
    return [DeleteCertificate(certificate, StoreName(*store)) for store in stores]


KIND = Kind(
    "delete-certificate", "delete", "delete CERTIFICATE [from STORE]",
    "Deletes a certificate from a store; without one, from every store that holds it (not from Untrusted).",
    _make, frozenset({"from"}), named=frozenset({""}),
)  # fmt: skip
