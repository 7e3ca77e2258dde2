"""wolfSSL as Debian builds it: ``--enable-distro``, with WOLFSSL_ALT_CERT_CHAINS and OPENSSL_COMPATIBLE_DEFAULTS.

Models: ``ProcessPeerCerts`` works through the served list from its end. Each certificate is verified by one issuer out
of the manager's table: by the key identifier that it names, by its own, else, if it names none, by name. Whatever is
wrong (path length, signature, name constraints of that issuer alone, dates, critical extensions) ends the handshake,
but a CA without an issuer is passed over. A verified CA with keyCertSign, which a self-signed one does without, joins
the table unless its key identifier is there. Path lengths are carried as the longest path below a CA, which a
self-signed one resets. A server certificate that is in the store itself is accepted for its host and purpose alone,
whatever else is served. Roots are loaded without a look at their dates; one with an unknown critical extension is not
loaded, nor is one that has name constraints and is no CA, which ends the handshake where it is served. Extended key
usages of CAs are ignored; where DNS names are constrained, the CN of a certificate without them counts as one. Of name
constraints it compares host names (by their end, dot or not), e-mail addresses and, by their bytes, directory names.
Sources: 5.5.4-2+deb12u3: src/internal.c, src/ssl.c (AddCA, GetCA, GetCAByName, AddTrustedPeer), wolfcrypt/src/asn.c
(ParseCertRelative, ConfirmNameConstraints); measured 2026-11-24. Not modelled: the order in which roots of different
names are loaded, which matters for the path lengths of those that are not self-signed; builds for devices without those
options, which refuse every certificate whose issuer is not known.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import partial
from typing import Final

from chainlab.certificate import Certificate, GeneralName, Name
from chainlab.der import element, public_key_bits, tbs_slices
from chainlab.paths.checks import UNDERSTOOD
from chainlab.paths.hosts import WITHOUT_HOSTS, HostRules
from chainlab.paths.name_constraints import breached, judged_breaches, too_many_names
from chainlab.paths.name_rules import (
    Fit,
    NameRules,
    Names,
    caseless_mail_subtree,
    directory_subtree,
    fit,
    passed_over,
)
from chainlab.paths.names import names_of
from chainlab.paths.reasons import Problem, Reason
from chainlab.paths.search import CandidatePath, End, Origin, Step
from chainlab.paths.switches import Anchor, Switches
from chainlab.paths.trust import TrustLevel
from chainlab.records import dataclass, field
from chainlab.verifiers.family import Basis, Family, Matching, Proposal, Scene, SubjectIndex, named

VERSIONS = ("",)

TABLE_ROWS: Final = 11
"""CA_TABLE_SIZE [D: wolfssl/internal.h]."""

LONGEST: Final = 127
"""WOLFSSL_MAX_PATH_LEN, which also stands for "no limit" [D: wolfcrypt/asn.h]."""

_HASH_SIZE: Final = 20
"""Key identifiers of another length are hashed with SHA-1 [D: GetHashId]."""


def family(version: str = "") -> Family:
    """wolfSSL 5.5 with alternative chains."""
    return Family(
        id=named("wolfssl", version),
        title="wolfSSL",
        basis=Basis.MEASURED,
        sources=("measured 2026-11-24 with wolfSSL 5.5.4", "src/internal.c, wolfcrypt/src/asn.c"),
        matching=Matching.BYTES,
        propose=_one_path,
        switches=Switches(
            anchor=Anchor.NOTHING,
            ca_purposes=False,
            path_lengths=False,  # judged here, with name constraints
            names=NameRules(Names.IGNORED),
            host=HostRules(WITHOUT_HOSTS, _match),
        ),
    )


def _match(name: str, host: str) -> bool:
    """``MatchDomainName``: a ``*`` stands for what comes before the next character like the one behind it."""
    place, at = 0, 0
    while place < len(name):
        wanted = name[place]
        if wanted == "*":
            place += len(name[place:]) - len(name[place:].lstrip("*"))
            wanted = name[place : place + 1]
            while at < len(host) and host[at] != wanted:
                if host[at] == ".":
                    return False
                at += 1
        elif host[at : at + 1] != wanted:
            return False
        at, place = at + 1, place + 1
    return at >= len(host)


def _dns(name: GeneralName, tree: GeneralName, _excluded: bool) -> Fit:
    """``MatchBaseName``: the end of the name, whole labels or not; an empty constraint does not parse."""
    return fit(name.value.casefold().endswith(tree.value.casefold())) if tree.value else Fit.REFUSED


def _directory(name: GeneralName, tree: GeneralName, excluded: bool) -> Fit:
    """By the encoded bytes; an empty constraint matches nothing."""
    if name.name is None or tree.name is None or name.name.der is None or tree.name.der is None:
        return directory_subtree(name, tree, excluded)
    try:
        given, wanted = (each[element(each, 0).content :] for each in (name.name.der, tree.name.der))
    except ValueError:
        return Fit.UNKNOWN
    return fit(bool(wanted) and given.startswith(wanted))


_RULES = NameRules(
    dns=_dns, email=caseless_mail_subtree, ip=passed_over, uri=passed_over, dirname=_directory, other=passed_over
)
"""``ConfirmNameConstraints``."""


@dataclass(frozen=True, slots=True)
class _Signer:
    """A CA in the manager's table. ``longest``: so many CAs may stand below it."""

    certificate: Certificate
    trusted: bool
    longest: int


@dataclass(slots=True)
class _Manager:
    """The certificate manager: a hash table by key identifier, whose rows have the latest first."""

    by_key_id: dict[bytes, _Signer] = field(default_factory=dict)
    by_subject: SubjectIndex = field(default_factory=SubjectIndex)

    def add(self, signer: _Signer) -> None:
        """``AddCA``, unless the key identifier is there."""
        if self.by_key_id.setdefault(_key_id(signer.certificate), signer) is signer:
            self.by_subject.add(signer.certificate)

    def by_name(self, name: Name) -> _Signer | None:
        """``GetCAByName``: the latest of the first row that has one."""
        named_so = [c for c in self.by_subject.named(name)[::-1] if c.subject.same_bytes(name)]
        first = min(named_so, key=lambda c: int.from_bytes(_key_id(c)[:4], "big") % TABLE_ROWS, default=None)
        return self.by_key_id[_key_id(first)] if first is not None else None

    def issuer(self, child: Certificate) -> _Signer | None:
        """The only certificate by which ``child`` is verified."""
        wanted = child.aki.key_id
        found = self.by_key_id.get(_hashed(wanted)) if wanted is not None else None
        if found is None and child.ski is not None:
            found = self.by_key_id.get(_key_id(child))
        if found is not None and found.certificate.subject.same_bytes(child.issuer):
            return found
        return self.by_name(child.issuer) if wanted is None else None


def _one_path(table: Family, scene: Scene) -> Iterator[Proposal]:
    leaf, *others = scene.handshake.served
    if scene.trust.setting(leaf).level is TrustLevel.ANCHOR:
        yield Proposal(CandidatePath((Step(leaf, Origin.LEAF, End.ANCHOR),), End.ANCHOR), table.switches)
        return
    manager = _loaded(scene)
    issuers: dict[str, _Signer] = {}
    problems: list[Problem] = []
    for certificate in [*reversed(others), leaf]:
        problems.extend(_misplaced_constraints(certificate))
        issuer = manager.issuer(certificate)
        if issuer is None:
            if certificate == leaf or not _is_ca(certificate):
                problems.append(Problem(Reason.MISSING_INTERMEDIATE, certificate, "its issuer is not known"))
            continue
        faults = list(_faults(certificate, issuer, scene))
        problems.extend(faults)
        issuers.setdefault(certificate.sha256, issuer)
        if not faults and _is_ca(certificate) and certificate != leaf:
            problems.extend(_join(certificate, issuer, manager))
    yield Proposal(_path(leaf, issuers), table.switches, tuple(problems))


def _loaded(scene: Scene) -> _Manager:
    """The roots that the list could need: the last certificate's first, those of one name in the store's order."""
    manager = _Manager()
    names = {name.key: name for c in reversed(scene.handshake.served) for name in (c.issuer, c.subject)}
    roots = [root for name in names.values() for root in scene.trust.anchors_named(name)]
    for root in roots:
        if not root.extensions.critical - UNDERSTOOD and not any(_misplaced_constraints(root)):
            manager.add(_Signer(root, trusted=True, longest=_longest(root, manager.issuer(root))))
    return manager


def _misplaced_constraints(certificate: Certificate) -> Iterator[Problem]:
    """Name constraints in a certificate that is no CA do not parse, before anything else is looked at."""
    if certificate.extensions.name_constraints is not None and not _is_ca(certificate):
        yield Problem(Reason.NAME_CONSTRAINT, certificate, "has name constraints and is no CA")


def _join(certificate: Certificate, issuer: _Signer, manager: _Manager) -> Iterator[Problem]:
    """A verified CA becomes an issuer; without an authority key identifier it is not seen that it is one already."""
    if _key_id(certificate) in manager.by_key_id and certificate.aki.key_id is not None:
        return
    usage = certificate.extensions.key_usage or ()
    if not _self_signed(certificate) and "key_cert_sign" not in usage:
        yield Problem(Reason.KEY_USAGE, certificate, "a CA without keyCertSign")
    else:
        manager.add(_Signer(certificate, trusted=False, longest=_longest(certificate, issuer)))


def _path(leaf: Certificate, issuers: dict[str, _Signer]) -> CandidatePath:
    """From the leaf up through the issuers by which each was verified."""
    steps, seen = [Step(leaf, Origin.LEAF)], {leaf}
    while (above := issuers.get(steps[-1].certificate.sha256)) is not None:
        if above.trusted:
            return CandidatePath((*steps, Step(above.certificate, Origin.ANCHOR, End.ANCHOR)), End.ANCHOR)
        if above.certificate in seen:
            return CandidatePath(tuple(steps), End.CYCLE)
        seen.add(above.certificate)
        steps.append(Step(above.certificate, Origin.SERVED))
    return CandidatePath(tuple(steps), End.NO_ISSUER)


def _faults(child: Certificate, issuer: _Signer, scene: Scene) -> Iterator[Problem]:
    """What ends the handshake when a certificate of the list is verified by its issuer."""
    if _longest(child, issuer) < 0:
        yield Problem(Reason.PATH_LENGTH, child, "a CA below one whose path length is used up")
    if not scene.graph.signature(child, issuer.certificate).holds:
        yield Problem(Reason.BAD_SIGNATURE, child, f"not signed by the key of '{issuer.certificate.subject.common}'")
    if child.extensions.critical - UNDERSTOOD:
        yield Problem(Reason.CRITICAL_EXTENSION, child, "has a critical extension that is not understood")
    if not child.valid_at(scene.question.at):
        yield Problem(Reason.EXPIRED_INTERMEDIATE, child, "not valid now, and its issuer is known")
    yield from _forbidden(child, issuer.certificate, scene)


def _forbidden(child: Certificate, issuer: Certificate, scene: Scene) -> Iterator[Problem]:
    constraints = issuer.extensions.name_constraints
    if constraints is None:
        return
    key = (issuer.sha256, child.sha256, "wolfssl")
    found = judged_breaches(scene.graph, key, constraints, partial(_names, child), _RULES)
    if found is None:
        yield too_many_names(issuer)
    else:
        yield from (breached(issuer, breach) for breach in found)


def _names(certificate: Certificate) -> list[GeneralName]:
    """What name constraints judge: the names, and the CN where no DNS name stands beside it, host or not."""
    names = list(names_of(certificate))
    if not any(name.kind == "dns" for name in names):
        names.append(GeneralName("dns", certificate.subject.common))
    return names


def _longest(certificate: Certificate, issuer: _Signer | None) -> int:
    """How long a path may be below: ``maxPathLen`` of ``ParseCertRelative``; negative: not at all, an error."""
    constraints = certificate.extensions.basic_constraints
    own = constraints.path_length if constraints is not None else None
    if _self_signed(certificate) or issuer is None or (own is None and not _is_ca(certificate)):
        return LONGEST
    usage = certificate.extensions.key_usage
    signs = usage is None or "key_cert_sign" in usage
    if own is not None and (not _is_ca(certificate) or (signs and own < issuer.longest)):
        return own
    return issuer.longest - 1


def _self_signed(certificate: Certificate) -> bool:
    return certificate.issuer.same_bytes(certificate.subject)


def _is_ca(certificate: Certificate) -> bool:
    constraints = certificate.extensions.basic_constraints
    return constraints is not None and constraints.ca


def _key_id(certificate: Certificate) -> bytes:
    """The subject key identifier; without one a hash: of an RSA key's bits, of all the key information of others."""
    if certificate.ski is not None:
        return _hashed(certificate.ski)
    if certificate.der is None:
        return bytes.fromhex(certificate.spki_sha256)[:_HASH_SIZE]
    spki = tbs_slices(certificate.der).spki
    data = public_key_bits(certificate.der) if certificate.key.algorithm == "RSA" else spki
    return hashlib.sha1(data, usedforsecurity=False).digest()


def _hashed(key_id: bytes) -> bytes:
    return key_id if len(key_id) == _HASH_SIZE else hashlib.sha1(key_id, usedforsecurity=False).digest()
