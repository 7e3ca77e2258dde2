"""pyca/cryptography's X.509 verifier (``cryptography.x509.verification``).

Models: every path is tried; names are compared as bytes; a host must be in the SAN; SHA-1 and RSA below 2048 bits are
refused; certificates without key identifiers are refused. Sources: 50.0.2 measured 2026-11-20.
"""

from chainlab.paths.checks import BROKEN_HASHES, Switches
from chainlab.verifiers.family import Basis, Family, Matching

VERSIONS = ("",)


def family(version: str = "") -> Family:
    """cryptography 50."""
    return Family(
        id="pyca" + (f"-{version}" if version else ""),
        title="pyca/cryptography",
        basis=Basis.MEASURED,
        sources=("measured 2026-11-20 with cryptography 50.0.2",),
        matching=Matching.BYTES,
        switches=Switches(rejected_hashes=BROKEN_HASHES | {"sha1"}, min_rsa_bits=2048, require_key_ids=True),
    )
