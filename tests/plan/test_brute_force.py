"""The planner against brute force: every subset of everything one could do, on random small PKIs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache, partial
from itertools import chain, combinations

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from chainlab.certificate import Certificate
from chainlab.changes import Change, DeleteCertificate, DisablePurposes, ImportCertificate, MoveToUntrusted
from chainlab.clients import Judge, Profile, Verdict
from chainlab.graph import CertGraph
from chainlab.paths.checks import Question
from chainlab.paths.trust import RootSet
from chainlab.plan import Cost, Simulator, make_plan
from chainlab.plan.costs import costs, needs_decision
from chainlab.plan.effects import PlannedOutcome, simulate, states
from chainlab.server import LM_AUTHROOT, LM_CA, LM_MY, LM_ROOT, Server, StoreEntry
from chainlab.windows.engine import predict_chain
from tests.pki import NOW, Pki, at
from tests.windows.machine import program_of

PKI = Pki("plans")
BIRTHDAYS = (at("2010-01-01"), at("2019-03-12"), at("2021-03-22"))
FAMILIES = ("go", "openssl-1.0.1", "mbedtls-2", "rfc5280")


@cache
def ca(subject: str, issuer: str, born: int, expired: bool) -> Certificate:
    fields = {"not_after": at("2024-01-01")} if expired else {}
    return PKI.ca(subject, issuer, not_before=BIRTHDAYS[born], **fields)


KINDS: tuple[Callable[[Certificate], Change], ...] = (
    ImportCertificate, MoveToUntrusted, partial(ImportCertificate, store=LM_ROOT),
    partial(DeleteCertificate, store=LM_CA), DeleteCertificate, DisablePurposes,
)  # fmt: skip


class World:
    """A server, what is known beside it, and clients."""

    def __init__(self, leaves: tuple[Certificate, ...], server: Server, graph: CertGraph, judge: Judge) -> None:
        self.leaves, self.server, self.graph, self.judge = leaves, server, graph, judge
        self.kinds = KINDS[:2]

    def __repr__(self) -> str:
        held = ", ".join(f"{entry.store}: {entry.certificate.label}" for entry in self.server.entries)
        return f"World({held}; update {self.server.root_update}; {[c.label for c in self.server.obtainable]})"

    @property
    def simulators(self) -> list[Simulator]:
        return [Simulator(self.graph, leaf, NOW, self.judge) for leaf in self.leaves]


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """The leaf's issuer A, one or two further CAs, cross-signs between them; some held, some trusted, some known."""
    upper = draw(st.sampled_from([("B",), ("B",), ("B", "C")]))
    born = st.sampled_from(range(3))
    roots = [ca(name, name, draw(born), False) for name in ("R", *upper)]
    issuer = ca("I", "R", draw(born), False)
    crosses = [ca("R", name, draw(born), draw(st.sampled_from([False, False, False, True]))) for name in upper]
    if len(upper) == 2 and draw(st.booleans()):
        crosses.append(ca("B", "C", draw(born), False))
    leaves = (PKI.leaf("I"), PKI.leaf("R", "other.example.test"))[: draw(st.sampled_from([1, 1, 2]))]
    entries = [StoreEntry(leaf, LM_MY) for leaf in leaves]
    entries += [StoreEntry(c, LM_CA) for c in (issuer, *crosses) if draw(st.booleans())]
    entries += [StoreEntry(c, draw(st.sampled_from([LM_ROOT, LM_AUTHROOT]))) for c in roots if draw(st.booleans())]
    listed = [root for root in roots if draw(st.booleans())]
    server = Server(
        entries=tuple(entries), root_update=draw(st.booleans()), program=program_of(*listed), obtainable=tuple(listed)
    )
    graph = CertGraph([*leaves, issuer, *crosses, *roots])
    known = st.lists(st.sampled_from(roots), min_size=1, max_size=2, unique=True)
    clients = [
        (Profile(f"client-{number}", "", draw(st.sampled_from(FAMILIES)), ""), RootSet(draw(known)))
        for number in range(draw(st.integers(1, 3)))
    ]
    world = World(leaves, server, graph, Judge(clients, graph, Question(NOW)))
    world.kinds += tuple(draw(st.sets(st.sampled_from(KINDS[2:]), max_size=2)))
    return world


def everything(world: World) -> list[Change]:
    """What one could do to each certificate, whether or not it makes sense."""
    found: list[Change] = []
    for certificate in world.graph.certificates:
        if certificate not in world.leaves:
            found += [kind(certificate) for kind in world.kinds]
    return [change for change in found if change.applicable(world.server) or _obtainable(change, world.server)]


def _obtainable(change: Change, server: Server) -> bool:
    return isinstance(change, MoveToUntrusted) and change.certificate in server.obtainable


def subsets(changes: list[Change]) -> Iterator[tuple[Change, ...]]:
    size = len(changes) if len(changes) <= 7 else 3
    return chain.from_iterable(combinations(changes, size) for size in range(size + 1))


class Reference:
    """Outcomes without the planner's code: predicted, judged and counted anew."""

    def __init__(self, world: World) -> None:
        self.world, self.simulators = world, world.simulators
        self.seen: dict[tuple[Certificate, ...], frozenset[str]] = {}
        self.keep = [self.accepting(world.server, leaf) for leaf in world.leaves]

    def accepting(self, server: Server, leaf: Certificate) -> frozenset[str]:
        """Clients that accept every chain that may be served."""
        prediction = predict_chain(server, self.world.graph, leaf, NOW)
        return frozenset.intersection(*(self.judged(possibility.served) for possibility in prediction.possibilities))

    def judged(self, served: tuple[Certificate, ...]) -> frozenset[str]:
        if served not in self.seen:
            verdicts = self.world.judge.verdicts(served)
            self.seen[served] = frozenset(v.profile.id for v in verdicts if v.verdict is Verdict.ACCEPT)
        return self.seen[served]

    def score(self, changes: tuple[Change, ...]) -> tuple[int, int, int]:
        """Clients lost, clients that accept for sure and after a Windows Update, number of changes."""
        now, later = states(self.world.server, changes)
        lasting = [self.accepting(now, leaf) & self.accepting(later, leaf) for leaf in self.world.leaves]
        lost = sum(len(keep - last) for keep, last in zip(self.keep, lasting, strict=True))
        return -lost, sum(map(len, lasting)), -len(changes)

    def needs_decision(self, changes: tuple[Change, ...]) -> bool:
        outcomes: list[PlannedOutcome] = [simulate(self.world.server, s, changes) for s in self.simulators]
        wanted = any(cost.decision for cost in costs(self.world.server, self.simulators, outcomes))
        assert needs_decision(self.world.server, self.simulators, outcomes) == wanted
        return wanted

    def costs(self, changes: tuple[Change, ...]) -> tuple[Cost, ...]:
        outcomes = [simulate(self.world.server, s, changes) for s in self.simulators]
        return tuple(costs(self.world.server, self.simulators, outcomes))


@settings(max_examples=200, phases=[Phase.generate])
@given(worlds())
def test_no_set_of_changes_beats_the_plan(world: World) -> None:
    """What is recommended, or an alternative, is as good as the best that brute force finds.

    The recommendation is the best of those that need no decision, where such a one helps at all.
    """
    reference, plan = Reference(world), make_plan(world.server, world.simulators)
    assert plan.exhaustive
    options = [option.changes for option in (plan.recommended, *plan.alternatives) if option is not None]
    ranked = sorted(((reference.score(s), s) for s in subsets(everything(world))), key=lambda item: item[0])[::-1]
    for option in (plan.recommended, *plan.alternatives):
        if option is not None:
            assert option.costs == reference.costs(option.changes)
            assert option.needs_decision == reference.needs_decision(option.changes)
    nothing, best = reference.score(()), ranked[0][0]
    found = max((reference.score(changes) for changes in options), default=nothing)
    if best[:2] > nothing[:2]:
        assert found >= best, ([c.title for c in ranked[0][1]], [[c.title for c in o] for o in options])
    if plan.recommended is None:
        assert best[:2] <= nothing[:2] or best[0] < 0
        return
    mine = reference.score(plan.recommended.changes)
    assert mine[:2] > nothing[:2]
    assert mine[1] == plan.recommended.weight
    for score, changes in ranked:
        if score <= mine:
            break
        assert reference.needs_decision(changes), [change.title for change in changes]
