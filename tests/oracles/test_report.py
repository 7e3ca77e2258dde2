"""The agreement table: counts come from cells, and nothing that was not measured is claimed."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from chainlab.verifiers import family_for
from tests.oracles import report
from tests.oracles.catalogue import CATALOGUE
from tests.oracles.compare import compare, describe, tally
from tests.oracles.measurements import Measurement, load, merged, outdated, save
from tests.oracles.oracle import Answer, all_oracles
from tests.oracles.oracle_pyca import ORACLES
from tests.oracles.random_pki import scenarios
from tests.oracles.report import DATA, FINAL, PAGE, counts, data, main, page, problems, write_data
from tests.oracles.test_agreement import SEEDS

PYCA = ORACLES[0]


def row() -> Measurement:
    named, made = compare(PYCA, CATALOGUE[:4]), compare(PYCA, scenarios(range(3)))
    both = counts(tally(PYCA, named)), counts(tally(PYCA, made))
    return Measurement("pyca", "cryptography X", "pyca", "2026-11-24", "0:3", "d", *both)


def test_cells_without_a_verdict_do_not_count() -> None:
    cells = compare(PYCA, CATALOGUE[:3])
    cells[0] = replace(cells[0], answer=Answer("cannot", "no support"))
    counted = tally(PYCA, cells)
    assert (counted.cells, counted.agreeing) == (2, 2)
    assert counted.share == 100


def test_cases_that_chainlab_cannot_decide_are_counted_apart() -> None:
    cells = compare(PYCA, CATALOGUE[:3])
    cells[0] = replace(cells[0], ours=Answer("unknown", "cannot-be-checked"))
    cells[1] = replace(cells[1], answer=Answer("cannot", "no support"))
    counted = tally(PYCA, cells)
    assert (counted.cells, counted.undecided, counted.unanswered) == (1, 1, 1)


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


def test_the_page_names_verifier_family_seeds_and_counts() -> None:
    text = page([row()])
    assert "| pyca | cryptography X | `pyca` | 2026-11-24 | 4 of 4 | 0:3 | 3 of 3 | 100.0 |" in text


def test_data_adds_up_oracles_of_a_family_and_keeps_what_was_not_measured(tmp_path: Path) -> None:
    file = tmp_path / "data" / "agreement.json"
    kept = {"zzz": {"checked_against": "x", "cells": 1, "agreeing": 1, "date": "2026-01-01"}}
    file.parent.mkdir()
    file.write_text(json.dumps(kept))
    write_data(file, [row(), replace(row(), oracle="pyca-2")])
    written = json.loads(file.read_text())
    assert written["zzz"] == kept["zzz"]
    assert written["pyca"]["cells"] == 14
    assert written["pyca"]["checked_against"] == (
        "pyca (cryptography X; seeds 0:3), pyca-2 (cryptography X; seeds 0:3)"
    )
    assert data([], kept) == kept


def test_shipped_figures_are_counts_of_families_that_exist() -> None:
    for identity, entry in json.loads(DATA.read_text(encoding="utf-8")).items():
        assert family_for(identity)
        assert 0 <= entry["agreeing"] <= entry["cells"]
        assert entry["checked_against"]


def test_published_seeds_are_not_those_of_every_test_run() -> None:
    first, _, last = FINAL.partition(":")
    assert not set(SEEDS) & set(range(int(first), int(last)))


def test_every_oracle_was_measured_on_enough_seeds_that_its_family_was_not_written_with() -> None:
    never_corrected = {"firefox-esr"}
    further = {
        "erlang-ssl": range(2000000, 2000600),
        "wolfssl": range(4000000, 4000600),
        "nss-vfychain": range(6000000, 6000600),
    }
    measured = {each.oracle: each for each in load()}
    for oracle in all_oracles():
        first, last = map(int, measured[oracle.id].seeds.split(":"))
        made = measured[oracle.id].random
        assert measured[oracle.id].family == oracle.family
        assert last - first >= (oracle.most or 500)
        assert made.cells + made.unanswered + made.undecided == last - first
        corrected = range(0) if oracle.id in never_corrected else range(1000000, 1000600)
        for seen in (range(21000), corrected, further.get(oracle.id, range(0))):
            assert last <= seen.start or first >= seen.stop, oracle.id


def test_every_family_agrees_in_995_of_1000_unseen_cases_and_rarely_says_that_it_does_not_know() -> None:
    for each in load():
        assert each.random.share >= 99.5, each.oracle
        assert each.random.undecided <= 0.01 * each.random.cells, each.oracle


def test_every_oracle_stands_for_a_family_of_chainlab() -> None:
    for oracle in all_oracles():
        assert family_for(oracle.family)


def test_the_page_and_the_shipped_figures_are_made_of_the_committed_measurements() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(load())
    assert [text for text in problems(load()) if "other scenarios" not in text] == []


def test_a_measurement_on_other_scenarios_is_out_of_date() -> None:
    assert outdated([row()], "d") == []
    assert outdated([row()], "e") == ["pyca"]


def test_a_measurement_replaces_the_earlier_one_of_its_oracle_only(tmp_path: Path) -> None:
    other, newer = replace(row(), oracle="other"), replace(row(), version="Y", unlisted=("x",))
    save(merged([row(), other], [newer]), tmp_path / "m.json")
    assert load(tmp_path / "m.json") == [newer, other]


def test_a_share_short_of_all_is_not_rounded_up() -> None:
    assert replace(row().random, cells=10_000, agreeing=9_999).share == 99.9


def test_the_exit_status_tells_what_is_wrong(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("PAGE", "DATA"):
        monkeypatch.setattr(report, name, tmp_path / name)
    monkeypatch.setattr(report, "save", lambda measurements: None)
    measured = row()
    monkeypatch.setattr(report, "measure", lambda oracle, seeds, show: measured)
    assert main(["pyca"]) == 0
    measured = replace(measured, unlisted=("no-key-ids",))
    assert main(["pyca"]) == 1
    absent = replace(PYCA, version=str)
    assert report.run([absent], FINAL, 0, required=True) == 1
    assert report.run([absent], FINAL, 0, required=False) == 0
    with pytest.raises(SystemExit, match="2"):
        main(["no-such-oracle"])
