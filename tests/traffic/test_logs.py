"""Access logs as servers write them, and as attackers would."""

import gzip
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainlab.errors import InputError
from chainlab.traffic.logs import MAX_AGENT, MAX_LINE, Log, LogReader, Sighting

W3C = (
    "#Software: Microsoft Internet Information Services 10.0\r\n"
    "#Fields: date time s-ip cs-method cs-uri-stem c-ip cs(User-Agent) sc-status\r\n"
    "2026-11-19 00:00:01 10.0.0.1 GET / 192.0.2.7 Mozilla/5.0+(Linux;+Android+9) 200\r\n"
    "2026-11-19 00:00:02 10.0.0.1 GET / 2001:db8::1 - 200\r\n"
)


def read(tmp_path: Path, data: bytes | str) -> tuple[list[Sighting], int]:
    file = tmp_path / "u_ex261119.log"
    file.write_bytes(data if isinstance(data, bytes) else data.encode())
    reader = LogReader(Log(file))
    return list(reader), reader.skipped


def test_iis_logs_by_their_fields(tmp_path: Path) -> None:
    assert read(tmp_path, W3C) == (
        [Sighting("192.0.2.7", "Mozilla/5.0 (Linux; Android 9)"), Sighting("2001:db8::1", "")], 0,
    )  # fmt: skip


def test_fields_may_change_within_a_file(tmp_path: Path) -> None:
    more = "#Fields: c-ip cs(User-Agent)\n192.0.2.8 curl/8\n"
    assert read(tmp_path, W3C + more)[0][-1] == Sighting("192.0.2.8", "curl/8")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_byte_order_mark_tells_the_encoding(tmp_path: Path, encoding: str) -> None:
    assert len(read(tmp_path, W3C.encode(encoding))[0]) == 2


def test_compressed_logs_are_read(tmp_path: Path) -> None:
    assert len(read(tmp_path, gzip.compress(W3C.encode()))[0]) == 2


def test_a_compressed_log_that_breaks_off_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"u_ex261119\.log: the log cannot be read"):
        read(tmp_path, gzip.compress(W3C.encode() * 50)[:60])


def test_common_and_combined_formats(tmp_path: Path) -> None:
    common = '203.0.113.9 - frank [10/Oct/2026:13:55:36 -0700] "GET /a HTTP/1.1" 200 2326\n'
    combined = common.rstrip() + ' "http://x/" "Java/1.8.0_252 \\"quoted\\""\n'
    assert read(tmp_path, common + combined) == (
        [Sighting("203.0.113.9", ""), Sighting("203.0.113.9", 'Java/1.8.0_252 \\"quoted\\"')], 0,
    )  # fmt: skip


def test_other_lines_are_counted(tmp_path: Path) -> None:
    assert read(tmp_path, W3C + "garbage\n\n1 2\n")[1] == 2


def test_an_endless_line_costs_itself(tmp_path: Path) -> None:
    sightings, skipped = read(tmp_path, W3C + "x" * (5 * MAX_LINE) + "\n" + W3C)
    assert (len(sightings), skipped) == (4, 1)


def test_an_endless_user_agent_is_cut(tmp_path: Path) -> None:
    sightings, _ = read(tmp_path, f"#Fields: c-ip cs(User-Agent)\n192.0.2.1 {'A' * 9000}\n")
    assert len(sightings[0].agent) == MAX_AGENT


def test_a_missing_log_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"nope\.log"):
        list(LogReader(Log(tmp_path / "nope.log")))


@given(st.binary(max_size=400), st.sampled_from([b"", W3C.encode(), b"\xff\xfe", b"#Fields: c-ip cs(User-Agent)\n"]))
def test_no_line_makes_reading_crash(tmp_path_factory: pytest.TempPathFactory, data: bytes, before: bytes) -> None:
    file = tmp_path_factory.mktemp("logs") / "x.log"
    file.write_bytes(before + data)
    for sighting in LogReader(Log(file)):
        assert len(sighting.agent) <= MAX_AGENT


def test_progress_never_goes_back(tmp_path: Path) -> None:
    file = tmp_path / "x.log"
    file.write_text(W3C * 9000)
    told: list[int] = []
    assert sum(1 for _ in LogReader(Log(file, told.append))) == 18_000
    assert told == sorted(told)
    assert 0 < told[-1] <= file.stat().st_size
