"""A serialized certificate as a file of its own: a user's My store keeps one a certificate, without any header.

``%APPDATA%\\Microsoft\\SystemCertificates\\My\\Certificates\\<thumbprint>``: the path names the store and the
thumbprint. LocalSystem's lie below ``config\\systemprofile``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from chainlab.errors import InputError
from chainlab.evidence.model import CertificateEvidence, ContainerEvidence, Item, Place
from chainlab.evidence.reading import ReadOptions
from chainlab.evidence.serialized import element_items, parse_element
from chainlab.findings import BROKEN_PART, Finding
from chainlab.properties import CERTIFICATE
from chainlab.server import StoreName

FORMAT = "serialized certificate"
PRIORITY = 111

_PATH = (
    r"(?:(?P<system>systemprofile)[\\/].*?)?SystemCertificates[\\/](?P<store>[^\\/]{1,64})[\\/]Certificates"
    r"[\\/](?P<thumbprint>[0-9A-F]{40})$"
)


def sniff(data: bytes) -> bool:
    """A property record at the beginning (small id, encoding type 1), and records up to a certificate."""
    if data[2:8] != b"\0\0\1\0\0\0" or data[:2] == b"\0\0":
        return False
    try:
        return parse_element(data, 0).kind == CERTIFICATE
    except ValueError:
        return False


def read(data: bytes, place: Place, _options: ReadOptions) -> Iterator[Item]:
    """The certificate with its properties, in the store that the path names."""
    from chainlab.evidence.registry_stores import filed_items

    element = parse_element(data, 0)
    path = re.search(_PATH, place.inside[-1] if place.inside else place.file, re.IGNORECASE)
    store = None
    if path is not None:
        store = StoreName.named("System" if path["system"] else "CurrentUser", path["store"])
    items = list(element_items(element, place, FORMAT, store))
    if not any(isinstance(item, CertificateEvidence) for item in items):
        raise InputError(str(place), "a serialized element without a readable certificate")
    yield ContainerEvidence(place, FORMAT)
    yield from filed_items(iter(items), path["thumbprint"].lower(), place) if path is not None else items
    if any(data[element.end :]):
        left = len(data) - element.end
        yield Finding(BROKEN_PART, {"place": str(place), "why": f"{left} bytes after the certificate are ignored"})
