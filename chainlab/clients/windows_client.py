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
from itertools import pairwise
from typing import Final

from chainlab.certificate import Certificate
from chainlab.graph import CertGraph
from chainlab.paths.checks import Question, late, out_of_time, unchecked_signature, undecodable_extension
from chainlab.paths.hosts import matches_host
from chainlab.paths.name_constraints import too_many_names
from chainlab.paths.reach import anchor_in_reach
from chainlab.paths.reasons import Problem, Reason
from chainlab.paths.result import BuildResult, JudgedPath
from chainlab.paths.search import End
from chainlab.paths.switches import BROKEN_HASHES, Switches
from chainlab.paths.trust import TrustLevel, TrustSetting, TrustStore
from chainlab.properties import StoreProperties
from chainlab.records import dataclass
from chainlab.server import LM_AUTHROOT, LM_CA, LM_DISALLOWED, Server, StoreEntry
from chainlab.verifiers import Handshake
from chainlab.windows.engine import predict_chain
from chainlab.windows.name_constraints import compared
from chainlab.windows.selection import Policy, WindowsPath
from chainlab.windows.status import NAME_CONSTRAINT_ERRORS, TrustError

REASONS: Final[tuple[tuple[TrustError, Reason], ...]] = (
    (TrustError.IS_EXPLICIT_DISTRUST | TrustError.IS_REVOKED, Reason.DISTRUSTED),
    (TrustError.IS_UNTRUSTED_ROOT, Reason.NO_ANCHOR),
    (TrustError.HAS_WEAK_SIGNATURE, Reason.WEAK_SIGNATURE),
    (TrustError.IS_NOT_SIGNATURE_VALID, Reason.BAD_SIGNATURE),
    (TrustError.INVALID_BASIC_CONSTRAINTS, Reason.NOT_A_CA),
    (TrustError.IS_NOT_VALID_FOR_USAGE, Reason.WRONG_PURPOSE),
    (NAME_CONSTRAINT_ERRORS, Reason.NAME_CONSTRAINT),
    (TrustError.INVALID_EXTENSION | TrustError.HAS_NOT_SUPPORTED_CRITICAL_EXT, Reason.CRITICAL_EXTENSION),
    (TrustError.NO_ISSUANCE_CHAIN_POLICY | TrustError.INVALID_POLICY_CONSTRAINTS, Reason.WRONG_PURPOSE),
)
"""Error bits of a chain element and what they mean for a client, most telling first."""


def build_windows(
    handshake: Handshake, trust: TrustStore, graph: CertGraph, question: Question, switches: Switches
) -> BuildResult:
    """The chain that Windows builds for a served list, and what its SSL policy says to it.

    Of ``switches`` the program's own rules count: host names, and hashes that it refuses beside what Windows does.
    """
    leaf = handshake.served[0]
    server = Server(
        entries=tuple(_entries(handshake.served, trust, graph)),
        root_update=False,
        aia=bool(handshake.fetchable),
        fetchable=handshake.fetchable,
    )
    prediction = predict_chain(server, graph, leaf, question.at, (Policy.KB,), question.purpose)
    judged = _judged(prediction.chosen, Case(graph, question, switches))
    open_ended = prediction.budget_exceeded and anchor_in_reach(leaf, trust, graph)
    return BuildResult((judged,), 0 if judged.good else None, open_ended)


def _entries(served: Iterable[Certificate], trust: TrustStore, graph: CertGraph) -> Iterator[StoreEntry]:
    for certificate in served:
        yield StoreEntry(certificate, LM_CA, source="the handshake")
    key = "a client's stores", id(trust)
    yield from graph.answers.once(key, lambda: tuple(_own_stores(trust, graph.certificates)), keep=trust)


def _own_stores(trust: TrustStore, certificates: Iterable[Certificate]) -> Iterator[StoreEntry]:
    for certificate in certificates:
        setting = trust.setting(certificate)
        if setting.level is TrustLevel.ANCHOR:
            yield StoreEntry(certificate, LM_AUTHROOT, _properties(setting), "the client's roots")
        elif setting.level is TrustLevel.DISTRUSTED:
            yield StoreEntry(certificate, LM_DISALLOWED, source="the client's untrusted certificates")


def _properties(setting: TrustSetting) -> StoreProperties:
    return StoreProperties(purposes=setting.purposes, not_before_after=setting.issued_before)


@dataclass(frozen=True, slots=True)
class Case:
    """What a chain is judged for beside its status."""

    graph: CertGraph
    question: Question
    switches: Switches


def _judged(winner: WindowsPath, case: Case) -> JudgedPath:
    trusted = not winner.status & (TrustError.IS_UNTRUSTED_ROOT | TrustError.IS_PARTIAL_CHAIN)
    path = replace(winner.path, end=End.ANCHOR) if trusted else winner.path
    return JudgedPath(path, tuple(_problems(winner, case)))


def _problems(winner: WindowsPath, case: Case) -> Iterator[Problem]:
    yield from _status_problems(winner, case.question)
    yield from _signature_problems(winner, case)
    yield from _uncompared_names(winner, case.graph)
    for certificate in winner.certificates:
        yield from undecodable_extension(certificate, strict=True)
    leaf, host = winner.certificates[0], case.question.host
    if host and not matches_host(leaf, host, case.switches.host):
        yield Problem(Reason.HOST_MISMATCH, leaf, f"does not name '{host}'")


def _status_problems(winner: WindowsPath, question: Question) -> Iterator[Problem]:
    """What the status bits of the chain say."""
    top = winner.certificates[-1]
    if TrustError.IS_PARTIAL_CHAIN in winner.status:
        reason = Reason.NO_ANCHOR if top.is_ca else Reason.MISSING_INTERMEDIATE
        yield Problem(reason, top, f"its issuer '{top.issuer.common}' is not trusted and not served")
    for position, element in enumerate(winner.elements):
        if TrustError.IS_NOT_TIME_VALID in element.error:
            expired = late(position, is_root=element.certificate == winner.root)
            yield from out_of_time(element.certificate, question.at, expired)
        note = "; ".join(element.notes)
        for bits, reason in REASONS:
            if element.error & bits:
                yield Problem(reason, element.certificate, note)
                break


def _uncompared_names(winner: WindowsPath, graph: CertGraph) -> Iterator[Problem]:
    """Name constraints that are too many to be compared: no bit says so."""
    leaf, *issuers = winner.certificates
    for issuer in issuers:
        constraints = issuer.extensions.name_constraints
        if constraints is not None and compared(graph, issuer.sha256, constraints, leaf) is None:
            yield too_many_names(issuer)


def _signature_problems(winner: WindowsPath, case: Case) -> Iterator[Problem]:
    """Signatures that nobody here can check, and hashes that this client refuses beyond Windows itself."""
    for child, issuer in pairwise(winner.certificates):
        signature = case.graph.signature(child, issuer)
        if signature.undecided:
            yield unchecked_signature(child, signature)
        if child.signature.hash in case.switches.rejected_hashes - BROKEN_HASHES:
            yield Problem(Reason.WEAK_SIGNATURE, child, f"signed with {child.signature.hash.upper()}")
