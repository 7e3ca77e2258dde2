"""The chains that could be sent at all, and what clients make of each, whatever Windows would choose.

This is what a front end with a fixed chain file can do (nginx, HAProxy, a load balancer): it sends what one puts there.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from chainlab.certificate import Certificate
from chainlab.graph import CertGraph
from chainlab.paths.search import Budget, End, Origin, Step, search

MAX_CHAINS: Final = 64
"""Chains judged for one server certificate; a mesh of cross-signs has any number."""


def sendable_chains(graph: CertGraph, leaf: Certificate, at: datetime) -> list[tuple[Certificate, ...]]:
    """Every way up from ``leaf`` to a self-signed certificate over certificates valid at ``at``, roots included.

    One path for each distinct list of certificates below the root; shortest first.
    """

    above: dict[str, list[Step]] = {}

    def expand(path: tuple[Step, ...]) -> Sequence[Step]:
        child = path[-1].certificate
        steps = above.get(child.sha256)
        if steps is None:
            issuers = [issuer for issuer in graph.issuers(child) if issuer.valid_at(at)]
            ends = (End.SELF_SIGNED if graph.is_self_signed(issuer) else None for issuer in issuers)
            steps = [Step(issuer, Origin.SERVED, end) for issuer, end in zip(issuers, ends, strict=True)]
            above[child.sha256] = steps
        return steps

    found: dict[tuple[Certificate, ...], tuple[Certificate, ...]] = {}
    for path in search(Step(leaf, Origin.LEAF), expand, Budget()):
        if path.end is End.SELF_SIGNED:
            found.setdefault(path.certificates[:-1], path.certificates)
        if len(found) >= MAX_CHAINS:
            break
    return sorted(found.values(), key=lambda chain: (len(chain), [certificate.sha256 for certificate in chain]))
