"""The last part of a run: one plan for each group of servers with the same problem, checked on all of them."""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate
from typing import Any, Final

from chainlab.fleet import work
from chainlab.fleet.crew import Crew
from chainlab.fleet.database import Database, Member
from chainlab.fleet.group_plan import GroupPlan
from chainlab.fleet.job import Job
from chainlab.fleet.results import Results
from chainlab.fleet.rows import Partition
from chainlab.fleet.tasks import WorkTask, chunks
from chainlab.records import dataclass, field

ANSWERED_TOGETHER: Final = 16
"""Servers that one task diagnoses: about a second of work, and what is lost when a worker is killed."""

Progress = Callable[[int, int], None]


class Stopped:
    """Set to end a run after the tasks in flight; what is done is kept."""

    def __init__(self) -> None:
        self.requested = False

    def request(self) -> None:
        """End the run soon."""
        self.requested = True


def plan_groups(
    job: Job,
    parts: Sequence[Partition],
    results: Results,
    database: Database,
    crew: Crew,
    most: int | None,
    stopped: Stopped,
    progress: Progress,
) -> None:
    """Plan for the groups that have no checked plan yet: the ``most`` largest, or all."""
    groups = _Groups(job, parts, results, database, stopped)
    for problem, member in database.unplanned(most):
        groups.waiting.extend(groups.tasks(work.make_plan, [member], problem))
    total, done = len(groups.waiting), 0
    for task, outcome in crew.run(groups.next):
        assert isinstance(task, WorkTask)
        if task.function is work.make_plan:
            done += 1
            groups.planned(outcome[0])
        else:
            groups.checked(task.further[0], outcome)
        progress(done, total)


@dataclass(slots=True)
class _Groups:
    """``open``: the checks that each plan still waits for; it is kept once there are none."""

    job: Job
    parts: Sequence[Partition]
    results: Results
    database: Database
    stopped: Stopped
    waiting: deque[WorkTask] = field(default_factory=deque)
    open: dict[str, int] = field(default_factory=dict)

    def next(self) -> WorkTask | None:
        """The next task, unless the run is to end."""
        return self.waiting.popleft() if self.waiting and not self.stopped.requested else None

    def tasks(self, function: Callable[..., Any], members: Sequence[Member], *further: Any) -> Iterator[WorkTask]:
        """The members' rows, those of a partition together."""
        ends = list(accumulate(partition.count for partition in self.parts))
        rows: dict[int, dict[int, tuple[str, str]]] = {}
        for member in members:
            ordinal = bisect_right(ends, member.position)
            number = member.position - (ends[ordinal] - self.parts[ordinal].count)
            rows.setdefault(ordinal, {})[number] = self.database.content_at(member.position), member.evidence
        for ordinal, wanted in rows.items():
            for chunk in chunks(wanted, ANSWERED_TOGETHER):
                yield WorkTask(function, self.job, ordinal, self.parts[ordinal], chunk, further)

    def planned(self, plan: GroupPlan) -> None:
        """Check a plan that changes anything on the group's other servers."""
        members = self.database.members(plan.problem) if plan.changes else []
        checks = list(self.tasks(work.check_plan, [m for m in members if m.evidence != plan.evidence], plan))
        self.waiting.extendleft(checks)
        self.open[plan.problem] = sum(task.rows for task in checks)
        self._keep(plan)

    def checked(self, plan: GroupPlan, outcome: Sequence[tuple[str, bool]]) -> None:
        """Keep what was found, and the plan after its last check."""
        shared = {"problem": plan.problem, "plan_evidence": plan.evidence}
        self.results.add("checks", [{**shared, "evidence": evidence, "fits": fit} for evidence, fit in outcome])
        self.open[plan.problem] -= len(outcome)
        self._keep(plan)

    def _keep(self, plan: GroupPlan) -> None:
        if not self.open[plan.problem]:
            self.results.add("plans", [plan])


__all__ = ["ANSWERED_TOGETHER", "Progress", "Stopped", "plan_groups"]
