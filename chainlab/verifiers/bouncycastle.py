"""Bouncy Castle's PKIX CertPathBuilder.

Models: every path is tried; anchors are asked at every step, do not expire and are not judged; extended key usages of
CAs are ignored, a critical one is an extension it does not know. Constraints on registered IDs are refused, directory
names lie in a subtree wherever its RDNs stand in them. ``bouncycastle-validator`` judges the list as it is, as programs
call it. Sources: 1.72 measured 2026-11-20. It checks no host name (the application does).
"""

from dataclasses import replace

from chainlab.certificate import GeneralName, NameConstraints
from chainlab.paths.hosts import WITHOUT_DNS, HostRules
from chainlab.paths.name_rules import (
    REGISTERED_ID,
    Fit,
    NameRules,
    caseless_mail_subtree,
    dns_subtree,
    fit,
    lenient_uri_subtree,
    other_unknown,
)
from chainlab.paths.names import rdns_of
from chainlab.paths.switches import Anchor, Switches
from chainlab.verifiers.family import Basis, Family, LeafTrust, Matching, Prepared, Scene, linear, named
from chainlab.verifiers.rules import has_key_id, signature_holds

VERSIONS = ("", "validator")


def _dns(name: GeneralName, tree: GeneralName, excluded: bool) -> Fit:
    """An empty constraint matches no name."""
    return dns_subtree(name, tree, excluded) if tree.value else Fit.OUTSIDE


def _directory(name: GeneralName, tree: GeneralName, _excluded: bool) -> Fit:
    """``withinDNSubtree``: the subtree's RDNs one after the other, wherever the first of them stands."""
    if name.name is None or tree.name is None:
        return Fit.OUTSIDE
    rdns, wanted = rdns_of(name.name), rdns_of(tree.name)
    places = range(len(rdns) - len(wanted) + 1) if wanted else ()
    return fit(any(rdns[place : place + len(wanted)] == wanted for place in places))


def _has_registered_ids(constraints: NameConstraints, _critical: bool) -> bool:
    return any(tree.value == REGISTERED_ID for tree in constraints.trees)


NAMES = NameRules(
    dns=_dns,
    email=caseless_mail_subtree,
    uri=lenient_uri_subtree,
    dirname=_directory,
    other=other_unknown,
    refuses=_has_registered_ids,
)
"""``PKIXNameConstraintValidator``."""


def family(version: str = "") -> Family:
    """Bouncy Castle 1.72."""
    return Family(
        id=named("bouncycastle", version),
        title="Bouncy Castle PKIX",
        basis=Basis.MEASURED,
        sources=("measured 2026-11-20 with Bouncy Castle 1.72",),
        matching=Matching.NORMALISED,
        leaf_trust=LeafTrust.SELF_SIGNED,
        served_rules=(has_key_id, signature_holds),
        switches=Switches(anchor=Anchor.NOTHING, ca_purposes=False, names=NAMES, host=HostRules(WITHOUT_DNS)),
        prepare=_validated if version == "validator" else None,
    )


def _validated(table: Family, scene: Scene) -> Prepared:
    """``CertPathValidator`` on the list without a self-issued end."""
    served = scene.handshake.served
    listed = served[:-1] if len(served) > 1 and served[-1].self_issued else served
    return linear(replace(table, choices=1), listed)
