"""What lies above a certificate: anchors in reach, and every way up."""

from __future__ import annotations

import networkx as nx
from hypothesis import given
from hypothesis import strategies as st

from chainlab.graph import CertGraph
from chainlab.paths.reach import anchor_in_reach, ways_up
from chainlab.paths.search import Budget
from chainlab.paths.trust import RootSet
from tests.pki import Pki, forged

NAMES = "ABCDEF"
EDGES = st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)), max_size=12)
_PKI = Pki("reach")


@given(edges=EDGES, roots=st.sets(st.sampled_from(NAMES), max_size=3))
def test_an_anchor_is_in_reach_exactly_where_the_graph_of_names_says_so(edges, roots) -> None:
    leaf, anchors = _PKI.leaf("A"), [_PKI.ca(name) for name in sorted(roots)]
    names = nx.DiGraph([("www", "A"), *edges])
    expected = any(name in names and nx.has_path(names, "www", name) for name in roots)
    for graph in (CertGraph([leaf, *(_PKI.ca(*edge) for edge in edges)]),
                  CertGraph([leaf, *anchors, *(_PKI.ca(*edge) for edge in edges)])):  # fmt: skip
        assert anchor_in_reach(leaf, RootSet(anchors), graph) == expected


def test_a_certificate_for_the_name_and_key_of_an_anchor_counts_as_one(pki: Pki) -> None:
    leaf, cross = pki.leaf("R"), pki.ca("R", "Other")
    assert anchor_in_reach(leaf, RootSet([pki.ca("R")]), CertGraph([leaf, cross]))
    assert not anchor_in_reach(leaf, RootSet([pki.ca("S")]), CertGraph([leaf, cross]))


def test_a_server_certificate_that_is_an_anchor_itself_is_in_reach(pki: Pki) -> None:
    leaf = pki.leaf("Nobody")
    assert anchor_in_reach(leaf, RootSet([leaf]), CertGraph([leaf]))


def test_a_signature_that_cannot_be_checked_may_hold_and_a_wrong_one_does_not(pki: Pki) -> None:
    unknown, root = forged(pki.leaf("R")), pki.ca("R")
    assert anchor_in_reach(unknown, RootSet([root]), CertGraph([unknown, root]))
    imposter, leaf = _imposter(pki), pki.leaf("R")
    assert not anchor_in_reach(leaf, RootSet([imposter]), CertGraph([leaf, imposter]))


def _imposter(pki: Pki):
    """A root of the same name with another key."""
    pki.entity("imposter", subject="O=Test, CN=R")
    return pki.ca("imposter")


def test_every_way_up_is_found_once(pki: Pki) -> None:
    leaf = pki.leaf("A")
    cas = [pki.ca("A", "R"), pki.ca("A", "S"), pki.ca("R"), pki.ca("S"), pki.ca("S", "R")]
    graph = CertGraph([leaf, *cas])
    found = [tuple(c.subject.common for c in path.certificates[1:]) for path in ways_up(graph, leaf, Budget())]
    assert sorted(found) == [("A", "R"), ("A", "S"), ("A", "S", "R")]
    (alone,) = ways_up(graph, leaf, Budget(), lambda certificate: False)
    assert alone.certificates == (leaf,)
