"""Restart IIS or the server: until then, the server may go on serving what it built before.

[F] iisreset: confirmed on Windows Server 2016 after a few minutes (gist skusiak 83db2ba2). [D] restart of the server:
KB 2831004 ("restart the server if the issue still occurs").
"""

from __future__ import annotations

from chainlab.certificate import Certificate
from chainlab.changes.change import Change
from chainlab.changes.commands import Commands
from chainlab.changes.kind import Kind, Phrase, Resolver
from chainlab.changes.restore import Restore
from chainlab.records import dataclass
from chainlab.server import Binding, Server


@dataclass(frozen=True, slots=True)
class Restart:
    """Restart the whole server, or IIS alone. It changes no store; it makes the server look at them again."""

    whole_server: bool
    certificate: Certificate | None = None
    code: str = "restart"
    reverted_by: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """Which of the two."""
        return "restart the server" if self.whole_server else "restart IIS"

    @property
    def phrase(self) -> str:
        """How it is written in a ``--change``."""
        return f"restart {'server' if self.whole_server else 'iis'}"

    @property
    def side_effects(self) -> tuple[str, ...]:
        """What is away meanwhile."""
        return ("everything on the server is away meanwhile" if self.whole_server else "all sites are away meanwhile",)

    def concerns(self, binding: Binding | None) -> bool:
        """Every binding gets a new credential."""
        del binding
        return True

    def applicable(self, server: Server) -> bool:
        """Never: it changes no state of the server."""
        del server
        return False

    def apply(self, server: Server) -> Server:
        """The same server."""
        return server

    def inverse(self, server: Server) -> Change:
        """Nothing to undo."""
        return Restore(server, server, self.title)

    def commands(self) -> Commands:
        """iisreset, or Restart-Computer."""
        if self.whole_server:
            return Commands(("Restart-Computer",), ("shutdown /r /t 0",), ("Start > Power > Restart",))
        return Commands(("iisreset",), ("iisreset",), ("IIS Manager > the server > Restart",))


def _make(phrase: Phrase, _resolver: Resolver) -> list[Change]:
    return [Restart(phrase.choice({"server": True, "iis": False}, "iis or server"))]


KIND = Kind(
    "restart", "restart", "restart iis|server", "Restarts IIS or the server: it looks at its stores again.", _make,
)  # fmt: skip
