"""Chains and clients before and after, for people: shared by ``impact`` and ``timeline``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from chainlab.certificate import Certificate
from chainlab.clients import ClientVerdict
from chainlab.comparison import Answer, Difference, Serving
from chainlab.report.terminal import Page
from chainlab.report.text import MAX_BINDINGS, by_series
from chainlab.server import Binding
from chainlab.windows.engine import Certainty
from chainlab.windows.selection import Policy

CERTAINTY: Final = {
    Certainty.FIRM: "firm",
    Certainty.CONTESTED: "contested: documentation and field reports disagree",
    Certainty.UNDETERMINED: "undetermined: nothing known decides",
}
_WAYS: Final = {
    Policy.KB: "if Windows prefers the shorter chain (documented)",
    Policy.NEWEST: "if Windows prefers the newer issuer (reported)",
}


def way(difference: Difference, ways: int) -> str:
    """Under which rules it goes this way; empty where there is only one way."""
    if ways == 1:
        return ""
    return " and ".join(_WAYS[policy] for policy in difference.policies) or "if a full tie is decided the other way"


def arrows(page: Page, serving: Serving) -> str:
    """A chain in one line: what is sent, each by the next, then the root that is not sent."""
    sent = " → ".join(_short(certificate) for certificate in serving.chain)
    if serving.root is None or serving.root in serving.chain:
        return sent
    return f"{sent}  {page.glyphs.up} root, not sent: {_short(serving.root)}"


def _short(certificate: Certificate) -> str:
    return certificate.subject.common or certificate.sha256[:8]


def counted(answer: Answer) -> str:
    """How many accept, a range where it depends on the chain."""
    counts = sorted({len(serving.accepting) for serving in answer.servings})
    return f"{counts[0]}" if len(counts) == 1 else f"{counts[0]} to {counts[-1]}"


def clients(page: Page, title: str, verdicts: Iterable[ClientVerdict], style: str, *, verbose: bool, indent: int = 4,
            reasons: bool = False) -> None:  # fmt: skip
    """Clients by series, or all of them with their reason."""
    chosen = list(verdicts)
    if not chosen:
        return
    page.line(f"{title} ({len(chosen)}):", style, indent=indent)
    for series, members in by_series(chosen):
        page.line(f"{series}: {', '.join(members)}" if members else series, indent=indent + 2, hang=2)
    if verbose and reasons:
        for verdict in chosen:
            page.line(f"{verdict.profile.id}: {verdict.detail} [{verdict.certainty}]", "dim", indent + 2, 2)


def bound_to(page: Page, bindings: Sequence[Binding], *, verbose: bool) -> None:
    """The endpoints of one answer, not more than are worth reading."""
    shown = bindings if verbose else bindings[:MAX_BINDINGS]
    more = f" and {len(bindings) - len(shown)} more" if len(bindings) > len(shown) else ""
    if bindings:
        page.line(f"bound to {'; '.join(map(str, shown))}{more}", "dim")


def gained_and_lost(page: Page, difference: Difference, *, verbose: bool, indent: int = 4) -> None:
    """The clients of one way in which it can go; those lost with their reasons."""
    gained = [v for v in difference.after.verdicts if v.profile.id in difference.gained]
    lost = [v for v in difference.after.verdicts if v.profile.id in difference.lost]
    clients(page, "start to accept", gained, "green", verbose=verbose, indent=indent)
    clients(page, "stop accepting", lost, "bold red", verbose=verbose, indent=indent, reasons=True)
