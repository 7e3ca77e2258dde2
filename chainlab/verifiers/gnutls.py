"""GnuTLS: wget, Debian's apt, GNOME, printers and television sets.

Models: ``gnutls_x509_trust_list_verify_crt2``. The served list is sorted: each certificate followed by the first one
that could be its issuer (names without regard to string types, key identifiers), cut where the trust list knows the
issuer (under exactly the encoded name); what is left is sorted in its turn and stays behind it (before 3.7 it is
dropped). Where a certificate comes up again, the next one takes its place and the end of the list is lost with it: so
does Debian's 3.7.9, which is the release measured. A self-signed last certificate is dropped, and so is everything from
the first certificate on that has name and key of a root, the first of which must be valid. What remains is judged
against the roots that bear the last one's issuer name: one path. Name constraints count for host names, e-mail and IP
addresses; excluded directory names, URIs and unknown forms refuse, permitted directory names and URIs are passed over
(certtool, measured 2026-11-30). anyExtendedKeyUsage counts for the server's certificate only; SHA-1 is refused
(``gnutls-legacy``: allowed by priority string). Before 3.6.14 an expired way was final. ``gnutls-2`` (before 3.0) does
not sort the list. Sources: 3.7.9 (certtool and gnutls-cli) measured 2026-11-20; lib/x509/verify-high.c, verify.c and
common.c, with Debian's patches of 3.7.9-2 (duplicates, loops, long lists) and as of 3.6; BetterTLS results of 3.6.13
and 3.7.2 (fails branching); release notes of 3.0 (sorting). Not modelled: priority strings other than the default, PKCS
#11 trust modules.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from chainlab.certificate import Certificate, GeneralName, Name, NameConstraints
from chainlab.paths.checks import out_of_time
from chainlab.paths.hosts import WITHOUT_HOSTS, HostRules, star_in_label
from chainlab.paths.name_rules import (
    CommonName,
    Fit,
    NameRules,
    absolute_dns_subtree,
    ip_subtree,
    passed_over,
)
from chainlab.paths.reasons import Problem, Reason
from chainlab.paths.switches import BROKEN_HASHES, Anchor, Switches
from chainlab.verifiers.family import (
    Basis,
    Family,
    Matching,
    Prepared,
    Scene,
    linear,
    named,
    names_match,
)
from chainlab.verifiers.rules import key_id_fits, key_ids_agree, same_bytes, valid_then_last

VERSIONS = ("", "legacy", "3.6.13", "2")

RETRIES_EXPIRED_FROM = (3, 6, 14)
"""First release that looks for another way when the one it found has expired [D: NEWS of 3.6.14, AddTrust]."""

_INSECURE = BROKEN_HASHES | {"sha1"}

SORTS_LEFTOVERS_FROM = (3, 7)
"""First release that goes on behind the first sorted run [D: lib/x509/common.c, 3.6 does not, 3.7.9 does; I: which one
between them began, from the date of the change]."""

MAX_SORTED = 16
"""DEFAULT_MAX_VERIFY_DEPTH: longer lists, or what is left of them, are not sorted [D: lib/x509/common.c]."""


def _refused_if_excluded(_name: GeneralName, tree: GeneralName, excluded: bool) -> Fit:
    """Not compared; excluded names of such a form are refused, but not by an empty constraint."""
    return Fit.REFUSED if excluded and tree.value else Fit.APART


def _of_one_version(name: GeneralName, tree: GeneralName, excluded: bool) -> Fit:
    """IPv4 and IPv6 addresses are forms of their own."""
    same = (":" in name.value) == (":" in tree.value)
    return ip_subtree(name, tree, excluded) if same else Fit.APART


def _star_first(name: str, host: str) -> bool:
    """A wildcard is the first character of the name."""
    return star_in_label(name, host) if name.startswith("*") else name == host


def _has_unknown_forms(constraints: NameConstraints, _critical: bool) -> bool:
    """Forms beyond those of names that it can print, as registered IDs; other names have an OID."""
    return any(tree.kind == "other" and not tree.value[:1].isdigit() for tree in constraints.trees)


_NAMES = NameRules(
    dns=absolute_dns_subtree,
    ip=_of_one_version,
    uri=_refused_if_excluded,
    dirname=_refused_if_excluded,
    other=passed_over,
    refuses=_has_unknown_forms,
    common_name=CommonName.WITHOUT_NAMES,
)

_Shortened = tuple[list[Certificate], tuple[Problem, ...]]
"""What is left of the served list, and what is wrong with the root that stands for what was cut off."""


def family(version: str = "") -> Family:
    """GnuTLS 3; ``2`` for releases before 3.0, ``legacy`` where the priority string allows SHA-1."""
    numbers = tuple(int(number) for number in re.findall(r"\d+", version)) or (3, 7, 9)
    old = numbers < (3,)
    hashes = BROKEN_HASHES if old or version == "legacy" else BROKEN_HASHES | {"sha1"}
    sort = _sorted_and_retried
    if numbers < SORTS_LEFTOVERS_FROM:
        sort = _first_run_and_retried if numbers >= RETRIES_EXPIRED_FROM else _sorted_before_3_6_14
    return Family(
        id=named("gnutls", version),
        title=f"GnuTLS {version}" if version[:1].isdigit() else "GnuTLS",
        basis=Basis.DOCUMENTED if numbers < RETRIES_EXPIRED_FROM else Basis.MEASURED,
        sources=("measured 2026-11-20 with GnuTLS 3.7.9", "lib/x509/verify-high.c"),
        matching=Matching.TEXT,
        store_rules=(same_bytes, key_id_fits),
        order=valid_then_last,
        choices=1,
        switches=Switches(
            rejected_hashes=hashes,
            any_on_ca=False,
            anchor=Anchor.ALL & ~(Anchor.PURPOSE | Anchor.SAYS_CA),
            names=_NAMES,
            host=HostRules(WITHOUT_HOSTS, _star_first),
        ),
        prepare=_as_served if old else sort,
    )


def _as_served(table: Family, scene: Scene) -> Prepared:
    chain, problems = _shortened(list(scene.handshake.served), scene, expired_is_superseded=False)
    return linear(table, chain, problems)


def _sorted_before_3_6_14(table: Family, scene: Scene) -> Prepared:
    return _judged_list(table, _shortened(_first_run(scene), scene, expired_is_superseded=False))


def _first_run_and_retried(table: Family, scene: Scene) -> Prepared:
    return _judged_list(table, _shortened(_first_run(scene), scene, expired_is_superseded=True))


def _sorted_and_retried(table: Family, scene: Scene) -> Prepared:
    return _judged_list(table, _shortened(_arranged(scene), scene, expired_is_superseded=True))


def _judged_list(table: Family, shortened: _Shortened) -> Prepared:
    chain, problems = shortened
    broken = next((child for child, issuer in pairwise(chain) if not _issued(child, issuer)), None)
    if broken is not None:
        problems = (*problems, Problem(Reason.MISSING_INTERMEDIATE, broken, "its issuer is not found"))
    return linear(table, chain, problems)


def _first_run(scene: Scene) -> list[Certificate]:
    """Before 3.7: the first sorted run alone, which a circle makes as long as the list."""
    served = list(scene.handshake.served)
    if len(served) > MAX_SORTED:
        return served
    run = served[:1]
    while len(run) < len(served):
        rest = (c for c in served[1:] if c is not run[-1])
        following = next((issuer for issuer in rest if _issued(run[-1], issuer)), None)
        if following is None:
            break
        run.append(following)
    return run


def _arranged(scene: Scene) -> list[Certificate]:
    """Sorted runs one after the other until the trust list knows the issuer of the last certificate."""
    listed, done, seen = list(scene.handshake.served), 0, set[str]()
    while done < len(listed):
        listed[done:], size = _with_run_first(listed[done:])
        run = range(done, done + size)
        again = next((position for position in run if listed[position].sha256 in seen), None)
        if again is not None:
            listed[again] = listed[min(again + 1, len(listed) - 1)]
            listed.pop()
            continue
        seen.update(listed[position].sha256 for position in run)
        done += size
        if any(_issued(listed[done - 1], root) for root in _bucket(scene, listed[done - 1].issuer)):
            return listed[:done]
    return listed


def _with_run_first(certificates: list[Certificate]) -> tuple[list[Certificate], int]:
    """The list with a run before all else, and its length: from the first certificate upwards.

    Each is followed by the first of the others that could have issued it, up to a self-signed one or a circle.
    """
    if len(certificates) > MAX_SORTED:
        return certificates, 1
    places = range(len(certificates))
    run = [0]
    while not _issued(certificates[run[-1]], certificates[run[-1]]):
        child = certificates[run[-1]]
        following = next((p for p in places[1:] if p != run[-1] and _issued(child, certificates[p])), None)
        if following is None or following in run:
            break
        run.append(following)
    others = [place for place in places if place not in run]
    return [certificates[place] for place in (*run, *others)], len(run)


def _issued(child: Certificate, issuer: Certificate) -> bool:
    """``gnutls_x509_crt_check_issuer``: name and key identifier, not the signature."""
    return names_match(Matching.TEXT, child.issuer, issuer.subject) and key_ids_agree(child, issuer)


def _shortened(served: list[Certificate], scene: Scene, *, expired_is_superseded: bool) -> _Shortened:
    """Without a self-signed end, and without what stands on a root of the last one's issuer, else of its own, name."""
    if len(served) > 1 and _issued(served[-1], served[-1]):
        served = served[:-1]
    for position, certificate in enumerate(served[1:], start=1):
        if certificate in _bucket(scene, certificate.issuer):
            served = served[: position + 1]
            break
    last = served[-1]
    roots = _bucket(scene, last.issuer)
    cut = _cut(served, roots, scene)
    if last.issuer.same_bytes(last.subject) or not _superseded(cut, roots, scene, expired_is_superseded):
        return cut
    return _cut(served, _bucket(scene, last.subject), scene)


def _bucket(scene: Scene, name: Name) -> list[Certificate]:
    """The roots with exactly this encoded subject: the trust list is hashed by it."""
    return [root for root in scene.trust.anchors_named(name) if root.subject.same_bytes(name)]


def _superseded(shortened: _Shortened, roots: Sequence[Certificate], scene: Scene, by_expiry: bool) -> bool:
    """The first try finds no signer, or an expired certificate or SHA-1: reason enough for the second."""
    chain, problems = shortened
    if problems:
        return by_expiry and problems[0].reason is Reason.EXPIRED_ANCHOR
    signers = [root for root in roots if _issued(chain[-1], root)]
    if not signers:
        return True
    expired = any(scene.question.at > certificate.not_after for certificate in (*chain, signers[-1]))
    return (by_expiry and expired) or any(certificate.signature.hash in _INSECURE for certificate in chain)


def _cut(served: list[Certificate], roots: Sequence[Certificate], scene: Scene) -> _Shortened:
    """The list before the first certificate that has name and key of one of the roots; the first such must be valid."""
    for position, certificate in enumerate(served[1:], start=1):
        root = next((root for root in roots if root.entity == certificate.entity), None)
        if root is not None:
            return served[:position], tuple(out_of_time(root, scene.question.at, Reason.EXPIRED_ANCHOR))
    return served, ()
