"""``ConvertTo-Json`` of certificate objects: one object, an array, or an array under one name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from chainlab.errors import InputError
from chainlab.evidence.json_text import load_json
from chainlab.evidence.model import ContainerEvidence, Item, Place
from chainlab.evidence.read_pem import text_of
from chainlab.evidence.reading import ReadOptions

FORMAT = "PowerShell JSON"
PRIORITY = 171

_SNIFFED = 1024 * 1024
_MEMBER = r'"(?:Thumbprint|RawData)"\s*:'
_BEGINNINGS = (b"[", b"{", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_START = r"\s*[\[{]"


def sniff(data: bytes) -> bool:
    """JSON with a member that only PowerShell's certificates have."""
    if not data[:64].lstrip().startswith(_BEGINNINGS):
        return False
    text = text_of(data[:_SNIFFED]).lstrip("\ufeff")
    return re.match(_START, text[:4096]) is not None and re.search(_MEMBER, text) is not None


def read(data: bytes, place: Place, _options: ReadOptions) -> Iterator[Item]:
    """Certificates in the order of the file."""
    from chainlab.evidence.powershell import is_certificate, object_items

    parsed = load_json(data, place)
    certificates = [fields for fields in _objects(parsed) if is_certificate(fields)]
    if not certificates:
        raise InputError(str(place), "JSON without certificate objects", expected="RawData or Thumbprint")
    yield ContainerEvidence(place, FORMAT, (("certificates", str(len(certificates))),))
    for number, fields in enumerate(certificates, start=1):
        yield from object_items(fields, place.at(f"object {number}"), FORMAT)


def _objects(parsed: Any) -> Iterator[dict[str, Any]]:
    """The objects of the outermost level, or of the arrays directly below the outermost object."""
    from chainlab.evidence.powershell import is_certificate

    if isinstance(parsed, dict) and not is_certificate(parsed):
        parsed = [entry for value in parsed.values() if isinstance(value, list) for entry in value]
    for entry in parsed if isinstance(parsed, list) else [parsed]:
        if isinstance(entry, dict):
            yield entry
