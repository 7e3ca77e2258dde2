"""Renew: a new server certificate, perhaps under another issuing CA, is imported and takes the old one's bindings."""

from __future__ import annotations

from chainlab.certificate import Certificate
from chainlab.changes.change import Change
from chainlab.changes.commands import Commands, word
from chainlab.changes.import_pfx import ImportPfx
from chainlab.changes.kind import Bundle, Kind, Phrase, Resolver
from chainlab.changes.rebind import Rebind
from chainlab.changes.restore import Restore
from chainlab.errors import UsageError
from chainlab.records import dataclass
from chainlab.server import LM_MY, Binding, Server, StoreEntry


@dataclass(frozen=True, slots=True)
class RenewCertificate:
    """``certificate`` takes the place of ``old``: in My, and in ``bindings`` (those of the old one)."""

    certificate: Certificate
    old: Certificate
    imported: ImportPfx
    bindings: tuple[Binding, ...] = ()
    code: str = "renew-certificate"
    reverted_by: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """What replaces what."""
        return f"renew {self.old.label}: {self.certificate.label} takes its place"

    @property
    def phrase(self) -> str:
        """How it is written in a ``--change``; empty where the file's name cannot be."""
        file = word(self.imported.file)
        return f"renew {file} for {self.old.sha256} with {self.imported.tool}" if file else ""

    @property
    def side_effects(self) -> tuple[str, ...]:
        """Names that are no longer covered, then those of the import."""
        missing = [name for name in self.old.dns_names if name not in self.certificate.dns_names]
        said = (f"the new certificate does not name {', '.join(missing)}",) if missing else ()
        return (*said, *self.imported.side_effects)

    @property
    def _rebinding(self) -> Rebind:
        return Rebind(self.bindings, self.certificate)

    def concerns(self, binding: Binding | None) -> bool:
        """Whether this binding gets a new credential."""
        return binding is None or (bool(self.bindings) and self._rebinding.concerns(binding))

    def applicable(self, server: Server) -> bool:
        """Whether it is not done yet."""
        return self.apply(server) != server

    def apply(self, server: Server) -> Server:
        """The server with the new certificate imported and bound; the old one stays in My."""
        server = self.imported.apply(server)
        return self._rebinding.apply(server) if self.bindings else server

    def inverse(self, server: Server) -> Change:
        """The old certificate bound again, and out with what the import brought."""
        return Restore(server, self.apply(server), self.title, self.certificate)

    def commands(self) -> Commands:
        """The import, then the bindings."""
        return self.imported.commands() + self._rebinding.commands()


def _make(phrase: Phrase, resolver: Resolver) -> list[Change]:
    bundle = resolver.bundle(phrase.need("which file"), phrase.parts.get("with", ""))
    new = bundle.leaf
    if new is None:
        raise UsageError(f"change '{phrase.text}': {bundle.file} holds no server certificate")
    named = phrase.parts.get("for", "")
    old = resolver.certificate(named) if named else _predecessor(phrase, new, resolver)
    bindings = tuple(b for b in resolver.server.bindings if b.sha1 == old.sha1)
    return [RenewCertificate(new, old, ImportPfx.of(_with_leaf(bundle, new)), bindings)]


def _with_leaf(bundle: Bundle, leaf: Certificate) -> Bundle:
    """A certificate that comes without its key (a response to a request) goes to My as well."""
    held = any(entry.certificate == leaf for entry in bundle.entries)
    entries = bundle.entries if held else (StoreEntry(leaf, LM_MY, source=bundle.file), *bundle.entries)
    return Bundle(bundle.file, entries, leaf, bundle.tool, bundle.title)


def _predecessor(phrase: Phrase, new: Certificate, resolver: Resolver) -> Certificate:
    """The one server certificate that shares a name with the new one; ``UsageError`` if there is none or more."""
    names = {name.lower() for name in new.dns_names}
    known = [old for old in resolver.server_certificates() if old != new]
    found = [old for old in known if names & {name.lower() for name in old.dns_names}]
    if len(found) != 1:
        listed = "; ".join(old.label for old in found or known) or "none"
        raise UsageError(f"change '{phrase.text}': say which certificate is renewed with 'for …'; candidates: {listed}")
    return found[0]


KIND = Kind(
    "renew-certificate", "renew", "renew FILE [for CERTIFICATE] [with TOOL]",
    "Imports a new server certificate (PFX or certificate file) and binds it where the old one was.",
    _make, frozenset({"for", "with"}), named=frozenset({"for"}),
)  # fmt: skip
