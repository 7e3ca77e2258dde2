"""Transcripts of ``openssl s_client``: the chain as served, from the section "Certificate chain".

Layouts of OpenSSL 1.0 to 3.x and LibreSSL. The ``depth=N`` lines are the path that OpenSSL verified, with its own
roots; they are not what was served. Without ``-showcerts`` only the server certificate is there, after "Server
certificate". One transcript may hold several connections; each begins with ``CONNECTED(``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from chainlab.errors import InputError
from chainlab.evidence.model import ContainerEvidence, Item, Place
from chainlab.evidence.pem_blocks import certificates_in, mentions
from chainlab.evidence.read_pem import text_of
from chainlab.evidence.reading import ReadOptions
from chainlab.evidence.wire import Message, message_items
from chainlab.findings import CERTIFICATE_COUNT, NO_HANDSHAKE, Finding
from chainlab.records import dataclass

FORMAT = "s_client transcript"
PRIORITY = 303

_START: Final = re.compile(r"^CONNECTED\(", re.MULTILINE)
_ENTRY: Final = re.compile(r"^ {0,2}([0-9]{1,3}) s:", re.MULTILINE)
_RULE: Final = re.compile(r"^---[ \t]*$", re.MULTILINE)
_SUMMARY: Final = re.compile(r"^(?:New|Reused), ([^,\n]{1,40}), Cipher is (\S{1,80})", re.MULTILINE)
_PROTOCOL: Final = re.compile(r"^\s*Protocol\s*: (\S{1,20})", re.MULTILINE)
_ADDRESS: Final = re.compile(r"^Connecting to (\S{1,80})[ \t]*$", re.MULTILINE)
_CONNECT: Final = re.compile(r"s_client\b[^\n]{0,500}?-connect[ =]['\"]?([^\s'\"]{1,300})")
_SERVER_NAME: Final = re.compile(r"s_client\b[^\n]{0,500}?-servername[ =]['\"]?([^\s'\"]{1,300})")
_ERROR: Final = re.compile(r"^(?:connect:errno=.*|.*:error:.*|write:errno=.*|getaddrinfo: .*)$", re.MULTILINE)


def sniff(data: bytes) -> bool:
    """``CONNECTED(`` or a chain section, and a second line that only s_client prints; or its failure to connect."""
    if not mentions(data, "CONNECTED(", "Certificate chain"):
        return mentions(data[:65536], "connect:errno=")
    return mentions(data, "SSL handshake has read", "Server certificate", "no peer certificate available", " s:")


def read(data: bytes, place: Place, _options: ReadOptions) -> Iterator[Item]:
    """The handshake of every connection; what a connection does not show is a finding."""
    text = text_of(data).replace("\r\n", "\n").replace("\r", "\n")
    parts = _connections(text)
    yield ContainerEvidence(place, FORMAT, (("connections", str(len(parts))),))
    found = False
    for number, part in enumerate(parts, start=1):
        position = place.at(f"connection {number}") if len(parts) > 1 else place
        for item in _connection(part, position):
            found = found or not isinstance(item, Finding)
            yield item
    if not found and "-----BEGIN CERTIFICATE" not in text:
        error = _ERROR.search(text)
        why = f"the transcript holds no certificate{f' ({error[0].strip()[:200]})' if error else ''}"
        raise InputError(str(place), why, expected="the output of openssl s_client -showcerts")


@dataclass(frozen=True, slots=True)
class _Part:
    """One connection: what stands before it (command line, verification lines), and its own output."""

    before: str
    body: str


def _connections(text: str) -> list[_Part]:
    """Split at ``CONNECTED(``. Standard error may be printed in front of it or between the lines."""
    starts = [match.start() for match in _START.finditer(text)]
    if not starts:
        return [_Part(text, text)]
    ends = [*starts[1:], len(text)]
    befores = [0, *starts[:-1]]
    return [
        _Part(_after_last_rule(text[before:start]), text[start:end])
        for before, start, end in zip(befores, starts, ends, strict=True)
    ]


def _after_last_rule(text: str) -> str:
    """What stands after the last ``---`` line of the connection before."""
    return _RULE.split(text)[-1]


def _connection(part: _Part, place: Place) -> Iterator[Item]:
    chain = _section(part.body, "Certificate chain")
    entries, ders = len(_ENTRY.findall(chain)), certificates_in(chain)
    if not ders:
        ders = certificates_in(_section(part.body, "Server certificate"))[:1]
        if not ders:
            error = _ERROR.search(part.body) or _ERROR.search(part.before)
            why = error[0].strip()[:200] if error else "the server sent none, or the output is cut off"
            yield Finding(NO_HANDSHAKE, {"place": str(place), "why": why})
            return
        complete = entries == 1
    else:
        complete = True
        if entries != len(ders):
            parameters = {"place": str(place), "said": str(entries), "found": str(len(ders))}
            yield Finding(CERTIFICATE_COUNT, parameters)
    yield from message_items(_message(part, tuple(ders), complete, entries), place, FORMAT)


def _section(body: str, title: str) -> str:
    """From a title line to the next rule; empty if there is none."""
    match = re.search(rf"^{title}[ \t]*$", body, re.MULTILINE)
    return _RULE.split(body[match.end() :], maxsplit=1)[0] if match else ""


def _message(part: _Part, ders: tuple[bytes, ...], complete: bool, entries: int) -> Message:
    summary = _SUMMARY.search(part.body)
    protocol = _PROTOCOL.search(part.body)
    connect, address = _CONNECT.search(part.before), _ADDRESS.search(part.before)
    name = _SERVER_NAME.search(part.before)
    endpoint = connect or address
    version = protocol[1] if protocol else (summary[1] if summary else "")
    notes = () if complete else (f"{entries} certificates were sent; taken without -showcerts",)
    return Message(
        ders,
        "server",
        endpoint[1] if endpoint else "",
        name[1] if name else None,
        version,
        summary[2] if summary else "",
        notes,
        complete,
    )
