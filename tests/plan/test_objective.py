"""What clients weigh."""

from chainlab.plan import EACH_CLIENT_ONCE, Objective


def test_without_weights_every_client_counts_once() -> None:
    assert EACH_CLIENT_ONCE.weigh(frozenset({"a", "b"})) == 2
    assert EACH_CLIENT_ONCE.loss(frozenset({"a"})) == 1


def test_weights_count_and_losing_anybody_counts_at_least_one() -> None:
    objective = Objective({"a": 5}, "requests")
    assert objective.weigh(frozenset({"a", "b"})) == 5
    assert objective.loss(frozenset({"a", "b"})) == 6
