"""The graph as SVG, laid out by Graphviz (extra ``graph``: pygraphviz, whose wheel brings Graphviz)."""

from __future__ import annotations

from chainlab.errors import UsageError
from chainlab.report import graph_as_dot
from chainlab.report.graph_model import Picture

SUFFIX = ".svg"


def render(picture: Picture) -> bytes:
    """The SVG file; ``UsageError`` where pygraphviz is not installed."""
    try:
        import pygraphviz
    except ImportError:
        raise UsageError("drawing needs the extra 'graph': pip install 'chainlab[graph]' (or write .mmd)") from None
    drawn: bytes = pygraphviz.AGraph(string=graph_as_dot.render(picture)).draw(format="svg", prog="dot")
    return drawn
