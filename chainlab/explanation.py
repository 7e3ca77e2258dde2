"""The decision step by step: every candidate path of Windows, or of one client, and why the winner won."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from chainlab.certificate import Certificate
from chainlab.clients import Profile
from chainlab.diagnosis import Case, open_case
from chainlab.errors import UsageError
from chainlab.findings import Finding
from chainlab.paths.result import BuildResult
from chainlab.records import dataclass
from chainlab.request import Request
from chainlab.targets import Target
from chainlab.verifiers import Family
from chainlab.windows.engine import ChainPrediction
from chainlab.windows.selection import LostBecause, Policy, WindowsPath


@dataclass(frozen=True, slots=True)
class ExplainedPath:
    """One candidate chain of Windows: the policies that choose it, and for the others the key in which it lost."""

    path: WindowsPath
    chosen_by: tuple[Policy, ...]
    lost: Mapping[Policy, LostBecause]
    tied: bool


@dataclass(frozen=True, slots=True)
class Explanation:
    """How Windows decides for one target; candidates stand best first under the documented policy."""

    target: Target
    prediction: ChainPrediction
    candidates: tuple[ExplainedPath, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class ClientExplanation:
    """How one client builds its path from one chain that may be served, in the order in which it tries.

    ``policies``: the rules of Windows under which this chain is served; none where it was observed or in a full tie.
    """

    target: Target
    profile: Profile
    family: Family
    policies: tuple[Policy, ...]
    served: tuple[Certificate, ...]
    result: BuildResult


@dataclass(frozen=True, slots=True)
class Explained:
    """The whole answer: Windows' decision for every target, or the asked client's."""

    at: datetime
    windows: tuple[Explanation, ...]
    clients: tuple[ClientExplanation, ...]
    case: Case


def explain(request: Request) -> Explained:
    """Windows' decision for every target, and that of every selected client.

    ``request.selector`` and ``request.own_clients`` name the clients. An observed chain has no decision of Windows.
    """
    explained = explained_of(open_case(request))
    if not explained.windows and not explained.clients:
        raise UsageError("the chain was observed, so Windows decides nothing; name a client with --client ID")
    return explained


def explained_of(case: Case) -> Explained:
    """The same for a case that is open already."""
    clients = tuple(found for target in case.scene.targets for found in _clients(case, target))
    return Explained(case.request.at, windows_of(case), clients, case)


def windows_of(case: Case) -> tuple[Explanation, ...]:
    """Windows' decision for every target whose chain is predicted."""
    return tuple(_windows(case, target) for target in case.scene.targets if target.observed is None)


def _windows(case: Case, target: Target) -> Explanation:
    answer = case.answer(target)
    prediction = answer.served.prediction
    assert prediction is not None
    losers = {policy: prediction.alternatives(policy) for policy in prediction.choices}
    first = next(iter(losers.values()))
    reasons = {
        policy: {id(alternative.path): alternative.lost_because for alternative in alternatives}
        for policy, alternatives in losers.items()
    }
    ranked = [prediction.chosen, *(alternative.path for alternative in first)]
    explained = (_explained(prediction, path, reasons) for path in ranked)
    return Explanation(target, prediction, tuple(explained), answer.findings)


def _explained(
    prediction: ChainPrediction, path: WindowsPath, reasons: Mapping[Policy, Mapping[int, LostBecause]]
) -> ExplainedPath:
    """``reasons``: why each path lost under each policy, by the identity of the path."""
    chosen_by = tuple(policy for policy, choice in prediction.choices.items() if choice.winner is path)
    lost = {policy: lost[id(path)] for policy, lost in reasons.items() if id(path) in lost}
    tied = any(path is rival for choice in prediction.choices.values() for rival in choice.tied)
    return ExplainedPath(path, chosen_by, lost, tied)


def _clients(case: Case, target: Target) -> list[ClientExplanation]:
    judge = case.judge(case.question(target))
    return [
        ClientExplanation(target, profile, judge.family(profile), policies, served, judge.result(profile, served))
        for policies, served in _chains(case, target)
        for profile, _ in case.clients
    ]


def _chains(case: Case, target: Target) -> list[tuple[tuple[Policy, ...], tuple[Certificate, ...]]]:
    """Every chain that may be on the wire, with the rules that choose it."""
    if target.observed is not None:
        return [((), target.observed.chain)]
    prediction = case.answer(target).served.prediction
    assert prediction is not None
    return [(possibility.policies, possibility.served) for possibility in prediction.possibilities]
