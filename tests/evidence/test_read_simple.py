"""DER, base64, PKCS#7."""

import subprocess
from base64 import b64encode
from pathlib import Path

import pytest

from chainlab.errors import InputError
from chainlab.evidence import Evidence, Place, ReadOptions, read_bytes
from chainlab.lab.writers import pem
from tests.pki import Pki


def read(data: bytes) -> Evidence:
    return Evidence.of(read_bytes(data, Place("test"), ReadOptions()))


def test_a_der_certificate_is_read(pki: Pki) -> None:
    assert read(pki.der("A", "A")).certificates[0].certificate == pki.ca("A")


def test_a_truncated_der_file_says_how_much_is_missing(pki: Pki) -> None:
    der = pki.der("A", "A")
    with pytest.raises(InputError, match=f"cut off: 200 of {len(der)} bytes"):
        read(der[:200])


def test_a_der_object_with_damaged_content_is_an_input_error() -> None:
    with pytest.raises(InputError, match="its content is damaged"):
        read(bytes.fromhex("30100201010480" + "00" * 11))


def test_a_private_key_is_named_as_one(pki: Pki) -> None:
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    key = pki.keys.get("A", "P-256").private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    with pytest.raises(InputError, match="looks like a private key"):
        read(key)


def test_other_der_is_no_certificate() -> None:
    with pytest.raises(InputError, match="certificate"):
        read(bytes.fromhex("3006020105040178"))


def test_bare_base64_is_decoded_once(pki: Pki) -> None:
    encoded = b64encode(pki.der("A", "A"))
    assert len(read(encoded + b"\r\n").certificates) == 1
    assert len(read(encoded.decode().encode("utf-16")).certificates) == 1
    with pytest.raises(InputError):
        read(b64encode(encoded))


@pytest.mark.parametrize("form", ["DER", "PEM"])
def test_pkcs7_from_openssl_is_read(tmp_path: Path, pki: Pki, form: str) -> None:
    source = tmp_path / "c.pem"
    source.write_text(pem([pki.ca("A"), pki.ca("B", "A")]))
    made = subprocess.run(
        ["openssl", "crl2pkcs7", "-nocrl", "-certfile", source, "-outform", form], capture_output=True, check=True
    ).stdout
    assert {item.certificate.subject.common for item in read(made).certificates} == {"A", "B"}


def test_pkcs7_without_certificates_is_empty_not_broken() -> None:
    signed_data = "300b06092a864886f70d010702a0"
    empty = bytes.fromhex(
        "3023" + signed_data[4:26] + "a0163014020101310030 0b06092a864886f70d010701a000 3100".replace(" ", "")
    )
    try:
        assert read(empty).certificates == ()
    except InputError as error:
        assert "PKCS#7" in str(error)
