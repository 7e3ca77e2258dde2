"""Bouncy Castle key stores: BKS versions 1 and 2 without a password, UBER with one.

Format: org.bouncycastle BcKeyStoreSpi. In BKS the certificates are in clear and only keys are sealed; its integrity
check (HMAC) needs the password and is not made. UBER is the same, encrypted as a whole with Twofish under the
password (PBEWithSHAAndTwofish-CBC), with a SHA-1 digest at its end.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Final

from chainlab.errors import InputError, LimitError, PasswordError
from chainlab.evidence.fields import Fields
from chainlab.evidence.java_entries import Entry, entry_items, java_certificate, java_text
from chainlab.evidence.model import ContainerEvidence, Item, KeyPresence, Place
from chainlab.evidence.reading import ReadOptions
from chainlab.evidence.wire import MAX_CHAIN
from chainlab.findings import BROKEN_PART, Finding

FORMAT = "Bouncy Castle key store"
PRIORITY = 123

MAX_UBER: Final = 2 * 1024 * 1024
"""Bytes of an UBER store; each is decrypted in Python, at about 3 microseconds."""

KEY_PURPOSE: Final = 1
IV_PURPOSE: Final = 2

_SALT: Final = b"\0\0\0\x14"
_HASH_BYTES: Final = 20
_END, _CERTIFICATE, _KEY, _SECRET, _SEALED = range(5)


def sniff(data: bytes) -> bool:
    """Version 1 or 2 and the 20-byte salt that Bouncy Castle always makes."""
    return data[:4] in (b"\0\0\0\x01", b"\0\0\0\x02") and data[4:8] == _SALT


def read(data: bytes, place: Place, options: ReadOptions) -> Iterator[Item]:
    """The container, then every entry's certificates in file order."""
    fields = Fields(data)
    try:
        version, salt, iterations = fields.number(4), fields.vector(4), fields.number(4)
    except ValueError:
        raise InputError(str(place), "the Bouncy Castle key store is cut off within its header") from None
    name, integrity = f"BKS version {version}", "not checked: it needs the password"
    if _looks_encrypted(data, fields.offset):
        fields = _uber(fields, salt, iterations, place, options)
        name, integrity = "UBER", "checked with the password"
    yield ContainerEvidence(place, FORMAT, (("type", name), ("integrity", integrity)))
    for entry in _entries(fields, place):
        if isinstance(entry, Finding):
            yield entry
        else:
            yield from entry_items(entry, place, FORMAT)


def _looks_encrypted(data: bytes, offset: int) -> bool:
    """UBER: whole cipher blocks follow, and they do not begin like a BKS entry with its alias and date."""
    if (len(data) - offset) % 16 or data[:4] != b"\0\0\0\x01" or len(data) == offset:
        return False
    if data[offset] == _END:
        return len(data) - offset != 1 + _HASH_BYTES
    if data[offset] > _SEALED:
        return True
    try:
        _entry(Fields(data, offset + 1), data[offset], 1)
    except ValueError:
        return True
    return False


def _entries(fields: Fields, place: Place) -> Iterator[Entry | Finding]:
    number = 0
    while True:
        number += 1
        try:
            kind = fields.take(1)[0]
            if kind == _END:
                return
            entry = _entry(fields, kind, number)
        except ValueError as error:
            yield Finding(BROKEN_PART, {"place": str(place.at(f"entry {number}")), "why": f"damaged: {error}"})
            return
        yield entry


def _entry(fields: Fields, kind: int, number: int) -> Entry:
    alias = java_text(fields)
    fields.take(8)  # creation date
    length = fields.number(4)
    if length > MAX_CHAIN:
        raise ValueError(f"a chain of {length} certificates is more than the cap of {MAX_CHAIN}")
    chain = tuple(java_certificate(fields) for _ in range(length))
    if kind == _CERTIFICATE:
        return Entry(number, alias, (java_certificate(fields),), trusted=True)
    if kind == _KEY:
        fields.take(1)
        java_text(fields)
        java_text(fields)
    elif kind not in (_SECRET, _SEALED):
        raise ValueError(f"its type is {kind}, not 0 to 4")
    fields.take(fields.number(4))  # the key itself: stepped over
    return Entry(number, alias, chain, trusted=False, key=KeyPresence.UNKNOWN)


def _uber(fields: Fields, salt: bytes, iterations: int, place: Place, options: ReadOptions) -> Fields:
    """What an UBER store holds, decrypted with the password and confirmed by its digest."""
    from chainlab.evidence.pkcs12_crypto import Iterations, bmp_password, pkcs12_kdf
    from chainlab.evidence.twofish import decrypt_cbc

    if fields.left > MAX_UBER:
        raise LimitError(str(place), f"{fields.left} bytes are more than the cap of {MAX_UBER} for an UBER key store")
    try:
        Iterations(options.limits.iterations).spend(3 * iterations)  # two rounds for the key, one for the IV
    except OverflowError as error:
        raise LimitError(str(place), str(error), hint="raise --max-iterations") from None
    except ValueError as error:
        raise InputError(str(place), f"damaged UBER key store ({error})") from None
    password = options.password(str(place))
    if password is None:
        hint = "give it with --password-env VAR or --password-file FILE"
        raise PasswordError(str(place), "the UBER key store needs a password, none was given", hint=hint)
    encoded = bmp_password(password) if password else b""  # Bouncy Castle derives from nothing where it is empty
    key, iv = (
        pkcs12_kdf("sha1", encoded, salt, iterations, purpose, size)
        for purpose, size in ((KEY_PURPOSE, 32), (IV_PURPOSE, 16))
    )
    plain = decrypt_cbc(key, iv, fields.take(fields.left))
    content = plain[: -plain[-1]] if plain else b""
    body, digest = content[:-_HASH_BYTES], content[-_HASH_BYTES:]
    if hashlib.sha1(body, usedforsecurity=False).digest() != digest:
        raise PasswordError(str(place), "wrong password, or a damaged UBER key store")
    return Fields(content)
