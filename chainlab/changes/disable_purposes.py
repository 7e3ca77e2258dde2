"""Disable all purposes of a certificate: an empty purpose list (property 9) on every copy in a store."""

from __future__ import annotations

from typing import Final

from chainlab.certificate import Certificate
from chainlab.changes.change import Change
from chainlab.changes.commands import Commands, purposes_commands, spelled
from chainlab.changes.kind import Kind, Phrase, Resolver
from chainlab.changes.purposes import differ, store_meant, with_purposes
from chainlab.changes.restore import Restore
from chainlab.records import dataclass
from chainlab.server import LM_ROOT, Server, StoreName

_NONE: Final[frozenset[str]] = frozenset()


@dataclass(frozen=True, slots=True)
class DisablePurposes:
    """Set "disable all purposes for this certificate" on ``certificate`` in ``store`` (default LocalMachine/Root)."""

    certificate: Certificate
    store: StoreName = LM_ROOT
    code: str = "disable-purposes"

    @property
    def title(self) -> str:
        """What is disabled."""
        return f"disable all purposes of {self.certificate.label} in {self.store}"

    @property
    def phrase(self) -> str:
        """How it is written in a ``--change``."""
        return f"disable-purposes {self.certificate.sha256} in {spelled(self.store)}"

    @property
    def reverted_by(self) -> tuple[str, ...]:
        """Automatic root update may set the list's purposes of a root again [D: KB 2831004]."""
        return ("automatic root update",) if self.store.logical == "Root" else ()

    @property
    def side_effects(self) -> tuple[str, ...]:
        """Outbound TLS of the same server."""
        return ("programs on this server trust sites under it only through another path",)

    def applicable(self, server: Server) -> bool:
        """Whether a copy in the store still has purposes."""
        return differ(server, self.certificate, self.store, _NONE)

    def apply(self, server: Server) -> Server:
        """Every copy in the store with an empty purpose list."""
        return with_purposes(server, self.certificate, self.store, _NONE)

    def inverse(self, server: Server) -> Change:
        """The purposes as they were."""
        return Restore(server, self.apply(server), self.title, self.certificate)

    def commands(self) -> Commands:
        """By hand only: there is no cmdlet, and the certutil -repairstore way with an empty list is untested [?]."""
        return purposes_commands(self.certificate, self.store, _NONE)


def _make(phrase: Phrase, resolver: Resolver) -> list[Change]:
    certificate = resolver.certificate(phrase.need("which certificate"))
    return [DisablePurposes(certificate, store_meant(phrase, certificate, resolver))]


KIND = Kind(
    "disable-purposes", "disable-purposes", "disable-purposes CERTIFICATE [in STORE]",
    "Disables all purposes of a certificate (the console's button of this name) in LocalMachine/Root, or in CA where "
    "only that holds it.", _make, frozenset({"in"}), named=frozenset({""}),
)  # fmt: skip
