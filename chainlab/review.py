"""What is worth saying of a target beside the clients' verdicts: findings about its leaf, its chain and its inputs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from chainlab import findings as kinds
from chainlab.assembly import Scene
from chainlab.certificate import Certificate
from chainlab.evidence import CertificateEvidence, KeyPresence
from chainlab.findings import Finding
from chainlab.observation import ObservedChain
from chainlab.paths.checks import Question
from chainlab.paths.names import HostRules, matches_host
from chainlab.paths.search import End
from chainlab.windows.engine import Certainty, ChainPrediction, predict_chain
from chainlab.windows.selection import Policy, WindowsPath
from chainlab.windows.status import TrustError, describe

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


def review(
    leaf: CertificateEvidence,
    scene: Scene,
    question: Question,
    prediction: ChainPrediction | None,
    served: tuple[Certificate, ...],
    observed: Sequence[ObservedChain] = (),
) -> list[Finding]:
    """Every finding about one target; ``prediction`` is ``None`` where the served chain was observed.

    ``observed``: the chains that were seen with this leaf.
    """
    target = _Target(leaf, scene, question, prediction, served, observed)
    return [finding for rule in _RULES for finding in rule(target)]


def _about_leaf(target: _Target) -> Iterator[Finding]:
    leaf, at = target.leaf.certificate, target.question.at
    concerned = (leaf.sha256,)
    if at > leaf.not_after:
        yield Finding(kinds.LEAF_EXPIRED, {"date": _day(leaf.not_after)}, concerned)
    elif at < leaf.not_before:
        yield Finding(kinds.LEAF_NOT_YET_VALID, {"date": _day(leaf.not_before)}, concerned)
    elif (leaf.not_after - at).days < SOON_DAYS:
        days = str((leaf.not_after - at).days)
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
    """Where the predicted path ends: missing intermediate, unknown issuer, untrusted root."""
    if target.prediction is None:
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


def _about_elements(target: _Target) -> Iterator[Finding]:
    if target.prediction is None:
        return
    for element in target.prediction.chosen.elements[1:]:
        if element.error & ~_QUIET:
            why = "; ".join(element.notes) or describe(element.error)
            yield Finding(
                kinds.CHAIN_ERROR, {"label": element.certificate.label, "why": why}, (element.certificate.sha256,)
            )


def _about_choice(target: _Target) -> Iterator[Finding]:
    prediction = target.prediction
    if prediction is None:
        return
    if prediction.certainty is Certainty.CONTESTED:
        kb, newest = (prediction.choices[policy].winner for policy in (Policy.KB, Policy.NEWEST))
        parameters = {"kb": _describe_path(kb), "newest": _describe_path(newest)}
        yield Finding(kinds.CONTESTED, parameters)
    elif prediction.certainty is Certainty.UNDETERMINED:
        count = 1 + len(prediction.choices[Policy.KB].tied)
        yield Finding(kinds.UNDETERMINED, {"count": str(count)})


def _describe_path(path: WindowsPath) -> str:
    names = " → ".join(certificate.subject.common for certificate in path.certificates[1:])
    return f"the path to {path.certificates[-1].label} ({names})"


def _about_download(target: _Target) -> Iterator[Finding]:
    """Whether the chain would differ as long as the chosen root has not been downloaded."""
    fresh, prediction = target.scene.fresh, target.prediction
    if fresh is None or prediction is None or prediction.chosen.root is None:
        return
    before = predict_chain(fresh, target.scene.graph, target.leaf.certificate, target.question.at)
    if before.chosen.served != prediction.chosen.served:
        root = prediction.chosen.root
        parameters = {"root": root.label, "other": _describe_path(before.chosen)}
        yield Finding(kinds.ROOT_ON_DEMAND, parameters, (root.sha256,))


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


def _about_expiry(target: _Target) -> Iterator[Finding]:
    leaf = target.leaf.certificate
    for certificate in target.served[1:]:
        if certificate.not_after < leaf.not_after:
            parameters = {"label": certificate.label, "date": _day(certificate.not_after)}
            yield Finding(kinds.INTERMEDIATE_EXPIRES, parameters, (certificate.sha256,))


def _about_pfx(target: _Target) -> Iterator[Finding]:
    for item in target.scene.evidence.certificates:
        certificate = item.certificate
        brings = item.format == "PFX" and item.store is None and item.place.file == target.leaf.place.file
        if brings and certificate.is_ca and target.scene.graph.is_self_signed(certificate):
            parameters = {"place": item.place.file, "label": certificate.label}
            yield Finding(kinds.PFX_BRINGS_ROOT, parameters, (certificate.sha256,))


def _about_observation(target: _Target) -> Iterator[Finding]:
    """Whether a handshake with this leaf shows what is predicted under one of the two policies."""
    prediction = target.prediction
    if prediction is None:
        return
    by_policy = {policy: choice.winner.served for policy, choice in prediction.choices.items()}
    for seen in target.observed:
        fitting = [policy for policy, chain in by_policy.items() if chain == seen.chain]
        parameters = {"place": seen.place, "policy": _WHICH[len(fitting), fitting[0]] if fitting else ""}
        if fitting:
            yield Finding(kinds.OBSERVED_AGREES, parameters)
        else:
            above = " → ".join(certificate.label for certificate in seen.chain[1:]) or "the server certificate alone"
            yield Finding(kinds.OBSERVED_DIFFERS, {"place": seen.place, "observed": above})


_WHICH = {
    (2, Policy.KB): "",
    (1, Policy.KB): " (the one that Microsoft documents)",
    (1, Policy.NEWEST): " (the one that field reports tell of: the newer issuer)",
}
"""How many of the two policies a sighting fits, and the first of them -> what to add."""


def _about_server_name(target: _Target) -> Iterator[Finding]:
    """Names that clients asked for and that the certificate does not have; ``--host`` is judged on its own."""
    leaf = target.leaf.certificate
    for host in dict.fromkeys(host for seen in target.observed for host in seen.hosts):
        if host != target.question.host and not matches_host(leaf, host, HostRules()):
            names = ", ".join(leaf.dns_names) or "no host"
            yield Finding(kinds.SNI_MISMATCH, {"host": host, "names": names}, (leaf.sha256,))


_RULES = (
    _about_leaf, _about_end, _about_elements, _about_choice, _about_download, _about_unused, _about_expiry, _about_pfx,
    _about_observation, _about_server_name,
)  # fmt: skip
