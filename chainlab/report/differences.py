"""Chains and clients before and after, for people: shared by ``impact`` and ``timeline``."""

from __future__ import annotations

from collections.abc import Iterable

from chainlab.clients import ClientVerdict
from chainlab.comparison import Answer, Difference, Serving
from chainlab.report.page import Page
from chainlab.report.parts import condition, reason_lines, series_lines
from chainlab.report.words import short


def way(difference: Difference, ways: int) -> str:
    """Under which rules it goes this way; empty where there is only one way."""
    if ways == 1:
        return ""
    return condition(difference.policies)


def arrows(page: Page, serving: Serving) -> str:
    """A chain in one line: what is sent, each by the next, then the root that is not sent."""
    sent = " → ".join(short(certificate) for certificate in serving.chain)
    if serving.root is None or serving.root in serving.chain:
        return sent
    return f"{sent}  {page.glyphs.up} root, not sent: {short(serving.root)}"


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
    series_lines(page, chosen, indent + 2)
    if verbose and reasons:
        reason_lines(page, chosen, indent + 2)


def gained_and_lost(page: Page, difference: Difference, *, verbose: bool, indent: int = 4) -> None:
    """The clients of one way in which it can go; those lost with their reasons."""
    gained = [v for v in difference.after.verdicts if v.profile.id in difference.gained]
    lost = [v for v in difference.after.verdicts if v.profile.id in difference.lost]
    clients(page, "start to accept", gained, "green", verbose=verbose, indent=indent)
    clients(page, "stop accepting", lost, "bold red", verbose=verbose, indent=indent, reasons=True)
