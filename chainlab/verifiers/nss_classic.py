"""NSS's old path code (``CERT_VerifyCert``): Firefox up to 30, Thunderbird, Red Hat's tools, ``vfychain``, ``tstclnt``.

Models: ``cert_VerifyCertChainOld`` takes one issuer at each step and never another. Of all certificates with the
issuer's name (bytes), served and stored, those remain whose key identifier fits, or of these the one with the issuer
and serial number that the authority key identifier names; of these the CAs; the best of them is one that may sign
(``CERT_IsCACert``: extended key usages do not matter here), then one valid now, then a trusted one, then the newer; of
equals the last served. The path ends at the first trusted issuer; its validity, path length and name constraints are
judged, not its key usage; by its trust it is a CA even without basic constraints. A server certificate with an RSA key
needs keyEncipherment where it has a key usage. Constraints on registered IDs and other names are passed over. Sources:
3.87.1 (tstclnt, vfychain) measured 2026-11-20; lib/certhigh/certvfy.c, lib/pki/certificate.c, lib/pki/pki3hack.c,
lib/pki/pkibase.c. Not modelled: certificates cached from earlier connections; ``vfychain`` checks no host name.
"""

from __future__ import annotations

from functools import reduce

from chainlab import oids
from chainlab.certificate import Certificate
from chainlab.paths.hosts import WITHOUT_DNS, HostRules
from chainlab.paths.name_rules import (
    CommonName,
    NameRules,
    any_uri_subtree,
    caseless_mail_subtree,
    passed_over,
)
from chainlab.paths.switches import Anchor, Switches
from chainlab.verifiers.family import Basis, Candidate, Family, LeafTrust, Matching, Stop, named
from chainlab.verifiers.rules import key_id_fits, may_sign, says_ca, valid_now

VERSIONS = ("",)

SWITCHES = Switches(
    anchor=Anchor.VALIDITY | Anchor.CA | Anchor.PATH_LENGTH | Anchor.NAMES,
    any_on_leaf=False,
    any_on_ca=False,
    trust_makes_ca=True,
    also_on_ca=frozenset({oids.CLIENT_AUTH}),
    names=NameRules(
        email=caseless_mail_subtree,
        uri=any_uri_subtree,
        other=passed_over,
        common_name=CommonName.WITHOUT_NAMES,
    ),
    leaf_key_usage=frozenset({"digital_signature", "key_agreement"}),
    rsa_leaf_key_usage=frozenset({"key_encipherment"}),
    host=HostRules(WITHOUT_DNS),
)
"""Checks of both of NSS's builders."""


def family(version: str = "") -> Family:
    """The classic path code."""
    rules = (key_id_fits, can_issue)
    return Family(
        id=named("nss-classic", version),
        title="NSS (classic)",
        basis=Basis.MEASURED,
        sources=("measured 2026-11-20 with NSS 3.87.1", "lib/certhigh/certvfy.c"),
        stop=Stop.FIRST_PATH,
        matching=Matching.BYTES,
        leaf_trust=LeafTrust.NEVER,
        served_rules=rules,
        store_rules=rules,
        select=best_alone,
        choices=1,
        self_signed_ends=True,
        switches=SWITCHES,
    )


def can_issue(candidate: Candidate) -> bool:
    """A trusted certificate, or one whose basic constraints say that it is a CA."""
    return candidate.trusted or says_ca(candidate)


def identified(candidate: Candidate) -> bool:
    """``nssCertIDMatch_Yes``: where the child names issuer and serial number, those decide; else its key identifier."""
    aki, issuer = candidate.child.aki, candidate.issuer
    if aki.issuer is not None:
        return aki.issuer.same_bytes(issuer.issuer) and aki.serial == issuer.serial
    return aki.key_id is not None and aki.key_id == issuer.ski


def best_alone(candidates: list[Candidate]) -> list[Candidate]:
    """``nssCertificateArray_FindBestCertificate`` over served certificates, then stored ones."""
    exact = [candidate for candidate in candidates if identified(candidate)]
    listed = sorted(exact or candidates, key=lambda candidate: candidate.trusted)
    return [reduce(_better, listed)] if listed else []


def _better(best: Candidate, other: Candidate) -> Candidate:
    for quality in (may_sign, valid_now, lambda candidate: candidate.trusted):
        if quality(best) != quality(other):
            return best if quality(best) else other
    return best if _newer(best.issuer, other.issuer, best) else other


def _newer(one: Certificate, other: Certificate, candidate: Candidate) -> bool:
    """``CERT_IsNewer``: starts and ends later; else the one that starts later, unless it has expired."""
    at = candidate.scene.question.at
    starts, ends = one.not_before > other.not_before, one.not_after > other.not_after
    if starts and not ends:
        return one.not_after >= at
    return ends and (starts or other.not_after < at)
