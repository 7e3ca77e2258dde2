"""What a server state leads to: every chain that may be served, and what every client makes of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, Protocol

from chainlab.certificate import Certificate
from chainlab.clients import ClientVerdict, Judge, Verdict
from chainlab.graph import CertGraph
from chainlab.records import dataclass
from chainlab.server import Server
from chainlab.windows.engine import BOTH, Assessments, ChainPrediction, Possibility, Selection, predict_chain
from chainlab.windows.selection import Policy

_ONE_SECOND: Final = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Judgement:
    """Every client's verdict on a chain; ``accepting`` and ``rejecting`` are their ids, not those of the undecided."""

    verdicts: tuple[ClientVerdict, ...]
    accepting: frozenset[str]
    rejecting: frozenset[str]

    @classmethod
    def of(cls, verdicts: Sequence[ClientVerdict]) -> Judgement:
        """The judgement that these verdicts are."""
        accepting = frozenset(v.profile.id for v in verdicts if v.verdict is Verdict.ACCEPT)
        rejecting = frozenset(v.profile.id for v in verdicts if v.verdict is Verdict.REJECT)
        return cls(tuple(verdicts), accepting, rejecting)


@dataclass(frozen=True, slots=True)
class JudgedChain:
    """A chain that may be served, and every client's verdict on it."""

    possibility: Possibility
    judgement: Judgement

    @property
    def verdicts(self) -> tuple[ClientVerdict, ...]:
        """Every client's verdict."""
        return self.judgement.verdicts

    @property
    def accepting(self) -> frozenset[str]:
        """Ids of the clients that accept."""
        return self.judgement.accepting

    @property
    def rejecting(self) -> frozenset[str]:
        """Ids of the clients that reject: not those of which it is unknown."""
        return self.judgement.rejecting


class HasAccepting(Protocol):
    """A chain of which it is known who accepts it."""

    @property
    def accepting(self) -> frozenset[str]:
        """Ids of the clients that accept."""
        ...


def surely_accepting(chains: Iterable[HasAccepting]) -> frozenset[str]:
    """Clients that accept every one of the chains, of which there is at least one."""
    return frozenset.intersection(*(chain.accepting for chain in chains))


@dataclass(frozen=True, slots=True)
class Outcome:
    """A prediction and the verdicts on every chain that it leaves possible; the documented policy's comes first."""

    prediction: ChainPrediction
    judged: tuple[JudgedChain, ...]

    @property
    def verdicts(self) -> tuple[ClientVerdict, ...]:
        """The verdicts on the chain of the documented policy."""
        return self.judged[0].verdicts

    @property
    def served(self) -> tuple[Certificate, ...]:
        """The chain of the documented policy, leaf first."""
        return self.prediction.chosen.served

    @property
    def surely_accepting(self) -> frozenset[str]:
        """Clients that accept whichever of the possible chains is served."""
        return surely_accepting(self.judged)

    @property
    def possibly_accepting(self) -> frozenset[str]:
        """Clients that accept at least one of the possible chains."""
        return frozenset.union(*(chain.accepting for chain in self.judged))

    @property
    def surely_rejecting(self) -> frozenset[str]:
        """Clients that reject whichever of the possible chains is served; of the others one cannot know."""
        return frozenset.intersection(*(chain.rejecting for chain in self.judged))

    def under(self, policy: Policy) -> tuple[frozenset[str], frozenset[str]]:
        """Clients that accept every chain, and those that accept some chain, that ``policy`` may choose."""
        choice = self.prediction.choices[policy]
        served = {choice.winner.served, *(path.served for path in choice.tied)}
        accepted = [chain.accepting for chain in self.judged if chain.possibility.served in served]
        return frozenset.intersection(*accepted), frozenset.union(*accepted)

    @property
    def ends(self) -> datetime | None:
        """When the first CA certificate of a possible chain expires, its root included; then Windows chooses anew."""
        ends = [c.not_after for chain in self.judged for c in chain.possibility.path.certificates[1:]]
        return min(ends, default=None)


class Simulator:
    """Predicts and judges server states for one leaf; equal served chains are judged once."""

    def __init__(
        self, graph: CertGraph, leaf: Certificate, at: datetime, judge: Judge, policies: Sequence[Policy] = BOTH
    ) -> None:
        self.graph, self.leaf, self.at, self.judge, self.policies = graph, leaf, at, judge, policies
        self._judged: dict[tuple[str, ...], Judgement] = {}
        self._possible: dict[int, tuple[Selection, tuple[JudgedChain, ...]]] = {}
        self._outcomes: dict[int, tuple[Server, Outcome]] = {}
        self._later: dict[datetime, Simulator] = {}
        self._assessments = Assessments()

    def outcome(self, server: Server) -> Outcome:
        """What this server state leads to; the very same one is predicted once."""
        known = self._outcomes.get(id(server))
        if known is None:
            outcome = self.judged(self.predict(server))
            known = self._outcomes[id(server)] = server, outcome  # the server is kept, so that its id stays its own
        return known[1]

    def predict(self, server: Server) -> ChainPrediction:
        """What Windows builds for this leaf in this server state."""
        return predict_chain(server, self.graph, self.leaf, self.at, self.policies, assessments=self._assessments)

    def judged(self, prediction: ChainPrediction) -> Outcome:
        """The verdicts on what was predicted for this leaf."""
        selection = prediction.selection
        known = self._possible.get(id(selection))
        if known is None:  # the selection is kept, so that its id stays its own
            judged = tuple(JudgedChain(chain, self.judge_chain(chain.served)) for chain in selection.possibilities)
            known = self._possible[id(selection)] = selection, judged
        return Outcome(prediction, known[1])

    def verdicts(self, served: tuple[Certificate, ...]) -> tuple[ClientVerdict, ...]:
        """Every client's verdict on a served chain."""
        return self.judge_chain(served).verdicts

    def judge_chain(self, served: tuple[Certificate, ...]) -> Judgement:
        """The judgement on a served chain; equal chains are judged once."""
        key = tuple(certificate.sha256 for certificate in served)
        judged = self._judged.get(key)
        if judged is None:
            judged = self._judged[key] = Judgement.of(self.judge.verdicts(served))
        return judged

    def after(self, moment: datetime) -> Simulator:
        """The same question one second after ``moment``, with a server certificate that was renewed until then.

        The renewed certificate differs in its dates only, so the answer is about the CA certificates.
        """
        known = self._later.get(moment)
        if known is None:
            later, leaf = moment + _ONE_SECOND, self.leaf
            renewed = leaf if leaf.valid_at(later) else replace(leaf, not_before=self.at, not_after=later)
            judge = self.judge.asked(replace(self.judge.question, at=later))
            known = self._later[moment] = Simulator(self.graph, renewed, later, judge, self.policies)
        return known
