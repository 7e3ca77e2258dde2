"""LibreSSL's verifier (``x509_verify.c``, since 3.1): tries every path.

Models: backtracking over served issuers and roots; RFC 5280 name comparison; issuer+serial matching; self-signed
anchors only. Sources: LibreSSL 4.3.1 measured 2026-11-20 (recorded verdicts); BetterTLS results of 3.4.0 (December
2021): passes branching, accepts CAs without basicConstraints. Not modelled: CRLs.
"""

from chainlab.paths.checks import Switches
from chainlab.paths.names import HostRules
from chainlab.verifiers.family import Basis, Family, Matching, Prefer

VERSIONS = ("",)


def family(version: str = "") -> Family:
    """LibreSSL since 3.1."""
    return Family(
        id="libressl" + (f"-{version}" if version else ""),
        title="LibreSSL",
        basis=Basis.MEASURED,
        sources=("measured 2026-11-20 with LibreSSL 4.3.1",),
        prefer=Prefer.TRUSTED,
        matching=Matching.NORMALISED,
        key_id=True,
        issuer_serial=True,
        partial_chain=False,
        switches=Switches(require_basic_constraints=False, host=HostRules(common_name_fallback=True)),
    )
