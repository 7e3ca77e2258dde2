"""The folder that a fleet's results are kept in, and the journal that it is: what is there is done.

Every file is written under another name and renamed, so that it is there as a whole or not at all.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Final, TypeVar

from chainlab.errors import InputError, UsageError
from chainlab.fleet.extra import load_parquet
from chainlab.fleet.job import digest_of
from chainlab.fleet.tables import TABLES, Batch, batch_of
from chainlab.records import dataclass, field

MANIFEST: Final = "fleet.json"
DATABASE: Final = "fleet.duckdb"
RESULTS: Final = "results.parquet"
SCHEMA: Final = "chainlab.fleet-run/1"

_BEGUN: Final = frozenset({*TABLES, "lock"})
"""What a run leaves that ended before it could write its manifest: nothing but empty folders."""

_T = TypeVar("_T")


@dataclass(slots=True)
class Results:
    """The folder. ``parts`` has a file for each partition, the other tables a file for each batch of results."""

    folder: Path
    _lock: sqlite3.Connection | None = field(default=None, repr=False)
    _next: dict[str, int] = field(default_factory=dict)

    @classmethod
    def open(cls, folder: Path, asked: Mapping[str, Any]) -> Results:
        """Make or continue a run; ``UsageError`` if the folder holds another one, or something else.

        ``asked``: the question (``chainlab.fleet.job.question``); only a run that asks the same can be continued.
        """
        return _wrapped(folder, lambda: cls._opened(folder, asked))

    @classmethod
    def _opened(cls, folder: Path, asked: Mapping[str, Any]) -> Results:
        known = manifest(folder)
        if known is None and folder.is_dir() and any(file.name not in _BEGUN for file in folder.iterdir()):
            raise UsageError(f"the directory {folder} is not empty and holds no fleet's results; name another")
        if known is not None and digest_of(known["question"]) != digest_of(asked):
            different = ", ".join(sorted(k for k in asked if known["question"].get(k) != asked[k])) or "question"
            raise UsageError(f"{folder} holds results for another question (different: {different}); name another "
                             "directory, or ask the same to continue")  # fmt: skip
        for table in TABLES:
            (folder / table).mkdir(parents=True, exist_ok=True)
        found = cls(folder)
        found._claim()
        if known is None:
            document = {"schema": SCHEMA, "question": dict(asked)}
            found._write(folder / MANIFEST, (json.dumps(document, indent=2) + "\n").encode())
        for leftover in folder.glob("*/.*.part"):
            leftover.unlink()
        for table in TABLES:
            names = [int(f.stem) for f in (folder / table).glob("*.parquet") if f.stem.isdecimal()]
            found._next[table] = max(names, default=0) + 1
        return found

    def _claim(self) -> None:
        """One run at a time: the lock is the system's and goes with the process, however that ends."""
        connection = sqlite3.connect(self.folder / "lock", timeout=0, isolation_level=None)
        try:
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            connection.close()
            if error.sqlite_errorname != "SQLITE_BUSY":
                raise InputError(str(self.folder), f"cannot be written: {error}") from None
            raise UsageError(f"another run is at work in {self.folder}") from None
        self._lock = connection

    def close(self) -> None:
        """Let other runs in."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def part(self, identity: str) -> Path:
        """The file of a partition."""
        return self.folder / "parts" / f"{identity}.parquet"

    def write_part(self, identity: str, data: bytes) -> None:
        """Keep a partition's rows."""
        self._write(self.part(identity), data)

    def firsts(self, identity: str) -> dict[str, int] | None:
        """The distinct contents of a partition that is kept, with the first row of each.

        ``None`` if it is not kept, or has rows that could not be read: those are tried again.
        """
        try:
            table = load_parquet().read_table(self.part(identity), columns=["row", "content", "error_kind"])
        except (OSError, ValueError):
            return None
        if any(table.column("error_kind").to_pylist()):
            return None
        pairs = zip(table.column("content").to_pylist(), table.column("row").to_pylist(), strict=True)
        return dict(reversed(list(pairs)))

    def add(self, table: str, values: Iterable[Any]) -> None:
        """Keep some results."""
        self.keep(table, batch_of(table, values))

    def keep(self, table: str, batch: Batch) -> None:
        """Keep a batch of results."""
        if batch.count:
            number = self._next[table]
            self._next[table] = number + 1
            self._write(self.folder / table / f"{number:08d}.parquet", batch.data)

    def files(self, table: str) -> list[str]:
        """The files of a table, oldest first."""
        return sorted(str(file) for file in (self.folder / table).glob("*.parquet"))

    def _write(self, path: Path, data: bytes) -> None:
        def put() -> None:
            temporary = path.with_name(f".{path.name}.part")
            try:
                temporary.write_bytes(data)
                temporary.replace(path)
            except BaseException:
                temporary.unlink(missing_ok=True)
                raise

        _wrapped(path, put)


def manifest(folder: Path) -> dict[str, Any] | None:
    """The question that the results in a folder answer; ``None`` if there are none."""
    try:
        document = json.loads((folder / MANIFEST).read_text("utf-8"))
        if document["schema"] != SCHEMA or not isinstance(document["question"], dict):
            raise UsageError(f"{folder / MANIFEST} is not of the schema {SCHEMA}")
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError, OSError) as error:
        raise InputError(str(folder / MANIFEST), f"damaged: {error}", expected="the manifest of a fleet") from None
    found: dict[str, Any] = document
    return found


def _wrapped(path: Path, work: Callable[[], _T]) -> _T:
    try:
        return work()
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        raise InputError(str(path), f"cannot be written: {reason}") from None


__all__ = ["DATABASE", "MANIFEST", "RESULTS", "Results", "manifest"]
