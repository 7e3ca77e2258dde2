"""Ruby's ``openssl`` library: OpenSSL as the machine has it, without flags of its own.

Models: ``openssl.py`` at the release usual for a Ruby. Sources: ext/openssl/ossl_x509store.c and
lib/openssl/ssl.rb (the default store sets no verification flag but V_FLAG_CRL_CHECK_ALL; it matches host names itself,
``verify_certificate_identity``, not measured); which OpenSSL a Ruby runs on is inferred from dates.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from chainlab.paths.hosts import WITHOUT_ADDRESSES, HostRules, star_in_label
from chainlab.verifiers import openssl
from chainlab.verifiers.family import Basis, Family

VERSIONS = ("2.0", "2.4", "2.7", "3")

_RELEASES: Final = (((3, 1), "3-level1"), ((2, 5), "1.1.1-level1"), ((2, 1), "1.0.2"), ((0,), "1.0.1e"))


def family(version: str = "3") -> Family:
    """One Ruby line."""
    numbers = tuple(int(number) for number in re.findall(r"\d+", version)) or (3,)
    below = next(release for start, release in _RELEASES if (*numbers, 99) >= start)
    table = openssl.family(below)
    return replace(
        table,
        id=f"ruby-{version or '3'}",
        title=f"Ruby {version or '3'} (OpenSSL {below})",
        switches=replace(table.switches, host=HostRules(WITHOUT_ADDRESSES, star_in_label)),
        basis=Basis.INFERRED,
        sources=("lib/openssl/ssl.rb of ruby/openssl", *openssl.SOURCES),
    )
