"""What a change is: apply it to a server, undo it, say it in commands, and know what it touches and what reverts it."""

from __future__ import annotations

from typing import Protocol

from chainlab.certificate import Certificate
from chainlab.changes.commands import Commands
from chainlab.server import Server


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
    def phrase(self) -> str:
        """How it is written in a ``--change``; empty where no phrase says just this."""
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
