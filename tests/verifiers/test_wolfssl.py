"""wolfSSL: the list is worked through from its end, and each certificate has one issuer (5.5.4 of Debian)."""

from chainlab.certificate import Certificate
from chainlab.graph import CertGraph
from chainlab.paths.checks import Question
from chainlab.paths.trust import RootSet
from chainlab.verifiers import Handshake, build, family_for
from tests.pki import NOW, Pki, at


def reason(served: list[Certificate], roots: list[Certificate], host: str = "") -> str:
    graph = CertGraph([*served, *roots])
    result = build(family_for("wolfssl"), Handshake(tuple(served)), RootSet(roots), graph, Question(NOW, host))
    return result.problem.reason.code if result.problem else "accept"


def test_the_store_stands_in_for_what_is_missing_and_a_ca_without_issuer_is_passed_over(pki: Pki) -> None:
    leaf, issuing = pki.leaf("I"), pki.ca("I", "R")
    assert reason([leaf, issuing, pki.ca("X", "Y")], [pki.ca("R")]) == "accept"
    assert reason([issuing, leaf, pki.ca("X", "Y")], [pki.ca("Z")]) != "accept"


def test_an_issuer_must_stand_after_what_it_issued(pki: Pki) -> None:
    leaf, issuing, upper = pki.leaf("I"), pki.ca("I", "S"), pki.ca("S", "R")
    assert reason([leaf, issuing, upper], [pki.ca("R")]) == "accept"
    assert reason([leaf, upper, issuing], [pki.ca("R")]) != "accept"


def test_whatever_is_wrong_with_a_certificate_of_known_issuer_ends_the_handshake(pki: Pki) -> None:
    leaf, issuing, root = pki.leaf("I"), pki.ca("I", "R"), pki.ca("R")
    assert reason([leaf, issuing, pki.ca("X", "R", not_after=at("2022-01-01"))], [root]) == "expired-intermediate"
    assert reason([leaf, issuing, pki.ca("X", "R", critical_unknown=True)], [root]) == "critical-extension"


def test_a_server_certificate_in_the_store_is_accepted_for_its_host_alone(pki: Pki) -> None:
    leaf = pki.leaf("I", not_after=at("2027-01-01"))
    assert reason([leaf, pki.ca("X", "Y")], [leaf], "www.example.test") == "accept"
    assert reason([leaf], [leaf], "other.test") == "host-mismatch"


def test_path_lengths_are_carried_down_and_a_self_signed_ca_starts_anew(pki: Pki) -> None:
    leaf, issuing = pki.leaf("I"), pki.ca("I", "S")
    assert reason([leaf, issuing, pki.ca("S", "R", path_length=0)], [pki.ca("R")]) == "path-length"
    assert reason([leaf, issuing, pki.ca("S", "R", path_length=1)], [pki.ca("R")]) == "accept"
    assert reason([leaf, issuing, pki.ca("S", "R")], [pki.ca("R", path_length=0)]) == "accept"


def test_name_constraints_bind_only_the_certificate_right_below(pki: Pki) -> None:
    constrained = pki.ca("S", "R", permitted_dns=("other.test",))
    assert reason([pki.leaf("S"), constrained], [pki.ca("R")]) == "name-constraint"
    root = pki.ca("R", permitted_dns=("other.test",))
    assert reason([pki.leaf("S"), pki.ca("S", "R")], [root]) == "name-constraint"  # the CA's CN counts as a DNS name


def test_roots_do_not_expire(pki: Pki) -> None:
    served = [pki.leaf("I"), pki.ca("I", "R")]
    assert reason(served, [pki.ca("R", not_after=at("2022-01-01"))]) == "accept"
