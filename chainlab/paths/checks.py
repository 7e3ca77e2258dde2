"""Judgement of one finished path: RFC 5280, section 6.1, with the switches in which real verifiers differ."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Final

from chainlab import oids
from chainlab.certificate import Certificate
from chainlab.graph import CertGraph
from chainlab.paths.hosts import matches_host
from chainlab.paths.name_constraints import constrained
from chainlab.paths.policies import process_policies
from chainlab.paths.reasons import Problem, Reason
from chainlab.paths.search import CandidatePath, End, Origin
from chainlab.paths.switches import Anchor, Demand, Switches
from chainlab.paths.trust import TrustLevel, TrustStore
from chainlab.records import dataclass, field
from chainlab.signatures import Signature
from chainlab.wording import number_of

UNDERSTOOD: Final = frozenset({
    oids.BASIC_CONSTRAINTS, oids.KEY_USAGE, oids.EXTENDED_KEY_USAGE, oids.SUBJECT_ALT_NAME, oids.ISSUER_ALT_NAME,
    oids.NAME_CONSTRAINTS, oids.CERTIFICATE_POLICIES, oids.POLICY_MAPPINGS, oids.POLICY_CONSTRAINTS,
    oids.INHIBIT_ANY_POLICY, oids.AUTHORITY_KEY_IDENTIFIER, oids.SUBJECT_KEY_IDENTIFIER,
    oids.CRL_DISTRIBUTION_POINTS, oids.AUTHORITY_INFO_ACCESS,
})  # fmt: skip
"""Extensions that a verifier of RFC 5280 processes: critical ones are no obstacle."""


_DECISIVE: Final = frozenset({
    oids.BASIC_CONSTRAINTS, oids.KEY_USAGE, oids.EXTENDED_KEY_USAGE, oids.SUBJECT_ALT_NAME, oids.NAME_CONSTRAINTS,
})  # fmt: skip
"""Extensions whose absence and presence lead to different verdicts."""


@dataclass(frozen=True, slots=True)
class Question:
    """What a path is judged for: when, for which purpose, for which host (either empty: not asked)."""

    at: datetime
    host: str = ""
    purpose: str = oids.SERVER_AUTH


@dataclass(frozen=True, slots=True)
class Case:
    """Everything a check looks at.

    ``certificates`` is the whole path, leaf first; ``below`` is what RFC 5280 validates of it: not the anchor, nor
    others of the trust store. A leaf that is its own anchor counts.
    """

    path: CandidatePath
    graph: CertGraph
    trust: TrustStore
    switches: Switches
    question: Question
    certificates: tuple[Certificate, ...] = field(init=False)
    below: tuple[Certificate, ...] = field(init=False)

    def __post_init__(self) -> None:
        first, *others = self.path.steps
        kept = (s.certificate for s in others if s.origin not in _OF_STORE and s.final is not End.ANCHOR)
        object.__setattr__(self, "certificates", self.path.certificates)
        object.__setattr__(self, "below", (first.certificate, *kept))

    @property
    def anchor(self) -> Certificate | None:
        """The anchor, if the path reached one."""
        return self.path.top if self.path.complete else None

    @property
    def anchor_says_ca(self) -> bool:
        """Whether a self-issued anchor must have basic constraints."""
        return Anchor.SAYS_CA in self.switches.anchor

    def judged(self, what: Anchor) -> tuple[Certificate, ...]:
        """The certificates that must satisfy a rule: with the anchor where the verifier applies it there too."""
        return self.certificates if what in self.switches.anchor else self.below


_OF_STORE: Final = (Origin.STORE, Origin.ANCHOR)

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
    top, graph = case.path.top, case.graph

    def lacks() -> bool:
        known = graph.by_subject(top.issuer)
        return not any(c.looks_self_signed for c in known) if known else not top.is_ca

    return graph.answers.once(("an intermediate", top.sha256), lacks)


def _signatures(case: Case) -> Iterator[Problem]:
    for child, issuer in zip(case.certificates, case.certificates[1:], strict=False):
        signature = case.graph.signature(child, issuer)
        if signature is Signature.INVALID:
            yield Problem(Reason.BAD_SIGNATURE, child, f"not signed by the key of '{issuer.subject.common}'")
        elif signature.undecided:
            yield unchecked_signature(child, signature)


def unchecked_signature(child: Certificate, signature: Signature) -> Problem:
    """A signature that the crypto library cannot check, or that came after too many others, may be good or forged."""
    why = "cannot be checked here" if signature is Signature.UNSUPPORTED else "was not checked: too many were asked for"
    return Problem(Reason.UNCHECKED, child, f"its signature ({child.signature}) {why}")


def _validity(case: Case) -> Iterator[Problem]:
    for position, certificate in enumerate(case.judged(Anchor.VALIDITY)):
        yield from out_of_time(certificate, case.question.at, late(position, is_root=certificate is case.anchor))


def late(position: int, *, is_root: bool) -> Reason:
    """What an expired certificate at this place of a path means."""
    if not position:
        return Reason.EXPIRED_LEAF
    return Reason.EXPIRED_ANCHOR if is_root else Reason.EXPIRED_INTERMEDIATE


def out_of_time(certificate: Certificate, at: datetime, expired: Reason) -> Iterator[Problem]:
    """Its validity has not begun or, for the reason given, is over."""
    if at < certificate.not_before:
        yield Problem(Reason.NOT_YET_VALID, certificate, f"not valid before {certificate.not_before:%Y-%m-%d}")
    elif certificate.expired_at(at):
        yield Problem(expired, certificate, f"expired on {certificate.not_after:%Y-%m-%d}")


def _ca_flags(case: Case) -> Iterator[Problem]:
    for issuer in case.judged(Anchor.CA)[1:]:
        if case.switches.only_signers_are_cas and issuer.extensions.key_usage is None:
            continue
        constraints = issuer.extensions.basic_constraints
        if constraints is not None and not constraints.ca:
            yield Problem(Reason.NOT_A_CA, issuer, "an issuer that is not a CA")
        elif constraints is None and _needs_basic_constraints(case, issuer):
            yield Problem(Reason.NOT_A_CA, issuer, "an issuer without basic constraints")


def _may_sign(case: Case) -> Iterator[Problem]:
    for issuer in case.judged(Anchor.KEY_USAGE)[1:]:
        usage = issuer.extensions.key_usage
        if case.switches.key_usage and usage is not None and "key_cert_sign" not in usage:
            yield Problem(Reason.KEY_USAGE, issuer, "an issuer whose key usage lacks keyCertSign")


def _needs_basic_constraints(case: Case, issuer: Certificate) -> bool:
    """A certificate of which only published facts are known is not judged; old roots cannot have the extension."""
    if not case.switches.require_basic_constraints or not issuer.encoded:
        return False
    if issuer == case.anchor and (issuer.version < 3 or case.switches.trust_makes_ca):
        return False
    if issuer == case.anchor and issuer.self_issued and not case.anchor_says_ca:
        return False
    return not (case.switches.key_usage_makes_ca and "key_cert_sign" in (issuer.extensions.key_usage or ()))


def _path_lengths(case: Case) -> Iterator[Problem]:
    switches, intermediates_below = case.switches, 0
    for issuer in case.judged(Anchor.PATH_LENGTH)[1:] if switches.path_lengths else ():
        constraints = issuer.extensions.basic_constraints
        if switches.only_signers_are_cas and not (constraints is not None and constraints.ca):
            continue
        limit = constraints.path_length if constraints is not None else None
        if (
            limit is not None
            and intermediates_below > limit
            and (switches.self_issued_limited or not issuer.self_issued)
        ):
            detail = f"path length {limit}, but {intermediates_below} CA certificates stand below"
            yield Problem(Reason.PATH_LENGTH, issuer, detail)
        if switches.self_issued_count or not issuer.self_issued:
            intermediates_below += 1
    if case.switches.max_length and len(case.certificates) > case.switches.max_length:
        detail = f"{number_of(len(case.certificates), 'certificate')}, the client allows {case.switches.max_length}"
        yield Problem(Reason.TOO_LONG, detail=detail)


def _purposes(case: Case) -> Iterator[Problem]:
    switches, purpose = case.switches, case.question.purpose
    for position, certificate in enumerate(case.judged(Anchor.PURPOSE)):
        if not (purpose and (switches.ca_purposes if position else switches.leaf_purpose)):
            continue
        allowed = certificate.extensions.extended_key_usage
        if allowed is None or purpose in allowed or (position and switches.also_on_ca.intersection(allowed)):
            continue
        if oids.ANY_EKU not in allowed or not (switches.any_on_ca if position else switches.any_on_leaf):
            yield Problem(Reason.WRONG_PURPOSE, certificate, f"not allowed for {oids.purpose_name(purpose)}")


def _leaf(case: Case) -> Iterator[Problem]:
    leaf, switches = case.certificates[0], case.switches
    rsa = leaf.key.algorithm == "RSA" and switches.rsa_leaf_key_usage
    wanted = rsa or switches.leaf_key_usage
    usage = leaf.extensions.key_usage
    if wanted and usage is not None and not wanted & usage:
        yield Problem(Reason.LEAF_KEY_USAGE, leaf, f"its key usage has none of {', '.join(sorted(wanted))}")
    constraints = leaf.extensions.basic_constraints
    if switches.leaf_not_ca and constraints is not None and constraints.ca:
        yield Problem(Reason.WRONG_PURPOSE, leaf, "a CA certificate stands in place of a server certificate")


def _name_constraints(case: Case) -> Iterator[Problem]:
    return constrained(case.certificates, case.judged(Anchor.NAMES), case.switches.names, case.graph)


def _policies(case: Case) -> Iterator[Problem]:
    inputs = case.switches.policies
    if inputs is not None and not process_policies(case.below, inputs).valid:
        yield Problem(
            Reason.POLICY, case.certificates[0], "no certificate policy is left that the path may be used for"
        )


def _critical_extensions(case: Case) -> Iterator[Problem]:
    if not case.switches.critical_extensions:
        return
    for certificate in case.judged(Anchor.EXTENSIONS):
        unknown = certificate.extensions.critical - UNDERSTOOD
        broken = certificate.extensions.critical.intersection(certificate.extensions.unparsed)
        if unknown:
            detail = f"critical extension {sorted(unknown)[0]} is not understood"
            yield Problem(Reason.CRITICAL_EXTENSION, certificate, detail)
        elif broken:
            detail = f"critical extension {sorted(broken)[0]} does not decode"
            yield Problem(Reason.CRITICAL_EXTENSION, certificate, detail)


def _undecodable_extensions(case: Case) -> Iterator[Problem]:
    for certificate in case.judged(Anchor.EXTENSIONS):
        yield from undecodable_extension(certificate, strict=case.switches.critical_extensions)


def undecodable_extension(certificate: Certificate, *, strict: bool) -> Iterator[Problem]:
    """An extension that decides and does not decode: OpenSSL refuses it, Java leaves it out, others are not known.

    [M: OpenSSL 3.0; D: ``UnparseableExtension`` of OpenJDK.] ``strict``: critical ones are refused already.
    """
    extensions = certificate.extensions
    broken = _DECISIVE.intersection(extensions.unparsed) - (extensions.critical if strict else frozenset())
    if broken:
        yield Problem(Reason.UNCHECKED, certificate, f"extension {sorted(broken)[0]} does not decode")


def _demanded(case: Case) -> Iterator[Problem]:
    demands, leaf = case.switches.demands, case.certificates[0]
    if not demands:
        return
    if Demand.LEAF_AKI in demands and leaf.aki.key_id is None:
        yield Problem(Reason.MISSING_KEY_ID, leaf, "has no authority key identifier")
    if Demand.LEAF_KEY_USAGE in demands and leaf.extensions.key_usage is None:
        yield Problem(Reason.LEAF_KEY_USAGE, leaf, "has no key usage extension")
    if Demand.LEAF_PURPOSE in demands and leaf.extensions.extended_key_usage is None:
        yield Problem(Reason.WRONG_PURPOSE, leaf, "has no extended key usage extension")
    for issuer in case.judged(Anchor.CA)[1:]:
        if Demand.CA_AKI in demands and issuer != case.anchor and issuer.aki.key_id is None:
            yield Problem(Reason.MISSING_KEY_ID, issuer, "has no authority key identifier")
        if Demand.CA_SKI in demands and issuer.ski is None:
            yield Problem(Reason.MISSING_KEY_ID, issuer, "has no subject key identifier")
        if Demand.CA_KEY_USAGE in demands and issuer.encoded and issuer.extensions.key_usage is None:
            yield Problem(Reason.KEY_USAGE, issuer, "a CA without key usage extension")
        critical = oids.BASIC_CONSTRAINTS in issuer.extensions.critical or not issuer.encoded
        if Demand.CRITICAL_BASIC_CONSTRAINTS in demands and not critical:
            yield Problem(Reason.NOT_A_CA, issuer, "its basic constraints are not critical")


def _algorithms(case: Case) -> Iterator[Problem]:
    switches = case.switches
    for certificate in case.below:
        if certificate.signature.hash in switches.rejected_hashes:
            detail = f"signed with {certificate.signature.hash.upper()}"
            yield Problem(Reason.WEAK_SIGNATURE, certificate, detail)
        if certificate.signature.scheme in switches.rejected_schemes:
            detail = f"signed with {certificate.signature.scheme}, which the client does not know"
            yield Problem(Reason.UNSUPPORTED_ALGORITHM, certificate, detail)
    keys = case.judged(Anchor.KEY_SIZE)
    for certificate in keys if switches.leaf_key_size else keys[1:]:
        key = certificate.key
        if key.algorithm == "RSA" and 0 < key.bits < switches.min_rsa_bits:
            yield Problem(Reason.WEAK_KEY, certificate, f"{key} is below {switches.min_rsa_bits} bits")


def _trust(case: Case) -> Iterator[Problem]:
    for certificate in case.certificates:
        if case.trust.setting(certificate).level is TrustLevel.DISTRUSTED:
            yield Problem(Reason.DISTRUSTED, certificate, "explicitly distrusted")
    anchor = case.anchor
    if anchor is None:
        return
    setting = case.trust.setting(anchor)
    if case.question.purpose and setting.purposes is not None and case.question.purpose not in setting.purposes:
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
    _ends_in_anchor, _signatures, _validity, _ca_flags, _may_sign, _path_lengths, _purposes, _leaf, _name_constraints,
    _policies, _critical_extensions, _undecodable_extensions, _demanded, _algorithms, _trust, _host,
)  # fmt: skip
"""Every check, in the order in which problems are listed."""
