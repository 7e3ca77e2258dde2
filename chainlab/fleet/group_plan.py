"""One plan for a group of servers: worked out on one of them, simulated on every other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from chainlab.changes import Change
from chainlab.diagnosis import Case, diagnosis_of, enlarged
from chainlab.fleet.answers import answer_of
from chainlab.plan.effects import simulate


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
    ``note``: why there is no change to recommend. ``effects`` are, by the site's problem, the clients gained and lost;
    ``proposed`` the changes themselves: both are for checking other servers and are not kept.
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
    effects: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...] = ()
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
        effects=_effects(case, best.changes, evidence),
        proposed=best.changes,
    )


def _planned(change: Change) -> PlannedChange:
    commands = change.commands()
    return PlannedChange(
        change.title, change.phrase, tuple(commands.powershell), tuple(commands.certutil), tuple(commands.console),
        tuple(change.reverted_by), tuple(change.side_effects),
    )  # fmt: skip


def fits(plan: GroupPlan, evidence: str, case: Case) -> bool:
    """Whether the plan gains and loses for each of this server's sites just what it does for its like there."""
    brought = [change.certificate for change in plan.proposed if change.certificate is not None]
    return set(_effects(enlarged(case, brought), plan.proposed, evidence)) == set(plan.effects)


def _effects(
    case: Case, changes: Sequence[Change], evidence: str
) -> tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...]:
    """For each distinct problem of the server's sites, who is gained and lost, lastingly."""
    diagnosis = diagnosis_of(replace(case, request=replace(case.request, with_plan=False)))
    problems = [site.problem for site in answer_of(evidence, case, diagnosis, None).sites]
    found = set()
    for problem, target in zip(problems, case.scene.targets, strict=True):
        if target.observed is None:
            simulator = case.simulator(target)
            before = simulator.outcome(case.scene.server).surely_accepting
            lasting = simulate(case.scene.server, simulator, changes).lasting
            found.add((problem, tuple(sorted(lasting - before)), tuple(sorted(before - lasting))))
    return tuple(sorted(found))


__all__ = ["GroupPlan", "PlannedChange", "fits", "plan_group"]
