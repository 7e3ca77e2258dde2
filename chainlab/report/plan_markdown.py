"""The plan as Markdown: for a ticket or a change request."""

from __future__ import annotations

from collections.abc import Iterator

from chainlab.changes import Change
from chainlab.changes.commands import files_note
from chainlab.escaping import markdown, markdown_code
from chainlab.plan import Option
from chainlab.planning import Planned
from chainlab.report.plan_words import (
    chain_words,
    clients_named,
    counted,
    headline,
    outcome_words,
    search_words,
    sent_by,
    sites_apart,
)


def render(planned: Planned) -> str:
    """The whole document."""
    return "\n".join(_lines(planned)) + "\n"


def _lines(planned: Planned) -> Iterator[str]:
    first, *rest = (text for text, _ in headline(planned))
    yield f"# {markdown(first)}"
    for text in rest:
        yield f"\n**{markdown(text)}**"
    if planned.chosen is not None:
        yield "\n## What to do\n"
        for number, change in enumerate(planned.chosen.changes, start=1):
            yield from change_lines(number, change)
        note = files_note(change.commands() for change in planned.chosen.changes)
        if note:
            yield f"\n{markdown(note)}"
        yield from outcome_lines(planned, planned.chosen)
    if planned.plan.alternatives:
        yield "\n## Alternatives\n"
    for number, option in enumerate(planned.plan.alternatives, start=1):
        yield f"{number}. {markdown(counted(planned, option))}"
        yield from (f"   - {markdown(change.title)}" for change in option.changes)
        yield from (f"   - {_decide(cost.decision)}{markdown(cost.text)}" for cost in option.costs)
    yield from _sendable(planned)
    yield ""
    yield from (f"{markdown(text)}  " for text in search_words(planned))


def change_lines(number: int, change: Change) -> Iterator[str]:
    """One change as a numbered item with its commands."""
    yield f"{number}. {markdown(change.title)}"
    commands = change.commands()
    for command in commands.powershell or commands.console:
        yield f"   - {markdown_code(command)}"


def outcome_lines(planned: Planned, option: Option) -> Iterator[str]:
    """What an option brings to each site, and what it costs."""
    yield "\n## What it brings\n"
    for position, name in sites_apart(planned):
        yield f"- {markdown(name)}: {markdown(outcome_words(planned, option, position))}"
        for title, clients in (("gains", option.helped[position]), ("loses", option.broken[position])):
            if clients:
                yield f"  - {title} {markdown(clients_named(planned, clients))}"
    if option.costs:
        yield "\n## What it costs\n"
        yield from (f"- {_decide(cost.decision)}{markdown(cost.text)}" for cost in option.costs)


def _decide(decision: bool) -> str:
    return "**Decide:** " if decision else ""


def _sendable(planned: Planned) -> Iterator[str]:
    yield "\n## What could be sent at all\n"
    for position, site in sites_apart(planned):
        total = len(planned.plan.baseline.outcomes[position].after.verdicts)
        for chain in planned.plan.sendable[position]:
            name, words = markdown(site), markdown(chain_words(chain.certificates))
            yield f"- {name}: {len(chain.accepting)} of {total}: {words}; {sent_by(chain)}"
        if planned.plan.beyond_help[position]:
            yield f"- No change helps {markdown(clients_named(planned, planned.plan.beyond_help[position]))}"
