"""JSON reports of sslyze (``--json_out``): the chains received, one per certificate the server deploys.

Layouts of sslyze 3 to 6. The verified chains in it were built by sslyze with its own roots and are not what was sent.
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

FORMAT = "sslyze report"
PRIORITY = 313


def sniff(data: bytes) -> bool:
    """The key that holds the results."""
    return mentions(data, '"server_scan_results"')


def read(data: bytes, place: Place, _options: ReadOptions) -> Iterator[Item]:
    """Every deployment's chain, by server; a server that was not reached is a finding."""
    report = load_json(data, place)
    servers = objects(get(report, "server_scan_results"))
    version = text(get(report, "sslyze_version")) or "unknown"
    yield ContainerEvidence(place, FORMAT, (("sslyze", version), ("servers", str(len(servers)))))
    for server in servers:
        yield from _server(server, place)
    if not servers:
        yield Finding(NO_HANDSHAKE, {"place": str(place), "why": "the report has no server"})


def _server(server: dict[str, Any], place: Place) -> Iterator[Item]:
    location = get(server, "server_location") or get(server, "server_info", "server_location")
    endpoint = endpoint_of(text(get(location, "hostname")) or text(get(location, "ip_address")), get(location, "port"))
    info = get(server, "scan_result", "certificate_info") or get(server, "scan_commands_results", "certificate_info")
    deployments = objects(get(info, "result", "certificate_deployments") or get(info, "certificate_deployments"))
    if not deployments:
        why = text(get(server, "connectivity_status")) or text(get(info, "status")) or "no certificate was scanned"
        yield Finding(NO_HANDSHAKE, {"place": str(place.at(endpoint)), "why": f"sslyze says {why}"})
    sni = get(server, "network_configuration", "tls_server_name_indication")
    for number, deployment in enumerate(deployments, start=1):
        position = place.at(f"{endpoint}, deployment {number}" if len(deployments) > 1 else endpoint)
        ders = [
            first_certificate(get(entry, "as_pem")) for entry in objects(get(deployment, "received_certificate_chain"))
        ]
        yield from message_items(Message(tuple(ders), "server", endpoint, text(sni) or None), position, FORMAT)
