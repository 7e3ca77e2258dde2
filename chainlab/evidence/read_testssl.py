"""Reports of testssl.sh: JSON (flat and pretty) and CSV.

The server certificate stands under ``cert`` (with `` <hostCert#N>`` or `` <cert#N>`` where the server has several),
the others under ``intermediate_cert <#N>`` since version 3.2; older reports have the server certificate alone.
``certs_countServer`` says how many were sent.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from chainlab.evidence.json_text import get, load_json, objects, text
from chainlab.evidence.model import ContainerEvidence, Item, Place
from chainlab.evidence.numbers import decimal
from chainlab.evidence.pem_blocks import first_certificate, mentions
from chainlab.evidence.read_pem import text_of
from chainlab.evidence.reading import ReadOptions
from chainlab.evidence.wire import MAX_CHAIN, Message, endpoint_of, message_items
from chainlab.findings import BROKEN_PART, CERTIFICATE_COUNT, NO_HANDSHAKE, Finding
from chainlab.records import dataclass, field

FORMAT = "testssl.sh report"
PRIORITY = 323

_CSV_HEADER: Final = '"id","fqdn/ip","port","severity","finding"'
_ID: Final = re.compile(
    r"(?P<what>cert|intermediate_cert|certs_countServer)(?: <#(?P<position>[0-9]{1,3})>)?"
    r"(?: <(?:hostC|c)ert#(?P<deployment>[0-9]{1,3})>)?"
)
MAX_CELL: Final = 1024 * 1024


def sniff(data: bytes) -> bool:
    """The CSV header, or the keys that every JSON entry has."""
    if mentions(data[:4096], _CSV_HEADER):
        return True
    return mentions(data[:65536], '"severity"', '"clientProblem') and mentions(data, '"finding"')


@dataclass(slots=True)
class _Deployment:
    """One server certificate with what was sent after it."""

    leaf: bytes | None = None
    others: dict[int, bytes] = field(default_factory=dict)
    said: int = 0


def read(data: bytes, place: Place, _options: ReadOptions) -> Iterator[Item]:
    """Every deployment's chain, by server."""
    damage: list[str] = []
    if mentions(data[:4096], _CSV_HEADER):
        rows = list(_csv_rows(text_of(data), damage))
    else:
        rows = list(_json_rows(load_json(data, place)))
    deployments: dict[tuple[str, str], _Deployment] = {}
    for endpoint, identity, finding in rows:
        _take(deployments, endpoint, identity, finding)
    yield ContainerEvidence(place, FORMAT, (("rows", str(len(rows))), ("server certificates", str(len(deployments)))))
    for why in damage:
        yield Finding(BROKEN_PART, {"place": str(place), "why": why})
    for (endpoint, number), deployment in deployments.items():
        position = place.at(f"{endpoint}, certificate {number}" if number else endpoint)
        yield from _deployment_items(deployment, endpoint, position)
    if not deployments:
        yield Finding(NO_HANDSHAKE, {"place": str(place), "why": "the report has no certificate (run it with -S)"})


def _take(found: dict[tuple[str, str], _Deployment], endpoint: str, identity: str, finding: str) -> None:
    match = _ID.fullmatch(identity)
    if match is None:
        return
    deployment = found.setdefault((endpoint, match["deployment"] or ""), _Deployment())
    der = first_certificate(finding)
    if match["what"] == "certs_countServer":
        deployment.said = decimal(finding, 999) or 0
    elif match["what"] == "cert" and der:
        deployment.leaf = der
    elif match["position"] and der and len(deployment.others) < MAX_CHAIN:
        deployment.others.setdefault(int(match["position"]), der)


def _deployment_items(deployment: _Deployment, endpoint: str, place: Place) -> Iterator[Item]:
    if deployment.leaf is None:
        yield Finding(NO_HANDSHAKE, {"place": str(place), "why": "the report has no server certificate"})
        return
    ders = (deployment.leaf, *(der for _, der in sorted(deployment.others.items())))
    complete = bool(deployment.others) or deployment.said == 1
    if complete and deployment.said and deployment.said != len(ders):
        parameters = {"place": str(place), "said": str(deployment.said), "found": str(len(ders))}
        yield Finding(CERTIFICATE_COUNT, parameters)
    notes = () if complete or not deployment.said else (f"{deployment.said} certificates were sent",)
    host, _, port = endpoint.rpartition(":")
    shown = endpoint_of(host.partition("/")[0], port)
    yield from message_items(Message(ders, "server", shown, notes=notes, complete=complete), place, FORMAT)


def _csv_rows(content: str, damage: list[str]) -> Iterator[tuple[str, str, str]]:
    import csv
    import io

    csv.field_size_limit(MAX_CELL)
    reader = csv.reader(io.StringIO(content, newline=""))
    try:
        for row in reader:
            if len(row) >= 5:
                yield f"{row[1]}:{row[2]}", row[0], row[4]
    except csv.Error as error:
        damage.append(f"line {reader.line_num}: {error}")


def _json_rows(report: Any) -> Iterator[tuple[str, str, str]]:
    """Rows of the flat form, or of every section of every target of the pretty form."""
    for row in objects(report):
        yield f"{text(get(row, 'ip'))}:{text(get(row, 'port'))}", text(get(row, "id")), text(get(row, "finding"))
    for target in objects(get(report, "scanResult")):
        endpoint = f"{text(get(target, 'targetHost'))}/{text(get(target, 'ip'))}:{text(get(target, 'port'))}"
        for section in target.values():
            for row in objects(section):
                yield endpoint, text(get(row, "id")), text(get(row, "finding"))
