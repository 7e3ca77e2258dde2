"""Java's default TLS trust manager (SunJSSE, "PKIX"), releases 5 to 25.

Models: ``PKIXValidator``: a served list in which each certificate names the next as its issuer is cut at the first one
above the leaf that is trusted itself (same certificate, or same name and key), or kept whole if a root signed the last
one; it is then only validated, without a second try and without the anchor's expiry. Otherwise ``SunCertPathBuilder``
tries every path, through roots that are valid now, except right above the leaf. Extended key usages of CAs are
ignored; the host may stand in the CN; RSA below 1024 bits, MD2 and MD5 are refused. ``java-builder`` and
``java-validator`` are the two on their own, as programs call them, ``-noec`` is a run-time image without the module
jdk.crypto.ec. Sources: 11.0.2 to 25.0.2 (equal verdicts) measured 2026-11-20; sun/security/validator/
PKIXValidator.java; BetterTLS results show 8u292 equal to 11 and 17. 5 to 7 are taken to be the same (inferred). Not
modelled: jdk.certpath.disabledAlgorithms for preinstalled anchors ("SHA1 jdkCA"), distrust of named CAs by the JDK.
"""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

from chainlab.certificate import Certificate
from chainlab.paths.checks import Anchor, Switches
from chainlab.paths.names import HostRules
from chainlab.verifiers.family import (
    AnchorIdentity,
    Basis,
    Candidate,
    Family,
    LeafTrust,
    Matching,
    Prepared,
    Scene,
    linear,
    nearest_note,
)
from chainlab.verifiers.rules import by_key_id, key_id_fits, serial_fits, signature_holds, valid_now

VERSIONS = ("5", "6", "7", "8", "11", "17", "21", "25", "11-noec", "builder", "validator")

MEASURED = ("8", "11", "17", "21", "25", "builder", "validator")

MEASURED_RELEASES = ((8,), (11,), (17,), (21,), (25,))

_ALONE = ("builder", "validator")
"""Without SunJSSE, which alone looks at the root's basic constraints and key usage (``verifyTrustAnchor``)."""

MIN_RSA_BITS = 1024
"""jdk.certpath.disabledAlgorithms: "RSA keySize < 1024" [D: java.security of 7u40 and later]."""


def family(version: str = "17") -> Family:
    """SunJSSE's trust manager of one Java release, or one of the two algorithms on its own."""
    measured = re.split(r"[.-]", version)[0] in MEASURED
    numbers = tuple(int(number) for number in re.findall(r"\d+", version))[:1]
    schemes = frozenset({"ECDSA"}) if version.endswith("-noec") else frozenset[str]()
    return Family(
        id=f"java-{version}",
        title=f"Java {version} (SunJSSE, PKIX)",
        basis=Basis.MEASURED if measured else Basis.INFERRED,
        sources=(
            "measured 2026-11-20 with Java 11.0.2 to 25.0.2",
            "sun/security/validator/PKIXValidator.java",
        ),
        matching=Matching.NORMALISED,
        store_rules=(signature_holds, valid_above_the_leaf),
        order=by_key_id,
        anchors=AnchorIdentity.STORE,
        leaf_trust=LeafTrust.SELF_SIGNED if version == "validator" else LeafTrust.UNQUESTIONED,
        switches=Switches(
            anchor=Anchor.NOTHING if version in _ALONE else Anchor.CA | Anchor.KEY_USAGE | Anchor.SAYS_CA,
            ca_purposes=False,
            names_in_cn=True,
            rejected_schemes=schemes,
            min_rsa_bits=MIN_RSA_BITS,
            host=HostRules(common_name_fallback=True),
        ),
        note=nearest_note(numbers, MEASURED_RELEASES, "Java"),
        prepare={"builder": None, "validator": _validated}.get(version, validate_or_build),
    )


def valid_above_the_leaf(candidate: Candidate) -> bool:
    """A root must be valid now, unless it issued the leaf itself.

    ``ForwardBuilder`` looks among the roots before it sets the date in its selector, which it then keeps for the
    following steps [I: from the code; measured].
    """
    return len(candidate.path) == 1 or valid_now(candidate)


def validate_or_build(table: Family, scene: Scene) -> Prepared:
    """An ordered list that ends at a trusted key is validated only; else a path is built."""
    served = scene.handshake.served
    if _trusted(served[0], scene):
        return Prepared(replace(table, prepare=None), scene.handshake)
    for position, (child, issuer) in enumerate(pairwise(served), start=1):
        if child.issuer.key != issuer.subject.key:
            return Prepared(replace(table, prepare=None), scene.handshake)
        if _trusted(issuer, scene) or _trusted_key(issuer, scene):
            return _validate(table, served[:position])
    last = served[-1]
    if any(scene.graph.signature(last, root).holds for root in scene.trust.anchors_named(last.issuer)):
        return _validate(table, served)
    return Prepared(replace(table, prepare=None), scene.handshake)


def _validated(table: Family, scene: Scene) -> Prepared:
    """``CertPathValidator`` on the list without a self-issued end, as programs call it."""
    served = scene.handshake.served
    return _validate(table, served[:-1] if len(served) > 1 and served[-1].self_issued else served)


def _validate(table: Family, served: tuple[Certificate, ...]) -> Prepared:
    lenient = replace(table, store_rules=(signature_holds, key_id_fits, serial_fits), choices=1)
    return linear(lenient, served)


def _trusted(certificate: Certificate, scene: Scene) -> bool:
    return certificate in scene.trust.anchors_named(certificate.subject)


def _trusted_key(certificate: Certificate, scene: Scene) -> bool:
    return any(root.entity == certificate.entity for root in scene.trust.anchors_named(certificate.subject))
