"""Clients by family and year, and who fails in few words: the HTML report's views of the verdicts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final

from chainlab.clients import ClientVerdict, Verdict
from chainlab.records import dataclass
from chainlab.report.text import count_failing
from chainlab.report.words import series_of, version_key

_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

MAX_YEARS: Final = 15
"""Columns of the matrix, so that it fits a screen; the years before are one column."""

MAX_SERIES: Final = 6
"""Kinds of client named at the top of an answer; the matrix has them all."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One client in the matrix."""

    id: str
    name: str
    version: str


@dataclass(frozen=True, slots=True)
class Matrix:
    """Clients by family and year of their trust store: one row a series, with one list of cells for each year."""

    years: tuple[str, ...] = ()
    rows: tuple[tuple[str, str, tuple[tuple[Cell, ...], ...]], ...] = ()


def matrix(verdicts: Sequence[ClientVerdict]) -> Matrix:
    """The clients of these verdicts."""
    years = sorted({_year(verdict) for verdict in verdicts})
    joined = years[: max(0, len(years) - MAX_YEARS + 1)] if len(years) > MAX_YEARS else []
    columns = [joined, *([year] for year in years[len(joined) :])] if joined else [[year] for year in years]
    rows: dict[str, list[ClientVerdict]] = defaultdict(list)
    for verdict in verdicts:
        rows[series_of(verdict.profile.name)[0]].append(verdict)
    return Matrix(
        tuple(f"to {column[-1]}" if len(column) > 1 else column[0] for column in columns),
        tuple((name, _families(row), tuple(_cells(row, column) for column in columns))
              for name, row in sorted(rows.items(), key=lambda item: item[0].casefold())),
    )  # fmt: skip


def _year(verdict: ClientVerdict) -> str:
    return verdict.profile.date[:4] or "undated"


def _families(row: Iterable[ClientVerdict]) -> str:
    """The verifier families of a row, versions of one together."""
    return ", ".join(sorted({verdict.profile.family.split("-")[0] for verdict in row}))


def _cells(row: Iterable[ClientVerdict], years: Sequence[str]) -> tuple[Cell, ...]:
    """The clients of a row whose trust stores are of these years."""
    cells = [(series_of(v.profile.name)[1], v.profile) for v in row if _year(v) in years]
    ordered = sorted(cells, key=lambda cell: (version_key(cell[0]), cell[1].id))
    year = years[0] if len(years) == 1 else ""
    return tuple(
        Cell(profile.id, profile.name, _in_year(short(version or profile.date), year)) for version, profile in ordered
    )


def short(version: str) -> str:
    """The start of a version, for a narrow column; its full name is beside it."""
    return version.split(" (")[0].split(" / ")[0][:12]


def _in_year(version: str, year: str) -> str:
    """A date within the year of its column: its month alone."""
    month = version[5:7]
    dated = version.startswith(f"{year}-") and month.isdecimal() and 1 <= int(month) <= 12
    return _MONTHS[int(month) - 1] if dated else version


def who_fails(verdicts: Iterable[ClientVerdict]) -> tuple[tuple[str, ...], int, int]:
    """The kinds of client of which most fail, in words; how many further kinds, and how many clients those are."""
    series: dict[str, list[ClientVerdict]] = defaultdict(list)
    for verdict in verdicts:
        series[series_of(verdict.profile.name)[0]].append(verdict)
    failing = {name: count_failing(members) for name, members in series.items()}
    ordered = sorted((name for name in series if failing[name]), key=lambda name: (-failing[name], name.casefold()))
    further = ordered[MAX_SERIES:]
    words = tuple(_series_words(name, series[name]) for name in ordered[:MAX_SERIES])
    return words, len(further), sum(failing[name] for name in further)


def _series_words(name: str, members: Sequence[ClientVerdict]) -> str:
    """``Android up to 14 (20 of 22)``: the versions from the oldest on where just those fail, else the count."""
    ordered = sorted(members, key=lambda member: version_key(_version(member)))
    fails = [member.verdict is not Verdict.ACCEPT for member in ordered]
    count, total = sum(fails), len(fails)
    if total == 1:
        return members[0].profile.name
    if count == total:
        return f"{name}: all {total}"
    if all(fails[:count]):
        return f"{name} up to {short(_version(ordered[count - 1]))} ({count} of {total})"
    return f"{name} ({count} of {total})"


def _version(verdict: ClientVerdict) -> str:
    return series_of(verdict.profile.name)[1] or verdict.profile.date
