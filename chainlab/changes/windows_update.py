"""Windows Update, or any program on the server that meets the hierarchy: root update at its worst for the plan."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from chainlab.catalog import RootProgram
from chainlab.certificate import Certificate
from chainlab.changes.change import Change
from chainlab.changes.commands import NO_COMMANDS, Commands
from chainlab.changes.kind import Kind, Phrase, Resolver
from chainlab.changes.restore import Restore
from chainlab.records import dataclass
from chainlab.server import Server, StoreEntry

ProgramEntryFor = Callable[[Server, Certificate], StoreEntry | None]


@dataclass(frozen=True, slots=True)
class WindowsUpdate:
    """Every obtainable root of Microsoft's list is in Root again, with the list's properties.

    ``program_entry`` makes the store entry (``chainlab.windows.root_update.program_entry``). No root comes where
    automatic root update is off. ``program`` is a newer list than the server's, with its ``obtainable`` roots;
    ``disallowed`` are new entries of the disallowed list, whose updates have a switch of their own [D header]. The
    Untrusted store is left alone.
    """

    program_entry: ProgramEntryFor
    certificate: Certificate | None = None
    code: str = "windows-update"
    reverted_by: tuple[str, ...] = ()
    side_effects: tuple[str, ...] = ()
    program: RootProgram | None = None
    obtainable: tuple[Certificate, ...] = ()
    disallowed: frozenset[str] = frozenset()

    @property
    def title(self) -> str:
        """Names the event."""
        return "Windows Update brings the roots of Microsoft's list back"

    @property
    def phrase(self) -> str:
        """How it is written in a ``--change``; with lists of its own, the file is not known any more."""
        return "" if self.program is not None or self.disallowed else "windows-update"

    def _arriving(self, server: Server) -> list[StoreEntry]:
        made = (self.program_entry(server, root) for root in server.obtainable)
        return [entry for entry in made if entry is not None]

    def applicable(self, server: Server) -> bool:
        """Whether anything would arrive or be reset."""
        return self.apply(server) != server

    def apply(self, server: Server) -> Server:
        """The server after the update; purposes changed by hand are set back. An entry as listed stays in place."""
        if self.disallowed:
            server = replace(server, disallowed_hashes=server.disallowed_hashes | self.disallowed)
        if not server.root_update:
            return server
        if self.program is not None:
            server = replace(server, program=self.program, obtainable=self.obtainable)
        return server.with_entries(self._arriving(server))

    def inverse(self, server: Server) -> Change:
        """As it was before; no command does that."""
        return Restore(server, self.apply(server), self.title)

    def commands(self) -> Commands:
        """An event, not something to carry out."""
        return NO_COMMANDS


def _make(phrase: Phrase, resolver: Resolver) -> list[Change]:
    phrase.alone()
    file = phrase.parts.get("with", "")
    if not file:
        return [WindowsUpdate(resolver.program_entry)]
    new = resolver.lists(file)
    return [
        WindowsUpdate(resolver.program_entry, program=new.program, obtainable=new.obtainable, disallowed=new.disallowed)
    ]


KIND = Kind(
    "windows-update", "windows-update", "windows-update [with LIST]",
    "The event that brings program roots back, resets their purposes and distrusts what Microsoft's lists distrust; "
    "LIST is an authroot.stl or disallowedcert.stl (or its .cab) newer than the server's.",
    _make, frozenset({"with"}),
)  # fmt: skip
