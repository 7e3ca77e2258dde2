"""Offline registry hives: which branch they are, what is in them, and what a damaged one does."""

import shutil
import struct
import subprocess
import uuid
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chainlab.errors import ChainlabError, InputError, LimitError
from chainlab.evidence import Evidence, Place, ReadOptions, hive, read_bytes, read_inputs
from chainlab.lab.writers import element, friendly_name
from chainlab.server import LM_AUTHROOT, LM_CA, StoreName
from tests import regf
from tests.ctls import ROOT_LIST, signed, trust_list
from tests.pki import Pki

pytest.importorskip("regipy", reason="the extra 'hive' is not installed")
IIS = uuid.UUID("4dc3e181-e14b-4a21-b022-59fc669b0914")


def read(data: bytes) -> Evidence:
    return Evidence.of(read_bytes(data, Place("hive"), ReadOptions()))


def store(pki: Pki, name: str = "A", properties=None) -> regf.Key:
    """A ``Certificates`` branch with one certificate."""
    certificate = pki.ca(name)
    return {"Certificates": {certificate.sha1.upper(): {"": {"Blob": (regf.BINARY, element(certificate, properties))}}}}


@pytest.mark.parametrize("leaf", [b"lf", b"lh", b"li"])
def test_a_lone_software_hive_is_the_machines(pki: Pki, leaf: bytes) -> None:
    tree = {
        "Microsoft": {
            "SystemCertificates": {"CA": store(pki, "A", friendly_name("One")), "AuthRoot": store(pki, "B")},
            "EnterpriseCertificates": {"Root": store(pki, "C")},
        },
        "Policies": {"Microsoft": {"SystemCertificates": {"Disallowed": store(pki, "D")}}},
    }
    evidence = read(regf.hive(tree, "\\SystemRoot\\System32\\Config\\SOFTWARE", leaf=leaf))
    assert {(item.certificate.subject.common, item.store) for item in evidence.certificates} == {
        ("A", LM_CA), ("B", LM_AUTHROOT), ("C", StoreName("LocalMachine", "Root", ".Enterprise")),
        ("D", StoreName("LocalMachine", "Disallowed", ".GroupPolicy")),
    }  # fmt: skip
    named = next(item for item in evidence.certificates if item.certificate.subject.common == "A")
    assert named.properties.friendly_name == "One"
    assert "HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\SystemCertificates\\CA" in str(named.place)
    assert not evidence.findings


@pytest.mark.parametrize(
    ("name", "location"),
    [
        ("\\??\\C:\\Users\\x\\ntuser.dat", "CurrentUser"),
        ("\\SystemRoot\\System32\\Config\\DEFAULT", "System"),
        ("C:\\Windows\\System32\\config\\systemprofile\\ntuser.dat", "System"),
    ],
)
def test_a_users_hive_is_the_users_and_localsystems_its_own(pki: Pki, name: str, location: str) -> None:
    evidence = read(regf.hive({"Software": {"Microsoft": {"SystemCertificates": {"CA": store(pki)}}}}, name))
    assert [str(item.store) for item in evidence.certificates] == [f"{location}/CA"]


def http_parameters(sha1: str) -> regf.Key:
    values = {"SslCertHash": (regf.BINARY, bytes.fromhex(sha1)), "AppId": (regf.BINARY, IIS.bytes_le)}
    sni = {**values, "SslCertStoreName": regf.text("WebHosting"), "HostnamePort": regf.text("www.example.test:443")}
    return {
        "SslBindingInfo": {"0.0.0.0:443": {"": values}, "[::]:8443": {"": values}},
        "SslSniBindingInfo": {str(uuid.UUID(int=1)): {"": sni}},
        "SslCcsBindingInfo": {"443": {"": {"AppId": (regf.BINARY, IIS.bytes_le)}}},
    }


def test_the_current_control_set_of_a_system_hive_gives_bindings(pki: Pki) -> None:
    sha1 = pki.ca("A").sha1
    tree = {
        "Select": {"": {"Current": (regf.DWORD, struct.pack("<I", 2))}},
        "ControlSet001": {"Services": {"HTTP": {"Parameters": http_parameters("00" * 20)}}},
        "ControlSet002": {"Services": {"HTTP": {"Parameters": http_parameters(sha1)}}},
    }
    bindings = read(regf.hive(tree, "SYSTEM")).bindings
    assert [(b.kind, b.endpoint, b.host, b.sha1, b.store, b.owner) for b in bindings] == [
        ("ip", "0.0.0.0:443", "", sha1, "My", "IIS"),
        ("ip", "[::]:8443", "", sha1, "My", "IIS"),
        ("sni", "www.example.test:443", "www.example.test", sha1, "WebHosting", "IIS"),
        ("ccs", "*:443", "", "", "My", "IIS"),
    ]


def test_lists_larger_than_one_cell_are_read_in_full(pki: Pki) -> None:
    subjects = [(number.to_bytes(20, "big"), {98: bytes(32)}) for number in range(600)]
    encoded = signed(trust_list(ROOT_LIST, subjects), pki)
    assert len(encoded) > 2 * regf.BIG
    update = {"": {"EncodedCtl": (regf.BINARY, encoded)}}
    tree = {"Microsoft": {"SystemCertificates": {"AuthRoot": {"AutoUpdate": update}}}}
    (found,) = read(regf.hive(tree)).lists
    assert len(found.roots) == 600
    assert found.signature.startswith("checked")


def test_a_hive_that_was_not_closed_is_reported(pki: Pki) -> None:
    tree = {"Microsoft": {"SystemCertificates": {"CA": store(pki)}}}
    evidence = read(regf.hive(tree, primary=8, secondary=7))
    assert [finding.code for finding in evidence.findings] == ["dirty-hive"]
    assert len(evidence.certificates) == 1


def test_a_damaged_entry_costs_itself(pki: Pki) -> None:
    branch = store(pki)["Certificates"] | {"AB" * 20: {"": {"Blob": (regf.BINARY, b"\x03\0\0\0\1\0\0\0\xff\xff\0\0")}}}
    evidence = read(regf.hive({"Microsoft": {"SystemCertificates": {"CA": {"Certificates": branch}}}}))
    assert len(evidence.certificates) == 1
    assert "announces 65535 bytes" in evidence.findings[0].message


def test_subkeys_that_lead_back_to_their_parent_end(pki: Pki) -> None:
    data = bytearray(regf.hive({"Microsoft": {"SystemCertificates": {"CA": {"Certificates": {"X": {}}}}}}))
    node = data.index(b"nk", data.index(b"Certificates", data.index(b"SystemCertificates") + 20) - 76)
    list_offset = struct.unpack_from("<I", data, node + 28)[0]
    struct.pack_into("<I", data, 4096 + list_offset + 8, node - 4 - 4096)  # its first child is itself
    assert not read(bytes(data)).certificates


def test_the_caps_stop_a_walk(monkeypatch: pytest.MonkeyPatch, pki: Pki) -> None:
    data = regf.hive({"Microsoft": {"SystemCertificates": {f"S{n}": store(pki) for n in range(30)}}})
    monkeypatch.setattr(hive, "MAX_KEYS", 20)
    with pytest.raises(LimitError, match="more than 20 keys"):
        read(data)
    monkeypatch.undo()
    monkeypatch.setattr(hive, "MAX_READS", 100)
    with pytest.raises(LimitError, match="more than 100 reads"):
        read(data)


@pytest.mark.parametrize(("cap", "why"), [("MAX_VALUE", "is longer than the cap of 3"), ("MAX_VALUES", "more than 0")])
def test_keys_over_a_cap_are_reported(monkeypatch: pytest.MonkeyPatch, pki: Pki, cap: str, why: str) -> None:
    monkeypatch.setattr(hive, cap, 3 if cap == "MAX_VALUE" else 0)
    evidence = read(regf.hive({"Microsoft": {"SystemCertificates": {"CA": store(pki)}}}))
    assert not evidence.certificates
    assert [finding.code for finding in evidence.findings] == ["broken-part"]
    assert why in evidence.findings[0].message


def test_a_number_of_the_wrong_length_costs_neither_its_neighbours_nor_the_keys_below(pki: Pki) -> None:
    blob = (regf.BINARY, element(pki.ca("A"), None))
    broken = {"": {"Blob": blob, "Flags": (regf.DWORD, b"12345")}}
    short = {"": {"Flags": (regf.DWORD, b"")}, **store(pki, "B")}
    tree = {"CA": {"Certificates": {pki.ca("A").sha1.upper(): broken}}, "Root": short}
    evidence = read(regf.hive({"Microsoft": {"SystemCertificates": tree}}))
    assert {item.certificate.subject.common for item in evidence.certificates} == {"A", "B"}


def test_a_cut_off_hive_is_an_input_error() -> None:
    with pytest.raises(InputError, match="damaged hive"):
        read(b"regf" + bytes(100))


def test_without_regipy_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(InputError, match=r"pip install 'chainlab\[hive\]'"):
        read(regf.hive({}))


WHOLE = regf.hive({"Microsoft": {"SystemCertificates": {"CA": store(Pki()), "Root": store(Pki(), "B")}}})


@settings(max_examples=150)
@given(st.integers(0, len(WHOLE) - 1), st.binary(min_size=1, max_size=6))
def test_hives_with_any_damage_never_crash(position: int, noise: bytes) -> None:
    damaged = bytearray(WHOLE)
    damaged[position : position + len(noise)] = noise
    for data in (bytes(damaged), WHOLE[:position]):
        try:
            read(data)
        except ChainlabError:
            pass


def test_the_hive_as_hivex_reads_it_is_the_same(tmp_path: Path, pki: Pki) -> None:
    """Our writer makes hives that an independent library reads, and reads the same certificate from."""
    if shutil.which("hivexget") is None:
        pytest.skip("hivexget (libhivex-bin) is not installed")
    file = tmp_path / "SOFTWARE"
    file.write_bytes(regf.hive({"Microsoft": {"SystemCertificates": {"CA": store(pki)}}}))
    (item,) = read_inputs([(file, None)], ReadOptions()).certificates
    key = f"Microsoft\\SystemCertificates\\CA\\Certificates\\{item.certificate.sha1.upper()}"
    assert item.certificate.der is not None
    assert _hivex_blob(file, key).endswith(item.certificate.der)


def _hivex_blob(file: Path, key: str) -> bytes:
    return subprocess.run(["hivexget", str(file), key, "Blob"], capture_output=True, check=True).stdout


REAL = {
    "NTUSER_BAGMRU.DAT": (16, "CurrentUser", True),
    "NTUSER_with_winscp.DAT": (11, "CurrentUser", True),
    "ntuser_software_partial": (10, "LocalMachine", False),  # cut out of a user's hive; its top level is SOFTWARE's
    "plaso-NTUSER-WIN7.DAT": (4, "CurrentUser", False),
    "NTUSER.DAT": (0, "", False),
    "NTUSER-WSL.DAT": (0, "", False),
    "ez-NTUSER1.DAT": (0, "", False),
    "SOFTWARE": (5, "LocalMachine", False),
}


@pytest.mark.parametrize("name", REAL)
def test_real_hives_give_all_their_certificates(name: str, shared: Callable[[str], Path]) -> None:
    count, location, dirty = REAL[name]
    evidence = read_inputs([(shared(f"samples/hive/{name}"), None)], ReadOptions())
    assert len(evidence.certificates) == count
    assert {item.store.location for item in evidence.certificates if item.store} <= {location}
    assert [finding.code for finding in evidence.findings] == ["dirty-hive"] * dirty


def test_the_sample_hive_and_the_sample_export_say_the_same(shared: Callable[[str], Path]) -> None:
    both = [
        read_inputs([(shared(f"samples/hive/{name}"), None)], ReadOptions()).certificates
        for name in ("SOFTWARE", "test.reg")
    ]
    as_hive, as_export = (
        Counter((item.certificate.sha256, item.store, item.properties) for item in sightings) for sightings in both
    )
    assert as_hive == as_export


def test_real_hives_agree_with_hivex(shared: Callable[[str], Path]) -> None:
    if shutil.which("hivexget") is None:
        pytest.skip("hivexget (libhivex-bin) is not installed")
    file = shared("samples/hive/NTUSER_BAGMRU.DAT")
    for item in read_inputs([(file, None)], ReadOptions()).certificates:
        key = item.place.position.removeprefix("HKEY_CURRENT_USER\\")
        assert item.certificate.der is not None
        assert _hivex_blob(file, key).endswith(item.certificate.der)
