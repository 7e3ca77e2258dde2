"""The builder that runs the families' tables: limits and what lies beyond them."""

import itertools

import pytest

from chainlab.graph import CertGraph
from chainlab.paths.checks import Question
from chainlab.paths.result import BuildResult
from chainlab.paths.search import MAX_DEPTH
from chainlab.paths.trust import RootSet
from chainlab.verifiers import Handshake, build, family_for
from tests.pki import NOW, Pki


def climb(pki: Pki, length: int, family: str) -> BuildResult:
    """A chain of so many certificates, the root included."""
    names = [f"C{number}" for number in range(length - 1)]
    chain = [pki.ca(subject, issuer) for subject, issuer in itertools.pairwise(names)]
    root = pki.ca(names[-1])
    leaf = pki.leaf(names[0])
    graph = CertGraph([leaf, *chain, root])
    return build(family_for(family), Handshake((leaf, *chain)), RootSet([root]), graph, Question(NOW))


@pytest.mark.parametrize("family", ["go", "rfc5280"])
def test_a_long_chain_is_followed_where_no_limit_is_known(pki: Pki, family: str) -> None:
    result = climb(pki, 27, family)
    assert result.accepted is not None
    assert len(result.accepted.path.steps) == 27


def test_what_lies_beyond_the_depth_of_the_search_is_undecided(pki: Pki) -> None:
    assert climb(pki, MAX_DEPTH, "go").accepted is not None
    beyond = climb(pki, MAX_DEPTH + 1, "go")
    assert beyond.accepted is None
    assert beyond.problem is not None
    assert beyond.problem.reason.undecided


def test_a_limit_of_the_verifier_itself_is_a_refusal(pki: Pki) -> None:
    limit = family_for("pyca").depth
    assert 0 < limit < MAX_DEPTH
    assert climb(pki, limit, "pyca").accepted is not None
    result = climb(pki, limit + 1, "pyca")
    assert result.problem is not None
    assert not result.problem.reason.undecided
