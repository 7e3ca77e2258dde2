"""What lies above a certificate whoever asks: every way up, and whether a trust anchor can be reached at all.

Where none can, no search for a path has to be finished.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from chainlab.certificate import Certificate, Name
from chainlab.graph import CertGraph
from chainlab.paths.search import Budget, CandidatePath, End, Origin, Step, search
from chainlab.paths.trust import TrustLevel, TrustStore
from chainlab.signatures import Signature


def ways_up(
    graph: CertGraph, leaf: Certificate, budget: Budget, usable: Callable[[Certificate], bool] = lambda _: True
) -> Iterator[CandidatePath]:
    """Every path over ``usable`` certificates of the graph that signed one another, as far as the budget goes."""
    above: dict[str, list[Step]] = {}

    def expand(path: tuple[Step, ...]) -> Sequence[Step]:
        child = path[-1].certificate
        steps = above.get(child.sha256)
        if steps is None:
            issuers = [issuer for issuer in graph.issuers(child) if usable(issuer)]
            ends = (End.SELF_SIGNED if graph.is_self_signed(issuer) else None for issuer in issuers)
            steps = [Step(issuer, Origin.SERVED, end) for issuer, end in zip(issuers, ends, strict=True)]
            above[child.sha256] = steps
        return steps

    return search(Step(leaf, Origin.LEAF), expand, budget)


def anchor_in_reach(leaf: Certificate, trust: TrustStore, graph: CertGraph) -> bool:
    """Whether signatures that may hold lead from ``leaf`` over certificates of the graph to an anchor of this store.

    ``False`` is certain for every verifier that sees nothing but the graph and the store: whatever else it looks at, it
    accepts only what is signed all along up to an anchor (RFC 5280, 6.1.3 (a)(1)). A certificate with the name and the
    key of an anchor counts as one.
    """
    key = "anchor in reach", leaf.sha256, id(trust)
    return graph.answers.once(key, lambda: _leads_to(trust, _reachable(leaf, graph), graph), keep=trust)


def _leads_to(trust: TrustStore, reached: _Reached, graph: CertGraph) -> bool:
    for name, certificates in reached.by_subject.values():
        anchors = {anchor.entity for anchor in trust.anchors_named(name)}
        if anchors and any(certificate.entity in anchors for certificate in certificates):
            return True
    for name, certificates in reached.by_issuer.values():
        above = trust.anchors_named(name)
        if any(_may_hold(graph, certificate, anchor) for anchor in above for certificate in certificates):
            return True
    return any(trust.setting(certificate).level is TrustLevel.ANCHOR for certificate in reached.certificates)


class _Reached:
    """What can be reached, by the names by which a store is asked."""

    def __init__(self, certificates: Sequence[Certificate]) -> None:
        self.certificates = certificates
        self.by_subject: dict[str, tuple[Name, list[Certificate]]] = {}
        self.by_issuer: dict[str, tuple[Name, list[Certificate]]] = {}
        for certificate in certificates:
            self.by_subject.setdefault(certificate.subject.key, (certificate.subject, []))[1].append(certificate)
            self.by_issuer.setdefault(certificate.issuer.key, (certificate.issuer, []))[1].append(certificate)


def _reachable(leaf: Certificate, graph: CertGraph) -> _Reached:
    """Every certificate of the graph that may have signed ``leaf``, or one of these, itself included; found once."""

    def climbed() -> _Reached:
        left = _Unreached(graph.certificates)
        reached = [leaf]
        for child in reached:
            found = [issuer for issuer in left.could_issue(child) if _may_hold(graph, child, issuer)]
            left.take(found)
            reached += found
        return _Reached(reached)

    return graph.answers.once(("reachable", leaf.sha256), climbed)


def _may_hold(graph: CertGraph, child: Certificate, issuer: Certificate) -> bool:
    return graph.signature(child, issuer) is not Signature.INVALID


class _Unreached:
    """Certificates by everything by which a verifier looks for an issuer; each is found until it is taken."""

    def __init__(self, certificates: Sequence[Certificate]) -> None:
        self._left: dict[object, dict[str, Certificate]] = {}
        for certificate in certificates:
            for mark in _as_issuer(certificate):
                self._left.setdefault(mark, {})[certificate.sha256] = certificate

    def could_issue(self, child: Certificate) -> list[Certificate]:
        found: dict[str, Certificate] = {}
        for mark in _named_by(child):
            found.update(self._left.get(mark, {}))
        return list(found.values())

    def take(self, certificates: Sequence[Certificate]) -> None:
        for certificate in certificates:
            for mark in _as_issuer(certificate):
                self._left[mark].pop(certificate.sha256, None)


def _as_issuer(certificate: Certificate) -> Iterator[object]:
    yield from _names(certificate.subject)
    yield certificate.ski
    yield certificate.issuer.key, certificate.serial


def _named_by(child: Certificate) -> Iterator[object]:
    aki = child.aki
    yield from _names(child.issuer)
    if aki.key_id is not None:
        yield aki.key_id
    if aki.issuer is not None and aki.serial is not None:
        yield aki.issuer.key, aki.serial


def _names(name: Name) -> Iterator[object]:
    yield name.key
    if name.der is not None:
        yield "encoded", name.der
