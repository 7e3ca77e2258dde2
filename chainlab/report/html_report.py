"""The report as one HTML page that needs nothing else: no network, and no script or style but its own.

The page's policy (Content-Security-Policy) allows exactly the two inlined blocks by their hashes. Whatever the template
prints goes through ``visible`` and jinja2's autoescape; the script gets its data as JSON and writes text only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chainlab import __version__
from chainlab.dossier import Dossier
from chainlab.errors import UsageError
from chainlab.escaping import script_json
from chainlab.report import html_graph, plan_words
from chainlab.report.differences import CERTAINTY, counted, way
from chainlab.report.graph_model import STORE_CLASSES, picture
from chainlab.report.html_model import MAX_TARGETS, Section, certificates, facts, script_data, sections
from chainlab.report.html_page import environment, markup, policy, source
from chainlab.report.text import by_series, grouped, sighting
from chainlab.report.timeline_text import cause_text
from chainlab.report.traffic import traffic_words
from chainlab.windows.schannel import ACTIVATION_NOTE, ACTIVATIONS, SETTLING_CHECKS

if TYPE_CHECKING:
    pass


def render(dossier: Dossier) -> str:
    """The page; ``UsageError`` where jinja2 is not installed."""
    graph, shown = dossier.case.scene.graph, sections(dossier)
    known = certificates(shown, graph)
    drawings, undrawn = _drawings(dossier, shown)
    style, script = source("report.css"), source("report.js")
    page = environment().from_string(source("report.html.j2"))
    return page.render(
        version=__version__,
        dossier=dossier,
        diagnosis=dossier.diagnosis,
        planned=dossier.planned,
        sections=shown,
        more=len(grouped(dossier.diagnosis.targets)) - len(shown),
        max_targets=MAX_TARGETS,
        drawings=drawings,
        undrawn=undrawn,
        stores=STORE_CLASSES,
        certificates=[(certificate, facts(certificate, graph)) for certificate in known],
        data=markup(script_json(script_data(shown, known, graph))),
        style=markup(style),
        script=markup(script),
        policy=policy([style], [script]),
        traffic=list(traffic_words(dossier.diagnosis.traffic)) if dossier.diagnosis.traffic is not None else [],
        activation_note=ACTIVATION_NOTE,
        activations=ACTIVATIONS,
        settling_checks=SETTLING_CHECKS,
        **_words(),
    )


def _words() -> dict[str, Any]:
    """Sentences that the text reports have already."""
    return {
        "words": plan_words,
        "cause_text": cause_text,
        "counted": counted,
        "certainty": CERTAINTY,
        "way": way,
        "sighting": sighting,
        "clients": lambda verdicts, wanted: [
            f"{name}: {', '.join(versions)}" if versions else name
            for name, versions in by_series(v for v in verdicts if v.profile.id in wanted)
        ],
    }


def _drawings(dossier: Dossier, shown: list[Section]) -> tuple[list[tuple[object, int, int]], str]:
    """The graph of every section with its size; without Graphviz none, and why."""
    scene, drawings = dossier.case.scene, []
    for section in shown:
        drawn = picture(scene.graph, scene.server, [section.served.chain], dossier.diagnosis.at, "", [section.leaf])
        try:
            svg = html_graph.drawing(drawn, f"s{section.number}-")
        except UsageError as error:
            return [], str(error)
        drawings.append((markup(svg), *html_graph.size(svg)))
    return drawings, ""
