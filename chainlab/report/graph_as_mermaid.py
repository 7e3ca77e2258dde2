"""The graph as a Mermaid flowchart, for tickets and wikis."""

from __future__ import annotations

from typing import Final

from chainlab.escaping import mermaid
from chainlab.report.graph_model import Edge, Node, Picture

SUFFIX = ".mmd"

_SHAPES: Final = {"leaf": ("[/", "/]"), "ca": ("[", "]"), "root": ("[[", "]]")}


def render(picture: Picture) -> str:
    """The flowchart text."""
    lines = ["flowchart TB", *(_node(node) for node in picture.nodes), *(_edge(edge) for edge in picture.edges)]
    return "\n".join(lines) + "\n"


def _node(node: Node) -> str:
    opening, closing = _SHAPES[node.role]
    return f"  {node.id}{opening}{mermaid(f'{node.name} - {node.key}')}{closing}"


def _edge(edge: Edge) -> str:
    arrow = "==>" if edge.served else "-.->" if edge.catalogued_only else "-->"
    state = "expired" if edge.expired else "until"
    text = f"{edge.certificate.sha256[:8]} {state} {edge.certificate.not_after:%Y-%m-%d} {edge.store}"
    return f"  {edge.source} {arrow}|{mermaid(text)}| {edge.target}"
