"""The plan for people: what to do, what it brings and costs, and what else could be done."""

from __future__ import annotations

from chainlab.plan import Option
from chainlab.planning import Planned
from chainlab.report.page import Page
from chainlab.report.parts import NAMED_TOGETHER, activation_lines, chain_lines, changes_lines
from chainlab.report.plan_words import (
    chain_words,
    clients_named,
    counted,
    headline,
    other_method,
    outcome_words,
    search_words,
    sent_by,
    sites_apart,
)
from chainlab.windows.schannel import ACTIVATION_NOTE
from chainlab.wording import number_of

MAX_SITES = 12
"""Sites told apart; a server can have hundreds. JSON has them all."""


def render(planned: Planned, page: Page, *, verbose: bool = False) -> None:
    """Write the plan."""
    (title, _), *rest = headline(planned)
    page.title(title)
    for text, style in rest:
        page.line(text, style)
    if planned.chosen is not None:
        _chosen(page, planned, planned.chosen, verbose)
    _alternatives(page, planned)
    _sendable(page, planned)
    _remarks(page, planned)


def _chosen(page: Page, planned: Planned, option: Option, verbose: bool) -> None:
    page.heading("What to do")
    changes_lines(page, option.changes, verbose=verbose)
    page.heading("What it brings")
    sites = list(sites_apart(planned))
    for position, name in sites[:MAX_SITES]:
        label = f"{name}: " if len(sites) > 1 else ""
        page.line(label + outcome_words(planned, option, position), "bold", indent=2, hang=3)
        after = option.outcomes[position].after
        chain_lines(page, after.served, after.prediction.chosen.root, indent=5)
        for title, clients in (("gains", option.helped[position]), ("loses", option.broken[position])):
            if clients:
                page.line(f"{title} {clients_named(planned, clients)}", indent=5, hang=2)
    if len(sites) > MAX_SITES:
        page.line(f"and {len(sites) - MAX_SITES} more sites; --format json lists them", indent=2)
    _costs(page, option)
    for other in planned.plan.other_methods if option is planned.plan.recommended else ():
        page.line(other_method(planned, option, other), "dim", indent=2, hang=2)
    page.heading("When it is seen")
    page.line(ACTIVATION_NOTE, indent=2)
    activation_lines(page, verbose=verbose)


def _costs(page: Page, option: Option) -> None:
    if option.costs:
        page.heading("What it costs")
    for cost in option.costs:
        decide = "Decide: " if cost.decision else ""
        page.line(f"{page.glyphs.bullet} {decide}{cost.text}", "yellow" if cost.decision else "", indent=2, hang=2)


def _alternatives(page: Page, planned: Planned) -> None:
    if planned.plan.alternatives:
        page.heading("Alternatives (--choose NUMBER)")
    for position, option in enumerate(planned.plan.alternatives, start=1):
        page.line(
            f"{position}  {counted(planned, option)}, with {number_of(len(option.changes), 'change')}", "bold", 2, 3
        )
        for change in option.changes:
            page.line(f"{page.glyphs.bullet} {change.title}", indent=5, hang=2)
        for cost in option.costs:
            page.line(cost.text, "yellow" if cost.decision else "dim", indent=5, hang=2)


def _sendable(page: Page, planned: Planned) -> None:
    """What could be sent at all: the answer to "what would a front end with a fixed chain do?"."""
    for position, name in list(sites_apart(planned))[:MAX_SITES]:
        page.heading(f"What could be sent for {name}")
        total = len(planned.plan.baseline.outcomes[position].after.verdicts)
        for chain in planned.plan.sendable[position]:
            page.line(f"{len(chain.accepting)} of {total}: {chain_words(chain.certificates)}", indent=2, hang=4)
            page.line(sent_by(chain), "dim", indent=6, hang=2)
        beyond = planned.plan.beyond_help[position]
        if beyond:
            nobody = len(beyond) == total > NAMED_TOGETHER
            whom = "any of them" if nobody else clients_named(planned, beyond)
            page.line(f"No change on the server helps {whom}.", indent=2, hang=2)


def _remarks(page: Page, planned: Planned) -> None:
    page.line()
    for text in search_words(planned):
        page.line(text, "dim")
