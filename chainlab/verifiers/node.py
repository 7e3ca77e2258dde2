"""Node.js: the OpenSSL that its binaries contain, with Node's own root list.

Models: ``openssl.py`` at the release and security level of the binary, with Node's own ``checkServerIdentity``.
Sources: measured 2026-11-20 with Node 0.10.4 to 24.21.0; ``process.versions.openssl`` of the releases. Not modelled:
``--use-openssl-ca``, ``--use-system-ca``, releases 0.10.39 and 0.12.5 (OpenSSL 1.0.1o behaves as if trusted-first
there).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from chainlab.paths.hosts import WITHOUT_ADDRESSES, WITHOUT_DNS, HostRules, absolute_star_in_label
from chainlab.verifiers import openssl
from chainlab.verifiers.family import Family

VERSIONS = ("0.10", "0.12", "4", "8", "10", "12", "18", "22", "24")

_RELEASES: Final = (
    ((24,), "3.5-level2"),
    ((22,), "3.5-level1"),
    ((17,), "3-level1"),
    ((12,), "1.1.1-level1"),
    ((10,), "1.1.1-level1"),
    ((4,), "1.0.2"),
    ((0, 10, 48), "1.0.1u"),
    ((0,), "1.0.1m"),
)
"""(from this release, OpenSSL and security level). 0.10.48 and 0.12.18, the last of their lines, have 1.0.1u."""


def family(version: str = "24") -> Family:
    """One Node.js release; a line alone stands for its last release."""
    numbers = tuple(int(number) for number in re.findall(r"\d+", version)) or (24,)
    wanted = (*numbers, 99) if len(numbers) < 3 else numbers
    below = next(release for start, release in _RELEASES if wanted >= start)
    table = openssl.family(below)
    return replace(
        table,
        id=f"node-{version or '24'}",
        title=f"Node.js {version or '24'} (OpenSSL {below})",
        switches=replace(table.switches, host=HostRules(_common_name_unless(wanted), absolute_star_in_label)),
    )


def _common_name_unless(release: tuple[int, ...]) -> frozenset[str]:
    """Addresses keep the common name out between two security releases.

    [M: in 0.12.18, 8.17.0, 10.0.0 and 10.24.1, not in 0.10.38, 4.0.0 and from 16.20.2 on; I: that it were the releases
    of September 2016 (CVE-2016-7099) and January 2022 (CVE-2021-44532), which changed ``checkServerIdentity``.]
    """
    line = release[:2] if release[0] == 0 else release[:1]
    begun = release >= _ADDRESSES_COUNT_FROM.get(line, (5,))
    return WITHOUT_ADDRESSES if begun and release < _ADDRESSES_COUNT_UNTIL.get(line, (12,)) else WITHOUT_DNS


_ADDRESSES_COUNT_FROM: Final[Mapping[tuple[int, ...], tuple[int, ...]]] = {
    (0, 10): (0, 10, 47),
    (0, 12): (0, 12, 16),
    (4,): (4, 6),
    (6,): (6, 7),
}
_ADDRESSES_COUNT_UNTIL: Final[Mapping[tuple[int, ...], tuple[int, ...]]] = {
    (12,): (12, 22, 9),
    (14,): (14, 18, 3),
    (16,): (16, 13, 2),
}
