"""Targets of the other answers: each in the formats that its command prints, and as short sheets."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path

from chainlab.errors import InputError
from chainlab.escaping import csv_cell
from chainlab.evidence import Evidence
from chainlab.evidence.reading import ReadOptions
from chainlab.explanation import explained_of
from chainlab.fleet.group_plan import GroupPlan, PlannedChange
from chainlab.fleet.summary import ChangeSummary, Counts, ErrorRow, Group, GroupSite, Summary
from chainlab.impact import Proposal, of_proposal
from chainlab.inspection import Inspection
from chainlab.report import (
    explain_json,
    explain_text,
    fleet_csv,
    fleet_html,
    fleet_json,
    fleet_sheets,
    fleet_text,
    html_report,
    impact_json,
    impact_text,
    inspection_json,
    inspection_text,
    junit,
    sheets,
    timeline_json,
    timeline_text,
)
from chainlab.report.fleet_words import OUTCOMES
from chainlab.timeline import timelines_of
from tests.fuzz.evidence import diagnosis, few_seeds, forked, hopeful
from tests.fuzz.judges import REPORT, judge_html, judge_json, judge_page, judge_sheets
from tests.fuzz.target import Choices, Target
from tests.promises.shapes import csv_shape, file_text, hidden
from tests.report.test_junit import checked


def answer_targets() -> list[Target]:
    """``render-explain``, ``-impact``, ``-timeline``, ``-inspect``, ``-sheets``, ``-fleet`` and ``-csv``."""
    shown: Mapping[str, Callable[[Evidence], None]] = {
        "explain": show_explained, "impact": show_impact, "timeline": show_timelines, "inspect": show_inspection,
        "sheets": show_sheets,
    }  # fmt: skip
    runs: Mapping[str, Callable[[bytes], None]] = {
        **{name: partial(run, show) for name, show in shown.items()}, "fleet": show_fleet, "csv": show_rows,
    }  # fmt: skip
    return [
        Target(f"render-{name}", run, few_seeds, max_bytes=2048, tries=1 if name == "impact" else 6)
        for name, run in runs.items()
    ]


def run(show: Callable[[Evidence], None], data: bytes) -> None:
    """Show the answer about this input's server."""
    show(forked(Choices(data)))


def show_explained(evidence: Evidence) -> None:
    """Windows' decision and a client's."""
    explained = explained_of(hopeful(evidence))
    judge_page(lambda page: explain_text.render(explained, page))
    judge_json("explanation", explain_json.render(explained))
    judge_html(html_report.render_explained(explained), REPORT, scripts=2)


@cache
def _proposal() -> Proposal:
    return Proposal.read(["root-update off", "restart iis"], [], ReadOptions())


def show_impact(evidence: Evidence) -> None:
    """Before and after a change."""
    case = hopeful(evidence)
    if not case.sites():  # the server's certificate was lost, so there is nothing to change
        return
    impact = of_proposal(case, _proposal())
    judge_page(lambda page: impact_text.render(impact, page, verbose=True))
    judge_json("impact", impact_json.render(impact))
    judge_html(html_report.render_impact(impact), REPORT, scripts=2)
    judge_sheets(sheets.of_impact(impact))
    checked(junit.render(impact))


def show_timelines(evidence: Evidence) -> None:
    """What happens on which date."""
    timelines = timelines_of(hopeful(evidence))
    judge_page(lambda page: timeline_text.render(timelines, page, verbose=True))
    judge_json("timeline", timeline_json.render(timelines))


def _inspection(evidence: Evidence) -> Inspection:
    """All that was read, and a problem with a file of the same name as the first."""
    places = [item.place.file for item in evidence.certificates] or ["x"]
    problem = InputError(places[0], f"no {places[-1]}", expected=places[0], hint=places[-1])
    return Inspection(tuple(places), evidence, (problem,))


def show_inspection(evidence: Evidence) -> None:
    """What was read."""
    inspection = _inspection(evidence)
    judge_page(lambda page: inspection_text.render(inspection, page, verbose=True))
    judge_json("inspection", inspection_json.render(inspection))


def show_sheets(evidence: Evidence) -> None:
    """What notebooks show of the other answers."""
    case = hopeful(evidence)
    judge_sheets(sheets.of_inspection(_inspection(evidence)))
    judge_sheets(sheets.of_diagnosis(diagnosis(evidence)))
    judge_sheets(sheets.of_explained(explained_of(case)))
    judge_sheets(sheets.of_timelines(timelines_of(case)))


def show_fleet(data: bytes) -> None:
    """A fleet whose servers, groups, plans and errors are named by the input."""
    summary = _summary(Choices(data))
    judge_page(lambda page: fleet_text.render(summary, page, verbose=True))
    judge_json("fleet", fleet_json.render(summary))
    judge_html(fleet_html.render(summary), REPORT)
    judge_sheets(fleet_sheets.of_summary(summary))


def _summary(choices: Choices) -> Summary:
    def text() -> str:
        return choices.text(60)

    def texts() -> tuple[str, ...]:
        return (text(), text())

    change = PlannedChange(text(), text(), texts(), texts(), texts(), texts(), texts())
    plan = GroupPlan("p", "e", (change,), 1, 2, 2, 1, texts(), True)
    reasons = ((text(), texts()),)
    site = GroupSite(text(), text(), text(), "predicted", "firm", text(), 1, 1, 0, texts(), reasons)
    groups = (
        Group(1, "p", 2, 2, texts(), (site,), plan, 1, 1),
        Group(2, "q", 1, 1, texts(), (site,), GroupPlan("q", "e", note=text()), 0, 0),
    )
    examples = {outcome: texts() for outcome in OUTCOMES}
    moved = ((text(), 1),), ((text(), 2),)
    proposed = ChangeSummary(texts(), dict.fromkeys(OUTCOMES, 1), examples, *moved, 3, 4, 1, ((text(), 1),))
    errors, counts = (ErrorRow(text(), text(), "input", text()),), Counts(6, 3, 1, 2, 0, 1, 3, 4)
    at = datetime(2026, 11, 20, tzinfo=UTC)
    return Summary(at, text(), Path("fleet.db"), counts, groups, 2, errors, (("input", 2),), proposed)


def show_rows(data: bytes) -> None:
    """A spreadsheet reads the cells as they were meant, and computes none of them."""
    choices = Choices(data)
    rows = [[choices.text(60) for _ in range(3)] for _ in range(4)]
    written = file_text(b"".join(fleet_csv.render(rows)))
    assert not hidden(written)
    assert list(csv.reader(io.StringIO(written))) == [[csv_cell(cell) for cell in row] for row in rows]
    assert csv_shape(written) == {("row", 3): len(rows)}
