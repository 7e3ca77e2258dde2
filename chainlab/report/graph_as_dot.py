"""The graph in Graphviz' DOT language.

Roles by shape, stores by colour, the served path bold, catalogued-only certificates dashed.
"""

from __future__ import annotations

from typing import Final

from chainlab.escaping import dot, html_text
from chainlab.report.graph_model import Edge, Node, Picture

SUFFIX = ".dot"

_SHAPES: Final = {"leaf": "note", "ca": "box", "root": "box, peripheries=2"}
COLORS: Final = {
    "Root": "#1a7f37", "CA": "#0969da", "My": "#24292f", "Disallowed": "#cf222e", "input": "#8250df",
    "catalog": "#6e7781",
}  # fmt: skip
"""Colour-blind safe enough beside the line styles; the store's name stands in the label as well."""


_GAP: Final = "&#160;&#160;"
"""Keeps a label off its arrow where the reader's font is wider than Graphviz took it for."""

MAX_LABEL: Final = 80
"""Characters of a name in a node."""


def render(picture: Picture) -> str:
    """The DOT text."""
    lines = [
        "digraph chainlab {",
        f'  graph [label={dot(picture.title)}, labelloc=t, rankdir=TB, fontname=Helvetica, tooltip=" "];',
        "  node [fontname=Helvetica, fontsize=11];",
        "  edge [fontname=Helvetica, fontsize=9];",
    ]
    lines += [_node(node) for node in picture.nodes]
    lines += [_edge(edge) for edge in picture.edges]
    return "\n".join([*lines, "}"]) + "\n"


def _node(node: Node) -> str:
    label = f"<b>{html_text(node.name, MAX_LABEL)}</b><br/><font point-size='9'>{html_text(node.key, MAX_LABEL)}</font>"
    style = "dashed" if node.dangling else "solid"
    tooltip = dot(f"{node.name} ({node.key})")
    shape = _SHAPES[node.role]
    return f'  {node.id} [id="{node.id}", label=<{label}>, shape={shape}, style={style}, tooltip={tooltip}];'


def _edge(edge: Edge) -> str:
    certificate = edge.certificate
    label = "<br/>".join(f"{_GAP}{line}{_GAP}" for line in (certificate.sha256[:8], edge.validity, edge.store))
    color = COLORS[edge.store]
    style = "dashed" if edge.catalogued_only else "solid"
    width = 3 if edge.served else 1
    identity = f'id="{certificate.sha256}"'
    attributes = f'label=<{label}>, color="{color}", fontcolor="{color}", style={style}, penwidth={width}'
    return f"  {edge.source} -> {edge.target} [{identity}, {attributes}, tooltip={dot(certificate.label)}];"
