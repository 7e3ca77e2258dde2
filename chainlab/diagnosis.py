"""The use cases: from inputs to results without formatting, the only thing a renderer sees."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Final

from chainlab import findings as kinds
from chainlab.assembly import Scene, assemble
from chainlab.catalog import Catalog, RootProgram
from chainlab.certificate import Certificate
from chainlab.clients import ClientVerdict, Judge, Profile, Snapshots, Verdict, load_profiles, select
from chainlab.evidence import CertificateEvidence, Evidence, read_inputs, trust_anchors, with_key_logs
from chainlab.findings import Finding, Severity
from chainlab.graph import CertGraph
from chainlab.ground_truth import policies_in_force
from chainlab.observation import ObservedChain, observed_chains, served_chains
from chainlab.paths.checks import Question
from chainlab.paths.trust import RootSet, TrustStore
from chainlab.plan import EACH_CLIENT_ONCE, JudgedChain, Objective, Plan, ServerPlan, Simulator, better_chain, make_plan
from chainlab.records import dataclass, field
from chainlab.request import Request
from chainlab.review import about_better, about_root, review
from chainlab.server import Binding
from chainlab.server_state import known_thumbprints, shipped_program
from chainlab.siblings import other_key_types
from chainlab.store_review import review_stores
from chainlab.targets import Target, choose_targets, observed_targets, unresolved_bindings
from chainlab.verifiers import family_for
from chainlab.windows.engine import Alternative, ChainPrediction
from chainlab.windows.selection import Policy
from chainlab.windows.status import names

if TYPE_CHECKING:
    from chainlab.traffic import Traffic

_NOTHING: Final = Evidence()


@dataclass(frozen=True, slots=True)
class ServedChain:
    """What goes on the wire, leaf first: a prediction never sends the root, a server that was observed may.

    ``basis``: ``predicted`` or ``observed``. ``root``: the self-signed end (``None``: there is none, or it is not
    known). ``status`` are Windows' status names of the chosen chain, ``policies``
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

    @property
    def root_sent(self) -> bool:
        """Whether the root goes on the wire too, which no client needs."""
        return self.root in self.chain


@dataclass(frozen=True, slots=True)
class TargetDiagnosis:
    """One server certificate at one endpoint: what is served, every client's verdict, findings and a plan.

    ``clients`` judge ``served.chain``. ``others`` are the other chains that may be served instead, each with every
    client's verdict; there are none where the prediction is firm or the chain was observed.
    """

    target: Target
    served: ServedChain
    clients: tuple[ClientVerdict, ...]
    others: tuple[JudgedChain, ...]
    findings: tuple[Finding, ...]
    plan: Plan | None

    @property
    def leaf(self) -> CertificateEvidence:
        """The server certificate."""
        return self.target.leaf

    @property
    def binding(self) -> Binding | None:
        """The endpoint, if one is known."""
        return self.target.binding

    @property
    def all_well(self) -> bool:
        """Every client accepts every chain that may be served, and no finding is an error."""
        verdicts = (*self.clients, *(verdict for other in self.others for verdict in other.verdicts))
        accepted = all(client.verdict is Verdict.ACCEPT for client in verdicts)
        return accepted and not any(finding.severity is Severity.ERROR for finding in self.findings)


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """The whole answer. ``findings`` are about inputs, stores and assumptions, the targets have their own.

    ``server_plan`` is what the targets' plans are views of, with the alternatives; ``None`` where none was asked for.
    """

    at: datetime
    host: str
    targets: tuple[TargetDiagnosis, ...]
    scene: Scene
    findings: tuple[Finding, ...]
    objective: Objective = EACH_CLIENT_ONCE
    traffic: Traffic | None = None
    server_plan: ServerPlan | None = None

    @property
    def all_well(self) -> bool:
        """Nothing is wrong for any target."""
        return all(target.all_well for target in self.targets)


@dataclass(slots=True)
class Case:
    """A request with everything that its answers share; equal questions are answered once.

    ``policies`` are the tie rules that may be in force on this server. ``problems`` are findings about the inputs.
    ``further`` certificates take part in the graph only.
    """

    request: Request
    scene: Scene
    clients: list[tuple[Profile, TrustStore]]
    policies: tuple[Policy, ...]
    catalog: Catalog
    problems: tuple[Finding, ...] = ()
    further: tuple[Certificate, ...] = ()
    _judges: dict[str, Judge] = field(default_factory=dict)
    _simulators: dict[Target, Simulator] = field(default_factory=dict)
    _answers: dict[Target, TargetDiagnosis] = field(default_factory=dict)
    _endpoints: dict[Target, list[Target]] = field(default_factory=dict)
    _positions: dict[Target, int] = field(default_factory=dict)
    _plan: ServerPlan | None = None

    def question(self, target: Target) -> Question:
        """When, and for which host: the one asked for, else the endpoint's."""
        return Question(self.request.at, self.request.host or target.host)

    def judge(self, question: Question) -> Judge:
        """The clients, asked for this host."""
        judge = self._judges.get(question.host)
        if judge is None:
            fetchable = self.scene.server.fetchable if self.request.baseline.aia else ()
            judge = self._judges[question.host] = Judge(self.clients, self.scene.graph, question, fetchable)
        return judge

    def simulator(self, target: Target) -> Simulator:
        """What server states lead to, for this target."""
        shared = self._shared(target)
        simulator = self._simulators.get(shared)
        if simulator is None:
            question, leaf = self.question(target), target.leaf.certificate
            simulator = Simulator(self.scene.graph, leaf, question.at, self.judge(question), self.policies)
            self._simulators[shared] = simulator
        return simulator

    def sites(self) -> list[Target]:
        """The targets to plan for: one for each predicted server certificate and host."""
        return [alike[-1] for alike in self._apart().values() if alike[0].observed is None]

    def alike(self, target: Target) -> list[Target]:
        """The targets that get the same answer as this one: other endpoints of its certificate and host."""
        return self._apart().get(self._shared(target), [])

    def _apart(self) -> dict[Target, list[Target]]:
        """The endpoints of each certificate and host, by what they share."""
        if not self._endpoints:
            for target in self.scene.targets:
                self._endpoints.setdefault(self._shared(target), []).append(target)
            planned = [shared for shared in self._endpoints if shared.observed is None]
            self._positions.update((shared, number) for number, shared in enumerate(planned))
        return self._endpoints

    def plan(self) -> ServerPlan | None:
        """What to do with the server, for all its targets together; ``None`` where nothing is predicted."""
        if self._plan is None and (sites := self.sites()):
            self._plan = make_plan(self.scene.server, [self.simulator(site) for site in sites], self.request.objective)
        return self._plan

    def plan_for(self, target: Target) -> Plan | None:
        """What the plan does for one target."""
        plan, position = self.plan(), self.position(target)
        return plan.for_site(position) if plan is not None and position is not None else None

    def position(self, target: Target) -> int | None:
        """Which of the sites a target belongs to; ``None`` where its chain was observed."""
        self._apart()
        return self._positions.get(self._shared(target))

    def _shared(self, target: Target) -> Target:
        """The target without what makes no difference for its answer."""
        return replace(target, binding=None, host=self.question(target).host)

    def answer(self, target: Target) -> TargetDiagnosis:
        """The diagnosis of one target; endpoints that share certificate and host share the work."""
        shared = self._shared(target)
        known = self._answers.get(shared)
        if known is None:
            answer = _predicted(self, target) if target.observed is None else _observed(self, target, target.observed)
            known = self._answers[shared] = answer
        return replace(known, target=target)


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What stands beside the inputs of a request, for one case or for many that differ in their inputs only.

    ``server`` is the evidence of the server under the inputs. ``own`` are the roots of own clients, ``problems`` what
    is wrong with their files.
    """

    catalog: Catalog
    clients: tuple[tuple[Profile, TrustStore], ...]
    program: RootProgram | None
    server: Evidence
    own: tuple[Certificate, ...]
    problems: tuple[Finding, ...]

    @classmethod
    def of(cls, request: Request) -> Knowledge:
        """Load the catalogue and the clients, and read what describes the server."""
        catalog = Catalog.load(request.twins, imported=request.imported)
        stores = [read_inputs([(path, None)], request.reading) for _, path in request.own_clients]
        own = [(p, trust_anchors(s, path)) for (p, path), s in zip(request.own_clients, stores, strict=True)]
        return cls(
            catalog,
            tuple(_clients(request, catalog, own)),
            shipped_program(request.at, catalog) if request.baseline.windows and request.served is None else None,
            read_inputs(request.server_inputs, request.reading),
            tuple(root for _, roots in own for root in roots),
            tuple(finding for store in stores for finding in store.findings),
        )


def open_case(request: Request) -> Case:
    """Read the inputs and join them with what is known.

    Chains that the inputs show on the wire are judged as they are, beside the predictions for the certificates in
    files and stores; with ``served``, only what that file shows is judged.
    """
    reading = with_key_logs((path for path, _ in (*request.inputs, *request.server_inputs)), request.reading)
    request = replace(request, reading=reading)
    given = read_inputs(request.inputs, reading)
    on_wire = read_inputs([(request.served, None)], reading) if request.served else Evidence()
    return case_of(request, given, Knowledge.of(request), on_wire)


def case_of(request: Request, given: Evidence, knowledge: Knowledge, on_wire: Evidence = _NOTHING) -> Case:
    """The case of evidence that was read already; ``on_wire`` is what the file of chains on the wire shows."""
    evidence, catalog = given + knowledge.server, knowledge.catalog
    request = replace(request, baseline=replace(request.baseline, program=knowledge.program))
    if request.served:
        targets = observed_targets(served_chains(on_wire, request.served))
    else:
        targets = choose_targets(given, evidence, observed_chains(evidence))
    further = [*knowledge.own, *(item.certificate for item in on_wire.certificates)]
    scene = assemble(evidence, targets, catalog, request.at, request.baseline, further)
    policies = policies_in_force(scene.server, scene.graph, targets, evidence.chains, request.at)
    problems = (*evidence.findings, *on_wire.findings, *knowledge.problems)
    return Case(request, scene, list(knowledge.clients), policies, catalog, problems, tuple(further))


def enlarged(case: Case, certificates: Iterable[Certificate]) -> Case:
    """The same case with further certificates in its graph: those that a change would bring."""
    further = tuple(dict.fromkeys([*case.further, *certificates]))
    if further == case.further:
        return case
    evidence, targets, request = case.scene.evidence, case.scene.targets, case.request
    scene = assemble(evidence, targets, case.catalog, request.at, request.baseline, further)
    return Case(request, scene, case.clients, case.policies, case.catalog, case.problems, further)


def diagnose(request: Request) -> Diagnosis:
    """Which chain will be served, who fails and why, and what to do."""
    return diagnosis_of(open_case(request))


def diagnosis_of(case: Case) -> Diagnosis:
    """The diagnosis of a case that is open already."""
    request = case.request
    targets = tuple(case.answer(target) for target in case.scene.targets)
    siblings = other_key_types(targets)
    targets = tuple(replace(t, findings=(*t.findings, *siblings.get(number, ()))) for number, t in enumerate(targets))
    return Diagnosis(request.at, request.host, targets, case.scene, tuple(_about_inputs(case)),
                     request.objective, request.traffic, case.plan() if request.with_plan else None)  # fmt: skip


def _about_inputs(case: Case) -> list[Finding]:
    evidence, scene = case.scene.evidence, case.scene
    said = [*case.problems, *unresolved_bindings(evidence)]
    _, unknown = known_thumbprints(evidence, scene.graph.certificates)
    if unknown:
        said.append(Finding(kinds.UNKNOWN_THUMBPRINTS, {"count": str(unknown)}))
    if any(target.observed is None for target in scene.targets):
        said += review_stores(scene, case.request.at)
        said += [Finding(kinds.ASSUMPTION, {"text": text}) for text in scene.server.assumptions]
    said += [Finding(kinds.ASSUMPTION, {"text": text}) for text in _about_own(case.request)]
    return said


def _about_own(request: Request) -> list[str]:
    """Own devices whose verifier's version is not known itself."""
    notes = ((profile, family_for(profile.family).note) for profile, _ in request.own_clients)
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


def _observed(case: Case, target: Target, seen: ObservedChain) -> TargetDiagnosis:
    """Clients judged on the chain that was on the wire, and whether another were better; nothing is predicted."""
    simulator, request = case.simulator(target), case.request
    verdicts = simulator.verdicts(seen.chain)
    findings = review(target, case.scene, case.question(target), None, seen.chain)
    served = ServedChain("observed", seen.chain, _root_among(case.scene.graph, seen.chain), observed=seen)
    if request.with_plan:
        findings += about_better(better_chain(simulator, seen.chain, request.objective), verdicts)
    findings += about_root(served.root, verdicts, request.own_clients, case.catalog)
    findings += _second_opinion(verdicts, request)
    return TargetDiagnosis(target, served, verdicts, (), tuple(findings), None)


def _root_among(graph: CertGraph, chain: Sequence[Certificate]) -> Certificate | None:
    """The self-signed certificate above the leaf to which issuers lead that were all sent."""
    above, left = [chain[0]], set(chain[1:])
    for certificate in above:
        found = [issuer for issuer in graph.issuers(certificate) if issuer in left]
        above.extend(found)
        left.difference_update(found)
    return next((certificate for certificate in above[1:] if graph.is_self_signed(certificate)), None)


def _predicted(case: Case, target: Target) -> TargetDiagnosis:
    simulator = case.simulator(target)
    outcome = simulator.outcome(case.scene.server)
    served = _served(outcome.prediction)
    findings = review(target, case.scene, case.question(target), outcome.prediction, served.chain)
    findings += about_root(served.root, outcome.verdicts, case.request.own_clients, case.catalog)
    findings += _second_opinion(outcome.verdicts, case.request)
    plan = case.plan_for(target) if case.request.with_plan else None
    return TargetDiagnosis(target, served, outcome.verdicts, outcome.judged[1:], tuple(findings), plan)


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


__all__ = ["Case", "Diagnosis", "Knowledge", "ServedChain", "TargetDiagnosis", "case_of", "diagnose",
           "diagnosis_of", "enlarged", "open_case"]  # fmt: skip
