"""Genuine files of Windows, read to the numbers known of them and compared with openssl."""

import hashlib
import re
import shutil
import subprocess
from base64 import b64decode
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from chainlab.evidence import Evidence, KeyPresence, ReadOptions, read_inputs
from chainlab.lab.writers import reg
from chainlab.properties import property_name
from chainlab.server import LM_ROOT

DOTNET = "samples/dotnet/src"
PASSWORDS = {"TestData": "testcertificate", "TestDataCertificates": "PLACEHOLDER"}


def read(file: Path, password: str | None = None) -> Evidence:
    return read_inputs([(file, None)], ReadOptions(password=lambda _place: password))


def openssl(*arguments: str) -> list[str]:
    """SHA-1 fingerprints of the certificates that an openssl command prints."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    text = subprocess.run(["openssl", *arguments], capture_output=True, text=True, check=True).stdout
    blocks = re.findall(r"-----BEGIN CERTIFICATE-----(.*?)-----END CERTIFICATE-----", text, re.DOTALL)
    return sorted(hashlib.sha1(b64decode(block)).hexdigest() for block in blocks)


def test_the_roots_of_windows_update_have_all_their_properties(shared: Callable[[str], Path]) -> None:
    evidence = read(shared("samples/sst/t0rik-roots-2021.sst"))
    raw = [dict(item.properties.raw) for item in evidence.certificates]
    assert len(raw) == 434
    assert sum(len(properties) for properties in raw) + 434 == 3741  # the certificate itself is a record, too
    for item, properties in zip(evidence.certificates, raw, strict=True):
        assert properties[3].hex() == item.certificate.sha1, property_name(3)
        assert properties[98].hex() == item.certificate.sha256, property_name(98)
    assert sum(item.properties.disallowed_after is not None for item in evidence.certificates) == 122
    assert all(item.properties.program_policies for item in evidence.certificates if 83 in dict(item.properties.raw))
    assert {item.key for item in evidence.certificates} == {KeyPresence.ABSENT}


def test_the_registry_export_of_a_store_says_what_the_store_says(shared: Callable[[str], Path], tmp_path: Path) -> None:
    certificates = read(shared("samples/sst/t0rik-roots-2021.sst")).certificates
    file = tmp_path / "root.reg"
    file.write_bytes(reg((LM_ROOT, item.certificate, dict(item.properties.raw)) for item in certificates))
    exported = read(file).certificates
    assert Counter((item.certificate, item.properties) for item in exported) == Counter(
        (item.certificate, item.properties) for item in certificates
    )
    assert {item.store for item in exported} == {LM_ROOT}


def test_the_roots_beside_the_list_are_the_lists(shared: Callable[[str], Path]) -> None:
    (found,) = read(shared("samples/authroot/authroot.stl")).lists
    evidence = read(shared("samples/authroot/crt"))
    assert len(evidence.certificates) == 514
    listed = {entry.sha1: entry.sha256 for entry in found.roots}
    assert all(listed[item.certificate.sha1] == item.certificate.sha256 for item in evidence.certificates)


@pytest.mark.parametrize("suffix", ["p7b", "p7c"])
def test_bags_of_dotnet_are_what_openssl_sees(shared: Callable[[str], Path], suffix: str) -> None:
    files = sorted(shared(DOTNET).rglob(f"*.{suffix}"))
    assert len(files) == {"p7b": 10, "p7c": 3}[suffix]
    for file in files:
        form = "PEM" if b"-----BEGIN" in file.read_bytes() else "DER"
        expected = openssl("pkcs7", "-inform", form, "-in", str(file), "-print_certs")
        assert sorted(item.certificate.sha1 for item in read(file).certificates) == expected, file.name


def test_certificates_of_dotnet_are_what_openssl_sees(shared: Callable[[str], Path]) -> None:
    for file in sorted(path for path in shared(DOTNET).rglob("*") if path.suffix in (".cer", ".pem")):
        form = "PEM" if b"-----BEGIN" in file.read_bytes() else "DER"
        expected = openssl("x509", "-inform", form, "-in", str(file))
        assert [item.certificate.sha1 for item in read(file).certificates] == expected, file.name


def _password(file: Path) -> str:
    if file.parent.parent.name.endswith("X509Certificates.TestData"):
        return "12345" if file.name.startswith("My.") else "test"
    return PASSWORDS[file.parent.name]


def test_pfx_files_of_dotnet_are_what_openssl_sees(shared: Callable[[str], Path]) -> None:
    files = sorted(shared(DOTNET).rglob("*.pfx"))
    assert len(files) == 23
    for file in files:
        evidence = read(file, _password(file))
        password = "" if file.name.startswith("DummyTcpServer") else _password(file)
        expected = openssl("pkcs12", "-legacy", "-in", str(file), "-nokeys", "-passin", f"pass:{password}")
        assert sorted(item.certificate.sha1 for item in evidence.certificates) == expected, file.name
        assert any(item.key is KeyPresence.PRESENT for item in evidence.certificates)
