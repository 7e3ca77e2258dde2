"""Node.js: the OpenSSL that its binaries contain, with Node's own root list.

Models: ``openssl.py`` at the release and security level of the binary. Sources: measured 2026-11-20 with Node 0.10.4
to 24.21.0; ``process.versions.openssl`` of the releases. Not modelled: ``--use-openssl-ca``, ``--use-system-ca``,
releases 0.10.39 and 0.12.5 (OpenSSL 1.0.1o behaves as if trusted-first there).
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

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
    return replace(
        openssl.family(below),
        id=f"node-{version or '24'}",
        title=f"Node.js {version or '24'} (OpenSSL {below})",
    )
