"""A case of a public conformance suite: what to validate, for whom, and what the suite says must come out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from chainlab import oids
from chainlab.certificate import Certificate
from chainlab.decoding import decode_certificate
from chainlab.graph import CertGraph
from chainlab.paths.checks import Question
from chainlab.paths.policies import PolicyInputs
from chainlab.paths.result import BuildResult
from chainlab.paths.switches import Anchor
from chainlab.paths.trust import RootSet
from chainlab.verifiers import Handshake, build, family_for

ACCEPT, REJECT, UNKNOWN = "accept", "reject", "unknown"


@dataclass(frozen=True, slots=True)
class Case:
    """One question of a suite and its answer. All certificates are DER, so that every verifier reads them itself.

    ``longest`` counts the certificates of a path with leaf and anchor (0: no limit); ``unsupported`` says why the
    question cannot be put to a verifier of paths (empty: it can).
    """

    id: str
    leaf: bytes
    intermediates: tuple[bytes, ...]
    roots: tuple[bytes, ...]
    at: datetime
    expected: str
    host: str = ""
    purpose: str = oids.SERVER_AUTH
    policies: PolicyInputs = field(default_factory=PolicyInputs)
    longest: int = 0
    unsupported: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """Accept, reject or unknown, and the verifier's reason in its own words."""

    verdict: str
    detail: str = ""


Judge = Callable[[Case], Answer]


def rfc5280(case: Case) -> Answer:
    """The verdict of chainlab's family ``rfc5280``."""
    return _ours(case)


def rfc5280_with_anchor(case: Case) -> Answer:
    """The same with everything judged of the anchor too, as RFC 5937 lets a verifier do."""
    return _ours(case, Anchor.ALL)


def _ours(case: Case, anchor: Anchor | None = None) -> Answer:
    try:
        leaf, *others = [decode_certificate(der) for der in (case.leaf, *case.intermediates)]
        roots = [decode_certificate(der) for der in case.roots]
    except ValueError as broken:
        return Answer(REJECT, f"not read: {broken}")
    result = validate(case, leaf, others, roots, anchor)
    if result.accepted is not None:
        return Answer(ACCEPT)
    problem = result.problem
    assert problem is not None
    return Answer(UNKNOWN if problem.reason.undecided else REJECT, f"{problem.reason.code}: {problem}")


def validate(
    case: Case,
    leaf: Certificate,
    others: list[Certificate],
    roots: list[Certificate],
    anchor: Anchor | None = None,
) -> BuildResult:
    """Run chainlab's reference family on the decoded certificates of a case; ``anchor``: what is judged of the root."""
    family = family_for("rfc5280")
    switches = replace(family.switches, policies=case.policies, max_length=case.longest)
    if anchor is not None:
        switches = replace(switches, anchor=anchor)
    graph = CertGraph([leaf, *others, *roots])
    question = Question(case.at, case.host, case.purpose)
    return build(replace(family, switches=switches), Handshake((leaf, *others)), RootSet(roots), graph, question)
