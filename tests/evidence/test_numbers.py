"""Numbers in text: what the formats write, and nothing else that Python would take for a number."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainlab.evidence.numbers import decimal, hexadecimal


@given(st.integers(0, 10**20 - 1))
def test_numbers_read_back(number: int) -> None:
    assert decimal(str(number), 10**20) == number
    small = number % 2**64
    assert hexadecimal(f"{small:x}", 2**64) == hexadecimal(f"{small:X}", 2**64) == small


@pytest.mark.parametrize("text", ["", " 1", "1 ", "+1", "-1", "1_0", "²", "٣", "\uff11", "0x1", "1.0", "9" * 10_000])
def test_what_else_python_takes_for_a_number_is_none(text: str) -> None:
    assert decimal(text, 10**30) is None
    assert hexadecimal(text, 16**30) is None


def test_the_cap_is_the_last_number() -> None:
    assert (decimal("255", 255), decimal("256", 255)) == (255, None)
    assert (hexadecimal("ff", 255), hexadecimal("100", 255)) == (255, None)


@given(st.text(max_size=30))
def test_no_text_crashes(text: str) -> None:
    decimal(text, 10)
    hexadecimal(text, 10)
