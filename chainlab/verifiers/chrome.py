"""Chrome's own verifier (``net::CertVerifyProc`` over BoringSSL's pki library), on all platforms since 2023.

Models: every path is tried, AIA is fetched, names are compared as bytes, a host must be in the SAN, SHA-1 is refused.
Sources: Chromium 156 measured 2026-11-20 with locally added roots, whose rules are laxer than those for the built-in
store. Not modelled: Certificate Transparency, SCT-dependent distrust, CRLSets; Chrome on iOS uses Apple's verifier.
"""

from chainlab.paths.checks import BROKEN_HASHES, Switches
from chainlab.verifiers.family import Basis, Family, Matching

VERSIONS = ("",)


def family(version: str = "") -> Family:
    """Chrome's verifier."""
    return Family(
        id="chrome" + (f"-{version}" if version else ""),
        title="Chrome",
        basis=Basis.MEASURED,
        sources=("measured 2026-11-20 with Chromium 156",),
        matching=Matching.BYTES,
        aia=True,
        switches=Switches(rejected_hashes=BROKEN_HASHES | {"sha1"}, min_rsa_bits=1024),
    )
