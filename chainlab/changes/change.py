"""What a change is: apply it to a server, undo it, say it in commands, and know what it touches and what reverts it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from chainlab.certificate import Certificate
from chainlab.server import Server, StoreEntry


@dataclass(frozen=True, slots=True)
class Commands:
    """How to carry a change out: PowerShell, certutil, and by hand in the certificate console (certlm.msc)."""

    powershell: tuple[str, ...] = ()
    certutil: tuple[str, ...] = ()
    console: tuple[str, ...] = ()


class Change(Protocol):
    """One change of a server's state. Changes are values: frozen, comparable, without reference to a server."""

    @property
    def code(self) -> str:
        """Stable name of the kind of change."""
        ...

    @property
    def title(self) -> str:
        """What it does, in one line."""
        ...

    @property
    def certificate(self) -> Certificate | None:
        """The certificate concerned, if there is one."""
        ...

    @property
    def reverted_by(self) -> tuple[str, ...]:
        """Events that undo it without anybody's doing, in words; empty if it lasts."""
        ...

    @property
    def side_effects(self) -> tuple[str, ...]:
        """What else it touches on this server, in sentences."""
        ...

    def applicable(self, server: Server) -> bool:
        """Whether it would change anything."""
        ...

    def apply(self, server: Server) -> Server:
        """The server afterwards."""
        ...

    def inverse(self, server: Server) -> Change:
        """The change that leads from ``apply(server)`` back to ``server``."""
        ...

    def commands(self) -> Commands:
        """How to carry it out."""
        ...


@dataclass(frozen=True, slots=True)
class Restore:
    """Put a server's store entries back to what they were: the inverse of every store change."""

    entries: tuple[StoreEntry, ...]
    of: str
    certificate: Certificate | None = None
    code: str = "restore"
    reverted_by: tuple[str, ...] = ()
    side_effects: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """Names what is undone."""
        return f"undo: {self.of}"

    def applicable(self, server: Server) -> bool:
        """Whether the entries differ."""
        return server.entries != self.entries

    def apply(self, server: Server) -> Server:
        """The entries as they were."""
        from dataclasses import replace

        return replace(server, entries=self.entries)

    def inverse(self, server: Server) -> Change:
        """Back to the entries before the restore."""
        return Restore(server.entries, self.title)

    def commands(self) -> Commands:
        """The inverse of each change has its own commands; a whole restore has none."""
        return Commands()
