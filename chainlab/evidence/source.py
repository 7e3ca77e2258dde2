"""Where bytes come from when an input is not held in memory: a bounded source that is read forward only."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Protocol

from chainlab.errors import InputError, LimitError

_STEP: Final = 64 * 1024
"""Bytes that are fetched at least: packets and their headers are a few each."""


class ByteSource(Protocol):
    """Anything with ``read``; it may return fewer bytes only at the end."""

    def read(self, size: int, /) -> bytes:
        """Up to ``size`` bytes; empty at the end."""
        ...


class BoundedSource:
    """A source with its first bytes read ahead, a cap, and errors that name the place."""

    def __init__(self, read: Callable[[int], bytes], place: str, cap: int, head: int = 0) -> None:
        self._read, self._place, self.cap = read, place, cap
        self._taken = 0
        self.head = self._ahead = self._fetch(head)
        self._position = 0

    def read(self, size: int, /) -> bytes:
        """Up to ``size`` bytes; ``LimitError`` above the cap, ``InputError`` when the system cannot read on."""
        start, end = self._position, self._position + size
        if end > len(self._ahead):
            self._ahead, start, end = self._ahead[start:] + self._fetch(max(size, _STEP)), 0, size
        self._position = min(end, len(self._ahead))
        return self._ahead[start:end]

    def rest(self) -> bytes:
        """Everything that is left."""
        pieces = [self._ahead[self._position :]]
        self._ahead, self._position = b"", 0
        while piece := self._fetch(1024 * 1024):
            pieces.append(piece)
        return b"".join(pieces)

    def _fetch(self, size: int) -> bytes:
        pieces, missing = [], size
        while missing > 0:
            piece = self._piece(missing)
            if not piece:
                break
            pieces.append(piece)
            missing -= len(piece)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def _piece(self, size: int) -> bytes:
        try:
            piece = self._read(size)
        except OSError as error:
            reason = (error.strerror or type(error).__name__).lower()
            raise InputError(self._place, f"cannot be read: {reason}") from None
        self._taken += len(piece)
        if self._taken > self.cap:
            raise LimitError(self._place, f"more than the cap of {self.cap} bytes")
        return piece
