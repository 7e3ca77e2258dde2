"""Encodings that the user has imported: one SQLite file in a folder of the user's, looked up and never read whole.

Table ``certificate``: ``sha256`` (key), ``sha1``, ``subject`` and ``issuer`` (``Name.key``), ``ski``, ``origin``
(the file it came from), ``der``. An encoding is used only if its SHA-256 is the one it is filed under.
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

_VERSION: Final = 2
_COLUMNS: Final = ["sha256", "sha1", "subject", "issuer", "ski", "origin", "der"]
_SCHEMA: Final = f"""
CREATE TABLE IF NOT EXISTS certificate (
  sha256 TEXT NOT NULL UNIQUE, sha1 TEXT NOT NULL, subject TEXT NOT NULL, issuer TEXT NOT NULL, ski TEXT NOT NULL,
  origin TEXT NOT NULL, der BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS by_subject ON certificate (subject);
CREATE INDEX IF NOT EXISTS by_issuer ON certificate (issuer);
CREATE INDEX IF NOT EXISTS by_ski ON certificate (ski);
CREATE INDEX IF NOT EXISTS by_sha1 ON certificate (sha1);
PRAGMA user_version = {_VERSION};
"""

_AGAIN: Final = "delete the file and import the certificates again"

_T = TypeVar("_T")


_UNWRITABLE: Final = ("SQLITE_IOERR", "SQLITE_FULL", "SQLITE_READONLY", "SQLITE_CANTOPEN")
"""What SQLite says of a full disk, and of a place where one may not write."""


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

    def with_issuer(self, key: str) -> list[str]:
        """Fingerprints of the certificates with this issuer (``Name.key``)."""
        return self._column("SELECT sha256 FROM certificate WHERE issuer = ?", key)

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
            (c.sha256, c.sha1, c.subject.key, c.issuer.key, c.ski.hex() if c.ski is not None else "", origin, c.der)
            for c, origin in certificates
            if c.der is not None
        ]
        fresh = not self._file.exists()
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            connection = sqlite3.connect(self._file)
        except (OSError, sqlite3.Error) as error:
            raise InputError(str(self._file), f"cannot be written: {error}") from None
        try:
            if not _is_empty(connection):
                self._check(connection)
            with connection:
                connection.executescript(_SCHEMA)
                before = connection.total_changes
                connection.executemany("INSERT OR IGNORE INTO certificate VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
                return connection.total_changes - before
        except sqlite3.Error as error:
            connection.close()
            if fresh:
                self._file.unlink(missing_ok=True)
            if getattr(error, "sqlite_errorname", "").startswith(_UNWRITABLE):
                raise InputError(str(self._file), f"cannot be written: {error}") from None
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
        self._check(connection)
        return connection

    def _check(self, connection: sqlite3.Connection) -> None:
        """``InputError`` if the file is another program's, or another version's; such a file is left as it is."""
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        columns = [row[1] for row in connection.execute("PRAGMA table_info(certificate)")]
        if version == _VERSION and columns == _COLUMNS:
            return
        connection.close()
        if not columns and version == 0:
            found, hint = "an empty database", _AGAIN
        elif not {"sha256", "der"} <= set(columns):
            found, hint = "a database of another program", "name another folder with --catalog"
        elif version > _VERSION:
            found, hint = f"written by a newer chainlab (version {version})", "update chainlab, or name another folder"
        else:
            found, hint = f"written by an older chainlab (version {version})", _AGAIN
        raise InputError(str(self._file), found, expected=f"imported certificates of version {_VERSION}", hint=hint)

    def _damaged(self, why: str) -> InputError:
        return InputError(str(self._file), f"the imported certificates cannot be read: {why}", hint=_AGAIN)


def _is_empty(connection: sqlite3.Connection) -> bool:
    """A database without any table: SQLite takes an empty or missing file for one."""
    return connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone() is None
