"""Java key stores JKS and JCEKS: certificates and aliases are in clear, so no password is needed.

Format: sun.security.provider.JavaKeyStore and com.sun.crypto.provider.JceKeyStore (OpenJDK). The integrity hash needs
the password and is not checked. Sealed secret keys of JCEKS are serialized Java objects whose end cannot be found
without deserializing them, which is never done: reading stops there.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from chainlab.errors import InputError
from chainlab.evidence.fields import Fields
from chainlab.evidence.java_entries import Entry, entry_items, java_certificate, java_text
from chainlab.evidence.model import ContainerEvidence, Item, KeyPresence, Place
from chainlab.evidence.reading import ReadOptions
from chainlab.evidence.wire import MAX_CHAIN
from chainlab.findings import BROKEN_PART, UNUSED_PART, Finding

FORMAT = "Java key store"
PRIORITY = 113

_MAGICS: Final = {b"\xfe\xed\xfe\xed": "JKS", b"\xce\xce\xce\xce": "JCEKS"}
_KEY, _TRUSTED, _SEALED = 1, 2, 3
_HASH_BYTES: Final = 20


def sniff(data: bytes) -> bool:
    """The magic number of JKS or JCEKS."""
    return data[:4] in _MAGICS


def read(data: bytes, place: Place, _options: ReadOptions) -> Iterator[Item]:
    """The container, then every entry's certificates in file order; reading ends at damage or a sealed key."""
    fields = Fields(data, 4)
    kind = _MAGICS[data[:4]]
    try:
        version, count = fields.number(4), fields.number(4)
    except ValueError:
        raise InputError(str(place), f"the {kind} store is cut off within its header") from None
    if version not in (1, 2):
        raise InputError(str(place), f"{kind} version {version}", expected="version 1 or 2")
    facts = (("type", kind), ("entries", str(count)), ("integrity", "not checked: it needs the password"))
    yield ContainerEvidence(place, FORMAT, facts)
    for number in range(1, count + 1):
        try:
            entry = _entry(fields, version, number)
        except ValueError as error:
            yield Finding(BROKEN_PART, {"place": str(place.at(f"entry {number}")), "why": f"damaged: {error}"})
            return
        if entry is None:
            what = f"a sealed secret key, and what follows it (up to {count - number} entries),"
            yield Finding(UNUSED_PART, {"place": str(place.at(f"entry {number}")), "what": what})
            return
        yield from entry_items(entry, place, FORMAT)
    if fields.left != _HASH_BYTES:
        why = f"{fields.left} bytes follow the last entry instead of the {_HASH_BYTES} of the integrity hash"
        yield Finding(BROKEN_PART, {"place": str(place), "why": why})


def _entry(fields: Fields, version: int, number: int) -> Entry | None:
    """One entry; ``None`` for a sealed key."""
    tag, alias = fields.number(4), java_text(fields)
    fields.take(8)  # creation date
    if tag == _SEALED:
        return None
    if tag == _TRUSTED:
        return Entry(number, alias, (java_certificate(fields, "" if version == 2 else "X.509"),), trusted=True)
    if tag != _KEY:
        raise ValueError(f"its tag is {tag}, not 1 (key) or 2 (certificate)")
    fields.take(fields.number(4))  # the encrypted private key: stepped over
    length = fields.number(4)
    if length > MAX_CHAIN:
        raise ValueError(f"a chain of {length} certificates is more than the cap of {MAX_CHAIN}")
    chain = tuple(java_certificate(fields, "" if version == 2 else "X.509") for _ in range(length))
    return Entry(number, alias, chain, trusted=False, key=KeyPresence.PRESENT)
