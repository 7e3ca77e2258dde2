"""TCP reassembly."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from chainlab.evidence.tcp import MAX_PENDING_BYTES, UNSEEN_START_SEGMENTS, Reassembly

START = 0xFFFFFF00  # sequence numbers wrap within the data


def assembled(segments: list[tuple[int, bytes]], opened: bool = True) -> tuple[bytes, Reassembly]:
    order, made = Reassembly(), b""
    if opened:
        made += b"".join(order.open(START))
    for offset, payload in segments:
        made += b"".join(order.add((START + offset) % 2**32, payload))
    return made + b"".join(order.flush()), order


@st.composite
def cut_and_shuffled(draw) -> tuple[bytes, list[tuple[int, bytes]]]:
    data = draw(st.binary(min_size=1, max_size=600))
    cuts = sorted({0, len(data), *draw(st.lists(st.integers(0, len(data)), max_size=10))})
    pieces = [(start, data[start:end]) for start, end in itertools.pairwise(cuts)]
    for _ in range(draw(st.integers(0, 4))):  # retransmissions with other boundaries
        start = draw(st.integers(0, len(data) - 1))
        pieces.append((start, data[start : draw(st.integers(start, len(data)))]))
    return data, draw(st.permutations(pieces))


@given(cut_and_shuffled())
def test_any_order_with_any_overlap_gives_the_same_bytes(case: tuple[bytes, list[tuple[int, bytes]]]) -> None:
    data, segments = case
    made, order = assembled(segments)
    assert made == data
    assert not order.gap


@given(cut_and_shuffled())
def test_without_syn_the_lowest_sequence_number_is_the_beginning(case: tuple[bytes, list[tuple[int, bytes]]]) -> None:
    data, segments = case
    made, _ = assembled(segments[: UNSEEN_START_SEGMENTS - 1], opened=False)
    if len(segments) < UNSEEN_START_SEGMENTS:
        assert made == data


def test_a_syn_that_comes_after_the_data_is_the_beginning() -> None:
    order = Reassembly()
    assert b"".join(order.add(START + 4, b"late")) == b""
    assert b"".join(order.open(START)) == b""
    assert b"".join(order.add(START, b"soon")) == b"soonlate"


def test_a_missing_segment_is_a_gap_and_nothing_after_it_is_delivered() -> None:
    made, order = assembled([(0, b"abc"), (6, b"ghi")])
    assert made == b"abc"
    assert order.gap
    assert not order.lost


def test_what_arrived_first_stands() -> None:
    made, _ = assembled([(0, b"abc"), (0, b"ABCdef"), (3, b"DEF")])
    assert made == b"abcdef"


def test_waiting_for_a_segment_ends_at_the_cap() -> None:
    _, order = assembled([(1 + number * 1000, bytes(1000)) for number in range(MAX_PENDING_BYTES // 1000 + 2)])
    assert order.lost
