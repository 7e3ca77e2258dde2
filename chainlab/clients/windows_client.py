"""A Windows client's verdict by Windows' own engine: the engine of ``chainlab.windows`` on a client's stores.

The client's Root store is its trust-store snapshot (Microsoft's program list: automatic root update brings any of its
roots when a chain needs it), its Untrusted store what the snapshot distrusts by name, and the certificates of the
handshake lie in the CA store's place, as Schannel hands them over in ``hAdditionalStore`` [D:
nf-wincrypt-certgetcertificatechain]. The winner of the quality ranking is judged by the SSL chain policy: any error bit
refuses [D: CERT_CHAIN_POLICY_SSL]; of equally good chains it does not matter which one wins.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from chainlab.certificate import Certificate
from chainlab.graph import CertGraph
from chainlab.paths.checks import Question
from chainlab.paths.names import HostRules, matches_host
from chainlab.paths.reasons import Problem, Reason
from chainlab.paths.result import BuildResult, JudgedPath
from chainlab.paths.search import End
from chainlab.paths.trust import TrustLevel, TrustSetting, TrustStore
from chainlab.properties import StoreProperties
from chainlab.server import LM_AUTHROOT, LM_CA, LM_DISALLOWED, Server, StoreEntry
from chainlab.verifiers import Handshake
from chainlab.windows.engine import predict_chain
from chainlab.windows.selection import Policy, WindowsPath
from chainlab.windows.status import TrustError

REASONS: Final[tuple[tuple[TrustError, Reason], ...]] = (
    (TrustError.IS_EXPLICIT_DISTRUST | TrustError.IS_REVOKED, Reason.DISTRUSTED),
    (TrustError.IS_UNTRUSTED_ROOT, Reason.NO_ANCHOR),
    (TrustError.HAS_WEAK_SIGNATURE, Reason.WEAK_SIGNATURE),
    (TrustError.IS_NOT_SIGNATURE_VALID, Reason.BAD_SIGNATURE),
    (TrustError.INVALID_BASIC_CONSTRAINTS, Reason.NOT_A_CA),
    (TrustError.IS_NOT_VALID_FOR_USAGE, Reason.WRONG_PURPOSE),
    (
        TrustError.HAS_NOT_PERMITTED_NAME_CONSTRAINT
        | TrustError.HAS_EXCLUDED_NAME_CONSTRAINT
        | TrustError.INVALID_NAME_CONSTRAINTS
        | TrustError.HAS_NOT_SUPPORTED_NAME_CONSTRAINT
        | TrustError.HAS_NOT_DEFINED_NAME_CONSTRAINT,
        Reason.NAME_CONSTRAINT,
    ),
    (TrustError.INVALID_EXTENSION | TrustError.HAS_NOT_SUPPORTED_CRITICAL_EXT, Reason.CRITICAL_EXTENSION),
    (TrustError.NO_ISSUANCE_CHAIN_POLICY | TrustError.INVALID_POLICY_CONSTRAINTS, Reason.WRONG_PURPOSE),
)
"""Error bits of a chain element and what they mean for a client, most telling first."""

HOST_RULES: Final = HostRules(common_name_fallback=True)
"""CERT_CHAIN_POLICY_SSL takes the CN where there is no DNS name [D]."""


def build_windows(handshake: Handshake, trust: TrustStore, graph: CertGraph, question: Question) -> BuildResult:
    """The chain that Windows builds for a served list, and what its SSL policy says to it."""
    leaf = handshake.served[0]
    server = Server(
        entries=tuple(_entries(handshake.served, trust, graph.certificates)),
        root_update=False,
        aia=bool(handshake.fetchable),
        fetchable=handshake.fetchable,
    )
    winner = predict_chain(server, graph, leaf, question.at).choices[Policy.KB].winner
    judged = _judged(winner, question)
    return BuildResult((judged,), 0 if judged.good else None)


def _entries(
    served: Iterable[Certificate], trust: TrustStore, certificates: Iterable[Certificate]
) -> Iterator[StoreEntry]:
    for certificate in served:
        yield StoreEntry(certificate, LM_CA, source="the handshake")
    for certificate in certificates:
        setting = trust.setting(certificate)
        if setting.level is TrustLevel.ANCHOR:
            yield StoreEntry(certificate, LM_AUTHROOT, _properties(setting), "the client's roots")
        elif setting.level is TrustLevel.DISTRUSTED:
            yield StoreEntry(certificate, LM_DISALLOWED, source="the client's untrusted certificates")


def _properties(setting: TrustSetting) -> StoreProperties:
    return StoreProperties(purposes=setting.purposes, not_before_after=setting.issued_before)


def _judged(winner: WindowsPath, question: Question) -> JudgedPath:
    trusted = not winner.status & (TrustError.IS_UNTRUSTED_ROOT | TrustError.IS_PARTIAL_CHAIN)
    path = replace(winner.path, end=End.ANCHOR) if trusted else winner.path
    return JudgedPath(path, tuple(_problems(winner, question)))


def _problems(winner: WindowsPath, question: Question) -> Iterator[Problem]:
    top = winner.certificates[-1]
    if TrustError.IS_PARTIAL_CHAIN in winner.status:
        reason = Reason.NO_ANCHOR if top.is_ca else Reason.MISSING_INTERMEDIATE
        yield Problem(reason, top, f"its issuer '{top.issuer.common}' is not trusted and not served")
    for position, element in enumerate(winner.elements):
        if TrustError.IS_NOT_TIME_VALID in element.error:
            yield _out_of_time(element.certificate, position, winner, question)
        note = "; ".join(element.notes)
        for bits, reason in REASONS:
            if element.error & bits:
                yield Problem(reason, element.certificate, note)
                break
    leaf = winner.certificates[0]
    if question.host and not matches_host(leaf, question.host, HOST_RULES):
        yield Problem(Reason.HOST_MISMATCH, leaf, f"does not name '{question.host}'")


def _out_of_time(certificate: Certificate, position: int, winner: WindowsPath, question: Question) -> Problem:
    if question.at < certificate.not_before:
        return Problem(Reason.NOT_YET_VALID, certificate, f"not valid before {certificate.not_before:%Y-%m-%d}")
    late = Reason.EXPIRED_ANCHOR if certificate == winner.root else Reason.EXPIRED_INTERMEDIATE
    return Problem(
        late if position else Reason.EXPIRED_LEAF, certificate, f"expired on {certificate.not_after:%Y-%m-%d}"
    )
