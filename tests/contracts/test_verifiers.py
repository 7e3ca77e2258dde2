"""What every verifier family promises, on random small PKIs."""

import itertools
import random
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chainlab.graph import CertGraph
from chainlab.paths.checks import Question
from chainlab.paths.reach import anchor_in_reach
from chainlab.paths.trust import RootSet
from chainlab.verifiers import Handshake, build, family_for, known_families
from chainlab.verifiers.family import Family, ServedOrder, Stop
from tests.pki import NOW, Pki, at

FAMILIES = list({family_for(identity).behaviour: identity for identity in reversed(known_families())}.values())
"""One family for each behaviour: versions that behave alike need no second look."""
NAMES = "ABCDE"
_PKI = Pki("contracts")


def certificate(subject: str, issuer: str, expired: bool):
    fields = {"not_after": at("2024-01-01")} if expired else {}
    return _PKI.ca(subject, issuer, **fields)


EDGES = st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES), st.booleans()), min_size=1, max_size=8)


@pytest.mark.parametrize("identity", FAMILIES)
@settings(max_examples=40)
@given(
    edges=EDGES,
    roots=st.sets(st.sampled_from(NAMES), min_size=1, max_size=3),
    trusted_crosses=st.sets(st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)), max_size=2),
    seed=st.integers(0, 9),
)
def test_accepted_paths_hold_edge_by_edge_and_end_in_an_anchor(
    identity: str, edges, roots, trusted_crosses, seed: int
) -> None:
    leaf = _PKI.leaf("A")
    pool = [certificate(*edge) for edge in edges]
    anchors = [certificate(name, name, False) for name in sorted(roots)]
    anchors += [certificate(name, issuer, False) for name, issuer in trusted_crosses]
    graph = CertGraph([leaf, *pool, *anchors])
    family, trust, question = family_for(identity), RootSet(anchors), Question(NOW)
    result = build(family, Handshake((leaf, *pool)), trust, graph, question)
    assert not result.budget_exceeded
    if result.accepted is not None:
        path = result.accepted.path.certificates
        assert path[0] == leaf
        assert path[-1] in anchors
        assert anchor_in_reach(leaf, trust, graph), "what is out of reach is refused without a whole search"
        assert all(graph.signature(child, issuer).holds for child, issuer in itertools.pairwise(path))
        at_hand = Counter(certificate.sha256 for certificate in dict.fromkeys([leaf, *anchors]))
        assert Counter(c.sha256 for c in path) <= at_hand | Counter(c.sha256 for c in [leaf, *pool])
    else:
        assert result.problem is not None
    if tries_everything(family):
        mixed = random.Random(seed)
        shuffled, others = mixed.sample(pool, len(pool)), RootSet(mixed.sample(anchors, len(anchors)))
        again = build(family, Handshake((leaf, *shuffled)), others, graph, question)
        assert (again.accepted is None) == (result.accepted is None)


def tries_everything(family: Family) -> bool:
    """The order of the served list and of the store cannot matter."""
    as_searched = family.prepare is None and family.propose is None and family.served_order is ServedOrder.ANY
    return as_searched and family.stop is Stop.FIRST_GOOD and not family.choices


@given(edges=EDGES, roots=st.sets(st.sampled_from(NAMES), min_size=1, max_size=3))
def test_the_reference_builder_finds_a_path_exactly_when_one_exists(edges, roots) -> None:
    """Reachability over certificates valid now is an independent oracle (the idea of Netflix' BetterTLS)."""
    leaf = _PKI.leaf("A")
    pool = [certificate(*edge) for edge in edges]
    anchors = [certificate(name, name, False) for name in sorted(roots)]
    up: dict[str, set[str]] = {}
    for subject, issuer, expired in edges:
        if not expired:
            up.setdefault(subject, set()).add(issuer)
    reachable, waiting = {"A"}, ["A"]
    while waiting:
        for issuer in up.get(waiting.pop(), ()):
            if issuer not in reachable:
                reachable.add(issuer)
                waiting.append(issuer)
    graph = CertGraph([leaf, *pool, *anchors])
    result = build(family_for("rfc5280"), Handshake((leaf, *pool)), RootSet(anchors), graph, Question(NOW))
    assert (result.accepted is not None) == bool(reachable & roots)
