"""Certificate messages of handshakes as evidence: shared by every reader that sees what a server sent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from chainlab.evidence.model import CertificateEvidence, HandshakeEvidence, Item, Place
from chainlab.evidence.reading import certificate_item
from chainlab.findings import UNUSED_PART, Finding

MAX_CHAIN: Final = 100
"""Certificates of one message; real servers send fewer than ten."""


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


def message_items(message: Message, place: Place, format_name: str) -> Iterator[Item]:
    """The distinct certificates of a message (seen on the wire, in no store), then the handshake.

    A certificate that cannot be decoded is a finding and a gap in the chain.
    """
    chain, broken, seen = [], [], set()
    if len(message.ders) > MAX_CHAIN:
        what = f"what follows the first {MAX_CHAIN} of {len(message.ders)} certificates"
        yield Finding(UNUSED_PART, {"place": str(place), "what": what})
    for number, der in enumerate(message.ders[:MAX_CHAIN]):
        where = place.at(f"{place.position}, certificate {number + 1}".lstrip(", "))
        item = certificate_item(der, where, format_name)
        if isinstance(item, CertificateEvidence):
            chain.append(item.certificate)
        else:
            broken.append(number)
        if der not in seen:
            yield replace(item, place=place, on_wire=True) if isinstance(item, CertificateEvidence) else item
        seen.add(der)
    yield HandshakeEvidence(
        tuple(chain), place, message.sender, message.endpoint, message.host, message.protocol, message.cipher,
        tuple(broken), message.notes,
    )  # fmt: skip
