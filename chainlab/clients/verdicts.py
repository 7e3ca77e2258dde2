"""What each client makes of a served chain."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from dataclasses import replace
from datetime import datetime
from enum import Enum

from chainlab.certificate import Certificate
from chainlab.clients.limits import Limits, exceeded, limits_of
from chainlab.clients.profiles import Profile
from chainlab.clients.snapshots import SnapshotStore
from chainlab.clients.windows_client import build_windows
from chainlab.graph import CertGraph
from chainlab.paths.checks import Question
from chainlab.paths.reach import anchor_in_reach
from chainlab.paths.reasons import Problem, most_telling
from chainlab.paths.result import BuildResult
from chainlab.paths.trust import TrustStore
from chainlab.records import dataclass
from chainlab.verifiers import Engine, Family, Handshake, build, family_for, representative


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


@dataclass(frozen=True, slots=True)
class _Group:
    """Clients that cannot answer differently.

    Their behaviour is equal, and their stores' settings for every certificate of the graph and anchors of every issuer
    name in it are, in the same order: several verifiers take the first anchor that fits and stay with it.
    """

    family: Family
    store: TrustStore


class Judge:
    """Judges served chains for a fixed set of clients.

    Clients whose verifiers behave alike and whose stores agree on what the graph holds get the same answer, so it is
    computed once: a diagnosis asks a few dozen questions, not one a client.
    """

    def __init__(
        self,
        clients: Sequence[tuple[Profile, TrustStore]],
        graph: CertGraph,
        question: Question,
        fetchable: Iterable[Certificate] = (),
    ) -> None:
        self._graph = graph
        self._question = question
        self._fetchable = tuple(fetchable)
        self._issuer_names = tuple(
            {certificate.issuer.key: certificate.issuer for certificate in graph.certificates}.values()
        )
        self._asked_for: dict[int, tuple[frozenset[str], int]] = {}
        self._groups: list[_Group] = []
        self._index: dict[object, int] = {}
        self._members = [(profile, self._group_of(profile, store)) for profile, store in clients]

    def _group_of(self, profile: Profile, store: TrustStore) -> int:
        key = representative(profile.family), self._said_by(store)
        known = self._index.get(key)
        if known is None:
            known = self._index[key] = len(self._groups)
            self._groups.append(_Group(self.family(profile), store))
        return known

    def _said_by(self, store: TrustStore) -> object:
        """What a store says of the certificates of the graph and which anchors it has for the names in it."""
        if isinstance(store, SnapshotStore):
            return store.part(*self._relevant(store))
        settings = tuple(store.setting(certificate) for certificate in self._graph.certificates)
        anchors = tuple(tuple(anchor.sha256 for anchor in store.anchors_named(name)) for name in self._issuer_names)
        return settings, anchors

    def _relevant(self, store: SnapshotStore) -> tuple[frozenset[str], int]:
        """The published roots that any snapshot of the same catalogue is asked for; found once."""
        known = self._asked_for.get(id(store.index))
        if known is None:
            named = (root for name in self._issuer_names for root in store.catalog.by_subject(name))
            held = (*self._graph.certificates, *named)
            roots = frozenset(store.catalog.public_identity(certificate.sha256) for certificate in held)
            bits = {store.index[root] for root in roots if root in store.index}
            known = self._asked_for[id(store.index)] = roots, sum(1 << bit for bit in bits)
        return known

    @property
    def question(self) -> Question:
        """What the clients are asked."""
        return self._question

    def asked(self, question: Question) -> Judge:
        """The same clients, asked another question; what does not depend on the question is shared."""
        judge = copy(self)
        judge._question = question
        return judge

    def anchor_in_reach(self, leaf: Certificate) -> bool:
        """Whether the graph holds any way from a server certificate to a root that one of the clients trusts."""
        return any(anchor_in_reach(leaf, group.store, self._graph) for group in self._groups)

    def issuance_limits(self, roots: Iterable[Certificate]) -> dict[datetime, list[tuple[Profile, Certificate]]]:
        """When clients stop to trust what one of these certificates issues from then on, and who they are."""
        certificates = tuple(roots)
        of_groups = [
            [(certificate, limit) for certificate in certificates
             if (limit := group.store.setting(certificate).issued_before) is not None]
            for group in self._groups
        ]  # fmt: skip
        limits: dict[datetime, list[tuple[Profile, Certificate]]] = {}
        for profile, group in self._members:
            for certificate, limit in of_groups[group]:
                limits.setdefault(limit, []).append((profile, certificate))
        return limits

    @property
    def questions(self) -> int:
        """How many different questions one chain takes."""
        return len(self._groups)

    def family(self, profile: Profile) -> Family:
        """The verifier family of a client."""
        return family_for(profile.family)

    def verdicts(self, served: tuple[Certificate, ...]) -> list[ClientVerdict]:
        """One verdict per client, in the order of the clients."""
        handshake = Handshake(served, self._fetchable)
        results = [self._build(group, handshake) for group in self._groups]
        answers: dict[tuple[int, Limits], _Answer] = {}
        verdicts = []
        for profile, group in self._members:
            result, limits = results[group], limits_of(profile)
            answer = answers.get((group, limits))
            if answer is None:
                answer = answers[group, limits] = _answer(result, limits, served)
            verdicts.append(ClientVerdict(profile, *answer, self.family(profile).basis.value))
        return verdicts

    def _build(self, group: _Group, handshake: Handshake) -> BuildResult:
        if group.family.engine is Engine.WINDOWS:
            return build_windows(handshake, group.store, self._graph, self._question, group.family.switches)
        return build(group.family, handshake, group.store, self._graph, self._question)

    def result(self, profile: Profile, served: tuple[Certificate, ...]) -> BuildResult:
        """One client's whole answer, with every candidate path; ``profile`` is one of the judge's clients."""
        group = self._groups[next(index for member, index in self._members if member.id == profile.id)]
        result = self._build(group, Handshake(served, self._fetchable))
        beyond = _beyond_limits(limits_of(profile), result, served)
        return result if beyond is None else _refused(result, beyond)


_Answer = tuple[Verdict, tuple[Certificate, ...], Problem | None]
"""What is equal for clients of one group with equal limits: verdict, path, problem."""


def _answer(result: BuildResult, limits: Limits, served: tuple[Certificate, ...]) -> _Answer:
    problem = result.problem or _beyond_limits(limits, result, served)
    verdict = Verdict.ACCEPT
    if problem is not None:
        verdict = Verdict.UNKNOWN if problem.reason.undecided else Verdict.REJECT
    return verdict, result.furthest, problem


def _beyond_limits(limits: Limits, result: BuildResult, served: tuple[Certificate, ...]) -> Problem | None:
    """The most telling limit that the chain exceeds."""
    return most_telling(list(exceeded(limits, served, result.furthest)))


def _refused(result: BuildResult, problem: Problem) -> BuildResult:
    """The result with the accepted path refused for a limit of the client."""
    if result.chosen is None:
        return result
    candidates = list(result.candidates)
    candidates[result.chosen] = replace(candidates[result.chosen], problems=(problem,))
    return replace(result, candidates=tuple(candidates), chosen=None)


def tally(verdicts: Iterable[ClientVerdict]) -> Mapping[Verdict, int]:
    """How many clients accept, reject and are unknown."""
    counts = dict.fromkeys(Verdict, 0)
    for verdict in verdicts:
        counts[verdict.verdict] += 1
    return counts
