"""What a server state leads to: the chain served under both policies, and what every client makes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from chainlab.certificate import Certificate
from chainlab.clients import ClientVerdict, Judge, Verdict
from chainlab.graph import CertGraph
from chainlab.server import Server
from chainlab.windows.engine import ChainPrediction, predict_chain
from chainlab.windows.selection import Policy


@dataclass(frozen=True, slots=True)
class Outcome:
    """A prediction and the verdicts on what it serves, per policy."""

    prediction: ChainPrediction
    verdicts: Mapping[Policy, tuple[ClientVerdict, ...]]

    def accepting(self, policy: Policy) -> frozenset[str]:
        """Ids of the clients that accept under a policy."""
        return frozenset(v.profile.id for v in self.verdicts[policy] if v.verdict is Verdict.ACCEPT)

    @property
    def surely_accepting(self) -> frozenset[str]:
        """Clients that accept whichever policy Windows follows."""
        return frozenset.intersection(*(self.accepting(policy) for policy in Policy))

    @property
    def possibly_accepting(self) -> frozenset[str]:
        """Clients that accept under at least one policy."""
        return frozenset.union(*(self.accepting(policy) for policy in Policy))


class Simulator:
    """Predicts and judges server states for one leaf; equal served chains are judged once."""

    def __init__(self, graph: CertGraph, leaf: Certificate, at: datetime, judge: Judge) -> None:
        self.graph, self.leaf, self.at, self.judge = graph, leaf, at, judge
        self._judged: dict[tuple[str, ...], tuple[ClientVerdict, ...]] = {}

    def outcome(self, server: Server) -> Outcome:
        """What this server state leads to."""
        prediction = predict_chain(server, self.graph, self.leaf, self.at)
        verdicts = {policy: self.verdicts(prediction.choices[policy].winner.served) for policy in Policy}
        return Outcome(prediction, verdicts)

    def verdicts(self, served: tuple[Certificate, ...]) -> tuple[ClientVerdict, ...]:
        """Every client's verdict on a served chain."""
        key = tuple(certificate.sha256 for certificate in served)
        judged = self._judged.get(key)
        if judged is None:
            judged = self._judged[key] = tuple(self.judge.verdicts(served))
        return judged
