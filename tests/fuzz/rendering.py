"""One target for each renderer: a server whose names come from the input is shown; no name breaks the form.

Here are those of the diagnosis; those of other answers, of graphs and of plans stand beside.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from chainlab.dossier import dossier_of
from chainlab.evidence import Evidence
from chainlab.planning import planned_of
from chainlab.report import html_report, json_report, junit, text
from chainlab.report.markdown_page import MarkdownPage
from tests.fuzz.evidence import case, diagnosis, evidence_of, seeds
from tests.fuzz.judges import REPORT, judge_html, judge_json, judge_markdown, judge_page
from tests.fuzz.rendering_answers import answer_targets
from tests.fuzz.rendering_graph import graph_targets
from tests.fuzz.rendering_plan import plan_targets
from tests.fuzz.target import Choices, Target
from tests.report.test_junit import checked

Show = Callable[[Evidence], None]


def render_targets() -> list[Target]:
    """``render-text``, ``-json``, ``-markdown``, ``-html`` and ``-junit`` of a diagnosis, and all the others."""
    shown: Mapping[str, Show] = {
        "text": show_text, "json": show_json, "markdown": show_markdown, "html": show_html, "junit": show_junit,
    }  # fmt: skip
    own = [
        Target(f"render-{name}", partial(run, show), seeds, max_bytes=2048, tries=3 if name == "html" else 8)
        for name, show in shown.items()
    ]
    return [*own, *answer_targets(), *graph_targets(), *plan_targets()]


def run(show: Show, data: bytes) -> None:
    """Diagnose the server of this input and hold what is shown against its form."""
    show(evidence_of(Choices(data)))


def show_text(evidence: Evidence) -> None:
    """No control or format character reaches the terminal."""
    judge_page(lambda page: text.render(diagnosis(evidence), page, verbose=True))


def show_markdown(evidence: Evidence) -> None:
    """Parsers find no HTML, link or image, whatever the names."""
    page = MarkdownPage()
    text.render(diagnosis(evidence), page)
    judge_markdown(page.text)


def show_json(evidence: Evidence) -> None:
    """What the command line writes is valid JSON in UTF-8, in the shape of its schema, whatever file names hold."""
    judge_json("diagnosis", json_report.render(diagnosis(evidence)))


def show_junit(evidence: Evidence) -> None:
    """The XML is what build servers read."""
    checked(junit.render(diagnosis(evidence)))


def show_html(evidence: Evidence) -> None:
    """A browser's parser finds the report's two scripts, its own elements, and nothing that acts or loads."""
    planned = planned_of(case(evidence))
    if planned is not None:
        judge_html(html_report.render(dossier_of(planned)), REPORT, scripts=2)
