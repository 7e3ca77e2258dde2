"""Directories appear whole or not at all."""

import io
import os
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from chainlab import folders
from chainlab.cli import progress
from chainlab.cli.output import write, write_directory
from chainlab.errors import InputError, UsageError

FILES = {"plan.json": b"{}", "certificates/a.cer": b"a"}


def names(folder: Path) -> list[str]:
    return sorted(file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file())


def test_a_directory_is_made_with_its_parents(tmp_path: Path) -> None:
    write_directory(FILES, tmp_path / "a" / "b", mark="plan.json")
    assert names(tmp_path) == ["a/b/certificates/a.cer", "a/b/plan.json"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no umask")
@pytest.mark.parametrize(("mask", "mode"), [(0o022, 0o644), (0o077, 0o600)])
def test_a_file_is_as_readable_as_the_umask_says(tmp_path: Path, mask: int, mode: int) -> None:
    before = os.umask(mask)
    try:
        write("text", tmp_path / "report.html")
    finally:
        os.umask(before)
    assert (tmp_path / "report.html").stat().st_mode & 0o777 == mode
    assert names(tmp_path) == ["report.html"]


def test_an_empty_directory_is_filled(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    write_directory(FILES, tmp_path / "b", mark="plan.json")
    assert (tmp_path / "b" / "plan.json").read_bytes() == b"{}"


def test_a_failure_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_directory(FILES, tmp_path / "b", mark="plan.json")

    def fail(files: object, directory: Path) -> None:
        (directory / "half").write_text("x")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(folders, "_fill", fail)
    with pytest.raises(InputError, match="cannot be written: no space left on device"):
        write_directory({"plan.json": b"new"}, tmp_path / "b", mark="plan.json", force=True)
    assert names(tmp_path) == ["b/certificates/a.cer", "b/plan.json"]
    assert (tmp_path / "b" / "plan.json").read_bytes() == b"{}"


def test_only_an_earlier_one_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    for force in (False, True):
        with pytest.raises(UsageError):
            write_directory(FILES, tmp_path, mark="plan.json", force=force)
    assert names(tmp_path) == ["mine.txt"]


def test_a_file_has_the_permissions_of_any_new_file_and_keeps_its_own(tmp_path: Path) -> None:
    file, plain = tmp_path / "a.txt", tmp_path / "b.txt"
    plain.write_text("x")
    write("one", file)
    assert file.stat().st_mode == plain.stat().st_mode
    file.chmod(0o640)
    before = file.stat().st_mode
    write("two", file)
    assert (file.stat().st_mode, file.read_text()) == (before, "two")
    assert names(tmp_path) == ["a.txt", "b.txt"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_is_written_into_and_stays_one(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    got: list[str] = []
    reader = threading.Thread(target=lambda: got.append(pipe.read_text()), daemon=True)
    reader.start()
    write("result", pipe)
    reader.join(10)
    assert got == ["result"]
    assert stat.S_ISFIFO(pipe.stat().st_mode)


@pytest.mark.skipif(sys.platform == "win32", reason="making links needs a privilege there")
def test_a_link_stays_one(tmp_path: Path) -> None:
    (tmp_path / "real.txt").write_text("old")
    (tmp_path / "link.txt").symlink_to("real.txt")
    write("new", tmp_path / "link.txt")
    assert (tmp_path / "link.txt").is_symlink()
    assert (tmp_path / "real.txt").read_text() == "new"


def test_a_directory_is_not_replaced_by_a_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be written"):
        write("x", tmp_path)


FULL = Path("/dev/full")


@pytest.mark.skipif(not FULL.exists(), reason="no /dev/full here")
@pytest.mark.parametrize(
    "arguments",
    [
        ("diagnose", "fixtures/e46/server.reg", "--at", "2026-11-20"),
        ("diagnose", "fixtures/e46/server.reg", "--at", "2026-11-20", "--format", "json"),
        ("clients", "list"),
        ("collector",),
        ("--help",),
        ("--version",),
    ],
)
def test_a_full_disk_is_one_line_and_status_3(fixtures: Path, arguments: tuple[str, ...]) -> None:
    with FULL.open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "chainlab", *arguments], cwd=fixtures.parent, stdout=full, stderr=subprocess.PIPE,
            text=True, check=False,
        )  # fmt: skip
    assert done.stderr == "chainlab: standard output: cannot be written: no space left on device\n"
    assert done.returncode == 3


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_reader_that_goes_away_is_no_error(fixtures: Path, form: str) -> None:
    started = subprocess.Popen(
        [sys.executable, "-m", "chainlab", "diagnose", "fixtures/e46/server.reg", "--at", "2026-11-20", "--lab",
         "fixtures/lab.json", "--format", form], cwd=fixtures.parent, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert started.stdout is not None
    assert started.stderr is not None
    started.stdout.close()
    with started.stderr:
        assert started.stderr.read() == b""
    assert started.wait(60) == 1  # as ever: clients fail


@pytest.mark.parametrize(("columns", "longest"), [("60", 60), ("²", 120), ("0", 120)])
def test_columns_are_honoured_in_a_pipe(chainlab, columns: str, longest: int) -> None:
    for command in (("explain", "fixtures/e46/server.reg", "--at", "2026-11-20"), ("clients", "list")):
        done = chainlab(*command, env={"COLUMNS": columns})
        assert longest * 0.8 < max(map(len, done.stdout.splitlines())) <= longest
        assert done.stderr == ""


def test_the_bar_shows_what_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = Terminal()
    monkeypatch.setattr("sys.stderr", shown)
    for in_bytes, done in ((True, "1.0/1.0 kB"), (False, "1000/1000")):
        with progress.bar("reading access logs", in_bytes=in_bytes) as told:
            assert told is not None
            told(1000, 1000)
        assert "reading access logs" in shown.getvalue()
        assert done in shown.getvalue()


def test_without_a_terminal_or_when_quiet_there_is_no_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    for stream, quiet in ((io.StringIO(), False), (Terminal(), True)):
        monkeypatch.setattr("sys.stderr", stream)
        with progress.bar("handshakes", quiet=quiet) as told:
            assert told is None
        assert stream.getvalue() == ""


def test_long_work_shows_a_sign_of_life_and_short_work_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    for patience, seen in ((0.0, True), (60.0, False)):
        shown = Terminal()
        monkeypatch.setattr("sys.stderr", shown)
        monkeypatch.setattr(progress, "PATIENCE", patience)
        with progress.working("planning"):
            wait_until(partial(_shows, shown), 5.0 if seen else 0.1)
        assert ("planning" in shown.getvalue()) is seen


def test_a_question_is_asked_on_a_quiet_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = Terminal()
    monkeypatch.setattr("sys.stderr", shown)
    monkeypatch.setattr(progress, "PATIENCE", 0.0)
    with progress.working("planning"):
        wait_until(lambda: "planning" in shown.getvalue(), 5.0)
        with progress.interrupted():
            before = shown.getvalue()
            time.sleep(0.3)
            assert shown.getvalue() == before
        wait_until(lambda: "planning" in shown.getvalue()[len(before) :], 5.0)
        assert "planning" in shown.getvalue()[len(before) :]


def test_without_a_terminal_nothing_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    monkeypatch.setattr("sys.stderr", stream)
    monkeypatch.setattr(progress, "PATIENCE", 0.0)
    with progress.working("planning"):
        time.sleep(0.1)
    assert stream.getvalue() == ""


def _shows(stream: io.StringIO) -> bool:
    return "planning" in stream.getvalue()


def wait_until(true: Callable[[], bool], seconds: float) -> None:
    end = time.monotonic() + seconds
    while not true() and time.monotonic() < end:
        time.sleep(0.02)


class Terminal(io.StringIO):
    """Standard error of somebody at a terminal."""

    def isatty(self) -> bool:
        return True
