"""The installer of Wine: what it says and leaves alone."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.conftest import ROOT


def check(home: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tools.install_wine", "--check"],
        cwd=ROOT,
        env={**os.environ, "CHAINLAB_ORACLES": str(home)},
        capture_output=True,
        text=True,
    )


def test_check_names_what_is_missing_and_makes_nothing(tmp_path: Path) -> None:
    result = check(tmp_path)
    assert result.returncode == 1
    assert str(tmp_path / "wine" / "chain_oracle.exe") in result.stderr
    assert "Traceback" not in result.stderr
    assert list(tmp_path.iterdir()) == []
