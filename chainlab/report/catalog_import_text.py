"""What an import into the catalogue did, for people."""

from __future__ import annotations

from chainlab.cataloguing import ImportReport
from chainlab.report.page import Page


def render(report: ImportReport, page: Page) -> None:
    """Write the report."""
    for problem in report.problems:
        page.line(f"{page.glyphs.bad} {problem}", "bold red", hang=2)
    page.line(f"{report.added} of {report.read} CA certificates were new; they are in {report.folder}", hang=2)
    if report.not_ca:
        page.line(f"{report.not_ca} certificates of servers or persons were left out", "dim")
    for finding in report.findings:
        page.line(f"{page.glyphs.bullet} {finding.message} [{finding.code}]", "yellow", hang=2)
