"""The plan for a server as a use case: what to do, what else could be done, and what is served if a step is undone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import combinations
from typing import Final

from chainlab.certificate import Certificate
from chainlab.diagnosis import Case, open_case
from chainlab.errors import UsageError
from chainlab.findings import Finding
from chainlab.plan import Option, ServerPlan
from chainlab.plan.effects import simulate
from chainlab.plan.simulation import Outcome, Simulator
from chainlab.records import dataclass
from chainlab.request import Request
from chainlab.server import Binding
from chainlab.targets import Target

MAX_UNDONE: Final = 6
"""Changes up to which every combination of undone ones is simulated; beyond, single ones and all together."""

Chain = tuple[Certificate, ...]


@dataclass(frozen=True, slots=True)
class Relapse:
    """What one site serves where some changes are not in force; ``undone`` are their positions in the plan."""

    undone: tuple[int, ...]
    served: tuple[Chain, ...]


@dataclass(frozen=True, slots=True)
class PlannedSite:
    """One server certificate and host, with every endpoint that uses it.

    ``promised`` are the chains that may be served once the plan is carried out, ``relapses`` what is served if steps
    come undone, fewest steps first; both are empty where nothing is planned.
    """

    target: Target
    bindings: tuple[Binding, ...]
    promised: tuple[Chain, ...]
    relapses: tuple[Relapse, ...]

    @property
    def leaf(self) -> Certificate:
        """The server certificate."""
        return self.target.leaf.certificate


@dataclass(frozen=True, slots=True)
class Planned:
    """The whole answer. ``chosen`` is the recommendation or the alternative asked for (``number`` > 0)."""

    at: datetime
    host: str
    plan: ServerPlan
    chosen: Option | None
    number: int
    sites: tuple[PlannedSite, ...]
    findings: tuple[Finding, ...]
    case: Case

    @property
    def well_as_it_is(self) -> bool:
        """Whether every client already accepts for sure."""
        outcomes = [outcome.after for outcome in self.plan.baseline.outcomes]
        return all(len(outcome.surely_accepting) == len(outcome.verdicts) for outcome in outcomes)

    @property
    def distinct(self) -> tuple[int, ...]:
        """Positions of the sites that differ in certificate or in what any plan does there, in order.

        A certificate that is bound under its name and without one gives two sites with the same clients; counts that
        are summed over sites take each client once.
        """
        options = (self.plan.baseline, *filter(None, (self.plan.recommended,)), *self.plan.alternatives)
        keep = [outcome.lasting for outcome in self.plan.baseline.outcomes]
        found: dict[object, int] = {}
        for position, site in enumerate(self.sites):
            effects = tuple((option.helped[position], option.broken[position]) for option in options)
            found.setdefault((site.leaf, keep[position], effects), position)
        return tuple(found.values())


def plan(request: Request, number: int = 0) -> Planned:
    """Plan for every server certificate that the request gives.

    ``number`` 0 chooses the recommendation, n the n-th alternative. ``UsageError`` where there is none of that number,
    or where all chains were observed.
    """
    planned = planned_of(open_case(request), number)
    if planned is None:
        raise UsageError("the chain was observed, so nothing is predicted and nothing can be planned; leave --served")
    return planned


def planned_of(case: Case, number: int = 0) -> Planned | None:
    """The plan for a case that is open already; ``None`` where all chains were observed."""
    found, request = case.plan(), case.request
    if found is None:
        return None
    chosen = _chosen(found, number)
    relapses: dict[Certificate, tuple[Relapse, ...]] = {}
    sites = tuple(_site(case, found, chosen, position, relapses) for position in range(len(found.sites)))
    return Planned(request.at, request.host, found, chosen, number, sites, case.problems, case)


def _chosen(found: ServerPlan, number: int) -> Option | None:
    if number == 0:
        return found.recommended
    if number > len(found.alternatives):
        raise UsageError(f"--choose {number}: there are {len(found.alternatives)} alternatives")
    return found.alternatives[number - 1]


def _site(
    case: Case, found: ServerPlan, chosen: Option | None, position: int, known: dict[Certificate, tuple[Relapse, ...]]
) -> PlannedSite:
    """One site; ``known`` are the relapses of certificates seen before, which other hosts share."""
    target, leaf = case.sites()[position], found.sites[position].leaf
    bindings = tuple(t.binding for t in case.alike(target) if t.binding is not None)
    if chosen is None:
        return PlannedSite(target, bindings, (), ())
    outcome = chosen.outcomes[position]
    promised = _possible(outcome.after, outcome.after_update)
    if leaf not in known:
        known[leaf] = tuple(_relapses(case, found.sites[position], chosen, promised))
    return PlannedSite(target, bindings, promised, known[leaf])


def _relapses(case: Case, simulator: Simulator, chosen: Option, promised: tuple[Chain, ...]) -> Iterator[Relapse]:
    for undone in _undoings(len(chosen.changes)):
        left = tuple(change for number, change in enumerate(chosen.changes) if number not in undone)
        relapse = simulate(case.scene.server, simulator, left)
        served = tuple(c for c in _possible(relapse.after, relapse.after_update) if c not in promised)
        if served:
            yield Relapse(undone, served)


def _undoings(count: int) -> Iterator[tuple[int, ...]]:
    """Which changes may be undone together, fewest first."""
    sizes = range(1, count + 1) if count <= MAX_UNDONE else (1, count)
    for size in sizes:
        yield from combinations(range(count), size)


def _possible(*outcomes: Outcome) -> tuple[Chain, ...]:
    return tuple(dict.fromkeys(chain.possibility.served for outcome in outcomes for chain in outcome.judged))
