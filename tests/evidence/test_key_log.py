"""TLS key logs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainlab.errors import LimitError
from chainlab.evidence import Evidence, Place, ReadOptions, key_log, read_bytes
from chainlab.evidence.key_log import KeyLog, looks_like_key_log
from tests.captures import RANDOM
from tests.captures import key_log as lines


def test_handshake_secrets_are_found_by_random_and_side() -> None:
    log = KeyLog()
    assert (
        log.add(b"garbage\r\n" + lines().replace(b"\n", b"\r\n") + b"CLIENT_RANDOM " + b"aa" * 32 + b" " + b"bb" * 48)
        == 3
    )
    server, client = log.secret(RANDOM, "server"), log.secret(RANDOM, "client")
    assert server is not None
    assert client is not None
    assert server != client
    assert log.secret(bytes(32), "server") is None
    assert len(log) == 1


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (lines(), True),
        (b"\xef\xbb\xbf" + lines(), True),
        (b"# only a comment\n", False),
        (b"text before\n" + lines(), False),
        (b"CLIENT_RANDOM 12 34\n", False),
        (b"", False),
    ],
)
def test_key_logs_are_recognised_by_their_first_line(head: bytes, expected: bool) -> None:
    assert looks_like_key_log(head) is expected


def test_too_many_lines_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(key_log, "MAX_LINES", 1)
    with pytest.raises(LimitError, match="more than 1 lines"):
        Evidence.of(read_bytes(lines(), Place("k"), ReadOptions()))


def test_the_cap_holds_for_all_the_key_logs_of_a_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(key_log, "MAX_LINES", 3)
    log = KeyLog()
    assert log.add(lines()) == 2
    with pytest.raises(ValueError, match="more than 3 lines"):
        log.copy().add(lines(bytes(32)))
    assert len(log) == 1


@given(st.binary(max_size=300))
def test_any_bytes_are_no_secrets_at_most(data: bytes) -> None:
    looks_like_key_log(data)
    KeyLog().add(lines()[: len(data)] + data)
