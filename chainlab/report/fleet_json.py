"""``chainlab.fleet/1``: a fleet's summary as JSON. The schema ships as ``data/chainlab.fleet-1.schema.json``."""

from __future__ import annotations

from typing import Any, Final

from chainlab import __version__
from chainlab.fleet import ChangeSummary, Group, Summary
from chainlab.fleet.group_plan import GroupPlan
from chainlab.fleet.summary import GroupSite
from chainlab.report.json_report import instant
from chainlab.report.json_text import document

SCHEMA: Final = "chainlab.fleet/1"

Json = dict[str, Any]


def render(summary: Summary) -> str:
    """The JSON text, indented, with a final line end."""
    return document(as_json(summary))


def as_json(summary: Summary) -> Json:
    """The summary as plain data."""
    counts = summary.counts
    return {
        "schema": SCHEMA,
        "chainlab": __version__,
        "at": instant(summary.at),
        "clients": summary.clients,
        "database": str(summary.database),
        "counts": {
            "inputs": counts.inputs, "computed": counts.computed, "duplicates": counts.duplicates,
            "errors": counts.errors, "pending": counts.pending, "well": counts.well, "with_problem": counts.grouped,
            "sites": counts.sites, "groups": summary.group_count,
        },
        "groups": [_group(group) for group in summary.groups],
        "change": _change(summary.change) if summary.change is not None else None,
        "error_kinds": dict(summary.error_kinds),
        "errors": [
            {"server": row.server, "source": row.source, "kind": row.kind, "error": row.error} for row in summary.errors
        ],
    }  # fmt: skip


def _group(group: Group) -> Json:
    return {
        "group": group.number,
        "problem": group.problem,
        "servers": group.servers,
        "configurations": group.configurations,
        "examples": list(group.examples),
        "sites": [_site(site) for site in group.sites],
        "plan": _plan(group.plan) if group.plan is not None else None,
        "checked": group.checked,
        "fitting": group.fitting,
    }


def _site(site: GroupSite) -> Json:
    return {
        "subject": site.subject, "binding": site.binding or None, "host": site.host or None, "basis": site.basis,
        "certainty": site.certainty, "chain": site.chain_words, "accept": site.accept, "reject": site.reject,
        "unknown": site.unknown, "findings": list(site.findings),
        "reasons": {reason: list(clients) for reason, clients in site.reasons},
    }  # fmt: skip


def _plan(plan: GroupPlan) -> Json:
    return {
        "changes": [
            {
                "title": change.title,
                "phrase": change.phrase or None,
                "commands": {"powershell": list(change.powershell), "certutil": list(change.certutil),
                             "console": list(change.console)},
                "reverted_by": list(change.reverted_by),
                "side_effects": list(change.side_effects),
            }
            for change in plan.changes
        ],
        "accept_before": plan.accept_before,
        "accept_after": plan.accept_after,
        "total": plan.total,
        "lost": plan.lost,
        "costs": list(plan.costs),
        "needs_decision": plan.needs_decision,
        "note": plan.note or None,
    }  # fmt: skip


def _change(change: ChangeSummary) -> Json:
    return {
        "phrases": list(change.phrases),
        "servers": {outcome: change.servers.get(outcome, 0) for outcome in ("gains", "loses", "same", "not possible")},
        "examples": {outcome: list(names) for outcome, names in change.examples.items()},
        "lost": dict(change.lost),
        "gained": dict(change.gained),
        "accept_before": change.accept_before,
        "accept_after": change.accept_after,
        "outbound": change.outbound,
        "errors": [{"error": why, "servers": count} for why, count in change.errors],
    }
