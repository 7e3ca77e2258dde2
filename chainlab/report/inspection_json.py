"""``chainlab.inspection/1``: what was read, as JSON. The schema ships as ``data/chainlab.inspection-1.schema.json``."""

from __future__ import annotations

from typing import Any, Final

from chainlab import __version__
from chainlab.errors import InputError, LimitError, PasswordError
from chainlab.evidence import (
    BindingEvidence,
    CertificateEvidence,
    ChainEvidence,
    ContainerEvidence,
    DeletionEvidence,
    HandshakeEvidence,
    ListEvidence,
    Place,
    SettingEvidence,
    StoreRecord,
)
from chainlab.inspection import Inspection
from chainlab.properties import StoreProperties, property_name
from chainlab.report.catalog_json import program_json
from chainlab.report.json_report import certificate_json, finding_json, hashes, instant
from chainlab.report.json_text import document
from chainlab.report.property_text import property_text
from chainlab.server import StoreName
from chainlab.windows.status import TrustError, names

SCHEMA: Final = "chainlab.inspection/1"

Json = dict[str, Any]


def render(inspection: Inspection) -> str:
    """The JSON text, indented, with a final line end."""
    return document(as_json(inspection))


def as_json(inspection: Inspection) -> Json:
    """The inspection as plain data; every list is in reading order."""
    evidence = inspection.evidence
    return {
        "schema": SCHEMA,
        "chainlab": __version__,
        "inputs": list(inspection.inputs),
        "problems": [_problem(problem) for problem in inspection.problems],
        "containers": [_container(item) for item in evidence.containers],
        "certificates": {
            certificate.sha256: {
                **certificate_json(certificate, dict.fromkeys(_known_by(item) for item in items)),
                "names": list(certificate.dns_names),
                "is_ca": certificate.is_ca,
                "sightings": [_sighting(item) for item in items],
            }
            for certificate, items in inspection.sightings.items()
        },
        "records": [_record(item) for item in evidence.records],
        "bindings": [_binding(item) for item in evidence.bindings],
        "handshakes": [_handshake(item) for item in evidence.handshakes],
        "chains": [_chain(item) for item in evidence.chains],
        "lists": [_list(item) for item in evidence.lists],
        "settings": [_setting(item) for item in evidence.settings],
        "deletions": [_deletion(item) for item in evidence.deletions],
        "findings": [finding_json(finding) for finding in evidence.findings],
    }


def _known_by(item: CertificateEvidence) -> str:
    if item.on_wire:
        return "handshake"
    return str(item.store) if item.store else item.format.lower()


def _place(place: Place) -> Json:
    return {"file": place.file, "inside": list(place.inside), "position": place.position or None}


def _store(store: StoreName | None) -> Json | None:
    if store is None:
        return None
    return {"location": store.location, "logical": store.logical, "physical": store.physical}


def _problem(problem: InputError) -> Json:
    kind = "password" if isinstance(problem, PasswordError) else "limit" if isinstance(problem, LimitError) else "input"
    texts = {"found": problem.found, "expected": problem.expected or None, "hint": problem.hint or None}
    return {"kind": kind, "place": problem.place, **texts}


def _container(item: ContainerEvidence) -> Json:
    return {"place": _place(item.place), "format": item.format, "facts": dict(item.facts)}


def _sighting(item: CertificateEvidence) -> Json:
    return {
        "place": _place(item.place),
        "format": item.format,
        "store": _store(item.store),
        "key": item.key.value,
        "on_wire": item.on_wire,
        "trusted": item.trusted,
        "properties": _properties(item.properties),
    }


def _properties(properties: StoreProperties) -> list[Json]:
    return [
        {"id": identity, "name": property_name(identity), "meaning": property_text(identity, data), "hex": data.hex()}
        for identity, data in properties.raw
    ]


def _record(item: StoreRecord) -> Json:
    return {
        "sha1": item.sha1,
        "place": _place(item.place),
        "store": _store(item.store),
        "key": item.key.value,
        "properties": _properties(item.properties),
        "facts": [list(fact) for fact in item.facts],
    }


def _binding(item: BindingEvidence) -> Json:
    return {
        "kind": item.kind,
        "endpoint": item.endpoint,
        "host": item.host or None,
        "sha1": item.sha1 or None,
        "store": item.store,
        "owner": item.owner or None,
        "place": _place(item.place),
    }


def _handshake(item: HandshakeEvidence) -> Json:
    return {
        "sender": item.sender,
        "endpoint": item.endpoint or None,
        "host": item.host,
        "protocol": item.protocol or None,
        "cipher": item.cipher or None,
        "chain": hashes(item.chain),
        "broken": list(item.broken),
        "complete": item.complete,
        "count": item.count,
        "notes": list(item.notes),
        "place": _place(item.place),
    }


def _chain(item: ChainEvidence) -> Json:
    return {
        "thumbprints": list(item.thumbprints),
        "errors": [{"value": error, "names": list(names(TrustError(error)))} for error in item.errors],
        "infos": list(item.infos),
        "engine": item.engine,
        "at": instant(item.at) if item.at is not None else None,
        "place": _place(item.place),
    }


def _list(item: ListEvidence) -> Json:
    return {
        "kind": item.kind,
        "this_update": instant(item.this_update),
        "sequence": item.sequence or None,
        "signature": item.signature,
        "roots": [program_json(root) for root in item.roots],
        "hashes": list(item.hashes),
        "place": _place(item.place),
    }


def _setting(item: SettingEvidence) -> Json:
    return {"name": item.name, "value": item.value, "place": _place(item.place)}


def _deletion(item: DeletionEvidence) -> Json:
    return {
        "store": _store(item.store),
        "sha1": item.sha1 or None,
        "setting": item.setting or None,
        "place": _place(item.place),
    }
