"""The graph as SVG, laid out by Graphviz (extra ``graph``: pygraphviz, whose wheel brings Graphviz)."""

from __future__ import annotations

from typing import Final

from chainlab.errors import UsageError
from chainlab.report import graph_as_dot
from chainlab.report.graph_model import Picture

SUFFIX = ".svg"

MAX_EDGES: Final = 300
"""Certificates that are laid out: where all of them cross-sign, Graphviz takes three seconds for so many, and
minutes for twice as many."""


def render(picture: Picture) -> bytes:
    """The SVG file; ``UsageError`` where pygraphviz is not installed, or the graph too large to be laid out."""
    if len(picture.edges) > MAX_EDGES:
        found = f"{len(picture.edges)} certificates are more than the {MAX_EDGES} that can be laid out as a drawing"
        raise UsageError(f"{found}; .json, .graphml, .dot and .mmd have them all")
    try:
        import pygraphviz
    except ImportError:
        raise UsageError("drawing needs the extra 'graph': pip install 'chainlab[graph]' (or write .mmd)") from None
    drawn: bytes = pygraphviz.AGraph(string=graph_as_dot.render(picture)).draw(format="svg", prog="dot")
    return drawn
