"""Restrict a certificate to some purposes: "enable only the following purposes" (property 9) in a store."""

from __future__ import annotations

import re
from typing import Final

from chainlab import oids
from chainlab.certificate import Certificate
from chainlab.changes.change import Change
from chainlab.changes.commands import Commands, purposes_commands, spelled
from chainlab.changes.kind import Kind, Phrase, Resolver
from chainlab.changes.purposes import differ, store_meant, with_purposes
from chainlab.changes.restore import Restore
from chainlab.errors import UsageError
from chainlab.records import dataclass
from chainlab.server import LM_ROOT, Server, StoreName

PURPOSES: Final = {
    "server-auth": oids.SERVER_AUTH, "client-auth": oids.CLIENT_AUTH, "code-signing": "1.3.6.1.5.5.7.3.3",
    "email": "1.3.6.1.5.5.7.3.4", "time-stamping": "1.3.6.1.5.5.7.3.8", "ocsp-signing": "1.3.6.1.5.5.7.3.9",
}  # fmt: skip
"""Purposes by name (RFC 5280, 4.2.1.12); any other one by its object identifier."""

_OID: Final = re.compile(r"[0-2](?:\.(?:0|[1-9][0-9]{0,30})){1,40}")


@dataclass(frozen=True, slots=True)
class RestrictPurposes:
    """Leave ``certificate`` in ``store`` (default LocalMachine/Root) these purposes only; the set must not be empty."""

    certificate: Certificate
    purposes: frozenset[str]
    store: StoreName = LM_ROOT
    code: str = "restrict-purposes"

    @property
    def title(self) -> str:
        """What is left to what."""
        left = ", ".join(oids.purpose_name(purpose) for purpose in sorted(self.purposes))
        return f"restrict {self.certificate.label} in {self.store} to {left}"

    @property
    def phrase(self) -> str:
        """How it is written in a ``--change``."""
        purposes = ",".join(sorted(self.purposes))
        return f"restrict {self.certificate.sha256} to {purposes} in {spelled(self.store)}"

    @property
    def reverted_by(self) -> tuple[str, ...]:
        """Like all changes of property 9 on a program root [D: KB 2831004]."""
        return ("automatic root update",) if self.store.logical == "Root" else ()

    @property
    def side_effects(self) -> tuple[str, ...]:
        """Everything else that relied on the root."""
        return ("programs on this server stop trusting it for every other purpose",)

    def applicable(self, server: Server) -> bool:
        """Whether a copy in the store has other purposes."""
        return differ(server, self.certificate, self.store, self.purposes)

    def apply(self, server: Server) -> Server:
        """Every copy in the store with these purposes."""
        return with_purposes(server, self.certificate, self.store, self.purposes)

    def inverse(self, server: Server) -> Change:
        """The purposes as they were."""
        return Restore(server, self.apply(server), self.title, self.certificate)

    def commands(self) -> Commands:
        """certutil -repairstore with an INF file [D: certutil]."""
        return purposes_commands(self.certificate, self.store, self.purposes)


def _make(phrase: Phrase, resolver: Resolver) -> list[Change]:
    words = [word for word in re.split(r"[,\s]+", phrase.parts.get("to", "")) if word]
    purposes = frozenset(_purpose(word, phrase) for word in words)
    if not purposes:
        raise UsageError(f"change '{phrase.text}' does not say to which purposes; e.g. to client-auth,code-signing")
    certificate = resolver.certificate(phrase.need("which certificate"))
    return [RestrictPurposes(certificate, purposes, store_meant(phrase, certificate, resolver))]


def _purpose(word: str, phrase: Phrase) -> str:
    known = PURPOSES.get(word.lower())
    if known is None and _OID.fullmatch(word) is None:
        raise UsageError(
            f"change '{phrase.text}': unknown purpose '{word}'; expected {', '.join(PURPOSES)} or an object identifier"
        )
    return known or word


KIND = Kind(
    "restrict-purposes", "restrict", "restrict CERTIFICATE to PURPOSE[,PURPOSE…] [in STORE]",
    "Leaves a certificate some purposes only: server-auth, client-auth, … or object identifiers; the store as above.",
    _make, frozenset({"to", "in"}), named=frozenset({""}),
)  # fmt: skip
