"""SST files, registry exports and serialized elements."""

import struct
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainlab.errors import InputError
from chainlab.evidence import Evidence, KeyPresence, Place, ReadOptions, read_bytes, read_inputs
from chainlab.evidence.serialized import parse_element
from chainlab.lab.writers import element, friendly_name, reg, sst
from chainlab.server import LM_AUTHROOT, LM_CA, LM_DISALLOWED, LM_MY, SYSTEM_CA, StoreName
from tests.pki import Pki

ALL_DISABLED = {9: b"\x30\x00"}


def read(data: bytes) -> Evidence:
    return Evidence.of(read_bytes(data, Place("test"), ReadOptions()))


def test_sst_keeps_order_properties_and_friendly_names(pki: Pki) -> None:
    evidence = read(sst([(pki.ca("A"), friendly_name("Root A")), (pki.ca("B", "A"), ALL_DISABLED)]))
    assert [item.certificate.subject.common for item in evidence.certificates] == ["A", "B"]
    assert evidence.certificates[0].properties.friendly_name == "Root A"
    assert evidence.certificates[1].properties.all_purposes_disabled
    assert not evidence.findings


def test_an_sst_cut_off_keeps_what_was_read(pki: Pki) -> None:
    whole = sst([(pki.ca("A"), {}), (pki.ca("B", "A"), {})])
    evidence = read(whole[:-100])
    assert [item.certificate.subject.common for item in evidence.certificates] == ["A"]
    assert "element 2" in evidence.findings[0].message
    assert "end record is missing" in read(whole[:-12]).findings[0].message


def test_crl_elements_and_trailing_bytes_are_noted(pki: Pki) -> None:
    crl = struct.pack("<III", 33, 1, 3) + b"crl"
    whole = sst([(pki.ca("A"), {})])
    evidence = read(whole[:-12] + crl + whole[-12:] + b"junk")
    assert len(evidence.certificates) == 1
    assert [finding.code for finding in evidence.findings] == ["unused-part", "broken-part"]


def test_registry_export_gives_locations_stores_and_physical_stores(pki: Pki) -> None:
    policy = StoreName("LocalMachine", "Root", ".GroupPolicy")
    enterprise = StoreName("LocalMachine", "CA", ".Enterprise")
    user = StoreName("CurrentUser", "CA")
    stores = [LM_AUTHROOT, LM_CA, LM_MY, LM_DISALLOWED, SYSTEM_CA, policy, enterprise, user]
    evidence = read(reg([(store, pki.ca(f"C{n}"), {}) for n, store in enumerate(stores)]))
    assert [item.store for item in evidence.certificates] == stores


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8", "utf-8-sig", "latin-1"])
def test_registry_exports_of_any_encoding_are_read(pki: Pki, encoding: str) -> None:
    text = reg([(LM_CA, pki.ca("A"), {})]).decode("utf-16")
    assert len(read(text.encode(encoding)).certificates) == 1
    old = text.replace("Windows Registry Editor Version 5.00", "REGEDIT4").replace("hex:", "hex(3):")
    assert len(read(old.encode(encoding)).certificates) == 1


def test_deletions_are_a_proposed_change_and_not_applied(pki: Pki) -> None:
    text = reg([(LM_CA, pki.ca("A"), {})]).decode("utf-16")
    key = text[text.index("[") + 1 : text.index("]")]
    deletion = text + f'[-{key}]\r\n[{key}]\r\n"Blob"=-\r\n'
    evidence = read(deletion.encode("utf-16"))
    assert len(evidence.certificates) == 1
    assert [finding.code for finding in evidence.findings] == ["proposed-deletion", "proposed-deletion"]


def test_a_certificate_filed_under_another_thumbprint_is_reported(pki: Pki) -> None:
    a, b = pki.ca("A"), pki.ca("B")
    text = reg([(LM_CA, a, {})]).decode("utf-16").replace(a.sha1.upper(), b.sha1.upper())
    evidence = read(text.encode("utf-16"))
    assert evidence.certificates[0].certificate == a
    assert [finding.code for finding in evidence.findings] == ["thumbprint-mismatch"]


def test_the_switch_of_root_update_is_read() -> None:
    text = (
        "Windows Registry Editor Version 5.00\r\n\r\n"
        "[HKEY_LOCAL_MACHINE\\SOFTWARE\\Policies\\Microsoft\\SystemCertificates\\AuthRoot]\r\n"
        '"DisableRootAutoUpdate"=dword:00000001\r\n'
    )
    assert [(item.name, item.value) for item in read(text.encode("utf-16")).settings] == [("root_update", 0)]
    assert read(text.replace("00000001", "00000000").encode()).settings[0].value == 1


def test_a_key_reference_means_the_private_key_is_there(pki: Pki) -> None:
    evidence = read(reg([(LM_MY, pki.ca("A"), {2: b"container"}), (LM_MY, pki.ca("B"), {})]))
    assert [item.key for item in evidence.certificates] == [KeyPresence.PRESENT, KeyPresence.ABSENT]


def test_broken_blobs_cost_only_themselves(pki: Pki) -> None:
    text = reg([(LM_CA, pki.ca("A"), {}), (LM_CA, pki.ca("B"), {})]).decode("utf-16")
    first = text.index("hex:") + 4
    evidence = read((text[:first] + "ff,ff,ff,ff,01,00," + text[first:]).encode())
    assert [item.certificate.subject.common for item in evidence.certificates] == ["B"]
    assert evidence.findings


@given(st.binary(max_size=400))
def test_elements_of_any_bytes_parse_or_are_value_errors(data: bytes) -> None:
    try:
        assert parse_element(data, 0).end <= len(data)
    except ValueError:
        pass


@given(st.binary(max_size=60), st.integers(0, 800))
def test_stores_with_any_damage_never_crash(noise: bytes, position: int) -> None:
    whole = bytearray(sst([(Pki().ca("A"), friendly_name("x")), (Pki().ca("B"), {})]))
    whole[min(position, len(whole)) :][: len(noise)] = noise
    whole[position : position + len(noise)] = noise
    try:
        read(bytes(whole))
    except InputError:
        pass


def test_too_many_properties_are_refused(pki: Pki) -> None:
    many = {0x8000 + number: b"" for number in range(300)}
    with pytest.raises(ValueError, match="more than 256 properties"):
        parse_element(element(pki.ca("A"), many), 0)


def test_the_genuine_windows_store_is_read_in_full(shared: Callable[[str], Path]) -> None:
    evidence = read_inputs([(shared("samples/sst/t0rik-roots-2021.sst"), None)], ReadOptions())
    assert len(evidence.certificates) == 434
    assert not evidence.findings
    restricted = [item for item in evidence.certificates if item.properties.purposes is not None]
    assert len(restricted) == 434 - 6


def test_the_sample_registry_file_is_read_in_full(shared: Callable[[str], Path]) -> None:
    evidence = read_inputs([(shared("samples/hive/test.reg"), None)], ReadOptions())
    stores = sorted(str(item.store) for item in evidence.certificates)
    assert stores == ["LocalMachine/CA", "LocalMachine/Disallowed", "LocalMachine/My"] + ["LocalMachine/Root"] * 2
    assert any(item.properties.all_purposes_disabled for item in evidence.certificates)
