"""Offline means offline: only ``capture`` and ``verify --served HOST:PORT`` open a connection."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.promises.commands import ARGUMENTS, CONNECTING, WITH_WORKERS, Ground, commands, invocations
from tests.promises.running import Report, run_all
from tools.without_network import namespace

LAB = ("--lab", str(ROOT / "fixtures" / "lab.json"))


def ground(folder: Path) -> Ground:
    """A PFX whose chain can be mended."""
    r46 = ROOT / "fixtures" / "r46"
    return Ground(r46 / "leaf-and-issuer.pfx", folder, knowledge=LAB, served=r46 / "served-short.pem")


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """Every command, audited."""
    box = tmp_path_factory.mktemp("offline")
    (box / "tmp").mkdir()
    return run_all(invocations(ground(box)), box / "job", env={"TMPDIR": str(box / "tmp")})


def test_every_command_is_tried_or_known_to_connect() -> None:
    assert set(commands()) <= set(ARGUMENTS) | CONNECTING


def test_every_command_does_its_work(report: Report) -> None:
    assert {done.status for done in report.done} <= {0, 1}, [d for d in report.done if d.status not in (0, 1)]
    assert all(done.err == "" for done in report.done)


def test_no_command_opens_a_socket_resolves_a_name_or_starts_a_program(report: Report) -> None:
    assert report.raised("socket.", "urllib.", "ftplib.", "smtplib.") == []
    assert report.raised("subprocess.", "os.", "pty.") == []


def test_no_command_starts_a_thread(report: Report) -> None:
    started = report.raised("_thread.")
    assert [event for event in started if event[0].split()[0] not in WITH_WORKERS] == []


def test_commands_write_only_what_they_were_told_to(report: Report) -> None:
    """Graphviz' binding draws through an unnamed temporary file; nothing stays of it."""
    folder = Path(report.done[0].arguments[-1]).parent
    assert folder.name.startswith("offline")
    assert [event for event in report.raised("open for writing") if not event[2].startswith(str(folder))] == []
    assert list((folder / "tmp").iterdir()) == []
    written = {words[words.index("-o") + 1] for words in invocations(ground(folder)) if "-o" in words}
    known = ("tmp", "job", "catalog", "fleet", "fleet-results")
    kept = {str(path) for path in folder.iterdir()} - {str(folder / name) for name in known}
    assert kept == written


def test_the_audit_sees_what_it_is_there_for(tmp_path: Path) -> None:
    """The live command is caught by the same hook: otherwise an empty list would prove nothing."""
    seen = run_all([["capture", "127.0.0.1:9"]], tmp_path)
    assert seen.raised("socket.connect", "socket.getaddrinfo", "subprocess.")


@pytest.mark.skipif(sys.platform != "linux" or namespace() is None, reason="no network namespace can be had here")
def test_without_any_interface_every_command_answers_the_same(report: Report, tmp_path: Path) -> None:
    chosen = [words for words in invocations(ground(tmp_path)) if "-o" not in words and "html" not in words]
    alone = run_all(chosen, tmp_path / "job", around=namespace() or ())
    answers = {name(done.arguments): text(done.out) for done in report.done}
    compared = [done for done in alone.done if done.arguments[0] not in ("catalog", "verify")]
    assert len(compared) > 15
    assert {name(d.arguments) for d in compared if answers[name(d.arguments)] != text(d.out)} == set()


def text(out: str) -> str:
    """An output without the paths of the folder it worked in, however these made it wrap."""
    return " ".join(re.sub(r"\S*pytest-\S*", "", out.partition("Rows and tables:")[0]).split())


def name(arguments: tuple[str, ...]) -> str:
    """The command line without the folder it worked in."""
    return " ".join(word for word in arguments if "pytest-" not in word)


IMPORTS = """
import importlib, json, os, pkgutil, sys
seen, READING = {"events": [], "variables": []}, ("os.listdir", "os.scandir")

class Environment(type(os.environ)):
    def __getitem__(self, key):
        frame = sys._getframe(1)
        while frame is not None and frame.f_code.co_filename.startswith("<frozen"):
            frame = frame.f_back
        if frame is not None and "/chainlab/" in frame.f_code.co_filename.replace(os.sep, "/"):
            seen["variables"].append(str(key))
        return super().__getitem__(key)

def watch(event, arguments):
    if event.startswith(("socket.", "subprocess.", "os.", "_thread.start")) and event not in READING:
        seen["events"].append(event)
    elif event == "open" and (isinstance(arguments[1], str) and set(arguments[1]) & set("wax+")):
        seen["events"].append(f"open {arguments[0]}")

os.environ.__class__ = Environment
sys.addaudithook(watch)
import chainlab
for module in pkgutil.walk_packages(chainlab.__path__, "chainlab."):
    if module.name != "chainlab.__main__":
        importlib.import_module(module.name)
import threading
seen["threads"] = threading.active_count()
print(json.dumps(seen))
from chainlab.asking import catalog_folder
seen["variables"].clear()
catalog_folder(None)
print(json.dumps(seen["variables"]))
"""


def test_importing_every_module_starts_nothing_reads_no_variable_and_writes_nothing() -> None:
    done = subprocess.run(
        [sys.executable, "-B", "-W", "ignore", "-c", IMPORTS], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    imported, afterwards = done.stdout.splitlines()
    assert imported == '{"events": [], "variables": [], "threads": 1}'
    assert "CHAINLAB_CATALOG" in afterwards, "the recorder sees what a function reads"
