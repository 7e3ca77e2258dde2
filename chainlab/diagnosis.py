"""The use cases: from inputs to results without formatting, the only thing a renderer sees."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from chainlab import findings as kinds
from chainlab.assembly import Baseline, Scene, assemble, choose_leaves
from chainlab.catalog import Catalog, Twins
from chainlab.certificate import Certificate
from chainlab.clients import ClientVerdict, Judge, Profile, Snapshots, Verdict, load_profiles, select
from chainlab.evidence import CertificateEvidence, Evidence, ReadOptions, read_inputs, trust_anchors, with_key_logs
from chainlab.findings import Finding, Severity
from chainlab.observation import ObservedChain, observed_chains, served_chains
from chainlab.paths.checks import Question
from chainlab.paths.trust import RootSet, TrustStore
from chainlab.plan import Plan, Simulator, make_plan
from chainlab.review import review
from chainlab.server import StoreName
from chainlab.windows.engine import Alternative, ChainPrediction
from chainlab.windows.selection import Policy
from chainlab.windows.status import names


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked: inputs (with the store each stands for), the moment, and the options of the command line.

    ``served`` is a file with chains as they are on the wire (PEM in wire order, or any handshakes); then nothing is
    predicted. ``own_clients`` are profiles with the file of their roots. ``twins`` are laboratory certificates that
    stand for real ones everywhere. ``cross_check`` validates accepted paths again with pyhanko-certvalidator.
    """

    inputs: tuple[tuple[Path, StoreName | None], ...]
    at: datetime
    selector: str = ""
    host: str = ""
    served: Path | None = None
    own_clients: tuple[tuple[Profile, Path], ...] = ()
    baseline: Baseline = field(default_factory=Baseline)
    reading: ReadOptions = field(default_factory=ReadOptions)
    twins: Twins | None = None
    with_plan: bool = True
    cross_check: bool = False


@dataclass(frozen=True, slots=True)
class ServedChain:
    """What goes on the wire, leaf first, without the root.

    ``basis``: ``predicted`` or ``observed``. ``status`` are Windows' status names of the chosen chain, ``policies``
    the chain under each selection policy, ``prediction`` the engine's full answer (``None`` where observed).
    ``observed``: where the chain was seen (``None`` where predicted).
    """

    basis: str
    chain: tuple[Certificate, ...]
    root: Certificate | None = None
    status: tuple[str, ...] = ()
    certainty: str = "firm"
    policies: Mapping[str, tuple[Certificate, ...]] = field(default_factory=dict)
    alternatives: tuple[Alternative, ...] = ()
    prediction: ChainPrediction | None = None
    observed: ObservedChain | None = None


@dataclass(frozen=True, slots=True)
class TargetDiagnosis:
    """One server certificate: what is served, every client's verdict, findings and a plan.

    ``clients`` judge ``served.chain``; ``clients_if_newest`` judge the other policy's chain where the choice is
    contested (else empty).
    """

    leaf: CertificateEvidence
    served: ServedChain
    clients: tuple[ClientVerdict, ...]
    clients_if_newest: tuple[ClientVerdict, ...]
    findings: tuple[Finding, ...]
    plan: Plan | None

    @property
    def all_well(self) -> bool:
        """Every client accepts under either policy and no finding is an error."""
        verdicts = (*self.clients, *self.clients_if_newest)
        accepted = all(client.verdict is Verdict.ACCEPT for client in verdicts)
        return accepted and not any(finding.severity is Severity.ERROR for finding in self.findings)


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """The whole answer. ``findings`` are about the inputs and the assumptions, the targets have their own."""

    at: datetime
    host: str
    targets: tuple[TargetDiagnosis, ...]
    scene: Scene
    findings: tuple[Finding, ...]

    @property
    def all_well(self) -> bool:
        """Nothing is wrong for any target."""
        return all(target.all_well for target in self.targets)


def diagnose(request: Request) -> Diagnosis:
    """Which chain will be served, who fails and why, and what to do.

    Chains that the inputs show on the wire are judged as they are, beside the predictions for the certificates in
    files and stores; with ``served``, only what that file shows is judged.
    """
    reading = with_key_logs((path for path, _ in request.inputs), request.reading)
    evidence = read_inputs(request.inputs, reading)
    catalog = Catalog.load(request.twins)
    stores = [read_inputs([(path, None)], reading) for _, path in request.own_clients]
    own = [(p, trust_anchors(store, path)) for (p, path), store in zip(request.own_clients, stores, strict=True)]
    on_wire = read_inputs([(request.served, None)], reading) if request.served else Evidence()
    observed = served_chains(on_wire, request.served) if request.served else observed_chains(evidence)
    leaves = [] if request.served else choose_leaves(evidence, observed)
    known = {leaf.certificate for leaf in leaves}
    apart = [chain for chain in observed if chain.chain[0] not in known]
    further = [root for _, roots in own for root in roots] + [c.certificate for c in on_wire.certificates]
    everything = [*leaves, *(chain.leaf for chain in apart)]
    scene = assemble(evidence, everything, catalog, request.at, request.baseline, further)
    question = Question(request.at, request.host)
    fetchable = scene.server.fetchable if request.baseline.aia else ()
    judge = Judge(_clients(request, catalog, own), scene.graph, question, fetchable)
    work = _Work(request, scene, question, judge)
    targets = [work.predicted(leaf, [c for c in observed if c.chain[0] == leaf.certificate]) for leaf in leaves]
    targets += [work.observed(chain) for chain in apart]
    said = [Finding(kinds.ASSUMPTION, {"text": text}) for text in (scene.server.assumptions if leaves else ())]
    problems = [finding for source in (evidence, on_wire, *stores) for finding in source.findings]
    return Diagnosis(request.at, request.host, tuple(targets), scene, (*problems, *said))


def _clients(
    request: Request, catalog: Catalog, own: Iterable[tuple[Profile, Sequence[Certificate]]]
) -> list[tuple[Profile, TrustStore]]:
    clients: list[tuple[Profile, TrustStore]] = [(profile, RootSet(roots)) for profile, roots in own]
    chosen = select(load_profiles(), request.selector)
    if chosen:
        snapshots = Snapshots(catalog)
        clients.extend((profile, snapshots.store(profile.store)) for profile in chosen)
    return clients


@dataclass(frozen=True, slots=True)
class _Work:
    """What every target of one diagnosis is judged with."""

    request: Request
    scene: Scene
    question: Question
    judge: Judge

    def _simulator(self, leaf: CertificateEvidence) -> Simulator:
        return Simulator(self.scene.graph, leaf.certificate, self.question.at, self.judge)

    def observed(self, seen: ObservedChain) -> TargetDiagnosis:
        """A chain that was seen: judged, not predicted."""
        verdicts = self._simulator(seen.leaf).verdicts(seen.chain)
        findings = review(seen.leaf, self.scene, self.question, None, seen.chain, [seen])
        findings += _second_opinion(verdicts, self.request)
        served = ServedChain("observed", seen.chain, observed=seen)
        return TargetDiagnosis(seen.leaf, served, verdicts, (), tuple(findings), None)

    def predicted(self, leaf: CertificateEvidence, seen: Sequence[ObservedChain]) -> TargetDiagnosis:
        """What the server will send for a certificate; ``seen``: what was observed with the same one."""
        simulator = self._simulator(leaf)
        outcome = simulator.outcome(self.scene.server)
        prediction = outcome.prediction
        served = _served(prediction)
        verdicts = outcome.verdicts[Policy.KB]
        findings = review(leaf, self.scene, self.question, prediction, served.chain, seen)
        findings += _second_opinion(verdicts, self.request)
        contested = len({choice.winner.served for choice in prediction.choices.values()}) > 1
        if_newest = outcome.verdicts[Policy.NEWEST] if contested else ()
        plan = make_plan(self.scene.server, simulator, self.scene.above) if self.request.with_plan else None
        return TargetDiagnosis(leaf, served, verdicts, if_newest, tuple(findings), plan)


def _second_opinion(verdicts: tuple[ClientVerdict, ...], request: Request) -> list[Finding]:
    if not request.cross_check:
        return []
    from chainlab.crosscheck import cross_check

    return cross_check(verdicts, request.at)


def _served(prediction: ChainPrediction) -> ServedChain:
    chosen = prediction.chosen
    return ServedChain(
        "predicted",
        chosen.served,
        chosen.root if len(chosen.certificates) > 1 else None,
        tuple(names(chosen.status)),
        prediction.certainty.value,
        {policy.value: choice.winner.served for policy, choice in prediction.choices.items()},
        tuple(prediction.alternatives()),
        prediction,
    )


__all__ = ["Diagnosis", "Request", "ServedChain", "TargetDiagnosis", "diagnose"]
