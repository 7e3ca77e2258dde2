"""NSS's libpkix builder: tries every path, and fetches issuers by AIA where the application allows it.

Models: backtracking over served and stored certificates, names compared as bytes. Sources: 3.87.1 (vfychain -pp, with
and without -f) measured 2026-11-20. ``nss-libpkix-aia`` fetches. Not modelled: CRLs, certificate policies.
"""

from dataclasses import replace

from chainlab.paths.switches import Anchor
from chainlab.verifiers import nss_classic
from chainlab.verifiers.family import Basis, Family, LeafTrust, Matching, Stop, named
from chainlab.verifiers.rules import key_id_fits, signature_holds

VERSIONS = ("", "aia")


def family(version: str = "") -> Family:
    """libpkix, or ``aia`` with fetching."""
    return Family(
        id=named("nss-libpkix", version),
        title="NSS (libpkix)",
        basis=Basis.MEASURED,
        sources=("measured 2026-11-20 with NSS 3.87.1",),
        stop=Stop.FIRST_GOOD,
        matching=Matching.BYTES,
        leaf_trust=LeafTrust.NEVER,
        served_rules=(key_id_fits, signature_holds),
        store_rules=(key_id_fits, signature_holds),
        aia=version == "aia",
        switches=replace(nss_classic.SWITCHES, anchor=Anchor.ALL & ~(Anchor.SAYS_CA | Anchor.EXTENSIONS)),
    )
