"""curl and libcurl with OpenSSL: PHP, R, git and much else.

Models: OpenSSL with X509_V_FLAG_TRUSTED_FIRST (set since 7.42.0, 2015) and X509_V_FLAG_PARTIAL_CHAIN (since 7.68.0,
2020); which OpenSSL is taken from the release's date. Sources: lib/vtls/openssl.c and CHANGES of curl. Not modelled:
builds with other TLS libraries: Schannel is ``cryptoapi``, Secure Transport ``apple``, GnuTLS ``gnutls``.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from chainlab.verifiers import openssl
from chainlab.verifiers.family import Basis, Family

VERSIONS = ("7.40", "7.60", "7.68", "8")

_RELEASES: Final = (
    ((8, 0), "3-level1-partial"),
    ((7, 68), "1.1.1-level1-partial"),
    ((7, 61), "1.1.1-level1"),
    ((7, 42), "1.0.2-trusted-first"),
    ((0,), "1.0.1e"),
)
"""(from this release, OpenSSL usual then and curl's flags)."""


def family(version: str = "8") -> Family:
    """One curl release."""
    numbers = tuple(int(number) for number in re.findall(r"\d+", version)) or (8,)
    below = next(release for start, release in _RELEASES if (*numbers, 0) >= start)
    return replace(
        openssl.family(below),
        id=f"curl-{version or '8'}",
        title=f"curl {version or '8'} (OpenSSL {below})",
        basis=Basis.DOCUMENTED,
        sources=("lib/vtls/openssl.c of curl", *openssl.SOURCES),
    )
