"""wolfSSL as Debian builds it, with WOLFSSL_ALT_CERT_CHAINS.

Models: served certificates are used after the child; anchors do not expire; CA purposes are ignored. Sources: 5.5.4
measured 2026-11-20. A device build without that option is stricter (not measured).
"""

from chainlab.paths.checks import Switches
from chainlab.paths.names import HostRules
from chainlab.verifiers.family import Basis, Family, Matching, Prefer, ServedOrder, Stop

VERSIONS = ("",)


def family(version: str = "") -> Family:
    """wolfSSL 5.5 with alternative chains."""
    return Family(
        id="wolfssl" + (f"-{version}" if version else ""),
        title="wolfSSL",
        basis=Basis.MEASURED,
        sources=("measured 2026-11-20 with wolfSSL 5.5.4",),
        prefer=Prefer.TRUSTED,
        stop=Stop.FIRST_ANCHORED,
        matching=Matching.BYTES,
        key_id=True,
        served_order=ServedOrder.LATER,
        switches=Switches(anchor_expiry=False, ca_purposes=False, host=HostRules(common_name_fallback=True)),
    )
