"""Two answers side by side: rule by rule, ties, observed chains."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainlab.certificate import Certificate
from chainlab.clients import ClientVerdict, Profile, Verdict
from chainlab.comparison import Answer, Serving, compare, gained_by, grouped, lost_by
from chainlab.diagnosis import Diagnosis, TargetDiagnosis, diagnose
from chainlab.findings import ASSUMPTION, Finding
from chainlab.paths.reasons import Problem, Reason
from chainlab.report.terminal import TerminalPage
from chainlab.report.text import render
from chainlab.windows.engine import Certainty
from chainlab.windows.selection import Policy
from tests.machines import Machines, netsh
from tests.pki import Pki

PKI = Pki("comparison")
CHAINS: list[tuple[Certificate, ...]] = [
    (PKI.leaf("I"), PKI.ca("I", "R")), (PKI.leaf("I"), PKI.ca("I", "R"), PKI.ca("R", "U")), (PKI.leaf("I"),),
]  # fmt: skip
CLIENTS = [Profile(name, name, "go", name) for name in "abc"]
BOTH = (Policy.KB, Policy.NEWEST)


def serving(number: int, accepting: Iterable[str], *policies: Policy) -> Serving:
    verdicts = tuple(
        ClientVerdict(client, Verdict.ACCEPT if client.id in set(accepting) else Verdict.REJECT, (), None, "measured")
        for client in CLIENTS
    )
    return Serving(policies, CHAINS[number], None, verdicts)


def answer(*servings: Serving) -> Answer:
    return Answer(servings, Certainty.FIRM if len(servings) == 1 else Certainty.CONTESTED)


def test_equal_ways_are_one() -> None:
    (way,) = compare(answer(serving(0, "a", *BOTH)), answer(serving(1, "ab", *BOTH)))
    assert way.policies == BOTH
    assert (way.gained, way.lost, way.same_chain) == ({"b"}, set(), False)


def test_each_rule_is_compared_with_itself() -> None:
    before = answer(serving(0, "a", Policy.KB), serving(1, "bc", Policy.NEWEST))
    after = answer(serving(1, "bc", *BOTH))
    kb, newest = compare(before, after)
    assert (kb.policies, kb.gained, kb.lost) == ((Policy.KB,), {"b", "c"}, {"a"})
    assert (newest.policies, newest.gained, newest.lost, newest.same_chain) == ((Policy.NEWEST,), set(), set(), True)


def test_rivals_in_a_tie_are_ways_of_their_own() -> None:
    before = answer(serving(0, "ab", *BOTH))
    firm, tied = compare(before, answer(serving(1, "abc", *BOTH), serving(2, "a")))
    assert firm.gained == {"c"}
    assert (tied.policies, tied.lost) == ((), {"b"})
    assert gained_by([firm, tied]) == set()
    assert lost_by([firm, tied]) == {"b"}
    back = compare(answer(serving(1, "abc", *BOTH), serving(2, "a")), before)
    assert [way.lost for way in back] == [{"c"}, set()]


def test_an_observed_chain_is_compared_with_itself_later() -> None:
    before = Answer.observed(CHAINS[0], serving(0, "ab").verdicts)
    after = Answer.observed(CHAINS[0], serving(0, "a").verdicts)
    (way,) = compare(before, after)
    assert (way.policies, way.lost, way.same_chain) == ((), {"b"}, True)


def test_only_clients_that_accept_every_possible_chain_accept_for_sure() -> None:
    assert answer(serving(0, "ab", Policy.KB), serving(1, "bc", Policy.NEWEST)).surely_accepting == {"b"}


@pytest.fixture(scope="module")
def diagnosed(fixtures: Path, tmp_path_factory: pytest.TempPathFactory) -> Diagnosis:
    """Two endpoints of one certificate and a client that rejects it."""
    machines = Machines(fixtures, tmp_path_factory.mktemp("comparison"))
    sha1 = machines.leaf("r46").sha1
    bindings = machines.folder / "bindings.txt"
    bindings.write_text(netsh(("10.0.0.1:443", sha1), ("10.0.0.2:443", sha1)))
    request = machines.request("r46/server.reg", bindings, selector="android-4.4-aosp", with_plan=False)
    found = diagnose(request)
    first, second = found.targets
    assert {client.verdict for client in first.clients} == {Verdict.REJECT}
    return replace(found, targets=(replace(first, target=replace(first.target, host="a.example")), second))


def other_client(target: TargetDiagnosis, **fields: object) -> TargetDiagnosis:
    return replace(target, clients=tuple(replace(client, **fields) for client in target.clients))  # type: ignore[arg-type]


def test_endpoints_with_equal_answers_are_one_group(diagnosed: Diagnosis) -> None:
    ((answer, bindings),) = grouped(diagnosed.targets)
    assert answer is diagnosed.targets[0]
    assert [binding.endpoint for binding in bindings] == ["10.0.0.1:443", "10.0.0.2:443"]


@pytest.mark.parametrize("differ", [
    lambda target: other_client(target, problem=Problem(Reason.HOST_MISMATCH)),
    lambda target: other_client(target, verdict=Verdict.UNKNOWN),
    lambda target: other_client(target, path=()),
    lambda target: replace(target, served=replace(target.served, root=None)),
    lambda target: replace(target, findings=(*target.findings, Finding(ASSUMPTION, {"text": "another"}))),
], ids=["reason", "verdict", "path", "root", "finding"])  # fmt: skip
def test_endpoints_whose_answers_differ_in_anything_stay_apart(
    diagnosed: Diagnosis, differ: Callable[[TargetDiagnosis], TargetDiagnosis]
) -> None:
    first, second = diagnosed.targets
    assert len(grouped([first, differ(second)])) == 2


def test_two_endpoints_with_different_reasons_are_both_shown(diagnosed: Diagnosis) -> None:
    first, second = diagnosed.targets
    other = other_client(second, problem=Problem(Reason.HOST_MISMATCH))
    text = io.StringIO()
    render(replace(diagnosed, targets=(first, other)), TerminalPage(text))
    assert f"{first.clients[0].reason} (1)" in text.getvalue()
    assert "host-mismatch (1)" in text.getvalue()


ANSWERS = st.one_of(
    st.tuples(st.integers(0, 2), st.sets(st.sampled_from("abc"))).map(lambda p: answer(serving(p[0], p[1], *BOTH))),
    st.tuples(st.sets(st.sampled_from("abc")), st.sets(st.sampled_from("abc"))).map(
        lambda p: answer(serving(0, p[0], Policy.KB), serving(1, p[1], Policy.NEWEST))
    ),
    st.sets(st.sampled_from("abc")).map(lambda p: answer(serving(0, p, *BOTH), serving(2, p))),
)


@given(ANSWERS)
def test_nothing_is_gained_or_lost_against_itself_where_it_is_firm(same: Answer) -> None:
    for way in compare(same, same):
        if way.same_chain:
            assert not way.gained | way.lost


@given(ANSWERS, ANSWERS)
def test_every_possible_chain_stands_in_some_way(before: Answer, after: Answer) -> None:
    ways = compare(before, after)
    assert {way.before.chain for way in ways} == before.chains
    assert {way.after.chain for way in ways} == after.chains


@given(ANSWERS, ANSWERS)
def test_who_accepts_surely_before_and_not_after_is_lost(before: Answer, after: Answer) -> None:
    assert before.surely_accepting - after.surely_accepting <= lost_by(compare(before, after))
