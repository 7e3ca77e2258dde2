"""Java's default TLS trust manager (SunJSSE, "PKIX"), releases 5 to 25.

Models: ``PKIXValidator``: a served list in which each certificate names the next as its issuer is cut at the first one
above the leaf that is trusted itself (same certificate, or same name and key), or kept whole if a root signed the last
one; it is then only validated, without a second try and without the anchor's expiry. Otherwise ``SunCertPathBuilder``
tries every path, through roots that are valid now, except right above the leaf. Extended key usages of CAs are
ignored; the host may stand in the CN; RSA below 1024 bits, MD2 and MD5 are refused. In updates before 2022 the
builder also judges the name constraints of the root itself, and no host in the CN against any. ``java-builder`` and
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

VERSIONS = ("5", "6", "7", "8", "11", "11.0.13", "17", "17.0.2", "21", "25", "11-noec", "builder", "validator")

MEASURED = ("8", "11", "17", "21", "25", "builder", "validator")

MEASURED_RELEASES = ((8,), (11,), (17,), (21,), (25,))

_ALONE = ("builder", "validator")
"""Without SunJSSE, which alone looks at the root's basic constraints and key usage (``verifyTrustAnchor``)."""

MIN_RSA_BITS = 1024
"""jdk.certpath.disabledAlgorithms: "RSA keySize < 1024" [D: java.security of 7u40 and later]."""


_LAST_OLDER_UPDATE = {8: 322, 11: 13, 17: 2}
"""The last update of a release that is taken for an older one.

11.0.13 and 17.0.2 are measured as older, 17.0.15, 21.0.2 and 25.0.2 as newer; in which update between them it changed
is not known, so those up to the measured ones, and Java 8 of the same quarter, count as older [I].
"""


def is_older(version: str) -> bool:
    """Whether a version has the behaviour of the updates before 2022; a release without update is a current one."""
    numbers = [int(number) for number in re.findall(r"\d+", version)]
    release, update = (numbers or [0])[0], numbers[-1] if len(numbers) > 1 else None
    if release in _LAST_OLDER_UPDATE:
        return update is not None and update <= _LAST_OLDER_UPDATE[release]
    return 0 < release < max(_LAST_OLDER_UPDATE)


def family(version: str = "17") -> Family:
    """SunJSSE's trust manager of one Java release, or one of the two algorithms on its own."""
    measured = re.split(r"[.u-]", version)[0] in MEASURED
    numbers = tuple(int(number) for number in re.findall(r"\d+", version))[:1]
    schemes = frozenset({"ECDSA"}) if version.endswith("-noec") else frozenset[str]()
    judged = Anchor.NOTHING if version in _ALONE else Anchor.CA | Anchor.KEY_USAGE | Anchor.SAYS_CA
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
            anchor=judged,
            ca_purposes=False,
            names_in_cn=True,
            rejected_schemes=schemes,
            min_rsa_bits=MIN_RSA_BITS,
            host=HostRules(common_name_fallback=True),
        ),
        note=nearest_note(numbers, MEASURED_RELEASES, "Java"),
        prepare={"builder": None, "validator": _validated}.get(
            version, validate_or_build_as_before if is_older(version) else validate_or_build
        ),
    )


def valid_above_the_leaf(candidate: Candidate) -> bool:
    """A root must be valid now, unless it issued the leaf itself.

    ``ForwardBuilder`` looks among the roots before it sets the date in its selector, which it then keeps for the
    following steps [I: from the code; measured].
    """
    return len(candidate.path) == 1 or valid_now(candidate)


def validate_or_build(table: Family, scene: Scene) -> Prepared:
    """An ordered list that ends at a trusted key is validated only; else a path is built."""
    ordered = _to_validate(scene)
    if ordered is None:
        return Prepared(replace(table, prepare=None), scene.handshake)
    return _validate(table, ordered)


def validate_or_build_as_before(table: Family, scene: Scene) -> Prepared:
    """The same in older updates, whose builder handles name constraints in another way [measured: 11.0.13, 17.0.2]."""
    if _to_validate(scene) is None:
        switches = table.switches
        table = replace(table, switches=replace(switches, anchor=switches.anchor | Anchor.NAMES, names_in_cn=False))
    return validate_or_build(table, scene)


def _to_validate(scene: Scene) -> tuple[Certificate, ...] | None:
    """The served certificates that are validated as they are; ``None`` where a path must be built."""
    served = scene.handshake.served
    if _trusted(served[0], scene):
        return None
    for position, (child, issuer) in enumerate(pairwise(served), start=1):
        if child.issuer.key != issuer.subject.key:
            return None
        if _trusted(issuer, scene) or _trusted_key(issuer, scene):
            return served[:position]
    last = served[-1]
    known = scene.trust.anchors_named(last.issuer)
    return served if any(scene.graph.signature(last, root).holds for root in known) else None


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
