"""Every form of name constraints: the families beside what the real verifiers answered, and beside the verifiers."""

from __future__ import annotations

from typing import Final

import pytest

from tests.oracles.name_forms import KNOWN, NameCase, asked, made, name_cases, ours, recorded
from tests.oracles.name_page import PAGE, REFUSES_ALL, SHOWN, page
from tests.oracles.oracle import CANNOT, UNKNOWN, Oracle, all_oracles
from tests.oracles.test_agreement import FAST, absent

CASES: Final = name_cases()

ASKED: Final = CASES[::9]
"""What the real verifiers are asked anew in every run."""

NOT_KEPT: Final = ("rid", "upn")
"""Forms of which chainlab keeps no value: where a verifier compares it, the answer is not known."""


def described(case: NameCase, verdict: str, real: str) -> str:
    return f"{case}: chainlab {verdict}, really {real}"


def wrong(oracle: Oracle, case: NameCase, real: str) -> bool:
    """Whether chainlab says something else; ``real`` is the first letter of the verdict."""
    verdict = ours(oracle, case)
    if verdict == UNKNOWN and case.form in NOT_KEPT:
        return False
    return real != CANNOT[0] and verdict[0] != real


def test_every_verifier_has_answered_every_case() -> None:
    assert recorded().keys() == {oracle.id for oracle in all_oracles()}
    for answers in recorded().values():
        assert answers["version"]
        assert len(answers["verdicts"]) == len(CASES)
        assert CANNOT[0] not in answers["verdicts"]


@pytest.mark.parametrize("oracle", all_oracles(), ids=lambda oracle: oracle.id)
def test_the_family_says_of_each_form_what_the_verifier_said(oracle: Oracle) -> None:
    answers = zip(CASES, recorded()[oracle.id]["verdicts"], strict=True)
    differing = [described(case, ours(oracle, case), real) for case, real in answers if wrong(oracle, case, real)]
    if oracle.id in KNOWN:
        assert differing
        assert all("permits" in each and ", dir:" in each for each in differing)
    else:
        assert not differing, differing[:5]


@pytest.mark.oracle
@pytest.mark.parametrize("oracle", FAST, ids=lambda oracle: oracle.id)
def test_the_verifier_still_says_so(oracle: Oracle) -> None:
    if not oracle.version():
        absent(oracle.install)
    answers = asked(oracle, [made(case) for case in ASKED])
    pairs = zip(ASKED, answers, strict=True)
    differing = [
        described(case, ours(oracle, case), answer.error)
        for case, answer in pairs
        if wrong(oracle, case, answer.verdict[0])
    ]
    assert not differing, differing[:5]


def test_the_page_is_what_was_recorded_and_shows_every_sort_of_answer() -> None:
    answers = recorded()
    shown = {answers[oracle]["verdicts"] for oracle in (*SHOWN, "bearssl")}
    assert {each["verdicts"] for each in answers.values()} == shown
    assert {oracle for oracle, each in answers.items() if each == answers["bearssl"]} <= REFUSES_ALL.keys()
    assert PAGE.read_text(encoding="utf-8") == page()
