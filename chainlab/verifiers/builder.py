"""Runs a family's table over the shared search: from a handshake to a verdict with every candidate path."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import accumulate, pairwise
from typing import Final

from chainlab.certificate import Certificate
from chainlab.graph import CertGraph
from chainlab.paths.checks import Case, Question, judge
from chainlab.paths.reach import anchor_in_reach
from chainlab.paths.reasons import Problem, Reason
from chainlab.paths.result import BuildResult, JudgedPath
from chainlab.paths.search import MAX_DEPTH, MAX_STEPS, Budget, End, Origin, Step, search
from chainlab.paths.trust import TrustLevel, TrustStore
from chainlab.records import dataclass, field
from chainlab.verifiers.family import (
    AnchorIdentity,
    Candidate,
    Family,
    Handshake,
    LeafTrust,
    Prefer,
    Proposal,
    Scene,
    ServedOrder,
    Stop,
    names_match,
    signature_holds,
)

FEW_STEPS: Final = 100
"""Steps of a search before it is asked whether the trust store can be reached at all. Ordinary ones take few: 7 at most
over the fixtures, 65 captures and served chains of public CAs, for every client (measured 2026-11-30)."""

MAX_KEPT: Final = 64
"""Failed candidates kept for the explanation."""


def build(family: Family, handshake: Handshake, trust: TrustStore, graph: CertGraph, question: Question) -> BuildResult:
    """Run the family's builder on a served chain."""
    scene = Scene(handshake, trust, graph, question)
    if family.prepare is None:
        return _Builder(family, scene).run()
    prepared = family.prepare(family, scene)
    scene = Scene(prepared.handshake, trust, graph, question)
    return _Builder(prepared.family, scene, prepared.problems, prepared.anchor).run()


@dataclass(slots=True)
class _Builder:
    family: Family
    scene: Scene
    problems: tuple[Problem, ...] = ()
    anchor: Certificate | None = None
    budget: Budget = field(default_factory=Budget)

    def run(self) -> BuildResult:
        """The whole search; where it turns out long, only if it can come to an end that this client trusts."""
        result = self._searched(FEW_STEPS)
        if not result.budget_exceeded:
            return result
        if self._anchor_in_reach():
            return self._searched(MAX_STEPS)
        return BuildResult(tuple(map(self._out_of_reach, result.candidates)), None)  # what was found tells why

    def _out_of_reach(self, judged: JudgedPath) -> JudgedPath:
        """The path with its reason; that the search went no further up is none."""
        if self.family.depth or judged.path.end is not End.DEPTH:
            return judged
        others = tuple(problem for problem in judged.problems if problem.reason is not Reason.TOO_LONG)
        nowhere = Problem(Reason.NO_ANCHOR, judged.path.top, "nothing above it leads to a certificate that is trusted")
        return JudgedPath(judged.path, (nowhere, *others))

    def _anchor_in_reach(self) -> bool:
        scene, (leaf, *others) = self.scene, self.scene.handshake.served
        unknown = any(issuer not in scene.graph for issuer in (*others, *scene.handshake.fetchable))
        return unknown or anchor_in_reach(leaf, scene.trust, scene.graph)

    def _searched(self, steps: int) -> BuildResult:
        family, self.budget = self.family, Budget(steps, self.family.depth or MAX_DEPTH)
        kept: list[JudgedPath] = []
        for proposal in self._proposals():
            judged = self._judge(proposal)
            if len(kept) < MAX_KEPT or judged.good:
                kept.append(judged)
            if self._stops(judged):
                break
        chosen = len(kept) - 1 if kept and kept[-1].good else None
        cut = not family.depth and any(judged.path.end is End.DEPTH for judged in kept)
        return BuildResult(tuple(kept), chosen, self.budget.exceeded or cut)

    def _proposals(self) -> Iterable[Proposal]:
        if self.family.propose is not None:
            return self.family.propose(self.family, self.scene)
        start = self._leaf_step(self.scene.handshake.served[0])
        found = search(start, self._expand, self.budget, loop=self.family.loop)
        return (Proposal(path, self.family.switches, self.problems) for path in found)

    def _stops(self, judged: JudgedPath) -> bool:
        if self.family.stop is Stop.FIRST_PATH or judged.good:
            return True
        stored = any(step.origin in (Origin.ANCHOR, Origin.STORE) for step in judged.path.steps)
        if self.family.stop is Stop.FIRST_STORED and stored:
            return True
        if self.family.stop is Stop.FIRST_BUT_ANCHOR:
            ends = (judged.path.steps[0].certificate, judged.path.top)
            return judged.path.complete and all(problem.certificate in ends for problem in judged.problems)
        return self.family.stop is not Stop.FIRST_GOOD and judged.path.complete

    def _judge(self, proposal: Proposal) -> JudgedPath:
        scene, path = self.scene, proposal.path
        problems = judge(Case(path, scene.graph, scene.trust, proposal.switches, scene.question))
        if self.family.served_order is not ServedOrder.ANY and not path.complete and self._out_of_order():
            problems = (Problem(Reason.CHAIN_ORDER, path.top), *problems)
        if self.family.leaf_trust is LeafTrust.UNQUESTIONED and path.complete and len(path.steps) == 1:
            return JudgedPath(path, tuple(p for p in problems if p.reason is Reason.HOST_MISMATCH))
        return JudgedPath(path, (*proposal.problems, *problems))

    def _out_of_order(self) -> bool:
        served = self.scene.handshake.served
        return any(child.issuer.key != issuer.subject.key for child, issuer in pairwise(served))

    def _leaf_step(self, leaf: Certificate) -> Step:
        if self._leaf_is_anchor(leaf):
            return Step(leaf, Origin.LEAF, End.ANCHOR)
        return Step(leaf, Origin.LEAF, End.SELF_SIGNED if self.family.self_signed(self.scene, leaf) else None)

    def _leaf_is_anchor(self, leaf: Certificate) -> bool:
        rule = self.family.leaf_trust
        if rule is LeafTrust.LIKE_ISSUERS:
            return self._is_anchor(leaf, from_store=False)
        if rule is LeafTrust.NEVER or self.scene.trust.setting(leaf).level is not TrustLevel.ANCHOR:
            return False
        return rule is not LeafTrust.SELF_SIGNED or self.family.self_signed(self.scene, leaf)

    def _is_anchor(self, certificate: Certificate, *, from_store: bool) -> bool:
        family, trust = self.family, self.scene.trust
        if not from_store and family.anchors is AnchorIdentity.STORE:
            return False
        if trust.setting(certificate).level is not TrustLevel.ANCHOR:
            if from_store or family.anchors is not AnchorIdentity.ENTITY:
                return False
            named = trust.anchors_named(certificate.subject)
            if all(anchor.entity != certificate.entity for anchor in named):
                return False
        return family.partial_chain or self.family.self_signed(self.scene, certificate)

    def _expand(self, path: tuple[Step, ...]) -> Sequence[Step]:
        last = path[-1]
        anchors = self.scene.trust.anchors_named(last.certificate.issuer)
        if self.anchor is not None:
            anchors = [self.anchor] if self.anchor in anchors else []
        trusted = self._candidates(path, anchors, trusted=True)
        served: list[Candidate] = []
        if not (self.family.closed_store and last.origin in (Origin.STORE, Origin.ANCHOR)):
            served = self._candidates(path, self._within_reach(path), trusted=False)
        steps = self._merge(path, trusted, served)
        if self.family.aia and not steps:
            fetched = self._candidates(path, self.scene.handshake.fetchable, trusted=False)
            steps = [self._step(candidate.issuer, Origin.AIA) for candidate in fetched]
        return steps[: self.family.choices] if self.family.choices else steps

    def _merge(self, path: tuple[Step, ...], trusted: list[Candidate], served: list[Candidate]) -> list[Step]:
        """Both sources in the family's order, each certificate once."""
        family = self.family
        if family.served_choices:
            served = served[: family.served_choices]
        if family.store_choices:
            trusted = trusted[: family.store_choices]
        if family.prefer is Prefer.TRUSTED:
            candidates = trusted + served
        else:  # a served self-signed certificate gives way to the store's
            on: list[Candidate] = []
            ends: list[Candidate] = []
            for candidate in served:
                (ends if self._ends(candidate) else on).append(candidate)
            if trusted and family.store_choices:  # and does not come back
                ends = []
            candidates = on if on and family.stop is Stop.FIRST_PATH else on + trusted + ends
        steps: dict[tuple[str, bool], Step] = {}
        for candidate in self._as_many_as_matter(path, family.select(candidates)):
            origin = Origin.ANCHOR if candidate.trusted else Origin.SERVED
            stored = candidate.trusted and family.stop is Stop.FIRST_STORED  # counts apart from a served copy
            step = self._climbed(candidate, self._step(candidate.issuer, origin))
            steps.setdefault((candidate.issuer.sha256, stored), step)
        return list(steps.values())

    def _as_many_as_matter(self, path: tuple[Step, ...], candidates: list[Candidate]) -> list[Candidate]:
        """The first of them, one more than the search can come to: none of its path, each from at most two sources."""
        most = 2 * (self.budget.steps + 1)
        if len(candidates) <= most:
            return candidates
        loop, passed = self.family.loop, {self.family.loop(step.certificate) for step in path}
        fresh = accumulate(loop(candidate.issuer) not in passed for candidate in candidates)
        return candidates[: next((place for place, count in enumerate(fresh) if count > most), len(candidates))]

    def _climbed(self, candidate: Candidate, step: Step) -> Step:
        """An anchor of the store that has an issuer there is only a step for a verifier that climbs on."""
        if not (self.family.climbs_store and candidate.trusted) or self.family.self_signed(
            self.scene, step.certificate
        ):
            return step
        above = self.scene.trust.anchors_named(step.certificate.issuer)
        known = self._candidates((*candidate.path, step), above, trusted=True)
        return Step(step.certificate, Origin.STORE) if known else step

    def _ends(self, candidate: Candidate) -> bool:
        return self.family.self_signed_ends and self.family.self_signed(self.scene, candidate.issuer)

    def _candidates(
        self, path: tuple[Step, ...], certificates: Iterable[Certificate], *, trusted: bool
    ) -> list[Candidate]:
        """The certificates of one source that this family takes for issuers, in its order, each once."""
        child = path[-1].certificate
        rules = self.family.store_rules if trusted else self.family.served_rules
        found: dict[str, Candidate] = {}
        for issuer in certificates:
            if issuer.sha256 in found or not self._names_fit(child, issuer):
                continue
            candidate = Candidate(self.scene, path, issuer, trusted)
            if all(rule(candidate) for rule in rules):
                found[issuer.sha256] = candidate
        return self.family.order(list(found.values()))

    def _names_fit(self, child: Certificate, issuer: Certificate) -> bool:
        return names_match(self.family.matching, child.issuer, issuer.subject)

    def _within_reach(self, path: tuple[Step, ...]) -> Sequence[Certificate]:
        """The served certificates in which this family looks for the next issuer."""
        served, last = self.scene.handshake.served, path[-1]
        if self.family.served_order is ServedOrder.ANY:
            index = self.scene.handshake.index
            if signature_holds in self.family.served_rules:  # of many of one name only those that signed it are asked
                return index.signers(last.certificate, self.scene.graph)
            return index.named(last.certificate.issuer)
        if last.origin not in (Origin.LEAF, Origin.SERVED):
            return ()
        if self.family.served_order is ServedOrder.NEXT:
            return served[len(path) : len(path) + 1]
        return served[served.index(last.certificate) + 1 :]

    def _step(self, certificate: Certificate, origin: Origin) -> Step:
        from_store = origin is Origin.ANCHOR
        if self._is_anchor(certificate, from_store=from_store):
            return Step(certificate, origin, End.ANCHOR)
        if self.family.self_signed_ends and self.family.self_signed(self.scene, certificate):
            return Step(certificate, origin, End.SELF_SIGNED)
        return Step(certificate, Origin.STORE if from_store else origin)
