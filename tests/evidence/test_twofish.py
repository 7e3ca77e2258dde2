"""Twofish, against the known answers of its authors (ecb_ival.txt)."""

import pytest

from chainlab.evidence.twofish import decrypt_cbc


@pytest.mark.parametrize(
    ("key", "plain", "cipher"),
    [
        ("00" * 16, "00" * 16, "9f589f5cf6122c32b6bfec2f2ae8c35a"),
        ("00" * 32, "00" * 16, "57ff739d4dc92c1bd7fc01700cc8216f"),
        (
            "0123456789abcdeffedcba98765432100011223344556677",
            "00" * 16,
            "cfd1d2e5a9be9cdf501f13b892bd2248",
        ),
        (
            "0123456789abcdeffedcba987654321000112233445566778899aabbccddeeff",
            "00" * 16,
            "37527be0052334b89f0cfccae87cfa20",
        ),
    ],
    ids=["128", "256 zeros", "192", "256"],
)
def test_known_answers(key: str, plain: str, cipher: str) -> None:
    assert decrypt_cbc(bytes.fromhex(key), bytes(16), bytes.fromhex(cipher)).hex() == plain


def test_blocks_are_chained() -> None:
    cipher = bytes.fromhex("57ff739d4dc92c1bd7fc01700cc8216f")
    iv = bytes(range(16))
    assert decrypt_cbc(bytes(32), iv, cipher * 2) == iv + cipher
    assert decrypt_cbc(bytes(32), iv, cipher + b"rest") == iv
