"""The HTML report of proposed changes: every server certificate before, after, and after a Windows Update."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from chainlab.clients import ClientVerdict
from chainlab.comparison import gained_by, grouped
from chainlab.impact import Effect, Impact, Seen
from chainlab.report.differences import counted
from chainlab.report.html_matrix import MAX_SERIES, matrix
from chainlab.report.html_model import (
    MAX_TARGETS,
    Card,
    Column,
    Contents,
    Section,
    State,
    named,
    paths,
    sentence,
    states,
)
from chainlab.report.impact_text import activation_words
from chainlab.report.parts import CERTAINTY
from chainlab.server import Binding
from chainlab.windows.schannel import ACTIVATIONS
from chainlab.wording import number_of


def contents(impact: Impact) -> Contents:
    """What is on the page: the targets, then what else on the server is served differently."""
    touched = [effect for effect in impact.others if effect.changed]
    groups = [*grouped(impact.effects), *((effect, []) for effect in touched)]
    shown = [_section(impact, order, *group) for order, group in enumerate(groups[:MAX_TARGETS])]
    title = f"What {number_of(len(impact.steps), 'change')} would do"
    return Contents(title, impact.at, impact.case.request.host, impact.case.scene, tuple(shown),
                    len(groups) - len(shown), impact.case.problems, impact=impact)  # fmt: skip


def _section(impact: Impact, order: int, effect: Effect, bindings: Sequence[Binding]) -> Section:
    shown = tuple(_states(effect))
    leaf = effect.target.leaf
    return Section(
        order,
        leaf.certificate,
        leaf.place,
        tuple(map(str, bindings)),
        _card(impact, effect, order),
        CERTAINTY[effect.before.certainty],
        shown,
        matrix(effect.before.first.verdicts),
        paths(shown, ()),
    )


def _states(effect: Effect) -> Iterator[State]:
    yield from states(effect.before.servings, "now", "As it is")
    if effect.broken or not effect.changed:
        return
    yield from states(effect.after.servings, "planned", "After the change")
    if effect.updated.chains != effect.after.chains:
        yield from states(effect.updated.servings, "updated", "After the change and a Windows Update")


def _card(impact: Impact, effect: Effect, order: int) -> Card:
    if effect.broken:
        return Card("bad", f"Nothing can be served any more: {effect.broken}")
    lines = [f"From then on {effect.renewed.label}."] if effect.renewed is not None else []
    lines.append(activation_words(effect))
    if not impact.update_changes_stores:
        lines.append("A Windows Update afterwards changes nothing in the stores concerned.")
    total = effect.before.total
    if not total:
        return Card("", "No client was selected; only the chains are shown.", tuple(lines), tuple(_next(effect)))
    gained, lost = gained_by(effect.differences), effect.lost
    headline = (
        f"{number_of(len(lost), 'client')} lost" if lost else f"{number_of(len(gained), 'client')} gained, none lost"
    )
    headline += f": {counted(effect.before)} of {total} accept now, {counted(effect.after)} afterwards"
    if effect.updated.chains != effect.after.chains:
        headline += f", {counted(effect.updated)} after a Windows Update"
    return Card("bad" if lost else "good", headline, tuple(lines), tuple(_columns(effect, gained, lost, order)))


def _columns(effect: Effect, gained: frozenset[str], lost: frozenset[str], order: int) -> Iterator[Column]:
    verdicts = effect.before.first.verdicts
    link = (f"m{order}", "Every client, by family and year")
    if lost:
        yield _clients("Who stops accepting", verdicts, lost, link)
    if gained:
        yield _clients("Who starts to accept", verdicts, gained, link)
    yield from _next(effect)


def _clients(title: str, verdicts: Sequence[ClientVerdict], wanted: frozenset[str], link: tuple[str, str]) -> Column:
    names = named(verdict for verdict in verdicts if verdict.profile.id in wanted)
    further = len(names) - MAX_SERIES
    more = f"and {number_of(further, 'more kind')}" if further > 0 else ""
    return Column(title, tuple(names[:MAX_SERIES]), more, link)


def _next(effect: Effect) -> Iterator[Column]:
    if effect.seen is Seen.PENDING:
        steps = tuple(f"{sentence(step.step)}: {step.command} {step.evidence}" for step in ACTIVATIONS)
        yield Column("Make the server look again", steps, "Check with a fresh connection after each.", ordered=True)
