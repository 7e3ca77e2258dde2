"""Every command line that the README and the documentation show is real.

Blocks of commands run in order, in a folder that holds the fixtures and the files that the text speaks of; shown lines
must be in the output in their order. Commands within a sentence must exist with all their options.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import typer.main

from chainlab.cli.app import app, register
from chainlab.decoding import decode_certificate
from chainlab.evidence import ReadOptions, read_inputs
from chainlab.evidence.capture import OFFERS, Answer, Probe, Target, document

ROOT = Path(__file__).resolve().parent.parent
PAGES = ["README.md", *sorted(f"docs/{page.name}" for page in (ROOT / "docs").glob("*.md"))]

GIVEN = {
    "bundle.pfx": "r46/leaf-and-issuer.pfx",
    "new.pfx": "r46/with-cross-sign.pfx",
    "stores.reg": "r46/server.reg",
    "served.pem": "r46/served-cross.pem",
    "served.txt": "r46/handshake-cross.pcap",
    "ca.sst": "r46/LocalMachine-CA.sst",
    "root.sst": "r46/LocalMachine-Root.sst",
    "chainlab-evidence-SERVER-20261120-200000.zip": "r46/evidence.zip",
}
"""Files that the text speaks of, and which fixture stands for each."""


@dataclass(frozen=True)
class Shown:
    """A command line of a page, and the output shown below it (``None``: none is shown)."""

    command: str
    output: tuple[str, ...] | None


def blocks(text: str) -> Iterator[Shown]:
    """Fenced blocks: transcripts (``console``) and scripts (``sh``), and indented command lines."""
    for language, body in re.findall(r"^```(console|sh)\n(.*?)^```", text, re.DOTALL | re.MULTILINE):
        for part in re.split(r"^\$ ", body, flags=re.MULTILINE)[1:] if language == "console" else body.splitlines():
            command, *output = part.splitlines() or [""]
            if command.startswith("chainlab "):
                yield Shown(_bare(command), tuple(output) if language == "console" else None)
    outside = re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)
    for command in re.findall(r"^ {4}(chainlab .*)$", outside, re.MULTILINE):
        yield Shown(_bare(command), None)


def _bare(command: str) -> str:
    """Without the remark in parentheses behind it."""
    return re.sub(r" {2,}(?:\(.*\)|#.*)$", "", command).strip()


def mentioned(text: str) -> list[str]:
    """Commands within sentences and tables."""
    return re.findall(r"`(chainlab [a-z][^`]*)`", re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "fixtures", tmp_path / "fixtures", ignore=shutil.ignore_patterns("keys", "__pycache__"))
    for name, fixture in GIVEN.items():
        shutil.copy(ROOT / "fixtures" / fixture, tmp_path / name)
    chain = read_inputs([(tmp_path / "served.pem", None)], ReadOptions()).certificates
    ders = tuple(item.certificate.der or b"" for item in chain)
    assert decode_certificate(ders[0]) == chain[0].certificate
    probe = Probe(Target("www.chainlab.example", 443, sni="www.chainlab.example"), OFFERS[0], "www.chainlab.example")
    seen = Answer(probe, "2026-11-20T00:00:00Z", "192.0.2.1:443", "TLSv1.2", "C", (), ders, "", "", 0.1)
    (tmp_path / "capture.json").write_text(document([seen]), encoding="utf-8")
    return tmp_path


def run(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return run_python("-m", "chainlab", *shlex.split(command)[1:], folder=folder)


def run_python(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH", "")]))
    return subprocess.run(
        [sys.executable, *arguments], cwd=folder, capture_output=True, text=True,
        encoding="utf-8", env={**os.environ, "PYTHONIOENCODING": "utf-8", "PYTHONPATH": path, "COLUMNS": "100"},
        stdin=subprocess.DEVNULL, check=False,
    )  # fmt: skip


def runs_here(command: str) -> bool:
    """Not what opens a connection, nor where a name in capitals stands for something."""
    words = shlex.split(command)
    return words[1] != "capture" and not any(re.fullmatch(r"[A-Z]{3,}(?:\.\w+)?", word) for word in words)


@pytest.mark.parametrize("page", PAGES)
def test_command_lines_run_and_print_what_is_shown(page: str, folder: Path) -> None:
    for shown in blocks((ROOT / page).read_text(encoding="utf-8")):
        check_options(shown.command)
        if not runs_here(shown.command):
            continue
        done = run(shown.command, folder)
        assert "Traceback" not in done.stderr, shown.command
        assert done.returncode in (0, 1), (shown.command, done.stderr)
        lines = iter(done.stdout.splitlines())
        for line in shown.output or ():
            if line.strip() not in ("…", ""):
                assert any(printed == line for printed in lines), (shown.command, line)


def test_python_in_the_readme_runs(folder: Path) -> None:
    """``docs/extending.md`` has a test of its own."""
    (code,) = re.findall(r"^```python\n(.*?)^```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL | re.M)
    done = run_python("-c", code, folder=folder)
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == 3


@pytest.mark.parametrize("page", PAGES)
def test_commands_in_sentences_exist_with_their_options(page: str) -> None:
    for command in mentioned((ROOT / page).read_text(encoding="utf-8")):
        check_options(command)


def test_the_readme_is_full_of_commands() -> None:
    """The patterns above find them; a change of the README's style must not switch these tests off."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    found = list(blocks(text))
    assert len(found) >= 20
    assert sum(shown.output is not None for shown in found) >= 12
    assert len(mentioned(text)) >= 5
    assert {"diagnose", "explain", "impact", "plan", "verify", "timeline", "inspect", "capture", "lab"} <= {
        shown.command.split()[1] for shown in found
    }


def check_options(command: str) -> None:
    """The command exists, and so does each option that is named."""
    words = shlex.split(command.replace("…", ""), posix=True)[1:]
    found: Any = tree()
    while words and hasattr(found, "commands"):
        name = words.pop(0)
        if name.startswith("-"):
            assert name in {option for each in found.params for option in each.opts} | {"--help"}, command
            return
        assert name in found.commands or name == "COMMAND", command
        if name == "COMMAND":
            return
        found = found.commands[name]
    known = {option for each in found.params for option in (*each.opts, *each.secondary_opts)} | {"--help"}
    for word in words:
        option = word.partition("=")[0]
        if option.startswith("-") and len(option) > 1:
            assert option in known, (command, option)


def tree() -> object:
    if not app.registered_commands:
        register()
    return typer.main.get_command(app)
