"""Apple's Security framework by iOS generation (macOS 10.14 is iOS 12, macOS 15 is iOS 18, then one number).

Models: every path is tried, AIA is fetched, extended key usages of CAs are ignored; SHA-1 is refused and a host must
be in the SAN from iOS 13 on; RSA below 2048 bits is refused from iOS 13 on. Sources: literature (BetterTLS results
of Safari 605.1.15, December 2021; Apple support article 103769 "Requirements for trusted certificates in iOS 13 and
macOS 10.15"). The real framework cannot be run here. Not modelled: Certificate Transparency, validity-length rules.
"""

from __future__ import annotations

import re

from chainlab.paths.hosts import WITHOUT_DNS, HostRules
from chainlab.paths.switches import BROKEN_HASHES, Switches
from chainlab.verifiers.family import Basis, Family, Matching

VERSIONS = ("9", "12", "13", "14", "15", "16", "17", "18", "26")


def family(version: str = "26") -> Family:
    """Security framework of one iOS generation."""
    number = re.match(r"\d+", version)
    strict = int(number.group()) >= 13 if number else True
    return Family(
        id=f"apple-{version}",
        title=f"Apple Security framework (iOS {version} generation)",
        basis=Basis.LITERATURE,
        sources=("BetterTLS results of Safari, December 2021", "Apple support article 103769"),
        matching=Matching.NORMALISED,
        aia=True,
        switches=Switches(
            ca_purposes=False,
            rejected_hashes=BROKEN_HASHES | {"sha1"} if strict else BROKEN_HASHES,
            min_rsa_bits=2048 if strict else 1024,
            host=HostRules(None if strict else WITHOUT_DNS),
        ),
    )
