"""Microsoft's trusted root program: which roots Windows brings by itself, and with which restrictions.

Source: the signed AuthRoot certificate trust list (authroot.stl) of the dates in the file names; per root the
certificate properties that Windows sets on the copy it installs (SDK header wincrypt.h; Microsoft's deprecation
policy for NOT_BEFORE and DISALLOWED).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from chainlab.catalog.catalog import DATA, parse_instant, read_json_lines
from chainlab.records import dataclass

ALWAYS: Final = datetime(1601, 1, 1, tzinfo=UTC)
"""The beginning of Windows file time: an empty FILETIME property means "from the beginning"."""


@dataclass(frozen=True, slots=True)
class ProgramEntry:
    """One root of the list. ``None`` means: the list sets no such property.

    ``purposes``: the only purposes allowed (property 9). ``disallowed_after``: from then on the root, or with
    ``disallowed_purposes`` these purposes, are distrusted (104, 122). ``not_before_after``: certificates issued later
    are not trusted, for all purposes or those of ``not_before_purposes`` (126, 127).
    """

    sha256: str
    sha1: str
    name: str
    purposes: frozenset[str] | None = None
    disallowed_after: datetime | None = None
    disallowed_purposes: frozenset[str] | None = None
    not_before_after: datetime | None = None
    not_before_purposes: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class RootProgram:
    """One dated list; ``source`` says where it comes from in words."""

    this_update: datetime
    entries: Mapping[str, ProgramEntry]
    source: str

    @classmethod
    def load(cls, at: datetime, data: Path = DATA) -> RootProgram:
        """The newest list published at ``at``; for earlier dates the oldest one that ships."""
        files = sorted(data.glob("root-program-*.jsonl"))
        published = [file for file in files if file.stem[-10:] <= at.date().isoformat()]
        return cls.from_rows(read_json_lines((published or files[:1])[-1]))

    @classmethod
    def from_rows(cls, rows: list[dict[str, Any]]) -> RootProgram:
        """From the rows of a data file: a head with the date, then one row a root."""
        head, *entries = rows
        updated = parse_instant(head["this_update"])
        return cls(
            updated,
            {row["sha256"]: _entry(row) for row in entries},
            f"Microsoft root program list of {updated.date().isoformat()}",
        )

    def entry(self, sha256: str) -> ProgramEntry | None:
        """The list's entry for this root, if it is on the list."""
        return self.entries.get(sha256)


def _entry(row: Mapping[str, Any]) -> ProgramEntry:
    return ProgramEntry(
        row["sha256"],
        row["sha1"],
        row["name"],
        _purposes(row.get("eku")),
        _moment(row.get("disallowed_after")),
        _purposes(row.get("disallowed_eku")),
        _moment(row.get("not_before_after")),
        _purposes(row.get("not_before_eku")),
    )


def _purposes(value: Iterable[str] | None) -> frozenset[str] | None:
    return None if value is None else frozenset(value)


def _moment(value: str | None) -> datetime | None:
    if value is None:
        return None
    return ALWAYS if value == "always" else parse_instant(value)
