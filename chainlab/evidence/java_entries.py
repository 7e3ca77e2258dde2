"""Entries of Java key stores as evidence, and the fields that JKS, JCEKS and BKS share."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from chainlab.evidence.fields import Fields
from chainlab.evidence.model import CertificateEvidence, Item, KeyPresence, Place
from chainlab.evidence.reading import certificate_item
from chainlab.evidence.wire import MAX_DER
from chainlab.properties import FRIENDLY_NAME, derive
from chainlab.records import dataclass


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry with certificates: ``trusted`` is a trusted-certificate entry, else a key's chain, leaf first.

    ``key``: whether the first certificate has its private key here (a sealed entry may hold any kind of key).
    """

    number: int
    alias: str
    ders: tuple[bytes, ...]
    trusted: bool
    key: KeyPresence = KeyPresence.ABSENT


def java_text(fields: Fields) -> str:
    """Modified UTF-8 after its 16-bit length (java.io.DataInput)."""
    data = fields.vector(2).replace(b"\xc0\x80", b"\0")
    try:
        text = data.decode("utf-8", "surrogatepass")  # characters beyond the BMP are two encoded surrogates
    except UnicodeDecodeError:
        return data.decode("utf-8", "backslashreplace")
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def java_certificate(fields: Fields, kind: str = "") -> bytes:
    """A certificate's encoding after its type (or of the given ``kind``); ``ValueError`` for anything but X.509."""
    kind = kind or java_text(fields)
    data = fields.vector(4)
    if kind not in ("X.509", "X509") or len(data) > MAX_DER:
        raise ValueError(f"a certificate of type '{kind}' and {len(data)} bytes")
    return data


def entry_items(entry: Entry, place: Place, format_name: str) -> Iterator[Item]:
    """The certificates of an entry under its alias; a key entry's first certificate is the one with the key."""
    raw, _problems = derive({FRIENDLY_NAME: entry.alias.encode("utf-16-le", "replace")})
    position = place.at(f"entry {entry.number} '{entry.alias}'")
    for number, der in enumerate(entry.ders):
        item = certificate_item(der, position, format_name)
        if isinstance(item, CertificateEvidence):
            key = entry.key if number == 0 else KeyPresence.ABSENT
            item = replace(item, properties=raw, key=key, trusted=entry.trusted)
        yield item
