"""Windows clients: Internet Explorer, Edge and Chrome before 2022, .NET, PowerShell, WinHTTP.

Models: nothing of its own. ``clients.windows_client`` asks the engine of ``chainlab.windows`` with the client's roots;
the table here stands in where only a builder is at hand (verifiers do not know that package): every path is tried,
names are compared by RFC 5280, AIA is fetched, roots may be any certificate of the store. Sources: ``chainlab/windows``
for the rules and theirs; BetterTLS results of Chrome 96 and Edge 94 on Windows, December 2021 (all 81 cases pass). Real
CryptoAPI cannot be run here. Not modelled: certificates cached from earlier connections, enterprise chain engines.
"""

from chainlab.paths.hosts import WITHOUT_DNS, HostRules
from chainlab.paths.switches import Anchor, Switches
from chainlab.verifiers.family import Basis, Engine, Family, Matching, named

VERSIONS = ("",)


def family(version: str = "") -> Family:
    """CryptoAPI as a client uses it."""
    return Family(
        id=named("cryptoapi", version),
        title="Windows CryptoAPI",
        basis=Basis.LITERATURE,
        sources=("the engine of chainlab.windows and its sources", "BetterTLS results of Edge 94 on Windows"),
        engine=Engine.WINDOWS,
        matching=Matching.NORMALISED,
        partial_chain=False,
        aia=True,
        switches=Switches(anchor=Anchor.ALL, min_rsa_bits=1024, host=HostRules(WITHOUT_DNS)),
    )
