"""The R46 and E46 stories as the planner sees them: every number against the clients' own verdicts."""

import time
from datetime import datetime
from pathlib import Path

import pytest

from chainlab.catalog.twins import load_twins
from chainlab.certificate import Certificate
from chainlab.clients import ClientVerdict, Judge
from chainlab.diagnosis import Case, open_case
from chainlab.impact import impact
from chainlab.plan import Objective, ServerPlan
from chainlab.plan.simulation import Judgement
from chainlab.request import Request
from tests.pki import Pki, at
from tests.plan.test_planner import World

NOW = "2026-11-20"


def opened(fixtures: Path, name: str, **fields: object) -> Case:
    twins = load_twins(fixtures / "lab.json")
    return open_case(Request(((fixtures / name, None),), at(NOW), twins=twins, **fields))  # type: ignore[arg-type]


def planned(case: Case) -> ServerPlan:
    plan = case.plan()
    assert plan is not None
    return plan


def by_issuer(case: Case, subject: str, issuer: str) -> Certificate:
    return next(c for c in case.scene.above if subject in c.subject.common and issuer in c.issuer.common)


@pytest.fixture(scope="module")
def case(fixtures: Path) -> Case:
    return opened(fixtures, "r46/leaf-and-issuer.pfx")


@pytest.fixture(scope="module")
def plan(case: Case) -> ServerPlan:
    return planned(case)


def test_the_chains_that_could_be_sent_are_judged_as_the_clients_judge_them(case: Case, plan: ServerPlan) -> None:
    """By trust stores alone 28, 88, 115 and 117 of the 120 named profiles; limits of some verifiers cost one or two."""
    simulator = plan.sites[0]
    lists = {tuple(c.issuer.common[:9] for c in chain.certificates[2:-1]): chain for chain in plan.sendable[0]}
    assert set(lists) == {(), ("USERTrust",), ("AAA Certi",), ("USERTrust", "AAA Certi")}
    for chain in plan.sendable[0]:
        assert chain.accepting == simulator.judge_chain(chain.certificates[:-1]).accepting
    counts = {names: len(chain.accepting) for names, chain in lists.items()}
    assert counts[()] < counts["USERTrust",] < counts["AAA Certi",] <= counts["USERTrust", "AAA Certi"]
    changes = {names: chain.changes and len(chain.changes) for names, chain in lists.items()}
    assert changes == {(): (), ("USERTrust",): 2, ("AAA Certi",): 3, ("USERTrust", "AAA Certi"): 5}


def test_the_recommendation_is_the_cross_sign_that_lasts(case: Case, plan: ServerPlan) -> None:
    best = plan.recommended
    assert best is not None
    cross = by_issuer(case, "Root R46", "USERTrust")
    assert [(change.code, change.certificate) for change in best.changes] == [
        ("import-certificate", cross), ("move-to-untrusted", by_issuer(case, "Root R46", "Root R46")),
    ]  # fmt: skip
    assert best.outcomes[0].after.served[-1] == cross
    assert not best.needs_decision
    assert not best.loss
    assert plan.exhaustive


def test_what_wins_more_says_what_it_costs(plan: ServerPlan) -> None:
    assert plan.recommended is not None
    most, fewer = plan.alternatives
    assert most.weight > fewer.weight > plan.recommended.weight
    assert (len(most.changes), len(fewer.changes)) == (5, 3)
    for option in plan.alternatives:
        costs = {cost.code: cost for cost in option.costs}
        assert costs["trusts-unlisted-root"].decision
        assert "AAA Certificate Services" in costs["trusts-unlisted-root"].text
        assert "Microsoft root program list of 2026-10-23 does not bring" in costs["trusts-unlisted-root"].text
        assert costs["ends"].until == at("2028-12-31T23:59:59")
        assert costs["ends"].decision
        assert option.needs_decision
        assert f"{option.ends:%Y-%m-%d}" == "2028-12-31"


def test_the_end_of_a_chain_is_simulated_with_a_renewed_certificate(plan: ServerPlan) -> None:
    """The server certificate ends in 2027: without renewing it nobody would accept in 2029."""
    for option in plan.alternatives:
        end = next(cost for cost in option.costs if cost.code == "ends")
        later = plan.sites[0].after(at("2028-12-31T23:59:59"))
        assert later.leaf.valid_at(later.at)
        assert later.leaf == plan.sites[0].leaf
        accepted = int(end.text.split("from then on ")[1].split()[0])
        assert 0 < accepted < option.weight


def test_other_ways_of_blocking_do_not_outlast_a_windows_update(plan: ServerPlan) -> None:
    assert plan.recommended is not None
    assert {change.code for option in plan.other_methods for change in option.changes} == {
        "import-certificate", "disable-purposes", "delete-certificate",
    }  # fmt: skip
    for option in plan.other_methods:
        assert len(option.outcomes[0].after.surely_accepting) == plan.recommended.weight
        assert option.weight == plan.baseline.weight


@pytest.mark.parametrize("number", [0, 1, 2])
def test_impact_of_the_same_changes_gives_the_same_numbers(fixtures: Path, plan: ServerPlan, number: int) -> None:
    option = (plan.recommended, *plan.alternatives)[number]
    assert option is not None
    request = Request(
        ((fixtures / "r46/leaf-and-issuer.pfx", None),),
        at(NOW),
        twins=load_twins(fixtures / "lab.json"),
        with_plan=False,
    )
    found = impact(request, [change.phrase for change in option.changes])
    (effect,) = found.effects
    assert len(effect.after.servings) == len(effect.updated.servings) == 1
    assert Judgement.of(effect.after.first.verdicts).accepting == option.outcomes[0].after.surely_accepting
    assert Judgement.of(effect.updated.first.verdicts).accepting == option.outcomes[0].after_update.surely_accepting
    assert effect.after.first.chain == option.outcomes[0].after.served


@pytest.mark.parametrize("name", ["r46/leaf-only.pem", "r46/with-cross-sign.pfx", "r46/with-root.pfx", "r46/server.reg",
                                  "e46/leaf-and-issuer.pfx", "e46/server.reg"])  # fmt: skip
def test_every_fixture_ends_at_the_same_chain(fixtures: Path, plan: ServerPlan, name: str) -> None:
    assert plan.recommended is not None
    best = planned(opened(fixtures, name)).recommended
    assert best is not None
    assert best.weight == plan.recommended.weight
    assert best.outcomes[0].after.served[-1].issuer.common.startswith("USERTrust")


def test_all_clients_are_planned_for_in_under_two_seconds(fixtures: Path) -> None:
    case = opened(fixtures, "r46/leaf-and-issuer.pfx", selector="all")
    started = time.process_time()
    plan = planned(case)
    assert time.process_time() - started < 2
    assert len(plan.baseline.outcomes[0].after.verdicts) > 300


def test_two_certificates_of_one_server_are_planned_together(fixtures: Path, plan: ServerPlan) -> None:
    """RSA and ECDSA: both roots are blocked, each certificate gets its own cross-sign, nothing breaks the other."""
    twins = load_twins(fixtures / "lab.json")
    inputs = tuple((fixtures / kind / "leaf-and-issuer.pfx", None) for kind in ("r46", "e46"))
    both = planned(open_case(Request(inputs, at(NOW), twins=twins)))
    assert plan.recommended is not None
    assert both.recommended is not None
    assert len(both.sites) == 2
    assert len(both.recommended.changes) == 4
    assert both.recommended.weight == 2 * plan.recommended.weight
    assert not both.recommended.loss
    assert both.exhaustive


def test_weights_decide_what_is_worth_a_change(fixtures: Path) -> None:
    """Without traffic that a change would win there is nothing to recommend, but the alternatives stay."""
    modern = Objective({"android-17": 1000}, "requests")
    unneeded = planned(opened(fixtures, "r46/leaf-and-issuer.pfx", objective=modern))
    assert unneeded.recommended is None
    assert unneeded.baseline.weight == 1000
    assert unneeded.alternatives
    old = planned(opened(fixtures, "r46/leaf-and-issuer.pfx", objective=Objective({"android-9": 7}, "requests")))
    assert old.recommended is not None
    assert (old.baseline.weight, old.recommended.weight) == (0, 7)
    assert old.alternatives[0].weight == 7


def test_where_the_root_is_still_listed_its_path_still_ends(fixtures: Path) -> None:
    """In September 2026 Microsoft's list had AAA: its path needs no new trust, but it holds until 2028 only."""
    twins = load_twins(fixtures / "lab.json")
    request = Request(((fixtures / "r46/with-cross-sign.pfx", None),), at("2026-09-20"), twins=twins)
    plan = planned(open_case(request))
    assert plan.recommended is not None
    assert f"{plan.recommended.ends:%Y-%m-%d}" == "2036-03-21"
    most = plan.alternatives[0]
    assert most.weight == max(len(chain.accepting) for chain in plan.sendable[0])
    assert {cost.code for cost in most.costs if cost.decision} == {"ends"}


def test_a_chain_that_ends_before_another_is_for_a_person(pki: Pki) -> None:
    """R blocked in favour of a cross-sign of two years; R itself lasts. Nothing else helps, so it is recommended."""
    cross = pki.ca("R", "U", not_after=at("2028-06-01"))
    plan = World(pki, [pki.ca("I", "R")], [cross]).whole()
    assert plan.recommended is not None
    end = next(cost for cost in plan.recommended.costs if cost.code == "ends")
    assert (end.until, end.certificate, end.decision) == (at("2028-06-01"), cross, True)
    assert plan.recommended.needs_decision


def test_a_chain_that_ends_with_what_every_chain_needs_is_not(pki: Pki) -> None:
    """The issuing CA ends in two years, whatever is done: the usual case."""
    issuer = pki.ca("I", "R", not_after=at("2028-06-01"))
    plan = World(pki, [issuer], [pki.ca("R", "U")]).whole()
    assert plan.recommended is not None
    assert f"{plan.recommended.ends:%Y-%m-%d}" == "2028-06-01"
    assert not plan.recommended.needs_decision


def test_no_verdict_is_worked_out_that_cannot_change_the_answer(
    fixtures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each chain that could be sent is judged once; what holds after its expiry only where it is asked for."""
    judged: list[tuple[datetime, tuple[str, ...]]] = []
    original = Judge.verdicts

    def counted(judge: Judge, served: tuple[Certificate, ...]) -> list[ClientVerdict]:
        judged.append((judge.question.at, tuple(certificate.sha256 for certificate in served)))
        return original(judge, served)

    monkeypatch.setattr(Judge, "verdicts", counted)
    plan = planned(opened(fixtures, "r46/leaf-and-issuer.pfx"))
    now = [served for moment, served in judged if moment == at(NOW)]
    assert len(now) == len(set(now)) == len(plan.sendable[0])
    assert len(judged) - len(now) <= 2, "one that was passed over, at its end"
    assert plan.recommended is not None
    assert {cost.code for cost in plan.recommended.costs} == {"outbound-trust-rests", "ends"}
    assert len(judged) > len(now)
    before = len(judged)
    assert plan.recommended.costs == plan.recommended.costs
    assert len(judged) == before
