"""Take a certificate out of Untrusted (Disallowed). It is not trusted by that: Root decides, and root update."""

from __future__ import annotations

from chainlab.certificate import Certificate
from chainlab.changes.change import Change
from chainlab.changes.commands import Commands, delete_commands
from chainlab.changes.kind import Kind, Phrase, Resolver
from chainlab.changes.restore import Restore
from chainlab.records import dataclass
from chainlab.server import LM_DISALLOWED, Server, StoreEntry


@dataclass(frozen=True, slots=True)
class RemoveFromUntrusted:
    """Remove ``certificate`` from LocalMachine/Disallowed; copies that a domain's policy distributes stay."""

    certificate: Certificate
    code: str = "remove-from-untrusted"

    @property
    def title(self) -> str:
        """What is removed."""
        return f"remove {self.certificate.label} from Untrusted (LocalMachine/Disallowed)"

    @property
    def phrase(self) -> str:
        """How it is written in a ``--change``."""
        return f"trust {self.certificate.sha256}"

    @property
    def reverted_by(self) -> tuple[str, ...]:
        """Nothing."""
        return ()

    @property
    def side_effects(self) -> tuple[str, ...]:
        """A root of Microsoft's program becomes available again."""
        return ("a root of Microsoft's program may come back into Root through automatic root update",)

    def _concerned(self, entry: StoreEntry) -> bool:
        store = entry.store
        untrusted = (store.location, store.logical) == ("LocalMachine", "Disallowed") and not store.by_policy
        return untrusted and entry.certificate == self.certificate

    def applicable(self, server: Server) -> bool:
        """Whether it is in Disallowed."""
        return any(self._concerned(entry) for entry in server.entries)

    def apply(self, server: Server) -> Server:
        """The server without it in Disallowed; the disallowed list of Microsoft stays in force."""
        return server.without(self._concerned)

    def inverse(self, server: Server) -> Change:
        """Into Disallowed again."""
        return Restore(server, self.apply(server), self.title, self.certificate)

    def commands(self) -> Commands:
        """Remove-Item and certutil -delstore."""
        return delete_commands(self.certificate, LM_DISALLOWED)


def _make(phrase: Phrase, resolver: Resolver) -> list[Change]:
    return [RemoveFromUntrusted(resolver.certificate(phrase.need("which certificate")))]


KIND = Kind(
    "remove-from-untrusted", "trust", "trust CERTIFICATE",
    "Takes a certificate out of Untrusted (LocalMachine/Disallowed); it does not put it into Root.", _make,
    named=frozenset({""}),
)  # fmt: skip
