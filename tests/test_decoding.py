"""From DER to facts: strict first, lenient where Windows is."""

import warnings
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtensionOID, NameOID
from hypothesis import given
from hypothesis import strategies as st

from chainlab.decoding import MAX_CERTIFICATE_BYTES, decode_certificate
from chainlab.decoding_lenient import decode_leniently
from chainlab.der import tbs_slices
from chainlab.evidence import ReadOptions, read_inputs
from chainlab.lab.captures import vector
from tests.pki import Pki

START = datetime(2026, 1, 1, tzinfo=UTC)


def test_facts_are_those_that_were_put_in(pki: Pki) -> None:
    made = pki.ca("A", "B", path_length=2, permitted_dns=("example.test",), ca_issuers="http://ca.test/b.cer")
    extensions = made.extensions
    assert extensions.basic_constraints is not None
    assert (extensions.basic_constraints.ca, extensions.basic_constraints.path_length) == (True, 2)
    assert extensions.name_constraints is not None
    assert [name.value for name in extensions.name_constraints.permitted] == ["example.test"]
    assert extensions.ca_issuers == ("http://ca.test/b.cer",)
    assert made.ski == pki.entity("A").key_id
    assert made.aki.key_id == pki.entity("B").key_id
    assert str(made.key) == "EC-256"
    assert str(made.signature) == "ECDSA-SHA256"


def test_aki_with_issuer_and_serial_is_kept(pki: Pki) -> None:
    from dataclasses import replace

    from chainlab.lab.pki import Profile, issue

    root = pki.ca("R")
    der = issue(pki.entity("I"), pki.entity("R"), replace(Profile(), authority_key_id="serial"), root)
    aki = decode_certificate(der).aki
    assert aki.serial == root.serial
    assert aki.issuer is not None
    assert aki.issuer.key == root.issuer.key


@pytest.mark.parametrize("unusual", ["a3023000", "a502a100"], ids=["x400Address", "ediPartyName"])
def test_names_that_the_strict_decoder_knows_not_cost_themselves_only(unusual: str) -> None:
    certificate = decode_certificate(_with_names(bytes.fromhex(unusual) + b"\x82\x01a"))
    names = certificate.extensions.subject_alternative_names or ()
    assert [(name.kind, name.value) for name in names][1:] == [("dns", "a")]
    assert certificate.extensions.basic_constraints is not None
    assert certificate.extensions.unparsed == ()


@pytest.mark.parametrize(("last", "shown"), [("70", "Ed25519"), ("71", "Ed448"), ("7f", "unknown")])
def test_the_lenient_decoder_names_keys_that_have_no_size(last: str, shown: str) -> None:
    key, name = ed25519.Ed25519PrivateKey.generate(), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a")])
    builder = x509.CertificateBuilder(name, name, key.public_key(), 5, START, START + timedelta(1))
    der = builder.sign(key, None).public_bytes(Encoding.DER).replace(b"\x2b\x65\x70", bytes.fromhex("2b65" + last))
    assert str(decode_leniently(der, tbs_slices(der), "refused").key) == shown


def _with_names(names: bytes) -> bytes:
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a")])
    alternatives = x509.UnrecognizedExtension(ExtensionOID.SUBJECT_ALTERNATIVE_NAME, b"\x30" + vector(names, 1))
    builder = x509.CertificateBuilder(name, name, key.public_key(), 5, START, START + timedelta(1))
    builder = builder.add_extension(x509.BasicConstraints(True, None), True).add_extension(alternatives, False)
    return builder.sign(key, SHA256()).public_bytes(Encoding.DER)


def test_trailing_bytes_are_cut_off(pki: Pki) -> None:
    der = pki.der("A", "A")
    assert decode_certificate(der + b"junk").der == der


def test_oversized_input_is_refused_before_decoding() -> None:
    with pytest.raises(ValueError, match="larger than the cap"):
        decode_certificate(b"\x30" * (MAX_CERTIFICATE_BYTES + 1))


@given(st.binary(max_size=300))
def test_random_bytes_are_a_value_error_at_most(data: bytes) -> None:
    try:
        decode_certificate(data)
    except ValueError:
        pass


@given(st.data())
def test_a_damaged_certificate_is_decoded_or_refused_with_a_value_error(data: st.DataObject) -> None:
    der = bytearray(Pki().der("A", "B"))
    position = data.draw(st.integers(0, len(der) - 1))
    der[position] = data.draw(st.integers(0, 255))
    try:
        decode_certificate(bytes(der[: data.draw(st.integers(1, len(der)))]))
    except ValueError:
        pass


def test_real_roots_that_the_strict_decoder_refuses_are_decoded_leniently(shared: Callable[[str], Path]) -> None:
    from cryptography import x509

    evidence = read_inputs([(shared("certs/roots.pem"), None)], ReadOptions())
    assert len(evidence.certificates) == 838
    assert not evidence.findings
    refused = 0
    for item in evidence.certificates:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                list(x509.load_der_x509_certificate(item.certificate.der or b"").extensions)
            except ValueError:
                refused += 1
                assert item.certificate.subject.text
    assert refused >= 8
