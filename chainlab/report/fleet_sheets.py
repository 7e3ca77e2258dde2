"""A fleet's summary as short sheets, for a notebook."""

from __future__ import annotations

from collections.abc import Iterator

from chainlab.fleet import Group, Summary
from chainlab.report import fleet_words as words
from chainlab.report.sheet import Sheet, Table


def _titles(group: Group) -> Iterator[str]:
    yield from (change.title for change in (group.plan.changes if group.plan is not None else ()))


def of_summary(summary: Summary) -> list[Sheet]:
    """How many servers have a problem, the groups with their plans, what the change does, and errors."""
    columns = ("", "servers", "what is served", "who fails", "plan", "for example")
    groups = tuple(
        (
            str(group.number),
            str(group.servers),
            "; ".join(words.site_words(site) for site in group.sites),
            "; ".join(words.client_words(site) for site in group.sites),
            "; ".join([*_titles(group), *words.plan_words(group)]),
            words.examples(group.examples, group.servers),
        )
        for group in summary.groups
    )
    tables = [Table("Groups", columns, groups)] if groups else []
    if summary.change is not None:
        said = tuple((text,) for text in words.change_words(summary.change))
        tables.append(Table("What the change would do", ("; ".join(summary.change.phrases),), said))
    if summary.errors:
        rows = tuple((error.server, error.kind, error.error) for error in summary.errors)
        tables.append(Table("Errors", ("server", "kind", "error"), rows))
    remarks = tuple(words.count_words(summary))
    return [Sheet(f"{words.headline(summary)}: {words.verdict(summary)}", summary.all_well, remarks, tuple(tables))]
