"""Folders and archives: many inputs in one, each read by itself, whatever happens to the others.

A member's path may name the store it was exported from (``LocalMachine/CA/…``); a folder or archive with the manifest
of an evidence bundle is read as that bundle, PFX files named for hosts as a Central Certificate Store. Nothing is ever
unpacked to disk: paths are labels.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from copy import copy
from pathlib import Path, PurePath, PurePosixPath
from typing import Protocol

from chainlab.errors import InputError, LimitError, PasswordError
from chainlab.evidence.bundle import bundle_items, find_bundles
from chainlab.evidence.central_store import central_store_files, central_store_items
from chainlab.evidence.model import Item, Place
from chainlab.evidence.reading import EXPECTED, Limits, ReadOptions, load, placed, problem, read_file
from chainlab.evidence.store_paths import store_of_path
from chainlab.findings import Finding
from chainlab.records import dataclass
from chainlab.server import StoreName
from chainlab.wording import number_of


@dataclass(frozen=True, slots=True)
class Member:
    """One member: its path with forward slashes, relative to the whole, and its number among the members."""

    path: str
    number: int


def visible_members(names: Iterable[str]) -> list[Member]:
    """The files among an archive's names, with forward slashes whatever the writer used; hidden ones are left out."""
    paths = [(number, name.replace("\\", "/")) for number, name in enumerate(names)]
    return [
        Member(path, number)
        for number, path in paths
        if not path.endswith("/") and not path.rpartition("/")[2].startswith(".")
    ]


class Members(Protocol):
    """What a folder and every kind of archive can do."""

    @property
    def place(self) -> Place:
        """Where the whole is."""
        ...

    def members(self) -> list[Member]:
        """The files in it, in reading order, hidden ones left out."""
        ...

    def place_of(self, member: Member) -> Place:
        """Where a member is."""
        ...

    def load(self, member: Member) -> bytes:
        """A member's content; ``InputError`` if it cannot be had or is over a cap."""
        ...

    def items(self, member: Member, options: ReadOptions) -> Iterable[Item]:
        """What the readers find in a member; ``InputError`` if nothing."""
        ...


@dataclass(frozen=True, slots=True)
class Folder:
    """The files below a directory."""

    path: Path
    limits: Limits

    @property
    def place(self) -> Place:
        """The directory itself."""
        return Place(str(self.path))

    def members(self) -> list[Member]:
        """Every file below, sorted, and what cannot be read as one; ``LimitError`` if there are more than the cap."""
        files = [file for file in sorted(entries_below(self.path)) if not file.name.startswith(".")]
        if len(files) > self.limits.files:
            raise LimitError(str(self.path), f"{len(files)} files are more than the cap of {self.limits.files}")
        return [Member(file.relative_to(self.path).as_posix(), number) for number, file in enumerate(files)]

    def place_of(self, member: Member) -> Place:
        """The file's own path."""
        return Place(str(self.path / member.path))

    def load(self, member: Member) -> bytes:
        """The file's bytes."""
        refuse_special(self.path / member.path)
        return load(self.path / member.path, self.limits)

    def items(self, member: Member, options: ReadOptions) -> Iterable[Item]:
        """The file as an input of its own."""
        path = self.path / member.path
        refuse_special(path)
        return read_file(path, options).items


def entries_below(folder: Path) -> Iterator[Path]:
    """Everything below a folder but the folders in it, except those that are not entered: links, and locked ones."""
    locked: list[OSError] = []
    for here, folders, files in os.walk(folder, onerror=locked.append):
        yield from (Path(here, name) for name in files)
        yield from (Path(here, name) for name in folders if Path(here, name).is_symlink())
    yield from (Path(error.filename) for error in locked if Path(error.filename) != folder)


def refuse_special(path: Path) -> None:
    """``InputError`` for what is in a folder and no file: links to folders, locked folders, pipes, devices."""
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode) and not path.is_symlink():
            next(path.iterdir(), None)
    except OSError as error:
        raise InputError(str(path), f"cannot be read: {(error.strerror or type(error).__name__).lower()}") from None
    if stat.S_ISDIR(mode):
        raise InputError(str(path), "a link to a folder, which is not followed")
    if not stat.S_ISREG(mode):
        raise InputError(str(path), "a pipe, socket or device, which is not read")


def member_items(whole: Members, options: ReadOptions, store: StoreName | None = None) -> Iterator[Item]:
    """Everything that can be read; certificates without a store get ``store``, else the one their path names.

    Members that are not evidence are findings, a wrong password too; ``InputError`` if nothing at all was read.
    """
    members = whole.members()
    bundles = find_bundles(whole, members)
    bundled = {member.number for bundle in bundles for member in (bundle.manifest, *bundle.files.values())}
    for bundle in bundles:
        yield from bundle_items(bundle, options)
    loose = [member for member in members if member.number not in bundled]
    central = central_store_files(PurePosixPath(member.path) for member in loose)
    read = bool(bundles)
    problems: list[InputError] = []
    for member in loose:
        try:
            for item in _items(whole, member, options, store, central):
                read = read or not isinstance(item, Finding)
                yield item
        except InputError as error:
            problems.append(copy(error))  # without its traceback, which would keep the member's content alive
            yield problem(error)
    if not read:
        raise _nothing_read(whole, members, problems)


def _nothing_read(whole: Members, members: list[Member], problems: list[InputError]) -> InputError:
    """A wrong password before all else; one file alone says itself what is wrong with it; a cap is always named."""
    password = next((error for error in problems if isinstance(error, PasswordError)), None)
    alone = problems[0] if len(members) == len(problems) == 1 else None
    found = f"no certificate in {number_of(len(members), 'file')}"
    capped = next((error for error in problems if isinstance(error, LimitError)), None)
    return password or alone or capped or InputError(str(whole.place), found, expected=EXPECTED)


def _items(
    whole: Members, member: Member, options: ReadOptions, store: StoreName | None, central: set[PurePath]
) -> Iterator[Item]:
    """The items of one member in their store, and its binding if it lies in a Central Certificate Store."""
    path, found = PurePosixPath(member.path), []
    for item in whole.items(member, options):
        found.append(item)
        yield placed(item, store or store_of_path(path))
    if path in central:
        yield from central_store_items(path, whole.place_of(member), found)
