"""The numbered scenarios of the Windows chain engine's specification, on certificates of the same shape.

R46s is the self-signed R46, R46u and R46a its cross-signs by USERTrust and AAA, UTs and UTa USERTrust's own root and
its cross-sign by AAA. Chains are written from the leaf's issuer up, the root that is not sent in brackets.
"""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from chainlab import oids
from chainlab.certificate import Certificate
from chainlab.server import LM_CA, LM_MY, LM_ROOT
from chainlab.windows.engine import Certainty
from chainlab.windows.pfx_import import ImportTool, destination
from chainlab.windows.schannel import ACTIVATION_NOTE, ACTIVATIONS
from chainlab.windows.selection import LostBecause, Policy
from chainlab.windows.status import TrustError
from tests.pki import Pki, at
from tests.windows.machine import Machine, possible, served

SHORT = "R36 [R46]"
CROSS = "R36 R46 [UT]"
LONG = "R36 R46 UT [AAA]"

Certificates = Mapping[str, Certificate]


@pytest.fixture
def c(pki: Pki) -> Certificates:
    """The Sectigo hierarchy in the real dates, with small keys."""
    born = at("2021-03-22")
    return {
        "leaf": pki.leaf("R36"),
        "R36": pki.ca("R36", "R46", not_before=born, not_after=at("2036-03-21"), path_length=0),
        "R46s": pki.ca("R46", not_before=born, not_after=at("2046-03-21")),
        "R46u": pki.ca("R46", "UT", not_before=born, not_after=at("2038-01-18"), purposes=(oids.SERVER_AUTH,)),
        "R46a": pki.ca("R46", "AAA", not_before=born, not_after=at("2028-12-31"), purposes=(oids.SERVER_AUTH,)),
        "UTs": pki.ca("UT", not_before=at("2010-02-01"), not_after=at("2038-01-18")),
        "UTa": pki.ca("UT", "AAA", not_before=at("2019-03-12"), not_after=at("2028-12-31")),
        "AAA": pki.ca("AAA", not_before=at("2004-01-01"), not_after=at("2028-12-31")),
    }


def machine(c: Certificates, **stores: str) -> Machine:
    """The leaf in My, and certificates by name in their stores: ``machine(c, Root="R46s UTs", CA="R36")``."""
    return Machine(c["leaf"], **{store: [c[name] for name in names.split()] for store, names in stores.items()})


def test_01_both_roots_trusted_serves_the_short_chain(c: Certificates) -> None:
    prediction = machine(c, Root="R46s UTs", CA="R36 R46u").predict()
    assert possible(prediction) == {SHORT}
    assert prediction.certainty is Certainty.FIRM


def test_02_without_the_cross_sign_too(c: Certificates) -> None:
    assert possible(machine(c, Root="R46s UTs", CA="R36").predict()) == {SHORT}


def test_03_a_trusted_cross_path_triggers_no_download(c: Certificates) -> None:
    prediction = machine(c, Root="UTs", CA="R36 R46u").listed(c["R46s"]).predict()
    assert possible(prediction) == {CROSS}
    assert not prediction.fetched


def test_04_without_a_cross_sign_the_root_is_downloaded(c: Certificates) -> None:
    prediction = machine(c, Root="UTs", CA="R36").listed(c["R46s"]).predict()
    assert possible(prediction) == {SHORT}
    assert [entry.certificate for entry in prediction.fetched] == [c["R46s"]]
    assert prediction.server.find(c["R46s"], "Root")


def test_05_with_download_and_aia_off_the_chain_is_partial_and_sent_as_far_as_known(c: Certificates) -> None:
    prediction = machine(c, Root="UTs", CA="R36").predict()
    assert possible(prediction) == {"R36"}
    assert TrustError.IS_PARTIAL_CHAIN in prediction.chosen.status


def test_06_the_root_in_untrusted_gives_the_cross_sign(c: Certificates) -> None:
    prediction = machine(c, Root="R46s UTs", CA="R36 R46u", Disallowed="R46s").predict()
    assert possible(prediction) == {CROSS}
    assert prediction.certainty is Certainty.FIRM


def test_07_untrusted_without_a_cross_sign_is_revoked_but_still_sent(c: Certificates) -> None:
    prediction = machine(c, Root="R46s UTs", CA="R36", Disallowed="R46s").predict()
    assert possible(prediction) == {SHORT}
    bits = TrustError.IS_REVOKED | TrustError.IS_EXPLICIT_DISTRUST | TrustError.IS_UNTRUSTED_ROOT
    assert prediction.chosen.status == bits
    assert bits == 0x04000024


def test_08_all_purposes_disabled_gives_the_cross_sign(c: Certificates) -> None:
    disabled = machine(c, Root="UTs", CA="R36 R46u").with_properties(c["R46s"], "Root", purposes=frozenset())
    prediction = disabled.predict()
    assert possible(prediction) == {CROSS}
    assert [a.lost_because for a in prediction.alternatives()] == [LostBecause.USAGE]


def test_09_a_root_update_can_undo_the_disabling(c: Certificates) -> None:
    disabled = machine(c, Root="UTs", CA="R36 R46u").with_properties(c["R46s"], "Root", purposes=frozenset())
    disabled.listed(c["R46s"])
    assert possible(disabled.predict()) == {CROSS}
    refreshed = machine(c, Root="UTs", CA="R36 R46u").with_properties(c["R46s"], "AuthRoot", purposes=frozenset())
    assert possible(refreshed.listed(c["R46s"]).updated().predict()) == {SHORT}


def test_10_the_root_in_the_ca_store_is_untrusted_and_loses(c: Certificates) -> None:
    prediction = machine(c, Root="UTs", CA="R36 R46u R46s").predict()
    assert possible(prediction) == {CROSS}
    assert [a.lost_because for a in prediction.alternatives()] == [LostBecause.UNTRUSTED]


def test_11_with_root_update_it_may_become_trusted(c: Certificates) -> None:
    listed = machine(c, Root="UTs", CA="R36 R46u R46s").listed(c["R46s"])
    assert possible(listed.predict()) == {CROSS}
    assert possible(listed.updated().predict()) == {SHORT}


def test_12_two_roots_above_the_cross_sign_are_contested(c: Certificates) -> None:
    prediction = machine(c, Root="R46s UTs AAA", CA="R36 R46u UTa", Disallowed="R46s").predict()
    assert served(prediction, Policy.KB) == CROSS
    assert served(prediction, Policy.NEWEST) == LONG
    assert prediction.certainty is Certainty.CONTESTED


def test_13_two_cross_signs_of_one_date_are_undetermined(c: Certificates) -> None:
    prediction = machine(c, Root="R46s UTs AAA", CA="R36 R46u R46a", Disallowed="R46s").predict()
    assert possible(prediction) == {CROSS, "R36 R46 [AAA]"}
    assert served(prediction) == CROSS
    assert prediction.certainty is Certainty.UNDETERMINED


def test_14_the_cross_sign_of_the_other_key_type_changes_nothing(c: Certificates, pki: Pki) -> None:
    leaf, issuing = pki.leaf("E36"), pki.ca("E36", "E46")
    ecdsa = Machine(leaf, Root=[pki.ca("E46"), c["UTs"]], CA=[issuing, c["R46u"]])
    assert possible(ecdsa.predict()) == {"E36 [E46]"}


def test_15_the_cross_sign_in_root_is_a_candidate_and_no_anchor(c: Certificates) -> None:
    assert possible(machine(c, Root="R46s UTs R46u", CA="R36", Disallowed="R46s").predict()) == {CROSS}
    alone = machine(c, Root="R46u", CA="R36").predict()
    assert TrustError.IS_PARTIAL_CHAIN in alone.chosen.status


def test_16_the_cross_sign_in_a_users_store_is_not_seen(c: Certificates) -> None:
    with_user = machine(c, Root="R46s UTs", CA="R36", UserCA="R46u", Disallowed="R46s").predict()
    without = machine(c, Root="R46s UTs", CA="R36", Disallowed="R46s").predict()
    assert possible(with_user) == possible(without) == {SHORT}


def test_17_the_cross_sign_in_local_systems_store_is_seen(c: Certificates) -> None:
    assert possible(machine(c, Root="R46s UTs", CA="R36", SystemCA="R46u", Disallowed="R46s").predict()) == {CROSS}


def test_18_a_missing_issuer_leaves_the_leaf_alone(c: Certificates) -> None:
    prediction = machine(c, Root="R46s UTs", CA="R46u").predict()
    assert possible(prediction) == {""}
    assert TrustError.IS_PARTIAL_CHAIN in prediction.chosen.status


def test_19_a_bag_of_a_pfx_that_no_store_got_does_not_help(c: Certificates) -> None:
    lands = {
        tool: destination(c["R36"], self_signed=False, with_key=False, tool=tool) for tool in ImportTool
    }  # fmt: skip
    assert lands[ImportTool.CERTUTIL_NOCHAIN] is None
    assert lands[ImportTool.POWERSHELL] == LM_MY
    assert lands[ImportTool.IIS] == lands[ImportTool.CERTUTIL] == LM_CA
    assert destination(c["R46s"], self_signed=True, with_key=False, tool=ImportTool.IIS) == LM_ROOT
    assert destination(c["R46s"], self_signed=True, with_key=False, tool=ImportTool.CERTUTIL_NOROOT) is None
    only_in_the_file = machine(c, Root="R46s UTs").predict(c["R36"])
    assert possible(only_in_the_file) == {""}
    assert possible(machine(c, Root="R46s UTs", My="R36").predict()) == {SHORT}


@pytest.fixture
def letsencrypt(pki: Pki) -> Certificates:
    """Let's Encrypt in September 2021: R3 by DST and by ISRG, X1 self-signed and by DST, in their real dates."""
    return {
        "leaf": pki.leaf("R3", not_before=at("2021-09-01"), not_after=at("2021-11-30")),
        "R3d": pki.ca("R3", "DST", not_before=at("2020-10-07T19:21:40"), not_after=at("2021-09-29T19:21:40")),
        "R3i": pki.ca("R3", "X1", not_before=at("2020-09-04"), not_after=at("2025-09-15")),
        "X1s": pki.ca("X1", not_before=at("2015-06-04"), not_after=at("2035-06-04")),
        "X1d": pki.ca("X1", "DST", not_before=at("2021-01-20"), not_after=at("2024-09-30")),
        "DST": pki.ca("DST", not_before=at("2000-09-30"), not_after=at("2021-09-30T14:01:15")),
    }


BEFORE, BETWEEN, AFTER = at("2021-09-22"), at("2021-09-29T20:00:00"), at("2021-10-01")


def test_20_the_newer_of_two_intermediates_was_chosen(letsencrypt: Certificates) -> None:
    prediction = machine(letsencrypt, Root="X1s DST", CA="R3d R3i").predict(when=BEFORE)
    assert possible(prediction) == {"R3 [DST]"}


def test_21_until_it_expired(letsencrypt: Certificates) -> None:
    assert possible(machine(letsencrypt, Root="X1s DST", CA="R3d R3i").predict(when=BETWEEN)) == {"R3 [X1]"}


def test_22_or_was_put_into_untrusted(letsencrypt: Certificates) -> None:
    blocked = machine(letsencrypt, Root="X1s DST", CA="R3d R3i", Disallowed="R3d")
    assert possible(blocked.predict(when=BEFORE)) == {"R3 [X1]"}


def test_23_the_newer_cross_sign_of_x1_is_contested_and_was_observed(letsencrypt: Certificates) -> None:
    blocked = machine(letsencrypt, Root="X1s DST", CA="R3d R3i X1d", Disallowed="R3d")
    prediction = blocked.predict(when=BEFORE)
    assert served(prediction, Policy.KB) == "R3 [X1]"
    assert served(prediction, Policy.NEWEST) == "R3 X1 [DST]"
    assert prediction.certainty is Certainty.CONTESTED


def test_24_after_dst_expired_the_short_chain_is_served(letsencrypt: Certificates) -> None:
    blocked = machine(letsencrypt, Root="X1s DST", CA="R3d R3i X1d", Disallowed="R3d")
    prediction = blocked.predict(when=AFTER)
    assert possible(prediction) == {"R3 [X1]"}
    assert LostBecause.TIME in {a.lost_because for a in prediction.alternatives()}


def test_25_with_x1_in_untrusted_the_chain_to_the_expired_root_is_served(letsencrypt: Certificates) -> None:
    blocked = machine(letsencrypt, Root="X1s DST", CA="R3d R3i X1d", Disallowed="R3d X1s")
    prediction = blocked.predict(when=AFTER)
    assert possible(prediction) == {"R3 X1 [DST]"}
    assert TrustError.IS_NOT_TIME_VALID in prediction.chosen.status


def test_26_a_key_match_puts_another_name_above_the_leaf(pki: Pki) -> None:
    pki.entity("LE X1", key="shared")
    pki.entity("LE X3", key="shared")
    wrong_name = pki.ca("LE X1", "DST", not_before=at("2015-10-19"))
    prediction = Machine(pki.leaf("LE X3"), Root=[pki.ca("DST")], CA=[wrong_name]).predict()
    assert possible(prediction) == {"LE X1 [DST]"}


def test_26b_with_both_names_at_hand_neither_is_promised(pki: Pki) -> None:
    pki.entity("LE X1", key="shared")
    pki.entity("LE X3", key="shared")
    candidates = [
        pki.ca("LE X1", "DST", not_before=at("2015-10-19")),
        pki.ca("LE X3", "DST", not_before=at("2016-03-17")),
    ]
    prediction = Machine(pki.leaf("LE X3"), Root=[pki.ca("DST")], CA=candidates).predict()
    assert served(prediction, Policy.NEWEST) == "LE X3 [DST]"
    assert possible(prediction) == {"LE X1 [DST]", "LE X3 [DST]"}
    assert prediction.certainty is Certainty.UNDETERMINED


def test_27_of_two_issuers_of_one_name_the_one_that_verifies_is_taken(pki: Pki) -> None:
    pki.entity("other", subject="O=Test, CN=I", key="other")
    right, wrong = pki.ca("I", "R"), pki.ca("other", "R")
    leaf = pki.leaf("I", authority_key_id="")
    prediction = Machine(leaf, Root=[pki.ca("R")], CA=[wrong, right]).predict()
    assert prediction.chosen.certificates[1] == right
    assert prediction.chosen.status == TrustError.NO_ERROR


def test_28_an_issuer_loop_is_cyclic_and_partial(pki: Pki) -> None:
    prediction = Machine(pki.leaf("A"), CA=[pki.ca("A", "B"), pki.ca("B", "A")]).predict()
    assert prediction.chosen.status & (TrustError.IS_CYCLIC | TrustError.IS_PARTIAL_CHAIN) == 0x10080


def test_29_a_ca_without_key_cert_sign_is_not_valid_for_usage(pki: Pki) -> None:
    issuing = pki.ca("I", "R", cert_sign=False)
    prediction = Machine(pki.leaf("I"), Root=[pki.ca("R")], CA=[issuing]).predict()
    assert prediction.chosen.elements[1].error == TrustError.IS_NOT_VALID_FOR_USAGE


def test_30_an_unknown_critical_extension_loses_to_a_clean_path(pki: Pki) -> None:
    marked, clean = pki.ca("I", "R", critical_unknown=True), pki.ca("I", "S", not_before=at("2020-01-01"))
    prediction = Machine(pki.leaf("I"), Root=[pki.ca("R"), pki.ca("S")], CA=[marked, clean]).predict()
    assert possible(prediction) == {"I [S]"}
    (lost,) = prediction.alternatives()
    assert lost.lost_because is LostBecause.EXTENSION
    wanted = TrustError.INVALID_EXTENSION | TrustError.HAS_NOT_SUPPORTED_CRITICAL_EXT
    assert lost.path.elements[1].error == wanted


def test_31_a_star_in_a_name_constraint_is_no_wildcard(pki: Pki) -> None:
    issuing = pki.ca("I", "R", permitted_dns=("*.com",))
    prediction = Machine(pki.leaf("I", "foo.com"), Root=[pki.ca("R")], CA=[issuing]).predict()
    assert TrustError.HAS_NOT_PERMITTED_NAME_CONSTRAINT in prediction.chosen.status


def test_32_validity_periods_need_not_nest(pki: Pki) -> None:
    leaf = pki.leaf("I", not_before=at("2020-01-01"), not_after=at("2030-01-01"))
    prediction = Machine(leaf, Root=[pki.ca("R")], CA=[pki.ca("I", "R", not_before=at("2024-01-01"))]).predict()
    assert prediction.chosen.status == TrustError.NO_ERROR


def test_33_globalsign_r3_by_r1_is_contested(pki: Pki) -> None:
    own = pki.ca("R3", not_before=at("2009-03-18"), not_after=at("2029-03-18"))
    cross = pki.ca("R3", "R1", not_before=at("2018-09-19"), not_after=at("2028-01-28"))
    root = pki.ca("R1", not_before=at("1998-09-01"), not_after=at("2028-01-28"))
    prediction = Machine(pki.leaf("I"), Root=[own, root], CA=[pki.ca("I", "R3"), cross]).predict()
    assert served(prediction, Policy.KB) == "I [R3]"
    assert served(prediction, Policy.NEWEST) == "I R3 [R1]"
    assert prediction.certainty is Certainty.CONTESTED


def test_34_a_root_closed_for_newer_leaves_loses_to_the_cross_sign(c: Certificates) -> None:
    closed = machine(c, Root="UTs", CA="R36 R46u").with_properties(
        c["R46s"], "Root", not_before_after=at("2026-01-01")
    )  # fmt: skip
    assert possible(closed.predict()) == {CROSS}
    open_still = machine(c, Root="UTs", CA="R36 R46u").with_properties(
        c["R46s"], "Root", not_before_after=at("2026-10-01")
    )  # fmt: skip
    assert possible(open_still.predict()) == {SHORT}


def test_35_a_self_signed_leaf_is_sent_alone_and_untrusted(pki: Pki) -> None:
    leaf = pki.ca("own", ca=False)
    prediction = Machine(leaf).predict()
    assert prediction.chosen.served == (leaf,)
    assert prediction.chosen.status == TrustError.IS_UNTRUSTED_ROOT


def test_36_a_store_change_is_not_on_the_wire_before_the_server_looks_again() -> None:
    assert "goes on serving the old chain" in ACTIVATION_NOTE
    assert [step.step.split()[0] for step in ACTIVATIONS] == ["rebind", "restart", "restart"]
    assert all(step.evidence for step in ACTIVATIONS)


def test_37_a_renewed_leaf_keeps_the_cross_sign_and_untrusted_beats_a_root_brought_back(
    c: Certificates, pki: Pki
) -> None:
    renewed = pki.leaf("R36", not_before=at("2026-10-01"), not_after=at("2027-10-30"))
    state = {**c, "leaf": renewed}
    assert possible(machine(state, Root="UTs", CA="R36 R46u", Disallowed="R46s").predict()) == {CROSS}
    assert possible(machine(state, Root="UTs R46s", CA="R36 R46u", Disallowed="R46s").predict()) == {CROSS}
