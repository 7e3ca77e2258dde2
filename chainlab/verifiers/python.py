"""Python's ``ssl`` module: OpenSSL with Python's own flags (requests, pip, boto, certifi's users).

Models: the OpenSSL that python.org's installers and manylinux wheels of a release carry. Since 2.7.10 and 3.4.4 every
context sets X509_V_FLAG_TRUSTED_FIRST, so that OpenSSL 1.0.2 asks the trust store first; from 3.13 on
``ssl.create_default_context`` sets VERIFY_X509_PARTIAL_CHAIN and VERIFY_X509_STRICT. Sources: CPython issue 23476
(Modules/_ssl.c), "What's New In Python 3.13" (ssl), release notes of the installers; ``openssl.py`` for the rest. Not
modelled: contexts that programs build themselves, distributions' own OpenSSL.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from chainlab.paths.hosts import WITHOUT_ADDRESSES, WITHOUT_DNS, HostRules, star_in_label
from chainlab.verifiers import openssl
from chainlab.verifiers.family import Basis, Family

VERSIONS = ("2.7.9", "2.7", "3.6", "3.9", "3.12", "3.13")

_RELEASES: Final = (
    ((3, 13), "3-level1-trusted-first-partial-strict"),
    ((3, 11), "3-level1"),
    ((3, 7), "1.1.1-level1"),
    ((3, 4, 4), "1.0.2-trusted-first"),
    ((3, 0), "1.0.1e"),
    ((2, 7, 10), "1.0.2-trusted-first"),
    ((0,), "1.0.1e"),
)
"""(from this release, OpenSSL and flags); a line without patch number counts as its last release."""


OPENSSL_MATCHES_FROM: Final = (3, 7)
"""First release in which OpenSSL matches host names, without partial wildcards, instead of ``ssl.match_hostname``
[D: "What's New In Python 3.7" (ssl); M: 3.11.7]."""


def family(version: str = "3.13") -> Family:
    """The ``ssl`` module of one Python release."""
    numbers = tuple(int(number) for number in re.findall(r"\d+", version)) or (3, 13)
    wanted = (*numbers, 99) if len(numbers) < 3 else numbers
    below = next(release for start, release in _RELEASES if wanted >= start)
    table = openssl.family(below)
    own = HostRules(WITHOUT_ADDRESSES, star_in_label)
    return replace(
        table,
        id=f"python-{version or '3.13'}",
        title=f"Python {version or '3.13'} (OpenSSL {below})",
        switches=replace(table.switches, host=own if wanted < OPENSSL_MATCHES_FROM else HostRules(WITHOUT_DNS)),
        basis=Basis.DOCUMENTED,
        sources=("CPython issue 23476", "What's New In Python 3.13", *openssl.SOURCES),
    )
