"""The graph as JSON, ``chainlab.graph/1``: nodes and edges."""

from __future__ import annotations

from chainlab.report.graph_model import Picture
from chainlab.report.json_report import certificate_json
from chainlab.report.json_text import document

SUFFIX = ".json"


def render(picture: Picture) -> str:
    """The JSON text."""
    content = {
        "schema": "chainlab.graph/1",
        "title": picture.title,
        "nodes": [
            {"id": node.id, "name": node.name, "key": node.key, "role": node.role, "dangling": node.dangling}
            for node in picture.nodes
        ],
        "edges": [
            {
                "source": edge.source,
                "target": edge.target,
                "sha256": edge.certificate.sha256,
                "store": edge.store,
                "served": edge.served,
                "expired": edge.expired,
                "certificate": certificate_json(edge.certificate, ()),
            }
            for edge in picture.edges
        ],
    }
    return document(content)
