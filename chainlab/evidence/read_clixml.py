"""``Export-Clixml`` of certificate objects.

PowerShell serializes nothing but RawData of an X509Certificate2; ``Select-Object`` before the export keeps the chosen
properties, as members of the object. [S: PowerShell's type table]
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from chainlab.errors import InputError
from chainlab.evidence.model import ContainerEvidence, Item, Place
from chainlab.evidence.read_pem import text_of
from chainlab.evidence.reading import ReadOptions

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

FORMAT = "PowerShell Clixml"
PRIORITY = 161

_HEAD = r"\s*(?:<\?xml[^>]{0,200}\?>)?\s*<Objs\b"
_ESCAPED = r"_x([0-9A-Fa-f]{4})_"


def sniff(data: bytes) -> bool:
    """The root element Objs."""
    if b"<" not in data[:64]:
        return False
    return re.match(_HEAD, text_of(data[:1024]).lstrip("\ufeff")) is not None


def read(data: bytes, place: Place, _options: ReadOptions) -> Iterator[Item]:
    """Certificates in the order of the file."""
    from chainlab.evidence.powershell import is_certificate, object_items
    from chainlab.evidence.xml_text import local_name, parse_xml

    root = parse_xml(data, place)
    objects = [fields for found in root.iter() if local_name(found.tag) == "Obj" and (fields := _fields(found))]
    certificates = [fields for fields in objects if is_certificate(fields)]
    if not certificates:
        hint = "Get-ChildItem Cert:\\LocalMachine\\Root | Export-Clixml root.xml"
        raise InputError(str(place), "Clixml without certificates", expected="X509Certificate2 objects", hint=hint)
    yield ContainerEvidence(place, FORMAT, (("certificates", str(len(certificates))),))
    for number, fields in enumerate(certificates, start=1):
        yield from object_items(fields, place.at(f"object {number}"), FORMAT)


def _fields(parent: Element) -> dict[str, Any]:
    """Properties and note properties of one object by name; nested objects count as their own."""
    from chainlab.evidence.xml_text import local_name

    fields: dict[str, Any] = {}
    for group in parent:
        if local_name(group.tag) in ("Props", "MS"):
            for member in group:
                fields[_unescaped(member.get("N", ""))] = _value(member)
    return fields


def _value(member: Element) -> Any:
    """Text, or a list of bytes (``None`` for what is none, which spoils the list: bytes left out make other data)."""
    from chainlab.evidence.numbers import decimal
    from chainlab.evidence.xml_text import local_name

    kind = local_name(member.tag)
    if kind == "Obj":  # a list of bytes
        return [decimal(byte.text or "", 255) for byte in member.iter() if local_name(byte.tag) == "By"]
    text = member.text or ""
    return _unescaped(text) if kind == "S" else text


def _unescaped(text: str) -> str:
    """Clixml writes control characters as ``_x000A_``."""
    return re.sub(_ESCAPED, lambda match: chr(int(match[1], 16)), text)
