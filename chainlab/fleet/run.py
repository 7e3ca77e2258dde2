"""A run over a fleet: scan every input, tell contents and evidence apart, answer each distinct one once, plan.

What is done is kept as it comes (``chainlab.fleet.results``), so a run that was stopped, by whatever, continues.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from chainlab.fleet import work
from chainlab.fleet.crew import Crew
from chainlab.fleet.database import Database, known
from chainlab.fleet.group_run import ANSWERED_TOGETHER, Progress, Stopped, plan_groups
from chainlab.fleet.inputs import Each, partitions
from chainlab.fleet.job import Job, question
from chainlab.fleet.results import Results
from chainlab.fleet.rows import Partition
from chainlab.fleet.tables import Batch
from chainlab.fleet.tasks import WorkTask, chunks
from chainlab.fleet.work import Identified, Scanned
from chainlab.records import dataclass, field

IDENTIFIED_TOGETHER: Final = 256
"""Contents that one task parses."""


@dataclass(frozen=True, slots=True)
class Run:
    """What a run did: where the results are, and whether it was stopped before everything was done."""

    database: Path
    stopped: bool


def run(
    job: Job,
    inputs: Sequence[Path],
    folder: Path,
    crew: Crew,
    *,
    each: Each = Each.FILE,
    plans: int | None = None,
    progress: Progress | None = None,
    stopped: Stopped | None = None,
) -> Run:
    """Work through the inputs and leave the results in ``folder``; continue there what an earlier run began.

    ``plans``: how many groups, those of the most servers first, get a plan (``None``: all). ``UsageError`` and
    ``InputError`` where the fleet as a whole cannot be read; what is wrong with one input is its row's error.
    """
    results = Results.open(folder, question(job.request, job.changes, job.change_files))
    try:
        work.prepare(job)
        parts = partitions(inputs, folder, each)
        fleet = _Fleet(job, parts, results, stopped or Stopped(), progress or (lambda _done, _total: None))
        fleet.work(crew)
        database = Database(results, parts)
        if not fleet.stopped.requested:
            plan_groups(job, parts, results, database, crew, plans, fleet.stopped, fleet.progress)
        return Run(database.finish(), fleet.stopped.requested)
    finally:
        crew.close()
        results.close()


@dataclass(slots=True)
class _Fleet:
    """The state of a run: what is known, and what is to be done next.

    ``evidence``: of each content; empty while it is being found out. ``answered``: evidences that have, or are about
    to get, an answer.
    """

    job: Job
    parts: Sequence[Partition]
    results: Results
    stopped: Stopped
    progress: Progress
    evidence: dict[str, str] = field(default_factory=dict)
    answered: set[str] = field(default_factory=set)
    waiting: deque[WorkTask] = field(default_factory=deque)
    to_scan: Iterator[int] = field(default_factory=lambda: iter(()))
    done: int = 0
    total: int = 0

    def work(self, crew: Crew) -> None:
        """Scan, identify and answer everything that is not done yet."""
        self.evidence, self.answered = known(self.results)
        self.to_scan = iter(range(len(self.parts)))
        self.total = sum(partition.count for partition in self.parts)
        for task, outcome in crew.run(self._next):
            assert isinstance(task, WorkTask)
            if task.function is work.scan:
                self._scanned(task.ordinal, outcome)
            elif task.function is work.identify:
                self._identified(task, outcome)
            else:
                self._answered(outcome)
            self.progress(self.done, self.total)

    def _next(self) -> WorkTask | None:
        """What is furthest along first: answers, then contents, then partitions."""
        while not self.stopped.requested:
            if self.waiting:
                return self.waiting.popleft()
            ordinal = next(self.to_scan, None)
            if ordinal is None:
                return None
            partition = self.parts[ordinal]
            firsts = self.results.firsts(partition.identity)
            if firsts is None:
                return WorkTask(work.scan, self.job, ordinal, partition)
            self._found(ordinal, firsts)
        return None

    def _scanned(self, ordinal: int, scanned: Scanned) -> None:
        self.results.write_part(self.parts[ordinal].identity, scanned.data)
        self._found(ordinal, scanned.firsts)

    def _found(self, ordinal: int, firsts: Mapping[str, int]) -> None:
        """A partition's distinct contents: identify the new ones, answer what was identified only."""
        self.done += self.parts[ordinal].count
        new, seen = {}, {}
        for content, number in firsts.items():
            evidence = self.evidence.get(content) if content else ""
            if evidence is None:
                self.evidence[content] = ""
                new[number] = content
            elif evidence and evidence not in self.answered:
                self.answered.add(evidence)
                seen[number] = content, evidence
        self._queue(work.identify, ordinal, new, IDENTIFIED_TOGETHER)
        self._queue(work.answer, ordinal, seen, ANSWERED_TOGETHER)

    def _identified(self, task: WorkTask, found: list[Identified]) -> None:
        self.results.add("contents", found)
        assert task.wanted is not None
        numbers = {content: number for number, content in task.wanted.items()}
        wanted = {}
        for each in found:
            self.evidence[each.content] = each.evidence
            if each.evidence and each.evidence not in self.answered:
                self.answered.add(each.evidence)
                wanted[numbers[each.content]] = each.content, each.evidence
        self.done += len(found)
        self._queue(work.answer, task.ordinal, wanted, ANSWERED_TOGETHER)

    def _answered(self, answers: Batch) -> None:
        self.results.keep("answers", answers)
        self.done += answers.count

    def _queue(self, function: Callable[..., Any], ordinal: int, wanted: Mapping[int, Any], size: int) -> None:
        """Tasks for some rows, before everything that is waiting if they are answers."""
        self.total += len(wanted)
        for chunk in chunks(wanted, size):
            task = WorkTask(function, self.job, ordinal, self.parts[ordinal], chunk)
            (self.waiting.appendleft if function is work.answer else self.waiting.append)(task)


__all__ = ["Progress", "Run", "Stopped", "run"]
