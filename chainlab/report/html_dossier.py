"""The HTML report of a diagnosis with its plan and its timeline: one section for each answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from chainlab.comparison import Answer, Serving, grouped
from chainlab.diagnosis import TargetDiagnosis
from chainlab.dossier import Dossier
from chainlab.plan import PlannedOutcome
from chainlab.report.html_card import card
from chainlab.report.html_matrix import matrix
from chainlab.report.html_model import (
    MAX_TARGETS,
    Contents,
    Section,
    State,
    paths,
    states,
)
from chainlab.report.html_trees import windows_tree
from chainlab.report.parts import CERTAINTY
from chainlab.report.traffic import traffic_words
from chainlab.server import Binding
from chainlab.timeline import Timeline
from chainlab.windows.engine import Certainty


def contents(dossier: Dossier) -> Contents:
    """What is on the page."""
    diagnosis = dossier.diagnosis
    timelines = {id(t): line for t, line in zip(diagnosis.targets, dossier.timelines.targets, strict=True)}
    groups = grouped(diagnosis.targets)
    shown = [
        _section(dossier, n, first, bindings, timelines[id(first)])
        for n, (first, bindings) in enumerate(groups[:MAX_TARGETS])
    ]
    return Contents(
        "Certificate report",
        diagnosis.at,
        diagnosis.host,
        diagnosis.scene,
        tuple(shown),
        len(groups) - len(shown),
        diagnosis.findings,
        dossier.planned,
        timelines=dossier.timelines,
        traffic=tuple(traffic_words(diagnosis.traffic)) if diagnosis.traffic is not None else (),
    )


def _section(
    dossier: Dossier, order: int, first: TargetDiagnosis, bindings: Sequence[Binding], timeline: Timeline
) -> Section:
    served, shown = first.served, tuple(_states(dossier, first))
    explained = [e for e in dossier.explanations if e.target.leaf == first.leaf and e.target.host == first.target.host]
    return Section(
        order,
        first.leaf.certificate,
        first.leaf.place,
        tuple(map(str, bindings)),
        card(dossier, first, _outcome(dossier, first), shown, order),
        CERTAINTY[Certainty(served.certainty)] if served.basis == "predicted" else "",
        shown,
        matrix(first.clients),
        paths(shown, (alternative.path.certificates for alternative in served.alternatives)),
        first.findings,
        served.observed.handshakes if served.observed is not None else (),
        tuple(windows_tree(explanation) for explanation in explained[:1]),
        timeline,
    )


def _states(dossier: Dossier, target: TargetDiagnosis) -> Iterator[State]:
    served = target.served
    predicted = served.prediction
    policies = predicted.possibilities[0].policies if predicted is not None else ()
    now = [Serving(policies, served.chain, served.root, target.clients)]
    now += [Serving(o.possibility.policies, o.possibility.served, o.possibility.path.root, o.verdicts)
            for o in target.others]  # fmt: skip
    yield from states(now, "now", "As it is" if served.basis == "predicted" else "As it was seen")
    outcome = _outcome(dossier, target)
    if outcome is None or not outcome.changes:
        return
    after, updated = Answer.of(outcome.after), Answer.of(outcome.after_update)
    yield from states(after.servings, "planned", "After the plan")
    if [serving.chain for serving in updated.servings] != [serving.chain for serving in after.servings]:
        yield from states(updated.servings, "updated", "After the plan and a Windows Update")


def _outcome(dossier: Dossier, target: TargetDiagnosis) -> PlannedOutcome | None:
    planned, position = dossier.planned, dossier.case.position(target.target)
    if planned is None or planned.chosen is None or position is None:
        return None
    return planned.chosen.outcomes[position]
