"""Cabinet files, as Windows Update delivers its lists: each member is an input of its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import PureWindowsPath
from typing import TYPE_CHECKING

from chainlab.errors import InputError, LimitError
from chainlab.evidence.model import ContainerEvidence, Item, Place
from chainlab.evidence.reading import ReadOptions, Unpacking, placed, read_bytes
from chainlab.evidence.store_paths import store_of_path
from chainlab.findings import BROKEN_PART, Finding

if TYPE_CHECKING:
    from chainlab.evidence.cabinet import Cabinet, CabinetError, Member

FORMAT = "cabinet"
PRIORITY = 101


def sniff(data: bytes) -> bool:
    """The signature MSCF."""
    return data.startswith(b"MSCF")


def read(data: bytes, place: Place, options: ReadOptions) -> Iterator[Item]:
    """The evidence of all members, in the order of the cabinet's directory."""
    from chainlab.evidence.cabinet import CabinetError, read_directory

    try:
        cabinet = read_directory(data, options.limits.members)
    except CabinetError as error:
        raise InputError(str(place), f"damaged cabinet: {error}", hint="fetch it again") from None
    yield ContainerEvidence(place, FORMAT, (("members", str(len(cabinet.members))),))
    unpacking, problems = options.unpacking, []
    unpacking.take_members(len(cabinet.members), place)
    for member, content in _members(data, cabinet, place, options.limits.unpacked_ratio, unpacking):
        where, store = place.within(member.name), store_of_path(PureWindowsPath(member.name))
        try:
            items = _member_items(content, where, replace(options, budget=unpacking))
            yield from (placed(item, store) for item in items)
        except InputError as error:
            problems.append(error)
            yield Finding(BROKEN_PART, {"place": str(where), "why": str(error).removeprefix(f"{where}: ")})
    if problems and len(problems) == len(cabinet.members):
        raise problems[0]


def _member_items(content: bytes | CabinetError, place: Place, options: ReadOptions) -> Iterator[Item]:
    if not isinstance(content, bytes):
        raise InputError(str(place), str(content))
    yield from read_bytes(content, place, options)


def _members(
    data: bytes, cabinet: Cabinet, place: Place, ratio: int, unpacking: Unpacking
) -> Iterator[tuple[Member, bytes | CabinetError]]:
    """Each member with its content, or why it has none; the caps hold for the whole cabinet and what is around it."""
    from chainlab.evidence.cabinet import CabinetError

    cap = min(unpacking.bytes, ratio * len(data))
    unpacked = handed_out = 0  # folders may share blocks and members may overlap in a hostile directory: both count
    folders: dict[int, bytes | CabinetError] = {}
    for member in cabinet.members:
        if member.folder not in folders:
            content = folders[member.folder] = _folder(data, cabinet, member.folder, cap - unpacked)
            if isinstance(content, bytes):
                unpacking.take_bytes(len(content), place)
        content = folders[member.folder]
        if not isinstance(content, bytes):
            yield member, content
            continue
        unpacked = sum(len(folder) for folder in folders.values() if isinstance(folder, bytes))
        handed_out += member.size
        if max(unpacked, handed_out) > cap:
            raise LimitError(str(place), f"unpacks to more than the cap of {cap} bytes")
        if member.offset + member.size > len(content):
            yield member, CabinetError(f"its {member.size} bytes lie beyond the end of the data")
        else:
            yield member, content[member.offset : member.offset + member.size]


def _folder(data: bytes, cabinet: Cabinet, number: int, left: int) -> bytes | CabinetError:
    from chainlab.evidence.cabinet import CabinetError, unpack_folder

    try:
        return unpack_folder(data, cabinet, number, left)
    except CabinetError as error:
        return error
