"""wolfSSL as Debian builds it, with WOLFSSL_ALT_CERT_CHAINS.

Models: ``ProcessPeerCerts`` loads the served list from its end: a certificate whose issuer is known is verified and
becomes an issuer itself, one whose issuer is not known is passed over, and one that is known but wrong (expired, bad
signature, violated constraints) ends the handshake. The server's certificate then needs a known issuer; where two bear
its name the authority key identifier decides. Anchors are looked up by name and key and do not expire; extended key
usages of CAs are ignored. Sources: 5.5.4 measured 2026-11-20; src/internal.c. A device build without that option
refuses every certificate whose issuer is not known (not measured).
"""

from __future__ import annotations

from chainlab.certificate import Certificate
from chainlab.paths.checks import Anchor, Switches
from chainlab.paths.names import HostRules
from chainlab.paths.reasons import Problem, Reason
from chainlab.verifiers.family import Basis, Family, Matching, Prepared, Scene, linear, named

VERSIONS = ("",)


def family(version: str = "") -> Family:
    """wolfSSL 5.5 with alternative chains."""
    return Family(
        id=named("wolfssl", version),
        title="wolfSSL",
        basis=Basis.MEASURED,
        sources=("measured 2026-11-20 with wolfSSL 5.5.4", "src/internal.c"),
        matching=Matching.BYTES,
        switches=Switches(anchor=Anchor.NOTHING, ca_purposes=False, host=HostRules(common_name_fallback=True)),
        prepare=_from_the_end,
    )


def _from_the_end(table: Family, scene: Scene) -> Prepared:
    """Load the list from its end, then walk from the leaf up through what was loaded."""
    loaded: dict[str, Certificate] = {}
    issuer_of: dict[str, Certificate | None] = {}
    problems: list[Problem] = []
    for certificate in reversed(scene.handshake.served):
        known = _known_issuer(certificate, loaded, scene)
        issuer_of.setdefault(certificate.sha256, known)
        if known is None:
            continue
        if not certificate.valid_at(scene.question.at):
            problems.append(Problem(Reason.EXPIRED_INTERMEDIATE, certificate, "expired, and its issuer is known"))
        loaded[certificate.sha256] = certificate
    path = [scene.handshake.served[0]]
    while (above := issuer_of.get(path[-1].sha256)) is not None and above not in path:
        path.append(above)
    return linear(table, path, tuple(problems))


def _known_issuer(child: Certificate, loaded: dict[str, Certificate], scene: Scene) -> Certificate | None:
    """By key identifier where there is one, else by name; the last loaded first."""
    held = [c for c in reversed(loaded.values()) if child.issuer.same_bytes(c.subject)]
    named_so = [*held, *scene.trust.anchors_named(child.issuer)]
    by_key = [c for c in named_so if child.aki.key_id is not None and c.ski == child.aki.key_id]
    return next(iter(by_key or named_so), None)
