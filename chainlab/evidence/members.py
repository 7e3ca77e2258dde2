"""Folders and archives: many inputs in one, each read by itself, whatever happens to the others.

A member's path may name the store it was exported from (``LocalMachine/CA/…``); a folder or archive with the manifest
of an evidence bundle is read as that bundle, PFX files named for hosts as a Central Certificate Store. Nothing is ever
unpacked to disk: paths are labels.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePath, PurePosixPath
from typing import Protocol

from chainlab.errors import InputError, LimitError, PasswordError
from chainlab.evidence.bundle import bundle_items, find_bundles
from chainlab.evidence.central_store import central_store_files, central_store_items
from chainlab.evidence.model import Item, Place
from chainlab.evidence.reading import EXPECTED, Limits, ReadOptions, load, placed, read_file
from chainlab.evidence.store_paths import store_of_path
from chainlab.findings import BROKEN_PART, ENCRYPTED_MEMBER, Finding
from chainlab.server import StoreName


class EncryptedMemberError(InputError):
    """A member that its archive keeps encrypted."""


@dataclass(frozen=True, slots=True)
class Member:
    """One member: its path with forward slashes, relative to the whole, and its number among the members."""

    path: str
    number: int


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
        """Every file below, sorted; ``LimitError`` if there are more than the cap."""
        files = [file for file in sorted(self.path.rglob("*")) if file.is_file() and not file.name.startswith(".")]
        if len(files) > self.limits.files:
            raise LimitError(str(self.path), f"{len(files)} files are more than the cap of {self.limits.files}")
        return [Member(file.relative_to(self.path).as_posix(), number) for number, file in enumerate(files)]

    def place_of(self, member: Member) -> Place:
        """The file's own path."""
        return Place(str(self.path / member.path))

    def load(self, member: Member) -> bytes:
        """The file's bytes."""
        return load(self.path / member.path, self.limits)

    def items(self, member: Member, options: ReadOptions) -> Iterable[Item]:
        """The file as an input of its own."""
        return read_file(self.path / member.path, options).items


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
    read, password_problem = bool(bundles), None
    for member in loose:
        try:
            for item in _items(whole, member, options, store, central):
                read = read or not isinstance(item, Finding)
                yield item
        except InputError as error:
            password_problem = password_problem or (error if isinstance(error, PasswordError) else None)
            yield problem(error)
    if not read:
        found = f"no certificate in {len(members)} files"
        raise password_problem or InputError(str(whole.place), found, expected=EXPECTED)


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


def problem(error: InputError) -> Finding:
    """The finding that a member could not be read."""
    if isinstance(error, EncryptedMemberError):
        return Finding(ENCRYPTED_MEMBER, {"place": error.place})
    return Finding(BROKEN_PART, {"place": error.place, "why": str(error).removeprefix(f"{error.place}: ")})
