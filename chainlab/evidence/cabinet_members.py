"""The members of a cabinet, read from memory under the caps of what they unpack to."""

from __future__ import annotations

from collections.abc import Iterable

from chainlab.errors import InputError, LimitError
from chainlab.evidence.cabinet import Cabinet, CabinetError, read_directory, unpack_folder
from chainlab.evidence.members import Member, visible_members
from chainlab.evidence.model import Item, Place
from chainlab.evidence.reading import ReadOptions, Unpacking, read_bytes
from chainlab.records import dataclass, field


@dataclass(frozen=True, slots=True)
class OpenCabinet:
    """One open cabinet; a folder is unpacked, whole, when its first member is asked for.

    ``cap``: bytes that it may unpack to. ``unpacking`` counts what it and everything nested with it may still unpack.
    """

    data: bytes = field(repr=False)
    cabinet: Cabinet
    place: Place
    cap: int
    unpacking: Unpacking = field(repr=False)
    _folders: dict[int, bytes | CabinetError] = field(default_factory=dict, repr=False)

    @classmethod
    def open(cls, data: bytes, place: Place, options: ReadOptions) -> OpenCabinet:
        """Read the directory; ``InputError`` if it is damaged, ``LimitError`` if it announces too much.

        Members may overlap in a hostile directory: each one's bytes count.
        """
        try:
            cabinet = read_directory(data, options.limits.members)
        except CabinetError as error:
            raise InputError(str(place), f"damaged cabinet: {error}", hint="fetch it again") from None
        unpacking = options.unpacking
        unpacking.take_members(len(cabinet.members), place)
        cap = min(unpacking.bytes, options.limits.unpacked_ratio * len(data))
        if sum(member.size for member in cabinet.members) > cap:
            raise LimitError(str(place), f"unpacks to more than the cap of {cap} bytes")
        return cls(data, cabinet, place, cap, unpacking)

    def members(self) -> list[Member]:
        """Every file by its path (``visible_members``)."""
        return visible_members(member.name for member in self.cabinet.members)

    def place_of(self, member: Member) -> Place:
        """The cabinet, then the member's path."""
        return self.place.within(member.path)

    def load(self, member: Member) -> bytes:
        """The member's part of what its folder unpacks to."""
        listed, place = self.cabinet.members[member.number], str(self.place_of(member))
        content = self._folder(listed.folder)
        if not isinstance(content, bytes):
            raise InputError(place, str(content))
        if listed.offset + listed.size > len(content):
            raise InputError(place, f"its {listed.size} bytes lie beyond the end of the data")
        return content[listed.offset : listed.offset + listed.size]

    def _folder(self, number: int) -> bytes | CabinetError:
        """A folder's content, or why it has none; the folders share one cap, for they may share their blocks."""
        if number not in self._folders:
            left = self.cap - sum(len(folder) for folder in self._folders.values() if isinstance(folder, bytes))
            try:
                content = self._folders[number] = unpack_folder(self.data, self.cabinet, number, left)
            except CabinetError as error:
                self._folders[number] = error
            else:
                self.unpacking.take_bytes(len(content), self.place)
        return self._folders[number]

    def items(self, member: Member, options: ReadOptions) -> Iterable[Item]:
        """The content as an input of its own."""
        return read_bytes(self.load(member), self.place_of(member), options)
