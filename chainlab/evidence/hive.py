"""Offline registry hives (regf) through ``regipy``, with caps on everything that a hostile file could ask for.

Only named keys are visited; nothing else of a hive is read. ``regipy`` gives values in full by
``iter_values(trim_values=False)`` (its shorter ways cut binary data at 256 digits).
"""

from __future__ import annotations

import io
import struct
from collections.abc import Callable, Iterator
from typing import Any, Final, Protocol

from chainlab.errors import LimitError
from chainlab.evidence.registry import Content
from chainlab.records import dataclass

MAX_READS: Final = 1_000_000
"""Reads of one hive; a full SOFTWARE hive takes some thousand, for only named keys are visited."""
MAX_BYTES: Final = 512 * 1024 * 1024
"""Bytes that these reads may sum up to (a hostile hive can let every value share the same large cell)."""
MAX_VALUE: Final = 4 * 1024 * 1024
MAX_KEYS: Final = 50_000
MAX_VALUES: Final = 1_000
"""Values of one key."""

_BASE_BLOCK: Final = struct.Struct("<4sIIQIIII I")
_NAME: Final = slice(0x30, 0x30 + 64)
_FIRST_CELL: Final = 4096
_CELL_HEADER: Final = 6
"""Size and signature of a cell, which regipy expects to have been passed."""


class HiveKey(Protocol):
    """A key as regipy gives it (``NKRecord``)."""

    name: str

    def iter_subkeys(self) -> Iterator[HiveKey]:
        """The keys below it."""
        ...

    def iter_values(self, *, trim_values: bool) -> Iterator[Any]:
        """Its values, with ``name`` and ``value``."""
        ...


class HiveError(ValueError):
    """The hive is damaged at the place that was asked for; ``str()`` says how."""


@dataclass(frozen=True, slots=True)
class BaseBlock:
    """The head of a hive: sequence numbers (unequal: not closed cleanly), offset of the root, own file name."""

    primary: int
    secondary: int
    root: int
    name: str


def base_block(data: bytes) -> BaseBlock:
    """Read the head; ``HiveError`` when it is cut off."""
    if len(data) < _FIRST_CELL:
        raise HiveError("the hive is cut off within its first block")
    fields = _BASE_BLOCK.unpack_from(data, 0)
    name = data[_NAME].decode("utf-16-le", "replace").split("\0", 1)[0]
    return BaseBlock(fields[1], fields[2], fields[8], name)


class _Meter:
    """The stream that regipy reads from; it stops a walk that reads too often or too much."""

    def __init__(self, data: bytes, place: str) -> None:
        self._stream, self._place = io.BytesIO(data), place
        self._reads, self._bytes = MAX_READS, MAX_BYTES

    def read(self, size: int = -1) -> bytes:
        self._reads -= 1
        chunk = self._stream.read(size)
        self._bytes -= len(chunk)
        if self._reads < 0 or self._bytes < 0:
            raise LimitError(self._place, f"the hive asks for more than {MAX_READS} reads or {MAX_BYTES} bytes")
        return chunk

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._stream.seek(offset, whence)

    def tell(self) -> int:
        return self._stream.tell()


class Hive:
    """A hive's keys by path, below its own root."""

    def __init__(self, data: bytes, place: str) -> None:
        import logging

        from regipy import registry

        logging.getLogger("regipy").addHandler(logging.NullHandler())  # it reports damage on stderr otherwise
        self.head = base_block(data)
        self._keys = MAX_KEYS
        self._place = place
        stream: Any = _Meter(data, place)
        make: Any = registry.NKRecord
        cell = registry.Cell(offset=_FIRST_CELL + self.head.root + _CELL_HEADER, cell_type="nk", size=0)
        self.root: HiveKey = _guarded(lambda: make(cell, stream))

    def find(self, path: str) -> HiveKey | None:
        """The key at a path (names in any case), or ``None``."""
        key: HiveKey | None = self.root
        for name in path.split("\\"):
            if key is None:
                return None
            key = next((child for child in self.children(key) if child.name.lower() == name.lower()), None)
        return key

    def children(self, key: HiveKey) -> Iterator[HiveKey]:
        """The keys directly below one."""
        below = iter(key.iter_subkeys())
        while True:
            child = _guarded(lambda: next(below, None))
            if child is None:
                return
            self._keys -= 1
            if self._keys < 0:
                raise LimitError(self._place, f"more than {MAX_KEYS} keys")
            yield child

    def values(self, key: HiveKey) -> tuple[dict[str, Content], str]:
        """A key's values by lower-case name up to the first that is damaged or over a cap, and what is wrong with it.

        A number of the wrong length is such damage.
        """
        contents: dict[str, Content] = {}
        below = iter(key.iter_values(trim_values=False))
        try:
            while (value := _guarded(lambda: next(below, None))) is not None:
                if len(contents) >= MAX_VALUES:
                    return contents, f"more than {MAX_VALUES} values"
                content = _content(value.value)
                if not isinstance(content, int) and len(content) > MAX_VALUE:
                    what = f"value '{value.name[:80]}' of {len(content)} bytes"
                    return contents, f"{what} is longer than the cap of {MAX_VALUE}"
                contents[value.name.lower()] = content
        except HiveError as error:
            return contents, f"the value after {len(contents)} others: {error}"
        return contents, ""


def _content(value: Any) -> Content:
    if isinstance(value, list):  # REG_MULTI_SZ
        return "\n".join(str(line) for line in value)
    return value if isinstance(value, bytes | int | str) else str(value)


def _guarded(work: Callable[[], Any]) -> Any:
    """The result of a regipy call, its many errors on damaged hives as one."""
    from construct import ConstructError
    from regipy.exceptions import RegipyException

    try:
        return work()
    except (
        RegipyException, ConstructError, ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError,
        RecursionError, EOFError, struct.error,
    ) as error:  # fmt: skip
        raise HiveError(f"{type(error).__name__}: {str(error)[:200]}") from None
