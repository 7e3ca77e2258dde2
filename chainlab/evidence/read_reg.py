"""Registry exports (.reg): certificate stores with their properties, and the switches of root update and AIA.

Reads what regedit and ``reg export`` write (UTF-16LE with BOM, ``Windows Registry Editor Version 5.00``) and what
other tools write (UTF-8, ANSI, ``REGEDIT4``). Deletions are reported as a proposed change, never applied.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from chainlab.evidence.model import ContainerEvidence, Item, Place
from chainlab.evidence.read_pem import text_of
from chainlab.evidence.reading import ReadOptions
from chainlab.evidence.registry import blob_items, setting_items, store_of_key
from chainlab.findings import BROKEN_PART, DELETION, Finding

FORMAT = "registry export"
PRIORITY = 200

_HEADS = ("Windows Registry Editor Version 5.00", "REGEDIT4")
_VALUE = re.compile(r'(?:"((?:[^"\\]|\\.)*)"|@)\s*=\s*(.*)', re.DOTALL)
_HEX = re.compile(r"hex(?:\(([0-9a-f]{1,2})\))?\s*:(.*)", re.IGNORECASE | re.DOTALL)
_NOT_HEX = re.compile(r"[^0-9A-Fa-f]")


def sniff(data: bytes) -> bool:
    """One of the two head lines, in any of the encodings in use."""
    return text_of(data[:256]).lstrip("\ufeff\r\n \t").startswith(_HEADS)


def read(data: bytes, place: Place, _options: ReadOptions) -> Iterator[Item]:
    """Certificates of all store keys, in file order, and the switches found."""
    yield ContainerEvidence(place, FORMAT)
    key = ""
    for number, line in _logical_lines(text_of(data)):
        position = place.at(f"line {number}")
        if line.startswith("["):
            key = line.strip()[1:-1]
            if key.startswith("-"):
                key = key[1:]
                if store_of_key(key) is not None:
                    yield Finding(DELETION, {"place": str(position), "what": key})
                key = ""
        elif key:
            yield from _value_items(key, line, position)


def _logical_lines(text: str) -> Iterator[tuple[int, str]]:
    """Lines with continuations joined, comments and blanks left out, numbered by their first physical line."""
    parts: list[str] = []
    start = 0
    for number, raw in enumerate(text.splitlines(), start=1):
        line = raw.strip()
        if not parts:
            if not line or line.startswith(";"):
                continue
            start = number
        continued = line.endswith("\\") and not line.startswith("[")
        parts.append(line[:-1] if continued else line)
        if not continued:
            yield start, "".join(parts)
            parts = []
    if parts:
        yield start, "".join(parts)


def _value_items(key: str, line: str, place: Place) -> Iterator[Item]:
    match = _VALUE.match(line)
    if match is None:
        return
    name, value = match[1] or "", match[2].strip()
    if value == "-":
        if store_of_key(key) is not None:
            yield Finding(DELETION, {"place": str(place), "what": f"{key} value {name}"})
    elif value.lower().startswith("dword:"):
        try:
            number = int(value[6:].strip(), 16)
        except ValueError:
            yield Finding(BROKEN_PART, {"place": str(place), "why": f"dword '{value[6:40]}' is not a number"})
            return
        yield from setting_items(key, name, number, place)
    elif value.startswith('"'):
        yield from setting_items(key, name, _unescaped(value), place)
    elif name.lower() == "blob" and (data := _HEX.match(value)) is not None:
        digits = _NOT_HEX.sub("", data[2])
        if len(digits) % 2:
            yield Finding(BROKEN_PART, {"place": str(place), "why": "hexadecimal data with half a byte"})
            return
        yield from blob_items(key, bytes.fromhex(digits), place, FORMAT)


def _unescaped(value: str) -> str:
    """A quoted string of a registry export."""
    return re.sub(r"\\(.)", r"\1", value[1:].removesuffix('"'))
