"""The store operations that a planned change consists of: what scripts carry out, check and take back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from chainlab.certificate import Certificate
from chainlab.changes import Change, DeleteCertificate, ImportCertificate, MoveToUntrusted, RemoveFromUntrusted
from chainlab.records import dataclass
from chainlab.server import LM_AUTHROOT, LM_DISALLOWED, LM_ROOT, StoreName


@dataclass(frozen=True, slots=True)
class Operation:
    """Add a certificate to a store, or (``adds`` false) take it out; ``step`` is the number of its change.

    ``decisive``: the change is in force only as long as this holds. Taking a certificate out of Root is not where it
    goes to Untrusted: that wins over a copy that Windows Update or a group policy puts back.
    """

    step: int
    adds: bool
    certificate: Certificate
    store: StoreName
    decisive: bool = True

    @property
    def system_store(self) -> str:
        """The store's own name: AuthRoot is one, though consoles show it within Root."""
        return "AuthRoot" if self.store.physical == ".AuthRoot" else self.store.logical


def operations(changes: Iterable[Change]) -> list[Operation]:
    """The operations of planned changes, in order."""
    return [operation for step, change in enumerate(changes, start=1) for operation in _operations(step, change)]


def _operations(step: int, change: Change) -> Iterator[Operation]:
    if isinstance(change, ImportCertificate):
        yield Operation(step, True, change.certificate, change.store)
    elif isinstance(change, DeleteCertificate):
        yield from _out_of(step, change.certificate, change.store)
    elif isinstance(change, MoveToUntrusted):
        yield Operation(step, True, change.certificate, LM_DISALLOWED)
        yield from _out_of(step, change.certificate, LM_ROOT, decisive=False)
    elif isinstance(change, RemoveFromUntrusted):
        yield Operation(step, False, change.certificate, LM_DISALLOWED)
    else:
        raise TypeError(f"the planner does not propose {change.code}")


def _out_of(step: int, certificate: Certificate, store: StoreName, *, decisive: bool = True) -> Iterator[Operation]:
    """Root shows AuthRoot's certificates as its own, so AuthRoot comes first."""
    if (store.location, store.logical) == ("LocalMachine", "Root"):
        yield Operation(step, False, certificate, LM_AUTHROOT, decisive)
        yield Operation(step, False, certificate, LM_ROOT, decisive)
    else:
        yield Operation(step, False, certificate, store, decisive)
