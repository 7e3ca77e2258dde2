"""The chains that could be sent at all, and what clients make of each, whatever Windows would choose.

This is what a front end with a fixed chain file can do (nginx, HAProxy, a load balancer): it sends what one puts there.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from chainlab.certificate import Certificate
from chainlab.graph import CertGraph
from chainlab.paths.reach import ways_up
from chainlab.paths.search import Budget, End
from chainlab.plan.objective import Objective
from chainlab.plan.simulation import Simulator
from chainlab.records import dataclass

MAX_CHAINS: Final = 64
"""Chains judged for one server certificate; a mesh of cross-signs has any number."""


def sendable_chains(graph: CertGraph, leaf: Certificate, at: datetime) -> list[tuple[Certificate, ...]]:
    """Every way up from ``leaf`` to a self-signed certificate over certificates valid at ``at``, roots included.

    One path for each distinct list of certificates below the root; shortest first.
    """
    found: dict[tuple[Certificate, ...], tuple[Certificate, ...]] = {}
    for path in ways_up(graph, leaf, Budget(), lambda certificate: certificate.valid_at(at)):
        if path.end is End.SELF_SIGNED:
            found.setdefault(path.certificates[:-1], path.certificates)
        if len(found) >= MAX_CHAINS:
            break
    return sorted(found.values(), key=lambda chain: (len(chain), [certificate.sha256 for certificate in chain]))


@dataclass(frozen=True, slots=True)
class BetterChain:
    """A chain that more clients accept than another, every one of the other's among them; its root stands last.

    ``accepting`` are ids of clients. ``added`` is what it sends and the other does not, ``left_out`` the reverse, but
    for its own root, which may be sent or not.
    """

    certificates: tuple[Certificate, ...]
    accepting: frozenset[str]
    added: tuple[Certificate, ...]
    left_out: tuple[Certificate, ...]

    @property
    def ends(self) -> datetime:
        """When the first CA certificate of it expires, its root included."""
        return min(certificate.not_after for certificate in self.certificates[1:])


def better_chain(simulator: Simulator, served: tuple[Certificate, ...], objective: Objective) -> BetterChain | None:
    """The best chain to send instead of ``served``: most weight, then most clients, then the shortest.

    ``None`` where no chain that could be sent wins a client without losing another.
    """
    judged = simulator.judge_chain(served)
    if len(judged.accepting) == len(judged.verdicts):
        return None
    if not judged.accepting and not simulator.judge.anchor_in_reach(simulator.leaf):
        return None
    chains = sendable_chains(simulator.graph, simulator.leaf, simulator.at)
    better = [(simulator.judge_chain(chain[:-1]).accepting, chain) for chain in chains]
    better = [(accepting, chain) for accepting, chain in better if accepting > judged.accepting]
    if not better:
        return None
    accepting, chain = max(better, key=lambda item: (objective.weigh(item[0]), len(item[0]), -len(item[1])))
    added = tuple(certificate for certificate in chain[:-1] if certificate not in served)
    left_out = tuple(certificate for certificate in dict.fromkeys(served) if certificate not in chain)
    return BetterChain(chain, accepting, added, left_out)
