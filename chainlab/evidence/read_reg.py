"""Registry exports (.reg): certificate stores with their properties, Microsoft's lists, settings, http.sys bindings.

Reads what regedit and ``reg export`` write (UTF-16LE with BOM, ``Windows Registry Editor Version 5.00``) and what
other tools write (UTF-8, ANSI, ``REGEDIT4``). Deletions are reported as a proposed change, never applied.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from chainlab.evidence.model import ContainerEvidence, Item, Place
from chainlab.evidence.read_pem import text_of
from chainlab.evidence.reading import ReadOptions
from chainlab.evidence.registry import Content, RegistryKey, deletion_items, key_items, wanted
from chainlab.findings import BROKEN_PART, Finding

FORMAT = "registry export"
PRIORITY = 200

_HEADS = ("Windows Registry Editor Version 5.00", "REGEDIT4")
_KEY = re.compile(r"^[ \t]*\[(-?)([^\r\n]*)\][ \t]*\r?$", re.MULTILINE)
_VALUE = re.compile(
    r'^[ \t]*+(?:"((?:[^"\\\r\n]|\\.)*+)"|@)[ \t]*+=[ \t]*+'  # a name or @, then the rest of the logical line:
    r"((?:[^\\\n]++|\\[ \t]*+\r?\n|\\)*+)",  # a backslash at the end of a line continues it
    re.MULTILINE,
)
_HEX = re.compile(r"hex(?:\(([0-9a-f]{1,8})\))?[ \t]*:", re.IGNORECASE)
_ESCAPE = re.compile(r"\\(.)")

_SZ, _EXPAND_SZ, _DWORD, _DWORD_BIG_ENDIAN, _MULTI_SZ, _QWORD = 1, 2, 4, 5, 7, 0xB


def sniff(data: bytes) -> bool:
    """One of the two head lines, in any of the encodings in use."""
    return text_of(data[:256]).lstrip("\ufeff\r\n \t").startswith(_HEADS)


def read(data: bytes, place: Place, _options: ReadOptions) -> Iterator[Item]:
    """The evidence of all keys, in file order, and what the file would delete."""
    text = text_of(data)
    ansi = text.lstrip("\ufeff\r\n \t").startswith("REGEDIT4")
    yield ContainerEvidence(place, FORMAT, (("encoding", "REGEDIT4" if ansi else "version 5.00"),))
    headers = list(_KEY.finditer(text))
    line, counted = 1, 0
    for header, following in zip(headers, [*headers[1:], None], strict=True):
        line += text.count("\n", counted, header.start())
        counted = header.start()
        position = place.at(f"line {line}")
        if header[1]:
            yield from deletion_items(header[2], None, position)
        elif wanted(header[2]):
            body = text[header.end() : following.start() if following else len(text)]
            yield from _body_items(header[2], body, position, ansi)


def _body_items(path: str, body: str, place: Place, ansi: bool) -> Iterator[Item]:
    values: dict[str, Content] = {}
    for match in _VALUE.finditer(body):
        name = _ESCAPE.sub(r"\1", match[1] or "").lower()
        if match[2].strip() == "-":
            yield from deletion_items(path, name, place)
            continue
        try:
            values[name] = _content(match[2], ansi)
        except ValueError as error:
            yield Finding(BROKEN_PART, {"place": str(place), "why": f"value '{name}': {error}"})
    if values:
        yield from key_items(RegistryKey(path, place, values), FORMAT)


def _content(text: str, ansi: bool) -> Content:
    """A value's content; ``ValueError`` when it is not written as regedit writes it."""
    if text.startswith('"'):
        return _ESCAPE.sub(r"\1", text.strip()[1:].removesuffix('"'))
    if text[:6].lower() == "dword:":
        return int(text[6:].strip(), 16)
    head = _HEX.match(text)
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
    if kind in (_DWORD, _QWORD):
        return int.from_bytes(data[:8], "little")
    return int.from_bytes(data[:8], "big") if kind == _DWORD_BIG_ENDIAN else data
