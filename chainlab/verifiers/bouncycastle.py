"""Bouncy Castle's PKIX CertPathBuilder.

Models: every path is tried; anchors are asked at every step, do not expire and are not judged; extended key usages of
CAs are ignored, a critical one is an extension it does not know. ``bouncycastle-validator`` judges the list as it is,
as programs call it. Sources: 1.72 measured 2026-11-20. It checks no host name (the application does).
"""

from dataclasses import replace

from chainlab.paths.checks import Anchor, Switches
from chainlab.paths.names import HostRules
from chainlab.verifiers.family import Basis, Family, LeafTrust, Matching, Prepared, Scene, linear, named
from chainlab.verifiers.rules import has_key_id, signature_holds

VERSIONS = ("", "validator")


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
        switches=Switches(anchor=Anchor.NOTHING, ca_purposes=False, host=HostRules(common_name_fallback=True)),
        prepare=_validated if version == "validator" else None,
    )


def _validated(table: Family, scene: Scene) -> Prepared:
    """``CertPathValidator`` on the list without a self-issued end."""
    served = scene.handshake.served
    listed = served[:-1] if len(served) > 1 and served[-1].self_issued else served
    return linear(replace(table, choices=1), listed)
