"""Limits of clients: algorithms, lengths and sizes, as data with sources."""

from dataclasses import replace

import pytest

from chainlab.certificate import Certificate, SignatureInfo
from chainlab.clients import Judge, Verdict, load_profiles
from chainlab.clients.limits import Limits, describe, exceeded, limits_of, load_limits
from chainlab.clients.profiles import Profile
from chainlab.graph import CertGraph
from chainlab.paths.checks import Question
from chainlab.paths.trust import RootSet
from tests.pki import NOW, Pki

PROFILES = {profile.id: profile for profile in load_profiles()}


def own(family: str) -> Profile:
    return Profile("own-device", "device", family, "own-device")


def reasons(limits: Limits, served: list[Certificate], path: list[Certificate]) -> list[str]:
    return [problem.reason.code for problem in exceeded(limits, served, path)]


def test_every_row_limits_something_for_somebody_and_has_a_source() -> None:
    for row in load_limits():
        assert describe(row.limit)
        (source,) = row.limit.sources
        assert source.rpartition("[")[2][:3] in ("D: ", "W: ", "F: ", "M: ", "I: ")
        concerned = [profile for profile in PROFILES.values() if row.concerns(profile.id, profile.family)]
        assert concerned or row.families


def test_limits_add_up_and_the_smaller_number_counts() -> None:
    java = limits_of(PROFILES["java-7u79"])
    assert java.max_certificates == 10
    assert java.max_bytes == 32768
    assert "RSA-PSS" in java.missing
    assert java.sni
    assert not limits_of(PROFILES["android-2.3"]).sni
    assert limits_of(PROFILES["android-7.0"]).max_certificates == 0
    assert len(java.sources) >= 3


def test_a_chain_within_the_limits_exceeds_nothing(pki: Pki) -> None:
    chain = [pki.leaf("I"), pki.ca("I", "R")]
    assert reasons(Limits(max_certificates=2, max_bytes=10_000, max_rsa_bits=8192), chain, chain) == []


def test_too_many_certificates_too_many_bytes_and_unknown_algorithms_are_told_apart(pki: Pki) -> None:
    chain = [pki.leaf("I"), pki.ca("I", "R"), pki.ca("R")]
    assert reasons(Limits(max_certificates=2), chain, chain) == ["too-long"]
    assert reasons(Limits(max_bytes=500), chain, chain) == ["too-large"]
    assert reasons(Limits(missing=frozenset({"ECDSA"})), chain, chain) == ["unsupported-algorithm"] * 2
    small = [replace(c, signature=SignatureInfo("RSA", "sha256")) for c in chain[:2]]
    assert reasons(Limits(missing=frozenset({"ECDSA"})), small, [*small, chain[2]]) == []


@pytest.mark.parametrize(("family", "verdict"), [("java-17", Verdict.REJECT), ("go", Verdict.ACCEPT)])
def test_a_client_that_takes_ten_certificates_refuses_eleven(pki: Pki, family: str, verdict: Verdict) -> None:
    leaf, issuing, root = pki.leaf("I"), pki.ca("I", "R"), pki.ca("R")
    served = (leaf, issuing, *(pki.ca(f"X{number}") for number in range(9)))
    graph = CertGraph([*served, root])
    (answer,) = Judge([(own(family), RootSet([root]))], graph, Question(NOW)).verdicts(served)
    assert answer.verdict is verdict
    assert answer.reason == ("too-long" if verdict is Verdict.REJECT else "")
    (short,) = Judge([(own(family), RootSet([root]))], graph, Question(NOW)).verdicts(served[:2])
    assert short.verdict is Verdict.ACCEPT
