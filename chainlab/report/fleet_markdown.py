"""A fleet as Markdown: for a ticket or a wiki."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from chainlab.escaping import markdown, markdown_code
from chainlab.fleet import ChangeSummary, Group, Summary
from chainlab.report import fleet_words as words

MAX_GROUPS: Final = 100
MAX_ERRORS: Final = 50
MAX_CLIENTS: Final = 30


def render(summary: Summary) -> str:
    """The whole document."""
    return "\n".join(_lines(summary)) + "\n"


def _lines(summary: Summary) -> Iterator[str]:
    yield f"# {markdown(words.headline(summary))}"
    yield f"\n**{markdown(words.verdict(summary))}**\n"
    for text in words.count_words(summary):
        yield markdown(text)
    if summary.groups:
        yield "\n| group | servers | clients that fail | served |\n|---:|---:|---|---|"
    for group in summary.groups[:MAX_GROUPS]:
        yield _row(group)
    for group in summary.groups[:MAX_GROUPS]:
        yield from _group(group)
    if summary.group_count > MAX_GROUPS:
        yield f"\nand {summary.group_count - MAX_GROUPS:,} more groups"
    if summary.change is not None:
        yield from _change(summary.change)
    if summary.counts.errors:
        yield f"\n## {words.number(summary.counts.errors, 'input')} without an answer\n"
    for row in summary.errors[:MAX_ERRORS]:
        yield f"- {markdown(row.server)} ({markdown_code(row.source)}): {markdown(row.error)}"


def _row(group: Group) -> str:
    fails = "; ".join(markdown(words.client_words(site)) for site in group.sites)
    served = "; ".join(markdown(site.chain_words) for site in group.sites)
    return f"| {group.number} | {group.servers:,} | {fails} | {served} |"


def _group(group: Group) -> Iterator[str]:
    yield f"\n## Group {group.number}: {words.group_title(group)}\n"
    yield markdown(words.examples(group.examples, group.servers))
    for site in group.sites:
        yield f"\n- {markdown(words.site_words(site))}"
        yield f"- {markdown(words.client_words(site))}"
        if site.findings:
            yield f"- findings: {', '.join(markdown_code(code) for code in site.findings)}"
    yield "\n### What to do\n"
    for number, change in enumerate(group.plan.changes if group.plan is not None else (), start=1):
        yield f"{number}. {markdown(change.title)}"
        for line in change.powershell or change.certutil or change.console:
            yield f"   - {markdown_code(line)}"
    yield ""
    for text in words.plan_words(group):
        yield markdown(text)


def _change(change: ChangeSummary) -> Iterator[str]:
    yield "\n## What the change would do to the fleet\n"
    for phrase in change.phrases:
        yield f"{markdown_code(phrase)}\n"
    for text in words.change_words(change):
        yield f"- {markdown(text)}"
    for title, clients in (("lost", change.lost), ("gained", change.gained)):
        if clients:
            yield f"- Clients {title} (servers): {markdown(words.moved(clients, MAX_CLIENTS))}"
    for why, count in change.errors:
        yield f"- {words.number(count, 'server')}: {markdown(why)}"
