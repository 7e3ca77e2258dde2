"""What a set of changes leads to for one server certificate, simulated once for every relevant subset.

A change concerns a server certificate only if its certificate stands above it; subsets that agree on those share one
simulation, so that planning for many certificates of a server costs little more than for the hardest of them.
"""

from __future__ import annotations

from collections.abc import Sequence

from chainlab.assembly import certificates_above
from chainlab.changes import Change, WindowsUpdate
from chainlab.plan.simulation import Outcome, Simulator
from chainlab.records import dataclass
from chainlab.server import Server
from chainlab.windows.engine import ChainPrediction
from chainlab.windows.root_update import program_entry


@dataclass(frozen=True, slots=True)
class PlannedOutcome:
    """A set of changes with what it leads to for one server certificate, at once and after a Windows Update."""

    changes: tuple[Change, ...]
    after: Outcome
    after_update: Outcome

    @property
    def lasting(self) -> frozenset[str]:
        """Clients that surely accept, before and after the update."""
        return self.after.surely_accepting & self.after_update.surely_accepting

    @property
    def possible(self) -> frozenset[str]:
        """Clients that accept one of the possible chains, before and after the update."""
        return self.after.possibly_accepting & self.after_update.possibly_accepting


def updated(server: Server) -> Server:
    """The server after a Windows Update."""
    return server.answers.once("updated", lambda: WindowsUpdate(program_entry).apply(server))


def states(server: Server, changes: Sequence[Change]) -> tuple[Server, Server]:
    """The server after the changes in this order, at once and after a Windows Update."""
    for change in changes:
        server = change.apply(server)
    return server, updated(server)


def simulate(server: Server, simulator: Simulator, changes: Sequence[Change]) -> PlannedOutcome:
    """Apply the changes in order and look at what follows, at once and after a Windows Update."""
    now, later = states(server, changes)
    return PlannedOutcome(tuple(changes), simulator.outcome(now), simulator.outcome(later))


@dataclass(frozen=True, slots=True)
class Effect:
    """A simulated outcome with the sets that scoring needs; computed once."""

    outcome: PlannedOutcome
    lasting: frozenset[str]
    possible: frozenset[str]


class Predictions:
    """Predictions for one leaf by subset of its relevant changes; sites with the same certificate share them."""

    def __init__(self, server: Server, simulator: Simulator, changes: Sequence[Change]) -> None:
        self._simulator, self._changes = simulator, changes
        graph, leaf = simulator.graph, simulator.leaf
        candidates = certificates_above(graph, [leaf], signed=False)
        # what else is in the stores cannot be on a chain
        self._states = {0: server.about({leaf.sha256, *(c.sha256 for c in candidates)})}
        above = {c.sha256 for c in certificates_above(graph, [leaf])}
        concerned = (change.certificate is None or change.certificate.sha256 in above for change in changes)
        self.relevant = sum(1 << bit for bit, concerns in enumerate(concerned) if concerns)
        self._known: dict[int, tuple[ChainPrediction, ChainPrediction]] = {}

    @property
    def simulated(self) -> int:
        """Subsets simulated so far."""
        return len(self._known)

    def of(self, subset: int) -> tuple[ChainPrediction, ChainPrediction]:
        """What is predicted after the changes whose bits are set, at once and after a Windows Update."""
        subset &= self.relevant
        known = self._known.get(subset)
        if known is None:
            now = self._state(subset)
            known = self._known[subset] = self._simulator.predict(now), self._simulator.predict(updated(now))
        return known

    def _state(self, subset: int) -> Server:
        """The server after the changes whose bits are set, in their order."""
        known = self._states.get(subset)
        if known is None:
            last = subset.bit_length() - 1
            known = self._states[subset] = self._changes[last].apply(self._state(subset & ~(1 << last)))
        return known


class Effects:
    """The effects of subsets of changes on one site: a server certificate and the host it is asked for."""

    def __init__(self, predictions: Predictions, simulator: Simulator, changes: Sequence[Change]) -> None:
        self.predictions, self.simulator, self._changes = predictions, simulator, changes
        self._known: dict[int, Effect] = {}

    def of(self, subset: int) -> Effect:
        """The effect of the changes whose bits are set."""
        key = subset & self.predictions.relevant
        known = self._known.get(key)
        if known is None:
            now, later = (self.simulator.judged(prediction) for prediction in self.predictions.of(key))
            outcome = PlannedOutcome(chosen(self._changes, key), now, later)
            known = self._known[key] = Effect(outcome, outcome.lasting, outcome.possible)
        return known


def chosen(changes: Sequence[Change], subset: int) -> tuple[Change, ...]:
    """The changes whose bits are set, in their order."""
    return tuple(change for bit, change in enumerate(changes) if subset >> bit & 1)
