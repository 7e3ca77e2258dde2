"""What workers do, each function one task: plain functions of values that can be sent to another machine.

A worker keeps what all tasks of a job share (catalogue, clients), loaded once, and nothing else.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Final

from chainlab.diagnosis import Case, Knowledge, case_of, diagnosis_of
from chainlab.errors import ChainlabError, InputError, UsageError
from chainlab.fleet import tables
from chainlab.fleet.answers import Answer, answer_of, failed
from chainlab.fleet.contents import content_hash, evidence_hash, explain, read_content
from chainlab.fleet.group_plan import GroupPlan, fits, plan_group
from chainlab.fleet.job import Job
from chainlab.fleet.rows import Partition
from chainlab.fleet.tables import Batch
from chainlab.impact import Impact, Proposal, of_proposal
from chainlab.records import dataclass

_REMEMBERED_BYTES: Final = 16 * 1024
"""Contents up to this size are looked up before they are hashed: lists repeat the same few again and again."""


@dataclass(frozen=True, slots=True)
class Scanned:
    """A partition's rows as a Parquet file, where each distinct content stands first, and how many rows had none."""

    data: bytes
    firsts: Mapping[str, int]
    count: int
    unreadable: int


@dataclass(frozen=True, slots=True)
class Identified:
    """The evidence in one content: its hash, or why there is none."""

    content: str
    evidence: str
    error_kind: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True)
class _Shared:
    """What all servers of a job have in common."""

    knowledge: Knowledge
    proposal: Proposal | None


@functools.lru_cache(maxsize=1)
def _shared(job: Job) -> _Shared:
    proposal = None
    if job.proposes:
        proposal = Proposal.read(job.changes, job.change_files, job.request.reading)
    return _Shared(Knowledge.of(job.request), proposal)


def prepare(job: Job) -> None:
    """Load what all servers share; ``UsageError`` and ``InputError`` where the question itself is wrong."""
    _shared(job)


def scan(job: Job, partition: Partition) -> Scanned:
    """Hash every content: equal ones need not be parsed."""
    columns = tables.ServerColumns()
    firsts: dict[str, int] = {}
    known: dict[bytes, str] = {}
    for number, row in partition.rows(job.request.reading.limits):
        content = row.content
        if isinstance(content, InputError):
            columns.add(number, row.server, row.source, "", *explain(content))
            continue
        if isinstance(content, bytes) and len(content) <= _REMEMBERED_BYTES:
            digest = known.get(content) or known.setdefault(content, content_hash(content))
        else:
            digest = content_hash(content)
        firsts.setdefault(digest, number)
        columns.add(number, row.server, row.source, digest, "", "")
    return Scanned(columns.parquet(), firsts, len(columns), columns.errors)


def identify(job: Job, partition: Partition, wanted: Mapping[int, str]) -> list[Identified]:
    """Parse the contents of some rows (by number, with their hash) and tell the evidence in them apart."""

    def one(number: int, content: str) -> Identified:
        try:
            return Identified(content, evidence_hash(read_content(held[number], job.request.reading)))
        except Exception as error:  # noqa: BLE001 - one bad input must not end the work on all others
            return Identified(content, "", *explain(error))

    held = _contents(job, partition, wanted)
    return [one(number, content) if number in held else _gone(content) for number, content in wanted.items()]


def _contents(job: Job, partition: Partition, wanted: Mapping[int, str]) -> Mapping[int, bytes | Mapping[str, bytes]]:
    """The contents of rows, as long as they are what they were when they were hashed."""
    found = {}
    for number, row in partition.rows(job.request.reading.limits, wanted.keys()):
        if not isinstance(row.content, InputError) and content_hash(row.content) == wanted[number]:
            found[number] = row.content
    return found


def _gone(content: str) -> Identified:
    return Identified(content, "", "input", "the input changed while the fleet was read; run it again")


def answer(job: Job, partition: Partition, wanted: Mapping[int, tuple[str, str]]) -> Batch:
    """The answers (``Answer``) for some rows (by number, with the hashes of content and evidence)."""
    answers = (
        _answered(job, evidence, case) if isinstance(case, Case) else failed(evidence, *case)
        for evidence, case in _cases(job, partition, wanted)
    )
    return tables.batch_of("answers", answers)


def _cases(
    job: Job, partition: Partition, wanted: Mapping[int, tuple[str, str]]
) -> Iterator[tuple[str, Case | tuple[str, str]]]:
    """The open case of each row, or why there is none."""
    shared = _shared(job)
    contents = _contents(job, partition, {number: content for number, (content, _) in wanted.items()})
    for number, (content, evidence) in wanted.items():
        if number not in contents:
            gone = _gone(content)
            yield evidence, (gone.error_kind, gone.error)
            continue
        try:
            read = read_content(contents[number], job.request.reading)
            yield evidence, case_of(replace(job.request, inputs=()), read, shared.knowledge)
        except Exception as error:  # noqa: BLE001 - one bad input must not end the work on all others
            yield evidence, explain(error)


def _answered(job: Job, evidence: str, case: Case) -> Answer:
    try:
        return answer_of(evidence, case, diagnosis_of(case), _impact(job, case))
    except Exception as error:  # noqa: BLE001 - one bad input must not end the work on all others
        return failed(evidence, *explain(error))


def _impact(job: Job, case: Case) -> Impact | str | None:
    proposal = _shared(job).proposal
    if proposal is None:
        return None
    try:
        return of_proposal(case, proposal)
    except (UsageError, InputError) as error:
        return str(error)


def make_plan(job: Job, partition: Partition, wanted: Mapping[int, tuple[str, str]], problem: str) -> list[GroupPlan]:
    """The plan of the group with this problem, worked out on one row."""

    def plan(evidence: str, case: Case | tuple[str, str]) -> GroupPlan:
        if not isinstance(case, Case):
            return GroupPlan(problem, evidence, note=case[1])
        return _guarded(lambda: plan_group(problem, evidence, case), GroupPlan(problem, evidence))

    return [plan(evidence, case) for evidence, case in _cases(job, partition, wanted)]


def _guarded(work: Callable[[], GroupPlan], otherwise: GroupPlan) -> GroupPlan:
    try:
        return work()
    except ChainlabError as error:
        return replace(otherwise, note=str(error))
    except Exception as error:  # noqa: BLE001 - one bad input must not end the work on all others
        return replace(otherwise, note=explain(error)[1])


def check_plan(
    job: Job, partition: Partition, wanted: Mapping[int, tuple[str, str]], plan: GroupPlan
) -> list[tuple[str, bool]]:
    """Whether the plan does for other servers of its group what it does for the one that it was worked out on."""

    def check(case: Case | tuple[str, str]) -> bool:
        try:
            return isinstance(case, Case) and fits(plan, case)
        except Exception:  # noqa: BLE001 - it then does not fit, which is what is reported
            return False

    return [(evidence, check(case)) for evidence, case in _cases(job, partition, wanted)]


__all__ = ["Identified", "Scanned", "answer", "check_plan", "identify", "make_plan", "prepare", "scan"]
