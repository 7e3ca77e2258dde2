"""NSS's libpkix builder: tries every path, and fetches issuers by AIA where the application allows it.

Sources: 3.87.1 (vfychain -pp, with and without -f) measured 2026-11-20. ``nss-libpkix-aia`` fetches.
"""

from dataclasses import replace

from chainlab.verifiers import nss_classic
from chainlab.verifiers.family import Family

VERSIONS = ("", "aia")


def family(version: str = "") -> Family:
    """libpkix, or ``aia`` with fetching."""
    fetches = version == "aia"
    name = "nss-libpkix-aia" if fetches else "nss-libpkix"
    return replace(nss_classic.family(), id=name, title="NSS (libpkix)", aia=fetches)
