"""Tidy the stores: certificates that stand in the wrong store, and copies that stand there twice."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from chainlab.certificate import Certificate
from chainlab.changes.change import Change
from chainlab.changes.commands import NO_COMMANDS, Commands, delete_commands, import_commands
from chainlab.changes.kind import Kind, Phrase, Resolver
from chainlab.changes.restore import Restore
from chainlab.records import dataclass
from chainlab.server import LM_CA, Server, StoreEntry, StoreName
from chainlab.wording import number_of

_MACHINE: Final = ("LocalMachine", "System")


@dataclass(frozen=True, slots=True)
class Misplaced:
    """A store entry that should not be there: why, and where it belongs (``None``: nowhere)."""

    entry: StoreEntry
    why: str
    belongs: StoreName | None = None


@dataclass(frozen=True, slots=True)
class TidyStores:
    """Move or delete the ``misplaced`` entries."""

    misplaced: tuple[Misplaced, ...]
    certificate: Certificate | None = None
    code: str = "tidy-stores"

    @property
    def title(self) -> str:
        """How many."""
        count = len(self.misplaced)
        return f"tidy the stores: {number_of(count, 'misplaced or doubled entry', 'misplaced or doubled entries')}"

    @property
    def phrase(self) -> str:
        """How it is written in a ``--change``."""
        return "tidy"

    @property
    def reverted_by(self) -> tuple[str, ...]:
        """Nothing; entries that a domain's policy would put back are left alone."""
        return ()

    @property
    def side_effects(self) -> tuple[str, ...]:
        """Each entry with its reason."""
        return tuple(
            f"{m.entry.certificate.label} in {m.entry.store} ({m.entry.store.physical}): {m.why}; "
            f"{f'moved to {m.belongs}' if m.belongs else 'deleted'}"
            for m in self.misplaced
        )

    def _present(self, server: Server) -> list[Misplaced]:
        held = {(entry.certificate, entry.store) for entry in server.entries}
        return [m for m in self.misplaced if (m.entry.certificate, m.entry.store) in held]

    def applicable(self, server: Server) -> bool:
        """Whether any of them is there."""
        return bool(self._present(server))

    def apply(self, server: Server) -> Server:
        """The server without them, and with those that belong elsewhere there."""
        present = self._present(server)
        going = {(m.entry.certificate, m.entry.store) for m in present}
        server = server.without(lambda entry: (entry.certificate, entry.store) in going)
        for m in present:
            if m.belongs is not None and not server.find(m.entry.certificate, m.belongs.logical, m.belongs.location):
                server = server.with_entry(StoreEntry(m.entry.certificate, m.belongs, source="planned move"))
        return server

    def inverse(self, server: Server) -> Change:
        """Every entry where it was."""
        return Restore(server, self.apply(server), self.title)

    def commands(self) -> Commands:
        """First into the right store, then out of the wrong one."""
        lines = NO_COMMANDS
        for m in self.misplaced:
            if m.belongs is not None:
                lines += import_commands(m.entry.certificate, m.belongs)
            lines += delete_commands(m.entry.certificate, m.entry.store)
        return lines


def misplaced(server: Server) -> tuple[Misplaced, ...]:
    """Every misplaced or doubled entry of the machine, in store order; what a domain's policy put there is left out."""
    found = (problem for entry in server.entries for problem in _problems(entry, server))
    return tuple(m for m in found if not m.entry.store.by_policy)


def _problems(entry: StoreEntry, server: Server) -> Iterator[Misplaced]:
    store, certificate = entry.store, entry.certificate
    if store.location not in _MACHINE or entry.properties.archived:
        return
    self_signed = certificate.looks_self_signed
    if store.logical == "Root" and not self_signed:
        yield Misplaced(entry, "not self-signed in Root: breaks client certificates [D: KB 2802568]", LM_CA)
    elif store.logical == "CA" and self_signed:
        yield Misplaced(entry, "a self-signed certificate is no intermediate [F: Trustico]")
    elif store.logical == "My" and certificate.is_ca and not entry.properties.has_key:
        yield Misplaced(entry, "a CA certificate without key in Personal", None if self_signed else LM_CA)
    elif _better_copy(entry, server):
        yield Misplaced(entry, "held elsewhere too")


def _better_copy(entry: StoreEntry, server: Server) -> bool:
    """A copy in LocalMachine is better than the LocalSystem user's, a program root's own than one added by hand."""
    copies = [e.store for e in server.entries if e.certificate == entry.certificate and e.store != entry.store]
    same = [store for store in copies if store.logical == entry.store.logical]
    if entry.store.location == "System":
        return any(store.location == "LocalMachine" for store in same)
    return entry.store.physical == ".Default" and any(store.physical == ".AuthRoot" for store in same)


def _make(phrase: Phrase, resolver: Resolver) -> list[Change]:
    phrase.alone()
    return [TidyStores(misplaced(resolver.server))]


KIND = Kind(
    "tidy-stores", "tidy", "tidy",
    "Moves or deletes certificates that stand in the wrong store, and copies that stand there twice.", _make,
)  # fmt: skip
