"""The report as one HTML page that needs nothing else: no network, and no script or style but its own.

The page's policy (Content-Security-Policy) allows exactly the two inlined blocks by their hashes. Whatever the template
prints goes through ``visible`` and jinja2's autoescape; the script gets its data as JSON and writes text only.
"""

from __future__ import annotations

import html
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from chainlab import __version__, wording
from chainlab.changes.commands import files_note
from chainlab.dossier import Dossier
from chainlab.errors import UsageError
from chainlab.escaping import script_json
from chainlab.explanation import Explained
from chainlab.impact import Impact
from chainlab.report import html_dossier, html_explain, html_graph, html_impact, plan_words
from chainlab.report.differences import counted, way
from chainlab.report.graph_model import STORE_CLASSES, picture
from chainlab.report.html_model import MAX_TARGETS, Contents, certificates, facts, named, script_data, sentence
from chainlab.report.html_page import environment, markup, policy, source
from chainlab.report.impact_text import MAX_HIERARCHIES
from chainlab.report.parts import CERTAINTY, sighting
from chainlab.report.timeline_text import cause_text, not_looked_at
from chainlab.windows.schannel import ACTIVATION_NOTE, ACTIVATIONS, settling_checks
from chainlab.wording import accepting, number_of

if TYPE_CHECKING:
    from jinja2 import Environment

MAX_EDGES: Final = 150
"""Certificates in one drawing: Graphviz needs 3 seconds for a mesh of so many, and a minute and a half for 400."""

MAX_EDGES_IN_ALL: Final = 600
"""Certificates in all drawings of a page."""


def render(dossier: Dossier) -> str:
    """The page of a diagnosis with its plan and its timeline."""
    return _page(html_dossier.contents(dossier))


def render_impact(impact: Impact) -> str:
    """The page of proposed changes: before and after."""
    return _page(html_impact.contents(impact))


def render_explained(explained: Explained) -> str:
    """The page of a decision: Windows' candidates, or the paths that clients try."""
    return _page(html_explain.contents(explained))


def fragment(page: str, height: int = 720) -> str:
    """A page as part of another one, for notebooks: a frame ``height`` pixels high, in a sandbox of its own.

    Neither its styles nor its scripts reach what is around it, and it cannot open windows or navigate.
    """
    return (f'<iframe title="chainlab report" sandbox="allow-scripts" width="100%" height="{height}" '
            f'srcdoc="{html.escape(page)}"></iframe>')  # fmt: skip


def _page(contents: Contents) -> str:
    graph, shown = contents.scene.graph, contents.sections
    known = certificates(shown, graph)
    style, script = source("report.css"), source("report.js")
    return _environment().get_template("report.html.j2").render(
        version=__version__,
        page=contents,
        planned=contents.planned,
        impact=contents.impact,
        sections=shown,
        max_targets=MAX_TARGETS,
        drawings=_drawings(contents),
        stores=STORE_CLASSES,
        certificates=[(certificate, facts(certificate, graph)) for certificate in known],
        data=markup(script_json(script_data(shown, known, graph))),
        style=markup(style),
        script=markup(script),
        policy=policy([style], [script]),
        activation_note=ACTIVATION_NOTE,
        activations=ACTIVATIONS,
        settling_checks=settling_checks(),
        max_hierarchies=MAX_HIERARCHIES,
        **_words(),
    )  # fmt: skip


def _words() -> dict[str, Any]:
    """Sentences that the text reports have already."""
    return {
        "words": plan_words,
        "wording": wording,
        "files_note": lambda changes: files_note(change.commands() for change in changes),
        "cause_text": cause_text,
        "not_looked_at": not_looked_at,
        "counted": counted,
        "number_of": number_of,
        "accepting": accepting,
        "certainty": CERTAINTY,
        "way": way,
        "sighting": sighting,
        "named": lambda verdicts, wanted: named(verdict for verdict in verdicts if verdict.profile.id in wanted),
    }


@cache
def _environment() -> Environment:
    """The templates, compiled once however many pages are made."""
    pages = environment()
    pages.filters["sentence"] = sentence
    return pages


def _drawings(contents: Contents) -> list[tuple[object, str]]:
    """The graph of every section, or nothing and why."""
    scene, left = contents.scene, MAX_EDGES_IN_ALL
    drawings: list[tuple[object, str]] = []
    for section in contents.sections:
        drawn = picture(scene.graph, scene.server, [section.states[0].chain], contents.at, "", [section.leaf])
        edges = len(drawn.edges)
        if edges > min(MAX_EDGES, left):
            drawings.append(
                ("", f"{edges} certificates are too many for a drawing in a page; 'chainlab graph' draws them")
            )
            continue
        try:
            drawings.append((markup(html_graph.drawing(drawn, f"s{section.number}-")), ""))
            left -= edges
        except UsageError as error:
            drawings.append(("", str(error)))
    return drawings
