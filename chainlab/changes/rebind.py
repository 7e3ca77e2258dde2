"""Rebind: give a binding its certificate again, or another one. http.sys then makes a new credential.

The chain is built when the credential is made [D: SCH_CREDENTIALS], so that a store change is seen after it; enough
on Windows Server 2012 R2 (ACMESharp#119), elsewhere not always (Posh-ACME#383) [F].
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from chainlab.certificate import Certificate
from chainlab.changes.change import Change
from chainlab.changes.commands import Commands, bind_commands, unbind_commands
from chainlab.changes.kind import Kind, Phrase, Resolver
from chainlab.changes.restore import Restore
from chainlab.errors import UsageError
from chainlab.records import dataclass
from chainlab.server import Binding, Server

_PLAIN: Final = re.compile(r"[^\s,\"']+:\d+")
_UNNAMED = Binding("0.0.0.0:443", "THUMBPRINT")
"""Stands for the binding of a server whose bindings were not seen."""


@dataclass(frozen=True, slots=True)
class Rebind:
    """Bind ``bindings`` again (none: all), to ``certificate`` if one is given."""

    bindings: tuple[Binding, ...] = ()
    certificate: Certificate | None = None
    code: str = "rebind"
    reverted_by: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """Which bindings, to what."""
        which = ", ".join(map(str, self.bindings)) or "every binding"
        return f"rebind {which}" + (f" to {self.certificate.label}" if self.certificate else "")

    @property
    def phrase(self) -> str:
        """How it is written in a ``--change``; empty where an endpoint cannot be."""
        where = list(dict.fromkeys(binding.endpoint for binding in self.bindings))
        if not all(_PLAIN.fullmatch(endpoint) for endpoint in where):
            return ""
        return " ".join(["rebind", *where, *([f"to {self.certificate.sha256}"] if self.certificate else [])])

    @property
    def side_effects(self) -> tuple[str, ...]:
        """Between delete and add the endpoint has no certificate."""
        return ("connections to the endpoint fail for a moment",)

    def concerns(self, binding: Binding | None) -> bool:
        """Whether this binding gets a new credential."""
        return not self.bindings or binding is None or _place(binding) in {_place(bound) for bound in self.bindings}

    def applicable(self, server: Server) -> bool:
        """Whether a binding gets another certificate; a new credential is no state of the server."""
        return self.apply(server) != server

    def apply(self, server: Server) -> Server:
        """The server with the bindings changed."""
        if self.certificate is None:
            return server
        sha1 = self.certificate.sha1
        bound = (replace(b, sha1=sha1) if self.concerns(b) else b for b in server.bindings)
        return replace(server, bindings=tuple(bound))

    def inverse(self, server: Server) -> Change:
        """The bindings as they were."""
        return Restore(server, self.apply(server), self.title, self.certificate)

    def commands(self) -> Commands:
        """netsh delete and add; netsh show first, because add wants every other value of the binding again."""
        show = "netsh http show sslcert"
        lines = Commands((show,), (show,))
        for binding in self.bindings or (_UNNAMED,):
            wanted = replace(binding, sha1=self.certificate.sha1) if self.certificate else binding
            lines += unbind_commands(binding) + bind_commands(wanted)
        return lines


def _place(binding: Binding) -> tuple[str, str]:
    return binding.endpoint, binding.kind


def bindings_named(text: str, bindings: Iterable[Binding], phrase: str) -> tuple[Binding, ...]:
    """The bindings of the endpoints or hosts; all if none is named. ``UsageError`` lists what there is."""
    known = tuple(bindings)
    named = re.split(r"[,\s]+", text.lower().strip(", ")) if text else []
    for one in named:
        if not any(one in _names(binding) for binding in known):
            there = ", ".join(dict.fromkeys(b.endpoint for b in known)) or "no binding was seen"
            raise UsageError(f"change '{phrase}': no binding '{one}'; there is: {there}")
    return tuple(b for b in known if not _names(b).isdisjoint(named)) if named else known


def _names(binding: Binding) -> set[str]:
    return {name.lower() for name in (binding.endpoint, binding.host) if name}


def _make(phrase: Phrase, resolver: Resolver) -> list[Change]:
    bindings = bindings_named(phrase.subject, resolver.server.bindings, phrase.text)
    wanted = phrase.parts.get("to", "")
    if not wanted:
        return [Rebind(bindings)]
    certificate = resolver.certificate(wanted)
    if not any(resolver.server.find(certificate, store) for store in ("My", "WebHosting")):
        raise UsageError(f"change '{phrase.text}': {certificate.label} is not in LocalMachine/My; import-pfx it first")
    return [Rebind(bindings, certificate)]


KIND = Kind(
    "rebind", "rebind", "rebind [ENDPOINT…] [to CERTIFICATE]",
    "Binds a certificate again, or another one, everywhere unless endpoints are named: the server looks at its stores "
    "anew, as far as is known.",
    _make, frozenset({"to"}), named=frozenset({"to"}),
)  # fmt: skip
