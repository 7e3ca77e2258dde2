"""Chromium NetLogs (chrome://net-export): the chains that the browser received.

``SSL_CERTIFICATES_RECEIVED`` has the chain of a TLS socket, the events of the certificate verifier have the chain with
the host name (the only trace of QUIC). What the verifier built from it is not what was sent. A log that was not
stopped lacks its end; Chromium writes one event per line, so only the last line is lost.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

from chainlab.errors import InputError, LimitError
from chainlab.evidence.json_text import MAX_DEPTH, get, load_json, objects, text
from chainlab.evidence.model import ContainerEvidence, Item, Place
from chainlab.evidence.pem_blocks import first_certificate, mentions
from chainlab.evidence.read_pem import text_of
from chainlab.evidence.reading import ReadOptions
from chainlab.evidence.wire import Message, message_items
from chainlab.findings import BROKEN_PART, NO_HANDSHAKE, Finding
from chainlab.records import dataclass, field

FORMAT = "Chromium NetLog"
PRIORITY = 353

_RECEIVED: Final = "SSL_CERTIFICATES_RECEIVED"
_VERIFIER: Final = frozenset({"CERT_VERIFIER_JOB", "CERT_VERIFIER_TASK", "CERT_VERIFIER_REQUEST"})
_CONNECT: Final = "TCP_CONNECT_ATTEMPT"
_HANDSHAKE: Final = "SSL_CONNECT"
MAX_LINE: Final = 4 * 1024 * 1024


def sniff(data: bytes) -> bool:
    """The table of event types, which stands at the beginning."""
    return mentions(data, '"logEventTypes"')


@dataclass(slots=True)
class _Log:
    """What the events tell: chains by their certificates, and facts of the sockets they came over."""

    sockets: dict[tuple[str, ...], list[str]] = field(default_factory=dict)
    hosts: dict[tuple[str, ...], str] = field(default_factory=dict)
    addresses: dict[str, str] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)


def read(data: bytes, place: Place, _options: ReadOptions) -> Iterator[Item]:
    """Every distinct chain once, with host, address and TLS version where the log has them."""
    problem = ""
    try:
        log = load_json(data, place)
    except LimitError:
        raise
    except InputError as error:
        log, problem = _recovered(text_of(data)), error.found
    types = get(log, "constants", "logEventTypes")
    if not isinstance(types, dict):
        raise InputError(str(place), "a NetLog without its table of event types", hint="export it again")
    names = {number: name for name, number in types.items() if isinstance(number, int)}
    events = objects(get(log, "events"))
    yield ContainerEvidence(place, FORMAT, (("events", str(len(events))),))
    if problem:
        why = f"the log does not end properly ({problem}); {len(events)} events were read"
        yield Finding(BROKEN_PART, {"place": str(place), "why": why})
    yield from _items(_collected(events, names), place)


def _collected(events: list[dict[str, Any]], names: dict[int, str]) -> _Log:
    log = _Log()
    for event in events:
        kind, parameters = get(event, "type"), get(event, "params")
        name = names.get(kind, "") if isinstance(kind, int) else ""
        socket = text(get(event, "source", "id"))
        if name == _CONNECT and text(get(parameters, "address")):
            log.addresses[socket] = text(get(parameters, "address"))
        elif name == _HANDSHAKE and text(get(parameters, "version")):
            log.versions[socket] = text(get(parameters, "version"))
        elif name == _RECEIVED or name in _VERIFIER:
            _chain(log, name, socket, parameters)
    return log


def _chain(log: _Log, name: str, socket: str, parameters: Any) -> None:
    certificates = get(parameters, "certificates")
    if not isinstance(certificates, list) or not certificates:
        return
    chain = tuple(text(certificate) for certificate in certificates)
    log.sockets.setdefault(chain, [])
    if name == _RECEIVED:
        log.sockets[chain].append(socket)
    elif text(get(parameters, "host")):
        log.hosts.setdefault(chain, text(get(parameters, "host")))


def _items(log: _Log, place: Place) -> Iterator[Item]:
    for number, (chain, sockets) in enumerate(log.sockets.items(), start=1):
        endpoint = next((log.addresses[socket] for socket in sockets if socket in log.addresses), "")
        version = next((log.versions[socket] for socket in sockets if socket in log.versions), "")
        ders = tuple(first_certificate(pem) for pem in chain)
        protocol = version.replace("TLS ", "TLSv")
        message = Message(ders, "server", endpoint, log.hosts.get(chain), protocol, count=max(1, len(sockets)))
        yield from message_items(message, place.at(f"chain {number}"), FORMAT)
    if not log.sockets:
        why = "the log has no certificates; clear the browser's connections before exporting (chrome://net-internals)"
        yield Finding(NO_HANDSHAKE, {"place": str(place), "why": why})


def _recovered(content: str) -> dict[str, Any]:
    """The constants and every whole event of a log that is cut off."""
    found: dict[str, Any] = {"constants": None, "events": []}
    for line in content.splitlines():
        stripped = line.strip().rstrip(",")
        if found["constants"] is None and stripped.startswith('{"constants":'):
            found["constants"] = get(_value(stripped + "}"), "constants")
        elif stripped.startswith("{"):
            event = _value(stripped)
            if isinstance(event, dict):
                found["events"].append(event)
    return found


def _value(line: str) -> Any:
    """The JSON value of one line; ``None`` if it is none, or too long or too deep to be an event."""
    if len(line) > MAX_LINE or line.count("{") > MAX_LINE // 64 or line.count("[") + line.count("{") > MAX_DEPTH**2:
        return None
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None
