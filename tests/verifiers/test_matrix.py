"""Every family against what the real verifiers said in the measured matrix."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.verifiers.matrix import CONFIGURATIONS, load

DIVERGENCES = Path(__file__).parent / "known_divergences.json"
MOST_DIVERGENCES = 0.01
"""Share of cells that may be listed as known divergences."""


def known_divergences(kind: str) -> Mapping[tuple[str, str], dict[str, str]]:
    """(configuration, case) of each listed divergence."""
    listed = json.loads(DIVERGENCES.read_text(encoding="utf-8"))
    return {(entry["verifier"], entry["case"]): entry for entry in listed if entry["kind"] == kind}


@pytest.mark.parametrize("configuration", CONFIGURATIONS)
def test_verdicts_are_those_of_the_real_verifier(shared: Callable[[str], Path], configuration: str) -> None:
    known = known_divergences("verdict")
    wrong = []
    for cell in load(shared("facts/verifier-matrix.json")).cells(configuration):
        entry = known.get((configuration, cell.case))
        if entry is not None:
            assert (cell.recorded, cell.verdict) == (entry["expected"], entry["actual"]), f"stale: {entry}"
        elif cell.verdict != cell.recorded:
            wrong.append(f"{cell.case}: really {cell.recorded}, here {cell.verdict} ({cell.result.problem})")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("configuration", CONFIGURATIONS)
def test_accepted_paths_are_those_of_the_real_verifier(shared: Callable[[str], Path], configuration: str) -> None:
    matrix, known = load(shared("facts/verifier-matrix.json")), known_divergences("path")
    wrong = []
    for cell in matrix.cells(configuration):
        real = matrix.path(configuration, cell.case)
        if cell.recorded != "accept" or cell.result.accepted is None or not real:
            continue
        path = matrix.labels(configuration, cell.result.accepted.path.certificates)
        listed = (configuration, cell.case) in known
        assert path != real or not listed, f"stale: {configuration} {cell.case}"
        if path != real and not listed:
            wrong.append(f"{cell.case}: really {real}, here {path}")
    assert not wrong, "\n".join(wrong)


def test_every_configuration_of_the_matrix_has_its_family(shared: Callable[[str], Path]) -> None:
    matrix = load(shared("facts/verifier-matrix.json"))
    assert set(CONFIGURATIONS) == set(matrix.facts["verdicts"])


def test_known_divergences_are_few_and_explained(shared: Callable[[str], Path]) -> None:
    matrix = load(shared("facts/verifier-matrix.json"))
    cases = {case["id"] for case in matrix.facts["cases"]}
    known = {**known_divergences("path"), **known_divergences("verdict")}
    assert len(known) <= MOST_DIVERGENCES * len(cases) * len(CONFIGURATIONS)
    for (verifier, case), entry in known.items():
        assert verifier in CONFIGURATIONS
        assert case in cases
        assert entry["reason"]
        assert entry["source"]
        assert entry.get("expected") != entry.get("actual") or entry["kind"] == "path"
