"""A resolver for tests: names are keys of a dictionary, files hold what the test says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from chainlab.certificate import Certificate
from chainlab.changes import Bundle, Lists, RegistryEdit
from chainlab.errors import UsageError
from chainlab.server import LM_CA, LM_MY, LM_ROOT, Server, StoreEntry, StoreName
from chainlab.windows.root_update import program_entry


@dataclass
class Names:
    """Certificates by name; ``new.pfx`` holds the certificates of ``pfx``, leaf first."""

    server: Server
    known: Mapping[str, Certificate]
    pfx: tuple[Certificate, ...] = ()
    edit: RegistryEdit = field(default_factory=lambda: RegistryEdit("changes.reg"))
    program_entry = staticmethod(program_entry)

    def certificate(self, text: str) -> Certificate:
        if text not in self.known:
            raise UsageError(f"no certificate '{text}'")
        return self.known[text]

    def certificates(self, text: str) -> list[Certificate]:
        return [self.certificate(text)]

    def bundle(self, file: str, tool: str) -> Bundle:
        return Bundle(file, tuple(StoreEntry(c, _place(c)) for c in self.pfx), self.pfx[0], tool or "iis", "a tool")

    def registry(self, file: str) -> RegistryEdit:
        return self.edit

    def lists(self, file: str) -> Lists:
        return Lists(disallowed=frozenset({self.pfx[-1].sha1}))

    def server_certificates(self) -> list[Certificate]:
        return [entry.certificate for entry in self.server.held_in("My")]


def _place(certificate: Certificate) -> StoreName:
    if not certificate.is_ca:
        return LM_MY
    return LM_ROOT if certificate.looks_self_signed else LM_CA
