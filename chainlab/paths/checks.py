"""Judgement of one finished path: RFC 5280, section 6.1, with the switches in which real verifiers differ."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from chainlab import oids
from chainlab.certificate import Certificate
from chainlab.graph import CertGraph
from chainlab.paths.names import HostRules, matches_host, names_of, violation
from chainlab.paths.reasons import Problem, Reason
from chainlab.paths.search import CandidatePath, End
from chainlab.paths.trust import TrustLevel, TrustStore
from chainlab.signatures import Signature

BROKEN_HASHES: Final = frozenset({"md2", "md4", "md5"})

_UNDERSTOOD: Final = frozenset({
    oids.BASIC_CONSTRAINTS, oids.KEY_USAGE, oids.EXTENDED_KEY_USAGE, oids.SUBJECT_ALT_NAME, oids.ISSUER_ALT_NAME,
    oids.NAME_CONSTRAINTS, oids.CERTIFICATE_POLICIES, oids.POLICY_MAPPINGS, oids.POLICY_CONSTRAINTS,
    oids.INHIBIT_ANY_POLICY, oids.AUTHORITY_KEY_IDENTIFIER, oids.SUBJECT_KEY_IDENTIFIER,
    oids.CRL_DISTRIBUTION_POINTS, oids.AUTHORITY_INFO_ACCESS,
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Switches:
    """What a verifier checks of a finished path; the defaults are RFC 5280.

    ``rejected_hashes``: signature hashes refused below the anchor. ``min_rsa_bits``: smallest RSA key accepted
    (``anchor_key_size``: the anchor's too). ``ca_purposes``: extended key usages of CAs restrict the leaf.
    ``require_basic_constraints``: a version 3 CA certificate must have them. ``require_key_ids``: every certificate
    but the anchor must have an authority key identifier, every CA a subject key identifier.
    """

    anchor_expiry: bool = True
    ca_purposes: bool = True
    require_basic_constraints: bool = True
    key_usage: bool = True
    name_constraints: bool = True
    critical_extensions: bool = True
    rejected_hashes: frozenset[str] = BROKEN_HASHES
    min_rsa_bits: int = 0
    anchor_key_size: bool = True
    host: HostRules = field(default_factory=HostRules)
    max_length: int = 0
    require_key_ids: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """What a path is judged for: when, for which purpose, for which host (empty: not asked)."""

    at: datetime
    host: str = ""
    purpose: str = oids.SERVER_AUTH


@dataclass(frozen=True, slots=True)
class Case:
    """Everything a check looks at. ``below`` are the certificates under the anchor, leaf first."""

    path: CandidatePath
    graph: CertGraph
    trust: TrustStore
    switches: Switches
    question: Question

    @property
    def certificates(self) -> tuple[Certificate, ...]:
        """The whole path, leaf first."""
        return self.path.certificates

    @property
    def anchor(self) -> Certificate | None:
        """The anchor, if the path reached one."""
        return self.path.top if self.path.complete else None

    @property
    def below(self) -> tuple[Certificate, ...]:
        """The certificates that RFC 5280 validates: all but the anchor (a leaf that is its own anchor counts)."""
        certificates = self.certificates
        return certificates[:-1] if self.path.complete and len(certificates) > 1 else certificates

    @property
    def issuers(self) -> tuple[Certificate, ...]:
        """The certificates above the leaf that are not the anchor."""
        return self.below[1:]


Check = Callable[[Case], Iterator[Problem]]


def judge(case: Case) -> tuple[Problem, ...]:
    """Every problem of the path, in the order of the checks."""
    return tuple(problem for check in CHECKS for problem in check(case))


def _ends_in_anchor(case: Case) -> Iterator[Problem]:
    end, top = case.path.end, case.path.top
    if end in (End.NO_ISSUER, End.CYCLE):
        if _lacks_intermediate(case):
            yield Problem(Reason.MISSING_INTERMEDIATE, top, f"its issuer '{top.issuer.common}' is not served")
        else:
            yield Problem(Reason.NO_ANCHOR, top, f"its issuer '{top.issuer.common}' is not trusted and not served")
    elif end is End.SELF_SIGNED:
        yield Problem(Reason.NO_ANCHOR, top, "the path ends in a self-signed certificate that is not trusted")
    elif end is End.DEPTH:
        yield Problem(Reason.TOO_LONG, top, f"the path has more than {len(case.certificates)} certificates")


def _lacks_intermediate(case: Case) -> bool:
    """The path ends below an issuer that is an intermediate: a leaf's issuer, or one known only as not self-signed."""
    top = case.path.top
    known = case.graph.by_subject(top.issuer)
    if known:
        return not any(certificate.looks_self_signed for certificate in known)
    return not top.is_ca


def _signatures(case: Case) -> Iterator[Problem]:
    for child, issuer in zip(case.certificates, case.certificates[1:], strict=False):
        if case.graph.signature(child, issuer) is Signature.INVALID:
            yield Problem(Reason.BAD_SIGNATURE, child, f"not signed by the key of '{issuer.subject.common}'")


def _validity(case: Case) -> Iterator[Problem]:
    at = case.question.at
    for position, certificate in enumerate(case.certificates):
        is_anchor = certificate is case.anchor and position > 0
        if is_anchor and not case.switches.anchor_expiry:
            continue
        if at < certificate.not_before:
            yield Problem(Reason.NOT_YET_VALID, certificate, f"not valid before {certificate.not_before:%Y-%m-%d}")
        elif at > certificate.not_after:
            late = Reason.EXPIRED_ANCHOR if is_anchor else Reason.EXPIRED_INTERMEDIATE
            reason = late if position else Reason.EXPIRED_LEAF
            yield Problem(reason, certificate, f"expired on {certificate.not_after:%Y-%m-%d}")


def _ca_flags(case: Case) -> Iterator[Problem]:
    for issuer in case.issuers:
        constraints = issuer.extensions.basic_constraints
        if constraints is None:
            if case.switches.require_basic_constraints and issuer.encoded:
                yield Problem(Reason.NOT_A_CA, issuer, "an issuer without basic constraints")
        elif not constraints.ca:
            yield Problem(Reason.NOT_A_CA, issuer, "an issuer that is not a CA")
        usage = issuer.extensions.key_usage
        if case.switches.key_usage and usage is not None and "key_cert_sign" not in usage:
            yield Problem(Reason.KEY_USAGE, issuer, "an issuer whose key usage lacks keyCertSign")


def _path_lengths(case: Case) -> Iterator[Problem]:
    intermediates_below = 0
    for issuer in case.issuers:
        constraints = issuer.extensions.basic_constraints
        limit = constraints.path_length if constraints is not None else None
        if limit is not None and intermediates_below > limit:
            detail = f"path length {limit}, but {intermediates_below} CA certificates stand below"
            yield Problem(Reason.PATH_LENGTH, issuer, detail)
        if not issuer.self_issued:
            intermediates_below += 1
    if case.switches.max_length and len(case.certificates) > case.switches.max_length:
        detail = f"{len(case.certificates)} certificates, the client allows {case.switches.max_length}"
        yield Problem(Reason.TOO_LONG, detail=detail)


def _purposes(case: Case) -> Iterator[Problem]:
    purpose = case.question.purpose
    judged = case.below if case.switches.ca_purposes else case.below[:1]
    for certificate in judged:
        allowed = certificate.purposes
        if allowed is not None and purpose not in allowed:
            yield Problem(Reason.WRONG_PURPOSE, certificate, f"not allowed for {oids.purpose_name(purpose)}")


def _name_constraints(case: Case) -> Iterator[Problem]:
    for position, issuer in enumerate(case.below):
        constraints = issuer.extensions.name_constraints
        if position == 0 or constraints is None:
            continue
        if not case.switches.name_constraints:
            if oids.NAME_CONSTRAINTS in issuer.extensions.critical:
                yield Problem(Reason.NAME_CONSTRAINT, issuer, "critical name constraints are not supported")
            continue
        for lower_position, lower in enumerate(case.below[:position]):
            if lower_position and lower.self_issued:
                continue
            name = violation(constraints, names_of(lower))
            if name is not None:
                yield Problem(Reason.NAME_CONSTRAINT, issuer, f"does not allow the {name.kind} name '{name.value}'")
                break


def _critical_extensions(case: Case) -> Iterator[Problem]:
    if not case.switches.critical_extensions:
        return
    for certificate in case.below:
        unknown = certificate.extensions.critical - _UNDERSTOOD
        if unknown:
            detail = f"critical extension {sorted(unknown)[0]} is not understood"
            yield Problem(Reason.CRITICAL_EXTENSION, certificate, detail)


def _key_ids(case: Case) -> Iterator[Problem]:
    if not case.switches.require_key_ids:
        return
    for position, certificate in enumerate(case.below):
        if certificate.aki.key_id is None or (position and certificate.ski is None):
            yield Problem(Reason.MISSING_KEY_ID, certificate, "has no key identifiers")


def _algorithms(case: Case) -> Iterator[Problem]:
    for certificate in case.below:
        if certificate.signature.hash in case.switches.rejected_hashes:
            detail = f"signed with {certificate.signature.hash.upper()}"
            yield Problem(Reason.WEAK_SIGNATURE, certificate, detail)
    keys = case.certificates if case.switches.anchor_key_size else case.below
    for certificate in keys:
        key = certificate.key
        if key.algorithm == "RSA" and 0 < key.bits < case.switches.min_rsa_bits:
            yield Problem(Reason.WEAK_KEY, certificate, f"{key} is below {case.switches.min_rsa_bits} bits")


def _trust(case: Case) -> Iterator[Problem]:
    for certificate in case.certificates:
        if case.trust.setting(certificate).level is TrustLevel.DISTRUSTED:
            yield Problem(Reason.DISTRUSTED, certificate, "explicitly distrusted")
    anchor = case.anchor
    if anchor is None:
        return
    setting = case.trust.setting(anchor)
    if setting.purposes is not None and case.question.purpose not in setting.purposes:
        detail = f"trusted, but not for {oids.purpose_name(case.question.purpose)}"
        yield Problem(Reason.WRONG_PURPOSE, anchor, detail)
    leaf = case.certificates[0]
    if setting.issued_before is not None and leaf.not_before > setting.issued_before:
        detail = f"distrusted for certificates issued after {setting.issued_before:%Y-%m-%d}"
        yield Problem(Reason.DISTRUSTED, anchor, detail)


def _host(case: Case) -> Iterator[Problem]:
    leaf, host = case.certificates[0], case.question.host
    if host and not matches_host(leaf, host, case.switches.host):
        yield Problem(Reason.HOST_MISMATCH, leaf, f"does not name '{host}'")


CHECKS: Final[tuple[Check, ...]] = (
    _ends_in_anchor, _signatures, _validity, _ca_flags, _path_lengths, _purposes, _name_constraints,
    _critical_extensions, _key_ids, _algorithms, _trust, _host,
)  # fmt: skip
"""Every check, in the order in which problems are listed."""
