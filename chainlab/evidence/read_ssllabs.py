"""JSON of the SSL Labs API (``ssllabs-scan``, versions 2 to 4): the chains that each endpoint sent.

Version 3 and 4: ``endpoints[].details.certChains[].certIds`` point into ``certs[]`` with the PEM in ``raw``. Version 2:
``endpoints[].details.chain.certs[].raw``. Trust paths in it are SSL Labs' own and are not what was sent.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from chainlab.evidence.json_text import get, load_json, objects, text
from chainlab.evidence.model import ContainerEvidence, Item, Place
from chainlab.evidence.pem_blocks import first_certificate, mentions
from chainlab.evidence.reading import ReadOptions
from chainlab.evidence.wire import Message, endpoint_of, message_items
from chainlab.findings import NO_HANDSHAKE, Finding

FORMAT = "SSL Labs report"
PRIORITY = 333


def sniff(data: bytes) -> bool:
    """The keys of a host with its endpoints."""
    return mentions(data, '"endpoints"') and mentions(data, '"certChains"', '"statusMessage"')


def read(data: bytes, place: Place, _options: ReadOptions) -> Iterator[Item]:
    """Every chain of every endpoint; an endpoint without one is a finding."""
    report = load_json(data, place)
    hosts = objects(report) or ([report] if isinstance(report, dict) else [])
    endpoints = [(host, endpoint) for host in hosts for endpoint in objects(get(host, "endpoints"))]
    yield ContainerEvidence(place, FORMAT, (("hosts", str(len(hosts))), ("endpoints", str(len(endpoints)))))
    for host, endpoint in endpoints:
        yield from _endpoint(host, endpoint, place)


def _endpoint(host: dict[str, Any], endpoint: dict[str, Any], place: Place) -> Iterator[Item]:
    shown = endpoint_of(text(get(endpoint, "ipAddress")), text(get(host, "port")) or "443")
    chains = _chains(host, get(endpoint, "details"))
    if not chains:
        why = text(get(endpoint, "statusMessage")) or "it was assessed without details (all=done)"
        yield Finding(NO_HANDSHAKE, {"place": str(place.at(shown)), "why": f"SSL Labs says: {why}"})
    for number, (ders, sni) in enumerate(chains, start=1):
        position = place.at(f"{shown}, chain {number}" if len(chains) > 1 else shown)
        name = "" if sni is False else text(get(host, "host")) or None
        yield from message_items(Message(ders, "server", shown, name), position, FORMAT)


def _chains(host: dict[str, Any], details: Any) -> list[tuple[tuple[bytes, ...], bool]]:
    """Each chain, and whether it was sent to a client with SNI."""
    raw = {text(get(entry, "id")): text(get(entry, "raw")) for entry in objects(get(host, "certs"))}
    found = []
    for chain in objects(get(details, "certChains")):
        identities = get(chain, "certIds")
        ders = [
            first_certificate(raw.get(text(identity), ""))
            for identity in (identities if isinstance(identities, list) else ())
        ]
        found.append((tuple(ders), not get(chain, "noSni")))
    if not found and (old := objects(get(details, "chain", "certs"))):
        found.append((tuple(first_certificate(text(get(entry, "raw"))) for entry in old), True))
    return [(ders, sni) for ders, sni in found if ders]
