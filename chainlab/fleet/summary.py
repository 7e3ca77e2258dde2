"""What a fleet's results come to: counts that add up, groups of servers with the same problem, errors, a change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from chainlab.fleet.database import Query, opened
from chainlab.fleet.group_plan import GroupPlan, PlannedChange
from chainlab.fleet.results import manifest
from chainlab.records import dataclass

MAX_GROUPS: Final = 1_000
"""Groups in a summary; the database has them all."""

MAX_ERRORS: Final = 1_000
"""Error rows in a summary."""

MAX_EXAMPLES: Final = 5
"""Servers named for each group."""

_FETCHED: Final = 10_000


@dataclass(frozen=True, slots=True)
class Counts:
    """``inputs`` = ``computed`` + ``duplicates`` + ``errors`` + ``pending`` (what a stopped run did not get to).

    ``duplicates`` are inputs whose evidence is equal to an earlier one's. ``well``: servers where nothing is wrong;
    ``grouped``: the others that have an answer. ``sites``: server certificates at endpoints.
    """

    inputs: int
    computed: int
    duplicates: int
    errors: int
    pending: int
    well: int
    grouped: int
    sites: int


@dataclass(frozen=True, slots=True)
class GroupSite:
    """One site of the group's first server: what its servers have in common, but for its names."""

    subject: str
    binding: str
    host: str
    basis: str
    certainty: str
    chain_words: str
    accept: int
    reject: int
    unknown: int
    findings: tuple[str, ...]
    reasons: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Servers with the same problem: how many, of how many distinct configurations, some by name, and the plan.

    ``plan`` is ``None`` where none was asked for. ``fitting`` of the ``checked`` other configurations get from it just
    what the first does.
    """

    number: int
    problem: str
    servers: int
    configurations: int
    examples: tuple[str, ...]
    sites: tuple[GroupSite, ...]
    plan: GroupPlan | None
    checked: int
    fitting: int


@dataclass(frozen=True, slots=True)
class ErrorRow:
    """One input without an answer."""

    server: str
    source: str
    kind: str
    error: str


@dataclass(frozen=True, slots=True)
class ChangeSummary:
    """What the proposed change does: servers by outcome, and of each outcome some by name.

    ``outbound``: servers whose own programs would trust less. ``accept_before`` and ``accept_after`` are sums of
    clients over all sites of servers on which it was simulated.
    """

    phrases: tuple[str, ...]
    servers: dict[str, int]
    examples: dict[str, tuple[str, ...]]
    lost: tuple[tuple[str, int], ...]
    gained: tuple[tuple[str, int], ...]
    accept_before: int
    accept_after: int
    outbound: int
    errors: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Summary:
    """The whole answer. ``groups`` and ``errors`` are cut at their caps; the counts are not."""

    at: datetime
    clients: str
    database: Path
    counts: Counts
    groups: tuple[Group, ...]
    group_count: int
    errors: tuple[ErrorRow, ...]
    error_kinds: tuple[tuple[str, int], ...]
    change: ChangeSummary | None

    @property
    def all_well(self) -> bool:
        """Every input has an answer, nothing is wrong, and the change loses nothing."""
        lost = self.change is not None and any(self.change.servers.get(k) for k in ("loses", "not possible"))
        return self.counts.well == self.counts.inputs and not lost


def summarise(database: Path) -> Summary:
    """Read the summary out of a finished database."""
    asked = (manifest(database.parent) or {})["question"]
    with opened(database) as query:
        return Summary(
            datetime.fromisoformat(asked["at"]),
            asked["clients"],
            database,
            _counts(query),
            tuple(_groups(query)),
            _number(query, "SELECT count(*) FROM groups"),
            tuple(ErrorRow(*row) for row in _errors(query)),
            tuple(_pairs(query, """SELECT error_kind, count(*) FROM servers WHERE status = 'error'
                                   GROUP BY 1 ORDER BY 2 DESC, 1""")),
            _change(query, tuple(asked["changes"])) if asked["changes"] else None,
        )  # fmt: skip


def _number(query: Query, statement: str) -> int:
    return int(query.execute(statement).fetchone()[0] or 0)


def _pairs(query: Query, statement: str) -> list[tuple[str, int]]:
    return [(str(name), int(count)) for name, count in query.execute(statement).fetchall()]


def _counts(query: Query) -> Counts:
    by_status = dict(_pairs(query, "SELECT status, count(*) FROM servers GROUP BY 1"))
    answered = "FROM servers WHERE status IN ('computed', 'duplicate')"
    inputs = _number(query, "SELECT inputs FROM run")
    done = [by_status.get(status, 0) for status in ("computed", "duplicate", "error")]
    return Counts(
        inputs,
        done[0],
        done[1],
        done[2],
        inputs - sum(done),
        _number(query, f"SELECT count(*) {answered} AND server_well"),
        _number(query, f"SELECT count(*) {answered} AND NOT server_well"),
        _number(query, "SELECT count(*) FROM servers s JOIN sites USING (evidence)"),
    )


def _errors(query: Query) -> list[tuple[str, str, str, str]]:
    found: list[tuple[str, str, str, str]] = query.execute(
        "SELECT server, source, error_kind, error FROM servers WHERE status = 'error' ORDER BY position LIMIT ?",
        [MAX_ERRORS],
    ).fetchall()
    return found


def _groups(query: Query) -> Iterator[Group]:
    rows = _records(query, 'SELECT * FROM groups ORDER BY "group" LIMIT ?', [MAX_GROUPS])
    for row in rows:
        yield Group(
            row["group"],
            row["problem"],
            row["servers"],
            row["evidences"],
            _examples(query, '"group" = ?', row["group"]),
            tuple(_group_sites(query, row["example_evidence"])),
            _plan(row),
            row["checked"],
            row["fitting"],
        )


def _records(query: Query, statement: str, values: Sequence[Any] = ()) -> list[dict[str, Any]]:
    cursor = query.execute(statement, list(values))
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _examples(query: Query, condition: str, value: object) -> tuple[str, ...]:
    statement = f"SELECT server FROM servers WHERE {condition} ORDER BY position LIMIT {MAX_EXAMPLES}"  # noqa: S608
    return tuple(str(name) for (name,) in query.execute(statement, [value]).fetchall())


def _plan(row: dict[str, Any]) -> GroupPlan | None:
    if row["planned_on"] is None:
        return None
    changes = tuple(
        PlannedChange(
            change["title"],
            change["phrase"],
            tuple(change["powershell"]),
            tuple(change["certutil"]),
            tuple(change["console"]),
            tuple(change["reverted_by"]),
            tuple(change["side_effects"]),
        )
        for change in row["changes"]
    )
    counts = row["accept_before"], row["accept_after"], row["total"], row["lost"]
    return GroupPlan(
        row["problem"], row["planned_on"], changes, *counts, tuple(row["costs"]), row["needs_decision"], row["note"]
    )


def _group_sites(query: Query, evidence: str) -> Iterator[GroupSite]:
    """The sites of one server that are not well, equal problems once."""
    seen = set()
    for row in _records(query, "SELECT * FROM sites WHERE evidence = ? AND NOT well ORDER BY site", [evidence]):
        if row["problem"] in seen:
            continue
        seen.add(row["problem"])
        reasons = query.execute(
            """SELECT coalesce(nullif(reason, ''), verdict), list(client ORDER BY client) FROM failures
               WHERE evidence = ? AND site = ? GROUP BY 1 ORDER BY count(*) DESC, 1""",
            [evidence, row["site"]],
        ).fetchall()
        yield GroupSite(
            row["subject"], row["binding"] or "", row["host"] or "", row["basis"], row["certainty"], row["chain_words"],
            row["accept"], row["reject"], row["unknown"], tuple(row["findings"]),
            tuple((reason, tuple(clients)) for reason, clients in reasons),
        )  # fmt: skip


def _change(query: Query, phrases: tuple[str, ...]) -> ChangeSummary:
    servers = dict(_pairs(query, "SELECT change, count(*) FROM servers WHERE change IS NOT NULL GROUP BY 1"))
    simulated = "FROM servers s JOIN sites x USING (evidence) WHERE x.accept_after IS NOT NULL"
    return ChangeSummary(
        phrases,
        servers,
        {outcome: _examples(query, "change = ?", outcome) for outcome in servers},
        tuple(_pairs(query, _moved("lost"))),
        tuple(_pairs(query, _moved("gained"))),
        _number(query, f"SELECT sum(x.accept) {simulated}"),
        _number(query, f"SELECT sum(x.accept_after) {simulated}"),
        _number(query, "SELECT count(*) FROM servers WHERE outbound_lost > 0"),
        tuple(_pairs(query, """SELECT change_error, count(*) FROM servers WHERE change_error IS NOT NULL
                               GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 20""")),
    )  # fmt: skip


def _moved(column: str) -> str:
    """Clients in a list column, each with the number of servers where it stands there."""
    return (
        f"SELECT client, count(DISTINCT position) FROM (SELECT s.position, unnest(x.{column}) AS client "  # noqa: S608
        "FROM servers s JOIN sites x USING (evidence)) GROUP BY 1 ORDER BY 2 DESC, 1"
    )


def csv_rows(database: Path) -> Iterator[list[str]]:
    """Every row of ``results`` as text, a header first, in the order of the inputs."""
    with opened(database) as query:
        cursor = query.execute("SELECT * FROM results ORDER BY position, site")
        yield [column[0] for column in cursor.description]
        while rows := cursor.fetchmany(_FETCHED):
            for row in rows:
                yield [_text(value) for value in row]


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return " ".join(map(str, value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value.strftime("%Y-%m-%dT%H:%M:%SZ") if isinstance(value, datetime) else str(value)


__all__ = ["ChangeSummary", "Counts", "ErrorRow", "Group", "GroupSite", "Summary", "csv_rows", "summarise"]
