"""chainlab's families against the real verifiers that every test run can have.

Every scenario of the catalogue, every regression and a range of random PKIs; ``make oracles`` runs the other
verifiers and more seeds, and writes docs/agreement.md.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import NoReturn

import pytest

from tests.oracles.catalogue import CATALOGUE
from tests.oracles.compare import compare, describe
from tests.oracles.divergences import known, load_divergences, stale
from tests.oracles.oracle import Oracle, all_oracles
from tests.oracles.random_pki import scenarios
from tests.oracles.scenario import Scenario, load_scenarios

REGRESSIONS = Path(__file__).with_name("regressions")

SEEDS = range(5000, 5120)
"""Random PKIs of a normal test run."""

FAST = [oracle for oracle in all_oracles() if oracle.fast]


def regressions() -> list[Scenario]:
    """Scenarios in which a family was once wrong."""
    return [scenario for file in sorted(REGRESSIONS.glob("*.json")) for scenario in load_scenarios(file)]


def absent(install: str) -> NoReturn:
    """A verifier is not installed: a failure where all are required, else a reason to skip."""
    required = os.environ.get("CHAINLAB_REQUIRE_ORACLES", "0") not in ("", "0")
    (pytest.fail if required else pytest.skip)(f"not installed: {install}")


@pytest.mark.oracle
@pytest.mark.parametrize("oracle", FAST, ids=lambda oracle: oracle.id)
def test_the_family_gives_the_verdict_of_the_real_verifier(oracle: Oracle) -> None:
    if not oracle.version():
        absent(oracle.install)
    cells = compare(oracle, [*CATALOGUE, *regressions(), *scenarios(SEEDS)])
    answered = [cell for cell in cells if cell.counts]
    assert len(answered) >= 0.9 * len(cells), answered[:1] or cells[0].answer
    divergences = load_divergences()
    wrong = [cell for cell in answered if not cell.agrees and known(cell, divergences) is None]
    assert not wrong, f"{len(wrong)} of {len(answered)} differ\n" + "\n".join(describe(cell) for cell in wrong[:5])
    assert not stale(answered, divergences)


def test_divergences_name_oracles_and_scenarios_and_give_reasons() -> None:
    ids = {oracle.id for oracle in all_oracles()}
    named = {scenario.id for scenario in [*CATALOGUE, *regressions()]}
    for entry in load_divergences():
        assert entry.oracle in ids
        assert entry.actual in ("accept", "reject")
        assert entry.reason
        assert entry.source
        assert set(entry.scenarios) <= named


@pytest.mark.parametrize(("value", "outcome"), [("1", pytest.fail.Exception), ("0", pytest.skip.Exception)])
def test_a_missing_verifier_fails_only_where_all_are_required(
    value: str, outcome: type[BaseException], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHAINLAB_REQUIRE_ORACLES", value)
    with pytest.raises(outcome, match="not installed: apt-get"):
        absent("apt-get install x")


def test_oracle_ids_are_unique() -> None:
    ids = [oracle.id for oracle in all_oracles()]
    assert len(set(ids)) == len(ids)
