"""``chainlab.explanation/1``: the decision as JSON. The schema ships as ``data/chainlab.explanation-1.schema.json``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from chainlab import __version__
from chainlab.explanation import ClientExplanation, Explained, ExplainedPath, Explanation
from chainlab.report.json_report import certificates_json, finding_json, hashes, instant
from chainlab.report.json_text import document
from chainlab.windows.elements import ChainElement
from chainlab.windows.selection import quality_keys
from chainlab.windows.sources import Source
from chainlab.windows.status import names

SCHEMA: Final = "chainlab.explanation/1"

Json = dict[str, Any]


def render(explained: Explained) -> str:
    """The JSON text, indented, with a final line end."""
    return document(as_json(explained))


def as_json(explained: Explained) -> Json:
    """The explanation as plain data."""
    graph = explained.case.scene.graph
    return {
        "schema": SCHEMA,
        "chainlab": __version__,
        "at": instant(explained.at),
        "windows": [_windows(explanation) for explanation in explained.windows],
        "clients": [_client(explanation) for explanation in explained.clients],
        "certificates": certificates_json(graph),
    }


def _windows(explanation: Explanation) -> Json:
    prediction, binding = explanation.prediction, explanation.target.binding
    return {
        "leaf": prediction.leaf.sha256,
        "binding": binding.endpoint if binding is not None else None,
        "certainty": prediction.certainty.value,
        "fetched": [
            {"certificate": entry.certificate.sha256, "store": str(entry.store), "source": entry.source}
            for entry in prediction.fetched
        ],
        "candidates": [_candidate(candidate) for candidate in explanation.candidates],
        "findings": [finding_json(finding) for finding in explanation.findings],
    }


def _candidate(candidate: ExplainedPath) -> Json:
    path = candidate.path
    return {
        "path": hashes(path.certificates),
        "end": path.path.end.name.lower().replace("_", "-"),
        "chosen_by": [policy.value for policy in candidate.chosen_by],
        "lost": {
            policy.value: {"because": reason.code, "text": reason.text, **evidence(reason.evidence)}
            for policy, reason in candidate.lost.items()
        },
        "tied": candidate.tied,
        "quality": [{"key": key, "value": value} for key, value in quality_keys(path)],
        "status": {"value": int(path.status), "names": names(path.status)},
        "elements": [_element(element) for element in path.elements],
    }


def evidence(source: Source) -> Json:
    """On what a rule rests: the tags' letters, and where."""
    return {"evidence": [tag.letter for tag in source.tags], "source": source.where}


def _element(element: ChainElement) -> Json:
    return {
        "certificate": element.certificate.sha256,
        "stores": [{"store": str(store), "physical": store.physical} for store in element.suppliers],
        "error": {"value": int(element.error), "names": names(element.error)},
        "info": {"value": int(element.info), "names": names(element.info)},
        "remarks": [
            {"names": names(remark.bits), "text": remark.text, "rule": remark.rule, **evidence(remark.evidence)}
            for remark in element.remarks
        ],
    }


def _client(explanation: ClientExplanation) -> Json:
    family, result = explanation.family, explanation.result
    problem = result.problem
    return {
        "id": explanation.profile.id,
        "name": explanation.profile.name,
        "leaf": explanation.served[0].sha256,
        "served": hashes(explanation.served),
        "policies": [policy.value for policy in explanation.policies],
        "verifier": {
            "id": family.id, "title": family.title, "basis": family.basis.value, "sources": list(family.sources),
        },
        "accepted": result.accepted is not None,
        "reason": problem.reason.code if problem is not None else None,
        "detail": str(problem) if problem is not None else None,
        "paths": [
            {
                "path": hashes(judged.path.certificates),
                "origins": [step.origin.value for step in judged.path.steps],
                "problems": _problems(judged.problems),
            }
            for judged in result.candidates
        ],
    }  # fmt: skip


def _problems(problems: Iterable[Any]) -> list[Json]:
    return [
        {
            "reason": problem.reason.code,
            "certificate": problem.certificate.sha256 if problem.certificate is not None else None,
            "detail": str(problem),
        }
        for problem in problems
    ]
