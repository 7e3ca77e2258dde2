"""The builder that runs the families' tables: limits and what lies beyond them."""

import itertools

import pytest

from chainlab.certificate import Certificate
from chainlab.graph import CertGraph
from chainlab.paths.checks import Question
from chainlab.paths.reasons import Reason
from chainlab.paths.result import BuildResult
from chainlab.paths.search import MAX_DEPTH
from chainlab.paths.trust import RootSet
from chainlab.verifiers import Handshake, build, family_for
from chainlab.verifiers.builder import FEW_STEPS
from tests.pki import NOW, Pki, at


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


def mesh(pki: Pki, size: int) -> list[Certificate]:
    """CAs that all certify one another."""
    names = [f"M{number}" for number in range(size)]
    return [pki.ca(subject, issuer) for subject in names for issuer in names if subject != issuer]


FAMILIES = ["go", "chrome", "mozpkix", "java-21", "android-10", "openssl-3", "gnutls", "certvalidator", "rfc5280"]


@pytest.mark.parametrize("family", FAMILIES)
def test_a_mesh_below_no_root_is_refused_for_certain_after_a_short_search(pki: Pki, family: str) -> None:
    leaf, cas, root = pki.leaf("M0"), mesh(pki, 7), pki.ca("Elsewhere")
    result = build(family_for(family), Handshake((leaf, *cas)), RootSet([root]), CertGraph([leaf, *cas]), Question(NOW))
    assert result.accepted is None
    assert not result.budget_exceeded
    assert result.problem is not None
    assert not result.problem.reason.undecided
    assert len(result.candidates) <= FEW_STEPS


def test_a_chain_to_nowhere_lacks_an_anchor_however_long_it_is(pki: Pki) -> None:
    names = [f"C{number}" for number in range(MAX_DEPTH + 10)]
    served = (pki.leaf(names[0]), *(pki.ca(subject, issuer) for subject, issuer in itertools.pairwise(names)))
    result = build(family_for("go"), Handshake(served), RootSet([pki.ca("R")]), CertGraph(served), Question(NOW))
    assert result.problem is not None
    assert result.problem.reason is Reason.NO_ANCHOR


def test_a_mesh_below_a_root_that_no_path_may_use_is_searched_on_and_stays_undecided(pki: Pki) -> None:
    """Each path ends at an expired root: only the whole search could say that no other one does."""
    root = pki.ca("R", not_after=at("2024-01-01"))
    leaf, cas = pki.leaf("M0"), [*mesh(pki, 9), pki.ca("M8", "R")]
    graph = CertGraph([leaf, *cas, root])
    result = build(family_for("go"), Handshake((leaf, *cas)), RootSet([root]), graph, Question(NOW))
    assert result.accepted is None
    assert result.budget_exceeded


@pytest.mark.parametrize("family", [family for family in FAMILIES if family != "gnutls"])  # it sorts 16 at most
def test_the_only_good_issuer_is_found_among_hundreds_of_its_name(pki: Pki, family: str) -> None:
    """More of one key than a short search looks at, and all but the last have expired."""
    root = pki.ca("R")
    expired = [pki.ca("I", "R", not_after=at("2024-01-01"), serial=number + 2) for number in range(3 * FEW_STEPS)]
    served = (pki.leaf("I"), *expired, pki.ca("I", "R"))
    graph = CertGraph([*served, root])
    result = build(family_for(family), Handshake(served), RootSet([root]), graph, Question(NOW))
    assert result.accepted is not None
    assert result.accepted.path.certificates == (served[0], served[-1], root)
