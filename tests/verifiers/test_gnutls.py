"""How GnuTLS arranges a served list, beside GnuTLS itself where it is installed."""

from __future__ import annotations

import pytest

from chainlab.certificate import Certificate
from chainlab.graph import CertGraph
from chainlab.paths.checks import Question
from chainlab.paths.trust import RootSet
from chainlab.verifiers.family import Handshake, Scene
from chainlab.verifiers.gnutls import MAX_SORTED, _arranged, _first_run
from tests.oracles.compare import compare, our_answer
from tests.oracles.oracle import ACCEPT, all_oracles
from tests.oracles.random_pki import random_scenario
from tests.oracles.scenario import materialise
from tests.pki import NOW, Pki

ONE_LIST_WITH_A_CERTIFICATE_TWICE = 8000355


def scene(served: list[Certificate], roots: list[Certificate]) -> Scene:
    return Scene(Handshake(tuple(served)), RootSet(roots), CertGraph([*served, *roots]), Question(NOW))


def test_a_certificate_that_comes_twice_costs_the_end_of_the_list() -> None:
    case = materialise(random_scenario(ONE_LIST_WITH_A_CERTIFICATE_TWICE), NOW)
    assert our_answer("gnutls", case).verdict == ACCEPT


@pytest.mark.oracle
def test_gnutls_itself_takes_the_list_with_a_certificate_twice() -> None:
    (certtool,) = (oracle for oracle in all_oracles() if oracle.id == "gnutls-certtool")
    if not certtool.version():
        pytest.skip(f"not installed: {certtool.install}")
    (cell,) = compare(certtool, [random_scenario(ONE_LIST_WITH_A_CERTIFICATE_TWICE)])
    assert cell.agrees


def test_what_the_first_run_leaves_is_sorted_behind_it_and_was_dropped_before_3_7(pki: Pki) -> None:
    leaf, a, c, d = pki.leaf("A"), pki.ca("A", "B"), pki.ca("C", "D"), pki.ca("D")
    served = scene([leaf, d, c, a], [pki.ca("R")])
    assert _arranged(served) == [leaf, a, d, c]
    assert _first_run(served) == [leaf, a]


def test_the_list_ends_where_the_trust_list_knows_the_issuer(pki: Pki) -> None:
    leaf, a, c = pki.leaf("A"), pki.ca("A", "B"), pki.ca("C", "D")
    assert _arranged(scene([leaf, c, a], [pki.ca("B")])) == [leaf, a]


def test_a_circle_ends_a_run_and_before_3_7_filled_the_list(pki: Pki) -> None:
    leaf, a, b = pki.leaf("A"), pki.ca("A", "B"), pki.ca("B", "A")
    served = scene([leaf, b, a], [pki.ca("R")])
    assert _arranged(served) == [leaf, a, b]
    assert _first_run(scene([leaf, b, a, pki.ca("Z", "Y")], [pki.ca("R")])) == [leaf, a, b, a]


def test_a_list_too_long_to_sort_is_sorted_from_where_it_is_short_enough(pki: Pki) -> None:
    leaf, a = pki.leaf("A"), pki.ca("A", "B")
    strangers = [pki.ca(f"S{number}", "T") for number in range(MAX_SORTED)]
    served = scene([leaf, *strangers, a], [pki.ca("R")])
    assert _first_run(served) == [leaf, *strangers, a]
    assert _arranged(served) == [leaf, *strangers, a]
    assert _arranged(scene([leaf, *strangers[2:], a], [pki.ca("R")]))[:2] == [leaf, a]
