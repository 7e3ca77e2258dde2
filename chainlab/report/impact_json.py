"""``chainlab.impact/1``: the impact as JSON. The schema ships as ``data/chainlab.impact-1.schema.json``."""

from __future__ import annotations

import json
from typing import Any, Final

from chainlab import __version__
from chainlab.impact import Effect, Impact, Step
from chainlab.outbound import Hierarchy, Outbound
from chainlab.report.comparison_json import answer_json, difference_json
from chainlab.report.json_report import certificate_json, change_json, instant
from chainlab.windows.schannel import ACTIVATIONS, Activation

SCHEMA: Final = "chainlab.impact/1"

Json = dict[str, Any]


def render(impact: Impact) -> str:
    """The JSON text, indented, with a final line end."""
    return json.dumps(as_json(impact), indent=2, ensure_ascii=False) + "\n"


def as_json(impact: Impact) -> Json:
    """The impact as plain data."""
    graph = impact.case.scene.graph
    shown = {c.sha256: c for c in graph.certificates}
    hierarchies = (*impact.outbound.lost, *impact.outbound.gained)
    shown |= {h.certificate.sha256: h.certificate for h in hierarchies}
    return {
        "schema": SCHEMA,
        "chainlab": __version__,
        "at": instant(impact.at),
        "worse": impact.worse,
        "changes": [_step(step) for step in impact.steps],
        "targets": [_effect(effect) for effect in impact.effects],
        "others": [_effect(effect) for effect in impact.others],
        "outbound": _outbound(impact.outbound),
        "windows_update_changes_stores": impact.update_changes_stores,
        "assumptions": list(impact.before.assumptions),
        "certificates": {key: certificate_json(c, graph.known_by.get(key, ())) for key, c in sorted(shown.items())},
    }


def _step(step: Step) -> Json:
    return {**change_json(step.change), "phrase": step.change.phrase, "applicable": step.effective}


def _effect(effect: Effect) -> Json:
    target = effect.target
    return {
        "leaf": target.leaf.certificate.sha256,
        "renewed": effect.renewed.sha256 if effect.renewed is not None else None,
        "names": list(target.leaf.certificate.dns_names),
        "binding": target.binding.endpoint if target.binding is not None else None,
        "host": target.host or None,
        "broken": effect.broken or None,
        "before": answer_json(effect.before),
        "after": answer_json(effect.after),
        "after_windows_update": answer_json(effect.updated),
        "differences": [difference_json(difference) for difference in effect.differences],
        "windows_update_differences": [difference_json(difference) for difference in effect.update_differences],
        "activation": {
            "state": effect.seen.value,
            "by": _activation(effect.activation) if effect.activation is not None else None,
            "until_then": answer_json(effect.waiting),
            "steps": [_activation(step) for step in ACTIVATIONS],
        },
    }


def _activation(activation: Activation) -> Json:
    return {"step": activation.step, "command": activation.command, "evidence": activation.evidence}


def _outbound(outbound: Outbound) -> Json:
    return {
        "examined": outbound.examined,
        "assumed": outbound.assumed,
        "lost": [_hierarchy(hierarchy) for hierarchy in outbound.lost],
        "gained": [_hierarchy(hierarchy) for hierarchy in outbound.gained],
    }


def _hierarchy(hierarchy: Hierarchy) -> Json:
    return {
        "certificate": hierarchy.certificate.sha256,
        "before": hierarchy.before.name.lower().replace("_", "-"),
        "after": hierarchy.after.name.lower().replace("_", "-"),
    }
