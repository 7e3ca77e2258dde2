"""The decision step by step."""

from pathlib import Path

import pytest

from chainlab.catalog.twins import load_twins
from chainlab.errors import UsageError
from chainlab.explanation import Explained, explain
from chainlab.request import Request
from chainlab.windows.selection import LostBecause, Policy
from tests.pki import at


@pytest.fixture(scope="module")
def ask(fixtures: Path):
    twins = load_twins(fixtures / "lab.json")

    def run(name: str, selector: str = "none", **fields: object) -> Explained:
        inputs = () if "served" in fields else ((fixtures / name, None),)
        request = Request(inputs, at("2026-11-20"), selector, twins=twins, with_plan=False, **fields)  # type: ignore[arg-type]
        return explain(request)

    return run


def test_every_candidate_of_windows_is_there_with_the_key_in_which_it_lost(ask) -> None:
    (explanation,) = ask("r46/with-cross-sign.pfx").windows
    first, second = explanation.candidates
    assert first.chosen_by == (Policy.KB, Policy.NEWEST)
    assert first.lost == {}
    assert second.lost == dict.fromkeys(Policy, LostBecause.LONGER)
    assert {c.path for c in explanation.candidates} == set(explanation.prediction.candidates)


def test_each_element_names_the_store_that_supplied_it(ask) -> None:
    (explanation,) = ask("e46/server.reg").windows
    suppliers = [element.suppliers for element in explanation.candidates[0].path.elements]
    assert all(suppliers)
    assert str(suppliers[-1][0]) == "LocalMachine/Root"


def test_every_remark_and_every_key_carries_its_evidence(ask) -> None:
    (explanation,) = ask("r46/leaf-only.pem").windows
    for candidate in explanation.candidates:
        for element in candidate.path.elements:
            assert all(remark.evidence.tags and remark.rule for remark in element.remarks)
    assert all(reason.evidence.tags for reason in LostBecause)


def test_a_clients_attempts_are_shown_for_every_chain_that_may_be_served(ask) -> None:
    answer = ask("r46/leaf-and-issuer.pfx", "android-4.4-aosp")
    (client,) = answer.clients
    assert client.profile.id == "android-4.4-aosp"
    assert client.result.accepted is None
    assert client.policies == (Policy.KB, Policy.NEWEST)
    assert client.served[0].subject.common == "www.chainlab.example"


def test_an_observed_chain_needs_a_client_to_explain(ask, fixtures: Path) -> None:
    served = fixtures / "r46/served-cross.pem"
    with pytest.raises(UsageError, match="--client ID"):
        ask("", served=served)
    (client,) = ask("", "android-14", served=served).clients
    assert client.result.accepted is not None
    assert client.policies == ()
