"""Families whose verifiers no package manager brings, against the recorded verdicts that are committed."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from tests.oracles.oracle import all_oracles
from tests.verifiers.matrix import CONFIGURATIONS, Matrix, load
from tests.verifiers.reduced import FILE, KEPT, extract, rebuild
from tests.verifiers.test_matrix import known_divergences


@cache
def reduced() -> Matrix:
    facts = json.loads(FILE.read_text(encoding="utf-8"))
    return Matrix(facts, rebuild(facts))


@pytest.mark.parametrize("configuration", KEPT)
def test_verdicts_are_those_of_the_real_verifier(configuration: str) -> None:
    known = known_divergences("verdict")
    cells = list(reduced().cells(configuration))
    assert len(cells) == 57
    wrong = [
        f"{cell.case}: really {cell.recorded}, here {cell.verdict} ({cell.result.problem})"
        for cell in cells
        if cell.verdict != cell.recorded and (configuration, cell.case) not in known
    ]
    assert not wrong, "\n".join(wrong)


def test_what_is_kept_has_no_runnable_verifier() -> None:
    runnable = {oracle.family for oracle in all_oracles()}
    assert {CONFIGURATIONS[name].family for name in KEPT} & runnable == set()


def test_it_is_what_the_whole_matrix_says(shared: Callable[[str], Path]) -> None:
    whole = load(shared("facts/verifier-matrix.json"))
    assert extract(whole.facts) == json.loads(FILE.read_text(encoding="utf-8"))


def test_no_encoding_is_committed() -> None:
    text = FILE.read_text(encoding="utf-8")
    assert "BEGIN" not in text
    assert re.search(r"[A-Za-z0-9+/=]{60}", text) is None
