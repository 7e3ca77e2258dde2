"""wolfSSL as Debian builds it, with WOLFSSL_ALT_CERT_CHAINS.

Models: ``ProcessPeerCerts`` loads the served list from its end. A certificate whose issuer is known is verified: a bad
signature, a date or a name constraint of that issuer ends the handshake; if it is a CA whose key is not known yet, it
becomes an issuer itself, for which it needs keyCertSign. A CA whose issuer is not known is passed over. The server's
certificate then needs a known issuer. Issuers are found by the key identifier that the child names (a certificate
without one is not found that way), else by name, roots first. A root with an unknown critical extension is not loaded.
Anchors do not expire and are not judged; extended key usages of CAs are ignored; where DNS names are permitted, every
certificate below must have one. Sources: 5.5.4 measured 2026-11-20; src/internal.c. A device build without that option
refuses every certificate whose issuer is not known (not measured).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from chainlab.certificate import Certificate
from chainlab.paths.checks import UNDERSTOOD, Anchor, Names, Switches
from chainlab.paths.names import HostRules, names_of, violation
from chainlab.paths.reasons import Problem, Reason
from chainlab.verifiers.family import Basis, Family, Matching, Prepared, Scene, SubjectIndex, linear, named

VERSIONS = ("",)


def family(version: str = "") -> Family:
    """wolfSSL 5.5 with alternative chains."""
    return Family(
        id=named("wolfssl", version),
        title="wolfSSL",
        basis=Basis.MEASURED,
        sources=("measured 2026-11-20 with wolfSSL 5.5.4", "src/internal.c"),
        matching=Matching.BYTES,
        switches=Switches(
            anchor=Anchor.NOTHING,
            ca_purposes=False,
            name_constraints=Names.IGNORED,  # judged while loading, against the direct issuer alone
            host=HostRules(common_name_fallback=True),
        ),
        prepare=_from_the_end,
    )


@dataclass(slots=True)
class _Manager:
    """The certificate manager: the roots, and the served CAs loaded so far."""

    scene: Scene
    loaded: set[Certificate] = field(default_factory=set)
    by_subject: SubjectIndex = field(default_factory=SubjectIndex)
    key_ids: set[bytes | None] = field(default_factory=set)

    def issuer(self, child: Certificate) -> Certificate | None:
        """By the key identifier that the child names, or its own (self-signed), else by name."""
        roots = [root for root in self.scene.trust.anchors_named(child.issuer) if _loads(root)]
        found = [c for c in (*roots, *self.by_subject.named(child.issuer)) if child.issuer.same_bytes(c.subject)]
        for wanted in filter(None, (child.aki.key_id, child.ski)):
            by_key = next((c for c in found if _has_key_id(c, wanted)), None)
            if by_key is not None:
                return by_key
        return found[0] if found and child.aki.key_id is None else None

    def load(self, certificate: Certificate) -> Iterator[Problem]:
        """Keep a verified CA, unless one with its key identifier is known; it must have keyCertSign."""
        roots = [root for root in self.scene.trust.anchors_named(certificate.subject) if _loads(root)]
        if not certificate.is_ca or certificate.ski in self.key_ids or any(c.ski == certificate.ski for c in roots):
            return
        self.loaded.add(certificate)
        self.by_subject.add(certificate)
        self.key_ids.add(certificate.ski)
        if "key_cert_sign" not in (certificate.extensions.key_usage or ()):
            yield Problem(Reason.KEY_USAGE, certificate, "a CA without keyCertSign")


def _from_the_end(table: Family, scene: Scene) -> Prepared:
    """Load the list from its end, then walk from the leaf up through what was loaded."""
    manager, problems = _Manager(scene), list[Problem]()
    issuers: dict[str, Certificate] = {}
    leaf, *others = scene.handshake.served
    for position, certificate in enumerate([*reversed(others), leaf]):
        issuer = manager.issuer(certificate)
        if issuer is not None:
            issuers[certificate.sha256] = issuer
            problems.extend(_faults(certificate, issuer, scene))
            problems.extend(manager.load(certificate) if position < len(others) else ())
        elif not certificate.is_ca:
            problems.append(Problem(Reason.MISSING_INTERMEDIATE, certificate, "its issuer is not known"))
    path = [leaf]
    while (above := issuers.get(path[-1].sha256)) is not None and above not in path:
        if above not in manager.loaded:
            return linear(table, path, tuple(problems), anchor=above)
        path.append(above)
    return linear(table, path, tuple(problems))


def _has_key_id(certificate: Certificate, wanted: bytes) -> bool:
    """Without the extension the key's hash stands in: the usual value for RSA, another one for elliptic curves."""
    return certificate.ski == wanted or (certificate.ski is None and certificate.key.algorithm == "RSA")


def _loads(root: Certificate) -> bool:
    return not root.extensions.critical - UNDERSTOOD


def _faults(child: Certificate, issuer: Certificate, scene: Scene) -> Iterator[Problem]:
    """What ends the handshake when a certificate of the list is verified with its issuer."""
    if not scene.graph.signature(child, issuer).holds:
        yield Problem(Reason.BAD_SIGNATURE, child, f"not signed by the key of '{issuer.subject.common}'")
    if child.extensions.critical - UNDERSTOOD:
        yield Problem(Reason.CRITICAL_EXTENSION, child, "has a critical extension that is not understood")
    if not child.valid_at(scene.question.at):
        yield Problem(Reason.EXPIRED_INTERMEDIATE, child, "not valid now, and its issuer is known")
    limit, own = _path_length(issuer), _path_length(child)
    if not child.self_issued and limit is not None and own is not None and own >= limit:
        yield Problem(Reason.PATH_LENGTH, child, f"its path length {own} is not below that of its issuer")
    constraints = issuer.extensions.name_constraints
    if constraints is None:
        return
    needed = any(tree.kind == "dns" for tree in constraints.permitted)
    named_so = names_of(child)
    if violation(constraints, named_so) or (needed and not any(name.kind == "dns" for name in named_so)):
        yield Problem(Reason.NAME_CONSTRAINT, issuer, "does not permit the names below it")


def _path_length(certificate: Certificate) -> int | None:
    constraints = certificate.extensions.basic_constraints
    return constraints.path_length if constraints is not None else None
