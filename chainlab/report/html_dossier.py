"""The HTML report of a diagnosis with its plan and its timeline: one section for each answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from chainlab.assembly import certificates_above
from chainlab.clients import ClientVerdict, Verdict
from chainlab.comparison import Answer, Serving
from chainlab.diagnosis import Diagnosis, TargetDiagnosis
from chainlab.dossier import Dossier
from chainlab.findings import Finding, Severity
from chainlab.plan import PlannedOutcome
from chainlab.planning import Planned
from chainlab.report.html_matrix import matrix, who_fails
from chainlab.report.html_model import (
    MAX_TARGETS,
    Card,
    Column,
    Contents,
    Section,
    State,
    failing_by_reason,
    paths,
    sentence,
    states,
)
from chainlab.report.html_trees import windows_tree
from chainlab.report.text import CERTAINTY, grouped
from chainlab.report.traffic import traffic_words
from chainlab.timeline import Timeline
from chainlab.wording import accepting, number_of

MAX_REASONS: Final = 3
"""Reasons named at the top of an answer; all stand below the matrix."""

MAX_NOTICED: Final = 3
"""Findings named there; all stand further down."""


def contents(dossier: Dossier) -> Contents:
    """What is on the page."""
    diagnosis = dossier.diagnosis
    timelines = {id(t): line for t, line in zip(diagnosis.targets, dossier.timelines.targets, strict=True)}
    groups = grouped(diagnosis.targets)
    shown = [_section(dossier, n, group, timelines[id(group[0])]) for n, group in enumerate(groups[:MAX_TARGETS])]
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


def _section(dossier: Dossier, order: int, group: Sequence[TargetDiagnosis], timeline: Timeline) -> Section:
    first = group[0]
    served, shown = first.served, tuple(_states(dossier, first))
    explained = [e for e in dossier.explanations if e.target.leaf == first.leaf and e.target.host == first.target.host]
    return Section(
        order,
        first.leaf.certificate,
        first.leaf.place,
        tuple(str(target.binding) for target in group if target.binding is not None),
        _card(dossier, first, shown, order),
        CERTAINTY[served.certainty] if served.basis == "predicted" else "",
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


def _card(dossier: Dossier, target: TargetDiagnosis, shown: Sequence[State], order: int) -> Card:
    now = [state for state in shown if state.stage == "now"]
    total = len(target.clients)
    errors = [finding.message for finding in target.findings if finding.severity is Severity.ERROR]
    failing = sorted({state.failing for state in now})
    if not total:
        return Card("bad" if errors else "", "No client was selected; only the served chain is shown.", tuple(errors))
    bad = bool(failing[-1] or errors)
    if failing[-1]:
        count = " to ".join(dict.fromkeys(map(str, (failing[0], failing[-1]))))
        headline = f"{count} of {number_of(total, 'client')} will fail"
    else:
        headline = f"All {total} clients accept" if total > 1 else "The client accepts"
    columns = [*_who(now[0], order), *_why(dossier, target, now[0]), *_what(dossier, target, shown)] if bad else []
    return Card("bad" if bad else "good", headline, tuple(_lines(dossier.diagnosis, target, now)), tuple(columns))


def _lines(diagnosis: Diagnosis, target: TargetDiagnosis, now: Sequence[State]) -> Iterator[str]:
    """What the headline leaves out: the conditions, the unknown, the weight of the access logs."""
    if len(now) > 1:
        yield from (f"{state.label}: {state.failing} of {len(state.verdicts)} fail." for state in now)
    unknown = sum(verdict.verdict is Verdict.UNKNOWN for verdict in target.clients)
    if unknown:
        yield f"Of these, {number_of(unknown, 'client')} cannot be judged here: what they would do is unknown."
    objective = diagnosis.objective
    if objective.weights is not None:
        failing = frozenset(v.profile.id for v in target.clients if v.verdict is not Verdict.ACCEPT)
        everyone = frozenset(v.profile.id for v in target.clients)
        yield (f"That is {objective.weigh(failing)} of {objective.weigh(everyone)} {objective.unit} "
               "that could be mapped.")  # fmt: skip


def _who(now: State, order: int) -> Iterator[Column]:
    if now.failing:
        words, kinds, clients = who_fails(now.verdicts)
        more = f"and {number_of(clients, 'client')} of {kinds} more {'kinds' if kinds > 1 else 'kind'}" if kinds else ""
        yield Column("Who fails", words, more, (f"m{order}", "Every client, by family and year"))


def _why(dossier: Dossier, target: TargetDiagnosis, now: State) -> Iterator[Column]:
    """The errors, the commonest obstacles, and what was noticed about the certificates concerned."""
    groups = failing_by_reason(now)
    items = [finding.message for finding in target.findings if finding.severity is Severity.ERROR]
    items += [_obstacle(members) for _, members in groups[:MAX_REASONS]]
    if len(items) == len(groups[:MAX_REASONS]):  # no error says it: what was noticed may
        items += [finding.message for finding in _noticed(dossier, target)][:MAX_NOTICED]
    further = len(groups) - MAX_REASONS
    more = f"and {number_of(further, 'other reason')}" if further > 0 else ""
    yield Column("Why", tuple(map(sentence, items)), more, ("findings", "All findings"))


def _obstacle(members: Sequence[ClientVerdict]) -> str:
    """What stops these clients, which have one reason, and the particulars that most of them have."""
    told = {member.detail: member.problem for member in members}
    problem = told[Counter(member.detail for member in members).most_common(1)[0][0]]
    assert problem is not None
    text = f"{problem.reason.text} ({number_of(len(members), 'client')})"
    if problem.certificate is None:
        return f"{text}: {problem.detail}" if problem.detail else text
    return f"{text}. At {problem.certificate.label}: {problem.detail or problem.reason.text}"


def _noticed(dossier: Dossier, target: TargetDiagnosis) -> Iterator[Finding]:
    """Warnings about this answer, and whatever was found in the inputs about a certificate in or above its chain."""
    leaf = target.leaf.certificate
    above = certificates_above(dossier.diagnosis.scene.graph, [leaf])
    concerned = {certificate.sha256 for certificate in (leaf, *above, *target.served.chain)}
    yield from (f for f in target.findings if f.severity is Severity.WARNING)
    yield from (f for f in dossier.diagnosis.findings if concerned.intersection(f.certificates))


def _what(dossier: Dossier, target: TargetDiagnosis, shown: Sequence[State]) -> Iterator[Column]:
    title, planned = "What to do first", dossier.planned
    if target.served.basis == "observed":
        yield Column(title, (
            "Nothing is planned here: this chain was observed, and the stores behind it are not known. For a plan, "
            "diagnose the certificate on its server: its PFX, or what chainlab's collector brought.",
        ))  # fmt: skip
        return
    after = [state for state in shown if state.stage == "planned"]
    if planned is None or planned.chosen is None or not after:
        yield Column(title, (_no_plan(planned),), link=("plan", "What was tried") if planned is not None else ("", ""))
        return
    changes = planned.chosen.changes
    worst = max(state.failing for state in (*after, *(s for s in shown if s.stage == "updated")))
    then = f"Then {accepting(len(target.clients) - worst, len(target.clients))}"
    then += f", with {number_of(len(changes), 'change')}."
    if planned.chosen.needs_decision:
        then += " This needs your decision: see what it costs."
    yield Column(title, tuple(sentence(change.title) for change in changes), then,
                 ("plan", "Commands, costs, alternatives"), ordered=True)  # fmt: skip


def _no_plan(planned: Planned | None) -> str:
    if planned is None:
        return "No plan was made."
    if planned.chosen is not None:
        return "The plan changes nothing for this certificate."
    if planned.plan.alternatives:
        return "Nothing is recommended; the alternatives have a price that somebody must agree to."
    return ("No change on the server helps these clients: they need a newer trust store, or the server a certificate "
            "of a CA whose root they have.")  # fmt: skip
