"""What to diagnose: one target per TLS endpoint of the server, or per certificate where no endpoint is known.

A chain that was seen on the wire is a target of its own, judged as it is, unless its leaf is one whose chain is
predicted anyway; then the two are compared.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from chainlab import findings as kinds
from chainlab.errors import InputError
from chainlab.evidence import BindingEvidence, CertificateEvidence, Evidence, KeyPresence
from chainlab.findings import Finding
from chainlab.observation import ObservedChain, partly_seen
from chainlab.records import dataclass
from chainlab.server import Binding
from chainlab.wording import number_of


@dataclass(frozen=True, slots=True)
class Target:
    """One server certificate and the endpoint that uses it (``None``: none is known).

    ``host`` is the name that clients connect to, as far as the endpoint tells; empty: not known. ``observed`` is the
    chain to judge as it was on the wire; without it the chain is predicted. ``seen`` are chains that were seen with the
    same certificate.
    """

    leaf: CertificateEvidence
    binding: Binding | None = None
    host: str = ""
    observed: ObservedChain | None = None
    seen: tuple[ObservedChain, ...] = ()


def observed_targets(chains: Sequence[ObservedChain]) -> list[Target]:
    """One target per chain that was seen."""
    return [Target(chain.leaf, observed=chain, seen=(chain,)) for chain in chains]


def choose_targets(given: Evidence, everything: Evidence, observed: Sequence[ObservedChain] = ()) -> list[Target]:
    """The targets that the given inputs ask for; where they hold none, those of the server under them.

    Bindings come first, in reading order; a certificate that is given by itself (a PFX, a PEM file) is a target of its
    own unless a binding uses it; chains that were ``observed`` with another certificate come last. ``InputError`` if
    there is nothing to diagnose.
    """
    found: list[Target] = []
    for evidence in (given, everything):
        bound = list(_bound(evidence.bindings, everything))
        covered = {target.leaf.certificate.sha256 for target in bound}
        leaves = choose_leaves(evidence, observed, loose_only=bool(bound))
        found = [*bound, *(Target(leaf) for leaf in leaves if leaf.certificate.sha256 not in covered)]
        if found or observed:
            break
    if not found and not observed:
        raise _nothing(everything)
    predicted = {target.leaf.certificate for target in found}
    seen = {leaf: tuple(chain for chain in observed if chain.chain[0] == leaf) for leaf in predicted}
    apart = [chain for chain in observed if chain.chain[0] not in predicted]
    return [*(replace(t, seen=seen[t.leaf.certificate]) for t in found), *observed_targets(apart)]


def _bound(bindings: tuple[BindingEvidence, ...], evidence: Evidence) -> Iterator[Target]:
    by_sha1 = _by_sha1(evidence)
    seen: set[Binding] = set()
    for item in bindings:
        binding = as_binding(item)
        leaf = by_sha1.get(item.sha1)
        if leaf is not None and binding not in seen:
            seen.add(binding)
            yield Target(leaf, binding, item.host)


def as_binding(item: BindingEvidence) -> Binding:
    """The binding without the place where it was seen."""
    return Binding(item.endpoint, item.sha1, item.host, item.kind, item.store, item.owner)


def _by_sha1(evidence: Evidence) -> dict[str, CertificateEvidence]:
    """Each certificate's best sighting: in My or WebHosting or with its key, before any other."""
    found: dict[str, CertificateEvidence] = {}
    for item in evidence.certificates:
        held = found.get(item.certificate.sha1)
        if held is None or (_is_own(item) and not _is_own(held)):
            found[item.certificate.sha1] = item
    return found


def _is_own(item: CertificateEvidence) -> bool:
    return item.key is KeyPresence.PRESENT or (item.store is not None and item.store.logical in ("My", "WebHosting"))


def unresolved_bindings(evidence: Evidence) -> list[Finding]:
    """Bindings whose certificate is not among the inputs: their endpoints cannot be diagnosed."""
    known = {item.certificate.sha1 for item in evidence.certificates}
    missing = (item for item in evidence.bindings if item.sha1 and item.sha1 not in known)
    return [
        Finding(kinds.BINDING_WITHOUT_CERTIFICATE, {"binding": str(as_binding(item)), "sha1": item.sha1})
        for item in missing
    ]


def choose_leaves(
    evidence: Evidence, observed: Sequence[ObservedChain] = (), *, loose_only: bool = False
) -> list[CertificateEvidence]:
    """The end-entity certificates whose chain is to be predicted, one sighting each, in reading order.

    Where private keys were seen, only those with one. A self-signed certificate counts only if nothing else is there.
    What was seen on the wire counts only beside other inputs, where the chain sent with it is not known.
    ``loose_only``: only those that are not in a store.
    """
    partly = partly_seen(evidence, observed)
    seen = (item for item in evidence.certificates if not item.on_wire or item.certificate in partly)
    candidates = [item for item in seen if _may_be_server_certificate(item)]
    if loose_only:
        candidates = [item for item in candidates if item.store is None]
    proper = [item for item in candidates if not item.certificate.looks_self_signed] or candidates
    with_key = [item for item in proper if item.key is KeyPresence.PRESENT]
    chosen: dict[str, CertificateEvidence] = {}
    for item in with_key or proper:
        chosen.setdefault(item.certificate.sha256, item)
    return list(chosen.values())


def _may_be_server_certificate(item: CertificateEvidence) -> bool:
    in_store = item.store is not None and item.store.logical not in ("My", "WebHosting")
    return not in_store and (not item.certificate.is_ca or item.key is KeyPresence.PRESENT)


def _nothing(evidence: Evidence) -> InputError:
    count = len({item.certificate.sha256 for item in evidence.certificates})
    place = evidence.containers[0].place.file if evidence.containers else "the input"
    found = f"no server certificate among {number_of(count, 'certificate')}" if count else "no certificate"
    reasons = (kinds.CERTIFICATE_UNSEEN, kinds.LEAF_ONLY, kinds.NO_HANDSHAKE)
    unseen = (f"{f.message}. {f.kind.remedy}" for f in evidence.findings if f.kind in reasons)
    expected = "at least one end-entity certificate"
    if any(finding.kind is kinds.LEAF_ONLY for finding in evidence.findings):
        found = "a server certificate without the chain that was sent with it"
        expected = "the whole chain, or the server's stores beside it"
    return InputError(place, found, expected=expected, hint=next(unseen, ""))
