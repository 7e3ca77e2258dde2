"""Import a certificate into a store: the vendors' first step, and what happens if it is the wrong store."""

from __future__ import annotations

from chainlab.certificate import Certificate
from chainlab.changes.change import Change
from chainlab.changes.commands import Commands, import_commands, spelled
from chainlab.changes.kind import Kind, Phrase, Resolver
from chainlab.changes.restore import Restore
from chainlab.records import dataclass
from chainlab.server import LM_CA, Server, StoreEntry, StoreName


@dataclass(frozen=True, slots=True)
class ImportCertificate:
    """Add ``certificate`` to ``store`` (default LocalMachine/CA)."""

    certificate: Certificate
    store: StoreName = LM_CA
    code: str = "import-certificate"

    @property
    def title(self) -> str:
        """What is imported where."""
        return f"import {self.certificate.label} into {self.store}"

    @property
    def phrase(self) -> str:
        """How it is written in a ``--change``."""
        return f"import {self.certificate.sha256} into {spelled(self.store)}"

    @property
    def reverted_by(self) -> tuple[str, ...]:
        """Nothing removes an imported intermediate."""
        return ()

    @property
    def side_effects(self) -> tuple[str, ...]:
        """Other certificates under the same CA may get a longer chain; a wrong store has its own effects."""
        if self.store.location == "CurrentUser":
            return ("IIS does not see the CurrentUser stores: nothing changes for it",)
        if self.store.logical == "Root" and not self.certificate.looks_self_signed:
            return ("a certificate that is not self-signed in Root breaks client certificates (403.16, KB 2802568)",)
        if self.store.logical == "Root":
            return ("every program on this server trusts it, and whatever its key signs, from then on",)
        if self.store.logical == "CA" and self.certificate.looks_self_signed:
            return ("a self-signed certificate in CA is a candidate without trust: root update may make it a root",)
        return ("other certificates on this server under the same CA may be served with it too",)

    def applicable(self, server: Server) -> bool:
        """Whether the store does not hold it yet."""
        return not server.find(self.certificate, self.store.logical, self.store.location)

    def apply(self, server: Server) -> Server:
        """The server with the certificate in the store; one that is there already keeps its properties."""
        if not self.applicable(server):
            return server
        return server.with_entry(StoreEntry(self.certificate, self.store, source="planned import"))

    def inverse(self, server: Server) -> Change:
        """Out of the store again."""
        return Restore(server, self.apply(server), self.title, self.certificate)

    def commands(self) -> Commands:
        """Import-Certificate and certutil -addstore; the file is the certificate by its fingerprint."""
        return import_commands(self.certificate, self.store)


def _make(phrase: Phrase, resolver: Resolver) -> list[Change]:
    store = StoreName.parse(phrase.parts.get("into", "LocalMachine/CA"))
    named = resolver.certificates(phrase.need("which certificate"))
    return [ImportCertificate(certificate, store) for certificate in named]


KIND = Kind(
    "import-certificate", "import", "import CERTIFICATE [into STORE]",
    "Puts a certificate into a store, LocalMachine/CA unless another is named; every certificate of a file.",
    _make, frozenset({"into"}), named=frozenset({""}),
)  # fmt: skip
