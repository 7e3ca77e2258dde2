"""The answer about one server, as the plain values that are kept: a line for each of its sites, and its problem."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from chainlab.clients import ClientVerdict, Verdict
from chainlab.diagnosis import Case, Diagnosis, TargetDiagnosis
from chainlab.findings import Finding, Severity
from chainlab.impact import Effect, Impact
from chainlab.records import dataclass


@dataclass(frozen=True, slots=True)
class Failure:
    """A client that does not accept for sure: its verdict, the reason's code and one sentence."""

    client: str
    verdict: str
    reason: str
    detail: str


@dataclass(frozen=True, slots=True)
class SiteAnswer:
    """One server certificate at one endpoint.

    ``chain``: SHA-256 of what is sent, leaf first. ``chain_words``: the names of the CA certificates above the leaf,
    the root in brackets. ``accept``: clients that accept whichever chain is served; ``reject``: those that reject at
    least one; ``unknown``: the others. ``findings``: codes of errors and warnings, ``errors``: how many are errors.
    ``problem``: equal for sites that fail alike; empty where all is well. ``gained``, ``lost``, ``accept_after`` and
    ``broken``: what the proposed change does (``accept_after`` -1: nothing is proposed, or it was not simulated).
    """

    site: int
    leaf: str
    subject: str
    names: tuple[str, ...]
    issuer: str
    not_after: datetime
    binding: str
    host: str
    basis: str
    certainty: str
    chain: tuple[str, ...]
    chain_words: str
    root: str
    accept: int
    reject: int
    unknown: int
    failures: tuple[Failure, ...]
    findings: tuple[str, ...]
    errors: int
    well: bool
    problem: str
    accept_after: int = -1
    gained: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    broken: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """Everything about one distinct evidence.

    ``problem``: equal for servers whose sites fail alike in equal stores; empty where all is well. ``findings`` are
    about the evidence and the stores. ``change``: ``gains``, ``loses``, ``same``, ``not possible`` (then
    ``change_error`` says why), or empty where nothing is proposed. ``outbound_lost``: hierarchies that the server's own
    programs trust less after the change. ``error_kind`` and ``error``: why there is no answer.
    """

    evidence: str
    problem: str
    well: bool
    findings: tuple[str, ...]
    sites: tuple[SiteAnswer, ...]
    change: str = ""
    change_error: str = ""
    outbound_lost: int = 0
    error_kind: str = ""
    error: str = ""


def answer_of(evidence: str, case: Case, diagnosis: Diagnosis, impact: Impact | str | None) -> Answer:
    """The answer; ``impact`` is a sentence where the change cannot be made to this server."""
    effects = {} if impact is None or isinstance(impact, str) else {e.target: e for e in impact.effects}
    sites = tuple(_site(n, target, case, effects.get(target.target)) for n, target in enumerate(diagnosis.targets))
    change, why, outbound = _change(impact)
    problems = sorted({site.problem for site in sites if site.problem})
    problem = _digest([*problems, *_state(case, diagnosis)]) if problems else ""
    return Answer(
        evidence, problem, all(site.well for site in sites), tuple(_codes(diagnosis.findings)), sites, change, why,
        outbound,
    )  # fmt: skip


def failed(evidence: str, kind: str, error: str) -> Answer:
    """The answer that there is none."""
    return Answer(evidence, "", False, (), (), error_kind=kind, error=error)


def _site(number: int, target: TargetDiagnosis, case: Case, effect: Effect | None) -> SiteAnswer:
    leaf, served = target.leaf.certificate, target.served
    chains = [target.clients, *(other.verdicts for other in target.others)]
    failures = tuple(_failures(chains))
    unknown = sum(failure.verdict == Verdict.UNKNOWN.value for failure in failures)
    codes = tuple(_codes(target.findings))
    return SiteAnswer(
        number,
        leaf.sha256,
        leaf.subject.common or leaf.subject.text,
        leaf.dns_names,
        leaf.issuer.common or leaf.issuer.text,
        leaf.not_after,
        str(target.binding) if target.binding is not None else "",
        case.question(target.target).host,
        served.basis,
        served.certainty,
        tuple(certificate.sha256 for certificate in served.chain),
        _words(target),
        served.root.sha256 if served.root is not None else "",
        len(target.clients) - len(failures),
        len(failures) - unknown,
        unknown,
        failures,
        codes,
        sum(finding.severity is Severity.ERROR for finding in target.findings),
        target.all_well,
        "" if target.all_well else _problem(target, failures, codes),
        **_effect(effect),
    )


def _failures(chains: Sequence[Sequence[ClientVerdict]]) -> Iterator[Failure]:
    """Each client that does not accept every possible chain, with the first verdict that says so."""
    for verdicts in zip(*chains, strict=True):
        rejected = [v for v in verdicts if v.verdict is Verdict.REJECT]
        unknown = [v for v in verdicts if v.verdict is Verdict.UNKNOWN]
        for verdict in (rejected or unknown)[:1]:
            yield Failure(verdict.profile.id, verdict.verdict.value, verdict.reason, verdict.detail)


def _codes(findings: Iterable[Finding]) -> list[str]:
    return sorted({finding.code for finding in findings if finding.severity is not Severity.NOTE})


def _words(target: TargetDiagnosis) -> str:
    served = target.served
    above = [certificate.subject.common or certificate.sha256[:8] for certificate in served.chain[1:]]
    if served.root is not None and served.root not in served.chain:
        above.append(f"[{served.root.subject.common or served.root.sha256[:8]}]")
    return " → ".join(above) or "only the server certificate"


def _problem(target: TargetDiagnosis, failures: tuple[Failure, ...], codes: tuple[str, ...]) -> str:
    """The hash of how it fails: the chains above the leaf, who does not accept and why, and what was found."""
    others = (other.possibility.served for other in target.others)
    chains = [tuple(c.sha256 for c in chain[1:]) for chain in (target.served.chain, *others)]
    root = target.served.root.sha256 if target.served.root is not None else ""
    who = [(failure.client, failure.verdict, failure.reason) for failure in failures]
    return _digest([target.served.basis, target.served.certainty, chains, root, who, codes])


def _state(case: Case, diagnosis: Diagnosis) -> Iterator[object]:
    """What a plan depends on beside the problem: entries of certificates above the leaves, and the switches."""
    if all(target.served.basis == "observed" for target in diagnosis.targets):
        return
    server, above = case.scene.server, {certificate.sha256 for certificate in case.scene.above}
    entries = set()
    for entry in server.entries:
        if entry.certificate.sha256 in above:
            meaning = entry.properties
            purposes = (meaning.purposes, meaning.disallowed_purposes, meaning.not_before_purposes)
            shown = [sorted(each) if each is not None else None for each in purposes]
            dates = (meaning.disallowed_after, meaning.not_before_after)
            store = (entry.store.location, entry.store.logical, entry.store.physical)
            entries.add(repr((entry.certificate.sha256, store, shown, dates, meaning.archived)))
    yield sorted(entries)
    yield server.root_update, server.aia, server.chain_config


def _effect(effect: Effect | None) -> dict[str, Any]:
    if effect is None:
        return {}
    before = frozenset[str]() if effect.broken else effect.after.surely_accepting & effect.updated.surely_accepting
    gained = before - effect.before.surely_accepting
    return {
        "accept_after": len(before),
        "gained": tuple(sorted(gained)),
        "lost": tuple(sorted(effect.lost)),
        "broken": effect.broken,
    }


def _change(impact: Impact | str | None) -> tuple[str, str, int]:
    if impact is None:
        return "", "", 0
    if isinstance(impact, str):
        return "not possible", impact, 0
    lost = len(impact.outbound.lost)
    effects = (*impact.effects, *impact.others)
    if any(effect.worse for effect in effects):
        return "loses", "", lost
    after = any(_effect(effect)["gained"] for effect in effects)
    return ("gains" if after else "same"), "", lost


def _digest(value: object) -> str:
    return hashlib.sha256(repr(value).encode("utf-8", "surrogatepass")).hexdigest()[:32]


__all__ = ["Answer", "Failure", "SiteAnswer", "answer_of", "failed"]
