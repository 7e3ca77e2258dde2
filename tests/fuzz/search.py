"""The target of path building: a small PKI from the input; every builder ends, and what it accepts is a real path."""

from __future__ import annotations

import itertools
import random
from collections.abc import Sequence
from datetime import timedelta
from functools import cache
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec

from chainlab.certificate import Certificate
from chainlab.graph import CertGraph
from chainlab.paths.checks import Question
from chainlab.paths.reach import anchor_in_reach
from chainlab.paths.result import BuildResult
from chainlab.paths.trust import RootSet
from chainlab.server import LM_ROOT
from chainlab.verifiers import Handshake, build, family_for, known_families
from chainlab.windows.status import TrustError
from tests.fuzz.target import Choices, Target
from tests.oracles.random_pki import CA_TRAITS, LEAF_TRAITS
from tests.oracles.scenario import HOST, LEAF, CertSpec, Scenario, materialise
from tests.pki import NOW
from tests.windows.machine import STORES, Machine

CAS: Final = ("A", "B", "C", "D", "E", "A~2", "B~2")
"""Entities; ``A~2`` has the name of ``A`` and another key."""

MOST: Final = 12
"""Certificates of one PKI beside the leaf: more make it slow, not different."""

PLACES: Final = ("Root", "CA", "SystemCA", "My", "Disallowed", "EnterpriseCA", "AuthRoot", "Trust")


@cache
def families() -> tuple[str, ...]:
    """One family for each behaviour."""
    return tuple({family_for(identity).behaviour: identity for identity in reversed(known_families())}.values())


def search_target() -> Target:
    """The target ``search``."""
    return Target("search", run, seeds, max_bytes=256, tries=12)


def seeds() -> list[bytes]:
    """Random inputs of a fixed seed: any bytes are a PKI."""
    made = random.Random("search")
    return [made.randbytes(size) for size in (8, 16, 24, 32, 48, 64, 64, 96, 96, 128)]


def scenario_of(choices: Choices) -> Scenario:
    """Certificates between any two CAs, loops too, each with up to two traits; what is served and trusted is open."""
    certs = {LEAF: CertSpec(LEAF, choices.one_of(CAS), _traits(choices, LEAF_TRAITS))}
    for number in range(1 + choices.number(MOST)):
        spec = CertSpec(choices.one_of(CAS), choices.one_of(CAS), _traits(choices, CA_TRAITS))
        certs[f"{spec.subject}-by-{spec.issuer}-{number}"] = spec
    names = [name for name in certs if name != LEAF]
    roots = tuple(choices.one_of(names) for _ in range(1 + choices.number(3)))
    served = tuple(choices.one_of(list(certs)) for _ in range(choices.number(MOST)))
    return Scenario("fuzz", certs, (LEAF, *served), tuple(dict.fromkeys(roots)), {"B": "P-384"})


def _traits(choices: Choices, known: Sequence[str]) -> tuple[str, ...]:
    wanted = {0: 1, 1: 2}.get(choices.number(6), 0)  # mostly sound: with many faults nothing is ever accepted
    return tuple(choices.one_of(known) for _ in range(wanted))


def run(data: bytes) -> None:
    """Ask every family and the Windows engine about the PKI of this input."""
    choices = Choices(data)
    case = materialise(scenario_of(choices), NOW)
    graph = CertGraph([*case.served, *case.roots])
    question = Question(NOW + timedelta(days=choices.number(3) * 200), HOST)
    for identity in families():
        trust, handshake = RootSet(case.roots), Handshake(case.served)
        result = build(family_for(identity), handshake, trust, graph, question)
        check_result(identity, result, case.roots)
        reached = result.accepted is None or anchor_in_reach(case.served[0], trust, graph)
        assert reached, f"{identity} accepts a path to an anchor that is said to be out of reach"
    check_prediction(case.served, choices)


def check_result(identity: str, result: BuildResult, roots: Sequence[Certificate]) -> None:
    """An accepted path is one, and a refusal has its reason."""
    if result.accepted is None:
        assert result.problem is not None, f"{identity} refuses without a reason"
        return
    path = result.accepted.path.certificates
    assert path[-1] in roots, f"{identity} accepts a path without an anchor"
    assert signed_all_along(path), f"{identity} accepts a path with a signature that does not hold"


def check_prediction(served: Sequence[Certificate], choices: Choices) -> None:
    """Windows' chain without an error ends in Root and is signed; there is always a chain to serve."""
    machine = Machine(served[0])
    for certificate in served[1:]:
        machine.with_properties(certificate, choices.one_of(PLACES))
    prediction = machine.predict()
    for choice in prediction.choices.values():
        path = choice.winner.certificates
        assert path[0] == served[0]
        if choice.winner.status is TrustError.NO_ERROR:
            stores = {entry.store for entry in prediction.server.entries if entry.certificate == path[-1]}
            assert stores & {LM_ROOT, STORES["AuthRoot"], STORES["PolicyRoot"]}, "a trusted chain without a root"
            assert signed_all_along(path), "a chain without an error whose signature does not hold"


def signed_all_along(path: Sequence[Certificate]) -> bool:
    """Whether the key of each certificate's issuer made its signature, asked of the cryptographic library alone."""
    return all(_signed(child, issuer) for child, issuer in itertools.pairwise(path))


def _signed(child: Certificate, issuer: Certificate) -> bool:
    assert child.der is not None
    assert issuer.der is not None
    below = x509.load_der_x509_certificate(child.der)
    key = x509.load_der_x509_certificate(issuer.der).public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    assert below.signature_hash_algorithm is not None
    try:
        key.verify(below.signature, below.tbs_certificate_bytes, ec.ECDSA(below.signature_hash_algorithm))
    except InvalidSignature:
        return False
    return True
