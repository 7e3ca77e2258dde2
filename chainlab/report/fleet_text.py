"""A fleet for people: counts, then the groups, largest first, each with its plan; then the change and the errors."""

from __future__ import annotations

from typing import Final

from chainlab.fleet import ChangeSummary, Group, Summary
from chainlab.report import fleet_words as words
from chainlab.report.page import Page

MAX_GROUPS: Final = 20
"""Groups shown without --verbose."""

MAX_ERRORS: Final = 10
MAX_CLIENTS: Final = 12


def render(summary: Summary, page: Page, *, verbose: bool = False) -> None:
    """Write the report."""
    page.title(words.headline(summary))
    style = "bold green" if summary.all_well else "bold red"
    page.line(words.verdict(summary), style)
    for text in words.count_words(summary):
        page.line(text)
    shown = summary.groups if verbose else summary.groups[:MAX_GROUPS]
    for group in shown:
        _group(page, group, verbose)
    if summary.group_count > len(shown):
        page.line()
        page.line(f"and {summary.group_count - len(shown):,} more groups; --verbose shows more, the database has all")
    if summary.change is not None:
        _change(page, summary.change, verbose)
    _errors(page, summary, verbose)
    page.line()
    page.line(f"Rows and tables: {summary.database} and the Parquet files beside it", "dim", hang=2)


def _group(page: Page, group: Group, verbose: bool) -> None:
    page.heading(f"{group.number}  {words.group_title(group)}")
    page.line(words.examples(group.examples, group.servers), "dim", indent=3, hang=2)
    for site in group.sites:
        page.line(words.site_words(site), indent=3, hang=2)
        page.line(f"{page.glyphs.bad} {words.client_words(site)}", "red", indent=3, hang=2)
        if site.findings:
            page.line(f"findings: {', '.join(site.findings)}", "yellow", indent=3, hang=2)
    plan = group.plan
    for number, change in enumerate(plan.changes if plan is not None else (), start=1):
        page.line(f"{number}. {change.title}", "green", indent=3, hang=3)
        if verbose:
            for line in change.powershell or change.certutil or change.console:
                page.verbatim(line, indent=6)
    for text in words.plan_words(group):
        page.line(text, indent=3, hang=2)


def _change(page: Page, change: ChangeSummary, verbose: bool) -> None:
    page.heading("What the change would do to the fleet")
    for phrase in change.phrases:
        page.line(phrase, "cyan", indent=2, hang=2)
    for text in words.change_words(change):
        page.line(f"{page.glyphs.bullet} {text}", indent=2, hang=2)
    most = len(change.lost) + len(change.gained) if verbose else MAX_CLIENTS
    for title, clients, style in (("lost", change.lost, "red"), ("gained", change.gained, "green")):
        if clients:
            page.line(f"Clients {title} (servers): {words.moved(clients, most)}", style, indent=2, hang=2)
    for why, count in change.errors:
        page.line(f"{words.number(count, 'server')}: {why}", "yellow", indent=2, hang=2)


def _errors(page: Page, summary: Summary, verbose: bool) -> None:
    if not summary.counts.errors:
        return
    kinds = ", ".join(f"{kind} {count:,}" for kind, count in summary.error_kinds)
    page.heading(f"{words.number(summary.counts.errors, 'input')} without an answer ({kinds})")
    shown = summary.errors if verbose else summary.errors[:MAX_ERRORS]
    for row in shown:
        page.line(f"{row.server} ({row.source}): {row.error}", indent=2, hang=2)
    if summary.counts.errors > len(shown):
        page.line(f"and {summary.counts.errors - len(shown):,} more; the table 'servers' has all", indent=2)
