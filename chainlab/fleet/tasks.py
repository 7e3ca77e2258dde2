"""Tasks of a run, and what stands for their results where a row kills every worker that takes it up."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Any, Final

from chainlab.fleet import work
from chainlab.fleet.answers import failed
from chainlab.fleet.group_plan import GroupPlan
from chainlab.fleet.job import Job
from chainlab.fleet.rows import Partition
from chainlab.fleet.tables import ServerColumns, batch_of
from chainlab.fleet.work import Identified, Scanned
from chainlab.records import dataclass

CRASHED: Final = "the worker that read it was killed or ran out of memory, twice"


@dataclass(frozen=True, slots=True)
class WorkTask:
    """Work on rows of a partition: ``wanted`` by number, ``None`` for all of them."""

    function: Callable[..., Any]
    job: Job
    ordinal: int
    partition: Partition
    wanted: Mapping[int, Any] | None = None
    further: tuple[Any, ...] = ()

    @property
    def call(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        """The function and its arguments."""
        wanted = () if self.wanted is None else (self.wanted,)
        return self.function, (self.job, self.partition, *wanted, *self.further)

    @property
    def rows(self) -> int:
        """How many rows it is about."""
        return self.partition.count if self.wanted is None else len(self.wanted)

    def parts(self) -> list[WorkTask]:
        """One task a row."""
        if self.wanted is None:
            return [self]
        return [
            WorkTask(self.function, self.job, self.ordinal, self.partition, {number: value}, self.further)
            for number, value in self.wanted.items()
        ]

    def lost(self) -> Any:
        """The rows as errors."""
        if self.wanted is None:
            return _unread(self.partition)
        values = list(self.wanted.values())
        if self.function is work.identify:
            return [Identified(content, "", "crash", CRASHED) for content in values]
        if self.function is work.answer:
            return batch_of("answers", (failed(evidence, "crash", CRASHED) for _, evidence in values))
        if self.function is work.make_plan:
            return [GroupPlan(self.further[0], evidence, note=CRASHED) for _, evidence in values]
        return [(evidence, False) for _, evidence in values]


def _unread(partition: Partition) -> Scanned:
    columns = ServerColumns()
    for number in range(partition.count):
        columns.add(number, "", f"row {number + 1} of a part that could not be read", "", "crash", CRASHED)
    return Scanned(columns.parquet(), {}, partition.count, partition.count)


def chunks(wanted: Mapping[int, Any], size: int) -> Iterator[dict[int, Any]]:
    """The rows in pieces of so many."""
    rows = iter(wanted.items())
    while chunk := dict(islice(rows, size)):
        yield chunk


__all__ = ["CRASHED", "WorkTask", "chunks"]
