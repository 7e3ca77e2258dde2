"""The status bits of each element of a chain, and of the chain as a whole.

Source of the table: MicrosoftDocs/sdk-api ns-wincrypt-cert_trust_status [D] and the tests of Wine's crypt32 that pass
on real Windows [W]; each function names the row it implements. Those tests let older versions of Windows leave out the
bits for basic constraints, key usage, name constraints and critical extensions: that current ones set them rests there
on the tests' comments. tests/windows/test_elements.py has the rows, tests/windows/test_wine.py compares with Wine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

from chainlab import oids
from chainlab.certificate import Certificate
from chainlab.graph import CertGraph
from chainlab.paths.checks import UNDERSTOOD
from chainlab.paths.policies import asks_for_policies, process_policies
from chainlab.paths.search import CandidatePath, End
from chainlab.records import dataclass, field
from chainlab.server import StoreName
from chainlab.signatures import Signature
from chainlab.windows.matching import Match, match_of, self_match, wanted_match
from chainlab.windows.name_constraints import compared, judge_names
from chainlab.windows.sources import Source, source
from chainlab.windows.status import TrustError, TrustInfo
from chainlab.windows.stores import World
from chainlab.windows.weak_crypto import WeakCryptoPolicy

_SUPPORTED_CRITICAL = UNDERSTOOD | {oids.LEGACY_SUBJECT_ALT_NAME, oids.LEGACY_BASIC_CONSTRAINTS}
"""With the extensions of old versions [W: chain5]."""


@dataclass(frozen=True, slots=True)
class Remark:
    """Why a bit is set on an element: in words, with the rule that set it and its evidence."""

    bits: TrustError
    text: str
    rule: str
    evidence: Source


@dataclass(frozen=True, slots=True)
class ChainElement:
    """One certificate of a chain with its status, the match that found its issuer, and the stores that hold it."""

    certificate: Certificate
    error: TrustError
    info: TrustInfo
    suppliers: tuple[StoreName, ...]
    remarks: tuple[Remark, ...] = ()

    @property
    def notes(self) -> tuple[str, ...]:
        """The remarks in words."""
        return tuple(remark.text for remark in self.remarks)


@dataclass(frozen=True, slots=True)
class Context:
    """What the status of a chain depends on beside the chain: candidates, time, requested usage."""

    graph: CertGraph
    world: World
    at: datetime
    usage: str = oids.SERVER_AUTH
    weak_crypto: WeakCryptoPolicy = field(default_factory=WeakCryptoPolicy)


@dataclass(frozen=True, slots=True)
class _Path:
    """A path under judgement with its bits so far."""

    certificates: tuple[Certificate, ...]
    end: End
    context: Context

    @property
    def root(self) -> Certificate | None:
        """The self-signed certificate at the end, if the path has one."""
        return self.certificates[-1] if self.end in (End.SELF_SIGNED, End.ANCHOR) else None


Mark = tuple[int, TrustError, str]
"""Position in the path, the bits to set there, and why in words."""


def judge_elements(path: CandidatePath, context: Context) -> tuple[ChainElement, ...]:
    """The elements of a path, leaf first, each with its status bits."""
    judged = _Path(path.certificates, path.end, context)
    errors = [TrustError.NO_ERROR] * len(judged.certificates)
    remarks: list[list[Remark]] = [[] for _ in judged.certificates]
    for rule in RULES:
        for position, bits, text in rule.check(judged):
            errors[position] |= bits
            remarks[position].append(Remark(bits, text, rule.name, rule.evidence))
    return tuple(
        ChainElement(
            certificate,
            errors[position],
            _info(judged, position),
            context.world.suppliers(certificate),
            tuple(remarks[position]),
        )
        for position, certificate in enumerate(judged.certificates)
    )


def chain_status(elements: tuple[ChainElement, ...], end: End) -> TrustError:
    """The OR of the elements' bits, plus those that only a chain has [W].

    No issuer: IS_PARTIAL_CHAIN. A loop: IS_CYCLIC, IS_PARTIAL_CHAIN and INVALID_BASIC_CONSTRAINTS (Wine test chain9).
    """
    status = TrustError.NO_ERROR
    for element in elements:
        status |= element.error
    if end in (End.NO_ISSUER, End.CYCLE, End.DEPTH):
        status |= TrustError.IS_PARTIAL_CHAIN
    if end is End.CYCLE:
        status |= TrustError.IS_CYCLIC | TrustError.INVALID_BASIC_CONSTRAINTS
    return status


def chain_info(elements: tuple[ChainElement, ...]) -> TrustInfo:
    """The OR of the elements' info bits without those of certificates only: match and self-signed [D]."""
    info = TrustInfo.NONE
    for element in elements:
        info |= element.info
    return info & ~_OF_CERTIFICATES


_OF_CERTIFICATES = (
    TrustInfo.HAS_EXACT_MATCH_ISSUER
    | TrustInfo.HAS_KEY_MATCH_ISSUER
    | TrustInfo.HAS_NAME_MATCH_ISSUER
    | TrustInfo.IS_SELF_SIGNED
)


def _info(path: _Path, position: int) -> TrustInfo:
    certificate = path.certificates[position]
    info = _issuer_info(path, position)
    if path.root is not None and path.root.sha256 in path.context.world.trusted:
        info |= TrustInfo.HAS_PREFERRED_ISSUER
    if position and _satisfied(path, certificate):
        info |= TrustInfo.HAS_VALID_NAME_CONSTRAINTS
    return info


def _satisfied(path: _Path, issuer: Certificate) -> bool:
    """It constrains names, and those of the leaf keep to that as far as could be compared."""
    constraints, leaf, graph = issuer.extensions.name_constraints, path.certificates[0], path.context.graph
    if constraints is None or compared(graph, issuer.sha256, constraints, leaf) is None:
        return False
    return not any(judge_names(graph, issuer.sha256, constraints, leaf))


def _issuer_info(path: _Path, position: int) -> TrustInfo:
    """How the issuer was found; without an issuer, how it was looked for [W: chainCheckNoStore; F: certutil output].

    On every element of a chain to a trusted root Windows sets HAS_PREFERRED_ISSUER [W: winehq.org chain; F: certutil
    prints 102 and 10c]; on partial chains and under untrusted roots it does not [F; W].
    """
    certificate = path.certificates[position]
    if position + 1 < len(path.certificates):
        return (match_of(certificate, path.certificates[position + 1]) or Match.NAME).info
    if path.root is not None:
        return self_match(certificate).info | TrustInfo.IS_SELF_SIGNED
    return wanted_match(certificate).info


def _untrusted_root(path: _Path) -> Iterator[Mark]:
    """A self-signed end that is not itself in Root: IS_UNTRUSTED_ROOT [W]."""
    if path.root is not None and path.root.sha256 not in path.context.world.trusted:
        yield len(path.certificates) - 1, TrustError.IS_UNTRUSTED_ROOT, "not in the Root store"


def _signature(path: _Path) -> Iterator[Mark]:
    """A bad signature marks the child; a bad self-signature marks the root [W: chain1, chain12]."""
    certificates = path.certificates
    issuers = (*certificates[1:], path.root)
    for position, (child, issuer) in enumerate(zip(certificates, issuers, strict=True)):
        if issuer is not None and path.context.graph.signature(child, issuer) is Signature.INVALID:
            yield position, TrustError.IS_NOT_SIGNATURE_VALID, f"not signed by {issuer.subject.common}"


def _time(path: _Path) -> Iterator[Mark]:
    """Every element, the root included, must be valid now; nesting is not checked [W: chain0, chain2, chain13]."""
    for position, certificate in enumerate(path.certificates):
        if not certificate.valid_at(path.context.at):
            expired = path.context.at > certificate.not_after
            when = f"expired {certificate.not_after:%Y-%m-%d}" if expired else "not valid yet"
            yield position, TrustError.IS_NOT_TIME_VALID, when


def _basic_constraints(path: _Path) -> Iterator[Mark]:
    """cA false or no basicConstraints marks that CA [W: chain3, chain8, chain9].

    A path length that is exceeded marks the CA that sets it and every CA below [W: chain4; older versions marked only
    the former]. Self-issued CAs are not counted, as RFC 5280 says [I]. A loop exceeds every length [W: chain9].
    """
    for position in range(1, len(path.certificates)):
        constraints = path.certificates[position].extensions.basic_constraints
        if _is_ca(path, position) is False:
            why = "a CA without basic constraints" if constraints is None else "not a CA"
            yield position, TrustError.INVALID_BASIC_CONSTRAINTS, why
    looped = path.end is End.CYCLE
    for position in range(1, len(path.certificates) if looped else _exceeded(path) + 1):
        yield position, TrustError.INVALID_BASIC_CONSTRAINTS, "a loop" if looped else "path length exceeded"


def _is_ca(path: _Path, position: int) -> bool | None:
    """Whether Windows takes the certificate for a CA; ``None`` where a catalogued certificate does not say.

    Without basic constraints the self-signed root is one [W: chain10], and so is what lies in Root or, of versions 1
    and 2, in any of the engine's stores [I: Wine's reading of MS02-050].
    """
    certificate = path.certificates[position]
    constraints = certificate.extensions.basic_constraints
    if constraints is not None:
        return constraints.ca
    if not position:
        return False
    if certificate == path.root or certificate.version < 3 or certificate.sha256 in path.context.world.trusted:
        return True
    return False if certificate.encoded else None


def _exceeded(path: _Path) -> int:
    """The position of the highest CA whose path length is exceeded; 0 if none is."""
    below, highest = 0, 0
    for position, certificate in enumerate(path.certificates[1:], start=1):
        constraints = certificate.extensions.basic_constraints
        if constraints is not None and constraints.ca and constraints.path_length is not None:
            highest = position if below > constraints.path_length else highest
        if not certificate.self_issued:
            below += 1
    return highest


def _key_usage(path: _Path) -> Iterator[Mark]:
    """A CA whose key usage lacks keyCertSign [W: chain15, chain18]; no CA, and its key usage has it [W: chain16].

    Without the extension nothing is wrong [W: chain3].
    """
    for position, certificate in enumerate(path.certificates):
        usage, is_ca = certificate.extensions.key_usage, _is_ca(path, position)
        if usage is None or is_ca is None or is_ca == ("key_cert_sign" in usage):
            continue
        why = "key usage lacks keyCertSign" if is_ca else "keyCertSign in a certificate that is no CA"
        yield position, TrustError.IS_NOT_VALID_FOR_USAGE, why


def _purposes(path: _Path) -> Iterator[Mark]:
    """EKU extension and property 9 of every element must allow the usage [D: KB 2831004; F: win-acme#1918].

    The empty property is "disable all purposes". That Schannel asks for server authentication is inferred [I].
    """
    usage = path.context.usage
    for position, certificate in enumerate(path.certificates if usage else ()):
        if certificate.purposes is not None and usage not in certificate.purposes:
            yield position, TrustError.IS_NOT_VALID_FOR_USAGE, f"not for {oids.purpose_name(usage)}"
        for properties in path.context.world.properties(certificate):
            if properties.all_purposes_disabled:
                yield position, TrustError.IS_NOT_VALID_FOR_USAGE, "all purposes are disabled in the store"
            elif properties.purposes is not None and usage not in properties.purposes:
                yield position, TrustError.IS_NOT_VALID_FOR_USAGE, f"store: not for {oids.purpose_name(usage)}"


def _disallowed(path: _Path) -> Iterator[Mark]:
    """In Disallowed: revoked and explicitly distrusted, a self-signed one untrusted as well: 0x4000024 [F/D].

    Source: CAPI2 event 11 for DigiCert Global Root G2 (2022-06). Disallowed wins over Root [D: deprecation policy].
    """
    for position, certificate in enumerate(path.certificates):
        if path.context.world.is_disallowed(certificate):
            bits = TrustError.IS_REVOKED | TrustError.IS_EXPLICIT_DISTRUST
            if certificate == path.root:
                bits |= TrustError.IS_UNTRUSTED_ROOT
            yield position, bits, "in the Untrusted (Disallowed) store"


def _root_program(path: _Path) -> Iterator[Mark]:
    """The properties that Microsoft's list sets on a root: DISALLOWED (104, 122) and NOT_BEFORE (126, 127).

    That they end trust is documented (Microsoft's deprecation policy) [D]; which bits they set is inferred [I].
    """
    if path.root is None:
        return
    bits = TrustError.IS_UNTRUSTED_ROOT | TrustError.IS_EXPLICIT_DISTRUST
    leaf, at, usage = path.certificates[0], path.context.at, path.context.usage
    for properties in path.context.world.properties(path.root):
        disallowed, not_before = properties.disallowed_after, properties.not_before_after
        if disallowed is not None and at >= disallowed and _concerns(properties.disallowed_purposes, usage):
            yield len(path.certificates) - 1, bits, f"disallowed by the root program since {disallowed:%Y-%m-%d}"
        if not_before is not None and leaf.not_before > not_before and _concerns(properties.not_before_purposes, usage):
            note = f"distrusted by the root program for certificates issued after {not_before:%Y-%m-%d}"
            yield len(path.certificates) - 1, bits, note


def _root_program_names(path: _Path) -> Iterator[Mark]:
    """ROOT_PROGRAM_NAME_CONSTRAINTS (84) restricts what names a root vouches for, as if it carried them itself [D/I].

    The properties beside it restrict nothing here: ROOT_PROGRAM_CERT_POLICIES (83) marks policies for extended
    validation, ROOT_PROGRAM_CHAIN_POLICIES (105) asks for revocation by list [D header].
    """
    if path.root is None:
        return
    for properties in path.context.world.properties(path.root):
        if (constraints := properties.program_name_constraints) is not None:
            owner = f"program {path.root.sha256}"
            for bits, _ in judge_names(path.context.graph, owner, constraints, path.certificates[0]):
                yield len(path.certificates) - 1, bits, "the root program does not let this root name the leaf"


def _concerns(purposes: frozenset[str] | None, usage: str) -> bool:
    return purposes is None or usage in purposes


def _name_constraints(path: _Path) -> Iterator[Mark]:
    """A constraint that the leaf's names violate marks the constraining CA [W: chain5, chain20-28].

    Names not permitted, excluded names, unsupported forms and names that do not decode have a bit each [D].
    """
    for position, certificate in enumerate(path.certificates[1:], start=1):
        if (constraints := certificate.extensions.name_constraints) is not None:
            judged = judge_names(path.context.graph, certificate.sha256, constraints, path.certificates[0])
            for bits, why in judged:
                yield position, bits, why


def _critical_extensions(path: _Path) -> Iterator[Mark]:
    """An unknown critical extension: INVALID_EXTENSION and HAS_NOT_SUPPORTED_CRITICAL_EXT [W: chain30].

    One that does not decode is an invalid extension [D: the bit's meaning; I: that the chain is refused for it].
    """
    bits = TrustError.INVALID_EXTENSION | TrustError.HAS_NOT_SUPPORTED_CRITICAL_EXT
    for position, certificate in enumerate(path.certificates):
        unknown = sorted(certificate.extensions.critical - _SUPPORTED_CRITICAL)
        if unknown:
            yield position, bits, f"critical extension {unknown[0]} is not supported"
        broken = sorted(certificate.extensions.critical.intersection(certificate.extensions.unparsed))
        if broken:
            yield position, TrustError.INVALID_EXTENSION, f"critical extension {broken[0]} does not decode"


def _weak_crypto(path: _Path) -> Iterator[Mark]:
    """Weak signatures and keys by the policy in force: HAS_WEAK_SIGNATURE and NOT_SIGNATURE_VALID [D: KB 2862966]."""
    bits = TrustError.HAS_WEAK_SIGNATURE | TrustError.IS_NOT_SIGNATURE_VALID
    world, root = path.context.world, path.root
    third_party = root is None or world.is_program_root(root)
    for position, certificate in enumerate(path.certificates):
        why = path.context.weak_crypto.weakness(certificate, third_party=third_party, is_root=certificate == root)
        if why:
            yield position, bits, why


def _policies(path: _Path) -> Iterator[Mark]:
    """An explicit policy is required and none is left: NO_ISSUANCE_CHAIN_POLICY on the leaf [D: bit; I: where]."""
    below = path.certificates[:-1] if path.root is not None and len(path.certificates) > 1 else path.certificates
    if asks_for_policies(below) and not process_policies(below).valid:
        yield 0, TrustError.NO_ISSUANCE_CHAIN_POLICY, "no certificate policy is valid along the path"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of the status table: its name, its function, its evidence."""

    name: str
    check: Callable[[_Path], Iterator[Mark]]
    evidence: Source


RULES = (
    Rule("untrusted root", _untrusted_root, source("W", "root not in Root")),
    Rule("signature", _signature, source("W", "chain1, chain12")),
    Rule("validity", _time, source("W", "chain0, chain2, chain13")),
    Rule("basic constraints", _basic_constraints, source("WI", "chain3, chain4, chain8, chain9")),
    Rule("key usage", _key_usage, source("W", "chain15, chain16, chain18")),
    Rule("purposes", _purposes, source("DFI", "KB 2831004; win-acme#1918; that Schannel asks for serverAuth")),
    Rule("distrust", _disallowed, source("DF", "deprecation policy; CAPI2 event 11 of 2022-06")),
    Rule("root program", _root_program, source("DI", "deprecation policy; the bits are inferred")),
    Rule("root program names", _root_program_names, source("DI", "SDK header: property 84; the bit is inferred")),
    Rule("name constraints", _name_constraints, source("DW", "CERT_TRUST_STATUS; chain5, chain19 to chain28")),
    Rule("critical extensions", _critical_extensions, source("W", "chain30")),
    Rule("weak cryptography", _weak_crypto, source("D", "KB 2862966, KB 2661254")),
    Rule("certificate policies", _policies, source("DI", "the bit; where it is set is inferred")),
)
"""The status table, in the order in which remarks are listed."""
