"""Rows: the servers of a fleet, and the partitions that they come in."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Protocol

from chainlab.errors import InputError, LimitError
from chainlab.evidence.members import entries_below, refuse_special
from chainlab.evidence.reading import Limits, load
from chainlab.fleet.contents import Content
from chainlab.records import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One server of a fleet: its name, where it came from, and its content or why that cannot be read."""

    server: str
    source: str
    content: Content | InputError


class Partition(Protocol):
    """A part of the inputs: ``identity`` is the same as long as nothing in it changed."""

    @property
    def identity(self) -> str:
        """The hash of what it consists of."""
        ...

    @property
    def count(self) -> int:
        """How many rows it has."""
        ...

    def rows(self, limits: Limits, wanted: Collection[int] | None = None) -> Iterator[tuple[int, Row]]:
        """Its rows with their numbers, all or those wanted."""
        ...


def printable(text: str) -> str:
    """The text as UTF-8 can carry it: bytes of a file name that are none become visible."""
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()


def load_content(path: Path, limits: Limits) -> Content | InputError:
    """The bytes of a file, or of all files of a folder; what went wrong is the row's error."""
    try:
        return _folder(path, limits) if path.is_dir() else load(path, limits)
    except InputError as error:
        return error


def _folder(path: Path, limits: Limits) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    left = limits.unpacked_bytes
    for file in sorted(entries_below(path)):
        if file.name.startswith("."):
            continue
        refuse_special(file)
        data = load(file, limits)
        left -= len(data)
        if left < 0 or len(files) >= limits.files:
            raise LimitError(str(path), f"more than {limits.files} files or {limits.unpacked_bytes} bytes in a folder")
        files[file.relative_to(path).as_posix()] = data
    if not files:
        raise InputError(str(path), "the folder is empty", expected="the files of one server")
    return files
