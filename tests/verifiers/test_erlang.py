"""Erlang/OTP: whole paths are made before any is judged (``ssl_certificate.erl`` of OTP 25)."""

from chainlab.certificate import Certificate
from chainlab.graph import CertGraph
from chainlab.paths.checks import Question
from chainlab.paths.result import BuildResult
from chainlab.paths.search import End
from chainlab.paths.trust import RootSet
from chainlab.verifiers import Handshake, build, family_for
from chainlab.verifiers.erlang import MAX_COMBINATIONS
from tests.pki import NOW, Pki, at


def ask(served: list[Certificate], roots: list[Certificate]) -> BuildResult:
    graph = CertGraph([*served, *roots])
    return build(family_for("erlang"), Handshake(tuple(served)), RootSet(roots), graph, Question(NOW))


def test_an_ordered_list_is_one_path(pki: Pki) -> None:
    leaf, issuing = pki.leaf("I"), pki.ca("I", "R")
    assert ask([leaf, issuing], [pki.ca("R")]).accepted is not None
    old = pki.ca("I", "R", not_after=at("2022-01-01"))
    assert ask([leaf, old], [pki.ca("R")]).accepted is None


def test_each_choice_of_one_certificate_a_name_is_tried_where_the_list_is_out_of_order(pki: Pki) -> None:
    leaf, old, good = pki.leaf("I"), pki.ca("I", "R", not_after=at("2022-01-01")), pki.ca("I", "R")
    for served in ([leaf, old, good], [leaf, good, old]):
        assert ask(served, [pki.ca("R")]).accepted is not None


def test_only_so_many_choices_are_tried(pki: Pki) -> None:
    old = [pki.ca("I", "R", not_after=at(f"2022-01-{day:02d}")) for day in range(1, MAX_COMBINATIONS + 1)]
    leaf, good = pki.leaf("I"), pki.ca("I", "R")
    assert ask([leaf, good, *old[:-1]], [pki.ca("R")]).accepted is not None
    assert ask([leaf, good, *old], [pki.ca("R")]).accepted is None
    assert ask([leaf, *old, good], [pki.ca("R")]).accepted is not None  # beyond the limit the last served is taken


def test_another_root_is_looked_for_lower_down_where_the_anchor_has_expired(pki: Pki) -> None:
    served = [pki.leaf("I"), pki.ca("I", "R"), pki.ca("R", "U")]
    result = ask(served, [pki.ca("U", not_after=at("2025-01-01")), pki.ca("R")])
    assert result.accepted is not None
    assert result.accepted.path.top == pki.ca("R")


def test_a_cross_sign_in_the_store_is_no_anchor(pki: Pki) -> None:
    assert ask([pki.leaf("I"), pki.ca("I", "R")], [pki.ca("R", "U")]).accepted is None


def test_a_served_root_is_judged_like_an_intermediate_where_the_list_is_out_of_order(pki: Pki) -> None:
    leaf, issuing, root = pki.leaf("I"), pki.ca("I", "R"), pki.ca("R", purposes=("1.3.6.1.5.5.7.3.2",))
    assert ask([leaf, issuing, root], [root]).accepted is not None
    assert ask([leaf, root, issuing], [root]).accepted is None


def test_a_self_signed_leaf_alone_is_refused_trusted_or_not(pki: Pki) -> None:
    leaf = pki.leaf("www.example.test")
    assert ask([leaf], [leaf]).accepted is None


def test_a_circle_of_served_certificates_has_no_end(pki: Pki) -> None:
    served = [pki.leaf("A"), pki.ca("B", "A"), pki.ca("A", "B"), pki.ca("C", "R")]
    result = ask(served, [pki.ca("R"), pki.ca("A")])
    assert result.accepted is None
    assert result.candidates[0].path.end is End.CYCLE
