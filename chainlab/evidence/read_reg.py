"""Registry exports (.reg): certificate stores with their properties, Microsoft's lists, settings, http.sys bindings.

Reads what regedit and ``reg export`` write (UTF-16LE with BOM, ``Windows Registry Editor Version 5.00``) and what
other tools write (UTF-8, ANSI, ``REGEDIT4``). Deletions are reported as a proposed change, never applied.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

from chainlab.evidence.model import ContainerEvidence, Item, Place
from chainlab.evidence.numbers import hexadecimal
from chainlab.evidence.read_pem import text_of
from chainlab.evidence.reading import ReadOptions
from chainlab.findings import BROKEN_PART, Finding

if TYPE_CHECKING:
    from chainlab.evidence.registry import Content

FORMAT = "registry export"
PRIORITY = 200

_HEADS = ("Windows Registry Editor Version 5.00", "REGEDIT4")
_VALUE = (
    r'^[ \t]*+(?:"((?:[^"\\\r\n]|\\.)*+)"|@)[ \t]*+=[ \t]*+'  # a name or @, then the rest of the logical line:
    r"((?:[^\n]*\\[ \t]*+\r?\n)*+[^\n]*)"  # a backslash at the end of a line continues it
)
_HEX = r"(?i:hex)(?:\(([0-9a-fA-F]{1,8})\))?[ \t]*:"
_ESCAPE = r"\\(.)"

_SZ, _EXPAND_SZ, _DWORD, _DWORD_BIG_ENDIAN, _MULTI_SZ, _QWORD = 1, 2, 4, 5, 7, 0xB

_NUMBERS: dict[int, tuple[int, Literal["little", "big"]]] = {
    _DWORD: (4, "little"), _DWORD_BIG_ENDIAN: (4, "big"), _QWORD: (8, "little"),
}  # fmt: skip
"""Type -> bytes that a value of it has, and their order."""


_MOST = 8 * 1024 * 1024
"""Characters of one value: two megabytes, ten times as much as the longest that Windows keeps here."""


def sniff(data: bytes) -> bool:
    """One of the two head lines, in any of the encodings in use."""
    return text_of(data[:256]).lstrip("\ufeff\r\n \t").startswith(_HEADS)


def read(data: bytes, place: Place, _options: ReadOptions) -> Iterator[Item]:
    """The evidence of all keys, in file order, and what the file would delete."""
    from chainlab.evidence.registry import deletion_items, wanted

    text = text_of(data)
    ansi = text.lstrip("\ufeff\r\n \t").startswith("REGEDIT4")
    yield ContainerEvidence(place, FORMAT, (("encoding", "REGEDIT4" if ansi else "version 5.00"),))
    keys = list(_keys(text))
    ends = [*(start for start, _, _ in keys[1:]), len(text)]
    line, counted = 1, 0
    for (start, body, path), end in zip(keys, ends, strict=False):  # no key at all: one end more than keys
        line += text.count("\n", counted, start)
        counted = start
        if path.startswith("-"):
            yield from deletion_items(path[1:], None, place.at(f"line {line}"))
        elif wanted(path):
            yield from _body_items(path, text[body:end], place, line, ansi)


def _keys(text: str) -> Iterator[tuple[int, int, str]]:
    """Lines ``[KEY]`` or ``[-KEY]``: where each begins and ends, and what stands in the brackets.

    Looking for brackets is ten times as fast as line by line, and each line is looked at once.
    """
    start = text.find("[")
    while start >= 0:
        line, end = text.rfind("\n", 0, start) + 1, text.find("\n", start)
        end = len(text) if end < 0 else end
        written = text[start:end].rstrip()
        if written.endswith("]") and not text[line:start].strip():
            yield start, end, written[1:-1]
        start = text.find("[", end)


def _body_items(path: str, body: str, place: Place, line: int, ansi: bool) -> Iterator[Item]:
    """The evidence of a key's values; ``line`` is the number of the key's own line."""
    from chainlab.evidence.registry import RegistryKey, deletion_items, key_items

    values: dict[str, Content] = {}
    first, counted = place, 0
    for match in re.finditer(_VALUE, body, re.MULTILINE):
        line += body.count("\n", counted, match.start())
        counted = match.start()
        name = re.sub(_ESCAPE, r"\1", match[1] or "").lower()
        written, position = match[2], place.at(f"line {line}")
        if written[:1] == "-" and written.strip() == "-":
            yield from deletion_items(path, name, position)
            continue
        first = first if values else position
        try:
            values[name] = _content(written, ansi)
        except ValueError as error:
            yield Finding(BROKEN_PART, {"place": str(position), "why": f"value '{name}': {error}"})
    if values:
        yield from key_items(RegistryKey(path, first, values), FORMAT)


def _content(text: str, ansi: bool) -> Content:
    """A value's content; ``ValueError`` when it is not written as regedit writes it."""
    if len(text) > _MOST:
        raise ValueError(f"{len(text)} characters, more than the cap of {_MOST}")
    if text.startswith('"'):
        return re.sub(_ESCAPE, r"\1", text.strip()[1:].removesuffix('"'))
    if text[:6].lower() == "dword:":
        number = hexadecimal(text[6:].strip(), 0xFFFFFFFF)
        if number is None:
            raise ValueError(f"'{text.strip()[:40]}' is not a DWORD of one to eight hexadecimal digits")
        return number
    head = re.match(_HEX, text)
    if head is None:
        raise ValueError(f"'{text.strip()[:40]}' is not a registry value")
    return _typed(int(head[1] or "3", 16), _bytes(text[head.end() :]), ansi)


def _bytes(digits: str) -> bytes:
    try:
        return bytes.fromhex(digits.replace(",", " ").replace("\\", ""))
    except ValueError:
        raise ValueError("its hexadecimal data is damaged (two digits a byte expected)") from None


def _typed(kind: int, data: bytes, ansi: bool) -> Content:
    if kind in (_SZ, _EXPAND_SZ, _MULTI_SZ):
        return data.decode("cp1252" if ansi else "utf-16-le", "replace").rstrip("\0").replace("\0", "\n")
    if kind not in _NUMBERS:
        return data
    size, order = _NUMBERS[kind]
    if len(data) != size:
        raise ValueError(f"a number of {len(data)} bytes, expected {size}")
    return int.from_bytes(data, order)
