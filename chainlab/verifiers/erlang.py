"""Erlang/OTP's ssl application: RabbitMQ, ejabberd, CouchDB, Elixir programs.

Models: all paths are made before any is judged. A served list in order is one path; of another one each choice of one
certificate a name is walked by names and signatures (``ssl_certificate:paths``), and a self-signed end is then judged
like an intermediate certificate too. Above the last certificate stands what its authority key identifier names by
issuer and serial number, else the first of the trust store that signed it; only a self-signed one is an anchor, and a
served root must be held itself. Where the anchor has expired or is unknown, another root above this or a lower
certificate is looked for; anything else that is wrong ends a path. A served list of the leaf alone, or one the trust
store continues, is completed from the store. The anchor is judged by its dates alone; an issuer without key usage need
not be a CA (``is_digitally_sign_cert``) and then does not count for path lengths; anyExtendedKeyUsage does not stand
for serverAuth; no RSA-PSS certificates; a wildcard does not match unless the program asks for HTTPS rules. Constraints
on host names with a leading dot, on mailboxes and on nothing match no name, addresses and unknown forms that are
constrained end the handshake. Sources: lib/ssl/src/ssl_certificate.erl, ssl_handshake.erl,
lib/public_key/src/pubkey_cert.erl (OTP 25.2.3), measured 2026-11-24 with that release. Not modelled: which of two
trusted certificates of one name and key comes first (the order of an ETS table, different in every connection); an
identifier that names a certificate of another subject; a circle of certificates, in which OTP 25 walks for ever, is a
path that ends nowhere.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Final

from chainlab.certificate import Certificate, GeneralName, Name
from chainlab.der import children, element
from chainlab.paths.hosts import WITHOUT_SAN, HostRules, exactly
from chainlab.paths.name_rules import Fit, NameRules, fit, lenient_uri_subtree, mail_subtree, other_refused, refused
from chainlab.paths.reasons import Problem, Reason
from chainlab.paths.search import CandidatePath, End, Origin, Step
from chainlab.paths.switches import Anchor, Switches
from chainlab.records import dataclass
from chainlab.verifiers.family import AnchorIdentity, Basis, Family, Matching, Proposal, Scene, SubjectIndex, named

VERSIONS = ("",)

MAX_TWIN_NAMES: Final = 4
MAX_COMBINATIONS: Final = 16
"""Names with several certificates of which each is tried, and choices in all [D: ``extraneous_chains``]."""

MAX_CERTIFICATES: Final = 12
"""Ten CAs between leaf and anchor: the default of the option ``depth`` [D: ssl_internal.hrl]."""

PRINTABLE_STRING: Final = 0x13

_NO_PSS: Final = frozenset({"RSA-PSS"})

_LIKE_A_CA: Final = Anchor.ALL & ~Anchor.KEY_SIZE

Path = tuple[Certificate, ...]


def family(version: str = "") -> Family:
    """OTP 25."""
    return Family(
        id=named("erlang", version),
        title="Erlang/OTP ssl",
        basis=Basis.MEASURED,
        sources=("measured 2026-11-24 with OTP 25", "lib/ssl/src/ssl_certificate.erl"),
        matching=Matching.NORMALISED,
        partial_chain=False,
        anchors=AnchorIdentity.STORE,
        propose=proposals,
        switches=Switches(
            anchor=Anchor.VALIDITY,
            any_on_leaf=False,
            any_on_ca=False,
            only_signers_are_cas=True,
            rejected_schemes=_NO_PSS,
            max_length=MAX_CERTIFICATES,
            names=NameRules(dns=_dns, email=_mail, uri=lenient_uri_subtree, ip=refused, other=other_refused),
            host=HostRules(WITHOUT_SAN, exactly),
        ),
    )


def _dns(name: GeneralName, tree: GeneralName, _excluded: bool) -> Fit:
    """Exactly this host, or one below in any case."""
    if not tree.value or tree.value.startswith("."):
        return Fit.OUTSIDE
    return fit(name.value == tree.value or name.value.casefold().endswith("." + tree.value.casefold()))


def _mail(name: GeneralName, tree: GeneralName, excluded: bool) -> Fit:
    """A constraint that is a mailbox matches none [M: OTP 25]."""
    return Fit.OUTSIDE if "@" in tree.value else mail_subtree(name, tree, excluded)


@dataclass(frozen=True, slots=True)
class _Start:
    """A path, leaf first, and the anchor found above it. ``final``: another anchor is not looked for.

    ``doubled``: the anchor was served, in a list that did not end in it, and stands in the path too.
    """

    path: Path
    anchor: Certificate | None = None
    final: bool = False
    doubled: bool = False
    end: End = End.NO_ISSUER


def proposals(table: Family, scene: Scene) -> Iterator[Proposal]:
    """Every path in OTP's order, each followed by the shorter ones with another root where its own is of no use."""
    given_up: list[Certificate] = []
    for start in _starts(scene):
        current: _Start | None = start
        while current is not None:
            yield _proposal(table, current, scene)
            current = _other_root(current, scene, given_up)


def _other_root(start: _Start, scene: Scene, given_up: list[Certificate]) -> _Start | None:
    """``find_cross_sign_root_paths`` after an unknown or expired root."""
    if start.anchor is not None:
        if start.anchor.valid_at(scene.question.at):
            return None
        given_up.append(start.anchor)
    elif start.final:
        return None
    whole = start.path
    for length in range(len(whole), 0, -1):
        root = _issuer(whole[length - 1], _roots(whole[length - 1], scene), scene, given_up)
        if root is not None and root.self_issued:
            return _Start(whole[:length], root, doubled=root == whole[length - 1])
    return None


def _proposal(table: Family, start: _Start, scene: Scene) -> Proposal:
    leaf, *others = start.path[:-1] if start.doubled and len(start.path) > 1 else start.path
    steps = [Step(leaf, Origin.LEAF), *(Step(certificate, Origin.SERVED) for certificate in others)]
    if start.anchor is None:
        return Proposal(CandidatePath(tuple(steps), start.end), table.switches)
    path = CandidatePath((*steps, Step(start.anchor, Origin.ANCHOR, End.ANCHOR)), End.ANCHOR)
    if not start.doubled:
        return Proposal(path, table.switches)
    problems = () if _signed(start.anchor, start.anchor, scene) else (_not_signed(start.anchor),)
    return Proposal(path, replace(table.switches, anchor=_LIKE_A_CA), problems)


def _not_signed(root: Certificate) -> Problem:
    return Problem(Reason.BAD_SIGNATURE, root, "its signature is checked too, and is not by its own key")


def _starts(scene: Scene) -> Sequence[_Start]:
    """``trusted_cert_and_paths``: all of them before any is judged, so that one circle is the end of the matter."""
    made = _made(scene)
    return [start for start in made if start.end is End.CYCLE][:1] or made


def _made(scene: Scene) -> list[_Start]:
    served = scene.handshake.served
    if len(served) == 1:
        if served[0].self_issued:
            return [_Start(served, final=True, end=End.SELF_SIGNED)]
        return [_completed(_Start(served), scene)]
    if all(child.issuer.key == issuer.subject.key for child, issuer in pairwise(served)):
        return [_completed(_topped(served, scene), scene)]
    return [_completed(_chosen(served[0], pool, scene), scene) for pool in _choices(served[1:])]


def _chosen(leaf: Certificate, pool: Sequence[Certificate], scene: Scene) -> _Start:
    """``path_candidate``, of which a self-signed end stands in the path twice."""
    path, end = _walk(leaf, pool, scene)
    if end is End.CYCLE:
        return _Start(path, final=True, end=end)
    return _topped(path, scene, doubled=end is End.SELF_SIGNED)


def _topped(path: Path, scene: Scene, *, doubled: bool = False) -> _Start:
    """``handle_partial_chain``: what stands above a path.

    A self-signed end is the anchor if the trust store holds it; one with its issuer and serial number that is another
    certificate is final.
    """
    top = path[-1]
    if top.self_issued:
        held = _identified(top.serial, top.issuer, scene.trust.anchors_named(top.subject))
        if held == top:
            return _Start(path if doubled else path[:-1], top, doubled=doubled)
        return _Start(path, final=held is not None, end=End.SELF_SIGNED)
    above = _named_or_signer(top, _roots(top, scene), scene)
    if above is not None and above.self_issued:
        return _Start(path, above)
    return _Start(path if above is None else (*path, above))


def _completed(start: _Start, scene: Scene) -> _Start:
    """``handle_incomplete_chain``: the trust store may continue the whole list as it was served."""
    served = scene.handshake.served
    if start.anchor is not None or start.final:
        return start
    path, end = _walk(served[0], None, scene)
    if end is End.CYCLE:
        return _Start(path, final=True, end=End.CYCLE)
    continued = len(path) > len(served) and path[: len(served)] == served
    return _topped(path, scene) if continued else start


def _walk(leaf: Certificate, pool: Sequence[Certificate] | None, scene: Scene) -> tuple[Path, End]:
    """``build_certificate_chain`` from the leaf up through a pool (``None``: the trust store)."""
    path = {leaf.sha256: leaf}
    last, index = leaf, SubjectIndex(pool or ())
    while not last.self_issued:
        among = _roots(last, scene) if pool is None else index.named(last.issuer)
        issuer = _named_or_signer(last, among, scene)
        if issuer is None:
            return tuple(path.values()), End.NO_ISSUER
        if issuer.sha256 in path:
            return tuple(path.values()), End.CYCLE
        path[issuer.sha256] = last = issuer
    return tuple(path.values()), End.SELF_SIGNED


def _roots(child: Certificate, scene: Scene) -> Sequence[Certificate]:
    return scene.trust.anchors_named(child.issuer)


def _named_or_signer(child: Certificate, among: Sequence[Certificate], scene: Scene) -> Certificate | None:
    """The certificate that the authority key identifier names by issuer and serial number; without them a signer."""
    aki = child.aki
    if aki.issuer is not None:
        return _identified(aki.serial, aki.issuer, among)
    return _issuer(child, among, scene)


def _identified(serial: int | None, issuer: Name, among: Iterable[Certificate]) -> Certificate | None:
    return next((each for each in among if each.serial == serial and each.issuer.same_bytes(issuer)), None)


def _issuer(
    child: Certificate, among: Iterable[Certificate], scene: Scene, given_up: Sequence[Certificate] = ()
) -> Certificate | None:
    """``find_issuer``: the first that has the name and whose key signed."""
    return next(
        (
            each
            for each in among
            if each.subject.key == child.issuer.key and each not in given_up and _signed(child, each, scene)
        ),
        None,
    )


def _signed(child: Certificate, issuer: Certificate, scene: Scene) -> bool:
    """``pkix_verify`` fails for RSA-PSS signatures by ordinary RSA keys."""
    return child.signature.scheme not in _NO_PSS and scene.graph.signature(child, issuer).holds


def _choices(certificates: Sequence[Certificate]) -> Iterator[tuple[Certificate, ...]]:
    """``extraneous_chains``: every choice of one certificate a subject, the last served first.

    Of names beyond the limits the last served alone is taken. The order of subjects (that of Erlang's terms) only
    decides between encodings of one name: UTF8String comes before PrintableString.
    """
    twins: dict[Name, list[Certificate]] = {}
    for certificate in certificates:
        twins.setdefault(certificate.subject, []).append(certificate)
    kept, names, combinations = [], 0, 1
    for subject in sorted(twins, key=_term_order):
        group = twins[subject][::-1]
        if len(group) > 1 and names < MAX_TWIN_NAMES and len(group) * combinations <= MAX_COMBINATIONS:
            names, combinations = names + 1, combinations * len(group)
            kept.append(group)
        else:
            kept.append(group[:1])
    return itertools.product(*kept[::-1])


def _term_order(name: Name) -> tuple[list[bool], str]:
    """Names as Erlang sorts them: by string types, of which printableString is the first, then by text."""
    if name.der is None:
        return [], name.key
    rdns = children(name.der, element(name.der, 0))
    attributes = [attribute for rdn in rdns for attribute in children(name.der, rdn)]
    return [children(name.der, attribute)[1].tag != PRINTABLE_STRING for attribute in attributes], name.key
