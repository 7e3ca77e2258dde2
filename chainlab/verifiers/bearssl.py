"""BearSSL's minimal engine: small devices.

Models: the served list must be in strict order without duplicates, the path ends at the first certificate whose
issuer is an anchor; anchors are bare keys (no expiry); critical name constraints are refused; no RSA-PSS. Sources:
0.6 measured 2026-11-20.
"""

from chainlab.paths.checks import Switches
from chainlab.paths.names import HostRules
from chainlab.verifiers.family import Basis, Family, Matching, Prefer, ServedOrder, Stop

VERSIONS = ("",)


def family(version: str = "") -> Family:
    """BearSSL 0.6."""
    return Family(
        id="bearssl" + (f"-{version}" if version else ""),
        title="BearSSL",
        basis=Basis.MEASURED,
        sources=("measured 2026-11-20 with BearSSL 0.6",),
        prefer=Prefer.TRUSTED,
        stop=Stop.FIRST_PATH,
        matching=Matching.BYTES,
        served_order=ServedOrder.NEXT,
        served_choices=1,
        switches=Switches(
            anchor_expiry=False, ca_purposes=False, name_constraints=False, host=HostRules(common_name_fallback=True)
        ),
    )
