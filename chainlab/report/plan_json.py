"""``chainlab.plan/1``: the plan as JSON. The schema ships as ``data/chainlab.plan-1.schema.json``.

It holds all that ``chainlab verify`` needs: the promised chains, and what is served where steps come undone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from chainlab import __version__
from chainlab.certificate import Certificate
from chainlab.changes import Change
from chainlab.plan import Cost, Objective, Option, Outcome, PlannedOutcome, SendableChain
from chainlab.planning import Planned, PlannedSite
from chainlab.report.json_report import (
    activation_json,
    certificates_json,
    change_json,
    counts,
    finding_json,
    hashes,
    instant,
)
from chainlab.report.json_text import document
from chainlab.report.traffic import traffic_json
from chainlab.windows.schannel import ACTIVATIONS

SCHEMA: Final = "chainlab.plan/1"

Json = dict[str, Any]


def render(planned: Planned) -> str:
    """The JSON text, indented, with a final line end."""
    return document(as_json(planned))


def as_json(planned: Planned) -> Json:
    """The plan as plain data."""
    plan, graph = planned.plan, planned.case.scene.graph
    return {
        "schema": SCHEMA,
        "chainlab": __version__,
        "at": instant(planned.at),
        "host": planned.host or None,
        "unit": plan.objective.unit,
        "traffic": traffic_json(planned.case.request.traffic),
        "number": planned.number,
        "sites": [_site(planned, position) for position in range(len(planned.sites))],
        "baseline": _option(plan.baseline, plan.objective),
        "chosen": _maybe(planned.chosen, plan.objective),
        "recommended": _maybe(plan.recommended, plan.objective),
        "alternatives": [_option(option, plan.objective) for option in plan.alternatives],
        "other_methods": [_option(option, plan.objective) for option in plan.other_methods],
        "activation": [activation_json(step) for step in ACTIVATIONS],
        "assumptions": list(planned.case.scene.server.assumptions),
        "findings": [finding_json(finding) for finding in planned.findings],
        "simulated": plan.simulated,
        "exhaustive": plan.exhaustive,
        "certificates": certificates_json(graph),
    }


def _site(planned: Planned, position: int) -> Json:
    site: PlannedSite = planned.sites[position]
    plan = planned.plan
    return {
        "leaf": site.leaf.sha256,
        "names": list(site.leaf.dns_names),
        "host": site.target.host or planned.host or None,
        "bindings": [str(binding) for binding in site.bindings],
        "promised": [hashes(chain) for chain in site.promised],
        "relapses": [
            {"undone": [number + 1 for number in relapse.undone], "served": [hashes(c) for c in relapse.served]}
            for relapse in site.relapses
        ],
        "sendable": [_sendable(chain, plan.objective) for chain in plan.sendable[position]],
        "beyond_help": sorted(plan.beyond_help[position]),
    }


def _sendable(chain: SendableChain, objective: Objective) -> Json:
    return {
        "chain": hashes(chain.certificates[:-1]),
        "root": chain.certificates[-1].sha256,
        "accept": len(chain.accepting),
        "weight": objective.weigh(chain.accepting),
        "changes": [change.phrase for change in chain.changes] if chain.changes is not None else None,
    }


def _maybe(option: Option | None, objective: Objective) -> Json | None:
    return _option(option, objective) if option is not None else None


def _option(option: Option, objective: Objective) -> Json:
    outcomes = zip(option.outcomes, option.helped, option.broken, strict=True)
    return {
        "changes": [_change(change) for change in option.changes],
        "sites": [_outcome(outcome, helped, broken, objective) for outcome, helped, broken in outcomes],
        "weight": option.weight,
        "loss": option.loss,
        "ends": instant(option.ends) if option.ends is not None else None,
        "needs_decision": option.needs_decision,
        "costs": [_cost(cost) for cost in option.costs],
    }


def _change(change: Change) -> Json:
    return {"phrase": change.phrase, **change_json(change)}


def _outcome(outcome: PlannedOutcome, helped: Iterable[str], broken: Iterable[str], objective: Objective) -> Json:
    return {
        "after": _state(outcome.after),
        "after_windows_update": _state(outcome.after_update),
        "weight": objective.weigh(outcome.lasting),
        "helped": sorted(helped),
        "broken": sorted(broken),
    }


def _state(outcome: Outcome) -> Json:
    possibilities: Sequence[tuple[Certificate, ...]] = [chain.possibility.served for chain in outcome.judged]
    return {
        "served": hashes(outcome.served),
        "possible": [hashes(chain) for chain in possibilities],
        "certainty": outcome.prediction.certainty.value,
        **counts(outcome),
    }


def _cost(cost: Cost) -> Json:
    return {
        "code": cost.code,
        "text": cost.text,
        "certificate": cost.certificate.sha256 if cost.certificate is not None else None,
        "until": instant(cost.until) if cost.until is not None else None,
        "decision": cost.decision,
    }
