"""Documentation that comes from code is current, and the README's transcript is real."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tools.build_docs import DOCS, PAGES

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.parametrize("name", PAGES)
def test_generated_pages_are_current(name: str) -> None:
    assert (DOCS / name).read_text(encoding="utf-8") == PAGES[name](), "run python -m tools.build_docs"


def _transcripts() -> list[tuple[str, str]]:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```console\n(.*?)```", readme, re.DOTALL)
    return [(command, output) for block in blocks for command, output in re.findall(
        r"^\$ (chainlab .*)\n((?:(?!\$ ).*\n)*)", block, re.MULTILINE)]  # fmt: skip


def _outputs() -> dict[str, str]:
    """What the README's commands write, by name: later commands may read it."""
    commands = [command for command, _ in _transcripts()]
    return {words[words.index("-o") + 1]: c for c in commands if "-o" in (words := shlex.split(c))}


def _run(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a command of the README with what it writes, and what it reads of others, in ``folder``."""
    arguments = shlex.split(command)[1:]
    written = arguments[arguments.index("-o") + 1] if "-o" in arguments else ""
    for place, argument in enumerate(arguments):
        if argument in _outputs():
            if argument != written:
                _run(_outputs()[argument], folder)
            arguments[place] = str(folder / argument)
    return subprocess.run(
        [sys.executable, "-m", "chainlab", *arguments], cwd=ROOT, capture_output=True, text=True, encoding="utf-8",
        env={**os.environ, "PYTHONIOENCODING": "utf-8"}, check=False,
    )  # fmt: skip


@pytest.mark.parametrize(("command", "output"), _transcripts())
def test_commands_in_the_readme_print_what_it_shows(command: str, output: str, tmp_path: Path) -> None:
    """Shown lines must appear in the real output in this order; ``…`` alone stands for lines left out."""
    done = _run(command, tmp_path)
    assert "Traceback" not in done.stderr
    assert done.returncode in (0, 1)
    lines = iter(done.stdout.splitlines())
    for shown in output.splitlines():
        if shown.strip() in ("…", ""):
            continue
        assert any(line == shown for line in lines), shown
