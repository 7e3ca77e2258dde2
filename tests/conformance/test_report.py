"""The page about conformance says what was measured, and what was measured is what the tests hold."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.conformance import others, report
from tests.conformance.bettertls import bettertls_cases
from tests.conformance.case import ACCEPT, REJECT, UNKNOWN, Answer, rfc5280
from tests.conformance.report import VALIDATORS, Validator, load, main, measure, page, run, save
from tests.conformance.suites import SUITES, divergences
from tests.conformance.test_suites import SIZES


def test_the_committed_page_is_what_the_committed_figures_say() -> None:
    assert report.PAGE.read_text(encoding="utf-8") == page(load())


@pytest.mark.parametrize("suite", SUITES, ids=lambda suite: suite.name)
def test_the_figures_of_the_reference_family_are_those_that_the_tests_hold(suite) -> None:
    (row,) = (row for row in load() if (row.suite, row.validator) == (suite.name, VALIDATORS[0].name))
    listed = [(entry.actual, len(entry.cases)) for entry in divergences(suite.name)]
    assert row.cases == SIZES[suite.name]
    assert row.right == row.cases - sum(count for _, count in listed)
    wanted = {ACCEPT: row.accepted, REJECT: row.rejected, UNKNOWN: row.unknown}
    assert wanted == {verdict: sum(n for actual, n in listed if actual == verdict) for verdict in wanted}


def test_every_validator_was_asked_every_suite() -> None:
    assert [(row.suite, row.validator) for row in load()] == [
        (suite.name, validator.name) for suite in SUITES for validator in VALIDATORS
    ]


def test_answers_are_counted_by_kind() -> None:
    first = bettertls_cases()[0]
    cases = [replace(first, expected=expected) for expected in (ACCEPT, ACCEPT, REJECT, REJECT, REJECT)]
    given = iter((ACCEPT, REJECT, ACCEPT, REJECT, UNKNOWN))
    row = measure("x", cases, Validator("v", lambda: "1", lambda _case: Answer(next(given))))
    assert (row.cases, row.right, row.accepted, row.rejected, row.unknown) == (5, 2, 1, 1, 1)


def test_a_suite_that_is_not_at_hand_keeps_its_figures(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(report, "SHARED", tmp_path)
    monkeypatch.setattr(
        report, "SUITES", [replace(suite, cases=lambda _path: bettertls_cases()[:2]) for suite in SUITES]
    )
    monkeypatch.setattr(report, "VALIDATORS", VALIDATORS[:1])
    rows = run(load())
    assert [row for row in rows if row.suite == "x509-limbo"] == [row for row in load() if row.suite == "x509-limbo"]
    assert {row.cases for row in rows if row.suite != "x509-limbo"} == {2}
    save(rows, tmp_path / "rows.json")
    assert load(tmp_path / "rows.json") == rows


def test_checking_changes_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert main(["--check"]) == 0
    monkeypatch.setattr(report, "PAGE", tmp_path / "page.md")
    assert main(["--check"]) == 1
    assert not list(tmp_path.iterdir())


def test_writing_writes_figures_and_page(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    row = replace(load()[0], validator="v|w")
    monkeypatch.setattr(report, "PAGE", tmp_path / "page.md")
    monkeypatch.setattr(report, "run", lambda _before: [row])
    monkeypatch.setattr(report, "save", lambda rows: None)
    assert main([]) == 0
    assert (tmp_path / "page.md").read_text(encoding="utf-8") == page(load())
    assert "chainlab, RFC 5280" in capsys.readouterr().out


@pytest.mark.parametrize("judge", [others.pyca, others.certvalidator])
def test_the_others_answer_a_plain_case_as_the_suite_does(judge) -> None:
    pytest.importorskip("pyhanko_certvalidator")
    good = next(case for case in bettertls_cases() if case.expected == ACCEPT)
    bad = replace(good, at=good.at.replace(year=2060))
    assert others.limited(judge, good).verdict == ACCEPT
    assert others.limited(judge, bad).verdict == REJECT
    assert rfc5280(good).verdict == ACCEPT


def test_an_answer_that_does_not_come_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(others, "SECONDS", 0.05)

    def endless(_case: object) -> Answer:
        while True:
            pass

    assert others.limited(endless, bettertls_cases()[0]).verdict == UNKNOWN
