"""Path-building cases after the published description of Netflix' BetterTLS, made here offline.

A trust graph has entities and certificates between them; some certificates are invalid for one reason each. What must
come out is whether the graph's valid certificates connect the anchor with the leaf: an oracle that knows nothing of
certificates. The named cases are those of the suite (graphs of RFC 4158, sections 2.3 and 2.4); ``every_edge`` goes
further and breaks every certificate and every pair of certificates of a graph, for every anchor.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from typing import Any, Final

from tests.conformance.case import ACCEPT, REJECT, Case
from tests.pki import NOW, Pki, at

Edge = tuple[str, str]
"""Issuer and subject of one certificate."""

HOST: Final = "localhost.example"

REASONS: Final[Mapping[str, Mapping[str, Any]]] = {
    "expired": {"not_before": at("2021-01-01"), "not_after": at("2026-01-01")},
    "name constraints": {"permitted_dns": ("bad.example.com",)},
    "bad purpose": {"purposes": ("1.3.6.1.5.5.7.3.4",)},
    "no basic constraints": {"ca": None},
    "not a CA": {"ca": False},
    "wrong signature": {},
}
"""Why a certificate is invalid. In place of BetterTLS's SHA-1 signature, which RFC 5280 allows, stands a wrong one."""

LINEAR: Final = (("Anchor", "ICA"), ("ICA", "EE"))
TWO_ROOTS: Final = (("ICA", "EE"), ("Root1", "ICA"), ("Root2", "ICA"))
FIGURE_SEVEN: Final = (
    ("B", "EE"), ("C", "B"), ("A", "B"), ("C", "A"), ("A", "C"), ("Anchor", "C"), ("Anchor", "A"),
)  # fmt: skip
BRIDGE: Final = (
    ("F", "H"), ("F", "G"), ("G", "F"), ("H", "I"), ("I", "H"), ("G", "I"), ("W", "F"), ("W", "G"),
    ("J", "K"), ("N", "EE"), ("L", "N"), ("L", "M"), ("X", "J"), ("X", "L"),
    ("B", "E"), ("B", "D"), ("A", "B"), ("C", "B"), ("A", "C"), ("C", "A"), ("Y", "A"), ("Y", "C"),
    ("R", "S"), ("O", "R"), ("O", "Q"), ("P", "S"), ("Z", "O"), ("Z", "P"),
    ("W", "Bridge"), ("Bridge", "W"), ("X", "Bridge"), ("Bridge", "X"),
    ("Y", "Bridge"), ("Bridge", "Y"), ("Z", "Bridge"), ("Bridge", "Z"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Graph:
    """A trust graph, its anchor, the entity whose certificate is judged, and the invalid certificates."""

    edges: tuple[Edge, ...]
    anchor: str
    leaf: str
    invalid: frozenset[Edge] = frozenset()

    def connected(self) -> bool:
        """Whether valid certificates lead from the anchor to the leaf."""
        reached, waiting = {self.anchor}, [self.anchor]
        while waiting:
            source = waiting.pop()
            for issuer, subject in self.edges:
                if issuer == source and subject not in reached and (issuer, subject) not in self.invalid:
                    reached.add(subject)
                    waiting.append(subject)
        return self.leaf in reached


NAMED: Final = (
    Graph(LINEAR, "Anchor", "EE"),
    Graph(LINEAR, "Anchor", "EE", frozenset({("Anchor", "ICA")})),
    Graph(LINEAR, "ICA", "EE", frozenset({("Anchor", "ICA")})),
    Graph(TWO_ROOTS, "Root1", "EE"),
    Graph(TWO_ROOTS, "Root2", "EE"),
    *(
        Graph(TWO_ROOTS, anchor, "EE", frozenset({(broken, "ICA")}))
        for anchor in ("Root1", "Root2")
        for broken in ("Root1", "Root2")
    ),
    Graph(FIGURE_SEVEN, "Anchor", "EE"),
    Graph(FIGURE_SEVEN, "Anchor", "EE", frozenset({("Anchor", "C"), ("A", "B")})),
    Graph(FIGURE_SEVEN, "Anchor", "EE", frozenset({("Anchor", "A"), ("C", "B")})),
    Graph(BRIDGE, "Z", "D"),
    Graph(BRIDGE, "Z", "EE"),
    Graph(BRIDGE, "Z", "EE", frozenset({("X", "Bridge")})),
    Graph(BRIDGE, "Z", "EE", frozenset({("Bridge", "X")})),
    Graph(BRIDGE, "Z", "EE", frozenset({("Z", "Bridge")})),
)


def bettertls_cases() -> list[Case]:
    """The suite's named cases, those with invalid certificates once for each reason."""
    return [case for number, graph in enumerate(NAMED) for case in _cases(f"named-{number}", graph)]


def every_edge() -> Iterator[Case]:
    """RFC 4158's figure 7 with each anchor, and each certificate and each pair of certificates above the leaf's."""
    above = [edge for edge in FIGURE_SEVEN if edge[1] != "EE"]
    for anchor in ("Anchor", "A", "B", "C"):
        for count in (1, 2):
            for broken in combinations(above, count):
                name = " ".join("-".join(edge) for edge in broken)
                yield from _cases(f"{anchor}: {name}", Graph(FIGURE_SEVEN, anchor, "EE", frozenset(broken)))


def _cases(name: str, graph: Graph) -> Iterator[Case]:
    reasons = REASONS if graph.invalid else ("",)
    for reason in reasons:
        yield _case(f"{name} {reason}".strip(), graph, reason)


def _case(name: str, graph: Graph, reason: str) -> Case:
    made = [(edge, _certificate(edge, graph.leaf, reason if edge in graph.invalid else "")) for edge in graph.edges]
    return Case(
        id=name,
        leaf=next(der for edge, der in made if edge[1] == graph.leaf),
        intermediates=tuple(der for edge, der in made if edge[1] != graph.leaf),
        roots=(_certificate((graph.anchor, graph.anchor), graph.leaf, ""),),
        at=NOW,
        expected=ACCEPT if graph.connected() else REJECT,
        host=HOST,
    )


@cache
def _pki() -> Pki:
    return Pki("bettertls")


@cache
def _certificate(edge: Edge, leaf: str, reason: str) -> bytes:
    issuer, subject = edge
    pki, fields = _pki(), REASONS.get(reason, {})
    if reason == "wrong signature":
        sound = pki.der(subject, issuer)
        return sound[:-1] + bytes([sound[-1] ^ 1])
    if subject == leaf:
        made = pki.leaf(issuer, f"leaf {subject}", **{"dns_names": (HOST,), **fields}).der
        assert made is not None
        return made
    return pki.der(subject, issuer, **fields)
