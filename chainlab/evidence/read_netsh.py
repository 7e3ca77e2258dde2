"""``netsh http show sslcert``: the TLS bindings of http.sys, in whatever language Windows speaks.

Labels are translated, values are not: a binding begins with an endpoint (or the port of the Central Certificate
Store) in a line ``label : value``, then come the certificate's hash, the application's GUID and the store, in this
order. [M: Server 2008 R2 to 2022, English, German, Portuguese]
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from chainlab.errors import InputError
from chainlab.evidence.bindings import http_sys_binding
from chainlab.evidence.model import ContainerEvidence, Item, Place
from chainlab.evidence.read_pem import text_of
from chainlab.evidence.reading import ReadOptions
from chainlab.findings import BROKEN_PART, Finding

FORMAT = "netsh sslcert"
PRIORITY = 141

_SNIFFED = 128 * 1024
_GUID = r"\{[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\}"
_SEPARATOR = "[ \\t\u00a0\ufffd]+[:\uff1a][ \\t\u00a0]*"
"""Between label and value: blanks, also the no-break space of French, and a colon, also the wide one."""
_LINE = re.compile(rf"[ \t]*(?P<label>\S[^\r\n]{{0,120}}?){_SEPARATOR}(?P<value>[^\r\n]{{0,400}}?)[ \t]*\Z")
_BLOCK = re.compile(
    rf"^[ \t]*\S[^\r\n]{{0,120}}?{_SEPARATOR}(?:\S{{1,300}}:)?\d{{1,5}}[ \t]*\r?\n(?:[^\r\n]+\r?\n){{0,2}}"
    rf"[^\r\n]{{0,200}}{_GUID}",
    re.MULTILINE,
)
_HASH = re.compile(r"(?:[0-9A-Fa-f]{2} ?){20,64}\Z")
_ENDPOINT = re.compile(r"(?:\S{1,300}:)?\d{1,5}\Z")


@dataclass(slots=True)
class _Block:
    """The lines of one binding seen so far."""

    endpoint: str
    line: int
    values: list[str] = field(default_factory=list)


def sniff(data: bytes) -> bool:
    """A line that ends in a port number, and a GUID one to three lines on."""
    if b":" not in data[:_SNIFFED] or b"{" not in data[:_SNIFFED]:
        return False
    return _BLOCK.search(text_of(data[:_SNIFFED])) is not None


def read(data: bytes, place: Place, _options: ReadOptions) -> Iterator[Item]:
    """One binding a block; a block without application id is none."""
    blocks = list(_blocks(text_of(data)))
    yield ContainerEvidence(place, FORMAT, (("bindings", str(len(blocks))),))
    for block in blocks:
        position = place.at(f"line {block.line}")
        sha1, store, application = _parts(block.values)
        try:
            yield http_sys_binding(block.endpoint, position, sha1, store, application)
        except ValueError as error:
            yield Finding(BROKEN_PART, {"place": str(position), "why": str(error)})
    if not blocks:
        raise InputError(str(place), "no binding in netsh text", expected="the output of netsh http show sslcert")


def _blocks(text: str) -> Iterator[_Block]:
    """Bindings with their values; one ends at an empty line, or where the next endpoint follows without one."""
    block: _Block | None = None
    after_gap = True
    for number, line in enumerate(text.splitlines(), start=1):
        match = _LINE.match(line)
        value = match["value"] if match is not None else ""
        if match is None or _begins(value, after_gap, block):
            if block is not None and _complete(block):
                yield block
            block = None if match is None else _Block(value, number)
        elif block is not None:
            block.values.append(value)
        after_gap = match is None
    if block is not None and _complete(block):
        yield block


def _begins(value: str, after_gap: bool, block: _Block | None) -> bool:
    """An endpoint; a bare port only after a gap, for timeouts are bare numbers as well."""
    if value.isdigit():
        return after_gap
    if not _ENDPOINT.match(value):
        return False
    return after_gap or block is None or _complete(block)


def _complete(block: _Block) -> bool:
    """Whether the application id was seen: until then, lines belong to the binding whatever they look like."""
    return any(re.fullmatch(_GUID, value) for value in block.values)


def _parts(values: list[str]) -> tuple[str, str, str]:
    """Hash, store and application id."""
    application = next(position for position, value in enumerate(values) if re.fullmatch(_GUID, value))
    found = next((value for value in values[:application] if _HASH.match(value)), "")
    store = values[application + 1] if application + 1 < len(values) else ""
    return found.replace(" ", "").lower(), store, values[application]
