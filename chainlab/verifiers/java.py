"""Java's default TLS trust manager (SunJSSE, "PKIX"), releases 5 to 25 and their updates (``java-8u252``).

Models: ``PKIXValidator``: a served list in which each certificate names the next as its issuer is cut at the first one
above the leaf that is trusted itself (same certificate, or same name and key), or kept whole if a root signed the last
one; it is then only validated, without a second try and without the anchor's expiry. Otherwise ``SunCertPathBuilder``
tries every path, through roots that are valid now, except right above the leaf. From the updates of January 2020 on the
root at its end must be a CA that may sign; the path is not built anew if it is not. Up to the updates of October 2023
the builder leaves out issuers, roots too, whose name constraints do not permit the subject names and SANs below, and
does not check constraints again; later ones check the finished path, the host in the CN too, but not the root. A
constraint on host names that begins with a dot matches none before 17.0.15, 21.0.7 and 22; before Java 20 one on
addresses is compared without regard to the IP version. Extended key usages of CAs are ignored; the host may stand in
the CN; RSA below 1024 bits, MD2 and MD5 are refused. ``java-builder`` and ``java-validator`` are the two on their own,
as programs call them, ``-noec`` is a run-time image without the module jdk.crypto.ec. Sources: 11.0.2 to 25.0.2 (equal
verdicts) measured 2026-11-20; sun/security/validator/PKIXValidator.java; BetterTLS results show 8u292 equal to 11 and
17. 5 to 7 are taken to be the same (inferred). Not modelled: which of two roots with one name and key a validated list
ends at (the order of identity hashes, different at each start), jdk.certpath.disabledAlgorithms for preinstalled
anchors ("SHA1 jdkCA"), distrust of named CAs by the JDK.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from itertools import pairwise

from chainlab.certificate import Certificate, GeneralName
from chainlab.paths.hosts import WITHOUT_DNS, HostRules, stars_in_label, stars_in_labels
from chainlab.paths.name_constraints import judged_breaches
from chainlab.paths.name_rules import (
    REGISTERED_ID,
    CommonName,
    Fit,
    NameRules,
    Names,
    any_uri_subtree,
    caseless_mail_subtree,
    dns_subtree,
    ip_subtree,
    unaided_dns_subtree,
)
from chainlab.paths.names import names_of
from chainlab.paths.switches import Anchor, Switches
from chainlab.verifiers.family import (
    AnchorIdentity,
    Basis,
    Candidate,
    Family,
    LeafTrust,
    Matching,
    Prepared,
    Scene,
    Stop,
    anything_goes,
    as_found,
    linear,
    nearest_note,
)
from chainlab.verifiers.rules import by_key_id, key_id_fits, serial_fits, signature_holds, valid_now

VERSIONS = (
    "5", "6", "7", "8", "11", "17", "21", "25", "8u241", "11.0.13", "17.0.2", "11-noec", "builder", "validator",
)  # fmt: skip

MEASURED = ("8", "11", "17", "21", "25", "builder", "validator")

MEASURED_RELEASES = ((8,), (11,), (17,), (21,), (25,))

ANCHOR_CHECKED_FROM = {7: (7, 251), 8: (8, 241), 11: (11, 0, 6), 13: (13, 0, 2)}
"""First update with ``verifyTrustAnchor`` [D: release notes of 7u251, "New Checks on Trust Anchor Certificates"]."""

CONSTRAINTS_CHECKED_FROM = {8: (8, 391), 11: (11, 0, 21), 17: (17, 0, 9), 21: (21, 0, 1)}
"""First update whose builder checks name constraints on the finished path.

[M: 17.0.7 does not, 17.0.9 does; the updates of the same date are inferred.]
"""

ALL_ISSUERS_FROM = {8: (8, 371), 11: (11, 0, 19), 17: (17, 0, 7)}
"""First update whose builder does not try the roots alone first.

[M: 11.0.13, 17.0.2 and 17.0.3 do, 17.0.7 does not; those between are taken to be like the nearest earlier one, the
updates of other releases by date.]
"""

LEADING_DOTS_FROM = {17: (17, 0, 15), 21: (21, 0, 7)}
"""First update in which a DNS constraint with a leading dot means what is below; before, it and an empty one match
nothing [D: JDK-8311546 of Java 22 and its backports; M: 17.0.9, 21.0.2 do not, 17.0.15, 25.0.2 do]."""

ADDRESSES_FROM = {20: (20,)}
"""First release that tells IPv4 and IPv6 networks apart [D: JDK-8267617; M: 17.0.15 does not, 21.0.2 does]."""

STARS_FIRST_FROM = {19: (19,)}
"""First release in which only the left-most label of a host name may have wildcards [D: JDK-7192189; M: 17.0.15 takes
them in all, 21.0.2 does not]."""

MEASURED_ALONE = (17,)
"""The release with which ``builder`` and ``validator`` were measured."""

_ALONE = ("builder", "validator")
"""Without SunJSSE, which alone looks at the root's basic constraints and key usage (``verifyTrustAnchor``)."""

MIN_RSA_BITS = 1024
"""jdk.certpath.disabledAlgorithms: "RSA keySize < 1024" [D: java.security of 7u40 and later]."""


def family(version: str = "17") -> Family:
    """SunJSSE's trust manager of one Java release or update, or one of the two algorithms on its own."""
    measured = re.split(r"[.u-]", version)[0] in MEASURED
    release = tuple(int(number) for number in re.findall(r"\d+", version))
    checked = version not in _ALONE and reached(release, ANCHOR_CHECKED_FROM)
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
        stop=Stop.FIRST_BUT_ANCHOR if checked else Stop.FIRST_GOOD,
        select=as_a_tree_set if reached(release, ALL_ISSUERS_FROM) else roots_first,
        anchors=AnchorIdentity.STORE,
        leaf_trust=LeafTrust.SELF_SIGNED if version == "validator" else LeafTrust.UNQUESTIONED,
        switches=Switches(
            anchor=Anchor.CA | Anchor.KEY_USAGE | Anchor.SAYS_CA if checked else Anchor.NOTHING,
            ca_purposes=False,
            names=_names(release or MEASURED_ALONE),
            rejected_schemes=schemes,
            min_rsa_bits=MIN_RSA_BITS,
            host=HostRules(
                WITHOUT_DNS, stars_in_label if reached(release or MEASURED_ALONE, STARS_FIRST_FROM) else stars_in_labels
            ),
        ),
        note=nearest_note(release[:1], MEASURED_RELEASES, "Java"),
        prepare={"builder": _build, "validator": _validated}.get(version, validate_or_build)
        if reached(release, CONSTRAINTS_CHECKED_FROM)
        else _before_october_2023,
    )


def reached(release: tuple[int, ...], since: Mapping[int, tuple[int, ...]]) -> bool:
    """Whether an update has what came with the updates ``since``; a release without update number is its last one."""
    if not release:
        return True
    first = since.get(release[0])
    if first is None:
        return release[0] > max(since)
    return len(release) == 1 or release >= first


def _names(release: tuple[int, ...]) -> NameRules:
    """``GeneralNameInterface.constrains`` of one release."""
    return replace(
        OLD_NAMES,
        dns=_dns_subtree if reached(release, LEADING_DOTS_FROM) else unaided_dns_subtree,
        ip=ip_subtree if reached(release, ADDRESSES_FROM) else _bytewise_subtree,
    )


def _dns_subtree(name: GeneralName, tree: GeneralName, excluded: bool) -> Fit:
    """An empty constraint ends in an exception."""
    return dns_subtree(name, tree, excluded) if tree.value else Fit.REFUSED


def _bytewise_subtree(name: GeneralName, tree: GeneralName, _excluded: bool) -> Fit:
    """Byte by byte, whatever the IP versions; where the address has too few bytes, an exception."""
    address, network = ipaddress.ip_address(name.value).packed, ipaddress.ip_network(tree.value)
    pairs = zip(address, network.network_address.packed, network.netmask.packed, strict=False)
    if any(byte & mask != wanted for byte, wanted, mask in pairs):
        return Fit.OUTSIDE
    return Fit.REFUSED if len(address) < len(network.netmask.packed) else Fit.INSIDE


def _other(name: GeneralName, tree: GeneralName, excluded: bool) -> Fit:
    """Equal registered IDs fit; others, and other forms, end in an exception. What the ID is, is not kept."""
    if name.value != tree.value:
        return Fit.APART
    return Fit.UNKNOWN if name.value == REGISTERED_ID and not excluded else Fit.REFUSED


OLD_NAMES = NameRules(
    dns=unaided_dns_subtree,
    ip=_bytewise_subtree,
    email=caseless_mail_subtree,
    uri=any_uri_subtree,
    other=_other,
    common_name=CommonName.WITHOUT_NAMES,
)
"""Up to Java 19."""


def valid_above_the_leaf(candidate: Candidate) -> bool:
    """A root must be valid now, unless it issued the leaf itself.

    ``ForwardBuilder`` looks among the roots before it sets the date in its selector, which it then keeps for the
    following steps [I: from the code; measured].
    """
    return len(candidate.path) == 1 or valid_now(candidate)


def permits_names_below(candidate: Candidate) -> bool:
    """Its name constraints permit the subject names and SANs below it, self-issued CAs left out.

    ``X509CertSelector.matchPathToNames`` with ``ForwardState.subjectNamesTraversed``.
    """
    constraints = candidate.issuer.extensions.name_constraints
    if constraints is None:
        return True
    below = [s.certificate for n, s in enumerate(candidate.path) if n == 0 or not s.certificate.self_issued]
    issuer, graph = candidate.issuer, candidate.scene.graph
    return not any(
        judged_breaches(graph, (issuer.sha256, lower.sha256), constraints, partial(names_of, lower), OLD_NAMES)
        for lower in below
    )


def as_a_tree_set(candidates: list[Candidate]) -> list[Candidate]:
    """In ``PKIXCertComparator``'s order: the key named, then issuers with a root's name; of equals the last found.

    Found are roots, then served certificates, each in the order of a ``HashSet``; a served copy of a root is that root
    [I: from the code; measured]. The distance of names, which the comparator looks at last, is not modelled.
    """
    if len(candidates) < 2:
        return candidates
    roots = {candidate.issuer.sha256 for candidate in candidates if candidate.trusted}
    found = [candidate for candidate in candidates if candidate.trusted or candidate.issuer.sha256 not in roots]
    found.sort(key=lambda candidate: (not candidate.trusted, _bucket_of(candidate)))
    latest = found[::-1]
    return sorted(latest, key=lambda candidate: (not has_named_key(candidate), not _leads_to_root(candidate)))


def roots_first(candidates: list[Candidate]) -> list[Candidate]:
    """Issuers from the store are tried alone before all are, which the same order gives but for their checks."""
    return sorted(as_a_tree_set(candidates), key=lambda candidate: not candidate.trusted)


def has_named_key(candidate: Candidate) -> bool:
    """The child names a key identifier and the candidate has it."""
    wanted = candidate.child.aki.key_id
    return wanted is not None and wanted == candidate.issuer.ski


def _leads_to_root(candidate: Candidate) -> bool:
    return bool(candidate.scene.trust.anchors_named(candidate.issuer.issuer))


def _bucket_of(candidate: Candidate) -> int:
    issuer = candidate.issuer
    return candidate.scene.graph.answers.once(("HashSet", issuer.sha256), lambda: hash_bucket(issuer))


def hash_bucket(certificate: Certificate) -> int:
    """Where a ``HashSet`` of 16 buckets keeps it: by ``Arrays.hashCode`` of the encoding."""
    value = 1
    for byte in certificate.der or b"":
        value = (31 * value + (byte - 256 if byte > 127 else byte)) & 0xFFFFFFFF
    return (value ^ value >> 16) & 15


def validate_or_build(table: Family, scene: Scene) -> Prepared:
    """An ordered list that ends at a trusted key is validated only; else a path is built."""
    served = scene.handshake.served
    if _trusted(served[0], scene):
        return _build(table, scene)
    for position, (child, issuer) in enumerate(pairwise(served), start=1):
        if child.issuer.key != issuer.subject.key:
            return _build(table, scene)
        if _trusted(issuer, scene) or _trusted_key(issuer, scene):
            return _validate(table, served[:position])
    last = served[-1]
    if any(scene.graph.signature(last, root).holds for root in scene.trust.anchors_named(last.issuer)):
        return _validate(table, served)
    return _build(table, scene)


def _build(table: Family, scene: Scene) -> Prepared:
    return Prepared(replace(table, prepare=None), scene.handshake)


def _before_october_2023(table: Family, scene: Scene) -> Prepared:
    """Name constraints only as a rule for issuers while building."""
    prepared = validate_or_build(table, scene)
    if prepared.family.stop is Stop.FIRST_PATH:
        return prepared
    built = prepared.family
    return replace(
        prepared,
        family=replace(
            built,
            served_rules=(*built.served_rules, permits_names_below),
            store_rules=(*built.store_rules, permits_names_below),
            switches=replace(built.switches, names=NameRules(Names.IGNORED)),
        ),
    )


def _validated(table: Family, scene: Scene) -> Prepared:
    """``CertPathValidator`` on the list without a self-issued end, as programs call it."""
    served = scene.handshake.served
    prepared = _validate(table, served[:-1] if len(served) > 1 and served[-1].self_issued else served)
    return replace(prepared, family=replace(prepared.family, loop=anything_goes))  # a root may stand on itself


def _validate(table: Family, served: tuple[Certificate, ...]) -> Prepared:
    lenient = replace(
        table, store_rules=(signature_holds, key_id_fits, serial_fits), order=by_key_id, select=as_found, choices=1
    )
    return linear(lenient, served)


def _trusted(certificate: Certificate, scene: Scene) -> bool:
    return certificate in scene.trust.anchors_named(certificate.subject)


def _trusted_key(certificate: Certificate, scene: Scene) -> bool:
    return any(root.entity == certificate.entity for root in scene.trust.anchors_named(certificate.subject))
