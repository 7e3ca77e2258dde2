"""Access logs line by line: W3C extended (IIS), and the common and combined formats of Apache and nginx.

Sources: W3C "Extended Log File Format" (``#Fields:`` names the columns and may change within a file); IIS writes
blanks within a field as ``+`` [D: "W3C Logging"]; Apache "Log Files" for the combined format. A line that is neither is
counted and passed over; no line makes reading fail.
"""

from __future__ import annotations

import gzip
import io
import re
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Final, cast

from chainlab.errors import InputError
from chainlab.records import dataclass, field

MAX_LINE: Final = 64 * 1024
"""Characters of one line; IIS cuts a request line at 16 KiB, and what is longer is not a log."""

MAX_AGENT: Final = 1_024
"""Characters of a user agent looked at."""

MAX_FIELDS: Final = 200
"""Columns of a W3C log."""

_COMBINED: Final = re.compile(
    r'(?P<address>\S{1,255}) \S{1,255} .{0,255}?\[[^\]]{1,64}\] "(?:[^"\\]|\\.)*" \d{3} \S{1,20}'
    r'(?: "(?:[^"\\]|\\.)*" "(?P<agent>(?:[^"\\]|\\.)*)")?'
)
_GZIP: Final = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class Sighting:
    """One request: the client's address and user agent, either empty where the log does not say."""

    address: str
    agent: str


@dataclass(frozen=True, slots=True)
class Log:
    """A log file; ``progress`` is told the bytes read so far."""

    path: Path
    progress: Callable[[int], None] | None = None


@dataclass(slots=True)
class LogReader:
    """Reads a log; ``skipped`` counts the lines that are no requests and no comments."""

    log: Log
    skipped: int = 0
    _columns: dict[str, int] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Sighting]:
        """The requests in file order; ``InputError`` if the file cannot be read."""
        try:
            with self.log.path.open("rb") as file:
                for line in _lines(file, self.log.progress):
                    found = self._sighting(line)
                    if found is not None:
                        yield found
        except (OSError, EOFError, zlib.error) as error:
            reason = (getattr(error, "strerror", None) or str(error) or type(error).__name__).lower()
            raise InputError(str(self.log.path), f"the log cannot be read: {reason}") from None

    def _sighting(self, line: str) -> Sighting | None:
        if line.startswith("#"):
            self._directive(line)
            return None
        if not line.strip():
            return None
        found = (self._w3c(line) if self._columns else None) or _combined(line)
        if found is None:
            self.skipped += 1
        return found

    def _directive(self, line: str) -> None:
        name, _, rest = line.partition(":")
        if name.strip().lower() == "#fields":
            self._columns = {column.lower(): place for place, column in enumerate(rest.split()[:MAX_FIELDS])}

    def _w3c(self, line: str) -> Sighting | None:
        values = line.split()
        if len(values) != len(self._columns):
            return None
        agent = self._value(values, "cs(user-agent)").replace("+", " ")
        return Sighting(self._value(values, "c-ip"), agent[:MAX_AGENT])

    def _value(self, values: list[str], column: str) -> str:
        place = self._columns.get(column)
        return "" if place is None or values[place] == "-" else values[place]


def _combined(line: str) -> Sighting | None:
    match = _COMBINED.match(line)
    if match is None:
        return None
    agent = match["agent"] or ""
    return Sighting(match["address"], "" if agent == "-" else agent[:MAX_AGENT])


def _lines(file: IO[bytes], progress: Callable[[int], None] | None) -> Iterator[str]:
    """Decoded lines; of one that is longer than ``MAX_LINE`` an unusable rest only."""
    head = file.read(2)
    file.seek(0)
    raw = cast("IO[bytes]", gzip.GzipFile(fileobj=file)) if head == _GZIP else file
    encoding = "utf-16" if head in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    text = io.TextIOWrapper(raw, encoding, errors="replace", newline=None)
    try:
        for number, line in enumerate(_whole_lines(text)):
            yield line
            if progress is not None and number % 4096 == 0:
                progress(file.tell())
    finally:
        text.detach()  # the file is closed by whoever opened it


def _whole_lines(text: io.TextIOWrapper) -> Iterator[str]:
    whole = True
    while line := text.readline(MAX_LINE):
        ended = line.endswith("\n")
        if whole:
            yield line.rstrip("\n") if ended or len(line) < MAX_LINE else "(a line that is too long)"
        whole = ended
