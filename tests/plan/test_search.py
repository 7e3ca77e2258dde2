"""The search where there is too much to try everything."""

from itertools import pairwise

import pytest

from chainlab.certificate import Certificate
from chainlab.clients import Judge, Profile
from chainlab.graph import CertGraph
from chainlab.paths.checks import Question
from chainlab.paths.trust import RootSet
from chainlab.plan import ServerPlan, Simulator, make_plan, search
from chainlab.plan.search import _subsets, _unions
from chainlab.plan.served_sets import MAX_CHAINS, sendable_chains
from chainlab.server import LM_AUTHROOT, LM_CA, LM_MY, Server, StoreEntry
from tests.pki import NOW, Pki, at
from tests.plan.test_planner import World
from tests.windows.machine import program_of


def mesh(pki: Pki, width: int, leaves: int = 1) -> ServerPlan:
    """The leaf's issuer under R; R cross-signed by ``width`` roots, each known to one client."""
    names = [f"U{number}" for number in range(width)]
    roots = [pki.ca("R"), *(pki.ca(name, not_before=at("2010-01-01")) for name in names)]
    crosses = [pki.ca("R", name, not_before=at("2015-01-01")) for name in names]
    crosses += [pki.ca(name, names[0]) for name in names[1:3]]
    issuer = pki.ca("I", "R")
    own = [pki.leaf("I", f"www{number}.example.test") for number in range(leaves)]
    entries = [*(StoreEntry(leaf, LM_MY) for leaf in own), StoreEntry(issuer, LM_CA)]
    entries += [StoreEntry(root, LM_AUTHROOT) for root in roots]
    server = Server(entries=tuple(entries), program=program_of(*roots), obtainable=tuple(roots))
    graph = CertGraph([*own, issuer, *crosses, *roots])
    clients = [
        (Profile(f"knows-{n}", n, "go", n), RootSet([root])) for n, root in zip(["R", *names], roots, strict=True)
    ]
    judge = Judge(clients, graph, Question(NOW))
    return make_plan(server, [Simulator(graph, leaf, NOW, judge) for leaf in own])


def test_beyond_its_cap_the_search_goes_towards_the_best_chains(pki: Pki) -> None:
    """R and one of eight: nobody can have more, as every chain ends at one root besides R."""
    plan = mesh(pki, 8)
    assert not plan.exhaustive
    assert plan.recommended is not None
    assert plan.recommended.weight >= 2
    assert not plan.recommended.loss


def test_many_sites_beyond_the_cap_are_planned_together(pki: Pki) -> None:
    plan = mesh(pki, 7, leaves=16)
    assert plan.recommended is not None
    assert plan.recommended.weight >= 32
    assert not plan.recommended.loss


@pytest.mark.parametrize("held", [True, False])
def test_both_ways_of_searching_agree_where_both_are_possible(
    pki: Pki, monkeypatch: pytest.MonkeyPatch, held: bool
) -> None:
    cross = pki.ca("R", "U")
    stored = [pki.ca("I", "R"), *([cross] if held else [])]
    every = World(pki, stored, [cross, pki.ca("U", "V")]).whole()
    monkeypatch.setattr(search, "MAX_SIMULATED_CHANGES", 0)
    towards = World(pki, stored, [cross, pki.ca("U", "V")]).whole()
    assert every.exhaustive
    assert not towards.exhaustive
    assert every.recommended is not None
    assert towards.recommended is not None
    assert towards.recommended.weight == every.recommended.weight
    assert len(towards.recommended.changes) == len(every.recommended.changes)


def test_subsets_are_all_there_is() -> None:
    assert sorted(_subsets(0b1011)) == [0, 0b1, 0b10, 0b11, 0b1000, 0b1001, 0b1010, 0b1011]
    assert list(_subsets(0)) == [0]


def test_unions_keep_to_their_cap() -> None:
    pools = [[1 << (16 * site + option) for option in range(16)] for site in range(8)]
    unions = list(_unions(pools))
    assert 8 * 16 < len(unions) <= 2 * 4096 + 2
    assert len(set(unions)) == len(unions)
    assert list(_unions([[1, 0], [2, 0]])) == [3, 1, 2, 0]


def test_sendable_chains_are_capped(pki: Pki) -> None:
    """Five layers of three CAs that all sign each other below: more ways up than anybody wants."""
    layers: list[list[str]] = [[f"{layer}-{number}" for number in range(3)] for layer in range(5)]
    found: list[Certificate] = [pki.ca(name) for name in layers[-1]]
    for lower, upper in pairwise(layers):
        found += [pki.ca(subject, issuer) for subject in lower for issuer in upper]
    leaf = pki.leaf("0-0")
    chains = sendable_chains(CertGraph([leaf, *found]), leaf, NOW)
    assert len(chains) == MAX_CHAINS
    assert all(len(chain) == 6 for chain in chains)
