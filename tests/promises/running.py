"""Run command lines under the driver and read its report."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.conftest import ROOT


@dataclass(frozen=True, slots=True)
class Done:
    """What one command left: its arguments, exit status (or ``traceback``), and texts."""

    arguments: tuple[str, ...]
    status: int | str
    out: str
    err: str


@dataclass(frozen=True, slots=True)
class Report:
    """What came of all commands, and the audited events: (command, event, particulars)."""

    done: tuple[Done, ...]
    events: tuple[tuple[str, str, str], ...]

    def raised(self, *prefixes: str) -> list[tuple[str, str, str]]:
        """The events whose names begin so."""
        return [event for event in self.events if event[1].startswith(prefixes)]


def unmeasured() -> dict[str, str]:
    """The environment without what makes coverage measure a process: its cost would be measured instead."""
    measuring = ("COVERAGE_", "COV_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(measuring)}
    return {**kept, "PYTHONIOENCODING": "utf-8"}


def run_all(
    commands: Iterable[Sequence[str]], folder: Path, *, around: Sequence[str] = (), env: dict[str, str] | None = None
) -> Report:
    """Run the commands one after the other in one fresh process; ``around`` is put before it (``unshare`` …)."""
    folder.mkdir(parents=True, exist_ok=True)
    job, report = folder / "job.json", folder / "report.json"
    job.write_text(json.dumps({"commands": [list(c) for c in commands], "report": str(report)}), encoding="utf-8")
    done = subprocess.run(
        [*around, sys.executable, "-m", "tests.promises.driver", str(job)],
        cwd=ROOT, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL,
        env={**unmeasured(), **(env or {})},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    read = json.loads(report.read_text(encoding="utf-8"))
    return Report(
        tuple(Done(tuple(d["arguments"]), d["status"], d["out"], d["err"]) for d in read["results"]),
        tuple((command, event, detail) for command, event, detail in read["events"]),
    )
