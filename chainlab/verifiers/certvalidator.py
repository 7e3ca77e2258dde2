"""pyhanko-certvalidator, the maintained fork of certvalidator.

Models: every path is tried; anchors do not expire; CA purposes are ignored; issuer+serial matching; it checks no host
name. Sources: 0.33.0 measured 2026-11-20.
"""

from chainlab.paths.checks import Anchor, Switches
from chainlab.paths.names import HostRules
from chainlab.verifiers.family import Basis, Family, Matching
from chainlab.verifiers.rules import serial_fits, signature_holds

VERSIONS = ("",)

_RULES = (serial_fits, signature_holds)


def family(version: str = "") -> Family:
    """pyhanko-certvalidator 0.33."""
    return Family(
        id="certvalidator" + (f"-{version}" if version else ""),
        title="pyhanko-certvalidator",
        basis=Basis.MEASURED,
        sources=("measured 2026-11-20 with pyhanko-certvalidator 0.33.0",),
        matching=Matching.NORMALISED,
        served_rules=_RULES,
        store_rules=_RULES,
        switches=Switches(anchor=Anchor.NOTHING, ca_purposes=False, host=HostRules(common_name_fallback=True)),
    )
