"""Import a PFX: where its certificates land depends on the tool, and a root inside it may come back into Root.

No chain is stored with a binding: an import changes what is served only through the stores (vendors' articles say
otherwise and contradict each other [F]).
"""

from __future__ import annotations

from pathlib import PureWindowsPath
from typing import Final

from chainlab.certificate import Certificate
from chainlab.changes.change import Change
from chainlab.changes.commands import Commands, word
from chainlab.changes.kind import Bundle, Kind, Phrase, Resolver
from chainlab.changes.restore import Restore
from chainlab.escaping import command_argument, powershell
from chainlab.records import dataclass
from chainlab.server import Server, StoreEntry

_CONSOLE: Final = {
    "iis": "IIS Manager > the server > Server Certificates > Import",
    "mmc": "certlm.msc > Personal > All Tasks > Import > Automatically select the certificate store",
    "mmc-personal": "certlm.msc > Personal > All Tasks > Import > Place all certificates in: Personal",
}
_MODIFIERS: Final = {"certutil": "", "certutil-noroot": " NoRoot", "certutil-nochain": " NoChain"}


@dataclass(frozen=True, slots=True)
class ImportPfx:
    """Add the certificates of ``file`` to the stores into which ``tool`` puts them (``entries``)."""

    file: str
    entries: tuple[StoreEntry, ...]
    tool: str
    tool_title: str
    certificate: Certificate | None = None
    code: str = "import-pfx"
    reverted_by: tuple[str, ...] = ()

    @classmethod
    def of(cls, bundle: Bundle) -> ImportPfx:
        """The import of what a resolver read."""
        return cls(bundle.file, bundle.entries, bundle.tool, bundle.title, bundle.leaf)

    @property
    def title(self) -> str:
        """What is imported with what, and where it lands."""
        placed = ", ".join(f"{entry.certificate.subject.common} to {entry.store}" for entry in self.entries)
        return f"import {self.file} with {self.tool_title}: {placed or 'nothing'}"

    @property
    def phrase(self) -> str:
        """How it is written in a ``--change``."""
        return f"import-pfx {word(self.file)} with {self.tool}" if word(self.file) else ""

    @property
    def side_effects(self) -> tuple[str, ...]:
        """The traps of an import."""
        roots = [entry for entry in self.entries if entry.store.logical == "Root"]
        said = [f"{entry.certificate.label} becomes trusted, or trusted again" for entry in roots]
        return (*said, "no chain is stored with the binding: what is served still follows from the stores")

    def _new(self, server: Server) -> list[StoreEntry]:
        return [e for e in self.entries if not server.find(e.certificate, e.store.logical, e.store.location)]

    def applicable(self, server: Server) -> bool:
        """Whether it brings anything that the stores do not hold."""
        return bool(self._new(server))

    def apply(self, server: Server) -> Server:
        """The server with the new certificates; those that are there already keep their properties."""
        return server.with_entries(self._new(server))

    def inverse(self, server: Server) -> Change:
        """Out with what the import brought."""
        return Restore(server, self.apply(server), self.title, self.certificate)

    def commands(self) -> Commands:
        """Import-PfxCertificate or certutil -importPFX; other tools are used by hand."""
        name = PureWindowsPath(self.file).name
        native = (
            f"Import-PfxCertificate -FilePath {powershell(name)} -CertStoreLocation 'Cert:\\LocalMachine\\My' "
            "-Password (Read-Host -AsSecureString 'PFX password')"
        )
        line = f"certutil -f -importPFX My {command_argument(name)}"
        if self.tool == "powershell":
            return Commands((native,))
        if self.tool in _MODIFIERS:
            line += _MODIFIERS[self.tool]
            return Commands((line,), (line,))
        return Commands(console=(f"{_CONSOLE.get(self.tool, self.tool_title)} > {name}",))


def _make(phrase: Phrase, resolver: Resolver) -> list[Change]:
    file = phrase.need("which file")
    return [ImportPfx.of(resolver.bundle(file, phrase.parts.get("with", "")))]


KIND = Kind(
    "import-pfx", "import-pfx", "import-pfx FILE [with TOOL]",
    "Imports a PFX as TOOL does: iis, mmc, mmc-personal, powershell, certutil, certutil-noroot, certutil-nochain.",
    _make, frozenset({"with"}),
)  # fmt: skip
