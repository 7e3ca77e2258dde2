"""Every answer as short sheets: what a notebook shows of it. The whole of it is in the text and JSON reports."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from chainlab.certificate import Certificate
from chainlab.clients import ClientVerdict, Profile, Verdict
from chainlab.comparison import Answer, Difference
from chainlab.diagnosis import Diagnosis, TargetDiagnosis
from chainlab.evidence import CertificateEvidence
from chainlab.explanation import ClientExplanation, Explained, Explanation
from chainlab.findings import Finding, Severity
from chainlab.impact import Effect, Impact
from chainlab.inspection import Inspection
from chainlab.planning import Planned
from chainlab.report.differences import counted, way
from chainlab.report.parts import CERTAINTY, rule_name
from chainlab.report.plan_words import clients_named, headline, outcome_words
from chainlab.report.plan_words import counted as option_counted
from chainlab.report.sheet import Sheet, Table
from chainlab.report.text import condition_of, count_failing
from chainlab.report.timeline_text import cause_text, not_looked_at
from chainlab.report.words import by_series
from chainlab.timeline import Event, Timelines
from chainlab.verification import Verification
from chainlab.windows.selection import quality_words
from chainlab.wording import accepting, number_of

_CHAIN = ("", "certificate", "key", "valid until")


def of_inspection(inspection: Inspection) -> list[Sheet]:
    """What was read: certificates with the places where they were seen, and every problem."""
    rows = tuple(
        (certificate.label, str(certificate.key), _day(certificate), "; ".join(_where(items)))
        for certificate, items in inspection.sightings.items()
    )
    problems = tuple(str(problem) for problem in inspection.problems)
    evidence = inspection.evidence
    counts = f"{len(rows)} certificates, {len(evidence.bindings)} bindings, {len(evidence.handshakes)} handshakes"
    tables = [Table("Certificates", ("certificate", "key", "valid until", "seen"), rows), *_findings(evidence.findings)]
    return [Sheet(counts, None if not problems else False, problems, tuple(tables))]


def _where(items: Iterable[CertificateEvidence]) -> list[str]:
    """The stores, or where there is none the places."""
    return list(dict.fromkeys(str(item.store or item.place) for item in items))


def of_diagnosis(diagnosis: Diagnosis) -> list[Sheet]:
    """For each target who fails, what is served, and what is wrong."""
    return [_target(target) for target in diagnosis.targets]


def _target(target: TargetDiagnosis) -> Sheet:
    failing, total = count_failing(target.clients), len(target.clients)
    name = target.leaf.certificate.subject.common
    where = f" at {target.binding}" if target.binding is not None else ""
    verdict = "no client was asked" if not total else f"{failing} of {number_of(total, 'client')} will fail"
    if total and not failing:
        verdict = f"all {total} clients accept" if total > 1 else "the client accepts"
    served = target.served
    title = "Sent by IIS" if served.basis == "predicted" else "Seen on the wire"
    certainty = f" ({served.certainty})" if served.basis == "predicted" else ""
    tables = [_chain(f"{title}{certainty}", served.chain, served.root), *_failing("Who fails", target.clients)]
    for other in target.others:
        _, condition = condition_of(other.possibility.policies)
        root = other.possibility.path.root
        tables += [_chain(f"Or, {condition}", other.possibility.served, root), *_failing("Then", other.verdicts)]
    tables += _findings(target.findings)
    return Sheet(f"{name}{where}: {verdict}", not failing if total else None, (), tuple(tables))


def _chain(title: str, chain: Sequence[Certificate], root: Certificate | None = None) -> Table:
    rows = [(str(place), c.label, str(c.key), _day(c)) for place, c in enumerate(chain, start=1)]
    if root is not None and root not in chain:
        rows.append(("root, not sent", root.label, str(root.key), _day(root)))
    return Table(title, _CHAIN, tuple(rows))


def _day(certificate: Certificate) -> str:
    return f"{certificate.not_after:%Y-%m-%d}"


def _failing(title: str, verdicts: Sequence[ClientVerdict]) -> Iterator[Table]:
    groups: dict[str, list[ClientVerdict]] = defaultdict(list)
    for verdict in verdicts:
        if verdict.verdict is not Verdict.ACCEPT:
            groups[verdict.reason].append(verdict)
    if groups:
        rows = ((code, str(len(held)), _series(held)) for code, held in sorted(groups.items(), key=_by_size))
        yield Table(title, ("reason", "clients", "which"), tuple(rows))


def _by_size(group: tuple[str, Sequence[ClientVerdict]]) -> tuple[int, str]:
    return -len(group[1]), group[0]


def _series(verdicts: Iterable[ClientVerdict]) -> str:
    return "; ".join(f"{name} {', '.join(members)}" if members else name for name, members in by_series(verdicts))


def _findings(findings: Sequence[Finding]) -> Iterator[Table]:
    shown = [finding for finding in findings if finding.severity is not Severity.NOTE]
    if shown:
        yield Table("Findings", ("severity", "what", "code"),
                    tuple((f.severity.value, f.message, f.code) for f in shown))  # fmt: skip


def of_explained(explained: Explained) -> list[Sheet]:
    """Windows' candidates with the reason why each lost, and the paths that the asked clients tried."""
    return [*map(_windows, explained.windows), *map(_client, explained.clients)]


def _windows(explanation: Explanation) -> Sheet:
    rows = []
    for place, candidate in enumerate(explanation.candidates, start=1):
        fate = [f"chosen by the {rule_name(policy)}" for policy in candidate.chosen_by]
        fate += [f"not by {policy.value}: {reason.text} {reason.evidence}" for policy, reason in candidate.lost.items()]
        path = candidate.path
        rows.append((str(place), _names(path.certificates), quality_words(path), "; ".join(fate)))
    table = Table("Candidate chains", ("", "chain", "quality", "outcome"), tuple(rows))
    prediction = explanation.prediction
    text = f"Windows, for {prediction.leaf.label}: {CERTAINTY[prediction.certainty]}"
    return Sheet(text, None, (), (table, *_findings(explanation.findings)))


def _names(chain: Iterable[Certificate]) -> str:
    return " → ".join(certificate.subject.common or certificate.sha256[:8] for certificate in chain)


def _client(explanation: ClientExplanation) -> Sheet:
    result, profile = explanation.result, explanation.profile
    rows = tuple(
        (str(place), _names(judged.path.certificates), "; ".join(map(str, judged.problems)) or "accepted")
        for place, judged in enumerate(result.candidates, start=1)
    )
    verdict = "accepts" if result.accepted is not None else f"rejects: {result.problem}"
    remark = f"verifier {explanation.family.title}, {explanation.family.basis.value}"
    table = Table("Paths tried, in order", ("", "path", "problems"), rows)
    return Sheet(f"{profile.name} {verdict}", result.accepted is not None, (remark,), (table,))


def of_impact(impact: Impact) -> list[Sheet]:
    """For each certificate of the server before and after; what its own programs lose."""
    sheets = [_effect(effect) for effect in (*impact.effects, *(other for other in impact.others if other.changed))]
    lost = tuple((hierarchy.certificate.label,) for hierarchy in impact.outbound.lost)
    if lost:
        table = Table("Lost", ("root",), lost)
        sheets.append(Sheet("This server's own programs lose hierarchies", False, (), (table,)))
    return sheets


def _effect(effect: Effect) -> Sheet:
    label = effect.target.leaf.certificate.subject.common
    if effect.broken:
        return Sheet(f"{label}: nothing can be served any more: {effect.broken}", False)
    before, after = effect.before, effect.after
    text = f"{label}: {accepting(counted(before), before.total)} now, {counted(after)} afterwards"
    remark = f"After a Windows Update {counted(effect.updated)} accept."
    tables = [table for difference in effect.differences for table in _difference(difference, len(effect.differences))]
    gained = before.surely_accepting < after.surely_accepting
    return Sheet(text, False if effect.worse else gained or None, (remark,), tuple(tables))


def _difference(difference: Difference, ways: int) -> Iterator[Table]:
    condition = way(difference, ways)
    suffix = f", {condition}" if condition else ""
    if difference.same_chain:
        yield _chain(f"Sent before and after{suffix}", difference.after.chain, difference.after.root)
    else:
        yield _chain(f"Sent now{suffix}", difference.before.chain, difference.before.root)
        yield _chain(f"Sent afterwards{suffix}", difference.after.chain, difference.after.root)
    verdicts = difference.after.verdicts
    moved = (("start to accept", difference.gained), ("stop accepting", difference.lost))
    rows = ((name, str(len(ids)), _series(v for v in verdicts if v.profile.id in ids)) for name, ids in moved if ids)
    if difference.gained or difference.lost:
        yield Table("Clients", ("", "how many", "which"), tuple(rows))


def of_planned(planned: Planned) -> list[Sheet]:
    """What to do, what it brings and costs, and the alternatives."""
    first, *rest = (text for text, _ in headline(planned))
    option, remarks, tables = planned.chosen, list(rest), []
    if option is not None:
        rows = tuple((str(place), change.title) for place, change in enumerate(option.changes, start=1))
        tables.append(Table("What to do", ("", "change"), rows))
        for place, site in enumerate(planned.sites):
            remarks.append(f"{site.leaf.subject.common}: {outcome_words(planned, option, place)}")
            gained = clients_named(planned, option.helped[place])
            tables += [Table("Gained", ("clients",), ((gained,),))] if gained else []
        if option.costs:
            costs = tuple(("yes" if cost.decision else "", cost.text) for cost in option.costs)
            tables.append(Table("What it costs", ("needs a decision", "cost"), costs))
    if planned.plan.alternatives:
        others = tuple(
            (str(place), option_counted(planned, other), "; ".join(change.title for change in other.changes))
            for place, other in enumerate(planned.plan.alternatives, start=1)
        )
        tables.append(Table("Alternatives", ("", "outcome", "changes"), others))
    good = option is not None or planned.well_as_it_is
    return [Sheet(first, good, tuple(remarks), tuple(tables))]


def of_timelines(timelines: Timelines) -> list[Sheet]:
    """Date by date what happens, how many accept before and after, and who is lost or won."""
    sheets = []
    for timeline in timelines.targets:
        rows = tuple(_event(event) for event in timeline.events)
        worse = any(event.worse for event in timeline.events)
        start = timeline.start
        text = f"{timeline.target.leaf.certificate.label}: {accepting(counted(start), start.total)} now"
        columns = ("date", "what happens", "accept before", "from then on", "lost", "won")
        notes = (f"Looked at until {timelines.until:%Y-%m-%d}.", *filter(None, [not_looked_at(timeline)]))
        sheets.append(Sheet(text, not (worse or timeline.left_out), notes, (Table("Dates", columns, rows),)))
    return sheets


def _event(event: Event) -> tuple[str, ...]:
    lost, won = (
        _series(_moved(event.after, frozenset().union(*(getattr(d, side) for d in event.differences))))
        for side in ("lost", "gained")
    )
    causes = "; ".join(map(cause_text, event.causes)) + (" (certificate renewed in time)" if event.renewed else "")
    return f"{event.at:%Y-%m-%d}", causes, counted(event.before), counted(event.after), lost, won


def _moved(answer: Answer, ids: frozenset[str]) -> list[ClientVerdict]:
    return [verdict for verdict in answer.first.verdicts if verdict.profile.id in ids]


def of_verification(verification: Verification) -> list[Sheet]:
    """Whether the promise is kept, and what was seen instead."""
    holds = verification.holds
    text = "The promised chain is served" if holds else "NOT what the plan promises"
    tables = tuple(
        _chain("Seen" if checked.kept else f"Seen, not promised: {checked.why}", checked.observed.chain)
        for checked in verification.checked
    )
    return [Sheet(text, holds, (), tables)]


def of_clients(profiles: Sequence[Profile]) -> list[Sheet]:
    """Client profiles."""
    rows = tuple((p.id, p.name, p.family, p.date, p.grade) for p in profiles)
    table = Table("Clients", ("id", "name", "verifier", "snapshot of", "grade"), rows)
    return [Sheet(f"{len(profiles)} clients", None, (), (table,))]
