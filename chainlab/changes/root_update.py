"""Turn automatic root update off or on (DisableRootAutoUpdate, "Turn off Automatic Root Certificates Update")."""

from __future__ import annotations

from dataclasses import replace

from chainlab.certificate import Certificate
from chainlab.changes.change import Change
from chainlab.changes.commands import Commands, root_update_commands
from chainlab.changes.kind import Kind, Phrase, Resolver
from chainlab.changes.restore import Restore
from chainlab.records import dataclass
from chainlab.server import Server


@dataclass(frozen=True, slots=True)
class SetRootUpdate:
    """Automatic root update on or off; what it brought before stays."""

    on: bool
    certificate: Certificate | None = None
    code: str = "root-update"

    @property
    def title(self) -> str:
        """Which way."""
        return f"turn automatic root update {'on' if self.on else 'off'}"

    @property
    def phrase(self) -> str:
        """How it is written in a ``--change``."""
        return f"root-update {'on' if self.on else 'off'}"

    @property
    def reverted_by(self) -> tuple[str, ...]:
        """A domain's group policy wins over the local one [D]."""
        return ("a domain's group policy that says otherwise",)

    @property
    def side_effects(self) -> tuple[str, ...]:
        """Roots that were never needed were never downloaded [F: fresh Server 2022, Posh-ACME#383]."""
        if self.on:
            return ("roots of Microsoft's program that were deleted by hand come back when a chain needs them",)
        return ("programs on this server cannot validate sites under roots that were not downloaded yet",)

    def applicable(self, server: Server) -> bool:
        """Whether it stands the other way, on a server that has a root program at all."""
        return server.program is not None and server.root_update != self.on

    def apply(self, server: Server) -> Server:
        """The server with the switch set."""
        return replace(server, root_update=self.on) if self.applicable(server) else server

    def inverse(self, server: Server) -> Change:
        """The switch as it stood."""
        return Restore(server, self.apply(server), self.title)

    def commands(self) -> Commands:
        """The policy's registry values; turned off, the disallowed list is still updated."""
        return root_update_commands(self.on)


def _make(phrase: Phrase, _resolver: Resolver) -> list[Change]:
    return [SetRootUpdate(phrase.choice({"on": True, "off": False}, "on or off"))]


KIND = Kind(
    "root-update", "root-update", "root-update on|off", "Turns automatic root update on or off.", _make,
)  # fmt: skip
