"""Encodings that the user has imported: one SQLite file in a folder of the user's, looked up and never read whole.

Table ``certificate``: ``sha256`` (key), ``sha1``, ``subject`` (``Name.key``), ``ski``, ``origin`` (the file it came
from), ``der``. An encoding is used only if its SHA-256 is the one it is filed under.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final, TypeVar

from chainlab.catalog.catalog import IMPORTED_FILE
from chainlab.certificate import Certificate
from chainlab.errors import InputError

_VERSION: Final = 1
_SCHEMA: Final = f"""
CREATE TABLE IF NOT EXISTS certificate (
  sha256 TEXT NOT NULL UNIQUE, sha1 TEXT NOT NULL, subject TEXT NOT NULL, ski TEXT NOT NULL, origin TEXT NOT NULL,
  der BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS by_subject ON certificate (subject);
CREATE INDEX IF NOT EXISTS by_ski ON certificate (ski);
CREATE INDEX IF NOT EXISTS by_sha1 ON certificate (sha1);
PRAGMA user_version = {_VERSION};
"""

_T = TypeVar("_T")


class Imported:
    """The imported certificates of one folder; opened at the first look-up."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / IMPORTED_FILE
        self._connection: sqlite3.Connection | None = None

    def __reduce__(self) -> tuple[Any, ...]:
        return Imported, (self._file.parent,)  # a connection belongs to its process

    def der(self, sha256: str) -> bytes | None:
        """The encoding with this fingerprint; ``InputError`` if the file is damaged."""
        found = self._rows("SELECT der FROM certificate WHERE sha256 = ?", sha256)
        if not found:
            return None
        der = bytes(found[0][0])
        if hashlib.sha256(der).hexdigest() != sha256:
            raise self._damaged(f"the encoding filed under {sha256} is another one")
        return der

    def with_subject(self, key: str) -> list[str]:
        """Fingerprints of the certificates with this subject (``Name.key``)."""
        return self._column("SELECT sha256 FROM certificate WHERE subject = ?", key)

    def with_ski(self, key_id: str) -> list[str]:
        """Fingerprints of the certificates with this subject key identifier (hexadecimal)."""
        return self._column("SELECT sha256 FROM certificate WHERE ski = ?", key_id)

    def with_sha1(self, sha1: str) -> list[str]:
        """The fingerprint of the certificate with this thumbprint."""
        return self._column("SELECT sha256 FROM certificate WHERE sha1 = ?", sha1)

    def fingerprints(self) -> list[str]:
        """Every fingerprint, sorted."""
        return self._column("SELECT sha256 FROM certificate ORDER BY sha256")

    def subjects(self) -> list[tuple[str, str, str]]:
        """(SHA-256, SHA-1, subject key) of every certificate, for searches."""
        return self._rows("SELECT sha256, sha1, subject FROM certificate ORDER BY sha256")

    def origin(self, sha256: str) -> str:
        """The file that the certificate was imported from; empty if it was not imported."""
        found = self._column("SELECT origin FROM certificate WHERE sha256 = ?", sha256)
        return found[0] if found else ""

    def add(self, certificates: Iterable[tuple[Certificate, str]]) -> int:
        """Add certificates, each with the file it comes from; how many were new. Folder and file are made if needed."""
        rows = [
            (c.sha256, c.sha1, c.subject.key, c.ski.hex() if c.ski is not None else "", origin, c.der)
            for c, origin in certificates
            if c.der is not None
        ]
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            connection = sqlite3.connect(self._file)
        except (OSError, sqlite3.Error) as error:
            raise InputError(str(self._file), f"cannot be written: {error}") from None
        try:
            with connection:
                connection.executescript(_SCHEMA)
                before = connection.total_changes
                connection.executemany("INSERT OR IGNORE INTO certificate VALUES (?, ?, ?, ?, ?, ?)", rows)
                return connection.total_changes - before
        except sqlite3.Error as error:
            raise self._damaged(str(error)) from None
        finally:
            connection.close()

    def _column(self, query: str, *parameters: str) -> list[str]:
        return [str(row[0]) for row in self._rows(query, *parameters)]

    def _rows(self, query: str, *parameters: str) -> list[Any]:
        return self._guarded(lambda connection: connection.execute(query, parameters).fetchall())

    def _guarded(self, work: Callable[[sqlite3.Connection], _T]) -> _T:
        try:
            if self._connection is None:
                self._connection = self._open()
            return work(self._connection)
        except sqlite3.Error as error:
            raise self._damaged(str(error)) from None

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(f"{self._file.resolve().as_uri()}?mode=ro", uri=True)
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version != _VERSION:
            raise self._damaged(f"version {version}, expected {_VERSION}")
        return connection

    def _damaged(self, why: str) -> InputError:
        hint = "delete the file and import the certificates again"
        return InputError(str(self._file), f"the imported certificates cannot be read: {why}", hint=hint)
