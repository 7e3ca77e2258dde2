"""Windows' own chains settle what the documentation leaves open."""

from chainlab.evidence import ChainEvidence, Place
from chainlab.ground_truth import compare, policies_in_force
from chainlab.observation import ObservedChain
from chainlab.targets import Target
from chainlab.windows.selection import Policy
from tests.pki import NOW, Pki, at
from tests.scene import seen as sighting
from tests.windows.machine import Machine, possible


def contested(pki: Pki) -> Machine:
    root, cross = pki.ca("R", not_before=at("2015-01-01")), pki.ca("R", "U", not_before=at("2021-01-01"))
    return Machine(pki.leaf("I"), Root=[root, pki.ca("U")], CA=[pki.ca("I", "R"), cross])


def targets(machine: Machine, *seen: ObservedChain) -> list[Target]:
    return [Target(sighting(machine.leaf, "My"), seen=seen)]


def built(machine: Machine, policy: Policy) -> ChainEvidence:
    path = machine.predict().choices[policy].winner.certificates
    return ChainEvidence(tuple(c.sha1 for c in path), Place("verifystore.txt"))


def test_a_chain_that_only_one_rule_predicts_settles_the_rule(pki: Pki) -> None:
    machine = contested(pki)
    for policy in Policy:
        chains = [built(machine, policy)]
        assert policies_in_force(machine.server, machine.graph(), targets(machine), chains, NOW) == (policy,)


def test_a_chain_that_was_seen_on_the_wire_settles_it_too(pki: Pki) -> None:
    machine = contested(pki)
    for policy in Policy:
        chain = machine.predict().choices[policy].winner.served
        asked = targets(machine, ObservedChain(chain, sighting(chain[0])))
        assert policies_in_force(machine.server, machine.graph(), asked, [], NOW) == (policy,)


def test_without_or_with_strange_evidence_both_rules_stay(pki: Pki) -> None:
    machine = contested(pki)
    strange = ChainEvidence((machine.leaf.sha1, "00" * 20), Place("x"))
    for chains in ([], [strange]):
        assert policies_in_force(machine.server, machine.graph(), targets(machine), chains, NOW) == tuple(Policy)


def test_the_comparison_is_a_finding_either_way(pki: Pki) -> None:
    machine = contested(pki)
    prediction = machine.predict()
    (agreeing,) = compare(prediction, [built(machine, Policy.NEWEST)])
    assert agreeing.code == "windows-agrees"
    assert "as the rule 'newest' says" in agreeing.message
    (differing,) = compare(prediction, [ChainEvidence((machine.leaf.sha1, "ab" * 20), Place("x"))])
    assert differing.code == "windows-differs"
    assert "abababab" in differing.message
    assert not list(compare(prediction, [ChainEvidence(("ff" * 20,), Place("x"))]))


def test_a_settled_server_is_predicted_firmly(pki: Pki) -> None:
    from chainlab.windows.engine import Certainty, predict_chain

    machine = contested(pki)
    settled = predict_chain(machine.server, machine.graph(), machine.leaf, NOW, (Policy.NEWEST,))
    assert settled.certainty is Certainty.FIRM
    assert possible(settled) == {"I R [U]"}
