"""The command line as a process, in a folder."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.fixture
def chainlab_in(fixtures: Path):
    def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
        path = os.pathsep.join(filter(None, [str(fixtures.parent), os.environ.get("PYTHONPATH", "")]))
        return subprocess.run(
            [sys.executable, "-m", "chainlab", *arguments], cwd=folder, capture_output=True, text=True,
            encoding="utf-8", env={**os.environ, "PYTHONIOENCODING": "utf-8", "PYTHONPATH": path},
            stdin=subprocess.DEVNULL, check=False,
        )  # fmt: skip

    return run
