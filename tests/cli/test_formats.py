"""Every command in every format, on every kind of terminal: an old code page, no locale, 80 columns, no colour."""

from __future__ import annotations

import json
import os
import re
import struct
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from markdown_it import MarkdownIt

LAB = ("--lab", "fixtures/lab.json", "--at", "2026-11-20")
PFX = "fixtures/r46/with-cross-sign.pfx"
SST = "fixtures/r46/LocalMachine-CA.sst"

COMMANDS = {
    "diagnose": ("diagnose", PFX, *LAB),
    "impact": ("impact", PFX, *LAB, "--change", "untrust 6b206e5a"),
    "plan": ("plan", PFX, *LAB),
    "timeline": ("timeline", PFX, *LAB, "--clients", "android-*"),
    "explain": ("explain", PFX, *LAB),
    "explain --client": ("explain", PFX, *LAB, "--client", "android-7.0"),
    "verify": ("verify", "{plan}", "--served", "fixtures/r46/served-short.pem"),
    "inspect": ("inspect", PFX, SST),
    "clients list": ("clients", "list", "--clients", "android-*"),
    "clients show": ("clients", "show", "android-7.0"),
    "clients diff": ("clients", "diff", "android-14", "android-15"),
    "clients trusts": ("clients", "trusts", "ISRG Root X1"),
}
CATALOG = {"catalog show": ("catalog", "show", "ISRG Root X1"), "catalog": ("catalog", "show")}
JUNIT = ("diagnose", "impact", "plan", "verify")
TREES = ("explain", "explain --client")


@pytest.fixture(scope="module")
def plan_file(fixtures: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("plan") / "plan.json"
    command = [sys.executable, "-m", "chainlab", "plan", PFX, *LAB, "--format", "json"]
    file.write_bytes(subprocess.run(command, cwd=fixtures.parent, capture_output=True, check=True).stdout)
    return file


@pytest.fixture
def run(fixtures: Path, plan_file: Path):
    def start(name: str, *more: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
        arguments = [text.format(plan=plan_file) for text in {**COMMANDS, **CATALOG}[name]]
        return subprocess.run(
            [sys.executable, "-m", "chainlab", *arguments, *more], cwd=fixtures.parent, capture_output=True,
            stdin=subprocess.DEVNULL, check=False, env={**os.environ, **environment},
        )  # fmt: skip

    return start


@pytest.mark.parametrize("name", COMMANDS)
def test_every_answer_goes_into_a_ticket(name: str, run) -> None:
    done = run(name, "--format", "markdown", PYTHONIOENCODING="utf-8")
    assert done.returncode in (0, 1), done.stderr
    text = done.stdout.decode()
    tokens = MarkdownIt("commonmark", {"html": True}).enable("table").parse(text)
    kinds = {token.type for token in tokens}
    assert kinds & {"heading_open", "table_open", "paragraph_open"}
    assert "html_block" not in kinds
    assert "code_block" not in kinds  # what is indented by accident
    assert "\x1b" not in text


@pytest.mark.parametrize("name", JUNIT)
def test_a_build_fails_where_the_command_says_so(name: str, run) -> None:
    done = run(name, "--format", "junit")
    root = ElementTree.fromstring(done.stdout)
    assert int(root.attrib["tests"]) > 0
    assert (int(root.attrib["failures"]) > 0) == (done.returncode == 1 or name == "plan")


@pytest.mark.parametrize("name", ["timeline", "explain", "inspect", "clients list"])
def test_a_format_that_a_command_lacks_is_wrong_usage(name: str, run) -> None:
    assert run(name, "--format", "junit").returncode == 2


@pytest.mark.parametrize("encoding", ["cp437", "cp1252", "ascii"])
@pytest.mark.parametrize("name", [*COMMANDS, *CATALOG])
def test_an_old_code_page_gets_what_it_can_show(name: str, encoding: str, run) -> None:
    done = run(name, PYTHONIOENCODING=f"{encoding}:strict")
    assert done.returncode in (0, 1), done.stderr
    assert done.stderr == b""
    text = done.stdout.decode(encoding)
    assert not set(text) & set("├└│─✓✗•→…")
    if name in TREES:
        assert re.search(r"^\s*[|`]- ", text, re.MULTILINE)


@pytest.mark.parametrize("name", ["diagnose", "catalog show", "clients diff"])
def test_json_is_whole_on_an_old_code_page(name: str, run) -> None:
    old = run(name, "--format", "json", PYTHONIOENCODING="cp437")
    new = run(name, "--format", "json", PYTHONIOENCODING="utf-8")
    assert old.stdout.isascii()
    assert json.loads(old.stdout) == json.loads(new.stdout)


@pytest.mark.parametrize("name", ["diagnose", "explain"])
def test_the_c_locale_is_no_obstacle(name: str, run) -> None:
    done = run(name, LC_ALL="C", PYTHONCOERCECLOCALE="0", PYTHONUTF8="0", PYTHONIOENCODING="")
    assert done.returncode in (0, 1)
    assert done.stderr == b""


@pytest.mark.parametrize("name", TREES)
def test_explain_draws_a_tree(name: str, run) -> None:
    assert "├─ " in run(name, PYTHONIOENCODING="utf-8").stdout.decode()


def on_a_terminal(arguments: list[str], folder: Path, columns: int, **environment: str) -> str:
    """What a terminal so wide shows."""
    pty, fcntl, termios = (pytest.importorskip(module) for module in ("pty", "fcntl", "termios"))
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    settings = {key: value for key, value in os.environ.items() if key not in ("COLUMNS", "NO_COLOR")}
    process = subprocess.Popen(
        [sys.executable, "-m", "chainlab", *arguments], cwd=folder, stdin=theirs, stdout=theirs, stderr=theirs,
        env={**settings, "TERM": "xterm", **environment},
    )  # fmt: skip
    os.close(theirs)
    parts = []
    try:
        while part := os.read(ours, 65536):
            parts.append(part)
    except OSError:  # Linux: the other end is closed
        pass
    os.close(ours)
    assert process.wait() in (0, 1)
    return b"".join(parts).decode().replace("\r\n", "\n")


@pytest.mark.parametrize("name", [*COMMANDS, *CATALOG])
def test_a_terminal_of_80_columns_is_not_overrun(name: str, fixtures: Path, plan_file: Path) -> None:
    arguments = [text.format(plan=plan_file) for text in {**COMMANDS, **CATALOG}[name]]
    shown = on_a_terminal(arguments, fixtures.parent, 80, NO_COLOR="1")
    assert not re.search(r"\x1b\[[\d;]*3\dm", shown), "coloured although NO_COLOR is set"
    lines = re.sub(r"\x1b\[[\d;?]*[A-Za-z]", "", shown).splitlines()
    assert [line for line in lines if len(line) > 80 and not is_command(line)] == []


def is_command(line: str) -> bool:
    """Commands are never wrapped, so that they can be copied; nor is a word that is longer than a line."""
    words = line.split()
    return words[0] in ("certutil", "Remove-Item") or ("-" in words[0] and words[0][0].isupper()) or len(words) == 1


def test_colour_is_for_terminals(run, fixtures: Path) -> None:
    assert b"\x1b" not in run("diagnose").stdout
    assert "\x1b[" in on_a_terminal(list(COMMANDS["diagnose"]), fixtures.parent, 100)
