"""Which certificates Windows takes for the issuer of another.

With issuer and serial number in the authority key identifier: exact match; with a key identifier: key match, which
does not look at the name [F, strong: Let's Encrypt X1 put above leaves of "X3", ACMESharp#119, win-acme#177]; without
either: name match [D: CERT_TRUST_STATUS; W: the info bits]. Whether a failed exact or key match falls back is not
documented [?]: the union is taken and the better match preferred [I].
"""

from __future__ import annotations

from collections.abc import Container
from enum import IntEnum

from chainlab.certificate import Certificate
from chainlab.graph import CertGraph
from chainlab.records import dataclass
from chainlab.windows.status import TrustInfo


class Match(IntEnum):
    """How the issuer was found; higher is better."""

    NAME = 1
    KEY = 2
    EXACT = 3

    @property
    def info(self) -> TrustInfo:
        """The bit that Windows sets on the subject's element."""
        return {
            Match.EXACT: TrustInfo.HAS_EXACT_MATCH_ISSUER,
            Match.KEY: TrustInfo.HAS_KEY_MATCH_ISSUER,
            Match.NAME: TrustInfo.HAS_NAME_MATCH_ISSUER,
        }[self]


@dataclass(frozen=True, slots=True)
class IssuerMatch:
    """A candidate issuer and how it was found."""

    certificate: Certificate
    match: Match


def match_of(child: Certificate, issuer: Certificate) -> Match | None:
    """How ``issuer`` matches the issuer fields of ``child``; ``None`` if it does not. Signatures are not looked at."""
    aki = child.aki
    if aki.issuer is not None and aki.serial == issuer.serial and aki.issuer.key == issuer.issuer.key:
        return Match.EXACT
    if aki.key_id is not None and aki.key_id == issuer.ski:
        return Match.KEY
    if child.issuer.same_bytes(issuer.subject):
        return Match.NAME
    return None


def self_match(certificate: Certificate) -> Match:
    """The match bit of a self-signed certificate: key match if it has an authority key identifier, else name [W]."""
    return Match.KEY if certificate.aki.key_id is not None else Match.NAME


def wanted_match(certificate: Certificate) -> Match:
    """How Windows looks for the issuer: by issuer and serial number, else by key identifier, else by name [D]."""
    if certificate.aki.issuer is not None and certificate.aki.serial is not None:
        return Match.EXACT
    return self_match(certificate)


def issuer_candidates(child: Certificate, graph: CertGraph, among: Container[Certificate]) -> list[IssuerMatch]:
    """Every certificate ``among`` the engine's stores that could be the issuer, best match first, then by fingerprint.

    Candidates whose key does not verify the signature lose to those whose key does [W: chain11]; they are kept only
    when nothing better is there, so that the failure can be shown.
    """
    matched = [
        IssuerMatch(issuer, match)
        for issuer in graph.possible_issuers(child)
        if issuer != child and issuer in among and (match := match_of(child, issuer)) is not None
    ]
    verified = [candidate for candidate in matched if graph.signature(child, candidate.certificate).holds]
    return sorted(verified or matched, key=lambda candidate: (-candidate.match, candidate.certificate.sha256))
