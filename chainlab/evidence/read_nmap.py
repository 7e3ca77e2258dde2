"""XML reports of nmap with the script ``ssl-cert``: the server certificate of every port, nothing of its chain."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from chainlab.evidence.model import ContainerEvidence, Item, Place
from chainlab.evidence.pem_blocks import first_certificate, mentions
from chainlab.evidence.read_pem import text_of
from chainlab.evidence.reading import ReadOptions
from chainlab.evidence.wire import Message, endpoint_of, message_items
from chainlab.evidence.xml_text import parse_xml
from chainlab.findings import NO_HANDSHAKE, Finding

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

FORMAT = "nmap report"
PRIORITY = 343

_DOCTYPE: Final = "<!DOCTYPE nmaprun>"
"""What nmap itself writes: it declares nothing, so it is harmless and cut out; any other DOCTYPE is refused."""


def sniff(data: bytes) -> bool:
    """The root element, near the beginning."""
    return mentions(data[:4096], "<nmaprun")


def read(data: bytes, place: Place, _options: ReadOptions) -> Iterator[Item]:
    """The certificate of every port where the script ran."""
    plain = text_of(data).replace(_DOCTYPE, "", 1)
    root = parse_xml(plain.encode("utf-8", "surrogatepass"), place)
    scripts = [
        (host, port, script)
        for host in root.iter("host")
        for port in host.iter("port")
        for script in port.iter("script")
        if script.get("id") == "ssl-cert"
    ]
    yield ContainerEvidence(place, FORMAT, (("ports with ssl-cert", str(len(scripts))),))
    for host, port, script in scripts:
        endpoint = endpoint_of(_address(host), port.get("portid", ""))
        pem = next((element.text or "" for element in script.iter("elem") if element.get("key") == "pem"), "")
        der = first_certificate(pem)
        if der:
            message = Message((der,), "server", endpoint, complete=False)
            yield from message_items(message, place.at(endpoint), FORMAT)
        else:
            yield Finding(NO_HANDSHAKE, {"place": str(place.at(endpoint)), "why": "the script's result has no PEM"})
    if not scripts:
        why = "no result of the script ssl-cert; run nmap with --script ssl-cert -oX"
        yield Finding(NO_HANDSHAKE, {"place": str(place), "why": why})


def _address(host: Element) -> str:
    names = [element.get("name", "") for element in host.iter("hostname") if element.get("type") == "user"]
    addresses = [element.get("addr", "") for element in host.iter("address") if element.get("addrtype") != "mac"]
    return next(iter((*names, *addresses)), "")
