"""curl and libcurl with OpenSSL: PHP, R, git and much else.

Models: OpenSSL with X509_V_FLAG_TRUSTED_FIRST (set since 7.42.0, 2015) and X509_V_FLAG_PARTIAL_CHAIN (since 7.68.0,
2020); which OpenSSL is taken from the release's date. Sources: lib/vtls/openssl.c and CHANGES of curl. Not modelled:
builds with other TLS libraries: Schannel is ``cryptoapi``, Secure Transport ``apple``, GnuTLS ``gnutls``.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from chainlab.paths.hosts import WITHOUT_ADDRESSES, HostRules, absolute_lone_wildcard, absolute_star_in_label
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


LONE_WILDCARDS_FROM: Final = (8, 1)
"""First release that matches no partial wildcards [D: CVE-2023-28321; M: Debian's 7.88.1, which has the repair]."""


def family(version: str = "8") -> Family:
    """One curl release."""
    numbers = tuple(int(number) for number in re.findall(r"\d+", version)) or (8,)
    below = next(release for start, release in _RELEASES if (*numbers, 0) >= start)
    table = openssl.family(below)
    # An address among the names keeps the common name out [M: 7.88.1].
    match = absolute_lone_wildcard if numbers == (8,) or numbers >= LONE_WILDCARDS_FROM else absolute_star_in_label
    return replace(
        table,
        id=f"curl-{version or '8'}",
        title=f"curl {version or '8'} (OpenSSL {below})",
        switches=replace(table.switches, host=HostRules(WITHOUT_ADDRESSES, match)),
        basis=Basis.DOCUMENTED,
        sources=("lib/vtls/openssl.c of curl", *openssl.SOURCES),
    )
