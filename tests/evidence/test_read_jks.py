"""Java key stores without their password."""

import shutil
import struct
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainlab.certificate import Certificate
from chainlab.errors import InputError, PasswordError
from chainlab.evidence import Evidence, KeyPresence, Place, ReadOptions, read_bytes, read_inputs
from chainlab.lab.writers import jks, pem
from tests.captures import codes, names
from tests.pki import Pki

_PKI = Pki()
ROOTS = [("first root", _PKI.ca("R")), ("größte 𝄞", _PKI.ca("U"))]
JKS = jks(ROOTS)
X509 = b"\0\x05X.509"


def read(data: bytes) -> Evidence:
    return Evidence.of(read_bytes(data, Place("x.jks"), ReadOptions()))


def utf(text: bytes) -> bytes:
    return len(text).to_bytes(2, "big") + text


def store(*entries: bytes, magic: bytes = b"\xfe\xed\xfe\xed", version: int = 2, count: int | None = None) -> bytes:
    head = magic + struct.pack(">II", version, len(entries) if count is None else count)
    return head + b"".join(entries) + bytes(20)


def certificate(made: Certificate, version: int = 2) -> bytes:
    der = made.der or b""
    return (X509 if version == 2 else b"") + struct.pack(">I", len(der)) + der


def key_entry(alias: bytes, chain: list[Certificate]) -> bytes:
    head = struct.pack(">I", 1) + utf(alias) + bytes(8) + struct.pack(">I", 7) + b"SECRET!"
    return head + struct.pack(">I", len(chain)) + b"".join(map(certificate, chain))


def trusted(alias: bytes, made: Certificate, version: int = 2) -> bytes:
    return struct.pack(">I", 2) + utf(alias) + bytes(8) + certificate(made, version)


def test_trusted_entries_keep_alias_and_order() -> None:
    evidence = read(JKS)
    assert [(c.certificate, c.trusted, c.key) for c in evidence.certificates] == [
        (made, True, KeyPresence.ABSENT) for _, made in ROOTS
    ]
    assert [c.place.position for c in evidence.certificates] == ["entry 1 'first root'", "entry 2 'größte 𝄞'"]
    assert evidence.certificates[0].properties.friendly_name == "first root"
    assert dict(evidence.containers[0].facts)["type"] == "JKS"
    assert evidence.findings == ()


def test_java_writes_characters_beyond_the_bmp_as_two_surrogates() -> None:
    alias = b"a\xc0\x80b\xed\xa0\xb4\xed\xb4\x9e"
    assert read(store(trusted(alias, ROOTS[0][1]))).certificates[0].place.position == "entry 1 'a\0b𝄞'"
    assert "\\xff" in read(store(trusted(b"\xff", ROOTS[0][1]))).certificates[0].place.position


def test_key_entries_are_told_from_trusted_ones_and_the_key_is_never_kept() -> None:
    chain = [_PKI.leaf("I"), _PKI.ca("I", "R")]
    evidence = read(store(key_entry(b"tomcat", chain), trusted(b"root", ROOTS[0][1])))
    assert [(c.trusted, c.key) for c in evidence.certificates] == [
        (False, KeyPresence.PRESENT),
        (False, KeyPresence.ABSENT),
        (True, KeyPresence.ABSENT),
    ]
    assert "SECRET!" not in repr(evidence)


def test_version_1_and_jceks_up_to_the_first_sealed_key_are_read() -> None:
    assert names(c.certificate for c in read(store(trusted(b"r", ROOTS[0][1], 1), version=1)).certificates) == ["R"]
    sealed = struct.pack(">I", 3) + utf(b"aes") + bytes(8) + b"\xac\xed\0\5 serialized"
    made = store(trusted(b"r", ROOTS[0][1]), sealed, trusted(b"u", ROOTS[1][1]), magic=b"\xce" * 4)
    evidence = read(made)
    assert names(c.certificate for c in evidence.certificates) == ["R"]
    assert codes(evidence) == ["unused-part"]
    assert "up to 1 entries" in evidence.findings[0].message


@pytest.mark.parametrize(
    ("data", "message"),
    [(JKS[:10], "cut off within its header"), (store(version=9), "version 9"), (b"\xfe\xed\xfe\xed", "cut off")],
)
def test_stores_without_a_readable_header_are_input_errors(data: bytes, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read(data)


def test_damage_costs_what_follows_it_and_counts_are_not_believed() -> None:
    first = store(trusted(b"r", ROOTS[0][1]))[:-20]
    for rest in (b"", struct.pack(">I", 9), struct.pack(">IH", 2, 60000), trusted(b"u", ROOTS[1][1])[:-1]):
        evidence = read(first[:8] + struct.pack(">I", 0x7FFFFFFF) + first[12:] + rest)
        assert names(c.certificate for c in evidence.certificates) == ["R"]
        assert codes(evidence) == ["broken-part"]
    assert codes(read(JKS + b"x")) == ["broken-part"]
    huge = struct.pack(">I", 1) + utf(b"k") + bytes(8) + struct.pack(">II", 0, 0xFFFFFFFF)
    assert "cap of 100" in read(store(huge)).findings[0].message


@given(st.integers(0, len(JKS) - 1), st.integers(0, 255), st.integers(0, len(JKS)))
def test_flipped_and_truncated_stores_never_crash(position: int, value: int, end: int) -> None:
    data = bytearray(JKS)
    data[position] = value
    for variant in (bytes(data), JKS[:end]):
        try:
            read(variant)
        except InputError:
            pass


def keytool(*arguments: str, folder: Path) -> str:
    if shutil.which("keytool") is None:
        pytest.skip("no keytool")
    command = ["keytool", "-J-Duser.language=en", *arguments]
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True, timeout=120).stdout


@pytest.mark.oracle
def test_keytool_lists_the_same_certificates(tmp_path: Path) -> None:
    (tmp_path / "ours.jks").write_bytes(JKS)
    listed = keytool("-list", "-rfc", "-keystore", "ours.jks", "-storepass", "changeit", folder=tmp_path)
    again = Evidence.of(read_bytes(listed.encode(), Place("keytool"), ReadOptions()))
    assert {c.certificate for c in again.certificates} == {made for _, made in ROOTS}


@pytest.mark.oracle
@pytest.mark.parametrize("kind", ["jks", "jceks", "pkcs12"])
def test_stores_that_keytool_makes_are_read_without_password(kind: str, tmp_path: Path) -> None:
    for alias, made in ROOTS[:1]:
        (tmp_path / "c.pem").write_text(pem([made]))
        common = ("-keystore", "k", "-storetype", kind, "-storepass", "changeit", "-noprompt")
        keytool("-importcert", "-alias", alias, "-file", "c.pem", *common, folder=tmp_path)
    name = ("-dname", "CN=own", "-keypass", "changeit", "-keyalg", "EC")
    keytool("-genkeypair", "-alias", "own key", *name, *common, folder=tmp_path)
    evidence = read_inputs([(tmp_path / "k", None)], ReadOptions())
    found = {c.certificate.subject.common: (c.trusted, c.key) for c in evidence.certificates}
    assert found["R"] == (True, KeyPresence.ABSENT)
    assert found["own"] == (None if kind == "pkcs12" else False, KeyPresence.PRESENT)


@pytest.mark.oracle
def test_the_default_password_is_tried_for_java_stores_only(tmp_path: Path) -> None:
    (tmp_path / "c.pem").write_text(pem([ROOTS[0][1]]))
    common = ("-keystore", "k", "-storetype", "pkcs12", "-storepass", "another", "-noprompt")
    keytool("-importcert", "-alias", "r", "-file", "c.pem", *common, folder=tmp_path)
    with pytest.raises(PasswordError, match="needs a password"):
        read_inputs([(tmp_path / "k", None)], ReadOptions())
    evidence = read_inputs([(tmp_path / "k", None)], ReadOptions(password=lambda _place: "another"))
    assert [c.trusted for c in evidence.certificates] == [True]
