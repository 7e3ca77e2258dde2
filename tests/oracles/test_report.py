"""The agreement table: counts come from cells, and nothing that was not measured is claimed."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from chainlab.verifiers import family_for
from tests.oracles.catalogue import CATALOGUE
from tests.oracles.compare import compare, describe, tally
from tests.oracles.oracle import Answer, all_oracles
from tests.oracles.oracle_pyca import ORACLES
from tests.oracles.random_pki import scenarios
from tests.oracles.report import DATA, PAGE, Run, counted, data, load_runs, page, record
from tests.oracles.test_agreement import SEEDS

PYCA = ORACLES[0]


def run() -> Run:
    return counted(PYCA, "7:10", compare(PYCA, CATALOGUE[:4]), compare(PYCA, scenarios(range(7, 10))))


def test_cells_without_a_verdict_do_not_count() -> None:
    cells = compare(PYCA, CATALOGUE[:3])
    cells[0] = replace(cells[0], answer=Answer("cannot", "no support"))
    counted = tally(PYCA, cells)
    assert (counted.cells, counted.agreeing) == (2, 2)
    assert counted.share == 100


def test_a_different_verdict_lowers_the_share_and_is_described() -> None:
    cells = compare(PYCA, CATALOGUE[:2])
    other = "reject" if cells[0].answer.verdict == "accept" else "accept"
    cells[0] = replace(cells[0], answer=Answer(other, "because"))
    assert tally(PYCA, cells).share == 50
    text = describe(cells[0])
    assert CATALOGUE[0].id in text
    assert "because" in text


def test_the_same_verdict_over_another_path_counts_as_agreement_but_not_as_the_same_path() -> None:
    cells = [cell for cell in compare(PYCA, CATALOGUE[:6]) if cell.answer.path]
    cells[0] = replace(cells[0], answer=replace(cells[0].answer, path=cells[0].answer.path[::-1]))
    counted = tally(PYCA, cells)
    assert counted.agreeing == counted.cells == counted.paths
    assert counted.same_paths == counted.paths - 1


def test_cases_that_chainlab_cannot_decide_are_counted_apart() -> None:
    cells = compare(PYCA, CATALOGUE[:3])
    cells[0] = replace(cells[0], ours=Answer("unknown", "cannot-be-checked"))
    cells[1] = replace(cells[1], answer=Answer("cannot", "no support"))
    counted_cells = tally(PYCA, cells)
    assert (counted_cells.cells, counted_cells.undecided, counted_cells.unanswered) == (1, 1, 1)


def test_the_page_names_verifier_family_seeds_and_counts() -> None:
    text = page([run()])
    assert f"| pyca | {PYCA.version()} | `pyca` | 7:10 | 4 of 4 | 3 of 3 | 100.0 |" in text
    assert "| 0 + 0 |" in text


def test_data_adds_up_oracles_of_a_family_and_keeps_what_was_not_measured(tmp_path: Path) -> None:
    files = tmp_path / "runs.json", tmp_path / "page.md", tmp_path / "data" / "agreement.json"
    kept = {"zzz": {"checked_against": "x", "cells": 1, "agreeing": 1, "date": "2026-01-01"}}
    files[2].parent.mkdir()
    files[2].write_text(json.dumps(kept))
    first = replace(run(), version="X")
    record(replace(first, agreeing=0), *files)
    record(first, *files)
    record(replace(first, oracle="pyca-2"), *files)
    written = json.loads(files[2].read_text())
    assert written["zzz"] == kept["zzz"]
    assert (written["pyca"]["cells"], written["pyca"]["agreeing"]) == (14, 14)
    assert written["pyca"]["checked_against"] == "pyca (X; seeds 7:10), pyca-2 (X; seeds 7:10)"
    assert load_runs(files[0]) == {"pyca": first, "pyca-2": replace(first, oracle="pyca-2")}
    assert files[1].read_text() == page(load_runs(files[0]).values())


def test_every_oracle_has_a_measurement_on_enough_seeds_that_no_family_was_written_with() -> None:
    runs = load_runs()
    development, first_measured = [range(21000)], range(1000000, 1000600)
    never_corrected = {
        "bouncycastle-builder", "certvalidator", "firefox-esr", "grpc", "node-10.0.0", "node-10.24.1", "node-16.20.2",
        "node-18.20.8", "node-24.21.0", "uv-rustls",
    }  # fmt: skip
    further = {
        "erlang-ssl": range(2000000, 2000600),
        "wolfssl": range(4000000, 4000600),
        "nss-vfychain": range(6000000, 6000600),
    }
    for oracle in all_oracles():
        measured = runs[oracle.id]
        first, last = map(int, measured.seeds.split(":"))
        assert measured.family == oracle.family
        assert last - first >= (oracle.most or 500)
        assert measured.cells + measured.unanswered + measured.undecided == last - first
        corrected = range(0) if oracle.id in never_corrected else first_measured
        seen = [*development, corrected, further.get(oracle.id, range(0))]
        assert all(last <= used.start or first >= used.stop for used in seen)
        assert not set(SEEDS) & set(range(first, last))


def test_every_family_agrees_in_at_least_995_of_1000_unseen_cases_and_rarely_says_that_it_does_not_know() -> None:
    for measured in load_runs().values():
        assert measured.share >= 99.5, measured.oracle
        assert measured.undecided <= 0.01 * measured.cells, measured.oracle


def test_page_and_data_are_those_of_the_recorded_measurements() -> None:
    runs = load_runs().values()
    assert PAGE.read_text(encoding="utf-8") == page(runs)
    shipped = json.loads(DATA.read_text(encoding="utf-8"))
    assert data(runs, shipped) == shipped


def test_shipped_figures_are_counts_of_families_that_exist() -> None:
    for identity, entry in json.loads(DATA.read_text(encoding="utf-8")).items():
        assert family_for(identity)
        assert 0 <= entry["agreeing"] <= entry["cells"]
        assert entry["checked_against"]


def test_every_oracle_stands_for_a_family_of_chainlab() -> None:
    for oracle in all_oracles():
        assert family_for(oracle.family)
