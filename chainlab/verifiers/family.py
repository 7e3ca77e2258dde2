"""A verifier family: how one kind of client turns a served chain and its trust store into a verdict.

A family is a table of choices over the shared search. The choices are those in which real verifiers were measured to
differ (73 cases, 65 configurations, 2026-11-20); each family file says which of its choices are measured, documented,
from the literature or inferred.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum

from chainlab.certificate import Certificate
from chainlab.graph import CertGraph
from chainlab.paths.checks import Case, Question, Switches, judge
from chainlab.paths.reasons import Problem, Reason
from chainlab.paths.result import BuildResult, JudgedPath
from chainlab.paths.search import (
    Budget,
    CandidatePath,
    End,
    LoopRule,
    Origin,
    Step,
    by_certificate,
    by_entity,
    search,
)
from chainlab.paths.trust import TrustLevel, TrustStore


class Basis(Enum):
    """On what the family's behaviour rests; shown beside every verdict."""

    MEASURED = "measured"
    DOCUMENTED = "documented"
    LITERATURE = "literature"
    INFERRED = "inferred"


class Prefer(Enum):
    """Which source of issuers is asked first."""

    SERVED = "served"
    TRUSTED = "trusted"
    ANY = "any"


class Stop(Enum):
    """When the builder stops looking."""

    FIRST_PATH = "first path"
    """One path is built and judged: no second try."""
    FIRST_ANCHORED = "first path that ends in an anchor"
    """Other ways are tried only until an anchor is reached; what is wrong with that path is final."""
    FIRST_GOOD = "first good path"
    """Every path is tried until one passes all checks."""


class Matching(Enum):
    """How issuer and subject names are compared."""

    BYTES = "encoded bytes"
    NORMALISED = "RFC 5280, 7.1"


class ServedOrder(Enum):
    """Where in the served list an issuer is looked for."""

    ANY = "anywhere"
    LATER = "after the certificate it issued"
    NEXT = "directly after the certificate it issued"


@dataclass(frozen=True, slots=True)
class Family:
    """The choices of one family. Defaults are those of a modern builder that tries every path.

    ``served_choices`` limits how many served candidates are followed at each step (0: all). ``prefer_valid`` takes
    certificates that are valid now before others. ``key_id`` and ``issuer_serial`` exclude candidates whose key
    identifier or whose issuer and serial number contradict the authority key identifier. ``served_order`` says where
    in the served list an issuer may stand. ``partial_chain`` takes anchors that are not self-signed.
    ``check_signature`` skips candidates whose key does not verify while building. ``variant`` picks another table for
    this handshake (JSSE validates an ordered chain, and builds only otherwise).
    """

    id: str
    title: str
    basis: Basis
    sources: tuple[str, ...] = ()
    prefer: Prefer = Prefer.TRUSTED
    stop: Stop = Stop.FIRST_GOOD
    matching: Matching = Matching.BYTES
    served_choices: int = 0
    prefer_valid: bool = False
    key_id: bool = False
    issuer_serial: bool = False
    served_order: ServedOrder = ServedOrder.ANY
    partial_chain: bool = True
    check_signature: bool = True
    aia: bool = False
    depth: int = 20
    loop: LoopRule = by_entity
    switches: Switches = field(default_factory=Switches)
    note: str = ""
    variant: Variant | None = None

    @property
    def behaviour(self) -> Family:
        """The table without its labels: two families with equal behaviour give equal verdicts."""
        return replace(self, id="", title="", basis=Basis.MEASURED, sources=(), note="")


@dataclass(frozen=True, slots=True)
class Handshake:
    """What a client gets to see: the served list (leaf first), and what it may fetch by AIA."""

    served: tuple[Certificate, ...]
    fetchable: tuple[Certificate, ...] = ()


Variant = Callable[["Family", Handshake, TrustStore, CertGraph], "Family"]

MAX_KEPT: int = 64
"""Failed candidates kept for the explanation."""


def build(family: Family, handshake: Handshake, trust: TrustStore, graph: CertGraph, question: Question) -> BuildResult:
    """Run the family's builder on a served chain."""
    if family.variant is not None:
        family = family.variant(family, handshake, trust, graph)
    return _Builder(family, handshake, trust, graph, question).run()


@dataclass(slots=True)
class _Builder:
    family: Family
    handshake: Handshake
    trust: TrustStore
    graph: CertGraph
    question: Question

    def run(self) -> BuildResult:
        family, budget = self.family, Budget(depth=self.family.depth)
        leaf = self.handshake.served[0]
        kept: list[JudgedPath] = []
        for path in search(self._leaf_step(leaf), self._expand, budget, loop=family.loop):
            judged = self._judge(path)
            if len(kept) < MAX_KEPT or judged.good:
                kept.append(judged)
            if self._stops(judged):
                break
        chosen = len(kept) - 1 if kept and kept[-1].good else None
        return BuildResult(tuple(kept), chosen, budget.exceeded)

    def _stops(self, judged: JudgedPath) -> bool:
        if self.family.stop is Stop.FIRST_PATH or judged.good:
            return True
        return self.family.stop is Stop.FIRST_ANCHORED and judged.path.complete

    def _judge(self, path: CandidatePath) -> JudgedPath:
        problems = judge(Case(path, self.graph, self.trust, self.family.switches, self.question))
        if self.family.served_order is not ServedOrder.ANY and not path.complete and self._out_of_order():
            problems = (Problem(Reason.CHAIN_ORDER, path.top), *problems)
        return JudgedPath(path, problems)

    def _out_of_order(self) -> bool:
        served = self.handshake.served
        return any(child.issuer.key != issuer.subject.key for child, issuer in itertools.pairwise(served))

    def _leaf_step(self, leaf: Certificate) -> Step:
        if self._is_anchor(leaf):
            return Step(leaf, Origin.LEAF, End.ANCHOR)
        return Step(leaf, Origin.LEAF, End.SELF_SIGNED if self.graph.is_self_signed(leaf) else None)

    def _is_anchor(self, certificate: Certificate) -> bool:
        if self.trust.setting(certificate).level is not TrustLevel.ANCHOR:
            return False
        return self.family.partial_chain or self.graph.is_self_signed(certificate)

    def _expand(self, path: tuple[Step, ...]) -> Sequence[Step]:
        child = path[-1].certificate
        trusted = self._order([c for c in self.trust.anchors_named(child.issuer) if self._fits(child, c)])
        from_store = [self._step(certificate, Origin.ANCHOR) for certificate in trusted]
        served = [self._step(certificate, Origin.SERVED) for certificate in self._served_issuers(path)]
        if self.family.aia and not served and not from_store:
            fetched = self._order([c for c in self.handshake.fetchable if self._fits(child, c)])
            served = [self._step(certificate, Origin.AIA) for certificate in fetched]
        return self._merge(from_store, served)

    def _merge(self, from_store: list[Step], served: list[Step]) -> list[Step]:
        family = self.family
        if family.served_choices:
            served = served[: family.served_choices]
        if family.stop is Stop.FIRST_PATH and family.prefer is Prefer.SERVED and served:
            return served
        steps = from_store + served if family.prefer is Prefer.TRUSTED else served + from_store
        unique: dict[str, Step] = {}
        for step in steps:
            unique.setdefault(step.certificate.sha256, step)
        return list(unique.values())

    def _served_issuers(self, path: tuple[Step, ...]) -> list[Certificate]:
        child = path[-1].certificate
        used = {step.certificate.sha256 for step in path}
        fitting = [c for c in self._within_reach(path) if c.sha256 not in used and self._fits(child, c)]
        return self._order(list(dict.fromkeys(fitting)))

    def _within_reach(self, path: tuple[Step, ...]) -> Sequence[Certificate]:
        """The served certificates in which this family looks for the next issuer."""
        served, last = self.handshake.served, path[-1]
        if self.family.served_order is ServedOrder.ANY:
            return served[1:]
        if last.origin not in (Origin.LEAF, Origin.SERVED):
            return ()
        if self.family.served_order is ServedOrder.NEXT:
            return served[len(path) : len(path) + 1]
        return served[served.index(last.certificate) + 1 :]

    def _order(self, candidates: list[Certificate]) -> list[Certificate]:
        if self.family.prefer_valid:
            return sorted(candidates, key=lambda c: not c.valid_at(self.question.at))
        return candidates

    def _step(self, certificate: Certificate, origin: Origin) -> Step:
        if self._is_anchor(certificate):
            return Step(certificate, Origin.ANCHOR if origin is Origin.ANCHOR else origin, End.ANCHOR)
        if self.graph.is_self_signed(certificate):
            return Step(certificate, origin, End.SELF_SIGNED)
        return Step(certificate, Origin.STORE if origin is Origin.ANCHOR else origin)

    def _fits(self, child: Certificate, issuer: Certificate) -> bool:
        family, aki = self.family, child.aki
        if family.matching is Matching.BYTES:
            if not child.issuer.same_bytes(issuer.subject):
                return False
        elif child.issuer.key != issuer.subject.key:
            return False
        if family.key_id and None not in (aki.key_id, issuer.ski) and aki.key_id != issuer.ski:
            return False
        if family.issuer_serial and aki.serial is not None and not self._serial_fits(child, issuer):
            return False
        return not family.check_signature or self.graph.signature(child, issuer).holds

    @staticmethod
    def _serial_fits(child: Certificate, issuer: Certificate) -> bool:
        aki = child.aki
        if aki.serial != issuer.serial:
            return False
        return aki.issuer is None or aki.issuer.key == issuer.issuer.key


__all__ = [
    "Basis", "Family", "Handshake", "Matching", "Prefer", "ServedOrder", "Stop", "build", "by_certificate",
    "by_entity",
]  # fmt: skip
