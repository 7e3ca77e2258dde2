"""The chain engine: candidates, status, choice, actors."""

from datetime import timedelta

import pytest

from chainlab.catalog import ProgramEntry, RootProgram
from chainlab.certificate import Certificate, GeneralName, NameConstraints
from chainlab.properties import StoreProperties
from chainlab.server import LM_ROOT, StoreEntry
from chainlab.windows import engine
from chainlab.windows.engine import Certainty
from chainlab.windows.selection import LostBecause, Policy, choose, ranked
from chainlab.windows.status import TrustError, TrustInfo
from tests.pki import NOW, Pki, at
from tests.windows.machine import Machine, served


@pytest.fixture
def r46(pki: Pki) -> dict[str, Certificate]:
    """The shape of the R46 story: R self-signed and cross-signed by U with the same NotBefore."""
    return {
        "leaf": pki.leaf("I"), "I": pki.ca("I", "R"), "R": pki.ca("R"), "RxU": pki.ca("R", "U"),
        "U": pki.ca("U", not_before=at("2010-01-01")),
    }  # fmt: skip


def test_the_short_path_wins_with_both_roots_trusted(r46: dict[str, Certificate]) -> None:
    prediction = Machine(r46["leaf"], Root=[r46["R"], r46["U"]], CA=[r46["I"], r46["RxU"]]).predict()
    assert served(prediction) == "I [R]"
    assert prediction.certainty is Certainty.FIRM
    assert [a.lost_because for a in prediction.alternatives()] == [LostBecause.LONGER]


def test_the_cross_sign_is_served_once_the_root_is_distrusted(r46: dict[str, Certificate]) -> None:
    machine = Machine(r46["leaf"], Root=[r46["R"], r46["U"]], CA=[r46["I"], r46["RxU"]], Disallowed=[r46["R"]])
    prediction = machine.predict()
    assert served(prediction) == "I R [U]"
    (lost,) = prediction.alternatives()
    assert lost.lost_because is LostBecause.UNTRUSTED
    assert lost.path.elements[-1].error == 0x4000024


def test_disabled_purposes_make_the_short_path_lose(r46: dict[str, Certificate]) -> None:
    machine = Machine(r46["leaf"], Root=[r46["U"]], CA=[r46["I"], r46["RxU"]])
    disabled = StoreEntry(r46["R"], LM_ROOT, StoreProperties(purposes=frozenset()))
    machine.server = machine.server.with_entry(disabled)
    prediction = machine.predict()
    assert served(prediction) == "I R [U]"
    assert prediction.alternatives()[0].lost_because is LostBecause.USAGE


def test_a_newer_cross_sign_is_contested(pki: Pki) -> None:
    leaf, issuing = pki.leaf("I"), pki.ca("I", "R")
    root, cross = pki.ca("R", not_before=at("2015-01-01")), pki.ca("R", "U", not_before=at("2021-01-01"))
    prediction = Machine(leaf, Root=[root, pki.ca("U")], CA=[issuing, cross]).predict()
    assert prediction.certainty is Certainty.CONTESTED
    assert served(prediction, Policy.KB) == "I [R]"
    assert served(prediction, Policy.NEWEST) == "I R [U]"


def test_full_ties_are_undetermined(pki: Pki) -> None:
    leaf, issuing = pki.leaf("I"), pki.ca("I", "R")
    crosses = [pki.ca("R", "U"), pki.ca("R", "V")]
    prediction = Machine(leaf, Root=[pki.ca("U"), pki.ca("V")], CA=[issuing, *crosses]).predict()
    assert prediction.certainty is Certainty.UNDETERMINED
    assert prediction.alternatives()[0].lost_because is LostBecause.TIE


def test_an_expired_trusted_root_beats_an_untrusted_one(r46: dict[str, Certificate], pki: Pki) -> None:
    expired = pki.ca("U", not_before=at("2000-01-01"), not_after=at("2021-09-30"))
    machine = Machine(r46["leaf"], Root=[expired], CA=[r46["I"], r46["RxU"], r46["R"]])
    prediction = machine.predict()
    assert served(prediction) == "I R [U]"
    assert TrustError.IS_NOT_TIME_VALID in prediction.chosen.status


def test_time_decides_among_trusted_paths(r46: dict[str, Certificate], pki: Pki) -> None:
    expired = pki.ca("R", not_before=at("2000-01-01"), not_after=at("2021-09-30"))
    machine = Machine(r46["leaf"], Root=[expired, r46["U"]], CA=[r46["I"], r46["RxU"]])
    prediction = machine.predict()
    assert served(prediction) == "I R [U]"
    assert prediction.alternatives()[0].lost_because is LostBecause.TIME


def test_missing_intermediates_leave_the_leaf_alone(r46: dict[str, Certificate]) -> None:
    prediction = Machine(r46["leaf"], Root=[r46["R"]]).predict()
    assert served(prediction) == ""
    assert TrustError.IS_PARTIAL_CHAIN in prediction.chosen.status


def test_the_users_store_is_not_seen_but_local_systems_is(r46: dict[str, Certificate]) -> None:
    user = Machine(r46["leaf"], Root=[r46["R"]], UserCA=[r46["I"]])
    system = Machine(r46["leaf"], Root=[r46["R"]], SystemCA=[r46["I"]])
    assert served(user.predict()) == ""
    assert served(system.predict()) == "I [R]"


def test_key_match_ignores_the_name(pki: Pki) -> None:
    renamed = pki.entity("X1", subject="O=Test, CN=X1", key="X3")
    assert renamed
    leaf = pki.leaf("X3")
    prediction = Machine(leaf, Root=[pki.ca("R")], CA=[pki.ca("X1", "R")]).predict()
    assert served(prediction) == "X1 [R]"
    assert prediction.chosen.elements[0].info == TrustInfo.HAS_KEY_MATCH_ISSUER | TrustInfo.HAS_PREFERRED_ISSUER


def test_an_issuer_whose_key_does_not_verify_loses(pki: Pki) -> None:
    pki.entity("J", subject="O=Test, CN=I", key="other")
    leaf = pki.leaf("I", authority_key_id="")
    right, wrong = pki.ca("I", "R"), pki.ca("J", "R")
    prediction = Machine(leaf, Root=[pki.ca("R")], CA=[wrong, right]).predict()
    assert prediction.chosen.certificates[1] == right
    assert prediction.chosen.status == TrustError.NO_ERROR
    alone = Machine(leaf, Root=[pki.ca("R")], CA=[wrong]).predict()
    assert TrustError.IS_NOT_SIGNATURE_VALID in alone.chosen.status


def test_an_issuer_loop_is_cyclic_and_partial(pki: Pki) -> None:
    prediction = Machine(pki.leaf("A"), CA=[pki.ca("A", "B"), pki.ca("B", "A")]).predict()
    wanted = TrustError.IS_CYCLIC | TrustError.IS_PARTIAL_CHAIN | TrustError.INVALID_BASIC_CONSTRAINTS
    assert prediction.chosen.status & wanted == wanted


def test_a_self_signed_leaf_is_sent_alone(pki: Pki) -> None:
    leaf = pki.ca("own", ca=False)
    prediction = Machine(leaf).predict()
    assert prediction.chosen.served == (leaf,)
    assert TrustError.IS_UNTRUSTED_ROOT in prediction.chosen.status


@pytest.mark.parametrize(
    ("defect", "bit"),
    [
        ({"ca": False, "key_usage": False}, TrustError.INVALID_BASIC_CONSTRAINTS),
        ({"not_after": at("2022-01-01")}, TrustError.IS_NOT_TIME_VALID),
        ({"critical_unknown": True}, TrustError.HAS_NOT_SUPPORTED_CRITICAL_EXT | TrustError.INVALID_EXTENSION),
        ({"permitted_dns": ("other.test",)}, TrustError.HAS_NOT_PERMITTED_NAME_CONSTRAINT),
        ({"purposes": ("1.3.6.1.5.5.7.3.4",)}, TrustError.IS_NOT_VALID_FOR_USAGE),
    ],
    ids=str,
)
def test_each_defect_sets_its_bit_on_the_element(pki: Pki, defect: dict[str, object], bit: TrustError) -> None:
    issuing = pki.ca("I", "R", **defect)
    prediction = Machine(pki.leaf("I"), Root=[pki.ca("R")], CA=[issuing]).predict()
    assert prediction.chosen.elements[1].error == bit
    assert prediction.chosen.status == bit


def test_a_path_length_violation_marks_the_ca_that_sets_it_and_those_below(pki: Pki) -> None:
    chain = [pki.ca("I", "S"), pki.ca("S", "T", path_length=0), pki.ca("T", "R")]
    elements = Machine(pki.leaf("I"), Root=[pki.ca("R")], CA=chain).predict().chosen.elements
    marked = [TrustError.INVALID_BASIC_CONSTRAINTS in element.error for element in elements]
    assert marked == [False, True, True, False, False]


def program(*roots: Certificate, **fields: object) -> RootProgram:
    entries = {root.sha256: ProgramEntry(root.sha256, root.sha1, "x", **fields) for root in roots}  # type: ignore[arg-type]
    return RootProgram(NOW, entries, "test list")


def with_update(machine: Machine, listed: RootProgram, *obtainable: Certificate) -> Machine:
    from dataclasses import replace

    machine.server = replace(machine.server, root_update=True, program=listed, obtainable=obtainable)
    return machine


def test_root_update_brings_a_listed_root_when_nothing_is_trusted(r46: dict[str, Certificate]) -> None:
    machine = with_update(Machine(r46["leaf"], CA=[r46["I"]]), program(r46["R"]), r46["R"])
    prediction = machine.predict(r46["R"])
    assert served(prediction) == "I [R]"
    assert [entry.certificate for entry in prediction.fetched] == [r46["R"]]
    assert prediction.server.find(r46["R"], "Root")


def test_root_update_does_nothing_while_a_path_is_trusted(r46: dict[str, Certificate]) -> None:
    machine = Machine(r46["leaf"], Root=[r46["U"]], CA=[r46["I"], r46["RxU"]])
    prediction = with_update(machine, program(r46["R"]), r46["R"]).predict(r46["R"])
    assert served(prediction) == "I R [U]"
    assert not prediction.fetched


def test_a_self_signed_root_in_the_ca_store_may_become_trusted(r46: dict[str, Certificate]) -> None:
    machine = Machine(r46["leaf"], CA=[r46["I"], r46["R"]])
    assert TrustError.IS_UNTRUSTED_ROOT in machine.predict().chosen.status
    prediction = with_update(machine, program(r46["R"]), r46["R"]).predict()
    assert prediction.chosen.status == TrustError.NO_ERROR


def test_the_programs_not_before_property_ends_trust_in_newer_leaves(r46: dict[str, Certificate]) -> None:
    listed = program(r46["R"], not_before_after=at("2026-01-01"))
    machine = with_update(Machine(r46["leaf"], Root=[r46["U"]], CA=[r46["I"]]), listed, r46["R"])
    assert TrustError.IS_EXPLICIT_DISTRUST in machine.predict(r46["R"]).chosen.status
    other_purpose = program(
        r46["R"], not_before_after=at("2026-01-01"), not_before_purposes=frozenset({"1.3.6.1.5.5.7.3.4"})
    )
    assert with_update(machine, other_purpose, r46["R"]).predict(r46["R"]).chosen.status == TrustError.NO_ERROR


def test_the_programs_name_constraints_bind_the_root(r46: dict[str, Certificate]) -> None:
    only = NameConstraints(permitted=(GeneralName("dns", "example.test"),))
    other = NameConstraints(permitted=(GeneralName("dns", "example.org"),))
    stores = {"Root": [r46["U"]], "CA": [r46["I"], r46["RxU"]]}
    fine = Machine(r46["leaf"], **stores).with_properties(r46["R"], "AuthRoot", program_name_constraints=only)
    assert served(fine.predict()) == "I [R]"
    bound = Machine(r46["leaf"], **stores).with_properties(r46["R"], "AuthRoot", program_name_constraints=other)
    prediction = bound.predict()
    assert served(prediction) == "I R [U]"
    assert prediction.alternatives()[0].lost_because is LostBecause.NAME_CONSTRAINTS


def test_archived_copies_are_no_candidates(r46: dict[str, Certificate]) -> None:
    machine = Machine(r46["leaf"], Root=[r46["U"]], CA=[r46["I"], r46["RxU"]])
    machine.with_properties(r46["R"], "Root", archived=True)
    assert served(machine.predict()) == "I R [U]"


def test_the_disallowed_list_counts_by_thumbprint_and_by_signature_hash_of_one_certificate(
    r46: dict[str, Certificate],
) -> None:
    for digest in (r46["R"].sha1, r46["R"].signature_hash):
        machine = Machine(r46["leaf"], Root=[r46["R"], r46["U"]], CA=[r46["I"], r46["RxU"]])
        prediction = machine.set(disallowed_hashes=frozenset({digest})).predict()
        assert served(prediction) == "I R [U]"
        assert prediction.alternatives()[0].path.elements[-1].error == 0x4000024


def test_an_md5_of_a_public_key_on_the_list_distrusts_every_certificate_of_the_key(
    r46: dict[str, Certificate],
) -> None:
    machine = Machine(r46["leaf"], Root=[r46["R"], r46["U"]], CA=[r46["I"], r46["RxU"]])
    prediction = machine.set(disallowed_hashes=frozenset({r46["R"].public_key_md5})).predict()
    assert r46["R"].public_key_md5 == r46["RxU"].public_key_md5
    assert all(TrustError.IS_EXPLICIT_DISTRUST in path.status for path in prediction.candidates)


def test_web_hosting_is_not_searched_for_issuers(r46: dict[str, Certificate]) -> None:
    assert served(Machine(r46["leaf"], Root=[r46["R"]], WebHosting=[r46["I"]]).predict()) == ""
    assert served(Machine(r46["leaf"], Root=[r46["R"]], Trust=[r46["I"]]).predict()) == "I [R]"


def test_aia_brings_a_missing_issuer_where_it_is_on(r46: dict[str, Certificate]) -> None:
    from dataclasses import replace

    machine = Machine(r46["leaf"], Root=[r46["R"]])
    machine.server = replace(machine.server, aia=True, fetchable=(r46["I"],))
    prediction = machine.predict(r46["I"])
    assert served(prediction) == "I [R]"
    assert str(prediction.fetched[0].store) == "System/CA"


def test_store_order_and_duplicates_do_not_matter(r46: dict[str, Certificate]) -> None:
    first = Machine(r46["leaf"], Root=[r46["R"], r46["U"]], CA=[r46["I"], r46["RxU"]])
    second = Machine(r46["leaf"], CA=[r46["RxU"], r46["I"], r46["I"], r46["U"]], Root=[r46["U"], r46["R"]])
    assert first.predict().chosen.certificates == second.predict().chosen.certificates


def test_an_unrelated_certificate_changes_nothing(r46: dict[str, Certificate], pki: Pki) -> None:
    base = Machine(r46["leaf"], Root=[r46["R"], r46["U"]], CA=[r46["I"], r46["RxU"]]).predict()
    more = Machine(r46["leaf"], Root=[r46["R"], r46["U"], pki.ca("Z")], CA=[r46["I"], r46["RxU"], pki.ca("Y", "Z")])
    assert more.predict().chosen.certificates == base.chosen.certificates


def test_in_a_mesh_beyond_the_budget_the_short_trusted_path_is_still_found(pki: Pki) -> None:
    names = [f"M{number}" for number in range(9)]
    crosses = [pki.ca(subject, issuer) for subject in names for issuer in names if subject != issuer]
    prediction = Machine(pki.leaf("M0"), Root=[pki.ca(name) for name in names], CA=crosses).predict()
    assert prediction.budget_exceeded
    assert served(prediction) == "[M0]"


@pytest.mark.parametrize("policy", Policy)
def test_a_search_that_stops_early_prefers_the_chains_of_the_full_one(
    pki: Pki, policy: Policy, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [f"M{number}" for number in range(6)]
    dates = [at("2020-01-01") + timedelta(days=(i * 31 + j * 17) % 97) for i in range(6) for j in range(6)]
    pairs = [(subject, issuer) for subject in names for issuer in names]
    made = [pki.ca(*pair, not_before=date) for pair, date in zip(pairs, dates, strict=True)]
    machine = Machine(pki.leaf("M0"), Root=[made[-1]], CA=[c for c in made if not c.self_issued])
    full = machine.predict()
    monkeypatch.setattr(engine, "MAX_PATHS", 8)
    stopped = machine.predict()
    assert (full.budget_exceeded, stopped.budget_exceeded) == (False, True)
    assert len(stopped.candidates) < len(full.candidates)
    assert stopped.choices[policy].winner.certificates == full.choices[policy].winner.certificates


def test_a_complete_mesh_of_a_hundred_authorities_has_an_answer(pki: Pki) -> None:
    names = [f"M{number}" for number in range(100)]
    made = [pki.ca(subject, issuer) for subject in names for issuer in names if subject != issuer]
    prediction = Machine(pki.leaf("M0"), Root=[pki.ca("M99")], CA=made).predict()
    assert prediction.budget_exceeded
    assert served(prediction) == "M0 [M99]"
    assert len(prediction.candidates) < 3_000


@pytest.mark.parametrize("policy", Policy)
def test_the_ranking_is_that_of_choosing_again_and_again(pki: Pki, policy: Policy) -> None:
    names = ["A", "B", "C", "D"]
    dates = ("2019-01-01", "2020-01-01", "2021-01-01")
    made = [
        pki.ca(a, b, not_before=at(dates[(i * j + i) % 3])) for i, a in enumerate(names) for j, b in enumerate(names)
    ]
    machine = Machine(pki.leaf("A"), Root=made[::5], CA=made)
    candidates = machine.predict().candidates
    one_by_one, remaining = [], list(candidates)
    while remaining:
        one_by_one.append(choose(remaining, policy).winner)
        remaining = [path for path in remaining if path is not one_by_one[-1]]
    assert len(candidates) > 40
    assert ranked(candidates, policy) == one_by_one


def test_layers_of_many_certificates_for_one_issuer_stay_within_the_budget(pki: Pki) -> None:
    layers = [("A", "B"), ("B", "C"), ("C", "R")]
    made = [pki.ca(a, b, not_before=at("2021-01-01") + timedelta(days=n)) for a, b in layers for n in range(60)]
    prediction = Machine(pki.leaf("A"), Root=[pki.ca("R")], CA=made).predict()
    assert prediction.budget_exceeded
    assert served(prediction) == "A B C [R]"
    assert prediction.certainty is Certainty.UNDETERMINED
    assert len(prediction.alternatives()) < 4_000
