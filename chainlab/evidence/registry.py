"""What Windows' registry keys mean for certificates: shared by .reg files and offline hives.

Locations: wincrypt.h lines 3852-3930 and "System Store Locations" (input formats specification, 1.2).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from chainlab.evidence.model import CertificateEvidence, Item, Place, SettingEvidence
from chainlab.evidence.serialized import element_items, parse_element
from chainlab.findings import BROKEN_PART, THUMBPRINT_MISMATCH, Finding
from chainlab.server import StoreName

_STORE_KEY: Final = re.compile(
    r"^(?P<hive>HKEY_LOCAL_MACHINE|HKLM|HKEY_CURRENT_USER|HKCU|HKEY_USERS\\S-1-5-18|HKEY_USERS\\\.DEFAULT|HKU\\S-1-5-18"
    r"|HKEY_USERS\\S-1-[\d-]+)"
    r"\\SOFTWARE\\(?P<policy>Policies\\)?Microsoft\\(?P<kind>SystemCertificates|EnterpriseCertificates)"
    r"\\(?P<store>[^\\]{1,64})\\(?P<part>Certificates|CRLs|CTLs)\\(?P<thumbprint>[0-9A-F]{40})$",
    re.IGNORECASE,
)
_SWITCHES: Final = {
    (r"\microsoft\systemcertificates\authroot", "disablerootautoupdate"): "root_update",
    (r"certdllcreatecertificatechainengine\config", "disableaiaurlretrieval"): "aia",
    (r"\systemcertificates\chainengine\config", "disableaiaurlretrieval"): "aia",
}
"""(end of key, value name) -> the switch that a non-zero DWORD turns off."""

_CHAIN_CONFIG: Final = (
    r"certdllcreatecertificatechainengine\config",
    r"certdllcreatecertificatechainengine\config\default",
)


def store_of_key(key: str) -> tuple[StoreName, str] | None:
    """The store and thumbprint of a certificate's key, or ``None`` for any other key."""
    match = _STORE_KEY.match(key)
    if match is None or match["part"].lower() != "certificates":
        return None
    hive = match["hive"].upper()
    if hive in ("HKEY_LOCAL_MACHINE", "HKLM"):
        location = "LocalMachine"
    else:
        location = "System" if hive.endswith(("S-1-5-18", ".DEFAULT")) else "CurrentUser"
    physical = ".GroupPolicy" if match["policy"] else ".Default"
    if match["kind"].lower() == "enterprisecertificates":
        physical = ".Enterprise"
    parsed = StoreName.parse(f"{location}/{match['store']}")
    return StoreName(location, parsed.logical, physical if physical != ".Default" else parsed.physical), match[
        "thumbprint"
    ].lower()


def blob_items(key: str, blob: bytes, place: Place, format_name: str) -> Iterator[Item]:
    """The certificate in the ``Blob`` value of a store key."""
    located = store_of_key(key)
    if located is None:
        return
    store, thumbprint = located
    try:
        element = parse_element(blob, 0)
    except ValueError as error:
        yield Finding(BROKEN_PART, {"place": str(place), "why": str(error)})
        return
    for item in element_items(element, place, format_name, store):
        if isinstance(item, CertificateEvidence) and item.certificate.sha1 != thumbprint:
            actual = item.certificate.sha1
            yield Finding(THUMBPRINT_MISMATCH, {"place": str(place), "filed": thumbprint, "actual": actual})
        yield item


def setting_items(key: str, name: str, value: int | str, place: Place) -> Iterator[Item]:
    """A setting of root update, AIA retrieval or the chain engine's weak-crypto policy."""
    lower_key, lower_name = key.lower(), name.lower()
    for (ending, value_name), switch in _SWITCHES.items():
        if lower_key.endswith(ending) and lower_name == value_name:
            yield SettingEvidence(switch, int(not value), place)
    if lower_key.endswith(_CHAIN_CONFIG) and lower_name.startswith(("weak", "minrsa")):
        yield SettingEvidence(f"chain:{lower_name}", value, place)
