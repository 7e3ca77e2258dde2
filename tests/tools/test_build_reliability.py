"""The page about reliability says what was measured, nothing more, and names tests that are there."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT
from tools import build_reliability
from tools.build_reliability import NOT_MEASURED, bombs_cell, compared, conformance_cell, fuzzed, main, page, promises


def test_the_committed_page_is_what_the_committed_figures_say() -> None:
    assert build_reliability.PAGE.read_text(encoding="utf-8") == page(), "python -m tools.build_reliability"


def test_every_promise_has_a_test_that_is_there() -> None:
    for promise, test, figure in promises():
        links = re.findall(r"\]\(([^)]+)\)", test)
        assert links, promise
        assert all((ROOT / "docs" / target).exists() for target in links), promise
        assert figure


def test_what_was_not_measured_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert fuzzed("read-", {}) == bombs_cell([]) == conformance_cell([]) == NOT_MEASURED
    assert NOT_MEASURED in compared([])


def test_figures_of_targets_are_added_up() -> None:
    row = {"cpu_seconds": 1800.0, "inputs": 1000, "finds": 1}
    figures = {"read-a": row, "read-b": row, "search": row}
    assert fuzzed("read-", figures) == "2 targets, 2,000 inputs in 1.00 h of CPU, 2 faults found"


def test_the_worst_of_the_bombs_is_told_and_each_has_its_row() -> None:
    bombs = [
        {"name": "a", "seconds": 1.5, "megabytes": 90, "message": "x|y"},
        {"name": "b", "seconds": 0.2, "megabytes": 1200, "message": "z"},
    ]
    assert bombs_cell(bombs) == "2 inputs; the slowest 1.5 s, the largest 1,200 MB"
    assert "| a | 1.50 | 90 | x\\|y |" in build_reliability.bombs_table(bombs)


def test_programs_are_grouped_by_input_and_a_stopped_one_has_no_time() -> None:
    def row(bomb: str, peer: str, seconds: float) -> dict[str, Any]:
        return {"bomb": bomb, "peer": peer, "version": "1", "seconds": seconds, "megabytes": 0, "outcome": "x"}

    lines = compared([row("A", "p", 1.0), row("A", "q", 0.0), row("B", "p", 2.0)]).splitlines()[2:]
    assert lines == ["| A | p 1 | 1.00 s |  | x |", "|  | q 1 |  |  | x |", "| B | p 1 | 2.00 s |  | x |"]


def test_checking_compares_and_writing_writes(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(build_reliability, "PAGE", tmp_path / "page.md")
    assert main(["--check"]) == 1
    assert main([]) == 0
    assert main(["--check"]) == 0
    assert "is NOT what" in capsys.readouterr().out


def test_the_security_policy_leads_to_the_page_and_the_page_to_it() -> None:
    policy = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    assert "docs/reliability.md" in policy
    assert "(../SECURITY.md)" in page()
    for target in re.findall(r"\]\(([^)#:]+)\)|`((?:docs|tools|tests)/[^`*]+)`", policy):
        assert (ROOT / "".join(target)).exists(), target
