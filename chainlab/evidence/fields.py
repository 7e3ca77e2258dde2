"""A cursor over big-endian binary fields: TLS messages, Java key stores."""

from __future__ import annotations


class Fields:
    """Fields one after the other; ``ValueError`` where the data ends too early."""

    __slots__ = ("_data", "offset")

    def __init__(self, data: bytes, offset: int = 0) -> None:
        self._data, self.offset = data, offset

    def take(self, size: int) -> bytes:
        """The next ``size`` bytes."""
        end = self.offset + size
        if end > len(self._data):
            raise ValueError(f"{size} bytes expected at offset {self.offset}, {self.left} left")
        taken = self._data[self.offset : end]
        self.offset = end
        return taken

    def number(self, size: int) -> int:
        """The next ``size`` bytes as a number."""
        return int.from_bytes(self.take(size), "big")

    def vector(self, size: int) -> bytes:
        """Bytes after their length, which takes ``size`` bytes."""
        return self.take(self.number(size))

    @property
    def left(self) -> int:
        """How many bytes are left."""
        return len(self._data) - self.offset
