"""``chainlab lab``: lists scenarios, writes a folder, and touches nothing else."""

import json
from pathlib import Path
from typing import Any

import jsonschema

from chainlab.lab.scenarios import scenario_names


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


SCHEMA = Path(__file__).parents[2] / "chainlab/report/data/chainlab.lab-1.schema.json"


def valid(text: str) -> dict[str, list[Any]]:
    document: dict[str, list[Any]] = json.loads(text)
    jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text())).validate(document)
    return document


def test_without_a_name_every_scenario_is_listed_with_one_sentence(chainlab) -> None:
    done = chainlab("lab")
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    assert [line.split()[0] for line in lines] == scenario_names()
    assert all(line.endswith(".") and len(line.split()) > 5 for line in lines)
    listed = valid(chainlab("lab", "--format", "json").stdout)
    assert [entry["name"] for entry in listed["scenarios"]] == scenario_names()


def test_a_scenario_is_written_and_written_again_with_the_same_bytes(chainlab, tmp_path: Path) -> None:
    folder = tmp_path / "new" / "lab"
    assert chainlab("lab", "cross-sign", "-o", str(folder)).returncode == 0
    first = files(folder)
    assert {"README.md", "scenario.json", "evidence.zip", "www.pfx", "clients/both.pem"} <= set(first)
    done = chainlab("lab", "cross-sign", "-o", str(folder), "--format", "json")
    assert valid(done.stdout)["files"] == sorted(first)
    assert files(folder) == first
    assert chainlab("lab", "bridge", "-o", str(folder), "--quiet").stdout == ""
    assert "certificates/bridge-by-b.pem" in files(folder)
    assert "certificates/new-root.pem" not in files(folder)


def test_a_folder_with_other_files_is_left_alone(chainlab, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    done = chainlab("lab", "cross-sign", "-o", str(tmp_path))
    assert done.returncode == 2
    assert "is left alone" in done.stderr
    assert list(files(tmp_path)) == ["mine.txt"]


def test_notes_in_a_scenarios_folder_are_not_lost(chainlab, tmp_path: Path) -> None:
    folder = tmp_path / "lab"
    chainlab("lab", "cross-sign", "-o", str(folder))
    (folder / "clients" / "notes.txt").write_text("mine")
    before = files(folder)
    done = chainlab("lab", "bridge", "-o", str(folder))
    assert done.returncode == 2
    assert "clients/notes.txt" in done.stderr
    assert files(folder) == before
    (folder / "scenario.json").write_text("[")
    assert chainlab("lab", "bridge", "-o", str(folder)).returncode == 2


def test_wrong_usage_is_said(chainlab, tmp_path: Path) -> None:
    for arguments, said in (
        (["lab", "cross-sign"], "-o DIR"),
        (["lab", "-o", str(tmp_path / "x")], "name a scenario"),
        (["lab", "crosssign", "-o", str(tmp_path / "x")], "cross-sign"),
        (["lab", "mesh", "--size", "99", "-o", str(tmp_path / "x")], "2 to 12"),
        (["lab", "bridge", "--size", "3", "-o", str(tmp_path / "x")], "leave --size"),
    ):
        done = chainlab(*arguments)
        assert done.returncode == 2
        assert said in done.stderr
    assert not (tmp_path / "x").exists()
