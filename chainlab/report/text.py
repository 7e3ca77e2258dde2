"""The diagnosis for people, in a terminal: verdict first, then the chain, who fails and why, and what to do."""

from __future__ import annotations

import re
import textwrap
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import IO, Final

from rich.console import Console
from rich.text import Text

from chainlab.certificate import Certificate
from chainlab.changes import Change
from chainlab.clients import ClientVerdict, Verdict
from chainlab.diagnosis import Diagnosis, TargetDiagnosis
from chainlab.escaping import terminal
from chainlab.evidence import HandshakeEvidence
from chainlab.findings import Finding, Severity
from chainlab.paths.reasons import Reason
from chainlab.plan import Plan, PlannedOutcome
from chainlab.windows.selection import Policy

_STYLES: Final = {Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.NOTE: "dim"}
_REASONS: Final = {reason.code: reason for reason in Reason}
_SERIES: Final = re.compile(r"^([A-Za-z][A-Za-z.\- ]*?)[ -]+(\d.*)$")


@dataclass(frozen=True, slots=True)
class Glyphs:
    """The few symbols used; ASCII where the output's encoding has no others."""

    good: str
    bad: str
    up: str
    bullet: str


UNICODE: Final = Glyphs("✓", "✗", "└─", "•")
ASCII: Final = Glyphs("OK", "FAIL", "`-", "-")


def glyphs_for(encoding: str) -> Glyphs:
    """The symbols that an encoding can carry."""
    try:
        "".join((UNICODE.good, UNICODE.bad, UNICODE.up, UNICODE.bullet, "→…")).encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return ASCII
    return UNICODE


def render(diagnosis: Diagnosis, file: IO[str], *, color: bool | None = None, verbose: bool = False) -> None:
    """Write the report; ``color`` ``None`` means: as the terminal and NO_COLOR say."""
    encoding = getattr(file, "encoding", None) or "utf-8"
    console = Console(
        file=file,
        highlight=False,
        soft_wrap=False,
        emoji=False,
        markup=False,
        force_terminal=color,
        no_color=color is False or None,
        width=None if file.isatty() else 100,
        legacy_windows=False,
    )
    writer = _Writer(console, glyphs_for(encoding), verbose)
    for number, target in enumerate(diagnosis.targets):
        if number:
            console.print()
        writer.target(target)
    writer.findings("About the inputs", diagnosis.findings)


class _Writer:
    def __init__(self, console: Console, glyphs: Glyphs, verbose: bool) -> None:
        self.console, self.glyphs, self.verbose = console, glyphs, verbose

    def line(self, text: str = "", style: str = "", indent: int = 0, hang: int = 0) -> None:
        """One paragraph, wrapped at blanks; continuation lines stand ``hang`` columns further in."""
        width = max(self.console.width, 40)
        left = " " * indent
        wrapped = textwrap.wrap(
            self.plain(text), width, initial_indent=left, subsequent_indent=left + " " * hang, break_on_hyphens=False
        )
        for row in wrapped or [""]:
            self.console.print(Text(row, style=style), soft_wrap=True)

    def verbatim(self, text: str, indent: int) -> None:
        """A command: never wrapped, so that it can be copied."""
        self.console.print(Text(" " * indent + self.plain(text), style="cyan"), soft_wrap=True)

    def plain(self, text: str) -> str:
        """Visible characters only, and in ASCII where the output has nothing else."""
        shown = terminal(text)
        if self.glyphs is UNICODE:
            return shown
        return shown.replace("→", "->").replace("…", "...").encode("ascii", "backslashreplace").decode()

    def heading(self, text: str) -> None:
        self.console.print()
        self.line(text, "bold")

    def target(self, target: TargetDiagnosis) -> None:
        leaf = target.leaf.certificate
        self.line(f"{leaf.subject.common}  ({leaf.key}, expires {leaf.not_after:%Y-%m-%d})", "bold")
        self.line(str(target.leaf.place), "dim")
        self.console.print()
        self.verdict(target)
        self.served(target)
        self.failing(target)
        self.plan(target)
        self.findings("Findings", target.findings)

    def verdict(self, target: TargetDiagnosis) -> None:
        total = len(target.clients)
        failing = [client for client in target.clients if client.verdict is not Verdict.ACCEPT]
        errors = [finding for finding in target.findings if finding.severity is Severity.ERROR]
        if not total:
            self.line("No client was selected; only the served chain is shown.")
        elif failing:
            apart = "" if not errors else " (see the errors below first)"
            self.line(f"{self.glyphs.bad} {len(failing)} of {total} clients will fail{apart}", "bold red")
        else:
            self.line(f"{self.glyphs.good} all {total} clients accept", "bold green")
        for finding in errors:
            self.line(f"{self.glyphs.bad} {finding.message}", "bold red")
        if target.clients_if_newest:
            other = sum(client.verdict is not Verdict.ACCEPT for client in target.clients_if_newest)
            self.line(f"Contested: if Windows prefers the newer issuer, {other} of {total} will fail", "yellow")
        if target.plan is not None:
            best = target.plan.best
            self.line(f"With {_number(len(best.changes), 'change')} {len(best.lasting)} of {total} accept; see below")

    def served(self, target: TargetDiagnosis) -> None:
        served = target.served
        verb = "IIS will send" if served.basis == "predicted" else "On the wire:"
        certainty = "" if served.basis == "observed" else f" ({_CERTAINTY[served.certainty]})"
        self.heading(f"{verb} {_number(len(served.chain), 'certificate')}{certainty}")
        for position, certificate in enumerate(served.chain, start=1):
            self.line(f"{position}  {describe(certificate)}", indent=2, hang=3)
        for handshake in served.observed.handshakes if served.observed else ():
            self.line(f"seen {sighting(handshake)}", "dim", indent=5, hang=3)
        if served.root is not None:
            self.line(f"{self.glyphs.up} root, not sent: {describe(served.root)}", "dim", indent=5, hang=3)
        if target.clients_if_newest:
            chain = served.policies["newest"]
            self.line("or, preferring the newer issuer:", "yellow", indent=2)
            for position, certificate in enumerate(chain, start=1):
                self.line(f"{position}  {describe(certificate)}", "yellow", indent=2, hang=3)

    def failing(self, target: TargetDiagnosis) -> None:
        groups: dict[str, list[ClientVerdict]] = defaultdict(list)
        for client in target.clients:
            if client.verdict is not Verdict.ACCEPT:
                groups[client.reason].append(client)
        if not groups:
            return
        self.heading("Who fails")
        for code, clients in sorted(groups.items(), key=lambda item: -len(item[1])):
            self.line(f"{code} ({len(clients)}): {_REASONS[code].text}", "red", indent=2)
            for series, members in by_series(clients):
                self.line(f"{series}: {', '.join(members)}" if members else series, indent=4, hang=2)
            if self.verbose:
                for client in clients:
                    self.line(f"{client.profile.id}: {client.detail} [{client.certainty}]", "dim", indent=4, hang=2)

    def plan(self, target: TargetDiagnosis) -> None:
        plan = target.plan
        if plan is None:
            return
        self.heading("What to do")
        for number, change in enumerate(plan.best.changes, start=1):
            self.change(number, change)
        self.outcome(plan, len(target.clients))

    def change(self, number: int, change: Change) -> None:
        self.line(f"{number}  {change.title}", indent=2, hang=3)
        certificate = change.certificate
        if certificate is not None and change.code == "import-certificate":
            self.line(f"SHA-256 {certificate.sha256}", "dim", indent=5)
            for address in certificate.published_at[:2] if not certificate.encoded else ():
                self.line(f"published at {address}", "dim", indent=5)
        commands = change.commands()
        for command in commands.powershell or commands.console:
            self.verbatim(command, indent=5)
        if self.verbose:
            for command in commands.certutil:
                self.verbatim(command, indent=5)

    def outcome(self, plan: Plan, total: int) -> None:
        best = plan.best
        text = f"Then {len(best.after.surely_accepting)} of {total} clients accept"
        text += f" (now {len(plan.before.surely_accepting)}); after a Windows Update {len(best.lasting)}."
        self.line(text, "bold", indent=2)
        if plan.broken:
            self.line(f"It breaks {', '.join(sorted(plan.broken))}.", "bold red", indent=2)
        for other in plan.other_methods:
            self.line(_compare(other), "dim", indent=2)
        if plan.beyond_help:
            everyone = plan.before.verdicts[Policy.KB]
            shown = ", ".join(v.profile.name for v in everyone if v.profile.id in plan.beyond_help)
            self.line(f"No change on the server helps: {shown}.", indent=2)
        self.line("Afterwards rebind the site or run iisreset, then check with a fresh connection.", indent=2)

    def findings(self, title: str, findings: Sequence[Finding]) -> None:
        shown = [f for f in findings if self.verbose or f.severity is not Severity.NOTE or f.code == "assumption"]
        if not shown:
            return
        self.heading(title)
        for finding in shown:
            self.line(f"{self.glyphs.bullet} {finding.message} [{finding.code}]", _STYLES[finding.severity], 2, 2)


_CERTAINTY: Final = {
    "firm": "firm: both known selection rules agree",
    "contested": "contested: documentation and field reports disagree",
    "undetermined": "undetermined: nothing known decides",
}


def sighting(handshake: HandshakeEvidence) -> str:
    """Where a chain was seen, in one line: endpoint, server name, protocol, how often."""
    parts = [f"at {handshake.endpoint}"] if handshake.endpoint else [f"in {handshake.place}"]
    if handshake.host is not None:
        parts.append(f"SNI {handshake.host}" if handshake.host else "no SNI")
    parts += [part for part in (handshake.protocol, handshake.cipher) if part]
    if handshake.count > 1:
        parts.append(f"{handshake.count} times")
    return ", ".join(parts)


def describe(certificate: Certificate) -> str:
    """One certificate in one line, with its key and expiry."""
    return f"{certificate.label}, {certificate.key}, expires {certificate.not_after:%Y-%m-%d}"


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
