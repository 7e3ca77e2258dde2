"""Judgement of finished paths, one defect at a time."""

from dataclasses import replace
from typing import Any

import pytest

from chainlab.certificate import Certificate, GeneralName, Name, NameConstraints
from chainlab.graph import CertGraph
from chainlab.paths.checks import Question
from chainlab.paths.trust import DISTRUSTED, RootSet, TrustSetting
from chainlab.verifiers import Handshake, build, family_for
from tests.pki import NOW, Pki, at


def reason(served: list[Certificate], roots: list[Certificate], host: str = "", family: str = "rfc5280") -> str:
    graph = CertGraph([*served, *roots])
    result = build(family_for(family), Handshake(tuple(served)), RootSet(roots), graph, Question(NOW, host))
    return result.problem.reason.code if result.problem else "accept"


OLD = at("2020-01-01")


def test_a_sound_chain_is_accepted(pki: Pki) -> None:
    assert reason([pki.leaf("I"), pki.ca("I", "R")], [pki.ca("R")], "www.example.test") == "accept"


@pytest.mark.parametrize(
    ("defect", "expected"),
    [
        ({"not_after": at("2022-01-01")}, "expired-intermediate"),
        ({"not_before": at("2030-01-01")}, "not-yet-valid"),
        ({"ca": False}, "not-a-ca"),
        ({"ca": None}, "not-a-ca"),
        ({"permitted_dns": ("other.test",)}, "name-constraint"),
        ({"excluded_dns": ("example.test",)}, "name-constraint"),
        ({"purposes": ("1.3.6.1.5.5.7.3.4",)}, "wrong-purpose"),
        ({"critical_unknown": True}, "critical-extension"),
    ],
    ids=str,
)
def test_a_defect_of_the_issuing_ca_has_its_reason(pki: Pki, defect: dict[str, object], expected: str) -> None:
    assert reason([pki.leaf("I"), pki.ca("I", "R", **defect)], [pki.ca("R")]) == expected


def test_key_usage_without_cert_sign_is_refused(pki: Pki) -> None:
    from chainlab.lab import pki as lab

    assert reason([pki.leaf("I"), pki.ca("I", "R", key_usage=False)], [pki.ca("R")]) == "accept"
    issuing = pki.ca("I", "R")
    weak = replace(issuing, extensions=replace(issuing.extensions, key_usage=frozenset({"crl_sign"})))
    assert reason([pki.leaf("I"), weak], [pki.ca("R")]) == "key-usage"
    assert lab.Profile().key_usage


def test_path_length_counts_the_cas_below(pki: Pki) -> None:
    root = [pki.ca("R")]
    assert reason([pki.leaf("I"), pki.ca("I", "S"), pki.ca("S", "R", path_length=1)], root) == "accept"
    assert reason([pki.leaf("I"), pki.ca("I", "S"), pki.ca("S", "R", path_length=0)], root) == "path-length"


def test_leaf_problems_are_about_the_leaf(pki: Pki) -> None:
    chain, root = pki.ca("I", "R"), [pki.ca("R")]
    assert reason([pki.leaf("I", not_after=at("2026-10-01")), chain], root) == "expired-leaf"
    assert reason([pki.leaf("I"), chain], root, "other.test") == "host-mismatch"
    assert reason([pki.leaf("I", purposes=("1.3.6.1.5.5.7.3.2",)), chain], root) == "wrong-purpose"


def test_a_missing_intermediate_is_told_from_an_unknown_root(pki: Pki) -> None:
    leaf, issuing, root = pki.leaf("I"), pki.ca("I", "R"), pki.ca("R")
    assert reason([leaf], [root]) == "missing-intermediate"
    assert reason([leaf, issuing], [pki.ca("X")]) == "no-anchor"
    middle = pki.ca("S", "R")
    graph = CertGraph([leaf, pki.ca("I", "S"), middle, root])
    handshake = Handshake((leaf, pki.ca("I", "S")))
    result = build(family_for("rfc5280"), handshake, RootSet([root]), graph, Question(NOW))
    assert result.problem is not None
    assert result.problem.reason.code == "missing-intermediate"


def test_an_expired_anchor_counts_only_for_those_who_check(pki: Pki) -> None:
    served = [pki.leaf("I"), pki.ca("I", "R")]
    roots = [pki.ca("R", not_before=at("2000-01-01"), not_after=OLD)]
    assert reason(served, roots) == "expired-anchor"
    assert reason(served, roots, family="android-7") == "accept"


class _Distrusting(RootSet):
    def __init__(self, roots: list[Certificate], distrusted: Certificate) -> None:
        super().__init__(roots)
        self._distrusted = distrusted

    def setting(self, certificate: Certificate) -> TrustSetting:
        return DISTRUSTED if certificate == self._distrusted else super().setting(certificate)


def test_explicit_distrust_of_any_element_is_final(pki: Pki) -> None:
    leaf, issuing, root = pki.leaf("I"), pki.ca("I", "R"), pki.ca("R")
    store = _Distrusting([root], issuing)
    graph = CertGraph([leaf, issuing, root])
    result = build(family_for("go"), Handshake((leaf, issuing)), store, graph, Question(NOW))
    assert result.problem is not None
    assert result.problem.reason.code == "distrusted"


def test_the_most_telling_reason_of_several_paths_is_reported(pki: Pki) -> None:
    served = [pki.leaf("I"), pki.ca("I", "R", not_after=at("2022-01-01")), pki.ca("I", "X")]
    assert reason(served, [pki.ca("R")]) == "expired-intermediate"


def test_a_constraint_on_other_names_leaves_the_verdict_open_where_such_a_name_is_present(pki: Pki) -> None:
    upn, sid = GeneralName("other", "1.3.6.1.4.1.311.20.2.3"), GeneralName("other", "1.3.6.1.4.1.311.25.2")
    issuing = with_extensions(pki.ca("I", "R"), name_constraints=NameConstraints(permitted=(upn,)))
    plain, named = pki.leaf("I"), pki.leaf("I", "dc.example.test")
    named = with_extensions(named, subject_alternative_names=(GeneralName("dns", "dc.example.test"), upn))
    assert reason([plain, issuing], [pki.ca("R")]) == "accept"
    assert reason([named, issuing], [pki.ca("R")]) == "cannot-be-checked"
    other = with_extensions(issuing, name_constraints=NameConstraints(excluded=(sid,)))
    assert reason([named, other], [pki.ca("R")]) == "accept"


def test_a_policy_that_a_ca_requires_and_the_path_lacks_is_a_reason(pki: Pki) -> None:
    demanding = with_extensions(pki.ca("I", "R"), require_explicit_policy=0, policies=("1.3.6.1.4.1.99999.2.1",))
    assert reason([pki.leaf("I"), demanding], [pki.ca("R")]) == "policy"
    fitting = pki.leaf("I", policies=("1.3.6.1.4.1.99999.2.1",))
    assert reason([fitting, demanding], [pki.ca("R")]) == "accept"
    assert reason([pki.leaf("I"), demanding], [pki.ca("R")], family="go") == "accept"


def with_extensions(certificate: Certificate, **fields: Any) -> Certificate:
    return replace(certificate, extensions=replace(certificate.extensions, **fields))


def test_an_address_in_the_subject_counts_where_there_are_no_alternative_names(pki: Pki) -> None:
    constraints = NameConstraints(permitted=(GeneralName("email", "example.org"),))
    issuing = with_extensions(pki.ca("I", "R"), name_constraints=constraints)
    bare = replace(pki.leaf("I"), subject=Name("1.2.840.113549.1.9.1=a@example.test,CN=www.example.test"))
    assert reason([with_extensions(bare, subject_alternative_names=None), issuing], [pki.ca("R")]) == "name-constraint"
    assert reason([bare, issuing], [pki.ca("R")]) == "accept"
