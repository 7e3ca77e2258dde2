"""The reference family against public conformance suites: right, or listed with a reason; stale entries fail too."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conformance.case import Case, rfc5280, rfc5280_with_anchor
from tests.conformance.suites import SUITES, Suite, divergences

JUDGES = {"": rfc5280, "rfc5280_with_anchor": rfc5280_with_anchor}
SIZES = {"x509-limbo": 200, "PKITS": 175, "BetterTLS": 72, "figure 7": 504}


def cases(suite: Suite, shared: Callable[[str], Path]) -> list[Case]:
    """The suite's cases that are questions for a verifier of paths; skips where the suite is not at hand."""
    path = shared(suite.needs) if suite.needs else Path()
    return [case for case in suite.cases(path) if not case.unsupported]


@pytest.mark.parametrize("suite", SUITES, ids=lambda suite: suite.name)
def test_every_case_is_right_or_listed_with_a_reason(suite: Suite, shared: Callable[[str], Path]) -> None:
    listed = {case: entry.actual for entry in divergences(suite.name) for case in entry.cases}
    asked = cases(suite, shared)
    wrong = {case.id: answer.verdict for case in asked if (answer := rfc5280(case)).verdict != case.expected}
    assert wrong == listed
    assert len(asked) >= SIZES[suite.name]


@pytest.mark.parametrize("suite", SUITES, ids=lambda suite: suite.name)
def test_divergences_that_a_setting_explains_vanish_with_it(suite: Suite, shared: Callable[[str], Path]) -> None:
    entries = [entry for entry in divergences(suite.name) if entry.settled_by]
    known = {case.id: case for case in cases(suite, shared)} if entries else {}
    for entry in entries:
        judge = JUDGES[entry.settled_by]
        assert {name: judge(known[name]).verdict for name in entry.cases} == {
            name: known[name].expected for name in entry.cases
        }


def test_every_divergence_names_a_reason_and_a_source() -> None:
    entries = [entry for suite in SUITES for entry in divergences(suite.name)]
    assert all(entry.reason and entry.source and entry.cases for entry in entries)
    assert all(len(set(entry.cases)) == len(entry.cases) for entry in entries)
