"""Android's ``X509TrustManager`` by platform version, 2 to 17.

Models: the recorded trust-manager generations of 2010 (Android 2.3), 2011 (4.0), 2014 (5 and 6), 2016 (7) and 2026
(Conscrypt). Anchors are matched by name and key and never checked for expiry; extended key usages of CAs are ignored.
Before 7 the served list is rearranged by names alone, each certificate followed by the first later one of its issuer's
name, and cut at the first that is an anchor; that one path is validated. From 7 on every path is tried, anchors first;
served issuers that are expired or weak are passed over. From 10 on Conscrypt is a module of its own that updates reach:
it refuses SHA-1. Name constraints mean what Bouncy Castle (before 7) or Java before 2025 takes them for: to the latter
a constraint on host names that begins with a dot matches none; what it means from 15 on is not known. Sources: the
trust managers' code, measured on a desktop JVM 2026-11-20 (recorded verdicts, 57 cases);
org/conscrypt/TrustManagerImpl.java and ChainStrengthAnalyzer.java. The version numbers of the 2014 and 2016 generations
are inferred from dates. Not modelled: host-name rules of apps that replace the verifier, certificate pinning, network
security configuration, intermediates remembered from earlier connections.
"""

from __future__ import annotations

import re
from dataclasses import replace

from chainlab.certificate import Certificate, GeneralName
from chainlab.paths.hosts import WITHOUT_DNS, HostRules
from chainlab.paths.name_rules import Fit, NameRules, dns_subtree
from chainlab.paths.switches import BROKEN_HASHES, Anchor, Switches
from chainlab.verifiers import bouncycastle, java
from chainlab.verifiers.family import (
    AnchorIdentity,
    Basis,
    Family,
    Matching,
    Prepared,
    Scene,
    Stop,
    by_certificate,
    linear,
    nearest_note,
)
from chainlab.verifiers.rules import valid_now

VERSIONS = tuple(str(version) for version in range(2, 18))

BACKTRACKS_FROM = 7
"""First version whose trust manager tries every path (inferred: the code of 2016-03, released with 7.0)."""

SUN_VALIDATOR_FROM = 7
"""First version whose ``CertPathValidator`` is OpenJDK's, not Bouncy Castle's: name constraints mean what they meant in
Java before 2025 [D: libcore's security.properties, ``sun.security.provider.CertPathProvider``; I: since 7, with which
OpenJDK's classes came]."""

REPAIRED_PERHAPS_FROM = 15
"""First version younger than Java's repair of constraints with a leading dot (JDK-8311546, October 2023), which it may
have or not."""

CONSCRYPT_MODULE = 10
"""First version whose Conscrypt is a module that updates reach [D: Android 10 release notes, "Conscrypt module"]; the
code of April 2020 (Play services 20.15) already lists SHA-1 among the refused signature algorithms."""

RECORDED = ((2,), (4,), (5,), (6,), (7,), (17,))
"""Versions whose generation was recorded; 17 stands for the Conscrypt of 2026."""


def family(version: str = "17") -> Family:
    """The trust manager of one Android version."""
    number = re.match(r"\d+", version)
    major = int(number.group()) if number else 17
    hashes = BROKEN_HASHES | {"sha1"} if major >= CONSCRYPT_MODULE else BROKEN_HASHES
    table = Family(
        id=f"android-{version}",
        title=f"Android {version} trust manager",
        basis=Basis.MEASURED if (major,) in RECORDED else Basis.INFERRED,
        sources=(
            "the trust managers' code of 2010 to 2026, run 2026-11-20 on a desktop JVM",
            "org/conscrypt/TrustManagerImpl.java",
        ),
        matching=Matching.NORMALISED,
        switches=Switches(
            anchor=Anchor.NOTHING,
            ca_purposes=False,
            rejected_hashes=hashes,
            min_rsa_bits=1024,
            names=_names(major),
            host=HostRules(WITHOUT_DNS if major < 9 else None),
        ),
        note=_standing_for(major),
    )
    return _backtracking(table) if major >= BACKTRACKS_FROM else replace(table, choices=1, prepare=_rearranged)


def _names(major: int) -> NameRules:
    if major < SUN_VALIDATOR_FROM:
        return bouncycastle.NAMES
    return replace(java.OLD_NAMES, dns=_perhaps_repaired) if major >= REPAIRED_PERHAPS_FROM else java.OLD_NAMES


def _perhaps_repaired(name: GeneralName, tree: GeneralName, excluded: bool) -> Fit:
    """A leading dot, or nothing, means what it meant before the repair or what it means since."""
    unusual = not tree.value or tree.value.startswith(".")
    return Fit.UNKNOWN if unusual else dns_subtree(name, tree, excluded)


def _standing_for(major: int) -> str:
    if CONSCRYPT_MODULE <= major < 17:
        return "taken to be like Android 17: Conscrypt is updated on its own since Android 10"
    return nearest_note((major,), RECORDED, "Android")


def _backtracking(table: Family) -> Family:
    return replace(
        table,
        stop=Stop.FIRST_GOOD,
        served_rules=(*table.served_rules, valid_now),
        closed_store=True,
        anchors=AnchorIdentity.STORE,
        loop=by_certificate,
    )


def _rearranged(table: Family, scene: Scene) -> Prepared:
    """The list in issuer order by names alone, up to the first certificate that is an anchor."""
    waiting = list(scene.handshake.served)
    path = [waiting.pop(0)]
    while not _is_anchor(path[-1], scene):
        following = next((c for c in waiting if c.subject.key == path[-1].issuer.key), None)
        if following is None:
            return linear(table, path)
        waiting.remove(following)
        path.append(following)
    return linear(table, path[:-1] or path)


def _is_anchor(certificate: Certificate, scene: Scene) -> bool:
    return any(root.entity == certificate.entity for root in scene.trust.anchors_named(certificate.subject))
