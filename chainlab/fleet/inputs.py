"""What a fleet consists of: folders and lists, cut into partitions that can be read again, whole or row by row.

A folder: every file below it is one server, a folder with the manifest of an evidence bundle is one server as a whole.
A list (Parquet or CSV): one server a row, with the columns ``server`` and ``content`` or ``path``.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Collection, Iterable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import Final

from chainlab.errors import InputError, LimitError, UsageError
from chainlab.evidence.bundle import MANIFEST, SCHEMA
from chainlab.evidence.reading import Limits
from chainlab.fleet.lists import is_list, list_partitions
from chainlab.fleet.rows import Partition, Row, load_content, printable
from chainlab.records import dataclass

PARTITION_FILES: Final = 1024
"""Files of one partition: what one worker reads at a time, and what is read again after a crash."""

MAX_INPUTS: Final = 20_000_000
"""Inputs of one fleet; more is several fleets."""

_MANIFEST_HEAD: Final = 4096


class Each(StrEnum):
    """What below a folder counts as one server."""

    FILE = "file"
    FOLDER = "folder"


@dataclass(frozen=True, slots=True)
class FilePartition:
    """Files below a folder, by their relative paths; one that ends with a slash is a folder that is one server."""

    folder: str
    paths: tuple[str, ...]
    identity: str

    @property
    def count(self) -> int:
        """One row a path."""
        return len(self.paths)

    def rows(self, limits: Limits, wanted: Collection[int] | None = None) -> Iterator[tuple[int, Row]]:
        """Each file is opened when its row is reached."""
        for number, path in enumerate(self.paths):
            if wanted is None or number in wanted:
                name, found = printable(path.rstrip("/")), Path(self.folder) / path
                server = name if path.endswith("/") else str(Path(name).with_suffix("").as_posix())
                yield number, Row(server, printable(str(found)), load_content(found, limits))


def partitions(inputs: Iterable[Path], work: Path, each: Each = Each.FILE) -> list[Partition]:
    """The inputs cut into partitions, in order; ``work`` is where lists that are not Parquet are converted to it."""
    found: list[Partition] = []
    for path in inputs:
        if path.is_dir():
            found += _folder_partitions(path, each)
        elif path.is_file() and is_list(path):
            found += list_partitions(path, work)
        elif path.exists():
            raise UsageError(f"{path} is neither a folder nor a list; one server's file is for 'chainlab diagnose'")
        else:
            raise InputError(str(path), "no such file or folder", expected="a folder of evidence, or a list of it")
    total = sum(partition.count for partition in found)
    if not total:
        raise InputError(", ".join(map(str, inputs)), "nothing in it", expected="evidence of servers")
    if total > MAX_INPUTS:
        raise LimitError(", ".join(map(str, inputs)), f"{total} inputs are more than the cap of {MAX_INPUTS}")
    return found


def _folder_partitions(folder: Path, each: Each) -> Iterator[FilePartition]:
    """Partitions of so many files each, sorted by path."""
    paths: list[str] = []
    digest = hashlib.sha256()
    for path, stamp in _servers(folder, each):
        paths.append(path)
        digest.update(f"{path}\0{stamp}\0".encode("utf-8", "surrogatepass"))
        if len(paths) == PARTITION_FILES:
            yield _file_partition(folder, paths, digest.hexdigest())
            paths, digest = [], hashlib.sha256()
    if paths:
        yield _file_partition(folder, paths, digest.hexdigest())


def _file_partition(folder: Path, paths: list[str], stamps: str) -> FilePartition:
    where = str(folder.absolute())
    identity = hashlib.sha256(f"{where}\0{stamps}".encode("utf-8", "surrogatepass")).hexdigest()
    return FilePartition(where, tuple(paths), identity)


def _servers(folder: Path, each: Each, inside: str = "") -> Iterator[tuple[str, str]]:
    """Relative path and stamp (size, time of change) of every file or folder that is one server, sorted."""
    try:
        with os.scandir(folder / inside) as entries:
            found = sorted((entry for entry in entries if not entry.name.startswith(".")), key=lambda e: e.name)
    except OSError as error:
        raise InputError(str(folder / inside), f"cannot be read: {(error.strerror or str(error)).lower()}") from None
    for entry in found:
        path = f"{inside}{entry.name}"
        if entry.is_dir(follow_symlinks=False):
            if each is Each.FOLDER or _is_bundle(Path(entry.path)):
                yield f"{path}/", _folder_stamp(Path(entry.path))
            else:
                yield from _servers(folder, each, f"{path}/")
        elif entry.is_file() and each is Each.FILE:
            stat = entry.stat()
            yield path, f"{stat.st_size} {stat.st_mtime_ns}"


def _is_bundle(folder: Path) -> bool:
    try:
        with (folder / MANIFEST).open("rb") as file:
            return SCHEMA.encode() in file.read(_MANIFEST_HEAD).replace(b"\0", b"")  # UTF-16 too
    except OSError:
        return False


def _folder_stamp(folder: Path) -> str:
    stats = ((file.relative_to(folder).as_posix(), file.stat()) for file in sorted(folder.rglob("*")) if file.is_file())
    return " ".join(f"{name} {stat.st_size} {stat.st_mtime_ns}" for name, stat in stats)


__all__ = ["Each", "FilePartition", "Partition", "partitions"]
