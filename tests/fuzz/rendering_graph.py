"""Targets of the graph's formats: parsers of each find as many nodes and edges as there are, and nothing else."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from functools import partial
from typing import Final

import networkx as nx

from chainlab.report import (
    graph_as_dot,
    graph_as_graphml,
    graph_as_html,
    graph_as_json,
    graph_as_mermaid,
    graph_as_svg,
)
from chainlab.report.graph_model import Picture, picture
from tests.fuzz.evidence import diagnosis, evidence_of, few_seeds
from tests.fuzz.judges import DRAWN, judge_html, judge_json, refuse_hidden
from tests.fuzz.target import Choices, Target
from tests.promises.shapes import dot_shape

Show = Callable[[Picture], None]


def graph_targets() -> list[Target]:
    """``render-dot``, ``-mermaid``, ``-graphml``, ``-graph-json`` and ``-svg``."""
    shown: dict[str, Show] = {
        "dot": show_dot, "mermaid": show_mermaid, "graphml": show_graphml, "graph-json": show_json, "svg": show_svg,
    }  # fmt: skip
    return [
        Target(f"render-{name}", partial(run, show), few_seeds, max_bytes=2048, tries=6) for name, show in shown.items()
    ]


def run(show: Show, data: bytes) -> None:
    """Draw the graph of this input's server."""
    evidence = evidence_of(Choices(data))
    found = diagnosis(evidence)
    keep = [item.certificate for item in evidence.certificates]
    title = ", ".join(certificate.subject.common for certificate in keep)
    chains = [target.served.chain for target in found.targets]
    show(picture(found.scene.graph, found.scene.server, chains, found.at, title, keep))


NODE: Final = ("fontname", "fontsize", "id", "label", "peripheries", "shape", "style", "tooltip")
EDGE: Final = ("color", "fontcolor", "fontname", "fontsize", "id", "label", "penwidth", "style", "tooltip")


def show_dot(drawn: Picture) -> None:
    """Graphviz' own parser reads it: as many nodes and edges, with no attribute but those that are given."""
    text = graph_as_dot.render(drawn)
    refuse_hidden(text)
    shape = dot_shape(text)
    counts = {kind: sum(n for (k, _), n in shape.items() if k == kind) for kind in ("node", "edge")}
    assert counts == {"node": len(drawn.nodes), "edge": len(drawn.edges)}
    for kind, names in shape:
        assert kind == "graph" or set(names) <= set(NODE if kind == "node" else EDGE)


LABEL: Final = r'"(?:[^"#&<>;`\\\[\]{}()|%\n]|#\d+;)*"'
"""A label of Mermaid in quotes: what could end it or mean something is an entity."""
LINES: Final = (
    re.compile(rf"  n\d+(?:\[\[{LABEL}\]\]|\[/{LABEL}/\]|\[{LABEL}\])"),
    re.compile(rf"  n\d+ (?:==>|-\.->|-->)\|{LABEL}\| n\d+"),
)


def show_mermaid(drawn: Picture) -> None:
    """Every line is the head, a node or an edge."""
    text = graph_as_mermaid.render(drawn)
    refuse_hidden(text)
    head, *lines = text.removesuffix("\n").split("\n")
    assert head == "flowchart TB"
    counts = [sum(form.fullmatch(line) is not None for line in lines) for form in LINES]
    assert counts == [len(drawn.nodes), len(drawn.edges)]
    assert len(lines) == sum(counts)


def show_graphml(drawn: Picture) -> None:
    """networkx reads what it holds."""
    text = graph_as_graphml.render(drawn)
    refuse_hidden(text)
    read = nx.parse_graphml(text, force_multigraph=True)
    assert (read.number_of_nodes(), read.number_of_edges()) == (len(drawn.nodes), len(drawn.edges))
    assert {name for _, given in read.nodes(data=True) for name in given} <= {"label", "key", "role", "dangling"}


def show_json(drawn: Picture) -> None:
    """It is in the shape of its schema."""
    judge_json("graph", graph_as_json.render(drawn))


PAGE: Final = frozenset({"html", "head", "body", "meta", "title", "style", "h1", "ul", "li", "b", "comment"})


def show_svg(drawn: Picture) -> None:
    """The drawing, alone and within its page, has a group for each node and edge, and leads nowhere."""
    svg = graph_as_svg.render(drawn).decode()
    refuse_hidden(svg)
    kinds = [element.get("class") for element in ET.fromstring(svg).iter()]
    assert (kinds.count("node"), kinds.count("edge")) == (len(drawn.nodes), len(drawn.edges))
    judge_html(graph_as_html.render(drawn), DRAWN | PAGE)
