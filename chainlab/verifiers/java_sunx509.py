"""Java's "SunX509" (simple) trust manager, which old application servers and libraries still ask for.

Models: ``SimpleValidator``: the served list is cut at the first certificate that is trusted itself (same name, issuer
and key); without one, a root of the last certificate's issuer name is put behind it: the one whose subject key
identifier is the certificate's authority key identifier, else the first. Several roots of one name stand in hash
order, which their encodings and the rest of the store decide (measured 2026-11-29): the verdict is then unknown.
Every certificate must be issued by the next, so extras and twins are fatal. Neither anchor expiry nor CA purposes are
checked; critical name constraints are refused.
Sources: Java 17.0.21 measured 2026-11-20; sun/security/validator/SimpleValidator.java.
"""

from __future__ import annotations

from chainlab.certificate import Certificate
from chainlab.paths.hosts import WITHOUT_DNS, HostRules, stars_in_labels
from chainlab.paths.name_rules import NameRules, Names
from chainlab.paths.reasons import Problem, Reason
from chainlab.paths.switches import Anchor, Switches
from chainlab.verifiers.family import Basis, Family, LeafTrust, Matching, Prepared, Scene, linear, named
from chainlab.verifiers.rules import signers_first

VERSIONS = ("",)


def family(version: str = "") -> Family:
    """The simple trust manager."""
    return Family(
        id=named("java-sunx509", version),
        title="Java SunX509",
        basis=Basis.MEASURED,
        sources=("measured 2026-11-20 with Java 17.0.21", "sun/security/validator/SimpleValidator.java"),
        matching=Matching.NORMALISED,
        store_rules=(),
        order=signers_first,
        choices=1,
        leaf_trust=LeafTrust.UNQUESTIONED,
        switches=Switches(
            anchor=Anchor.NOTHING,
            ca_purposes=False,
            names=NameRules(Names.REFUSED),
            host=HostRules(WITHOUT_DNS, stars_in_labels),
        ),
        prepare=_cut_at_anchor,
    )


def _cut_at_anchor(table: Family, scene: Scene) -> Prepared:
    served = scene.handshake.served
    for position, certificate in enumerate(served):
        named_so = scene.trust.anchors_named(certificate.subject)
        anchor = next((root for root in named_so if _same(certificate, root)), None)
        if anchor is not None:
            return linear(table, served[: position or 1], anchor=anchor)
    return _ended_by_a_root(table, scene)


def _ended_by_a_root(table: Family, scene: Scene) -> Prepared:
    served = scene.handshake.served
    last = served[-1]
    named_so = scene.trust.anchors_named(last.issuer)
    wanted = last.aki.key_id
    identified = [root for root in named_so if wanted is not None and root.ski == wanted]
    rivals = identified or named_so
    if len({scene.graph.signature(last, root).holds for root in rivals}) > 1:
        detail = "several roots of its issuer's name are trusted, and Java takes the one that its hash order puts first"
        return linear(table, served, (Problem(Reason.UNCHECKED, last, detail),))
    return linear(table, served, anchor=identified[0] if identified else None)


def _same(certificate: Certificate, root: Certificate) -> bool:
    return certificate.entity == root.entity and certificate.issuer.key == root.issuer.key
