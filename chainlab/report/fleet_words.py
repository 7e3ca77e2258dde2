"""Sentences about a fleet that all its reports share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from chainlab.fleet import ChangeSummary, Group, Summary
from chainlab.fleet.summary import GroupSite

OUTCOMES: Final = {
    "loses": "lose clients or an endpoint",
    "gains": "gain clients and lose none",
    "same": "are served the same clients as before",
    "not possible": "cannot be changed in this way",
}
"""What a proposed change does to a server."""


def headline(summary: Summary) -> str:
    """What was looked at, and when it is true."""
    return f"Fleet of {number(summary.counts.inputs, 'input')}, as of {summary.at:%Y-%m-%d}"


def verdict(summary: Summary) -> str:
    """How many servers have a problem."""
    counts = summary.counts
    if not counts.computed:
        return "No input could be answered."
    if not counts.grouped:
        return f"Nothing is wrong with {number(counts.well, 'server')}."
    groups = number(summary.group_count, "group")
    return f"{counts.grouped:,} of {number(counts.well + counts.grouped, 'server')} have a problem, in {groups}"


def count_words(summary: Summary) -> Iterator[str]:
    """The counts, which add up."""
    counts = summary.counts
    parts = [f"{counts.computed:,} computed", f"{counts.duplicates:,} equal to one of these",
             number(counts.errors, "error")]  # fmt: skip
    if counts.pending:
        parts.append(f"{counts.pending:,} not reached yet")
    yield f"{number(counts.inputs, 'input')}: {', '.join(parts)}; {number(counts.sites, 'site')}."
    if counts.pending:
        yield "The run was stopped; the same command continues it."


def group_title(group: Group) -> str:
    """How many servers, and of how many kinds."""
    more = f" in {group.configurations:,} configurations" if group.configurations > 1 else ""
    return f"{number(group.servers, 'server')}{more}"


def examples(names: Sequence[str], count: int) -> str:
    """Some names, and how many more there are."""
    more = f" and {count - len(names):,} more" if count > len(names) else ""
    return ", ".join(names) + more


def site_words(site: GroupSite) -> str:
    """What is served."""
    seen = "was seen on the wire" if site.basis == "observed" else f"is served ({site.certainty})"
    return f"{site.chain_words} {seen}"


def client_words(site: GroupSite) -> str:
    """Who fails, and why."""
    total = site.accept + site.reject + site.unknown
    reasons = ", ".join(f"{reason} {len(clients)}" for reason, clients in site.reasons)
    text = f"{site.reject} of {total} clients fail" if site.reject else f"all {total} clients accept"
    if site.unknown:
        text = f"{site.reject} of {total} clients fail, of {site.unknown} it is not known"
    return f"{text}: {reasons}" if reasons else text


def plan_words(group: Group) -> Iterator[str]:
    """What to do with the group, but for the changes themselves."""
    plan = group.plan
    if plan is None:
        yield "No plan was made."
    elif not plan.changes:
        yield f"No plan: {plan.note}."
    else:
        yield f"{plan.accept_after} of {plan.total} clients accept afterwards (now {plan.accept_before})."
        if plan.lost:
            yield f"{number(plan.lost, 'client')} stop accepting."
        yield from (f"Costs: {cost}" for cost in plan.costs)
        if plan.needs_decision:
            yield "This needs your decision."
        yield checked_words(group)


def checked_words(group: Group) -> str:
    """On how many servers the plan was simulated."""
    if group.configurations == 1:
        return "Worked out on the group's one configuration."
    others = number(group.configurations - 1, "other configuration")
    if group.checked < group.configurations - 1:
        return f"Simulated on {group.checked:,} of {others} so far."
    text = f"Worked out on one configuration and simulated on {others}"
    if group.fitting == group.checked:
        return f"{text}: it does the same there."
    different = group.checked - group.fitting
    return f"{text}: on {different:,} of them it does something else. Plan for these by themselves."


def change_words(change: ChangeSummary) -> Iterator[str]:
    """What the proposed change does to the fleet."""
    for outcome, text in OUTCOMES.items():
        count = change.servers.get(outcome, 0)
        if count:
            yield f"{number(count, 'server')} {text}: {examples(change.examples[outcome], count)}"
    if change.accept_before or change.accept_after:
        yield f"Clients that accept, over all sites: {change.accept_before:,} now, {change.accept_after:,} afterwards."
    if change.outbound:
        yield f"On {number(change.outbound, 'server')} their own programs would trust less than before."


def moved(clients: Sequence[tuple[str, int]], most: int) -> str:
    """Clients with the number of servers that they are lost or gained on."""
    more = f" and {len(clients) - most} more" if len(clients) > most else ""
    return ", ".join(f"{client} ({count:,})" for client, count in clients[:most]) + more


def number(count: int, noun: str) -> str:
    """``1 server``, ``1,000 servers``."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
