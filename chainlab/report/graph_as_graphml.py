"""The graph as GraphML, for Gephi, yEd and the like."""

from __future__ import annotations

from chainlab.escaping import visible
from chainlab.report.graph_model import Picture

SUFFIX = ".graphml"


def render(picture: Picture) -> str:
    """The XML text."""
    import networkx as nx

    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    for node in picture.nodes:
        name = visible(node.name)
        graph.add_node(node.id, label=name, key=node.key, role=node.role, dangling=node.dangling)
    for edge in picture.edges:
        certificate = edge.certificate
        graph.add_edge(
            edge.source,
            edge.target,
            key=certificate.sha256,
            label=visible(certificate.label),
            store=edge.store,
            served=edge.served,
            expired=edge.expired,
            not_after=certificate.not_after.isoformat(),
        )
    return "\n".join(nx.generate_graphml(graph)) + "\n"
