"""What fuzzing promises, in short: seeds, kept inputs, past finds and some random damage, without atheris."""

from __future__ import annotations

import dataclasses
import json
import threading
from pathlib import Path

import pytest

from chainlab.evidence.reading import readers
from chainlab.graph import CertGraph
from chainlab.paths.checks import Question
from chainlab.paths.result import BuildResult
from chainlab.paths.trust import RootSet
from chainlab.verifiers import Handshake, build, family_for
from tests.fuzz import evidence, judges, measured, search
from tests.fuzz.choose import chosen
from tests.fuzz.measured import Figures
from tests.fuzz.mutate import mutations
from tests.fuzz.readers import reader_name
from tests.fuzz.recording import CORPUS, FOUND, Recorder, attempt, known_finds, save
from tests.fuzz.seeds import SEEDS
from tests.fuzz.target import Choices, Target
from tests.fuzz.targets import named, targets
from tests.oracles.scenario import materialise
from tests.pki import NOW, Pki

TARGETS = [pytest.param(target, id=target.name) for target in targets()]


def kept(target: Target) -> list[bytes]:
    return [file.read_bytes() for file in sorted((CORPUS / target.name).glob("*"))]


@pytest.mark.parametrize("target", TARGETS)
def test_seeds_kept_inputs_and_past_finds_break_no_promise(target: Target) -> None:
    finds = [file.read_bytes() for file in known_finds(target.name)]
    for data in (*target.seeds(), *kept(target), *finds):
        assert attempt(target, data) is None, ascii(data[:80])


@pytest.mark.parametrize("target", TARGETS)
def test_random_damage_breaks_no_promise(target: Target) -> None:
    for data in mutations([*target.seeds(), *kept(target)], target.tries, target.name):
        assert attempt(target, data) is None, data.hex()


def test_every_reader_and_every_find_has_its_target() -> None:
    names = {target.name for target in targets()}
    assert {f"read-{reader_name(reader).replace('_', '-')}" for reader in readers()} <= names
    assert {file.name.rpartition("-")[0] for file in FOUND.glob("*.bin")} <= names
    assert {folder.name for folder in CORPUS.glob("*")} <= names
    assert set(measured.load()) <= names


@pytest.mark.parametrize("reader", readers(), ids=lambda reader: reader.FORMAT)
def test_every_seed_of_a_reader_is_of_its_format(reader) -> None:
    assert all(reader.sniff(seed) for seed in SEEDS[reader_name(reader)]())


def test_what_is_committed_is_small() -> None:
    files = (file for folder in (CORPUS, FOUND) for file in folder.rglob("*") if file.is_file())
    assert sum(file.stat().st_size for file in files) <= 300_000


def test_the_search_meets_both_acceptance_and_refusal() -> None:
    (target,) = named(["search"])
    accepted = []
    for data in (*target.seeds(), *kept(target)):
        case = materialise(search.scenario_of(Choices(data)), NOW)
        graph = CertGraph([*case.served, *case.roots])
        result = build(family_for("rfc5280"), Handshake(case.served), RootSet(case.roots), graph, Question(NOW))
        accepted.append(result.accepted is not None)
    assert {True, False} == set(accepted)


def test_a_path_that_is_none_is_found_out() -> None:
    pki = Pki()
    leaf, root, stranger = pki.leaf("R"), pki.ca("R"), pki.ca("S")
    graph = CertGraph([leaf, root])
    result = build(family_for("rfc5280"), Handshake((leaf,)), RootSet([root]), graph, Question(NOW))
    search.check_result("rfc5280", result, [root])
    with pytest.raises(AssertionError, match="without an anchor"):
        search.check_result("rfc5280", result, [stranger])
    (judged,) = result.candidates
    steps = (judged.path.steps[0], dataclasses.replace(judged.path.steps[1], certificate=stranger))
    wrong = dataclasses.replace(judged, path=dataclasses.replace(judged.path, steps=steps))
    with pytest.raises(AssertionError, match="signature"):
        search.check_result("rfc5280", BuildResult((wrong,), 0), [stranger])


def test_most_rendered_seeds_have_something_to_show() -> None:
    shown = [evidence.evidence_of(Choices(seed)) for seed in evidence.seeds()]
    assert sum(len(each.certificates) == 5 for each in shown) > len(shown) / 2
    plans = [evidence.planned(evidence.forked(Choices(seed))) for seed in evidence.few_seeds()]
    assert sum(plan is not None for plan in plans) > len(plans) / 2


def test_characters_that_act_are_found_in_text() -> None:
    with pytest.raises(AssertionError, match="1b"):
        judges.refuse_hidden("a\x1b[2J")


def test_a_fault_is_kept_once_for_each_place_and_the_figures_are_written(tmp_path: Path) -> None:
    def run(data: bytes) -> None:
        if data.startswith(b"a"):
            raise KeyError(data)
        if data.startswith(b"b"):
            raise RecursionError

    recorder = Recorder(Target("t", run, list), tmp_path, tmp_path / "figures")
    for data in (b"a1", b"a2", b"fine", b"b"):
        recorder(data)
    recorder.write()
    assert [file.read_bytes() for file in recorder.kept] == [b"a1", b"b"]
    assert sorted(recorder.kept) == known_finds("t", tmp_path)
    figures = json.loads((tmp_path / "figures").read_text())
    assert (figures["inputs"], figures["finds"]) == (4, 2)
    again = Recorder(Target("t", run, list), tmp_path, tmp_path / "figures")
    again(b"a3")
    assert not again.kept


def test_a_slow_input_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter((0.0, 6.0))
    monkeypatch.setattr("tests.fuzz.recording.time.process_time", lambda: next(clock))
    assert "6.0 s for one input" in str(attempt(Target("t", lambda data: None, list), b"x"))


def test_the_smallest_inputs_that_reach_something_new_are_kept() -> None:
    (target,) = named(["read-pem"])
    garbage, twice = b"-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n", b"no PEM at all"
    assert chosen(target, [garbage * 2, garbage, twice, *target.seeds()]) == [garbage]
    assert chosen(target, [garbage], most=10) == []


def test_a_find_is_named_for_its_target_and_content(tmp_path: Path) -> None:
    assert save("read-x", b"1", tmp_path).name == "read-x-6b86b273ff34.bin"


def test_runs_side_by_side_lose_no_figures(tmp_path: Path) -> None:
    file = tmp_path / "measured.json"
    runs = [threading.Thread(target=measured.add, args=("t", Figures(1.5, 10, 1), file)) for _ in range(8)]
    for run in runs:
        run.start()
    for run in runs:
        run.join()
    assert measured.load(file) == {"t": Figures(12.0, 80, 8)}
    assert [path.name for path in tmp_path.iterdir()] == ["measured.json"]


def test_a_lock_that_is_left_over_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measured, "PATIENCE", 0.0)
    (tmp_path / "measured.lock").touch()
    with pytest.raises(TimeoutError, match=r"measured\.lock is left over"):
        measured.add("t", Figures(), tmp_path / "measured.json")
