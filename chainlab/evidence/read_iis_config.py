"""IIS' applicationHost.config: the https bindings of its sites. Nothing else of the file is looked at or kept.

A binding here names no certificate; which one is used stands in http.sys (``netsh``, registry). Shared configurations
and ``appcmd`` exports may carry a hash all the same. sslFlags: 1 SNI, 2 Central Certificate Store [D: IIS schema].
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from chainlab.errors import InputError
from chainlab.evidence.model import ContainerEvidence, Item, Place
from chainlab.evidence.read_pem import text_of
from chainlab.evidence.reading import ReadOptions
from chainlab.findings import BROKEN_PART, Finding

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

FORMAT = "applicationHost.config"
PRIORITY = 151

_SNIFFED = 512 * 1024
_MAX_FLAGS = 0xFFFFFFFF


def sniff(data: bytes) -> bool:
    """XML with the section that holds the sites."""
    head = data[:_SNIFFED]
    if b"<" not in head[:64]:
        return False
    text = text_of(head)
    return text.lstrip("\ufeff \t\r\n").startswith("<") and "<configuration" in text and "<sites" in text


def read(data: bytes, place: Place, _options: ReadOptions) -> Iterator[Item]:
    """One binding per https line of a site, in file order."""
    from chainlab.evidence.xml_text import parse_xml

    root = parse_xml(data, place)
    sites = [site for section in _named(root, "sites") for site in _named(section, "site", deep=False)]
    if not sites:
        raise InputError(str(place), "an IIS configuration without sites", expected="system.applicationHost/sites")
    yield ContainerEvidence(place, FORMAT, (("sites", str(len(sites))),))
    for site in sites:
        name = site.get("name", "")
        for number, binding in enumerate(_named(site, "binding"), start=1):
            if binding.get("protocol", "").lower() == "https":
                yield _binding(binding, name, place.at(f"site '{name[:80]}', binding {number}"))


def _named(parent: Element, name: str, deep: bool = True) -> list[Element]:
    from chainlab.evidence.xml_text import local_name

    return [child for child in (parent.iter() if deep else parent) if local_name(child.tag) == name]


def _binding(binding: Element, site: str, place: Place) -> Item:
    from chainlab.evidence.bindings import site_binding

    try:
        return site_binding(
            binding.get("bindingInformation", ""),
            place,
            site,
            flags=_flags(binding.get("sslFlags", "0").strip()),
            sha1=binding.get("certificateHash", "").replace(" ", "").lower(),
            store=binding.get("certificateStoreName", ""),
        )
    except ValueError as error:
        return Finding(BROKEN_PART, {"place": str(place), "why": str(error)})


def _flags(text: str) -> int:
    """sslFlags is a number, or names joined by commas."""
    from chainlab.evidence.bindings import CENTRAL_STORE
    from chainlab.evidence.numbers import decimal

    number = decimal(text, _MAX_FLAGS)
    named = CENTRAL_STORE if "CentralCertStore" in text else 0
    return named if number is None else number
