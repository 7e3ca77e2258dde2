"""rustls-webpki: programs in Rust (uv, ripgrep-like tools, many proxies).

Models: every path is tried; anchors are bare keys (no expiry); names are compared as bytes; a host must be in the
SAN; SHA-1 and RSA below 2048 bits are refused. Sources: 0.103.16 inside uv 0.13.8 measured 2026-11-20.
"""

from chainlab.paths.checks import BROKEN_HASHES, Anchor, Switches
from chainlab.verifiers.family import Basis, Family, Matching

VERSIONS = ("",)


def family(version: str = "") -> Family:
    """rustls-webpki 0.103."""
    return Family(
        id="webpki" + (f"-{version}" if version else ""),
        title="rustls-webpki",
        basis=Basis.MEASURED,
        sources=("measured 2026-11-20 with rustls-webpki 0.103.16",),
        matching=Matching.BYTES,
        switches=Switches(
            anchor=Anchor.NOTHING,
            rejected_hashes=BROKEN_HASHES | {"sha1"},
            min_rsa_bits=2048,
        ),
    )
