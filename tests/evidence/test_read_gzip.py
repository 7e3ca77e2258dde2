"""gzip around other inputs."""

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainlab.errors import InputError, LimitError
from chainlab.evidence import Evidence, Limits, Place, ReadOptions, read_bytes
from chainlab.lab.writers import pem
from tests.captures import codes, names
from tests.pki import Pki

DEFAULT = Limits()
TEXT = pem([Pki().ca("A"), Pki().ca("B")]).encode()


def read(data: bytes, limits: Limits = DEFAULT) -> Evidence:
    return Evidence.of(read_bytes(data, Place("x.gz"), ReadOptions(limits)))


def test_what_is_inside_is_read_and_the_place_says_so() -> None:
    evidence = read(gzip.compress(TEXT))
    assert names(c.certificate for c in evidence.certificates) == ["A", "B"]
    assert str(evidence.certificates[0].place).startswith("x.gz > gzip, block 1")


def test_several_members_are_one_file() -> None:
    assert len(read(gzip.compress(TEXT[:500]) + gzip.compress(TEXT[500:])).certificates) == 2


def test_a_damaged_or_cut_off_file_keeps_what_came_before() -> None:
    noise = bytes(range(256)) * 40
    packed = gzip.compress(TEXT + noise)
    evidence = read(packed[:-200])
    assert len(evidence.certificates) == 2
    assert [finding.message for finding in evidence.findings] == ["x.gz: the gzip data is cut off"]
    for end in (-1, -4, -8):  # within checksum and size
        assert codes(read(gzip.compress(TEXT)[:end])) == ["broken-part"]
    evidence = read(gzip.compress(TEXT) + b"\x1f\x8b\x08\xff" + b"\xff" * 40)
    assert len(evidence.certificates) == 2
    assert codes(evidence) == ["broken-part"]
    with pytest.raises(InputError):
        read(b"\x1f\x8b\x08\x00" + b"\xff" * 40)


def test_bombs_and_nesting_end_at_their_caps() -> None:
    with pytest.raises(LimitError, match="more than the cap"):
        read(gzip.compress(bytes(20_000_000)), Limits(file_bytes=1_000_000))
    nested = TEXT
    for _ in range(5):
        nested = gzip.compress(nested)
    with pytest.raises(LimitError, match="nested deeper"):
        read(nested)


@given(st.integers(3, 600), st.integers(0, 255))
def test_flipped_files_never_crash(position: int, value: int) -> None:
    data = bytearray(gzip.compress(TEXT))
    data[position % len(data)] = value
    try:
        read(bytes(data))
    except InputError:
        pass
