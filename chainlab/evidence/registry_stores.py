"""Certificate stores in the registry: which key is which location, logical and physical store.

Locations: wincrypt.h lines 3852-3930 and "System Store Locations" (input formats specification, 1.2).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from chainlab.evidence.model import CertificateEvidence, DeletionEvidence, Item, Place
from chainlab.evidence.serialized import element_items, parse_element
from chainlab.findings import BROKEN_PART, THUMBPRINT_MISMATCH, Finding
from chainlab.server import StoreName

STORE_KEY: Final = re.compile(
    r"^(?P<hive>HKEY_LOCAL_MACHINE|HKLM|HKEY_CURRENT_USER|HKCU|(?:HKEY_USERS|HKU)\\(?:S-1-[\d-]{1,90}|\.DEFAULT))"
    r"\\SOFTWARE\\(?P<policy>Policies\\)?Microsoft\\(?P<kind>SystemCertificates|EnterpriseCertificates)"
    r"\\(?P<store>[^\\]{1,64})(?:\\(?P<part>Certificates|CRLs|CTLs)(?:\\(?P<thumbprint>[0-9A-F]{40}))?)?$",
    re.IGNORECASE,
)
"""A store's key, one of its parts, or one of their entries."""


def _store_name(match: re.Match[str]) -> StoreName:
    hive = match["hive"].upper()
    if hive in ("HKEY_LOCAL_MACHINE", "HKLM"):
        location = "LocalMachine"
    else:  # the account of LocalSystem, in which lsass builds chains; .DEFAULT is the same hive
        location = "System" if hive.endswith(("S-1-5-18", ".DEFAULT")) else "CurrentUser"
    parsed = StoreName.named(location, match["store"])
    physical = ".GroupPolicy" if match["policy"] else parsed.physical
    if match["kind"].lower() == "enterprisecertificates":
        physical = ".Enterprise"
    return StoreName(location, parsed.logical, physical)


def store_deletion(path: str, place: Place) -> DeletionEvidence | None:
    """What deleting a key of a store takes away: an entry, or all certificates; ``None`` for CRLs and other keys."""
    match = STORE_KEY.match(path)
    if match is None or (match["part"] or "certificates").lower() != "certificates":
        return None
    return DeletionEvidence(place, _store_name(match), (match["thumbprint"] or "").lower())


def blob_items(path: str, blob: bytes, place: Place, format_name: str) -> Iterator[Item]:
    """The certificate in the ``Blob`` value of a store's entry; CRLs and CTLs are noted."""
    match = STORE_KEY.match(path)
    if match is None or match["thumbprint"] is None:
        return
    try:
        element = parse_element(blob, 0)
    except ValueError as error:
        yield Finding(BROKEN_PART, {"place": str(place), "why": str(error)})
        return
    yield from filed_items(
        element_items(element, place, format_name, _store_name(match)), match["thumbprint"].lower(), place
    )


def filed_items(items: Iterator[Item], thumbprint: str, place: Place) -> Iterator[Item]:
    """The items of an entry, and a finding where its certificate is not the one it is filed under."""
    for item in items:
        if isinstance(item, CertificateEvidence) and item.certificate.sha1 != thumbprint:
            actual = item.certificate.sha1
            yield Finding(THUMBPRINT_MISMATCH, {"place": str(place), "filed": thumbprint, "actual": actual})
        yield item
