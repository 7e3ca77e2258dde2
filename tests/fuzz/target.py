"""What a fuzz target is: a name, inputs to begin with, and a function that must end well for every input."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

SECONDS: Final = 5.0
"""CPU time that one input may take."""

MAX_BYTES: Final = 64 * 1024
"""Length of the inputs that are made; larger ones only repeat what smaller ones do."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Target:
    """``run`` raises for an input that breaks a promise, whatever it raises; ``seeds`` makes the first inputs.

    ``max_bytes`` is how long an input may grow. ``tries`` is how many mutations the ordinary tests try.
    """

    name: str
    run: Callable[[bytes], None]
    seeds: Callable[[], Iterable[bytes]]
    max_bytes: int = MAX_BYTES
    tries: int = 60


class Choices:
    """An input read as a series of decisions; what is missing at its end counts as zeros."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0

    @property
    def left(self) -> bool:
        """Whether anything of the input is left."""
        return self._at < len(self._data)

    def number(self, below: int) -> int:
        """A number from 0 up to, but without, ``below`` (at most 256): one byte of the input."""
        byte = self._data[self._at] if self.left else 0
        self._at += 1
        return byte % below

    def one_of(self, options: Sequence[T]) -> T:
        """One of these."""
        return options[self.number(len(options))]

    def bytes(self, most: int = 255) -> bytes:
        """A byte string with its length before it."""
        size = min(self.number(256), most)
        taken = self._data[self._at : self._at + size]
        self._at += size
        return taken

    def text(self, most: int = 255) -> str:
        """A text with any characters, lone surrogates too (UTF-16 has them where UTF-8 has not)."""
        wide, data = self.number(2), self.bytes(most)
        if not wide:
            return data.decode("utf-8", "replace")
        units = [int.from_bytes(data[at : at + 2], "little") for at in range(0, len(data) - 1, 2)]
        return "".join(map(chr, units))
