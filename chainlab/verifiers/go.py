"""Go's crypto/x509 ``Certificate.Verify``.

Models: every path is tried; names are compared as bytes; a host must be in the SAN; SHA-1 is refused (Go 1.18+).
Sources: Go 1.19.8 measured 2026-11-20; Go 1.18 release notes. Not modelled: platform verifiers on Windows and macOS.
"""

from chainlab.paths.checks import BROKEN_HASHES, Anchor, Switches
from chainlab.verifiers.family import Basis, Family, Matching

VERSIONS = ("",)


def family(version: str = "") -> Family:
    """Go 1.18 and later."""
    return Family(
        id="go" + (f"-{version}" if version else ""),
        title="Go crypto/x509",
        basis=Basis.MEASURED,
        sources=("measured 2026-11-20 with Go 1.19.8",),
        matching=Matching.BYTES,
        switches=Switches(
            anchor=Anchor.ALL,
            self_issued_count=True,
            rejected_hashes=BROKEN_HASHES | {"sha1"},
            critical_name_forms=frozenset({"dns", "email", "ip", "uri"}),  # "unhandled critical extension" [measured]
        ),
    )
