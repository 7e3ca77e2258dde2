"""Import a certificate into a store: the vendors' first step, and what happens if it is the wrong store."""

from __future__ import annotations

from dataclasses import dataclass

from chainlab.certificate import Certificate
from chainlab.changes.change import Change, Commands, Restore
from chainlab.escaping import powershell
from chainlab.server import LM_CA, Server, StoreEntry, StoreName

_CONSOLE_NAMES = {
    "Root": "Trusted Root Certification Authorities",
    "CA": "Intermediate Certification Authorities",
    "My": "Personal",
    "Disallowed": "Untrusted Certificates",
}


def console_name(store: StoreName) -> str:
    """The store's name in certlm.msc."""
    return _CONSOLE_NAMES.get(store.logical, store.logical)


def file_name(certificate: Certificate) -> str:
    """The file name used for a certificate in commands: readable start, unique end, nothing to escape."""
    readable = "".join(character if character.isascii() and character.isalnum() else "-" for character in
                       certificate.subject.common)  # fmt: skip
    return f"{readable.strip('-')[:40].rstrip('-') or 'certificate'}-{certificate.sha256[:8]}.cer"


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
    def reverted_by(self) -> tuple[str, ...]:
        """Nothing removes an imported intermediate."""
        return ()

    @property
    def side_effects(self) -> tuple[str, ...]:
        """Other certificates under the same CA may get a longer chain."""
        if self.store.location == "CurrentUser":
            return ("IIS does not see the CurrentUser stores: nothing changes for it",)
        if self.store.logical == "Root" and not self.certificate.looks_self_signed:
            return ("a certificate that is not self-signed in Root breaks client certificates (403.16, KB 2802568)",)
        return ("other certificates on this server under the same CA may be served with it too",)

    def applicable(self, server: Server) -> bool:
        """Whether the store does not hold it yet."""
        return not server.find(self.certificate, self.store.logical, self.store.location)

    def apply(self, server: Server) -> Server:
        """The server with the certificate in the store."""
        return server.with_entry(StoreEntry(self.certificate, self.store, source="planned import"))

    def inverse(self, server: Server) -> Change:
        """Back to the entries before."""
        return Restore(server.entries, self.title, self.certificate)

    def commands(self) -> Commands:
        """Import-Certificate and certutil -addstore; the file is the certificate by its fingerprint."""
        file = file_name(self.certificate)
        path = f"Cert:\\{self.store.location}\\{self.store.logical}"
        user = "-user " if self.store.location == "CurrentUser" else ""
        return Commands(
            (f"Import-Certificate -FilePath {powershell(file)} -CertStoreLocation {powershell(path)}",),
            (f"certutil {user}-f -addstore {self.store.logical} {file}",),
            (f"certlm.msc > {console_name(self.store)} > All Tasks > Import > {file}",),
        )
