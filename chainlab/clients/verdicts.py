"""What each client makes of a served chain."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from chainlab.certificate import Certificate
from chainlab.clients.profiles import Profile
from chainlab.graph import CertGraph
from chainlab.paths.checks import Question
from chainlab.paths.reasons import Problem, Reason
from chainlab.paths.result import BuildResult
from chainlab.paths.trust import TrustStore
from chainlab.verifiers import Family, Handshake, build, family_for


class Verdict(Enum):
    """Accept, reject, or not knowable."""

    ACCEPT = "accept"
    REJECT = "reject"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class ClientVerdict:
    """One client's answer: the path it used or got to, and why it rejects.

    ``certainty`` is the basis of the verifier family (measured, documented, literature, inferred).
    """

    profile: Profile
    verdict: Verdict
    path: tuple[Certificate, ...]
    problem: Problem | None
    certainty: str

    @property
    def reason(self) -> str:
        """The stable reason code; empty for an accepting client."""
        return self.problem.reason.code if self.problem is not None else ""

    @property
    def detail(self) -> str:
        """One sentence for people."""
        return str(self.problem) if self.problem is not None else ""


class Judge:
    """Judges served chains for a fixed set of clients.

    Clients of one family that agree on every root that could matter get the same answer, so it is computed once: a
    diagnosis asks a few dozen questions, not one a client.
    """

    def __init__(
        self,
        clients: Sequence[tuple[Profile, TrustStore]],
        graph: CertGraph,
        question: Question,
        fetchable: Iterable[Certificate] = (),
    ) -> None:
        self._clients = clients
        self._graph = graph
        self._question = question
        self._fetchable = tuple(fetchable)
        self._families: dict[str, Family] = {}
        self._results: dict[object, BuildResult] = {}

    def verdicts(self, served: tuple[Certificate, ...]) -> list[ClientVerdict]:
        """One verdict per client, in the order of the clients."""
        concerned = self._concerned(served)
        return [self._verdict(profile, store, served, concerned) for profile, store in self._clients]

    def build(self, profile: Profile, store: TrustStore, served: tuple[Certificate, ...]) -> BuildResult:
        """One client's full search result, for ``explain``."""
        return build(self._family(profile), self._handshake(served), store, self._graph, self._question)

    def _handshake(self, served: tuple[Certificate, ...]) -> Handshake:
        return Handshake(served, self._fetchable)

    def _family(self, profile: Profile) -> Family:
        family = self._families.get(profile.family)
        if family is None:
            family = self._families[profile.family] = family_for(profile.family)
        return family

    def _concerned(self, served: tuple[Certificate, ...]) -> list[Certificate]:
        """Every certificate whose trust setting can matter for this chain."""
        names = {name.key for c in (*served, *self._fetchable) for name in (c.issuer, c.subject)}
        return [certificate for certificate in self._graph.certificates if certificate.subject.key in names]

    def _verdict(
        self, profile: Profile, store: TrustStore, served: tuple[Certificate, ...], concerned: list[Certificate]
    ) -> ClientVerdict:
        settings = tuple(store.setting(certificate) for certificate in concerned)
        key = (profile.family, tuple(c.sha256 for c in served), settings)
        result = self._results.get(key)
        if result is None:
            result = self._results[key] = self.build(profile, store, served)
        problem = result.problem
        if problem is None:
            verdict = Verdict.ACCEPT
        else:
            verdict = Verdict.UNKNOWN if problem.reason is Reason.BUDGET else Verdict.REJECT
        certainty = self._family(profile).basis.value
        return ClientVerdict(profile, verdict, result.furthest, problem, certainty)


def tally(verdicts: Iterable[ClientVerdict]) -> Mapping[Verdict, int]:
    """How many clients accept, reject and are unknown."""
    counts = dict.fromkeys(Verdict, 0)
    for verdict in verdicts:
        counts[verdict.verdict] += 1
    return counts
