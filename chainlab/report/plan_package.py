"""The files of a plan's package by their names in it."""

from __future__ import annotations

from chainlab.changes.commands import file_name
from chainlab.plan.operations import operations
from chainlab.planning import Planned
from chainlab.report import plan_html, plan_json, runbook
from chainlab.report.plan_scripts import scripts


def package(planned: Planned, report: str = "") -> dict[str, bytes]:
    """Plan, report, runbook, scripts and certificates; nothing in it depends on when or where it is made.

    ``report`` is the report with everything (``report.html_report``); without it the plan's plain page is taken, and
    the runbook says so.
    """
    assert planned.chosen is not None
    steps = operations(planned.chosen.changes)
    concerned = {step.certificate.sha256: step.certificate for step in steps}
    missing = [step.certificate for step in steps if step.adds and not step.certificate.encoded]
    return {
        "plan.json": plan_json.render(planned).encode(),
        "report.html": (report or plan_html.render(planned)).encode(),
        "RUNBOOK.md": runbook.render(planned, list(dict.fromkeys(missing)), report=bool(report)).encode(),
        **scripts(planned),
        **{f"certificates/{file_name(c)}": c.der for c in concerned.values() if c.der is not None},
    }
