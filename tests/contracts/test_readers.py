"""What every reader promises, tested for each that the registry finds."""

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainlab.errors import InputError
from chainlab.evidence import Place, ReadOptions, read_bytes
from chainlab.evidence.reading import readers

ROOT = Path(__file__).parents[2]
READERS = readers()
SAMPLES = sorted(path for name in ("r46", "e46") for path in (ROOT / "fixtures" / name).iterdir())


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.FORMAT)
def test_every_reader_names_its_format_and_place_in_the_order(reader) -> None:
    assert reader.FORMAT
    assert 0 < reader.PRIORITY < 1000
    assert reader.sniff(b"") is False


def test_priorities_are_unique() -> None:
    assert len({reader.PRIORITY for reader in READERS}) == len(READERS)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_exactly_one_reader_recognises_each_fixture(sample: Path) -> None:
    data = sample.read_bytes()
    assert sum(reader.sniff(data) for reader in READERS) == 1


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_truncated_and_flipped_fixtures_never_crash(sample: Path) -> None:
    data = sample.read_bytes()
    step = max(1, len(data) // 60)
    for position in range(0, len(data), step):
        flipped = bytearray(data)
        flipped[position] ^= 0x55
        for variant in (data[:position], bytes(flipped)):
            try:
                list(read_bytes(variant, Place("x"), ReadOptions()))
            except InputError:
                pass


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.FORMAT)
@given(data=st.binary(max_size=200))
def test_sniffing_never_raises(reader, data: bytes) -> None:
    assert reader.sniff(data) in (True, False)


_HEADS = ("", "REGEDIT4\n", "<configuration><sites>", '[{"Thumbprint":', "a,Thumbprint\n", "(sha1)\n==== a ====\n")
_FILLS = ("[", " ", "=", ": ", "\\\n", "a : 1\n", "ab ", "{", '"', "(", "CertContext[")


@pytest.mark.parametrize("head", _HEADS)
@pytest.mark.parametrize("fill", _FILLS)
def test_long_runs_of_one_text_take_no_long_time(head: str, fill: str) -> None:
    text = head + fill * (100_000 // len(fill))
    for data in (text.encode(), text.encode("utf-16")):
        start = time.process_time()
        try:
            list(read_bytes(data, Place("x"), ReadOptions()))
        except InputError:
            pass
        assert time.process_time() - start < 2.0
