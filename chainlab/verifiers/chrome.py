"""Chrome's own verifier (``net::CertVerifyProcBuiltin`` over BoringSSL's pki library).

Models: every path is tried, roots first, then issuers with a fitting key identifier; AIA is fetched where no path is
found; names are compared normalised, but a locally added root is looked up by the bytes of its name (NSS); a host must
be in the SAN (since 58); SHA-1 is refused (since 57), RSA below 1024 bits too. Locally added roots are judged like
other CAs. Constrained URIs are refused, and wildcards that could stand for an excluded host. Chrome used this verifier
from 83 on ChromeOS, 95 on Linux, 105 on Windows and macOS, 114 on Android; before, it asked the platform:
``chrome-90-windows`` is Windows' verifier (``cryptoapi``), ``-mac`` Apple's, ``-linux`` NSS' libpkix, ``-android``
Android's, each with Chrome's rules for names and SHA-1. On iOS it is always Apple's. Sources: Chromium 156 measured
2026-11-20 with locally added roots, whose rules are laxer than those for the built-in store; Chrome Root Program FAQ
and Chromium release notes (versions). Not modelled: Certificate Transparency, SCT-dependent distrust, CRLSets.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from chainlab.paths.hosts import WITHOUT_DNS, HostRules, absolute_lone_wildcard
from chainlab.paths.name_rules import NameRules, other_unknown, refused
from chainlab.paths.switches import BROKEN_HASHES, Anchor, Switches
from chainlab.verifiers import android, apple, cryptoapi, nss_libpkix
from chainlab.verifiers.boringssl import standing_for_excluded
from chainlab.verifiers.family import Basis, Family, LeafTrust, Matching, named
from chainlab.verifiers.rules import by_key_id, same_bytes, signature_holds

VERSIONS = ("", "90-linux", "90-mac", "90-android", "90-windows")

OWN_VERIFIER_FROM: Final = {"linux": 95, "windows": 105, "mac": 105, "android": 114}
"""First release that does not ask the platform [D: Chrome Root Program FAQ; chromium.org release notes]."""

SAN_ONLY_FROM, SHA1_REFUSED_FROM = 58, 57
"""Releases without CN matching and SHA-1 [D: Chrome 58 and 57 release notes]."""


def family(version: str = "") -> Family:
    """Chrome's verifier; with a release and a platform, what it used then."""
    number, platform = _parse(version)
    own = Family(
        id=named("chrome", version),
        title=f"Chrome {version}".strip(),
        basis=Basis.MEASURED,
        sources=("measured 2026-11-20 with Chromium 156", "pki/path_builder.h of BoringSSL"),
        matching=Matching.NORMALISED,
        store_rules=(same_bytes, signature_holds),
        order=by_key_id,
        leaf_trust=LeafTrust.NEVER,
        aia=True,
        switches=Switches(
            anchor=Anchor.ALL & ~Anchor.SAYS_CA,
            names=NameRules(dns=standing_for_excluded, uri=refused, other=other_unknown),
            rejected_hashes=BROKEN_HASHES | {"sha1"},
            min_rsa_bits=1024,
            host=HostRules(match=absolute_lone_wildcard),
        ),
    )
    if platform == "ios" or number < OWN_VERIFIER_FROM.get(platform, 0):
        return _of_platform(own, number, platform)
    return own


def _parse(version: str) -> tuple[int, str]:
    number = re.match(r"\d+", version)
    platform = version.rpartition("-")[2] if "-" in version else ("" if number else version)
    return (int(number.group()) if number else 999), platform


def _of_platform(own: Family, number: int, platform: str) -> Family:
    """The platform's builder with Chrome's rules for host names and SHA-1."""
    below = {
        "mac": lambda: apple.family("14"),
        "ios": lambda: apple.family("26"),
        "android": lambda: android.family("10"),
        "windows": lambda: cryptoapi.family(),
    }.get(platform, lambda: nss_libpkix.family("aia"))()
    hashes = below.switches.rejected_hashes | (frozenset({"sha1"}) if number >= SHA1_REFUSED_FROM else frozenset())
    rules = HostRules(WITHOUT_DNS if number < SAN_ONLY_FROM else None)
    return replace(
        below,
        id=own.id,
        title=own.title,
        basis=Basis.DOCUMENTED,
        sources=("Chrome Root Program FAQ: until then the platform's verifier", *below.sources),
        switches=replace(below.switches, rejected_hashes=hashes, host=rules),
    )
