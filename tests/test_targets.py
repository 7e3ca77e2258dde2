"""What is diagnosed: endpoints first, loose certificates beside them, the server under the inputs last."""

import pytest

from chainlab.errors import InputError
from chainlab.evidence import BindingEvidence, Evidence, Place
from chainlab.targets import choose_targets, unresolved_bindings
from tests.pki import Pki
from tests.scene import seen


def binding(certificate, endpoint: str = "0.0.0.0:443", **fields: str) -> BindingEvidence:
    return BindingEvidence(endpoint, Place("netsh.txt"), sha1=certificate.sha1, **fields)


def targets(given: Evidence, under: Evidence | None = None) -> list[tuple[str, str | None]]:
    chosen = choose_targets(given, given + (under or Evidence()))
    return [(t.leaf.certificate.subject.common, t.binding.endpoint if t.binding else None) for t in chosen]


def test_each_binding_is_a_target_with_its_host(pki: Pki) -> None:
    a, b = pki.leaf("I", "a.test"), pki.leaf("I", "b.test")
    evidence = Evidence.of([
        seen(a, "My", key=True), seen(b, "My", key=True), binding(a),
        binding(b, "b.test:443", kind="sni", host="b.test"),
    ])  # fmt: skip
    assert targets(evidence) == [("a.test", "0.0.0.0:443"), ("b.test", "b.test:443")]
    assert choose_targets(evidence, evidence)[1].host == "b.test"


def test_one_certificate_at_two_endpoints_is_two_targets_and_a_repeated_binding_one(pki: Pki) -> None:
    a = pki.leaf("I", "a.test")
    evidence = Evidence.of([seen(a, "My"), binding(a), binding(a), binding(a, "[::]:443")])
    assert targets(evidence) == [("a.test", "0.0.0.0:443"), ("a.test", "[::]:443")]


def test_certificates_in_my_that_no_binding_uses_are_left_alone(pki: Pki) -> None:
    a, unused = pki.leaf("I", "a.test"), pki.leaf("I", "unused.test")
    assert targets(Evidence.of([seen(a, "My", key=True), seen(unused, "My", key=True), binding(a)])) == [
        ("a.test", "0.0.0.0:443")
    ]


def test_a_pfx_is_diagnosed_on_the_server_given_under_it(pki: Pki) -> None:
    new, old = pki.leaf("I", "new.test"), pki.leaf("I", "old.test")
    given = Evidence.of([seen(new, key=True, format="PFX")])
    under = Evidence.of([seen(old, "My", key=True), binding(old)])
    assert targets(given, under) == [("new.test", None)]


def test_without_a_server_certificate_of_its_own_the_input_asks_about_the_server(pki: Pki) -> None:
    old = pki.leaf("I", "old.test")
    given = Evidence.of([seen(pki.ca("R", "U"), format="PEM")])
    assert targets(given, Evidence.of([seen(old, "My", key=True), binding(old)])) == [("old.test", "0.0.0.0:443")]


def test_a_binding_whose_certificate_is_not_there_is_a_finding(pki: Pki) -> None:
    a, gone = pki.leaf("I", "a.test"), pki.leaf("I", "gone.test")
    evidence = Evidence.of([seen(a, "My"), binding(a), binding(gone, "10.0.0.1:443")])
    (finding,) = unresolved_bindings(evidence)
    assert finding.code == "binding-without-certificate"
    assert "10.0.0.1:443" in finding.message
    assert gone.sha1 in finding.message


def test_wire_sightings_and_ca_stores_are_no_targets(pki: Pki) -> None:
    from dataclasses import replace

    leaf = pki.leaf("I")
    evidence = Evidence.of([replace(seen(leaf), on_wire=True), seen(pki.leaf("I", "b.test"), "CA")])
    with pytest.raises(InputError, match="no server certificate among 2 certificates"):
        choose_targets(evidence, evidence)
