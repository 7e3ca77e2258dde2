"""The diagnosis for people, in a terminal: verdict first, then the chain, who fails and why, and what to do."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final

from chainlab import findings as kinds
from chainlab.clients import ClientVerdict, Verdict
from chainlab.comparison import grouped
from chainlab.diagnosis import Diagnosis, TargetDiagnosis
from chainlab.findings import Finding, Severity
from chainlab.paths.reasons import Reason
from chainlab.plan import JudgedChain, Plan, PlannedOutcome
from chainlab.records import dataclass
from chainlab.report.page import Page
from chainlab.report.parts import (
    CERTAINTY,
    NAMED_TOGETHER,
    STYLES,
    activation_lines,
    bound_to,
    chain_lines,
    changes_lines,
    condition,
    reason_lines,
    series_lines,
    sighting,
)
from chainlab.report.traffic import traffic_words
from chainlab.server import Binding
from chainlab.windows.engine import Certainty
from chainlab.windows.schannel import ACTIVATION_NOTE, settling_checks
from chainlab.windows.selection import Policy
from chainlab.wording import accepting, number_of

_REASONS: Final = {reason.code: reason for reason in Reason}


def render(diagnosis: Diagnosis, page: Page, *, verbose: bool = False) -> None:
    """Write the report."""
    writer = _Writer(page, verbose, diagnosis)
    for position, (target, bindings) in enumerate(grouped(diagnosis.targets)):
        if position:
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
        self.page.title(f"{leaf.subject.common}  ({leaf.key}, expires {leaf.not_after:%Y-%m-%d})")
        self.page.line(str(target.leaf.place), "dim")
        bound_to(self.page, bindings, verbose=self.verbose)
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
            self.page.line(
                f"{self.page.glyphs.bad} {failing} of {number_of(total, 'client')} will fail{apart}", "bold red"
            )
        else:
            all_accept = f"all {total} clients accept" if total > 1 else "the client accepts"
            self.page.line(f"{self.page.glyphs.good} {all_accept}", "bold green")
        self.weight(target)
        for finding in errors:
            self.page.line(f"{self.page.glyphs.bad} {finding.message}", "bold red")
        for other in target.others if total else ():
            word, condition = condition_of(other.possibility.policies)
            self.page.line(f"{word}: {condition}, {count_failing(other.verdicts)} of {total} will fail", "yellow")
        if target.plan is not None:
            best = target.plan.best
            self.page.line(
                f"With {number_of(len(best.changes), 'change')} {len(best.lasting)} of {total} accept; see below"
            )
        for finding in target.findings:
            if finding.kind is kinds.BETTER_CHAIN:
                self.page.line(f"With another chain {finding.parameters['then']} of {total} accept; see below")

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
        certainty = "" if served.basis == "observed" else f" ({CERTAINTY[Certainty(served.certainty)]})"
        self.page.heading(f"{verb} {number_of(len(served.chain), 'certificate')}{certainty}")
        chain_lines(self.page, served.chain, served.root)
        for handshake in served.observed.handshakes if served.observed else ():
            self.page.line(f"seen {sighting(handshake)}", "dim", indent=5, hang=3)

    def other(self, other: JudgedChain) -> None:
        """Another chain that may be served: as much of it as of the first."""
        chain = other.possibility.served
        _, condition = condition_of(other.possibility.policies)
        self.page.heading(f"Or, {condition}, {number_of(len(chain), 'certificate')}")
        chain_lines(self.page, chain, other.possibility.path.root, "yellow")
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
            if len(clients) == len(verdicts) > NAMED_TOGETHER and not self.verbose:
                self.page.line("every selected client", indent=4)
            else:
                series_lines(self.page, clients, indent=4)
            if self.verbose:
                reason_lines(self.page, clients, indent=4)

    def plan(self, target: TargetDiagnosis) -> None:
        plan = target.plan
        if plan is None:
            return
        self.page.heading("What to do")
        changes_lines(self.page, plan.best.changes, verbose=self.verbose)
        self.outcome(plan, len(target.clients))

    def outcome(self, plan: Plan, total: int) -> None:
        best = plan.best
        text = f"Then {accepting(len(best.after.surely_accepting), total)}"
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
            certainty = CERTAINTY[best.after.prediction.certainty]
            self.page.line(f"What is served then is {certainty}; it is settled by (LEAF.cer: the server certificate "
                           "in a file, HOST: the server):", "yellow", indent=2)  # fmt: skip
            for check in settling_checks():
                self.page.verbatim(check, indent=5)
        self.page.line(ACTIVATION_NOTE, indent=2)
        activation_lines(self.page, verbose=self.verbose)

    def findings(self, title: str, findings: Sequence[Finding]) -> None:
        shown = [f for f in findings if self.verbose or f.severity is not Severity.NOTE or f.code == "assumption"]
        if not shown:
            return
        self.page.heading(title)
        for finding in shown:
            self.page.line(
                f"{self.page.glyphs.bullet} {finding.message} [{finding.code}]", STYLES[finding.severity], 2, 2
            )
            if self.verbose and finding.severity is not Severity.NOTE:
                self.page.line(finding.kind.remedy, "dim", 4)


def condition_of(policies: Sequence[Policy]) -> tuple[str, str]:
    """Under which condition a chain is served that these rules choose: one word, and a clause."""
    return "Contested" if policies else "Undetermined", condition(policies)


def count_failing(verdicts: Iterable[ClientVerdict]) -> int:
    """How many clients do not accept."""
    return sum(client.verdict is not Verdict.ACCEPT for client in verdicts)


def _compare(other: PlannedOutcome) -> str:
    ways = " and ".join(change.code.replace("-", " ") for change in other.changes if change.reverted_by)
    now, later = len(other.after.surely_accepting), len(other.lasting)
    return f"Instead of moving to Untrusted, {ways}: {now} accept, after a Windows Update {later}."
