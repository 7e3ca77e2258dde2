"""The diagnosis for people, in a terminal: verdict first, then the chain, who fails and why, and what to do."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import IO, Final

from chainlab.certificate import Certificate
from chainlab.changes import Change
from chainlab.clients import ClientVerdict, Verdict
from chainlab.comparison import grouped
from chainlab.diagnosis import Diagnosis, TargetDiagnosis
from chainlab.evidence import HandshakeEvidence
from chainlab.findings import Finding, Severity
from chainlab.paths.reasons import Reason
from chainlab.plan import JudgedChain, Plan, PlannedOutcome
from chainlab.report.terminal import Page, describe
from chainlab.report.traffic import traffic_words
from chainlab.server import Binding
from chainlab.windows.schannel import ACTIVATION_NOTE, ACTIVATIONS, SETTLING_CHECKS
from chainlab.windows.selection import Policy

_STYLES: Final = {Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.NOTE: "dim"}
_REASONS: Final = {reason.code: reason for reason in Reason}
_SERIES: Final = re.compile(r"^([A-Za-z][A-Za-z.\- ]*?)[ -]+(\d.*)$")


def render(diagnosis: Diagnosis, file: IO[str], *, color: bool | None = None, verbose: bool = False) -> None:
    """Write the report; ``color`` ``None`` means: as the terminal and NO_COLOR say."""
    page = Page(file, color=color)
    writer = _Writer(page, verbose, diagnosis)
    for number, (target, bindings) in enumerate(grouped(diagnosis.targets)):
        if number:
            page.line()
        writer.target(target, bindings)
    writer.findings("About the inputs", diagnosis.findings)
    if diagnosis.traffic is not None:
        page.heading("About the traffic")
        for text in traffic_words(diagnosis.traffic):
            page.line(text, indent=2)


@dataclass(frozen=True, slots=True)
class _Writer:
    page: Page
    verbose: bool
    diagnosis: Diagnosis

    def target(self, target: TargetDiagnosis, bindings: Sequence[Binding]) -> None:
        leaf = target.leaf.certificate
        self.page.line(f"{leaf.subject.common}  ({leaf.key}, expires {leaf.not_after:%Y-%m-%d})", "bold")
        self.page.line(str(target.leaf.place), "dim")
        shown = bindings if self.verbose else bindings[:MAX_BINDINGS]
        more = f" and {len(bindings) - len(shown)} more" if len(bindings) > len(shown) else ""
        if bindings:
            self.page.line(f"bound to {'; '.join(map(str, shown))}{more}", "dim")
        self.page.line()
        self.verdict(target)
        self.served(target)
        self.failing("Who fails", target.clients)
        for other in target.others:
            self.other(other)
        self.plan(target)
        self.findings("Findings", target.findings)

    def verdict(self, target: TargetDiagnosis) -> None:
        total = len(target.clients)
        failing = count_failing(target.clients)
        errors = [finding for finding in target.findings if finding.severity is Severity.ERROR]
        if not total:
            self.page.line("No client was selected; only the served chain is shown.")
        elif failing:
            apart = "" if not errors else " (see the errors below first)"
            self.page.line(f"{self.page.glyphs.bad} {failing} of {total} clients will fail{apart}", "bold red")
        else:
            self.page.line(f"{self.page.glyphs.good} all {total} clients accept", "bold green")
        self.weight(target)
        for finding in errors:
            self.page.line(f"{self.page.glyphs.bad} {finding.message}", "bold red")
        for other in target.others if total else ():
            word, condition = condition_of(other)
            self.page.line(f"{word}: {condition}, {count_failing(other.verdicts)} of {total} will fail", "yellow")
        if target.plan is not None:
            best = target.plan.best
            self.page.line(
                f"With {_number(len(best.changes), 'change')} {len(best.lasting)} of {total} accept; see below"
            )

    def weight(self, target: TargetDiagnosis) -> None:
        """How much of the access logs will fail, where some were read."""
        objective = self.diagnosis.objective
        if objective.weights is not None:
            failing = frozenset(c.profile.id for c in target.clients if c.verdict is not Verdict.ACCEPT)
            everyone = frozenset(c.profile.id for c in target.clients)
            weight, total = objective.weigh(failing), objective.weigh(everyone)
            self.page.line(f"That is {weight} of {total} {objective.unit} that could be mapped.", "bold")

    def served(self, target: TargetDiagnosis) -> None:
        served = target.served
        verb = "IIS will send" if served.basis == "predicted" else "On the wire:"
        certainty = "" if served.basis == "observed" else f" ({_CERTAINTY[served.certainty]})"
        self.page.heading(f"{verb} {_number(len(served.chain), 'certificate')}{certainty}")
        self.chain(served.chain, None if served.root_sent else served.root)
        for handshake in served.observed.handshakes if served.observed else ():
            self.page.line(f"seen {sighting(handshake)}", "dim", indent=5, hang=3)

    def chain(self, chain: Sequence[Certificate], root: Certificate | None, style: str = "") -> None:
        for position, certificate in enumerate(chain, start=1):
            self.page.line(f"{position}  {describe(certificate)}", style, indent=2, hang=3)
        if root is not None:
            self.page.line(f"{self.page.glyphs.up} root, not sent: {describe(root)}", "dim", indent=5, hang=3)

    def other(self, other: JudgedChain) -> None:
        """Another chain that may be served: as much of it as of the first."""
        chain = other.possibility.served
        _, condition = condition_of(other)
        self.page.heading(f"Or, {condition}, {_number(len(chain), 'certificate')}")
        self.chain(chain, other.possibility.path.root, "yellow")
        self.failing("Who then fails", other.verdicts)

    def failing(self, title: str, verdicts: Sequence[ClientVerdict]) -> None:
        groups: dict[str, list[ClientVerdict]] = defaultdict(list)
        for client in verdicts:
            if client.verdict is not Verdict.ACCEPT:
                groups[client.reason].append(client)
        if not groups:
            return
        self.page.heading(title)
        for code, clients in sorted(groups.items(), key=lambda item: -len(item[1])):
            self.page.line(f"{code} ({len(clients)}): {_REASONS[code].text}", "red", indent=2)
            for series, members in by_series(clients):
                self.page.line(f"{series}: {', '.join(members)}" if members else series, indent=4, hang=2)
            if self.verbose:
                for client in clients:
                    self.page.line(
                        f"{client.profile.id}: {client.detail} [{client.certainty}]", "dim", indent=4, hang=2
                    )

    def plan(self, target: TargetDiagnosis) -> None:
        plan = target.plan
        if plan is None:
            return
        self.page.heading("What to do")
        for number, change in enumerate(plan.best.changes, start=1):
            self.change(number, change)
        self.outcome(plan, len(target.clients))

    def change(self, number: int, change: Change) -> None:
        self.page.line(f"{number}  {change.title}", indent=2, hang=3)
        certificate = change.certificate
        if certificate is not None and change.code == "import-certificate":
            self.page.line(f"SHA-256 {certificate.sha256}", "dim", indent=5)
            for address in certificate.published_at[:2] if not certificate.encoded else ():
                self.page.line(f"published at {address}", "dim", indent=5)
        commands = change.commands()
        for command in commands.powershell or commands.console:
            self.page.verbatim(command, indent=5)
        if self.verbose:
            for command in commands.certutil:
                self.page.verbatim(command, indent=5)

    def outcome(self, plan: Plan, total: int) -> None:
        best = plan.best
        text = f"Then {len(best.after.surely_accepting)} of {total} clients accept"
        text += f" (now {len(plan.before.surely_accepting)}); after a Windows Update {len(best.lasting)}."
        self.page.line(text, "bold", indent=2)
        if plan.broken:
            self.page.line(f"It breaks {', '.join(sorted(plan.broken))}.", "bold red", indent=2)
        for other in plan.other_methods:
            self.page.line(_compare(other), "dim", indent=2)
        if plan.beyond_help:
            shown = ", ".join(v.profile.name for v in plan.before.verdicts if v.profile.id in plan.beyond_help)
            self.page.line(f"No change on the server helps: {shown}.", indent=2)
        if len(best.after.judged) > 1:
            certainty = _CERTAINTY[best.after.prediction.certainty.value]
            self.page.line(f"What is served then is {certainty}; it is settled by:", "yellow", indent=2)
            for check in SETTLING_CHECKS:
                self.page.verbatim(check, indent=5)
        self.page.line(ACTIVATION_NOTE, indent=2)
        for number, activation in enumerate(ACTIVATIONS, start=1):
            evidence = f" {activation.evidence}" if self.verbose else ""
            self.page.line(f"{number}  {activation.step}{evidence}", indent=4, hang=3)

    def findings(self, title: str, findings: Sequence[Finding]) -> None:
        shown = [f for f in findings if self.verbose or f.severity is not Severity.NOTE or f.code == "assumption"]
        if not shown:
            return
        self.page.heading(title)
        for finding in shown:
            self.page.line(
                f"{self.page.glyphs.bullet} {finding.message} [{finding.code}]", _STYLES[finding.severity], 2, 2
            )
            if self.verbose and finding.severity is not Severity.NOTE:
                self.page.line(finding.kind.remedy, "dim", 4)


MAX_BINDINGS: Final = 6
"""Endpoints named without --verbose; a wildcard certificate can have hundreds."""

_CONDITIONS: Final = {
    Policy.NEWEST: "if Windows prefers the newer issuer",
    Policy.KB: "if Windows prefers the shorter chain",
}


def condition_of(other: JudgedChain) -> tuple[str, str]:
    """Under which condition this chain is served: one word, and a clause."""
    policies = other.possibility.policies
    if policies:
        return "Contested", _CONDITIONS[policies[0]]
    return "Undetermined", "if Windows decides a full tie the other way"


def count_failing(verdicts: Iterable[ClientVerdict]) -> int:
    """How many clients do not accept."""
    return sum(client.verdict is not Verdict.ACCEPT for client in verdicts)


def sighting(handshake: HandshakeEvidence) -> str:
    """Where a chain was seen, in one line: endpoint, server name, protocol, how often."""
    parts = [f"at {handshake.endpoint}"] if handshake.endpoint else [f"in {handshake.place}"]
    if handshake.host is not None:
        parts.append(f"SNI {handshake.host}" if handshake.host else "no SNI")
    parts += [part for part in (handshake.protocol, handshake.cipher) if part]
    if handshake.count > 1:
        parts.append(f"{handshake.count} times")
    return ", ".join(parts)


_CERTAINTY: Final = {
    "firm": "firm: every known selection rule agrees",
    "contested": "contested: documentation and field reports disagree",
    "undetermined": "undetermined: nothing known decides",
}


def _number(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _compare(other: PlannedOutcome) -> str:
    ways = " and ".join(change.code.replace("-", " ") for change in other.changes if change.reverted_by)
    now, later = len(other.after.surely_accepting), len(other.lasting)
    return f"Instead of moving to Untrusted, {ways}: {now} accept, after a Windows Update {later}."


def by_series(clients: Iterable[ClientVerdict]) -> list[tuple[str, list[str]]]:
    """Client names by what they are versions of: ``Android`` with ``2.2``, ``4.4`` …; most members first."""
    series: dict[str, list[str]] = defaultdict(list)
    for client in clients:
        match = _SERIES.match(client.profile.name)
        if match is None:
            series.setdefault(client.profile.name, [])
        else:
            series[match[1]].append(match[2])
    ordered = sorted(series.items(), key=lambda item: (-len(item[1]), item[0]))
    return [(name, sorted(members, key=version_key)) for name, members in ordered]


def version_key(text: str) -> list[tuple[int, str]]:
    """Sorts ``4.4`` before ``10``: numbers by value, everything else by text."""
    parts = re.findall(r"\d+|[^\d.]+", text)
    return [(int(part), "") if part.isdigit() else (-1, part) for part in parts]
