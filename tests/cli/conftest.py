"""The command line as a process."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.fixture
def chainlab(fixtures: Path):
    def run(*arguments: str, env: dict[str, str] | None = None, **options: object):
        command = [sys.executable, "-m", "chainlab", *arguments]
        environment = {**os.environ, "PYTHONIOENCODING": "utf-8", **(env or {})}
        return subprocess.run(
            command, cwd=fixtures.parent, capture_output=True, text=True, encoding="utf-8", env=environment,
            stdin=subprocess.DEVNULL, check=False, **options,
        )  # type: ignore[call-overload]  # fmt: skip

    return run
