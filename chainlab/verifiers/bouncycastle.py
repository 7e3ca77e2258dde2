"""Bouncy Castle's PKIX CertPathBuilder.

Models: every path is tried; anchors do not expire; CA purposes are ignored. Sources: 1.72 measured 2026-11-20. It
checks no host name (the application does).
"""

from chainlab.paths.checks import Switches
from chainlab.paths.names import HostRules
from chainlab.verifiers.family import Basis, Family, Matching

VERSIONS = ("",)


def family(version: str = "") -> Family:
    """Bouncy Castle 1.72."""
    return Family(
        id="bouncycastle" + (f"-{version}" if version else ""),
        title="Bouncy Castle PKIX",
        basis=Basis.MEASURED,
        sources=("measured 2026-11-20 with Bouncy Castle 1.72",),
        matching=Matching.NORMALISED,
        switches=Switches(anchor_expiry=False, ca_purposes=False, host=HostRules(common_name_fallback=True)),
    )
