"""What is worth saying of a target beside the clients' verdicts: findings about its leaf, its chain and its inputs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from chainlab import findings as kinds
from chainlab.assembly import Scene
from chainlab.catalog import Catalog
from chainlab.certificate import Certificate
from chainlab.clients import ClientVerdict, Profile, Verdict
from chainlab.evidence import CertificateEvidence, KeyPresence
from chainlab.findings import Finding
from chainlab.ground_truth import compare
from chainlab.observation import ObservedChain
from chainlab.paths.checks import Question
from chainlab.paths.hosts import HostRules, matches_host
from chainlab.paths.search import End
from chainlab.plan import BetterChain, updated
from chainlab.records import dataclass
from chainlab.server import Server
from chainlab.server_state import root_store_seen
from chainlab.targets import Target
from chainlab.windows.engine import BOTH, Certainty, ChainPrediction, predict_chain
from chainlab.windows.selection import Policy, WindowsPath
from chainlab.windows.status import TrustError, describe
from chainlab.wording import number_of

SOON_DAYS = 30
"""A certificate that expires within this time gets a warning."""

_QUIET = TrustError.IS_UNTRUSTED_ROOT | TrustError.IS_NOT_TIME_VALID
"""Element errors that have findings of their own."""


@dataclass(frozen=True, slots=True)
class _Target:
    """One leaf under review."""

    leaf: CertificateEvidence
    scene: Scene
    question: Question
    prediction: ChainPrediction | None
    served: tuple[Certificate, ...]
    observed: Sequence[ObservedChain]

    def predicted(self, server: Server) -> WindowsPath:
        """The chain that another state of the server would give."""
        policies = tuple(self.prediction.choices) if self.prediction is not None else BOTH
        graph, at = self.scene.graph, self.question.at
        return predict_chain(server, graph, self.leaf.certificate, at, policies).chosen


def review(
    target: Target,
    scene: Scene,
    question: Question,
    prediction: ChainPrediction | None,
    served: tuple[Certificate, ...],
) -> list[Finding]:
    """Every finding about one target; ``prediction`` is ``None`` where the served chain was observed."""
    reviewed = _Target(target.leaf, scene, question, prediction, served, target.seen)
    return [finding for rule in _RULES for finding in rule(reviewed)]


def about_root(
    root: Certificate | None, verdicts: Sequence[ClientVerdict], own: Iterable[tuple[Profile, object]], catalog: Catalog
) -> list[Finding]:
    """Whether no client, the public's among them, accepts a chain to a root that no public CA has published.

    ``own`` are the clients that the user described: where only they were asked, nothing is said of the public's.
    """
    described = {profile.id for profile, _ in own}
    if root is None or catalog.publishes(root.sha256) or all(v.profile.id in described for v in verdicts):
        return []
    if any(verdict.verdict is Verdict.ACCEPT for verdict in verdicts):
        return []
    return [Finding(kinds.PRIVATE_ROOT, {"label": root.label}, (root.sha256,))]


def about_better(better: BetterChain | None, now: Sequence[ClientVerdict]) -> list[Finding]:
    """That another chain would be accepted by more of the clients whose verdicts on what was sent are ``now``."""
    if better is None:
        return []
    parts = []
    if better.added:
        parts.append(f"also sent {_labels(better.added)}")
    if better.left_out:
        parts.append(f"left out {_labels(better.left_out)}")
    parameters = {
        "then": str(len(better.accepting)),
        "total": number_of(len(now), "client"),
        "now": str(sum(verdict.verdict is Verdict.ACCEPT for verdict in now)),
        "how": " and ".join(parts) or "sent each certificate once, every one certified by the next",
        "date": _day(better.ends),
    }
    return [Finding(kinds.BETTER_CHAIN, parameters, tuple(c.sha256 for c in better.certificates[:-1]))]


def _labels(certificates: Iterable[Certificate]) -> str:
    return " and ".join(certificate.label for certificate in certificates)


def _about_leaf(target: _Target) -> Iterator[Finding]:
    leaf, at = target.leaf.certificate, target.question.at
    concerned = (leaf.sha256,)
    if at > leaf.not_after:
        yield Finding(kinds.LEAF_EXPIRED, {"date": _day(leaf.not_after)}, concerned)
    elif at < leaf.not_before:
        yield Finding(kinds.LEAF_NOT_YET_VALID, {"date": _day(leaf.not_before)}, concerned)
    elif (leaf.not_after - at).days < SOON_DAYS:
        days = number_of((leaf.not_after - at).days, "day")
        yield Finding(kinds.LEAF_EXPIRES_SOON, {"date": _day(leaf.not_after), "days": days}, concerned)
    if leaf.purposes is not None and target.question.purpose not in leaf.purposes:
        yield Finding(kinds.LEAF_PURPOSE, {}, concerned)
    if target.scene.graph.is_self_signed(leaf):
        yield Finding(kinds.LEAF_SELF_SIGNED, {}, concerned)
    host = target.question.host
    if host and not matches_host(leaf, host, HostRules()):
        names = ", ".join(leaf.dns_names) or "no host"
        yield Finding(kinds.HOST_MISMATCH, {"host": host, "names": names}, concerned)
    if target.leaf.format == "PFX" and target.leaf.key is KeyPresence.ABSENT:
        place = target.leaf.place.file
        yield Finding(kinds.NO_KEY, {"place": place, "label": leaf.label}, concerned)


def _day(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d}"


def _about_end(target: _Target) -> Iterator[Finding]:
    """Where the path ends: missing intermediate, unknown issuer, untrusted root."""
    if target.prediction is None:
        yield from _about_observed_end(target)
        return
    path = target.prediction.chosen
    top = path.path.top
    if path.path.end is End.NO_ISSUER:
        known = target.scene.graph.by_subject(top.issuer)
        if known and any(certificate.looks_self_signed for certificate in known):
            parameters = {"label": known[0].label}
            yield Finding(kinds.UNTRUSTED_ROOT, parameters, tuple(c.sha256 for c in known[:1]))
        elif known or not top.is_ca:
            yield Finding(kinds.MISSING_INTERMEDIATE, {"issuer": top.issuer.common}, (top.sha256,))
        else:
            yield Finding(kinds.ISSUER_UNKNOWN, {"issuer": top.issuer.common, "label": top.label}, (top.sha256,))
    elif path.root is not None and TrustError.IS_UNTRUSTED_ROOT in path.status and len(path.certificates) > 1:
        yield Finding(kinds.UNTRUSTED_ROOT, {"label": path.root.label}, (path.root.sha256,))


def _about_observed_end(target: _Target) -> Iterator[Finding]:
    """The last CA certificate that was sent has an issuer that nobody knows."""
    graph, top, left = target.scene.graph, target.served[0], set(target.served[1:])
    while above := next((issuer for issuer in graph.issuers(top) if issuer in left), None):
        top = above
        left.remove(top)
    if top.is_ca and not graph.issuers(top) and not graph.by_subject(top.issuer):
        yield Finding(kinds.ISSUER_UNKNOWN, {"issuer": top.issuer.common, "label": top.label}, (top.sha256,))


def _about_elements(target: _Target) -> Iterator[Finding]:
    if target.prediction is None:
        return
    for element in target.prediction.chosen.elements[1:]:
        certificate = element.certificate
        if TrustError.IS_NOT_TIME_VALID in element.error and target.question.at > certificate.not_after:
            parameters = {"label": certificate.label, "date": _day(certificate.not_after)}
            yield Finding(kinds.EXPIRED_IN_CHAIN, parameters, (certificate.sha256,))
        if element.error & ~_QUIET:
            why = "; ".join(r.text for r in element.remarks if r.bits & ~_QUIET) or describe(element.error)
            yield Finding(kinds.CHAIN_ERROR, {"label": certificate.label, "why": why}, (certificate.sha256,))


def _about_renewal(target: _Target) -> Iterator[Finding]:
    """An issuer of the right name but another key stands in the chain, or is all that the stores hold."""
    if target.prediction is None:
        return
    path = target.prediction.chosen.certificates
    held = target.scene.server.certificates
    for child, above in zip(path, (*path[1:], None), strict=True):
        wrong = [c for c in target.scene.graph.by_subject(child.issuer) if c in held and _other_key(child, c)]
        if wrong and (above is None or above in wrong) and not target.scene.graph.is_self_signed(child):
            parameters = {"issuer": child.issuer.common, "held": wrong[0].spki_sha256[:8], "label": child.label}
            yield Finding(kinds.ISSUER_RENEWED, parameters, (wrong[0].sha256,))


def _other_key(child: Certificate, issuer: Certificate) -> bool:
    return None not in (child.aki.key_id, issuer.ski) and child.aki.key_id != issuer.ski


def _about_choice(target: _Target) -> Iterator[Finding]:
    prediction = target.prediction
    if prediction is None:
        return
    if prediction.budget_exceeded:
        count = number_of(len(prediction.candidates), "candidate chain")
        if target.scene.graph.curtailed:
            count += " and as many issuers, signatures and names as are compared at most"
        yield Finding(kinds.SEARCH_STOPPED, {"count": count})
    if prediction.certainty is Certainty.CONTESTED:
        kb, newest = (prediction.choices[policy].winner for policy in (Policy.KB, Policy.NEWEST))
        parameters = {"kb": _describe_path(kb), "newest": _describe_path(newest)}
        yield Finding(kinds.CONTESTED, parameters)
    elif prediction.certainty is Certainty.UNDETERMINED and not prediction.budget_exceeded:
        yield Finding(kinds.UNDETERMINED, {"count": str(len(prediction.possibilities))})


def _about_windows_own(target: _Target) -> Iterator[Finding]:
    """Chains that Windows built itself for this certificate, as the evidence shows them."""
    if target.prediction is not None:
        yield from compare(target.prediction, target.scene.evidence.chains)


def _describe_path(path: WindowsPath) -> str:
    names = " → ".join(certificate.subject.common for certificate in path.certificates[1:])
    return f"the path to {path.certificates[-1].label} ({names})"


def _about_download(target: _Target) -> Iterator[Finding]:
    """Whether the chain would differ as long as the chosen root has not been downloaded."""
    fresh, prediction = target.scene.fresh, target.prediction
    if fresh is None or prediction is None or prediction.chosen.root is None:
        return
    before = target.predicted(fresh)
    if before.served != prediction.chosen.served:
        root = prediction.chosen.root
        parameters = {"root": root.label, "other": _describe_path(before)}
        yield Finding(kinds.ROOT_ON_DEMAND, parameters, (root.sha256,))


def _about_update(target: _Target) -> Iterator[Finding]:
    """Whether a root that Windows can bring back would change the chain [D: KB 2831004; F: Sectigo, Trustico]."""
    scene, prediction = target.scene, target.prediction
    if prediction is None or scene.fresh is not None:
        return
    after = target.predicted(updated(scene.server))
    if after.root is not None and after.served != prediction.chosen.served:
        held = scene.server.find(after.root, "Root")
        state = "restricted in the Root store" if held else "not in the Root store"
        parameters = {"root": after.root.label, "state": state, "other": _describe_path(after)}
        yield Finding(kinds.ROOT_COMES_BACK, parameters, (after.root.sha256,))


def _about_aia(target: _Target) -> Iterator[Finding]:
    """Whether Windows would serve another chain if it fetched a missing issuer [F: R3 in 2021; not reliable]."""
    server, prediction = target.scene.server, target.prediction
    if prediction is None or server.aia or prediction.chosen.path.end is not End.NO_ISSUER:
        return
    after = target.predicted(server.answers.once("with AIA", lambda: replace(server, aia=True)))
    fetched = [c for c in after.certificates if c not in prediction.chosen.certificates]
    if after.served != prediction.chosen.served and fetched:
        parameters = {"label": fetched[0].label, "other": _describe_path(after)}
        yield Finding(kinds.AIA_DECIDES, parameters, (fetched[0].sha256,))


def _about_unused(target: _Target) -> Iterator[Finding]:
    """Cross-certificates that the server holds and that some candidate path uses, but not the chosen one."""
    prediction = target.prediction
    if prediction is None:
        return
    used = set(prediction.chosen.certificates)
    for alternative in prediction.alternatives():
        for certificate in alternative.path.certificates:
            if certificate in used or certificate.looks_self_signed:
                continue
            used.add(certificate)
            parameters = {
                "label": certificate.label,
                "why": f"the path with it lost because {alternative.lost_because.text}",
            }
            yield Finding(kinds.CROSS_SIGN_UNUSED, parameters, (certificate.sha256,))


def _about_signatures(target: _Target) -> Iterator[Finding]:
    """Signatures of the chain that are taken as published, because no encoding is at hand to check them."""
    graph = target.scene.graph
    path = target.prediction.chosen.certificates if target.prediction is not None else target.served
    for certificate in dict.fromkeys((*target.served, *path)):
        if not certificate.encoded and not graph.is_self_signed(certificate):
            yield Finding(kinds.CATALOGUED_SIGNATURE, {"label": certificate.label}, (certificate.sha256,))


def _about_expiry(target: _Target) -> Iterator[Finding]:
    """A predicted chain's expired certificates have a finding of their own (``_about_elements``)."""
    leaf, at = target.leaf.certificate, target.question.at
    for certificate in target.served[1:]:
        told = target.prediction is not None and at > certificate.not_after
        if certificate.not_after < leaf.not_after and not told:
            parameters = {"label": certificate.label, "date": _day(certificate.not_after)}
            yield Finding(kinds.INTERMEDIATE_EXPIRES, parameters, (certificate.sha256,))


def _about_pfx(target: _Target) -> Iterator[Finding]:
    """A PFX that carries a self-signed root can put it back into the Root store [I]."""
    file = target.leaf.place.file
    for certificate in _roots_brought(target.scene, file):
        parameters = {"place": file, "label": certificate.label}
        state = _blocked(target, certificate)
        kind = kinds.PFX_BRINGS_BLOCKED_ROOT if state else kinds.PFX_BRINGS_ROOT
        yield Finding(kind, {**parameters, "state": state} if state else parameters, (certificate.sha256,))


def _roots_brought(scene: Scene, file: str) -> Sequence[Certificate]:
    """The roots in a PFX; found once for all the server certificates in it."""
    graph = scene.graph

    def brought() -> list[Certificate]:
        inside = (i.certificate for i in scene.evidence.from_file(file) if i.format == "PFX" and i.store is None)
        return [each for each in inside if each.is_ca and graph.is_self_signed(each)]

    return graph.answers.once(("roots in a PFX", file), brought)


def _blocked(target: _Target, root: Certificate) -> str:
    """How the server that was seen keeps this root out, in words; empty if it does not, or if an import cannot undo it.

    Untrusted wins over Root whatever is imported [D: deprecation policy].
    """
    evidence = target.scene.evidence
    copies = [i for i in evidence.certificates if i.store and i.store.logical == "Root" and i.certificate == root]
    if not root_store_seen(evidence) or target.scene.server.find(root, "Disallowed"):
        return ""
    if not copies:
        return "not in the Root store"
    return "without any purpose" if any(copy.properties.all_purposes_disabled for copy in copies) else ""


def _about_observation(target: _Target) -> Iterator[Finding]:
    """Whether a handshake with this leaf shows a chain that is predicted under one of the policies."""
    prediction = target.prediction
    if prediction is None:
        return
    for seen in target.observed:
        fitting = [p.policies for p in prediction.possibilities if p.served == seen.chain]
        if fitting:
            parameters = {"place": seen.place, "policy": _WHICH.get(fitting[0], "")}
            yield Finding(kinds.OBSERVED_AGREES, parameters)
        else:
            above = " → ".join(certificate.label for certificate in seen.chain[1:]) or "the server certificate alone"
            yield Finding(kinds.OBSERVED_DIFFERS, {"place": seen.place, "observed": above})


_WHICH: dict[tuple[Policy, ...], str] = {
    (Policy.KB,): " (the one that Microsoft documents)",
    (Policy.NEWEST,): " (the one that field reports tell of: the newer issuer)",
}


def _about_server_name(target: _Target) -> Iterator[Finding]:
    """Names that clients asked for and that the certificate does not have; ``--host`` is judged on its own."""
    leaf = target.leaf.certificate
    for host in dict.fromkeys(host for seen in target.observed for host in seen.hosts):
        if host != target.question.host and not matches_host(leaf, host, HostRules()):
            names = ", ".join(leaf.dns_names) or "no host"
            yield Finding(kinds.SNI_MISMATCH, {"host": host, "names": names}, (leaf.sha256,))


_RULES = (
    _about_leaf, _about_end, _about_renewal, _about_elements, _about_choice, _about_windows_own, _about_download,
    _about_update, _about_aia, _about_unused, _about_signatures, _about_expiry, _about_pfx, _about_observation,
    _about_server_name,
)  # fmt: skip
