"""Android's ``X509TrustManager`` by platform version, 2 to 17.

Models: the recorded trust-manager generations of 2010 (Android 2.3), 2011 (4.0), 2014 (5 and 6), 2016 (7) and 2026
(Conscrypt): anchors are matched by name and key and never checked for expiry; extended key usages of CAs are ignored;
the first served issuer is final before 7, every path is tried from 7 on; SHA-1 is refused from 2026's Conscrypt on.
Sources: the trust managers' code, measured on a desktop JVM 2026-11-20 (recorded verdicts, 57 cases). The version
numbers of the 2014 and 2016 generations are inferred from dates. Not modelled: host-name rules of apps that replace
the verifier, certificate pinning, network security configuration.
"""

from __future__ import annotations

import re

from chainlab.paths.checks import BROKEN_HASHES, Switches
from chainlab.paths.names import HostRules
from chainlab.verifiers.family import Basis, Family, Matching, Stop

VERSIONS = tuple(str(version) for version in range(2, 18))

CONSCRYPT_REFUSES_SHA1 = 15
"""First platform version taken for Conscrypt's refusal of SHA-1 (inferred: the 2026 code refuses it)."""


def family(version: str = "17") -> Family:
    """The trust manager of one Android version."""
    number = re.match(r"\d+", version)
    major = int(number.group()) if number else 17
    hashes = BROKEN_HASHES | {"sha1"} if major >= CONSCRYPT_REFUSES_SHA1 else BROKEN_HASHES
    return Family(
        id=f"android-{version}",
        title=f"Android {version} trust manager",
        basis=Basis.MEASURED,
        sources=("the platform's trust manager code, measured 2026-11-20 on a desktop JVM",),
        stop=Stop.FIRST_GOOD if major >= 7 else Stop.FIRST_ANCHORED,
        matching=Matching.NORMALISED,
        served_choices=0 if major >= 7 else 1,
        check_signature=major >= 7,
        switches=Switches(
            anchor_expiry=False,
            ca_purposes=False,
            rejected_hashes=hashes,
            host=HostRules(common_name_fallback=major < 9),
        ),
        note="" if major in (2, 4, 5, 6, 7) else "nearest recorded generation",
    )
