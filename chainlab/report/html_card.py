"""The top of a diagnosis' HTML report: who fails, why, and what to do first, in a few words each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final

from chainlab.assembly import certificates_above
from chainlab.clients import ClientVerdict, Verdict
from chainlab.diagnosis import Diagnosis, TargetDiagnosis
from chainlab.dossier import Dossier
from chainlab.findings import Finding, Severity
from chainlab.paths.reasons import Problem, Reason
from chainlab.plan import PlannedOutcome
from chainlab.planning import Planned
from chainlab.report.html_matrix import who_fails
from chainlab.report.html_model import Card, Column, State, failing_by_reason, sentence
from chainlab.wording import accepting, number_of

MAX_REASONS: Final = 3
"""Reasons named at the top of an answer; all stand below the matrix."""

MAX_NOTICED: Final = 3
"""Findings named there; all stand further down."""


def card(
    dossier: Dossier, target: TargetDiagnosis, outcome: PlannedOutcome | None, shown: Sequence[State], order: int
) -> Card:
    """The answer for one target; ``outcome`` is what the plan leads to there, ``order`` the section's number."""
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
    columns = (
        [*_who(now[0], order), *_why(dossier, target, now[0]), *_what(dossier, target, outcome, now[0])] if bad else []
    )
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
    """The errors, the commonest obstacles, and what was noticed about other certificates concerned."""
    groups = failing_by_reason(now)
    problems = [_commonest(members) for _, members in groups[:MAX_REASONS]]
    items = [finding.message for finding in target.findings if finding.severity is Severity.ERROR]
    errors = len(items)
    items += [_obstacle(problem, len(members)) for problem, (_, members) in zip(problems, groups, strict=False)]
    if not errors:
        told = {problem.certificate.sha256 for problem in problems if problem.certificate is not None}
        noticed = (f.message for f in _noticed(dossier, target) if not told.intersection(f.certificates))
        items += islice(noticed, MAX_NOTICED)
    further = len(groups) - MAX_REASONS
    more = f"and {number_of(further, 'other reason')}" if further > 0 else ""
    yield Column("Why", tuple(map(sentence, items)), more, ("findings", "All findings"))


def _commonest(members: Sequence[ClientVerdict]) -> Problem:
    """What stops most of these clients, which do not accept for one reason."""
    problems = {member.detail: member.problem for member in members}
    problem = problems[Counter(member.detail for member in members).most_common(1)[0][0]]
    assert problem is not None
    return problem


def _obstacle(problem: Problem, clients: int) -> str:
    text = f"{problem.reason.text} ({number_of(clients, 'client')})"
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


def _what(dossier: Dossier, target: TargetDiagnosis, outcome: PlannedOutcome | None, now: State) -> Iterator[Column]:
    title, planned = "What to do first", dossier.planned
    if planned is None or planned.chosen is None or outcome is None or not outcome.changes:
        link = ("plan", "What was tried") if planned is not None else ("", "")
        yield Column(title, tuple(_without_plan(planned, target, now)), link=link)
        return
    then = f"Then {accepting(len(outcome.lasting), len(target.clients))}"
    then += f", with {number_of(len(outcome.changes), 'change')}."
    if planned.chosen.needs_decision:
        then += " This needs your decision: see what it costs."
    yield Column(title, tuple(sentence(change.title) for change in outcome.changes), then,
                 ("plan", "Commands, costs, alternatives"), ordered=True)  # fmt: skip


def _without_plan(planned: Planned | None, target: TargetDiagnosis, now: State) -> Iterator[str]:
    """What the obstacles themselves advise, and why there is no plan."""
    problems = [_commonest(members) for _, members in failing_by_reason(now)]
    advice = [text for problem in problems for text in _advice(problem, target)]
    yield from advice
    if target.served.basis == "observed":
        yield ("Nothing is planned here: this chain was observed, and the stores behind it are not known. For a plan, "
               "diagnose the certificate on its server: its PFX, or what chainlab's collector brought.")  # fmt: skip
    elif planned is not None and planned.chosen is not None:
        yield "The plan changes nothing for this certificate."
    elif planned is not None and planned.plan.alternatives:
        yield "Nothing is recommended; the alternatives have a price that somebody must agree to."
    elif advice:
        yield "Then diagnose again: with the certificates at hand no change on the server helps."
    else:
        yield ("No change on the server helps these clients: they need a newer trust store, or the server a "
               "certificate of a CA whose root they have.")  # fmt: skip


def _advice(problem: Problem, target: TargetDiagnosis) -> Iterator[str]:
    """What a missing or an expired certificate calls for by itself."""
    certificate = problem.certificate
    if certificate is None:
        return
    if problem.reason is Reason.MISSING_INTERMEDIATE:
        named = certificate.extensions.ca_issuers
        where = f" (its certificate says where: {named[0]})" if named else ""
        yield (f"Get the certificate of '{certificate.issuer.common}' from the CA{where} and import it into "
               "LocalMachine/CA.")  # fmt: skip
    if problem.reason is Reason.EXPIRED_INTERMEDIATE and certificate in target.served.chain:
        yield f"Make the server stop sending {certificate.label}, which has expired."
