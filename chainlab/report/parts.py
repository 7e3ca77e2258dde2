"""What several text reports have in common: lines about chains, changes and clients, and the words for certainty."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from chainlab.certificate import Certificate
from chainlab.changes import Change
from chainlab.changes.commands import files_note
from chainlab.clients import ClientVerdict
from chainlab.evidence import HandshakeEvidence
from chainlab.findings import Severity
from chainlab.report.page import Page, describe
from chainlab.report.words import by_series
from chainlab.server import Binding
from chainlab.windows.engine import Certainty
from chainlab.windows.schannel import ACTIVATIONS
from chainlab.windows.selection import Policy

STYLES: Final = {Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.NOTE: "dim"}

NAMED_TOGETHER: Final = 12
"""Where all clients fare alike and are more than these, their names say nothing more."""

MAX_BINDINGS: Final = 6
"""Endpoints named without --verbose; a wildcard certificate can have hundreds."""

CERTAINTY: Final = {
    Certainty.FIRM: "firm: every known rule serves the same chain",
    Certainty.CONTESTED: "contested: documentation and field reports disagree",
    Certainty.UNDETERMINED: "undetermined: nothing known decides between equally good chains",
}
_GROUND: Final = {Policy.KB: "documented", Policy.NEWEST: "reported"}
_PREFERRED: Final = {Policy.KB: "shorter chain", Policy.NEWEST: "newer issuer"}


def rule_name(policy: Policy) -> str:
    """A selection rule of Windows with its content and on what it rests."""
    return f"{_GROUND[policy]} rule ({policy.value}: best quality, then the {_PREFERRED[policy]})"


def condition(policies: Iterable[Policy]) -> str:
    """Under which selection rules it is so; without any it is a full tie that is decided the other way."""
    rules = (f"if Windows prefers the {_PREFERRED[policy]} ({_GROUND[policy]})" for policy in policies)
    return " and ".join(rules) or "if a full tie is decided the other way"


def bound_to(page: Page, bindings: Sequence[Binding], *, verbose: bool) -> None:
    """The endpoints of one answer, not more than are worth reading."""
    shown = bindings if verbose else bindings[:MAX_BINDINGS]
    more = f" and {len(bindings) - len(shown)} more" if len(bindings) > len(shown) else ""
    if bindings:
        page.line(f"bound to {'; '.join(map(str, shown))}{more}", "dim")


def chain_lines(
    page: Page, chain: Sequence[Certificate], root: Certificate | None, style: str = "", indent: int = 2
) -> None:
    """A chain as it is sent, then the root that is not."""
    for position, certificate in enumerate(chain, start=1):
        page.line(f"{position}  {describe(certificate)}", style, indent=indent, hang=3)
    if root is not None and root not in chain:
        page.line(f"{page.glyphs.up} root, not sent: {describe(root)}", "dim", indent=indent + 3, hang=3)


def changes_lines(page: Page, changes: Iterable[Change], *, verbose: bool) -> None:
    """Changes in order, and where the files come from that their commands name."""
    made = tuple(changes)
    for position, change in enumerate(made, start=1):
        _change_lines(page, position, change, verbose=verbose)
    note = files_note(change.commands() for change in made)
    if note:
        page.line(note, "dim", indent=2)


def _change_lines(page: Page, position: int, change: Change, *, verbose: bool) -> None:
    """One change with the commands that carry it out."""
    page.line(f"{position}  {change.title}", indent=2, hang=3)
    certificate = change.certificate
    if certificate is not None and change.code == "import-certificate":
        page.line(f"SHA-256 {certificate.sha256}", "dim", indent=5)
        for address in certificate.published_at[:2] if not certificate.encoded else ():
            page.line(f"published at {address}", "dim", indent=5)
    commands = change.commands()
    for command in commands.powershell or commands.console:
        page.verbatim(command, indent=5)
    for command in commands.certutil if verbose else ():
        page.verbatim(command, indent=5)


def activation_lines(page: Page, *, verbose: bool) -> None:
    """The steps that make the server look at its stores again, with ``verbose`` on what each rests."""
    for position, activation in enumerate(ACTIVATIONS, start=1):
        evidence = f" {activation.evidence}" if verbose else ""
        page.line(f"{position}  {activation.step}{evidence}", indent=4, hang=3)


def series_lines(page: Page, clients: Iterable[ClientVerdict], indent: int) -> None:
    """Clients by name, versions of one series together."""
    for series, members in by_series(clients):
        page.line(f"{series}: {', '.join(members)}" if members else series, indent=indent, hang=2)


def reason_lines(page: Page, clients: Iterable[ClientVerdict], indent: int) -> None:
    """Why each of the clients rejects, and on what that rests."""
    for client in clients:
        page.line(f"{client.profile.id}: {client.detail} [{client.certainty}]", "dim", indent, 2)


def sighting(handshake: HandshakeEvidence) -> str:
    """Where a chain was seen, in one line: endpoint, server name, protocol, how often."""
    parts = [f"at {handshake.endpoint}"] if handshake.endpoint else [f"in {handshake.place}"]
    if handshake.host is not None:
        parts.append(f"SNI {handshake.host}" if handshake.host else "no SNI")
    parts += [part for part in (handshake.protocol, handshake.cipher) if part]
    if handshake.count > 1:
        parts.append(f"{handshake.count} times")
    return ", ".join(parts)
