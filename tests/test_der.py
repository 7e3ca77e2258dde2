"""Raw DER slices."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainlab.der import children, element, outer_length, tbs_slices
from tests.pki import Pki


def test_short_and_long_lengths_are_read() -> None:
    assert element(b"\x04\x03abc", 0).end == 5
    assert element(b"\x04\x81\x80" + b"x" * 128, 0).content == 3


@pytest.mark.parametrize("data", [b"", b"\x30", b"\x30\x05abc", b"\x30\x80", b"\x30\x85\0\0\0\0\1x", b"\x1f\x01\x00"])
def test_malformed_headers_are_value_errors(data: bytes) -> None:
    with pytest.raises(ValueError, match="DER element"):
        element(data, 0)


def test_children_are_found_in_order() -> None:
    data = b"\x30\x06\x02\x01\x05\x04\x01x"
    assert [child.tag for child in children(data, element(data, 0))] == [0x02, 0x04]


def test_slices_are_the_original_encodings(pki: Pki) -> None:
    certificate = pki.ca("A", "B")
    assert certificate.der is not None
    slices = tbs_slices(certificate.der)
    assert slices.subject == certificate.subject.der
    assert slices.issuer == certificate.issuer.der
    assert slices.spki in certificate.der


def test_trailing_bytes_are_not_part_of_the_element() -> None:
    assert outer_length(b"\x30\x01x" + b"junk") == 3


@given(st.binary(max_size=200))
def test_slicing_anything_never_fails_otherwise(data: bytes) -> None:
    try:
        tbs_slices(data)
    except ValueError:
        pass
