"""Java's "SunX509" (simple) trust manager, which old application servers and libraries still ask for.

Models: the served list must be in order, without extras; the path ends at the first certificate whose issuer is a
trusted name; neither anchor expiry nor CA purposes are checked; critical name constraints are refused. Sources:
Java 17.0.21 measured 2026-11-20.
"""

from chainlab.paths.checks import Switches
from chainlab.paths.names import HostRules
from chainlab.verifiers.family import Basis, Family, Matching, Prefer, ServedOrder, Stop

VERSIONS = ("",)


def family(version: str = "") -> Family:
    """The simple trust manager."""
    return Family(
        id="java-sunx509" + (f"-{version}" if version else ""),
        title="Java SunX509",
        basis=Basis.MEASURED,
        sources=("measured 2026-11-20 with Java 17.0.21",),
        prefer=Prefer.SERVED,
        stop=Stop.FIRST_PATH,
        matching=Matching.NORMALISED,
        served_order=ServedOrder.NEXT,
        switches=Switches(
            anchor_expiry=False,
            ca_purposes=False,
            name_constraints=False,
            host=HostRules(common_name_fallback=True),
        ),
    )
