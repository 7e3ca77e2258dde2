"""The chain engine against Wine's crypt32: bit for bit the same, or a listed difference with its source.

Wine's answers are recorded (tests/oracles/wine/answers.json), so the comparison needs no Wine. Where Wine is
installed (``make wine``), the answers themselves are checked.
"""

from __future__ import annotations

import pytest

from chainlab.windows.status import TrustError
from tests.oracles.wine import runner
from tests.oracles.wine.cases import cases, mixtures
from tests.oracles.wine.compare import Difference, KnownDivergence, differences, known_divergences, parse_chain, predict

Encoded = dict[str, dict[str, bytes]]


@pytest.fixture(scope="module")
def encoded() -> Encoded:
    return {case.name: runner.encode(case) for case in cases()}


@pytest.fixture(scope="module")
def found(encoded: Encoded) -> list[Difference]:
    answers = runner.recorded()
    return [d for case in cases() for d in differences(case, encoded[case.name], answers[case.name])]


@pytest.fixture(scope="module")
def known() -> list[KnownDivergence]:
    return known_divergences()


def test_the_answers_belong_to_these_certificates(encoded: Encoded) -> None:
    answers = runner.recorded()
    assert list(answers) == list(encoded)
    changed = [name for name, ders in encoded.items() if runner.digest(ders) != answers[name].certificates]
    assert not changed, "python -m tests.oracles.wine.runner"


def test_chainlab_and_wine_agree_or_the_difference_is_listed(
    found: list[Difference], known: list[KnownDivergence]
) -> None:
    assert [d for d in found if not any(divergence.covers(d) for divergence in known)] == []


def test_every_listed_difference_is_still_there(found: list[Difference], known: list[KnownDivergence]) -> None:
    stale = [
        (pattern, divergence.bits, divergence.has)
        for divergence in known
        for pattern in divergence.cases
        if not any(divergence.only(pattern).covers(d) for d in found)
    ]
    assert stale == []


_SSL_POLICY = (
    (TrustError.IS_NOT_SIGNATURE_VALID, "80096004"),
    (TrustError.IS_UNTRUSTED_ROOT | TrustError.IS_CYCLIC, "800b0109"),
    (TrustError.IS_NOT_TIME_VALID, "800b0101"),
    (TrustError.IS_NOT_VALID_FOR_USAGE, "800b0110"),
    (TrustError.HAS_NOT_SUPPORTED_CRITICAL_EXT, "800b0105"),
)
"""What the SSL policy makes of a chain's status, the first that applies [W: sslPolicyCheck]."""


def test_the_ssl_policys_code_follows_from_chainlabs_chain_status(encoded: Encoded, found: list[Difference]) -> None:
    differing = {d.case for d in found if not _systematic(d)}
    answers = runner.recorded()
    for case in cases():
        if case.name in differing:
            continue
        paths = predict(case, encoded[case.name]).candidates
        codes = {next((code for bits, code in _SSL_POLICY if path.status & bits), "0") for path in paths}
        assert answers[case.name].ssl in codes, case.name


def test_every_listed_difference_has_a_reason_and_a_source(known: list[KnownDivergence]) -> None:
    assert all(divergence.why and divergence.source for divergence in known)


def test_most_cases_agree_apart_from_two_info_bits_that_wine_forgets(found: list[Difference]) -> None:
    differing = {d.case for d in found if not _systematic(d)}
    assert len(differing) < len(cases()) * 0.13


@pytest.mark.oracle
@pytest.mark.skipif(not runner.installed(), reason="Wine is not installed: make wine")
def test_wine_still_answers_as_recorded() -> None:
    if runner.version() != runner.recorded_version():
        pytest.skip(f"{runner.version()} is installed, {runner.recorded_version()} gave the answers")
    assert runner.ask(cases()) == runner.recorded()


@pytest.mark.oracle
@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.skipif(not runner.installed(), reason="Wine is not installed: make wine")
def test_mixtures_that_are_not_recorded_agree_as_well(seed: int) -> None:
    drawn = list(mixtures(seed, 300))
    answers = runner.ask(drawn)
    unexpected = [
        d
        for case in drawn
        for d in differences(case, runner.encode(case), answers[case.name])
        if not _systematic(d) and not _stale_usage(d, answers[case.name])
    ]
    assert unexpected == []


def _systematic(difference: Difference) -> bool:
    """Info bits that Wine leaves out everywhere: the preferred issuer, and valid name constraints of the chain."""
    of_chain = (difference.place, difference.bit) == ("chain", "HAS_VALID_NAME_CONSTRAINTS")
    return difference.bit == "HAS_PREFERRED_ISSUER" or of_chain


def _stale_usage(difference: Difference, answer: runner.Answer) -> bool:
    """Below a CA whose path length is exceeded Wine judges key usage by the wrong CA (see divergences.toml)."""
    exceeded = TrustError.INVALID_BASIC_CONSTRAINTS in TrustError(parse_chain(answer.chains[0]).error)
    return difference.bit == "IS_NOT_VALID_FOR_USAGE" and exceeded
