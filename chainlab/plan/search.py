"""The search over subsets of changes: exhaustive where that is small, towards goals beyond.

Sites that share a relevant change are planned together, others apart. Within such a group every subset is simulated
where the changes are few; otherwise each chain that could be sent is taken as a goal, best first, and the changes that
make Windows choose it are found by simulating, blocking what wins instead, and simulating again. Subsets are bit masks
over one list of changes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import reduce
from itertools import product
from math import prod
from operator import or_
from typing import Final

from chainlab.certificate import Certificate
from chainlab.changes import Change, ImportCertificate
from chainlab.plan.candidates import intrusion
from chainlab.plan.effects import Effects, chosen
from chainlab.plan.objective import Objective
from chainlab.plan.served_sets import sendable_chains
from chainlab.records import dataclass

MAX_SIMULATED_CHANGES: Final = 9
"""Relevant changes of one server certificate up to which every subset is simulated: 512 of them."""

MAX_JOINT_CHANGES: Final = 13
"""Changes of a group of sites up to which every subset is scored; scoring is cheap beside simulating."""

MAX_GOALS: Final = 24
"""Sendable chains taken as goals for one site where the changes are many, best first."""

MAX_REPAIRS: Final = 8
"""Certificates blocked one after the other on the way to one goal."""

MAX_COMBINATIONS: Final = 4_096
"""Combinations of the sites' own best subsets that are scored where the changes are many."""

Score = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Sites that share changes (their positions) with the subsets scored for them; ``exhaustive``: all there are."""

    sites: tuple[int, ...]
    subsets: tuple[int, ...]
    exhaustive: bool


class Search:
    """Scores subsets of ``changes`` on ``sites``; ``keep`` are each site's clients that must not be lost."""

    def __init__(self, sites: Sequence[Effects], changes: Sequence[Change], objective: Objective) -> None:
        self.sites, self.changes, self.objective = tuple(sites), tuple(changes), objective
        self.keep = [site.of(0).outcome.after.surely_accepting for site in self.sites]

    def score(self, subset: int, sites: Sequence[int]) -> Score:
        """How good a subset is for these sites; greater is better.

        Nothing lost first; then the weight of the clients that accept for sure, whatever is served and after a Windows
        Update; then few changes; then the number of these clients, where it is not their weight; then the weight under
        one of the possible chains; then gentle changes.
        """
        effects = [(site, self.sites[site].of(subset)) for site in sites]
        weigh = self.objective.weigh
        changes = chosen(self.changes, subset)
        return (
            -sum(self.objective.loss(self.keep[site] - effect.lasting) for site, effect in effects),
            sum(weigh(effect.lasting) for _, effect in effects),
            -len(changes),
            sum(len(effect.lasting) for _, effect in effects),
            sum(weigh(effect.possible) for _, effect in effects),
            -intrusion(changes),
        )

    def groups(self) -> list[Group]:
        """Every group of sites with the subsets worth scoring, in the order of their first site."""
        return [self._group(sites, relevant) for sites, relevant in self._connected()]

    def _connected(self) -> list[tuple[tuple[int, ...], int]]:
        groups: list[tuple[tuple[int, ...], int]] = []
        for number, site in enumerate(self.sites):
            mine, relevant, apart = [number], site.predictions.relevant, []
            for members, bits in groups:
                if bits & relevant:
                    mine, relevant = [*members, *mine], relevant | bits
                else:
                    apart.append((members, bits))
            groups = [*apart, (tuple(mine), relevant)]
        return sorted(groups)

    def _group(self, sites: tuple[int, ...], relevant: int) -> Group:
        small = all(self.sites[s].predictions.relevant.bit_count() <= MAX_SIMULATED_CHANGES for s in sites)
        if small and relevant.bit_count() <= MAX_JOINT_CHANGES:
            return Group(sites, tuple(_subsets(relevant)), exhaustive=True)
        pools = [self._pool(site) for site in sites]
        return Group(sites, tuple(_unions(pools)), exhaustive=False)

    def _pool(self, site: int) -> list[int]:
        """The subsets that lead to one site's goals, best for it first; leaving everything alone is among them."""
        found = sorted({0, *self._towards_goals(self.sites[site])})
        return sorted(found, key=lambda subset: self.score(subset, [site]), reverse=True)

    def _towards_goals(self, site: Effects) -> Iterator[int]:
        """For each of the best sendable chains a subset that makes Windows choose it, as far as one is found."""
        simulator = site.simulator
        chains = sendable_chains(simulator.graph, simulator.leaf, simulator.at)
        chains.sort(key=lambda chain: -self.objective.weigh(simulator.judge_chain(chain[:-1]).accepting))
        for chain in chains[:MAX_GOALS]:
            yield from self._towards(site, chain)

    def _towards(self, site: Effects, goal: tuple[Certificate, ...]) -> Iterator[int]:
        wanted = {certificate.sha256 for certificate in goal}
        subset = sum(1 << bit for bit, change in enumerate(self.changes) if _adds(change) in wanted)
        for _ in range(MAX_REPAIRS):
            yield subset
            step = self._obstacle(site, subset, wanted)
            if step is None:
                break
            subset |= step
        yield from self._without_each(site, subset)

    def _obstacle(self, site: Effects, subset: int, wanted: set[str]) -> int | None:
        """The change that blocks the first certificate off the goal on a chain that may be served instead."""
        blocks = {
            change.certificate.sha256: 1 << bit
            for bit, change in enumerate(self.changes)
            if change.certificate is not None and not _adds(change) and not subset >> bit & 1
        }
        outcome = site.of(subset).outcome
        for chain in (*outcome.after.judged, *outcome.after_update.judged):
            for certificate in chain.possibility.path.certificates[1:]:
                if certificate.sha256 not in wanted and certificate.sha256 in blocks:
                    return blocks[certificate.sha256]
        return None

    def _without_each(self, site: Effects, subset: int) -> Iterator[int]:
        """The subset without every change that makes no difference for the clients."""
        for bit in range(len(self.changes)):
            smaller = subset & ~(1 << bit)
            if smaller != subset and site.of(smaller).lasting >= site.of(subset).lasting:
                subset = smaller
        yield subset


def _adds(change: Change) -> str:
    """The fingerprint of what a change imports; empty where it imports nothing."""
    return change.certificate.sha256 if isinstance(change, ImportCertificate) else ""


def _subsets(mask: int) -> Iterator[int]:
    """Every subset of a mask, the empty one first."""
    subset = 0
    while True:
        yield subset
        subset = (subset - mask) & mask
        if not subset:
            return


def _unions(pools: Sequence[Sequence[int]]) -> Iterator[int]:
    """Distinct unions of one subset of each pool: all where they are few, else around every site's best."""
    few = prod(len(pool) for pool in pools) <= MAX_COMBINATIONS
    yield from dict.fromkeys(reduce(or_, parts, 0) for parts in (product(*pools) if few else _around_the_best(pools)))


def _around_the_best(pools: Sequence[Sequence[int]]) -> Iterator[tuple[int, ...]]:
    best = tuple(pool[0] for pool in pools)
    yield (0,)
    yield best
    for number, pool in enumerate(pools):
        for subset in pool[: MAX_COMBINATIONS // len(pools)]:
            yield (subset,)
            yield (*best[:number], subset, *best[number + 1 :])
