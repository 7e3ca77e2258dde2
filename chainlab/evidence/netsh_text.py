"""The structure of ``netsh http show sslcert``: lines ``label : value``, one block a binding."""

from __future__ import annotations

import re
from collections.abc import Iterator

from chainlab.records import dataclass, field

_GUID = r"\{[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\}"
_BLANK = "[ \\t\u00a0\ufffd]"
_SEPARATOR = f"{_BLANK}*(?::{_BLANK}+|\uff1a{_BLANK}*)"
"""Between label and value: a colon and a blank (labels hold colons, too: ``IP:port``), or the wide colon."""
_LINE = re.compile(rf"[ \t]*(?P<label>\S[^\r\n]{{0,120}}?){_SEPARATOR}(?P<value>[^\r\n]{{0,400}}?)[ \t]*\Z")
_BLOCK = re.compile(
    rf"^[ \t]*\S[^\r\n]{{0,120}}?{_SEPARATOR}(?:\S{{1,300}}:)?[0-9]{{1,5}}[ \t]*\r?\n(?:[^\r\n]+\r?\n){{0,2}}"
    rf"[^\r\n]{{0,200}}{_GUID}",
    re.MULTILINE,
)
_HASH = re.compile(r"(?:[0-9A-Fa-f]{2} ?){20,64}\Z")
_ENDPOINT = re.compile(r"(?:\S{1,300}:)?[0-9]{1,5}\Z")


@dataclass(slots=True)
class Block:
    """The lines of one binding seen so far."""

    endpoint: str
    line: int
    values: list[str] = field(default_factory=list)


def looks_like_netsh(text: str) -> bool:
    """A line that ends in a port number, and a GUID one to three lines on."""
    return _BLOCK.search(text) is not None


def blocks(text: str) -> Iterator[Block]:
    """Bindings with their values; one ends at an empty line, or where the next endpoint follows without one."""
    block: Block | None = None
    after_gap = True
    for number, line in enumerate(text.splitlines(), start=1):
        match = _LINE.match(line)
        value = match["value"] if match is not None else ""
        if match is None or _begins(value, after_gap, block):
            if block is not None and _complete(block):
                yield block
            block = None if match is None else Block(value, number)
        elif block is not None:
            block.values.append(value)
        after_gap = match is None
    if block is not None and _complete(block):
        yield block


def _begins(value: str, after_gap: bool, block: Block | None) -> bool:
    """An endpoint; a bare port only after a gap, for timeouts are bare numbers as well."""
    if ":" not in value and _ENDPOINT.match(value):
        return after_gap
    if not _ENDPOINT.match(value):
        return False
    return after_gap or block is None or _complete(block)


def _complete(block: Block) -> bool:
    """Whether the application id was seen: until then, lines belong to the binding whatever they look like."""
    return any(re.fullmatch(_GUID, value) for value in block.values)


def parts(values: list[str]) -> tuple[str, str, str]:
    """Hash, store and application id."""
    application = next(position for position, value in enumerate(values) if re.fullmatch(_GUID, value))
    found = next((value for value in values[:application] if _HASH.match(value)), "")
    store = values[application + 1] if application + 1 < len(values) else ""
    return found.replace(" ", "").lower(), store, values[application]
