"""The best set of changes for a server: searched by simulation over everything that could be done.

The recommendation is the best-scoring set (``Search.score``) that costs nothing which needs a decision; only where no
such set helps, the best of the others. What else is worth having is listed as alternatives: every set that no other
one beats in all of clients lost, clients won, changes, lasting and trust added.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Final

from chainlab.assembly import certificates_above
from chainlab.certificate import Certificate
from chainlab.changes import Change, DeleteCertificate, DisablePurposes, MoveToUntrusted
from chainlab.plan.candidates import added_roots, candidate_changes, intrusion
from chainlab.plan.costs import Cost, costs, needs_decision
from chainlab.plan.effects import Effects, PlannedOutcome, Predictions, chosen, simulate
from chainlab.plan.objective import EACH_CLIENT_ONCE, Objective
from chainlab.plan.search import Group, Score, Search
from chainlab.plan.served_sets import sendable_chains
from chainlab.plan.simulation import Outcome, Simulator
from chainlab.records import dataclass, field
from chainlab.server import Server

BLOCKING_METHODS: tuple[Callable[[Certificate], Change], ...] = (MoveToUntrusted, DisablePurposes, DeleteCertificate)

MAX_ALTERNATIVES: Final = 8
"""Alternatives kept beside the recommendation; more is no help to anybody."""

MAX_DECLINED: Final = 200
"""Better-scoring sets looked at and passed over for their costs, before the search for one without gives up."""

_POSSIBLE: Final = 4
"""The key of a score for what is won under one of the possible chains."""

_NEVER: Final = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Option:
    """A set of changes, its outcome for every site, and what it costs beside the clients.

    ``helped`` and ``broken`` are, for each site, clients gained and lost for sure. ``weight`` is that of all clients
    that surely accept, over all sites; ``loss`` what the broken ones count.
    """

    changes: tuple[Change, ...]
    outcomes: tuple[PlannedOutcome, ...]
    helped: tuple[frozenset[str], ...]
    broken: tuple[frozenset[str], ...]
    weight: int
    loss: int
    find_costs: Callable[[], tuple[Cost, ...]] = field(default=tuple, compare=False, repr=False)

    @property
    def costs(self) -> tuple[Cost, ...]:
        """What it costs; simulated when first asked for."""
        return self.find_costs()

    @property
    def needs_decision(self) -> bool:
        """Whether a cost should be taken on only by somebody who knows it."""
        return any(cost.decision for cost in self.costs)

    @property
    def ends(self) -> datetime | None:
        """When the first CA certificate on a planned chain expires."""
        return min((end for o in self.outcomes if (end := o.after.ends) is not None), default=None)


@dataclass(frozen=True, slots=True)
class SendableChain:
    """A chain that could be sent for one site, its root last, and the clients that would accept it.

    ``changes`` is the smallest set found that makes IIS send exactly it, surely and after a Windows Update; ``None``
    if none was found (a front end with a fixed chain file still can).
    """

    certificates: tuple[Certificate, ...]
    accepting: frozenset[str]
    changes: tuple[Change, ...] | None


@dataclass(frozen=True, slots=True)
class Plan:
    """The plan as one site sees it: the recommended set with what it does there.

    ``beyond_help`` are clients that no simulated combination makes accept. ``exhaustive`` is false if not every
    combination was simulated.
    """

    best: PlannedOutcome
    before: Outcome
    other_methods: tuple[PlannedOutcome, ...]
    helped: frozenset[str]
    broken: frozenset[str]
    beyond_help: frozenset[str]
    simulated: int
    exhaustive: bool


@dataclass(frozen=True, slots=True)
class ServerPlan:
    """What to do with a server, over all its sites together.

    ``baseline`` is leaving it alone; ``recommended`` is ``None`` where nothing improves on that. ``alternatives`` trade
    clients, changes, duration and trust differently. ``other_methods`` are the recommended changes with every root
    blocked in another way. ``sendable`` and ``beyond_help`` are by site.
    """

    sites: tuple[Simulator, ...]
    objective: Objective
    baseline: Option
    recommended: Option | None
    alternatives: tuple[Option, ...]
    other_methods: tuple[Option, ...]
    sendable: tuple[tuple[SendableChain, ...], ...]
    beyond_help: tuple[frozenset[str], ...]
    candidates: tuple[Change, ...]
    simulated: int
    exhaustive: bool

    def for_site(self, site: int) -> Plan | None:
        """What one site gets from the recommendation; ``None`` where it changes nothing there."""
        if self.recommended is None or not self.recommended.outcomes[site].changes:
            return None
        best, before = self.recommended.outcomes[site], self.baseline.outcomes[site].after
        return Plan(
            best,
            before,
            tuple(option.outcomes[site] for option in self.other_methods),
            self.recommended.helped[site],
            self.recommended.broken[site],
            self.beyond_help[site],
            self.simulated,
            self.exhaustive,
        )


def make_plan(server: Server, simulators: Sequence[Simulator], objective: Objective = EACH_CLIENT_ONCE) -> ServerPlan:
    """Search the changes that help the sites of a server, at least one, all with the same graph and time."""
    return _Planner(server, tuple(simulators), objective).plan()


@dataclass(slots=True)
class _Planner:
    server: Server
    sites: tuple[Simulator, ...]
    objective: Objective
    changes: tuple[Change, ...] = field(init=False)
    search: Search = field(init=False)
    predictions: dict[str, Predictions] = field(init=False)
    known_costs: dict[tuple[tuple[Change, ...], ...], tuple[Cost, ...]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        graph, at = self.sites[0].graph, self.sites[0].at
        above = certificates_above(graph, [site.leaf for site in self.sites])
        self.changes = candidate_changes(self.server, graph, above, at)
        self.predictions = {}
        for site in self.sites:
            if site.leaf.sha256 not in self.predictions:
                self.predictions[site.leaf.sha256] = Predictions(self.server, site, self.changes)
        effects = [Effects(self.predictions[site.leaf.sha256], site, self.changes) for site in self.sites]
        self.search = Search(effects, self.changes, self.objective)

    def plan(self) -> ServerPlan:
        groups = self.search.groups()
        ranked = [self._ranked(group) for group in groups]
        best = [self._recommended(group, order) for group, order in zip(groups, ranked, strict=True)]
        together = sum(best)
        recommended = self.option(together) if together else None
        return ServerPlan(
            self.sites,
            self.objective,
            self.option(0),
            recommended,
            tuple(self._alternatives(groups, ranked, together)),
            tuple(self._other_methods(recommended)) if recommended is not None else (),
            tuple(self._sendable(site, groups) for site in range(len(self.sites))),
            tuple(self._beyond_help(site, groups) for site in range(len(self.sites))),
            self.changes,
            sum(predictions.simulated for predictions in self.predictions.values()),
            all(group.exhaustive for group in groups),
        )

    def option(self, subset: int) -> Option:
        """The set of changes with everything that there is to know about it."""
        outcomes = tuple(site.of(subset).outcome for site in self.search.sites)
        return self._option(chosen(self.changes, subset), outcomes)

    def _option(self, changes: tuple[Change, ...], outcomes: tuple[PlannedOutcome, ...]) -> Option:
        lasting = [outcome.lasting for outcome in outcomes]
        broken = tuple(keep - now for keep, now in zip(self.search.keep, lasting, strict=True))
        return Option(
            changes,
            outcomes,
            tuple(now - keep for keep, now in zip(self.search.keep, lasting, strict=True)),
            broken,
            sum(self.objective.weigh(now) for now in lasting),
            sum(self.objective.loss(lost) for lost in broken),
            partial(self._costs, outcomes) if changes else tuple,
        )

    def _costs(self, outcomes: tuple[PlannedOutcome, ...]) -> tuple[Cost, ...]:
        key = tuple(outcome.changes for outcome in outcomes)
        known = self.known_costs.get(key)
        if known is None:
            known = self.known_costs[key] = tuple(costs(self.server, self.sites, outcomes, self._before()))
        return known

    def _before(self) -> list[Outcome]:
        return [site.of(0).outcome.after for site in self.search.sites]

    def _ranked(self, group: Group) -> list[tuple[Score, int]]:
        """The group's subsets that win clients for sure, or failing that perhaps, without losing more; best first."""
        scored = [(self.search.score(subset, group.sites), subset) for subset in group.subsets]
        floor = self.search.score(0, group.sites)
        surely = [item for item in scored if _sure(item[0]) > _sure(floor)]
        perhaps = [i for i in scored if _sure(i[0]) == _sure(floor) and i[0][_POSSIBLE] > floor[_POSSIBLE]]
        return sorted(surely or perhaps, key=lambda item: (*(-n for n in item[0]), item[1]))

    def _recommended(self, group: Group, ranked: Sequence[tuple[Score, int]]) -> int:
        """The best subset that needs no decision, else the best one; nothing where something would be lost.

        Where clients are weighed, what wins only clients without weight is left to the alternatives.
        """
        floor = self.search.score(0, group.sites)
        sure = ranked and _sure(ranked[0][0]) > _sure(floor)
        worth = [item for item in ranked if not sure or item[0][:2] > floor[:2]]
        lossless = [subset for score, subset in worth if score[0] == 0 or score[0] > floor[0]]
        for subset in lossless[:MAX_DECLINED]:
            outcomes = tuple(site.of(subset).outcome for site in self.search.sites)
            if not needs_decision(self.server, self.sites, outcomes, self._before()):
                return subset
        return lossless[0] if lossless else 0

    def _alternatives(
        self, groups: Sequence[Group], ranked: Sequence[Sequence[tuple[Score, int]]], best: int
    ) -> Iterator[Option]:
        """What no other set beats, each with the recommendation for the other groups, best first."""
        found: list[tuple[Score, int]] = []
        for group, order in zip(groups, ranked, strict=True):
            relevant = sum(1 << b for b in range(len(self.changes)) if any(
                self.search.sites[s].predictions.relevant >> b & 1 for s in group.sites))  # fmt: skip
            elsewhere = best & ~relevant
            found += [(score, subset | elsewhere) for score, subset in self._frontier(group, order)]
        found.sort(key=lambda item: (*(-n for n in item[0]), item[1]))
        kept = [subset for _, subset in found if subset != best][:MAX_ALTERNATIVES]
        yield from (self.option(subset) for subset in dict.fromkeys(kept))

    def _frontier(self, group: Group, ranked: Iterable[tuple[Score, int]]) -> list[tuple[Score, int]]:
        """The sets that no other one beats; of equals the best-scoring."""
        kept: list[tuple[tuple[float, ...], tuple[Score, int]]] = []
        for score, subset in ranked:
            goals = self._goals(score, subset, group)
            if not any(_no_better(goals, held) for held, _ in kept):
                kept = [(held, item) for held, item in kept if not _no_better(held, goals)]
                kept.append((goals, (score, subset)))
        return [item for _, item in kept]

    def _goals(self, score: Score, subset: int, group: Group) -> tuple[float, ...]:
        """What alternatives are compared in; greater is better in each."""
        changes = chosen(self.changes, subset)
        ends = [self.search.sites[site].of(subset).outcome.after.ends or _NEVER for site in group.sites]
        return (
            *_sure(score), -len(changes), -len(added_roots(changes)),
            min(ends).timestamp() if min(ends) != _NEVER else float("inf"),
        )  # fmt: skip

    def _other_methods(self, best: Option) -> Iterator[Option]:
        """The same plan with every blocked root blocked in another way."""
        for method in BLOCKING_METHODS[1:]:
            changes = tuple(
                method(change.certificate)
                if isinstance(change, MoveToUntrusted) and self.sites[0].graph.is_self_signed(change.certificate)
                else change
                for change in best.changes
            )
            if changes != best.changes:
                outcomes = tuple(simulate(self.server, site, changes) for site in self.sites)
                yield self._option(changes, outcomes)

    def _subsets_for(self, site: int, groups: Sequence[Group]) -> list[int]:
        group = next(group for group in groups if site in group.sites)
        relevant = self.search.sites[site].predictions.relevant
        return list(dict.fromkeys(subset & relevant for subset in group.subsets))

    def _beyond_help(self, site: int, groups: Sequence[Group]) -> frozenset[str]:
        effects = self.search.sites[site]
        everyone = frozenset(verdict.profile.id for verdict in effects.of(0).outcome.after.verdicts)
        subsets = self._subsets_for(site, groups)
        return everyone.difference(*(effects.of(s).outcome.after.possibly_accepting for s in subsets))

    def _sendable(self, site: int, groups: Sequence[Group]) -> tuple[SendableChain, ...]:
        """Every chain that could be sent for a site, most accepted first."""
        effects, simulator = self.search.sites[site], self.sites[site]
        cheapest: dict[tuple[Certificate, ...], tuple[tuple[int, int, int], int]] = {}
        for subset in self._subsets_for(site, groups):
            served = _surely_served(effects.of(subset).outcome)
            if served is not None:
                changes = chosen(self.changes, subset)
                price = (len(changes), intrusion(changes), subset)
                cheapest[served] = min(cheapest.get(served, (price, subset)), (price, subset))
        chains = []
        for path in sendable_chains(simulator.graph, simulator.leaf, simulator.at):
            found = cheapest.get(path[:-1])
            by = chosen(self.changes, found[1]) if found is not None else None
            chains.append(SendableChain(path, simulator.judge_chain(path[:-1]).accepting, by))
        return tuple(sorted(chains, key=lambda chain: -self.objective.weigh(chain.accepting)))


def _sure(score: Score) -> Score:
    """What is surely lost and won: losses, weight, number of clients."""
    return score[0], score[1], score[3]


def _no_better(goals: tuple[float, ...], than: tuple[float, ...]) -> bool:
    return all(mine <= other for mine, other in zip(goals, than, strict=True))


def _surely_served(outcome: PlannedOutcome) -> tuple[Certificate, ...] | None:
    """The one chain that is served under every rule, at once and after a Windows Update; ``None`` if there are more."""
    served = {chain.possibility.served for state in (outcome.after, outcome.after_update) for chain in state.judged}
    return next(iter(served)) if len(served) == 1 else None
