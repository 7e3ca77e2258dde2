"""What a plan is measured by: the weight of the clients that accept, and of those that are lost."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from chainlab.records import dataclass, field


@dataclass(frozen=True, slots=True)
class Objective:
    """Weights of clients by id; without weights every client counts 1.

    ``unit`` says in words what a weight counts (``clients``: profiles, ``requests`` or ``addresses`` of an access log).
    Where weights are given, a client that is not among them weighs nothing, but losing it still counts as losing one.
    """

    weights: Mapping[str, int] | None = None
    unit: str = "clients"
    _cache: dict[frozenset[str], int] = field(default_factory=dict, repr=False, compare=False)

    def weigh(self, clients: frozenset[str]) -> int:
        """The weight of these clients together."""
        known = self._cache.get(clients)
        if known is None:
            known = self._cache[clients] = self._sum(clients)
        return known

    def _sum(self, clients: Iterable[str]) -> int:
        weights = self.weights
        return sum(1 for _ in clients) if weights is None else sum(weights.get(client, 0) for client in clients)

    def loss(self, clients: frozenset[str]) -> int:
        """What losing these clients counts: their weight, at least one each."""
        return sum(max(1, (self.weights or {}).get(client, 0)) for client in clients)


EACH_CLIENT_ONCE: Final = Objective()
