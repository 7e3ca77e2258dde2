"""``timeline`` for people: date by date, what happens, and who starts or stops to accept because of it."""

from __future__ import annotations

from collections.abc import Sequence

from chainlab.comparison import grouped
from chainlab.report.differences import arrows, counted, gained_and_lost, way
from chainlab.report.page import Page
from chainlab.report.parts import CERTAINTY, bound_to
from chainlab.server import Binding
from chainlab.timeline import Cause, Event, Timeline, Timelines, Turn
from chainlab.wording import accepting, number_of


def render(timelines: Timelines, page: Page, *, verbose: bool = False) -> None:
    """Write the report."""
    page.title(f"From {timelines.at:%Y-%m-%d} to {timelines.until:%Y-%m-%d}")
    for timeline, bindings in grouped(timelines.targets):
        _timeline(page, timeline, bindings, verbose)


def _timeline(page: Page, timeline: Timeline, bindings: Sequence[Binding], verbose: bool) -> None:
    target, start = timeline.target, timeline.start
    page.heading(target.leaf.certificate.label)
    bound_to(page, bindings, verbose=verbose)
    certainty = CERTAINTY[start.certainty] if target.observed is None else "what was seen"
    page.line(f"{accepting(counted(start), start.total)} now; what is served is {certainty}")
    for serving in start.servings:
        page.line(arrows(page, serving), indent=2, hang=2)
    for event in timeline.events:
        _event(page, event, verbose)
    if timeline.quiet:
        page.line(f"{number_of(timeline.quiet, 'more date')} without any change.", "dim")
    if unseen := not_looked_at(timeline):
        page.line(unseen, "bold red")


def not_looked_at(timeline: Timeline) -> str:
    """What to say of dates that were left out; empty if there are none."""
    if timeline.left_out_from is None:
        return ""
    dates = number_of(timeline.left_out, "date was", "dates were")
    return f"{dates} not looked at, from {timeline.left_out_from:%Y-%m-%d} on: too much stands above this certificate."


def _event(page: Page, event: Event, verbose: bool) -> None:
    differences = event.differences
    change = f"{counted(event.before)} accept before, {counted(event.after)} from then on"
    glyph = page.glyphs.bad if event.worse else page.glyphs.good
    page.line()
    page.line(f"{event.at:%Y-%m-%d}  {glyph} {change}", "bold red" if event.worse else "bold", hang=12)
    for cause in event.causes:
        page.line(cause_text(cause), indent=12, hang=2)
    if event.renewed:
        page.line("with a server certificate renewed by the same issuing CA", "dim", indent=12)
    for difference in differences:
        condition = way(difference, len(differences))
        if condition and (not difference.same_chain or difference.gained or difference.lost):
            page.line(f"{condition}:", "yellow", indent=12)
        if not difference.same_chain:
            page.line(f"served then: {arrows(page, difference.after)}", indent=12, hang=2)
        gained_and_lost(page, difference, verbose=verbose, indent=12)


def cause_text(cause: Cause) -> str:
    """What happens, in one sentence."""
    text = f"{cause.certificate.label} {cause.turn.value}"
    if cause.turn is Turn.EXPIRES:
        return f"{text} ({cause.certificate.not_after:%Y-%m-%d %H:%M:%S} UTC)"
    if cause.clients:
        return f"{text}: {', '.join(sorted(client.name for client in cause.clients))}"
    return text
