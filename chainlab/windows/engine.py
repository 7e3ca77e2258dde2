"""The chain engine: from a leaf and a server's stores to the chain that CertGetCertificateChain returns.

1  candidates   issuers from Root, CA, My, Trust and the LocalSystem user's CA store        stores, matching
2  paths        depth first, to a self-signed certificate, a loop or a missing issuer       paths.search
3  actors       AIA fetch and root update, where switched on and triggered                  root_update
4  status       error and info bits of every element                                        elements
5  choice       quality in two passes, then both tie policies                               selection
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from typing import Final

from chainlab.certificate import Certificate
from chainlab.graph import CertGraph
from chainlab.paths.search import Budget, CandidatePath, End, Origin, Step, by_entity, search
from chainlab.server import SYSTEM_CA, Server, StoreEntry
from chainlab.windows.elements import Context
from chainlab.windows.matching import issuer_candidates
from chainlab.windows.root_update import roots_to_fetch
from chainlab.windows.selection import Choice, LostBecause, Policy, WindowsPath, assess, choose, lost_because
from chainlab.windows.stores import world
from chainlab.windows.weak_crypto import WeakCryptoPolicy

MAX_PATHS = 2_000
"""Candidate chains assessed; a real server has fewer than ten."""

_ACTOR_ROUNDS = 3
"""Root update can make a path longer only so often: a fetched root ends it."""


class Certainty(Enum):
    """How far the prediction can be relied on."""

    FIRM = "firm"
    """Both policies serve the same chain."""
    CONTESTED = "contested"
    """Microsoft's documentation and field reports predict different chains."""
    UNDETERMINED = "undetermined"
    """Nothing documented or reported decides between equally good chains."""


@dataclass(frozen=True, slots=True)
class Alternative:
    """A chain that was not chosen, and why."""

    path: WindowsPath
    lost_because: LostBecause


@dataclass(frozen=True, slots=True)
class Possibility:
    """A chain that the server may serve: the choice of the policies named, or (no policy) a rival in a full tie."""

    path: WindowsPath
    policies: tuple[Policy, ...]

    @property
    def served(self) -> tuple[Certificate, ...]:
        """What would be on the wire."""
        return self.path.served


@dataclass(frozen=True, slots=True)
class ChainPrediction:
    """What Windows builds for one leaf: a choice under each policy, every other candidate, and what it fetched.

    ``server`` is the server afterwards: root update and AIA leave what they fetched in its stores.
    """

    leaf: Certificate
    choices: dict[Policy, Choice]
    candidates: tuple[WindowsPath, ...]
    fetched: tuple[StoreEntry, ...]
    server: Server
    budget_exceeded: bool = False

    @property
    def chosen(self) -> WindowsPath:
        """The chain under the documented policy, or under the only one in force."""
        return next(iter(self.choices.values())).winner

    @property
    def possibilities(self) -> tuple[Possibility, ...]:
        """Every chain that may be on the wire, distinct by what is served: documented policy first, then ties.

        One possibility means that the prediction is firm.
        """
        found: dict[tuple[Certificate, ...], Possibility] = {}
        for policy, choice in self.choices.items():
            known = found.get(choice.winner.served)
            policies = (*known.policies, policy) if known is not None else (policy,)
            found[choice.winner.served] = Possibility(known.path if known is not None else choice.winner, policies)
        for choice in self.choices.values():
            for path in choice.tied:
                found.setdefault(path.served, Possibility(path, ()))
        return tuple(found.values())

    @property
    def certainty(self) -> Certainty:
        """Firm, contested or undetermined, judged by what would be served."""
        served = {choice.winner.served for choice in self.choices.values()}
        if len(served) > 1:
            return Certainty.CONTESTED
        open_ended = len(self.possibilities) > 1 or self.budget_exceeded
        return Certainty.UNDETERMINED if open_ended else Certainty.FIRM

    def alternatives(self, policy: Policy | None = None) -> list[Alternative]:
        """The chains not chosen under ``policy`` (default: the first), best first, each with the deciding key."""
        policy = policy or next(iter(self.choices))
        remaining = [path for path in self.candidates if path is not self.choices[policy].winner]
        ordered: list[Alternative] = []
        while remaining:
            following = choose(remaining, policy).winner
            ordered.append(Alternative(following, lost_because(following, self.choices[policy].winner, policy)))
            remaining = [path for path in remaining if path is not following]
        return ordered


BOTH: Final = tuple(Policy)


def predict_chain(
    server: Server, graph: CertGraph, leaf: Certificate, at: datetime, policies: Sequence[Policy] = BOTH
) -> ChainPrediction:
    """Build every chain for ``leaf`` from the server's stores and choose under each of ``policies``.

    ``graph`` must hold every certificate of the server; its signature results are shared between calls.
    """
    fetched: list[StoreEntry] = []
    for _ in range(_ACTOR_ROUNDS):
        paths, exceeded = _candidate_paths(server, graph, leaf)
        context = Context(graph, world(server), at, weak_crypto=WeakCryptoPolicy(dict(server.chain_config)))
        assessed = tuple(assess(path, context) for path in paths)
        arriving = _actors(server, graph, assessed)
        if not arriving:
            break
        fetched.extend(arriving)
        server = server.with_entries(arriving)
    choices = {policy: choose(assessed, policy) for policy in policies}
    return ChainPrediction(leaf, choices, assessed, tuple(fetched), server, exceeded)


def _candidate_paths(server: Server, graph: CertGraph, leaf: Certificate) -> tuple[list[CandidatePath], bool]:
    engine_world = world(server)

    def expand(path: tuple[Step, ...]) -> Sequence[Step]:
        return [
            _step(candidate.certificate, graph)
            for candidate in issuer_candidates(path[-1].certificate, graph, engine_world)
        ]

    budget = Budget()
    found: list[CandidatePath] = []
    start = replace(_step(leaf, graph), origin=Origin.LEAF)
    for path in search(start, expand, budget, loop=by_entity):
        found.append(path)
        if len(found) >= MAX_PATHS:
            return found, True
    return found, budget.exceeded


def _step(certificate: Certificate, graph: CertGraph) -> Step:
    """A self-signed certificate ends a path [D]."""
    return Step(certificate, Origin.STORE, End.SELF_SIGNED if graph.is_self_signed(certificate) else None)


def _actors(server: Server, graph: CertGraph, assessed: tuple[WindowsPath, ...]) -> list[StoreEntry]:
    """What Windows would fetch because nothing it has is trusted: missing issuers by AIA, then roots."""
    if any(path.pass1 == max_pass1() for path in assessed):
        return []
    by_aia = _issuers_by_aia(server, graph, assessed) if server.aia else []
    return by_aia or roots_to_fetch(server, [path.path for path in assessed])


def max_pass1() -> int:
    """Signed, complete and trusted."""
    return 7


def _issuers_by_aia(server: Server, graph: CertGraph, assessed: tuple[WindowsPath, ...]) -> list[StoreEntry]:
    """Issuers that the AIA address of a partial chain's last element would give.

    They are kept in the LocalSystem user's CA store [F]. That a server fetches at all is possible, not reliable [F].
    """
    held = world(server)
    arriving: dict[str, StoreEntry] = {}
    for candidate in assessed:
        if candidate.path.end is not End.NO_ISSUER:
            continue
        for issuer in server.fetchable:
            fits = issuer.subject.key == candidate.path.top.issuer.key
            if fits and issuer not in held and graph.signature(candidate.path.top, issuer).holds:
                arriving[issuer.sha256] = StoreEntry(issuer, SYSTEM_CA, source="fetched by AIA")
    return [arriving[key] for key in sorted(arriving)]
