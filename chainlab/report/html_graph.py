"""The certificate graph for the HTML report: Graphviz' drawing, with colours left to the page and parts to focus."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import Final

from chainlab.escaping import visible
from chainlab.report import graph_as_svg
from chainlab.report.graph_model import Edge, Picture

_PIXELS: Final = 4 / 3
"""A point of the drawing in pixels: its text is as large as the page's small text, however small the graph is."""

_SVG: Final = "{http://www.w3.org/2000/svg}"
_LEFT_TO_THE_PAGE: Final = ("fill", "stroke", "stroke-width", "font-family", "id", "class")


def drawing(picture: Picture, prefix: str) -> str:
    """The drawing as an ``<svg>`` element; ``UsageError`` where pygraphviz is not installed.

    Certificates are buttons (``data-certificate`` is the fingerprint); ``prefix`` keeps ids of several drawings apart.
    """
    root = ET.fromstring(graph_as_svg.render(picture))  # noqa: S314 - Graphviz wrote it a moment ago
    nodes, edges = {node.id: node for node in picture.nodes}, {edge.certificate.sha256: edge for edge in picture.edges}
    main = root.find(f"{_SVG}g")
    assert main is not None
    for element in list(main):
        identity = element.get("id", "")
        if identity in edges:
            _as_button(element, edges[identity])
        elif identity in nodes:
            node = nodes[identity]
            _plain(element)
            element.set("class", f"entity {node.role}" + (" dangling" if node.dangling else ""))
            element.set("aria-hidden", "true")
        else:
            main.remove(element)  # the background and the title
    main.attrib.pop("id", None)
    width, height = (f"{round(float(length) * _PIXELS)}" for length in root.get("viewBox", "0 0 0 0").split()[2:])
    root.attrib.update({"width": width, "height": height, "role": "group", "aria-labelledby": f"{prefix}graph"})
    ET.register_namespace("", _SVG.strip("{}"))
    return ET.tostring(root, encoding="unicode")


def _as_button(element: ET.Element, edge: Edge) -> None:
    _plain(element)
    states = [name for name in ("served", "expired") if getattr(edge, name)]
    element.attrib.update({
        "class": " ".join(["certificate", f"store-{edge.store}", *states]),
        "data-certificate": edge.certificate.sha256,
        "role": "button",
        "tabindex": "0",
        "aria-label": visible(f"{edge.certificate.label}, {edge.store}{', expired' if edge.expired else ''}"),
    })  # fmt: skip
    line = element.find(f"{_SVG}path")
    if line is not None:  # a wide invisible twin to point at
        element.insert(0, ET.Element(f"{_SVG}path", {"class": "reach", "d": line.get("d", "")}))


def _plain(element: ET.Element) -> None:
    """Only shapes and text: no tooltips or links, and no colours."""
    shapes = [part for part in element.iter() if part.tag in (f"{_SVG}{n}" for n in ("path", "polygon", "polyline",
              "ellipse", "text"))]  # fmt: skip
    for part in list(element):
        element.remove(part)
    for shape in shapes:
        for name in _LEFT_TO_THE_PAGE:
            shape.attrib.pop(name, None)
        element.append(shape)
    element.attrib.pop("id", None)
