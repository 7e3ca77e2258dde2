"""Windows clients: Internet Explorer, Edge before 2023, .NET, PowerShell, WinHTTP.

Models: every path is tried, AIA is fetched, root update brings any root of the program (the snapshot is the program's
list). Sources: Wine 8's crypt32 measured 2026-11-20 for matching and status bits; BetterTLS results of Chrome 96 and
Edge 94 on Windows (all 81 cases pass); certificate-selection rules in ``windows/``. Real CryptoAPI cannot be run here.
"""

from chainlab.paths.checks import BROKEN_HASHES, Switches
from chainlab.paths.names import HostRules
from chainlab.verifiers.family import Basis, Family, Matching
from chainlab.verifiers.rules import serial_fits, signature_holds

VERSIONS = ("",)

_RULES = (serial_fits, signature_holds)


def family(version: str = "") -> Family:
    """CryptoAPI as a client uses it."""
    return Family(
        id="cryptoapi" + (f"-{version}" if version else ""),
        title="Windows CryptoAPI",
        basis=Basis.LITERATURE,
        sources=("BetterTLS results of Edge 94 on Windows", "Wine 8 crypt32 for matching and status bits"),
        matching=Matching.NORMALISED,
        served_rules=_RULES,
        store_rules=_RULES,
        partial_chain=False,
        aia=True,
        switches=Switches(
            rejected_hashes=BROKEN_HASHES,
            min_rsa_bits=1024,
            host=HostRules(common_name_fallback=True),
        ),
    )
