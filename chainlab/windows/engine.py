"""The chain engine: from a leaf and a server's stores to the chain that CertGetCertificateChain returns.

1  candidates   issuers from Root, CA, My, Trust and the LocalSystem user's CA store        stores, matching
2  paths        depth first, to a self-signed certificate, a loop or a missing issuer       paths.search
3  actors       AIA fetch and root update, where switched on and triggered                  root_update
4  status       error and info bits of every element                                        elements
5  choice       quality in two passes, then both tie policies                               selection
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from enum import Enum
from typing import Final

from chainlab import oids
from chainlab.certificate import Certificate
from chainlab.graph import CertGraph
from chainlab.paths.search import (
    MAX_DEPTH,
    MAX_STEPS,
    Budget,
    CandidatePath,
    End,
    Expand,
    Origin,
    Step,
    by_entity,
    search,
)
from chainlab.records import dataclass
from chainlab.server import SYSTEM_CA, Server, StoreEntry
from chainlab.windows.elements import Context
from chainlab.windows.matching import issuer_candidates, match_of
from chainlab.windows.root_update import roots_to_fetch
from chainlab.windows.selection import (
    MAX_PASS1,
    Choice,
    LostBecause,
    Policy,
    WindowsPath,
    assess,
    choose,
    lost_because,
    ranked,
)
from chainlab.windows.stores import World, world
from chainlab.windows.weak_crypto import WeakCryptoPolicy

MAX_PATHS = 2_000
"""Candidate chains assessed. Beyond it, as many of the shortest are added."""

MAX_ELEMENTS = 16_000
"""Certificates of these chains together, and of the shortest ones: a chain costs as much to assess as it is long."""

MAX_NEWEST = 100
"""Chains by newest issuers that are added to these."""

MAX_POSSIBILITIES = 16
"""Chains that may be served alike, each of which is judged for every client."""

_MAX_FETCHES = MAX_DEPTH
"""Rounds of fetching: each AIA fetch makes a path one certificate longer, and a fetched root ends it."""


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


class Selection:
    """The choice under each policy among the assessed chains, and every chain that it leaves possible.

    ``overflowing``: there are more of these than ``MAX_POSSIBILITIES``.
    """

    def __init__(self, choices: dict[Policy, Choice], candidates: tuple[WindowsPath, ...]) -> None:
        self.choices, self.candidates = choices, candidates
        distinct = tuple(itertools.islice(self._distinct(), MAX_POSSIBILITIES + 1))
        self.possibilities = distinct[:MAX_POSSIBILITIES]
        self.overflowing = len(distinct) > MAX_POSSIBILITIES

    def _distinct(self) -> Iterator[Possibility]:
        found: dict[tuple[Certificate, ...], Possibility] = {}
        for policy, choice in self.choices.items():
            known = found.get(choice.winner.served)
            policies = (*known.policies, policy) if known is not None else (policy,)
            found[choice.winner.served] = Possibility(known.path if known is not None else choice.winner, policies)
        for choice in self.choices.values():
            for path in choice.tied:
                found.setdefault(path.served, Possibility(path, ()))
        yield from found.values()


@dataclass(frozen=True, slots=True)
class ChainPrediction:
    """What Windows builds for one leaf: a choice under each policy, every other candidate, and what it fetched.

    ``server`` is the server afterwards: root update and AIA leave what they fetched in its stores.
    """

    leaf: Certificate
    selection: Selection
    fetched: tuple[StoreEntry, ...]
    server: Server
    budget_exceeded: bool = False

    @property
    def choices(self) -> dict[Policy, Choice]:
        """The choice under each policy."""
        return self.selection.choices

    @property
    def candidates(self) -> tuple[WindowsPath, ...]:
        """Every chain that could be built."""
        return self.selection.candidates

    @property
    def chosen(self) -> WindowsPath:
        """The chain under the documented policy, or under the only one in force."""
        return next(iter(self.choices.values())).winner

    @property
    def possibilities(self) -> tuple[Possibility, ...]:
        """Every chain that may be on the wire, distinct by what is served: documented policy first, then ties.

        One possibility means that the prediction is firm. Of very many, as in a mesh, ``MAX_POSSIBILITIES`` stand for
        all; then ``budget_exceeded`` is set.
        """
        return self.selection.possibilities

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
        winner = self.choices[policy].winner
        losers = (path for path in ranked(self.candidates, policy) if path is not winner)
        return [Alternative(path, lost_because(path, winner, policy)) for path in losers]


BOTH: Final = tuple(Policy)


class Assessments:
    """What predictions of one graph, moment and usage on many states of a server have in common, worked out once.

    Candidate chains follow from which certificates the stores hold; a chain's quality from what they say of its
    certificates; the choice from the chains with their quality. Most states differ in the entry of one certificate,
    which most chains do not contain.
    """

    def __init__(self) -> None:
        self._paths: dict[object, tuple[list[CandidatePath], bool]] = {}
        self._assessed: dict[object, WindowsPath] = {}
        self._selected: dict[object, Selection] = {}
        self._entries: dict[int, tuple[StoreEntry, int]] = {}
        self._numbers: dict[object, int] = {}

    def candidates(self, among: World, graph: CertGraph, leaf: Certificate) -> tuple[list[CandidatePath], bool]:
        """The candidate chains, and whether there are more."""
        key = leaf.sha256, among.held
        known = self._paths.get(key)
        if known is None:
            known = self._paths[key] = _candidate_paths(among, graph, leaf)
        return known

    def assess(self, paths: Sequence[CandidatePath], context: Context, config: object) -> tuple[WindowsPath, ...]:
        """``paths`` assessed; ``config`` stands for the policies in ``context``."""
        said: dict[str, object] = {}
        for path in paths:
            for certificate in path.certificates:
                if certificate.sha256 not in said:
                    said[certificate.sha256] = self._said(certificate, context.world)
        return tuple(self._of(path, [said[each] for each in path.fingerprints], context, config) for path in paths)

    def _of(self, path: CandidatePath, said: list[object], context: Context, config: object) -> WindowsPath:
        key = (config, path.end, path.fingerprints, *said)
        known = self._assessed.get(key)
        if known is None:
            known = self._assessed[key] = assess(path, context)
        return known

    def _said(self, certificate: Certificate, among: World) -> object:
        """What the stores say of a certificate: equal for equal places and properties."""
        entries = among.entries.get(certificate.sha256, ())
        return *map(self._number, entries), among.is_disallowed(certificate), among.is_program_root(certificate)

    def _number(self, entry: StoreEntry) -> int:
        known = self._entries.get(id(entry))
        if known is None:  # the entry is kept, so that its id stays its own
            number = self._numbers.setdefault((entry.store, entry.properties), len(self._numbers))
            known = self._entries[id(entry)] = entry, number
        return known[1]

    def choose(self, assessed: tuple[WindowsPath, ...], policies: Sequence[Policy]) -> Selection:
        """The choice under each policy; the very same one for the same chains."""
        key = (*policies, *map(id, assessed))
        known = self._selected.get(key)
        if known is None:
            known = self._selected[key] = Selection({policy: choose(assessed, policy) for policy in policies}, assessed)
        return known


def predict_chain(
    server: Server,
    graph: CertGraph,
    leaf: Certificate,
    at: datetime,
    policies: Sequence[Policy] = BOTH,
    usage: str = oids.SERVER_AUTH,
    assessments: Assessments | None = None,
) -> ChainPrediction:
    """Build every chain for ``leaf`` from the server's stores and choose under each of ``policies``.

    ``usage`` is the extended key usage that is asked for; empty: none is.

    ``graph`` must hold every certificate of the server; its signature results are shared between calls, and so are
    ``assessments`` between calls with the same graph, moment and usage.
    """
    fetched: list[StoreEntry] = []
    assessments = assessments or Assessments()
    for remaining in reversed(range(_MAX_FETCHES)):
        among = world(server)
        paths, exceeded = assessments.candidates(among, graph, leaf)
        context = Context(graph, among, at, usage, weak_crypto=WeakCryptoPolicy(dict(server.chain_config)))
        assessed = assessments.assess(paths, context, server.chain_config)
        arriving = _actors(server, among, graph, assessed)
        exceeded = exceeded or (bool(arriving) and not remaining)
        if not arriving or not remaining:
            break
        fetched.extend(arriving)
        server = server.with_entries(arriving)
    selection = assessments.choose(assessed, policies)
    exceeded = exceeded or graph.curtailed or selection.overflowing
    return ChainPrediction(leaf, selection, tuple(fetched), server, exceeded)


def _candidate_paths(among: World, graph: CertGraph, leaf: Certificate) -> tuple[list[CandidatePath], bool]:
    """Every chain, depth first; in a mesh too large, those of one corner and those that either policy prefers."""
    above: dict[str, list[Step]] = {}

    def expand(path: tuple[Step, ...]) -> Sequence[Step]:
        child = path[-1].certificate
        steps = above.get(child.sha256)
        if steps is None:
            candidates = issuer_candidates(child, graph, among)
            steps = above[child.sha256] = [_step(each.certificate, graph, among) for each in candidates]
        return steps

    budget = Budget()
    start = replace(_step(leaf, graph, among), origin=Origin.LEAF)
    found = _Found()
    for path in search(start, expand, budget, loop=by_entity):
        found.add(path)
        if found.full:
            break
    if not found.full and not budget.exceeded:
        return list(found), any(path.end is End.DEPTH for path in found)
    several = (*found, *_shortest(start, expand), *_newest_first(start, expand))
    return list({path.fingerprints: path for path in several}.values()), True


class _Found:
    """Chains up to ``MAX_PATHS`` and ``MAX_ELEMENTS``, each once."""

    def __init__(self) -> None:
        self._paths: dict[tuple[str, ...], CandidatePath] = {}
        self._elements = 0

    def __iter__(self) -> Iterator[CandidatePath]:
        return iter(self._paths.values())

    @property
    def full(self) -> bool:
        """Whether either cap is reached."""
        return len(self._paths) >= MAX_PATHS or self._elements >= MAX_ELEMENTS

    def add(self, path: CandidatePath) -> None:
        """Take a chain."""
        if self._paths.setdefault(path.fingerprints, path) is path:
            self._elements += len(path.steps)


def _newest_first(start: Step, expand: Expand) -> list[CandidatePath]:
    """The first chains that a preference for the newer issuer at each step leads to (policy ``newest``)."""

    above: dict[str, list[Step]] = {}

    def newest(path: tuple[Step, ...]) -> Sequence[Step]:
        child = path[-1].certificate.sha256
        if child not in above:
            above[child] = sorted(expand(path), key=lambda step: step.certificate.not_before, reverse=True)
        return above[child]

    paths = search(start, newest, Budget(), loop=by_entity)
    return list(itertools.islice((path for path in paths if path.end is not End.DEPTH), MAX_NEWEST))


def _shortest(start: Step, expand: Expand) -> list[CandidatePath]:
    """The shortest chains, as many as the budgets allow: depth first again and again, one certificate deeper each time.

    What is documented prefers short chains, and depth first may spend its budget before it comes to one.
    """
    found = _Found()
    steps = MAX_STEPS
    for depth in range(1, MAX_DEPTH + 1):
        budget = Budget(steps, depth)
        for path in search(start, expand, budget, loop=by_entity):
            if path.end is not End.DEPTH:
                found.add(path)
            if found.full:
                return list(found)
        if budget.exceeded:
            break
        steps = budget.steps
    return list(found)


def _step(certificate: Certificate, graph: CertGraph, among: World) -> Step:
    """A self-signed certificate ends a path [D].

    So does one that claims to be, although its signature is wrong, when nobody else at hand signed it [W: chain12].
    """
    ends = graph.is_self_signed(certificate) or (
        certificate.looks_self_signed and not any(issuer in among for issuer in graph.issuers(certificate))
    )
    return Step(certificate, Origin.STORE, End.SELF_SIGNED if ends else None)


def _actors(server: Server, among: World, graph: CertGraph, assessed: tuple[WindowsPath, ...]) -> list[StoreEntry]:
    """What Windows would fetch because nothing it has is trusted: missing issuers by AIA, then roots."""
    if any(path.pass1 == MAX_PASS1 for path in assessed):
        return []
    by_aia = _issuers_by_aia(server, among, graph, assessed) if server.aia else []
    return by_aia or roots_to_fetch(server, [path.path for path in assessed])


def _issuers_by_aia(
    server: Server, among: World, graph: CertGraph, assessed: tuple[WindowsPath, ...]
) -> list[StoreEntry]:
    """Issuers that the AIA address of a partial chain's last element would give.

    They are kept in the LocalSystem user's CA store [F]. That a server fetches at all is possible, not reliable [F].
    """
    arriving: dict[str, StoreEntry] = {}
    for candidate in assessed:
        if candidate.path.end is not End.NO_ISSUER:
            continue
        for issuer in server.fetchable:
            fits = issuer not in among and match_of(candidate.path.top, issuer) is not None
            if fits and graph.signature(candidate.path.top, issuer).holds:
                arriving[issuer.sha256] = StoreEntry(issuer, SYSTEM_CA, source="fetched by AIA")
    return [arriving[key] for key in sorted(arriving)]
