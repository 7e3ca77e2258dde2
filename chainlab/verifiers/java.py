"""Java's default TLS trust manager (SunJSSE, "PKIX"), releases 5 to 25.

Models: a served list that runs in order to a trusted key is only validated, and then the anchor's expiry is not
checked; otherwise the PKIX builder tries every path and does check it. Extended key usages of CAs are ignored; the
host may stand in the CN. Sources: 11.0.2 to 25.0.2 (equal verdicts) measured 2026-11-20; BetterTLS results show 8u292
equal to 11 and 17. 5 to 7 are taken to be the same (inferred). Not modelled: jdk.certpath.disabledAlgorithms for
preinstalled anchors ("SHA1 jdkCA"), distrust of named CAs by the JDK.
"""

from __future__ import annotations

from dataclasses import replace

from chainlab.certificate import Certificate
from chainlab.graph import CertGraph
from chainlab.paths.checks import Switches
from chainlab.paths.names import HostRules
from chainlab.paths.trust import TrustStore
from chainlab.verifiers.family import Basis, Family, Handshake, Matching

VERSIONS = ("5", "6", "7", "8", "11", "17", "21", "25")


def family(version: str = "17") -> Family:
    """SunJSSE's trust manager of one Java release."""
    measured = version.split(".")[0] in ("8", "11", "17", "21", "25")
    return Family(
        id=f"java-{version}",
        title=f"Java {version} (SunJSSE, PKIX)",
        basis=Basis.MEASURED if measured else Basis.INFERRED,
        sources=("measured 2026-11-20 with Java 11.0.2 to 25.0.2",),
        matching=Matching.NORMALISED,
        switches=Switches(ca_purposes=False, host=HostRules(common_name_fallback=True)),
        note="" if measured else "taken to be like Java 8",
        variant=validate_or_build,
    )


def validate_or_build(builder: Family, handshake: Handshake, trust: TrustStore, graph: CertGraph) -> Family:
    """An ordered chain up to a trusted key is validated only, without the anchor's expiry; else a path is built."""
    if ordered_to_anchor(handshake.served, trust, graph):
        return replace(builder, switches=replace(builder.switches, anchor_expiry=False))
    return builder


def ordered_to_anchor(served: tuple[Certificate, ...], trust: TrustStore, graph: CertGraph) -> bool:
    """Whether each served certificate is followed by its issuer until a trusted key signed one of them."""
    for position, certificate in enumerate(served):
        if any(graph.signature(certificate, anchor).holds for anchor in trust.anchors_named(certificate.issuer)):
            return True
        if position + 1 < len(served) and certificate.issuer.key != served[position + 1].subject.key:
            return False
    return False
