"""The certificate graph."""

from itertools import permutations

import networkx as nx
import pytest

from chainlab.catalog.catalog import certificate_from_facts
from chainlab.certificate import Certificate
from chainlab.graph import MAX_ISSUERS, CertGraph
from chainlab.signatures import Signature, check_signature
from tests.pki import Pki


def test_input_order_and_repetition_do_not_matter(pki: Pki) -> None:
    made = [pki.leaf("I"), pki.ca("I", "R"), pki.ca("R"), pki.ca("R", "U")]
    pictures = {
        tuple(sorted(CertGraph([*order, order[0]]).to_networkx().edges(keys=True))) for order in permutations(made)
    }
    assert len(pictures) == 1


def test_cross_signs_are_parallel_ways_up_and_self_signed_certificates_loops(pki: Pki) -> None:
    root, cross = pki.ca("R"), pki.ca("R", "U")
    graph = CertGraph([root, cross, pki.ca("U")]).to_networkx()
    assert graph.in_degree(root.entity) == 2
    assert nx.number_of_selfloops(graph) == 2


def test_a_missing_issuer_is_a_dangling_node(pki: Pki) -> None:
    leaf = pki.leaf("I")
    graph = CertGraph([leaf]).to_networkx()
    dangling = [node for node, data in graph.nodes(data=True) if data["dangling"]]
    assert dangling == [(leaf.issuer.key, "")]


def test_same_name_other_key_is_another_entity(pki: Pki) -> None:
    pki.entity("I2", subject="O=Test, CN=I", key="other")
    leaf, right, wrong = pki.leaf("I"), pki.ca("I", "R"), pki.ca("I2", "R")
    graph = CertGraph([leaf, right, wrong])
    assert graph.issuers(leaf) == (right,)
    assert set(graph.possible_issuers(leaf)) == {right, wrong}


def test_possible_issuers_include_key_identifier_matches_of_another_name(pki: Pki) -> None:
    renamed = pki.entity("X1", subject="O=Test, CN=X1", key="X3")
    assert renamed.key_id == pki.entity("X3").key_id
    leaf = pki.leaf("X3")
    assert CertGraph([leaf, pki.ca("X1", "R")]).possible_issuers(leaf) == (pki.ca("X1", "R"),)


def test_each_signature_is_checked_once(pki: Pki, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []

    def counted(child: Certificate, issuer: Certificate) -> Signature:
        calls.append((child, issuer))
        return check_signature(child, issuer)

    monkeypatch.setattr("chainlab.graph.check_signature", counted)
    graph = CertGraph([pki.leaf("I"), pki.ca("I", "R"), pki.ca("I", "U")])
    for _ in range(3):
        graph.issuers(pki.leaf("I"))
    assert len(calls) == 1  # both certificates of I carry one key


def test_an_encoded_certificate_replaces_the_catalogued_one(pki: Pki) -> None:
    root = pki.ca("R")
    facts = _facts(root)
    assert CertGraph([facts, root]).get(root.sha256).encoded  # type: ignore[union-attr]
    assert CertGraph([root, facts]).get(root.sha256).encoded  # type: ignore[union-attr]


def test_a_catalogued_signature_is_said_to_be_catalogued(pki: Pki) -> None:
    cross, issuer = _facts(pki.ca("R", "U")), pki.ca("U")
    graph = CertGraph([cross, issuer, pki.ca("X")])
    assert graph.signature(cross, issuer) is Signature.CATALOGUED
    assert graph.signature(cross, pki.ca("X")) is Signature.INVALID


def test_key_identifiers_decide_where_no_key_is_at_hand(pki: Pki) -> None:
    pki.entity("U2", subject="O=Test, CN=U", key="other")
    child, right, wrong = pki.ca("R", "U"), _facts(pki.ca("U")), _facts(pki.ca("U2"))
    graph = CertGraph([child, right, wrong])
    assert graph.signature(child, right) is Signature.CATALOGUED
    assert graph.signature(child, wrong) is Signature.INVALID
    assert graph.issuing_entity(child) == right.entity


def _facts(certificate):
    aki = certificate.aki.key_id
    return certificate_from_facts(
        {
            "sha256": certificate.sha256, "sha1": certificate.sha1, "subject": certificate.subject.text,
            "issuer": certificate.issuer.text, "serial": f"{certificate.serial:x}",
            "not_before": f"{certificate.not_before:%Y-%m-%dT%H:%M:%SZ}",
            "not_after": f"{certificate.not_after:%Y-%m-%dT%H:%M:%SZ}", "spki_sha256": certificate.spki_sha256,
            "key": str(certificate.key), "signature_hash": certificate.signature.hash, "ca": True,
            "ski": certificate.ski.hex(), **({"aki": aki.hex()} if aki else {}),
        }
    )  # fmt: skip


def test_what_is_asked_first_does_not_change_what_is_known_of_a_signature(pki: Pki) -> None:
    child, cross = pki.ca("I", "R"), pki.ca("R", "U")
    own = pki.ca("R")
    published = _facts(pki.ca("R", hash="sha384"))
    pairs = [(child, own), (child, published), (child, cross), (published, own), (own, published)]
    answers = []
    for order in permutations(pairs):
        graph = CertGraph([child, cross, own, published])
        found = {pair: graph.signature(*pair) for pair in order}
        answers.append([found[pair] for pair in pairs])
    assert all(answer == answers[0] for answer in answers)
    assert answers[0][:3] == [Signature.VALID] * 3
    assert answers[0][3] is Signature.CATALOGUED


def test_the_issuer_is_found_among_more_namesakes_than_are_followed() -> None:
    pki = Pki()
    count = 3 * MAX_ISSUERS
    for number in range(count):
        pki.entity(f"S{number}", subject="O=Test, CN=Same", key=f"key {number}")
    issuers = [pki.ca(f"S{number}", "R") for number in range(count)]
    leaf = pki.leaf(f"S{count - 1}", "www.example.test")
    graph = CertGraph([leaf, *issuers])
    found = graph.possible_issuers(leaf)
    assert len(found) == MAX_ISSUERS
    assert issuers[-1] in found
    assert graph.issuers(leaf) == (issuers[-1],)
    assert not graph.curtailed


def test_what_is_left_out_where_nobody_signed_is_said() -> None:
    pki = Pki()
    for number in range(MAX_ISSUERS + 2):
        pki.entity(f"S{number}", subject="O=Test, CN=Same", key=f"key {number}")
    issuers = [pki.ca(f"S{number}", "R") for number in range(MAX_ISSUERS + 1)]
    leaf = pki.leaf(f"S{MAX_ISSUERS + 1}", "www.example.test")
    graph = CertGraph([leaf, *issuers])
    assert graph.issuers(leaf) == ()
    assert graph.curtailed
