"""Captures of live handshakes, ``chainlab-capture/1``: what ``chainlab capture`` writes.

JSON: ``{"schema", "chainlab", "openssl", "handshakes": […]}``; each handshake has ``host``, ``endpoint``, ``sni``
(empty: none was sent), ``starttls``, ``offered`` (``protocol``, ``key``, ``ciphers``, ``signature_algorithms`` as they
stood in the hello), ``negotiated`` (``protocol``, ``cipher``), ``at``, ``seconds``, ``chain`` (PEM, wire order) and
``error`` (``stage``, ``message``) if it failed.
"""

from __future__ import annotations

import re
from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Iterator, Mapping
from typing import Any, Final

from chainlab.errors import InputError
from chainlab.evidence.model import ContainerEvidence, Item, Place
from chainlab.evidence.read_pem import text_of
from chainlab.evidence.reading import ReadOptions
from chainlab.findings import PROBE_FAILED, Finding

FORMAT = "capture"
PRIORITY = 115

SCHEMA: Final = "chainlab-capture/1"
MAX_HANDSHAKES: Final = 100_000

_HEAD: Final = re.compile(r'\s*\{\s*"schema"\s*:\s*"chainlab-capture/1"')
_PEM: Final = re.compile(r"-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----")


def sniff(data: bytes) -> bool:
    """A JSON object that begins with the schema."""
    return _HEAD.match(text_of(data[:256])) is not None


def read(data: bytes, place: Place, _options: ReadOptions) -> Iterator[Item]:
    """Every handshake with a chain, in file order; the failed ones are notes."""
    from chainlab.evidence.json_text import objects, parse_json, text

    document = parse_json(data, place, f"a {SCHEMA} file")
    handshakes = objects(document.get("handshakes"))
    if not handshakes:
        raise InputError(str(place), "a capture without handshakes", hint="capture again; the server was not reached")
    facts = (("handshakes", str(len(handshakes))), ("made with", text(document.get("openssl"))))
    yield ContainerEvidence(place, FORMAT, tuple((label, value) for label, value in facts if value))
    for number, handshake in enumerate(handshakes[:MAX_HANDSHAKES], start=1):
        yield from _handshake(handshake, place.at(f"handshake {number}"))


def _handshake(handshake: Mapping[str, Any], place: Place) -> Iterator[Item]:
    from chainlab.evidence.json_text import an_object, text, texts
    from chainlab.evidence.wire import Message, message_items

    offered, negotiated = an_object(handshake.get("offered")), an_object(handshake.get("negotiated"))
    error, sni = an_object(handshake.get("error")), handshake.get("sni")
    asked = f"{text(handshake.get('host'))}, {text(offered.get('protocol'))} with {text(offered.get('key')).upper()}"
    asked += " certificates" + ("" if sni else ", without SNI")
    if error:
        why = f"{asked}: {text(error.get('message'))}"
        yield Finding(PROBE_FAILED, {"place": str(place), "why": why})
    ders = tuple(_der(pem) for pem in texts(handshake.get("chain")))
    if not ders:
        return
    notes = (
        f"offered: {asked}",
        *([f"after STARTTLS ({text(handshake['starttls'])})"] * bool(handshake.get("starttls"))),
    )
    message = Message(
        ders,
        endpoint=text(handshake.get("endpoint")),
        host=sni if isinstance(sni, str) else None,
        protocol=text(negotiated.get("protocol")),
        cipher=text(negotiated.get("cipher")),
        notes=notes,
    )
    yield from message_items(message, place, FORMAT)


def _der(pem: str) -> bytes:
    """The certificate of one PEM text; what is none stays as it is and fails to decode where it stands."""
    match = _PEM.search(pem)
    try:
        return b64decode("".join(match[1].split()), validate=True) if match is not None else pem.encode()
    except (Base64Error, ValueError):
        return pem.encode("utf-8", "surrogateescape")
