"""Windows Update, or any program on the server that meets the hierarchy: root update at its worst for the plan."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from chainlab.certificate import Certificate
from chainlab.changes.change import Change, Commands, Restore
from chainlab.server import Server, StoreEntry

ProgramEntryFor = Callable[[Server, Certificate], StoreEntry | None]


@dataclass(frozen=True, slots=True)
class WindowsUpdate:
    """Every obtainable root of Microsoft's list is in Root again, with the list's properties.

    ``program_entry`` makes the store entry (``chainlab.windows.root_update.program_entry``). Nothing happens where
    automatic root update is off. Disallowed is left alone.
    """

    program_entry: ProgramEntryFor
    certificate: Certificate | None = None
    code: str = "windows-update"
    reverted_by: tuple[str, ...] = ()
    side_effects: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """Names the event."""
        return "Windows Update brings the roots of Microsoft's list back"

    def _arriving(self, server: Server) -> list[StoreEntry]:
        if not server.root_update:
            return []
        made = (self.program_entry(server, root) for root in server.obtainable)
        return [entry for entry in made if entry is not None]

    def applicable(self, server: Server) -> bool:
        """Whether anything would arrive or be reset."""
        return self.apply(server) != server

    def apply(self, server: Server) -> Server:
        """The server after the update; purposes changed by hand are set back."""
        return server.with_entries(self._arriving(server))

    def inverse(self, server: Server) -> Change:
        """Back to the entries before."""
        return Restore(server.entries, self.title)

    def commands(self) -> Commands:
        """An event, not something to carry out."""
        return Commands()
