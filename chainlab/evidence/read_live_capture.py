"""Captures of live handshakes, ``chainlab-capture/1``: what ``chainlab capture`` writes.

JSON: ``{"schema", "chainlab", "openssl", "handshakes": […]}``; each handshake has ``host``, ``endpoint``, ``sni``
(empty: none was sent), ``starttls``, ``offered`` (``protocol``, ``key``, ``ciphers``, ``signature_algorithms`` as they
stood in the hello), ``negotiated`` (``protocol``, ``cipher``), ``at``, ``seconds``, ``chain`` (PEM, wire order) and
``error`` (``stage``, ``message``) if it failed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from chainlab.errors import InputError
from chainlab.evidence.model import ContainerEvidence, Item, Place
from chainlab.evidence.pem_blocks import first_certificate
from chainlab.evidence.read_pem import text_of
from chainlab.evidence.reading import ReadOptions
from chainlab.findings import PROBE_FAILED, Finding

FORMAT = "live capture"
PRIORITY = 115

SCHEMA: Final = "chainlab-capture/1"
MAX_HANDSHAKES: Final = 100_000

_HEAD: Final = re.compile(rf'\s*\{{\s*"schema"\s*:\s*"{SCHEMA}"')


def sniff(data: bytes) -> bool:
    """A JSON object that begins with the schema."""
    return _HEAD.match(text_of(data[:256])) is not None


def read(data: bytes, place: Place, _options: ReadOptions) -> Iterator[Item]:
    """Every handshake with a chain, in file order; the failed ones are notes."""
    from chainlab.evidence.json_text import get, load_json, objects, text

    document = load_json(data, place)
    handshakes = objects(get(document, "handshakes"))
    if not handshakes:
        raise InputError(str(place), "a capture without handshakes", hint="capture again; the server was not reached")
    facts = (("handshakes", str(len(handshakes))), ("made with", text(get(document, "openssl"))))
    yield ContainerEvidence(place, FORMAT, tuple((label, value) for label, value in facts if value))
    for number, handshake in enumerate(handshakes[:MAX_HANDSHAKES], start=1):
        yield from _handshake(handshake, place.at(f"handshake {number}"))


def _handshake(handshake: Mapping[str, Any], place: Place) -> Iterator[Item]:
    from chainlab.evidence.json_text import get, text
    from chainlab.evidence.wire import Message, message_items

    sni, pems = handshake.get("sni"), handshake.get("chain")
    asked = _asked(handshake)
    if get(handshake, "error") is not None:
        yield Finding(
            PROBE_FAILED, {"place": str(place), "why": f"{asked}: {text(get(handshake, 'error', 'message'))}"}
        )
    ders = tuple(_der(pem) for pem in pems if isinstance(pem, str)) if isinstance(pems, list) else ()
    if not ders:
        return
    starttls = text(handshake.get("starttls"))
    message = Message(
        ders,
        endpoint=text(handshake.get("endpoint")),
        host=sni if isinstance(sni, str) else None,
        protocol=text(get(handshake, "negotiated", "protocol")),
        cipher=text(get(handshake, "negotiated", "cipher")),
        notes=(f"offered: {asked}", *([f"after STARTTLS ({starttls})"] if starttls else [])),
    )
    yield from message_items(message, place, FORMAT)


def _asked(handshake: Mapping[str, Any]) -> str:
    """What the hello asked for, in words."""
    from chainlab.evidence.json_text import get, text

    protocol, key = (text(get(handshake, "offered", part)) for part in ("protocol", "key"))
    without = "" if handshake.get("sni") else ", without SNI"
    return f"{text(handshake.get('host'))}, {protocol} with {key.upper()} certificates{without}"


def _der(pem: str) -> bytes:
    """The certificate of one PEM text; what is none stays as it is and fails to decode where it stands."""
    return first_certificate(pem) or pem.encode("utf-8", "surrogatepass")
