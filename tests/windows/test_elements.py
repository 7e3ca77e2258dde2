"""The status table: what Wine's tests assert of real Windows, row by row, with certificates of our own.

Each test names the row of Wine's dlls/crypt32/tests/chain.c. Most of its chains end in a root that is not in Root, so
IS_UNTRUSTED_ROOT is part of the expectation. Where those tests tolerate another answer from older versions of Windows,
the newer answer is expected.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from chainlab import oids
from chainlab.decoding import decode_certificate
from chainlab.graph import CertGraph
from chainlab.server import LM_CA, LM_MY, LM_ROOT, Server, StoreEntry
from chainlab.windows.engine import predict_chain
from chainlab.windows.selection import WindowsPath
from chainlab.windows.status import TrustError, TrustInfo
from tests.oracles.wine.forge import Recipe, forge
from tests.oracles.wine.parts import (
    CA_USAGE,
    FUTURE,
    NOW,
    PAST,
    alternative_names,
    authority_key_id,
    basic_constraints,
    ca,
    certificate,
    key_usage,
    name_constraints,
)

E, I = TrustError, TrustInfo  # noqa: E741
NAME, SELF = I.HAS_NAME_MATCH_ISSUER, I.HAS_NAME_MATCH_ISSUER | I.IS_SELF_SIGNED
ROOT = certificate("R", "R", extensions=(CA_USAGE, basic_constraints(True)))
"""As in those tests: no key identifiers, so that issuers match by name."""
LEAF = certificate("L", "R")


def build(leaf: Recipe, *others: Recipe, trusted: tuple[Recipe, ...] = ()) -> WindowsPath:
    """The chain for ``leaf`` from these certificates."""
    ders = [decode_certificate(forge(recipe)) for recipe in (leaf, *others, *trusted)]
    stores = (LM_MY, *(LM_CA for _ in others), *(LM_ROOT for _ in trusted))
    server = Server(entries=tuple(map(StoreEntry, ders, stores)), root_update=False)
    return predict_chain(server, CertGraph(ders), ders[0], NOW).chosen


def errors(path: WindowsPath) -> list[TrustError]:
    return [element.error for element in path.elements]


def infos(path: WindowsPath) -> list[TrustInfo]:
    return [element.info for element in path.elements]


def test_chain0_an_expired_leaf_under_an_untrusted_root() -> None:
    path = build(replace(LEAF, not_after=PAST), ROOT)
    assert errors(path) == [E.IS_NOT_TIME_VALID, E.IS_UNTRUSTED_ROOT]
    assert infos(path) == [NAME, SELF]
    assert path.status == E.IS_NOT_TIME_VALID | E.IS_UNTRUSTED_ROOT
    assert path.info == I.NONE


def test_chain1_a_wrong_signature_marks_the_child() -> None:
    path = build(replace(LEAF, not_after=PAST, damaged=True), ROOT)
    assert errors(path) == [E.IS_NOT_TIME_VALID | E.IS_NOT_SIGNATURE_VALID, E.IS_UNTRUSTED_ROOT]


def test_chain2_the_roots_validity_counts_as_well() -> None:
    path = build(replace(LEAF, not_after=PAST), replace(ROOT, not_after=PAST))
    assert errors(path) == [E.IS_NOT_TIME_VALID, E.IS_NOT_TIME_VALID | E.IS_UNTRUSTED_ROOT]


def test_chain3_a_root_that_says_it_is_no_ca() -> None:
    path = build(LEAF, certificate("R", "R", extensions=(basic_constraints(False),)))
    assert errors(path) == [E.NO_ERROR, E.INVALID_BASIC_CONSTRAINTS | E.IS_UNTRUSTED_ROOT]


def test_chain4_an_exceeded_path_length_marks_the_ca_that_sets_it_and_those_below() -> None:
    limited = certificate("R", "R", extensions=(CA_USAGE, basic_constraints(True, 0)))
    below = certificate("I", "R", extensions=(CA_USAGE, basic_constraints(True)))
    path = build(certificate("L", "I"), below, limited)
    assert errors(path) == [
        E.NO_ERROR, E.INVALID_BASIC_CONSTRAINTS, E.INVALID_BASIC_CONSTRAINTS | E.IS_UNTRUSTED_ROOT,
    ]  # fmt: skip


def test_chain6_a_ca_may_be_the_leaf() -> None:
    path = build(certificate("L", "R", extensions=(CA_USAGE, basic_constraints(True))), ROOT)
    assert errors(path) == [E.NO_ERROR, E.IS_UNTRUSTED_ROOT]


def test_chain7_and_chain14_nothing_is_wrong_but_the_root() -> None:
    path = build(LEAF, ROOT)
    assert errors(path) == [E.NO_ERROR, E.IS_UNTRUSTED_ROOT]
    assert infos(path) == [NAME, SELF]


def test_chain8_a_ca_without_basic_constraints_under_an_expired_root() -> None:
    path = build(certificate("L", "I"), certificate("I", "R"), replace(ROOT, not_after=PAST))
    assert errors(path) == [E.NO_ERROR, E.INVALID_BASIC_CONSTRAINTS, E.IS_UNTRUSTED_ROOT | E.IS_NOT_TIME_VALID]


def test_chain9_a_loop_is_cyclic_partial_and_against_basic_constraints() -> None:
    """Windows lists the leaf a second time, as the third element; chainlab's path stops before it."""
    path = build(certificate("L", "A"), certificate("A", "L"))
    assert errors(path) == [E.NO_ERROR, E.INVALID_BASIC_CONSTRAINTS]
    assert infos(path) == [NAME, NAME]
    assert path.status == E.IS_PARTIAL_CHAIN | E.INVALID_BASIC_CONSTRAINTS | E.IS_CYCLIC


def test_chain10_of_two_issuers_of_one_name_and_key_either_will_do() -> None:
    path = build(LEAF, certificate("R", "R", serial=2), ROOT)
    assert errors(path) == [E.NO_ERROR, E.IS_UNTRUSTED_ROOT]
    assert infos(path) == [NAME, SELF]


def test_chain11_the_issuer_whose_key_verifies_is_chosen() -> None:
    path = build(LEAF, certificate("R", "R", key="other", signer="other", serial=2), ROOT)
    assert errors(path) == [E.NO_ERROR, E.IS_UNTRUSTED_ROOT]
    assert path.certificates[-1] == decode_certificate(forge(ROOT))


def test_chain12_a_wrong_self_signature_marks_the_root_which_stays_the_end() -> None:
    path = build(LEAF, replace(ROOT, damaged=True))
    assert errors(path) == [E.NO_ERROR, E.IS_NOT_SIGNATURE_VALID | E.IS_UNTRUSTED_ROOT]
    assert infos(path) == [NAME, SELF]


def test_chain13_validity_periods_need_not_nest() -> None:
    path = build(LEAF, replace(ROOT, not_before=PAST))
    assert errors(path) == [E.NO_ERROR, E.IS_UNTRUSTED_ROOT]


def test_chain15_a_root_whose_key_usage_lacks_cert_sign() -> None:
    path = build(LEAF, certificate("R", "R", extensions=(key_usage("crl_sign"), basic_constraints(True))))
    assert errors(path) == [E.NO_ERROR, E.IS_UNTRUSTED_ROOT | E.IS_NOT_VALID_FOR_USAGE]


def test_chain16_cert_sign_in_a_leaf_that_is_no_ca() -> None:
    path = build(certificate("L", "R", extensions=(CA_USAGE, basic_constraints(False))), ROOT)
    assert errors(path) == [E.IS_NOT_VALID_FOR_USAGE, E.IS_UNTRUSTED_ROOT]


@pytest.mark.parametrize(
    ("usage", "expected"), [(CA_USAGE, E.NO_ERROR), (key_usage("crl_sign"), E.IS_NOT_VALID_FOR_USAGE)]
)
def test_chain17_and_chain18_the_key_usage_of_an_intermediate(usage, expected) -> None:
    between = certificate("I", "R", extensions=(usage, basic_constraints(True)))
    path = build(certificate("L", "I"), between, ROOT)
    assert errors(path) == [E.NO_ERROR, expected, E.IS_UNTRUSTED_ROOT]


@pytest.mark.parametrize(
    ("row", "tree", "name", "permitted"),
    [
        ("chain5", "example.test", "example.other", False),
        ("chain19", "a.test", "a.test", True),
        ("chain20", "a.test", "b.test", False),
        ("chain21", "A.test", "a.TEST", True),
        ("chain22", "A.test", "b.TEST", False),
        ("chain23", "*.test", "foo.test", False),
        ("chain24", "*.test", "foo.bar.test", False),
        ("chain25", "foo.*", "foo.test", False),
        ("chain26", "f*.test", "bar.test", False),
        ("chain28", "foo.*.test", "foo.bar.test", False),
    ],
)
def test_name_constraints_mark_the_constraining_ca(row: str, tree: str, name: str, permitted: bool) -> None:
    limited = certificate("R", "R", extensions=(CA_USAGE, basic_constraints(True), name_constraints((f"dns:{tree}",))))
    path = build(certificate("L", "R", extensions=(alternative_names(f"dns:{name}"),)), limited)
    violated = E.NO_ERROR if permitted else E.HAS_NOT_PERMITTED_NAME_CONSTRAINT
    assert errors(path) == [E.NO_ERROR, E.IS_UNTRUSTED_ROOT | violated]
    held = I.HAS_VALID_NAME_CONSTRAINTS if permitted else I.NONE
    assert infos(path) == [NAME, SELF | held]
    assert path.info == held


def test_chain27_an_embedded_nul_makes_the_constraints_invalid() -> None:
    limited = certificate("R", "R", extensions=(CA_USAGE, basic_constraints(True), name_constraints(("dns:foo.test",))))
    path = build(certificate("L", "R", extensions=(alternative_names("dns:foo.test\0baddie"),)), limited)
    assert errors(path) == [E.NO_ERROR, E.IS_UNTRUSTED_ROOT | E.INVALID_NAME_CONSTRAINTS | E.INVALID_EXTENSION]
    assert infos(path) == [NAME, SELF]
    garbled = (oids.SUBJECT_ALT_NAME, False, b"\x30\x05\x82")
    path = build(certificate("L", "R", extensions=(garbled,)), limited)
    assert E.INVALID_NAME_CONSTRAINTS | E.INVALID_EXTENSION in path.status


def test_chain30_an_unknown_critical_extension_marks_the_certificate_that_has_it() -> None:
    unknown = ("1.2.3", True, b"\x30\x00")
    between = certificate("I", "R", extensions=(CA_USAGE, basic_constraints(True), unknown))
    path = build(certificate("L", "I"), between, ROOT)
    unsupported = E.INVALID_EXTENSION | E.HAS_NOT_SUPPORTED_CRITICAL_EXT
    assert errors(path) == [E.NO_ERROR, unsupported, E.IS_UNTRUSTED_ROOT]


def test_chain5_the_legacy_alternative_names_may_be_critical() -> None:
    legacy = (oids.LEGACY_SUBJECT_ALT_NAME, True, alternative_names("dns:example.test")[2])
    assert errors(build(certificate("L", "R", extensions=(legacy,)), ROOT)) == [E.NO_ERROR, E.IS_UNTRUSTED_ROOT]


def test_self_signed_chain_a_lone_expired_certificate() -> None:
    path = build(certificate("L", "L", not_after=PAST))
    assert errors(path) == [E.IS_NOT_TIME_VALID | E.IS_UNTRUSTED_ROOT]
    assert infos(path) == [SELF]


def test_chain_check_no_store_a_partial_chain_says_how_the_issuer_was_looked_for() -> None:
    path = build(certificate("L", "I"))
    assert (errors(path), path.status, infos(path)) == ([E.NO_ERROR], E.IS_PARTIAL_CHAIN, [NAME])
    by_key = build(certificate("L", "I", extensions=(authority_key_id("I"),)))
    assert infos(by_key) == [I.HAS_KEY_MATCH_ISSUER]
    by_serial = build(certificate("L", "I", extensions=(authority_key_id("I", "R", 5),)))
    assert infos(by_serial) == [I.HAS_EXACT_MATCH_ISSUER]


def test_google_chain_a_root_that_names_its_own_key_matches_by_key() -> None:
    identified = ca("R", extra=(authority_key_id("R"),))
    path = build(certificate("L", "R", extensions=(authority_key_id("R"),)), trusted=(identified,))
    preferred = I.HAS_PREFERRED_ISSUER
    assert infos(path) == [I.HAS_KEY_MATCH_ISSUER | preferred,
                           I.HAS_KEY_MATCH_ISSUER | I.IS_SELF_SIGNED | preferred]  # fmt: skip


def test_winehq_chain_the_chain_has_the_preferred_issuer_bit_despite_its_errors() -> None:
    path = build(replace(LEAF, not_before=FUTURE), trusted=(ROOT,))
    assert (path.status, path.info) == (E.IS_NOT_TIME_VALID, I.HAS_PREFERRED_ISSUER)


@pytest.mark.parametrize(
    ("purposes", "valid"),
    [((), True), ((oids.SERVER_AUTH,), True), ((oids.CLIENT_AUTH,), False), ((oids.ANY_EKU,), True)],
)
def test_usage_match_the_purposes_of_the_leaf(purposes: tuple[str, ...], valid: bool) -> None:
    from tests.oracles.wine.parts import extended_key_usage

    extensions = (extended_key_usage(*purposes),) if purposes else ()
    path = build(certificate("L", "R", extensions=extensions), trusted=(ROOT,))
    assert errors(path)[0] == (E.NO_ERROR if valid else E.IS_NOT_VALID_FOR_USAGE)


def test_excluded_names_have_a_bit_of_their_own() -> None:
    """[D] CERT_TRUST_STATUS: HAS_EXCLUDED_NAME_CONSTRAINT."""
    trees = name_constraints(("dns:test",), ("dns:bad.test",))
    limited = certificate("R", "R", extensions=(CA_USAGE, basic_constraints(True), trees))
    path = build(certificate("L", "R", extensions=(alternative_names("dns:www.bad.test"),)), limited)
    assert errors(path) == [E.NO_ERROR, E.IS_UNTRUSTED_ROOT | E.HAS_EXCLUDED_NAME_CONSTRAINT]
    both = build(certificate("L", "R", extensions=(alternative_names("dns:www.bad.test", "dns:a.other"),)), limited)
    assert E.HAS_NOT_PERMITTED_NAME_CONSTRAINT | E.HAS_EXCLUDED_NAME_CONSTRAINT in both.status


def test_unsupported_forms_of_constraints_are_named() -> None:
    """[D] CERT_TRUST_STATUS: no registered IDs, of other names the UPN alone, no minimum, no maximum."""
    unsupported, tree = E.HAS_NOT_SUPPORTED_NAME_CONSTRAINT, ("dns:example.test",)
    for constraints, expected in (
        (name_constraints(("rid:1.2.3",)), unsupported),
        (name_constraints(("upn:example.test",)), E.NO_ERROR),
        (name_constraints(tree, bounds=b"\x80\x01\x01"), unsupported),
        (name_constraints(tree, bounds=b"\x81\x01\x05"), unsupported),
        (name_constraints(tree, bounds=b"\x80\x01\x00"), E.NO_ERROR),
    ):
        limited = certificate("R", "R", extensions=(CA_USAGE, basic_constraints(True), constraints))
        assert build(LEAF, trusted=(limited,)).status == expected


def test_a_certificate_of_version_1_is_a_ca_where_the_engine_finds_it_in_a_store() -> None:
    old = certificate("I", "R", version=1)
    assert build(certificate("L", "I"), old, trusted=(ROOT,)).status == E.NO_ERROR
