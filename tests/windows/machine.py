"""A server by stores, for tests: ``Machine(leaf, Root=[…], CA=[…])``."""

from __future__ import annotations

from collections.abc import Iterable

from chainlab.catalog import ProgramEntry, RootProgram
from chainlab.certificate import Certificate
from chainlab.changes import WindowsUpdate
from chainlab.graph import CertGraph
from chainlab.properties import StoreProperties
from chainlab.server import LM_AUTHROOT, LM_CA, LM_DISALLOWED, LM_MY, LM_ROOT, SYSTEM_CA, Server, StoreEntry, StoreName
from chainlab.windows.engine import ChainPrediction, predict_chain
from chainlab.windows.root_update import program_entry
from chainlab.windows.selection import Policy
from tests.pki import NOW, at

STORES = {
    "Root": LM_ROOT, "CA": LM_CA, "Disallowed": LM_DISALLOWED, "SystemCA": SYSTEM_CA, "My": LM_MY,
    "UserCA": StoreName("CurrentUser", "CA"), "UserRoot": StoreName("CurrentUser", "Root"),
    "Trust": StoreName("LocalMachine", "Trust"), "WebHosting": StoreName("LocalMachine", "WebHosting"),
    "EnterpriseCA": StoreName("LocalMachine", "CA", ".Enterprise"),
    "AuthRoot": LM_AUTHROOT, "PolicyRoot": StoreName("LocalMachine", "Root", ".GroupPolicy"),
}  # fmt: skip


def program_of(*roots: Certificate, **fields: object) -> RootProgram:
    """A root program that lists these roots."""
    entries = {r.sha256: ProgramEntry(r.sha256, r.sha1, r.subject.common, **fields) for r in roots}  # type: ignore[arg-type]
    return RootProgram(at("2026-10-23"), entries, "test list")


class Machine:
    """The leaf in My and these certificates in these stores; root update and AIA are off unless asked for."""

    def __init__(self, leaf: Certificate, **stores: list[Certificate]) -> None:
        entries = [StoreEntry(leaf, LM_MY)]
        entries += [StoreEntry(c, STORES[store]) for store, held in stores.items() for c in held]
        self.leaf = leaf
        self.server = Server(entries=tuple(entries), root_update=False)
        self.further: list[Certificate] = []

    def listed(self, *roots: Certificate, **fields: object) -> Machine:
        """Root update on, with a program that lists these roots."""
        self.set(root_update=True, program=program_of(*roots, **fields), obtainable=roots)
        self.further += roots
        return self

    def fetchable(self, *issuers: Certificate) -> Machine:
        """AIA on; these would come."""
        self.set(aia=True, fetchable=issuers)
        self.further += issuers
        return self

    def with_properties(self, certificate: Certificate, store: str, **fields: object) -> Machine:
        """The certificate in the store with these properties."""
        entry = StoreEntry(certificate, STORES[store], StoreProperties(**fields))  # type: ignore[arg-type]
        self.server = self.server.with_entry(entry)
        return self

    def set(self, **fields: object) -> Machine:
        """Other fields of the server."""
        from dataclasses import replace

        self.server = replace(self.server, **fields)  # type: ignore[arg-type]
        return self

    def updated(self) -> Machine:
        """After a Windows Update."""
        self.server = WindowsUpdate(program_entry).apply(self.server)
        return self

    def graph(self, further: Iterable[Certificate] = ()) -> CertGraph:
        """Everything that the server knows or could get."""
        return CertGraph([*(entry.certificate for entry in self.server.entries), *self.further, *further])

    def predict(self, *further: Certificate, when=NOW) -> ChainPrediction:
        """What Windows builds."""
        return predict_chain(self.server, self.graph(further), self.leaf, when)


def served(prediction: ChainPrediction, policy: Policy = Policy.KB) -> str:
    """The chain after the leaf, and the root in brackets: ``I R [U]``."""
    winner = prediction.choices[policy].winner
    root = f"[{winner.root.subject.common}]" if winner.root else ""
    return " ".join([*(c.subject.common for c in winner.served[1:]), *([root] if root else [])])


def possible(prediction: ChainPrediction) -> set[str]:
    """Every chain that may be served, written as by ``served``."""
    return {
        " ".join(
            [*(c.subject.common for c in p.served[1:]), *([f"[{p.path.root.subject.common}]"] if p.path.root else [])]
        )
        for p in prediction.possibilities
    }
