"""The scenario generator: what it makes is what its scenarios say."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chainlab import oids
from chainlab.graph import CertGraph
from chainlab.signatures import Signature
from tests.oracles.catalogue import CATALOGUE, scenario
from tests.oracles.compare import our_answer
from tests.oracles.divergences import known, load_divergences
from tests.oracles.oracle import Answer, Bench, Cell, parse_lines, set_up
from tests.oracles.oracle_pyca import ORACLES
from tests.oracles.random_pki import CA_TRAITS, LEAF_TRAITS, random_scenario, scenario_strategy
from tests.oracles.scenario import HOST, LEAF, TRAITS, from_json, materialise, now

AT = datetime(2026, 11, 20, 12, tzinfo=UTC)


def test_names_of_the_catalogue_are_unique() -> None:
    assert len({entry.id for entry in CATALOGUE}) == len(CATALOGUE)


@pytest.mark.parametrize("entry", CATALOGUE, ids=lambda entry: entry.id)
def test_every_catalogued_scenario_can_be_issued(entry) -> None:
    case = materialise(entry, AT)
    assert len(case.served) == len(entry.served)
    assert len(case.roots) == len(entry.roots)


def test_a_seed_always_gives_the_same_scenario() -> None:
    assert random_scenario(7) == random_scenario(7)
    assert random_scenario(7) != random_scenario(8)


def test_elliptic_curve_certificates_are_the_same_every_time() -> None:
    entry = next(entry for entry in CATALOGUE if entry.id == "two-cross-signs-first-trusted")
    assert materialise(entry, AT).served == materialise(entry, AT).served


@given(scenario_strategy())
@settings(max_examples=60)
def test_random_scenarios_serve_a_leaf_first_and_survive_json(made) -> None:
    assert from_json(json.loads(json.dumps(made.to_json()))) == made
    assert made.certs[made.served[0]].subject == LEAF
    assert made.roots
    assert set(made.served) | set(made.roots) <= set(made.certs)
    assert {trait for spec in made.certs.values() for trait in spec.traits} <= set(TRAITS)


@given(st.integers(0, 400).map(random_scenario))
@settings(max_examples=40)
def test_signatures_hold_except_where_they_are_spoiled(made) -> None:
    case = materialise(made, AT)
    by_name = dict(zip([*made.served, *made.roots], [*case.served, *case.roots], strict=True))
    graph = CertGraph(by_name.values())
    for name, certificate in by_name.items():
        spec = made.certs[name]
        for issuer_name, issuer in by_name.items():
            if made.certs[issuer_name].subject == spec.issuer:
                good = "bad-signature" not in spec.traits
                assert (graph.signature(certificate, issuer) is Signature.VALID) == good


def test_about_half_of_the_random_scenarios_are_accepted_by_a_capable_verifier() -> None:
    cases = [materialise(random_scenario(seed), AT) for seed in range(200)]
    accepted = sum(our_answer("rfc5280", case).verdict == "accept" for case in cases)
    assert 80 <= accepted <= 150


@pytest.mark.parametrize("trait", sorted({*CA_TRAITS, *LEAF_TRAITS}))
def test_traits_are_known(trait: str) -> None:
    assert trait in TRAITS


def leaf_with(trait: str):
    return materialise(scenario("x", f"leaf<R:{trait} R", "leaf<R", "R", "R=RSA-2048"), AT).served[0]


def test_traits_change_what_they_say() -> None:
    assert leaf_with("expired").not_after < AT
    assert leaf_with("future").not_before > AT
    assert leaf_with("cn-only").extensions.subject_alternative_names is None
    assert leaf_with("cn-only").subject.common == HOST
    assert leaf_with("eku-client").purposes == {oids.CLIENT_AUTH}
    assert leaf_with("sha1").signature.hash == "sha1"
    assert "PSS" in str(leaf_with("pss").signature)
    assert leaf_with("no-aki").aki.key_id is None
    assert leaf_with("aki-other").aki.key_id not in (None, leaf_with("no-eku").aki.key_id)
    assert "1.3.6.1.4.1.99999.1" in leaf_with("critical-unknown").extensions.critical


def test_aki_with_serial_names_the_issuers_own_certificate() -> None:
    case = materialise(scenario("x", "leaf I<R:aki-serial leaf<I R<U U", "leaf<I I<R R<U", "U"), AT)
    aki, issuer = case.served[1].aki, case.served[2]
    assert aki.serial == issuer.serial
    assert aki.issuer is not None
    assert aki.issuer.key == issuer.issuer.key


def test_ca_traits_change_what_they_say() -> None:
    case = materialise(scenario("x", "leaf<I I<R:no-cert-sign+pathlen-0+nc-permits R:no-bc", "leaf<I I<R", "R"), AT)
    issuing, root = case.served[1].extensions, case.roots[0].extensions
    assert issuing.key_usage is not None
    assert "key_cert_sign" not in issuing.key_usage
    assert issuing.basic_constraints is not None
    assert issuing.basic_constraints.path_length == 0
    assert issuing.name_constraints is not None
    assert root.basic_constraints is None


def test_re_coded_issuer_names_equal_by_value_only() -> None:
    case = materialise(scenario("x", "leaf<I I<R:issuer-utf8 R", "leaf<I I<R", "R"), AT)
    child, root = case.served[1], case.roots[0]
    assert child.issuer.key == root.subject.key
    assert not child.issuer.same_bytes(root.subject)


def test_entities_of_one_name_have_their_own_keys() -> None:
    case = materialise(scenario("x", "leaf<I I<R I~2<R R", "leaf<I I<R I~2<R", "R"), AT)
    assert case.served[1].subject.key == case.served[2].subject.key
    assert case.served[1].spki_sha256 != case.served[2].spki_sha256


def test_a_bench_holds_the_chain_in_served_order(tmp_path) -> None:
    case = materialise(CATALOGUE[0], AT)
    bench = set_up(tmp_path, [case])
    assert bench.file(0, "chain").read_text().count("BEGIN CERTIFICATE") == 2
    assert bench.file(0, "roots").read_text().count("BEGIN CERTIFICATE") == 1
    assert "PRIVATE KEY" in bench.file(0, "key").read_text()
    assert bench.lines([4711]).startswith(f"0|{bench.file(0, 'roots')}|")
    assert bench.lines([4711]).endswith("|4711\n")


def test_answers_of_native_programs_are_read_by_position() -> None:
    answers = parse_lines("1|reject|expired|\n0|accept||AB,cd\nnoise\n7|accept||\n", 3, "it broke")
    assert [answer.verdict for answer in answers] == ["accept", "reject", "cannot"]
    assert answers[0].path == ("ab", "cd")
    assert "it broke" in answers[2].error


def test_a_listed_divergence_explains_only_its_own_verdict() -> None:
    case = materialise(CATALOGUE[0], AT)
    cell = Cell(ORACLES[0], case, Answer("reject"), Answer("accept"))
    for entry in load_divergences():
        other = replace(entry, oracle=ORACLES[0].id, scenarios=(case.id,), actual="accept")
        assert known(cell, [other]) is None
        assert known(cell, [replace(other, actual="reject")]) is not None
    assert known(cell, []) is None


@pytest.mark.oracle
@given(scenario_strategy())
@settings(max_examples=80)
def test_hypothesis_finds_no_scenario_in_which_pyca_disagrees(made) -> None:
    oracle = ORACLES[0]
    case = materialise(made, now())
    answer = oracle.ask(Bench(Path(), (case,)))[0]
    assert answer.verdict == our_answer(oracle.family, case).verdict, answer.error
