"""``chainlab fleet`` as a process: formats, exit statuses, interruption by Ctrl-C and by kill."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import jsonschema
import pytest

from benchmarks.fleet_simulator import Simulator
from tests.fleet.conftest import FEW, ROWS, listed, query

SCHEMA = json.loads((Path(__file__).parents[2] / "chainlab/report/data/chainlab.fleet-1.schema.json").read_text())
COMMON = ("--lab", "fixtures/lab.json", "--at", "2026-11-20", "--clients", FEW, "--workers", "1")


@pytest.fixture(scope="module")
def fleet(fixtures: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of a few servers, one of them broken and named to do harm."""
    folder = tmp_path_factory.mktemp("fleet") / "in"
    folder.mkdir()
    for name in ("leaf-and-issuer.pfx", "served-cross.pem", "evidence.zip"):
        (folder / name).write_bytes((fixtures / "r46" / name).read_bytes())
    (folder / "copy.pfx").write_bytes((fixtures / "r46" / "leaf-and-issuer.pfx").read_bytes())
    (folder / "=cmd()<script>|*x*.pfx").write_bytes(b"broken")
    return folder


def test_each_format_says_the_same_counts(chainlab, fleet: Path, tmp_path: Path) -> None:
    arguments = ("fleet", str(fleet), *COMMON, "--results", str(tmp_path / "out"))
    text = chainlab(*arguments)
    assert (text.returncode, text.stderr) == (1, "")
    assert "5 inputs: 3 computed, 1 equal to one of these, 1 error" in text.stdout
    document = json.loads(chainlab(*arguments, "--format", "json").stdout)
    jsonschema.Draft202012Validator(SCHEMA).validate(document)
    counts = document["counts"]
    assert counts["inputs"] == 5 == counts["computed"] + counts["duplicates"] + counts["errors"]
    page = chainlab(*arguments, "--format", "html").stdout
    assert "<script" not in page
    assert "=cmd()&lt;script&gt;" in page
    markdown = chainlab(*arguments, "--format", "markdown").stdout
    assert "<script>" not in re.sub("`[^`]*`", "", markdown).replace("\\<script\\>", "")
    rows = list(csv.DictReader(io.StringIO(chainlab(*arguments, "--format", "csv").stdout.removeprefix("\ufeff"))))
    assert sum(row["status"] == "error" for row in rows) == 1
    assert any(row["server"].startswith("'=cmd") for row in rows)


def test_a_change_is_in_every_format(chainlab, fleet: Path, tmp_path: Path) -> None:
    change = ("--change", "import fixtures/r46/cross-signs.pem into LocalMachine/CA", "--change", "untrust fb243876")
    arguments = ("fleet", str(fleet), *COMMON, *change, "--results", str(tmp_path / "out"), "--plans", "0")
    assert "gain clients and lose none" in chainlab(*arguments).stdout
    document = json.loads(chainlab(*arguments, "--format", "json").stdout)
    jsonschema.Draft202012Validator(SCHEMA).validate(document)
    assert document["change"]["servers"]["gains"] == 4
    for format in ("html", "markdown"):
        assert "gain clients and lose none" in chainlab(*arguments, "--format", format).stdout


def test_without_a_date_a_run_continues_as_of_the_time_it_was_begun(chainlab, fleet: Path, tmp_path: Path) -> None:
    arguments = ("fleet", str(fleet), *COMMON[:2], *COMMON[4:], "--results", str(tmp_path / "out"), "--plans", "0")
    first = json.loads(chainlab(*arguments, "--format", "json").stdout)
    second = json.loads(chainlab(*arguments, "--format", "json").stdout)
    assert first["at"] == second["at"]


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        ((), 2, "nothing to read"),
        (("no-such-folder",), 3, "no such file or folder"),
        (("fixtures/r46/www.pem", "--workers", "0"), 2, "--workers"),
        (("fixtures/r46/leaf-only.pem",), 2, "neither a folder nor a list"),
        (("fixtures/r46", "--clients", "no-such"), 2, "no client matches"),
        (("fixtures/r46", "--change", "dance"), 2, "unknown change"),
    ],
)
def test_wrong_usage_is_said_in_one_line(chainlab, tmp_path: Path, arguments, status: int, said: str) -> None:
    done = chainlab("fleet", "--results", str(tmp_path / "out"), *arguments)
    assert done.returncode == status
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_no_input_with_an_answer_is_status_3(chainlab, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "x").write_bytes(b"nothing")
    done = chainlab("fleet", str(tmp_path / "in"), *COMMON, "--results", str(tmp_path / "out"))
    assert done.returncode == 3
    assert "No input could be answered" in done.stdout


@pytest.fixture(scope="module")
def servers() -> list[tuple[str, bytes]]:
    """Servers enough for a run of some seconds."""
    return list(Simulator(7).servers(300))


def _begun(command: list[str], results: Path) -> subprocess.Popen[str]:
    """The command as a process that has got its first answers."""
    root = Path(__file__).parents[2]
    process = subprocess.Popen(
        command, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8",
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )  # fmt: skip
    deadline = time.monotonic() + 120
    while not list(results.glob("answers/*.parquet")) and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.02)
    return process


@pytest.mark.slow
@pytest.mark.parametrize("how", ["interrupt", "kill"])
def test_a_run_that_is_ended_loses_nothing(chainlab, servers, tmp_path: Path, how: str) -> None:
    source, results = listed(tmp_path / "l.parquet", servers, rows=60), tmp_path / "out"
    arguments = ["fleet", str(source), *COMMON, "--results", str(results), "--plans", "0"]
    process = _begun([sys.executable, "-m", "chainlab", *arguments], results)
    if how == "kill":
        process.kill()
    else:
        process.send_signal(signal.SIGINT)
    output, errors = process.communicate(timeout=120)
    assert "Traceback" not in errors
    answered = {path: path.stat().st_mtime_ns for path in results.glob("answers/*.parquet")}
    assert answered
    if how == "interrupt":
        assert process.returncode == 130
        assert "the same command continues it" in output
    again = chainlab(*arguments)
    assert again.returncode == 1, again.stderr
    assert {path: path.stat().st_mtime_ns for path in answered} == answered, "kept as they were"
    fresh = chainlab(*arguments[:-4], "--results", str(tmp_path / "fresh"), "--plans", "0")
    assert fresh.returncode == 1
    assert query(results / "fleet.duckdb", ROWS) == query(tmp_path / "fresh" / "fleet.duckdb", ROWS)


def test_the_extra_is_named_where_it_is_missing(chainlab, fleet: Path, tmp_path: Path) -> None:
    for name in ("pyarrow", "duckdb"):
        (tmp_path / f"{name}.py").write_text("raise ImportError")
    done = chainlab("fleet", str(fleet), "--results", str(tmp_path / "out"), env={"PYTHONPATH": str(tmp_path)})
    assert done.returncode == 2
    assert "pip install 'chainlab[fleet]'" in done.stderr
