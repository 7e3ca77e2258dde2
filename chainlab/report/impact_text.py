"""``impact`` for people: the verdict first, then the chains, who is gained and lost, and what else is touched."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from chainlab.changes.commands import files_note
from chainlab.comparison import gained_by, grouped, lost_by
from chainlab.impact import Effect, Impact, Seen, Step
from chainlab.outbound import Hierarchy, Outbound, Reach
from chainlab.report.differences import arrows, counted, gained_and_lost, way
from chainlab.report.page import Page
from chainlab.report.parts import CERTAINTY, bound_to
from chainlab.server import Binding
from chainlab.windows.schannel import ACTIVATIONS
from chainlab.wording import accepting, number_of

MAX_HIERARCHIES: Final = 12
"""Hierarchies named; turning root update off concerns hundreds. JSON has them all."""

_SEEN: Final = {
    Seen.NOTHING_NEW: "The same chain stays on the wire.",
    Seen.PENDING: "Not on the wire yet: the server goes on serving what it built before, until it looks at its stores "
    "again.",
    Seen.LIKELY: "On the wire if '{step}' was enough; check with a fresh connection. {evidence}",
    Seen.SURE: "On the wire: the server was restarted. {evidence}",
}


def render(impact: Impact, page: Page, *, verbose: bool = False) -> None:
    """Write the report."""
    page.title(f"What {number_of(len(impact.steps), 'change')} would do, as of {impact.at:%Y-%m-%d}")
    for position, step in enumerate(impact.steps, start=1):
        _step(page, position, step, verbose)
    note = files_note(step.change.commands() for step in impact.steps) if verbose else ""
    if note:
        page.line(note, "dim", indent=2)
    for effect, bindings in grouped(impact.effects):
        _effect(page, effect, bindings, impact, verbose)
    _others(page, impact, verbose)
    _outbound(page, impact.outbound, verbose)
    _assumptions(page, impact)


def _step(page: Page, position: int, step: Step, verbose: bool) -> None:
    change = step.change
    page.line(f"{position}  {change.title}", "" if step.effective else "yellow", indent=2, hang=3)
    if not step.effective:
        page.line("changes nothing here: it is so already", "yellow", indent=5)
    for text in change.side_effects:
        page.line(f"{page.glyphs.bullet} {text}", "dim", indent=5, hang=2)
    for text in change.reverted_by:
        page.line(f"{page.glyphs.bullet} does not last against {text}", "yellow", indent=5, hang=2)
    if verbose:
        commands = change.commands()
        for line in (*commands.powershell, *commands.certutil) or commands.console:
            page.verbatim(line, indent=5)


def _effect(page: Page, effect: Effect, bindings: Sequence[Binding], impact: Impact, verbose: bool) -> None:
    leaf = effect.target.leaf.certificate
    page.heading(leaf.label)
    bound_to(page, bindings, verbose=verbose)
    if effect.renewed is not None:
        page.line(f"from then on {effect.renewed.label}")
    if effect.broken:
        page.line(f"{page.glyphs.bad} nothing can be served any more: {effect.broken}", "bold red")
        return
    _verdict(page, effect)
    _ways(page, effect, verbose)
    _after_update(page, effect, impact, verbose)
    _activation(page, effect)


def _verdict(page: Page, effect: Effect) -> None:
    before, after, total = effect.before, effect.after, effect.before.total
    gained, lost = gained_by(effect.differences), lost_by(effect.differences)
    if not total:
        page.line("No client was selected; only the chains are shown.")
        return
    counts = f"{accepting(counted(before), total)} now, {counted(after)} afterwards"
    if lost:
        page.line(f"{page.glyphs.bad} {number_of(len(lost), 'client')} lost: {counts}", "bold red")
    elif gained:
        page.line(f"{page.glyphs.good} {number_of(len(gained), 'client')} gained, none lost: {counts}", "bold green")
    else:
        page.line(f"{page.glyphs.good} no client is lost: {counts}", "bold")


def _ways(page: Page, effect: Effect, verbose: bool) -> None:
    differences = effect.differences
    if len(differences) > 1:
        page.line(f"What is served afterwards is {CERTAINTY[effect.after.certainty]}", "yellow", indent=2)
    for difference in differences:
        condition = way(difference, len(differences))
        if condition:
            page.line(f"{condition}:", "yellow", indent=2)
        page.line(f"now   {arrows(page, difference.before)}", indent=2, hang=6)
        same = "the same chain" if difference.same_chain else arrows(page, difference.after)
        page.line(f"then  {same}", indent=2, hang=6)
        gained_and_lost(page, difference, verbose=verbose)


def _after_update(page: Page, effect: Effect, impact: Impact, verbose: bool) -> None:
    if not impact.update_changes_stores:
        page.line("A Windows Update afterwards changes nothing in the stores concerned.", indent=2)
        return
    changed = [d for d in effect.update_differences if not d.same_chain or d.gained or d.lost]
    if not changed:
        page.line("After a Windows Update: the same chain, the same clients.", indent=2)
        return
    total = effect.updated.total
    page.line(f"After a Windows Update: {accepting(counted(effect.updated), total)}", "bold yellow", indent=2)
    for difference in changed:
        condition = way(difference, len(effect.update_differences))
        if condition:
            page.line(f"{condition}:", "yellow", indent=4)
        page.line(arrows(page, difference.after), indent=4, hang=2)
        page.line(f"{len(difference.gained)} start to accept, {len(difference.lost)} stop accepting", indent=4)
        if verbose:
            gained_and_lost(page, difference, verbose=True)


def activation_words(effect: Effect) -> str:
    """Whether the server shows on the wire what its stores now lead to, in words."""
    activation, text = effect.activation, _SEEN[effect.seen]
    return text if activation is None else text.format(step=activation.step, evidence=activation.evidence)


def _activation(page: Page, effect: Effect) -> None:
    page.line(activation_words(effect), "yellow" if effect.seen in (Seen.PENDING, Seen.LIKELY) else "", indent=2)
    if effect.seen is Seen.PENDING:
        page.line(f"until then  {arrows(page, effect.waiting.first)}", indent=4, hang=12)
        for position, step in enumerate(ACTIVATIONS, start=1):
            page.line(f"{position}  {step.step}: {step.command} {step.evidence}", "dim", indent=4, hang=3)


def _others(page: Page, impact: Impact, verbose: bool) -> None:
    if not impact.others:
        return
    touched = [effect for effect in impact.others if effect.changed]
    page.heading("Other certificates of this server")
    if not touched:
        page.line(
            f"{page.glyphs.good} {number_of(len(impact.others), 'certificate')}, none is served differently", indent=2
        )
    for effect in touched:
        page.line(effect.target.leaf.certificate.label, "bold", indent=2)
        if effect.broken:
            page.line(f"{page.glyphs.bad} {effect.broken}", "bold red", indent=2)
            continue
        _verdict(page, effect)
        _ways(page, effect, verbose)


def _outbound(page: Page, outbound: Outbound, verbose: bool) -> None:
    page.heading("Outbound TLS of this server's own programs")
    if not outbound.lost and not outbound.gained:
        page.line(f"{page.glyphs.good} nothing changes ({number_of(outbound.examined, 'hierarchy', 'hierarchies')} "
                  "concerned, simulated)", indent=2)  # fmt: skip
        return
    if outbound.assumed:
        page.line(
            "The Root store was not seen: roots that were downloaded before root update is turned off stay trusted; "
            "these are the ones that could not come any more.", "yellow", indent=2,
        )  # fmt: skip
    if outbound.lost:
        count = number_of(len(outbound.lost), "hierarchy", "hierarchies")
        page.line(f"{page.glyphs.bad} {count} can be validated less than before (simulated):", "bold red", indent=2)
    _hierarchies(page, outbound.lost, verbose)
    if outbound.gained:
        count = number_of(len(outbound.gained), "hierarchy", "hierarchies")
        page.line(f"{page.glyphs.good} {count} can be validated more than before (simulated):", "green", indent=2)
    _hierarchies(page, outbound.gained, verbose)


def _hierarchies(page: Page, hierarchies: tuple[Hierarchy, ...], verbose: bool) -> None:
    groups: dict[tuple[Reach, Reach], list[Hierarchy]] = {}
    for hierarchy in hierarchies:
        groups.setdefault((hierarchy.before, hierarchy.after), []).append(hierarchy)
    for (before, after), members in groups.items():
        page.line(f"sites under these: now {before.text}, then {after.text}", indent=4)
        shown = members if verbose else members[:MAX_HIERARCHIES]
        for hierarchy in shown:
            page.line(f"{page.glyphs.bullet} {hierarchy.certificate.label}", indent=6, hang=2)
        if len(members) > len(shown):
            page.line(f"and {len(members) - len(shown)} more; --verbose or --format json lists them", indent=6)


def _assumptions(page: Page, impact: Impact) -> None:
    if impact.before.assumptions:
        page.heading("Assumed")
    for text in impact.before.assumptions:
        page.line(f"{page.glyphs.bullet} {text}", "dim", indent=2, hang=2)
