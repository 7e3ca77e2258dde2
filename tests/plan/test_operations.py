"""Operations and their rollback, carried out on a model of the registry as the scripts carry them out.

The model has what matters to them: each physical store has its own entries with properties, Root shows AuthRoot's and
every store shows policy's, a run records an operation before it does it and may be cut off at any point, and Windows or
an administrator may put things back between runs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import reduce

from hypothesis import given, settings
from hypothesis import strategies as st

from chainlab.certificate import Certificate
from chainlab.changes import Change, DeleteCertificate, ImportCertificate, MoveToUntrusted, RemoveFromUntrusted
from chainlab.plan.operations import Operation, operations
from chainlab.properties import NO_PROPERTIES, StoreProperties
from chainlab.server import (
    LM_AUTHROOT,
    LM_CA,
    LM_DISALLOWED,
    LM_ROOT,
    SYSTEM_CA,
    Server,
    StoreEntry,
    StoreName,
)
from tests.pki import Pki, at

PKI = Pki("operations")
CERTIFICATES = (PKI.ca("R"), PKI.ca("U"), PKI.ca("R", "U"), PKI.ca("I", "R"))
POLICY = tuple(StoreName("LocalMachine", logical, ".GroupPolicy") for logical in ("Root", "CA", "Disallowed"))
STORES = (LM_ROOT, LM_AUTHROOT, LM_CA, LM_DISALLOWED, SYSTEM_CA, *POLICY)
PROPERTIES = (
    NO_PROPERTIES,
    StoreProperties(purposes=frozenset()),
    StoreProperties(purposes=frozenset({"1.3.6.1.5.5.7.3.2"})),
    StoreProperties(disallowed_after=at("2024-01-01")),
)
Key = tuple[str, str, Certificate]


@dataclass
class Run:
    """The record of one run of apply.ps1: what was done, with the entry as it was where one was taken out."""

    items: list[tuple[Operation, StoreProperties | None]] = field(default_factory=list)


class Registry:
    """Entries by location, system store and certificate; ``policy`` are shown beside them and cannot be changed."""

    def __init__(self, server: Server) -> None:
        own = [entry for entry in server.entries if not entry.store.by_policy]
        self.entries: dict[Key, StoreProperties] = {_key(e.certificate, e.store): e.properties for e in own}
        self.policy = {(e.store.logical, e.certificate) for e in server.entries if e.store.by_policy}

    def shows(self, operation: Operation) -> bool:
        """Find-Certificate of apply.ps1."""
        store, certificate = operation.store, operation.certificate
        if _of(operation) in self.entries:
            return True
        machine = store.location == "LocalMachine" and store.physical == ".Default"
        program = (store.location, "AuthRoot", certificate) in self.entries and store.logical == "Root"
        return machine and (program or (store.logical, certificate) in self.policy)

    def apply(self, steps: Sequence[Operation], cut_off: int, *, recorded_only: bool) -> Run:
        """A run of apply.ps1; it ends before the operation ``cut_off``, that one recorded already or not."""
        run = Run()
        for number, step in enumerate(steps):
            key = _of(step)
            if self.shows(step) if step.adds else key not in self.entries:
                continue
            if number >= cut_off and not recorded_only:
                break
            run.items.append((step, None if step.adds else self.entries[key]))
            if number >= cut_off:
                break
            if step.adds:
                self.entries[key] = NO_PROPERTIES
            else:
                del self.entries[key]
        return run

    def take_back(self, run: Run) -> None:
        """Undo-Run of rollback.ps1."""
        for step, kept in reversed(run.items):
            key = _of(step)
            if kept is None:
                self.entries.pop(key, None)
            elif self.entries.get(key) != kept:
                self.entries[key] = kept


def _key(certificate: Certificate, store: StoreName) -> Key:
    return store.location, "AuthRoot" if store.physical == ".AuthRoot" else store.logical, certificate


def _of(operation: Operation) -> Key:
    return operation.store.location, operation.system_store, operation.certificate


@st.composite
def servers(draw: st.DrawFn) -> Server:
    places = draw(st.lists(st.tuples(st.sampled_from(CERTIFICATES), st.sampled_from(STORES)), unique=True, max_size=12))
    return Server(tuple(StoreEntry(c, store, draw(st.sampled_from(PROPERTIES))) for c, store in places))


CHANGES: tuple[Change, ...] = (
    *(ImportCertificate(c) for c in CERTIFICATES),
    *(ImportCertificate(c, LM_ROOT) for c in CERTIFICATES[:2]),
    *(DeleteCertificate(c, store) for c in CERTIFICATES for store in (LM_ROOT, LM_CA, SYSTEM_CA)),
    *(MoveToUntrusted(c) for c in CERTIFICATES),
    *(RemoveFromUntrusted(c) for c in CERTIFICATES),
)


@st.composite
def plans(draw: st.DrawFn) -> tuple[Server, tuple[Change, ...]]:
    """A server and changes that each do something when their turn comes, as the planner proposes them."""
    start = server = draw(servers())
    changes: list[Change] = []
    for change in draw(st.lists(st.sampled_from(CHANGES), unique=True, max_size=6)):
        if change.applicable(server):
            changes.append(change)
            server = change.apply(server)
    return start, tuple(changes)


@settings(max_examples=300)
@given(plans())
def test_the_operations_of_changes_lead_to_the_state_that_was_simulated(
    case: tuple[Server, tuple[Change, ...]],
) -> None:
    server, changes = case
    registry = Registry(server)
    registry.apply(operations(changes), len(CHANGES) * 3, recorded_only=False)
    after = reduce(lambda state, change: change.apply(state), changes, server)
    assert registry.entries == Registry(after).entries


@settings(max_examples=300)
@given(plans())
def test_a_second_run_does_nothing(case: tuple[Server, tuple[Change, ...]]) -> None:
    """Except where one change of the plan takes back another one's."""
    server, changes = case
    steps = operations(changes)
    if len({_of(step) for step in steps}) < len(steps):
        return
    registry = Registry(server)
    registry.apply(steps, len(steps), recorded_only=False)
    again = registry.apply(steps, len(steps), recorded_only=False)
    assert all(step.adds is False and not step.decisive for step, _ in again.items)


EVENTS = st.lists(
    st.tuples(st.integers(0, 12), st.booleans(), st.dictionaries(
        st.tuples(st.sampled_from(CERTIFICATES), st.sampled_from(STORES[:5])), st.none() | st.sampled_from(PROPERTIES),
        max_size=3)),
    min_size=1, max_size=4,
)  # fmt: skip
"""Runs: where each is cut off, whether the operation there was recorded, and what others do to entries after it."""


@settings(max_examples=400)
@given(plans(), EVENTS)
def test_rollback_gives_every_entry_back_with_its_properties(
    case: tuple[Server, tuple[Change, ...]],
    events: list[tuple[int, bool, dict[tuple[Certificate, StoreName], StoreProperties | None]]],
) -> None:
    """However many runs there were, wherever each was cut off, and whoever put entries back or took them meanwhile.

    What somebody else did to an entry that no run touched stays.
    """
    server, changes = case
    steps = operations(changes)
    registry, runs = Registry(server), list[Run]()
    touched: dict[Key, StoreProperties | None] = {}
    for cut_off, recorded_only, others in events:
        held = dict(registry.entries)
        runs.append(registry.apply(steps, cut_off, recorded_only=recorded_only))
        for step, _ in runs[-1].items:
            touched.setdefault(_of(step), held.get(_of(step)))
        for (certificate, store), properties in others.items():
            key = _key(certificate, store)
            registry.entries.pop(key, None)
            if properties is not None:
                registry.entries[key] = properties
    left = dict(registry.entries)
    for run in reversed(runs):
        registry.take_back(run)
    for key in left.keys() | touched.keys() | registry.entries.keys():
        expected = touched[key] if key in touched else left.get(key)
        assert registry.entries.get(key) == expected, key
