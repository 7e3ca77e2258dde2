"""``chainlab.impact/1``: the impact as JSON. The schema ships as ``data/chainlab.impact-1.schema.json``."""

from __future__ import annotations

from typing import Any, Final

from chainlab import __version__
from chainlab.impact import Effect, Impact, Step
from chainlab.outbound import Hierarchy, Outbound
from chainlab.report.comparison_json import answer_json, difference_json
from chainlab.report.json_report import activation_json, certificates_json, change_json, instant
from chainlab.report.json_text import document
from chainlab.windows.schannel import ACTIVATIONS

SCHEMA: Final = "chainlab.impact/1"

Json = dict[str, Any]


def render(impact: Impact) -> str:
    """The JSON text, indented, with a final line end."""
    return document(as_json(impact))


def as_json(impact: Impact) -> Json:
    """The impact as plain data."""
    graph = impact.case.scene.graph
    hierarchies = (*impact.outbound.lost, *impact.outbound.gained)
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
        "certificates": certificates_json(graph, (hierarchy.certificate for hierarchy in hierarchies)),
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
            "by": activation_json(effect.activation) if effect.activation is not None else None,
            "until_then": answer_json(effect.waiting),
            "steps": [activation_json(step) for step in ACTIVATIONS],
        },
    }


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
