"""The path search."""

from chainlab.certificate import Certificate
from chainlab.graph import CertGraph
from chainlab.paths.search import Budget, End, Origin, Step, by_certificate, by_entity, search
from tests.pki import Pki


def walk(graph: CertGraph, leaf: Certificate, **options):
    budget = options.pop("budget", Budget())

    def expand(path: tuple[Step, ...]) -> list[Step]:
        return [
            Step(issuer, Origin.STORE, End.SELF_SIGNED if graph.is_self_signed(issuer) else None)
            for issuer in graph.issuers(path[-1].certificate)
        ]

    return list(search(Step(leaf, Origin.LEAF), expand, budget, **options))


def shown(paths) -> set[str]:
    return {" -> ".join(c.subject.common for c in path.certificates) + f" [{path.end.value}]" for path in paths}


def test_every_way_up_is_found(pki: Pki) -> None:
    made = [pki.leaf("I"), pki.ca("I", "R"), pki.ca("R"), pki.ca("R", "U"), pki.ca("U")]
    assert shown(walk(CertGraph(made), made[0])) == {
        "www.example.test -> I -> R [self-signed]",
        "www.example.test -> I -> R -> U [self-signed]",
    }


def test_without_backtracking_exactly_one_path_comes_out(pki: Pki) -> None:
    made = [pki.leaf("I"), pki.ca("I", "R"), pki.ca("I", "S"), pki.ca("R"), pki.ca("S")]
    assert len(walk(CertGraph(made), made[0], backtrack=False)) == 1
    assert len(walk(CertGraph(made), made[0])) == 2


def test_a_missing_issuer_ends_the_path(pki: Pki) -> None:
    leaf = pki.leaf("I")
    assert shown(walk(CertGraph([leaf, pki.ca("I", "R")]), leaf)) == {"www.example.test -> I [no issuer]"}


def test_mutual_cross_signs_do_not_run_in_circles(pki: Pki) -> None:
    made = [pki.leaf("A"), pki.ca("A", "B"), pki.ca("B", "A")]
    assert shown(walk(CertGraph(made), made[0])) == {"www.example.test -> A -> B [cycle]"}


def test_the_loop_rule_is_the_callers(pki: Pki) -> None:
    made = [pki.leaf("A"), pki.ca("A", "B"), pki.ca("B", "A"), pki.ca("A")]
    by_key = shown(walk(CertGraph(made), made[0], loop=by_entity))
    by_hash = shown(walk(CertGraph(made), made[0], loop=by_certificate))
    assert "www.example.test -> A -> B -> A [self-signed]" in by_hash - by_key


def test_the_budget_stops_an_exponential_mesh(pki: Pki) -> None:
    names = [f"C{number}" for number in range(12)]
    mesh = [pki.ca(a, b) for a in names for b in names if a != b]
    budget = Budget(steps=500)
    leaf = pki.leaf("C0")
    walk(CertGraph([leaf, *mesh]), leaf, budget=budget)
    assert budget.exceeded


def test_depth_is_limited(pki: Pki) -> None:
    chain = [pki.ca(f"C{n}", f"C{n + 1}") for n in range(10)]
    leaf = pki.leaf("C0")
    paths = walk(CertGraph([leaf, *chain]), leaf, budget=Budget(depth=5))
    assert [path.end for path in paths] == [End.DEPTH]
    assert len(paths[0].certificates) == 5
