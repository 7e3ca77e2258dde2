"""The graph as one self-contained HTML page: the drawing and a legend; nothing is loaded, no script runs."""

from __future__ import annotations

from chainlab.escaping import html_text
from chainlab.report import graph_as_svg
from chainlab.report.graph_as_dot import COLORS
from chainlab.report.graph_model import Picture

SUFFIX = ".html"

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
body {{ font-family: system-ui, sans-serif; margin: 1rem; background: #fff; color: #24292f; }}
svg {{ max-width: 100%; height: auto; }}
li {{ display: inline-block; margin-right: 1.5rem; }}
</style></head><body>
<h1>{title}</h1>
<ul>{legend}<li><b>thick</b>: served</li><li>dashed: known from the catalogue only</li></ul>
{svg}
</body></html>
"""


def render(picture: Picture) -> str:
    """The page."""
    svg = graph_as_svg.render(picture).decode()
    legend = "".join(f'<li style="color: {color}">{store}</li>' for store, color in COLORS.items())
    return _PAGE.format(title=html_text(picture.title), legend=legend, svg=svg[svg.index("<svg") :])
