"""From DER to facts: strict first, lenient where Windows is."""

import warnings
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainlab.decoding import MAX_CERTIFICATE_BYTES, decode_certificate
from chainlab.decoding_lenient import decode_name_constraints
from chainlab.evidence import ReadOptions, read_inputs
from tests.pki import Pki


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


@pytest.mark.parametrize(
    ("base", "sound"),
    [
        (bytes([10, 0, 0, 0, 255, 0, 0, 0]), True),
        (bytes([10, 0, 0, 1]), False),
        (bytes([10, 0, 0, 0, 255, 0, 255, 0]), False),
        (bytes(16), False),
        (bytes(32), True),
    ],
    ids=["a network", "no mask", "a mask with holes", "no mask of IPv6", "every IPv6 address"],
)
def test_an_address_constraint_without_a_network_mask_does_not_decode(base: bytes, sound: bool) -> None:
    subtree = b"\x30" + bytes([len(base) + 2]) + b"\x87" + bytes([len(base)]) + base
    permitted = b"\xa0" + bytes([len(subtree)]) + subtree
    value = b"\x30" + bytes([len(permitted)]) + permitted
    if sound:
        assert [tree.kind for tree in decode_name_constraints(value).permitted] == ["ip"]
    else:
        with pytest.raises(ValueError, match="mask"):
            decode_name_constraints(value)
