"""Full disks, files that go away, signals: nothing half written, nothing passed over without a word."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.promises.commands import Ground, commands, invocations

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="resource limits and signals of POSIX"),
]

R46 = ROOT / "fixtures" / "r46"
LAB = ("--lab", str(ROOT / "fixtures" / "lab.json"))
OLD = "what was there before\n"


def trouble(what: str, arguments: Sequence[str]) -> subprocess.CompletedProcess[str]:
    """Run the command with this trouble."""
    return subprocess.run(
        [sys.executable, "-m", "tests.promises.trouble", what, *arguments],
        cwd=ROOT, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL,
        env={**{n: v for n, v in os.environ.items() if not n.startswith("COV")}, "PYTHONIOENCODING": "utf-8"},
    )  # fmt: skip


def writing(folder: Path) -> Iterator[tuple[str, ...]]:
    """Every command with every kind of output to a file or folder; what ``verify`` reads is there."""
    ground = Ground(R46 / "leaf-and-issuer.pfx", folder, knowledge=LAB, served=R46 / "served-short.pem")
    for line in invocations(ground):
        if "-o" in line or (line[0] in ("catalog", "fleet") and "import" in line):
            yield line


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below, whatever its name; a fleet's lock is empty, and means nothing once its process is gone."""
    files = (file for file in folder.rglob("*") if file.is_file() and file.name != "lock")
    return {str(file.relative_to(folder)): file.read_bytes() for file in files}


PLAN = ("plan", str(R46 / "leaf-and-issuer.pfx"), *LAB, "--at", "2026-11-20", "--clients", "android-4.4-aosp")


@pytest.fixture
def planned(tmp_path: Path) -> Path:
    """A folder with a plan package in it, which ``verify`` reads."""
    subprocess.run([sys.executable, "-m", "chainlab", *PLAN, "-o", str(tmp_path / "plan")], cwd=ROOT, check=False)
    assert (tmp_path / "plan").is_dir()
    return tmp_path


def outputs_of(line: Sequence[str]) -> str:
    """Which command writes what."""
    return f"{line[0]} {Path(line[-1]).suffix}"


def test_every_command_that_writes_is_tried(tmp_path: Path) -> None:
    able = {name.split()[0] for name, c in commands().items() if any("--output" in p.opts for p in c.params)}
    assert {line[0] for line in writing(tmp_path)} >= able - {"capture"}


def test_a_full_disk_leaves_what_was_there_and_nothing_else(planned: Path) -> None:
    problems: list[tuple[object, ...]] = []
    for line in writing(planned):
        target = Path(line[line.index("-o") + 1]) if "-o" in line else None
        if line[0] in ("plan", "lab"):
            line = (*line[:-1], f"{line[-1]}-new")
        elif target is not None:
            target.write_text(OLD)
        before = contents(planned)
        done = trouble("full", line)
        if done.returncode != 3 or "Traceback" in done.stderr or "cannot be written" not in done.stderr:
            problems.append((line, done.returncode, done.stderr[-300:]))
        if contents(planned) != before:
            problems.append((line, "files", sorted(contents(planned).keys() ^ before.keys())))
    assert problems == []


@pytest.mark.parametrize(("name", "status"), [("SIGTERM", 143), ("SIGINT", 130)])
@pytest.mark.parametrize("writer", ["diagnose.json", "graph.svg", "plan", "lab"])
def test_a_signal_while_writing_leaves_what_was_there_and_nothing_else(
    tmp_path: Path, writer: str, name: str, status: int
) -> None:
    target = tmp_path / writer
    source = (str(R46 / "leaf-and-issuer.pfx"), *LAB, "--at", "2026-11-20")
    line = {
        "diagnose.json": ("diagnose", *source, "--format", "json"), "graph.svg": ("graph", *source),
        "plan": (*PLAN, "--force"), "lab": ("lab", "cross-sign"),
    }[writer]  # fmt: skip
    command = (*line, "-o", str(target))
    if target.suffix:
        target.write_text(OLD)
    elif writer == "plan":
        subprocess.run([sys.executable, "-m", "chainlab", *command], cwd=ROOT, check=False, capture_output=True)
        assert contents(tmp_path)
    before = contents(tmp_path)
    done = trouble(name, command)
    assert done.returncode == status, done.stderr
    assert "Traceback" not in done.stderr
    assert contents(tmp_path) == before
    assert [path.name for path in tmp_path.iterdir()] in ([writer], [])


def test_what_cannot_be_read_in_a_folder_is_named_and_the_rest_is_read(tmp_path: Path) -> None:
    box = tmp_path / "box"
    box.mkdir()
    (box / "a.pfx").write_bytes((R46 / "leaf-and-issuer.pfx").read_bytes())
    (box / "dangling").symlink_to(tmp_path / "nowhere")
    (box / "round").symlink_to(box)
    os.mkfifo(box / "pipe")
    done = subprocess.run(
        [sys.executable, "-m", "chainlab", "inspect", str(box)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0
    said = " ".join(done.stdout.split())
    assert "Findings (3)" in said
    assert "dangling: cannot be read: no such file or directory" in said
    assert "round: a link to a folder, which is not followed" in said
    assert "pipe: a pipe, socket or device, which is not read" in said
    assert "2 certificates" in said or "a.pfx" in said


def test_a_locked_folder_is_named(tmp_path: Path) -> None:
    box = tmp_path / "box"
    (box / "locked").mkdir(parents=True)
    (box / "a.pfx").write_bytes((R46 / "leaf-and-issuer.pfx").read_bytes())
    (box / "locked" / "b.pfx").write_bytes((R46 / "leaf-and-issuer.pfx").read_bytes())
    (box / "locked").chmod(0)
    try:
        if os.access(box / "locked", os.R_OK):
            pytest.skip("nothing is locked for root")
        done = subprocess.run(
            [sys.executable, "-m", "chainlab", "inspect", str(box)], cwd=ROOT, capture_output=True, text=True,
            check=False,
        )  # fmt: skip
    finally:
        (box / "locked").chmod(0o700)
    assert "locked: cannot be read: permission denied" in " ".join(done.stdout.split())


def test_a_file_that_vanishes_meanwhile_is_named(tmp_path: Path) -> None:
    box = tmp_path / "box"
    box.mkdir()
    for name in ("a.pfx", "b.pfx"):
        (box / name).write_bytes((R46 / "leaf-and-issuer.pfx").read_bytes())
    done = trouble("vanish", ("inspect", str(box)))
    assert done.returncode == 0, done.stderr
    assert "b.pfx: cannot be read: no such file or directory" in " ".join(done.stdout.split())


def test_a_file_that_grows_without_end_meets_the_cap(tmp_path: Path) -> None:
    endless = tmp_path / "endless"
    os.mkfifo(endless)
    endlessly = f"f = open({str(endless)!r}, 'wb')\nwhile f.write(bytes(1 << 20)): pass"
    writer = subprocess.Popen([sys.executable, "-c", endlessly], stderr=subprocess.DEVNULL)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "chainlab", "inspect", str(endless)], cwd=ROOT, capture_output=True, text=True,
            check=False,
        )  # fmt: skip
    finally:
        writer.kill()
        writer.wait()
    assert done.returncode == 3
    assert "more than the cap of" in " ".join(done.stdout.split())
