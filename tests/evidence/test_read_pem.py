"""PEM with noise."""

from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainlab.errors import InputError
from chainlab.evidence import Evidence, Place, ReadOptions, read_bytes
from chainlab.lab.writers import pem
from tests.pki import Pki


def read(data: bytes | str) -> Evidence:
    raw = data.encode() if isinstance(data, str) else data
    return Evidence.of(read_bytes(raw, Place("test.pem"), ReadOptions()))


def names(evidence: Evidence) -> list[str]:
    return [item.certificate.subject.common for item in evidence.certificates]


def test_file_order_and_duplicates_are_kept(pki: Pki) -> None:
    made = [pki.leaf("I"), pki.ca("I", "R"), pki.ca("I", "R")]
    assert names(read(pem(made))) == ["www.example.test", "I", "I"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le"])
def test_encodings_of_windows_tools_are_read(pki: Pki, encoding: str) -> None:
    assert names(read(pem([pki.ca("A")]).replace("\n", "\r\n").encode(encoding))) == ["A"]


def test_noise_indentation_and_json_escapes_do_not_hurt(pki: Pki) -> None:
    text = pem([pki.ca("A")]).split("\n", 1)[1]
    indented = "Bag Attributes\n    friendlyName: x\n" + "".join(f"    {line}\n" for line in text.splitlines())
    escaped = '{"pem": "' + text.replace("\n", "\\n") + '"}'
    assert names(read(indented)) == ["A"]
    assert names(read(escaped)) == ["A"]


def test_a_broken_block_does_not_lose_the_others(pki: Pki) -> None:
    broken = "-----BEGIN CERTIFICATE-----\nMAMCAQU=\n-----END CERTIFICATE-----\n"
    damaged = "-----BEGIN CERTIFICATE-----\nMAMCA\n-----END CERTIFICATE-----\n"
    evidence = read(pem([pki.ca("A")]) + broken + damaged + pem([pki.ca("B")]))
    assert names(evidence) == ["A", "B"]
    assert [finding.code for finding in evidence.findings] == ["broken-certificate", "broken-certificate"]
    assert "block 2 (line" in evidence.findings[0].message


def test_private_keys_are_noted_and_never_kept(pki: Pki) -> None:
    key = "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n"
    evidence = read(key + pem([pki.ca("A")]))
    assert [finding.code for finding in evidence.findings] == ["unused-part"]
    assert "c2VjcmV0" not in repr(evidence)


def test_trust_settings_after_a_trusted_certificate_are_cut_off(pki: Pki) -> None:
    body = b64encode((pki.ca("A").der or b"") + b"\x30\x00").decode()
    text = f"-----BEGIN TRUSTED CERTIFICATE-----\n{body}\n-----END TRUSTED CERTIFICATE-----\n"
    assert read(text).certificates[0].certificate == pki.ca("A")


def test_mismatched_labels_and_unclosed_blocks_are_named(pki: Pki) -> None:
    evidence = read(pem([pki.ca("A")]).replace("-----END CERTIFICATE", "-----END X509 CERTIFICATE"))
    assert "is closed by" in evidence.findings[0].message
    with pytest.raises(InputError, match="not closed"):
        read("-----BEGIN CERTIFICATE-----\nMAMCAQU=\n")


@given(st.binary(max_size=300))
def test_any_bytes_between_the_lines_are_a_finding_at_most(data: bytes) -> None:
    try:
        read(b"-----BEGIN CERTIFICATE-----\n" + data + b"\n-----END CERTIFICATE-----\n")
    except InputError:
        pass
