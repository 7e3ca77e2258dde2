"""Whether the promise is kept, for people and for the log of a scheduled job."""

from __future__ import annotations

from chainlab.report.page import Page, describe
from chainlab.report.parts import sighting
from chainlab.verification import Checked, Promise, Verification
from chainlab.windows.schannel import ACTIVATIONS


def render(verification: Verification, page: Page) -> None:
    """Write the report."""
    promise = verification.promise
    if verification.holds:
        page.line(f"{page.glyphs.good} the chain that the plan of {promise.at[:10]} promises is served", "bold green")
    elif verification.incomplete:
        seen, total = len(verification.kept), len(promise.sites)
        page.line(f"{page.glyphs.bad} NOT all seen: {seen} of {total} sites of the plan of {promise.at[:10]}, "
                  "as promised; nothing is known of the others", "bold yellow")  # fmt: skip
    else:
        page.line(f"{page.glyphs.bad} NOT what the plan of {promise.at[:10]} promises", "bold red")
    for checked in verification.checked:
        page.line()
        _checked(page, promise, checked)
    if len(promise.sites) > 1:
        for site in verification.unseen:
            page.line(f"not seen: {', '.join(site.names) or site.leaf} (sha256 {site.leaf[:8]})", "yellow")
        if verification.unseen:
            page.line("Give each of these a --served too; a plan is kept only if all its sites keep it.", "dim")


def _checked(page: Page, promise: Promise, checked: Checked) -> None:
    observed = checked.observed
    glyph = page.glyphs.good if checked.kept else page.glyphs.bad
    page.line(f"{glyph} {observed.chain[0].subject.common}", "green" if checked.kept else "red")
    for handshake in observed.handshakes:
        page.line(f"seen {sighting(handshake)}", "dim", indent=2, hang=2)
    for position, certificate in enumerate(observed.chain, start=1):
        page.line(f"{position}  {describe(certificate)}", indent=2, hang=3)
    if checked.renewed:
        page.line("The server certificate is another one than the plan's; what stands above it counts.", "dim", 2, 2)
    if checked.why:
        page.line(checked.why, "yellow", indent=2, hang=2)
    if checked.site is not None and not checked.kept:
        _promised(page, promise, checked)
    if checked.undone:
        _undone(page, promise, checked.undone)


def _promised(page: Page, promise: Promise, checked: Checked) -> None:
    assert checked.site is not None
    for chain in checked.site.promised:
        page.line("promised:", indent=2)
        for position, sha256 in enumerate(chain[1:], start=2):
            label = promise.labels.get(sha256, "a certificate")
            page.line(f"{position}  {label}, sha256 {sha256}", "dim", indent=2, hang=3)


def _undone(page: Page, promise: Promise, undone: tuple[tuple[int, ...], ...]) -> None:
    """The steps without which this is served; where several sets explain it, any of them may be the cause."""
    if len(undone) > 1:
        page.line("Any of these explains it:", "yellow", indent=2)
    for steps in undone:
        if len(steps) > 1:
            page.line(f"Steps {', '.join(map(str, steps))} together:", "yellow", indent=2)
        for number in steps:
            _step(page, promise, number)
    activations = ", then ".join(activation.command for activation in ACTIVATIONS)
    page.line("If all is in force in the stores, the server goes on serving what it built before. "
              f"Make it look again: {activations}.", indent=2, hang=2)  # fmt: skip


def _step(page: Page, promise: Promise, number: int) -> None:
    if not 0 < number <= len(promise.steps):
        return
    step = promise.steps[number - 1]
    page.line(f"Step {number} is not in force: {step.title}", "yellow", indent=2, hang=2)
    for event in step.reverted_by:
        page.line(f"it does not last against {event}", "dim", indent=4)
    for command in step.commands:
        page.verbatim(command, indent=4)
