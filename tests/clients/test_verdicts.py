"""Verdicts: clients that answer alike are judged once, others each on their own."""

from chainlab.certificate import Certificate
from chainlab.clients import Judge, Profile, Verdict
from chainlab.graph import CertGraph
from chainlab.paths.checks import Question
from chainlab.paths.trust import RootSet
from chainlab.verifiers import known_families
from tests.pki import NOW, Pki, at, forged


def verdicts(
    clients: list[tuple[str, list[Certificate]]], served: list[Certificate], further: list[Certificate] | None = None
) -> list[Verdict]:
    profiles = [
        (Profile(f"own-{number}", "own", family, "own"), RootSet(roots))
        for number, (family, roots) in enumerate(clients)
    ]
    graph = CertGraph([*served, *(root for _, roots in clients for root in roots), *(further or ())])
    return [answer.verdict for answer in Judge(profiles, graph, Question(NOW)).verdicts(tuple(served))]


def test_clients_whose_roots_stand_in_another_order_answer_on_their_own(pki: Pki) -> None:
    """OpenSSL 1.0 takes the first root of a name that is valid, else the last; an expired one is then final."""
    pki.entity("R2", subject="O=Test, CN=R", key="other")
    served = [pki.leaf("I", authority_key_id=""), pki.ca("I", "R", authority_key_id="")]
    right, wrong = pki.ca("R"), pki.ca("R2", "R2")
    both = [right, wrong], [wrong, right]
    alone = [verdicts([("openssl-1.0.1", roots)], served)[0] for roots in both]
    assert verdicts([("openssl-1.0.1", roots) for roots in both], served) == alone
    assert verdicts([("openssl-1.0.1", roots) for roots in both[::-1]], served) == alone[::-1]
    assert alone[0] is not alone[1]


def test_no_client_accepts_a_leaf_whose_signature_nobody_can_check(pki: Pki) -> None:
    served, roots = [forged(pki.leaf("I")), pki.ca("I", "R")], [pki.ca("R")]
    clients = [(family, roots) for family in known_families()]
    found = dict(zip(known_families(), verdicts(clients, served), strict=True))
    assert Verdict.ACCEPT not in found.values()
    knowing = {family for family, verdict in found.items() if verdict is Verdict.REJECT}
    assert knowing == {"java-11-noec", "mono"}, "these refuse ECDSA, whatever the hash"


def test_a_leaf_that_has_expired_besides_is_refused(pki: Pki) -> None:
    served = [forged(pki.leaf("I", not_after=at("2026-10-01"))), pki.ca("I", "R")]
    assert verdicts([("go", [pki.ca("R")])], served) == [Verdict.REJECT]
