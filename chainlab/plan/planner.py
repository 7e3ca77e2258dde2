"""The search for the best set of changes.

Candidates come from the graph: certificates above the leaf that the server lacks can be imported, self-signed roots
that end a path can be blocked. Every combination up to a small size is simulated, at once and after a Windows Update,
under both selection policies; the worst of these counts. Each way of blocking a root is simulated too, so that the
plan shows why it takes the one it takes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from chainlab.certificate import Certificate
from chainlab.changes import (
    Change,
    DeleteCertificate,
    DisablePurposes,
    ImportCertificate,
    MoveToUntrusted,
    WindowsUpdate,
)
from chainlab.plan.simulation import Outcome, Simulator
from chainlab.server import Server
from chainlab.windows.root_update import program_entry

MAX_IMPORTS = 3
MAX_BLOCKS = 2
MAX_SIMULATIONS = 3_000
"""Combinations simulated; real hierarchies need fewer than 300."""

BLOCKING_METHODS: tuple[Callable[[Certificate], Change], ...] = (MoveToUntrusted, DisablePurposes, DeleteCertificate)


@dataclass(frozen=True, slots=True)
class PlannedOutcome:
    """A set of changes with what it leads to, at once and after a Windows Update."""

    changes: tuple[Change, ...]
    after: Outcome
    after_update: Outcome

    @property
    def lasting(self) -> frozenset[str]:
        """Clients that surely accept, before and after the update."""
        return self.after.surely_accepting & self.after_update.surely_accepting


@dataclass(frozen=True, slots=True)
class Plan:
    """The best set of changes found, the state before, other ways to block the same roots, and who is beyond help.

    ``helped`` and ``broken`` are client ids gained and lost for sure; ``beyond_help`` are clients that no simulated
    combination makes accept. ``exhaustive`` is false if the search was stopped at its cap.
    """

    best: PlannedOutcome
    before: Outcome
    other_methods: tuple[PlannedOutcome, ...]
    helped: frozenset[str]
    broken: frozenset[str]
    beyond_help: frozenset[str]
    simulated: int
    exhaustive: bool


def make_plan(server: Server, simulator: Simulator, candidates: Iterable[Certificate]) -> Plan | None:
    """The best plan for the server, or ``None`` when no simulated combination improves on leaving it alone.

    ``candidates`` are the certificates that may be imported or blocked (evidence and catalogue above the leaf).
    """
    before = simulator.outcome(server)
    baseline = simulate(server, simulator, ())
    above = [certificate for certificate in candidates if certificate != simulator.leaf]
    tried = [baseline]
    combos = _combinations(server, simulator, above)
    exhaustive = True
    for changes in combos:
        if len(tried) >= MAX_SIMULATIONS:
            exhaustive = False
            break
        tried.append(simulate(server, simulator, changes))
    best = max(tried, key=lambda outcome: _score(outcome, baseline))
    if not best.changes:
        return None
    everyone = frozenset(verdict.profile.id for verdict in before.verdicts)
    reachable = frozenset.union(*(outcome.after.possibly_accepting for outcome in tried))
    return Plan(
        best,
        before,
        tuple(_other_methods(server, simulator, best)),
        best.lasting - before.surely_accepting,
        before.surely_accepting - best.lasting,
        everyone - reachable,
        len(tried),
        exhaustive,
    )


def simulate(server: Server, simulator: Simulator, changes: Sequence[Change]) -> PlannedOutcome:
    """Apply the changes in order and look at what follows, at once and after a Windows Update."""
    for change in changes:
        server = change.apply(server)
    updated = WindowsUpdate(program_entry).apply(server)
    return PlannedOutcome(tuple(changes), simulator.outcome(server), simulator.outcome(updated))


def _score(outcome: PlannedOutcome, baseline: PlannedOutcome) -> tuple[int, int, int, int]:
    """Nothing lost first, then most clients for sure, then most under one policy, then fewest changes."""
    lost = len(baseline.lasting - outcome.lasting)
    possible = len(outcome.after.possibly_accepting & outcome.after_update.possibly_accepting)
    return -lost, len(outcome.lasting), possible, -len(outcome.changes)


def _combinations(server: Server, simulator: Simulator, above: list[Certificate]) -> Iterator[tuple[Change, ...]]:
    imports = list(_imports(server, simulator, above))
    blocks = [MoveToUntrusted(root) for root in _blockable(server, above)]
    for block_count in range(MAX_BLOCKS + 1):
        for import_count in range(MAX_IMPORTS + 1):
            for blocked in combinations(blocks, block_count):
                for imported in combinations(imports, import_count):
                    if imported or blocked:
                        yield (*imported, *blocked)


def _imports(server: Server, simulator: Simulator, above: list[Certificate]) -> Iterator[Change]:
    """CA certificates that are not self-signed, valid now, and not yet in LocalMachine/CA."""
    for certificate in above:
        importable = certificate.is_ca and not certificate.looks_self_signed and certificate.valid_at(simulator.at)
        change = ImportCertificate(certificate)
        if importable and change.applicable(server):
            yield change


def _blockable(server: Server, above: list[Certificate]) -> list[Certificate]:
    """Self-signed roots that the server trusts or that root update would bring."""
    held = {entry.certificate.sha256 for entry in server.held_in("Root")}
    obtainable = {root.sha256 for root in server.obtainable} if server.root_update else set()
    return [c for c in above if c.looks_self_signed and c.sha256 in held | obtainable]


def _other_methods(server: Server, simulator: Simulator, best: PlannedOutcome) -> Iterator[PlannedOutcome]:
    """The same plan with every blocked root blocked in another way."""
    for method in BLOCKING_METHODS[1:]:
        changes = tuple(
            method(change.certificate) if isinstance(change, MoveToUntrusted) else change for change in best.changes
        )
        if changes != best.changes:
            yield simulate(server, simulator, changes)
