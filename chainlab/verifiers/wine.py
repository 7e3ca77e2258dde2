"""Wine's crypt32: Windows programs under Linux and macOS.

Models: every path is tried, the certificate added last first, AIA is fetched; issuer and serial number of the
authority key identifier must fit; anchors are self-signed; extended key usages of CAs are not looked at; no RSA-PSS.
Sources: Wine 8.0 measured 2026-11-20; dlls/crypt32/chain.c. It is no stand-in for Windows: it ignores the Disallowed
store and store properties.
"""

from chainlab.paths.hosts import WITHOUT_DNS, HostRules
from chainlab.paths.switches import Switches
from chainlab.verifiers.family import Basis, Family, Matching, named
from chainlab.verifiers.rules import last_first, serial_fits, signature_holds

VERSIONS = ("",)

_RULES = (serial_fits, signature_holds)


def family(version: str = "") -> Family:
    """Wine 8."""
    return Family(
        id=named("wine", version),
        title="Wine crypt32",
        basis=Basis.MEASURED,
        sources=("measured 2026-11-20 with Wine 8.0", "dlls/crypt32/chain.c"),
        matching=Matching.NORMALISED,
        served_rules=_RULES,
        store_rules=_RULES,
        order=last_first,
        partial_chain=False,
        aia=True,
        switches=Switches(ca_purposes=False, rejected_schemes=frozenset({"RSA-PSS"}), host=HostRules(WITHOUT_DNS)),
    )
