"""The chain engine against Wine's crypt32: bit for bit the same, or a listed difference with its source.

Wine's answers are recorded (tests/oracles/wine/answers.json), so the comparison needs no Wine. Where Wine is
installed (``make wine``), the answers themselves are checked.
"""

from __future__ import annotations

import pytest

from tests.oracles.wine import runner
from tests.oracles.wine.cases import cases
from tests.oracles.wine.compare import Difference, KnownDivergence, differences, known_divergences

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


def test_every_listed_difference_has_a_reason_and_a_source(known: list[KnownDivergence]) -> None:
    assert all(divergence.why and divergence.source for divergence in known)


def test_most_cases_agree_completely_apart_from_the_preferred_issuer(found: list[Difference]) -> None:
    differing = {d.case for d in found if d.bit != "HAS_PREFERRED_ISSUER"}
    assert len(differing) < len(cases()) * 0.15


@pytest.mark.oracle
@pytest.mark.skipif(not runner.installed(), reason="Wine is not installed: make wine")
def test_wine_still_answers_as_recorded() -> None:
    if runner.version() != runner.recorded_version():
        pytest.skip(f"{runner.version()} is installed, {runner.recorded_version()} gave the answers")
    assert runner.ask(cases()) == runner.recorded()
