"""Counting requests and clients."""

from pathlib import Path

import pytest

from chainlab.clients import load_profiles, select
from chainlab.traffic import read_traffic, tally

pytest.importorskip("ua_parser")
ANDROID = "Dalvik/2.1.0+(Linux;+U;+Android+9;+x)"


def log(tmp_path: Path, *lines: str, name: str = "u_ex1.log") -> Path:
    file = tmp_path / name
    file.write_text("#Fields: c-ip cs(User-Agent)\n" + "".join(f"{line}\n" for line in lines))
    return file


def test_requests_and_distinct_clients_are_told_apart(tmp_path: Path) -> None:
    profiles = select(load_profiles())
    first = log(tmp_path, f"192.0.2.1 {ANDROID}", f"192.0.2.1 {ANDROID}", f"192.0.2.2 {ANDROID}", "192.0.2.1 curl/8")
    second = log(tmp_path, f"192.0.2.1 {ANDROID}", "192.0.2.9 -", "broken", name="u_ex2.log")
    traffic = read_traffic([first, second], profiles)
    assert traffic.requests == {"android-9": 4}
    assert traffic.clients == {"android-9": 2}
    assert (traffic.unmapped_requests, traffic.unmapped_clients) == (2, 2)
    assert traffic.unmapped == (("curl/8", 1),)
    assert (traffic.total_requests, traffic.total_clients) == (6, 4)
    assert (traffic.skipped, traffic.files, traffic.capped) == (1, 2, False)


def test_memory_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tally, "MAX_CLIENTS", 3)
    monkeypatch.setattr(tally, "MAX_AGENTS", 2)
    file = log(tmp_path, *(f"192.0.2.{number} agent-{number}" for number in range(9)))
    traffic = read_traffic([file], [])
    assert traffic.capped
    assert traffic.total_clients == 3
    assert traffic.total_requests == 9
    assert len(traffic.unmapped) == 2
