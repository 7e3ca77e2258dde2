"""The planner on the shapes of the R46 story."""

from datetime import datetime

import pytest

from chainlab.certificate import Certificate
from chainlab.changes import Change, ImportCertificate, MoveToUntrusted
from chainlab.clients import Judge, Profile
from chainlab.graph import CertGraph
from chainlab.paths.checks import Question
from chainlab.paths.trust import RootSet
from chainlab.plan import Cost, Objective, Plan, ServerPlan, Simulator, make_plan
from chainlab.plan.costs import costs
from chainlab.plan.effects import simulate
from chainlab.server import LM_AUTHROOT, LM_CA, LM_DISALLOWED, LM_MY, Server, StoreEntry
from chainlab.windows.selection import Policy
from tests.pki import NOW, Pki, at
from tests.windows.test_engine import program


class World:
    """A server under R, clients that know R, U or V, and the cross-signs at hand."""

    def __init__(self, pki: Pki, held: list[Certificate], catalogued: list[Certificate], when: datetime = NOW) -> None:
        self.pki = pki
        self.leaf = pki.leaf("I")
        roots = [pki.ca(name, not_before=at("2010-01-01")) for name in ("U", "V")] + [pki.ca("R")]
        listed = program(*roots)
        entries = [StoreEntry(self.leaf, LM_MY), *(StoreEntry(c, LM_CA) for c in held)]
        entries += [StoreEntry(root, LM_AUTHROOT) for root in roots]
        self.server = Server(entries=tuple(entries), program=listed, obtainable=tuple(roots))
        self.graph = CertGraph([self.leaf, *held, *catalogued, *roots])
        clients = [(Profile(f"knows-{n}", n, "go", n), RootSet([root])) for n, root in zip("UVR", roots, strict=True)]
        judge = Judge(clients, self.graph, Question(when))
        self.simulator = Simulator(self.graph, self.leaf, when, judge)

    def whole(self) -> ServerPlan:
        return make_plan(self.server, [self.simulator])

    def plan(self) -> Plan | None:
        return self.whole().for_site(0)


def codes(plan: Plan | None) -> list[str]:
    assert plan is not None
    return [change.code for change in plan.best.changes]


@pytest.fixture
def cross(pki: Pki) -> Certificate:
    return pki.ca("R", "U")


def test_import_and_block_are_found_together(pki: Pki, cross: Certificate) -> None:
    plan = World(pki, [pki.ca("I", "R")], [cross]).plan()
    assert codes(plan) == ["import-certificate", "move-to-untrusted"]
    assert plan is not None
    assert plan.best.lasting == {"knows-U", "knows-R"}
    assert plan.helped == {"knows-U"}
    assert not plan.broken
    assert plan.beyond_help == {"knows-V"}
    assert plan.exhaustive


def test_a_cross_sign_that_is_there_is_not_imported_again(pki: Pki, cross: Certificate) -> None:
    assert codes(World(pki, [pki.ca("I", "R"), cross], []).plan()) == ["move-to-untrusted"]


def test_a_missing_intermediate_is_completed(pki: Pki) -> None:
    plan = World(pki, [], [pki.ca("I", "R")]).plan()
    assert codes(plan) == ["import-certificate"]


def test_a_server_that_is_as_good_as_it_gets_has_no_plan(pki: Pki) -> None:
    assert World(pki, [pki.ca("I", "R")], []).plan() is None


def test_other_ways_of_blocking_do_not_survive_a_windows_update(pki: Pki, cross: Certificate) -> None:
    plan = World(pki, [pki.ca("I", "R"), cross], []).plan()
    assert plan is not None
    assert len(plan.other_methods) == 2
    for other in plan.other_methods:
        assert len(other.after.surely_accepting) == 2
        assert len(other.after_update.surely_accepting) == 1


def test_expired_cross_signs_are_not_proposed(pki: Pki) -> None:
    expired = pki.ca("R", "U", not_after=at("2024-01-01"))
    assert World(pki, [pki.ca("I", "R")], [expired]).plan() is None


def test_nothing_that_works_is_broken_for_others(pki: Pki) -> None:
    """Blocking R would help nobody here and break those who know only R: no plan."""
    weak = pki.ca("R", "U", permitted_dns=("other.test",))
    assert World(pki, [pki.ca("I", "R")], [weak]).plan() is None


def test_the_plan_holds_under_both_selection_policies(pki: Pki) -> None:
    older = pki.ca("R", "V", not_before=at("2015-01-01"))
    plan = World(pki, [pki.ca("I", "R")], [pki.ca("R", "U"), older]).plan()
    assert plan is not None
    for chain in plan.best.after.judged:
        assert plan.best.lasting <= chain.accepting


def test_a_root_that_somebody_put_into_untrusted_is_taken_out_again_and_that_needs_a_decision(
    pki: Pki, cross: Certificate
) -> None:
    world = World(pki, [pki.ca("I", "R"), cross], [])
    world.server = world.server.with_entry(StoreEntry(world.server.obtainable[0], LM_DISALLOWED))
    option = world.whole().recommended
    assert option is not None
    assert sorted(change.code for change in option.changes) == ["move-to-untrusted", "remove-from-untrusted"]
    assert {cost.code: cost.decision for cost in option.costs}["distrust-lifted"]


def test_clients_that_another_tie_rule_would_lose_are_a_decision(pki: Pki) -> None:
    """By the documented rule R is served and those who know U alone fail; by the newest issuer's they accept now."""
    newer = pki.ca("R", "U", not_before=at("2023-06-01"))
    world = World(pki, [pki.ca("I", "R", not_before=at("2023-01-01")), newer], [])
    site, server = world.simulator, world.server
    before = site.outcome(server)
    assert before.under(Policy.NEWEST)[0] - before.under(Policy.KB)[1] == {"knows-U"}
    assert "knows-U" not in before.surely_accepting, "so that no loss is counted"

    def found(*changes: Change) -> list[Cost]:
        outcome = simulate(server, site, changes)
        return [cost for cost in costs(server, [site], [outcome]) if cost.code == "may-lose"]

    (cost,) = found(MoveToUntrusted(newer))
    assert cost.decision
    assert "prefers the newest issuer" in cost.text
    assert cost.text.endswith("would fail: U")
    assert not found(ImportCertificate(pki.ca("R", "V", not_before=at("2011-01-01")))), "the choice stays as it is"
    assert not found(MoveToUntrusted(pki.ca("R")))


def test_what_may_lose_clients_is_not_recommended_where_something_else_helps(pki: Pki) -> None:
    """Five users know V alone, one U alone: V's cross-sign wins more, but those who know U may be lost by it."""
    newer = pki.ca("R", "U", not_before=at("2023-06-01"))
    world = World(pki, [pki.ca("I", "R", not_before=at("2023-01-01")), newer], [pki.ca("R", "V")])
    weights = Objective({"knows-V": 5, "knows-U": 1, "knows-R": 1}, "requests")
    plan = make_plan(world.server, [world.simulator], weights)
    assert plan.recommended is not None
    assert (plan.recommended.weight, plan.recommended.needs_decision) == (2, False)
    best = plan.alternatives[0]
    assert (best.weight, best.loss, best.needs_decision) == (6, 0, True)
    assert "may-lose" in {cost.code for cost in best.costs if cost.decision}
