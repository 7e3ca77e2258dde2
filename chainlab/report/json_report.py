"""``chainlab.diagnosis/1``: the diagnosis as JSON. The schema ships as ``data/chainlab.diagnosis-1.schema.json``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from chainlab import __version__
from chainlab.certificate import Certificate
from chainlab.changes import Change
from chainlab.clients import ClientVerdict
from chainlab.diagnosis import Diagnosis, ServedChain, TargetDiagnosis
from chainlab.evidence import HandshakeEvidence
from chainlab.findings import Finding
from chainlab.graph import CertGraph
from chainlab.plan import JudgedChain, Outcome, Plan
from chainlab.report.json_text import document
from chainlab.report.traffic import traffic_json
from chainlab.windows.schannel import ACTIVATIONS, Activation
from chainlab.windows.status import names

SCHEMA: Final = "chainlab.diagnosis/1"

Json = dict[str, Any]


def render(diagnosis: Diagnosis) -> str:
    """The JSON text, indented, with a final line end."""
    return document(as_json(diagnosis))


def as_json(diagnosis: Diagnosis) -> Json:
    """The diagnosis as plain data."""
    return {
        "schema": SCHEMA,
        "chainlab": __version__,
        "at": instant(diagnosis.at),
        "host": diagnosis.host or None,
        "targets": [_target(target) for target in diagnosis.targets],
        "findings": [finding_json(finding) for finding in diagnosis.findings],
        "certificates": certificates_json(diagnosis.scene.graph),
        **({"traffic": traffic_json(diagnosis.traffic)} if diagnosis.traffic is not None else {}),
    }


def instant(moment: datetime) -> str:
    """A time in UTC, to the second."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def hashes(certificates: Iterable[Certificate]) -> list[str]:
    """The SHA-256 fingerprints, in order."""
    return [certificate.sha256 for certificate in certificates]


def _target(target: TargetDiagnosis) -> Json:
    return {
        "leaf": target.leaf.certificate.sha256,
        "names": list(target.leaf.certificate.dns_names),
        "binding": target.binding.endpoint if target.binding is not None else None,
        "host": target.target.host or None,
        "served": _served(target.served),
        "clients": [_client(client) for client in target.clients],
        "others": [_other(other) for other in target.others],
        "findings": [finding_json(finding) for finding in target.findings],
        "plan": _plan(target.plan) if target.plan is not None else None,
    }


def _other(other: JudgedChain) -> Json:
    """Another chain that may be served, with its own client table."""
    return {
        "policies": [policy.value for policy in other.possibility.policies],
        "chain": hashes(other.possibility.served),
        "clients": [_client(client) for client in other.verdicts],
    }


def _served(served: ServedChain) -> Json:
    return {
        "basis": served.basis,
        "chain": hashes(served.chain),
        "root": served.root.sha256 if served.root is not None else None,
        "root_sent": served.root_sent,
        "status": list(served.status),
        "certainty": served.certainty,
        "policies": {policy: hashes(chain) for policy, chain in served.policies.items()},
        "alternatives": [
            {
                "path": hashes(alternative.path.certificates),
                "status": names(alternative.path.status),
                "lost_because": alternative.lost_because.code,
            }
            for alternative in served.alternatives
        ],
        "seen": [_sighting(handshake) for handshake in served.observed.handshakes] if served.observed else [],
    }


def _sighting(handshake: HandshakeEvidence) -> Json:
    return {
        "place": str(handshake.place),
        "endpoint": handshake.endpoint or None,
        "sni": handshake.host,
        "protocol": handshake.protocol or None,
        "cipher": handshake.cipher or None,
        "count": handshake.count,
    }


def _client(client: ClientVerdict) -> Json:
    return {
        "id": client.profile.id,
        "name": client.profile.name,
        "verifier": client.profile.family,
        "verdict": client.verdict.value,
        "path": hashes(client.path),
        "reason": client.reason or None,
        "detail": client.detail or None,
        "certainty": client.certainty,
        "grade": client.profile.grade or None,
    }


def finding_json(finding: Finding) -> Json:
    """One finding as plain data."""
    return {
        "code": finding.code,
        "severity": finding.severity.value,
        "message": finding.message,
        "certificates": list(finding.certificates),
    }


def _plan(plan: Plan) -> Json:
    return {
        "changes": [change_json(change) for change in plan.best.changes],
        "before": counts(plan.before),
        "after": counts(plan.best.after),
        "after_windows_update": counts(plan.best.after_update),
        "served_after": hashes(plan.best.after.prediction.chosen.served),
        "helped": sorted(plan.helped),
        "broken": sorted(plan.broken),
        "beyond_help": sorted(plan.beyond_help),
        "other_methods": [
            {
                "changes": [change_json(change) for change in other.changes],
                "after": counts(other.after),
                "after_windows_update": counts(other.after_update),
            }
            for other in plan.other_methods
        ],
        "certainty_after": plan.best.after.prediction.certainty.value,
        "activation": [activation_json(step) for step in ACTIVATIONS],
        "simulated": plan.simulated,
        "exhaustive": plan.exhaustive,
    }


def counts(outcome: Outcome) -> Mapping[str, int]:
    """Clients that surely accept, and all others."""
    everyone = len(outcome.verdicts)
    accepting = len(outcome.surely_accepting)
    return {"accept": accepting, "reject": everyone - accepting}


def change_json(change: Change) -> Json:
    """One change with its commands."""
    commands = change.commands()
    certificate = change.certificate
    return {
        "code": change.code,
        "title": change.title,
        "certificate": certificate.sha256 if certificate is not None else None,
        "commands": {
            "powershell": list(commands.powershell),
            "certutil": list(commands.certutil),
            "console": list(commands.console),
        },
        "reverted_by": list(change.reverted_by),
        "side_effects": list(change.side_effects),
    }


def certificates_json(graph: CertGraph, others: Iterable[Certificate] = ()) -> Json:
    """Every certificate that the graph holds, and others that the answer mentions, by fingerprint."""
    shown = {certificate.sha256: certificate for certificate in (*graph.certificates, *others)}
    return {key: certificate_json(c, graph.known_by.get(key, ())) for key, c in sorted(shown.items())}


def certificate_json(certificate: Certificate, known_by: Iterable[str]) -> Json:
    """The facts of one certificate."""
    return {
        "subject": certificate.subject.text,
        "issuer": certificate.issuer.text,
        "serial": f"{certificate.serial:x}",
        "not_before": instant(certificate.not_before),
        "not_after": instant(certificate.not_after),
        "key": str(certificate.key),
        "signature": str(certificate.signature),
        "sha1": certificate.sha1,
        "spki_sha256": certificate.spki_sha256,
        "known_by": list(known_by),
        "encoded": certificate.encoded,
        "published_at": list(certificate.published_at),
    }


def activation_json(activation: Activation) -> Json:
    """A step that makes the server look at its stores again."""
    return {"step": activation.step, "command": activation.command, "evidence": activation.evidence}
