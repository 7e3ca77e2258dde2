"""Certificate objects as PowerShell writes them, whatever it writes them in (Clixml, JSON, CSV).

``RawData`` is the whole certificate; without it only the thumbprint and what stands beside it is left. ``PSParentPath``
(``…\\Certificate::LocalMachine\\Root``) names the store. The Cert: drive shows logical stores: which physical store an
entry comes from, and its other properties, are not there.
"""

from __future__ import annotations

import re
from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Iterator, Mapping
from typing import Any, Final

from chainlab.evidence.model import CertificateEvidence, Item, KeyPresence, Place, StoreRecord
from chainlab.evidence.reading import certificate_item
from chainlab.evidence.registry_stores import filed_items
from chainlab.findings import BROKEN_PART, Finding
from chainlab.properties import ARCHIVED, FRIENDLY_NAME, NO_PROPERTIES, StoreProperties, derive
from chainlab.server import StoreName

MAX_BYTES: Final = 1024 * 1024
"""RawData longer than this is not decoded."""

_THUMBPRINT: Final = re.compile(r"[0-9A-Fa-f]{40}")
_STORE: Final = re.compile(r"Certificate::(LocalMachine|CurrentUser)\\([^\\]{1,64})(?:\\[0-9A-F]{40})?$", re.IGNORECASE)
_NUMBERS: Final = r"[0-9]{1,3}(?: [0-9]{1,3})+"
_FACTS: Final = ("Subject", "Issuer", "SerialNumber", "NotBefore", "NotAfter", "FriendlyName")
_TRUTH: Final = {"true": KeyPresence.PRESENT, "false": KeyPresence.ABSENT}


def is_certificate(fields: Mapping[str, Any]) -> bool:
    """Whether an object looks like a certificate: it has its raw data or a thumbprint of 40 digits."""
    return "RawData" in fields or _THUMBPRINT.fullmatch(str(fields.get("Thumbprint") or "")) is not None


def object_items(fields: Mapping[str, Any], place: Place, format_name: str) -> Iterator[Item]:
    """The certificate of one object, or its record where the object has no usable raw data."""
    thumbprint = str(fields.get("Thumbprint") or "").lower()
    named = _THUMBPRINT.fullmatch(thumbprint) is not None
    key = _TRUTH.get(str(fields.get("HasPrivateKey")).lower(), KeyPresence.UNKNOWN)
    store, properties = _store_of(fields), _properties(fields, key)
    der = raw_data(fields.get("RawData"))
    if der:
        item = certificate_item(der, place, format_name, store)
        if isinstance(item, CertificateEvidence):
            item = CertificateEvidence(item.certificate, place, store, properties, key, format_name)
        yield from filed_items(iter([item]), thumbprint, place) if named else [item]
    elif named:
        facts = tuple((name, str(fields[name])[:400]) for name in _FACTS if fields.get(name) not in (None, ""))
        yield StoreRecord(thumbprint, place, store, properties, key, facts)
    else:
        why = "a certificate object without its raw data and without a thumbprint"
        yield Finding(BROKEN_PART, {"place": str(place), "why": why})


def raw_data(value: Any) -> bytes:
    """The bytes of RawData.

    An array of numbers (also wrapped as ``{"value": […]}``, or cut to ``48 130 …`` by ConvertTo-Json's -Depth), base64,
    or nothing usable (``System.Byte[]``), which gives no bytes.
    """
    if isinstance(value, Mapping):
        value = value.get("value")
    if isinstance(value, bytes):
        return value
    if isinstance(value, str) and len(value) <= 4 * MAX_BYTES and re.fullmatch(_NUMBERS, value):
        value = [int(number) for number in value.split(" ")]
    if isinstance(value, list):
        numbers = len(value) <= MAX_BYTES and all(_is_byte(number) for number in value)
        return bytes(value) if numbers else b""
    if not isinstance(value, str) or len(value) > 2 * MAX_BYTES:
        return b""
    try:
        return b64decode("".join(value.split()), validate=True)
    except (Base64Error, ValueError):
        return b""


def _is_byte(number: Any) -> bool:
    return isinstance(number, int) and not isinstance(number, bool) and 0 <= number < 256


def _store_of(fields: Mapping[str, Any]) -> StoreName | None:
    for name in ("PSParentPath", "PSPath"):
        match = _STORE.search(str(fields.get(name) or ""))
        if match is not None:
            location = "LocalMachine" if match[1].lower() == "localmachine" else "CurrentUser"
            return StoreName.named(location, match[2])
    return None


def _properties(fields: Mapping[str, Any], key: KeyPresence) -> StoreProperties:
    raw: dict[int, bytes] = {}
    name = fields.get("FriendlyName")
    if isinstance(name, str) and name:
        raw[FRIENDLY_NAME] = (name[:1000] + "\0").encode("utf-16-le", "replace")
    if str(fields.get("Archived")).lower() == "true":
        raw[ARCHIVED] = b""
    if not raw and key is not KeyPresence.PRESENT:
        return NO_PROPERTIES
    derived, _ = derive(raw)
    return derived
