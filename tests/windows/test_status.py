"""CERT_TRUST_STATUS by name and value."""

from chainlab.windows.status import TrustError, TrustInfo, describe, names


def test_values_are_those_of_the_header() -> None:
    assert TrustError.IS_EXPLICIT_DISTRUST == 0x04000000
    assert TrustError.HAS_WEAK_SIGNATURE == 0x00100000
    assert TrustError.IS_PARTIAL_CHAIN == 0x00010000
    assert TrustInfo.HAS_PREFERRED_ISSUER == 0x100


def test_names_carry_windows_prefix_lowest_bit_first() -> None:
    status = TrustError.IS_UNTRUSTED_ROOT | TrustError.IS_REVOKED
    assert names(status) == ["CERT_TRUST_IS_REVOKED", "CERT_TRUST_IS_UNTRUSTED_ROOT"]
    assert names(TrustError.NO_ERROR) == []
    assert describe(TrustError.NO_ERROR) == "no error"
