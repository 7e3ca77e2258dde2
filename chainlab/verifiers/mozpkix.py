"""mozilla::pkix: Firefox since 31 (NSS 3.16).

Models: every path is tried; names are compared as bytes; a host must be in the SAN; SHA-1 is refused (since Firefox
52, 2017; before that it was accepted). Sources: Firefox ESR 153 measured 2026-11-20; Mozilla security blog
2017-02-23 (SHA-1). Not modelled: preloaded and cached intermediates, OneCRL, CRLite, built-in root rules.
"""

from chainlab.paths.checks import BROKEN_HASHES, Switches
from chainlab.verifiers.family import Basis, Family, Matching

VERSIONS = ("",)


def family(version: str = "") -> Family:
    """Current Firefox."""
    return Family(
        id="mozpkix" + (f"-{version}" if version else ""),
        title="mozilla::pkix",
        basis=Basis.MEASURED,
        sources=("measured 2026-11-20 with Firefox ESR 153",),
        matching=Matching.BYTES,
        switches=Switches(rejected_hashes=BROKEN_HASHES | {"sha1"}, min_rsa_bits=1024),
    )
