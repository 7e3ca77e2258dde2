"""RSA and ECDSA certificates of one site."""

from dataclasses import dataclass

from chainlab.certificate import Certificate
from chainlab.clients import ClientVerdict, Profile, Verdict
from chainlab.lab.pki import LEAF, Entity, KeyRing, certify, make_name
from chainlab.siblings import other_key_types
from chainlab.targets import Target
from tests.pki import Pki
from tests.scene import seen


@dataclass(frozen=True)
class Answer:
    target: Target
    clients: tuple[ClientVerdict, ...]


def answer(leaf: Certificate, accepting: str) -> Answer:
    verdicts = tuple(
        ClientVerdict(
            Profile(name, name, "go", "x"), Verdict.ACCEPT if name in accepting else Verdict.REJECT, (), None, ""
        )
        for name in "abc"
    )
    return Answer(Target(seen(leaf, "My")), verdicts)


def rsa_leaf(pki: Pki, fixtures) -> Certificate:
    from dataclasses import replace

    key = KeyRing(directory=fixtures / "keys").get("www", "RSA-2048")
    entity = Entity(make_name("CN=www.example.test"), key)
    return certify(entity, pki.entity("I"), replace(LEAF, dns_names=("www.example.test",)))


def test_clients_that_accept_only_one_key_type_are_counted_on_the_other(pki: Pki, fixtures) -> None:
    targets = [answer(rsa_leaf(pki, fixtures), "abc"), answer(pki.leaf("I"), "a")]
    found = other_key_types(targets)
    assert set(found) == {1}
    assert found[1][0].code == "other-key-type-differs"
    assert found[1][0].message.startswith(
        "clients that accept the RSA certificate of www.example.test but not the EC one: 2"
    )


def test_equal_answers_or_other_names_say_nothing(pki: Pki, fixtures) -> None:
    rsa = rsa_leaf(pki, fixtures)
    assert not other_key_types([answer(rsa, "ab"), answer(pki.leaf("I"), "ab")])
    assert not other_key_types([answer(rsa, "abc"), answer(pki.leaf("I", "other.test"), "a")])
    assert not other_key_types([answer(pki.leaf("I"), "abc"), answer(pki.leaf("J"), "a")])


def test_of_many_certificates_of_the_other_key_type_the_best_is_named_once(pki: Pki, fixtures) -> None:
    rsa, good = rsa_leaf(pki, fixtures), pki.leaf("J")
    found = other_key_types([answer(pki.leaf("I"), "ab"), answer(good, "abc"), answer(rsa, "a"), answer(rsa, "b")])
    assert {number: [finding.certificates for finding in findings] for number, findings in found.items()} == {
        2: [(good.sha256, rsa.sha256)],
        3: [(good.sha256, rsa.sha256)],
    }
