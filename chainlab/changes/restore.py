"""The inverse of every change: the server as it was, with the commands that lead from what is to what was."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from chainlab.certificate import Certificate
from chainlab.changes.commands import (
    Commands,
    bind_commands,
    delete_commands,
    entry_key,
    import_commands,
    purposes_commands,
    root_update_commands,
    unbind_commands,
)
from chainlab.properties import NO_PROPERTIES, StoreProperties
from chainlab.records import dataclass
from chainlab.server import Server, StoreEntry, StoreName

Key = tuple[Certificate, StoreName]


@dataclass(frozen=True, slots=True)
class Restore:
    """Back from ``after`` to ``before``. It alone among the changes holds states of a server."""

    before: Server
    after: Server
    of: str
    certificate: Certificate | None = None
    code: str = "restore"
    phrase: str = ""
    reverted_by: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """Names what is undone."""
        return f"undo: {self.of}"

    @property
    def side_effects(self) -> tuple[str, ...]:
        """What cannot be taken back by a command."""
        lists = self.before.disallowed_hashes != self.after.disallowed_hashes
        said = []
        if lists or self.before.program != self.after.program:
            said.append("no command takes a certificate trust list back that Windows has fetched")
        if any(_rest_lost(entry, now) for entry, now in self._compared()):
            said.append(
                "no command sets properties beyond the purposes again; only a copy of the registry key has them"
            )
        return tuple(said)

    def applicable(self, server: Server) -> bool:
        """Whether the server differs from what it was."""
        return server != self.before

    def apply(self, server: Server) -> Server:
        """The server as it was."""
        del server
        return self.before

    def inverse(self, server: Server) -> Restore:
        """Back to the state before the restore."""
        return Restore(server, self.before, self.title, self.certificate)

    def _compared(self) -> Iterator[tuple[StoreEntry, StoreEntry | None]]:
        """Every entry as it was, with what stands in its place now."""
        now = _by_place(self.after)
        return ((entry, now.get(key)) for key, entry in _by_place(self.before).items())

    def commands(self) -> Commands:
        """First out with what was added, then in with what was taken away, then properties, switches and bindings."""
        was = _by_place(self.before)
        lines = Commands()
        for key in _by_place(self.after):
            if key not in was:
                lines += delete_commands(*key)
        for entry, now in self._compared():
            if now is None:
                lines += _import_again(entry)
            elif now.properties.purposes != entry.properties.purposes:
                lines += purposes_commands(entry.certificate, entry.store, entry.properties.purposes)
            if _rest_lost(entry, now):
                lines += _by_hand(entry)
        if self.before.root_update != self.after.root_update:
            lines += root_update_commands(self.before.root_update)
        return lines + _bindings(self.before, self.after)


def _rest_lost(entry: StoreEntry, now: StoreEntry | None) -> bool:
    """Whether properties beyond the purposes are to come back; those of a key come with its PFX."""
    held = now.properties if now is not None else NO_PROPERTIES
    return _rest(entry.properties) != _rest(held)


def _rest(properties: StoreProperties) -> StoreProperties:
    return replace(properties, purposes=None, raw=(), has_key=False)


def _by_hand(entry: StoreEntry) -> Commands:
    """What no command does: the whole entry, from the registry key as it was kept."""
    key = entry_key(entry.certificate, entry.store)
    return Commands(console=(f"reg import the copy of {key} that was kept: it alone holds the other properties",))


def _by_place(server: Server) -> dict[Key, StoreEntry]:
    return {(entry.certificate, entry.store): entry for entry in server.entries}


def _import_again(entry: StoreEntry) -> Commands:
    certificate, store, properties = entry.certificate, entry.store, entry.properties
    if properties.has_key:
        return Commands(console=(f"import the backup (PFX) of {certificate.label} into {store}",))
    again = import_commands(certificate, store)
    return again if properties.purposes is None else again + purposes_commands(certificate, store, properties.purposes)


def _bindings(before: Server, after: Server) -> Commands:
    lines = Commands()
    for binding in after.bindings:
        if binding not in before.bindings:
            lines += unbind_commands(binding)
    for binding in before.bindings:
        if binding not in after.bindings and (binding.sha1 or binding.kind == "ccs"):
            lines += bind_commands(binding)
    return lines
