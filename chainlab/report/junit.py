"""Answers as JUnit XML, so that a build fails when a client would: one case per client and endpoint.

The dialect is that of Jenkins' xUnit plugin (its ``junit-10.xsd``), which other build servers read too. A case fails
(``failure``), is not judged or no news (``skipped``), or passes. The text is ASCII whatever the console's code page.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import singledispatch
from typing import Final
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from chainlab.clients import ClientVerdict, Verdict
from chainlab.diagnosis import Diagnosis, TargetDiagnosis
from chainlab.escaping import xml_text
from chainlab.findings import Finding, Severity
from chainlab.impact import Effect, Impact
from chainlab.planning import Planned, PlannedSite
from chainlab.records import dataclass
from chainlab.report.parts import MAX_BINDINGS, condition, sighting
from chainlab.verification import Checked, Verification
from chainlab.windows.selection import Policy

MAX_ATTRIBUTE: Final = 1_000
"""Characters of a name or message; build servers show them in one line."""

UPDATED: Final = "after a Windows Update"

Way = tuple[str, ClientVerdict]
"""A client's verdict on one of the chains that may be served, and under which condition it is (empty: surely)."""


@dataclass(frozen=True, slots=True)
class Case:
    """One test case: it passes unless it has a ``failure`` or was ``skipped`` because nothing is known or new."""

    name: str
    failure: str = ""
    code: str = ""
    details: tuple[str, ...] = ()
    skipped: str = ""


@dataclass(frozen=True, slots=True)
class Suite:
    """The cases of one server certificate at one endpoint, or of what was seen."""

    name: str
    cases: Sequence[Case]


def render(answer: Diagnosis | Impact | Planned | Verification) -> str:
    """The XML text, with a final line end."""
    found = [suite for suite in suites(answer) if suite.cases]
    root = Element("testsuites", {"name": "chainlab", **_counts([case for suite in found for case in suite.cases])})
    for suite in found:
        element = SubElement(root, "testsuite", {"name": _one_line(suite.name), **_counts(suite.cases)})
        element.set("skipped", str(sum(bool(case.skipped) for case in suite.cases)))
        for case in suite.cases:
            _write(element, suite, case)
    indent(root)
    return bytes(tostring(root, "us-ascii", xml_declaration=True)).decode("ascii") + "\n"


def _counts(cases: Sequence[Case]) -> dict[str, str]:
    failures = sum(bool(case.failure) for case in cases)
    return {"tests": str(len(cases)), "failures": str(failures), "errors": "0"}


def _write(parent: Element, suite: Suite, case: Case) -> None:
    element = SubElement(parent, "testcase", {"classname": _one_line(suite.name), "name": _one_line(case.name)})
    if case.failure:
        failure = SubElement(element, "failure", {"type": case.code, "message": _one_line(case.failure)})
        failure.text = "\n".join(map(xml_text, case.details)) or None
    elif case.skipped:
        SubElement(element, "skipped", {"message": _one_line(case.skipped)})


def _one_line(text: str) -> str:
    return xml_text(text, MAX_ATTRIBUTE)


@singledispatch
def suites(answer: object) -> Iterator[Suite]:
    """The suites of an answer; ``TypeError`` for one that has no cases."""
    raise TypeError(f"no test cases for {type(answer).__name__}")


@suites.register
def _diagnosis(answer: Diagnosis) -> Iterator[Suite]:
    """A case per client and endpoint, and one per finding that is an error."""
    for target in answer.targets:
        others = ((condition(other.possibility.policies), other.verdicts) for other in target.others)
        yield Suite(_endpoint(target), [*_clients([("", target.clients), *others]).values(), *_errors(target.findings)])


def _endpoint(subject: TargetDiagnosis | Effect) -> str:
    """The server certificate and where it is bound."""
    target = subject.target
    return target.leaf.certificate.subject.common + (f" at {target.binding}" if target.binding is not None else "")


def _clients(ways: Iterable[tuple[str, Sequence[ClientVerdict]]]) -> dict[str, Case]:
    """A case per client (by id) over every chain that may be served."""
    by_client: dict[str, list[Way]] = {}
    for clause, verdicts in ways:
        for verdict in verdicts:
            by_client.setdefault(verdict.profile.id, []).append((clause, verdict))
    return {client: _client(found) for client, found in by_client.items()}


def _client(ways: Sequence[Way]) -> Case:
    profile = ways[0][1].profile
    name = f"{profile.name} ({profile.id})"
    rejecting = [way for way in ways if way[1].verdict is Verdict.REJECT]
    if rejecting:
        first = rejecting[0][1]
        return Case(name, _why(rejecting[0]), first.reason, tuple(map(_detail, rejecting)))
    unknown = [way for way in ways if way[1].verdict is Verdict.UNKNOWN]
    return Case(name, skipped=_why(unknown[0]) if unknown else "")


def _why(way: Way) -> str:
    clause, verdict = way
    return f"{verdict.detail or verdict.verdict.value}{f' ({clause})' if clause else ''}"


def _detail(way: Way) -> str:
    path = " -> ".join(certificate.label for certificate in way[1].path) or "none"
    return f"{_why(way)}; path: {path}; basis: {way[1].certainty}"


def _errors(findings: Iterable[Finding]) -> list[Case]:
    return [
        Case(finding.code, finding.message, finding.code, (finding.kind.why, finding.kind.remedy))
        for finding in findings
        if finding.severity is Severity.ERROR
    ]


@suites.register
def _impact(answer: Impact) -> Iterator[Suite]:
    """A case per client and endpoint that fails where the changes lose the client, and one per hierarchy lost."""
    for effect in (*answer.effects, *answer.others):
        yield Suite(_endpoint(effect), _effect(effect))
    lost = [
        Case(hierarchy.certificate.label, "the server's own programs can validate it less than before", "outbound-lost")
        for hierarchy in answer.outbound.lost
    ]
    yield Suite("outbound TLS", lost)


def _effect(effect: Effect) -> list[Case]:
    if effect.broken:
        return [Case("endpoint", effect.broken, "broken-endpoint")]
    ways = [
        (clause, serving.verdicts)
        for when, answer in (("", effect.after), (UPDATED, effect.updated))
        for serving, clause in zip(answer.servings, _clauses(when, [s.policies for s in answer.servings]), strict=True)
    ]
    return [_lost(case) if client in effect.lost else _kept(case) for client, case in _clients(ways).items()]


def _clauses(when: str, ways: Sequence[Sequence[Policy]]) -> list[str]:
    """Under which condition each of the chains is served; none where there is but one."""
    rules = [condition(policies) for policies in ways] if len(ways) > 1 else [""]
    return [", ".join(filter(None, (when, rule))) for rule in rules]


def _lost(case: Case) -> Case:
    return case if case.failure else Case(case.name, f"accepts now, not surely afterwards: {case.skipped}", "lost")


def _kept(case: Case) -> Case:
    """Whoever is not lost does not fail: a client that fails before and after is no news."""
    return Case(case.name, skipped=f"fails now as well: {case.failure}") if case.failure else case


@suites.register
def _planned(answer: Planned) -> Iterator[Suite]:
    """A case per client and site: does it accept once the plan is carried out, after a Windows Update too?"""
    option = answer.chosen or answer.plan.baseline
    for site, outcome in zip(answer.sites, option.outcomes, strict=True):
        ways = [
            (clause, judged.verdicts)
            for when, after in (("", outcome.after), (UPDATED, outcome.after_update))
            for judged, clause in zip(
                after.judged, _clauses(when, [j.possibility.policies for j in after.judged]), strict=True
            )
        ]
        yield Suite(_site(site), list(_clients(ways).values()))


def _site(site: PlannedSite) -> str:
    where = ", ".join(map(str, site.bindings[:MAX_BINDINGS]))
    return site.leaf.subject.common + (f" at {where}" if where else "")


@suites.register
def _verification(answer: Verification) -> Iterator[Suite]:
    """A case per chain that was seen; a site of the plan that was not seen is skipped."""
    cases = [_checked(answer, checked) for checked in answer.checked]
    cases += [Case(", ".join(site.names) or site.leaf, skipped="not among what was seen") for site in answer.unseen]
    if not answer.holds and not any(case.failure for case in cases):
        cases.append(Case("plan", "nothing of the plan was seen", "not-seen"))
    yield Suite(f"plan of {answer.promise.at[:10]}", cases)


def _checked(answer: Verification, checked: Checked) -> Case:
    observed = checked.observed
    name = "; ".join(map(sighting, observed.handshakes)) or observed.chain[0].subject.common
    if checked.site is None:
        return Case(name, skipped=checked.why or "the plan knows no such certificate")
    if checked.kept:
        return Case(name)
    titles = [step.title for step in answer.promise.steps]
    undone = [
        "undone: " + "; ".join(f"step {number}, {titles[number - 1]}" for number in steps if number <= len(titles))
        for steps in checked.undone
    ]
    sent = f"served: {' -> '.join(certificate.label for certificate in observed.chain)}"
    return Case(name, checked.why or "not the chain that the plan promises", "not-as-promised", (sent, *undone))
