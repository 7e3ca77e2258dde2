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
from chainlab.errors import InputError
from chainlab.evidence import CertificateEvidence, ReadOptions, read_inputs
from chainlab.findings import Finding, Severity
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

    ``served`` is a file with the chain as it is on the wire; then nothing is predicted. ``own_clients`` are profiles
    with the file of their roots. ``twins`` are laboratory certificates that stand for real ones everywhere.
    ``cross_check`` validates accepted paths again with pyhanko-certvalidator.
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
    """

    basis: str
    chain: tuple[Certificate, ...]
    root: Certificate | None = None
    status: tuple[str, ...] = ()
    certainty: str = "firm"
    policies: Mapping[str, tuple[Certificate, ...]] = field(default_factory=dict)
    alternatives: tuple[Alternative, ...] = ()
    prediction: ChainPrediction | None = None


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
    """Which chain will be served, who fails and why, and what to do."""
    evidence = read_inputs(request.inputs, request.reading)
    catalog = Catalog.load(request.twins)
    own = [(profile, _own_roots(path, request.reading)) for profile, path in request.own_clients]
    on_wire = _on_wire(request)
    observed = tuple(item.certificate for item in on_wire)
    further = [root for _, roots in own for root in roots] + list(observed)
    leaves = on_wire[:1] or choose_leaves(evidence)
    scene = assemble(evidence, leaves, catalog, request.at, request.baseline, further)
    question = Question(request.at, request.host)
    fetchable = scene.server.fetchable if request.baseline.aia else ()
    judge = Judge(_clients(request, catalog, own), scene.graph, question, fetchable)
    targets = tuple(_target(leaf, scene, question, judge, observed, request) for leaf in scene.leaves)
    assumptions = () if observed else scene.server.assumptions
    said = [Finding(kinds.ASSUMPTION, {"text": text}) for text in (*assumptions, *_about_own(request, judge))]
    return Diagnosis(request.at, request.host, targets, scene, (*evidence.findings, *said))


def _about_own(request: Request, judge: Judge) -> list[str]:
    """Own devices whose verifier's version is not known itself."""
    notes = ((profile, judge.family(profile).note) for profile, _ in request.own_clients)
    return [f"own client '{profile.name}', verifier {profile.family}: {note}" for profile, note in notes if note]


def _clients(
    request: Request, catalog: Catalog, own: Iterable[tuple[Profile, Sequence[Certificate]]]
) -> list[tuple[Profile, TrustStore]]:
    clients: list[tuple[Profile, TrustStore]] = [(profile, RootSet(roots)) for profile, roots in own]
    chosen = select(load_profiles(), request.selector)
    if chosen:
        snapshots = Snapshots(catalog)
        clients.extend((profile, snapshots.store(profile.store)) for profile in chosen)
    return clients


def _own_roots(path: Path, reading: ReadOptions) -> list[Certificate]:
    return [item.certificate for item in read_inputs([(path, None)], reading).certificates]


def _on_wire(request: Request) -> tuple[CertificateEvidence, ...]:
    """The certificates of ``--served``, in wire order; empty where nothing was observed."""
    if request.served is None:
        return ()
    seen = read_inputs([(request.served, None)], request.reading).certificates
    if not seen:
        raise InputError(str(request.served), "no certificate", expected="a served chain, leaf first")
    return seen


def _target(
    leaf: CertificateEvidence,
    scene: Scene,
    question: Question,
    judge: Judge,
    observed: tuple[Certificate, ...],
    request: Request,
) -> TargetDiagnosis:
    simulator = Simulator(scene.graph, leaf.certificate, question.at, judge)
    if observed:
        verdicts = simulator.verdicts(observed)
        findings = review(leaf, scene, question, None, observed) + _second_opinion(verdicts, request)
        served = ServedChain("observed", observed)
        return TargetDiagnosis(leaf, served, verdicts, (), tuple(findings), None)
    outcome = simulator.outcome(scene.server)
    prediction = outcome.prediction
    served = _served(prediction)
    verdicts = outcome.verdicts[Policy.KB]
    findings = review(leaf, scene, question, prediction, served.chain) + _second_opinion(verdicts, request)
    contested = len({choice.winner.served for choice in prediction.choices.values()}) > 1
    plan = make_plan(scene.server, simulator, scene.above) if request.with_plan else None
    return TargetDiagnosis(
        leaf,
        served,
        verdicts,
        outcome.verdicts[Policy.NEWEST] if contested else (),
        tuple(findings),
        plan,
    )


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
