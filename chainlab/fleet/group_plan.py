"""One plan for a group of servers: worked out on one of them, simulated on every other."""

from __future__ import annotations

from collections.abc import Sequence

from chainlab.changes import Change
from chainlab.diagnosis import Case, enlarged
from chainlab.plan.effects import simulate
from chainlab.records import dataclass, field

Effects = tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]
"""Pairs of clients gained and clients lost, each distinct one once."""


@dataclass(frozen=True, slots=True)
class PlannedChange:
    """One change of the plan, in words and commands."""

    title: str
    phrase: str
    powershell: tuple[str, ...]
    certutil: tuple[str, ...]
    console: tuple[str, ...]
    reverted_by: tuple[str, ...]
    side_effects: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GroupPlan:
    """What to do with the servers of a group.

    ``problem`` and ``evidence``: the group and the server that it was worked out on. ``accept_before``,
    ``accept_after``: clients that accept for sure, of ``total``, over that server's sites. ``costs`` in sentences.
    ``note``: why there is no change to recommend. ``effects`` are the clients gained and lost; ``proposed`` the
    changes themselves: both are for checking other servers and are not kept.
    """

    problem: str
    evidence: str
    changes: tuple[PlannedChange, ...] = ()
    accept_before: int = 0
    accept_after: int = 0
    total: int = 0
    lost: int = 0
    costs: tuple[str, ...] = ()
    needs_decision: bool = False
    note: str = ""
    effects: Effects = ()
    proposed: tuple[Change, ...] = field(default=(), compare=False, repr=False)


def plan_group(problem: str, evidence: str, case: Case) -> GroupPlan:
    """The plan for the server that stands for the group."""
    found = case.plan()
    if found is None:
        return GroupPlan(problem, evidence, note="the chain was observed and the stores behind it are not known")
    before = sum(len(outcome.lasting) for outcome in found.baseline.outcomes)
    total = sum(len(outcome.after.verdicts) for outcome in found.baseline.outcomes)
    best = found.recommended
    if best is None:
        note = "nothing is recommended; alternatives need a decision" if found.alternatives else "no change helps"
        return GroupPlan(problem, evidence, (), before, before, total, note=note)
    return GroupPlan(
        problem,
        evidence,
        tuple(map(_planned, best.changes)),
        before,
        sum(len(outcome.lasting) for outcome in best.outcomes),
        total,
        len(frozenset().union(*best.broken)),
        tuple(cost.text for cost in best.costs),
        best.needs_decision,
        effects=_effects(case, best.changes),
        proposed=best.changes,
    )


def _planned(change: Change) -> PlannedChange:
    commands = change.commands()
    return PlannedChange(
        change.title, change.phrase, tuple(commands.powershell), tuple(commands.certutil), tuple(commands.console),
        tuple(change.reverted_by), tuple(change.side_effects),
    )  # fmt: skip


def fits(plan: GroupPlan, case: Case) -> bool:
    """Whether the plan gains and loses for this server's sites just what it does where it was worked out."""
    brought = [change.certificate for change in plan.proposed if change.certificate is not None]
    return _effects(enlarged(case, brought), plan.proposed) == plan.effects


def _effects(case: Case, changes: Sequence[Change]) -> Effects:
    """Who is gained and who is lost, lastingly, on one site or more; the same on several sites counts once."""
    found = set()
    for site in case.sites():
        simulator = case.simulator(site)
        before = simulator.outcome(case.scene.server).surely_accepting
        lasting = simulate(case.scene.server, simulator, changes).lasting
        found.add((tuple(sorted(lasting - before)), tuple(sorted(before - lasting))))
    return tuple(sorted(found))


__all__ = ["GroupPlan", "PlannedChange", "fits", "plan_group"]
