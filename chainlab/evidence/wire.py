"""Certificate messages of handshakes as evidence: shared by every reader that sees what a server sent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from chainlab.evidence.model import CertificateEvidence, HandshakeEvidence, Item, Place
from chainlab.evidence.reading import certificate_item
from chainlab.findings import LEAF_ONLY, UNUSED_PART, Finding
from chainlab.records import dataclass

MAX_CHAIN: Final = 100
"""Certificates of one message."""

MAX_DER: Final = 128 * 1024
"""Bytes of one certificate; the largest that work in practice are a tenth of that."""


@dataclass(frozen=True, slots=True)
class Message:
    """One certificate message, undecoded; the fields are those of ``HandshakeEvidence``."""

    ders: tuple[bytes, ...]
    sender: str = "server"
    endpoint: str = ""
    host: str | None = None
    protocol: str = ""
    cipher: str = ""
    notes: tuple[str, ...] = ()
    complete: bool = True
    count: int = 1


def message_items(
    message: Message, place: Place, format_name: str, decoded: dict[bytes, Item] | None = None
) -> Iterator[Item]:
    """The distinct certificates of a message (seen on the wire, in no store), then the handshake.

    ``decoded`` keeps what was decoded from one message to the next. A certificate that cannot be decoded is a finding
    and a gap in the chain.
    """
    memory = {} if decoded is None else decoded
    chain, broken, seen = [], [], set()
    if len(message.ders) > MAX_CHAIN:
        what = f"what follows the first {MAX_CHAIN} of {len(message.ders)} certificates"
        yield Finding(UNUSED_PART, {"place": str(place), "what": what})
    for number, der in enumerate(message.ders[:MAX_CHAIN]):
        item = memory.get(der)
        if item is None:
            item = memory[der] = _decode(der, place, format_name)
        if isinstance(item, CertificateEvidence):
            chain.append(item.certificate)
            if der not in seen:
                yield replace(item, place=place)
        else:
            broken.append(number)
            if der not in seen and isinstance(item, Finding):
                where = str(place.at(f"{place.position}, certificate {number + 1}".lstrip(", ")))
                yield replace(item, parameters={**item.parameters, "place": where})
        seen.add(der)
    if not message.complete:
        yield Finding(LEAF_ONLY, {"place": str(place)}, tuple(certificate.sha256 for certificate in chain))
    yield HandshakeEvidence(
        tuple(chain), place, message.sender, message.endpoint, message.host, message.protocol, message.cipher,
        tuple(broken), message.notes, message.complete, message.count,
    )  # fmt: skip


def _decode(der: bytes, place: Place, format_name: str) -> Item:
    if len(der) > MAX_DER:
        from chainlab.findings import BROKEN_CERTIFICATE

        why = f"{len(der)} bytes are more than the cap of {MAX_DER}"
        return Finding(BROKEN_CERTIFICATE, {"place": str(place), "why": why})
    item = certificate_item(der, place, format_name)
    return replace(item, on_wire=True) if isinstance(item, CertificateEvidence) else item


def endpoint_of(host: str, port: object) -> str:
    """``host:port``, IPv6 in brackets; without a port the host alone."""
    shown = f"[{host}]" if ":" in host and not host.startswith("[") else host
    return f"{shown}:{port}" if host and port else shown
