"""Every form of name constraints: the families beside what the real verifiers answered, and beside the verifiers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pytest

from tests.oracles.name_forms import KNOWN, NameCase, asked, host_cases, made, name_cases, ours, recorded
from tests.oracles.name_page import HOSTS_SHOWN, PAGE, REFUSES_ALL, SHOWN, page
from tests.oracles.oracle import CANNOT, UNKNOWN, Oracle, all_oracles
from tests.oracles.test_agreement import FAST, absent

CASES: Final = name_cases()

HOSTS: Final = host_cases()

NOT_KEPT: Final = ("rid", "upn")
"""Forms of which chainlab keeps no value: where a verifier compares it, the answer is not known."""


def differing(oracle: Oracle, cases: Sequence[NameCase], real: str) -> list[str]:
    """Cases in which the family says something else; ``real`` are the first letters of the verdicts."""
    found = []
    for case, letter in zip(cases, real, strict=True):
        verdict = ours(oracle, case)
        not_kept = verdict == UNKNOWN and case.form in NOT_KEPT
        if verdict[0] != letter and not not_kept:
            found.append(f"{case}: chainlab {verdict}, really {letter}")
    return found


def test_every_verifier_has_answered_every_case() -> None:
    answers = recorded()
    assert answers.keys() == {oracle.id for oracle in all_oracles()}
    for oracle in all_oracles():
        assert answers[oracle.id]["version"]
        assert len(answers[oracle.id]["verdicts"]) == len(CASES)
        assert len(answers[oracle.id]["hosts"]) == (len(HOSTS) if oracle.checks_host else 0)
        assert CANNOT[0] not in answers[oracle.id]["verdicts"] + answers[oracle.id]["hosts"]


@pytest.mark.parametrize("oracle", all_oracles(), ids=lambda oracle: oracle.id)
def test_the_family_says_of_each_form_what_the_verifier_said(oracle: Oracle) -> None:
    answers = recorded()[oracle.id]
    found = differing(oracle, CASES, answers["verdicts"])
    found += differing(oracle, HOSTS, answers["hosts"]) if oracle.checks_host else []
    marker, _ = KNOWN.get(oracle.id, ("", ""))
    assert [each for each in found if not marker or marker not in each] == []
    assert bool(found) == (oracle.id in KNOWN)


@pytest.mark.oracle
@pytest.mark.parametrize("oracle", FAST, ids=lambda oracle: oracle.id)
def test_the_verifier_still_says_so(oracle: Oracle) -> None:
    if not oracle.version():
        absent(oracle.install)
    wanted = [*CASES[::9], *(HOSTS[::4] if oracle.checks_host else ())]
    answers = asked(oracle, [made(case) for case in wanted])
    assert differing(oracle, wanted, "".join(answer.verdict[0] for answer in answers)) == []


def test_the_page_is_what_was_recorded_and_shows_every_sort_of_answer() -> None:
    answers = recorded()
    shown = {answers[oracle]["verdicts"] for oracle in (*SHOWN, "bearssl")}
    assert {each["verdicts"] for each in answers.values()} == shown
    refusing = {oracle for oracle, each in answers.items() if each["verdicts"] == answers["bearssl"]["verdicts"]}
    assert refusing == REFUSES_ALL.keys()
    assert {each["hosts"] for each in answers.values()} == {answers[oracle]["hosts"] for oracle in HOSTS_SHOWN} | {""}
    assert PAGE.read_text(encoding="utf-8") == page()
