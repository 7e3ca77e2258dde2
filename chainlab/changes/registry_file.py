"""Import a registry file (.reg): what it adds, deletes and sets, as one change."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import PureWindowsPath

from chainlab.certificate import Certificate
from chainlab.changes.change import Change
from chainlab.changes.commands import Commands, word
from chainlab.changes.kind import Kind, Phrase, RegistryEdit, Resolver
from chainlab.changes.restore import Restore
from chainlab.escaping import command_argument, powershell
from chainlab.records import dataclass
from chainlab.server import Binding, Server, StoreEntry
from chainlab.wording import number_of


@dataclass(frozen=True, slots=True)
class ImportRegistryFile:
    """Do what ``edit`` says: deletions first, as a file that replaces a store is written that way."""

    edit: RegistryEdit
    certificate: Certificate | None = None
    code: str = "registry-file"
    reverted_by: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """How much it does."""
        edit = self.edit
        settings = (edit.root_update is not None) + len(edit.chain_config) + len(edit.bound) + len(edit.unbound)
        counts = f"{len(edit.added)} added, {len(edit.deleted)} deleted, {number_of(settings, 'setting')}"
        return f"import {edit.file} into the registry ({counts})"

    @property
    def phrase(self) -> str:
        """How it is written in a ``--change``."""
        return f"registry-file {word(self.edit.file)}" if word(self.edit.file) else ""

    @property
    def side_effects(self) -> tuple[str, ...]:
        """Each addition and deletion."""
        added = [
            f"adds {entry.certificate.label} to {entry.store} ({entry.store.physical})" for entry in self.edit.added
        ]
        deleted = [f"deletes {sha1 or 'everything'} from {s} ({s.physical})" for s, sha1 in self.edit.deleted]
        return (*added, *deleted)

    def _goes(self, entry: StoreEntry) -> bool:
        return any(entry.store == store and sha1 in ("", entry.certificate.sha1) for store, sha1 in self.edit.deleted)

    def applicable(self, server: Server) -> bool:
        """Whether it changes anything."""
        return self.apply(server) != server

    def apply(self, server: Server) -> Server:
        """The server after the import; an added entry replaces the one of its place."""
        edit, held = self.edit, set(server.entries)
        server = server.without(self._goes) if edit.deleted else server
        server = server.with_entries(entry for entry in edit.added if entry not in held or self._goes(entry))
        if edit.root_update is not None and server.program is not None:
            server = replace(server, root_update=edit.root_update)
        if edit.chain_config:
            config = dict(server.chain_config) | dict(edit.chain_config)
            server = replace(server, chain_config=tuple(config.items()))
        return replace(server, bindings=tuple(self._bindings(server)))

    def _bindings(self, server: Server) -> Iterator[Binding]:
        gone = {
            *self.edit.unbound,
            *(binding.endpoint for binding in self.edit.bound if binding not in server.bindings),
        }
        yield from (binding for binding in server.bindings if binding.endpoint not in gone)
        yield from (binding for binding in self.edit.bound if binding not in server.bindings)

    def inverse(self, server: Server) -> Change:
        """Everything as it was."""
        return Restore(server, self.apply(server), self.title)

    def commands(self) -> Commands:
        """reg import, after a backup."""
        name = PureWindowsPath(self.edit.file).name
        backup = "reg export HKLM\\SOFTWARE\\Microsoft\\SystemCertificates backup.reg /y"
        return Commands(
            (backup, f"reg import {powershell(name)}"), (backup, f"reg import {command_argument(name)}"),
            (f"regedit > File > Import > {name}",),
        )  # fmt: skip


def _make(phrase: Phrase, resolver: Resolver) -> list[Change]:
    return [ImportRegistryFile(resolver.registry(phrase.need("which file")))]


KIND = Kind(
    "registry-file", "registry-file", "FILE.reg",
    "What a registry file adds, deletes and sets; its name alone is enough.", _make,
)  # fmt: skip
