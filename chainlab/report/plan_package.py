"""The files of a plan's package by their names in it."""

from __future__ import annotations

from chainlab.changes.commands import FILES, file_name
from chainlab.dossier import dossier_of
from chainlab.plan.operations import operations
from chainlab.planning import Planned
from chainlab.report import html_report, plan_json, runbook
from chainlab.report.plan_scripts import scripts


def package(planned: Planned) -> dict[str, bytes]:
    """Plan, report, runbook, scripts and certificates; nothing in it depends on when or where it is made."""
    assert planned.chosen is not None
    steps = operations(planned.chosen.changes)
    concerned = {step.certificate.sha256: step.certificate for step in steps}
    concerned |= {site.leaf.sha256: site.leaf for site in planned.sites}  # for the checks
    missing = [step.certificate for step in steps if step.adds and not step.certificate.encoded]
    return {
        "plan.json": plan_json.render(planned).encode(),
        "report.html": html_report.render(dossier_of(planned)).encode(),
        "RUNBOOK.md": runbook.render(planned, list(dict.fromkeys(missing))).encode(),
        **scripts(planned),
        **{f"{FILES}/{file_name(c)}": c.der for c in concerned.values() if c.der is not None},
    }
